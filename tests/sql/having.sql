-- SPDX-License-Identifier: Apache-2.0
-- HAVING (language 4.3, runtime 2.2).

--@test: a group appears when it first fulfils the condition
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id HAVING SUM(x) > 5;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 1);
ASSERT VALUES b (rowtime, id, s) VALUES (2, 1, 6);

--@test: a group that no longer fulfils it is deleted, once
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id HAVING SUM(x) > 5;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 9);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, -9);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, -1);
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 20);
ASSERT VALUES b (rowtime, id, s) VALUES (1, 1, 9);
ASSERT NULL VALUES b (rowtime, id) KEY (2, 1);
ASSERT VALUES b (rowtime, id, s) VALUES (4, 1, 19);

--@test: the condition may use aggregates that are not selected
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id HAVING COUNT(*) = 2;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 6);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 7);
ASSERT VALUES b (id, s) VALUES (1, 11);
ASSERT NULL VALUES b (id) KEY (1);

--@test: the condition may use the group
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id HAVING id > 1;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 5);
ASSERT VALUES b (id, n) VALUES (2, 1);
