-- SPDX-License-Identifier: Apache-2.0
-- CREATE STREAM and CREATE TABLE, property by property (language 3.2, 8.2).

--@test: PARTITIONS makes the topic
--@topics: explicit
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='new', value_format='JSON', partitions=3, replicas=1);
SHOW TOPICS;
--> new | 1, 1, 1

--@test: PARTITIONS that are the topic's are accepted
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=2);
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=2);
ASSERT STREAM b (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON');

--@test: REPLICAS that are not the topic's are refused
--@expected.message: replica
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=1, replicas=1);
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=1, replicas=2);

--@test: RETENTION_MS that is not the topic's is refused
--@expected.message: RETENTION_MS
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=1, retention_ms=100000);
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=1, retention_ms=200000);

--@test: RETENTION_MS that is the topic's is accepted
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=1, retention_ms=100000);
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=1, retention_ms=100000);
ASSERT STREAM b (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON');

--@test: RETENTION_MS is not for a table without windows
--@expected.message: RETENTION_MS
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=1, retention_ms=100000);

--@test: a topic has a name
--@expected.message: KAFKA_TOPIC
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='', value_format='JSON', partitions=1);

--@test: names of properties have no case, and may be quoted
CREATE STREAM a (id INT KEY, x INT) WITH ('Kafka_Topic'='t', "value_FORMAT"='json', `PARTITIONS`=1);
ASSERT STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON');

--@test: all unknown properties are named at once
--@expected.message: 'FOO', 'BAR'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', foo=1, bar='x');

--@test: CLEANUP_POLICY is not for users
--@expected.message: CLEANUP_POLICY
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', cleanup_policy='compact');

--@test: PARTITIONS is a number
--@expected.message: PARTITIONS
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions='many');

--@test: PARTITIONS is at least one
--@expected.message: PARTITIONS
--@topics: explicit
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', partitions=0);

--@test: FORMAT is not given beside VALUE_FORMAT
--@expected.message: VALUE_FORMAT
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', format='JSON', value_format='JSON');

--@test: VALUE_FORMAT may come from a setting
SET 'ksql.persistence.default.format.value' = 'JSON';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t');
ASSERT STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', key_format='KAFKA', value_format='JSON');

--@test: KEY_FORMAT may come from a setting
SET 'ksql.persistence.default.format.key' = 'JSON';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='DELIMITED');
CREATE STREAM b AS SELECT * FROM a;
ASSERT STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', key_format='JSON', value_format='DELIMITED');
ASSERT STREAM b (id INT KEY, x INT) WITH (kafka_topic='B', key_format='JSON', value_format='DELIMITED');

--@test: a stream without keys has the key format NONE
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY x;
ASSERT STREAM a (x INT, y INT) WITH (kafka_topic='t', key_format='NONE', value_format='JSON');
ASSERT STREAM b (x INT KEY, y INT) WITH (kafka_topic='B', key_format='KAFKA', value_format='JSON');

--@test: WRAP_SINGLE_VALUE may come from a setting
SET 'ksql.persistence.wrap.single.values' = 'false';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO a VALUES (1, 5);
ASSERT VALUES raw (v) VALUES ('5');

--@test: a setting of wrapping leaves formats alone that cannot follow it
SET 'ksql.persistence.wrap.single.values' = 'true';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='b', value_format='DELIMITED');
INSERT INTO b VALUES (1, 5);
ASSERT VALUES b (x) VALUES (5);

--@test: WRAP_SINGLE_VALUE is not for DELIMITED
--@expected.message: WRAP_SINGLE_VALUE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='DELIMITED', wrap_single_value=true);

--@test: WRAP_SINGLE_VALUE is not for KAFKA
--@expected.message: WRAP_SINGLE_VALUE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='KAFKA', wrap_single_value=true);

--@test: WRAP_SINGLE_VALUE is a BOOLEAN
--@expected.message: WRAP_SINGLE_VALUE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', wrap_single_value='perhaps');

--@test: a delimiter is one character
--@expected.message: delimiter '<>' is not valid: it must be a single character
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='DELIMITED', value_delimiter='<>');

