/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties into librdkafka. What arrives is the map of all settings, or a
 * part of it; names are looked at in this order:
 *
 *   ksql.streams.X            as X
 *   consumer.X, producer.X    X for that kind of handle, over a bare X
 *   ksql.*, millrace.*, and those of the stream engine: not for the client
 *   Java names                translated by a table (ssl and sasl by code)
 *   anything else             as it is; librdkafka knows or we warn, once
 *
 * Our defaults come first, then the broker's map, the handle's own map, and
 * last what cannot be chosen because the contract of the broker rests on it.
 */
#include "kafka/broker_kafka_int.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

typedef struct Pair {
    const char *name, *value;
} Pair;

typedef struct Config {
    KafkaBroker *broker;
    Arena *arena;
    HandleKind kind;
    rd_kafka_conf_t *conf;
    Status failed;
} Config;

/* ---- tables ---- */

static const Pair defaults_of_all[] = {
    {"socket.nagle.disable", "true"}, /* The default only from 2.10 on. */
    {"client.id", "millrace"},
    {"reconnect.backoff.max.ms", "1000"}, /* As Java's; librdkafka: 10 s. */
};

static const Pair defaults_of_consumers[] = {
    {"auto.offset.reset", "earliest"},
    {"fetch.wait.max.ms", "100"},
    {"session.timeout.ms", "10000"},
    {"heartbeat.interval.ms", "1000"},
    /* Little is enough, as an empty queue wakes the fetcher; beside it come the
     * fetches under way. What does not grow is not paged in and stays in the
     * processor's cache. */
    {"queued.min.messages", "100000"},
    {"queued.max.messages.kbytes", "4096"},
    {"fetch.max.bytes", "16777216"},
    {"topic.metadata.refresh.interval.ms", "30000"},
    {"allow.auto.create.topics", "false"},
};

static const Pair defaults_of_producers[] = {
    {"linger.ms", "100"},
    {"compression.type", "lz4"},
    {"queue.buffering.max.messages", "1000000"},
    {"queue.buffering.max.kbytes", "32768"},
    {"sticky.partitioning.linger.ms", "0"},
};

static const Pair defaults_of_plain[] = {
    {"delivery.timeout.ms", "0"}, /* A broker that is away comes back. */
};

static const Pair defaults_of_transactional[] = {
    {"transaction.timeout.ms", "10000"},
};

static const Pair fixed_for_consumers[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"isolation.level", "read_committed"},
    {"partition.assignment.strategy", "range"},
    {"enable.partition.eof", "true"}, /* See count_slots. */
};

static const Pair fixed_for_producers[] = {
    {"enable.idempotence", "true"},
};

/* Java's names of what librdkafka calls otherwise. */
static const Pair java_names[] = {
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"max.request.size", "message.max.bytes"},
    {"sasl.mechanism", "sasl.mechanisms"},
    {"socket.connection.setup.timeout.max.ms",
     "socket.connection.setup.timeout.ms"},
    {"ssl.truststore.certificates", "ssl.ca.pem"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"sasl.kerberos.kinit.cmd.path", ""},
    {"sasl.kerberos.ticket.renew.jitter", ""},
    {"sasl.kerberos.ticket.renew.window.factor", ""},
};

/* Settings of the stream engine, and of the Java client's inside: nothing is
 * lost by leaving them out. A final '*' stands for the rest of the name. */
