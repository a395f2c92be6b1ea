/* SPDX-License-Identifier: Apache-2.0
 *
 * The shell: statements from a prompt, a pipe, -e or -f, and the local commands
 * (help, output, history, spool, ...). It embeds the engine.
 *
 * Ctrl-C ends a running SELECT or PRINT, and the statement that is being typed;
 * never the shell. A failed statement makes the exit status 1, except at a
 * prompt.
 */
#include <errno.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/prompt.h"
#include "cli/render.h"

typedef struct Shell {
    CommonOptions common;
    mr_Engine *engine;
    mr_Session *session;
    Prompt *prompt;
    Render render;
    FILE *spool;    /* NULL: none. */
    Render spooled; /* Of the SELECT that is being shown. */
    bool failed;    /* A statement failed. */
    bool leave;
    int depth;          /* Of RUN SCRIPT. */
    bool show_text;     /* One of several statements: say which. */
    int64_t row_limit;  /* Of a SELECT; 0: none. */
    int64_t timeout_ms; /* Likewise. */
    int64_t until_ms;
    int64_t rows;
} Shell;

/* ---- results ---- */

static void on_entity(void *context, const Json *entity)
{
    Shell *shell = context;
    const Json *text = json_get(entity, "statementText");
    bool show_text = shell->show_text && !shell->render.json && text;

    if (show_text) fprintf(shell->render.out, "\n%.*s\n", STR_ARG(text->text));
    render_entity(&shell->render, entity);
    if (shell->spool) {
        Render spool = shell->render;
        spool.out = shell->spool;
        if (show_text) fprintf(spool.out, "\n%.*s\n", STR_ARG(text->text));
        render_entity(&spool, entity);
    }
}

static void on_header(void *context, Str id, const Schema *schema)
{
    Shell *shell = context;
    shell->rows = 0;
    shell->until_ms = shell->timeout_ms ? clock_now_ms(NULL) + shell->timeout_ms
                                        : 0;
    if (shell->prompt && prompt_is_terminal(shell->prompt))
        fputs("Press CTRL-C to interrupt\n", stdout);
    render_header(&shell->render, id, schema);
    if (!shell->spool) return;
    shell->spooled = shell->render;
    shell->spooled.out = shell->spool;
    render_header(&shell->spooled, id, schema);
}

static bool on_row(void *context, const Schema *schema, const Value *values,
                   bool tombstone)
{
    Shell *shell = context;
    render_row(&shell->render, schema, values, tombstone);
    if (shell->spool) render_row(&shell->spooled, schema, values, tombstone);
    return !shell->row_limit || ++shell->rows < shell->row_limit;
}

static void on_end(void *context, Str message)
{
    Shell *shell = context;
    render_end(&shell->render, message);
    if (shell->spool) render_end(&shell->spooled, message);
}

static bool on_line(void *context, Str line)
{
    Shell *shell = context;
    fprintf(shell->render.out, "%.*s\n", STR_ARG(line));
    if (shell->spool) fprintf(shell->spool, "%.*s\n", STR_ARG(line));
    fflush(shell->render.out);
    return !ferror(shell->render.out);
}

static bool on_stop(void *context)
{
    Shell *shell = context;
    if (output_is_gone(shell->render.out)) return true;
    if (shell->until_ms && clock_now_ms(NULL) >= shell->until_ms) return true;
    return interrupted();
}

/* ---- local commands ---- */

static bool run_text(Shell *shell, Str text, const char *where);
static bool execute(Shell *shell, Str text, const char *where);

static bool run_script(Shell *shell, const char *path)
{
    Arena *arena = arena_new("script", 0);
    Str text;
    bool good = false;

    if (shell->depth >= 16) {
        complain("scripts that run scripts: more than 16 deep at '%s'", path);
    } else if (read_file(arena, path, &text)) {
        shell->depth++;
        good = run_text(shell, text, path);
        shell->depth--;
    }
    arena_free(arena);
    return good;
}

