/* SPDX-License-Identifier: Apache-2.0
 *
 * Lives and deaths. Each life: more input is written, a server (or several,
 * that share the queries) is started, and dies by SIGKILL at a moment or at a
 * named point that the seed chooses. After the last one a server runs until
 * everything has come out and is stopped in an orderly way; then the verdict.
 *
 * Exit status: 0 all holds, 1 something does not, 2 the test could not be run.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "tests/chaos/chaos.h"
#include "tests/chaos/points.h"

enum {
    LIFE_LOCAL_MS = 500, /* The longest life, */
    LIFE_KAFKA_MS = 3000,
    POINT_LOCAL_MS = 1500, /* and how long a point is waited for. */
    POINT_KAFKA_MS = 6000,
    SETTLE_S = 90, /* For everything to come out at the end. */
    STOP_S = 30,
    FREEZE_MS = 2500, /* More than the session time-out below. */
};

typedef struct Server {
    pid_t pid; /* 0: not running. */
    int index;
} Server;

typedef struct Tally {
    int at_points[POINTS];
    int at_random, frozen, left, aborts, tried[POINTS];
} Tally;

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "chaos: %s: %s\n", what, why);
    exit(2);
}

static void must(const char *what, Status st)
{
    if (st.kind) give_up(what, st.text);
}

/* ---- the script ---- */

static void write_script(Chaos *chaos)
{
    static const char text[] =
        "CREATE STREAM input (k STRING KEY, seq BIGINT, v INT)\n"
        "  WITH (kafka_topic='%s_in', value_format='JSON');\n"
        "CREATE STREAM lefts (k STRING KEY, id BIGINT)\n"
        "  WITH (kafka_topic='%s_left', value_format='JSON');\n"
        "CREATE STREAM rights (k STRING KEY, id BIGINT)\n"
        "  WITH (kafka_topic='%s_right', value_format='JSON');\n"
        "CREATE STREAM copies WITH (kafka_topic='%s_copies') AS\n"
        "  SELECT k, seq FROM input;\n"
        "CREATE TABLE counts WITH (kafka_topic='%s_counts') AS\n"
        "  SELECT k, COUNT(*) AS c, SUM(seq) AS s FROM input GROUP BY k;\n"
        "CREATE TABLE groups WITH (kafka_topic='%s_groups') AS\n"
        "  SELECT v, AS_VALUE(v) AS g, COUNT(*) AS c, SUM(seq) AS s\n"
        "  FROM input GROUP BY v;\n"
        "CREATE TABLE sessions WITH (kafka_topic='%s_sessions') AS\n"
        "  SELECT k, COUNT(*) AS c, SUM(seq) AS s FROM input\n"
        "  WINDOW SESSION (500 MILLISECONDS, RETENTION 2 DAYS,\n"
        "                  GRACE PERIOD 1 DAY) GROUP BY k;\n"
        "CREATE STREAM pairs WITH (kafka_topic='%s_pairs') AS\n"
        "  SELECT l.k AS k, l.id AS lid, r.id AS rid FROM lefts l\n"
        "  JOIN rights r WITHIN 1 SECOND GRACE PERIOD 1 HOUR ON l.k = r.k;\n";
    const char *id = chaos->id;
    chaos->script =
        str_printf(chaos->arena, text, id, id, id, id, id, id, id, id).ptr;
    FILE *file = fopen(
        str_printf(chaos->arena, "%s/script.sql", chaos->directory).ptr, "w");
    if (!file) give_up("script", strerror(errno));
    fputs(chaos->script, file);
    fclose(file);
}

/* ---- servers ---- */

