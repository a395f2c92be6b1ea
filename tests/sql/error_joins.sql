-- SPDX-License-Identifier: Apache-2.0
-- Joins that cannot be.

--@test: a source with itself
--@expected.message: cannot be joined with itself
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT x.id, x.n FROM a x JOIN a y WITHIN 1 MINUTE ON x.id = y.id;

--@test: a table before a stream
--@expected.message: a table cannot be joined with stream 'S': put the stream first
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT t.id, x, y FROM t JOIN s ON s.id = t.id;

--@test: a FULL join of a stream and a table
--@expected.message: a stream and a table can only be joined by INNER and LEFT JOIN
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s FULL JOIN t ON s.id = t.id;

--@test: a table on a column that is no key
--@expected.message: table 'T' can only be joined on its PRIMARY KEY, 'ID'
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t ON s.x = t.y;

--@test: sides of different types
--@expected.message: the join condition compares BIGINT with INTEGER: both sides must have the same type, convert one with CAST
CREATE STREAM s (id BIGINT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t ON s.id = t.id;

--@test: a condition that is no equality
--@expected.message: the join condition must be one equality
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t ON s.id > t.id;

--@test: WITHIN for a table
--@expected.message: WITHIN is only for joins of two streams
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t WITHIN 1 MINUTE ON s.id = t.id;

--@test: two streams without WITHIN
--@expected.message: a join of two streams needs WITHIN and a duration before ON
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t (id INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t ON s.id = t.id;

--@test: topics with different numbers of partitions, with what to do
--@expected.message: their topics have 2 and 3 partitions
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON', partitions=3);
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t ON s.id = t.id;

--@test: an unknown source in a condition is told before an ambiguous column
--@expected.message: 'U' is not a source of this query
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t ON id = u.id;

--@test: a later condition over one source is told before an earlier join's key
--@expected.message: both sides read the same source
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE u (id INT PRIMARY KEY, z INT) WITH (kafka_topic='u', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y, z FROM s JOIN t ON s.x = t.y JOIN u ON s.x = s.id;
