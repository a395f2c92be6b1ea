/* SPDX-License-Identifier: Apache-2.0
 *
 * Did-you-mean: what is near and what is not, which of several is chosen, and
 * how the hint reads.
 */
#include "base/near.h"

#include "tests/unit/check.h"

static const Str names[] = {
    STR_INIT("CLICKS"),      STR_INIT("USERS"),  STR_INIT("SUBSTRING"),
    STR_INIT("UCASE"),       STR_INIT("LCASE"),  STR_INIT("Order Id"),
    STR_INIT("PARTITIONS"),  STR_INIT("ID"),     STR_INIT("X"),
    STR_INIT("CSAS_SLOW_5"), STR_INIT("amount"),
};

/* Wanted, and the hint in full. */
static const struct {
    const char *wanted, *hint;
} cases[] = {
    /* One letter wrong, left out, too many, swapped. */
    {"CLICKZ", "; did you mean 'CLICKS'?"},
    {"CLIKS", "; did you mean 'CLICKS'?"},
    {"CLLICKS", "; did you mean 'CLICKS'?"},
    {"CLIKCS", "; did you mean 'CLICKS'?"},
    {"DI", "; did you mean 'ID'?"},
    /* Two are near for up to eight letters, three after that. */
    {"KLIKS", "; did you mean 'CLICKS'?"},
    {"KLIKZ", ""},
    {"PARTISHONS", "; did you mean 'PARTITIONS'?"},
    {"CSAS_SLOW_3", "; did you mean 'CSAS_SLOW_5'?"},
    /* Cut short, after four letters. */
    {"SUBS", "; did you mean 'SUBSTRING'?"},
    {"SUB", ""},
    /* Equally near: the one with the same first letter. */
    {"LCASSE", "; did you mean 'LCASE'?"},
    {"UCASSE", "; did you mean 'UCASE'?"},
    /* A name of one letter is not near to another. */
    {"Y", ""},
    {"", ""},
    {"SOMETHING ELSE", ""},
    /* Names that need quotes are shown in them. */
    {"Order ID", "; there is one that differs in case: write `Order Id` with "
                 "its quotes"},
    {"Ordr Id", "; did you mean `Order Id`?"},
    {"AMOUNT", "; there is one that differs in case: write `amount` with its "
               "quotes"},
    {"users", "; there is 'USERS', which is written without quotes"},
};

int main(void)
{
    Arena *arena = arena_new("test", 0);
    int count = (int)(sizeof names / sizeof *names);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(
            str_from(near_name(arena, str_from(cases[i].wanted), names, count)),
            cases[i].hint);

    /* Where case does not count, it is not spoken of. */
    Near near = near_to(STR("Run"));
    near_offer(&near, STR("run"));
    CHECK_STR(str_from(near_hint(&near, arena, "")), "; did you mean 'run'?");

    /* Without a near name there is what the caller says. */
    near = near_to(STR("clicks"));
    near_offer(&near, STR("orders"));
    CHECK_STR(str_from(near_hint(&near, arena, ": SHOW TOPICS lists them")),
              ": SHOW TOPICS lists them");
    CHECK_STR(str_from(near_name_hint(&near, arena, "!")), "!");
    arena_free(arena);
    return check_done();
}
