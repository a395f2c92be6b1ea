-- SPDX-License-Identifier: Apache-2.0
-- GROUP BY over streams (language 4.4).

--@test: each row gives the new count of its group
--@partitions: any
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 20);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 30);
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 40);
ASSERT TABLE b (id INT PRIMARY KEY, n BIGINT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (rowtime, id, n) VALUES (1, 1, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (2, 2, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (3, 1, 2);
ASSERT VALUES b (rowtime, id, n) VALUES (4, 1, 3);

--@test: groups of a column that is no key go through a repartition
--@partitions: any
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS n FROM a GROUP BY x;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 'p');
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 'q');
INSERT INTO a (rowtime, id, x) VALUES (3, 3, 'p');
ASSERT VALUES b (rowtime, x, n) VALUES (1, 'p', 1);
ASSERT VALUES b (rowtime, x, n) VALUES (2, 'q', 1);
ASSERT VALUES b (rowtime, x, n) VALUES (3, 'p', 2);

--@test: groups of an expression, with an expression over the group
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x / 10 AS tens, (x / 10) * 10 AS lowest, SUM(x) AS s FROM a GROUP BY x / 10;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 11);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 25);
INSERT INTO a (rowtime, id, x) VALUES (3, 3, 12);
ASSERT VALUES b (tens, lowest, s) VALUES (1, 10, 11);
ASSERT VALUES b (tens, lowest, s) VALUES (2, 20, 25);
ASSERT VALUES b (tens, lowest, s) VALUES (1, 10, 23);

--@test: groups of several columns
CREATE STREAM a (id INT KEY, x INT, y STRING) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT x, y, COUNT(*) AS n FROM a GROUP BY x, y;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 1, 'p');
INSERT INTO a (rowtime, id, x, y) VALUES (2, 2, 1, 'q');
INSERT INTO a (rowtime, id, x, y) VALUES (3, 3, 1, 'p');
ASSERT TABLE b (x INT PRIMARY KEY, y STRING PRIMARY KEY, n BIGINT) WITH (kafka_topic='B', format='JSON');
ASSERT VALUES b (x, y, n) VALUES (1, 'p', 1);
ASSERT VALUES b (x, y, n) VALUES (1, 'q', 1);
ASSERT VALUES b (x, y, n) VALUES (1, 'p', 2);

--@test: a row with a NULL in its group is left out
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT x, y, COUNT(*) AS n FROM a GROUP BY x, y;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, y) VALUES (2, 2, 2);
INSERT INTO a (rowtime, id, x, y) VALUES (3, 3, 1, 2);
ASSERT VALUES b (x, y, n) VALUES (1, 2, 1);

--@test: a row whose group cannot be computed is left out
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT 10 / x AS q, COUNT(*) AS n FROM a GROUP BY 10 / x;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 0);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 5);
ASSERT VALUES b (q, n) VALUES (2, 1);

--@test: a record without a value counts nowhere
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, NULL);
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 5);
ASSERT VALUES b (id, c) VALUES (1, 1);

--@test: a constant makes one group of all rows
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT 'all' AS k, SUM(x) AS s FROM a GROUP BY 'all';
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 2);
ASSERT VALUES b (k, s) VALUES ('all', 1);
ASSERT VALUES b (k, s) VALUES ('all', 3);

--@test: the time of a group never goes back
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (10, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (5, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (20, 1, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (10, 1, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (10, 1, 2);
ASSERT VALUES b (rowtime, id, n) VALUES (20, 1, 3);

--@test: groups see only the rows that WHERE lets through
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WHERE x > 0 GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, -4);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 4);
ASSERT VALUES b (id, s) VALUES (1, 4);

--@test: a field of a struct can be the group
CREATE STREAM a (id INT KEY, s STRUCT<f STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT s->f AS f, COUNT(*) AS n FROM a GROUP BY s->f;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, STRUCT(f := 'p'));
INSERT INTO a (rowtime, id, s) VALUES (2, 2, STRUCT(f := 'p'));
ASSERT VALUES b (f, n) VALUES ('p', 1);
ASSERT VALUES b (f, n) VALUES ('p', 2);

--@test: with a cache, a group comes out once for each commit
--@restart: none
SET 'cache.max.bytes.buffering' = '1000000';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 3);
ASSERT VALUES b (rowtime, id, s) VALUES (3, 1, 6);
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 4);
ASSERT VALUES b (rowtime, id, s) VALUES (4, 1, 10);

--@test: a row without a key is in no group of the key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id;
INSERT INTO a (rowtime, x) VALUES (1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 1);
ASSERT VALUES b (id, n) VALUES (1, 1);

--@test: groups of a DELIMITED source go through a repartition
--@partitions: any
CREATE STREAM a (id INT KEY, x STRING, n INT) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE TABLE b AS SELECT x, SUM(n) AS s FROM a GROUP BY x;
INSERT INTO a (rowtime, id, x, n) VALUES (5, 1, 'p', 1);
INSERT INTO a (rowtime, id, x, n) VALUES (3, 1, 'p', 2);
ASSERT VALUES b (rowtime, x, s) VALUES (5, 'p', 1);
ASSERT VALUES b (rowtime, x, s) VALUES (5, 'p', 3);

--@test: decimals and dates are equal by value in a group
CREATE STREAM a (id INT KEY, d DATE, c DECIMAL(4, 2)) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT d, c, COUNT(*) AS n FROM a GROUP BY d, c;
INSERT INTO a (rowtime, id, d, c) VALUES (1, 1, '2020-01-01', 1.5);
INSERT INTO a (rowtime, id, d, c) VALUES (2, 1, '2020-01-01', 1.50);
ASSERT VALUES b (d, c, n) VALUES ('2020-01-01', 1.50, 1);
ASSERT VALUES b (d, c, n) VALUES ('2020-01-01', 1.50, 2);

--@test: an array can be the group
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT l, COUNT(*) AS n FROM a GROUP BY l;
INSERT INTO a (rowtime, id, l) VALUES (1, 1, ARRAY[1, 2]);
INSERT INTO a (rowtime, id, l) VALUES (2, 1, ARRAY[1, 2]);
ASSERT VALUES b (l, n) VALUES (ARRAY[1, 2], 1);
ASSERT VALUES b (l, n) VALUES (ARRAY[1, 2], 2);
