-- SPDX-License-Identifier: Apache-2.0
-- Queries over the results of queries.

--@test: a table of a table of an aggregate passes changes and deletions on
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
CREATE TABLE c AS SELECT id, s * 10 AS t FROM b WHERE s > 1;
CREATE TABLE d AS SELECT id, t + 1 AS u FROM c;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, -1);
ASSERT VALUES c (rowtime, id, t) VALUES (2, 1, 20);
ASSERT NULL VALUES c (id) KEY (1);
ASSERT VALUES d (id, u) VALUES (1, 21);
ASSERT NULL VALUES d (id) KEY (1);

--@test: a stream joins a table that a query makes
--@stepwise
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM s (id INT KEY, y INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
CREATE STREAM j AS SELECT s.id AS id, y, s FROM s JOIN b ON s.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO s (rowtime, id, y) VALUES (2, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 2);
INSERT INTO s (rowtime, id, y) VALUES (4, 1, 6);
ASSERT VALUES j (id, y, s) VALUES (1, 5, 1);
ASSERT VALUES j (id, y, s) VALUES (1, 6, 3);

--@test: a stream given a new key is counted by it
--@partitions: any
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM p AS SELECT * FROM a PARTITION BY x;
CREATE TABLE c AS SELECT x, COUNT(*) AS n FROM p GROUP BY x;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 7);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 7);
ASSERT VALUES c (x, n) VALUES (7, 1);
ASSERT VALUES c (x, n) VALUES (7, 2);

--@test: each row goes into one stream once for each query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, x + 1 AS x FROM a;
INSERT INTO b SELECT id, x + 2 AS x FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
ASSERT VALUES b (x) VALUES (2);
ASSERT VALUES b (x) VALUES (3);

--@test: a result has as many partitions as its source, unless told
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', partitions=3);
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM c WITH (partitions=2, kafka_topic='cc') AS SELECT * FROM a;
SHOW TOPICS;
--> B | 1, 1, 1
--> a | 1, 1, 1
--> cc | 1, 1

--@test: words are counted
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM w AS SELECT id, EXPLODE(SPLIT(s, ' ')) AS word FROM a;
CREATE TABLE c AS SELECT word, COUNT(*) AS n FROM w GROUP BY word;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, 'a b a');
ASSERT VALUES c (word, n) VALUES ('a', 1);
ASSERT VALUES c (word, n) VALUES ('b', 1);
ASSERT VALUES c (word, n) VALUES ('a', 2);
