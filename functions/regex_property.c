/* SPDX-License-Identifier: Apache-2.0
 *
 * Java's names in \p{...}: POSIX classes (ASCII only), java* methods, blocks
 * and Unicode properties. PCRE2 knows the last by the same names, without "Is"
 * and loosely spelled; the others are in tables here. Of the blocks, those of
 * living scripts that people write patterns for are known.
 */
#include <stdio.h>

#include "functions/regex.h"

typedef struct Rename {
    const char *java, *to;
} Rename;

/* For inside brackets. */
static const Rename posix[] = {
    {"Lower", "lower"}, {"Upper", "upper"}, {"Alpha", "alpha"},
    {"Digit", "digit"}, {"Alnum", "alnum"}, {"Punct", "punct"},
    {"Graph", "graph"}, {"Print", "print"}, {"Blank", "blank"},
    {"Cntrl", "cntrl"}, {"Space", "space"}, {"XDigit", "xdigit"},
};

static const Rename properties[] = {
    {"javaLowerCase", "Lowercase"},
    {"javaUpperCase", "Uppercase"},
    {"javaAlphabetic", "Alphabetic"},
    {"javaIdeographic", "Ideographic"},
    {"javaTitleCase", "Lt"},
    {"javaDigit", "Nd"},
    {"javaLetter", "L"},
    {"javaWhitespace", "White_Space"},
    {"javaSpaceChar", "Z"},
    {"javaISOControl", "Cc"},
    {"javaMirrored", "Bidi_Mirrored"},
    {"IsPunctuation", "P"},
    {"IsControl", "Cc"},
    {"IsLetter", "L"},
    {"IsDigit", "Nd"},
    {"IsTitlecase", "Lt"},
    {"LC", "L&"},
};

/* Blocks and other ranges, by name without blanks, hyphens and underscores. */
static const struct Range {
    const char *name;
    unsigned from, to;
} ranges[] = {
    {"ASCII", 0, 0x7f},
    {"L1", 0, 0xff},
    {"all", 0, 0x10ffff},
    {"InBasicLatin", 0, 0x7f},
    {"InLatin1Supplement", 0x80, 0xff},
    {"InLatinExtendedA", 0x100, 0x17f},
    {"InLatinExtendedB", 0x180, 0x24f},
    {"InIPAExtensions", 0x250, 0x2af},
    {"InCombiningDiacriticalMarks", 0x300, 0x36f},
    {"InGreek", 0x370, 0x3ff},
    {"InGreekandCoptic", 0x370, 0x3ff},
    {"InCyrillic", 0x400, 0x4ff},
    {"InArmenian", 0x530, 0x58f},
    {"InHebrew", 0x590, 0x5ff},
    {"InArabic", 0x600, 0x6ff},
    {"InDevanagari", 0x900, 0x97f},
    {"InBengali", 0x980, 0x9ff},
    {"InTamil", 0xb80, 0xbff},
    {"InThai", 0xe00, 0xe7f},
    {"InGeorgian", 0x10a0, 0x10ff},
    {"InHangulJamo", 0x1100, 0x11ff},
    {"InGreekExtended", 0x1f00, 0x1fff},
    {"InGeneralPunctuation", 0x2000, 0x206f},
    {"InCurrencySymbols", 0x20a0, 0x20cf},
    {"InLetterlikeSymbols", 0x2100, 0x214f},
    {"InArrows", 0x2190, 0x21ff},
    {"InMathematicalOperators", 0x2200, 0x22ff},
    {"InBoxDrawing", 0x2500, 0x257f},
    {"InDingbats", 0x2700, 0x27bf},
    {"InCJKSymbolsandPunctuation", 0x3000, 0x303f},
    {"InHiragana", 0x3040, 0x309f},
    {"InKatakana", 0x30a0, 0x30ff},
    {"InCJKUnifiedIdeographs", 0x4e00, 0x9fff},
    {"InHangulSyllables", 0xac00, 0xd7af},
    {"InHalfwidthandFullwidthForms", 0xff00, 0xffef},
    {"InEmoticons", 0x1f600, 0x1f64f},
};

/* Equal but for case, blanks, hyphens and underscores. */
static bool same_loosely(Str name, const char *to)
{
    size_t i = 0;
    for (; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == ' ' || c == '-' || c == '_') continue;
        if (!*to || !str_eq_nocase((Str){&c, 1}, (Str){to, 1})) return false;
        to++;
    }
    return !*to;
}

static bool put_range(Str name, bool negated, Buf *out, bool *nested)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (!same_loosely(name, ranges[i].name)) continue;
        *nested = true;
        buf_printf(out, "[%s\\x{%x}-\\x{%x}]", negated ? "^" : "",
                   ranges[i].from, ranges[i].to);
        return true;
    }
    return false;
}

static bool is_word(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || c == '_' || c == ' ' || c == '-';
        if (!word) return false;
    }
    return name.len > 0;
}

static bool cut_prefix(Str *name, const char *prefix)
{
    Str text = str_from(prefix);
    if (name->len <= text.len ||
        !str_eq_nocase((Str){name->ptr, text.len}, text))
        return false;
    *name = (Str){name->ptr + text.len, name->len - text.len};
    return true;
}

bool regex_property(Str name, bool negated, Buf *out, bool *nested)
{
    *nested = false;
    for (size_t i = 0; i < sizeof posix / sizeof *posix; i++)
        if (str_eq(name, str_from(posix[i].java))) {
            buf_printf(out, "[:%s%s:]", negated ? "^" : "", posix[i].to);
            return true;
        }
    if (put_range(name, negated, out, nested)) return true;
    if (cut_prefix(&name, "block=") || cut_prefix(&name, "blk=")) {
        char block[64];
        int len = snprintf(block, sizeof block, "In%.*s", STR_ARG(name));
        return len < (int)sizeof block &&
               put_range(str_from(block), negated, out, nested);
    }
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        if (str_eq(name, str_from(properties[i].java)))
            name = str_from(properties[i].to);
    if (!str_eq(name, STR("L&"))) {
        if (str_starts_with(name, STR("In"))) {
            /* An unknown block, unless a script is called so: Inherited. */
            if (!str_eq_nocase(name, STR("Inherited"))) return false;
        }
        if (!cut_prefix(&name, "script=") && !cut_prefix(&name, "sc=") &&
            !cut_prefix(&name, "general_category=") &&
            !cut_prefix(&name, "gc="))
            cut_prefix(&name, "Is");
        if (!is_word(name)) return false;
    }
    buf_printf(out, "\\%c{%.*s}", negated ? 'P' : 'p', STR_ARG(name));
    return true;
}
