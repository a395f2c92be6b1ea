-- SPDX-License-Identifier: Apache-2.0
-- Arrays, maps and structs (language 2.6).

--@test: an array counts from 1, from its end with negative numbers
CREATE STREAM a (id INT KEY, x ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x[1] AS first, x[-1] AS last, x[-2] AS before, x[0] AS zero, x[9] AS far FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, ARRAY['p', 'q', 'r']);
INSERT INTO a (rowtime, id) VALUES (2, 2);
ASSERT VALUES b (id, first, last, before, zero, far) VALUES (1, 'p', 'r', 'q', NULL, NULL);
ASSERT VALUES b (id, first, last, before, zero, far) VALUES (2, NULL, NULL, NULL, NULL, NULL);

--@test: a map gives the value of a key, or NULL
CREATE STREAM a (id INT KEY, m MAP<STRING, INT>, k STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, m['x'] AS x, m[k] AS k FROM a;
INSERT INTO a (rowtime, id, m, k) VALUES (1, 1, MAP('x' := 1, 'y' := 2), 'y');
INSERT INTO a (rowtime, id, m, k) VALUES (2, 2, MAP('y' := 2), 'z');
INSERT INTO a (rowtime, id, k) VALUES (3, 3, 'z');
ASSERT VALUES b (id, x, k) VALUES (1, 1, 2);
ASSERT VALUES b (id, x, k) VALUES (2, NULL, NULL);
ASSERT VALUES b (id, x, k) VALUES (3, NULL, NULL);

--@test: arrays, maps and structs are built from columns
CREATE STREAM a (id INT KEY, x INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[x, x + 1] AS l, MAP(s := x) AS m, STRUCT(n := x, t := s) AS st FROM a;
INSERT INTO a (rowtime, id, x, s) VALUES (1, 1, 5, 'k');
ASSERT STREAM b (id INT KEY, l ARRAY<INT>, m MAP<STRING, INT>, st STRUCT<n INT, t STRING>) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (id, l, m, st) VALUES (1, ARRAY[5, 6], MAP('k' := 5), STRUCT(n := 5, t := 'k'));

--@test: the elements of an array get their common type
CREATE STREAM a (id INT KEY, x INT, l BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[x, l] AS p, ARRAY[1, 2.5] AS q, ARRAY[1, '2'] AS r FROM a;
ASSERT STREAM b (id INT KEY, p ARRAY<BIGINT>, q ARRAY<DECIMAL(11, 1)>, r ARRAY<INT>) WITH (kafka_topic='B', value_format='JSON');

--@test: nested values go through JSON as they are
CREATE STREAM a (id INT KEY, x ARRAY<STRUCT<m MAP<STRING, ARRAY<INT>>>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, x[1]->m['k'][2] AS deep FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, ARRAY[STRUCT(m := MAP('k' := ARRAY[1, 2]))]);
ASSERT VALUES b (id, x, deep) VALUES (1, ARRAY[STRUCT(m := MAP('k' := ARRAY[1, 2]))], 2);

--@test: a failing element is NULL and the others stay
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[x, 10 / x] AS l, STRUCT(f := 10 / x, g := x) AS s FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 0);
ASSERT VALUES b (id, l, s) VALUES (1, ARRAY[0, NULL], STRUCT(f := CAST(NULL AS INT), g := 0));

--@test: EXPLODE makes a row of each element
--@partitions: any
CREATE STREAM a (id INT KEY, x ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(x) AS e FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, ARRAY['p', 'q']);
INSERT INTO a (rowtime, id) VALUES (2, 2);
INSERT INTO a (rowtime, id, x) VALUES (3, 3, ARRAY['r']);
ASSERT VALUES b (rowtime, id, e) VALUES (1, 1, 'p');
ASSERT VALUES b (rowtime, id, e) VALUES (1, 1, 'q');
ASSERT VALUES b (rowtime, id, e) VALUES (3, 3, 'r');

--@test: two EXPLODEs go side by side
CREATE STREAM a (id INT KEY, x ARRAY<INT>, y ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(x) + 1 AS x, EXPLODE(y) AS y FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, ARRAY[1, 2], ARRAY['p']);
ASSERT VALUES b (id, x, y) VALUES (1, 2, 'p');
ASSERT VALUES b (id, x, y) VALUES (1, 3, NULL);
