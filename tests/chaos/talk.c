/* SPDX-License-Identifier: Apache-2.0
 *
 * Speaks to a shell through its pipe, one statement at a time. Behind each goes
 * a SHOW TYPES, the answer to which tells that the statement is through, well
 * or not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/chaos/queries.h"
#include "tests/chaos/talk.h"

enum {
    EXTRAS_ALIVE = 3,
    PAUSE_MS = 40, /* At most, between two statements. */
};

void talk_open(Chaos *chaos)
{
    chaos->talk = ARENA_NEW(chaos->arena, Talk);
    *chaos->talk = (Talk){.pending = -1};
}

const char *extra_topic(const Chaos *chaos, int extra)
{
    return str_printf(chaos->arena, "%s_extra_%d", chaos->id, extra).ptr;
}

void talk_begin(Chaos *chaos)
{
    Talk *talk = chaos->talk;
    if (!talk) return;
    if (talk->pending >= 0) {
        const Said *said = &talk->said.at[talk->pending];
        if (said->deed != DEED_BASE) talk->extras.at[said->extra].doubt = true;
    }
    talk->pending = -1;
    talk->answers_at = 0;
    talk->next_ms = 0;
}

bool talk_is_over(const Chaos *chaos)
{
    return !chaos->talk ||
           (chaos->talk->pending < 0 && chaos->talk->base == statement_count());
}

/* ---- answers ---- */

static void take_fate(Talk *talk, Said *said)
{
    if (said->deed == DEED_BASE) {
        /* What was in doubt and is refused now is there already. */
        talk->base++;
        return;
    }
    Extra *extra = &talk->extras.at[said->extra];
    if (said->fate == FATE_REFUSED && !extra->doubt) {
        talk->unexpected++;
        printf("WRONG: refused: %s\n", said->text);
    }
    switch (said->deed) {
    case DEED_DROP:
    case DEED_DROP_TOPIC: extra->over = true; break;
    case DEED_TERMINATE: extra->terminated = true; break;
    default: break;
    }
}

static void take_line(Chaos *chaos, const char *line)
{
    Talk *talk = chaos->talk;
    if (talk->pending < 0) return;
    Said *said = &talk->said.at[talk->pending];
    const char *id = strstr(line, "\"queryId\" : \"");
    if (strstr(line, "\"status\" : \"SUCCESS\"")) said->fate = FATE_DONE;
    if (id && said->deed == DEED_CREATE) {
        id += strlen("\"queryId\" : \"");
        talk->extras.at[said->extra].query_id =
            str_printf(chaos->arena, "%.*s", (int)strcspn(id, "\""), id).ptr;
    }
    if (!strstr(line, "\"@type\" : \"type_list\"")) return;
    if (said->fate == FATE_DOUBT) said->fate = FATE_REFUSED;
    take_fate(talk, said);
    talk->pending = -1;
}

static void read_answers(Chaos *chaos, const Server *server)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(server_answers(chaos, server), "r");
    if (!file) return;
    if (!fseek(file, chaos->talk->answers_at, SEEK_SET))
        for (ssize_t n; (n = getline(&line, &room, file)) > 0;) {
            if (line[n - 1] != '\n') break; /* More of it is to come. */
            chaos->talk->answers_at += n;
            take_line(chaos, line);
        }
    free(line);
    fclose(file);
}

/* ---- statements ---- */

static void speak(Chaos *chaos, const Server *server, Said said)
{
    Talk *talk = chaos->talk;
    Str text = str_printf(chaos->arena, "%s\nSHOW TYPES;\n", said.text);
    talk->pending = talk->said.count;
    *vec_push(chaos->arena, &talk->said) = said;
    /* A server that dies just now leaves it in doubt. */
    if (write(server->talk, text.ptr, text.len) != (ssize_t)text.len &&
        errno != EPIPE)
        give_up("statement", strerror(errno));
}

