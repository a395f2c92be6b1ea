/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions in Java's syntax to PCRE2's.
 *
 * Most is spelled alike and is copied. What differs:
 *
 *   [a-z&&[^b]], [a[bc]]   classes with intersection and union become groups of
 *                          look-aheads and alternatives
 *   .                      Java's line ends: \n \r U+0085 U+2028 U+2029
 *   \uXXXX \0nn \Q..\E     characters by number
 *   \12                    the longest number that is a group, then digits
 *   \p{Lower}, \p{javaX}   see regex_property.c
 *   (?x)                   blanks and comments are left out here, since Java
 *                          does so in classes as well
 *   (?d) (?u) (?U)         Unix lines; ignored; Unicode classes everywhere
 *
 * What only PCRE2 knows (verbs, recursion, \K) is an error, as it is in Java.
 * Known differences: look-behind must have a fixed length for each alternative,
 * (?i) knows more than ASCII letters, \N{name} and \b{g} are not there.
 *
 * The translation runs twice: what a back-reference means depends on how many
 * groups there are in all.
 */
#include "base/unicode.h"
#include "functions/regex.h"

enum {
    DOT_ALL = 1,
    MULTI_LINE = 2,
    COMMENTS = 4,
    UNIX_LINES = 8,

    NESTING_MAX = 250, /* PCRE2's own limit for groups. */
};

typedef struct Translator {
    Str in;
    size_t at;
    Buf *out;
    unsigned flags;
    unsigned saved[NESTING_MAX]; /* Flags around the open groups. */
    int depth;
    int class_depth;
    int groups;     /* Opened so far. */
    int all_groups; /* Known in the second run. */
    bool unicode;
    const char *error;
} Translator;

static bool fail(Translator *t, const char *error)
{
    if (!t->error) t->error = error;
    t->at = t->in.len;
    return false;
}

static bool more(const Translator *t)
{
    return t->at < t->in.len;
}