static void local_output(Shell *shell, Str argument)
{
    if (argument.len && str_eq_nocase(argument, STR("JSON")))
        shell->render.json = true;
    else if (argument.len && str_eq_nocase(argument, STR("TABULAR")))
        shell->render.json = false;
    else if (argument.len) {
        printf("Invalid output format: '%.*s' (valid formats: 'JSON', "
               "'TABULAR')\n",
               STR_ARG(argument));
        return;
    } else {
        printf("Current output format: %s\n",
               shell->render.json ? "JSON" : "TABULAR");
        return;
    }
    printf("Output format set to %s\n",
           shell->render.json ? "JSON" : "TABULAR");
}

static void local_spool(Shell *shell, Str argument)
{
    static char name[1024];
    if (shell->spool) {
        fclose(shell->spool);
        shell->spool = NULL;
        printf("Spool written to %s\n", name);
    }
    if (!argument.len || str_eq_nocase(argument, STR("OFF"))) return;
    if (argument.ptr[0] == '\'' && argument.len >= 2) {
        argument.ptr++;
        argument.len -= 2;
    }
    snprintf(name, sizeof name, "%.*s", STR_ARG(argument));
    shell->spool = fopen(name, "w");
    if (shell->spool)
        printf("Session will be spooled to %s\nEnter SPOOL OFF to disable\n",
               name);
    else
        complain("cannot write '%s': %s", name, strerror(errno));
}

static void local_set_cli(Shell *shell, Str argument)
{
    Arena *arena = arena_new("set cli", 0);
    Str upper = str_ascii_upper(arena, argument);
    int width;

    if (str_eq(upper, STR("WRAP ON")) || str_eq(upper, STR("WRAP OFF")))
        shell->render.wrap = str_ends_with(upper, STR("ON"));
    else if (sscanf(upper.ptr, "COLUMN-WIDTH %d", &width) == 1 && width >= 0)
        shell->render.column_width = width;
    else
        puts(
            "Use SET CLI WRAP ON|OFF or SET CLI COLUMN-WIDTH n (0: automatic)");
    arena_free(arena);
}

static void local_version(Shell *shell, Str argument)
{
    (void)shell;
    (void)argument;
    print_version();
}

/* Is there a function of this name? */
static bool is_function(Shell *shell, Arena *arena, Str name)
{
    mr_Completions found;
    Str text = str_printf(arena, "DESCRIBE FUNCTION %.*s", STR_ARG(name));
    mr_complete(shell->session, arena, text, text.len, &found);
    for (int i = 0; i < found.count; i++)
        if (str_eq_nocase(found.at[i].text, name)) return true;
    return false;
}

static void describe(Shell *shell, const char *statement, Str name)
{
    Arena *arena = arena_new("describe", 0);
    Str text = str_printf(arena, "%s %.*s;", statement, STR_ARG(name));
    execute(shell, text, NULL);
    arena_free(arena);
}

static void local_help(Shell *shell, Str argument)
{
    Arena *arena = arena_new("help", 0);
    const char *asked = argument.len ? str_cstr(arena, argument) : "sql";
    if (!print_help(shell->render.out, asked)) {
        if (is_function(shell, arena, argument))
            describe(shell, "DESCRIBE FUNCTION", argument);
        else
            printf("No help for '%s'%s%s\n", asked, help_near(arena, asked),
                   *help_near(arena, asked) ? ""
                                            : "; HELP; lists the statements");
    }
    arena_free(arena);
}

/* \d: the sources, or one. */
static void local_sources(Shell *shell, Str argument)
{
    if (argument.len) {
        describe(shell, "DESCRIBE", argument);
        return;
    }
    execute(shell, STR("SHOW STREAMS;"), NULL);
    execute(shell, STR("SHOW TABLES;"), NULL);
}

static void local_functions(Shell *shell, Str argument)
{
    describe(shell, argument.len ? "DESCRIBE FUNCTION" : "SHOW FUNCTIONS",
             argument);
}

static void local_script(Shell *shell, Str argument)
{
    Arena *arena = arena_new("script name", 0);
    if (!argument.len)
        complain("\\i needs a file");
    else if (!run_script(shell, str_cstr(arena, argument)))
        shell->failed = true;
    arena_free(arena);
}

