/* SPDX-License-Identifier: Apache-2.0
 *
 * COUNT_DISTINCT (functions.md 6): an estimate of how many different values a
 * group has, by HyperLogLog with 2^14 registers (standard error 0.8%).
 *
 * Values are hashed with MurmurHash2 exactly as the reference does, so that the
 * estimates agree. The state is bytes: while few registers are set, a list of
 * them, 4 bytes each (register << 8 | rank); then all registers, a byte each.
 * Most rows of a large group change no register and leave the state as it is.
 */
#include <math.h>

#include "functions/function_int.h"

enum {
    REGISTER_BITS = 14,
    REGISTERS = 1 << REGISTER_BITS,
    RANKS = 32,       /* More than there are. */
    SPARSE_MAX = 512, /* Registers; more are stored densely. */
};

static const uint32_t murmur = 0x5bd1e995;

static uint32_t mix(uint32_t k)
{
    k *= murmur;
    k ^= k >> 24;
    return k * murmur;
}

static uint32_t finish(uint32_t h)
{
    h ^= h >> 13;
    h *= murmur;
    return h ^ h >> 15;
}

static uint32_t hash_number(uint64_t data)
{
    uint32_t h = mix((uint32_t)data);
    return finish(h * murmur ^ mix((uint32_t)(data >> 32)));
}

/* The last bytes are signed, and in the order opposite to the usual: what the
 * reference's library does. */
static uint32_t hash_text(Str s)
{
    const signed char *p = (const signed char *)s.ptr;
    uint32_t h = UINT32_MAX ^ (uint32_t)s.len;
    size_t at = 0;
    for (; at + 4 <= s.len; at += 4) {
        uint32_t k = 0;
        for (int i = 3; i >= 0; i--)
            k = k << 8 | (uint8_t)p[at + (size_t)i];
        h = h * murmur ^ mix(k);
    }
    if (at < s.len) {
        size_t left = s.len - at;
        if (left >= 3) h ^= (uint32_t)(int32_t)p[s.len - 3] << 16;
        if (left >= 2) h ^= (uint32_t)(int32_t)p[s.len - 2] << 8;
        h ^= (uint32_t)(int32_t)p[s.len - 1];
        h *= murmur;
    }
    return finish(h);
}

static uint32_t hash_value(FnCall *call, const Value *value)
{
    const Type *type = call->arg_types[0];
    switch (type->kind) {
    case TYPE_INT: return hash_number((uint64_t)(int64_t)value->i32);
    case TYPE_BIGINT: return hash_number((uint64_t)value->i64);
    case TYPE_DOUBLE: {
        uint64_t bits;
        memcpy(&bits, &value->f64, sizeof bits);
        return hash_number(bits);
    }
    case TYPE_STRING:
    case TYPE_BYTES: return hash_text(value->str);
    default: return hash_text(value_print(call->arena, type, value));
    }
}

static uint32_t entry_at(Str state, size_t i)
{
    uint32_t entry;
    memcpy(&entry, state.ptr + 4 * i, 4);
    return entry;
}

static bool is_dense(Str state)
{
    return state.len == REGISTERS;
}

/* All registers, one byte each, in fresh memory. */
static uint8_t *to_dense(Arena *arena, Str state)
{
    if (is_dense(state)) return arena_copy(arena, state.ptr, state.len);
    uint8_t *ranks = arena_zalloc(arena, REGISTERS);
    for (size_t i = 0; i < state.len / 4; i++) {
        uint32_t entry = entry_at(state, i);
        ranks[entry >> 8 & (REGISTERS - 1)] = (uint8_t)entry;
    }
    return ranks;
}

