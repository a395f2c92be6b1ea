/* SPDX-License-Identifier: Apache-2.0
 *
 * A store and a model of it, an array, driven by the same random operations.
 * Every read is compared. For the tests of state/.
 */
#ifndef TESTS_UNIT_STORE_MODEL_H
#define TESTS_UNIT_STORE_MODEL_H

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "state/store.h"
#include "tests/unit/check.h"

enum { MODEL_VALUE_MAX = 90, MODEL_KEY_MAX = 64 };

typedef struct ModelValue {
    bool there;
    int64_t timestamp_ms;
    int len;
    char bytes[MODEL_VALUE_MAX];
} ModelValue;

typedef struct ModelKey {
    char bytes[MODEL_KEY_MAX];
    size_t len;
} ModelKey;

typedef struct Model {
    StoreKind kind;
    int users, times; /* Keys are users x times; keyed stores: times is 1. */
    int64_t step_ms, retention_ms;
    int64_t observed_ms;
    bool keep_old;
    ModelValue *now;     /* [user * times + time] */
    ModelValue *flushed; /* As of the last flush. */
    uint64_t seed;
    Store *store;
} Model;

static inline uint32_t model_random(Model *m, uint32_t below)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((m->seed >> 33) % below);
}

static inline void model_init(Model *m)
{
    if (m->kind == STORE_KEYED) m->times = 1;
    size_t count = (size_t)m->users * (size_t)m->times;
    m->now = mem_zalloc(count * sizeof *m->now);
    m->flushed = mem_zalloc(count * sizeof *m->flushed);
    m->observed_ms = -1;
}

static inline void model_free(Model *m)
{
    mem_free(m->now);
    mem_free(m->flushed);
}

static inline int model_count(const Model *m)
{
    return m->users * m->times;
}

static inline void put_i64(char *at, int64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (char)((uint64_t)value >> (56 - 8 * i));
}

static inline int64_t model_time(const Model *m, int at)
{
    return at % m->times * m->step_ms;
}

static inline Str model_key(const Model *m, int at, ModelKey *key)
{
    int n = snprintf(key->bytes, 40, "some-user-%d", at / m->times);
    key->len = (size_t)n;
    if (m->kind != STORE_KEYED) {
        put_i64(key->bytes + key->len, model_time(m, at));
        key->len += 8;
        memset(key->bytes + key->len, 0, 8);
        key->len += m->kind == STORE_WINDOW ? 4 : 8;
    }
    return (Str){key->bytes, key->len};
}

static inline bool model_expired(const Model *m, int at)
{
    return m->kind != STORE_KEYED &&
           model_time(m, at) < m->observed_ms - m->retention_ms + 1;
}

/* Values are long and short, now and then empty. */
static inline void model_new_value(Model *m, ModelValue *value)
{
    value->there = true;
    value->timestamp_ms = model_random(m, 1000000);
    value->len = model_random(m, 8) ? 8 : (int)model_random(m, MODEL_VALUE_MAX);
    for (int i = 0; i < value->len; i++)
        value->bytes[i] = (char)model_random(m, 256);
}

static inline bool model_same(const ModelValue *value, Str bytes,
                              int64_t timestamp_ms)
{
    return value->there && bytes.ptr && bytes.len == (size_t)value->len &&
           !memcmp(bytes.ptr, value->bytes, bytes.len) &&
           timestamp_ms == value->timestamp_ms;
}

static inline void model_check_entry(const Model *m, int at,
                                     const StoreEntry *entry)
{
    const ModelValue *value = &m->now[at];
    bool there = value->there && !model_expired(m, at);
    CHECK((entry && entry->value) == there);
    if (there && entry && entry->value)
        CHECK(model_same(value, (Str){entry->value, entry->value_len},
                         entry->timestamp_ms));
}

/* Stores a new value in an entry that upsert gave. */
static inline void model_set(Model *m, int at, StoreEntry *entry)
{
    ModelValue value;
    model_check_entry(m, at, entry);
    model_new_value(m, &value);
    char *room = store_value_room(m->store, entry, (uint32_t)value.len);
    memcpy(room, value.bytes, (size_t)value.len);
    store_mark(m->store, entry, value.timestamp_ms);
    m->now[at] = value;
}

