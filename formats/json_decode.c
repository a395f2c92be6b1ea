/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON records to columns: the hottest path of the engine.
 *
 * Records of a topic mostly look alike, so the decoder remembers the shape of
 * those it has seen: for the i-th member the bytes from behind the value before
 * it up to its own value, and the column they lead to.
 *
 *     {"id":17,"name":"Ada","age":36}
 *     ^^^^^^  ^^^^^^^^     ^^^^^^^
 *     piece 0  piece 1      piece 2       piece = { or , blanks name : blanks
 *
 * If the next record has the same bytes there, the name need not be read; if
 * not, it is read and looked up, and the piece is remembered instead. A piece
 * was validated when it was stored, and values always are, to the last byte of
 * the record. Each piece is true by itself, whatever its place, so a shape that
 * is a mixture of records is never wrong, only slower. The first piece alone
 * begins with the bracket; it is compared at the start of a record only.
 *
 * A wanted value of the common kind goes straight into its column's array;
 * strings are slices of the record unless they have escapes. Other wanted
 * values go through json_coerce. Unwanted ones are validated and skipped.
 *
 * Which member a column takes: the one with its exact name, else one whose
 * upper-cased name is the column's; the last of several. A value that cannot be
 * converted therefore fails the record only if no later member takes its place.
 *
 * Measured with bench/bench_json.c; the figures are in docs/PERFORMANCE.md.
 */
#include <assert.h>

#include "base/json.h"
#include "base/map.h"
#include "base/number.h"
#include "base/unicode.h"
#include "formats/json_int.h"
#include "formats/json_scan.h"

enum {
    PIECE_BYTES_MAX = 64, /* Longer ones are not remembered. */
    SHAPE_PIECES_MAX = 512,
    LOOK_AHEAD = 4, /* Optional members that may be missing at once. */
};

/* A wanted column. */
typedef struct Target {
    const Type *type;
    Column *out;     /* Of the current batch. */
    int column;      /* Among the spec's. */
    const char *why; /* Why the value taken so far cannot be converted. */
} Target;

/* A member and where its value goes. */
typedef struct Piece {
    uint64_t words[2]; /* The first 16 bytes, and which of their bits count. */
    uint64_t masks[2];
    int len;    /* Of text; 0: not remembered. */
    int target; /* -1: not wanted. */
    int also;   /* A second column, `A` beside `a`; mostly -1. */
    bool exact; /* target has the member's exact name. */
    char text[PIECE_BYTES_MAX];
} Piece;

typedef struct JsonDecoder {
    Decoder base;
    bool wrapped;
    bool forgetful; /* For tests. */
    Target *targets;
    int target_count;
    Map by_name;   /* Column name to Target. */
    Piece *pieces; /* The shape. */
    int piece_count;
    uint64_t *got;       /* Of the current record: targets with a value, */
    uint64_t *got_exact; /* and those under their exact name. */
    int words;           /* Of these bitmaps. */
    int failures;        /* Targets with `why`. */
    Batch *batch;        /* The current one. */
} JsonDecoder;

Status json_decoder_open(Arena *plan, const FormatSpec *spec,
                         const bool *wanted, Decoder **decoder)
{
    JsonDecoder *d = ARENA_NEW(plan, JsonDecoder);
    d->wrapped = spec->wrapped || spec->column_count != 1;
    d->targets = ARENA_ARRAY(plan, Target, spec->column_count + 1);
    for (int i = 0; i < spec->column_count; i++) {
        if (!wanted[i]) continue;
        Target *target = &d->targets[d->target_count++];
        *target = (Target){.type = spec->columns[i].type, .column = i};
        map_put(plan, &d->by_name, spec->columns[i].name, target);
    }
    d->words = bits_words(d->target_count + 1);
    d->got = bits_new(plan, d->words * 64);
    d->got_exact = bits_new(plan, d->words * 64);
    d->pieces = ARENA_ARRAY(plan, Piece, d->wrapped ? SHAPE_PIECES_MAX : 1);
    *decoder = &d->base;
    return st_ok();
}

void json_decoder_forget(Decoder *decoder)
{
    JsonDecoder *d = (JsonDecoder *)decoder;
    d->forgetful = true;
    d->piece_count = 0;
}

/* Values. */

static Column *out_of(const JsonDecoder *d, int target)
{
    return d->targets[target].out;
}

/* Converts a value that has no fast path. A failed conversion is noted at the
 * target; only malformed text gives NULL. */
static const char *read_slowly(JsonDecoder *d, Target *target, const char *p,
                               const char *end, int row)
{
    Arena *arena = d->batch->arena;
    Column *out = target->out;
    if (p < end && *p == 'n') {
        column_set_null(arena, out, row, d->batch->count);
        return json_scan_word(p, end, "null", 4);
    }
    const char *after = json_scan_value(p, end);
    if (!after) return NULL;
    JsonCoerce c = {.arena = arena, .path = STR("")};
    Value value;
    if (json_coerce(&c, target->type, p, end, &value)) {
        column_set(arena, out, row, d->batch->count, value);
        return after;
    }
    Str name = d->base.spec->columns[target->column].name;
    Str why = str_printf(arena, "%s at $.%.*s%.*s", c.why, STR_ARG(name),
                         STR_ARG(c.path));
    target->why = str_cstr(arena, why);
    d->failures++;
    return after;
}

static const char *read_string(JsonDecoder *d, Target *target, const char *p,
                               const char *end, int row)
{
    bool escaped = false;
    const char *close = json_scan_string(p + 1, end, &escaped);
    if (!close) return NULL;
    target->out->str[row] = escaped
                                ? json_unescape(d->batch->arena, p + 1, close)
                                : (Str){p + 1, (size_t)(close - p - 1)};
    return close + 1;
}

/* An integer or fraction of up to 15 digits without exponent: both its digits
 * and the power of ten are exact doubles, so one division rounds correctly.
 * NULL if it is anything else. */
static const char *scan_short_double(const char *p, const char *end,
                                     double *value)
{
    if (p == end) return NULL;
    bool negative = *p == '-';
    p += negative;
    const char *start = p;
    uint64_t digits = 0;
    p = json_scan_digits(p, end, &digits);
    int64_t whole = p - start, fraction = 0;
    if (whole < 1 || (whole > 1 && *start == '0')) return NULL;
    if (p < end && *p == '.') {
        start = p + 1;
        p = json_scan_digits(start, end, &digits);
        fraction = p - start;
        if (fraction < 1) return NULL;
    }
    if (whole + fraction > 15) return NULL;
    if (p < end && (*p | 0x20) == 'e') return NULL;
    double result = (double)digits / (double)pow10_u64[fraction];
    *value = negative && digits ? -result : result;
    return p;
}

/* Reads a wanted value at p (no blanks before it) into its column. NULL: the
 * text is malformed. */
static inline const char *read_value(JsonDecoder *d, int index, const char *p,
                                     const char *end, int row)
{
    Target *target = &d->targets[index];
    const char *after;
    int64_t integer;
    switch (target->type->kind) {
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
        after = json_scan_integer(p, end, &integer);
        if (!after) break;
        target->out->i64[row] = integer;
        return after;
    case TYPE_INT:
        after = json_scan_integer(p, end, &integer);
        if (!after) break;
        target->out->i32[row] = (int32_t)(uint32_t)(uint64_t)integer;
        return after;
    case TYPE_STRING:
        if (p < end && *p == '"') return read_string(d, target, p, end, row);
        break;
    case TYPE_DOUBLE:
        after = scan_short_double(p, end, &target->out->f64[row]);
        if (after) return after;
        break;
    case TYPE_BOOLEAN:
        if (p == end || (*p != 't' && *p != 'f')) break;
        target->out->boolean[row] = *p == 't';
        return *p == 't' ? json_scan_word(p, end, "true", 4)
                         : json_scan_word(p, end, "false", 5);
    default: break;
    }
    return read_slowly(d, target, p, end, row);
}

/* A second member for a column that has one: true if this one is to be taken.
 * Rare, so it may clean up after the first. */
static bool replaces(JsonDecoder *d, int index, bool exact, int row)
{
    if (!exact && bit_get(d->got_exact, index)) return false;
    Target *target = &d->targets[index];
    if (target->why) {
        target->why = NULL;
        d->failures--;
    }
    if (target->out->nulls) bit_clear(target->out->nulls, row);
    return true;
}

/* Gives the value at p to a column, if it is the column's. */
static inline const char *take_value(JsonDecoder *d, int index, bool exact,
                                     const char *p, const char *end, int row)
{
    if (bit_get(d->got, index) && !replaces(d, index, exact, row))
        return json_scan_value(p, end);
    bit_set(d->got, index);
    if (exact) bit_set(d->got_exact, index);
    return read_value(d, index, p, end, row);
}

/* Members. */

static inline bool piece_is_at(const Piece *piece, const char *p,
                               const char *end)
{
    int64_t left = end - p;
    if (left < piece->len || !piece->len) return false;
    if (left < 16) return memcmp(p, piece->text, (size_t)piece->len) == 0;
    uint64_t differ = ((json_load8(p) ^ piece->words[0]) & piece->masks[0]) |
                      ((json_load8(p + 8) ^ piece->words[1]) & piece->masks[1]);
    if (differ) return false;
    return piece->len <= 16 ||
           memcmp(p + 16, piece->text + 16, (size_t)piece->len - 16) == 0;
}

static void remember(Piece *piece, const char *text, int64_t len)
{
    piece->len = 0;
    if (len > PIECE_BYTES_MAX) return;
    piece->len = (int)len;
    char mask[16] = {0};
    memset(piece->text, 0, 16);
    memcpy(piece->text, text, (size_t)len);
    memset(mask, 0xff, len < 16 ? (size_t)len : 16);
    memcpy(piece->words, piece->text, 16);
    memcpy(piece->masks, mask, 16);
}

/* Finds the columns that take members of this name. */
static void look_up(JsonDecoder *d, Str name, Piece *piece)
{
    const Target *exact = map_get(&d->by_name, name);
    const Target *upper = map_get(&d->by_name,
                                  text_upper(d->batch->arena, name));
    if (upper == exact) upper = NULL;
    piece->exact = exact != NULL;
    piece->target = exact ? (int)(exact - d->targets) : -1;
    piece->also = -1;
    if (!upper) return;
    if (exact)
        piece->also = (int)(upper - d->targets);
    else
        piece->target = (int)(upper - d->targets);
}

/* Reads a member's `{` or `,`, name and colon at *p. */
static bool read_piece(JsonDecoder *d, Piece *piece, const char **at,
                       const char *end)
{
    const char *start = *at;
    const char *quote = json_skip_blanks(start + 1, end);
    if (quote == end || *quote != '"') return false;
    bool escaped = false;
    const char *close = json_scan_string(quote + 1, end, &escaped);
    if (!close) return false;
    const char *p = json_skip_blanks(close + 1, end);
    if (p == end || *p != ':') return false;
    p = json_skip_blanks(p + 1, end);
    Str name = {quote + 1, (size_t)(close - quote - 1)};
    if (escaped) name = json_unescape(d->batch->arena, quote + 1, close);
    look_up(d, name, piece);
    remember(piece, start, p - start);
    *at = p;
    return true;
}

typedef enum Step { STEP_MEMBER, STEP_CLOSED, STEP_MALFORMED } Step;

/* The next member, when the piece expected is not at *at: goes on in the shape
 * if only a few members are missing, else reads it. `*index` becomes that of
 * the piece, which is left in `*found`. */
static Step find_member(JsonDecoder *d, const char **at, const char *end,
                        int *index, Piece *other, const Piece **found)
{
    int i = *index;
    for (int k = i + 1; i && k < d->piece_count && k <= i + LOOK_AHEAD; k++) {
        if (!piece_is_at(&d->pieces[k], *at, end)) continue;
        *at += d->pieces[k].len;
        *index = k;
        *found = &d->pieces[k];
        return STEP_MEMBER;
    }
    const char *p = json_skip_blanks(*at, end);
    if (p == end) return STEP_MALFORMED;
    if (i == 0) {
        if (*p != '{') return STEP_MALFORMED;
        const char *next = json_skip_blanks(p + 1, end);
        if (next < end && *next == '}') {
            *at = next + 1;
            return STEP_CLOSED;
        }
    } else if (*p == '}') {
        *at = p + 1;
        return STEP_CLOSED;
    } else if (*p != ',') {
        return STEP_MALFORMED;
    }
    Piece *piece = i < SHAPE_PIECES_MAX && !d->forgetful ? &d->pieces[i]
                                                         : other;
    if (!read_piece(d, piece, &p, end)) {
        piece->len = 0;
        return STEP_MALFORMED;
    }
    if (piece != other && d->piece_count <= i) d->piece_count = i + 1;
    *at = p;
    *found = piece;
    return STEP_MEMBER;
}

/* Reads the object at p; NULL if the text is malformed. */
static const char *read_object(JsonDecoder *d, const char *p, const char *end,
                               int row)
{
    Piece other; /* For a member that is not remembered. */
    for (int i = 0;; i++) {
        const Piece *piece;
        if (i < d->piece_count && piece_is_at(&d->pieces[i], p, end)) {
            piece = &d->pieces[i];
            p += piece->len;
        } else if (i && p < end && *p == '}') {
            return p + 1;
        } else {
            Step step = find_member(d, &p, end, &i, &other, &piece);
            if (step == STEP_CLOSED) return p;
            if (step == STEP_MALFORMED) return NULL;
        }
        /* A piece may have matched where more blanks follow. */
        if (p < end && *p <= ' ') p = json_skip_blanks(p, end);
        if (piece->target < 0) {
            p = json_scan_value(p, end);
        } else {
            const char *value = p;
            p = take_value(d, piece->target, piece->exact, p, end, row);
            if (p && piece->also >= 0)
                p = take_value(d, piece->also, false, value, end, row);
        }
        if (!p) return NULL;
    }
}

/* Records. */

/* Why the text is malformed. The reader of base/ is slower but explains. */
static const char *explain(Arena *arena, Str record, bool wrapped)
{
    JsonReader r;
    json_open(&r, arena, record);
    JsonEvent first = json_next(&r);
    if (first == JSON_END) return "the text is empty";
    if (first != JSON_ERROR) json_skip_rest(&r);
    if (!r.error) json_next(&r);
    if (r.error)
        return str_cstr(arena, str_printf(arena, "%s at byte %td", r.error,
                                          r.at - record.ptr + 1));
    if (wrapped && first == JSON_NULL)
        return "the text 'null' is no row; only null bytes are";
    if (wrapped && first != JSON_OBJECT)
        return "the text is no object, but has to be one";
    return "the text is nested too deeply";
}

static const char *first_failure(JsonDecoder *d)
{
    const char *why = NULL;
    for (int i = 0; i < d->target_count; i++) {
        if (d->targets[i].why && !why) why = d->targets[i].why;
        d->targets[i].why = NULL;
    }
    d->failures = 0;
    return why;
}

static void set_missing_null(JsonDecoder *d, int row)
{
    for (int i = 0; i < d->target_count; i++)
        if (!bit_get(d->got, i))
            column_set_null(d->batch->arena, out_of(d, i), row,
                            d->batch->count);
}

/* True if each target has got a value. */
static bool is_complete(const JsonDecoder *d)
{
    int full = d->target_count >> 6;
    for (int i = 0; i < full; i++)
        if (~d->got[i]) return false;
    uint64_t rest = ((uint64_t)1 << (d->target_count & 63)) - 1;
    return d->got[full] == rest;
}

/* Reads one record; returns why it cannot be read, or NULL. */
static const char *decode_row(JsonDecoder *d, Str record, int row)
{
    const char *end = record.ptr + record.len;
    const char *p = json_skip_blanks(record.ptr, end);
    for (int i = 0; i < d->words; i++)
        d->got[i] = d->got_exact[i] = 0;
    if (d->wrapped)
        p = read_object(d, p, end, row);
    else if (d->target_count)
        p = take_value(d, 0, true, p, end, row);
    else
        p = json_scan_value(p, end);
    if (p && p < end) p = json_skip_blanks(p, end);
    if (p != end) {
        first_failure(d);
        return explain(d->batch->arena, record, d->wrapped);
    }
    if (d->failures) return first_failure(d);
    if (!is_complete(d)) set_missing_null(d, row);
    return NULL;
}

void json_decode(Decoder *decoder, Batch *batch, const Str *bytes,
                 Column *const *out, DecodeReport report, void *context)
{
    JsonDecoder *d = (JsonDecoder *)decoder;
    const FormatSpec *spec = decoder->spec;
    d->batch = batch;
    for (int i = 0; i < d->target_count; i++) {
        d->targets[i].out = out[d->targets[i].column];
        assert(d->targets[i].out);
    }
    BadRows bad = {0};
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (!bytes[row].ptr) {
            set_row_null(batch, out, spec->column_count, row);
            continue;
        }
        const char *why = decode_row(d, bytes[row], row);
        if (!why) continue;
        report_record(spec, batch->arena, report, context, row, why);
        bad_rows_add(&bad, batch, row);
    }
    bad_rows_drop(&bad, batch);
}