static void run_server(const Chaos *chaos, int index, int memory,
                       const char *fault)
{
    Arena *a = chaos->arena;
    char *argv[40];
    int argc = 0;
    const char *const sets[] = {
        str_printf(a, "ksql.service.id=%s", chaos->id).ptr,
        "ksql.streams.auto.offset.reset=earliest",
        str_printf(a, "ksql.streams.commit.interval.ms=%d", chaos->commit_ms)
            .ptr,
        str_printf(a, "ksql.streams.processing.guarantee=%s",
                   chaos->exactly_once ? "exactly_once_v2" : "at_least_once")
            .ptr,
        "millrace.checkpoint.interval.ms=300",
        str_printf(a, "ksql.streams.num.standby.replicas=%d", chaos->standbys)
            .ptr,
        str_printf(a, "millrace.state.memory.max.bytes=%d", memory).ptr,
        "consumer.session.timeout.ms=1500",
        "consumer.heartbeat.interval.ms=300",
        "producer.transaction.timeout.ms=10000",
    };
    const char *const fixed[] = {
        chaos->millrace,
        "server",
        "--data-dir",
        str_printf(a, "%s/data%d", chaos->directory, index).ptr,
        "--queries-file",
        str_printf(a, "%s/script.sql", chaos->directory).ptr,
        "--log-level",
        "info"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        argv[argc++] = (char *)(uintptr_t)fixed[i];
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        argv[argc++] = (char *)(uintptr_t) "--set";
        argv[argc++] = (char *)(uintptr_t)sets[i];
    }
    if (chaos->bootstrap) {
        argv[argc++] = (char *)(uintptr_t) "--bootstrap-server";
        argv[argc++] = (char *)(uintptr_t)chaos->bootstrap;
    }
    argv[argc] = NULL;
    if (fault)
        setenv("MILLRACE_FAULT", fault, 1);
    else
        unsetenv("MILLRACE_FAULT");
    execv(chaos->millrace, argv);
    _exit(127);
}

static void start(Chaos *chaos, Server *server, const char *fault)
{
    const char *log = str_printf(chaos->arena, "%s/server%d.log",
                                 chaos->directory, server->index)
                          .ptr;
    /* Now and then so little memory that state is written early. */
    int memory = pick(chaos, 3) ? 64 << 20 : 1 << 20;
    server->pid = fork();
    if (server->pid < 0) give_up("fork", strerror(errno));
    if (server->pid) return;
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0) _exit(126);
    run_server(chaos, server->index, memory, fault);
}

/* True if it has ended; an end that nobody wanted is the end of the test. */
static bool has_died(Chaos *chaos, Server *server)
{
    int status;
    if (!server->pid || waitpid(server->pid, &status, WNOHANG) != server->pid)
        return !server->pid;
    server->pid = 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
    printf("WRONG: server %d ended by itself (status 0x%x), see %s\n",
           server->index, (unsigned)status, chaos->directory);
    exit(1);
}

static void kill_now(Server *server)
{
    if (!server->pid) return;
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

static void stop_orderly(Chaos *chaos, Server *server)
{
    if (!server->pid) return;
    int status, seconds = STOP_S;
    kill(server->pid, SIGTERM);
    for (int i = 0; i < seconds * 100; i++) {
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            server->pid = 0;
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
            printf("WRONG: a stop ended with status 0x%x, see %s\n",
                   (unsigned)status, chaos->directory);
            exit(1);
        }
        clock_sleep_ms(10);
    }
    kill_now(server);
    printf("WRONG: a server does not stop in %d s, see %s\n", seconds,
           chaos->directory);
    exit(1);
}

/* ---- lives ---- */

static bool applies(const Chaos *chaos, const Point *point)
{
    if (chaos->only) return strcmp(chaos->only, point->name) == 0;
    char where = chaos->bootstrap ? 'k' : 'l';
    char guarantee = chaos->exactly_once ? 'e' : 'a';
    return (point->where == '*' || point->where == where) &&
           (point->guarantee == '*' || point->guarantee == guarantee);
}

/* Which point this life ends at; -1: at a random moment. */
static int choose_point(Chaos *chaos, int life)
{
    bool first = life < 2; /* Of those that come once. */
    if (!chaos->only && !first && life % 2) return -1;
    int start = chaos->only ? 0 : first ? life : life / 2;
    for (int i = 0; i < POINTS; i++)
        if (applies(chaos, &points[(start + i) % POINTS]))
            return (start + i) % POINTS;
    return -1;
}

/* Waits for the death of the victim, or gives it after `ms`. True: it died by
 * itself, that is at its point. */
static bool await_death(Chaos *chaos, Server *servers, Server *victim, int ms)
{
    int64_t until = clock_monotonic_ns() + (int64_t)ms * 1000000;
    while (clock_monotonic_ns() < until) {
        if (has_died(chaos, victim)) return true;
        for (int i = 0; i < chaos->processes; i++)
            if (servers[i].pid) has_died(chaos, &servers[i]);
        clock_sleep_ms(2);
    }
    if (has_died(chaos, victim)) return true;
    kill_now(victim);
    return false;
}

