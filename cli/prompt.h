/* SPDX-License-Identifier: Apache-2.0
 *
 * The prompt: lines from a terminal with editing, history and completion
 * (libedit), or from a pipe without any of these.
 */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "engine/engine.h"

typedef struct Prompt Prompt;

/* On standard input. `session` gives the names for completion. */
Prompt *prompt_open(mr_Session *session);
void prompt_close(Prompt *prompt);

bool prompt_is_terminal(const Prompt *prompt);

/* The next line without its newline, valid until the next call; NULL at the end
 * of input. `pending`: the lines of the statement so far, which must stay until
 * then; empty at a new one. An interrupt gives an empty line with
 * *cancelled set: the statement begun is given up. */
const char *prompt_line(Prompt *prompt, Str pending, bool *cancelled);

/* Adds a statement to the history. */
void prompt_remember(Prompt *prompt, const char *statement);
/* Prints the history. */
void prompt_show_history(Prompt *prompt);

#endif
