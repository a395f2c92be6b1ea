-- SPDX-License-Identifier: Apache-2.0
-- Joins of a table with another table's key. Two rows of a batch may overtake
-- each other on their way through the internal topics, so most of these are
-- processed step by step.

--@test: an INNER foreign-key join follows both sides
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, x INT, fk INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x, y, a.rowtime AS ta, b.rowtime AS tb FROM a JOIN b ON a.fk = b.id;
INSERT INTO a (rowtime, id, x, fk) VALUES (1, 1, 10, 7);
INSERT INTO b (rowtime, id, y) VALUES (2, 7, 70);
INSERT INTO a (rowtime, id, x, fk) VALUES (3, 2, 20, 7);
INSERT INTO b (rowtime, id, y) VALUES (4, 8, 80);
INSERT INTO a (rowtime, id, x, fk) VALUES (5, 1, 11, 8);
INSERT INTO b (rowtime, id, y) VALUES (6, 7, 71);
INSERT INTO b (rowtime, id, y) VALUES (7, 8, 81);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (2, 1, 10, 70, 1, 2);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (3, 2, 20, 70, 3, 2);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (5, 1, 11, 80, 5, 4);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (6, 2, 20, 71, 3, 6);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (7, 1, 11, 81, 5, 7);

--@test: a change of the right side tells all who want it, in the order of keys
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, fk, y FROM a JOIN b ON a.fk = b.id;
INSERT INTO a (rowtime, id, fk) VALUES (1, 3, 7);
INSERT INTO a (rowtime, id, fk) VALUES (2, 1, 7);
INSERT INTO a (rowtime, id, fk) VALUES (3, 2, 6);
INSERT INTO a (rowtime, id, fk) VALUES (4, 5, 7);
INSERT INTO b (rowtime, id, y) VALUES (5, 7, 70);
ASSERT VALUES c (rowtime, id, fk, y) VALUES (5, 1, 7, 70);
ASSERT VALUES c (rowtime, id, fk, y) VALUES (5, 3, 7, 70);
ASSERT VALUES c (rowtime, id, fk, y) VALUES (5, 5, 7, 70);

--@test: the time of a right row stands, also if it is the older one
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, y FROM a JOIN b ON a.fk = b.id;
INSERT INTO a (rowtime, id, fk) VALUES (100, 1, 7);
INSERT INTO b (rowtime, id, y) VALUES (50, 7, 70);
INSERT INTO a (rowtime, id, fk) VALUES (20, 2, 7);
ASSERT VALUES c (rowtime, id, y) VALUES (50, 1, 70);
ASSERT VALUES c (rowtime, id, y) VALUES (50, 2, 70);

--@test: INNER: leaving a match deletes, deleting deletes once
--@stepwise: true
CREATE TABLE ra (id INT PRIMARY KEY, x INT, fk INT) WITH (kafka_topic='ra', value_format='JSON');
CREATE TABLE a AS SELECT id, x, fk FROM ra WHERE x > 0;
CREATE TABLE rb (id INT PRIMARY KEY, y INT) WITH (kafka_topic='rb', value_format='JSON');
CREATE TABLE b AS SELECT id, y FROM rb WHERE y > 0;
CREATE TABLE c AS SELECT a.id AS id, x, y FROM a JOIN b ON a.fk = b.id;
INSERT INTO rb (rowtime, id, y) VALUES (1, 7, 70);
INSERT INTO ra (rowtime, id, x, fk) VALUES (2, 1, 10, 7);
INSERT INTO ra (rowtime, id, x, fk) VALUES (3, 1, 10, 8);
INSERT INTO ra (rowtime, id, x, fk) VALUES (4, 1, 10, 7);
INSERT INTO ra (rowtime, id, x, fk) VALUES (5, 1, 0, 7);
INSERT INTO rb (rowtime, id, y) VALUES (6, 7, 71);
INSERT INTO ra (rowtime, id, x, fk) VALUES (7, 2, 20, 7);
INSERT INTO rb (rowtime, id, y) VALUES (8, 7, 0);
ASSERT VALUES c (rowtime, id, x, y) VALUES (2, 1, 10, 70);
ASSERT NULL VALUES c (rowtime, id) KEY (3, 1);
ASSERT VALUES c (rowtime, id, x, y) VALUES (4, 1, 10, 70);
ASSERT NULL VALUES c (rowtime, id) KEY (5, 1);
ASSERT VALUES c (rowtime, id, x, y) VALUES (7, 2, 20, 71);
ASSERT NULL VALUES c (rowtime, id) KEY (8, 2);

