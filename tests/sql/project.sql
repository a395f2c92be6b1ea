-- SPDX-License-Identifier: Apache-2.0
-- The SELECT list (language 4.2).

--@test: columns come in the order in which they are selected
CREATE STREAM a (id INT KEY, x INT, y STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, y, x + 1 AS x1 FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 2, 'z');
ASSERT STREAM b (id INT KEY, y STRING, x1 INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (rowtime, id, y, x1) VALUES (1, 1, 'z', 3);

--@test: an item without a name is called KSQL_COL_n
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x * 2, x AS same, x * 3 FROM a;
ASSERT STREAM b (id INT KEY, ksql_col_0 INT, same INT, ksql_col_1 INT) WITH (kafka_topic='B', value_format='JSON');

--@test: a generated name skips one that a source has
CREATE STREAM a (id INT KEY, ksql_col_0 INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ksql_col_0 + 1 FROM a;
ASSERT STREAM b (id INT KEY, ksql_col_1 INT) WITH (kafka_topic='B', value_format='JSON');

--@test: the key may be renamed
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id AS k, x FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 7, 2);
ASSERT VALUES b (k, x) VALUES (7, 2);

--@test: AS_VALUE copies a key into the value
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, AS_VALUE(id) AS copy FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 7, 2);
ASSERT VALUES b (id, copy) VALUES (7, 7);

--@test: a field of a struct gives its name to the column
CREATE STREAM a (id INT KEY, s STRUCT<x INT, y STRUCT<z STRING>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s->x, s->y->z FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, STRUCT(x := 2, y := STRUCT(z := 'deep')));
INSERT INTO a (rowtime, id) VALUES (2, 2);
ASSERT VALUES b (id, x, z) VALUES (1, 2, 'deep');
ASSERT VALUES b (id, x, z) VALUES (2, NULL, NULL);

--@test: all fields of a struct become columns
CREATE STREAM a (id INT KEY, s STRUCT<x INT, y STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s->* FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, STRUCT(x := 2, y := 'z'));
ASSERT VALUES b (id, x, y) VALUES (1, 2, 'z');

--@test: an alias of the source may stand before its columns
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT t.id, t.x + t.id AS sum FROM a AS t WHERE t.x > 0;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
ASSERT VALUES b (id, sum) VALUES (1, 3);

--@test: quoted names keep their case and blanks
CREATE STREAM a (id INT KEY, `my column` INT, "lower" INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, `my column` + `lower` AS `The Sum` FROM a;
INSERT INTO a (rowtime, id, `my column`, "lower") VALUES (1, 1, 2, 3);
ASSERT VALUES b (id, `The Sum`) VALUES (1, 5);

--@test: an expression that fails makes its column NULL and no other
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 10 / x AS q, x + 1 AS n FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 0);
ASSERT VALUES b (id, q, n) VALUES (1, NULL, 1);

--@test: a record without a value goes through a projection as it is
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, COALESCE(n, 9) AS m FROM a;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, NULL);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 5);
ASSERT NULL VALUES b (id) KEY (1);
ASSERT VALUES b (id, m) VALUES (2, 5);

--@test: a star and single items may be mixed
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT *, x + 1 AS y FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
ASSERT VALUES b (id, x, y) VALUES (1, 2, 3);

--@test: constants may be selected
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 1 AS one, 'text' AS t, true AS yes, 1.50 AS d, 1e0 AS f FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
ASSERT STREAM b (id INT KEY, one INT, t STRING, yes BOOLEAN, d DECIMAL(3, 2), f DOUBLE) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (id, one, t, yes, d, f) VALUES (1, 1, 'text', true, 1.50, 1.0);
