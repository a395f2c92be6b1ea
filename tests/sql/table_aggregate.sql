-- SPDX-License-Identifier: Apache-2.0
-- GROUP BY over tables (runtime 2.10): a change takes the old row back.

--@test: a row that moves leaves its old group first
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, COUNT(*) AS c, SUM(n) AS s FROM a GROUP BY g;
INSERT INTO a (rowtime, id, g, n) VALUES (1, 1, 'p', 5);
INSERT INTO a (rowtime, id, g, n) VALUES (2, 2, 'p', 6);
INSERT INTO a (rowtime, id, g, n) VALUES (3, 1, 'q', 7);
ASSERT VALUES b (g, c, s) VALUES ('p', 1, 5);
ASSERT VALUES b (g, c, s) VALUES ('p', 2, 11);
ASSERT VALUES b (g, c, s) VALUES ('p', 1, 6);
ASSERT VALUES b (g, c, s) VALUES ('q', 1, 7);

--@test: a deleted row leaves its group
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT g, COUNT(*) AS c, COLLECT_LIST(n) AS l FROM a GROUP BY g;
INSERT INTO a (rowtime, id, g, n) VALUES (1, 1, 'p', 5);
INSERT INTO a (rowtime, id, g, n) VALUES (2, 2, 'p', 6);
INSERT INTO raw (rowtime, id, v) VALUES (3, 1, NULL);
ASSERT VALUES b (g, c, l) VALUES ('p', 1, ARRAY[5]);
ASSERT VALUES b (g, c, l) VALUES ('p', 2, ARRAY[5, 6]);
ASSERT VALUES b (g, c, l) VALUES ('p', 1, ARRAY[6]);

--@test: a row whose group becomes NULL only leaves
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, COUNT(*) AS c, SUM(n) AS s FROM a GROUP BY g;
INSERT INTO a (rowtime, id, g, n) VALUES (1, 1, 'p', 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 5);
INSERT INTO a (rowtime, id, g, n) VALUES (3, 1, 'q', 5);
ASSERT VALUES b (g, c, s) VALUES ('p', 1, 5);
ASSERT VALUES b (g, c, s) VALUES ('p', 0, 0);
ASSERT VALUES b (g, c, s) VALUES ('q', 1, 5);
