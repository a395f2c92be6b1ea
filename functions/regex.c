/* SPDX-License-Identifier: Apache-2.0
 *
 * The door to PCRE2.
 *
 * Patterns are translated (regex_translate.c), compiled with just-in-time code
 * and kept at their call site. Every search has a limit of steps, and all of
 * one call a limit of CPU time, so that a pattern which backtracks without end
 * costs an error and not the query. A match too deep for the stack of the
 * compiled code is tried again by the interpreter, whose memory is bounded as
 * well.
 *
 * PCRE2 checks that texts are valid UTF-8 and refuses others.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/unicode.h"
#include "functions/regex.h"

enum { STEPS_MAX = 2000000, HEAP_MAX_KB = 20000, CALL_MAX_MS = 200 };

struct Regex {
    pcre2_code *code; /* NULL: see error. */
    pcre2_match_data *match;
    pcre2_match_context *limits;
    int searches;       /* Of this call. */
    int64_t started_ns; /* CPU time at its first look at the clock; or 0. */
    char error[160];
};

static void *compile(FnCall *call, Str pattern)
{
    Regex *regex = mem_zalloc(sizeof *regex);
    Buf translated = {0};
    bool unicode = false;
    const char *error = NULL;
    if (!regex_translate(call->arena, pattern, &translated, &unicode, &error)) {
        snprintf(regex->error, sizeof regex->error, "%s", error);
        buf_free(&translated);
        return regex;
    }
    int code;
    PCRE2_SIZE offset;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context) mem_exhausted("regular expression", sizeof *regex);
    pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
    uint32_t options = PCRE2_UTF | (unicode ? PCRE2_UCP : 0);
    Str text = buf_str(&translated);
    regex->code = pcre2_compile((PCRE2_SPTR)text.ptr, text.len, options, &code,
                                &offset, context);
    pcre2_compile_context_free(context);
    buf_free(&translated);
    if (!regex->code) {
        pcre2_get_error_message(code, (PCRE2_UCHAR *)regex->error,
                                sizeof regex->error);
        return regex;
    }
    pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* Or interpreted. */
    regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
    regex->limits = pcre2_match_context_create(NULL);
    if (!regex->match || !regex->limits)
        mem_exhausted("regular expression", sizeof *regex);
    pcre2_set_match_limit(regex->limits, STEPS_MAX);
    pcre2_set_heap_limit(regex->limits, HEAP_MAX_KB);
    return regex;
}

static void drop(void *made)
{
    Regex *regex = made;
    pcre2_match_context_free(regex->limits);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
    mem_free(regex);
}

Regex *regex_get(FnCall *call, Str pattern)
{
    Regex *regex = fn_memo(call, pattern, compile, drop);
    regex->searches = 0;
    regex->started_ns = 0;
    if (regex->code) return regex;
    fn_fail(call, "'%.*s' is no regular expression: %s", STR_ARG(pattern),
            regex->error);
    return NULL;
}

int regex_group_count(const Regex *regex)
{
    uint32_t count = 0;
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &count);
    return (int)count;
}

int regex_group_number(const Regex *regex, Str name)
{
    char text[64];
    if (name.len >= sizeof text) return -1;
    memcpy(text, name.ptr, name.len);
    text[name.len] = 0;
    int number = pcre2_substring_number_from_name(regex->code,
                                                  (PCRE2_SPTR)text);
    return number > 0 ? number : -1;
}

/* Looks at the clock every 16th time, since one search is short by its steps.
 */
static bool in_time(FnCall *call, Regex *regex, Str text)
{
    if (++regex->searches % 16) return true;
    int64_t now_ns = clock_thread_cpu_ns();
    if (!regex->started_ns) regex->started_ns = now_ns;
    if (now_ns - regex->started_ns <= CALL_MAX_MS * INT64_C(1000000))
        return true;
    return fn_fail(call,
                   "regular expression gives up on a text of %zu bytes: it "
                   "takes more than %d ms",
                   text.len, CALL_MAX_MS);
}

RegexFound regex_find(FnCall *call, Regex *regex, Str text, size_t from)
{
    if (!in_time(call, regex, text)) return REGEX_FAILED;
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.len ? text.ptr : "");
    int found = pcre2_match(regex->code, subject, text.len, from, 0,
                            regex->match, regex->limits);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(regex->code, subject, text.len, from, PCRE2_NO_JIT,
                            regex->match, regex->limits);
    if (found > 0) return REGEX_FOUND;
    if (found == PCRE2_ERROR_NOMATCH) return REGEX_NONE;
    char error[160];
    pcre2_get_error_message(found, (PCRE2_UCHAR *)error, sizeof error);
    fn_fail(call, "regular expression gives up on a text of %zu bytes: %s",
            text.len, error);
    return REGEX_FAILED;
}

bool regex_span(const Regex *regex, int group, size_t *start, size_t *end)
{
    const PCRE2_SIZE *spans = pcre2_get_ovector_pointer(regex->match);
    *start = spans[2 * group];
    *end = spans[2 * group + 1];
    return *start != PCRE2_UNSET;
}

size_t regex_next(Str text, size_t start, size_t end)
{
    if (end > start) return end;
    if (end >= text.len) return text.len + 1;
    utf8_next(text, &end);
    return end;
}
