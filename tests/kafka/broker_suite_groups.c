/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker suite: consumer groups.
 */
#include "tests/kafka/broker_suite.h"
#include "tests/unit/check.h"

enum { PARTITIONS = 4, TOPICS = 2 };

/* A group member and what its rebalance handler saw. */
typedef struct Member {
    const Suite *suite;
    Arena *arena;
    Consumer *consumer;
    bool owned[TOPICS][PARTITIONS];
    int owned_count;
    int assigned_calls, revoked_calls;
    int64_t start[TOPICS][PARTITIONS]; /* As filled in. */
    int64_t next[TOPICS][PARTITIONS];  /* To commit. */
    bool commits;                      /* When partitions are revoked. */
    Status revoke_commit;
} Member;

static void on_assigned(void *context, TopicPartition *parts, int count)
{
    Member *member = context;
    member->assigned_calls++;
    for (int i = 0; i < count; i++) {
        bool *owned = &member->owned[parts[i].topic_index][parts[i].partition];
        CHECK(!*owned);
        *owned = true;
        member->owned_count++;
        member->start[parts[i].topic_index][parts[i].partition] =
            parts[i].offset;
        if (parts[i].offset == OFFSET_NONE) parts[i].offset = OFFSET_BEGINNING;
    }
}

static Status commit_all(Member *member)
{
    TopicPartition parts[TOPICS * PARTITIONS];
    int count = 0;
    for (int t = 0; t < TOPICS; t++)
        for (int p = 0; p < PARTITIONS; p++)
            if (member->owned[t][p] && member->next[t][p] >= 0)
                parts[count++] = (TopicPartition){
                    t, p, member->next[t][p],
                    str_printf(member->arena, "at %lld",
                               (long long)member->next[t][p])};
    return consumer_commit(member->consumer, member->arena, parts, count);
}

static void on_revoked(void *context, const TopicPartition *parts, int count,
                       bool lost)
{
    Member *member = context;
    member->revoked_calls++;
    CHECK(!lost);
    if (member->commits) member->revoke_commit = commit_all(member);
    for (int i = 0; i < count; i++) {
        bool *owned = &member->owned[parts[i].topic_index][parts[i].partition];
        CHECK(*owned);
        *owned = false;
        member->owned_count--;
    }
}

static void join(const Suite *suite, Arena *arena, Member *member,
                 const char *group, const char *const *topics)
{
    *member = (Member){.suite = suite, .arena = arena};
    memset(member->next, 0xff, sizeof member->next);
    ConsumerOptions options = {
        .group = str_from(group),
        .topics = topics,
        .topic_count = TOPICS,
        .properties = suite_properties(arena, "auto.offset.reset", "earliest",
                                       "session.timeout.ms", "10000"),
        .client_suffix = STR("of-suite"),
        .rebalance = {on_assigned, on_revoked, member},
    };
    Status st = consumer_open(suite->broker, arena, &options,
                              &member->consumer);
    CHECK(st.kind == ST_OK);
}

/* Polls; returns the records, and counts values in `seen` (an index each). */
static int poll_once(Member *member, int *seen)
{
    RecordSet *sets;
    int count, records = 0;
    Status st = consumer_poll(member->consumer, member->arena, 20, 1000, &sets,
                              &count);
    CHECK(st.kind == ST_OK || st.kind == ST_RETRY);
    for (int s = 0; !st.kind && s < count; s++) {
        int t = sets[s].topic_index, p = sets[s].partition;
        CHECK(member->owned[t][p]);
        for (int r = 0; r < sets[s].count; r++) {
            int index = 0;
            for (size_t i = 0; i < sets[s].records[r].value.len; i++)
                index = index * 10 + sets[s].records[r].value.ptr[i] - '0';
            if (seen) seen[index]++;
            member->next[t][p] = sets[s].records[r].offset + 1;
        }
        records += sets[s].count;
        consumer_release(member->consumer, &sets[s]);
    }
    return records;
}

