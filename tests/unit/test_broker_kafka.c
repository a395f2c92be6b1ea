/* SPDX-License-Identifier: Apache-2.0
 *
 * What of the settings reaches librdkafka, and under which name. Needs no
 * Kafka.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "kafka/broker_kafka_int.h"
#include "tests/unit/check.h"

typedef struct Case {
    const char *name, *value; /* The setting. */
    HandleKind kind;
    const char *at, *want; /* librdkafka's name, and its value. */
} Case;

static const Case cases[] = {
    /* Nothing set: our defaults. */
    {"x", "", HANDLE_CONSUMER, "enable.auto.commit", "false"},
    {"x", "", HANDLE_CONSUMER, "isolation.level", "read_committed"},
    {"x", "", HANDLE_CONSUMER, "partition.assignment.strategy", "range"},
    {"x", "", HANDLE_CONSUMER, "session.timeout.ms", "10000"},
    {"x", "", HANDLE_CONSUMER, "queued.max.messages.kbytes", "4096"},
    {"x", "", HANDLE_ADMIN, "allow.auto.create.topics", "false"},
    {"x", "", HANDLE_PRODUCER, "enable.idempotence", "true"},
    {"x", "", HANDLE_PRODUCER, "compression.codec", "lz4"},
    {"x", "", HANDLE_PRODUCER, "queue.buffering.max.kbytes", "32768"},
    {"x", "", HANDLE_TRANSACTIONAL, "transaction.timeout.ms", "10000"},
    /* Own names, with and without prefixes. */
    {"client.id", "a", HANDLE_CONSUMER, "client.id", "a"},
    {"ksql.streams.client.id", "a", HANDLE_PRODUCER, "client.id", "a"},
    {"linger.ms", "7", HANDLE_PRODUCER, "queue.buffering.max.ms", "7"},
    {"producer.linger.ms", "7", HANDLE_PRODUCER, "queue.buffering.max.ms", "7"},
    {"producer.linger.ms", "7", HANDLE_TRANSACTIONAL, "queue.buffering.max.ms",
     "7"},
    {"ksql.streams.producer.linger.ms", "7", HANDLE_PRODUCER,
     "queue.buffering.max.ms", "7"},
    {"consumer.client.id", "a", HANDLE_PRODUCER, "client.id", "millrace"},
    {"producer.client.id", "a", HANDLE_CONSUMER, "client.id", "millrace"},
    {"consumer.client.id", "a", HANDLE_CONSUMER, "client.id", "a"},
    {"main.consumer.client.id", "a", HANDLE_CONSUMER, "client.id", "a"},
    {"main.consumer.client.id", "a", HANDLE_ADMIN, "client.id", "millrace"},
    {"admin.client.id", "a", HANDLE_ADMIN, "client.id", "a"},
    {"topic.metadata.refresh.interval.ms", "9", HANDLE_CONSUMER,
     "topic.metadata.refresh.interval.ms", "9"},
    /* Java's names. */
    {"fetch.max.wait.ms", "9", HANDLE_CONSUMER, "fetch.wait.max.ms", "9"},
    {"max.partition.fetch.bytes", "5000", HANDLE_CONSUMER,
     "fetch.message.max.bytes", "5000"},
    {"receive.buffer.bytes", "9000", HANDLE_CONSUMER,
     "socket.receive.buffer.bytes", "9000"},
    {"max.request.size", "2000000", HANDLE_PRODUCER, "message.max.bytes",
     "2000000"},
    {"buffer.memory", "33554432", HANDLE_PRODUCER, "queue.buffering.max.kbytes",
     "32768"},
    {"request.timeout.ms", "9000", HANDLE_CONSUMER, "socket.timeout.ms",
     "9000"},
    {"sasl.mechanism", "PLAIN", HANDLE_CONSUMER, "sasl.mechanisms", "PLAIN"},
    {"ssl.endpoint.identification.algorithm", "", HANDLE_PRODUCER,
     "ssl.endpoint.identification.algorithm", "none"},
    {"ssl.key.password", "pw", HANDLE_PRODUCER, "ssl.key.password", "pw"},
    {"ssl.keystore.key", "pem text", HANDLE_PRODUCER, "ssl.key.pem",
     "pem text"},
    {"security.protocol", "SASL_SSL", HANDLE_PRODUCER, "security.protocol",
     "sasl_ssl"},
    {"sasl.jaas.config",
     "org.apache.kafka.common.security.plain.PlainLoginModule required "
     "username=\"al\\\"ice\" password='s;p ace';",
     HANDLE_CONSUMER, "sasl.username", "al\"ice"},
    {"sasl.jaas.config", "x.PlainLoginModule required password=\"s;p = ace\";",
     HANDLE_CONSUMER, "sasl.password", "s;p = ace"},
    {"sasl.jaas.config", "x.Krb5LoginModule required keyTab=/k principal=p@R;",
     HANDLE_CONSUMER, "sasl.kerberos.keytab", "/k"},
    /* What cannot be chosen. */
    {"consumer.enable.auto.commit", "true", HANDLE_CONSUMER,
     "enable.auto.commit", "false"},
    {"consumer.isolation.level", "read_uncommitted", HANDLE_CONSUMER,
     "isolation.level", "read_committed"},
    {"bootstrap.servers", "elsewhere:1", HANDLE_CONSUMER, "bootstrap.servers",
     "here:9092"},
    /* The engine's, and nobody's: no error. */
    {"ksql.service.id", "s", HANDLE_CONSUMER, "client.id", "millrace"},
    {"num.stream.threads", "4", HANDLE_CONSUMER, "client.id", "millrace"},
    {"no.such.property", "4", HANDLE_CONSUMER, "client.id", "millrace"},
};

