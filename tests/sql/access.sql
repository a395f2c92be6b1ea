-- SPDX-License-Identifier: Apache-2.0
-- Constructors and access to what is inside (language 2.6).

--@test: an index of zero, out of range or into NULL is NULL
CREATE STREAM a (id INT KEY, x ARRAY<INT>, i INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x[i] AS v FROM a;
INSERT INTO a VALUES (1, ARRAY[10, 20, 30], 0);
INSERT INTO a VALUES (2, ARRAY[10, 20, 30], 4);
INSERT INTO a VALUES (3, ARRAY[10, 20, 30], -1);
INSERT INTO a VALUES (4, ARRAY[10, 20, 30], -3);
INSERT INTO a VALUES (5, ARRAY[10, 20, 30], -4);
INSERT INTO a VALUES (6, NULL, 1);
INSERT INTO a VALUES (7, ARRAY[10, 20, 30], NULL);
ASSERT VALUES b (id, v) VALUES (1, NULL);
ASSERT VALUES b (id, v) VALUES (2, NULL);
ASSERT VALUES b (id, v) VALUES (3, 30);
ASSERT VALUES b (id, v) VALUES (4, 10);
ASSERT VALUES b (id, v) VALUES (5, NULL);
ASSERT VALUES b (id, v) VALUES (6, NULL);
ASSERT VALUES b (id, v) VALUES (7, NULL);

--@test: an array is not indexed by a BIGINT
--@expected.message: BIGINT
CREATE STREAM a (id INT KEY, x ARRAY<INT>, i BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x[i] AS v FROM a;

--@test: a map finds nothing under a key of another type
CREATE STREAM a (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, m[1] AS v, m['1'] AS w, m['none'] AS n FROM a;
INSERT INTO a VALUES (1, MAP('1' := 5));
INSERT INTO a VALUES (2, NULL);
ASSERT VALUES b (v, w, n) VALUES (NULL, 5, NULL);
ASSERT VALUES b (v, w, n) VALUES (NULL, NULL, NULL);

--@test: a field of a NULL struct is NULL
CREATE STREAM a (id INT KEY, s STRUCT<x INT, t STRUCT<y INT>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s->x AS x, s->t->y AS y FROM a;
INSERT INTO a VALUES (1, NULL);
INSERT INTO a VALUES (2, STRUCT(x := 1, t := CAST(NULL AS STRUCT<y INT>)));
ASSERT VALUES b (id, x, y) VALUES (1, NULL, NULL);
ASSERT VALUES b (id, x, y) VALUES (2, 1, NULL);

--@test: a struct may have no field
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, STRUCT() AS s FROM a;
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a VALUES (1, 2);
ASSERT VALUES raw (v) VALUES ('{"X":2,"S":{}}');

--@test: a struct has each field once
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, STRUCT(x := 1, x := 2) AS s FROM a;

--@test: the type of a struct has each field once
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, s STRUCT<x INT, x STRING>) WITH (kafka_topic='a', value_format='JSON');

--@test: a NULL key of a map is the text null in JSON
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, MAP(s := 1, 'k' := 2) AS m FROM a;
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a VALUES (1, NULL);
ASSERT VALUES raw (v) VALUES ('{"M":{"null":1,"k":2}}');

--@test: the fields of a struct in a struct become columns
CREATE STREAM a (id INT KEY, s STRUCT<x INT, t STRUCT<y INT, z STRING>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s->t->* FROM a;
INSERT INTO a VALUES (1, STRUCT(x := 1, t := STRUCT(y := 2, z := 'q')));
ASSERT STREAM b (id INT KEY, y INT, z STRING) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (y, z) VALUES (2, 'q');

--@test: fields of the same name get numbers
CREATE STREAM a (id INT KEY, s STRUCT<x INT>, t STRUCT<x INT>, u STRUCT<x INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s->x, t->x, u->x FROM a;
INSERT INTO a VALUES (1, STRUCT(x := 1), STRUCT(x := 2), STRUCT(x := 3));
ASSERT STREAM b (id INT KEY, x INT, x_1 INT, x_2 INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (x, x_1, x_2) VALUES (1, 2, 3);

--@test: access goes through arrays, maps and structs in any order
CREATE STREAM a (id INT KEY, s STRUCT<f ARRAY<MAP<STRING, STRUCT<g INT>>>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT a.id, a.s->f[1]['k']->g AS g, s->f[-1]['k']->g AS h FROM a;
INSERT INTO a VALUES (1, STRUCT(f := ARRAY[MAP('k' := STRUCT(g := 7)), MAP('k' := STRUCT(g := 8))]));
ASSERT VALUES b (g, h) VALUES (7, 8);

--@test: quoted fields keep their case
CREATE STREAM a (id INT KEY, s STRUCT<`x` INT, X INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s->`x` AS lo, s->x AS up FROM a;
INSERT INTO a VALUES (1, STRUCT(`x` := 1, X := 2));
ASSERT VALUES b (lo, up) VALUES (1, 2);

--@test: a star after what is no struct is refused
--@expected.message: STRUCT
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x->* FROM a;

--@test: a dot does not reach into a struct
--@expected.message: written with '->'
CREATE STREAM a (id INT KEY, s STRUCT<x INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s.x FROM a;