/* The reference's shell talks to a server; this one is its own. */
static void local_server(Shell *shell, Str argument)
{
    Str name = mr_broker_name(shell->engine);
    if (argument.len)
        printf("The shell runs the engine itself, on %.*s; to work on another "
               "Kafka start it with --bootstrap-server HOST:PORT\n",
               STR_ARG(name));
    else
        printf("Engine in this shell, on %.*s\n", STR_ARG(name));
}

/* Every statement sees the effects of those before it, whatever is asked. */
static void local_pipelining(Shell *shell, Str argument)
{
    (void)shell;
    if (argument.len)
        puts("Statements are executed one after the other: "
             "request-pipelining has no effect");
    else
        puts("Current request-pipelining configuration: OFF");
}

static void local_exit(Shell *shell, Str argument)
{
    (void)argument;
    shell->leave = true;
}

static void local_clear(Shell *shell, Str argument)
{
    (void)argument;
    if (shell->render.width) fputs("\033[H\033[2J", stdout);
}

static void local_history(Shell *shell, Str argument)
{
    (void)argument;
    if (shell->prompt) prompt_show_history(shell->prompt);
}

static const struct {
    const char *words;
    void (*run)(Shell *shell, Str argument);
} local_commands[] = {
    {"help", local_help},
    {"exit", local_exit},
    {"quit", local_exit},
    {"clear", local_clear},
    {"history", local_history},
    {"version", local_version},
    {"output", local_output},
    {"spool", local_spool},
    {"set cli", local_set_cli},
    {"server", local_server},
    {"request-pipelining", local_pipelining},
    {"\\h", local_help},
    {"\\?", local_help},
    {"\\q", local_exit},
    {"\\d", local_sources},
    {"\\df", local_functions},
    {"\\i", local_script},
};

/* Runs a local command; false if the line is none. */
static bool run_local(Shell *shell, Str line)
{
    line = str_trim(line);
    while (line.len && line.ptr[line.len - 1] == ';')
        line.len--;
    line = str_trim(line);
    for (size_t i = 0; i < sizeof local_commands / sizeof *local_commands;
         i++) {
        Str words = str_from(local_commands[i].words);
        if (line.len < words.len ||
            !str_eq_nocase((Str){line.ptr, words.len}, words) ||
            (line.len > words.len && line.ptr[words.len] > ' '))
            continue;
        local_commands[i].run(
            shell, str_trim((Str){line.ptr + words.len, line.len - words.len}));
        return true;
    }
    return false;
}

/* RUN SCRIPT 'file'; gives the file's name, or NULL. */
static const char *script_name(Arena *arena, Str statement)
{
    Str prefix = STR("RUN SCRIPT");
    statement = str_trim(statement);
    if (statement.len < prefix.len ||
        !str_eq_nocase((Str){statement.ptr, prefix.len}, prefix))
        return NULL;
    size_t from = str_find(statement, STR("'"), 0);
    size_t to = from == SIZE_MAX ? SIZE_MAX
                                 : str_find(statement, STR("'"), from + 1);
    if (to == SIZE_MAX) return NULL;
    return str_cstr(arena, (Str){statement.ptr + from + 1, to - from - 1});
}

/* ---- statements ---- */

static bool execute(Shell *shell, Str text, const char *where)
{
    Arena *arena = arena_new("statement", 0);
    mr_Sink sink = {shell,  on_entity, on_header, on_row,
                    on_end, on_line,   on_stop};
    bool good = true;

    const char *script = script_name(arena, text);
    if (script) {
        good = run_script(shell, script);
    } else {
        Status st = mr_execute(shell->session, arena, text, &sink);
        good = !st.kind;
        if (!good) complain_status(st, where, text);
    }
    if (!terminated()) clear_interrupt();
    if (!good) shell->failed = true;
    arena_free(arena);
    return good;
}

/* A file: all statements at once, so that a bad one leaves nothing done. Files
 * with RUN SCRIPT go statement by statement. */
