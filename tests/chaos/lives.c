/* SPDX-License-Identifier: Apache-2.0
 *
 * Each life ends by SIGKILL, at a random moment or at a named point that the
 * seed chooses; what a point needs so that it is reached at all (a lost state,
 * an aborted transaction, an orderly stop) is arranged.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/chaos/lives.h"
#include "tests/chaos/talk.h"

enum {
    LIFE_LOCAL_MS = 500, /* The longest life, */
    LIFE_KAFKA_MS = 3000,
    POINT_LOCAL_MS = 1500, /* and how long a point is waited for. */
    POINT_KAFKA_MS = 6000,
    TALK_MS = 700,    /* More, for statements. */
    SETTLE_S = 180,   /* For everything to come out at the end. */
    FREEZE_MS = 2500, /* More than the session time-out of the servers. */
};

/* The first two lives are those in which a script's queries are new. */
static bool applies(const Chaos *chaos, int life, const Point *point)
{
    if (chaos->only) return strcmp(chaos->only, point->name) == 0;
    char where = chaos->bootstrap ? 'k' : 'l';
    char guarantee = chaos->exactly_once ? 'e' : 'a';
    if (point->how == 'c' && !chaos->interactive) return false;
    if (point->how == 'f' && life >= 2 && !chaos->interactive) return false;
    return (point->where == '*' || point->where == where) &&
           (point->guarantee == '*' || point->guarantee == guarantee);
}

/* Which point this life ends at; -1: at a random moment. Two of three lives end
 * at the point that was hit, and tried, the least. */
static int choose_point(const Chaos *chaos, int life, const Tally *tally)
{
    if (!chaos->only && life >= 2 && life % 3 == 0) return -1;
    int best = -1, least = 0;
    for (int i = 0; i < POINTS; i++) {
        /* From another place each time, so that equals take turns. */
        int at = life < 2 ? i : (i + life) % POINTS;
        int had = 2 * tally->at_points[at] + tally->tried[at] +
                  tally->before[at];
        if (!applies(chaos, life, &points[at]) || (best >= 0 && had >= least))
            continue;
        best = at;
        least = had;
    }
    return best;
}

/* Waits for the death of the victim, or gives it after `ms`. True: it died by
 * itself, that is at its point. */
static bool await_death(Chaos *chaos, Server *servers, Server *victim, int ms)
{
    int64_t last = clock_monotonic_ms(), until = last + ms;
    for (int64_t now; (now = clock_monotonic_ms()) < until; last = now) {
        if (now - last > chaos->held_up_ms) chaos->held_up_ms = now - last;
        if (server_has_died(chaos, victim)) return true;
        for (int i = 0; i < chaos->processes; i++)
            if (servers[i].pid) server_has_died(chaos, &servers[i]);
        talk_step(chaos, victim, false);
        clock_sleep_ms(2);
    }
    if (server_has_died(chaos, victim)) return true;
    server_kill(victim);
    return false;
}

/* A server that stands still for longer than its group waits: what it does when
 * it goes on must be refused. */
static void freeze(Chaos *chaos, Server *victim)
{
    clock_sleep_ms(500 + pick(chaos, 1500));
    kill(victim->pid, SIGSTOP);
    int64_t stopped_ms = clock_now_ms(NULL);
    clock_sleep_ms(FREEZE_MS);
    repeats_note_death(chaos, stopped_ms);
    kill(victim->pid, SIGCONT);
}

/* Transactions that fail, and the way back. */
static const char *aborts(Chaos *chaos, Tally *tally)
{
    tally->aborts++;
    return str_printf(chaos->arena, "txn.abort:%d,txn.abort:%d",
                      1 + (int)pick(chaos, 12), 1 + (int)pick(chaos, 12))
        .ptr;
}

static const char *fault_at(Chaos *chaos, const Point *point)
{
    int most = point->visits / chaos->processes + 1;
    int visit = 1 + (int)pick(chaos, (uint32_t)most);
    const char *before = point->how == 'b' ? "txn.abort:1,txn.abort:2,"
                                             "txn.abort:3,"
                                           : "";
    return str_printf(chaos->arena, "%s%s:%d:kill", before, point->name, visit)
        .ptr;
}

static void start_all(Chaos *chaos, Server *servers, const Server *victim,
                      const char *fault)
{
    for (int i = 0; i < chaos->processes; i++) {
        if (servers[i].pid) continue;
        server_start(chaos, &servers[i], &servers[i] == victim ? fault : NULL);
        talk_begin(chaos);
    }
}

/* With others: else these have done it all before the victim has its share. */
static void feed_all(Chaos *chaos, Server *servers, int life, Tally *tally)
{
    clock_sleep_ms(pick(chaos, LIFE_KAFKA_MS));
    must("input", feed_more(chaos, chaos->records));
    if (pick(chaos, 3)) return;
    clock_sleep_ms(pick(chaos, 500));
    if (!server_stop(chaos, &servers[(life + 1) % chaos->processes]))
        tally->left++;
}

