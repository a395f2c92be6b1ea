-- SPDX-License-Identifier: Apache-2.0
-- CREATE ... AS SELECT: what the result inherits, and what it may say
-- (language 3.2, 3.3).

--@test: the topic is named after the result
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM `mixedCase` AS SELECT * FROM a;
SHOW STREAMS;
--> STREAM | A | a | KAFKA | JSON | false
--> STREAM | B | B | KAFKA | JSON | false
--> STREAM | mixedCase | mixedCase | KAFKA | JSON | false

--@test: KAFKA_TOPIC and the formats may be given
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (kafka_topic='other', key_format='JSON', value_format='DELIMITED', value_delimiter=';') AS SELECT * FROM a;
CREATE STREAM raw (k STRING KEY, v STRING) WITH (kafka_topic='other', format='KAFKA');
INSERT INTO a VALUES (1, 2, 3);
ASSERT VALUES raw (k, v) VALUES ('1', '2;3');
ASSERT VALUES b (id, x, y) VALUES (1, 2, 3);

--@test: FORMAT sets both
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE STREAM b WITH (format='JSON') AS SELECT * FROM a;
ASSERT STREAM b (id INT KEY, x INT) WITH (kafka_topic='B', key_format='JSON', value_format='JSON');

--@test: a join takes the formats of its left side
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM b AS SELECT a.id AS id, x, y FROM a JOIN t ON a.id = t.id;
ASSERT STREAM b (id INT KEY, x INT, y INT) WITH (kafka_topic='B', key_format='KAFKA', value_format='DELIMITED');

--@test: a delimiter is inherited only while the format stays
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='DELIMITED', value_delimiter='|');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM c WITH (value_format='JSON') AS SELECT * FROM a;
CREATE STREAM d WITH (value_format='DELIMITED') AS SELECT * FROM c;
CREATE STREAM raw_b (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
CREATE STREAM raw_d (id INT KEY, v STRING) WITH (kafka_topic='D', value_format='KAFKA');
INSERT INTO a VALUES (1, 2, 3);
ASSERT VALUES raw_b (v) VALUES ('2|3');
ASSERT VALUES raw_d (v) VALUES ('2,3');
ASSERT VALUES b (x, y) VALUES (2, 3);
ASSERT VALUES c (x, y) VALUES (2, 3);
ASSERT VALUES d (x, y) VALUES (2, 3);

--@test: WRAP_SINGLE_VALUE is not inherited
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', wrap_single_value=false);
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a VALUES (1, 2);
ASSERT VALUES raw (v) VALUES ('{"X":2}');
ASSERT VALUES b (x) VALUES (2);

--@test: PARTITIONS may differ from the source's
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', partitions=2);
CREATE STREAM b WITH (partitions=5) AS SELECT * FROM a;
CREATE STREAM c AS SELECT * FROM a;
SHOW TOPICS;
--> B | 1, 1, 1, 1, 1
--> C | 1, 1
--> a | 1, 1

--@test: the retention of a stream is that of its source
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', partitions=1, retention_ms=123456);
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM b2 (id INT KEY, x INT) WITH (kafka_topic='B', value_format='JSON', retention_ms=123456);
ASSERT STREAM b2 (id INT KEY, x INT) WITH (kafka_topic='B', value_format='JSON');

--@test: RETENTION_MS of a result may be given
--@expected.message: topic 'B' exists and keeps records 777777 ms, not 123456 ms
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', partitions=1, retention_ms=123456);
CREATE STREAM b WITH (retention_ms=777777) AS SELECT * FROM a;
CREATE STREAM b2 (id INT KEY, x INT) WITH (kafka_topic='B', value_format='JSON', retention_ms=123456);

--@test: the retention of a windowed table is no shorter than its windows'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', partitions=1, retention_ms=1000);
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 7 DAYS) GROUP BY id;
CREATE STREAM w (id INT KEY, n BIGINT) WITH (kafka_topic='T', value_format='JSON', window_type='TUMBLING', window_size='1 MINUTE', retention_ms=604800000);
ASSERT STREAM w (id INT KEY, n BIGINT) WITH (kafka_topic='T', value_format='JSON', window_type='TUMBLING', window_size='1 MINUTE');

--@test: the retention of a windowed table may be longer than its windows'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', partitions=1, retention_ms=700000000);
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 7 DAYS) GROUP BY id;
CREATE STREAM w (id INT KEY, n BIGINT) WITH (kafka_topic='T', value_format='JSON', window_type='TUMBLING', window_size='1 MINUTE', retention_ms=700000000);
ASSERT STREAM w (id INT KEY, n BIGINT) WITH (kafka_topic='T', value_format='JSON', window_type='TUMBLING', window_size='1 MINUTE');

--@test: RETENTION_MS is not for a result that is a table without windows
--@expected.message: RETENTION_MS
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t WITH (retention_ms=1000) AS SELECT id, COUNT(*) AS n FROM a GROUP BY id;

--@test: a topic that exists must have the PARTITIONS that are given
--@expected.message: 3
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM c (id INT KEY, x INT) WITH (kafka_topic='B', value_format='JSON', partitions=2);
CREATE STREAM b WITH (partitions=3) AS SELECT * FROM a;

--@test: a TIMESTAMP column must be in the result
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, x BIGINT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (timestamp='x') AS SELECT id, y FROM a;

--@test: WINDOW_TYPE is not for results
--@expected.message: WINDOW_TYPE
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (window_type='SESSION') AS SELECT * FROM a;

--@test: the key format of a source without keys is not inherited by a result with keys
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t AS SELECT x, COUNT(*) AS n FROM a GROUP BY x;
ASSERT TABLE t (x INT PRIMARY KEY, n BIGINT) WITH (kafka_topic='T', key_format='KAFKA', value_format='JSON');

--@test: a format that does not hold an aggregate's state is refused
--@expected.message: DELIMITED
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='DELIMITED');
CREATE TABLE t AS SELECT id, AVG(x) AS n FROM a GROUP BY id;

--@test: IF NOT EXISTS leaves a result as it is
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM IF NOT EXISTS b AS SELECT * FROM a WHERE x > 100;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (x) VALUES (2);

--@test: a result that exists is not made again
--@expected.message: 'B'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM b AS SELECT * FROM a;

--@test: EMIT CHANGES may be said
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a EMIT CHANGES;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (x) VALUES (2);

--@test: a result cannot be written to a read-only topic
--@expected.message: read-only
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (kafka_topic='__consumer_offsets') AS SELECT * FROM a;
