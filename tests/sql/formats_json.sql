-- SPDX-License-Identifier: Apache-2.0
-- The JSON format (formats 2). The stream `raw` shows and writes the text.

--@test: columns are written in order, NULL as null, numbers in Java's form
CREATE STREAM a (id INT KEY, s STRING, n INT, d DOUBLE, c DECIMAL(6, 3), b BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO a VALUES (1, 'x"y', 5, 1e10, 1.5, true);
INSERT INTO a (id) VALUES (2);
ASSERT VALUES raw (id, v) VALUES (1, '{"S":"x\"y","N":5,"D":1.0E10,"C":1.500,"B":true}');
ASSERT VALUES raw (id, v) VALUES (2, '{"S":null,"N":null,"D":null,"C":null,"B":null}');

--@test: members may come in any order and case, others are ignored
CREATE STREAM a (id INT KEY, x INT, y STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x, y FROM a;
INSERT INTO raw VALUES (1, '{"y":"p","z":[1,{"q":2}],"X":5}');
INSERT INTO raw VALUES (2, '{"x":6}');
INSERT INTO raw VALUES (3, '{}');
ASSERT VALUES b (id, x, y) VALUES (1, 5, 'p');
ASSERT VALUES b (id, x, y) VALUES (2, 6, NULL);
ASSERT VALUES b (id, x, y) VALUES (3, NULL, NULL);

--@test: the exact name wins over one in another case, then the last one
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO raw VALUES (1, '{"X":1,"x":2}');
INSERT INTO raw VALUES (2, '{"x":1,"x":2}');
ASSERT VALUES b (id, x) VALUES (1, 1);
ASSERT VALUES b (id, x) VALUES (2, 2);

--@test: numbers and texts turn into the declared type
CREATE STREAM a (id INT KEY, i INT, l BIGINT, d DOUBLE, c DECIMAL(4, 2), s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, i, l, d, c, s FROM a;
INSERT INTO raw VALUES (1, '{"I":"5","L":2.9,"D":"1.5","C":"1.5","S":12}');
INSERT INTO raw VALUES (2, '{"I":-2.9,"L":7,"D":3,"C":2,"S":true}');
INSERT INTO raw VALUES (3, '{"S":[1,"x",null]}');
INSERT INTO raw VALUES (4, '{"S":{"k":[1,2]}}');
ASSERT VALUES b (id, i, l, d, c, s) VALUES (1, 5, 2, 1.5, 1.50, '12');
ASSERT VALUES b (id, i, l, d, c, s) VALUES (2, -2, 7, 3.0, 2.00, 'true');
ASSERT VALUES b (id, s) VALUES (3, '[1, x, null]');
ASSERT VALUES b (id, s) VALUES (4, '{"k":[1,2]}');

--@test: text of any language and any escape is kept
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, s FROM a;
INSERT INTO raw VALUES (1, '{"S":"\u00e4\ud83d\ude00\/\n"}');
INSERT INTO raw VALUES (2, '{"S":"日本"}');
ASSERT VALUES b (id, s) VALUES (1, 'ä😀/
');
ASSERT VALUES b (id, s) VALUES (2, '日本');

--@test: a one-column value may be bare
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', wrap_single_value=false);
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x + 1 AS y FROM a;
INSERT INTO a VALUES (1, 5);
INSERT INTO raw VALUES (2, '6');
ASSERT VALUES raw (id, v) VALUES (1, '5');
ASSERT VALUES raw (id, v) VALUES (2, '6');
ASSERT VALUES b (id, y) VALUES (1, 6);
ASSERT VALUES b (id, y) VALUES (2, 7);

--@test: a query's result may be bare
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (wrap_single_value=false) AS SELECT id, x FROM a;
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a VALUES (1, 5);
ASSERT VALUES raw (id, v) VALUES (1, '5');

--@test: an array may be the whole value
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON', wrap_single_value=false);
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, EXPLODE(x) AS e FROM a;
INSERT INTO raw VALUES (1, '[5,6]');
ASSERT VALUES b (id, e) VALUES (1, 5);
ASSERT VALUES b (id, e) VALUES (1, 6);

--@test: numbers beyond a type saturate, fit or keep every digit
CREATE STREAM a (id INT KEY, d DOUBLE, l BIGINT, c DECIMAL(20, 10)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, CAST(d AS STRING) AS d, l, c FROM a;
INSERT INTO raw VALUES (1, '{"D":1e400,"L":9223372036854775807,"C":1e-10}');
INSERT INTO raw VALUES (2, '{"D":-0.0,"L":1e3,"C":1.5E+1}');
INSERT INTO raw VALUES (3, '{"D":4.9e-324,"L":-9223372036854775808}');
ASSERT VALUES b (d, l, c) VALUES ('Infinity', 9223372036854775807, 0.0000000001);
ASSERT VALUES b (d, l, c) VALUES ('0.0', 1000, 15.0);
ASSERT VALUES b (d, l) VALUES ('4.9E-324', -9223372036854775807 - 1);

--@test: names in lower case match only as they are
CREATE STREAM a (id INT KEY, s STRUCT<`low` INT, up INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, s->`low` AS l, s->up AS u FROM a;
INSERT INTO raw VALUES (1, '{"s":{"low":1,"up":2}}');
INSERT INTO raw VALUES (2, '{"s":{"LOW":1,"UP":2}}');
ASSERT VALUES b (l, u) VALUES (1, 2);
ASSERT VALUES b (l, u) VALUES (NULL, 2);

--@test: elements of arrays turn into their type, null stays
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, l FROM a;
INSERT INTO raw VALUES (1, '{"L":[1,null,"3"]}');
ASSERT VALUES b (l) VALUES (ARRAY[1, NULL, 3]);
