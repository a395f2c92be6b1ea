-- SPDX-License-Identifier: Apache-2.0
-- CREATE OR REPLACE, IF NOT EXISTS and ALTER (language 3.7, 7).

--@test: a query replaced by another goes on at the next record
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 5, 6);
ASSERT VALUES b (id, x) VALUES (1, 5);
CREATE OR REPLACE STREAM b AS SELECT id, x, y FROM a WHERE x > 0;
--> Created query with ID CSAS_B_0
INSERT INTO a (rowtime, id, x, y) VALUES (2, 2, -5, 6);
INSERT INTO a (rowtime, id, x, y) VALUES (3, 3, 7, 8);
ASSERT VALUES b (id, x, y) VALUES (3, 7, 8);

--@test: an aggregate keeps its state when a filter is added
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT VALUES b (id, s) VALUES (1, 5);
CREATE OR REPLACE TABLE b AS SELECT id, SUM(x) AS s FROM a WHERE x > 0 GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (2, 1, -1);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 2);
ASSERT VALUES b (id, s) VALUES (1, 7);

--@test: OR REPLACE of a new name is a plain create
CREATE OR REPLACE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
--> Stream created

--@test: a source gets more columns by OR REPLACE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE OR REPLACE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
ASSERT STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a source gets more columns by ALTER, running queries do not
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
ALTER STREAM a ADD COLUMN y INT, ADD z STRING;
CREATE STREAM c AS SELECT * FROM a;
INSERT INTO a (rowtime, id, x, y, z) VALUES (1, 1, 2, 3, 'q');
ASSERT STREAM b (id INT KEY, x INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (id, x) VALUES (1, 2);
ASSERT VALUES c (id, x, y, z) VALUES (1, 2, 3, 'q');

--@test: IF NOT EXISTS leaves what exists as it is
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM IF NOT EXISTS a (id INT KEY, y INT) WITH (kafka_topic='a', value_format='JSON');
--> Cannot add stream `A`: A stream with the same name already exists.
ASSERT STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a name is taken only once
--@expected.message: a stream named 'A' exists already
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a replacement must keep the old columns in place
--@expected.message: column 'X'
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, y FROM a;
CREATE OR REPLACE STREAM b AS SELECT id, y FROM a;

--@test: a replacement cannot change an aggregate
--@expected.message: 'B' cannot be replaced
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
CREATE OR REPLACE TABLE b AS SELECT id, MAX(x) AS s FROM a GROUP BY id;

--@test: a replacement cannot make a table of a stream
--@expected.message: there is a stream named 'A'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE OR REPLACE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a replaced query keeps its counts over a restart
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
CREATE OR REPLACE TABLE b AS SELECT id, COUNT(*) AS n FROM a WHERE id > 0 GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 1);
ASSERT VALUES b (n) VALUES (1);
ASSERT VALUES b (n) VALUES (2);
ASSERT VALUES b (n) VALUES (3);
