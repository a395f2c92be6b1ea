/* SPDX-License-Identifier: Apache-2.0
 *
 * Which process keeps a copy of which partition. Each process decides alone, so
 * what is checked is what all of them decide together.
 */
#include "runtime/standby_rank.h"

#include <stdlib.h>

#include "base/arena.h"
#include "tests/unit/check.h"

enum { PARTITIONS_MAX = 22, PROCESSES_MAX = 9, WORKERS_MAX = 3 };

static Arena *arena;

/* A service whose members are in the order of their client ids, and have what
 * the range assignor gives them. */
typedef struct Service {
    MemberInfo members[PROCESSES_MAX * WORKERS_MAX];
    int member_count, processes, partitions;
    unsigned gone; /* Processes, as bits. */
} Service;

static Str process_name(int at)
{
    return str_printf(arena, "process%04d", at);
}

static int index_of(Str process)
{
    return process.ptr[process.len - 1] - '0';
}

static int by_client_id(const void *a, const void *b)
{
    return str_compare(((const MemberInfo *)a)->client_id,
                       ((const MemberInfo *)b)->client_id);
}

static void share_out(Service *s)
{
    int at = 0;
    for (int i = 0; i < s->member_count; i++) {
        MemberInfo *member = &s->members[i];
        int more = i < s->partitions % s->member_count;
        member->part_count = s->partitions / s->member_count + more;
        member->parts = ARENA_ARRAY(arena, MemberPart, member->part_count + 1);
        for (int p = 0; p < member->part_count; p++)
            member->parts[p] = (MemberPart){STR("in"), at++};
    }
    CHECK(at == s->partitions);
}

static void setup(Service *s, int processes, int workers, int partitions)
{
    *s = (Service){.processes = processes, .partitions = partitions};
    for (int i = 0; i < processes; i++)
        for (int w = 0; w < workers; w++) {
            Str end = standby_client_suffix(arena, process_name(i), w);
            s->members[s->member_count++].client_id = str_printf(
                arena, "mine-%.*s", STR_ARG(end));
        }
    qsort(s->members, (size_t)s->member_count, sizeof *s->members,
          by_client_id);
    share_out(s);
}

/* The process ends; the others share its partitions. */
static void end_process(Service *s, int process)
{
    int kept = 0;
    for (int i = 0; i < s->member_count; i++)
        if (index_of(standby_process(s->members[i].client_id)) != process)
            s->members[kept++] = s->members[i];
    s->member_count = kept;
    s->gone |= 1u << process;
    share_out(s);
}

static int owner_of(const Service *s, int partition)
{
    for (int i = 0; i < s->member_count; i++)
        for (int p = 0; p < s->members[i].part_count; p++)
            if (s->members[i].parts[p].partition == partition)
                return index_of(standby_process(s->members[i].client_id));
    return -1;
}

/* All processes that keep the partition, as a set of bits. */
static unsigned keepers(const Service *s, int partition, int replicas)
{
    static const Str topics[] = {STR_INIT("other"), STR_INIT("in")};
    StandbyPartition at = {topics, 2, partition, s->partitions};
    unsigned set = 0;
    for (int i = 0; i < s->processes; i++)
        if (!(s->gone & 1u << i) &&
            standby_is_among(arena, s->members, s->member_count, &at,
                             process_name(i), replicas))
            set |= 1u << i;
    return set;
}

static int count_of(unsigned set)
{
    return __builtin_popcount(set);
}

/* As many as asked for, or all there are; never the owner. */
static void test_count(int processes, int workers, int partitions)
{
    Service s;
    setup(&s, processes, workers, partitions);
    for (int replicas = 0; replicas <= processes; replicas++) {
        int want = replicas < processes - 1 ? replicas : processes - 1;
        for (int p = 0; p < partitions; p++) {
            unsigned set = keepers(&s, p, replicas);
            CHECK(count_of(set) == want);
            CHECK(!(set & 1u << owner_of(&s, p)));
        }
    }
}

/* Whatever process ends, its partitions go where a copy is; and when that one
 * ends too, to the second. */
static void test_take_over(int processes, int workers, int partitions)
{
    for (int first = 0; first < processes; first++) {
        Service before, after;
        setup(&before, processes, workers, partitions);
        after = before;
        end_process(&after, first);
        for (int p = 0; p < partitions; p++) {
            if (owner_of(&before, p) != first) continue;
            CHECK(keepers(&before, p, 1) == 1u << owner_of(&after, p));
            if (processes < 3) continue;
            Service last = after;
            end_process(&last, owner_of(&after, p));
            CHECK(keepers(&before, p, 2) & 1u << owner_of(&last, p));
        }
    }
}

/* With one worker each and equal shares, those that move between processes that
 * go on find their copies too. */
static void test_shift(void)
{
    for (int processes = 2; processes <= 6; processes++)
        for (int ended = 0; ended < processes; ended++) {
            Service before, after;
            setup(&before, processes, 1, processes * (processes - 1));
            after = before;
            end_process(&after, ended);
            for (int p = 0; p < before.partitions; p++) {
                unsigned kept = keepers(&before, p, 1) |
                                1u << owner_of(&before, p);
                CHECK(kept & 1u << owner_of(&after, p));
            }
        }
}

/* Few partitions and many workers: no process has two more than another. */
static void test_balance(void)
{
    for (int partitions = 1; partitions < 12; partitions++) {
        Service s;
        int owned[PROCESSES_MAX] = {0};
        setup(&s, 3, 3, partitions);
        for (int p = 0; p < partitions; p++)
            owned[owner_of(&s, p)]++;
        for (int i = 0; i < 3; i++)
            CHECK(owned[i] <= owned[2] + 1 && owned[i] >= owned[2]);
    }
}

/* Who does not say that it stands by is not counted on. */
static void test_others(void)
{
    Service s;
    setup(&s, 3, 1, 9);
    s.members[1].client_id = STR("millrace");
    for (int p = 0; p < 9; p++) {
        unsigned set = keepers(&s, p, 1);
        CHECK(count_of(set) == 1);
        CHECK(!(set & 1u << 1) && !(p < 3 && set & 1) && !(p > 5 && set & 4));
    }
    s.members[2].client_id = STR("rdkafka-standby-");
    for (int p = 0; p < 9; p++)
        CHECK(keepers(&s, p, 2) == (p < 3 ? 0u : 1u));
}

static void test_client_id(void)
{
    static const struct {
        const char *id, *process;
    } cases[] = {
        {"millrace-standby-000-ab12", "ab12"},
        {"my-standby-x-standby-017-ab12", "ab12"},
        {"my-standby-x", NULL},
        {"-standby-000-", NULL},
        {"-standby-", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str got = standby_process(str_from(cases[i].id));
        Str want = str_from(cases[i].process);
        CHECK(str_eq(got, want) && !got.ptr == !want.ptr);
    }
}

int main(void)
{
    arena = arena_new("test", 0);
    for (int processes = 1; processes <= 6; processes++)
        for (int workers = 1; workers <= WORKERS_MAX; workers++)
            for (int partitions = 1; partitions <= PARTITIONS_MAX;
                 partitions += 3) {
                test_count(processes, workers, partitions);
                if (processes > 1)
                    test_take_over(processes, workers, partitions);
            }
    test_shift();
    test_balance();
    test_others();
    test_client_id();
    arena_free(arena);
    return check_done();
}
