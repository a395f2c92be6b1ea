/* SPDX-License-Identifier: Apache-2.0
 *
 * The door to libedit. History goes to ~/.ksql-history as the reference's shell
 * does, or to the file that MILLRACE_HISTORY names. Tab completes the word
 * before the cursor: by the place in the statement, the lines before it and
 * what stands after the cursor included; at the start of one also the shell's
 * own commands, and the shorthands cs, ct, csas, ctas, ii.
 */
#include "cli/prompt.h"

#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/alloc.h"
#include "cli/cli.h"
#include "cli/help.h"

struct Prompt {
    mr_Session *session;
    EditLine *edit; /* NULL: not a terminal. */
    History *history;
    const char *file;
    Arena *arena;
    Buf line;
    Str pending; /* The lines of the statement before this one. */
};

static char *show_prompt(EditLine *edit)
{
    static char first[] = "ksql> ", next[] = ">";
    Prompt *prompt;
    el_get(edit, EL_CLIENTDATA, &prompt);
    return prompt->pending.len ? next : first;
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

static const char *const local_words[] = {
    "HELP ",   "EXIT",   "HISTORY", "VERSION",
    "OUTPUT ", "SPOOL ", "CLEAR",   "SERVER",
};

/* The text of `info` is a shorthand before the cursor, and nothing else. */
static const char *shorthand(const LineInfo *info)
{
    Str word = {info->buffer, (size_t)(info->cursor - info->buffer)};
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++)
        if (str_eq_nocase(word, str_from(shorthands[i].word)))
            return shorthands[i].text;
    return NULL;
}

static bool begins_so(const char *name, Str prefix)
{
    return strncasecmp(name, prefix.ptr, prefix.len) == 0;
}

typedef VEC(mr_Completion) Offers;

/* After HELP: names of statements, as wholes. */
static void offer_help(Arena *arena, Offers *offers, Str prefix)
{
    for (const HelpTopic *one = help_statements; one->name; one++)
        if (begins_so(one->name, prefix))
            *vec_push(arena, offers) = (mr_Completion){str_from(one->name),
                                                       ";"};
}

/* What could stand at the cursor. `*word_at` points into the line. */
static void find_offers(Prompt *prompt, const LineInfo *info, Offers *offers,
                        size_t *word_at)
{
    Arena *arena = prompt->arena;
    size_t cursor = (size_t)(info->cursor - info->buffer);
    Str line = {info->buffer, (size_t)(info->lastchar - info->buffer)};
    bool first = !prompt->pending.len;

    if (first && cursor >= 5 && begins_so("help ", (Str){line.ptr, 5})) {
        *word_at = 5;
        offer_help(arena, offers, (Str){line.ptr + 5, cursor - 5});
        return;
    }
    mr_Completions found;
    Str text = str_printf(arena, "%.*s%.*s", STR_ARG(prompt->pending),
                          STR_ARG(line));
    mr_complete(prompt->session, arena, text, prompt->pending.len + cursor,
                &found);
    /* A word cannot begin on the line before. */
    *word_at = found.word_at < prompt->pending.len
                   ? cursor
                   : found.word_at - prompt->pending.len;
    for (int i = 0; i < found.count; i++)
        *vec_push(arena, offers) = found.at[i];
    Str word = {line.ptr, cursor};
    for (size_t i = 0; first && cursor && *word_at == 0 &&
                       i < sizeof local_words / sizeof *local_words;
         i++)
        if (begins_so(local_words[i], word))
            *vec_push(arena, offers) = (mr_Completion){str_from(local_words[i]),
                                                       ""};
}

/* How many characters all offers have in common, case aside where nothing is
 * lost: `Orders` and ORDERS share none. */
static size_t common_length(const Offers *offers)
{
    Str first = offers->at[0].text;
    size_t n = first.len;
    for (int i = 1; i < offers->count; i++) {
        Str other = offers->at[i].text;
        size_t k = 0;
        while (k < n && k < other.len && first.ptr[k] == other.ptr[k])
            k++;
        n = k;
    }
    while (n && (first.ptr[n] & 0xC0) == 0x80 && n < first.len)
        n--;
    return n;
}

enum { LIST_MAX = 120 };

static int terminal_width(void)
{
    struct winsize size;
    bool known = !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col;
    return known ? size.ws_col : 80;
}

/* Takes back so many bytes before the cursor; libedit counts characters. */
static void delete_bytes(EditLine *edit, const char *end, size_t bytes)
{
    int characters = 0;
    for (size_t i = 1; i <= bytes; i++)
        characters += (end[-(ptrdiff_t)i] & 0xC0) != 0x80;
    el_deletestr(edit, characters);
}

/* In columns, sorted as they were offered. */
static void list_offers(const Offers *offers)
{
    size_t width = 0;
    int rows, count = offers->count > LIST_MAX ? LIST_MAX : offers->count;

    for (int i = 0; i < count; i++)
        if (offers->at[i].text.len > width) width = offers->at[i].text.len;
    int columns = terminal_width() / (int)(width + 2);
    if (columns < 1) columns = 1;
    rows = (count + columns - 1) / columns;
    putchar('\n');
    for (int row = 0; row < rows; row++) {
        for (int i = row; i < count; i += rows) {
            Str text = offers->at[i].text;
            bool last = i + rows >= count;
            printf("%.*s%*s", STR_ARG(text),
                   last ? 0 : (int)(width + 2 - text.len), "");
        }
        putchar('\n');
    }
    if (count < offers->count)
        printf("... and %d more\n", offers->count - count);
}

static int by_text(const void *a, const void *b)
{
    const mr_Completion *one = a, *other = b;
    return str_compare(one->text, other->text);
}

static unsigned char complete(EditLine *edit, int key)
{
    Prompt *prompt;
    const LineInfo *info = el_line(edit);
    Offers offers = {0};
    size_t at;
    (void)key;

    el_get(edit, EL_CLIENTDATA, &prompt);
    size_t cursor = (size_t)(info->cursor - info->buffer);
    const char *text = prompt->pending.len ? NULL : shorthand(info);
    if (text) {
        delete_bytes(edit, info->cursor, cursor);
        el_insertstr(edit, text);
        return CC_REFRESH;
    }
    arena_reset(prompt->arena);
    find_offers(prompt, info, &offers, &at);
    if (!offers.count) return CC_ERROR;
    size_t word = cursor - at, n = common_length(&offers);
    bool only = offers.count == 1;
    if (only || n > word) {
        mr_Completion *one = &offers.at[0];
        /* What comes after the name may stand there already. */
        const char *tail = only ? one->tail : "";
        size_t right = (size_t)(info->lastchar - info->cursor);
        if (right && *tail && *info->cursor == *tail) tail = "";
        Str with = str_printf(prompt->arena, "%.*s%s", (int)n, one->text.ptr,
                              tail);
        delete_bytes(edit, info->cursor, word);
        el_insertstr(edit, with.ptr);
        return CC_REFRESH;
    }
    qsort(offers.at, (size_t)offers.count, sizeof *offers.at, by_text);
    list_offers(&offers);
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

Prompt *prompt_open(mr_Session *session)
{
    Prompt *prompt = mem_zalloc(sizeof *prompt);
    prompt->session = session;
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

const char *prompt_line(Prompt *prompt, Str pending, bool *cancelled)
{
    int count;

    *cancelled = false;
    prompt->pending = pending;
    if (!prompt->edit) return read_pipe(prompt);
    /* el_gets would show the prompt first: a Ctrl-D typed in between is lost. */
    el_set(prompt->edit, EL_PREP_TERM, 1);
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
