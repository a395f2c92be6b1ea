-- SPDX-License-Identifier: Apache-2.0
-- Exact decimals: precision, scale and what does not fit (language 2.1, 2.2).

--@test: a sum has room for one more digit than the longer side
CREATE STREAM a (id INT KEY, x DECIMAL(6, 2), y DECIMAL(4, 4)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x + y AS p, y - x AS m, x + x AS d FROM a;
INSERT INTO a VALUES (1, 9999.99, 0.9999);
ASSERT STREAM b (id INT KEY, p DECIMAL(9, 4), m DECIMAL(9, 4), d DECIMAL(7, 2)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (p, m, d) VALUES (10000.9899, -9998.9901, 19999.98);

--@test: a product has the digits of both sides and one more
CREATE STREAM a (id INT KEY, x DECIMAL(4, 2), y DECIMAL(3, 1)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x * y AS t FROM a;
INSERT INTO a VALUES (1, -99.99, 99.9);
ASSERT STREAM b (id INT KEY, t DECIMAL(8, 3)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (t) VALUES (-9989.001);

--@test: a quotient has at least six digits after the point
CREATE STREAM a (id INT KEY, x DECIMAL(4, 2), y DECIMAL(3, 1), z DECIMAL(9, 0)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x / y AS q, x / z AS r FROM a;
INSERT INTO a VALUES (1, 10.00, 3.2, 8);
ASSERT STREAM b (id INT KEY, q DECIMAL(9, 6), r DECIMAL(14, 12)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (q, r) VALUES (3.125000, 1.250000000000);

--@test: a remainder has the digits of the smaller side
CREATE STREAM a (id INT KEY, x DECIMAL(6, 1), y DECIMAL(4, 3)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x % y AS r, y % x AS s FROM a;
INSERT INTO a VALUES (1, -10.5, 3.125);
ASSERT STREAM b (id INT KEY, r DECIMAL(4, 3), s DECIMAL(4, 3)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (r, s) VALUES (-1.125, 3.125);

--@test: an INTEGER counts as ten digits, a BIGINT as nineteen
CREATE STREAM a (id INT KEY, i INT, l BIGINT, c DECIMAL(3, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, i + c AS p, l * c AS t, c / i AS q, l % c AS r FROM a;
INSERT INTO a VALUES (1, 4, 7, 1.50);
ASSERT STREAM b (id INT KEY, p DECIMAL(13, 2), t DECIMAL(23, 2), q DECIMAL(14, 13), r DECIMAL(3, 2)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (p, t, q, r) VALUES (5.50, 10.50, 0.3750000000000, 1.00);

--@test: a remainder is NULL when the quotient has more digits than it
CREATE STREAM a (id INT KEY, l BIGINT, c DECIMAL(6, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, l % c AS r FROM a;
INSERT INTO a VALUES (1, 5000000000, 12.34);
INSERT INTO a VALUES (2, 5000, 12.34);
ASSERT VALUES b (id, r) VALUES (1, NULL);
ASSERT VALUES b (id, r) VALUES (2, 2.30);

--@test: a decimal divided or reduced by zero is NULL
CREATE STREAM a (id INT KEY, x DECIMAL(3, 1)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x / (x - x) AS q, x % (x - x) AS r FROM a;
INSERT INTO a VALUES (1, 1.5);
ASSERT VALUES b (q, r) VALUES (NULL, NULL);

--@test: a minus sign keeps the type of a decimal
CREATE STREAM a (id INT KEY, x DECIMAL(3, 1)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, -x AS n, +x AS p FROM a;
INSERT INTO a VALUES (1, 1.5);
ASSERT STREAM b (id INT KEY, n DECIMAL(3, 1), p DECIMAL(3, 1)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (n, p) VALUES (-1.5, 1.5);

--@test: a decimal with a double is a double
CREATE STREAM a (id INT KEY, x DECIMAL(3, 1), d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x / d AS q, d * x AS t, d % x AS r FROM a;
INSERT INTO a VALUES (1, 1.5, 0.0);
ASSERT STREAM b (id INT KEY, q DOUBLE, t DOUBLE, r DOUBLE) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (t, r) VALUES (0.0, 0.0);

--@test: one third is NULL as a decimal and not as a double
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, 1.0 / 3 AS c, 1e0 / 3 AS d, 1 / 3 AS i FROM a;
INSERT INTO a VALUES (1, 1);
ASSERT STREAM b (id INT KEY, x INT, c DECIMAL(13, 12), d DOUBLE, i INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (c, d, i) VALUES (NULL, 0.3333333333333333, 0);

--@test: a literal has just its own digits
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, 2.345 AS c, 0.005 AS d, 100.0 AS e FROM a;
ASSERT STREAM b (id INT KEY, x INT, c DECIMAL(4, 3), d DECIMAL(4, 3), e DECIMAL(4, 1)) WITH (kafka_topic='B', value_format='JSON');

--@test: a decimal needs both its numbers
--@expected.message: DECIMAL
CREATE STREAM a (id INT KEY, x DECIMAL) WITH (kafka_topic='a', value_format='JSON');

--@test: a decimal has at least one digit
--@expected.message: precision
CREATE STREAM a (id INT KEY, x DECIMAL(0, 0)) WITH (kafka_topic='a', value_format='JSON');

--@test: a decimal may have as many digits as are asked for
CREATE STREAM a (id INT KEY, x DECIMAL(120, 60)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x * 2 AS y FROM a;
INSERT INTO a VALUES (1, 123456789012345678901234567890123456789012345678.000000000000000000000000000000000000000000000001);
ASSERT VALUES b (y) VALUES (246913578024691357802469135780246913578024691356.000000000000000000000000000000000000000000000002);