/* The byte `ahead` of the present one, or 0. */
static char peek(const Translator *t, size_t ahead)
{
    return t->at + ahead < t->in.len ? t->in.ptr[t->at + ahead] : 0;
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* A character that stands for itself, in a class or outside. */
static void put_literal(Buf *out, uint32_t c)
{
    if (c >= 0x80 && (c < 0xd800 || c > 0xdfff))
        utf8_append(out, c);
    else if (c < 0x80 && (is_digit((char)c) || is_letter((char)c)))
        buf_push(out, (char)c);
    else
        buf_printf(out, "\\x{%x}", c);
}

/* ---- escapes ---- */

/* `count` hexadecimal digits. */
static bool read_hex(Translator *t, int count, uint32_t *c)
{
    *c = 0;
    for (int i = 0; i < count; i++) {
        char digit = peek(t, 0);
        uint32_t value = is_digit(digit)    ? (uint32_t)(digit - '0')
                         : is_letter(digit) ? (uint32_t)((digit | 0x20) - 'W')
                                            : 16;
        if (value > 15) return fail(t, "hexadecimal digits are missing");
        *c = *c << 4 | value;
        t->at++;
    }
    return true;
}

static bool read_braced_hex(Translator *t, uint32_t *c)
{
    size_t start = ++t->at;
    while (more(t) && peek(t, 0) != '}')
        t->at++;
    size_t len = t->at - start;
    if (!more(t) || !len || len > 6) return fail(t, "bad \\x{...}");
    t->at = start;
    if (!read_hex(t, (int)len, c)) return false;
    t->at++;
    return *c <= 0x10ffff || fail(t, "bad \\x{...}");
}

static bool read_u(Translator *t, uint32_t *c)
{
    if (!read_hex(t, 4, c)) return false;
    if (*c < 0xd800 || *c > 0xdbff || peek(t, 0) != '\\' || peek(t, 1) != 'u')
        return true;
    size_t back = t->at;
    uint32_t low;
    t->at += 2;
    if (!read_hex(t, 4, &low)) return false;
    if (low >= 0xdc00 && low <= 0xdfff)
        *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
    else
        t->at = back;
    return true;
}

static bool read_octal(Translator *t, uint32_t *c)
{
    int max = peek(t, 0) <= '3' ? 3 : 2, count = 0;
    *c = 0;
    while (count < max && peek(t, 0) >= '0' && peek(t, 0) <= '7') {
        *c = *c * 8 + (uint32_t)(t->in.ptr[t->at++] - '0');
        count++;
    }
    return count || fail(t, "octal digits are missing");
}

/* The character that the escape behind a backslash stands for. False without
 * an error: it is none of a character, and nothing has been read. */
static bool read_character(Translator *t, uint32_t *c)
{
    char letter = peek(t, 0);
    if (!is_letter(letter) && !is_digit(letter)) {
        if (!more(t)) return fail(t, "nothing follows the last backslash");
        *c = utf8_next(t->in, &t->at);
        return true;
    }
    t->at++;
    switch (letter) {
    case '0': return read_octal(t, c);
    case 'x':
        return peek(t, 0) == '{' ? read_braced_hex(t, c) : read_hex(t, 2, c);
    case 'u': return read_u(t, c);
    case 'c':
        if (!more(t)) return fail(t, "nothing follows \\c");
        *c = (uint32_t)(unsigned char)t->in.ptr[t->at++] ^ 64;
        return *c < 0x80 || fail(t, "bad \\c");
    case 'a': *c = 7; return true;
    case 'e': *c = 27; return true;
    case 'f': *c = 12; return true;
    case 'n': *c = 10; return true;
    case 'r': *c = 13; return true;
    case 't': *c = 9; return true;
    default: t->at--; return false;
    }
}

/* The property behind \p or \P. */
static bool read_property(Translator *t, bool negated, Buf *out, bool *nested)
{
    Str name = {t->in.ptr + t->at, 1};
    if (!more(t)) return fail(t, "nothing follows \\p");
    if (peek(t, 0) == '{') {
        size_t close = str_find(t->in, STR("}"), t->at);
        if (close == SIZE_MAX) return fail(t, "'}' is missing behind \\p{");
        name = (Str){name.ptr + 1, close - t->at - 1};
        t->at = close;
    }
    t->at++;
    return regex_property(name, negated, out, nested) ||
           fail(t, "unknown property in \\p{...}");
}

/* The text between \Q and \E, as literals; behind \Q already. */
static void read_quoted(Translator *t, Buf *out)
{
    size_t end = str_find(t->in, STR("\\E"), t->at);
    size_t stop = end == SIZE_MAX ? t->in.len : end;
    while (t->at < stop)
        put_literal(out, utf8_next(t->in, &t->at));
    if (end != SIZE_MAX) t->at += 2;
}

static void put_reference(Translator *t)
{
    int number = t->in.ptr[t->at++] - '0';
    while (is_digit(peek(t, 0))) {
        int longer = number * 10 + (peek(t, 0) - '0');
        if (longer > t->groups) break;
        number = longer;
        t->at++;
    }
    /* What refers to no group never matches. */
    if (number > t->all_groups)
        buf_append_str(t->out, STR("(?!)"));
    else
        buf_printf(t->out, "\\g{%d}", number);
}

/* Behind \k. */
static void put_named_reference(Translator *t)
{
    size_t start = t->at;
    if (peek(t, 0) == '<') t->at++;
    while (is_letter(peek(t, 0)) || is_digit(peek(t, 0)))
        t->at++;
    if (t->at == start || peek(t, 0) != '>') {
        fail(t, "no name of a group follows \\k");
        return;
    }
    t->at++;
    buf_append_str(t->out, STR("\\k"));
    buf_append_str(t->out, (Str){t->in.ptr + start, t->at - start});
}

/* A backslash outside classes; behind it already. */
static void escape(Translator *t)
{
    uint32_t c;
    if (peek(t, 0) >= '1' && peek(t, 0) <= '9') {
        put_reference(t);
        return;
    }
    if (read_character(t, &c)) {
        put_literal(t->out, c);
        return;
    }
    if (t->error) return;
    char letter = t->in.ptr[t->at++];
    bool nested;
    Buf class = {0};
    switch (letter) {
    case 'Q': read_quoted(t, t->out); break;
    case 'E': break;
    case 'p':
    case 'P':
        if (read_property(t, letter == 'P', &class, &nested)) {
            bool bare = nested || class.ptr[0] == '\\';
            if (!bare) buf_push(t->out, '[');
            buf_append_str(t->out, buf_str(&class));
            if (!bare) buf_push(t->out, ']');
        }
        buf_free(&class);
        break;
    case 'k': put_named_reference(t); break;
    default:
        if (!strchr("dDwWsShHvVbBAZzGRX", letter)) {
            fail(t, "unknown escape");
            break;
        }
        buf_push(t->out, '\\');
        buf_push(t->out, letter);
    }
}

/* ---- classes ---- */

static bool skip_comment(Translator *t)
{
    char c = peek(t, 0);
    if (!(t->flags & COMMENTS) || !more(t)) return false;
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        t->at++;
        return true;
    }
    if (c != '#') return false;
    while (more(t) && peek(t, 0) != '\n' && peek(t, 0) != '\r')
        t->at++;
    return true;
}

