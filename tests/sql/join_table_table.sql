-- SPDX-License-Identifier: Apache-2.0
-- Joins of two tables on their keys. A table's rows come from a filter where
-- they must be deleted again.

--@test: INNER joins of tables follow both sides
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x, y, a.rowtime AS ta, b.rowtime AS tb FROM a JOIN b ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 20);
INSERT INTO b (rowtime, id, y) VALUES (3, 2, 21);
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 11);
INSERT INTO a (rowtime, id, x) VALUES (5, 2, 12);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (2, 1, 10, 20, 1, 2);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (4, 1, 11, 20, 4, 2);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (5, 2, 12, 21, 5, 3);

--@test: the row of the other side may be the younger one
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x, y FROM a JOIN b ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (10, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (11, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (12, 1, 3);
INSERT INTO b (rowtime, id, y) VALUES (12, 1, 4);
ASSERT VALUES c (rowtime, id, x, y) VALUES (11, 1, 1, 2);
ASSERT VALUES c (rowtime, id, x, y) VALUES (12, 1, 3, 2);
ASSERT VALUES c (rowtime, id, x, y) VALUES (12, 1, 3, 4);

--@test: LEFT joins of tables pad the right side
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, b.id AS other, x, y FROM a LEFT JOIN b ON a.id = b.id;
INSERT INTO b (rowtime, id, y) VALUES (1, 2, 20);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 10);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 21);
INSERT INTO a (rowtime, id, x) VALUES (4, 2, 11);
ASSERT VALUES c (rowtime, id, other, x, y) VALUES (2, 1, NULL, 10, NULL);
ASSERT VALUES c (rowtime, id, other, x, y) VALUES (3, 1, 1, 10, 21);
ASSERT VALUES c (rowtime, id, other, x, y) VALUES (4, 2, 2, 11, 20);

--@test: RIGHT joins of tables pad the left side
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT b.id AS id, x, y FROM a RIGHT JOIN b ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 2, 20);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 10);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 21);
INSERT INTO b (rowtime, id, y) VALUES (4, 2, 11);
ASSERT VALUES c (rowtime, id, x, y) VALUES (2, 1, NULL, 10);
ASSERT VALUES c (rowtime, id, x, y) VALUES (3, 1, 21, 10);
ASSERT VALUES c (rowtime, id, x, y) VALUES (4, 2, 20, 11);

--@test: FULL joins of tables have the key of whichever side is there
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT rowkey AS id, a.id AS l, b.id AS r, x, y FROM a FULL JOIN b ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO b (rowtime, id, y) VALUES (2, 2, 20);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 21);
INSERT INTO a (rowtime, id, x) VALUES (4, 2, 11);
ASSERT VALUES c (rowtime, id, l, r, x, y) VALUES (1, 1, 1, NULL, 10, NULL);
ASSERT VALUES c (rowtime, id, l, r, x, y) VALUES (2, 2, NULL, 2, NULL, 20);
ASSERT VALUES c (rowtime, id, l, r, x, y) VALUES (3, 1, 1, 1, 10, 21);
ASSERT VALUES c (rowtime, id, l, r, x, y) VALUES (4, 2, 2, 2, 11, 20);

--@test: a deleted row takes its INNER match away
CREATE TABLE ra (id INT PRIMARY KEY, x INT) WITH (kafka_topic='ra', value_format='JSON');
CREATE TABLE a AS SELECT id, x FROM ra WHERE x > 0;
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x, y FROM a JOIN b ON a.id = b.id;
INSERT INTO b (rowtime, id, y) VALUES (1, 1, 20);
INSERT INTO ra (rowtime, id, x) VALUES (2, 1, 10);
INSERT INTO ra (rowtime, id, x) VALUES (3, 1, 0);
INSERT INTO b (rowtime, id, y) VALUES (4, 1, 21);
INSERT INTO ra (rowtime, id, x) VALUES (5, 1, 11);
ASSERT VALUES c (rowtime, id, x, y) VALUES (2, 1, 10, 20);
ASSERT NULL VALUES c (rowtime, id) KEY (3, 1);
ASSERT VALUES c (rowtime, id, x, y) VALUES (5, 1, 11, 21);