static inline void model_observe(Model *m, int at)
{
    if (m->kind != STORE_KEYED && model_time(m, at) > m->observed_ms)
        m->observed_ms = model_time(m, at);
}

static inline void model_put(Model *m, int at)
{
    ModelKey key;
    model_observe(m, at);
    StoreEntry *entry = store_upsert(m->store, model_key(m, at, &key));
    CHECK((entry == NULL) == model_expired(m, at));
    if (entry) model_set(m, at, entry);
}

static inline void model_delete(Model *m, int at)
{
    ModelKey key;
    StoreEntry *entry = store_get(m->store, model_key(m, at, &key));
    model_check_entry(m, at, entry);
    if (!entry) return;
    store_delete(m->store, entry, 77);
    m->now[at].there = false;
}

static inline void model_get(Model *m, int at)
{
    ModelKey key;
    model_check_entry(m, at, store_get(m->store, model_key(m, at, &key)));
}

/* Keys near each other in time, with repetitions. */
static inline void model_put_many(Model *m, int near, int count)
{
    enum { MANY_MAX = 300 };
    ModelKey keys[MANY_MAX];
    Str strings[MANY_MAX] = {STR_NULL};
    int at[MANY_MAX];
    StoreEntry *entries[MANY_MAX];
    for (int i = 0; i < count; i++) {
        int time = near % m->times + (int)model_random(m, 3) - 1;
        if (time < 0 || time >= m->times) time = near % m->times;
        at[i] = (int)model_random(m, (uint32_t)m->users) * m->times + time;
        strings[i] = model_key(m, at[i], &keys[i]);
    }
    store_upsert_many(m->store, strings, count, entries);
    for (int i = 0; i < count; i++) {
        model_observe(m, at[i]);
        CHECK((entries[i] == NULL) == model_expired(m, at[i]));
    }
    for (int i = 0; i < count; i++)
        if (entries[i] && !model_expired(m, at[i]))
            model_set(m, at[i], entries[i]);
        else if (entries[i]) /* Expired by a later key of the call. */
            store_delete(m->store, entries[i], 0), m->now[at[i]].there = false;
}

/* ---- scans ---- */

typedef struct ModelScan {
    const Model *model;
    bool *seen;
    int count, limit;
    Str before; /* The last key. */
    ModelKey before_bytes;
} ModelScan;

/* Which key this is; -1: none of the model. */
static inline int model_index(const Model *m, Str key)
{
    ModelKey own;
    size_t digits = sizeof "some-user-" - 1;
    size_t suffix = m->kind == STORE_WINDOW    ? 12
                    : m->kind == STORE_SESSION ? 16
                                               : 0;
    if (key.len < digits + suffix) return -1;
    int user = 0;
    for (size_t i = digits; i < key.len - suffix; i++)
        user = user * 10 + key.ptr[i] - '0';
    int64_t time = 0;
    for (size_t i = 0; suffix && i < 8; i++)
        time = time << 8 | (unsigned char)key.ptr[key.len - suffix + i];
    int at = user * m->times + (suffix ? (int)(time / m->step_ms) : 0);
    bool same = at >= 0 && at < model_count(m) &&
                str_eq(model_key(m, at, &own), key);
    return same ? at : -1;
}

static inline bool model_visit(void *context, Str key, Str value,
                               int64_t timestamp_ms)
{
    ModelScan *scan = context;
    int at = model_index(scan->model, key);
    CHECK(at >= 0);
    if (at < 0) return false;
    CHECK(!model_expired(scan->model, at));
    CHECK(model_same(&scan->model->now[at], value, timestamp_ms));
    CHECK(!scan->seen[at]);
    CHECK(!scan->before.ptr || str_compare(scan->before, key) < 0);
    scan->seen[at] = true;
    memcpy(scan->before_bytes.bytes, key.ptr, key.len);
    scan->before = (Str){scan->before_bytes.bytes, key.len};
    return ++scan->count != scan->limit;
}