static bool run_text(Shell *shell, Str text, const char *where)
{
    Arena *arena = arena_new("text", 0);
    bool stepwise = false, good = true, outer = shell->show_text;
    int count = 0;

    for (Str rest = text; rest.len; count++) {
        size_t n = mr_statement_end(rest);
        if (!n) break;
        stepwise |= script_name(arena, (Str){rest.ptr, n}) != NULL;
        rest = (Str){rest.ptr + n, rest.len - n};
    }
    shell->show_text = count > 1;
    if (!stepwise) good = execute(shell, text, where);
    while (stepwise && text.len && good && !terminated()) {
        size_t n = mr_statement_end(text);
        if (!n) n = text.len;
        Str one = {text.ptr, n};
        if (str_trim(one).len) good = execute(shell, one, where);
        text = (Str){text.ptr + n, text.len - n};
    }
    shell->show_text = outer;
    arena_free(arena);
    return good;
}

/* Executes all complete statements in `pending` and keeps the rest. */
static void run_pending(Shell *shell, Buf *pending)
{
    size_t n;
    while (!shell->leave && (n = mr_statement_end(buf_str(pending))) > 0) {
        Str one = {pending->ptr, n};
        if (!run_local(shell, one)) {
            Arena *arena = arena_new("history", 0);
            if (shell->prompt)
                prompt_remember(shell->prompt, str_cstr(arena, str_trim(one)));
            arena_free(arena);
            execute(shell, one, NULL);
        }
        memmove(pending->ptr, pending->ptr + n, pending->len - n);
        pending->len -= n;
    }
    if (!str_trim(buf_str(pending)).len) pending->len = 0;
}

static void read_statements(Shell *shell)
{
    Buf pending = {0};
    const char *line;
    bool cancelled;

    while (!shell->leave && !terminated() &&
           (line = prompt_line(shell->prompt, buf_str(&pending), &cancelled))) {
        if (cancelled) {
            pending.len = 0;
            continue;
        }
        if (!pending.len && run_local(shell, str_from(line))) continue;
        size_t len = strlen(line);
        if (len && line[len - 1] == '\\') len--;
        buf_append(&pending, line, len);
        buf_push(&pending, '\n');
        run_pending(shell, &pending);
    }
    if (str_trim(buf_str(&pending)).len && !shell->leave) {
        buf_push(&pending, ';');
        run_pending(shell, &pending);
    }
    buf_free(&pending);
    if (prompt_is_terminal(shell->prompt)) puts("Exiting ksqlDB.");
}

static void show_banner(Shell *shell)
{
    Str servers = mr_broker_name(shell->engine);
    printf("\n  Millrace %s\n  SQL over streams, on %.*s\n"
           "  HELP; lists what you can type, Ctrl-D leaves.\n\n",
           mr_version(), STR_ARG(servers));
}

/* ---- start ---- */

typedef struct ShellOptions {
    VEC(const char *) executes;
    VEC(const char *) files;
    bool json;
} ShellOptions;

enum {
    OPTION_OUTPUT = OPTION_OWN,
    OPTION_ROWS,
    OPTION_TIMEOUT,
    OPTION_LOGIN, /* Any of what the reference's shell shows to a server. */
};

/* The reference's shell takes a server's URL. Scripts that call it so go on
 * working where it is said which Kafka the server was for; where it is not, the
 * embedded broker would silently take its place. */
static int take_server(Shell *shell, int count, char **arguments)
{
    if (!count) return -1;
    bool url = strncmp(arguments[0], "http://", 7) == 0 ||
               strncmp(arguments[0], "https://", 8) == 0;
    if (count > 1 || !url) {
        complain("unexpected argument '%s'", arguments[count > 1 && url]);
        return EXIT_USAGE;
    }
    if (map_get(&shell->common.settings, STR("bootstrap.servers"))) return -1;
    complain("'%s' is a server's address, and this shell runs the engine "
             "itself: give the server's Kafka, --bootstrap-server HOST:PORT",
             arguments[0]);
    return EXIT_USAGE;
}

