#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two engines of one service share a table's partitions and keep copies for each
# other. A pull query finds the rows of the other's partitions in the copies if
# 'ksql.query.pull.enable.standby.reads' allows it, and none without; a limit on
# the lag is kept.
. "$(dirname "$0")/lib.sh"

KEYS=200
topic=${id}_in

# An engine that takes statements from $tmp/NAME.in and prints to $tmp/NAME.out.
start_shell() { # NAME
    mkfifo "$tmp/$1.in"
    "$millrace" shell --bootstrap-server "$KAFKA" --data-dir "$tmp/$1.data" \
        --set ksql.service.id="$id" \
        --set ksql.streams.auto.offset.reset=earliest \
        --set ksql.streams.commit.interval.ms=200 \
        --set ksql.streams.num.stream.threads=1 \
        --set ksql.streams.num.standby.replicas=1 \
        --log-level info <"$tmp/$1.in" >"$tmp/$1.out" 2>"$tmp/$1.log" &
    pid_of[$1]=$!
}
say_to() { echo "$2" >&"${in_of[$1]}"; } # NAME STATEMENTS
declare -A in_of=()
answers=0
# The answer of a shell to statements, in $answer.
ask() { # NAME STATEMENTS
    local mark=answer$((++answers))
    : >"$tmp/$1.out"
    say_to "$1" "$2"
    say_to "$1" "DEFINE mark = '$mark'; SHOW VARIABLES;"
    wait_for 60 "$1 answers" grep -q "mark .*$mark" "$tmp/$1.out"
    answer=$(cat "$tmp/$1.out")
}
answer=
sum_in_answer() {
    awk -F'|' '$2 ~ /key/ { n++; s += $3 } END { print n + 0, s + 0 }' \
        <<<"$answer"
}
sees() { # NAME COUNT SUM
    ask "$1" "SELECT k, c FROM counts;"
    [ "$(sum_in_answer)" = "$2 $3" ]
}

make_topic "$topic" 4
awk -v n=$KEYS 'BEGIN { for (i = 0; i < 3 * n; i++)
    printf "key%d:{\"N\":1}\n", i % n }' </dev/null | produce "$topic" -K :
for name in a b; do
    start_shell $name
    exec {fd}>"$tmp/$name.in"
    in_of[$name]=$fd
    [ $name = b ] && break
    say_to a "CREATE STREAM numbers (k STRING KEY, n INT)
        WITH (kafka_topic='$topic', value_format='JSON');"
    say_to a "CREATE TABLE counts AS
        SELECT k, COUNT(*) AS c FROM numbers GROUP BY k;"
    wait_for 60 "a runs the query" logged a "query started"
done
for name in a b; do
    wait_for 90 "$name has its part, and copies of the other's" \
        eval "logged $name 'partitions assigned.*count=2' &&
              logged $name 'standby has caught up'"
    say_to $name "SET 'ksql.query.pull.enable.standby.reads'='true';"
    wait_for 60 "$name sees all" sees $name $KEYS $((3 * KEYS))
done
say_to a "SET 'ksql.query.pull.max.allowed.offset.lag'='0';"
wait_for 60 "a sees all that is up to date" sees a $KEYS $((3 * KEYS))
ask a "SELECT k, c FROM counts WHERE k IN ('key1','key2','key3','key4','key5');"
[ "$(sum_in_answer)" = "5 15" ] || fail "five keys: $answer"
ask b "SET 'ksql.query.pull.enable.standby.reads'='false';
    SELECT k, c FROM counts;"
grep -q "its state is not here now" "$tmp/b.out" "$tmp/b.log" ||
    fail "b read what is not its own"
