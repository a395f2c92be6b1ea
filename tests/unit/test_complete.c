/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion by place: `^` is the cursor, and the words behind are what is
 * offered, or must not be.
 */
#include "engine/engine.h"

#include "kafka/broker.h"
#include "tests/unit/check.h"

static const char setup[] =
    "CREATE TYPE address AS STRUCT<city STRING, home STRUCT<street STRING>>;"
    "CREATE STREAM clicks (user_id STRING KEY, url STRING, addr address,"
    "    `odd name` INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON',"
    "    PARTITIONS=1);"
    "CREATE TABLE users (id STRING PRIMARY KEY, name STRING)"
    "    WITH (KAFKA_TOPIC='all.users', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE STREAM slow AS SELECT * FROM clicks;"
    "DEFINE region = 'x';";

/* Offered, with its tail; `!x`: x is not offered; `=x`: x alone is. */
static const struct {
    const char *text, *want[5];
} cases[] = {
    /* Statements, and words that the grammar allows at the place. */
    {"SEL^", {"=SELECT "}},
    {"sho^", {"=SHOW "}},
    {"CREATE OR ^", {"=REPLACE "}},
    {"SHOW ^", {"STREAMS ", "CONNECTORS ", "!SELECT "}},
    {"CREATE STREAM s (a INT) ^", {"WITH ", "!SELECT ", "!SHOW "}},
    {"SELECT * FROM clicks EMIT ^", {"CHANGES ", "FINAL ", "!EMIT "}},
    {"SELECT a FROM b WINDOW TUMBLING (SIZE 1 MIN^", {"MINUTE ", "MINUTES "}},
    /* Columns of the sources of FROM, after the cursor too. */
    {"SELECT u^ FROM clicks", {"USER_ID ", "URL ", "UCASE(", "!USERS "}},
    {"SELECT u^ FROM users", {"!USER_ID ", "!URL ", "USERS.", "UCASE("}},
    /* Before FROM is written, those of all sources. */
    {"SELECT na^", {"=NAME "}},
    {"SELECT ur^", {"URL ", "URL_DECODE_PARAM("}},
    {"INSERT INTO clicks VALUES (ur^", {"!URL ", "URL_DECODE_PARAM("}},
    {"SELECT ^ FROM clicks c JOIN users u ON c.user_id = u.id",
     {"USER_ID ", "NAME ", "C.", "U."}},
    {"SELECT `odd^ FROM clicks", {"!`odd name` ", "!URL "}},
    {"SELECT odd^ FROM clicks", {"=`odd name` "}},
    {"SELECT url FROM clicks WHERE u^", {"URL ", "USER_ID "}},
    {"SELECT url FROM clicks WHERE `o^", {"=odd name` "}},
    {"SELECT url FROM clicks GROUP BY ^", {"URL ", "USER_ID "}},
    {"SELECT rowt^ FROM clicks", {"=ROWTIME "}},
    {"SELECT c.^ FROM clicks c", {"URL ", "ROWTIME ", "!UCASE(", "!NAME "}},
    {"SELECT u.^ FROM clicks c JOIN users u ON c.user_id = u.id",
     {"NAME ", "!URL "}},
    {"SELECT addr->^ FROM clicks", {"CITY ", "HOME ", "!URL "}},
    {"SELECT addr->home->s^ FROM clicks", {"=STREET "}},
    {"SELECT c.addr->c^ FROM clicks c", {"=CITY "}},
    {"INSERT INTO clicks (u^", {"USER_ID", "URL", "!UCASE("}},
    {"INSERT INTO clicks (url, user^", {"=USER_ID"}},
    {"INSERT INTO clicks (url) VALUES (uca^", {"=UCASE("}},
    /* Functions. */
    {"SELECT substr^ FROM clicks", {"=SUBSTRING("}},
    {"SELECT UCASE(lcas^ FROM clicks", {"=LCASE("}},
    {"DESCRIBE FUNCTION format_d^", {"=FORMAT_DATE"}},
    /* Sources. */
    {"SELECT * FROM cl^", {"=CLICKS "}},
    {"SELECT * FROM ^", {"CLICKS ", "USERS ", "SLOW "}},
    {"SELECT * FROM clicks JOIN us^", {"=USERS "}},
    {"INSERT INTO ^", {"CLICKS ", "USERS ", "!SELECT "}},
    {"DESCRIBE us^", {"=USERS "}},
    {"DROP STREAM ^", {"CLICKS ", "!USERS ", "IF "}},
    {"DROP TABLE IF EXISTS ^", {"=USERS "}},
    {"ALTER STREAM cl^", {"=CLICKS "}},
    /* Types. */
    {"CREATE STREAM n (a ^", {"STRING", "BIGINT", "ADDRESS", "ARRAY<"}},
    {"CREATE STREAM n (a INT, b dec^", {"DECIMAL("}},
    {"CREATE STREAM n (a ARRAY<addr^", {"=ADDRESS"}},
    {"SELECT CAST(url AS big^ FROM clicks", {"=BIGINT"}},
    {"DROP TYPE ^", {"ADDRESS", "!BIGINT"}},
    /* Properties of WITH and their values. */
    {"CREATE STREAM n (a INT) WITH (kafka^", {"=KAFKA_TOPIC="}},
    {"CREATE STREAM n (a INT) WITH (KAFKA_TOPIC='x', val^",
     {"VALUE_FORMAT=", "VALUE_DELIMITER=", "!KAFKA_TOPIC="}},
    {"CREATE STREAM n (a INT) WITH (KAFKA_TOPIC='al^", {"=all.users'"}},
    {"CREATE STREAM n (a INT) WITH (KAFKA_TOPIC=^", {"'clicks'"}},
    {"CREATE STREAM n (a INT) WITH (VALUE_FORMAT='js^", {"JSON'"}},
    {"CREATE STREAM n (a INT) WITH (TIMESTAMP_FORMAT='js^", {"!JSON'"}},
    /* Settings. */
    {"SET 'auto.off^", {"=auto.offset.reset' = '"}},
    {"SET auto.off^", {"='auto.offset.reset' = '"}},
    {"SET 'auto.offset.reset' = 'e^", {"=earliest'"}},
    {"UNSET 'auto.off^", {"auto.offset.reset' = '"}},
    /* Queries, topics, variables. */
    {"TERMINATE ^", {"CSAS_SLOW_0", "ALL "}},
    {"EXPLAIN csas^", {"=CSAS_SLOW_0"}},
    {"PRINT ^", {"clicks ", "'all.users'"}},
    {"PRINT 'all^", {"=all.users'"}},
    {"PRINT clicks FROM ^", {"=BEGINNING "}},
    {"UNDEFINE re^", {"=region"}},
    {"SELECT ${re^ FROM clicks", {"=region}"}},
    {"SELECT 'in ${re^", {"=region}"}},
    {"SELECT ${region} FROM cl^", {"=CLICKS "}},
    /* Only the statement of the cursor counts. */
    {"SELECT * FROM users; SELECT u^ FROM clicks; SELECT 1;",
     {"USER_ID ", "!USERS."}},
    /* Nothing in a string, a comment, for a new name, after a mistake. */
    {"SELECT 'u^ FROM clicks", {"!URL ", "!UCASE("}},
    {"SELECT -- u^", {"!URL ", "!UCASE("}},
    {"SELECT /* u^", {"!URL ", "!UCASE("}},
    {"SELECT url -- why\nFROM cl^", {"=CLICKS "}},
    {"CREATE STREAM cl^", {"!CLICKS "}},
    {"SELEC FROM FROM cl^", {"!SELECT "}},
};