static int read_options(Shell *shell, ShellOptions *options, int argc,
                        char **argv)
{
    static const struct option longs[] = {
        COMMON_LONG_OPTIONS,
        {"execute", required_argument, NULL, 'e'},
        {"file", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, OPTION_OUTPUT},
        {"query-row-limit", required_argument, NULL, OPTION_ROWS},
        {"query-timeout", required_argument, NULL, OPTION_TIMEOUT},
        {"user", required_argument, NULL, OPTION_LOGIN},
        {"password", required_argument, NULL, OPTION_LOGIN},
        {"token", required_argument, NULL, OPTION_LOGIN},
        {"confluent-api-key", required_argument, NULL, OPTION_LOGIN},
        {"confluent-api-secret", required_argument, NULL, OPTION_LOGIN},
        {0},
    };
    Arena *arena = shell->common.arena;
    int option, status;

    while ((option = next_option(argc, argv, "d:e:f:hu:p:t:", longs)) != -1) {
        if (common_option(&shell->common, option, optarg,
                          strcmp(argv[0], "shell") == 0 ? "shell" : "",
                          &status)) {
            if (status >= 0) return status;
            continue;
        }
        switch (option) {
        case 'e': *vec_push(arena, &options->executes) = optarg; break;
        case 'f': *vec_push(arena, &options->files) = optarg; break;
        case OPTION_OUTPUT:
            options->json = strcasecmp(optarg, "json") == 0;
            if (!options->json && strcasecmp(optarg, "tabular") != 0) {
                complain("--output is JSON or TABULAR, not '%s'", optarg);
                return EXIT_USAGE;
            }
            break;
        case OPTION_ROWS:
            if (!take_number(optarg, 1, "--query-row-limit", &shell->row_limit))
                return EXIT_USAGE;
            break;
        case OPTION_TIMEOUT:
            if (!take_number(optarg, 1, "--query-timeout", &shell->timeout_ms))
                return EXIT_USAGE;
            break;
        default: break;
        }
    }
    return take_server(shell, argc - optind, argv + optind);
}

static void run_all(Shell *shell, const ShellOptions *options)
{
    for (int i = 0; i < options->executes.count && !terminated(); i++) {
        Arena *arena = arena_new("execute", 0);
        Str text = str_trim(str_from(options->executes.at[i]));
        if (text.len && text.ptr[text.len - 1] != ';')
            text = str_printf(arena, "%.*s;", STR_ARG(text));
        if (!run_local(shell, text)) run_text(shell, text, NULL);
        arena_free(arena);
    }
    for (int i = 0; i < options->files.count && !terminated(); i++)
        if (!run_script(shell, options->files.at[i])) shell->failed = true;
    if (options->executes.count || options->files.count) return;
    shell->prompt = prompt_open(shell->session);
    if (prompt_is_terminal(shell->prompt)) show_banner(shell);
    read_statements(shell);
    if (prompt_is_terminal(shell->prompt)) shell->failed = false;
    prompt_close(shell->prompt);
}

int command_shell(int argc, char **argv)
{
    Shell shell = {.common.arena = arena_new("shell", 0)};
    ShellOptions options = {0};
    int status = read_options(&shell, &options, argc, argv);

    if (status < 0) {
        shell.engine = open_engine(&shell.common, MR_INTERACTIVE, false);
        status = shell.engine ? EXIT_OK : EXIT_USAGE;
    }
    if (shell.engine) {
        shell.session = mr_session_open(shell.engine);
        for (int i = 0; i < shell.common.defines.count; i++)
            mr_session_define(shell.session, shell.common.defines.at[i].name,
                              shell.common.defines.at[i].value);
        render_open(&shell.render, stdout);
        shell.render.json = options.json;
        run_all(&shell, &options);
        if (shell.spool) fclose(shell.spool);
        mr_session_close(shell.session);
        mr_close(shell.engine);
        status = shell.failed ? EXIT_FAILED : EXIT_OK;
    }
    arena_free(shell.common.arena);
    return status;
}
