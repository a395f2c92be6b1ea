#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two headless servers of one service share the partitions of a topic and keep
# stand-bys for each other. One dies by SIGKILL; the other takes over its state
# and reads only what its stand-by did not have yet. Without stand-bys it reads
# everything. Counts are right in the end, at least once and exactly once. Of three
# servers one keeps a copy of each partition, where it will go if its owner dies.
. "$(dirname "$0")/lib.sh"

KEYS=20000
PARTITIONS=4
commit_ms=500
cat >"$tmp/keys.awk" <<'END'
BEGIN { for (i = 0; i < n; i++) printf "key%d:{\"N\":1}\n", i }
END
send_round() { # TOPIC: every key once
    awk -v n=$KEYS -f "$tmp/keys.awk" </dev/null | produce "$1" -K :
}

# Sum of the last counts of all keys.
sum_of() { # TOPIC
    consume "$1" -f '%k %s\n' | awk '
        match($0, /"C":[0-9]+/) { c[$1] = substr($0, RSTART + 4, RLENGTH - 4) }
        END { for (k in c) s += c[k]; print s + 0 }'
}
has_sum() { # TOPIC SUM
    local sum
    sum=$(sum_of "$1")
    last_sum=$sum
    [ "$sum" -ge "$2" ]
}

# How many stand-bys a server has that were up with their changelog once.
holding() { # NAME
    local n
    n=$(tail -n +"$((${seen[$1]:-0} + 1))" "$tmp/$1.log" |
        awk '/standby has caught up/ { n++ } /standby gives way/ { n-- }
             END { print n + 0 }')
    echo "$n"
}
stands_by() { [ "$(holding "$1")" -ge "$2" ]; }
# Records that the server read of changelogs since forget_log, by its log, before
# it worked; not those of copies that it took.
restored() { # NAME
    tail -n +"$((${seen[$1]:-0} + 1))" "$tmp/$1.log" |
        awk '/store restored/ {
                 match($0, /store=[^\/]*/)
                 task = substr($0, RSTART + 6, RLENGTH - 6)
                 match($0, /from=[0-9]+/)
                 from = substr($0, RSTART + 5, RLENGTH - 5)
                 match($0, / to=[0-9]+/)
                 last[task] = substr($0, RSTART + 4, RLENGTH - 4) - from
                 n += last[task]
             }
             /standby holds partition/ {
                 match($0, /task=.*/)
                 n -= last[substr($0, RSTART + 5, RLENGTH - 5)]
             } END { print n + 0 }'
}
owns_all() { # NAME
    local n
    n=$(awk '/partitions assigned/ {
        match($0, /worker=[0-9]+/); w = substr($0, RSTART + 7, RLENGTH - 7)
        match($0, /count=[0-9]+/); c[w] = substr($0, RSTART + 6, RLENGTH - 6)
    } END { for (w in c) n += c[w]; print n + 0 }' "$tmp/$1.log")
    [ "$n" -eq "$PARTITIONS" ]
}
has_some() { logged "$1" 'partitions assigned.*count=[1-9]'; }

# The script $tmp/CASE.sql, its topic, and options of its servers in `options`.
prepare() { # CASE PARTITIONS STANDBYS GUARANTEE
    local topic=${id}_$1
    make_topic "$topic" "$2"
    cat >"$tmp/$1.sql" <<END
CREATE STREAM numbers (k STRING KEY, n INT)
  WITH (kafka_topic='$topic', value_format='JSON');
CREATE TABLE counts WITH (kafka_topic='${topic}_counts') AS
  SELECT k, COUNT(*) AS c FROM numbers GROUP BY k;
END
    options=(--set ksql.service.id="$id$1"
        --set ksql.streams.auto.offset.reset=earliest
        --set ksql.streams.commit.interval.ms=$commit_ms
        --set ksql.streams.num.stream.threads=1
        --set ksql.streams.num.standby.replicas="$3"
        --set ksql.streams.processing.guarantee="$4"
        --set ksql.streams.consumer.session.timeout.ms=6000
        --log-level debug)
}

take_over() { # CASE STANDBYS GUARANTEE
    local name=$1 topic=${id}_$1 start options
    prepare "$1" $PARTITIONS "$2" "$3"
    start_server "a$name" "$tmp/$name.sql" "${options[@]}"
    start_server "b$name" "$tmp/$name.sql" "${options[@]}"
    wait_for 60 "a and b share the partitions" \
        eval "has_some a$name && has_some b$name"
    send_round "$topic"
    send_round "$topic"
    wait_for 60 "two rounds are counted" has_sum "${topic}_counts" $((2 * KEYS))
    if [ "$2" -gt 0 ]; then
        wait_for 60 "b stands by for a" stands_by "b$name" 2
        sleep 1
    fi
    forget_log "b$name"
    kill_server "a$name"
    start=$SECONDS
    send_round "$topic"
    wait_for 60 "b takes over" owns_all "b$name"
    wait_for 60 "three rounds are counted" \
        has_sum "${topic}_counts" $((3 * KEYS))
    read_now=$(restored "b$name")
    say "$name: b read $read_now records, all counted $((SECONDS - start)) s" \
        "after the kill"
    [ "$last_sum" -eq $((3 * KEYS)) ] || [ "$3" = at_least_once ] ||
        fail "$name: counted $last_sum of $((3 * KEYS)), exactly once"
    stop_server "b$name"
}

# Copies in all of these servers; every one has some.
copies_are() { # COUNT NAME...
    local want=$1 sum=0 n name
    shift
    for name; do
        n=$(holding "$name")
        [ "$n" -gt 0 ] || return 1
        sum=$((sum + n))
    done
    [ "$sum" -eq "$want" ]
}

three() {
    local topic=${id}_three name read options
    prepare three 6 1 at_least_once
    for name in a b c; do
        start_server "$name" "$tmp/three.sql" "${options[@]}"
    done
    wait_for 90 "six copies for six partitions" copies_are 6 a b c
    send_round "$topic"
    send_round "$topic"
    wait_for 60 "two rounds are counted" has_sum "${topic}_counts" $((2 * KEYS))
    copies_are 6 a b c || fail "copies have come or gone"
    sleep 1
    for name in b c; do forget_log $name; done
    kill_server a
    send_round "$topic"
    wait_for 60 "three rounds are counted" \
        has_sum "${topic}_counts" $((3 * KEYS))
    read=$(($(restored b) + $(restored c)))
    say "three: b and c read $read records"
    # A third of the keys moved, or more, each changed twice.
    [ $read -le $most ] || fail "b and c read $read records, more than $most"
    stop_server b
    stop_server c
}

read_now=0 last_sum=0
# a had half of the keys, each changed twice; b takes the compaction as it comes.
take_over without 0 at_least_once
[ "$read_now" -ge $((KEYS / 2 - KEYS / 10)) ] ||
    fail "without stand-bys b read only $read_now: the test shows nothing"
# What came in the last moments before the kill, and markers.
most=$((KEYS / 10))
take_over with 1 at_least_once
[ "$read_now" -le $most ] || fail "b read $read_now records, more than $most"
three
take_over exact 1 exactly_once_v2
[ "$read_now" -le $most ] || fail "b read $read_now records, more than $most"
