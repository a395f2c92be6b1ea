-- SPDX-License-Identifier: Apache-2.0
-- Joins of two streams WITHIN a time.

--@test: records meet within the time before and after, ends included
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y, a.rowtime AS ta, b.rowtime AS tb FROM a JOIN b WITHIN 10 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (110, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (111, 1, 3);
INSERT INTO a (rowtime, id, x) VALUES (121, 1, 4);
INSERT INTO a (rowtime, id, x) VALUES (121, 2, 5);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (110, 1, 1, 2, 100, 110);
ASSERT VALUES c (rowtime, id, x, y, ta, tb) VALUES (121, 1, 4, 3, 121, 111);

--@test: BEFORE and AFTER differ
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN (5 MILLISECONDS, 20 MILLISECONDS) ON a.id = b.id;
INSERT INTO b (rowtime, id, y) VALUES (94, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (95, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (120, 1, 3);
INSERT INTO b (rowtime, id, y) VALUES (121, 1, 4);
ASSERT VALUES c (rowtime, id, x, y) VALUES (100, 1, 1, 2);
ASSERT VALUES c (rowtime, id, x, y) VALUES (120, 1, 1, 3);

--@test: matches come by their time, then as they came
--@stepwise: true
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN 1 SECOND ON a.id = b.id;
INSERT INTO b (rowtime, id, y) VALUES (20, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (10, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (20, 1, 3);
INSERT INTO b (rowtime, id, y) VALUES (20, 1, 3);
INSERT INTO a (rowtime, id, x) VALUES (15, 1, 9);
ASSERT VALUES c (rowtime, id, x, y) VALUES (15, 1, 9, 2);
ASSERT VALUES c (rowtime, id, x, y) VALUES (20, 1, 9, 1);
ASSERT VALUES c (rowtime, id, x, y) VALUES (20, 1, 9, 3);
ASSERT VALUES c (rowtime, id, x, y) VALUES (20, 1, 9, 3);

--@test: without GRACE a LEFT row is padded at once, and matched later too
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 10 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (3, 2, 3);
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 4);
ASSERT VALUES c (rowtime, id, x, y) VALUES (1, 1, 1, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (2, 1, 1, 2);
ASSERT VALUES c (rowtime, id, x, y) VALUES (4, 1, 4, 2);

--@test: with GRACE a LEFT row waits until its time is over
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 10 MILLISECONDS GRACE PERIOD 5 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (101, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (111, 1, 3);
INSERT INTO a (rowtime, id, x) VALUES (115, 2, 4);
INSERT INTO a (rowtime, id, x) VALUES (116, 2, 5);
INSERT INTO b (rowtime, id, y) VALUES (140, 1, 6);
ASSERT VALUES c (rowtime, id, x, y) VALUES (111, 1, 2, 3);
ASSERT VALUES c (rowtime, id, x, y) VALUES (100, 1, 1, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (115, 2, 4, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (116, 2, 5, NULL);

--@test: rows of one key and time wait together
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 10 MILLISECONDS GRACE PERIOD 0 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (105, 2, 3);
INSERT INTO a (rowtime, id, x) VALUES (105, 2, 4);
INSERT INTO b (rowtime, id, y) VALUES (106, 2, 5);
INSERT INTO b (rowtime, id, y) VALUES (150, 3, 6);
ASSERT VALUES c (rowtime, id, x, y) VALUES (106, 2, 3, 5);
ASSERT VALUES c (rowtime, id, x, y) VALUES (106, 2, 4, 5);
ASSERT VALUES c (rowtime, id, x, y) VALUES (100, 1, 1, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (100, 1, 2, NULL);

--@test: a FULL join pads both sides, by time, the right one first
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT rowkey AS id, a.id AS l, b.id AS r, x, y FROM a FULL JOIN b WITHIN 10 MILLISECONDS GRACE PERIOD 0 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (100, 2, 2);
INSERT INTO b (rowtime, id, y) VALUES (101, 3, 3);
INSERT INTO a (rowtime, id, x) VALUES (102, 3, 4);
INSERT INTO a (rowtime, id, x) VALUES (200, 9, 9);
ASSERT VALUES c (rowtime, id, l, r, x, y) VALUES (102, 3, 3, 3, 4, 3);
ASSERT VALUES c (rowtime, id, l, r, x, y) VALUES (100, 2, NULL, 2, NULL, 2);
ASSERT VALUES c (rowtime, id, l, r, x, y) VALUES (100, 1, 1, NULL, 1, NULL);

--@test: a RIGHT join pads the left side
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT b.id AS id, x, y FROM a RIGHT JOIN b WITHIN 10 MILLISECONDS GRACE PERIOD 0 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (101, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (102, 2, 3);
INSERT INTO b (rowtime, id, y) VALUES (150, 3, 4);
ASSERT VALUES c (rowtime, id, x, y) VALUES (101, 1, 1, 2);
ASSERT VALUES c (rowtime, id, x, y) VALUES (102, 2, NULL, 3);

--@test: a late row without a match is padded at once
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 10 MILLISECONDS GRACE PERIOD 5 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (80, 2, 2);
INSERT INTO a (rowtime, id, x) VALUES (95, 3, 3);
INSERT INTO a (rowtime, id, x) VALUES (120, 4, 4);
ASSERT VALUES c (rowtime, id, x, y) VALUES (80, 2, 2, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (95, 3, 3, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (100, 1, 1, NULL);

--@test: rows that are too old are not found any more
--@stepwise: true
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN 10 MILLISECONDS GRACE PERIOD 0 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (119, 2, 2);
INSERT INTO b (rowtime, id, y) VALUES (100, 1, 3);
INSERT INTO a (rowtime, id, x) VALUES (120, 2, 4);
INSERT INTO b (rowtime, id, y) VALUES (100, 1, 5);
ASSERT VALUES c (rowtime, id, x, y) VALUES (100, 1, 1, 3);

--@test: a key that is NULL is padded, or dropped
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT x, y, a.id AS id FROM a LEFT JOIN b WITHIN 10 MILLISECONDS ON a.id = b.id;
INSERT INTO a (rowtime, x) VALUES (1, 1);
INSERT INTO b (rowtime, y) VALUES (2, 2);
INSERT INTO a (rowtime, x) VALUES (3, 3);
ASSERT VALUES c (rowtime, id, x, y) VALUES (1, NULL, 1, NULL);
ASSERT VALUES c (rowtime, id, x, y) VALUES (3, NULL, 3, NULL);

--@test: sides are keyed anew where they must be
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT y, x, b.id AS bid FROM a JOIN b WITHIN 1 SECOND ON a.x = b.y + 1;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 8);
INSERT INTO b (rowtime, id, y) VALUES (2, 5, 7);
INSERT INTO b (rowtime, id) VALUES (3, 6);
INSERT INTO b (rowtime, id, y) VALUES (4, 7, 7);
ASSERT VALUES c (rowtime, x, y, bid) VALUES (2, 8, 7, 5);
ASSERT VALUES c (rowtime, x, y, bid) VALUES (4, 8, 7, 7);

--@test: three streams; rows that one record makes stay apart
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c (id INT KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM d AS SELECT a.id AS id, x, y, z, a.rowtime AS ta, b.rowtime AS tb, c.rowtime AS tc FROM a JOIN b WITHIN 1 SECOND ON a.id = b.id JOIN c WITHIN 1 SECOND ON a.id = c.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 3);
INSERT INTO c (rowtime, id, z) VALUES (4, 1, 4);
ASSERT VALUES d (rowtime, id, x, y, z, ta, tb, tc) VALUES (4, 1, 1, 3, 4, 1, 3, 4);
ASSERT VALUES d (rowtime, id, x, y, z, ta, tb, tc) VALUES (4, 1, 2, 3, 4, 2, 3, 4);

--@test: an aggregate over a join of streams counts its matches
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, COUNT(*) AS n, SUM(x * y) AS s FROM a JOIN b WITHIN 1 SECOND ON a.id = b.id GROUP BY a.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 3);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 4);
ASSERT VALUES c (id, n, s) VALUES (1, 1, 6);
ASSERT VALUES c (id, n, s) VALUES (1, 2, 14);

--@test: headers of a match are those of the record that made it
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN 1 SECOND ON a.id = b.id;
CREATE STREAM d (id INT KEY, x INT, h BYTES HEADER('who')) WITH (kafka_topic='C', value_format='JSON');
CREATE STREAM e AS SELECT id, x, h FROM d;
--@headers: who=left
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
--@headers: who=right
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 3);
ASSERT VALUES e (id, x, h) VALUES (1, 2, 'cmlnaHQ=');

--@test: seven streams in one query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c (id INT KEY, x INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM d (id INT KEY, x INT) WITH (kafka_topic='d', value_format='JSON');
CREATE STREAM e (id INT KEY, x INT) WITH (kafka_topic='e', value_format='JSON');
CREATE STREAM f (id INT KEY, x INT) WITH (kafka_topic='f', value_format='JSON');
CREATE STREAM g (id INT KEY, x INT) WITH (kafka_topic='g', value_format='JSON');
CREATE STREAM h AS SELECT a.id AS id, a.x AS x1, d.x AS x4, g.x AS x7 FROM a LEFT JOIN b WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON a.id = b.id LEFT JOIN c WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON a.id = c.id LEFT JOIN d WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON a.id = d.id LEFT JOIN e WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON a.id = e.id LEFT JOIN f WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON a.id = f.id LEFT JOIN g WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON a.id = g.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO b (rowtime, id, x) VALUES (2, 1, 2);
INSERT INTO c (rowtime, id, x) VALUES (3, 1, 3);
INSERT INTO d (rowtime, id, x) VALUES (4, 1, 4);
INSERT INTO e (rowtime, id, x) VALUES (5, 1, 5);
INSERT INTO f (rowtime, id, x) VALUES (6, 1, 6);
INSERT INTO g (rowtime, id, x) VALUES (7, 1, 7);
ASSERT VALUES h (rowtime, id, x1, x4, x7) VALUES (7, 1, 1, 4, 7);
