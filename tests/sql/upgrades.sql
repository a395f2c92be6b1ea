-- SPDX-License-Identifier: Apache-2.0
-- What CREATE OR REPLACE may change, and what not (language 7).

--@test: a filter may come, change and go
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE OR REPLACE STREAM b AS SELECT * FROM a WHERE x > 1;
CREATE OR REPLACE STREAM b AS SELECT * FROM a WHERE x > 2;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 3);
ASSERT VALUES b (x) VALUES (3);
CREATE OR REPLACE STREAM b AS SELECT * FROM a;
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 0);
ASSERT VALUES b (x) VALUES (0);

--@test: columns may be added, with PARTITION BY too
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT x, id FROM a PARTITION BY x;
CREATE OR REPLACE STREAM b AS SELECT x, id, x + id AS s FROM a WHERE id > 0 PARTITION BY x;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (x, id, s) VALUES (2, 1, 3);

--@test: a stateless table may be replaced
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, x FROM a;
CREATE OR REPLACE TABLE b AS SELECT id, x, x * 2 AS y FROM a WHERE x > 0;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (id, x, y) VALUES (1, 2, 4);

--@test: rows that the old filter let through are not taken back
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, x FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
ASSERT VALUES b (id, x) VALUES (1, 2);
CREATE OR REPLACE TABLE b AS SELECT id, x FROM a WHERE x > 10;
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 3);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 30);
ASSERT VALUES b (id, x) VALUES (1, 30);

--@test: a column is not taken away
--@expected.message: column 'Y'
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, y FROM a;
CREATE OR REPLACE STREAM b AS SELECT id, x FROM a;

--@test: a column keeps its type
--@expected.message: column 'X'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a;
CREATE OR REPLACE STREAM b AS SELECT id, CAST(x AS BIGINT) AS x FROM a;

--@test: a column keeps its place
--@expected.message: column 'X'
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, y FROM a;
CREATE OR REPLACE STREAM b AS SELECT id, y, x FROM a;

--@test: the key keeps its name
--@expected.message: key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a;
CREATE OR REPLACE STREAM b AS SELECT id AS k, x FROM a;

--@test: the key keeps its type
--@expected.message: key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE OR REPLACE STREAM a (id BIGINT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: the topic stays
--@expected.message: topic
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a;
CREATE OR REPLACE STREAM b WITH (kafka_topic='other') AS SELECT id, x FROM a;

--@test: the value format stays
--@expected.message: format
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a;
CREATE OR REPLACE STREAM b WITH (value_format='DELIMITED') AS SELECT id, x FROM a;

--@test: the time column stays
--@expected.message: TIMESTAMP
CREATE STREAM a (id INT KEY, x BIGINT, y BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='x');
CREATE OR REPLACE STREAM a (id INT KEY, x BIGINT, y BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='y');

--@test: the windows stay
--@expected.message: window
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE OR REPLACE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', window_type='TUMBLING', window_size='2 SECONDS');

--@test: the source stays
--@expected.message: 'B' cannot be replaced
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM a2 (id INT KEY, x INT) WITH (kafka_topic='a2', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a;
CREATE OR REPLACE STREAM b AS SELECT id, x FROM a2;

--@test: what PARTITION BY says stays
--@expected.message: 'B' cannot be replaced
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT x AS k, id FROM a PARTITION BY x;
CREATE OR REPLACE STREAM b AS SELECT y AS k, id FROM a PARTITION BY y;

--@test: what several queries write is not replaced
--@expected.message: 'INSERTQUERY_1'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO b SELECT id, x FROM a;
CREATE OR REPLACE STREAM b AS SELECT id, x FROM a WHERE x > 1;

--@test: a SOURCE is not replaced
--@expected.message: SOURCE
CREATE SOURCE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE OR REPLACE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a join is not replaced
--@expected.message: 'J' cannot be replaced
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x FROM s JOIN t ON id = tid;
CREATE OR REPLACE STREAM j AS SELECT id, x, y FROM s JOIN t ON id = tid;

--@test: a windowed aggregate is not replaced
--@expected.message: 'B' cannot be replaced
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;
CREATE OR REPLACE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 SECOND) WHERE id > 0 GROUP BY id;

--@test: an aggregate over a table is not replaced
--@expected.message: 'B' cannot be replaced
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS n FROM a GROUP BY x;
CREATE OR REPLACE TABLE b AS SELECT x, COUNT(*) AS n FROM a WHERE id > 0 GROUP BY x;

--@test: a table function is not replaced
--@expected.message: 'B' cannot be replaced
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(x) AS y FROM a;
CREATE OR REPLACE STREAM b AS SELECT id, EXPLODE(x) AS y FROM a WHERE id > 0;

--@test: a new aggregate cannot be added
--@expected.message: 'B' cannot be replaced
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
CREATE OR REPLACE TABLE b AS SELECT id, SUM(x) AS s, COUNT(*) AS n FROM a GROUP BY id;

--@test: a filter cannot bring a column that the aggregate does not carry
--@expected.message: 'Y'
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
CREATE OR REPLACE TABLE b AS SELECT id, SUM(x) AS s FROM a WHERE y > 0 GROUP BY id;

--@test: an aggregate may get outputs that it has already
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT VALUES b (id, s) VALUES (1, 5);
CREATE OR REPLACE TABLE b AS SELECT id, SUM(x) AS s, AS_VALUE(id) AS copy FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 6);
ASSERT VALUES b (id, s, copy) VALUES (1, 11, 1);

--@test: HAVING cannot be added to an aggregate
--@expected.message: HAVING
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
CREATE OR REPLACE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id HAVING SUM(x) > 5;

--@test: readers of a source see its new columns when they are replaced
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM c AS SELECT * FROM b;
CREATE OR REPLACE STREAM b AS SELECT *, x + 1 AS y FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
ASSERT VALUES b (id, x, y) VALUES (1, 2, 3);
ASSERT VALUES c (id, x) VALUES (1, 2);
CREATE OR REPLACE STREAM c AS SELECT * FROM b;
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 3);
ASSERT VALUES b (id, x, y) VALUES (2, 3, 4);
ASSERT VALUES c (id, x, y) VALUES (2, 3, 4);

--@test: OR REPLACE with other columns of a table
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE OR REPLACE TABLE a (id INT PRIMARY KEY, x INT, y STRING) WITH (kafka_topic='a', value_format='JSON');
ASSERT TABLE a (id INT PRIMARY KEY, x INT, y STRING) WITH (kafka_topic='a', value_format='JSON');