/* One side of &&: characters and ranges, and classes inside. */
typedef struct Operand {
    Buf items;  /* For between brackets. */
    Buf nested; /* Alternatives, each with a '|' before it. */
} Operand;

static bool read_class(Translator *t, Buf *out);

static void add_nested(Operand *operand, Str class)
{
    buf_push(&operand->nested, '|');
    buf_append_str(&operand->nested, class);
}

/* A character, perhaps the first of a range. */
static void add_character(Translator *t, Operand *operand, uint32_t c)
{
    put_literal(&operand->items, c);
    char end = peek(t, 1);
    if (peek(t, 0) != '-' || !end || end == ']' || end == '[') return;
    t->at++;
    uint32_t last;
    if (end == '\\') {
        t->at++;
        if (!read_character(t, &last)) {
            fail(t, "a range in a class has no character at its end");
            return;
        }
    } else {
        last = utf8_next(t->in, &t->at);
    }
    buf_push(&operand->items, '-');
    put_literal(&operand->items, last);
}

static void add_escape(Translator *t, Operand *operand)
{
    uint32_t c;
    t->at++;
    if (read_character(t, &c)) {
        add_character(t, operand, c);
        return;
    }
    if (t->error) return;
    char letter = t->in.ptr[t->at++];
    bool nested;
    Buf class = {0};
    if (letter == 'Q') {
        read_quoted(t, &operand->items);
    } else if (letter == 'p' || letter == 'P') {
        if (read_property(t, letter == 'P', &class, &nested)) {
            if (nested)
                add_nested(operand, buf_str(&class));
            else
                buf_append_str(&operand->items, buf_str(&class));
        }
        buf_free(&class);
    } else if (strchr("dDwWsShHvV", letter)) {
        buf_push(&operand->items, '\\');
        buf_push(&operand->items, letter);
    } else if (letter != 'E') {
        fail(t, "unknown escape in a class");
    }
}

/* The operand as one class or group; false if it is empty. */
static bool put_operand(Buf *out, const Operand *operand, bool negated)
{
    bool items = operand->items.len, nested = operand->nested.len;
    if (!items && !nested) return false;
    if (nested) buf_append_str(out, negated ? STR("(?:(?!") : STR("(?:"));
    if (items) {
        buf_append_str(out, negated && !nested ? STR("[^") : STR("["));
        buf_append_str(out, buf_str(&operand->items));
        buf_push(out, ']');
    }
    if (nested) {
        Str rest = buf_str(&operand->nested);
        if (!items) rest = (Str){rest.ptr + 1, rest.len - 1};
        buf_append_str(out, rest);
        buf_append_str(out, negated ? STR(")(?s:.))") : STR(")"));
    }
    return true;
}

