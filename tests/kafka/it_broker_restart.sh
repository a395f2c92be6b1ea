#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Kafka is stopped and started again under a running server and a waiting
# producer: both go on by themselves, nothing is lost, the log says what
# happened. Whatever starts while Kafka is away says so and waits; Ctrl-C and
# SIGTERM end it at once. A server that is stopped in the middle of all that ends
# soon, and its work is done later.
. "$(dirname "$0")/lib.sh"

RATE=1000
RUN_S=11
COMMIT_MS=1000
topic=${id}_numbers
make_topic "$topic" 4
cat >"$tmp/script.sql" <<END
CREATE STREAM numbers (k STRING KEY, n INT)
  WITH (kafka_topic='$topic', value_format='JSON');
CREATE STREAM copies WITH (kafka_topic='${id}_copies') AS
  SELECT k, n FROM numbers;
CREATE TABLE counts WITH (kafka_topic='${id}_counts') AS
  SELECT k, COUNT(*) AS c FROM numbers GROUP BY k;
END
cat >"$tmp/late.sql" <<END
CREATE STREAM numbers (k STRING KEY, n INT)
  WITH (kafka_topic='$topic', value_format='JSON');
CREATE STREAM late WITH (kafka_topic='${id}_late') AS SELECT k, n FROM numbers;
END
sed "s/late/stopped/g" "$tmp/late.sql" >"$tmp/stopped.sql"
options=(--set ksql.streams.auto.offset.reset=earliest
    --set ksql.streams.commit.interval.ms=$COMMIT_MS
    --set consumer.session.timeout.ms=4000)

# ended PID WHAT STATUS: within 3 s, with that status.
ended() {
    local i status
    for ((i = 0; i < 30; i++)); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -0 "$1" 2>/dev/null && fail "$2 still runs 3 s after the signal"
    wait "$1"
    status=$?
    [ $status -eq "$3" ] || fail "$2 ended with status $status, not $3"
}

start_server a "$tmp/script.sql" "${options[@]}" --set ksql.service.id="$id"
start_stopped() {
    start_server stopped "$tmp/stopped.sql" "${options[@]}" \
        --set ksql.service.id="${id}_stopped"
}
start_stopped
wait_for 30 "a runs" logged a "partitions assigned query=CTAS_COUNTS"
total=$((RATE * RUN_S))
for ((i = 0; i < RUN_S * 10; i++)); do
    seq $((i * RATE / 10)) $(((i + 1) * RATE / 10 - 1)) |
        awk '{ printf "key%d:{\"N\":%d}\n", $1 % 100, $1 }'
    sleep 0.095
done | "$millrace" produce --bootstrap-server "$KAFKA" -q -K : "$topic" \
    2>"$tmp/producer.log" &
producer=$!
remember $producer
wait_for 30 "records flow" has_records "${id}_copies" 1500
wait_for 30 "records flow" has_records "${id}_stopped" 1000
# What waited while the server joined its group came all at once; it is
# committed, so that what comes twice is of the last interval.
sleep $((COMMIT_MS * 2 / 1000))

"$here/kafka.sh" stop "$KAFKA_DIR" || fail "Kafka does not stop"
say "Kafka stopped"
start_server late "$tmp/late.sql" "${options[@]}" \
    --set ksql.service.id="${id}_late"
"$millrace" server --bootstrap-server "$KAFKA" --data-dir "$tmp/int" \
    --queries-file "$tmp/late.sql" >"$tmp/int.log" 2>&1 &
int=$!
remember $int
"$millrace" run --bootstrap-server "$KAFKA" --data-dir "$tmp/term" \
    "$tmp/late.sql" >"$tmp/term.log" 2>&1 &
term=$!
remember $term
"$millrace" shell --bootstrap-server "$KAFKA" --data-dir "$tmp/shell" \
    -e 'SHOW TOPICS;' >"$tmp/shell.log" 2>&1 &
shell=$!
remember $shell
for name in late int term shell; do
    wait_for 20 "$name tells that Kafka is away and that it tries again" \
        grep -q "^millrace: Kafka at $KAFKA does not answer; trying again$" "$tmp/$name.log"
done
kill -INT $int $shell
kill -TERM $term
ended $int "a server that waits for Kafka" 255
ended $term "a run that waits for Kafka" 255
ended $shell "a shell that waits for Kafka" 255
wait_for 20 "a tells that Kafka is away" logged a "WARN broker away"
stop_server stopped
say "a server is stopped"
is_up a || fail "a ended when Kafka went away"
kill -0 $producer || fail "the producer ended when Kafka went away"
say "Kafka restarts"
"$here/kafka.sh" restart "$KAFKA_DIR" >/dev/null || fail "Kafka does not start"
say "Kafka is back"
start_stopped
wait_for 30 "a tells that Kafka is back" logged a "WARN broker back"
wait $producer || fail "the producer ended with status $?"
wait_for 60 "all records came out" has_records "${id}_copies" $total
wait_for 60 "the late server reads it all" has_records "${id}_late" $total
wait_for 60 "the stopped one goes on" has_records "${id}_stopped" $total
sleep 1 # The counts' last commit.
stop_server a INT
stop_server late
stop_server stopped

for name in copies late stopped; do
    consume "${id}_$name" | awk -F'[:}]' '{ print $2 }' >"$tmp/$name"
    twice=$(($(wc -l <"$tmp/$name") - total))
    sort -n -u "$tmp/$name" >"$tmp/distinct"
    seq 0 $((total - 1)) | cmp -s - "$tmp/distinct" ||
        fail "$name: lost or foreign numbers: $(seq 0 $((total - 1)) |
            diff - "$tmp/distinct" | head -3)"
    most=$((RATE * COMMIT_MS * 2 / 1000)) # The second one: a busy machine.
    [ $twice -le $most ] || fail "$name: $twice records twice, more than $most"
    say "$name: $total records, $twice twice"
done
consume "${id}_counts" -f '%k\t%s\n' | awk -F'[\t:}]' -v n=$((total / 100)) \
    -v most="$most" '
    { c[$1] = $3 }
    END {
        for (k in c) {
            keys++
            extra += c[k] - n
            if (c[k] < n) { print k ": " c[k] " of " n; bad = 1 }
        }
        if (keys != 100 || extra > most) bad = 1
        print keys " keys, " extra " counted twice"
        exit bad
    }' >"$tmp/verdict" || fail "counts: $(cat "$tmp/verdict")"
say "counts: $(cat "$tmp/verdict")"
