-- SPDX-License-Identifier: Apache-2.0
-- Keys that are missing, doubled or impossible.

--@test: a result without its key, with what to add
--@expected.message: the SELECT list lacks the key: add 'ID'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT n FROM a;

--@test: an expression on the key is not the key
--@expected.message: the SELECT list lacks
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id + 1 AS id1, n FROM a;

--@test: a group that is not selected
--@expected.message: the SELECT list lacks
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT COUNT(*) AS c FROM a GROUP BY n;

--@test: a key that is selected twice
--@expected.message: the key is selected twice, as 'X' and 'Y': keep one, and use AS_VALUE for a copy in the value
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id AS x, id AS y, n FROM a;

--@test: a result with only keys
--@expected.message: the result has only keys: select at least one other column, or AS_VALUE of a key
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id FROM a;

--@test: a table without PRIMARY KEY
--@expected.message: PRIMARY KEY
CREATE TABLE a (id INT, n INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a table with KEY instead of PRIMARY KEY
--@expected.message: PRIMARY KEY
CREATE TABLE a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a stream with a PRIMARY KEY
--@expected.message: PRIMARY KEY
CREATE STREAM a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');

--@test: several groups with key format KAFKA, with what to do
--@expected.message: KAFKA
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, y, COUNT(*) AS n FROM a GROUP BY x, y;

--@test: PARTITION BY of a table
--@expected.message: PARTITION BY cannot change the key of a table: its PRIMARY KEY tells its rows apart
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a PARTITION BY n;

--@test: a key format for no key
--@expected.message: PARTITION BY NULL leaves no key, so there is no key format to give
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (key_format='JSON') AS SELECT id, n FROM a PARTITION BY NULL;

--@test: NULL among several expressions of PARTITION BY
--@expected.message: NULL cannot be one of several expressions of PARTITION BY
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT id, n FROM a PARTITION BY n, NULL;