/* A server that stands still for longer than its group waits: what it does when
 * it goes on must be refused. */
static void freeze(Chaos *chaos, Server *victim)
{
    clock_sleep_ms(500 + pick(chaos, 1500));
    kill(victim->pid, SIGSTOP);
    clock_sleep_ms(FREEZE_MS);
    kill(victim->pid, SIGCONT);
}

static void live(Chaos *chaos, Server *servers, int life, Tally *tally)
{
    Server *victim = &servers[life % chaos->processes];
    int point = choose_point(chaos, life);
    const char *fault = NULL;
    bool kafka = chaos->bootstrap != NULL;
    int ms = 20 + (int)pick(chaos, kafka ? LIFE_KAFKA_MS : LIFE_LOCAL_MS);
    if (point >= 0) {
        int most = points[point].visits / chaos->processes + 1;
        int visit = 1 + (int)pick(chaos, (uint32_t)most);
        fault = str_printf(chaos->arena, "%s:%d:kill", points[point].name,
                           visit)
                    .ptr;
        ms = kafka ? POINT_KAFKA_MS : POINT_LOCAL_MS;
        tally->tried[point]++;
    }
    if (point < 0 && chaos->exactly_once && !pick(chaos, 2)) {
        /* Transactions that fail, and the way back. */
        fault = str_printf(chaos->arena, "txn.abort:%d,txn.abort:%d",
                           1 + (int)pick(chaos, 12), 1 + (int)pick(chaos, 12))
                    .ptr;
        tally->aborts++;
    }
    if (!chaos->broker) must("broker", feed_open(chaos));
    if (chaos->processes == 1) must("input", feed_more(chaos, chaos->records));
    if (!kafka) feed_close(chaos);
    for (int i = 0; i < chaos->processes; i++)
        if (!servers[i].pid)
            start(chaos, &servers[i], &servers[i] == victim ? fault : NULL);
    if (chaos->processes > 1) {
        /* Else the others have done it all before the victim has its share. */
        clock_sleep_ms(pick(chaos, LIFE_KAFKA_MS));
        must("input", feed_more(chaos, chaos->records));
        if (!pick(chaos, 3)) {
            clock_sleep_ms(pick(chaos, 500));
            stop_orderly(chaos, &servers[(life + 1) % chaos->processes]);
            tally->left++;
        }
    }
    if (kafka && point < 0 && !pick(chaos, 4)) {
        freeze(chaos, victim);
        tally->frozen++;
    }
    if (await_death(chaos, servers, victim, ms))
        tally->at_points[point]++;
    else
        tally->at_random++;
}

