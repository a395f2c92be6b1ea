-- SPDX-License-Identifier: Apache-2.0
-- EXPLAIN, DESCRIBE, SHOW and SELECT (language 3.9, 4.1).

--@test: EXPLAIN shows the plan, and only the columns that are needed are read
CREATE STREAM a (id INT KEY, n INT, unused STRING) WITH (kafka_topic='a', value_format='JSON');
EXPLAIN SELECT id, n + 1 AS m FROM a WHERE n > 0 EMIT CHANGES;
--> result to the client
-->   project ID, N + 1 AS M
-->     filter N > 0
-->       source 'A' stream topic 'a' key KAFKA value JSON reads ID, N

--@test: EXPLAIN shows windows and repartitions
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
EXPLAIN CREATE TABLE b AS SELECT n, COUNT(*) AS c FROM a WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY n HAVING COUNT(*) > 1;
--> sink 'B' topic 'B' key KAFKA value JSON keeps key bytes
-->   project N, KSQL_AGG_VARIABLE_0 AS C
-->     filter KSQL_AGG_VARIABLE_0 > 1
-->       aggregate COUNT(1) window TUMBLING size 60000 ms grace 86340000 ms retention 86400000 ms
-->         repartition 'Aggregate-GroupBy' partitions 1
-->           rekey N as KAFKA
-->             source 'A' stream topic 'a' key KAFKA value JSON reads N

--@test: EXPLAIN shows that grouping by the key needs no repartition
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
EXPLAIN CREATE TABLE b AS SELECT id, SUM(n) AS s FROM a GROUP BY id;
--> sink 'B' topic 'B' key KAFKA value JSON keeps key bytes
-->   project ID, KSQL_AGG_VARIABLE_0 AS S
-->     aggregate SUM(N)
-->       source 'A' stream topic 'a' key KAFKA value JSON reads ID, N