static void settings_reach_librdkafka(Arena *arena)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Case *one = &cases[i];
        Str value = str_from(one->value);
        Map map = {0};
        Broker *broker;
        rd_kafka_conf_t *conf;
        char got[512] = "";
        size_t size = sizeof got;
        map_put(arena, &map, str_from(one->name), &value);
        Status st = broker_kafka_open(arena, STR("here:9092"), &map, &broker);
        CHECK(st.kind == ST_OK);
        if (st.kind) {
            fprintf(stderr, "%s: %s\n", one->name, st.text);
            continue;
        }
        st = kafka_config((KafkaBroker *)broker, arena, one->kind, NULL, &conf);
        CHECK(st.kind == ST_OK);
        CHECK(rd_kafka_conf_get(conf, one->at, got, &size) == RD_KAFKA_CONF_OK);
        CHECK_STR(str_from(got), one->want);
        rd_kafka_conf_destroy(conf);
        broker_close(broker);
    }
}

/* The handle's own map is over the broker's; a prefixed name over a bare one.
 */
static void the_nearer_setting_wins(Arena *arena)
{
    static const struct {
        const char *broad, *near, *want;
    } rows[] = {
        {"linger.ms", "linger.ms", "2"},
        {"producer.linger.ms", "linger.ms", "2"},
        {"linger.ms", "producer.linger.ms", "2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Str one = STR("1"), two = STR("2");
        Map broad = {0}, near = {0}, both = {0};
        Broker *broker;
        rd_kafka_conf_t *conf;
        char got[64];
        map_put(arena, &broad, str_from(rows[i].broad), &one);
        map_put(arena, &near, str_from(rows[i].near), &two);
        CHECK(broker_kafka_open(arena, STR("h:1"), &broad, &broker).kind ==
              ST_OK);
        CHECK(kafka_config((KafkaBroker *)broker, arena, HANDLE_PRODUCER, &near,
                           &conf)
                  .kind == ST_OK);
        size_t size = sizeof got;
        CHECK(!rd_kafka_conf_get(conf, "queue.buffering.max.ms", got, &size));
        CHECK_STR(str_from(got), rows[i].want);
        rd_kafka_conf_destroy(conf);
        map_put(arena, &both, STR("producer.linger.ms"), &two);
        map_put(arena, &both, STR("linger.ms"), &one);
        CHECK(kafka_config((KafkaBroker *)broker, arena, HANDLE_PRODUCER, &both,
                           &conf)
                  .kind == ST_OK);
        size = sizeof got;
        CHECK(!rd_kafka_conf_get(conf, "queue.buffering.max.ms", got, &size));
        CHECK_STR(str_from(got), "2");
        rd_kafka_conf_destroy(conf);
        broker_close(broker);
    }
}

static void a_bad_value_is_told(Arena *arena)
{
    static const char *const bad[][2] = {
        {"security.protocol", "carrier-pigeon"},
        {"consumer.session.timeout.ms", "soon"},
        {"ksql.streams.producer.acks", "most"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Str value = str_from(bad[i][1]);
        Map map = {0};
        Broker *broker;
        map_put(arena, &map, str_from(bad[i][0]), &value);
        Status st = broker_kafka_open(arena, STR("h:1"), &map, &broker);
        CHECK(st.kind == ST_USER && strstr(st.text, "bad value"));
        const char *name = strstr(bad[i][0], "acks");
        CHECK(strstr(st.text, name ? name : "protocol") ||
              strstr(st.text, "session.timeout.ms"));
    }
}

/* Key stores are told apart by what is in them. */
static void key_stores_are_told_apart(Arena *arena)
{
    static const struct {
        const char *bytes, *setting, *at;
    } rows[] = {
        {"-----BEGIN", "ssl.truststore.location", "ssl.ca.location"},
        {"-----BEGIN", "ssl.keystore.location", "ssl.certificate.location"},
        {"-----BEGIN", "ssl.keystore.location", "ssl.key.location"},
        {"\x30\x82\x01\x02", "ssl.keystore.location", "ssl.keystore.location"},
        {"\xfe\xed\xfe\xed", "ssl.keystore.location", NULL},
        {"\xfe\xed\xfe\xed", "ssl.truststore.location", NULL},
        {"\x30\x82\x01\x02", "ssl.truststore.location", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[] = "/tmp/millrace-store.XXXXXX";
        int fd = mkstemp(path);
        CHECK(fd >= 0 && write(fd, rows[i].bytes, 4) == 4);
        close(fd);
        Str value = str_from(path);
        Map map = {0};
        Broker *broker;
        rd_kafka_conf_t *conf;
        static const char *const all[] = {"ssl.ca.location",
                                          "ssl.certificate.location",
                                          "ssl.keystore.location"};
        map_put(arena, &map, str_from(rows[i].setting), &value);
        CHECK(broker_kafka_open(arena, STR("h:1"), &map, &broker).kind ==
              ST_OK);
        CHECK(kafka_config((KafkaBroker *)broker, arena, HANDLE_CONSUMER, NULL,
                           &conf)
                  .kind == ST_OK);
        for (int k = 0; k < 3; k++) {
            char got[256] = "";
            size_t size = sizeof got;
            rd_kafka_conf_res_t result = rd_kafka_conf_get(conf, all[k], got,
                                                           &size);
            bool expected = rows[i].at && !strcmp(rows[i].at, all[k]);
            if (expected) CHECK_STR(str_from(got), path);
            if (!rows[i].at) CHECK(result != RD_KAFKA_CONF_OK || !got[0]);
        }
        rd_kafka_conf_destroy(conf);
        broker_close(broker);
        unlink(path);
    }
}

static void the_library_has_a_version(void)
{
    CHECK(broker_librdkafka_version()[0] >= '1');
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    settings_reach_librdkafka(arena);
    the_nearer_setting_wins(arena);
    a_bad_value_is_told(arena);
    key_stores_are_told_apart(arena);
    the_library_has_a_version();
    arena_free(arena);
    return check_done();
}