/* Reads up to && or the end of the class. */
static void read_operand(Translator *t, Operand *operand, bool first)
{
    while (more(t)) {
        if (skip_comment(t)) continue;
        char c = peek(t, 0);
        if (c == ']' && !first) return;
        if (c == '&' && peek(t, 1) == '&') return;
        first = false;
        if (c == '[') {
            Buf class = {0};
            t->at++;
            if (read_class(t, &class)) add_nested(operand, buf_str(&class));
            buf_free(&class);
        } else if (c == '\\') {
            add_escape(t, operand);
        } else {
            add_character(t, operand, utf8_next(t->in, &t->at));
        }
    }
}

static void free_operand(Operand *operand)
{
    buf_free(&operand->items);
    buf_free(&operand->nested);
}

/* Reads the operands of a class up to its end: the last into `last`, those
 * before as look-aheads. Returns how many. */
static int read_operands(Translator *t, Buf *before, Operand *last)
{
    int count = 0;
    for (bool first = true; more(t) && (first || peek(t, 0) != ']');
         first = false) {
        Operand operand = {0};
        while (!first && peek(t, 0) == '&' && peek(t, 1) == '&')
            t->at += 2;
        read_operand(t, &operand, first);
        if (!operand.items.len && !operand.nested.len) continue;
        if (count++) {
            buf_append_str(before, STR("(?="));
            put_operand(before, last, false);
            buf_push(before, ')');
            free_operand(last);
        }
        *last = operand;
    }
    return count;
}

/* The class behind its '[' as one atom of PCRE2. */
static bool read_class(Translator *t, Buf *out)
{
    if (++t->class_depth > NESTING_MAX) return fail(t, "nested too deep");
    bool negated = peek(t, 0) == '^';
    if (negated) t->at++;
    Buf before = {0};
    Operand last = {0};
    int count = read_operands(t, &before, &last);
    if (!more(t))
        fail(t, "']' is missing");
    else if (!count)
        fail(t, "empty class");
    t->at++;
    t->class_depth--;
    if (count == 1) {
        put_operand(out, &last, negated);
    } else if (count) {
        buf_append_str(out, negated ? STR("(?:(?!") : STR("(?:"));
        buf_append_str(out, buf_str(&before));
        put_operand(out, &last, false);
        buf_append_str(out, negated ? STR(")(?s:.))") : STR(")"));
    }
    buf_free(&before);
    free_operand(&last);
    return !t->error;
}

/* ---- groups, flags and the rest ---- */

static void open_group(Translator *t)
{
    if (t->depth == NESTING_MAX) {
        fail(t, "nested too deep");
        return;
    }
    t->saved[t->depth++] = t->flags;
}

/* The bit of a flag letter; 0: PCRE2's or none of ours. */
static unsigned flag_of(char letter)
{
    switch (letter) {
    case 's': return DOT_ALL;
    case 'm': return MULTI_LINE;
    case 'x': return COMMENTS;
    case 'd': return UNIX_LINES;
    default: return 0;
    }
}

/* "idmsuxU-idmsuxU" and ')' or ':'. */
static void read_flags(Translator *t)
{
    unsigned before = t->flags;
    bool off = false;
    Buf kept = {0};
    while (more(t) && peek(t, 0) != ')' && peek(t, 0) != ':') {
        char letter = t->in.ptr[t->at++];
        if (letter == '-' && !off) {
            off = true;
            buf_push(&kept, '-');
            continue;
        }
        if (!strchr("idmsuxU", letter)) {
            fail(t, "unknown construct behind '(?'");
            break;
        }
        if (off)
            t->flags &= ~flag_of(letter);
        else
            t->flags |= flag_of(letter);
        if (letter == 'U' && !off) t->unicode = true;
        if (strchr("ims", letter)) buf_push(&kept, letter);
    }
    if (!more(t)) fail(t, "')' is missing");
    bool group = peek(t, 0) == ':';
    t->at++;
    if (group || kept.len > off) {
        buf_append_str(t->out, STR("(?"));
        buf_append_str(t->out, buf_str(&kept));
        buf_push(t->out, group ? ':' : ')');
    }
    if (group) {
        unsigned inside = t->flags;
        t->flags = before;
        open_group(t);
        t->flags = inside;
    }
    buf_free(&kept);
}

