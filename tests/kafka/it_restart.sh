#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A headless server with aggregates is killed in the middle of a stream, then
# stopped in an orderly way in the middle of another, then loses its state
# directory. Each time it goes on where it was: the kill repeats at most one
# commit interval, the other two repeat and lose nothing at all.
. "$(dirname "$0")/lib.sh"

RATE=5000
KEYS=200
COMMIT_MS=1000
topic=${id}_numbers users=${id}_users
make_topic "$topic" 4
make_topic "$users" 4
cat >"$tmp/script.sql" <<END
CREATE STREAM numbers (k STRING KEY, n INT)
  WITH (kafka_topic='$topic', value_format='JSON');
CREATE TABLE users (k STRING PRIMARY KEY, name STRING)
  WITH (kafka_topic='$users', value_format='JSON');
CREATE STREAM copies WITH (kafka_topic='${id}_copies') AS
  SELECT s.k, n, name FROM numbers s LEFT JOIN users u ON s.k = u.k;
CREATE TABLE counts WITH (kafka_topic='${id}_counts') AS
  SELECT k, COUNT(*) AS c FROM numbers GROUP BY k;
CREATE TABLE by_hour WITH (kafka_topic='${id}_hours') AS
  SELECT k, COUNT(*) AS c FROM numbers WINDOW TUMBLING (SIZE 1 HOUR)
  GROUP BY k;
END
start() {
    start_server a "$tmp/script.sql" --set ksql.service.id="$id" \
        --set ksql.streams.auto.offset.reset=earliest \
        --set ksql.streams.commit.interval.ms=$COMMIT_MS \
        --set consumer.session.timeout.ms=3000
}
numbers() { # FIRST LAST
    seq "$1" "$2" |
        awk -v keys=$KEYS '{ printf "key%d:{\"N\":%d}\n", $1 % keys, $1 }'
}
feed_slowly() { # FIRST COUNT: at RATE, in the background
    local i
    for ((i = 0; i < $2; i += RATE / 10)); do
        numbers $(($1 + i)) $(($1 + i + RATE / 10 - 1))
        sleep 0.095
    done | "$millrace" produce --bootstrap-server "$KAFKA" -q -K : "$topic" &
    feeder=$!
    remember $feeder
}
# total_of TOPIC: the sum of the last count of each key (and window).
total_of() {
    consume "$1" -f '%K %k %s\n' | awk '{
        value = $NF
        match(value, /[0-9]+/)
        count = substr(value, RSTART, RLENGTH)
        $NF = ""
        last[$0] = count
    } END { for (k in last) n += last[k]; print n + 0 }'
}
reaches() { [ "$(total_of "$1")" -ge "$2" ]; }
settled() { # COPIES COUNTS HOURS: so many are out, and committed
    wait_for 40 "$1 records copied" has_records "${id}_copies" "$1"
    wait_for 20 "counts reach $2" reaches "${id}_counts" "$2"
    wait_for 20 "windowed counts reach $3" reaches "${id}_hours" "$3"
    sleep 1.3 # One commit more.
}
# exactly COPIES COUNTS HOURS: no more and no less, or a failure of WHAT.
exactly() { # WHAT COPIES COUNTS HOURS
    local got
    got="$(count_of "${id}_copies") $(total_of "${id}_counts") $(
        total_of "${id}_hours")"
    [ "$got" = "$2 $3 $4" ] ||
        fail "$1: copies, counts and windowed counts are $got, not $2 $3 $4"
}

for ((i = 0; i < KEYS; i += 2)); do
    echo "key$i:{\"NAME\":\"user $i\"}"
done | produce "$users" -K : || exit 1
numbers 0 19999 | produce "$topic" -K : || exit 1
start
settled 20000 20000 20000
exactly "before any restart" 20000 20000 20000
say "20000 counted"

feed_slowly 20000 20000
sleep 2
kill_server a
say "killed after $(count_of "${id}_copies") copies"
start
wait $feeder || fail "the producer ended with status $?"
settled 40000 40000 40000
most=$((RATE * COMMIT_MS * 2 / 1000)) # The second one: a busy machine.
copies=$(count_of "${id}_copies")
counts=$(total_of "${id}_counts")
hours=$(total_of "${id}_hours")
say "after the kill: $copies copies, $counts counted, $hours in windows"
for n in "$copies" "$counts" "$hours"; do
    [ "$n" -ge 40000 ] || fail "something is lost: $n of 40000"
    [ "$n" -le $((40000 + most)) ] || fail "$n of 40000: too much done twice"
done

feed_slowly 40000 20000
sleep 2
stop_server a
say "stopped after $(count_of "${id}_copies") copies"
start
wait $feeder || fail "the producer ended with status $?"
more=($((copies + 20000)) $((counts + 20000)) $((hours + 20000)))
settled "${more[@]}"
exactly "an orderly restart" "${more[@]}"
say "an orderly restart repeats nothing"

stop_server a
rm -rf "$tmp/a.state"
start
numbers 60000 69999 | produce "$topic" -K : || exit 1
more=($((copies + 30000)) $((counts + 30000)) $((hours + 30000)))
settled "${more[@]}"
exactly "state lost and rebuilt" "${more[@]}"
stop_server a
say "lost state is rebuilt from the changelogs"

# Every number came out, and those with a user have the name: the table of the
# join was there again after each restart.
consume "${id}_copies" -f '%k %s\n' >"$tmp/copies"
grep -o '"N":[0-9]*' "$tmp/copies" | cut -d: -f2 | sort -n -u >"$tmp/distinct"
seq 0 69999 | cmp -s - "$tmp/distinct" || fail "lost or foreign numbers"
awk '{ name = $1; sub(/^key/, "", name)
       want = name % 2 ? "\"NAME\":null}" : "\"NAME\":\"user " name "\"}"
       if (!index($0, want)) { print; bad = 1 }
     } END { exit bad }' "$tmp/copies" >"$tmp/nameless" ||
    fail "$(wc -l <"$tmp/nameless") copies without their user: $(
        head -3 "$tmp/nameless")"
