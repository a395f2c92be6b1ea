#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The SQL runner finds what is wrong: each test below must fail and say why, some
# only in the ways of --permute.
. "$(dirname "$0")/lib.bash"
runner=$build/integration/sql_runner
a="CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');"
b="CREATE STREAM b AS SELECT * FROM a;"
one="INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);"

# must_fail "text of the message" [option...] < statements
must_fail() {
    local text=$1
    shift
    { echo "--@test: wrong" && cat; } >wrong.sql
    refute "runs: $text" "$runner" "$@" wrong.sql
    "$runner" "$@" wrong.sql >report 2>&1
    has "the report" "$text" report
}

must_fail 'N: want 6, got 5' <<<"$a $b $one ASSERT VALUES b (n) VALUES (6);"
must_fail 'ROWTIME: want 2, got 1' \
    <<<"$a $b $one ASSERT VALUES b (rowtime) VALUES (2);"
must_fail 'no record is left' <<<"$a $b ASSERT VALUES b (n) VALUES (6);"
must_fail "a record of 'B' is left" \
    <<<"$a $b $one $one ASSERT VALUES b (n) VALUES (5);"
must_fail 'want a tombstone, got a value' \
    <<<"$a $b $one ASSERT NULL VALUES b (id) KEY (1);"
must_fail 'a value of BIGINT does not go into it' \
    <<<"$a $b $one ASSERT VALUES b (n) VALUES (5000000000);"
must_fail 'columns: want' <<<"$a
ASSERT STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');"
must_fail 'kind: want TABLE' <<<"$a
ASSERT TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');"
must_fail 'nothing is asserted' <<<"$a $b $one"
must_fail 'STREAM | A | a | KAFKA | JSON | false' <<<"$a
SHOW STREAMS;
--> TABLE"
must_fail 'it succeeded, and must fail' <<<"--@expected.message: x
$a"
must_fail "it failed with: no stream or table is named 'C'" \
    <<<"--@expected.message: another text
$a CREATE STREAM b AS SELECT * FROM c;"
must_fail 'stopped' <<<"
CREATE STREAM a (id INT KEY, d DECIMAL(1, 0)) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(d) AS s FROM a GROUP BY id;
INSERT INTO a VALUES (1, 9);
INSERT INTO a VALUES (1, 9);
ASSERT VALUES b (s) VALUES (9);"
must_fail 'unknown directive' <<<"--@wrong: x
$a"

# Right as written, wrong when restarted or processed at once.
late="CREATE TABLE w AS SELECT id, COUNT(*) AS c FROM a
    WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, n) VALUES (5000, 1, 1);
INSERT INTO a (rowtime, id, n) VALUES (15000, 1, 1);
INSERT INTO a (rowtime, id, n) VALUES (7000, 1, 1);
ASSERT VALUES w (windowstart, c) VALUES (0, 1);
ASSERT VALUES w (windowstart, c) VALUES (10000, 1);"
echo "--@test: late
$a $late" >late.sql
check "a late record is dropped" "$runner" late.sql
must_fail 'restarted' --permute <<<"$a $late"
order="CREATE TABLE t (id INT PRIMARY KEY, x INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, x FROM a LEFT JOIN t ON a.id = t.id;
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 5);
INSERT INTO t (rowtime, id, x) VALUES (1, 1, 7);
ASSERT VALUES j (id, x) VALUES (1, NULL);"
echo "--@test: order
$a $order" >order.sql
check "the order of the inserts counts" "$runner" order.sql
must_fail 'in batches of one' --permute <<<"$a $order"

refute "a file that is not there" "$runner" absent.sql
finish