static bool offered(const mr_Completions *all, const char *want)
{
    for (int i = 0; i < all->count; i++) {
        Str text = all->at[i].text;
        size_t n = text.len;
        if (strncmp(want, text.ptr, n) == 0 &&
            strcmp(want + n, all->at[i].tail) == 0)
            return true;
    }
    return false;
}

static void check_case(mr_Session *session, int number)
{
    Arena *arena = arena_new("case", 0);
    const char *text = cases[number].text, *mark = strchr(text, '^');
    size_t cursor = (size_t)(mark - text);
    Str all = str_printf(arena, "%.*s%s", (int)cursor, text, mark + 1);
    mr_Completions found;

    mr_complete(session, arena, all, cursor, &found);
    for (int i = 0; i < 5 && cases[number].want[i]; i++) {
        const char *want = cases[number].want[i];
        bool good = want[0] == '!' ? !offered(&found, want + 1)
                    : want[0] == '='
                        ? found.count == 1 && offered(&found, want + 1)
                        : offered(&found, want);
        CHECK(good);
        if (good) continue;
        printf("  at %s\n  want %s\n  got", text, want);
        for (int k = 0; k < found.count && k < 12; k++)
            printf(" %.*s%s", STR_ARG(found.at[k].text), found.at[k].tail);
        printf("\n");
    }
    CHECK(found.word_at <= cursor);
    arena_free(arena);
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    Broker *broker = broker_memory_open(NULL);
    mr_Options options = {
        .mode = MR_TEST, .broker = broker, .memory_state = true};
    mr_Engine *engine = NULL;
    Status st = mr_open(arena, &options, &engine);
    CHECK(!st.kind);
    mr_Session *session = mr_session_open(engine);
    mr_Sink sink = {0};
    st = mr_execute(session, arena, str_from(setup), &sink);
    CHECK(!st.kind);
    if (st.kind) printf("%s\n", st.text);
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++)
        check_case(session, i);
    mr_session_close(session);
    mr_close(engine);
    broker_close(broker);
    arena_free(arena);
    return check_done();
}
