/* SPDX-License-Identifier: Apache-2.0
 *
 * Help: looks a topic up among the commands and the SQL statements and prints
 * it. Lists are made from the same tables, so that they cannot leave one out.
 *
 * Statements are found by their words in any case; LIST means SHOW, plurals
 * may lack their s, and a beginning ("CREATE", "CREATE STREAM") finds all that
 * begin so.
 */
#include "cli/help.h"

#include "base/near.h"
#include "cli/cli.h"

static const char common_options[] =
    "Options of every command:\n"
    "  --bootstrap-server H:P  use Kafka at this address; without it, the\n"
    "                          embedded broker in the data directory\n"
    "  --data-dir DIR          embedded broker and state (./millrace-data)\n"
    "  --config-file FILE      settings, a `name=value` a line\n"
    "  --set NAME=VALUE        one setting; repeatable\n"
    "  -d, --define NAME=VALUE a variable for ${NAME} in SQL; repeatable\n"
    "  --log-level LEVEL       error, warn (default), info or debug\n"
    "  -h, --help              this text\n"
    "  --version               versions of Millrace and its libraries\n";

/* ---- printing ---- */

static void print_usage(FILE *out, const char *usage)
{
    const char *lead = "Usage: ";
    while (*usage) {
        size_t n = strcspn(usage, "\n");
        fprintf(out, "%s%.*s\n", lead, (int)n, usage);
        lead = "       ";
        usage += n + (usage[n] == '\n');
    }
}

static void print_overview(FILE *out)
{
    fputs("Millrace: SQL over streams in Apache Kafka, or in a directory.\n\n"
          "Usage: millrace [COMMAND] [OPTIONS] ...\n\n"
          "Commands:\n",
          out);
    for (const HelpTopic *one = help_commands; one->name; one++)
        fprintf(out, "  %-10s %s\n", one->name, one->summary);
    fprintf(out,
            "\n%s\n"
            "`millrace help COMMAND` tells more about a command, `millrace "
            "help sql` lists\nthe statements, `millrace help CREATE STREAM` "
            "explains one.\n",
            common_options);
}

static void print_command(FILE *out, const HelpTopic *topic)
{
    print_usage(out, topic->usage);
    fprintf(out, "\n%s\n%s", topic->text, common_options);
}

static void print_indented(FILE *out, const char *line)
{
    while (*line) {
        size_t n = strcspn(line, "\n");
        fprintf(out, "    %.*s\n", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

static void print_statement(FILE *out, const HelpTopic *topic)
{
    fprintf(out, "%s - %s\n\n", topic->name, topic->summary);
    print_indented(out, topic->usage);
    fprintf(out, "\n%s\nExample:\n\n", topic->text);
    print_indented(out, topic->example);
}

static void print_statement_row(FILE *out, const HelpTopic *topic)
{
    fprintf(out, "  %-26s %s\n", topic->name, topic->summary);
}

static void print_statements(FILE *out)
{
    fputs("SQL statements; each ends with a semicolon:\n\n", out);
    for (const HelpTopic *one = help_statements; one->name; one++)
        print_statement_row(out, one);
    fputs("\nCommands of the shell:\n\n"
          "  HELP [STATEMENT|FUNCTION]  this list, or one of them\n"
          "  OUTPUT [TABULAR|JSON]      how results are shown\n"
          "  SPOOL FILE | SPOOL OFF     also writes results to a file\n"
          "  HISTORY                    the statements typed so far\n"
          "  SET CLI WRAP ON|OFF        long cells: on more lines, or cut\n"
          "  SET CLI COLUMN-WIDTH N     width of cells; 0: automatic\n"
          "  SERVER                     what the shell works on\n"
          "  CLEAR, VERSION, EXIT\n"
          "  \\h \\d \\df \\i \\q \\?        as in psql: help, sources, "
          "functions, script, exit\n"
          "\nCtrl-C ends the query that is running, or clears the statement "
          "that is being\ntyped; Ctrl-D leaves. HELP CREATE STREAM; explains "
          "one statement.\n",
          out);
}

/* ---- looking up ---- */

/* Upper case, single blanks, LIST as SHOW, no semicolon. */
static Str normalize(Arena *arena, Str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t n = 0;
    text = str_ascii_upper(arena, text);
    for (size_t i = 0; i < text.len; i++) {
        bool blank = text.ptr[i] <= ' ' || text.ptr[i] == ';';
        if (blank && (n == 0 || out[n - 1] == ' ')) continue;
        out[n++] = blank ? ' ' : text.ptr[i];
    }
    while (n && out[n - 1] == ' ')
        n--;
    Str all = {out, n};
    Str list = STR("LIST");
    if (str_starts_with(all, list) && (n == list.len || out[list.len] == ' '))
        memcpy(out, "SHOW", list.len);
    return all;
}

/* Does the statement begin with these words? */
static bool begins(Str name, Str words)
{
    if (!str_starts_with(name, words)) return false;
    return name.len == words.len || name.ptr[words.len] == ' ' ||
           (name.len == words.len + 1 && name.ptr[words.len] == 'S');
}

static bool print_sql(FILE *out, Arena *arena, Str asked)
{
    const HelpTopic *found = NULL;
    Str words = normalize(arena, asked);
    int count = 0;

    if (!words.len) return false;
    for (const HelpTopic *one = help_statements; one->name; one++) {
        if (!begins(str_from(one->name), words)) continue;
        bool exact = strlen(one->name) == words.len;
        if (!found || exact) found = one;
        count++;
    }
    if (!found) return false;
    bool exact = strlen(found->name) == words.len;
    if (exact || count == 1) print_statement(out, found);
    if (count == 1) return true;
    fputs(exact ? "\nSee also:\n" : "Statements that begin so:\n", out);
    for (const HelpTopic *one = help_statements; one->name; one++)
        if (begins(str_from(one->name), words) && !(exact && one == found))
            print_statement_row(out, one);
    return true;
}

const char *help_near(Arena *arena, const char *asked)
{
    Near near = near_to(str_from(asked));
    for (const HelpTopic *one = help_commands; one->name; one++)
        near_offer(&near, str_from(one->name));
    for (const HelpTopic *one = help_statements; one->name; one++)
        near_offer(&near, str_from(one->name));
    return near_hint(&near, arena, "");
}

bool print_help(FILE *out, const char *command)
{
    if (!*command) {
        print_overview(out);
        return true;
    }
    if (strcasecmp(command, "sql") == 0) {
        print_statements(out);
        return true;
    }
    for (const HelpTopic *one = help_commands; one->name; one++)
        if (strcmp(command, one->name) == 0) {
            print_command(out, one);
            return true;
        }
    Arena *arena = arena_new("help", 0);
    bool found = print_sql(out, arena, str_from(command));
    arena_free(arena);
    return found;
}
