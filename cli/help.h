/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts that print_help looks up: one row a command, one a statement. To
 * document a new one, add a row; nothing else lists them.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

typedef struct HelpTopic {
    const char *name;    /* "run"; "CREATE STREAM". */
    const char *summary; /* One line for lists. */
    const char *usage;   /* The synopsis, lines without indentation. */
    const char *text;    /* The rest, lines end in \n. */
    const char *example; /* Of a statement: SQL, without indentation. */
} HelpTopic;

/* Both end with a row whose name is NULL. */
extern const HelpTopic help_commands[];
extern const HelpTopic help_statements[];

#endif
