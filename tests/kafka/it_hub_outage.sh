#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A hundred filters share one reader of a topic. Kafka is killed, and held still
# for longer than its clients wait, again and again while numbered records flow
# and all guests commit. The server lives, stops soon while Kafka is away, and in
# the end nothing is lost, what came twice stays within the commits that were
# interrupted, and each query's own group knows where it is.
#
# OUTAGES   how many, default 2
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/filters.sh"

RATE=2000 # Records a second.
COMMIT_MS=500
QUERIES=100
OUTAGES=${OUTAGES:-2}
# A request that is under way, the last commit, and leaving the group each wait
# up to 5 s for Kafka, the offsets of guests 7 s.
STOP_S=25
topic=${id}_numbers
make_topic "$topic" 4
filters $QUERIES partitions=1 >"$tmp/all.sql"
options=(--set ksql.service.id="$id"
    --set ksql.streams.auto.offset.reset=earliest
    --set ksql.streams.commit.interval.ms=$COMMIT_MS
    --set ksql.streams.consumer.session.timeout.ms=4000)

flows() { # Does the last query write more than before?
    [ "$(count_of "${id}_f99")" -gt "$1" ]
}
completed() {
    local q
    for q in 0 49 99; do
        [ "$(numbers_of $q | sort -u | wc -l)" -ge $((total / QUERIES)) ] ||
            return 1
    done
}

start_server a "$tmp/all.sql" "${options[@]}"
wait_for 60 "a reads everything" logged a \
    "partitions assigned hub=.* guests=$QUERIES"
grep -q "partitions assigned query=" "$tmp/a.log" &&
    fail "a query reads by itself"
say "$QUERIES queries share one reader"

for ((i = 0; ; i++)); do
    [ -e "$tmp/enough" ] && break
    seq $((i * RATE / 10)) $(((i + 1) * RATE / 10 - 1)) |
        awk '{ printf "key%d:{\"N\":%d}\n", $1 % 100, $1 }' || break
    echo $(((i + 1) * RATE / 10)) >"$tmp/total.new"
    mv "$tmp/total.new" "$tmp/total"
    sleep 0.095
done | "$millrace" produce --bootstrap-server "$KAFKA" -q -K : "$topic" \
    2>"$tmp/producer.log" &
producer=$!
remember $producer

away=0 # Seconds in which nothing could be committed.
for ((o = 0; o < OUTAGES; o++)); do
    wait_for 60 "records flow" flows "${before:-0}"
    began=$SECONDS
    if ((o % 2)); then
        pid=$(cat "$KAFKA_DIR/pid")
        kill -STOP "$pid"
        sleep $((6 + o % 3))
        kill -CONT "$pid"
    else
        "$here/kafka.sh" kill "$KAFKA_DIR"
        sleep $((o % 4))
        "$here/kafka.sh" restart "$KAFKA_DIR" >/dev/null ||
            fail "Kafka does not start again"
    fi
    away=$((away + SECONDS - began + 1))
    before=$(count_of "${id}_f99")
    say "outage $((o + 1)) is over"
done
wait_for 60 "records flow" flows "$before"
# The reader may have been thrown out of its group, and what the producer kept
# came all at once. After two sessions it is a member again, and has committed.
sleep 8

"$here/kafka.sh" kill "$KAFKA_DIR"
sleep 2
began=$SECONDS
stop_server a
[ $((SECONDS - began)) -le $STOP_S ] ||
    fail "the server took $((SECONDS - began)) s to stop while Kafka is away"
say "stopped in $((SECONDS - began)) s while Kafka is away"
"$here/kafka.sh" restart "$KAFKA_DIR" >/dev/null ||
    fail "Kafka does not start again"
touch "$tmp/enough"
wait $producer || fail "the producer ended with status $?"
total=$(cat "$tmp/total")
start_server a "$tmp/all.sql" "${options[@]}"
wait_for 90 "all numbers came out" completed
sleep 2 # The last commit.
stop_server a

# What the producer kept during an outage comes all at once after it, and may be
# written before the reader hears that it was thrown out of its group: then all
# of it comes again. Besides that, each interruption leaves two intervals, and
# two seconds for Kafka on its way out and a busy machine. Nothing comes more
# often than it was interrupted.
slack_ms=$(((OUTAGES + 1) * (COMMIT_MS * 2 + 2000)))
most=$((RATE * (away * 1000 + slack_ms) / 1000 / QUERIES))
for ((q = 0; q < QUERIES; q += 7)); do
    all_came_out $q $most
done
all_is_committed "$tmp/all.sql"
say "$total records through $QUERIES queries, $OUTAGES outages"
