/* SPDX-License-Identifier: Apache-2.0
 *
 * What the benchmarks read: web-shop page views as JSON of about 200 bytes, and
 * the rows of a table of users. Record `i` is a function of `i`, so that every
 * program makes the same ones.
 *
 * Keys go round through all users in blocks: each run of `users` records has
 * every user once, in an order that does not follow memory. Time goes on by
 * VIEWS_PER_MS records a millisecond, so with 10,000 users a window of 10 s has
 * 100 records of each, and one of 100 ms has one.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdint.h>
#include <stdio.h>

enum {
    PARTITIONS = 4,
    VIEW_USERS = 10000,   /* Keys of the topic bench_views. */
    VISIT_USERS = 100000, /* Keys of bench_visits, rows of bench_users. */
    MANY_USERS = 1000000, /* Keys of bench_many. */
    VIEWS_PER_MS = 100,
    ORDERS_PER_MS = 2,
    KEY_ROOM = 24,
    VALUE_ROOM = 320,
};

#define VIEW_TIME_MS 1700000000000LL

static inline int64_t view_time_ms(int64_t i)
{
    return VIEW_TIME_MS + i / VIEWS_PER_MS;
}

/* Orders come slower, so that a minute of them is a state of usual size, and
 * each has one payment, half a minute later. */
static inline int64_t order_time_ms(int64_t i)
{
    return VIEW_TIME_MS + i / ORDERS_PER_MS;
}
enum { PAYMENT_LATER_MS = 30000 };

/* 7919 is prime to both numbers of users. */
static inline int view_user(int64_t i, int users)
{
    return (int)(i % users * 7919 % users);
}

static inline int view_key(char *key, int64_t i, int users)
{
    return snprintf(key, KEY_ROOM, "user_%d", view_user(i, users));
}

/* One of 9 quantities, evenly and whoever the user is. */
static inline int view_value(char *value, int64_t i)
{
    uint64_t mixed = (uint64_t)i * 0x9e3779b97f4a7c15u;
    return snprintf(
        value, VALUE_ROOM,
        "{\"view_id\":%lld,\"page\":\"/shop/item/%u\",\"quantity\":%u,"
        "\"amount\":%u.%02u,\"country\":\"%c%c\",\"agent\":\"Mozilla/5.0 "
        "(X11; Linux x86_64; rv:%u.0) Gecko/20100101 Firefox/%u.0\","
        "\"ok\":true}",
        (long long)(1000000 + i), (unsigned)(mixed >> 20) % 977,
        (unsigned)(mixed >> 32) % 9, (unsigned)(mixed >> 40) % 500,
        (unsigned)(mixed >> 50) % 100, 'A' + (int)(mixed >> 33 & 15),
        'A' + (int)(mixed >> 37 & 15), 100 + (unsigned)(mixed >> 44) % 16,
        100 + (unsigned)(mixed >> 44) % 16);
}

static inline int user_key(char *key, int user)
{
    return snprintf(key, KEY_ROOM, "user_%d", user);
}

static inline int user_value(char *value, int user)
{
    return snprintf(value, VALUE_ROOM,
                    "{\"name\":\"Name %d\",\"city\":\"City %d\",\"level\":%d}",
                    user, user % 300, user % 5);
}

#endif
