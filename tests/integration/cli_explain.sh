#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# EXPLAIN of queries that run: each operator's counts, the tasks with their
# offsets, and the host.
. "$(dirname "$0")/lib.bash"

cat >tables.sql <<'END'
CREATE TABLE l (id INT PRIMARY KEY, r INT, x INT)
  WITH (kafka_topic='l', value_format='JSON', partitions=1);
CREATE TABLE r (id INT PRIMARY KEY, y INT)
  WITH (kafka_topic='r', value_format='JSON', partitions=1);
CREATE TABLE j AS SELECT l.id AS id, x, y FROM l JOIN r ON l.r = r.id;
CREATE TABLE counts AS SELECT y, COUNT(*) AS n FROM j GROUP BY y;
INSERT INTO r (id, y) VALUES (1, 7);
INSERT INTO r (id, y) VALUES (2, 8);
INSERT INTO l (id, r, x) VALUES (10, 1, 5);
INSERT INTO l (id, r, x) VALUES (11, 2, 5);
INSERT INTO l (id, r, x) VALUES (12, 2, 5);
END
# Statements come while the queries run; the figures are told a moment later.
explain() { # OPTION...
    {
        cat tables.sql
        echo 'SELECT * FROM counts EMIT CHANGES LIMIT 3;'
        sleep 3
        echo 'EXPLAIN CTAS_J_3; EXPLAIN CTAS_COUNTS_5;'
    } | run "$millrace" --data-dir "$1" --output "$2" \
        --set ksql.streams.auto.offset.reset=earliest \
        --set ksql.streams.commit.interval.ms=100 \
        --set ksql.streams.cache.max.bytes.buffering=0 \
        --set ksql.advertised.listener=http://here.example:8099/
}
explain d TABULAR
is "EXPLAIN ends well" 0 $?
has "a foreign-key join counts rows, not its messages" \
    "foreign-key join Join: in=5 out=3" out
has "it keeps the rows of both sides, and who asks" "state_keys=8" out
has "its projection gets what it gives" "project Project: in=3 out=3" out
has "an aggregate counts" "aggregate Aggregate: in=3 out=3" out
has "a repartition counts once" "repartition Aggregate-GroupBy: in=3 out=3" out
has "operators tell their time" "busy_ms=" out
explain e JSON
tr -d ' \n' <out >flat
has "the state is told by host" \
    '"ksqlHostQueryStatus":{"here.example:8099":"RUNNING"}' flat
task='"topicOffsets":[{"topicPartitionEntity":{"topic":"J","partition":0},'
has "a task has come to the end of what it reads" \
    "\"taskId\":\"0_0\",$task\"endOffset\":3,\"committedOffset\":3}]" flat
has "every task is told" '"taskId":"1_0"' flat
finish