static const char *const not_for_us[] = {
    "ksql.*",
    "millrace.*",
    "query.*",
    "global.consumer.*",
    "restore.consumer.*",
    "topic.*",
    "bootstrap.servers",
    "listeners",
    "host.name",
    "port",
    "state.*",
    "statestore.*",
    "cache.max.bytes.buffering",
    "commit.interval.ms",
    "poll.ms",
    "application.*",
    "num.stream.threads",
    "num.standby.replicas",
    "max.warmup.replicas",
    "acceptable.recovery.lag",
    "probing.rebalance.interval.ms",
    "replication.factor",
    "processing.*",
    "topology.optimization",
    "max.task.idle.ms",
    "task.timeout.ms",
    "buffered.records.per.partition",
    "default.*",
    "rack.aware.*",
    "repartition.purge.interval.ms",
    "upgrade.from",
    "window*",
    "built.in.*",
    "dsl.store.suppliers.class",
    "input.buffer.max.bytes",
    "metric*",
    "auto.include.jmx.reporter",
    "enable.metrics.push",
    "key.serializer",
    "value.serializer",
    "key.deserializer",
    "value.deserializer",
    "interceptor.classes",
    "confluent.*",
    "authentication.*",
    "http.*",
    "access.control.*",
    "response.*",
    "request.logger.name",
    "websocket.*",
    "shutdown.*",
    "compression.enable",
    "config.providers*",
    "max.poll.records",
    "max.block.ms",
    "partitioner.*",
    "transactional.id",
    "group.id",
    "security.providers",
    "ssl.keystore.type",
    "ssl.truststore.type",
    "ssl.truststore.password",
    "ssl.protocol",
    "ssl.provider",
    "ssl.enabled.protocols",
    "ssl.keymanager.algorithm",
    "ssl.client.auth*",
    "ssl.trustmanager.algorithm",
    "ssl.secure.random.implementation",
    "sasl.login.*",
    "sasl.client.callback.handler.class",
    "exclude.internal.*",
    "enable.auto.commit",
    "isolation.level",
    "enable.idempotence",
    "partition.assignment.strategy",
    "group.protocol*",
    "group.remote.assignor",
};

/* ---- one property ---- */

void kafka_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char text[256];
    rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, name, value, text,
                                                   sizeof text);
    assert(result == RD_KAFKA_CONF_OK);
    (void)result;
}

static void warn_once(Config *config, Str name, const char *why)
{
    KafkaBroker *broker = config->broker;

    pthread_mutex_lock(&broker->lock);
    bool known = map_get(&broker->warned, name) != NULL;
    if (!known)
        map_put(broker->arena, &broker->warned, str_copy(broker->arena, name),
                broker);
    pthread_mutex_unlock(&broker->lock);
    if (!known)
        log_warn("kafka property ignored", "name=%.*s reason=\"%s\"",
                 STR_ARG(name), why);
}

/* Sets a user's property; `java` is the name that was written. */
static void set_property(Config *config, Str java, const char *name, Str value)
{
    char text[512];

    if (config->failed.kind) return;
    switch (rd_kafka_conf_set(config->conf, name,
                              str_cstr(config->arena, value), text,
                              sizeof text)) {
    case RD_KAFKA_CONF_OK: return;
    case RD_KAFKA_CONF_UNKNOWN:
        warn_once(config, java, "unknown to the Kafka client");
        return;
    default:
        config->failed = st_error(config->arena, ST_USER,
                                  "bad value for property '%.*s': %s",
                                  STR_ARG(java), text);
    }
}

/* ---- ssl and sasl ---- */

typedef enum StoreFormat {
    STORE_PEM,
    STORE_PKCS12,
    STORE_JKS,
} StoreFormat;

/* What a key store file is, by its first bytes; if it cannot be read, by its
 * name (librdkafka then reports the missing file). */
static StoreFormat store_format(Arena *arena, Str path)
{
    unsigned char head[4] = {0};
    int fd = open(str_cstr(arena, path), O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, head, sizeof head);

    if (fd >= 0) close(fd);
    if (got == 4 && head[0] == 0xfe && head[1] == 0xed) return STORE_JKS;
    if (got == 4 && head[0] == 0x30 && head[1] >= 0x80) return STORE_PKCS12;
    if (got > 0) return STORE_PEM;
    if (str_ends_with(path, STR(".jks"))) return STORE_JKS;
    if (str_ends_with(path, STR(".p12")) || str_ends_with(path, STR(".pfx")))
        return STORE_PKCS12;
    return STORE_PEM;
}

static void set_truststore(Config *config, Str name, Str path)
{
    if (store_format(config->arena, path) == STORE_PEM) {
        set_property(config, name, "ssl.ca.location", path);
        return;
    }
    warn_once(config, name,
              "the store is Java's: export the certificates as PEM (keytool "
              "-exportcert -rfc) and name that file, or set ssl.ca.location");
}

