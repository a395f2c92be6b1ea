-- SPDX-License-Identifier: Apache-2.0
-- Wrong names, and what the message says to help.

--@test: an unknown source, with one of nearly that name
--@expected.message: no stream or table is named 'ORDER'; did you mean 'ORDERS'?
CREATE STREAM orders (id INT KEY, total INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM `ORDER`;

--@test: an unknown source whose quotes are missing
--@expected.message: `orders`
CREATE STREAM `orders` (id INT KEY, total INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM orders;

--@test: an unknown column, with one of nearly that name
--@expected.message: column 'TOTL' does not exist; did you mean 'TOTAL'?
CREATE STREAM orders (id INT KEY, total INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, totl FROM orders;

--@test: an unknown column in WHERE
--@expected.message: 'TOTL'
CREATE STREAM orders (id INT KEY, total INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, total FROM orders WHERE totl > 1;

--@test: an unknown alias before a column
--@expected.message: 'X'
CREATE STREAM orders (id INT KEY, total INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x.total FROM orders o;

--@test: a column that two sources have must say which
--@expected.message: 'ID'
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON s.id = t.id;

--@test: an unknown field of a struct
--@expected.message: struct has no field 'NAMME'; did you mean 'NAME'?
CREATE STREAM a (id INT KEY, s STRUCT<name STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s->namme FROM a;

--@test: an unknown function, with one of nearly that name
--@expected.message: no function is named 'UCAES', did you mean 'UCASE'?
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ucaes(s) AS u FROM a;

--@test: a function without a variant for the arguments lists those it has
--@expected.message: STRING
CREATE STREAM a (id INT KEY, s BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ucase(s) AS u FROM a;

--@test: an unknown format
--@expected.message: 'JSN'
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSN');

--@test: an unknown property of WITH
--@expected.message: VALUE_FORMT
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON', value_formt='JSON');

--@test: a column cannot have the name of a system column
--@expected.message: ROWTIME
CREATE STREAM a (id INT KEY, rowtime BIGINT) WITH (kafka_topic='a', value_format='JSON');

--@test: a column is declared once
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, x INT, x STRING) WITH (kafka_topic='a', value_format='JSON');

--@test: a result's column is named once
--@expected.message: two columns of the result are named 'X'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, x + 1 AS x FROM a;

--@test: a system column needs another name in a result
--@expected.message: 'ROWTIME' is a system column, which a persistent query must give another name: add AS
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, rowtime, x FROM a;

--@test: a reserved word as a name is told to be one
--@expected.message: is a reserved word, as a name it is written `STREAM`
CREATE STREAM stream (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: an unknown statement, with a near keyword
--@expected.message: CREATE
CRAETE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a missing semicolon is told
--@expected.message: missing ';' at the end of the statement
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON')

--@test: DESCRIBE FUNCTION of an unknown one
--@expected.message: 'UCAES'
DESCRIBE FUNCTION ucaes;