/* The end of the victim: true if it was at its point. */
static bool die(Chaos *chaos, Server *servers, Server *victim,
                const Point *point)
{
    bool kafka = chaos->bootstrap != NULL;
    int ms = 20 + (int)pick(chaos, kafka ? LIFE_KAFKA_MS : LIFE_LOCAL_MS);
    if (chaos->interactive) ms += TALK_MS;
    if (point && point->how == 's') {
        /* Met on the way of an orderly stop. */
        for (ms += 1000; ms > 0 && !server_has_died(chaos, victim); ms -= 2)
            clock_sleep_ms(2);
        return !victim->pid || server_stop(chaos, victim);
    }
    if (point) ms = kafka ? POINT_KAFKA_MS : POINT_LOCAL_MS;
    return await_death(chaos, servers, victim, ms);
}

void live(Chaos *chaos, Server *servers, int life, Tally *tally)
{
    Server *victim = &servers[life % chaos->processes];
    int chosen = choose_point(chaos, life, tally);
    const Point *point = chosen < 0 ? NULL : &points[chosen];
    const char *fault = NULL;
    if (point) fault = fault_at(chaos, point);
    if (point) tally->tried[chosen]++;
    if (!point && chaos->exactly_once && !pick(chaos, 2))
        fault = aborts(chaos, tally);
    if (!victim->pid && (point ? point->how == 'r' : !pick(chaos, 6))) {
        server_lose_state(chaos, victim);
        tally->lost++;
    }
    if (!chaos->broker) must("broker", feed_open(chaos));
    if (chaos->processes == 1) must("input", feed_more(chaos, chaos->records));
    if (!chaos->bootstrap) feed_close(chaos);
    start_all(chaos, servers, victim, fault);
    if (chaos->processes > 1) feed_all(chaos, servers, life, tally);
    if (chaos->bootstrap && !point && !pick(chaos, 4)) {
        freeze(chaos, victim);
        tally->frozen++;
    }
    if (die(chaos, servers, victim, point))
        tally->at_points[chosen]++;
    else
        tally->at_random++;
    int64_t died_ms = clock_now_ms(NULL);
    if (!chaos->broker) must("broker", feed_open(chaos));
    repeats_note_death(chaos, died_ms);
}

void kill_broker(Chaos *chaos, Server *servers)
{
    const char *const verbs[] = {"kill", "restart"};
    if (!chaos->broker) must("broker", feed_open(chaos));
    must("input", feed_more(chaos, chaos->records));
    feed_close(chaos);
    start_all(chaos, servers, NULL, NULL);
    clock_sleep_ms(500 + pick(chaos, LIFE_KAFKA_MS));
    for (int i = 0; i < 2; i++) {
        const char *command = str_printf(chaos->arena,
                                         "'%s' %s '%s' >/dev/null",
                                         chaos->script_of_kafka, verbs[i],
                                         chaos->kafka_dir)
                                  .ptr;
        if (system(command) != 0) give_up(command, "failed");
        clock_sleep_ms(pick(chaos, 1000));
    }
    must("broker", feed_open(chaos));
}

/* Runs for a while, saying what is not said yet. */
static void run_on(Chaos *chaos, Server *servers, int ms)
{
    int64_t until = clock_monotonic_ms() + ms;
    for (int64_t now; (now = clock_monotonic_ms()) < until ||
                      (!talk_is_over(chaos) && now < until + 10000);) {
        talk_step(chaos, &servers[0], true);
        clock_sleep_ms(5);
    }
}

bool settle(Chaos *chaos, Server *servers)
{
    int64_t until = clock_monotonic_ms() + SETTLE_S * 1000;
    bool complete = false;
    while (!complete && clock_monotonic_ms() < until) {
        if (!chaos->bootstrap) feed_close(chaos);
        start_all(chaos, servers, NULL, NULL);
        run_on(chaos, servers, chaos->bootstrap ? 4000 : 1500);
        for (int i = 0; i < chaos->processes; i++)
            if (!chaos->bootstrap) server_stop(chaos, &servers[i]);
        if (!chaos->broker) must("broker", feed_open(chaos));
        /* A transaction of which the broker died may stay open for a while. */
        complete = !load_all(chaos).kind && verify_complete(chaos) &&
                   !commands_check(chaos, true);
    }
    for (int i = 0; i < chaos->processes; i++)
        server_stop(chaos, &servers[i]);
    if (!chaos->broker) must("broker", feed_open(chaos));
    must("topics", load_all(chaos));
    if (!complete)
        printf("WRONG: not everything has come out after %d s\n", SETTLE_S);
    return complete;
}

/* ---- the campaign's points ---- */

void hits_read(const Chaos *chaos, Tally *tally)
{
    FILE *file = chaos->hits ? fopen(chaos->hits, "r") : NULL;
    char name[64];
    int hits, tried;
    while (file && fscanf(file, "%63s %d %d", name, &hits, &tried) == 3)
        for (int i = 0; i < POINTS; i++)
            if (!strcmp(name, points[i].name))
                tally->before[i] += 2 * hits + tried;
    if (file) fclose(file);
}

void hits_write(const Chaos *chaos, const Tally *tally)
{
    if (!chaos->hits) return;
    FILE *file = fopen(chaos->hits, "a");
    if (!file) give_up(chaos->hits, strerror(errno));
    for (int i = 0; i < POINTS; i++)
        if (tally->tried[i])
            fprintf(file, "%s %d %d\n", points[i].name, tally->at_points[i],
                    tally->tried[i]);
    fclose(file);
}
