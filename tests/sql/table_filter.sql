-- SPDX-License-Identifier: Apache-2.0
-- WHERE over tables (runtime 2.2).

--@test: a row that stops to fulfil the condition is deleted, once
--@partitions: any
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, n FROM a WHERE n > 0;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 1, -5);
INSERT INTO a (rowtime, id, n) VALUES (3, 1, -6);
INSERT INTO a (rowtime, id, n) VALUES (4, 1, 7);
ASSERT VALUES b (rowtime, id, n) VALUES (1, 1, 5);
ASSERT NULL VALUES b (rowtime, id) KEY (2, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (4, 1, 7);

--@test: a row that never fulfilled it leaves no trace
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT id, n FROM a WHERE n > 0;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, -5);
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, NULL);
INSERT INTO a (rowtime, id, n) VALUES (3, 2, 5);
ASSERT VALUES b (rowtime, id, n) VALUES (3, 2, 5);

--@test: a deleted row that fulfilled it is deleted in the result
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT id, n FROM a WHERE n > 0;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, NULL);
ASSERT VALUES b (rowtime, id, n) VALUES (1, 1, 5);
ASSERT NULL VALUES b (rowtime, id) KEY (2, 1);

--@test: a condition that fails to evaluate counts as not fulfilled
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, n FROM a WHERE 10 / n > 0;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 0);
ASSERT VALUES b (id, n) VALUES (1, 5);
ASSERT NULL VALUES b (id) KEY (1);

--@test: a condition may use the key and IS NULL
CREATE TABLE t (id STRING PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE u AS SELECT id, n FROM t WHERE id = 'a' OR n IS NULL;
INSERT INTO t (rowtime, id, n) VALUES (1, 'a', 5);
INSERT INTO t (rowtime, id, n) VALUES (2, 'b', 5);
INSERT INTO t (rowtime, id) VALUES (3, 'b');
ASSERT VALUES u (id, n) VALUES ('a', 5);
ASSERT VALUES u (id, n) VALUES ('b', NULL);