--@test: EXPLAIN shows which side of a join is repartitioned
CREATE STREAM s (id INT KEY, user STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (user STRING PRIMARY KEY, city STRING) WITH (kafka_topic='t', value_format='JSON');
EXPLAIN CREATE STREAM j AS SELECT s.user AS user, id, city FROM s JOIN t ON s.user = t.user;
--> sink 'J' topic 'J' key KAFKA value JSON keeps key bytes
-->   project USER, ID, CITY
-->     join stream-table INNER
-->       repartition 'Join' partitions 1
-->         rekey USER as KAFKA
-->           source 'S' stream topic 's' key KAFKA value JSON reads ID, USER
-->       source 'T' table topic 't' key KAFKA value JSON store 'KafkaTopic_Right-Reduce' reads CITY

--@test: EXPLAIN runs nothing
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
EXPLAIN CREATE STREAM b AS SELECT * FROM a;
SHOW STREAMS;
--> STREAM | A | a | KAFKA | JSON | false

--@test: EXPLAIN of a running query counts its rows
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
EXPLAIN CSAS_B_0;
--> sink Sink: in=0 out=0
-->   project Project: in=0 out=0
-->     source KsqlTopic: in=0 out=0

--@test: EXPLAIN of a pull query shows the keys that it looks up, and windows
CREATE STREAM a (id STRING KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY id;
EXPLAIN SELECT c FROM b WHERE id IN ('x', 'y') AND windowstart >= 60000 AND windowend < 240000;
--> result to the client
-->   project C
-->     filter (((ID = 'x') OR (ID = 'y')) AND (WINDOWSTART >= 60000)) AND (WINDOWEND < 240000) (holds for all that is found)
-->       key look-up 'B' in the partition of each key
-->         ID = 'x' AND WINDOWSTART >= 60000 AND WINDOWEND < 240000
-->         ID = 'y' AND WINDOWSTART >= 60000 AND WINDOWEND < 240000
EXPLAIN SELECT c FROM b WHERE id = 'x' AND c > 1;
--> result to the client
-->   project C
-->     filter (ID = 'x') AND (C > 1)
-->       key look-up 'B' in the partition of each key
-->         ID = 'x'

--@test: EXPLAIN of a pull query shows a range of keys
CREATE STREAM a (id STRING KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id;
EXPLAIN SELECT * FROM b WHERE id >= 'x' LIMIT 3;
--> result to the client
-->   limit 3
-->     project ID, C
-->       filter ID >= 'x'
-->         key range 'B' in all partitions
-->           ID >= 'x'

--@test: EXPLAIN of a pull query shows that it reads all
CREATE STREAM a (id INT KEY, g INT, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b WITH (key_format='JSON') AS SELECT id, g, COUNT(*) AS c FROM a GROUP BY id, g;
EXPLAIN SELECT c FROM b WHERE id = 1;
--> result to the client
-->   project C
-->     filter ID = 1
-->       table scan 'B' in all partitions
EXPLAIN SELECT c FROM b WHERE id = 1 AND g = 2;
--> result to the client
-->   project C
-->     filter (ID = 1) AND (G = 2) (holds for all that is found)
-->       key look-up 'B' in the partition of each key
-->         ID = 1 AND G = 2

--@test: EXPLAIN of a pull query cuts a long list of keys
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id;
EXPLAIN SELECT c FROM b WHERE id IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
--> result to the client
-->   project C
-->     filter (((ID = 1) OR ((ID = 2) OR (ID = 3))) OR ((ID = 4) OR ((ID = 5) OR (ID = 6)))) OR (((ID = 7) OR ((ID = 8) OR (ID = 9))) OR ((ID = 10) OR ((ID = 11) OR (ID = 12)))) (holds for all that is found)
-->       key look-up 'B' in the partition of each key
-->         ID = 1
-->         ID = 2
-->         ID = 3
-->         ID = 4
-->         ID = 5
-->         ID = 6
-->         ID = 7
-->         ID = 8
-->         ID = 9
-->         ID = 10
-->         and 2 more

--@test: EXPLAIN of what is no query is refused
--@expected.message: EXPLAIN
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
EXPLAIN SHOW STREAMS;

--@test: DESCRIBE lists columns, keys first
CREATE TABLE a (n DECIMAL(4, 2), id INT PRIMARY KEY, s STRUCT<x INT, y ARRAY<STRING>>, m MAP<STRING, BIGINT>) WITH (kafka_topic='a', value_format='JSON');
DESCRIBE a;
--> ID INTEGER KEY
--> N DECIMAL(4, 2)
--> S STRUCT<X INTEGER, Y ARRAY<STRING>>
--> M MAP<STRING, BIGINT>

--@test: SHOW lists streams and tables by name
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='DELIMITED');
CREATE STREAM a (n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE w AS SELECT id, COUNT(*) AS c FROM b WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY id EMIT CHANGES;
SHOW STREAMS;
--> STREAM | A | a | NONE | JSON | false
--> STREAM | B | b | KAFKA | DELIMITED | false
LIST TABLES;
--> TABLE | T | t | KAFKA | JSON | false
--> TABLE | W | W | KAFKA | DELIMITED | true

--@test: a pull query over a stream gives what is there, and ends
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, -5);
SELECT id, n * 2 AS m, rowtime FROM a WHERE n > 0;
--> 1 | 10 | 1

--@test: a push query ends at its LIMIT
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 6);
INSERT INTO a (rowtime, id, n) VALUES (3, 3, 7);
SELECT n FROM a EMIT CHANGES LIMIT 2;
--> 5
--> 6

--@test: a push query over a table shows its changes, deletions too
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, NULL);
SELECT id, n FROM a EMIT CHANGES LIMIT 2;
--> 1 | 5
--> - | 1 | null

--@test: PRINT shows the records of a topic
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 2);
PRINT a FROM BEGINNING LIMIT 1;
--> Key format: KAFKA_INT
--> Value format: JSON or KAFKA_STRING
--> rowtime: 1970/01/01 00:00:00.001 Z, key: 1, value: {"N":2}, partition: 0

--@test: LIMIT 0 gives no row
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 2);
SELECT * FROM a LIMIT 0;
-->

--@test: SHOW TOPICS hides internal topics
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS n FROM a GROUP BY x;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
SHOW TOPICS;
--> B | 1
--> a | 1
