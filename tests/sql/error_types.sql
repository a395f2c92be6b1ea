-- SPDX-License-Identifier: Apache-2.0
-- Wrong types.

--@test: arithmetic on a text
--@expected.message: '*' cannot be applied to STRING and INTEGER
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s * 2 AS x FROM a;

--@test: a comparison of unlike types
--@expected.message: '=' cannot compare INTEGER with STRING
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n = '10';

--@test: a comparison with NULL, with what to write instead
--@expected.message: IS NULL
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n = NULL;

--@test: an order of BOOLEAN
--@expected.message: '<' cannot compare BOOLEAN with BOOLEAN
CREATE STREAM a (id INT KEY, t BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE t < true;

--@test: a condition that is no BOOLEAN
--@expected.message: the condition of WHERE must be BOOLEAN, but it is INTEGER
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n + 1;

--@test: a cast that no value could pass
--@expected.message: cannot cast BOOLEAN to INTEGER
CREATE STREAM a (id INT KEY, t BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(t AS INT) AS x FROM a;

--@test: branches of CASE of different types
--@expected.message: all results of a CASE must have one type, but there are INTEGER and STRING
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN n > 0 THEN 1 ELSE 'x' END AS c FROM a;

--@test: CASE with an operand, with the form to use
--@expected.message: CASE with an operand is not supported: write CASE WHEN operand = value THEN
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE n WHEN 1 THEN 'x' END AS c FROM a;

--@test: NULL needs a type in a result
--@expected.message: column 'X' is NULL without a type: write CAST(NULL AS ...)
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n, NULL AS x FROM a;

--@test: elements of an array without a common type
--@expected.message: no common type
CREATE STREAM a (id INT KEY, n INT, t BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY[n, t] AS x FROM a;

--@test: a text in an IN list that is no number
--@expected.message: 'x'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n IN (1, 'x');

--@test: a subscript of a struct, with what to write instead
--@expected.message: a STRUCT has no subscripts: write '->' and the name of the field
CREATE STREAM a (id INT KEY, s STRUCT<x INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s['x'] AS x FROM a;

--@test: an arrow after what is no struct
--@expected.message: '->X' needs a STRUCT before it, but this is INTEGER
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n->x AS x FROM a;

--@test: an integer too large for any type
--@expected.message: 9223372036854775808
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 9223372036854775808 AS x FROM a;

--@test: a LIKE escape of two characters
--@expected.message: ESCAPE 'ab' is not one character
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE s LIKE 'x' ESCAPE 'ab';

--@test: a map in a key
--@expected.message: map
CREATE STREAM a (k MAP<STRING, INT> KEY, n INT) WITH (kafka_topic='a', format='JSON');

--@test: a type that the format does not hold
--@expected.message: DELIMITED
CREATE STREAM a (id INT KEY, n ARRAY<INT>) WITH (kafka_topic='a', value_format='DELIMITED');

--@test: two columns in a KAFKA value
--@expected.message: KAFKA
CREATE STREAM a (id INT KEY, n INT, m INT) WITH (kafka_topic='a', value_format='KAFKA');

--@test: an aggregate that needs a literal
--@expected.message: must be a literal
CREATE STREAM a (id INT KEY, n INT, k INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, TOPK(n, k) AS t FROM a GROUP BY id;