/* Raises a register of a sparse state. */
static void raise_sparse(Arena *arena, Value *state, uint32_t at, uint8_t rank)
{
    Str old = state->str;
    size_t count = old.len / 4, i = 0;
    while (i < count && entry_at(old, i) >> 8 != at)
        i++;
    if (i < count && (uint8_t)entry_at(old, i) >= rank) return;
    if (i == SPARSE_MAX) {
        uint8_t *ranks = to_dense(arena, old);
        ranks[at] = rank;
        state->str = (Str){(char *)ranks, REGISTERS};
        return;
    }
    uint32_t entry = at << 8 | rank;
    char *bytes = arena_alloc(arena, old.len + 4);
    if (old.len) memcpy(bytes, old.ptr, old.len);
    memcpy(bytes + 4 * i, &entry, 4);
    state->str = (Str){bytes, i == count ? old.len + 4 : old.len};
}

static void raise_register(Arena *arena, Value *state, uint32_t at,
                           uint8_t rank)
{
    if (!is_dense(state->str)) {
        raise_sparse(arena, state, at, rank);
    } else if ((uint8_t)state->str.ptr[at] < rank) {
        uint8_t *ranks = to_dense(arena, state->str);
        ranks[at] = rank;
        state->str.ptr = (char *)ranks;
    }
}

static int distinct_state(Arena *plan, const Type *const *args, int count,
                          const Type **types)
{
    (void)plan, (void)args, (void)count;
    types[0] = &type_bytes;
    return 1;
}

static void distinct_init(FnCall *call, Value *state)
{
    (void)call;
    state[0] = (Value){.str = STR("")};
}

static bool distinct_add(FnCall *call, Value *state, const Value *args)
{
    if (args[0].null) return true;
    uint32_t h = hash_value(call, &args[0]);
    /* The bit below the index bounds the rank. */
    uint32_t rest = h << REGISTER_BITS | 1u << (REGISTER_BITS - 1) | 1;
    raise_register(call->arena, state, h >> (32 - REGISTER_BITS),
                   (uint8_t)(__builtin_clz(rest) + 1));
    return true;
}

static bool distinct_merge(FnCall *call, Value *state, const Value *other)
{
    Str b = other->str;
    if (!is_dense(b)) {
        for (size_t i = 0; i < b.len / 4; i++) {
            uint32_t entry = entry_at(b, i);
            raise_register(call->arena, state, entry >> 8, (uint8_t)entry);
        }
        return true;
    }
    uint8_t *ranks = to_dense(call->arena, state->str);
    for (int i = 0; i < REGISTERS; i++)
        if ((uint8_t)b.ptr[i] > ranks[i]) ranks[i] = (uint8_t)b.ptr[i];
    state->str = (Str){(char *)ranks, REGISTERS};
    return true;
}

/* How many registers have each rank. */
static void count_ranks(Str state, int counts[RANKS])
{
    memset(counts, 0, sizeof(int) * RANKS);
    if (is_dense(state)) {
        for (int i = 0; i < REGISTERS; i++)
            counts[(uint8_t)state.ptr[i] % RANKS]++;
        return;
    }
    size_t entries = state.len / 4;
    counts[0] = REGISTERS - (int)entries;
    for (size_t i = 0; i < entries; i++)
        counts[entry_at(state, i) % RANKS]++;
}

static bool distinct_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    const double m = REGISTERS;
    int counts[RANKS];
    double sum = 0;
    count_ranks(state->str, counts);
    for (int rank = 0; rank < RANKS; rank++)
        sum += counts[rank] / (double)(1u << rank);
    double estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    if (estimate <= 2.5 * m && counts[0]) estimate = m * log(m / counts[0]);
    *out = (Value){.i64 = (int64_t)floor(estimate + 0.5)};
    return true;
}

static const Aggregate distinct_aggregate = {
    .state = distinct_state,
    .init = distinct_init,
    .add = distinct_add,
    .merge = distinct_merge,
    .result = distinct_result,
};

static const Function rows[] = {
    AGGREGATE("COUNT_DISTINCT", "T -> BIGINT", FN_STATE_NESTED,
              &distinct_aggregate,
              "How many different values there are; an estimate within about "
              "1%.",
              "COUNT_DISTINCT(S) = 2"),
};

const FunctionFamily agg_distinct = {rows, sizeof rows / sizeof *rows};
