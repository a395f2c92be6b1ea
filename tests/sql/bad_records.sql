-- SPDX-License-Identifier: Apache-2.0
-- Records that are not what the schema says do not stop a query (server 7).

--@test: malformed JSON is skipped
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, '{"X":1');
INSERT INTO raw (rowtime, id, v) VALUES (2, 2, 'what?');
INSERT INTO raw (rowtime, id, v) VALUES (3, 3, '');
INSERT INTO raw (rowtime, id, v) VALUES (4, 4, '{"X":4} more');
INSERT INTO raw (rowtime, id, v) VALUES (5, 5, '[5]');
INSERT INTO raw (rowtime, id, v) VALUES (6, 6, '{"X":6}');
ASSERT VALUES b (rowtime, id, x) VALUES (6, 6, 6);

--@test: values of another type are skipped
CREATE STREAM a (id INT KEY, x INT, b BOOLEAN, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x, b, l FROM a;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, '{"X":"text"}');
INSERT INTO raw (rowtime, id, v) VALUES (2, 2, '{"B":1}');
INSERT INTO raw (rowtime, id, v) VALUES (3, 3, '{"L":{}}');
INSERT INTO raw (rowtime, id, v) VALUES (4, 4, '{"X":true}');
INSERT INTO raw (rowtime, id, v) VALUES (5, 5, '{"X":5,"B":true,"L":[1]}');
ASSERT VALUES b (id, x, b, l) VALUES (5, 5, true, ARRAY[1]);

--@test: a decimal that does not fit is skipped
CREATE STREAM a (id INT KEY, c DECIMAL(4, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, c FROM a;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, '{"C":100}');
INSERT INTO raw (rowtime, id, v) VALUES (2, 2, '{"C":1.005}');
INSERT INTO raw (rowtime, id, v) VALUES (3, 3, '{"C":1.5}');
ASSERT VALUES b (id, c) VALUES (3, 1.50);

--@test: a key that cannot be read is skipped
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id STRING KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO raw (rowtime, id, v) VALUES (1, 'too long for four bytes', '{"X":1}');
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 2);
ASSERT VALUES b (id, x) VALUES (2, 2);

--@test: delimited text with the wrong number of fields is skipped
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x, y FROM a;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, '1');
INSERT INTO raw (rowtime, id, v) VALUES (2, 2, '1,2,3');
INSERT INTO raw (rowtime, id, v) VALUES (3, 3, '1,x');
INSERT INTO raw (rowtime, id, v) VALUES (4, 4, '1,2');
ASSERT VALUES b (id, x, y) VALUES (4, 1, 2);

--@test: a bad record between good ones changes no aggregate
--@partitions: any
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, '{"X":');
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 2);
ASSERT VALUES b (id, s) VALUES (1, 1);
ASSERT VALUES b (id, s) VALUES (1, 3);

--@test: a field that nobody reads is still checked for being JSON
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, '{"X":1,"Z":tru}');
INSERT INTO raw (rowtime, id, v) VALUES (2, 2, '{"X":2,"Z":true}');
ASSERT VALUES b (id, x) VALUES (2, 2);
