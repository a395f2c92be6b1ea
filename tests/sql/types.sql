-- SPDX-License-Identifier: Apache-2.0
-- Types, custom ones and all that a column may have (language 2.1, 3.11).

--@test: every type goes through JSON and comes out equal
CREATE STREAM a (id INT KEY, b BOOLEAN, i INT, l BIGINT, d DOUBLE, c DECIMAL(10, 4), s STRING, y BYTES, da DATE, ti TIME, ts TIMESTAMP,
    ar ARRAY<DECIMAL(3, 1)>, m MAP<STRING, DATE>, st STRUCT<x BYTES, y STRUCT<z BOOLEAN>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO a VALUES (1, true, -5, 5000000000, 2.5e-3, 123.4567, 'text', 'aGk=', '2020-02-29', '23:59:59.999', '2020-02-29T12:00:00.001',
    ARRAY[1.5], MAP('k' := '2020-01-01'), STRUCT(x := 'aGk=', y := STRUCT(z := false)));
INSERT INTO a (id) VALUES (2);
ASSERT VALUES b (id, b, i, l, d, c, s, y, da, ti, ts, ar, m, st) VALUES (1, true, -5, 5000000000, 2.5e-3, 123.4567, 'text', 'aGk=', '2020-02-29', '23:59:59.999', '2020-02-29T12:00:00.001',
    ARRAY[1.5], MAP('k' := '2020-01-01'), STRUCT(x := 'aGk=', y := STRUCT(z := false)));
ASSERT VALUES b (id, b, i, l, d, c, s, y, da, ti, ts, ar, m, st) VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

--@test: aliases and ignored parameters of type names
CREATE STREAM a (id INTEGER KEY, s VARCHAR(10), t VARCHAR) WITH (kafka_topic='a', value_format='JSON');
DESCRIBE a;
--> ID INTEGER KEY
--> S STRING
--> T STRING

--@test: a custom type stands for its definition
CREATE TYPE point AS STRUCT<x INT, y INT>;
CREATE TYPE line AS ARRAY<point>;
CREATE STREAM a (id INT KEY, l line) WITH (kafka_topic='a', value_format='JSON');
DROP TYPE point;
CREATE STREAM b AS SELECT id, l[1]->x AS x FROM a;
INSERT INTO a VALUES (1, ARRAY[STRUCT(x := 5, y := 6)]);
DESCRIBE a;
--> ID INTEGER KEY
--> L ARRAY<STRUCT<X INTEGER, Y INTEGER>>
ASSERT VALUES b (id, x) VALUES (1, 5);

--@test: SHOW TYPES lists custom types
CREATE TYPE point AS STRUCT<x INT, y DECIMAL(4, 2)>;
SHOW TYPES;
--> POINT | STRUCT<X INTEGER, Y DECIMAL(4, 2)>

--@test: CREATE TYPE IF NOT EXISTS keeps the old one
CREATE TYPE t AS INT;
CREATE TYPE IF NOT EXISTS t AS STRING;
SHOW TYPES;
--> T | INTEGER

--@test: DROP TYPE IF EXISTS of nothing succeeds
DROP TYPE IF EXISTS t;
SHOW TYPES;
-->

--@test: a type must be known
--@expected.message: there is no type 'POINTT'; did you mean 'POINT'?
CREATE TYPE point AS STRUCT<x INT, y INT>;
CREATE STREAM a (id INT KEY, p pointt) WITH (kafka_topic='a', value_format='JSON');

--@test: the scale of a DECIMAL is at most its precision
--@expected.message: DECIMAL
CREATE STREAM a (id INT KEY, d DECIMAL(2, 3)) WITH (kafka_topic='a', value_format='JSON');

--@test: a type is created once
--@expected.message: type 'T' exists already
CREATE TYPE t AS INT;
CREATE TYPE t AS STRING;
