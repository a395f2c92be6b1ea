-- SPDX-License-Identifier: Apache-2.0
-- Pull queries that read ranges or whole tables, and windows (language 6.2).

--@test: a table is read whole, in the order of its keys
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('c', 3);
INSERT INTO s (id, v) VALUES ('a', 1);
INSERT INTO s (id, v) VALUES ('b', 2);
SELECT * FROM t;
--> a | 1
--> b | 2
--> c | 3
SELECT id FROM t WHERE total >= 2;
--> b
--> c

--@test: ranges of text keys need no scan
SET 'ksql.query.pull.table.scan.enabled'='false';
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('10', 1);
INSERT INTO s (id, v) VALUES ('11', 2);
INSERT INTO s (id, v) VALUES ('12', 3);
SELECT id FROM t WHERE id < '11';
--> 10
SELECT id FROM t WHERE id <= '11';
--> 10
--> 11
SELECT id FROM t WHERE '11' < id;
--> 12
SELECT id FROM t WHERE id >= '11' AND total > 2;
--> 12

--@test: two limits on a key are a scan
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('10', 1);
INSERT INTO s (id, v) VALUES ('11', 2);
INSERT INTO s (id, v) VALUES ('12', 3);
SELECT id FROM t WHERE id BETWEEN '10' AND '11';
--> 10
--> 11
SELECT id FROM t WHERE id LIKE '%2';
--> 12
SELECT id FROM t WHERE id <> '11';
--> 10
--> 12

--@test: two limits on a key are refused where scans are off
--@expected.message: 'ksql.query.pull.table.scan.enabled'
SET 'ksql.query.pull.table.scan.enabled'='false';
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
SELECT id FROM t WHERE id >= '10' AND id < '12';

--@test: without WHERE scans must be on
--@expected.message: there is no WHERE
SET 'ksql.query.pull.table.scan.enabled'='false';
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
SELECT id FROM t;

--@test: a part of the key is not enough where scans are off
--@expected.message: every key column must be given, and 'B' is not
SET 'ksql.query.pull.table.scan.enabled'='false';
CREATE STREAM s (a STRING KEY, b INT) WITH (kafka_topic='s', format='JSON');
CREATE TABLE t AS SELECT a, b, COUNT(*) AS n FROM s GROUP BY a, b;
SELECT * FROM t WHERE a = 'x';

--@test: ranges can be switched off
--@expected.message: 'ksql.query.pull.range.scan.enabled'
SET 'ksql.query.pull.table.scan.enabled'='false';
SET 'ksql.query.pull.range.scan.enabled'='false';
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
SELECT id FROM t WHERE id > 'a';

--@test: ranges are for text keys only
--@expected.message: key column 'ID' of type INTEGER can only be compared by '='
SET 'ksql.query.pull.table.scan.enabled'='false';
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
SELECT id FROM t WHERE id > 1;

--@test: LIMIT can be switched off
--@expected.message: 'ksql.query.pull.limit.clause.enabled'
SET 'ksql.query.pull.limit.clause.enabled'='false';
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
SELECT id FROM t LIMIT 1;

--@test: pull queries over streams can be switched off
--@expected.message: 'ksql.query.pull.stream.enabled'
SET 'ksql.query.pull.stream.enabled'='false';
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
SELECT id FROM s;

-- Windows ----------------------------------------------------------------------

--@test: all windows of a key are found, with their bounds
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (100, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (1100, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (1200, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (1300, 'b', 1);
INSERT INTO s (rowtime, id, v) VALUES (4000, 'a', 1);
SELECT * FROM w WHERE id = 'a';
--> a | 0 | 1000 | 1
--> a | 1000 | 2000 | 2
--> a | 4000 | 5000 | 1
SELECT windowstart, n FROM w WHERE id = 'a' AND windowstart = 1000;
--> 1000 | 2
SELECT windowstart, n FROM w WHERE id = 'a' AND windowstart >= 1000 AND windowend < 5000;
--> 1000 | 2
SELECT windowstart, n FROM w WHERE id = 'a' AND windowend = '1970-01-01T00:00:05';
--> 4000 | 1
SELECT windowstart, n FROM w WHERE id = 'a' AND windowstart BETWEEN 1 AND 4000;
--> 1000 | 2
--> 4000 | 1
SELECT id, windowstart FROM w WHERE windowstart = 1000;
--> a | 1000
--> b | 1000
SELECT id, windowstart FROM w WHERE (id = 'a' AND windowstart = 0) OR (id = 'a' AND windowstart > 3000);
--> a | 0
--> a | 4000

--@test: hopping windows of a key are found one by one
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (12000, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (16000, 'a', 1);
SELECT windowstart, windowend, n FROM w WHERE id = 'a';
--> 5000 | 15000 | 1
--> 10000 | 20000 | 2
--> 15000 | 25000 | 1
SELECT n FROM w WHERE id = 'a' AND windowstart = 10000;
--> 2
SELECT n FROM w WHERE id = 'a' AND windowstart = 10001;
-->

--@test: sessions are found by key and bounds
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW SESSION (1 SECOND) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (100, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (900, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (200, 'b', 1);
INSERT INTO s (rowtime, id, v) VALUES (5000, 'a', 1);
SELECT * FROM w WHERE id = 'a';
--> a | 100 | 900 | 2
--> a | 5000 | 5000 | 1
SELECT n FROM w WHERE id = 'a' AND windowend > 900;
--> 1
SELECT n FROM w WHERE id = 'a' AND windowstart <= 100;
--> 2

--@test: windows past retention are not seen
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND, RETENTION 5 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (100, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (20000, 'a', 1);
SELECT windowstart FROM w WHERE id = 'a';
--> 20000
SELECT windowstart FROM w;
--> 20000

--@test: '=' on a window bound stands alone
--@expected.message: '=' on WINDOWSTART cannot be combined
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;
SELECT n FROM w WHERE id = 'a' AND windowstart = 1000 AND windowstart > 5;

--@test: a window bound has one lower limit
--@expected.message: WINDOWEND has two lower limits
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;
SELECT n FROM w WHERE id = 'a' AND windowend > 1000 AND windowend >= 5;

--@test: window bounds are unknown without windows
--@expected.message: in WHERE
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
SELECT n FROM t WHERE id = 'a' AND windowstart > 1000;
