/* SPDX-License-Identifier: Apache-2.0
 *
 * NONE: no columns, bytes ignored, null written.
 */
#include "tests/unit/format_check.h"

int main(void)
{
    Arena *arena = arena_new("test", 0);
    FormatSpec spec = {.format = format_find(STR("none")), .is_key = true};
    CHECK(spec.format != NULL);
    CHECK(!format_validate(arena, &spec).kind);
    Rows rows = decode_one(arena, &spec, STR("whatever"));
    CHECK_STR(row_text(arena, &rows, &spec, 0), "[]");
    CHECK_STR(encode_one(arena, &spec, &rows), "<null>");

    spec = spec_of(arena, "NONE", "A INT", false);
    Status st = format_validate(arena, &spec);
    CHECK_STR(str_from(st.text), "format 'NONE' is only for a value without "
                                 "columns, but column 'A' is defined");
    spec = spec_of(arena, "NONE", "A INT, B INT", true);
    CHECK(format_validate(arena, &spec).kind == ST_USER);
    arena_free(arena);
    return check_done();
}
