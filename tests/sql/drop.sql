-- SPDX-License-Identifier: Apache-2.0
-- DROP, TERMINATE, PAUSE and RESUME (language 3.6, 3.8).

--@test: DROP forgets a source and keeps its topic
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 2);
DROP STREAM a;
--> Source `A` (topic: a) was dropped.
CREATE STREAM again (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ASSERT VALUES again (id, n) VALUES (1, 2);

--@test: DROP of a result ends its query
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
DROP STREAM b;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 2);
CREATE STREAM rest (id INT KEY, n INT) WITH (kafka_topic='B', value_format='JSON');
CREATE STREAM c AS SELECT * FROM a;
ASSERT VALUES c (id, n) VALUES (1, 2);
SHOW QUERIES;
--> CREATE STREAM c AS SELECT * FROM a; | C | C | CSAS_C_1 | PERSISTENT | RUNNING

--@test: DROP ... DELETE TOPIC takes the topic, too
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
DROP STREAM a DELETE TOPIC;
SHOW TOPICS;
--> b | 1

--@test: DROP IF EXISTS of nothing succeeds
DROP STREAM IF EXISTS a;
DROP TABLE IF EXISTS t;
SHOW STREAMS;
-->

--@test: DROP of what a query reads is refused
--@expected.message: cannot drop 'A': it is read or written by 'CSAS_B_0'; terminate that query first
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
DROP STREAM a;

--@test: DROP STREAM of a table is refused
--@expected.message: 'A' is a table
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
DROP STREAM a;

--@test: DROP of an unknown name says so
--@expected.message: no stream or table is named 'ORDRES'; did you mean 'ORDERS'?
CREATE STREAM orders (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
DROP STREAM ordres;

--@test: TERMINATE ends a query and keeps its result
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 2);
TERMINATE CSAS_B_0;
--> Query terminated.
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 3);
ASSERT VALUES b (id, n) VALUES (1, 2);

--@test: TERMINATE ALL ends all queries
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM c AS SELECT * FROM a;
TERMINATE ALL;
SHOW QUERIES;
-->

--@test: a paused query goes on where it was when resumed
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 2);
ASSERT VALUES b (id, c) VALUES (1, 1);
PAUSE CTAS_B_0;
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 3);
SHOW QUERIES;
--> CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id; | B | B | CTAS_B_0 | PERSISTENT | PAUSED
RESUME CTAS_B_0;
--> Query resumed.
ASSERT VALUES b (id, c) VALUES (1, 2);

--@test: PAUSE of an unknown query names those there are
--@expected.message: CSAS_X_0
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
PAUSE CSAS_X_0;

--@test: internal topics go with their query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS n FROM a GROUP BY x;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
DROP TABLE b DELETE TOPIC;
SHOW ALL TOPICS;
--> a | 1
