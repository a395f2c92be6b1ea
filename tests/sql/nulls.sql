-- SPDX-License-Identifier: Apache-2.0
-- The logic of NULL, and errors in expressions (language 2.3, 2.7).

--@test: NOT of a comparison with NULL is true
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE NOT (x = 1);
CREATE STREAM c AS SELECT * FROM a WHERE x <> 1;
INSERT INTO a VALUES (1, NULL);
INSERT INTO a VALUES (2, 2);
ASSERT VALUES b (id) VALUES (1);
ASSERT VALUES b (id) VALUES (2);
ASSERT VALUES c (id) VALUES (2);

--@test: a NULL in the list of IN matches nothing
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x IN (1, y) AS i, x NOT IN (1, y) AS n FROM a;
INSERT INTO a VALUES (1, 2, NULL);
INSERT INTO a VALUES (2, NULL, NULL);
ASSERT VALUES b (id, i, n) VALUES (1, false, true);
ASSERT VALUES b (id, i, n) VALUES (2, false, true);

--@test: a NULL condition drops the row, NOT or not
CREATE STREAM a (id INT KEY, t BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE t;
CREATE STREAM c AS SELECT * FROM a WHERE NOT t;
INSERT INTO a VALUES (1, NULL);
INSERT INTO a VALUES (2, true);
INSERT INTO a VALUES (3, false);
ASSERT VALUES b (id) VALUES (2);
ASSERT VALUES c (id) VALUES (3);

--@test: NOT LIKE of a NULL drops the row
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE s NOT LIKE 'x%';
CREATE STREAM c AS SELECT * FROM a WHERE NOT (s LIKE 'x%');
INSERT INTO a VALUES (1, NULL);
INSERT INTO a VALUES (2, 'y');
ASSERT VALUES b (id) VALUES (2);
ASSERT VALUES c (id) VALUES (2);

--@test: two NULLs are not distinct, of any type
CREATE STREAM a (id INT KEY, x ARRAY<INT>, y ARRAY<INT>, s STRUCT<f INT>, m MAP<STRING, INT>, t BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x IS DISTINCT FROM y AS d, s IS NOT DISTINCT FROM STRUCT(f := 1) AS e, m IS DISTINCT FROM MAP('k' := 1) AS f, t IS NOT DISTINCT FROM true AS g FROM a;
INSERT INTO a (id) VALUES (1);
INSERT INTO a VALUES (2, ARRAY[1], ARRAY[1], STRUCT(f := 1), MAP('k' := 1), true);
ASSERT VALUES b (id, d, e, f, g) VALUES (1, false, false, true, false);
ASSERT VALUES b (id, d, e, f, g) VALUES (2, false, true, false, true);

--@test: NULL inside an array equals NULL inside another
CREATE STREAM a (id INT KEY, x ARRAY<INT>, y ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x = y AS eq, x <> y AS ne FROM a;
INSERT INTO a VALUES (1, ARRAY[1, NULL], ARRAY[1, NULL]);
INSERT INTO a VALUES (2, ARRAY[1, NULL], ARRAY[1, 2]);
INSERT INTO a VALUES (3, NULL, ARRAY[1]);
ASSERT VALUES b (id, eq, ne) VALUES (1, true, false);
ASSERT VALUES b (id, eq, ne) VALUES (2, false, true);
ASSERT VALUES b (id, eq, ne) VALUES (3, false, false);

--@test: maps are equal whatever the order of their keys
CREATE STREAM a (id INT KEY, x MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x = MAP('k' := 1, 'l' := 2) AS eq FROM a;
INSERT INTO a VALUES (1, MAP('l' := 2, 'k' := 1));
INSERT INTO a VALUES (2, MAP('l' := 2, 'k' := 2));
ASSERT VALUES b (id, eq) VALUES (1, true);
ASSERT VALUES b (id, eq) VALUES (2, false);

--@test: arrays have no order
--@expected.message: '<' cannot compare
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x < ARRAY[1];

--@test: structs of unlike fields do not compare
--@expected.message: cannot compare
CREATE STREAM a (id INT KEY, x STRUCT<f INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x = STRUCT(g := 1);

--@test: BETWEEN with NULL bounds is false, and its NOT true
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x BETWEEN y AND 5 AS i, x NOT BETWEEN y AND 5 AS n FROM a;
INSERT INTO a VALUES (1, 2, NULL);
INSERT INTO a VALUES (2, 2, 1);
ASSERT VALUES b (id, i, n) VALUES (1, false, true);
ASSERT VALUES b (id, i, n) VALUES (2, true, false);

--@test: BETWEEN with the literal NULL is refused
--@expected.message: NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x BETWEEN NULL AND 5;

--@test: arithmetic with the literal NULL is refused
--@expected.message: NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + NULL AS y FROM a;

--@test: a failing argument is NULL for the function around it
CREATE STREAM a (id INT KEY, x INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, COALESCE(1 / x, -1) AS c, MAP('k' := 1 / x) AS m, STRUCT(f := 1 / x, g := 2) AS t, ARRAY[1 / x, 5] AS y, CAST(1 / x AS BIGINT) IS NULL AS n FROM a;
INSERT INTO a VALUES (1, 0, 'q');
ASSERT VALUES b (c, m, t, y, n) VALUES (-1, MAP('k' := CAST(NULL AS INT)), STRUCT(f := CAST(NULL AS INT), g := 2), ARRAY[NULL, 5], true);

--@test: an operand that fails makes the whole expression NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 1 / x + 1 AS p, (1 / x) IS NULL AS n, 1 / x = 1 AS eq, NOT (1 / x = 1) AS ne FROM a;
INSERT INTO a VALUES (1, 0);
ASSERT VALUES b (p, n, eq, ne) VALUES (NULL, NULL, NULL, NULL);

--@test: an error in HAVING counts as false
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id HAVING 1 / MAX(x) = 1;
INSERT INTO a VALUES (1, 0);
INSERT INTO a VALUES (1, 1);
ASSERT VALUES b (id, n) VALUES (1, 2);

--@test: CASE takes a NULL comparison for false
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN x > 1 THEN 'more' WHEN x <= 1 THEN 'less' ELSE 'none' END AS c FROM a;
INSERT INTO a VALUES (1, NULL);
ASSERT VALUES b (c) VALUES ('none');

--@test: CASE with nothing but NULL has no type
--@expected.message: NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN x > 1 THEN NULL ELSE NULL END AS c FROM a;

--@test: some branches of CASE may be NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN x > 1 THEN NULL ELSE 'q' END AS c FROM a;
INSERT INTO a VALUES (1, 2);
INSERT INTO a VALUES (2, 1);
ASSERT VALUES b (c) VALUES (NULL);
ASSERT VALUES b (c) VALUES ('q');

--@test: a condition of CASE must be BOOLEAN
--@expected.message: BOOLEAN
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN x THEN 1 ELSE 2 END AS c FROM a;

--@test: branches of CASE do not widen
--@expected.message: one type
CREATE STREAM a (id INT KEY, x INT, l BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN x > 1 THEN x ELSE l END AS c FROM a;

--@test: LIKE crosses no line, and escapes what follows
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s LIKE 'a%' AS p, s LIKE 'a_b' AS u, s LIKE 'a#_b' ESCAPE '#' AS e FROM a;
INSERT INTO a VALUES (1, 'a
b');
INSERT INTO a VALUES (2, 'a_b');
INSERT INTO a VALUES (3, 'a.b');
ASSERT VALUES b (id, p, u, e) VALUES (1, false, false, false);
ASSERT VALUES b (id, p, u, e) VALUES (2, true, true, true);
ASSERT VALUES b (id, p, u, e) VALUES (3, true, true, false);

--@test: a pattern that ends in its escape character fails for each row
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s LIKE 'a#' ESCAPE '#' AS l FROM a;
INSERT INTO a VALUES (1, 'a');
ASSERT VALUES b (id, l) VALUES (1, NULL);

--@test: LIKE is for text
--@expected.message: LIKE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x LIKE '1%';

--@test: two comparisons in a row are refused
--@expected.message: '<'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE 1 < x < 3;

--@test: AT TIME ZONE is refused, with what to use
--@expected.message: AT TIME ZONE
CREATE STREAM a (id INT KEY, x TIMESTAMP) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x AT TIME ZONE 'UTC' AS y FROM a;
