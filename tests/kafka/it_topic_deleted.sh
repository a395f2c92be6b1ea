#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A source topic is deleted under running queries: those that read it stop and
# say why, the server and its other queries go on, and what was committed of
# the stopped ones stays.
. "$(dirname "$0")/lib.sh"

doomed=${id}_doomed other=${id}_other
make_topic "$doomed" 2
make_topic "$other" 2
cat >"$tmp/script.sql" <<END
CREATE STREAM doomed (k STRING KEY, n INT)
  WITH (kafka_topic='$doomed', value_format='JSON');
CREATE STREAM other (k STRING KEY, n INT)
  WITH (kafka_topic='$other', value_format='JSON');
CREATE STREAM of_doomed WITH (kafka_topic='${id}_of_doomed') AS
  SELECT k, n FROM doomed;
CREATE TABLE counts WITH (kafka_topic='${id}_counts') AS
  SELECT k, COUNT(*) AS c FROM doomed GROUP BY k;
CREATE STREAM of_other WITH (kafka_topic='${id}_of_other') AS
  SELECT k, n FROM other;
END
feed() { # TOPIC FIRST LAST
    seq "$2" "$3" | awk '{ printf "key%d:{\"N\":%d}\n", $1 % 10, $1 }' |
        produce "$1" -K : || exit 1
}

start_server a "$tmp/script.sql" --set ksql.service.id="$id" \
    --set ksql.streams.auto.offset.reset=earliest \
    --set ksql.streams.commit.interval.ms=500
feed "$doomed" 1 1000
feed "$other" 1 1000
wait_for 30 "the doomed topic flows" has_records "${id}_of_doomed" 1000
wait_for 30 "its counts come out" has_records "${id}_counts" 10
wait_for 30 "the other topic flows" has_records "${id}_of_other" 1000
say "all queries run"

sql "${id}x" "CREATE STREAM gone (n INT) WITH (kafka_topic='$doomed',
    value_format='JSON'); DROP STREAM gone DELETE TOPIC;" >"$tmp/drop.log" ||
    fail "cannot delete the topic"
for query in CSAS_OF_DOOMED_0 CTAS_COUNTS_1; do
    wait_for 40 "$query stops and says why" logged a \
        "^millrace: query '$query' stopped: topic '$doomed' was deleted"
done
say "the two queries stopped"
is_up a || fail "the server ended with the topic"

feed "$other" 1001 2000
wait_for 20 "the other query goes on" has_records "${id}_of_other" 2000
logged a "query 'CSAS_OF_OTHER_2' stopped" && fail "the other query stopped"
sleep 1
stop_server a
[ "$(consume "${id}_of_other" | sort -u | wc -l)" -eq 2000 ] ||
    fail "the other query lost something"
[ "$(consume "${id}_of_doomed" | sort -u | wc -l)" -eq 1000 ] ||
    fail "what had come out is not there any more"

# Started again without the topic: a clear message, nothing half started.
timeout 60 "$millrace" server --bootstrap-server "$KAFKA" \
    --data-dir "$tmp/a.state" --queries-file "$tmp/script.sql" \
    --set ksql.service.id="$id" 2>"$tmp/again.log" &&
    fail "a server without its source topic started"
grep -q "error: .*$doomed" "$tmp/again.log" ||
    fail "a start without the topic does not name it"
say "started again: $(head -1 "$tmp/again.log")"
