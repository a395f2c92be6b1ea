#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The headless server on the embedded broker: validated whole before start,
# clean stop, going on after a restart, and nothing lost by kill -9.
. "$(dirname "$0")/lib.bash"

cat >app.sql <<'SQL'
SET 'auto.offset.reset'='earliest';
CREATE STREAM events (half STRING KEY, "id" INT, "kind" STRING)
    WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM good WITH (KAFKA_TOPIC='good') AS
    SELECT half, "id" FROM events WHERE "kind" <> 'bad';
CREATE TABLE counts WITH (KAFKA_TOPIC='counts') AS
    SELECT "kind", COUNT(*) AS n, SUM("id") AS total FROM events GROUP BY "kind";
CREATE TABLE halves WITH (KAFKA_TOPIC='halves') AS
    SELECT half, COUNT(*) AS n FROM events GROUP BY half;
SQL
cat >app.properties <<'PROPERTIES'
ksql.service.id=app_
ksql.streams.commit.interval.ms=200
PROPERTIES

# ---- starts that fail ----
status 255 "no script" "$millrace" server --data-dir d
has "it says what is needed" "--queries-file" err
status 255 "a script that is not there" "$millrace" server --data-dir d \
    --queries-file nope.sql
has "it is named" "cannot read 'nope.sql'" err
status 255 "properties that are not there" "$millrace" server --data-dir d \
    nope.properties --queries-file app.sql
has "they are named" "cannot read 'nope.properties'" err
(cat app.sql; echo 'CREATE STREAM x AS SELECT nope FROM events;') >bad.sql
status 255 "a bad statement at the end" "$millrace" server --data-dir d \
    --queries-file bad.sql
has "its place" "bad.sql:10:27:" err
has "its name" "NOPE" err
for statement in 'DROP STREAM events;' 'SHOW STREAMS;' 'TERMINATE ALL;' \
    "INSERT INTO events (\"id\") VALUES (1);" 'SELECT * FROM events EMIT CHANGES;'; do
    (cat app.sql; echo "$statement") >bad.sql
    status 255 "refused: $statement" "$millrace" server --data-dir d \
        --queries-file bad.sql
    has "with its place" "bad.sql:10:1:" err
done
head -3 app.sql >bad.sql
status 255 "no persistent query" "$millrace" server --data-dir d --queries-file bad.sql
has "it says so" "no persistent query" err
check "nothing was executed by any of them" "$millrace" --data-dir d -e 'SHOW TOPICS;'
lacks "no topic" "good" out

# ---- runs ----
produce() { # from, to
    for i in $(seq "$1" "$2"); do
        kind=a
        [ $((i % 3)) = 0 ] && kind=b
        [ $((i % 10)) = 0 ] && kind=bad
        echo "half$((i % 2)):{\"id\":$i,\"kind\":\"$kind\"}"
    done | "$millrace" produce -q --data-dir d -K : events
}
launch() {
    start "$millrace" server --data-dir d app.properties --queries-file app.sql \
        2>server
    server=$child
    await "the server starts" grep -q 'running on the embedded broker in d' server
}
stop() {
    kill -TERM "$server"
    wait "$server"
    is "SIGTERM stops it with 0" 0 $?
}
consume() { bounded "$millrace" consume --data-dir d "$@"; }
# The last value of each key.
counts() {
    consume counts -e -f '%k %s\n' | awk '{ v[$1] = $2 }
        END { for (k in v) print k, v[k] }' | sort
}
expected() { # of the ids up to $1
    seq "$1" | awk '{ k = "a"; if ($1 % 3 == 0) k = "b"; if ($1 % 10 == 0) k = "bad"
        n[k]++; t[k] += $1 }
        END { for (k in n) printf "%s {\"N\":%d,\"TOTAL\":%d}\n", k, n[k], t[k] }' | sort
}
produce 1 300
launch
sleep 1
status 255 "a second process on the directory" "$millrace" --data-dir d -e 'SHOW TOPICS;'
has "the owner's pid is named" "process $server" err
stop
is "good records" 270 "$(consume good -e | wc -l)"
is "counts" "$(expected 300)" "$(counts)"

# A restart goes on: nothing again, nothing lost, aggregates continue.
produce 301 500
launch
sleep 1
stop
is "good records after a restart, none twice" \
    "$(seq 500 | awk '$1 % 10' | cksum)" \
    "$(consume good -e | sed -E 's/[^0-9]//g' | cksum)"
is "counts after a restart" "$(expected 500)" "$(counts)"

# kill -9 at awkward moments: soon after the start, and while it works.
for delay in 0.05 0.15 0.3; do
    launch
    sleep $delay
    kill -9 "$server"
    wait "$server" 2>/dev/null
done
from=501
for delay in 0.02 0.1 0.25; do
    produce $from $((from + 1999))
    from=$((from + 2000))
    launch
    sleep $delay
    kill -9 "$server"
    wait "$server" 2>/dev/null
done
launch
sleep 1.2
stop
last=$((from - 1))
is "no good record is lost by kill -9" "$(seq $last | awk '$1 % 10' | cksum)" \
    "$(consume good -e | sed -E 's/[^0-9]//g' | sort -n | uniq | cksum)"
# At least once: of each 2,000 records, those since the last commit may be
# counted a second time, and never less than once.
n_of() { sed -E 's/(.*) .*"N":([0-9]+).*/\1 \2/'; }
{
    counts | n_of
    consume halves -e -f '%k %s\n' |
        awk '{ v[$1] = $2 } END { for (k in v) print k, v[k] }' | n_of
} | sort >got
{
    expected $last | n_of
    printf 'half0 %d\nhalf1 %d\n' $((last / 2)) $((last / 2))
} | sort >want
is "all groups are there" 5 "$(join got want | wc -l)"
is "each record is counted, and at most twice, over kill -9" "" \
    "$(join got want | awk '$2 < $3 || $2 > 2 * $3')"

# Settings: later files win; KSQL_OPTS; ksql.queries.file.
echo "ksql.queries.file=app.sql" >file.properties
start env KSQL_OPTS="-Xmx1g -Dksql.service.id=other_" "$millrace" server \
    --data-dir d2 file.properties 2>server2
await "ksql.queries.file" grep -q 'running on' server2
kill -INT "$child"
wait "$child"
is "SIGINT stops it with 0" 0 $?
[ -n "$(find d2/state -name '*other_*' 2>/dev/null)" ] ||
    fail "KSQL_OPTS sets the service id" "$(ls d2/state 2>&1)"
finish
