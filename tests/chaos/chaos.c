/* SPDX-License-Identifier: Apache-2.0
 *
 * Options, the run, and the verdict. Each life: more input is written, a server
 * (or several, that share the queries) is started, and dies. After the last one
 * a server runs until everything has come out and is stopped in an orderly way.
 *
 * Exit status: 0 all holds, 1 something does not, 2 the test could not be run.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "tests/chaos/lives.h"
#include "tests/chaos/queries.h"
#include "tests/chaos/talk.h"

static int judge(Chaos *chaos)
{
    int failed = verify(chaos) + commands_check(chaos, false);
    failed += servers_stopped_queries(chaos) > 0;
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
           " interactive=%d shared=%d processes=%d standbys=%d kills=%d "
           "at_points=%d at_random=%d broker_kills=%d left=%d frozen=%d "
           "aborts=%d lost=%d records=%lld seconds=%d verdict=%s\n",
           chaos->bootstrap ? "kafka" : "local",
           chaos->exactly_once ? "exactly_once_v2" : "at_least_once",
           chaos->seed, chaos->interactive, chaos->shared, chaos->processes,
           chaos->standbys, at_points + tally->at_random, at_points,
           tally->at_random, chaos->broker_kills, tally->left, tally->frozen,
           tally->aborts, tally->lost, (long long)chaos->fed,
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
    "  --purge-ms N      repartition.purge.interval.ms; exactly once (0)\n"
    "  --records N       written before each life (3000)\n"
    "  --point NAME      kill at this point only\n"
    "  --points          print the points, and end\n"
    "  --hits FILE       of points hit in a campaign of runs: read, added to\n"
    "  --interactive     shells and a command log: queries come and go\n"
    "  --shared BOOL     millrace.shared.readers of the servers (true)\n"
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
        "point",        "millrace",  "directory", "standbys",  "hits",
        "shared",       "purge-ms"};
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
    case 14: chaos->hits = value; break;
    case 15:
        chaos->shared = !strcmp(value, "true");
        return chaos->shared || !strcmp(value, "false");
    case 16: chaos->purge_ms = (int)number_of(value); break;
    default: return false;
    }
    return true;
}

static bool take_flag(Chaos *chaos, const char *name)
{
    if (!strcmp(name, "--selftest"))
        chaos->selftest = true;
    else if (!strcmp(name, "--keep"))
        chaos->keep = true;
    else if (!strcmp(name, "--interactive"))
        chaos->interactive = true;
    else
        return false;
    return true;
}

static void read_options(Chaos *chaos, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (take_flag(chaos, argv[i])) continue;
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
    if (chaos->interactive && (chaos->processes > 1 || !chaos->exactly_once))
        give_up("--interactive", "one process, exactly once");
    if (chaos->broker_kills && !chaos->kafka_dir)
        give_up("--broker-kills", "needs --kafka-dir");
    if (access(chaos->millrace, X_OK)) give_up(chaos->millrace, "no program");
}

static void prepare(Chaos *chaos, Server *servers)
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
    feed_prepare(chaos);
    chaos->script = script_of(chaos);
    servers_prepare(chaos, servers);
    if (chaos->interactive) talk_open(chaos);
}

static int print_points(void)
{
    for (int i = 0; i < POINTS; i++)
        puts(points[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    Chaos chaos = {.arena = arena_new("chaos", 0),
                   .millrace = "build/millrace",
                   .script_of_kafka = "tests/kafka/kafka.sh",
                   .exactly_once = true,
                   .shared = true,
                   .kills = 20,
                   .processes = 1,
                   .commit_ms = 100,
                   .records = 3000,
                   .seed = (uint64_t)time(NULL)};
    int64_t began_ns = clock_monotonic_ns();
    Server servers[PROCESSES_MAX] = {{0}};
    Tally tally = {.at_random = 0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN); /* Shells that die while we speak to them. */
    if (argc == 2 && !strcmp(argv[1], "--points")) return print_points();
    log_set_level(STR("error"));
    read_options(&chaos, argc, argv);
    prepare(&chaos, servers);
    printf("chaos: seed=%" PRIu64 " directory=%s\n", chaos.seed,
           chaos.directory);
    hits_read(&chaos, &tally);
    int deaths = chaos.kills + chaos.broker_kills;
    for (int i = 0, brokers = 0; i < deaths; i++) {
        bool broker = brokers < chaos.broker_kills &&
                      (i + 1) * chaos.broker_kills / deaths > brokers;
        if (broker)
            kill_broker(&chaos, servers), brokers++;
        else
            live(&chaos, servers, i, &tally);
    }
    int failed = !settle(&chaos, servers) + judge(&chaos);
    hits_write(&chaos, &tally);
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
