#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Properties of Kafka's clients reach librdkafka, under their own or their Java
# names, those of one kind of client only that kind; what it does not know is a
# warning and never a failure; a bad value is an error that names the property;
# no secret is logged.
. "$(dirname "$0")/lib.sh"

make_topic "${id}_in" 1
seq 1000 | awk '{ print "{\"N\":" $1 "}" }' | produce "${id}_in" || exit 1
cat >"$tmp/script.sql" <<END
CREATE STREAM numbers (n INT)
  WITH (kafka_topic='${id}_in', value_format='JSON');
CREATE STREAM copies WITH (kafka_topic='${id}_out') AS SELECT n FROM numbers;
END
echo '-----BEGIN CERTIFICATE-----' >"$tmp/ca.pem"
printf '\xfe\xed\xfe\xed0000' >"$tmp/store.jks"
cat >"$tmp/all.properties" <<END
debug=conf
client.id=$id
reconnect.backoff.max.ms=1234
receive.buffer.bytes=65536
consumer.fetch.min.bytes=17
ksql.streams.consumer.fetch.max.wait.ms=77
main.consumer.max.partition.fetch.bytes=654321
producer.compression.type=gzip
ksql.streams.producer.linger.ms=7
producer.max.request.size=2000000
producer.buffer.memory=4194304
ssl.truststore.location=$tmp/ca.pem
ssl.endpoint.identification.algorithm=
ssl.keystore.location=$tmp/store.jks
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \\
  required username="alice" password="very secret";
consumer.no.such.thing=1
producer.neither.this=2
foo.bar=3
ksql.no.such.setting=4
enable.auto.commit=true
consumer.isolation.level=read_uncommitted
consumer.max.poll.records=5
consumer.key.deserializer=org.example.Deserializer
producer.interceptor.classes=org.example.Interceptor
END
timeout 60 "$millrace" run --bootstrap-server "$KAFKA" --data-dir "$tmp/data" \
    --config-file "$tmp/all.properties" --set ksql.service.id="$id" \
    --log-level debug --until-idle 100 "$tmp/script.sql" \
    2>"$tmp/run.log" || fail "the run ended with status $?"
[ "$(count_of "${id}_out")" -eq 1000 ] || fail "the records did not come out"

# "<kind>|name = value" for all that librdkafka says it is set to; kind is
# query (the query's consumer), producer or other (the admin client).
awk '
    /kind=INIT/ { flush(); kind = /#producer-/ ? "producer" : "other" }
    /kind=CONF / && sub(/.*\]:   /, "") {
        sub(/"$/, "")
        if (/^group\.id = /) kind = "query"
        lines[n++] = $0
    }
    function flush(  i) {
        for (i = 0; i < n; i++) print kind "|" lines[i]
        n = 0
    }
    END { flush() }' "$tmp/run.log" | sort -u >"$tmp/settings"

set_to() { # KIND SETTING
    grep -qxF "$1|$2" "$tmp/settings" ||
        fail "$1: not '$2' but $(grep -F "$1|${2%% =*} =" "$tmp/settings")"
}
for kind in query producer other; do
    set_to $kind "client.id = $id"
    set_to $kind "reconnect.backoff.max.ms = 1234"
    set_to $kind "socket.receive.buffer.bytes = 65536"
    set_to $kind "ssl.ca.location = $tmp/ca.pem"
    set_to $kind "ssl.endpoint.identification.algorithm = none"
    set_to $kind "sasl.mechanisms = PLAIN"
    set_to $kind "sasl.username = [redacted]"
    set_to $kind "sasl.password = [redacted]"
done
set_to query "fetch.min.bytes = 17"
set_to query "fetch.wait.max.ms = 77"
set_to query "fetch.message.max.bytes = 654321"
set_to producer "compression.codec = gzip"
set_to producer "queue.buffering.max.ms = 7"
set_to producer "message.max.bytes = 2000000"
set_to producer "queue.buffering.max.kbytes = 4096"
grep -q '^producer|fetch\|^query|compression\|^query|message.max.bytes' \
    "$tmp/settings" && fail "a property of one kind of client reached the other"
# What the results rest on cannot be switched off.
set_to query "enable.auto.commit = false"
set_to query "isolation.level = read_committed"
set_to producer "enable.idempotence = true"

warned() { # NAME
    local n
    n=$(grep -c "WARN .*name=[a-z.]*$1\( \|\$\)" "$tmp/run.log")
    [ "$n" -eq 1 ] || fail "$n warnings about '$1', not one"
}
warned no.such.thing
warned neither.this
warned foo.bar
warned ksql.no.such.setting
warned ssl.keystore.location
grep -q 'ssl.keystore.location.*keytool' "$tmp/run.log" ||
    fail "no help for a key store of Java's kind"
grep -q 'WARN .*name=[a-z.]*\(deserializer\|interceptor\|max.poll\)' \
    "$tmp/run.log" && fail "a warning about what has no meaning here"
grep -q 'very secret' "$tmp/run.log" && fail "a password is in the log"
say "$(wc -l <"$tmp/settings") settings seen"

# A bad value, by any prefix.
for bad in consumer.fetch.min.bytes=abc \
    ksql.streams.producer.compression.type=7z security.protocol=none; do
    timeout 30 "$millrace" run --bootstrap-server "$KAFKA" --data-dir \
        "$tmp/data" --set "$bad" --until-idle 100 "$tmp/script.sql" \
        2>"$tmp/bad.log" && fail "'$bad' was taken"
    name=${bad%%=*}
    name=${name##*er.} # Without consumer. and producer.
    grep -q "^millrace: bad value for property '[a-z.]*$name': " \
        "$tmp/bad.log" ||
        fail "'$bad': no message that names the property"
done

# TLS reaches the connection: this port does not speak it.
timeout 9 "$millrace" run --bootstrap-server "$KAFKA" --data-dir "$tmp/data" \
    --set security.protocol=SSL --until-idle 100 "$tmp/script.sql" \
    2>"$tmp/tls.log"
grep -q "does not answer; trying again" "$tmp/tls.log" ||
    fail "TLS to a plain port: not told that Kafka does not answer"
grep -qi "SSL handshake" "$tmp/tls.log" || fail "TLS did not reach librdkafka"
