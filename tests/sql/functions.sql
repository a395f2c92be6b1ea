-- SPDX-License-Identifier: Apache-2.0
-- Scalar functions at work in queries. Their own rules are tested in
-- tests/unit/test_function*.c.

--@test: functions over texts
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, UCASE(s) AS u, LCASE(s) AS l, LEN(s) AS n, SUBSTRING(s, 2, 2) AS p, SUBSTRING(s, -2) AS e, CONCAT(s, '-', s) AS c, TRIM(s) AS t FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, ' aBc');
INSERT INTO a (rowtime, id) VALUES (2, 2);
ASSERT VALUES b (id, u, l, n, p, e, c, t) VALUES (1, ' ABC', ' abc', 4, 'aB', 'Bc', ' aBc- aBc', 'aBc');
ASSERT VALUES b (id, u, l, n, p, e, t) VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL);

--@test: functions over numbers keep their types
CREATE STREAM a (id INT KEY, i INT, l BIGINT, d DOUBLE, c DECIMAL(4, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ABS(i) AS ai, ABS(l) AS al, ABS(c) AS ac, ROUND(d) AS rd, ROUND(d, 1) AS rd1, ROUND(c, 1) AS rc FROM a;
INSERT INTO a (rowtime, id, i, l, d, c) VALUES (1, 1, -5, -6, 2.45, -1.25);
ASSERT STREAM b (id INT KEY, ai INT, al BIGINT, ac DECIMAL(4, 2), rd BIGINT, rd1 DOUBLE, rc DECIMAL(4, 2)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (ai, al, ac, rd, rd1, rc) VALUES (5, 6, 1.25, 2, 2.5, -1.20);

--@test: COALESCE takes the first value that is not NULL
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, COALESCE(x, y, 0) AS c, IFNULL(x, 9) AS i, NULLIF(x, 1) AS n FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 1, 2);
INSERT INTO a (rowtime, id, y) VALUES (2, 2, 2);
INSERT INTO a (rowtime, id) VALUES (3, 3);
ASSERT VALUES b (id, c, i, n) VALUES (1, 1, 1, NULL);
ASSERT VALUES b (id, c, i, n) VALUES (2, 2, 9, NULL);
ASSERT VALUES b (id, c, i, n) VALUES (3, 0, 9, NULL);

--@test: an INTEGER goes where a function wants a BIGINT or DOUBLE
CREATE STREAM a (id INT KEY, i INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, SQRT(i) AS s FROM a;
INSERT INTO a (rowtime, id, i) VALUES (1, 1, 9);
ASSERT VALUES b (id, s) VALUES (1, 3.0);

--@test: functions nest, and their names have no case
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, len(Concat(uCase(s), 'xy')) AS n FROM a WHERE Len(s) > 1;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, 'a');
INSERT INTO a (rowtime, id, s) VALUES (2, 2, 'abc');
ASSERT VALUES b (id, n) VALUES (2, 5);

--@test: lengths and positions count UTF-16 units
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, LEN(s) AS n, SUBSTRING(s, 4) AS rest FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, '😀äx');
ASSERT VALUES b (id, n, rest) VALUES (1, 4, 'x');

--@test: functions over arrays
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY_LENGTH(x) AS n, ARRAY_CONTAINS(x, 3) AS has, ARRAY_JOIN(x, '-') AS j FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, ARRAY[3, 4]);
ASSERT VALUES b (id, n, has, j) VALUES (1, 2, true, '3-4');

--@test: texts are split into arrays, which explode into rows
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(SPLIT(s, ' ')) AS word FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, 'two words');
ASSERT VALUES b (id, word) VALUES (1, 'two');
ASSERT VALUES b (id, word) VALUES (1, 'words');

--@test: CONCAT leaves NULL out
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CONCAT(s, 'x') AS c, s || 'x' AS d, CAST(NULL AS INT) AS n FROM a;
INSERT INTO a (id) VALUES (1);
ASSERT VALUES b (c, d, n) VALUES ('x', 'x', NULL);

--@test: lambdas change, pick and fold elements
CREATE STREAM a (id INT KEY, l ARRAY<INT>, m MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(l, x => x * 2) AS t, FILTER(l, x => x > 1) AS f, REDUCE(l, 10, (s, x) => s + x) AS r FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1, 2, 3]);
ASSERT VALUES b (t, f, r) VALUES (ARRAY[2, 4, 6], ARRAY[2, 3], 16);
