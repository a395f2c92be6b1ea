-- SPDX-License-Identifier: Apache-2.0
-- INSERT INTO ... VALUES (language 3.5).

--@test: without a list the columns come keys first
CREATE STREAM a (x INT, id INT KEY, y STRING) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 2, 'z');
ASSERT VALUES a (id, x, y) VALUES (1, 2, 'z');

--@test: a column that is not listed is NULL
CREATE STREAM a (id INT KEY, x INT, y STRING) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (y) VALUES ('z');
ASSERT VALUES a (id, x, y) VALUES (NULL, NULL, 'z');

--@test: the time is the present one unless ROWTIME is given
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, x) VALUES (1, 2);
INSERT INTO a (rowtime, id, x) VALUES (1234, 1, 3);
ASSERT VALUES a (rowtime, x) VALUES (0, 2);
ASSERT VALUES a (rowtime, x) VALUES (1234, 3);

--@test: values may be constant expressions and functions
CREATE STREAM a (id INT KEY, x INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, x, s) VALUES (1, 2 * (3 + 4), CONCAT(UCASE('ab'), 'c'));
ASSERT VALUES a (id, x, s) VALUES (1, 14, 'ABc');

--@test: numbers widen to the column's type
CREATE STREAM a (id BIGINT KEY, l BIGINT, d DOUBLE, c DECIMAL(5, 2)) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, l, d, c) VALUES (1, 2, 3, 4);
INSERT INTO a (id, l, d, c) VALUES (1, 2, 3.5, 4.5);
ASSERT VALUES a (id, l, d, c) VALUES (1, 2, 3.0, 4.00);
ASSERT VALUES a (id, l, d, c) VALUES (1, 2, 3.5, 4.50);

--@test: text becomes dates, times, timestamps and bytes
CREATE STREAM a (id INT KEY, d DATE, t TIME, ts TIMESTAMP, y BYTES) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO a (id, d, t, ts, y) VALUES (1, '1970-01-03', '00:00:01', '1970-01-01T00:00:02', 'aGk=');
ASSERT VALUES raw (id, v) VALUES (1, '{"D":2,"T":1000,"TS":2000,"Y":"aGk="}');

--@test: nested values convert inside
CREATE STREAM a (id INT KEY, l ARRAY<BIGINT>, m MAP<STRING, DOUBLE>, s STRUCT<d DATE, x BIGINT>) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, l, m, s) VALUES (1, ARRAY[1, 2], MAP('k' := 3), STRUCT(d := '1970-01-02', x := 4));
ASSERT VALUES a (id, l, m) VALUES (1, ARRAY[1, 2], MAP('k' := 3.0));

--@test: rows go into tables
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, x) VALUES (1, 2);
ASSERT VALUES a (id, x) VALUES (1, 2);