--@test: a deleted row of a FULL join pads, the last one deletes
--@stepwise: true
CREATE TABLE ra (id INT PRIMARY KEY, x INT) WITH (kafka_topic='ra', value_format='JSON');
CREATE TABLE a AS SELECT id, x FROM ra WHERE x > 0;
CREATE TABLE rb (id INT PRIMARY KEY, y INT) WITH (kafka_topic='rb', value_format='JSON');
CREATE TABLE b AS SELECT id, y FROM rb WHERE y > 0;
CREATE TABLE c AS SELECT rowkey AS id, x, y FROM a FULL JOIN b ON a.id = b.id;
INSERT INTO ra (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO rb (rowtime, id, y) VALUES (2, 1, 20);
INSERT INTO ra (rowtime, id, x) VALUES (3, 1, 0);
INSERT INTO rb (rowtime, id, y) VALUES (4, 1, 0);
ASSERT VALUES c (rowtime, id, x, y) VALUES (1, 1, 10, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (2, 1, 10, 20);
ASSERT VALUES c (rowtime, id, x, y) VALUES (3, 1, NULL, 20);
ASSERT NULL VALUES c (rowtime, id) KEY (4, 1);

--@test: an aggregate over a join of tables undoes what it replaces
CREATE TABLE a (id INT PRIMARY KEY, g STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT g, SUM(y) AS s, COUNT(*) AS n FROM a JOIN b ON a.id = b.id GROUP BY g;
INSERT INTO a (rowtime, id, g) VALUES (1, 1, 'p');
INSERT INTO a (rowtime, id, g) VALUES (2, 2, 'p');
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 5);
INSERT INTO b (rowtime, id, y) VALUES (4, 2, 7);
INSERT INTO b (rowtime, id, y) VALUES (5, 1, 6);
INSERT INTO a (rowtime, id, g) VALUES (6, 2, 'q');
ASSERT VALUES c (g, s, n) VALUES ('p', 5, 1);
ASSERT VALUES c (g, s, n) VALUES ('p', 12, 2);
ASSERT VALUES c (g, s, n) VALUES ('p', 13, 2);
ASSERT VALUES c (g, s, n) VALUES ('p', 6, 1);
ASSERT VALUES c (g, s, n) VALUES ('q', 7, 1);

--@test: a filter over a join of tables deletes only what it let through
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x + y AS z FROM a JOIN b ON a.id = b.id WHERE x + y > 10;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 5);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 10);
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 0);
INSERT INTO b (rowtime, id, y) VALUES (5, 1, 9);
ASSERT VALUES c (rowtime, id, z) VALUES (3, 1, 11);
ASSERT NULL VALUES c (rowtime, id) KEY (4, 1);

--@test: three tables, each with its time
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c (id INT PRIMARY KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE TABLE d AS SELECT a.id AS id, x, y, z, a.rowtime AS ta, b.rowtime AS tb, c.rowtime AS tc FROM a JOIN b ON a.id = b.id LEFT JOIN c ON a.id = c.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO c (rowtime, id, z) VALUES (2, 1, 30);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 20);
INSERT INTO c (rowtime, id, z) VALUES (4, 1, 31);
INSERT INTO a (rowtime, id, x) VALUES (5, 1, 11);
ASSERT VALUES d (rowtime, id, x, y, z, ta, tb, tc) VALUES (3, 1, 10, 20, 30, 1, 3, 2);
ASSERT VALUES d (rowtime, id, x, y, z, ta, tb, tc) VALUES (4, 1, 10, 20, 31, 1, 3, 4);
ASSERT VALUES d (rowtime, id, x, y, z, ta, tb, tc) VALUES (5, 1, 11, 20, 31, 5, 3, 4);

--@test: sides in different key formats meet after a repartition
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', key_format='KAFKA', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', key_format='JSON', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x, y FROM a JOIN b ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 20);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 21);
ASSERT VALUES c (rowtime, id, x, y) VALUES (2, 1, 10, 20);
ASSERT VALUES c (rowtime, id, x, y) VALUES (3, 1, 10, 21);
