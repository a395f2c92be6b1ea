-- SPDX-License-Identifier: Apache-2.0
-- Tables over topics (runtime 2.1).

--@test: every change goes on, repeats included
--@partitions: any
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, n + 1 AS m FROM a;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (3, 1, 6);
ASSERT VALUES b (rowtime, id, m) VALUES (1, 1, 6);
ASSERT VALUES b (rowtime, id, m) VALUES (2, 1, 6);
ASSERT VALUES b (rowtime, id, m) VALUES (3, 1, 7);

--@test: a record without a value deletes its row, also an unknown one
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT id, n FROM a;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, NULL);
INSERT INTO raw (rowtime, id, v) VALUES (3, 2, NULL);
ASSERT VALUES b (rowtime, id, n) VALUES (1, 1, 5);
ASSERT NULL VALUES b (rowtime, id) KEY (2, 1);
ASSERT NULL VALUES b (rowtime, id) KEY (3, 2);

--@test: a record whose key is NULL is no row of a table
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, n FROM a;
INSERT INTO a (rowtime, id, n) VALUES (1, NULL, 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 6);
ASSERT VALUES b (id, n) VALUES (1, 6);

--@test: an older record replaces a newer one that came before
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, n FROM a;
INSERT INTO a (rowtime, id, n) VALUES (9, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (3, 1, 6);
ASSERT VALUES b (rowtime, id, n) VALUES (9, 1, 5);
ASSERT VALUES b (rowtime, id, n) VALUES (3, 1, 6);

--@test: a table has several key columns if its key format holds them
CREATE TABLE a (x INT PRIMARY KEY, y INT PRIMARY KEY, n INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT x, y, n FROM a;
INSERT INTO a (rowtime, x, y, n) VALUES (1, 1, NULL, 5);
ASSERT VALUES b (x, y, n) VALUES (1, NULL, 5);

--@test: a SOURCE table is read as any other
CREATE SOURCE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM w (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, n FROM a;
INSERT INTO w (rowtime, id, n) VALUES (1, 1, 5);
ASSERT VALUES b (id, n) VALUES (1, 5);

--@test: a bare NULL deletes a row
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', wrap_single_value=false);
CREATE TABLE t (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON', wrap_single_value=false);
CREATE TABLE u WITH (wrap_single_value=true) AS SELECT id, x FROM t;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id) VALUES (2, 1);
ASSERT VALUES u (id, x) VALUES (1, 5);
ASSERT NULL VALUES u (id) KEY (1);