/* Polls all in turn until `want` partitions are owned by each. */
static bool settle(Member *const *members, int count, int want, int *seen)
{
    int64_t until = clock_monotonic_ns() +
                    (int64_t)members[0]->suite->patience_ms * 1000000;
    for (;;) {
        bool all = true;
        for (int i = 0; i < count; i++) {
            poll_once(members[i], seen);
            all &= members[i]->owned_count == want;
        }
        for (int i = 0; i < count; i++)
            all &= members[i]->owned_count == want;
        if (all) return true;
        if (clock_monotonic_ns() > until) return false;
    }
}

static void send_range(const Suite *suite, Arena *arena, const char *topic,
                       int from, int to)
{
    Producer *producer;
    ProducerOptions options = {0};
    CHECK(producer_open(suite->broker, arena, &options, &producer).kind ==
          ST_OK);
    for (int i = from; i < to; i++) {
        Record record = {.value = str_printf(arena, "%d", i),
                         .timestamp_ms = -1};
        CHECK(producer_send(producer, arena, topic, i % PARTITIONS, &record, 1)
                  .kind == ST_OK);
    }
    CHECK(producer_flush(producer, arena, suite->patience_ms).kind == ST_OK);
    producer_close(producer);
}

static int read_until(Member *const *members, int count, int *seen, int want)
{
    int64_t until = clock_monotonic_ns() +
                    (int64_t)members[0]->suite->patience_ms * 1000000;
    int got = 0;
    while (got < want && clock_monotonic_ns() < until)
        for (int i = 0; i < count; i++)
            got += poll_once(members[i], seen);
    return got;
}

static void check_seen(const int *seen, int count)
{
    int wrong = 0;
    for (int i = 0; i < count; i++)
        wrong += seen[i] != 1;
    CHECK(wrong == 0);
}

/* What is told about a member is what it has; which one it is tells the order.
 */
static bool told_as_is(const MemberInfo *info, const char *const *topics,
                       const Member *member)
{
    if (info->part_count != member->owned_count) return false;
    for (int i = 0; i < info->part_count; i++) {
        int t = str_eq(info->parts[i].topic, str_from(topics[0])) ? 0 : 1;
        if (!str_eq(info->parts[i].topic, str_from(topics[t])) ||
            !member->owned[t][info->parts[i].partition])
            return false;
    }
    return true;
}

static Status list_members(Member *const *members, int count, const char *group,
                           MemberInfo **list, int *listed)
{
    const Suite *suite = members[0]->suite;
    Status st = st_ok();
    for (int tries = 0; tries < 100; tries++) {
        st = broker_group_members(suite->broker, members[0]->arena,
                                  str_from(group), 5000, list, listed);
        if (st.kind != ST_RETRY) break;
        for (int i = 0; i < count; i++)
            poll_once(members[i], NULL);
        clock_sleep_ms(20);
    }
    return st;
}

static void members_are_told(const Suite *suite, Arena *arena)
{
    const char *topics[TOPICS] = {suite_name(suite, arena, "told-1"),
                                  suite_name(suite, arena, "told-2")};
    const char *group = suite_name(suite, arena, "told");
    Member a, b;
    Member *both[] = {&a, &b};
    MemberInfo *list;
    int count = -1;

    for (int t = 0; t < TOPICS; t++)
        CHECK(suite_topic(suite, arena, topics[t], PARTITIONS));
    CHECK(broker_group_members(suite->broker, arena, str_from(group), 5000,
                               &list, &count)
              .kind == ST_OK);
    CHECK(count == 0);
    join(suite, arena, &a, group, topics);
    join(suite, arena, &b, group, topics);
    CHECK(settle(both, 2, TOPICS * PARTITIONS / 2, NULL));
    CHECK(list_members(both, 2, group, &list, &count).kind == ST_OK);
    CHECK(count == 2);
    if (count == 2) {
        /* The first has the first partitions. */
        const Member *first = a.owned[0][0] ? &a : &b;
        CHECK(told_as_is(&list[0], topics, first));
        CHECK(told_as_is(&list[1], topics, first == &a ? &b : &a));
        for (int i = 0; i < 2; i++)
            CHECK(str_ends_with(list[i].client_id, STR("-of-suite")));
    }
    consumer_close(a.consumer);
    consumer_close(b.consumer);
    CHECK(list_members(both, 0, group, &list, &count).kind == ST_OK);
    CHECK(count == 0);
}

