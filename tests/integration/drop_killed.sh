#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# DROP and TERMINATE, killed at the writing of the command log: what is not in
# the log has not happened, and what is, is finished at the next start.
. "$(dirname "$0")/lib.bash"

shell=("$millrace" "${shell[@]}" --data-dir d
    --set ksql.streams.auto.offset.reset=earliest)
# Not at once: a table is there when its query has its partitions.
pull() { { sleep 0.4; echo "SELECT * FROM $1;"; } | "${shell[@]}" 2>&1; }

cat >make.sql <<'SQL'
CREATE STREAM visits (page STRING KEY, n INT)
    WITH (KAFKA_TOPIC='visits', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE sums WITH (KAFKA_TOPIC='sums') AS
    SELECT n, COUNT(*) AS c FROM visits GROUP BY n;
CREATE STREAM copies WITH (KAFKA_TOPIC='copies') AS SELECT * FROM visits;
CREATE STREAM none WITH (KAFKA_TOPIC='none') AS SELECT * FROM visits WHERE n < 0;
INSERT INTO visits (page, n) VALUES ('a', 7);
INSERT INTO visits (page, n) VALUES ('b', 7);
SQL
check "queries are made" "${shell[@]}" -f make.sql
counted() { pull sums | grep -q '|7 *|2 *|'; }
await "they count" counted

for statement in 'DROP TABLE sums DELETE TOPIC' 'TERMINATE CTAS_SUMS_1' \
    'DROP STREAM copies'; do
    MILLRACE_FAULT=command.write:1:kill
    export MILLRACE_FAULT
    status 137 "$statement: killed before it is in the log" "${shell[@]}" -e "$statement;"
    unset MILLRACE_FAULT
done
check "queries are shown" "${shell[@]}" -e 'SHOW QUERIES;'
has "the table's query is there" CTAS_SUMS_1 out
has "the stream's too" CSAS_COPIES_3 out
check "topics are shown" "${shell[@]}" -e 'SHOW ALL TOPICS;'
has "the table's topic is there" ' sums ' out
has "and what the query keeps" query_CTAS_SUMS_1-Aggregate out
check "one more record" "${shell[@]}" -e "INSERT INTO visits (page, n) VALUES ('c', 7);"
counted_on() { pull sums | grep -q '|7 *|3 *|'; }
await "it goes on where it was" counted_on
check "the other's records are read" "$millrace" consume --data-dir d -e copies
is "none of them came twice" 3 "$(grep -c N out)"

MILLRACE_FAULT=command.written:1:kill
export MILLRACE_FAULT
status 137 "killed when the drop is in the log" "${shell[@]}" -e 'DROP TABLE sums DELETE TOPIC;'
unset MILLRACE_FAULT
check "topics are shown after that" "${shell[@]}" -e 'SHOW ALL TOPICS; SHOW QUERIES;'
lacks "the query is gone" CTAS_SUMS_1 out
lacks "its topic too" ' sums ' out
is "and its state" "" "$(find d/state -name '*CTAS_SUMS*')"

MILLRACE_FAULT=command.written:1:kill
export MILLRACE_FAULT
status 137 "one without state too" "${shell[@]}" -e 'DROP STREAM none DELETE TOPIC;'
unset MILLRACE_FAULT
check "topics are shown after the next start" "${shell[@]}" -e 'SHOW ALL TOPICS;'
lacks "its topic is gone" ' none ' out

# Whoever makes the topic again after that keeps it.
check "the topic is made again" "${shell[@]}" -e "CREATE STREAM again (n INT) WITH (
    KAFKA_TOPIC='sums', VALUE_FORMAT='JSON', PARTITIONS=1);"
check "its source is dropped" "${shell[@]}" -e 'DROP STREAM again;'
check "a start later" "${shell[@]}" -e 'SHOW ALL TOPICS;'
has "it is still there" ' sums ' out

finish
