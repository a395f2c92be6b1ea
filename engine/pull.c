/* SPDX-License-Identifier: Apache-2.0
 *
 * Planned pull queries, where they are kept, and how they run.
 *
 * A PullQuery holds on to what its readers point into: its own plan, the query
 * that makes the table (its plan, not its run) and the table's state. It is
 * thrown away once a statement has changed the catalog or the queries
 * (engine->version).
 */
#include "engine/pull.h"

#include "base/alloc.h"
#include "runtime/table_reader.h"

enum {
    PLANS_MAX = 256,
    SPARE_READERS_MAX = 16,
    ROWS_PER_LOOK = 256, /* Between two questions whether to stop. */
};

/* A key column of a lookup that is a literal of the text. */
typedef struct Slot {
    int literal, lookup, column;
    TypeKind type;
} Slot;

/* A reader and the arena it lives in. */
typedef struct Spare {
    struct Spare *next;
    Arena *arena;
    TableReader *reader;
} Spare;

typedef struct PullQuery {
    atomic_int users;
    Arena *arena;
    const Plan *plan;
    EngineQuery *writer;
    TableState *table;
    const Clock *clock;
    const Map *properties;
    bool read_copies;
    int64_t lag_max;
    Str name; /* Of the table. */
    unsigned long long version;
    int64_t last_use;
    Slot *slots;
    int slot_count;
    Shape shape;
    bool *is_free; /* By literal: it may be another. */
    uint64_t overrides;
    struct PullQuery *next; /* Of the same shape. */
    pthread_mutex_t lock;   /* Of the spares. */
    Spare *spares;
    int spare_count;
} PullQuery;

struct PullCache {
    pthread_mutex_t lock;
    PullQuery *queries[PLANS_MAX]; /* By hash of the shape, chained. */
    int count;
    int64_t uses;
};

/* ---- life ---- */

static void free_spare(Spare *spare)
{
    table_reader_close(spare->reader);
    arena_free(spare->arena);
}

static void let_go(PullQuery *query)
{
    if (atomic_fetch_sub(&query->users, 1) > 1) return;
    for (Spare *spare = query->spares, *next; spare; spare = next) {
        next = spare->next;
        free_spare(spare);
    }
    table_state_drop(query->table);
    query_let_go(query->writer);
    pthread_mutex_destroy(&query->lock);
    arena_free(query->arena);
}

