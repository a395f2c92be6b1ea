-- SPDX-License-Identifier: Apache-2.0
-- CAST from each type to each (language 2.4).

--@test: every type casts to itself
CREATE STREAM a (id INT KEY, o BOOLEAN, i INT, l BIGINT, c DECIMAL(3, 1), d DOUBLE, s STRING, dt DATE, t TIME, ts TIMESTAMP, y BYTES) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(o AS BOOLEAN) AS o, CAST(i AS INT) AS i, CAST(l AS BIGINT) AS l, CAST(c AS DECIMAL(3, 1)) AS c, CAST(d AS DOUBLE) AS d,
    CAST(s AS STRING) AS s, CAST(dt AS DATE) AS dt, CAST(t AS TIME) AS t, CAST(ts AS TIMESTAMP) AS ts, CAST(y AS BYTES) AS y FROM a;
INSERT INTO a VALUES (1, true, 2, 3, 4.5, 6.5, 'x', '2020-01-02', '03:04:05', '2020-01-02T03:04:05', 'aGk=');
ASSERT VALUES b (o, i, l, c, d, s, dt, t, ts, y) VALUES (true, 2, 3, 4.5, 6.5, 'x', '2020-01-02', '03:04:05', '2020-01-02T03:04:05', 'aGk=');

