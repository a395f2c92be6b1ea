/* SPDX-License-Identifier: Apache-2.0
 *
 * Metadata of committed offsets: there and back, and that foreign or damaged
 * text changes nothing.
 */
#include "base/number.h"
#include "runtime/commit_note.h"
#include "tests/unit/check.h"

int main(void)
{
    Arena *arena = arena_new("test", 0);
    Notes notes = {.count = 0}, back = {.count = 0};
    int64_t time = -1, value = 0;
    CHECK_STR(notes_write(arena, 5, &notes), "AgAAAAAAAAAFAAAAAA==");
    CHECK(notes_set(&notes, STR("store"), 1234567890123));
    CHECK(notes_set(&notes, STR("other"), -1));
    CHECK(notes_set(&notes, STR("store"), 77));
    Str text = notes_write(arena, -1, &notes);
    CHECK(notes_read(arena, text, &time, &back));
    CHECK(time == -1 && back.count == 2);
    CHECK(notes_get(&back, STR("store"), &value) && value == 77);
    CHECK(!notes_get(&back, STR("none"), &value));
    /* A smaller value of another partition does not go back. */
    CHECK(notes_set(&notes, STR("store"), 3));
    CHECK(notes_read(arena, notes_write(arena, 9, &notes), &time, &back));
    CHECK(notes_get(&back, STR("store"), &value) && value == 77 && time == 9);
    /* The reference's short form has no map. */
    CHECK(notes_read(arena, STR("AgAAAAAAAAAF"), &time, &back) && time == 5);
    static const char *const bad[] = {"", "hello", "AQAAAAAAAAAF", "AgAA",
                                      "AgAAAAAAAAAFAAAAAQAA",
                                      "AgAAAAAAAAAFAAAAAX////8="};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!notes_read(arena, str_from(bad[i]), &time, &back) && time == 5);
    CHECK(!notes_read(arena, STR_NULL, &time, &back));
    for (int i = 0; i < NOTES_MAX; i++)
        notes_set(&back, str_printf(arena, "n%d", i), i);
    CHECK(!notes_set(&back, STR("one too many"), 1));
    arena_free(arena);
    return check_done();
}
