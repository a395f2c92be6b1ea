-- SPDX-License-Identifier: Apache-2.0
-- A stream with a table (language 4.7, runtime 2.14).

--@test: each row of the stream meets the table as it is then
--@partitions: any
--@stepwise
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, x, name FROM s JOIN t ON s.id = t.id;
INSERT INTO s (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO t (rowtime, id, name) VALUES (2, 1, 'one');
INSERT INTO s (rowtime, id, x) VALUES (3, 1, 20);
INSERT INTO t (rowtime, id, name) VALUES (4, 1, 'uno');
INSERT INTO s (rowtime, id, x) VALUES (5, 1, 30);
ASSERT VALUES j (rowtime, id, x, name) VALUES (3, 1, 20, 'one');
ASSERT VALUES j (rowtime, id, x, name) VALUES (5, 1, 30, 'uno');

--@test: time decides which comes first when both wait
--@partitions: any
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, x, name FROM s LEFT JOIN t ON s.id = t.id;
INSERT INTO s (rowtime, id, x) VALUES (10, 1, 1);
INSERT INTO t (rowtime, id, name) VALUES (20, 1, 'one');
INSERT INTO s (rowtime, id, x) VALUES (30, 1, 3);
ASSERT VALUES j (rowtime, x, name) VALUES (10, 1, NULL);
ASSERT VALUES j (rowtime, x, name) VALUES (30, 3, 'one');

--@test: a LEFT JOIN keeps rows without a partner
--@partitions: any
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, x, name FROM s LEFT JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, name) VALUES (1, 1, 'one');
INSERT INTO s (rowtime, id, x) VALUES (2, 1, 10);
INSERT INTO s (rowtime, id, x) VALUES (3, 2, 20);
ASSERT VALUES j (id, x, name) VALUES (1, 10, 'one');
ASSERT VALUES j (id, x, name) VALUES (2, 20, NULL);

--@test: a change of the table alone gives nothing
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, x, name FROM s JOIN t ON s.id = t.id;
INSERT INTO s (rowtime, id, x) VALUES (1, 1, 10);
INSERT INTO t (rowtime, id, name) VALUES (2, 1, 'one');
INSERT INTO t (rowtime, id, name) VALUES (3, 1, 'two');
INSERT INTO s (rowtime, id, x) VALUES (4, 1, 20);
ASSERT VALUES j (x, name) VALUES (20, 'two');

--@test: a deleted row of the table has no partner any more
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='t', value_format='KAFKA');
CREATE STREAM j AS SELECT s.id AS id, x, name FROM s LEFT JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, name) VALUES (1, 1, 'one');
INSERT INTO s (rowtime, id, x) VALUES (2, 1, 10);
INSERT INTO raw (rowtime, id, v) VALUES (3, 1, NULL);
INSERT INTO s (rowtime, id, x) VALUES (4, 1, 20);
ASSERT VALUES j (id, x, name) VALUES (1, 10, 'one');
ASSERT VALUES j (id, x, name) VALUES (1, 20, NULL);

