-- SPDX-License-Identifier: Apache-2.0
-- Session windows (language 4.5, runtime 2.9).

--@test: records up to the gap apart make one session, the old one is deleted
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (10 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (11000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (22000, 1, 1);
ASSERT VALUES b (windowstart, windowend, rowtime, id, n) VALUES (1000, 1000, 1000, 1, 1);
ASSERT NULL VALUES b (windowstart, windowend, rowtime, id) KEY (1000, 1000, 1000, 1);
ASSERT VALUES b (windowstart, windowend, rowtime, id, n) VALUES (1000, 11000, 11000, 1, 2);
ASSERT VALUES b (windowstart, windowend, rowtime, id, n) VALUES (22000, 22000, 22000, 1, 1);

--@test: a record between two sessions makes them one
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW SESSION (5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (9000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (5000, 1, 4);
ASSERT VALUES b (windowstart, windowend, s) VALUES (1000, 1000, 1);
ASSERT VALUES b (windowstart, windowend, s) VALUES (9000, 9000, 2);
ASSERT NULL VALUES b (windowstart, windowend, id) KEY (1000, 1000, 1);
ASSERT NULL VALUES b (windowstart, windowend, id) KEY (9000, 9000, 1);
ASSERT VALUES b (windowstart, windowend, rowtime, s) VALUES (1000, 9000, 9000, 7);

--@test: a session as late as can be comes out of a cache too
--@restart: none
SET 'cache.max.bytes.buffering' = '1000000';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW SESSION (10 SECONDS, GRACE PERIOD 20 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (100000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (69999, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (70000, 1, 4);
ASSERT VALUES b (windowstart, windowend, id, s) VALUES (70000, 70000, 1, 4);
ASSERT VALUES b (windowstart, windowend, id, s) VALUES (100000, 100000, 1, 1);

--@test: sessions of different keys do not touch
--@partitions: any
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (10 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2000, 2, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (1000, 1000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (2000, 2000, 2, 1);

--@test: a record inside a session leaves its bounds, and deletes nothing else
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW SESSION (10 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (9000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (5000, 1, 4);
ASSERT VALUES b (windowstart, windowend, s) VALUES (1000, 1000, 1);
ASSERT NULL VALUES b (windowstart, windowend, id) KEY (1000, 1000, 1);
ASSERT VALUES b (windowstart, windowend, s) VALUES (1000, 9000, 3);
ASSERT NULL VALUES b (windowstart, windowend, id) KEY (1000, 9000, 1);
ASSERT VALUES b (windowstart, windowend, s) VALUES (1000, 9000, 7);

--@test: the end of a session is its last record's time
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n, WINDOWSTART AS ws, WINDOWEND AS we FROM a WINDOW SESSION (10 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
ASSERT VALUES b (n, ws, we) VALUES (1, 1000, 1000);

--@test: HAVING deletes only what had come out
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW SESSION (10 SECONDS) GROUP BY id HAVING SUM(x) > 2;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 2);
ASSERT VALUES b (windowstart, windowend, s) VALUES (1000, 2000, 3);

--@test: a late record outside the grace period is dropped
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (5 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (100000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
ASSERT VALUES b (windowstart, n) VALUES (100000, 1);