static void set_keystore(Config *config, Str name, Str path)
{
    switch (store_format(config->arena, path)) {
    case STORE_PKCS12:
        set_property(config, name, "ssl.keystore.location", path);
        break;
    case STORE_PEM:
        set_property(config, name, "ssl.certificate.location", path);
        set_property(config, name, "ssl.key.location", path);
        break;
    case STORE_JKS:
        warn_once(config, name,
                  "the store is Java's: convert it (keytool -importkeystore "
                  "-deststoretype pkcs12) and name that file");
    }
}

/* The value of `key="value"` (or '…', or bare) in a JAAS line. */
static Str jaas_value(Arena *arena, Str line, const char *key)
{
    size_t at = 0, len = strlen(key);

    while ((at = str_find(line, str_from(key), at)) != SIZE_MAX) {
        size_t end = at + len;
        bool whole = at > 0 && (unsigned char)line.ptr[at - 1] <= ' ' &&
                     end < line.len && line.ptr[end] == '=';
        at = end;
        if (!whole || ++end >= line.len) continue;
        char quote = line.ptr[end] == '"' || line.ptr[end] == '\''
                         ? line.ptr[end++]
                         : 0;
        char *out = arena_alloc(arena, line.len + 1);
        size_t n = 0;
        for (; end < line.len; end++) {
            char c = line.ptr[end];
            if (quote ? c == quote : (unsigned char)c <= ' ' || c == ';') break;
            if (quote && c == '\\' && end + 1 < line.len) c = line.ptr[++end];
            out[n++] = c;
        }
        return (Str){out, n};
    }
    return STR_NULL;
}

static void set_jaas(Config *config, Str name, Str line)
{
    static const Pair of_plain[] = {
        {"username", "sasl.username"},
        {"password", "sasl.password"},
        {"keyTab", "sasl.kerberos.keytab"},
        {"principal", "sasl.kerberos.principal"},
        {"serviceName", "sasl.kerberos.service.name"},
        {"clientId", "sasl.oauthbearer.client.id"},
        {"clientSecret", "sasl.oauthbearer.client.secret"},
        {"scope", "sasl.oauthbearer.scope"},
    };
    bool any = false;

    for (size_t i = 0; i < sizeof of_plain / sizeof of_plain[0]; i++) {
        Str value = jaas_value(config->arena, line, of_plain[i].name);
        if (!value.ptr) continue;
        any = true;
        set_property(config, name, of_plain[i].value, value);
        if (!strcmp(of_plain[i].name, "clientId"))
            set_property(config, name, "sasl.oauthbearer.method", STR("oidc"));
    }
    if (!any) warn_once(config, name, "no username, keyTab or clientId in it");
}

/* ---- names ---- */

static bool is_not_for_us(Str name)
{
    for (size_t i = 0; i < sizeof not_for_us / sizeof not_for_us[0]; i++) {
        Str one = str_from(not_for_us[i]);
        if (one.ptr[one.len - 1] == '*'
                ? str_starts_with(name, (Str){one.ptr, one.len - 1})
                : str_eq(name, one))
            return true;
    }
    return false;
}

/* librdkafka's own names that begin like one that is not for us. */
static bool is_client_name(Str name)
{
    return str_starts_with(name, STR("topic.metadata.")) ||
           str_starts_with(name, STR("topic.blacklist"));
}

static void apply(Config *config, Str name, Str value)
{
    bool producer = config->kind == HANDLE_PRODUCER ||
                    config->kind == HANDLE_TRANSACTIONAL;

    if (is_not_for_us(name) && !is_client_name(name)) return;
    if (str_eq(name, STR("ssl.truststore.location"))) {
        set_truststore(config, name, value);
    } else if (str_eq(name, STR("ssl.keystore.location"))) {
        set_keystore(config, name, value);
    } else if (str_eq(name, STR("sasl.jaas.config"))) {
        set_jaas(config, name, value);
    } else if (str_eq(name, STR("ssl.endpoint.identification.algorithm"))) {
        set_property(config, name, "ssl.endpoint.identification.algorithm",
                     value.len ? value : STR("none"));
    } else if (str_eq(name, STR("buffer.memory"))) {
        long long bytes = strtoll(str_cstr(config->arena, value), NULL, 10);
        set_property(
            config, name, "queue.buffering.max.kbytes",
            str_printf(config->arena, "%lld", bytes > 2048 ? bytes / 1024 : 1));
    } else if (str_eq(name, STR("request.timeout.ms")) && !producer) {
        set_property(config, name, "socket.timeout.ms", value);
    } else if (str_eq(name, STR("auto.offset.reset")) &&
               str_eq_nocase(value, STR("none"))) {
        set_property(config, name, "auto.offset.reset", STR("error"));
    } else {
        const char *own = str_cstr(config->arena, name);
        for (size_t i = 0; i < sizeof java_names / sizeof java_names[0]; i++)
            if (str_eq(name, str_from(java_names[i].name)))
                own = java_names[i].value;
        if (*own) set_property(config, name, own, value);
    }
}