--@test: a LEFT foreign-key join pads, and each delete is told once
--@stepwise: true
CREATE TABLE ra (id INT PRIMARY KEY, x INT, fk INT) WITH (kafka_topic='ra', value_format='JSON');
CREATE TABLE a AS SELECT id, x, fk FROM ra WHERE x > 0;
CREATE TABLE rb (id INT PRIMARY KEY, y INT) WITH (kafka_topic='rb', value_format='JSON');
CREATE TABLE b AS SELECT id, y FROM rb WHERE y > 0;
CREATE TABLE c AS SELECT a.id AS id, x, b.id AS bid, y FROM a LEFT JOIN b ON a.fk = b.id;
INSERT INTO ra (rowtime, id, x, fk) VALUES (1, 1, 10, 7);
INSERT INTO rb (rowtime, id, y) VALUES (2, 7, 70);
INSERT INTO ra (rowtime, id, x, fk) VALUES (3, 1, 11, 8);
INSERT INTO ra (rowtime, id, x, fk) VALUES (4, 1, 12, 7);
INSERT INTO rb (rowtime, id, y) VALUES (5, 7, 0);
INSERT INTO ra (rowtime, id, x, fk) VALUES (6, 1, 0, 7);
INSERT INTO rb (rowtime, id, y) VALUES (7, 7, 71);
ASSERT VALUES c (rowtime, id, x, bid, y) VALUES (1, 1, 10, NULL, NULL);
ASSERT VALUES c (rowtime, id, x, bid, y) VALUES (2, 1, 10, 7, 70);
ASSERT VALUES c (rowtime, id, x, bid, y) VALUES (3, 1, 11, NULL, NULL);
ASSERT VALUES c (rowtime, id, x, bid, y) VALUES (4, 1, 12, 7, 70);
ASSERT VALUES c (rowtime, id, x, bid, y) VALUES (5, 1, 12, NULL, NULL);
ASSERT NULL VALUES c (rowtime, id) KEY (6, 1);

--@test: a NULL foreign key never matches
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, y FROM a JOIN b ON a.fk = b.id;
CREATE TABLE d AS SELECT a.id AS id, y FROM a LEFT JOIN b ON a.fk = b.id;
INSERT INTO b (rowtime, id, y) VALUES (1, 7, 70);
INSERT INTO a (rowtime, id) VALUES (2, 1);
INSERT INTO a (rowtime, id, fk) VALUES (3, 1, 7);
INSERT INTO a (rowtime, id) VALUES (4, 1);
INSERT INTO b (rowtime, id, y) VALUES (5, 7, 71);
ASSERT VALUES c (rowtime, id, y) VALUES (3, 1, 70);
ASSERT NULL VALUES c (rowtime, id) KEY (4, 1);
ASSERT VALUES d (rowtime, id, y) VALUES (2, 1, NULL);
ASSERT VALUES d (rowtime, id, y) VALUES (3, 1, 70);
ASSERT VALUES d (rowtime, id, y) VALUES (4, 1, NULL);