PullCache *pull_cache_new(void)
{
    PullCache *cache = mem_zalloc(sizeof *cache);
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void pull_cache_clear(PullCache *cache)
{
    pthread_mutex_lock(&cache->lock);
    for (int i = 0; i < PLANS_MAX; i++) {
        for (PullQuery *q = cache->queries[i], *next; q; q = next) {
            next = q->next;
            let_go(q);
        }
        cache->queries[i] = NULL;
    }
    cache->count = 0;
    pthread_mutex_unlock(&cache->lock);
}

void pull_cache_free(PullCache *cache)
{
    if (!cache) return;
    pull_cache_clear(cache);
    pthread_mutex_destroy(&cache->lock);
    mem_free(cache);
}

/* ---- keeping ---- */

/* One number for a session's settings, whatever their order. */
static uint64_t overrides_hash(const Map *overrides)
{
    uint64_t sum = 0;
    for (int i = 0; i < overrides->count; i++) {
        const MapEntry *entry = &overrides->entries[i];
        if (!entry->value) continue;
        const Str *value = entry->value;
        sum += hash_bytes(value->ptr, value->len) * 31 ^ entry->hash;
    }
    return sum;
}

static PullQuery **bucket(PullCache *cache, Str shape)
{
    return &cache->queries[hash_bytes(shape.ptr, shape.len) % PLANS_MAX];
}

/* Can this query answer the text, with other literals at most where it may? */
static bool answers(const PullQuery *q, const Shape *shape, uint64_t overrides)
{
    if (q->overrides != overrides || !str_eq(q->shape.text, shape->text))
        return false;
    for (int i = 0; i < shape->count; i++)
        if (!q->is_free[i] &&
            !shape_literal_equal(&q->shape.literals[i], &shape->literals[i]))
            return false;
    return true;
}

/* A kept query, with one more user. Those out of date are thrown away. */
static PullQuery *find(PullCache *cache, const Shape *shape, uint64_t overrides,
                       unsigned long long version)
{
    PullQuery *found = NULL;
    pthread_mutex_lock(&cache->lock);
    for (PullQuery **link = bucket(cache, shape->text); *link && !found;) {
        PullQuery *q = *link;
        if (q->version != version) {
            *link = q->next;
            cache->count--;
            let_go(q);
            continue;
        }
        if (answers(q, shape, overrides)) found = q;
        link = &q->next;
    }
    if (found) {
        found->last_use = cache->uses++;
        atomic_fetch_add(&found->users, 1);
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

static void drop_oldest(PullCache *cache)
{
    PullQuery **oldest = NULL;
    for (int i = 0; i < PLANS_MAX; i++)
        for (PullQuery **link = &cache->queries[i]; *link;
             link = &(*link)->next)
            if (!oldest || (*link)->last_use < (*oldest)->last_use)
                oldest = link;
    PullQuery *query = *oldest;
    *oldest = query->next;
    cache->count--;
    let_go(query);
}

static void keep(PullCache *cache, PullQuery *query)
{
    pthread_mutex_lock(&cache->lock);
    if (cache->count == PLANS_MAX) drop_oldest(cache);
    PullQuery **first = bucket(cache, query->shape.text);
    query->next = *first;
    *first = query;
    query->last_use = cache->uses++;
    atomic_fetch_add(&query->users, 1);
    cache->count++;
    pthread_mutex_unlock(&cache->lock);
}

/* ---- literals ---- */

/* A literal can be taken as the key's value by itself. */
static bool fits_type(const ShapeLiteral *literal, TypeKind type)
{
    if (literal->is_text) return type == TYPE_STRING;
    return type == TYPE_INT || type == TYPE_BIGINT || type == TYPE_DOUBLE;
}

static Value literal_value(const ShapeLiteral *literal, TypeKind type)
{
    switch (type) {
    case TYPE_STRING: return (Value){.str = literal->text};
    case TYPE_INT: return (Value){.i32 = (int32_t)literal->number};
    case TYPE_DOUBLE: return (Value){.f64 = (double)literal->number};
    default: return (Value){.i64 = literal->number};
    }
}

static void add_slot(PullQuery *q, const Expr *key, int lookup, int column)
{
    if (key->kind != EXPR_LITERAL) return;
    for (int i = 0; i < q->shape.count; i++) {
        const ShapeLiteral *literal = &q->shape.literals[i];
        if (literal->at != key->at || !fits_type(literal, key->type->kind))
            continue;
        q->slots[q->slot_count++] = (Slot){i, lookup, column, key->type->kind};
        q->is_free[i] = true;
    }
}

/* Which literals are nothing but keys to look up. */
static void find_slots(PullQuery *q, int keys)
{
    const PlanPull *pull = q->plan->pull;
    q->is_free = arena_zalloc(q->arena, SHAPE_LITERALS_MAX);
    q->slots = ARENA_ARRAY(q->arena, Slot, pull->lookup_count * keys + 1);
    if (!pull->exact) return;
    for (int i = 0; i < pull->lookup_count; i++)
        for (int k = 0; k < keys; k++)
            add_slot(q, pull->lookups[i].key[k], i, k);
}

static void copy_shape(Arena *arena, const Shape *from, Shape *to)
{
    *to = *from;
    to->text = str_copy(arena, from->text);
    for (int i = 0; i < to->count; i++)
        if (to->literals[i].is_text)
            to->literals[i].text = str_copy(arena, from->literals[i].text);
}

/* ---- running ---- */

static Status take_reader(PullQuery *q, Arena *arena, Spare **out)
{
    pthread_mutex_lock(&q->lock);
    Spare *spare = q->spares;
    if (spare) {
        q->spares = spare->next;
        q->spare_count--;
    }
    pthread_mutex_unlock(&q->lock);
    *out = spare;
    if (spare) return st_ok();
    Arena *own = arena_new("reader", 0);
    TableReaderOptions options = {.writer = q->writer->plan,
                                  .pull = q->plan,
                                  .properties = q->properties,
                                  .clock = q->clock,
                                  .read_copies = q->read_copies,
                                  .lag_max = q->lag_max};
    spare = ARENA_NEW(own, Spare);
    spare->arena = own;
    Status st = table_reader_open(own, &options, q->table, &spare->reader);
    if (st.kind) {
        st.text = str_cstr(arena, str_from(st.text));
        arena_free(own);
        return st;
    }
    *out = spare;
    return st;
}

static void give_reader(PullQuery *q, Spare *spare)
{
    pthread_mutex_lock(&q->lock);
    bool full = q->spare_count == SPARE_READERS_MAX;
    if (!full) {
        spare->next = q->spares;
        q->spares = spare;
        q->spare_count++;
    }
    pthread_mutex_unlock(&q->lock);
    if (full) free_spare(spare);
}

typedef struct Sending {
    const PullQuery *query;
    Arena *arena;
    const mr_Sink *sink;
    const Schema *schema;
    int rows;
    bool began;
} Sending;

/* Not before there is something: a query that fails has no columns. */
static void send_header(Sending *s)
{
    if (s->began) return;
    s->began = true;
    if (!s->sink->header) return;
    int64_t now_ms = clock_now_ms(s->query->clock);
    s->sink->header(s->sink->context,
                    str_printf(s->arena, "query_%lld", (long long)now_ms),
                    s->schema);
}

static bool send_row(void *context, const Value *values)
{
    Sending *s = context;
    send_header(s);
    if (++s->rows % ROWS_PER_LOOK == 0 && s->sink->stop &&
        s->sink->stop(s->sink->context))
        return false;
    return s->sink->row(s->sink->context, s->schema, values, false);
}

static Status run(PullQuery *q, Arena *arena, const Shape *shape,
                  const mr_Sink *sink)
{
    Spare *spare;
    Status st = take_reader(q, arena, &spare);
    if (st.kind) return st;
    for (int i = 0; shape && i < q->slot_count; i++) {
        const Slot *slot = &q->slots[i];
        table_reader_set_key(
            spare->reader, slot->lookup, slot->column,
            literal_value(&shape->literals[slot->literal], slot->type));
    }
    Sending sending = {q, arena, sink, q->plan->schema, 0, false};
    st = table_reader_run(spare->reader, arena, send_row, &sending);
    give_reader(q, spare);
    if (st.kind)
        return st_error(arena, st.kind, "cannot read table '%.*s': %s",
                        STR_ARG(q->name), st.text);
    send_header(&sending);
    if (sink->end) sink->end(sink->context, STR(""));
    return st;
}

bool pull_try(mr_Session *session, Arena *arena, Str text, const mr_Sink *sink,
              Status *st)
{
    mr_Engine *engine = session->engine;
    Shape shape;
    if (!sink || !sink->row || !shape_read(arena, text, &shape)) return false;
    PullQuery *query = find(engine->pulls, &shape,
                            overrides_hash(&session->overrides),
                            atomic_load(&engine->version));
    if (!query) return false;
    *st = run(query, arena, &shape, sink);
    let_go(query);
    return true;
}

/* ---- from a plan ---- */

/* The query that makes the table, if it runs. */
static Status find_writer(Exec *x, const AstStatement *statement,
                          const Source *source, EngineQuery **out)
{
    EngineQuery *writer = source->query_id.len
                              ? map_get(x->queries, source->query_id)
                              : NULL;
    QueryInfo info;
    if (!writer)
        return st_error_at(x->stmt, statement->at,
                           "table '%.*s' is not kept by any query now: its "
                           "query was terminated",
                           STR_ARG(source->name));
    const char *state = query_state_name(writer, x->stmt, &info);
    if (!writer->query || !strcmp(state, "ERROR"))
        return st_error_at(x->stmt, statement->at,
                           "table '%.*s' cannot be read: query '%.*s', which "
                           "keeps it, is not running (%s)%s%.*s",
                           STR_ARG(source->name), STR_ARG(writer->id), state,
                           info.error.len ? ": " : "", STR_ARG(info.error));
    *out = writer;
    return st_ok();
}

static PullQuery *new_query(Exec *x, Arena *own, const Plan *plan,
                            const Source *source, EngineQuery *writer)
{
    PullQuery *q = ARENA_NEW(own, PullQuery);
    atomic_init(&q->users, 1);
    q->arena = own;
    q->plan = plan;
    q->name = str_copy(own, source->name);
    q->writer = query_keep(writer);
    q->table = query_table(writer->query);
    q->clock = x->engine->clock;
    q->properties = query_properties(own, x->engine, x->overrides);
    q->read_copies = engine_setting_bool(
        x->engine, x->overrides, "ksql.query.pull.enable.standby.reads");
    q->lag_max = engine_setting_int(x->engine, x->overrides,
                                    "ksql.query.pull.max.allowed.offset.lag");
    q->overrides = overrides_hash(x->overrides);
    q->version = atomic_load(&x->engine->version);
    pthread_mutex_init(&q->lock, NULL);
    return q;
}

Status pull_execute(Exec *x, const AstStatement *statement, Arena *own,
                    const Plan *plan)
{
    const Source *source = catalog_find(x->catalog, plan->sources[0]);
    EngineQuery *writer = NULL;
    Shape shape;
    Status st = find_writer(x, statement, source, &writer);
    if (st.kind) {
        arena_free(own);
        return st;
    }
    PullQuery *query = new_query(x, own, plan, source, writer);
    if (!query->table) {
        st = st_error_at(x->stmt, statement->at,
                         "query '%.*s' keeps no rows of table '%.*s'",
                         STR_ARG(writer->id), STR_ARG(source->name));
        let_go(query);
        return st;
    }
    if (shape_read(x->stmt, x->text, &shape)) {
        copy_shape(own, &shape, &query->shape);
        find_slots(query, source->schema->key_count);
        keep(x->engine->pulls, query);
    }
    pthread_mutex_unlock(&x->engine->lock);
    st = run(query, x->stmt, NULL, x->sink);
    let_go(query);
    pthread_mutex_lock(&x->engine->lock);
    return st;
}
