-- SPDX-License-Identifier: Apache-2.0
-- Numbers and their operators (language 2.2).

--@test: integers truncate toward zero and keep the sign of the dividend
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + y AS p, x - y AS m, x * y AS t, x / y AS d, x % y AS r FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 7, 2);
INSERT INTO a (rowtime, id, x, y) VALUES (2, 2, -7, 2);
ASSERT VALUES b (id, p, m, t, d, r) VALUES (1, 9, 5, 14, 3, 1);
ASSERT VALUES b (id, p, m, t, d, r) VALUES (2, -5, -9, -14, -3, -1);

--@test: INTEGER and BIGINT wrap around
CREATE STREAM a (id INT KEY, x INT, y BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + 1 AS x1, y + 1 AS y1 FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 2147483647, 9223372036854775807);
ASSERT VALUES b (id, x1, y1) VALUES (1, CAST('-2147483648' AS INT), CAST('-9223372036854775808' AS BIGINT));

--@test: division of an integer by zero is NULL, of a double it is not
CREATE STREAM a (id INT KEY, x INT, d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 1 / x AS q, 1 % x AS r, CAST(1.0 / d AS STRING) AS f FROM a;
INSERT INTO a (rowtime, id, x, d) VALUES (1, 1, 0, 0.0);
ASSERT VALUES b (id, q, r, f) VALUES (1, NULL, NULL, 'Infinity');

--@test: an operand that is NULL makes the result NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + 1 AS p, -x AS n FROM a;
INSERT INTO a (rowtime, id) VALUES (1, 1);
ASSERT VALUES b (id, p, n) VALUES (1, NULL, NULL);

--@test: operators bind as in mathematics, left to right
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x - 3 - 2 AS l, 2 + x * 3 AS t, (2 + x) * 3 AS p, -x + 1 AS n FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 10);
ASSERT VALUES b (id, l, t, p, n) VALUES (1, 5, 32, 36, -9);

--@test: the wider of two number types wins
CREATE STREAM a (id INT KEY, i INT, l BIGINT, d DOUBLE, c DECIMAL(4, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, i + l AS il, i + d AS id2, c + d AS cd, i + c AS ic FROM a;
INSERT INTO a (rowtime, id, i, l, d, c) VALUES (1, 1, 1, 2, 0.5, 10.25);
ASSERT STREAM b (id INT KEY, il BIGINT, id2 DOUBLE, cd DOUBLE, ic DECIMAL(13, 2)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (il, id2, cd, ic) VALUES (3, 1.5, 10.75, 11.25);

--@test: decimals get the scale and precision that hold every result
CREATE STREAM a (id INT KEY, x DECIMAL(5, 2), y DECIMAL(4, 3)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + y AS p, x - y AS m, x * y AS t, x % y AS r FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 123.45, 2.125);
ASSERT STREAM b (id INT KEY, p DECIMAL(7, 3), m DECIMAL(7, 3), t DECIMAL(10, 5), r DECIMAL(4, 3)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (p, m, t, r) VALUES (125.575, 121.325, 262.33125, 0.200);

--@test: a decimal quotient that does not end is NULL
CREATE STREAM a (id INT KEY, x DECIMAL(3, 1), y DECIMAL(3, 1)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x / y AS q FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 1.0, 4.0);
INSERT INTO a (rowtime, id, x, y) VALUES (2, 2, 1.0, 3.0);
INSERT INTO a (rowtime, id, x, y) VALUES (3, 3, 1.0, 0.0);
ASSERT VALUES b (id, q) VALUES (1, 0.25);
ASSERT VALUES b (id, q) VALUES (2, NULL);
ASSERT VALUES b (id, q) VALUES (3, NULL);

--@test: decimals of more than 38 digits are exact
CREATE STREAM a (id INT KEY, x DECIMAL(40, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + 0.01 AS y FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 12345678901234567890123456789012345678.98);
ASSERT VALUES b (id, y) VALUES (1, 12345678901234567890123456789012345678.99);

--@test: a plus between two texts joins them, and NULL reads as null
CREATE STREAM a (id INT KEY, x STRING, y STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + y AS xy FROM a;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 'ab', 'cd');
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 'ab');
ASSERT VALUES b (id, xy) VALUES (1, 'abcd');
ASSERT VALUES b (id, xy) VALUES (2, 'abnull');

--@test: two bars join texts
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x || '-' || x AS xx FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 'ab');
ASSERT VALUES b (id, xx) VALUES (1, 'ab-ab');
