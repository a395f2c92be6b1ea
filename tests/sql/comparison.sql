-- SPDX-License-Identifier: Apache-2.0
-- Comparisons and the logic of NULL (language 2.7).

--@test: numbers of different types compare by value
CREATE STREAM a (id INT KEY, i INT, l BIGINT, d DOUBLE, c DECIMAL(4, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, i = l AS il, i < d AS lt, c >= i AS ge, c = 2.0 AS eq, d <> c AS ne FROM a;
INSERT INTO a (rowtime, id, i, l, d, c) VALUES (1, 1, 2, 2, 2.5, 2.00);
ASSERT VALUES b (il, lt, ge, eq, ne) VALUES (true, true, true, true, true);

--@test: texts compare by their code units
CREATE STREAM a (id INT KEY, x STRING, y STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x < y AS lt, x = y AS eq FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 'B', 'a');
INSERT INTO a (rowtime, id, x, y) VALUES (2, 2, 'a', 'ab');
INSERT INTO a (rowtime, id, x, y) VALUES (3, 3, 'a', 'a');
ASSERT VALUES b (id, lt, eq) VALUES (1, true, false);
ASSERT VALUES b (id, lt, eq) VALUES (2, true, false);
ASSERT VALUES b (id, lt, eq) VALUES (3, false, true);

--@test: every comparison with NULL is false, also BETWEEN and IN
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x = 1 AS eq, x <> 1 AS ne, x < 1 AS lt,
    x BETWEEN 0 AND 2 AS bt, x IN (1, 2) AS i, x NOT IN (1, 2) AS ni,
    x NOT BETWEEN 0 AND 2 AS nb FROM a;
INSERT INTO a (rowtime, id) VALUES (1, 1);
ASSERT VALUES b (eq, ne, lt, bt, i, ni, nb) VALUES (false, false, false, false, false, true, true);

--@test: IS NULL and IS DISTINCT FROM know NULL
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x IS NULL AS n, x IS NOT NULL AS nn,
    x IS DISTINCT FROM y AS d, x IS NOT DISTINCT FROM y AS nd FROM a;
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 5);
INSERT INTO a (rowtime, id, x, y) VALUES (3, 3, 5, 5);
ASSERT VALUES b (id, n, nn, d, nd) VALUES (1, true, false, false, true);
ASSERT VALUES b (id, n, nn, d, nd) VALUES (2, false, true, true, false);
ASSERT VALUES b (id, n, nn, d, nd) VALUES (3, false, true, false, true);

--@test: AND and OR stop at the side that decides
CREATE STREAM a (id INT KEY, p BOOLEAN, q BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, p AND q AS x, p OR q AS y FROM a;
INSERT INTO a (rowtime, id, p) VALUES (1, 1, false);
INSERT INTO a (rowtime, id, p) VALUES (2, 2, true);
INSERT INTO a (rowtime, id, p, q) VALUES (3, 3, true, false);
ASSERT VALUES b (id, x, y) VALUES (1, false, NULL);
ASSERT VALUES b (id, x, y) VALUES (2, NULL, true);
ASSERT VALUES b (id, x, y) VALUES (3, false, true);

--@test: BETWEEN has both its bounds inside
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x BETWEEN 2 AND 1 + 3;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 2);
INSERT INTO a (rowtime, id, x) VALUES (3, 3, 4);
INSERT INTO a (rowtime, id, x) VALUES (4, 4, 5);
ASSERT VALUES b (x) VALUES (2);
ASSERT VALUES b (x) VALUES (4);

--@test: LIKE knows % and _ and an escape character
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s LIKE 'a%' AS p, s LIKE '_b_' AS u,
    s LIKE '%!%' ESCAPE '!' AS e, s NOT LIKE '%c' AS n FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, 'abc');
INSERT INTO a (rowtime, id, s) VALUES (2, 2, '10%');
INSERT INTO a (rowtime, id, s) VALUES (3, 3, '');
INSERT INTO a (rowtime, id) VALUES (4, 4);
ASSERT VALUES b (id, p, u, e, n) VALUES (1, true, true, false, false);
ASSERT VALUES b (id, p, u, e, n) VALUES (2, false, false, true, true);
ASSERT VALUES b (id, p, u, e, n) VALUES (3, false, false, false, true);
ASSERT VALUES b (id, p, u, e, n) VALUES (4, NULL, NULL, NULL, NULL);

--@test: one character of LIKE may be outside the basic plane
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s LIKE '_' AS one FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, '😀');
ASSERT VALUES b (id, one) VALUES (1, true);

--@test: IN finds a common type for its list
CREATE STREAM a (id INT KEY, i INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, i IN (1, 2.0, '3') AS x, s IN ('10', 10.30) AS y FROM a;
INSERT INTO a (rowtime, id, i, s) VALUES (1, 1, 3, '10.30');
INSERT INTO a (rowtime, id, i, s) VALUES (2, 2, 4, '10.3');
ASSERT VALUES b (id, x, y) VALUES (1, true, true);
ASSERT VALUES b (id, x, y) VALUES (2, false, false);

--@test: arrays, maps and structs can be equal
CREATE STREAM a (id INT KEY, x ARRAY<INT>, y ARRAY<INT>, s STRUCT<f INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x = y AS eq, s = STRUCT(f := 1) AS st FROM a;
INSERT INTO a (rowtime, id, x, y, s) VALUES (1, 1, ARRAY[1, 2], ARRAY[1, 2], STRUCT(f := 1));
INSERT INTO a (rowtime, id, x, y, s) VALUES (2, 2, ARRAY[1, 2], ARRAY[2, 1], STRUCT(f := 2));
ASSERT VALUES b (id, eq, st) VALUES (1, true, true);
ASSERT VALUES b (id, eq, st) VALUES (2, false, false);

--@test: dates compare with text of their form
CREATE STREAM a (id INT KEY, d DATE, t TIME, ts TIMESTAMP) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, d > '2020-01' AS x, t = '10:30' AS y, ts < '2020-02-01T12' AS z FROM a;
INSERT INTO a (rowtime, id, d, t, ts) VALUES (1, 1, '2020-01-02', '10:30:00', '2020-02-01T11:59:59');
INSERT INTO a (rowtime, id, d, t, ts) VALUES (2, 2, '2020-01-01', '10:30:01', '2020-02-01T12:00:00');
ASSERT VALUES b (id, x, y, z) VALUES (1, true, true, true);
ASSERT VALUES b (id, x, y, z) VALUES (2, false, false, false);

--@test: NOT binds looser than a predicate, tighter than AND
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, NOT x = 1 AS p, NOT x BETWEEN 1 AND 2 AND true AS q, x + 1 IN (2, 3) AND NOT false AS r FROM a;
INSERT INTO a VALUES (1, 1);
ASSERT VALUES b (p, q, r) VALUES (false, false, true);