/* `name` without `prefix`; false if it has another. */
static bool strip(Str *name, Str prefix)
{
    if (!str_starts_with(*name, prefix)) return false;
    *name = (Str){name->ptr + prefix.len, name->len - prefix.len};
    return true;
}

typedef enum Aim {
    AIM_OTHER, /* For another kind of handle. */
    AIM_ALL,   /* A bare name. */
    AIM_THIS,  /* For this kind by its prefix, which is taken off. */
} Aim;

static Aim aim_of(HandleKind kind, Str *name)
{
    strip(name, STR("ksql.streams."));
    if (strip(name, STR("main.consumer.")) || strip(name, STR("consumer.")))
        return kind == HANDLE_CONSUMER ? AIM_THIS : AIM_OTHER;
    if (strip(name, STR("producer.")))
        return kind == HANDLE_PRODUCER || kind == HANDLE_TRANSACTIONAL
                   ? AIM_THIS
                   : AIM_OTHER;
    if (strip(name, STR("admin.")))
        return kind == HANDLE_ADMIN ? AIM_THIS : AIM_OTHER;
    return AIM_ALL;
}

/* Bare names, then those for this kind of handle, which win. */
static void apply_map(Config *config, const Map *map)
{
    for (Aim pass = AIM_ALL; map && pass <= AIM_THIS; pass++) {
        for (int i = 0; i < map->count; i++) {
            const Str *value = map->entries[i].value;
            Str name = map->entries[i].key;
            if (value && aim_of(config->kind, &name) == pass)
                apply(config, name, *value);
        }
    }
}

static void set_pairs(rd_kafka_conf_t *conf, const Pair *pairs, size_t size)
{
    for (size_t i = 0; i < size / sizeof *pairs; i++)
        kafka_set(conf, pairs[i].name, pairs[i].value);
}

STATUS kafka_config(KafkaBroker *broker, Arena *arena, HandleKind kind,
                    const Map *more, rd_kafka_conf_t **out)
{
    Config config = {broker, arena, kind, rd_kafka_conf_new(), st_ok()};
    rd_kafka_conf_t *conf = config.conf;
    bool producer = kind == HANDLE_PRODUCER || kind == HANDLE_TRANSACTIONAL;

    set_pairs(conf, defaults_of_all, sizeof defaults_of_all);
    if (producer)
        set_pairs(conf, defaults_of_producers, sizeof defaults_of_producers);
    else
        set_pairs(conf, defaults_of_consumers, sizeof defaults_of_consumers);
    if (kind == HANDLE_PRODUCER)
        set_pairs(conf, defaults_of_plain, sizeof defaults_of_plain);
    if (kind == HANDLE_TRANSACTIONAL)
        set_pairs(conf, defaults_of_transactional,
                  sizeof defaults_of_transactional);
    apply_map(&config, &broker->properties);
    apply_map(&config, more);
    kafka_set(conf, "bootstrap.servers", broker->bootstrap);
    if (producer)
        set_pairs(conf, fixed_for_producers, sizeof fixed_for_producers);
    else
        set_pairs(conf, fixed_for_consumers, sizeof fixed_for_consumers);
    if (config.failed.kind) rd_kafka_conf_destroy(conf);
    *out = config.failed.kind ? NULL : conf;
    return config.failed;
}

STATUS kafka_open_handle(KafkaHandle *handle, Arena *arena,
                         rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
    char text[512];

    kafka_log_to(conf, handle);
    handle->rk = rd_kafka_new(type, conf, text, sizeof text);
    if (handle->rk) return st_ok();
    rd_kafka_conf_destroy(conf); /* It is taken only on success. */
    return st_error(arena, ST_USER,
                    "the kafka client refuses its properties: "
                    "%s",
                    text);
}