/* Behind '('. */
static void read_group(Translator *t)
{
    size_t start = t->at;
    if (peek(t, 0) != '?') {
        if (peek(t, 0) == '*') fail(t, "nothing stands before '*'");
        t->groups++;
        open_group(t);
        buf_push(t->out, '(');
        return;
    }
    t->at++;
    char kind = peek(t, 0), next = peek(t, 1);
    if (kind == '<' && next != '=' && next != '!') {
        for (t->at++; is_letter(peek(t, 0)) || is_digit(peek(t, 0));)
            t->at++;
        if (peek(t, 0) != '>') fail(t, "bad name of a group");
        t->groups++;
    } else if (kind == '<') {
        t->at++;
    } else if (!strchr(":=!>", kind) || !kind) {
        read_flags(t);
        return;
    }
    if (t->error) return;
    t->at++;
    open_group(t);
    buf_push(t->out, '(');
    buf_append_str(t->out, (Str){t->in.ptr + start, t->at - start});
}

/* Behind '{': it must be a repetition. */
static void read_repetition(Translator *t)
{
    size_t start = t->at;
    while (is_digit(peek(t, 0)))
        t->at++;
    bool digits = t->at > start;
    if (digits && peek(t, 0) == ',')
        for (t->at++; is_digit(peek(t, 0));)
            t->at++;
    if (!digits || peek(t, 0) != '}') {
        fail(t, "'{' begins no repetition; write '\\{'");
        return;
    }
    t->at++;
    buf_push(t->out, '{');
    buf_append_str(t->out, (Str){t->in.ptr + start, t->at - start});
}

static void put_dot(Translator *t)
{
    if (t->flags & DOT_ALL)
        buf_push(t->out, '.');
    else if (t->flags & UNIX_LINES)
        buf_append_str(t->out, STR("[^\\n]"));
    else
        buf_append_str(t->out, STR("[^\\n\\r\\x{85}\\x{2028}\\x{2029}]"));
}

static void put_dollar(Translator *t)
{
    if (!(t->flags & UNIX_LINES))
        buf_push(t->out, '$');
    else if (t->flags & MULTI_LINE)
        buf_append_str(t->out, STR("(?=\\n|\\z)"));
    else
        buf_append_str(t->out, STR("(?=\\n?\\z)"));
}

static void translate_one(Translator *t)
{
    if (skip_comment(t)) return;
    size_t start = t->at;
    char c = t->in.ptr[t->at++];
    switch (c) {
    case '\\': escape(t); break;
    case '[': read_class(t, t->out); break;
    case '(': read_group(t); break;
    case '{': read_repetition(t); break;
    case '.': put_dot(t); break;
    case '$': put_dollar(t); break;
    case ')':
        if (!t->depth) {
            fail(t, "')' closes no group");
            break;
        }
        t->flags = t->saved[--t->depth];
        buf_push(t->out, ')');
        break;
    case '*':
    case '+':
    case '?':
    case '^':
    case '|': buf_push(t->out, c); break;
    default: t->at = start; put_literal(t->out, utf8_next(t->in, &t->at));
    }
}

bool regex_translate(Arena *arena, Str pattern, Buf *out, bool *unicode,
                     const char **error)
{
    int groups = 0;
    Translator *t = ARENA_NEW(arena, Translator);
    for (int run = 0; run < 2; run++) {
        *t = (Translator){.in = pattern, .out = out, .all_groups = groups};
        out->len = 0;
        while (more(t))
            translate_one(t);
        groups = t->groups;
    }
    *unicode = t->unicode;
    *error = t->error;
    return !t->error;
}
