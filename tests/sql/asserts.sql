-- SPDX-License-Identifier: Apache-2.0
-- The ASSERT statements of tests themselves (language 3.13): what holds, and
-- that they fail where it does not.

--@test: only listed columns are compared
CREATE STREAM a (id INT KEY, n INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5, 'x');
ASSERT VALUES a (s) VALUES ('x');

--@test: without a list all columns are
CREATE STREAM a (id INT KEY, n INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5, 'x');
ASSERT VALUES a VALUES (1, 5, 'x');

--@test: another value
--@expected.error: assertion
--@expected.message: expected: 6
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);
ASSERT VALUES a (n) VALUES (6);

--@test: another key
--@expected.error: assertion
--@expected.message: ID  expected: 2
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);
ASSERT VALUES a (id) VALUES (2);

--@test: a value where NULL is
--@expected.error: assertion
--@expected.message: actual:   null
CREATE STREAM a (id INT KEY, n INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n) VALUES (1, 5);
ASSERT VALUES a (s) VALUES ('');

--@test: NULL where a value is
--@expected.error: assertion
--@expected.message: expected: null
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);
ASSERT VALUES a (n) VALUES (NULL);

--@test: records are read in their order
--@expected.error: assertion
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);
INSERT INTO a VALUES (1, 6);
ASSERT VALUES a (n) VALUES (6);

--@test: each record is read once
--@expected.error: assertion
--@expected.message: none is left
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);
ASSERT VALUES a (n) VALUES (5);
ASSERT VALUES a (n) VALUES (5);

--@test: two sources over one topic are read each for itself
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM b (id INT KEY, n BIGINT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO a VALUES (1, 5);
ASSERT VALUES a (n) VALUES (5);
ASSERT VALUES b (n) VALUES (5);

--@test: a tombstone, in both ways to say it
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO raw (id, v) VALUES (1, NULL);
INSERT INTO raw (id, v) VALUES (2, NULL);
ASSERT NULL VALUES a (id) KEY (1);
ASSERT TOMBSTONE a (id) KEY (2);

--@test: a tombstone of another key
--@expected.error: assertion
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO raw (id, v) VALUES (1, NULL);
ASSERT TOMBSTONE a (id) KEY (2);

--@test: a value is no tombstone
--@expected.error: assertion
--@expected.message: expected: a tombstone
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);
ASSERT NULL VALUES a (id) KEY (1);

--@test: a stream as it is
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ASSERT STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');

--@test: another type of a column
--@expected.error: assertion
--@expected.message: `N` BIGINT
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ASSERT STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');

--@test: another topic
--@expected.error: assertion
--@expected.message: topic  expected: b
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
ASSERT STREAM a (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');

--@test: another format
--@expected.error: assertion
--@expected.message: value format
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ASSERT STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='DELIMITED');

--@test: a table is no stream
--@expected.error: assertion
--@expected.message: kind
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
ASSERT STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a source that is not there
--@expected.error: assertion
--@expected.message: 'C'
ASSERT VALUES c (n) VALUES (5);