--@test: a join on another column repartitions the stream
--@partitions: any
CREATE STREAM s (id INT KEY, user STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (user STRING PRIMARY KEY, city STRING) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO t (rowtime, user, city) VALUES (1, 'ann', 'Oslo');
INSERT INTO t (rowtime, user, city) VALUES (2, 'bob', 'Rome');
CREATE STREAM j AS SELECT s.user AS user, id, city FROM s JOIN t ON s.user = t.user;
INSERT INTO s (rowtime, id, user) VALUES (3, 1, 'bob');
INSERT INTO s (rowtime, id, user) VALUES (4, 2, 'ann');
INSERT INTO s (rowtime, id, user) VALUES (5, 3, 'eve');
ASSERT VALUES j (rowtime, user, id, city) VALUES (3, 'bob', 1, 'Rome');
ASSERT VALUES j (rowtime, user, id, city) VALUES (4, 'ann', 2, 'Oslo');

--@test: a join on an expression of the stream
CREATE STREAM s (id INT KEY, user STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (user STRING PRIMARY KEY, city STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT t.user AS user, id, city FROM s JOIN t ON LCASE(s.user) = t.user;
INSERT INTO t (rowtime, user, city) VALUES (1, 'ann', 'Oslo');
INSERT INTO s (rowtime, id, user) VALUES (2, 1, 'ANN');
ASSERT VALUES j (user, id, city) VALUES ('ann', 1, 'Oslo');

--@test: a NULL key meets nobody
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, x, name FROM s JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, name) VALUES (1, 1, 'one');
INSERT INTO s (rowtime, x) VALUES (2, 10);
INSERT INTO s (rowtime, id, x) VALUES (3, 1, 20);
ASSERT VALUES j (id, x, name) VALUES (1, 20, 'one');

--@test: a star gives every column its source's name
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT * FROM s JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, name) VALUES (1, 1, 'one');
INSERT INTO s (rowtime, id, x) VALUES (2, 1, 10);
ASSERT STREAM j (s_id INT KEY, s_x INT, t_id INT, t_name STRING) WITH (kafka_topic='J', value_format='JSON');
ASSERT VALUES j (s_id, s_x, t_id, t_name) VALUES (1, 10, 1, 'one');

--@test: WHERE and expressions see both sides
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, s.x + t.y AS z FROM s JOIN t ON s.id = t.id WHERE s.x > t.y;
INSERT INTO t (rowtime, id, y) VALUES (1, 1, 5);
INSERT INTO s (rowtime, id, x) VALUES (2, 1, 4);
INSERT INTO s (rowtime, id, x) VALUES (3, 1, 6);
ASSERT VALUES j (id, z) VALUES (1, 11);

--@test: a stream joins two tables, one after the other
CREATE STREAM s (id INT KEY, c STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE u (c STRING PRIMARY KEY, country STRING) WITH (kafka_topic='u', value_format='JSON');
INSERT INTO t (rowtime, id, name) VALUES (1, 1, 'one');
INSERT INTO u (rowtime, c, country) VALUES (2, 'no', 'Norway');
CREATE STREAM j AS SELECT u.c AS c, s.id AS id, name, country FROM s JOIN t ON s.id = t.id JOIN u ON s.c = u.c;
INSERT INTO s (rowtime, id, c) VALUES (3, 1, 'no');
ASSERT VALUES j (c, id, name, country) VALUES ('no', 1, 'one', 'Norway');

--@test: a joined stream can be counted by what the table says
--@partitions: any
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, city STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE n AS SELECT city, COUNT(*) AS c FROM s JOIN t ON s.id = t.id GROUP BY city;
INSERT INTO t (rowtime, id, city) VALUES (1, 1, 'Oslo');
INSERT INTO t (rowtime, id, city) VALUES (2, 2, 'Oslo');
INSERT INTO s (rowtime, id, x) VALUES (3, 1, 5);
INSERT INTO s (rowtime, id, x) VALUES (4, 2, 5);
ASSERT VALUES n (city, c) VALUES ('Oslo', 1);
ASSERT VALUES n (city, c) VALUES ('Oslo', 2);

--@test: sides whose key formats differ still meet
--@partitions: any
CREATE STREAM s (id INT KEY, y INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, n STRING) WITH (kafka_topic='t', format='JSON');
CREATE STREAM j AS SELECT s.id AS id, y, n FROM s JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, n) VALUES (1, 1, 'one');
INSERT INTO t (rowtime, id, n) VALUES (2, 2, 'two');
INSERT INTO s (rowtime, id, y) VALUES (3, 2, 5);
INSERT INTO s (rowtime, id, y) VALUES (4, 1, 6);
ASSERT VALUES j (id, y, n) VALUES (2, 5, 'two');
ASSERT VALUES j (id, y, n) VALUES (1, 6, 'one');

--@test: ROWTIME of a side is that of its row
CREATE STREAM s (id INT KEY, y INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, n STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, s.ROWTIME AS st, t.ROWTIME AS tt FROM s JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, n) VALUES (1, 1, 'one');
INSERT INTO s (rowtime, id, y) VALUES (4, 1, 6);
ASSERT VALUES j (rowtime, id, st, tt) VALUES (4, 1, 4, 1);

--@test: rows without a partner can be picked
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, x FROM s LEFT JOIN t ON s.id = t.id WHERE t.name IS NULL;
INSERT INTO t (rowtime, id, name) VALUES (1, 1, 'one');
INSERT INTO s (rowtime, id, x) VALUES (2, 1, 10);
INSERT INTO s (rowtime, id, x) VALUES (3, 2, 20);
ASSERT VALUES j (id, x) VALUES (2, 20);

--@test: a stream row without a value is not joined
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, x, name FROM s JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, name) VALUES (1, 1, 'one');
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, NULL);
INSERT INTO s (rowtime, id, x) VALUES (3, 1, 20);
ASSERT VALUES j (id, x, name) VALUES (1, 20, 'one');
