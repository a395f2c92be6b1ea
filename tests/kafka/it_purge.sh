#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A repartition topic and the topics between the halves of a foreign-key join lose
# what was read and committed, also across a restart and with two servers, while
# their input and changelogs lose nothing; and the counts are right.
. "$(dirname "$0")/lib.sh"

topic=${id}_numbers left=${id}_left right=${id}_right
make_topic "$topic" 3
make_topic "$left" 2
make_topic "$right" 2
cat >"$tmp/script.sql" <<END
CREATE STREAM numbers (k STRING KEY, n INT, g STRING)
  WITH (kafka_topic='$topic', value_format='JSON');
CREATE TABLE groups WITH (kafka_topic='${id}_groups', partitions=1) AS
  SELECT g, COUNT(*) AS c, SUM(n) AS s FROM numbers GROUP BY g;
CREATE TABLE l (k STRING PRIMARY KEY, r STRING)
  WITH (kafka_topic='$left', value_format='JSON');
CREATE TABLE r (k STRING PRIMARY KEY, name STRING)
  WITH (kafka_topic='$right', value_format='JSON');
CREATE TABLE linked WITH (kafka_topic='${id}_linked', partitions=1) AS
  SELECT l.k, name FROM l JOIN r ON l.r = r.k;
END

options=(--set ksql.service.id="$id"
    --set ksql.streams.commit.interval.ms=100
    --set ksql.streams.repartition.purge.interval.ms=300)
earliest=(--set ksql.streams.auto.offset.reset=earliest)

feed() { # FROM TO: numbers in five groups, and as many links to four names
    seq "$1" "$2" | awk '{ print $1 ":{\"N\":1,\"G\":\"g" $1 % 5 "\"}" }' |
        produce "$topic" -K :
    seq "$1" "$2" | awk '{ print $1 ":{\"R\":\"r" $1 % 4 "\"}" }' |
        produce "$left" -K :
}

# The last row of each key.
last_rows() { consume "$1" -f '%k=%s\n' | awk -F= '{ r[$1] = $2 }
    END { for (k in r) print k "=" r[k] }' | sort; }
are_right() { # RECORDS: fed so far
    local want
    want=$(for g in 0 1 2 3 4; do
        echo "g$g={\"C\":$(($1 / 5)),\"S\":$(($1 / 5))}"
    done)
    [ "$(last_rows "${id}_groups")" = "$want" ] &&
        [ "$(last_rows "${id}_linked" | wc -l)" -eq "$1" ]
}

internal_topics() { # Those inside queries that are no changelogs.
    sql "$id" 'LIST ALL TOPICS;' | grep -o "_confluent-ksql-${id}query_[^ ]*" |
        grep -v changelog
}
are_empty() {
    local name
    for name in $internals; do
        [ "$(count_of "$name" -f '.\n')" -eq 0 ] || return 1
    done
}

for i in 0 1 2 3; do echo "r$i:{\"NAME\":\"name $i\"}"; done |
    produce "$right" -K : || exit 1
feed 1 1000
start_server a "$tmp/script.sql" "${options[@]}" "${earliest[@]}"
wait_for 60 "the first results" are_right 1000
internals=$(internal_topics)
[ "$(wc -l <<<"$internals")" -eq 3 ] || fail "internal topics: $internals"
wait_for 20 "internal topics are purged" are_empty
say "purged"

# Each goes on at the first offset that its topic has, whatever is the default;
# exactly once from here on.
stop_server a
feed 1001 2000
options+=(--set ksql.streams.processing.guarantee=exactly_once_v2
    --set ksql.streams.consumer.session.timeout.ms=6000)
start_server a "$tmp/script.sql" "${options[@]}"
wait_for 60 "results after a restart" are_right 2000
wait_for 20 "they are purged after a restart" are_empty
say "purged after a restart"

# A crash while another shares the partitions.
start_server b "$tmp/script.sql" "${options[@]}"
feed 2001 3000
kill_server a
wait_for 90 "results after a crash" are_right 3000
wait_for 20 "they are purged after a crash" are_empty
stop_server b
say "purged after a crash"

# Nothing else was touched.
[ "$(count_of "$topic" -f '.\n')" -eq 3000 ] || fail "the input lost records"
changelogs=$(sql "$id" 'LIST ALL TOPICS;' |
    grep -o "_confluent-ksql-${id}query_[^ ]*Aggregate[^ ]*changelog")
[ "$(count_of "$changelogs" -f '.\n')" -gt 0 ] || fail "the changelog is empty"
grep -h "repartition topics grow" "$tmp"/*.log && fail "a deletion was refused"
exit 0
