/* SPDX-License-Identifier: Apache-2.0
 *
 * How failures are shown: place, source line, caret, windows of long lines.
 */
#include "base/status.h"
#include "tests/unit/check.h"

typedef struct RenderCase {
    const char *where, *source;
    uint32_t offset;
    const char *want;
} RenderCase;

static const RenderCase cases[] = {
    {"a.sql", "SELECT x FROM y;", 7,
     "a.sql:1:8: error: no 'x'\nSELECT x FROM y;\n       ^"},
    {NULL, "SELECT x", 7, "1:8: error: no 'x'\nSELECT x\n       ^"},
    {"f", "one\ntwo\nthree", 5, "f:2:2: error: no 'x'\ntwo\n ^"},
    {"f", "one\r\ntwo\r\n", 5, "f:2:1: error: no 'x'\ntwo\n^"},
    {"f", "one\n\ntwo", 4, "f:2:1: error: no 'x'\n\n^"},
    /* The end belongs behind what was written last. */
    {"f", "abc\n\n", 5, "f:1:4: error: no 'x'\nabc\n   ^"},
    {"f", "abc", 99, "f:1:4: error: no 'x'\nabc\n   ^"},
    {"f", "", 0, "f:1:1: error: no 'x'\n\n^"},
    /* Tabs stay, characters count. */
    {"f", "\ta\tb", 3, "f:1:4: error: no 'x'\n\ta\tb\n\t \t^"},
    {"f", "\xC3\xA6\xC3\xB8 x", 5,
     "f:1:4: error: no 'x'\n\xC3\xA6\xC3\xB8 x\n"
     "   ^"},
    /* Nothing reaches the terminal as it is. */
    {"f", "\x1B[2J\xFF x", 6,
     "f:1:7: error: no 'x'\n\xEF\xBF\xBD[2J\xEF\xBF\xBD x\n      ^"},
};

static void test_render(Arena *arena)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const RenderCase *c = &cases[i];
        Status st = st_error_at(arena, c->offset, "no '%s'", "x");
        CHECK(st.kind == ST_USER && st.at == c->offset + 1);
        CHECK_STR(str_from(st_render(arena, st, c->where, c->source,
                                     strlen(c->source))),
                  c->want);
    }
}

/* The lines of a rendering, without line ends. */
static void split_lines(const char *text, Str lines[3])
{
    for (int i = 0; i < 3; i++) {
        size_t len = strcspn(text, "\n");
        lines[i] = (Str){text, len};
        text += len + (text[len] == '\n');
    }
}

static void test_window(Arena *arena)
{
    enum { LEN = 1000 };
    char source[LEN];
    for (int i = 0; i < LEN; i++)
        source[i] = (char)('a' + i % 26);
    static const uint32_t offsets[] = {0, 59, 60, 61, 500, 959, 960, 999};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        uint32_t offset = offsets[i];
        source[offset] = '#';
        Status st = st_error_at(arena, offset, "bad");
        Str lines[3];
        split_lines(st_render(arena, st, "f", source, LEN), lines);
        /* The caret stands under the place, whatever was cut. */
        CHECK(lines[2].ptr[lines[2].len - 1] == '^');
        CHECK(lines[1].len >= lines[2].len);
        CHECK(lines[1].ptr[lines[2].len - 1] == '#');
        CHECK(lines[1].len <= 106);
        CHECK(str_starts_with(lines[1], STR("...")) == (offset > 60));
        CHECK(str_ends_with(lines[1], STR("...")) == (offset < 960));
        source[offset] = 'x';
    }
}

static void test_plain(Arena *arena)
{
    CHECK(st_ok().kind == ST_OK);
    Status st = st_error(arena, ST_RETRY, "broker '%s' is away", "a:9092");
    CHECK(st.kind == ST_RETRY && st.at == 0);
    CHECK_STR(str_from(st_render(arena, st, "f", "abc", 3)),
              "broker 'a:9092' is away");
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    test_render(arena);
    test_window(arena);
    test_plain(arena);
    arena_free(arena);
    return check_done();
}