--@test: numbers widen without loss
CREATE STREAM a (id INT KEY, i INT, l BIGINT, c DECIMAL(3, 1)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(i AS BIGINT) AS il, CAST(i AS DECIMAL(4, 1)) AS ic, CAST(i AS DOUBLE) AS id2, CAST(l AS DECIMAL(20, 1)) AS lc, CAST(l AS DOUBLE) AS ld, CAST(c AS DECIMAL(5, 2)) AS cc, CAST(c AS DOUBLE) AS cd FROM a;
INSERT INTO a VALUES (1, -7, 9223372036854775807, 4.5);
ASSERT VALUES b (il, ic, id2, lc, ld, cc, cd) VALUES (-7, -7.0, -7.0, 9223372036854775807.0, 9.223372036854775807e18, 4.50, 4.5);

--@test: numbers narrow as Java does
CREATE STREAM a (id INT KEY, l BIGINT, c DECIMAL(22, 2), d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(l AS INT) AS li, CAST(c AS INT) AS ci, CAST(c AS BIGINT) AS cl, CAST(d AS INT) AS di, CAST(d AS BIGINT) AS dl FROM a;
INSERT INTO a VALUES (1, 2147483648, 4294967297.99, -1e30);
INSERT INTO a VALUES (2, -1, -1.99, 1.99);
INSERT INTO a VALUES (3, -1, 18446744073709551617.50, 1e30);
ASSERT VALUES b (li, ci, cl, di, dl) VALUES (CAST('-2147483648' AS INT), 1, 4294967297, CAST('-2147483648' AS INT), CAST('-9223372036854775808' AS BIGINT));
ASSERT VALUES b (li, ci, cl, di, dl) VALUES (-1, -1, -1, 1, 1);
ASSERT VALUES b (li, ci, cl, di, dl) VALUES (-1, 1, 1, 2147483647, 9223372036854775807);

--@test: NaN casts to zero
CREATE STREAM a (id INT KEY, d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(d / d AS INT) AS i, CAST(d / d AS BIGINT) AS l, CAST(d / d AS DECIMAL(3, 1)) AS c FROM a;
INSERT INTO a VALUES (1, 0.0);
ASSERT VALUES b (i, l, c) VALUES (0, 0, NULL);

--@test: a cast to DECIMAL rounds half up, and is NULL if it does not fit
CREATE STREAM a (id INT KEY, i INT, l BIGINT, d DOUBLE, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(i AS DECIMAL(3, 1)) AS i, CAST(l AS DECIMAL(3, 1)) AS l, CAST(d AS DECIMAL(3, 1)) AS d, CAST(s AS DECIMAL(3, 1)) AS s FROM a;
INSERT INTO a VALUES (1, 99, 99, 99.94, '99.94');
INSERT INTO a VALUES (2, 100, 100, 99.95, '99.95');
INSERT INTO a VALUES (3, -5, -5, -0.25, '-0.25');
ASSERT VALUES b (i, l, d, s) VALUES (99.0, 99.0, 99.9, 99.9);
ASSERT VALUES b (i, l, d, s) VALUES (NULL, NULL, NULL, NULL);
ASSERT VALUES b (i, l, d, s) VALUES (-5.0, -5.0, -0.3, -0.3);

--@test: doubles become their shortest text
CREATE STREAM a (id INT KEY, d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(d AS STRING) AS s FROM a;
INSERT INTO a VALUES (1, 1e0);
INSERT INTO a VALUES (2, 1e10);
INSERT INTO a VALUES (3, 0.1);
INSERT INTO a VALUES (4, 1e-5);
INSERT INTO a VALUES (6, 1234567.0);
ASSERT VALUES b (s) VALUES ('1.0');
ASSERT VALUES b (s) VALUES ('1.0E10');
ASSERT VALUES b (s) VALUES ('0.1');
ASSERT VALUES b (s) VALUES ('1.0E-5');
ASSERT VALUES b (s) VALUES ('1234567.0');

--@test: a DOUBLE of text takes what Java takes
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(s AS DOUBLE) AS d FROM a;
INSERT INTO a VALUES (1, ' 1e3 ');
INSERT INTO a VALUES (2, '0x1p3');
INSERT INTO a VALUES (3, '1d');
INSERT INTO a VALUES (4, '1.5f');
INSERT INTO a VALUES (5, 'NaN');
INSERT INTO a VALUES (6, 'Infinity');
INSERT INTO a VALUES (7, '1e400');
INSERT INTO a VALUES (8, '');
INSERT INTO a VALUES (9, '１２');
ASSERT VALUES b (d) VALUES (1000.0);
ASSERT VALUES b (d) VALUES (8.0);
ASSERT VALUES b (d) VALUES (1.0);
ASSERT VALUES b (d) VALUES (1.5);
ASSERT VALUES b (d) VALUES (NULL);
ASSERT VALUES b (d) VALUES (NULL);
ASSERT VALUES b (d) VALUES (NULL);
ASSERT VALUES b (d) VALUES (NULL);
ASSERT VALUES b (id) VALUES (9);

--@test: an INTEGER of text takes full-width digits and a sign
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(s AS INT) AS i, CAST(s AS BIGINT) AS l FROM a;
INSERT INTO a VALUES (1, '１２');
INSERT INTO a VALUES (2, '+5');
INSERT INTO a VALUES (3, '-5');
INSERT INTO a VALUES (4, '2147483648');
INSERT INTO a VALUES (5, '9223372036854775808');
INSERT INTO a VALUES (6, '5.0');
INSERT INTO a VALUES (7, '');
ASSERT VALUES b (i, l) VALUES (12, 12);
ASSERT VALUES b (i, l) VALUES (5, 5);
ASSERT VALUES b (i, l) VALUES (-5, -5);
ASSERT VALUES b (i, l) VALUES (NULL, 2147483648);
ASSERT VALUES b (i, l) VALUES (NULL, NULL);
ASSERT VALUES b (i, l) VALUES (NULL, NULL);
ASSERT VALUES b (i, l) VALUES (NULL, NULL);

--@test: a BOOLEAN of text is false for what is neither true nor yes
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(s AS BOOLEAN) AS o FROM a;
INSERT INTO a VALUES (1, 'T');
INSERT INTO a VALUES (2, 'yEs');
INSERT INTO a VALUES (3, '  tru ');
INSERT INTO a VALUES (4, 'truee');
INSERT INTO a VALUES (5, '');
INSERT INTO a VALUES (6, '1');
ASSERT VALUES b (o) VALUES (true);
ASSERT VALUES b (o) VALUES (true);
ASSERT VALUES b (o) VALUES (true);
ASSERT VALUES b (o) VALUES (false);
ASSERT VALUES b (o) VALUES (false);
ASSERT VALUES b (o) VALUES (false);

--@test: dates, times and bytes come from text, and bad text is NULL
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(s AS DATE) AS d, CAST(s AS TIME) AS t, CAST(s AS TIMESTAMP) AS ts, CAST(s AS BYTES) AS y FROM a;
INSERT INTO a VALUES (1, ' 2020-03 ');
INSERT INTO a VALUES (2, '10:20');
INSERT INTO a VALUES (3, '2020-01-02T03:04:05.6+0100');
INSERT INTO a VALUES (4, '-0001-02');
INSERT INTO a VALUES (5, 'aGk=');
INSERT INTO a VALUES (6, '!');
ASSERT VALUES b (id, d, t, ts) VALUES (1, '2020-03-01', NULL, '2020-03-01T00:00:00');
ASSERT VALUES b (id, d, t, ts) VALUES (2, NULL, '10:20:00', NULL);
ASSERT VALUES b (id, d, t, ts) VALUES (3, NULL, NULL, '2020-01-02T02:04:05.600');
ASSERT VALUES b (id, t) VALUES (4, NULL);
ASSERT VALUES b (id, d, t, ts, y) VALUES (5, NULL, NULL, NULL, 'aGk=');
ASSERT VALUES b (id, d, t, ts, y) VALUES (6, NULL, NULL, NULL, NULL);

--@test: TIME to text drops milliseconds, and seconds that are zero
CREATE STREAM a (id INT KEY, t TIME) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(t AS STRING) AS s FROM a;
INSERT INTO a VALUES (1, '10:20:30.456');
INSERT INTO a VALUES (2, '10:20:00.456');
ASSERT VALUES b (s) VALUES ('10:20:30');
ASSERT VALUES b (s) VALUES ('10:20');

--@test: arrays, maps and structs cast by their parts
CREATE STREAM a (id INT KEY, x ARRAY<INT>, m MAP<STRING, INT>, s STRUCT<f INT, g STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS ARRAY<STRING>) AS x, CAST(m AS MAP<STRING, DOUBLE>) AS m, CAST(s AS STRUCT<g INT, h DATE>) AS s FROM a;
INSERT INTO a VALUES (1, ARRAY[1, NULL], MAP('k' := 2), STRUCT(f := 1, g := '7'));
ASSERT VALUES b (x, m, s) VALUES (ARRAY['1', NULL], MAP('k' := 2.0), STRUCT(g := 7, h := CAST(NULL AS DATE)));

--@test: a map that has one value which cannot be cast is NULL
CREATE STREAM a (id INT KEY, m MAP<STRING, STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(m AS MAP<STRING, INT>) AS m FROM a;
INSERT INTO a VALUES (1, MAP('k' := '1', 'l' := 'x'));
ASSERT VALUES b (m) VALUES (NULL);

--@test: NULL casts to anything and stays NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(NULL AS STRING) AS s, CAST(NULL AS ARRAY<INT>) AS y, CAST(NULL AS STRUCT<f INT>) AS t, CAST(NULL AS DECIMAL(3, 1)) AS c, CAST(x AS STRING) AS n FROM a;
INSERT INTO a VALUES (1, NULL);
ASSERT VALUES b (s, y, t, c, n) VALUES (NULL, NULL, NULL, NULL, NULL);

--@test: BYTES do not cast to text
--@expected.message: FROM_BYTES
CREATE STREAM a (id INT KEY, x BYTES) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS STRING) AS s FROM a;

--@test: a number does not cast to a BOOLEAN
--@expected.message: cannot cast INTEGER to BOOLEAN
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS BOOLEAN) AS s FROM a;

--@test: a number does not cast to a TIMESTAMP
--@expected.message: cannot cast BIGINT to TIMESTAMP
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS TIMESTAMP) AS s FROM a;

--@test: a TIMESTAMP does not cast to a number
--@expected.message: cannot cast TIMESTAMP to BIGINT
CREATE STREAM a (id INT KEY, x TIMESTAMP) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS BIGINT) AS s FROM a;

--@test: a TIME does not cast to a TIMESTAMP
--@expected.message: cannot cast TIME to TIMESTAMP
CREATE STREAM a (id INT KEY, x TIME) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS TIMESTAMP) AS s FROM a;

--@test: text does not cast to an ARRAY
--@expected.message: cannot cast STRING to ARRAY<INTEGER>
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS ARRAY<INT>) AS s FROM a;

--@test: the elements of an array must be castable
--@expected.message: cannot cast
CREATE STREAM a (id INT KEY, x ARRAY<BOOLEAN>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS ARRAY<INT>) AS s FROM a;
