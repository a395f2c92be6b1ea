-- SPDX-License-Identifier: Apache-2.0
-- DELIMITED and KAFKA (formats 6 and 7).

--@test: delimited values are written in order, quoted where needed
CREATE STREAM a (id INT KEY, x INT, s STRING, d DOUBLE) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO a VALUES (1, 5, 'plain', 1.5);
INSERT INTO a VALUES (2, 5, 'a,b', 1.5);
INSERT INTO a (id, s) VALUES (3, 'x');
ASSERT VALUES raw (id, v) VALUES (1, '5,plain,1.5');
ASSERT VALUES raw (id, v) VALUES (2, '5,"a,b",1.5');
ASSERT VALUES raw (id, v) VALUES (3, ',x,');

--@test: delimited values are read by position
CREATE STREAM a (id INT KEY, x INT, s STRING, c DECIMAL(4, 2)) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b WITH (value_format='JSON') AS SELECT * FROM a;
INSERT INTO raw VALUES (1, '5,"a,b",1.25');
INSERT INTO raw VALUES (2, ',,');
ASSERT VALUES b (id, x, s, c) VALUES (1, 5, 'a,b', 1.25);
ASSERT VALUES b (id, x, c) VALUES (2, NULL, NULL);

--@test: another delimiter may be chosen
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='DELIMITED', value_delimiter='|');
CREATE STREAM t (id INT KEY, x INT, y INT) WITH (kafka_topic='t', value_format='DELIMITED', value_delimiter='TAB');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM raw_t (id INT KEY, v STRING) WITH (kafka_topic='t', value_format='KAFKA');
INSERT INTO a VALUES (1, 5, 6);
INSERT INTO t VALUES (1, 5, 6);
ASSERT VALUES raw (v) VALUES ('5|6');
ASSERT VALUES raw_t (v) VALUES ('5	6');

--@test: a result inherits format and delimiter of its source
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='DELIMITED', value_delimiter='|');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a VALUES (1, 5, 6);
ASSERT STREAM b (id INT KEY, x INT, y INT) WITH (kafka_topic='B', value_format='DELIMITED', value_delimiter='|');
ASSERT VALUES raw (v) VALUES ('5|6');

--@test: a query turns one format into another
CREATE STREAM a (id INT KEY, x INT, s STRING) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE STREAM b WITH (value_format='JSON') AS SELECT * FROM a;
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a VALUES (1, 5, 'x');
ASSERT VALUES raw (v) VALUES ('{"X":5,"S":"x"}');

--@test: KAFKA holds one number, text or bytes
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM l (id INT KEY, x BIGINT) WITH (kafka_topic='l', value_format='KAFKA');
CREATE STREAM d (id INT KEY, x DOUBLE) WITH (kafka_topic='d', value_format='KAFKA');
CREATE STREAM raw_a (id INT KEY, v BYTES) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM raw_l (id INT KEY, v BYTES) WITH (kafka_topic='l', value_format='KAFKA');
CREATE STREAM raw_d (id INT KEY, v BYTES) WITH (kafka_topic='d', value_format='KAFKA');
INSERT INTO a VALUES (1, 258);
INSERT INTO l VALUES (1, -1);
INSERT INTO d VALUES (1, 1.0);
ASSERT VALUES raw_a (v) VALUES ('AAABAg==');
ASSERT VALUES raw_l (v) VALUES ('//////////8=');
ASSERT VALUES raw_d (v) VALUES ('P/AAAAAAAAA=');

--@test: FORMAT sets both sides
CREATE STREAM a (x INT KEY, y INT KEY, n INT) WITH (kafka_topic='a', format='JSON');
ASSERT STREAM a (x INT KEY, y INT KEY, n INT) WITH (kafka_topic='a', key_format='JSON', value_format='JSON');
INSERT INTO a VALUES (1, 2, 3);
ASSERT VALUES a (x, y, n) VALUES (1, 2, 3);