/* Kafka itself dies and comes back while the servers work. */
static void kill_broker(Chaos *chaos, Server *servers)
{
    const char *const verbs[] = {"kill", "restart"};
    must("input", feed_more(chaos, chaos->records));
    feed_close(chaos);
    for (int i = 0; i < chaos->processes; i++)
        if (!servers[i].pid) start(chaos, &servers[i], NULL);
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

/* Runs until all has come out. */
static void settle(Chaos *chaos, Server *servers)
{
    int64_t until = clock_monotonic_ns() + (int64_t)SETTLE_S * 1000000000;
    bool complete = false;
    while (!complete && clock_monotonic_ns() < until) {
        for (int i = 0; i < chaos->processes; i++)
            if (!servers[i].pid) start(chaos, &servers[i], NULL);
        clock_sleep_ms(chaos->bootstrap ? 4000 : 1500);
        for (int i = 0; i < chaos->processes; i++)
            if (!chaos->bootstrap) stop_orderly(chaos, &servers[i]);
        if (!chaos->broker) must("broker", feed_open(chaos));
        must("topics", load_all(chaos));
        complete = verify_complete(chaos);
        if (!complete && !chaos->bootstrap) feed_close(chaos);
    }
    for (int i = 0; i < chaos->processes; i++)
        stop_orderly(chaos, &servers[i]);
    if (!chaos->broker) must("broker", feed_open(chaos));
    must("topics", load_all(chaos));
    if (!complete)
        printf("WRONG: not everything has come out after %d s\n", SETTLE_S);
}

/* Queries must live through all of this. */
static int stopped_queries(const Chaos *chaos)
{
    int stopped = 0;
    for (int i = 0; i < chaos->processes; i++) {
        const char *log = str_printf(chaos->arena, "%s/server%d.log",
                                     chaos->directory, i)
                              .ptr;
        FILE *file = fopen(log, "r");
        char line[2048];
        while (file && fgets(line, sizeof line, file)) {
            if (!strstr(line, "query stopped")) continue;
            if (stopped++ < 5) printf("WRONG: %s", line);
        }
        if (file) fclose(file);
    }
    return stopped;
}

static int judge(Chaos *chaos)
{
    int failed = verify(chaos, false);
    failed += stopped_queries(chaos) > 0;
    if (chaos->processes == 1) failed += stores_compare(chaos);
    if (chaos->selftest) failed += verify_selftest(chaos);
    feed_close(chaos);
    if (chaos->processes == 1) failed += pulls_compare(chaos);
    return failed;
}

static void report(const Chaos *chaos, const Tally *tally, int failed,
                   int64_t began_ns)
{
    int at_points = 0;
    printf("points:");
    for (int i = 0; i < POINTS; i++) {
        at_points += tally->at_points[i];
        if (tally->tried[i])
            printf(" %s=%d/%d", points[i].name, tally->at_points[i],
                   tally->tried[i]);
    }
    printf("\nchaos: broker=%s guarantee=%s seed=%" PRIu64
           " processes=%d kills=%d at_points=%d at_random=%d broker_kills=%d "
           "left=%d frozen=%d aborts=%d records=%lld seconds=%d verdict=%s\n",
           chaos->bootstrap ? "kafka" : "local",
           chaos->exactly_once ? "exactly_once_v2" : "at_least_once",
           chaos->seed, chaos->processes, at_points + tally->at_random,
           at_points, tally->at_random, chaos->broker_kills, tally->left,
           tally->frozen, tally->aborts, (long long)chaos->fed,
           (int)((clock_monotonic_ns() - began_ns) / 1000000000),
           failed ? "WRONG" : "right");
}

/* ---- options ---- */

static const char usage[] =
    "usage: chaos --broker local|kafka [OPTION]...\n"
    "  --guarantee at_least_once|exactly_once_v2  (exactly_once_v2)\n"
    "  --kills N         how often a server is killed (20)\n"
    "  --seed S          what decides everything that is random (the time)\n"
    "  --processes N     servers that share the queries, on Kafka (1)\n"
    "  --standbys N      num.standby.replicas of the servers (0)\n"
    "  --broker-kills N  how often Kafka is killed too; needs --kafka-dir\n"
    "  --bootstrap H:P   the Kafka to use\n"
    "  --kafka-dir DIR   of tests/kafka/kafka.sh\n"
    "  --commit-ms N     commit interval (100)\n"
    "  --records N       written before each life (3000)\n"
    "  --point NAME      kill at this point only\n"
    "  --millrace FILE   the program (build/millrace)\n"
    "  --directory DIR   for all files; kept when something is wrong\n"
    "  --keep            keep them in any case\n"
    "  --selftest        alter what came out, and demand that it is noticed\n";

static int64_t number_of(const char *text)
{
    int64_t value;
    if (number_parse_i64(str_from(text), &value) && value >= 0) return value;
    give_up(text, "a whole number is wanted");
}

static bool take_option(Chaos *chaos, const char *name, const char *value)
{
    static const char *const names[] = {
        "broker",       "guarantee", "kills",     "seed",      "processes",
        "broker-kills", "bootstrap", "kafka-dir", "commit-ms", "records",
        "point",        "millrace",  "directory", "standbys"};
    size_t at = 0;
    while (at < sizeof names / sizeof *names && strcmp(name, names[at]))
        at++;
    switch (at) {
    case 0:
        if (!strcmp(value, "kafka") && !chaos->bootstrap)
            chaos->bootstrap = getenv("KAFKA") ? getenv("KAFKA") : "";
        return !strcmp(value, "kafka") || !strcmp(value, "local");
    case 1:
        chaos->exactly_once = strcmp(value, "at_least_once") != 0;
        return !chaos->exactly_once || !strcmp(value, "exactly_once_v2");
    case 2: chaos->kills = (int)number_of(value); break;
    case 3: chaos->seed = (uint64_t)number_of(value); break;
    case 4: chaos->processes = (int)number_of(value); break;
    case 5: chaos->broker_kills = (int)number_of(value); break;
    case 6: chaos->bootstrap = value; break;
    case 7: chaos->kafka_dir = value; break;
    case 8: chaos->commit_ms = (int)number_of(value); break;
    case 9: chaos->records = (int)number_of(value); break;
    case 10: chaos->only = value; break;
    case 11: chaos->millrace = value; break;
    case 12: chaos->directory = value; break;
    case 13: chaos->standbys = (int)number_of(value); break;
    default: return false;
    }
    return true;
}

static void read_options(Chaos *chaos, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool plain = true;
        if (!strcmp(argv[i], "--selftest"))
            chaos->selftest = true;
        else if (!strcmp(argv[i], "--keep"))
            chaos->keep = true;
        else
            plain = false;
        if (plain) continue;
        if (strncmp(argv[i], "--", 2) || i + 1 == argc ||
            !take_option(chaos, argv[i] + 2, argv[i + 1])) {
            fputs(usage, stderr);
            exit(2);
        }
        i++;
    }
    bool bad = chaos->bootstrap && !*chaos->bootstrap;
    if (bad) give_up("--broker kafka", "needs --bootstrap, or KAFKA set");
    if (chaos->processes < 1 || chaos->processes > PROCESSES_MAX ||
        (chaos->processes > 1 && !chaos->bootstrap))
        give_up("--processes", "1, or up to 4 on Kafka");
    if (chaos->broker_kills && !chaos->kafka_dir)
        give_up("--broker-kills", "needs --kafka-dir");
    if (access(chaos->millrace, X_OK)) give_up(chaos->millrace, "no program");
}

