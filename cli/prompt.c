/* SPDX-License-Identifier: Apache-2.0
 *
 * The door to libedit. History goes to ~/.ksql-history as the reference's shell
 * does, or to the file that MILLRACE_HISTORY names. Tab completes the word
 * before the cursor, and the shorthands cs, ct, csas, ctas, ii, at the start of
 * a line.
 */
#include "cli/prompt.h"

#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "base/alloc.h"
#include "cli/cli.h"

struct Prompt {
    mr_Engine *engine;
    EditLine *edit; /* NULL: not a terminal. */
    History *history;
    const char *file;
    Arena *arena;
    Buf line;
    bool more;
};

static char *show_prompt(EditLine *edit)
{
    static char first[] = "ksql> ", next[] = ">";
    Prompt *prompt;
    el_get(edit, EL_CLIENTDATA, &prompt);
    return prompt->more ? next : first;
}

static const struct {
    const char *word, *text;
} shorthands[] = {
    {"cs", "CREATE STREAM s WITH (KAFKA_TOPIC='', VALUE_FORMAT='');"},
    {"ct", "CREATE TABLE t WITH (KAFKA_TOPIC='', VALUE_FORMAT='');"},
    {"csas", "CREATE STREAM s AS SELECT FROM ;"},
    {"ctas", "CREATE TABLE t AS SELECT FROM ;"},
    {"ii", "INSERT INTO x VALUES ();"},
};

/* Where the word before the cursor begins. */
static const char *word_start(const LineInfo *info)
{
    const char *at = info->cursor;
    while (at > info->buffer && !strchr(" \t\n(),;=<>'\"", at[-1]))
        at--;
    return at;
}

/* What all names have in common after `skip` characters. */
static size_t common_length(const char **names)
{
    size_t n = strlen(names[0]);
    for (int i = 1; names[i]; i++) {
        size_t k = 0;
        while (k < n && names[i][k] == names[0][k])
            k++;
        n = k;
    }
    return n;
}

static void list_names(Prompt *prompt, const char **names)
{
    int column = 0;
    (void)prompt;
    putchar('\n');
    for (int i = 0; names[i] && i < 100; i++) {
        printf("%-24s", names[i]);
        if (++column % 3 == 0) putchar('\n');
    }
    if (column % 3) putchar('\n');
}

static unsigned char complete(EditLine *edit, int key)
{
    Prompt *prompt;
    const LineInfo *info = el_line(edit);
    const char *start = word_start(info);
    Str word = {start, (size_t)(info->cursor - start)};
    (void)key;

    el_get(edit, EL_CLIENTDATA, &prompt);
    if (!word.len) return CC_ERROR;
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++) {
        if (start != info->buffer ||
            !str_eq_nocase(word, str_from(shorthands[i].word)))
            continue;
        el_deletestr(edit, (int)word.len);
        el_insertstr(edit, shorthands[i].text);
        return CC_REFRESH;
    }
    arena_reset(prompt->arena);
    const char **names = mr_complete(prompt->engine, prompt->arena, word);
    if (!names[0]) return CC_ERROR;
    size_t n = common_length(names);
    if (n > word.len || (n == word.len && !names[1])) {
        Str text = str_printf(prompt->arena, "%.*s%s", (int)n, names[0],
                              names[1] ? "" : " ");
        el_deletestr(edit, (int)word.len);
        el_insertstr(edit, text.ptr);
        return CC_REFRESH;
    }
    list_names(prompt, names);
    return CC_REDISPLAY;
}

static const char *history_file(Arena *arena)
{
    const char *set = getenv("MILLRACE_HISTORY");
    const char *home = getenv("HOME");
    if (set) return set;
    return home ? str_printf(arena, "%s/.ksql-history", home).ptr : NULL;
}

/* One character. libedit's own function can miss a signal that comes just
 * before it reads. -1: the end, or an interrupt. */
static int read_character(EditLine *edit, wchar_t *out)
{
    mbstate_t state = {0};
    char byte;
    (void)edit;

    while (wait_readable(STDIN_FILENO) && read(STDIN_FILENO, &byte, 1) == 1) {
        size_t n = mbrtowc(out, &byte, 1, &state);
        if (n == (size_t)-2) continue; /* More bytes belong to it. */
        if (n != (size_t)-1) return 1;
        state = (mbstate_t){0}; /* No character: left out. */
    }
    return -1;
}

