#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Eight filters share one reader of a topic, in two servers of one service. One
# server is killed in the middle of a steady stream of numbered records and
# comes back. Then a third one that lacks a query takes the place of the second:
# that query must go on by itself. Nothing may be lost, and what is done twice
# stays within the commits that were interrupted. At the end each query's own
# group knows where it is: read alone, nothing is left to do.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/filters.sh"

RATE=3000 # Records a second.
RUN_S=45
COMMIT_MS=1000
QUERIES=8
topic=${id}_numbers
make_topic "$topic" 4
filters $QUERIES >"$tmp/all.sql"
filters $((QUERIES - 1)) >"$tmp/fewer.sql"
options=(--set ksql.service.id="$id"
    --set millrace.shared.readers=true
    --set ksql.streams.auto.offset.reset=earliest
    --set ksql.streams.commit.interval.ms=$COMMIT_MS
    --set ksql.streams.consumer.session.timeout.ms=3000)

# How many partitions a server's hub has, by its last lines.
owned() { # NAME
    awk '/partitions assigned/ && /hub=/ {
        match($0, /reader=[0-9]+/); r = substr($0, RSTART + 7, RLENGTH - 7)
        match($0, /count=[0-9]+/); c[r] = substr($0, RSTART + 6, RLENGTH - 6)
    } END { for (r in c) n += c[r]; print n + 0 }' "$tmp/$1.log"
}
owns() { # NAME MIN MAX
    local n
    n=$(owned "$1")
    [ "$n" -ge "$2" ] && [ "$n" -le "$3" ]
}
share() { owns "$1" 1 3 && owns "$2" 1 3; }
completed() { # has every number come out?
    local q
    for ((q = 0; q < QUERIES; q++)); do
        [ "$(consume "${id}_f$q" -f '%s\n' | sort -u | wc -l)" -ge \
            $((total / QUERIES)) ] || return 1
    done
}

start_server a "$tmp/all.sql" "${options[@]}"
wait_for 40 "a reads everything" owns a 4 4
start_server b "$tmp/all.sql" "${options[@]}"
wait_for 40 "a and b share the partitions" share a b
grep -q "query=CSAS.*partitions assigned\|partitions assigned query=" \
    "$tmp/a.log" "$tmp/b.log" && fail "a query reads by itself"
say "shared"

total=$((RATE * RUN_S))
for ((i = 0; i < RUN_S * 10; i++)); do
    seq $((i * RATE / 10)) $(((i + 1) * RATE / 10 - 1)) |
        awk '{ printf "key%d:{\"N\":%d}\n", $1 % 100, $1 }'
    sleep 0.095
done | "$millrace" produce --bootstrap-server "$KAFKA" -q -K : \
    --set producer.linger.ms=5 "$topic" &
producer=$!
remember $producer

sleep 3
kill_server a
[ "$(count_of "${id}_f0")" -gt 0 ] || fail "nothing came out before the kill"
wait_for 30 "b takes over all partitions" owns b 4 4
say "a killed, b took over"
rm -f "$tmp/a.log"
start_server a "$tmp/all.sql" "${options[@]}"
wait_for 40 "a has partitions again" share a b
say "a is back"
stop_server b
wait_for 30 "a has all partitions" owns a 4 4

start_server c "$tmp/fewer.sql" "${options[@]}"
wait_for 40 "a and c share the partitions" share a c
kill -0 $producer 2>/dev/null || fail "the records ended too early to show much"
last=CSAS_F$((QUERIES - 1))_$((QUERIES - 1))
wait_for 60 "the query that c lacks reads by itself" \
    logged a "partitions assigned query=$last"
[ "$(grep -c "query leaves its hub" "$tmp/a.log")" -eq 1 ] ||
    fail "other queries left their hub too"
say "$last reads by itself"
wait $producer || fail "the producer ended with status $?"
wait_for 90 "all numbers came out" completed
sleep 2 # The last commit.
stop_server a
stop_server c
say "stopped"

# The killed one had at most three partitions of four; one interval more for a
# busy machine.
most=$((RATE * 3 / 4 * COMMIT_MS * 2 / 1000 / QUERIES))
for ((q = 0; q < QUERIES; q++)); do
    all_came_out $q $most
done
all_is_committed "$tmp/all.sql"
say "$total records through $QUERIES queries"