static void prepare(Chaos *chaos)
{
    static char made[] = "/tmp/millrace-chaos-XXXXXX";
    if (chaos->directory)
        mkdir(chaos->directory, 0755);
    else
        chaos->directory = mkdtemp(made);
    if (!chaos->directory) give_up("directory", strerror(errno));
    chaos->random = chaos->seed;
    chaos->id = str_printf(chaos->arena, "ch%d_%lld", (int)getpid(),
                           (long long)(time(NULL) % 100000))
                    .ptr;
    chaos->begin_ms = ((int64_t)time(NULL) - 3600) * 1000;
    write_script(chaos);
}

int main(int argc, char **argv)
{
    Chaos chaos = {.arena = arena_new("chaos", 0),
                   .millrace = "build/millrace",
                   .script_of_kafka = "tests/kafka/kafka.sh",
                   .exactly_once = true,
                   .kills = 20,
                   .processes = 1,
                   .commit_ms = 100,
                   .records = 3000,
                   .seed = (uint64_t)time(NULL)};
    int64_t began_ns = clock_monotonic_ns();
    Server servers[PROCESSES_MAX] = {{0}};
    Tally tally = {.at_random = 0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    log_set_level(STR("error"));
    read_options(&chaos, argc, argv);
    prepare(&chaos);
    printf("chaos: seed=%" PRIu64 " directory=%s\n", chaos.seed,
           chaos.directory);
    for (int i = 0; i < PROCESSES_MAX; i++)
        servers[i].index = i;
    int deaths = chaos.kills + chaos.broker_kills;
    for (int i = 0, brokers = 0; i < deaths; i++) {
        bool broker = brokers < chaos.broker_kills &&
                      (i + 1) * chaos.broker_kills / deaths > brokers;
        if (broker)
            kill_broker(&chaos, servers), brokers++;
        else
            live(&chaos, servers, i, &tally);
    }
    settle(&chaos, servers);
    int failed = judge(&chaos);
    report(&chaos, &tally, failed, began_ns);
    feed_close(&chaos);
    sqlite3_close(chaos.db);
    if (!failed && !chaos.keep) {
        const char *remove =
            str_printf(chaos.arena, "rm -rf '%s'", chaos.directory).ptr;
        if (system(remove) != 0) fprintf(stderr, "chaos: %s failed\n", remove);
    }
    arena_free(chaos.arena);
    return failed != 0;
}