--@test: the foreign key may be an expression, and the left key have parts
--@stepwise: true
CREATE TABLE a (i INT PRIMARY KEY, j STRING PRIMARY KEY, x INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b (id STRING PRIMARY KEY, y INT) WITH (kafka_topic='b', format='JSON');
CREATE TABLE c AS SELECT i, j, x, y FROM a JOIN b ON UCASE(a.j) = b.id;
INSERT INTO b (rowtime, id, y) VALUES (1, 'P', 1);
INSERT INTO a (rowtime, i, j, x) VALUES (2, 1, 'p', 10);
INSERT INTO a (rowtime, i, j, x) VALUES (3, 1, 'q', 20);
INSERT INTO b (rowtime, id, y) VALUES (4, 'Q', 2);
ASSERT VALUES c (rowtime, i, j, x, y) VALUES (2, 1, 'p', 10, 1);
ASSERT VALUES c (rowtime, i, j, x, y) VALUES (4, 1, 'q', 20, 2);

--@test: an aggregate over a foreign-key join undoes what it replaces
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, x INT, fk INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, g STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT g, SUM(x) AS s, COUNT(*) AS n FROM a JOIN b ON a.fk = b.id GROUP BY g;
INSERT INTO b (rowtime, id, g) VALUES (1, 7, 'p');
INSERT INTO a (rowtime, id, x, fk) VALUES (2, 1, 10, 7);
INSERT INTO a (rowtime, id, x, fk) VALUES (3, 2, 20, 7);
INSERT INTO a (rowtime, id, x, fk) VALUES (4, 1, 11, 7);
INSERT INTO b (rowtime, id, g) VALUES (5, 8, 'q');
INSERT INTO a (rowtime, id, x, fk) VALUES (6, 2, 21, 8);
ASSERT VALUES c (g, s, n) VALUES ('p', 10, 1);
ASSERT VALUES c (g, s, n) VALUES ('p', 30, 2);
ASSERT VALUES c (g, s, n) VALUES ('p', 31, 2);
ASSERT VALUES c (g, s, n) VALUES ('p', 11, 1);
ASSERT VALUES c (g, s, n) VALUES ('q', 21, 1);

--@test: a foreign-key join may be joined further
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, x INT, fk INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE d (id INT PRIMARY KEY, z INT) WITH (kafka_topic='d', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x, y, z FROM a JOIN b ON a.fk = b.id JOIN d ON a.id = d.id;
INSERT INTO d (rowtime, id, z) VALUES (1, 1, 100);
INSERT INTO b (rowtime, id, y) VALUES (2, 7, 70);
INSERT INTO a (rowtime, id, x, fk) VALUES (3, 1, 10, 7);
INSERT INTO b (rowtime, id, y) VALUES (4, 7, 71);
INSERT INTO d (rowtime, id, z) VALUES (5, 1, 101);
ASSERT VALUES c (rowtime, id, x, y, z) VALUES (3, 1, 10, 70, 100);
ASSERT VALUES c (rowtime, id, x, y, z) VALUES (4, 1, 10, 71, 100);
ASSERT VALUES c (rowtime, id, x, y, z) VALUES (5, 1, 10, 71, 101);

--@test: with more partitions the halves find one another
--@partitions: any
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, y FROM a LEFT JOIN b ON a.fk = b.id;
INSERT INTO b (rowtime, id, y) VALUES (1, 7, 70);
INSERT INTO b (rowtime, id, y) VALUES (2, 8, 80);
INSERT INTO a (rowtime, id, fk) VALUES (3, 1, 7);
INSERT INTO a (rowtime, id, fk) VALUES (4, 1, 8);
INSERT INTO a (rowtime, id, fk) VALUES (5, 1, 9);
INSERT INTO b (rowtime, id, y) VALUES (6, 9, 90);
ASSERT VALUES c (rowtime, id, y) VALUES (3, 1, 70);
ASSERT VALUES c (rowtime, id, y) VALUES (4, 1, 80);
ASSERT VALUES c (rowtime, id, y) VALUES (5, 1, NULL);
ASSERT VALUES c (rowtime, id, y) VALUES (6, 1, 90);

--@test: WHERE over the join deletes each row that does not pass, known or not
--@stepwise
CREATE TABLE l (id INT PRIMARY KEY, f INT) WITH (kafka_topic='l', value_format='JSON');
CREATE TABLE r (id INT PRIMARY KEY, y INT) WITH (kafka_topic='r', value_format='JSON');
CREATE TABLE j AS SELECT l.id AS id, f, y FROM l JOIN r ON l.f = r.id WHERE y > 1;
INSERT INTO r (rowtime, id, y) VALUES (1, 10, 1);
INSERT INTO l (rowtime, id, f) VALUES (2, 1, 10);
INSERT INTO r (rowtime, id, y) VALUES (3, 10, 2);
INSERT INTO r (rowtime, id, y) VALUES (4, 10, 0);
INSERT INTO r (rowtime, id, y) VALUES (5, 10, 0);
ASSERT NULL VALUES j (id) KEY (1);
ASSERT VALUES j (rowtime, id, f, y) VALUES (3, 1, 10, 2);
ASSERT NULL VALUES j (id) KEY (1);
ASSERT NULL VALUES j (id) KEY (1);

--@test: an aggregate of such a join needs to know what was, and deletes once
--@stepwise
CREATE TABLE l (id INT PRIMARY KEY, f INT) WITH (kafka_topic='l', value_format='JSON');
CREATE TABLE r (id INT PRIMARY KEY, y INT) WITH (kafka_topic='r', value_format='JSON');
CREATE TABLE j AS SELECT y, COUNT(*) AS n FROM l JOIN r ON l.f = r.id WHERE y > 1 GROUP BY y;
INSERT INTO r (rowtime, id, y) VALUES (1, 10, 1);
INSERT INTO l (rowtime, id, f) VALUES (2, 1, 10);
INSERT INTO r (rowtime, id, y) VALUES (3, 10, 2);
INSERT INTO r (rowtime, id, y) VALUES (4, 10, 0);
INSERT INTO r (rowtime, id, y) VALUES (5, 10, 0);
ASSERT VALUES j (y, n) VALUES (2, 1);
ASSERT VALUES j (y, n) VALUES (2, 0);
