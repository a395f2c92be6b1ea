-- SPDX-License-Identifier: Apache-2.0
-- Lambdas: TRANSFORM, FILTER, REDUCE (language 4.8).

--@test: TRANSFORM of a list
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => x * 10) AS m FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2]);
ASSERT VALUES b (m) VALUES (ARRAY[10, 20]);

--@test: TRANSFORM may change the type
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => 'n' + CAST(x AS STRING)) AS m FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2]);
ASSERT VALUES b (m) VALUES (ARRAY['n1', 'n2']);

--@test: TRANSFORM of a map takes a lambda for keys and one for values
CREATE STREAM a (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(m, (k, v) => UCASE(k), (k, v) => v + 1) AS m FROM a;
INSERT INTO a (id, m) VALUES (1, MAP('p' := 1, 'q' := 2));
ASSERT VALUES b (m) VALUES (MAP('P' := 2, 'Q' := 3));

--@test: FILTER of a list keeps what is true
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, FILTER(l, x => x > 1) AS m FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2, 3]);
ASSERT VALUES b (m) VALUES (ARRAY[2, 3]);

--@test: FILTER of a map sees key and value
CREATE STREAM a (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, FILTER(m, (k, v) => k = 'p' OR v > 2) AS m FROM a;
INSERT INTO a (id, m) VALUES (1, MAP('p' := 1, 'q' := 2, 'r' := 3));
ASSERT VALUES b (m) VALUES (MAP('p' := 1, 'r' := 3));

--@test: REDUCE of a list folds from the start value
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, REDUCE(l, 100, (s, x) => s - x) AS n FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2]);
ASSERT VALUES b (n) VALUES (97);

--@test: REDUCE of a map sees state, key and value
CREATE STREAM a (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, REDUCE(m, 0, (s, k, v) => s + v + LEN(k)) AS n FROM a;
INSERT INTO a (id, m) VALUES (1, MAP('p' := 1, 'qq' := 2));
ASSERT VALUES b (n) VALUES (6);

--@test: a body uses columns beside its parameters
CREATE STREAM a (id INT KEY, n INT, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => x + n) AS m FROM a;
INSERT INTO a (id, n, l) VALUES (1, 100, ARRAY[1, 2]);
INSERT INTO a (id, n, l) VALUES (2, 200, ARRAY[1]);
ASSERT VALUES b (m) VALUES (ARRAY[101, 102]);
ASSERT VALUES b (m) VALUES (ARRAY[201]);

--@test: lambdas stand in one another
CREATE STREAM a (id INT KEY, l ARRAY<ARRAY<INT>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => REDUCE(x, 0, (s, y) => s + y)) AS m FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[ARRAY[1, 2], ARRAY[3, 4]]);
ASSERT VALUES b (m) VALUES (ARRAY[3, 7]);

--@test: an inner body sees the parameters around it
CREATE STREAM a (id INT KEY, l ARRAY<ARRAY<INT>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => TRANSFORM(x, y => y + ARRAY_LENGTH(x))) AS m FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[ARRAY[1, 2], ARRAY[3]]);
ASSERT VALUES b (m) VALUES (ARRAY[ARRAY[3, 4], ARRAY[4]]);

--@test: results go into other functions
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY_JOIN(TRANSFORM(FILTER(l, x => x > 1), x => x * 2), '-') AS s FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2, 3]);
ASSERT VALUES b (s) VALUES ('4-6');

--@test: a missing list gives NULL
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => x + 1) AS m, FILTER(l, x => x > 1) AS f FROM a;
INSERT INTO a (id) VALUES (1);
ASSERT VALUES b (m, f) VALUES (NULL, NULL);

--@test: a lambda in WHERE
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, l FROM a WHERE REDUCE(l, 0, (s, x) => s + x) > 5;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2]);
INSERT INTO a (id, l) VALUES (2, ARRAY[3, 4]);
ASSERT VALUES b (id) VALUES (2);

--@test: a body with CASE
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => CASE WHEN x > 1 THEN 'big' ELSE 'small' END) AS m FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2]);
ASSERT VALUES b (m) VALUES (ARRAY['small', 'big']);

--@test: fields of elements that are structs
CREATE STREAM a (id INT KEY, l ARRAY<STRUCT<n INT, s STRING>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(FILTER(l, x => x->s = 'p'), x => x->n) AS m FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[STRUCT(n := 1, s := 'p'), STRUCT(n := 2, s := 'q')]);
ASSERT VALUES b (m) VALUES (ARRAY[1]);

--@test: an unknown name in a body
--@expected.message: 'Z'
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => x + z) AS m FROM a;

--@test: a parameter may not be named as a column
--@expected.message: 'L'
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, l => l + 1) AS m FROM a;

--@test: nor as one of a lambda around it
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, l ARRAY<ARRAY<INT>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => TRANSFORM(x, x => x + 1)) AS m FROM a;

--@test: FILTER wants a condition
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, FILTER(l, x => x + 1) AS m FROM a;

--@test: a lambda of two for a list
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, (x, y) => x + y) AS m FROM a;

--@test: functions that take no lambda
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY_LENGTH(l, x => x) AS m FROM a;
