#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two headless servers of one service share the partitions of a topic. One dies
# by SIGKILL in the middle of a steady stream of numbered records, the other
# takes over, and then the first comes back. Nothing may be lost; what is done
# twice stays within one commit interval.
. "$(dirname "$0")/lib.sh"

RATE=4000 # Records a second.
RUN_S=14
COMMIT_MS=1000
topic=${id}_numbers users=${id}_users
make_topic "$topic" 4
make_topic "$users" 4
for i in {0..98..2}; do
    echo "key$i:{\"NAME\":\"user $i\"}"
done | produce "$users" -K : || exit 1
cat >"$tmp/script.sql" <<END
CREATE STREAM numbers (k STRING KEY, n INT)
  WITH (kafka_topic='$topic', value_format='JSON');
CREATE TABLE users (k STRING PRIMARY KEY, name STRING)
  WITH (kafka_topic='$users', value_format='JSON');
CREATE STREAM copies WITH (kafka_topic='${id}_copies') AS
  SELECT s.k, n, name FROM numbers s LEFT JOIN users u ON s.k = u.k;
CREATE TABLE counts WITH (kafka_topic='${id}_counts') AS
  SELECT k, COUNT(*) AS c, SUM(n) AS s FROM numbers GROUP BY k;
END
options=(--set ksql.service.id="$id"
    --set ksql.streams.auto.offset.reset=earliest
    --set ksql.streams.commit.interval.ms=$COMMIT_MS
    --set ksql.streams.consumer.session.timeout.ms=3000)

# How many partitions of a query a server has, by its last lines.
owned() { # NAME QUERY
    awk -v query="$2" '/partitions assigned/ && index($0, "query=" query) {
        match($0, /worker=[0-9]+/); w = substr($0, RSTART + 7, RLENGTH - 7)
        match($0, /count=[0-9]+/); c[w] = substr($0, RSTART + 6, RLENGTH - 6)
    } END { for (w in c) n += c[w]; print n + 0 }' "$tmp/$1.log"
}
owns() { # NAME MIN MAX: of both queries
    local query n
    for query in CSAS_COPIES_0 CTAS_COUNTS_1; do
        n=$(owned "$1" $query)
        # The joined one has two topics.
        [ $query = CTAS_COUNTS_1 ] || n=$((n / 2))
        [ "$n" -ge "$2" ] && [ "$n" -le "$3" ] || return 1
    done
}
both_share() { owns a 1 3 && owns b 1 3; }
completed() { # NAME: has every number come out?
    [ "$(consume "${id}_copies" -f '%s\n' | sort -u | wc -l)" -ge "$total" ]
}

start_server a "$tmp/script.sql" "${options[@]}"
start_server b "$tmp/script.sql" "${options[@]}"
wait_for 40 "a and b share the partitions" both_share
say "shared"

# A tenth of a second's worth at a time.
total=$((RATE * RUN_S))
for ((i = 0; i < RUN_S * 10; i++)); do
    seq $((i * RATE / 10)) $(((i + 1) * RATE / 10 - 1)) |
        awk '{ printf "key%d:{\"N\":%d}\n", $1 % 100, $1 }'
    sleep 0.095
done | "$millrace" produce --bootstrap-server "$KAFKA" -q -K : \
    --set producer.linger.ms=5 "$topic" &
producer=$!
remember $producer

sleep 4
kill_server a
before=$(count_of "${id}_copies")
[ "$before" -gt 0 ] || fail "nothing had come out before the kill"
wait_for 30 "b takes over all partitions" owns b 4 4
say "a killed after $before records, b took over"
kill -0 $producer 2>/dev/null || fail "the records ended too early to show much"
rm -f "$tmp/a.log"
start_server a "$tmp/script.sql" "${options[@]}"
wait_for 40 "a has partitions again" both_share
say "a is back"
wait $producer || fail "the producer ended with status $?"
wait_for 60 "all numbers came out" completed
sleep 1 # The counts' last commit.
stop_server a
stop_server b
say "stopped"

consume "${id}_copies" -f '%k %s\n' >"$tmp/rows"
grep -o '"N":[0-9]*' "$tmp/rows" | cut -d: -f2 >"$tmp/copies"
twice=$(($(wc -l <"$tmp/copies") - total))
sort -n -u "$tmp/copies" >"$tmp/distinct"
seq 0 $((total - 1)) | cmp -s - "$tmp/distinct" ||
    fail "lost or foreign numbers: $(seq 0 $((total - 1)) |
        diff - "$tmp/distinct" | head -3)"
# The killed one had at most three partitions of four; one interval more
# for a busy machine.
most=$((RATE * 3 / 4 * COMMIT_MS * 2 / 1000))
[ $twice -le $most ] || fail "$twice records done twice, more than $most"

# Whoever has a partition has its part of the table too.
awk '{ i = substr($1, 4)
       want = i % 2 ? "\"NAME\":null}" : "\"NAME\":\"user " i "\"}"
       if (!index($0, want)) { print; bad = 1 }
     } END { exit bad }' "$tmp/rows" >"$tmp/nameless" ||
    fail "$(wc -l <"$tmp/nameless") rows without their user: $(
        head -3 "$tmp/nameless")"

# The last row of each key: none below the truth, the sum of what is above it
# within the same bound.
consume "${id}_counts" -f '%k\t%s\n' | awk -F'\t' -v total="$total" \
    -v most="$most" '
    { last[$1] = $2 }
    END {
        for (k in last) {
            keys++
            match(last[k], /"C":[0-9]+/)
            c = substr(last[k], RSTART + 4, RLENGTH - 4)
            match(last[k], /"S":[0-9]+/)
            s = substr(last[k], RSTART + 4, RLENGTH - 4)
            i = substr(k, 4)
            n = total / 100
            truth = n * i + 100 * n * (n - 1) / 2
            if (c < n || s < truth || (c == n && s != truth)) {
                printf "%s: count %d of %d, sum %d of %d\n", k, c, n, s, truth
                bad = 1
            }
            extra += c - n
        }
        if (keys != 100) { print keys " keys of 100"; bad = 1 }
        if (extra > most) { print extra " counted twice"; bad = 1 }
        if (!bad) print "counts: " extra " of " total " twice"
        exit bad
    }' >"$tmp/verdict" || fail "counts: $(cat "$tmp/verdict")"
say "$total records, $twice copied twice; $(cat "$tmp/verdict")"
