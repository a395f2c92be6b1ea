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

--@test: a change of a row takes its old value back
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, SUM(n) AS s, AVG(n) AS m FROM a GROUP BY g;
INSERT INTO a (rowtime, id, g, n) VALUES (1, 1, 'p', 4);
INSERT INTO a (rowtime, id, g, n) VALUES (2, 2, 'p', 8);
INSERT INTO a (rowtime, id, g, n) VALUES (3, 1, 'p', 2);
ASSERT VALUES b (g, s, m) VALUES ('p', 4, 4);
ASSERT VALUES b (g, s, m) VALUES ('p', 12, 6);
ASSERT VALUES b (g, s, m) VALUES ('p', 10, 5);

--@test: HISTOGRAM of a table counts down again
CREATE TABLE a (id INT PRIMARY KEY, g STRING, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, HISTOGRAM(s) AS h FROM a GROUP BY g;
INSERT INTO a (rowtime, id, g, s) VALUES (1, 1, 'p', 'x');
INSERT INTO a (rowtime, id, g, s) VALUES (2, 2, 'p', 'x');
INSERT INTO a (rowtime, id, g, s) VALUES (3, 1, 'q', 'x');
ASSERT VALUES b (g, h) VALUES ('p', MAP('x' := CAST(1 AS BIGINT)));
ASSERT VALUES b (g, h) VALUES ('p', MAP('x' := CAST(2 AS BIGINT)));
ASSERT VALUES b (g, h) VALUES ('p', MAP('x' := CAST(1 AS BIGINT)));
ASSERT VALUES b (g, h) VALUES ('q', MAP('x' := CAST(1 AS BIGINT)));

--@test: MIN of a table cannot be taken back
--@expected.message: MIN
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, MIN(n) AS m FROM a GROUP BY g;

--@test: LATEST_BY_OFFSET of a table cannot
--@expected.message: LATEST_BY_OFFSET
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, LATEST_BY_OFFSET(n) AS m FROM a GROUP BY g;

--@test: a table has no windows
--@expected.error: statement
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, COUNT(*) AS c FROM a WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY g;

--@test: HAVING deletes a group that had come out, and is silent about others
CREATE TABLE a (id INT PRIMARY KEY, g STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, SUM(n) AS s FROM a GROUP BY g HAVING SUM(n) > 5;
INSERT INTO a (rowtime, id, g, n) VALUES (1, 1, 'p', 7);
INSERT INTO a (rowtime, id, g, n) VALUES (2, 2, 'q', 1);
INSERT INTO a (rowtime, id, g, n) VALUES (3, 1, 'p', 2);
INSERT INTO a (rowtime, id, g, n) VALUES (4, 1, 'p', 3);
ASSERT VALUES b (g, s) VALUES ('p', 7);
ASSERT NULL VALUES b (g) KEY ('p');
