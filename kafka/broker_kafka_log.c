/* SPDX-License-Identifier: Apache-2.0
 *
 * What librdkafka has to say. Its log lines go to our log under our levels; a
 * broker that is away makes it say the same thing several times a second, so
 * lines of one kind are shown once a minute with the number of those left out.
 * Errors of requests become a Status here: one place decides which errors pass
 * and which stay.
 */
#include "kafka/broker_kafka_int.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"

bool kafka_log_due(KafkaBroker *broker, const char *kind, int *skipped)
{
    int64_t now_ns = clock_monotonic_ns();
    LogKind *slot = &broker->log_kinds[LOG_KINDS - 1];
    bool due;

    pthread_mutex_lock(&broker->lock);
    for (int i = 0; i < LOG_KINDS - 1; i++) {
        LogKind *one = &broker->log_kinds[i];
        if (one->name[0] && strncmp(one->name, kind, sizeof one->name - 1))
            continue;
        slot = one; /* Kinds over the table share its last place. */
        break;
    }
    if (!slot->name[0]) snprintf(slot->name, sizeof slot->name, "%s", kind);
    due = now_ns >= slot->next_ns;
    if (due) {
        *skipped = slot->skipped;
        slot->skipped = 0;
        slot->next_ns = now_ns + (int64_t)LOG_QUIET_MS * 1000000;
    } else {
        slot->skipped++;
    }
    pthread_mutex_unlock(&broker->lock);
    return due;
}

/* Called by librdkafka's threads. Levels are those of syslog: all that it calls
 * an error is tried again, so it is a warning here. */
static void log_line_of(const rd_kafka_t *rk, int level, const char *fac,
                        const char *text)
{
    KafkaHandle *handle = rd_kafka_opaque(rk);
    LogLevel to = level <= 4 ? LOG_WARN : level <= 6 ? LOG_INFO : LOG_DEBUG;
    int skipped = 0;

    /* A property for the other kind of client is no news. */
    if (!strcmp(fac, "CONFWARN") && strstr(text, "will be ignored by this"))
        to = LOG_DEBUG;
    if (!log_is_on(to) || (handle && handle->quiet)) return;
    if (to == LOG_WARN && handle &&
        !kafka_log_due(handle->broker, fac, &skipped))
        return;
    if (skipped)
        log_line(to, "kafka client", "kind=%s text=\"%s\" left_out=%d", fac,
                 text, skipped);
    else
        log_line(to, "kafka client", "kind=%s text=\"%s\"", fac, text);
}

static void log_error_of(KafkaHandle *handle, rd_kafka_resp_err_t err,
                         const char *reason)
{
    bool away = err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
                err == RD_KAFKA_RESP_ERR__TRANSPORT ||
                err == RD_KAFKA_RESP_ERR__RESOLVE;
    const char *name = rd_kafka_err2name(err);
    int skipped;

    if (!kafka_log_due(handle->broker, away ? "broker away" : name, &skipped))
        return;
    if (away)
        log_warn("broker away", "broker=%s reason=\"%s\" retrying=true",
                 handle->broker->bootstrap, reason);
    else
        log_warn("kafka client", "error=%s reason=\"%s\"", name, reason);
}

void kafka_note_error(KafkaHandle *handle, rd_kafka_resp_err_t err,
                      const char *reason)
{
    switch (err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: break;
    case RD_KAFKA_RESP_ERR__FATAL: handle->fatal = true; break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: handle->doubts = true; break;
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        if (handle->refused) break;
        handle->refused = err;
        snprintf(handle->reason, sizeof handle->reason, "%s", reason);
        break;
    default: log_error_of(handle, err, reason);
    }
}

/* Called on the thread that polls the handle. */
static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
    (void)rk;
    kafka_note_error(opaque, (rd_kafka_resp_err_t)err, reason);
}

void kafka_log_to(rd_kafka_conf_t *conf, KafkaHandle *handle)
{
    rd_kafka_conf_set_opaque(conf, handle);
    rd_kafka_conf_set_log_cb(conf, log_line_of);
    rd_kafka_conf_set_error_cb(conf, on_error);
}

/* ---- errors as Status ---- */

bool kafka_is_passing(rd_kafka_resp_err_t err)
{
    switch (err) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE:
    /* Of groups: they pass with the next assignment. */
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED: return true;
    default: return false;
    }
}

Status kafka_error(KafkaBroker *broker, Arena *arena, rd_kafka_resp_err_t err,
                   StatusKind otherwise, const char *detail, const char *format,
                   ...)
{
    va_list args;

    va_start(args, format);
    Str what = str_vprintf(arena, format, args);
    va_end(args);
    if (!detail || !*detail) detail = rd_kafka_err2str(err);
    if (kafka_is_passing(err))
        return st_error(arena, ST_RETRY, "cannot %.*s: broker '%s': %s",
                        STR_ARG(what), broker->bootstrap, detail);
    return st_error(arena, otherwise, "cannot %.*s: %s", STR_ARG(what), detail);
}

Status kafka_fatal(KafkaHandle *handle, Arena *arena, const char *what)
{
    char text[512] = "";
    rd_kafka_resp_err_t err = rd_kafka_fatal_error(handle->rk, text,
                                                   sizeof text);
    if (!err)
        return st_error(arena, ST_FATAL,
                        "the %s broke earlier and must be opened anew", what);
    if (err == RD_KAFKA_RESP_ERR__FENCED ||
        err == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
        err == RD_KAFKA_RESP_ERR_PRODUCER_FENCED)
        return st_error(arena, ST_FATAL, "the %s is fenced by a newer one: %s",
                        what, text);
    return st_error(arena, ST_FATAL, "the %s broke and must be opened anew: %s",
                    what, text);
}
