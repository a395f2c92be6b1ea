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
--@expected.message: no function is named 'UCAES'; did you mean 'UCASE'?
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

--@test: a column that two sources have lists both
--@expected.message: column 'ID' is ambiguous: it could be 'S.ID' or 'T.ID'
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON s.id = t.id;

--@test: a call with the wrong types names them
--@expected.message: function 'UCASE' does not accept (BOOLEAN); it accepts:
CREATE STREAM a (id INT KEY, s BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ucase(s) AS u FROM a;

--@test: a function's name cut short
--@expected.message: no function is named 'SUBSTR'; did you mean 'SUBSTRING'?
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, substr(s, 1) AS u FROM a;

--@test: two letters that changed places are one slip
--@expected.message: column 'DI' does not exist; did you mean 'ID'?
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT di, s FROM a;

--@test: a quoted column that differs in case says how it is written
--@expected.message: column 's' does not exist; there is 'S', which is written without quotes
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, `s` FROM a;

--@test: a format nearly right
--@expected.message: did you mean 'DELIMITED'?
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='DELIMITD');

--@test: a type nearly right
--@expected.message: there is no type 'BIGNIT'; did you mean 'BIGINT'?
CREATE STREAM a (id BIGNIT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');

--@test: a property of WITH nearly right
--@expected.message: did you mean 'TIMESTAMP_FORMAT'?
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON', timestamp_fromat='yyyy');

--@test: a type of ours nearly right
--@expected.message: type 'ADRESS' does not exist; did you mean 'ADDRESS'?
CREATE TYPE address AS STRUCT<city STRING>;
DROP TYPE adress;

--@test: a query id nearly right
--@expected.message: query 'CSAS_C_0' does not exist; did you mean 'CSAS_B_0'?
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
TERMINATE csas_c_0;

--@test: a setting nearly right
--@expected.message: unknown property 'auto.offset.rest'; did you mean 'auto.offset.reset'?
SET 'auto.offset.rest' = 'earliest';

--@test: a setting of ours that is none
--@expected.message: unknown property 'ksql.nothing.of.the.kind': SHOW PROPERTIES lists them
SET 'ksql.nothing.of.the.kind' = 'x';

--@test: a setting to unset nearly right
--@expected.message: it is not set; did you mean 'auto.offset.reset'?
SET 'auto.offset.reset' = 'earliest';
UNSET 'auto.offset.rest';

--@test: a variable nearly right
--@expected.message: undefined variable 'nmae'; did you mean 'name'?
DEFINE name = 's';
CREATE STREAM a (id INT KEY, ${nmae} STRING) WITH (kafka_topic='a', value_format='JSON');
