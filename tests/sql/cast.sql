-- SPDX-License-Identifier: Apache-2.0
-- CAST (language 2.4).

--@test: text becomes numbers, and what is no number becomes NULL
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(s AS INT) AS i, CAST(s AS BIGINT) AS l, CAST(s AS DOUBLE) AS d, CAST(s AS DECIMAL(4, 2)) AS c FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, ' 12 ');
INSERT INTO a (rowtime, id, s) VALUES (2, 2, '1.5');
INSERT INTO a (rowtime, id, s) VALUES (3, 3, 'x');
INSERT INTO a (rowtime, id, s) VALUES (4, 4, '123');
ASSERT VALUES b (id, i, l, d, c) VALUES (1, 12, 12, 12.0, 12.00);
ASSERT VALUES b (id, d, c) VALUES (2, 1.5, 1.50);
ASSERT VALUES b (id, i, l, d, c) VALUES (3, NULL, NULL, NULL, NULL);
ASSERT VALUES b (id, i, l, d, c) VALUES (4, 123, 123, 123.0, NULL);

--@test: a BIGINT keeps its low half as INTEGER, a DOUBLE stops at the limits
CREATE STREAM a (id INT KEY, l BIGINT, d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(l AS INT) AS li, CAST(d AS INT) AS di FROM a;
INSERT INTO a (rowtime, id, l, d) VALUES (1, 1, 4294967301, 1e10);
INSERT INTO a (rowtime, id, l, d) VALUES (2, 2, 7, -1.9);
ASSERT VALUES b (id, li, di) VALUES (1, 5, 2147483647);
ASSERT VALUES b (id, li, di) VALUES (2, 7, -1);

--@test: a cast to fewer digits rounds half up
CREATE STREAM a (id INT KEY, c DECIMAL(5, 3)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(c AS DECIMAL(4, 2)) AS r, CAST(c AS INT) AS i FROM a;
INSERT INTO a (rowtime, id, c) VALUES (1, 1, 1.235);
INSERT INTO a (rowtime, id, c) VALUES (2, 2, -1.235);
ASSERT VALUES b (id, r, i) VALUES (1, 1.24, 1);
ASSERT VALUES b (id, r, i) VALUES (2, -1.24, -1);

--@test: everything becomes text
CREATE STREAM a (id INT KEY, i INT, d DOUBLE, c DECIMAL(5, 3), t BOOLEAN, x ARRAY<INT>, m MAP<STRING, INT>, s STRUCT<f INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(i AS STRING) AS i, CAST(d AS STRING) AS d, CAST(c AS STRING) AS c, CAST(t AS STRING) AS t,
    CAST(x AS STRING) AS x, CAST(m AS STRING) AS m, CAST(s AS STRING) AS s FROM a;
INSERT INTO a (rowtime, id, i, d, c, t, x, m, s) VALUES (1, 1, 5, 1e10, 1.5, true, ARRAY[1, 2], MAP('k' := 1), STRUCT(f := 3));
ASSERT VALUES b (id, i, d, c, t, x, m, s) VALUES (1, '5', '1.0E10', '1.500', 'true', '[1, 2]', '{k=1}', 'Struct{F=3}');

--@test: text becomes a BOOLEAN by its beginning
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(s AS BOOLEAN) AS t FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, 'TRUE');
INSERT INTO a (rowtime, id, s) VALUES (2, 2, ' y');
INSERT INTO a (rowtime, id, s) VALUES (3, 3, 'no');
INSERT INTO a (rowtime, id, s) VALUES (4, 4, 'maybe');
INSERT INTO a (rowtime, id) VALUES (5, 5);
ASSERT VALUES b (id, t) VALUES (1, true);
ASSERT VALUES b (id, t) VALUES (2, true);
ASSERT VALUES b (id, t) VALUES (3, false);
ASSERT VALUES b (id, t) VALUES (4, false);
ASSERT VALUES b (id, t) VALUES (5, NULL);

--@test: dates, times and timestamps become each other and text
CREATE STREAM a (id INT KEY, ts TIMESTAMP, d DATE, t TIME) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(ts AS DATE) AS d1, CAST(ts AS TIME) AS t1, CAST(ts AS STRING) AS s1, CAST(d AS TIMESTAMP) AS ts2, CAST(d AS STRING) AS s2, CAST(t AS STRING) AS s3 FROM a;
INSERT INTO a (rowtime, id, ts, d, t) VALUES (1, 1, '2021-03-04T05:06:07.008', '2021-03-04', '05:06:07.008');
ASSERT VALUES b (d1, t1, s1, ts2, s2, s3) VALUES ('2021-03-04', '05:06:07.008', '2021-03-04T05:06:07.008', '2021-03-04T00:00:00', '2021-03-04', '05:06:07');

--@test: the failure of one element makes the whole array NULL
CREATE STREAM a (id INT KEY, x ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS ARRAY<INT>) AS y FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, ARRAY['1', '2']);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, ARRAY['1', 'x']);
ASSERT VALUES b (id, y) VALUES (1, ARRAY[1, 2]);
ASSERT VALUES b (id, y) VALUES (2, NULL);

--@test: the fields of a struct are cast by name
CREATE STREAM a (id INT KEY, s STRUCT<x INT, y INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(s AS STRUCT<y STRING, z INT>) AS t FROM a;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, STRUCT(x := 1, y := 2));
ASSERT VALUES b (id, t) VALUES (1, STRUCT(y := '2', z := CAST(NULL AS INT)));

--@test: a decimal too large for its type is NULL
CREATE STREAM a (id INT KEY, c DECIMAL(2, 1)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(c * 10 AS DECIMAL(2, 1)) AS c FROM a;
INSERT INTO a VALUES (1, 9.9);
ASSERT VALUES b (id, c) VALUES (1, NULL);