static void groups_share_and_resume(const Suite *suite, Arena *arena)
{
    enum { FIRST = 200, SECOND = 400, THIRD = 600, FOURTH = 800 };
    const char *topics[TOPICS] = {suite_name(suite, arena, "shared-1"),
                                  suite_name(suite, arena, "shared-2")};
    const char *group = suite_name(suite, arena, "group");
    Member a, b;
    Member *both[] = {&a, &b}, *one[] = {&a};
    int seen[FOURTH] = {0};

    for (int t = 0; t < TOPICS; t++)
        CHECK(suite_topic(suite, arena, topics[t], PARTITIONS));
    send_range(suite, arena, topics[0], 0, FIRST);
    join(suite, arena, &a, group, topics);
    CHECK(settle(one, 1, TOPICS * PARTITIONS, seen));
    CHECK(a.start[0][0] == OFFSET_NONE && a.assigned_calls == 1);
    int got = 0;
    for (int i = 0; i < FIRST; i++)
        got += seen[i];
    CHECK(got + read_until(one, 1, seen, FIRST - got) == FIRST);
    check_seen(seen, FIRST);
    CHECK(commit_all(&a).kind == ST_OK);

    /* A second member takes half: the same partitions of each topic. */
    a.commits = true;
    join(suite, arena, &b, group, topics);
    CHECK(settle(both, 2, TOPICS * PARTITIONS / 2, seen));
    CHECK(a.revoked_calls == 1 && a.revoke_commit.kind == ST_OK);
    for (int p = 0; p < PARTITIONS; p++) {
        CHECK(a.owned[0][p] != b.owned[0][p]);
        CHECK(a.owned[0][p] == a.owned[1][p]);
        CHECK(a.owned[0][p] == a.owned[0][p ^ 1]);
        if (b.owned[0][p]) CHECK(b.start[0][p] == FIRST / PARTITIONS);
    }
    send_range(suite, arena, topics[0], FIRST, SECOND);
    CHECK(read_until(both, 2, seen, SECOND - FIRST) == SECOND - FIRST);
    send_range(suite, arena, topics[1], SECOND, THIRD);
    CHECK(read_until(both, 2, seen, THIRD - SECOND) == THIRD - SECOND);
    check_seen(seen, THIRD);

    /* What is not owned may not be committed. */
    int p = a.owned[0][0] ? PARTITIONS - 1 : 0;
    TopicPartition foreign = {0, p, 1, STR_NULL};
    CHECK(consumer_commit(a.consumer, arena, &foreign, 1).kind == ST_RETRY);

    /* The second leaves and commits; the first goes on from there. */
    b.commits = true;
    consumer_close(b.consumer);
    CHECK(b.revoked_calls == 1 && b.owned_count == 0);
    CHECK(b.revoke_commit.kind == ST_OK);
    CHECK(settle(one, 1, TOPICS * PARTITIONS, seen));
    send_range(suite, arena, topics[0], THIRD, FOURTH);
    CHECK(read_until(one, 1, seen, FOURTH - THIRD) == FOURTH - THIRD);
    check_seen(seen, FOURTH);
    consumer_close(a.consumer);
}

