/* SPDX-License-Identifier: Apache-2.0
 *
 * MASK and its relatives (functions.md 4.2.2): each character is replaced by
 * the mask of its class (upper case, lower case, digit, other). A NULL mask
 * leaves its class as it is. Positions count UTF-16 units: a character above
 * U+FFFF gives two, its own mask and that for others.
 */
#include "base/unicode.h"
#include "functions/function_int.h"

enum { UPPER, LOWER, DIGIT, OTHER, MASKS };

/* The masks from the arguments `first`.., or the defaults. An empty pointer
 * masks nothing. */
static bool read_masks(FnCall *call, const Value *args, int first, int count,
                       Str masks[MASKS])
{
    static const Str defaults[MASKS] = {STR_INIT("X"), STR_INIT("x"),
                                        STR_INIT("n"), STR_INIT("-")};
    for (int i = 0; i < MASKS; i++) {
        masks[i] = defaults[i];
        if (first + i >= count) continue;
        masks[i] = args[first + i].null ? STR_NULL : args[first + i].str;
        if (masks[i].ptr && utf16_length(masks[i]) != 1)
            return fn_fail(call, "%s: mask '%.*s' is not one character",
                           call->function->name, STR_ARG(masks[i]));
    }
    return true;
}

static int class_of(uint32_t c)
{
    switch (char_class(c)) {
    case CHAR_UPPER: return UPPER;
    case CHAR_LOWER: return LOWER;
    case CHAR_DIGIT: return DIGIT;
    default: return OTHER;
    }
}

static void put_masked(Buf *out, Str text, const Str masks[MASKS])
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        Str mask = masks[class_of(c)];
        buf_append_str(out,
                       mask.ptr ? mask : (Str){text.ptr + start, at - start});
        if (c > 0xffff && mask.ptr && masks[OTHER].ptr)
            buf_append_str(out, masks[OTHER]);
    }
}

static bool mask(FnCall *call, const Value *args, int count, Value *out)
{
    Str masks[MASKS];
    Buf buf = {0};
    *out = VALUE_NULL;
    if (!read_masks(call, args, 1, count, masks)) return false;
    if (args[0].null) return true;
    put_masked(&buf, args[0].str, masks);
    return give_buf(call, &buf, out);
}

/* Masks the units from the start up to the `n`-th (counted from the end if
 * `from_right`), or with `rest` those behind it. */
static bool mask_part(FnCall *call, const Value *args, int count,
                      bool from_right, bool rest, Value *out)
{
    Str masks[MASKS];
    Buf buf = {0};
    *out = VALUE_NULL;
    if (args[1].null || args[1].i32 < 0)
        return fn_fail(call, "%s needs a number of characters, 0 or more",
                       call->function->name);
    if (!read_masks(call, args, 2, count, masks)) return false;
    if (args[0].null) return true;
    int64_t length = utf16_length(args[0].str);
    int64_t n = args[1].i32 < length ? args[1].i32 : length;
    if (from_right) n = length - n;
    Str left = utf16_slice(call->arena, args[0].str, 0, n);
    Str right = utf16_slice(call->arena, args[0].str, n, length - n);
    if (rest) {
        buf_append_str(&buf, left);
        put_masked(&buf, right, masks);
    } else {
        put_masked(&buf, left, masks);
        buf_append_str(&buf, right);
    }
    return give_buf(call, &buf, out);
}

static bool mask_left(FnCall *call, const Value *args, int count, Value *out)
{
    return mask_part(call, args, count, false, false, out);
}

static bool mask_right(FnCall *call, const Value *args, int count, Value *out)
{
    return mask_part(call, args, count, true, true, out);
}

static bool mask_keep_left(FnCall *call, const Value *args, int count,
                           Value *out)
{
    return mask_part(call, args, count, false, true, out);
}

static bool mask_keep_right(FnCall *call, const Value *args, int count,
                            Value *out)
{
    return mask_part(call, args, count, true, false, out);
}

static const Function rows[] = {
    {.name = "mask",
     .signature = "STRING -> STRING",
     .scalar = mask,
     .category = "STRING",
     .description = "Letters and digits replaced by X, x and n, others by '-'.",
     .example = "MASK('Ab 12') = 'Xx-nn'"},
    {.name = "mask",
     .signature = "STRING, STRING, STRING, STRING, STRING -> STRING",
     .scalar = mask,
     .category = "STRING",
     .description = "Letters and digits replaced by X, x and n, others by '-', "
                    "by the given upper-case, lower-case, digit and other "
                    "masks; NULL masks nothing.",
     .example = "MASK('Ab 12', 'U', 'l', '#', NULL) = 'Ul ##'"},
    {.name = "mask_keep_left",
     .signature = "STRING, INT -> STRING",
     .scalar = mask_keep_left,
     .category = "STRING",
     .description = "All but the first n characters masked.",
     .example = "MASK_KEEP_LEFT('Ab12', 2) = 'Abnn'"},
    {.name = "mask_keep_left",
     .signature = "STRING, INT, STRING, STRING, STRING, STRING -> STRING",
     .scalar = mask_keep_left,
     .category = "STRING",
     .description =
         "All but the first n characters masked, by the given upper-case, "
         "lower-case, digit and other masks; NULL masks nothing.",
     .example = "MASK_KEEP_LEFT('Ab12', 2, 'U', 'l', '#', '_') = 'Ab##'"},
    {.name = "mask_keep_right",
     .signature = "STRING, INT -> STRING",
     .scalar = mask_keep_right,
     .category = "STRING",
     .description = "All but the last n characters masked.",
     .example = "MASK_KEEP_RIGHT('Ab12', 2) = 'Xx12'"},
    {.name = "mask_keep_right",
     .signature = "STRING, INT, STRING, STRING, STRING, STRING -> STRING",
     .scalar = mask_keep_right,
     .category = "STRING",
     .description =
         "All but the last n characters masked, by the given upper-case, "
         "lower-case, digit and other masks; NULL masks nothing.",
     .example = "MASK_KEEP_RIGHT('Ab12', 2, 'U', 'l', '#', '_') = 'Ul12'"},
    {.name = "mask_left",
     .signature = "STRING, INT -> STRING",
     .scalar = mask_left,
     .category = "STRING",
     .description = "The first n characters masked.",
     .example = "MASK_LEFT('Ab12', 3) = 'Xxn2'"},
    {.name = "mask_left",
     .signature = "STRING, INT, STRING, STRING, STRING, STRING -> STRING",
     .scalar = mask_left,
     .category = "STRING",
     .description = "The first n characters masked, by the given upper-case, "
                    "lower-case, digit and other masks; NULL masks nothing.",
     .example = "MASK_LEFT('Ab12', 3, 'U', 'l', '#', '_') = 'Ul#2'"},
    {.name = "mask_right",
     .signature = "STRING, INT -> STRING",
     .scalar = mask_right,
     .category = "STRING",
     .description = "The last n characters masked.",
     .example = "MASK_RIGHT('Ab12', 3) = 'Axnn'"},
    {.name = "mask_right",
     .signature = "STRING, INT, STRING, STRING, STRING, STRING -> STRING",
     .scalar = mask_right,
     .category = "STRING",
     .description = "The last n characters masked, by the given upper-case, "
                    "lower-case, digit and other masks; NULL masks nothing.",
     .example = "MASK_RIGHT('Ab12', 3, 'U', 'l', '#', '_') = 'Al##'"},
};

const FunctionFamily fn_string_mask = {rows, sizeof rows / sizeof *rows};