--@test: a delimiter may be TAB or SPACE
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='DELIMITED', value_delimiter='TAB');
CREATE STREAM b WITH (value_delimiter='SPACE') AS SELECT * FROM a;
CREATE STREAM raw_a (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM raw_b (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a VALUES (1, 5, 6);
ASSERT VALUES raw_a (v) VALUES ('5	6');
ASSERT VALUES raw_b (v) VALUES ('5 6');
ASSERT VALUES b (x, y) VALUES (5, 6);

--@test: KEY_DELIMITER is the key's own
CREATE STREAM a (k INT KEY, l INT KEY, x INT, y INT) WITH (kafka_topic='a', format='DELIMITED', key_delimiter='|', value_delimiter=';');
CREATE STREAM raw (k STRING KEY, v STRING) WITH (kafka_topic='a', format='KAFKA');
INSERT INTO a VALUES (1, 2, 3, 4);
ASSERT VALUES raw (k, v) VALUES ('1|2', '3;4');

--@test: KEY_DELIMITER is not for a key of another format
--@expected.message: KEY_DELIMITER
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='DELIMITED', key_delimiter='|');

--@test: a full name of a schema is not for JSON
--@expected.message: VALUE_SCHEMA_FULL_NAME
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', value_schema_full_name='x.Y');

--@test: a schema id is not for JSON
--@expected.message: VALUE_SCHEMA_ID
CREATE STREAM a (id INT KEY) WITH (kafka_topic='t', value_format='JSON', value_schema_id=1);

--@test: columns must be given where nothing can be inferred
--@expected.message: column
CREATE STREAM a WITH (kafka_topic='t', value_format='JSON');

--@test: TIMESTAMP_FORMAT without TIMESTAMP is ignored
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='t', value_format='JSON', timestamp_format='yyyy-MM-dd');
INSERT INTO a (rowtime, id, x) VALUES (7, 1, 'q');
ASSERT VALUES a (rowtime, x) VALUES (7, 'q');

--@test: TIMESTAMP_FORMAT must be a pattern
--@expected.message: TIMESTAMP_FORMAT
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='t', value_format='JSON', timestamp='x', timestamp_format='invalid pattern');

--@test: a TIMESTAMP of text needs a TIMESTAMP_FORMAT
--@expected.message: TIMESTAMP_FORMAT
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='t', value_format='JSON', timestamp='x');

--@test: a TIMESTAMP_FORMAT is for text
--@expected.message: TIMESTAMP_FORMAT
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='t', value_format='JSON', timestamp='x', timestamp_format='yyyy');

--@test: the key may give the time
CREATE STREAM a (id BIGINT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', timestamp='id');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO a (id, x) VALUES (77, 1);
ASSERT VALUES b (rowtime, id, x) VALUES (77, 77, 1);

--@test: a TIMESTAMP column is named without case, or quoted
CREATE STREAM a (id INT KEY, `when` BIGINT, x BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='`when`');
CREATE STREAM b AS SELECT id, x FROM a;
INSERT INTO a (id, `when`, x) VALUES (1, 77, 1);
ASSERT VALUES b (rowtime, x) VALUES (77, 1);

--@test: WINDOW_SIZE is needed for TUMBLING
--@expected.message: WINDOW_SIZE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='TUMBLING');

--@test: WINDOW_SIZE is needed for HOPPING
--@expected.message: WINDOW_SIZE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='HOPPING');

--@test: WINDOW_SIZE is not for SESSION
--@expected.message: WINDOW_SIZE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='SESSION', window_size='1 SECOND');

--@test: WINDOW_SIZE needs a WINDOW_TYPE
--@expected.message: WINDOW_TYPE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_size='1 SECOND');

--@test: WINDOW_SIZE is a number and a unit
--@expected.message: WINDOW_SIZE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='TUMBLING', window_size='long');

--@test: WINDOW_TYPE must be known
--@expected.message: WINDOW_TYPE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='SLIDING', window_size='1 SECOND');

--@test: a windowed source has a key
--@expected.message: key
CREATE STREAM a (x INT) WITH (kafka_topic='t', value_format='JSON', window_type='SESSION');

--@test: units of WINDOW_SIZE may be one or many
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='tumbling', window_size='90 Seconds');
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='HOPPING', window_size='1 day');
ASSERT STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', window_type='TUMBLING', window_size='90 SECONDS');

--@test: SOURCED_BY_CONNECTOR is only a note
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', sourced_by_connector='c');
INSERT INTO a VALUES (1, 2);
ASSERT VALUES a (x) VALUES (2);

--@test: QUERY_ID is not for CREATE
--@expected.message: QUERY_ID
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', query_id='q');

--@test: key columns may be declared anywhere
CREATE STREAM a (x INT, k INT KEY, y INT, l STRING KEY) WITH (kafka_topic='t', format='JSON');
DESCRIBE a;
--> K INTEGER KEY
--> L STRING KEY
--> X INTEGER
--> Y INTEGER