static void committed_offsets_are_kept(const Suite *suite, Arena *arena)
{
    const char *topics[TOPICS] = {suite_name(suite, arena, "shared-1"),
                                  suite_name(suite, arena, "shared-2")};
    const char *group = suite_name(suite, arena, "kept");
    ConsumerOptions options = {
        .group = str_from(group), .topics = topics, .topic_count = TOPICS};
    TopicPartition set[] = {{0, 1, 7, STR("meta")}, {1, 3, 0, STR_NULL}};
    TopicPartition got[] = {{.partition = 1},
                            {.topic_index = 1, .partition = 3},
                            {.topic_index = 1, .partition = 1}};
    Consumer *consumer;

    for (int round = 0; round < 2; round++) {
        CHECK(consumer_open(suite->broker, arena, &options, &consumer).kind ==
              ST_OK);
        CHECK(consumer_assign(consumer, arena, set, 2).kind == ST_OK);
        if (round == 0)
            CHECK(consumer_commit(consumer, arena, set, 2).kind == ST_OK);
        CHECK(consumer_committed(consumer, arena, got, 3).kind == ST_OK);
        CHECK(got[0].offset == 7 && got[1].offset == 0);
        CHECK_STR(got[0].metadata, "meta");
        CHECK(got[1].metadata.len == 0);
        CHECK(got[2].offset == OFFSET_NONE);
        consumer_close(consumer);
    }
    CHECK(broker_delete_group(suite->broker, arena, str_from(group)).kind ==
          ST_OK);
    CHECK(consumer_open(suite->broker, arena, &options, &consumer).kind ==
          ST_OK);
    CHECK(consumer_assign(consumer, arena, set, 2).kind == ST_OK);
    CHECK(consumer_committed(consumer, arena, got, 1).kind == ST_OK);
    CHECK(got[0].offset == OFFSET_NONE);
    consumer_close(consumer);
}

static bool has_members(const Status *st)
{
    return st->kind == ST_USER && strstr(st->text, "has members");
}

static void one_commits_for_many_groups(const Suite *suite, Arena *arena)
{
    const char *topics[TOPICS] = {suite_name(suite, arena, "shared-1"),
                                  suite_name(suite, arena, "shared-2")};
    const char *names[2] = {suite_name(suite, arena, "many-a"),
                            suite_name(suite, arena, "many-b")};
    TopicPartition set[2][2] = {
        {{7, 1, 7, STR("meta")}, {7, 3, 0, STR_NULL}},
        {{7, 0, 5, STR_NULL}, {7, 3, 9, STR("x")}},
    };
    TopicPartition got[2][2] = {{{.partition = 1}, {.partition = 0}},
                                {{.partition = 3}, {.partition = 0}}};
    GroupOffsets commits[2], asks[2];
    for (int i = 0; i < 2; i++) {
        commits[i] = (GroupOffsets){
            str_from(names[i]), topics[0], set[i], 2, {0}};
        asks[i] = (GroupOffsets){str_from(names[i]), topics[0], got[i], 2, {0}};
    }
    broker_commit_groups(suite->broker, arena, commits, 2);
    CHECK(commits[0].status.kind == ST_OK && commits[1].status.kind == ST_OK);
    broker_committed_groups(suite->broker, arena, asks, 2);
    CHECK(asks[0].status.kind == ST_OK && asks[1].status.kind == ST_OK);
    CHECK(got[0][0].offset == 7 && got[0][1].offset == OFFSET_NONE);
    CHECK_STR(got[0][0].metadata, "meta");
    CHECK(got[1][0].offset == 9 && got[1][1].offset == 5);
    CHECK(got[1][1].metadata.len == 0);

    Member member;
    Member *members[] = {&member};
    join(suite, arena, &member, names[0], topics);
    CHECK(settle(members, 1, TOPICS * PARTITIONS, NULL));
    CHECK(member.start[0][1] == 7);
    set[0][0].offset = set[1][0].offset = 11;
    broker_commit_groups(suite->broker, arena, commits, 2);
    CHECK(has_members(&commits[0].status));
    CHECK(commits[1].status.kind == ST_OK);
    consumer_close(member.consumer);
    broker_committed_groups(suite->broker, arena, asks, 2);
    CHECK(got[0][0].offset == 7 && got[1][1].offset == 11);
    broker_commit_groups(suite->broker, arena, commits, 1);
    CHECK(commits[0].status.kind == ST_OK);
    for (int i = 0; i < 2; i++)
        CHECK(broker_delete_group(suite->broker, arena, str_from(names[i]))
                  .kind == ST_OK);
    broker_committed_groups(suite->broker, arena, asks, 1);
    CHECK(got[0][0].offset == OFFSET_NONE);
}

int broker_suite_groups(const Suite *suite)
{
    Arena *arena = arena_new("suite", 0);
    members_are_told(suite, arena);
    groups_share_and_resume(suite, arena);
    committed_offsets_are_kept(suite, arena);
    one_commits_for_many_groups(suite, arena);
    arena_free(arena);
    return checks_failed;
}
