/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is in a group. rd_kafka_list_groups asks all brokers, one of which
 * coordinates the group, and waits. The newer request, which asks for the
 * coordinator first, is of the kind that may abort the program when the broker
 * dies (see broker_kafka_offsets.c).
 *
 * What a member was given comes as the consumer protocol has it, big-endian:
 *
 *   i16 version | i32 count | count times: i16 length, topic, i32 count,
 *   partitions i32 | what else its assignor wrote
 */
#include "kafka/broker_kafka_int.h"

#include <stdlib.h>

/* The bytes that are left to read. */
typedef struct Rest {
    const unsigned char *at, *end;
    bool bad; /* There were too few. */
} Rest;

static int64_t read_int(Rest *rest, int bytes)
{
    uint64_t value = 0;
    if (rest->end - rest->at < bytes) rest->bad = true;
    if (rest->bad) return 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | *rest->at++;
    return bytes == 2 ? (int16_t)value : (int32_t)value;
}

/* A count of things that take at least `each` bytes. */
static int read_count(Rest *rest, int each)
{
    int64_t count = read_int(rest, 4);
    if (count < 0 || count > (rest->end - rest->at) / each) rest->bad = true;
    return rest->bad ? 0 : (int)count;
}

static Str read_name(Rest *rest, Arena *arena)
{
    int64_t len = read_int(rest, 2);
    if (len < 0 || len > rest->end - rest->at) rest->bad = true;
    if (rest->bad) return STR_NULL;
    Str name = str_copy(arena, (Str){(const char *)rest->at, (size_t)len});
    rest->at += len;
    return name;
}

/* False: it is none of the consumer protocol's. */
static bool read_parts(const void *bytes, int len, Arena *arena,
                       MemberInfo *member)
{
    Rest rest = {.at = bytes, .end = (const unsigned char *)bytes + len};
    VEC(MemberPart) parts = {0};
    if (!len) return true;
    read_int(&rest, 2);
    for (int topics = read_count(&rest, 6); topics > 0; topics--) {
        Str topic = read_name(&rest, arena);
        for (int left = read_count(&rest, 4); left > 0; left--)
            *vec_push(arena, &parts) = (MemberPart){
                topic, (int32_t)read_int(&rest, 4)};
    }
    member->parts = parts.at;
    member->part_count = parts.count;
    return !rest.bad;
}

/* As the range assignor orders them. */
static int by_id(const void *a, const void *b)
{
    const struct rd_kafka_group_member_info *const *first = a, *const *second =
                                                                   b;
    return str_compare(str_from((*first)->member_id),
                       str_from((*second)->member_id));
}

static Status take_group(const struct rd_kafka_group_info *group, Arena *arena,
                         MemberInfo **members, int *count)
{
    bool steady = !strcmp(group->state, "Stable");
    if (!strcmp(group->state, "Empty") || !strcmp(group->state, "Dead"))
        return st_ok();
    if (!steady)
        return st_error(arena, ST_RETRY, "group '%s' is rebalancing",
                        group->group);
    const struct rd_kafka_group_member_info **sorted = ARENA_ARRAY(
        arena, const struct rd_kafka_group_member_info *,
        group->member_cnt + 1);
    for (int i = 0; i < group->member_cnt; i++)
        sorted[i] = &group->members[i];
    qsort(sorted, (size_t)group->member_cnt, sizeof *sorted, by_id);
    *members = ARENA_ARRAY(arena, MemberInfo, group->member_cnt + 1);
    for (int i = 0; i < group->member_cnt; i++) {
        const struct rd_kafka_group_member_info *from = sorted[i];
        MemberInfo *member = &(*members)[(*count)++];
        *member = (MemberInfo){
            .client_id = str_copy(arena, str_from(from->client_id))};
        if (!read_parts(from->member_assignment, from->member_assignment_size,
                        arena, member))
            return st_error(arena, ST_FATAL,
                            "the assignment of member '%s' of group '%s' is "
                            "not of the consumer protocol",
                            from->client_id, group->group);
    }
    return st_ok();
}

Status kafka_group_members(Broker *base, Arena *arena, Str name, int timeout_ms,
                           MemberInfo **members, int *count)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    const struct rd_kafka_group_list *list = NULL;
    const char *group = str_cstr(arena, name);
    rd_kafka_t *admin;

    *members = NULL;
    *count = 0;
    Status st = kafka_admin(broker, arena, &admin);
    if (st.kind) return st;
    rd_kafka_resp_err_t err = rd_kafka_list_groups(admin, group, &list,
                                                   timeout_ms);
    /* Partial: not all brokers answered. */
    if (err && err != RD_KAFKA_RESP_ERR__PARTIAL)
        return kafka_error(broker, arena, err, ST_USER, NULL,
                           "list the members of group '%s'", group);
    for (int i = 0; i < list->group_cnt && !st.kind; i++) {
        const struct rd_kafka_group_info *info = &list->groups[i];
        if (info->err)
            st = kafka_error(broker, arena, info->err, ST_USER, NULL,
                             "list the members of group '%s'", group);
        else if (!strcmp(info->group, group))
            st = take_group(info, arena, members, count);
    }
    rd_kafka_group_list_destroy(list);
    return st;
}