/* Scans and checks that exactly the right keys come, in order. */
static inline void model_scan(Model *m, Arena *arena, Str from, Str to)
{
    ModelScan scan = {.model = m};
    scan.seen = mem_zalloc((size_t)model_count(m));
    Status st = store_scan(m->store, arena, from, to, model_visit, &scan);
    CHECK(st.kind == ST_OK);
    for (int at = 0; at < model_count(m); at++) {
        ModelKey own;
        Str key = model_key(m, at, &own);
        bool within = str_compare(key, from) >= 0 &&
                      (!to.ptr || str_compare(key, to) < 0);
        bool there = m->now[at].there && !model_expired(m, at);
        CHECK(scan.seen[at] == (within && there));
    }
    mem_free(scan.seen);
}

static inline void model_scan_random(Model *m, Arena *arena)
{
    ModelKey a, b;
    Str from = model_key(m, (int)model_random(m, (uint32_t)model_count(m)), &a);
    Str to = model_key(m, (int)model_random(m, (uint32_t)model_count(m)), &b);
    model_scan(m, arena, from, to);
}

/* The rows of one user with a time in [from_ms, to_ms]. */
static inline void model_scan_key(Model *m, Arena *arena, int user,
                                  int64_t from_ms, int64_t to_ms)
{
    ModelScan scan = {.model = m};
    scan.seen = mem_zalloc((size_t)model_count(m));
    ModelKey own;
    Str key = model_key(m, user * m->times, &own);
    key.len -= m->kind == STORE_WINDOW ? 12 : 16;
    Status st = store_scan_key(m->store, arena, key, from_ms, to_ms,
                               model_visit, &scan);
    CHECK(st.kind == ST_OK);
    for (int at = 0; at < model_count(m); at++) {
        bool within = at / m->times == user && model_time(m, at) >= from_ms &&
                      model_time(m, at) <= to_ms;
        bool there = m->now[at].there && !model_expired(m, at);
        CHECK(scan.seen[at] == (within && there));
    }
    mem_free(scan.seen);
}

static inline void model_scan_key_random(Model *m, Arena *arena)
{
    int user = (int)model_random(m, (uint32_t)m->users);
    int64_t end = (m->times + 1) * m->step_ms;
    int64_t from = (int64_t)model_random(m, (uint32_t)end) - m->step_ms;
    int64_t to = (int64_t)model_random(m, (uint32_t)end);
    if (!model_random(m, 4)) from = 0;
    if (!model_random(m, 4)) to = INT64_MAX;
    model_scan_key(m, arena, user, from, to);
}

/* ---- flushes ---- */

/* The dirty list has each change once, with what was there before. */
static inline void model_check_dirty(Model *m)
{
    int count = 0;
    for (StoreEntry *e = store_dirty_first(m->store); e; e = e->dirty_next) {
        count++;
        int at = model_index(m, (Str){e->key, e->key_len});
        CHECK(at >= 0);
        if (at < 0 || !m->keep_old || model_expired(m, at)) continue;
        const ModelValue *old = &m->flushed[at];
        CHECK((e->old_value != NULL) == old->there);
        if (old->there && e->old_value)
            CHECK(model_same(old, (Str){e->old_value, e->old_len},
                             e->old_timestamp_ms));
    }
    CHECK(count == store_dirty_count(m->store));
}

static inline void model_flush(Model *m, Arena *arena)
{
    model_check_dirty(m);
    CHECK(store_flush(m->store, arena).kind == ST_OK);
    CHECK(store_dirty_count(m->store) == 0);
    CHECK(store_dirty_bytes(m->store) == 0);
    memcpy(m->flushed, m->now, (size_t)model_count(m) * sizeof *m->now);
}

/* The whole content, by scan and by get. */
static inline void model_compare(Model *m, Arena *arena)
{
    CHECK(store_observed_ms(m->store) == m->observed_ms);
    model_scan(m, arena, STR(""), STR_NULL);
    for (int at = 0; at < model_count(m); at++)
        model_get(m, at);
}

#endif