--@test: WINDOWSTART is no name of a column
--@expected.message: WINDOWSTART
CREATE STREAM a (id INT KEY, windowstart BIGINT) WITH (kafka_topic='t', value_format='JSON');

--@test: ROWPARTITION is no name of a column
--@expected.message: ROWPARTITION
CREATE STREAM a (id INT KEY, rowpartition INT) WITH (kafka_topic='t', value_format='JSON');

--@test: ROWKEY is a name as any other
CREATE STREAM a (rowkey INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO a VALUES (1, 2);
ASSERT VALUES a (rowkey, x) VALUES (1, 2);

--@test: a name is declared once among keys, values and headers
--@expected.message: 'X'
CREATE STREAM a (x INT KEY, x BYTES HEADER('q')) WITH (kafka_topic='t', value_format='JSON');

--@test: HEADERS has one type
--@expected.message: ARRAY<STRUCT<KEY STRING, VALUE BYTES>>
CREATE STREAM a (id INT KEY, h MAP<STRING, BYTES> HEADERS) WITH (kafka_topic='t', value_format='JSON');

--@test: HEADER is BYTES
--@expected.message: BYTES
CREATE STREAM a (id INT KEY, h STRING HEADER('q')) WITH (kafka_topic='t', value_format='JSON');

--@test: HEADERS is there once
--@expected.message: HEADERS
CREATE STREAM a (id INT KEY, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, i ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) WITH (kafka_topic='t', value_format='JSON');

--@test: HEADERS and HEADER do not mix
--@expected.message: HEADERS
CREATE STREAM a (id INT KEY, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, i BYTES HEADER('q')) WITH (kafka_topic='t', value_format='JSON');

--@test: each HEADER is read once
--@expected.message: 'q'
CREATE STREAM a (id INT KEY, h BYTES HEADER('q'), i BYTES HEADER('q')) WITH (kafka_topic='t', value_format='JSON');

--@test: a HEADER has a name
--@expected.message: HEADER
CREATE STREAM a (id INT KEY, h BYTES HEADER('')) WITH (kafka_topic='t', value_format='JSON');

--@test: a table may have HEADER columns
CREATE TABLE a (id INT PRIMARY KEY, x INT, h BYTES HEADER('q'), i BYTES HEADER('r')) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a;
--@headers: r=hi
INSERT INTO a (id, x) VALUES (1, 2);
ASSERT VALUES b (id, x, h, i) VALUES (1, 2, NULL, 'aGk=');

--@test: IF NOT EXISTS of a stream that exists says so
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM IF NOT EXISTS a (id INT KEY, y INT) WITH (kafka_topic='u', value_format='JSON');
--> Cannot add stream `A`: A stream with the same name already exists.

--@test: the message says which kind has the name
--@expected.message: table
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON');

--@test: the key format NONE has no key columns
--@expected.message: NONE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON', key_format='NONE');

--@test: several key columns need a format that holds them
--@expected.message: KAFKA
CREATE STREAM a (k INT KEY, l INT KEY, x INT) WITH (kafka_topic='t', value_format='JSON');

--@test: a DECIMAL is no key in KAFKA format
--@expected.message: KAFKA
CREATE STREAM a (k DECIMAL(3, 1) KEY, x INT) WITH (kafka_topic='t', value_format='JSON');

--@test: a map deep in a key is refused
--@expected.message: MAP
CREATE STREAM a (k STRUCT<f ARRAY<MAP<STRING, INT>>> KEY, x INT) WITH (kafka_topic='t', format='JSON');

--@test: JSON holds maps of text keys only
--@expected.message: STRING
CREATE STREAM a (id INT KEY, m MAP<INT, INT>) WITH (kafka_topic='t', value_format='JSON');

--@test: AVRO says what it needs
--@expected.message: AVRO
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='t', value_format='AVRO');

--@test: a TIMESTAMP of TIME type is refused
--@expected.message: TIMESTAMP
CREATE STREAM a (id INT KEY, n TIME) WITH (kafka_topic='a', value_format='JSON', timestamp='n');

--@test: a topic is no NULL
--@expected.message: KAFKA_TOPIC
CREATE STREAM a (id INT KEY, n TIME) WITH (kafka_topic=NULL, value_format='JSON');

--@test: a property is given once
--@expected.message: twice
CREATE STREAM a (id INT KEY, n TIME) WITH (kafka_topic='a', "KAFKA_TOPIC"='b', value_format='JSON');