/* Characters are UTF-8, whatever a bare system's locale says. */
static void choose_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static void open_editor(Prompt *prompt)
{
    HistEvent event;

    choose_locale();
    prompt->edit = el_init("millrace", stdin, stdout, stderr);
    if (!prompt->edit) return;
    prompt->history = history_init();
    history(prompt->history, &event, H_SETSIZE, 2000);
    history(prompt->history, &event, H_SETUNIQUE, 1);
    if (prompt->file) history(prompt->history, &event, H_LOAD, prompt->file);
    el_set(prompt->edit, EL_CLIENTDATA, prompt);
    el_set(prompt->edit, EL_PROMPT, show_prompt);
    el_set(prompt->edit, EL_GETCFN, read_character);
    el_set(prompt->edit, EL_EDITOR, "emacs");
    el_set(prompt->edit, EL_HIST, history, prompt->history);
    el_set(prompt->edit, EL_ADDFN, "complete", "Complete a name", complete);
    el_set(prompt->edit, EL_BIND, "^I", "complete", NULL);
    el_set(prompt->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(prompt->edit, NULL);
}

Prompt *prompt_open(mr_Engine *engine)
{
    Prompt *prompt = mem_zalloc(sizeof *prompt);
    prompt->engine = engine;
    prompt->arena = arena_new("completion", 0);
    if (isatty(STDIN_FILENO)) {
        const char *file = history_file(prompt->arena);
        if (file) {
            size_t size = strlen(file) + 1;
            prompt->file = memcpy(mem_alloc(size), file, size);
        }
        open_editor(prompt);
    }
    return prompt;
}

void prompt_close(Prompt *prompt)
{
    HistEvent event;
    if (prompt->edit) {
        if (prompt->file)
            history(prompt->history, &event, H_SAVE, prompt->file);
        history_end(prompt->history);
        el_end(prompt->edit);
    }
    mem_free((void *)prompt->file);
    arena_free(prompt->arena);
    buf_free(&prompt->line);
    mem_free(prompt);
}

bool prompt_is_terminal(const Prompt *prompt)
{
    return prompt->edit != NULL;
}

static const char *read_pipe(Prompt *prompt)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = getline(&line, &cap, stdin);

    prompt->line.len = 0;
    if (n >= 0) buf_append(&prompt->line, line, (size_t)n);
    mem_free(line);
    if (n < 0) return NULL;
    while (prompt->line.len &&
           strchr("\r\n", prompt->line.ptr[prompt->line.len - 1]))
        prompt->line.len--;
    buf_push(&prompt->line, '\0');
    return prompt->line.ptr;
}

const char *prompt_line(Prompt *prompt, bool more, bool *cancelled)
{
    int count;

    *cancelled = false;
    prompt->more = more;
    if (!prompt->edit) return read_pipe(prompt);
    const char *line = el_gets(prompt->edit, &count);
    if (interrupted() && !terminated()) {
        clear_interrupt();
        fputs("^C\n", stdout);
        el_reset(prompt->edit);
        *cancelled = true;
        return "";
    }
    if (!line || count <= 0) return NULL;
    prompt->line.len = 0;
    buf_append(&prompt->line, line, (size_t)count);
    while (prompt->line.len &&
           strchr("\r\n", prompt->line.ptr[prompt->line.len - 1]))
        prompt->line.len--;
    buf_push(&prompt->line, '\0');
    return prompt->line.ptr;
}

void prompt_remember(Prompt *prompt, const char *statement)
{
    HistEvent event;
    if (prompt->history) history(prompt->history, &event, H_ENTER, statement);
}

void prompt_show_history(Prompt *prompt)
{
    HistEvent event;
    int number = 1;
    if (!prompt->history) return;
    for (int r = history(prompt->history, &event, H_LAST); r >= 0;
         r = history(prompt->history, &event, H_PREV))
        printf("%5d  %s\n", number++, event.str);
}
