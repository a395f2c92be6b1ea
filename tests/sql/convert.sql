-- SPDX-License-Identifier: Apache-2.0
-- Conversions that nobody wrote: literals, lists, function arguments
-- (language 1.3, 2.5).

--@test: a DATE compares with text that lacks month or day
CREATE STREAM a (id INT KEY, d DATE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, d = '2020' AS y, d = '2020-01' AS m, d >= '-0500-03-01' AS n FROM a;
INSERT INTO a VALUES (1, '2020-01-01');
ASSERT VALUES b (y, m, n) VALUES (true, true, true);

--@test: a TIMESTAMP compares with text of any zone, and of hour 24
CREATE STREAM a (id INT KEY, t TIMESTAMP) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, t = '2020-01-01T24' AS h, t = '2020-01-02T02:00+02:00' AS z, t = '2020-01-01T19:15:00.000-0445' AS m, t = '2020-01-02T00:00Z' AS u FROM a;
INSERT INTO a VALUES (1, '2020-01-02');
ASSERT VALUES b (h, z, m, u) VALUES (true, true, true, true);

--@test: a DATE compares with a TIMESTAMP
CREATE STREAM a (id INT KEY, d DATE, t TIMESTAMP) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, d < t AS lt, d = CAST(t AS DATE) AS eq FROM a;
INSERT INTO a VALUES (1, '2020-01-02', '2020-01-02T00:00:00.001');
ASSERT VALUES b (lt, eq) VALUES (true, true);

--@test: text that is no date fails the comparison of its row
CREATE STREAM a (id INT KEY, d DATE, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, d = s AS eq FROM a;
CREATE STREAM c AS SELECT id, s FROM a WHERE d = s;
INSERT INTO a VALUES (1, '2020-01-02', 'x');
INSERT INTO a VALUES (2, '2020-01-02', '2020-01-02');
ASSERT VALUES b (id, eq) VALUES (1, NULL);
ASSERT VALUES b (id, eq) VALUES (2, true);
ASSERT VALUES c (id) VALUES (2);

--@test: BYTES compare by their signed bytes
CREATE STREAM a (id INT KEY, x BYTES, y BYTES) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x < y AS lt, x = y AS eq, x > y AS gt FROM a;
INSERT INTO a VALUES (1, 'AQ==', '/w==');
INSERT INTO a VALUES (2, 'AQ==', 'AQI=');
INSERT INTO a VALUES (3, 'AQ==', NULL);
ASSERT VALUES b (id, lt, eq, gt) VALUES (1, false, false, true);
ASSERT VALUES b (id, lt, eq, gt) VALUES (2, true, false, false);
ASSERT VALUES b (id, lt, eq, gt) VALUES (3, false, false, false);

--@test: a BIGINT compares with a DOUBLE as a DOUBLE
CREATE STREAM a (id INT KEY, l BIGINT, d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, l = d AS eq FROM a;
INSERT INTO a VALUES (1, 9007199254740993, 9007199254740992.0);
ASSERT VALUES b (eq) VALUES (true);

--@test: a DECIMAL compares with every number by value
CREATE STREAM a (id INT KEY, c DECIMAL(25, 5), l BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, c > l AS gt, c = 9007199254740993.5 AS eq, c < 9e15 AS lt FROM a;
INSERT INTO a VALUES (1, 9007199254740993.5, 9007199254740993);
ASSERT VALUES b (gt, eq, lt) VALUES (true, true, false);

--@test: an array of numbers takes the widest type of its elements
CREATE STREAM a (id INT KEY, l BIGINT, c DECIMAL(4, 2), d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[l, c] AS lc, ARRAY[1, l] AS il, ARRAY[c, d, 1] AS cd, ARRAY[1, 2.50] AS ic FROM a;
ASSERT STREAM b (id INT KEY, lc ARRAY<DECIMAL(21, 2)>, il ARRAY<BIGINT>, cd ARRAY<DOUBLE>, ic ARRAY<DECIMAL(12, 2)>) WITH (kafka_topic='B', value_format='JSON');

--@test: a text literal beside a number is read as a number
CREATE STREAM a (id INT KEY, i INT, d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[i, '10'] AS x, ARRAY[i, '10000000000'] AS y, ARRAY[i, '2e1'] AS z, ARRAY[d, '5'] AS w FROM a;
INSERT INTO a VALUES (1, 1, 2.5);
ASSERT STREAM b (id INT KEY, x ARRAY<INT>, y ARRAY<BIGINT>, z ARRAY<DECIMAL(10, 0)>, w ARRAY<DOUBLE>) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (x, y, w) VALUES (ARRAY[1, 10], ARRAY[1, 10000000000], ARRAY[2.5, 5.0]);

--@test: a text literal beside a BOOLEAN is read as one
CREATE STREAM a (id INT KEY, t BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[t, 'true', 'no'] AS x FROM a;
INSERT INTO a VALUES (1, false);
ASSERT VALUES b (x) VALUES (ARRAY[false, true, false]);

--@test: a literal beside a text becomes text as it is written
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[s, 10.30, 1, TRUE] AS x FROM a;
INSERT INTO a VALUES (1, 'a');
ASSERT VALUES b (x) VALUES (ARRAY['a', '10.30', '1', 'true']);

--@test: a number that is no literal does not become text
--@expected.message: CAST
CREATE STREAM a (id INT KEY, s STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[s, n] AS x FROM a;

--@test: structs in a list combine their fields
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[STRUCT(x := n), STRUCT(y := 'q', x := 5000000000)] AS s FROM a;
INSERT INTO a VALUES (1, 7);
ASSERT STREAM b (id INT KEY, s ARRAY<STRUCT<x BIGINT, y STRING>>) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (s) VALUES (ARRAY[STRUCT(x := 7, y := CAST(NULL AS STRING)), STRUCT(x := 5000000000, y := 'q')]);

--@test: lists in a list find a common type inside
CREATE STREAM a (id INT KEY, n INT, l BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[ARRAY[n], ARRAY[l, NULL]] AS s, MAP('a' := MAP('x' := n), 'b' := MAP('y' := l)) AS m FROM a;
INSERT INTO a VALUES (1, 7, 8);
ASSERT STREAM b (id INT KEY, s ARRAY<ARRAY<BIGINT>>, m MAP<STRING, MAP<STRING, BIGINT>>) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (s, m) VALUES (ARRAY[ARRAY[7], ARRAY[8, NULL]], MAP('a' := MAP('x' := 7), 'b' := MAP('y' := 8)));

--@test: a list begins with the first element that is not NULL
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[NULL, n, NULL] AS s, n IN (NULL, 7) AS i FROM a;
INSERT INTO a VALUES (1, 7);
ASSERT VALUES b (s, i) VALUES (ARRAY[NULL, 7, NULL], true);

--@test: a list of nothing but NULL has no type
--@expected.message: CAST(NULL AS
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[NULL, NULL] AS s FROM a;

--@test: an empty array has no type
--@expected.message: ARRAY needs at least one element
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[] AS s FROM a;

--@test: an empty map has no type
--@expected.message: MAP needs at least one element
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, MAP() AS s FROM a;

--@test: a map whose values are all NULL has no type
--@expected.message: NULL
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, MAP('a' := NULL) AS s FROM a;

--@test: IN needs an element
--@expected.message: IN needs at least one element
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n IN ();

--@test: text becomes a date where a function wants one
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n, FORMAT_DATE('2020-03-04', 'dd/MM') AS d, TIMESTAMPADD(HOURS, 1, '2020-03-04T23') AS t FROM a;
INSERT INTO a VALUES (1, 7);
ASSERT VALUES b (d, t) VALUES ('04/03', '2020-03-05T00:00:00');

--@test: text never becomes a number where a function wants one
--@expected.message: does not accept (STRING)
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n, ABS('5') AS x FROM a;

--@test: GREATEST of INTEGER and BIGINT is ambiguous
--@expected.message: GREATEST
CREATE STREAM a (id INT KEY, n INT, l BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, GREATEST(n, l) AS x FROM a;

--@test: a column of text does not compare with a number
--@expected.message: CAST
CREATE STREAM a (id INT KEY, n INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n IN (1, s);

--@test: INSERT ... SELECT puts number literals into a decimal
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, c DECIMAL(6, 3)) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, 12 AS c FROM a;
INSERT INTO b SELECT id, 1.5 AS c FROM a WHERE n > 1;
INSERT INTO a VALUES (1, 1);
ASSERT VALUES b (id, c) VALUES (1, 12.000);

--@test: INSERT ... SELECT does not put a number literal where it does not fit
--@expected.message: DECIMAL(3, 2)
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, c DECIMAL(3, 2)) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, 12 AS c FROM a;

--@test: INSERT VALUES does not put a double into a decimal
--@expected.message: DECIMAL(3, 2)
CREATE STREAM a (id INT KEY, c DECIMAL(3, 2)) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 1e0);

--@test: INSERT VALUES does not round a decimal
--@expected.message: DECIMAL(3, 2)
CREATE STREAM a (id INT KEY, c DECIMAL(3, 2)) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 1.234);

--@test: INSERT VALUES does not make text of a number
--@expected.message: column 'S' is STRING
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);

--@test: INSERT VALUES does not narrow a BIGINT
--@expected.message: column 'N' is INTEGER
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5000000000);
