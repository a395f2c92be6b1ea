-- SPDX-License-Identifier: Apache-2.0
-- DROP, ALTER, TERMINATE, PAUSE, RESUME, EXPLAIN: what they refuse
-- (language 3.6, 3.7, 3.8).

--@test: the check of the kind comes before that of readers
--@expected.message: 'A' is a stream
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
DROP TABLE a;

--@test: a result that another query reads is not dropped
--@expected.message: 'CSAS_C_1'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM c AS SELECT * FROM b;
DROP STREAM b;

--@test: a result that another query writes is not dropped
--@expected.message: 'INSERTQUERY_1'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO b SELECT * FROM a;
DROP STREAM b;

--@test: a source is dropped once no query reads it
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
DROP STREAM b;
DROP STREAM a;
SHOW STREAMS;
-->

--@test: a source from which another was made is not dropped
--@expected.message: 'B'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
TERMINATE ALL;
DROP STREAM a;

--@test: DELETE TOPIC is not for a SOURCE
--@expected.message: cannot delete the topic of 'A': it is a read-only source
CREATE SOURCE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
DROP STREAM a DELETE TOPIC;

--@test: a SOURCE can be dropped
CREATE SOURCE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE SOURCE TABLE t (id INT PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
DROP STREAM a;
DROP TABLE t;
SHOW STREAMS;
-->
SHOW TABLES;
-->

--@test: DELETE TOPIC is refused while another source reads the topic
--@expected.message: 'B'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
DROP STREAM a DELETE TOPIC;

--@test: IF EXISTS does not pass over the wrong kind
--@expected.message: 'A' is a stream
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
DROP TABLE IF EXISTS a;

--@test: ALTER of an unknown source
--@expected.message: 'A'
ALTER STREAM a ADD COLUMN x INT;

--@test: ALTER STREAM of a table
--@expected.message: table
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ALTER STREAM a ADD COLUMN x INT;

--@test: ALTER of a result
--@expected.message: CREATE OR REPLACE
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
ALTER STREAM b ADD COLUMN x INT;

--@test: ALTER of a SOURCE
--@expected.message: SOURCE
CREATE SOURCE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ALTER STREAM a ADD COLUMN x INT;

--@test: ALTER with a column that is there
--@expected.message: 'N'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ALTER STREAM a ADD COLUMN n INT;

--@test: ALTER with a column twice
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ALTER STREAM a ADD COLUMN x INT, ADD x STRING;

--@test: ALTER adds to a table
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ALTER TABLE a ADD COLUMN x DECIMAL(4, 2), ADD COLUMN y ARRAY<INT>;
CREATE TABLE b AS SELECT * FROM a;
INSERT INTO a VALUES (1, 2, 3.5, ARRAY[4]);
ASSERT VALUES b (id, n, x, y) VALUES (1, 2, 3.5, ARRAY[4]);

--@test: a query that is replaced picks up the new column
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
ALTER STREAM a ADD COLUMN x INT;
INSERT INTO a (rowtime, id, n, x) VALUES (1, 1, 2, 3);
ASSERT VALUES b (id, n) VALUES (1, 2);
CREATE OR REPLACE STREAM b AS SELECT * FROM a;
INSERT INTO a (rowtime, id, n, x) VALUES (2, 2, 3, 4);
ASSERT VALUES b (id, n, x) VALUES (2, 3, 4);

--@test: TERMINATE of an unknown query
--@expected.message: 'NOBODY'
TERMINATE nobody;

--@test: RESUME of an unknown query
--@expected.message: 'NOBODY'
RESUME nobody;

--@test: the query of a SOURCE TABLE is not terminated
--@expected.message: CST_T_
CREATE SOURCE TABLE t (id INT PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
TERMINATE CST_T_0;

--@test: a query's id has no case
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
terminate csas_b_0;
SHOW QUERIES;
-->

--@test: PAUSE and RESUME may be repeated, of one and of all
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
PAUSE CSAS_B_0;
PAUSE CSAS_B_0;
PAUSE ALL;
INSERT INTO a VALUES (1, 2);
RESUME ALL;
RESUME CSAS_B_0;
INSERT INTO a VALUES (2, 3);
ASSERT VALUES b (n) VALUES (2);
ASSERT VALUES b (n) VALUES (3);

--@test: TERMINATE ALL of nothing succeeds
TERMINATE ALL;
SHOW QUERIES;
-->

--@test: EXPLAIN of an unknown query
--@expected.message: 'NOBODY'
EXPLAIN nobody;

--@test: EXPLAIN of an INSERT shows its plan and runs nothing
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
EXPLAIN INSERT INTO b SELECT * FROM a;
--> sink 'B' topic 'b' key KAFKA value JSON keeps key bytes
--> ...
SHOW QUERIES;
-->

--@test: EXPLAIN of a CREATE STREAM with columns is refused
--@expected.message: EXPLAIN
EXPLAIN CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');

--@test: EXPLAIN checks its query
--@expected.message: 'M'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
EXPLAIN SELECT m FROM a EMIT CHANGES;

--@test: nothing of a text is done if one statement is wrong
--@expected.message: 'NOBODY'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM nobody;

--@test: EXPLAIN of a CREATE that would do nothing says so
--@expected.message: 'B' exists already, so this would do nothing
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
EXPLAIN CREATE STREAM IF NOT EXISTS b AS SELECT * FROM a;
