-- SPDX-License-Identifier: Apache-2.0
-- Keys of streams and tables (language 5).

--@test: key columns come first wherever they were declared
CREATE STREAM a (x INT, id INT KEY, y INT) WITH (kafka_topic='a', value_format='JSON');
ASSERT STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 2, 3);
ASSERT VALUES a (id, x, y) VALUES (1, 2, 3);

--@test: a stream without KEY columns ignores the key of its records
CREATE STREAM keyed (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM a (n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT n + 1 AS m FROM a;
INSERT INTO keyed (rowtime, id, n) VALUES (1, 7, 2);
ASSERT VALUES b (rowtime, m) VALUES (1, 3);
CREATE STREAM b_keyed (id INT KEY, m INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b_keyed (id, m) VALUES (NULL, 3);

--@test: several key columns are one JSON object
CREATE STREAM a (x INT KEY, y STRING KEY, n INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT x, y, n FROM a;
CREATE STREAM b_text (k STRING KEY, n INT) WITH (kafka_topic='B', key_format='KAFKA', value_format='JSON');
INSERT INTO a (rowtime, x, y, n) VALUES (1, 7, 'k', 2);
ASSERT VALUES b_text (k, n) VALUES ('{"X":7,"Y":"k"}', 2);

--@test: several key columns as delimited text
CREATE STREAM a (x INT KEY, y STRING KEY, n INT) WITH (kafka_topic='a', key_format='DELIMITED', value_format='JSON');
CREATE STREAM b AS SELECT x, y, n FROM a;
CREATE STREAM b_text (k STRING KEY, n INT) WITH (kafka_topic='B', key_format='KAFKA', value_format='JSON');
INSERT INTO a (rowtime, x, y, n) VALUES (1, 7, 'k', 2);
ASSERT VALUES b_text (k, n) VALUES ('7,k', 2);

--@test: a stream keeps records whose key is NULL
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n FROM a;
INSERT INTO a (rowtime, n) VALUES (1, 2);
ASSERT VALUES b (id, n) VALUES (NULL, 2);

--@test: keys of every type that the KAFKA format holds
CREATE STREAM a (id BIGINT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id DOUBLE KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c (id BYTES KEY, n INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM a2 AS SELECT * FROM a;
CREATE STREAM b2 AS SELECT * FROM b;
CREATE STREAM c2 AS SELECT * FROM c;
INSERT INTO a VALUES (5000000000, 1);
INSERT INTO b VALUES (2.5, 2);
INSERT INTO c VALUES ('aGk=', 3);
ASSERT VALUES a2 (id, n) VALUES (5000000000, 1);
ASSERT VALUES b2 (id, n) VALUES (2.5, 2);
ASSERT VALUES c2 (id, n) VALUES ('aGk=', 3);

--@test: a struct may be a key
CREATE STREAM a (k STRUCT<x INT, y STRING> KEY, n INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT k, n, k->x AS x FROM a;
INSERT INTO a (rowtime, k, n) VALUES (1, STRUCT(x := 1, y := 'z'), 2);
ASSERT VALUES b (k, n, x) VALUES (STRUCT(x := 1, y := 'z'), 2, 1);

--@test: the key format may be changed by a query
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (key_format='JSON') AS SELECT * FROM a;
CREATE STREAM b_text (k STRING KEY, n INT) WITH (kafka_topic='B', key_format='KAFKA', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES (1, 42, 2);
ASSERT VALUES b_text (k, n) VALUES ('42', 2);