static Said create_extra(Chaos *chaos)
{
    int n = chaos->talk->extras.count;
    Extra *extra = vec_push(chaos->arena, &chaos->talk->extras);
    *extra = (Extra){.table = !pick(chaos, 3)};
    const char *text =
        extra->table
            ? str_printf(chaos->arena,
                         "CREATE TABLE extra_%d WITH (kafka_topic='%s') AS"
                         " SELECT v, AS_VALUE(v) AS g, COUNT(*) AS c,"
                         " SUM(seq) AS s FROM input GROUP BY v;",
                         n, extra_topic(chaos, n))
                  .ptr
            : str_printf(chaos->arena,
                         "CREATE STREAM extra_%d WITH (kafka_topic='%s') AS"
                         " SELECT k, seq FROM input WHERE v = %d;",
                         n, extra_topic(chaos, n), n % GROUPS)
                  .ptr;
    return (Said){.text = text, .deed = DEED_CREATE, .extra = n};
}

static Said drop_extra(Chaos *chaos, int n)
{
    bool topic = pick(chaos, 2);
    const Extra *extra = &chaos->talk->extras.at[n];
    return (Said){.text = str_printf(chaos->arena, "DROP %s extra_%d%s;",
                                     extra->table ? "TABLE" : "STREAM", n,
                                     topic ? " DELETE TOPIC" : "")
                              .ptr,
                  .deed = topic ? DEED_DROP_TOPIC : DEED_DROP,
                  .extra = n};
}

static Said control_extra(Chaos *chaos, int n, const char *word, Deed deed)
{
    return (Said){.text = str_printf(chaos->arena, "%s %s;", word,
                                     chaos->talk->extras.at[n].query_id)
                              .ptr,
                  .deed = deed,
                  .extra = n};
}

static Said next_of(Chaos *chaos, int n)
{
    Extra *extra = &chaos->talk->extras.at[n];
    if (extra->doubt) return drop_extra(chaos, n);
    switch (extra->step++) {
    case 0:
        if (extra->table || pick(chaos, 2)) return next_of(chaos, n);
        return (Said){
            .text = str_printf(chaos->arena,
                               "CREATE OR REPLACE STREAM extra_%d WITH"
                               " (kafka_topic='%s') AS SELECT k, seq FROM"
                               " input WHERE v = %d;",
                               n, extra_topic(chaos, n), (n + 1) % GROUPS)
                        .ptr,
            .deed = DEED_REPLACE,
            .extra = n};
    case 1:
        if (!extra->query_id) extra->step = 4;
        if (!extra->query_id || pick(chaos, 2)) return next_of(chaos, n);
        return control_extra(chaos, n, "PAUSE", DEED_PAUSE);
    case 2: return control_extra(chaos, n, "RESUME", DEED_RESUME);
    case 3:
        if (pick(chaos, 3)) return next_of(chaos, n);
        return control_extra(chaos, n, "TERMINATE", DEED_TERMINATE);
    default: return drop_extra(chaos, n);
    }
}

static void say_something(Chaos *chaos, const Server *server)
{
    const Talk *talk = chaos->talk;
    int alive[EXTRAS_ALIVE], count = 0;
    for (int i = 0; i < talk->extras.count && count < EXTRAS_ALIVE; i++)
        if (!talk->extras.at[i].over) alive[count++] = i;
    bool create = count < EXTRAS_ALIVE && (!count || pick(chaos, 2));
    speak(chaos, server,
          create ? create_extra(chaos)
                 : next_of(chaos, alive[pick(chaos, (uint32_t)count)]));
}

void talk_step(Chaos *chaos, const Server *server, bool quietly)
{
    Talk *talk = chaos->talk;
    if (!talk || server->talk < 0) return;
    read_answers(chaos, server);
    if (talk->pending >= 0) return;
    if (talk->base < statement_count()) {
        speak(chaos, server,
              (Said){.text = statement_of(chaos, chaos->arena, talk->base),
                     .deed = DEED_BASE});
        return;
    }
    int64_t now_ms = clock_monotonic_ms();
    if (quietly || now_ms < talk->next_ms) return;
    talk->next_ms = now_ms + pick(chaos, PAUSE_MS);
    say_something(chaos, server);
}
