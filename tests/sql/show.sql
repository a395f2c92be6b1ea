-- SPDX-License-Identifier: Apache-2.0
-- SHOW, LIST, DESCRIBE, PRINT in all their forms (language 3.9, 3.11, 3.12).

--@test: LIST and SHOW are one
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
LIST STREAMS;
--> STREAM | A | a | KAFKA | JSON | false
SHOW STREAMS;
--> STREAM | A | a | KAFKA | JSON | false
LIST TABLES;
-->
LIST TOPICS;
--> a | 1
LIST QUERIES;
-->
LIST TYPES;
-->
LIST VARIABLES;
-->

--@test: SHOW STREAMS EXTENDED describes each
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
SHOW STREAMS EXTENDED;
--> ...

--@test: SHOW TABLES EXTENDED describes each
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
SHOW TABLES EXTENDED;
--> ...

--@test: SHOW TOPICS EXTENDED counts consumers
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
SHOW TOPICS EXTENDED;
--> a | 1 | 0 | 0

--@test: SHOW QUERIES EXTENDED describes each
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
CREATE STREAM c AS SELECT id, n + 1 AS m FROM a;
SHOW QUERIES EXTENDED;
--> CSAS_B_0
--> ID INTEGER KEY
--> N INTEGER
--> CSAS_C_1
--> ID INTEGER KEY
--> M INTEGER

--@test: DESCRIBE of an unknown source names a near one
--@expected.message: did you mean 'ORDERS'?
CREATE STREAM orders (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
DESCRIBE ordrs;

--@test: DESCRIBE of a name in another case says to quote it
--@expected.message: `Orders`
CREATE STREAM `Orders` (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
DESCRIBE Orders;

--@test: DESCRIBE marks headers
CREATE STREAM a (id INT KEY, n INT, h BYTES HEADER('q')) WITH (kafka_topic='a', value_format='JSON');
DESCRIBE a;
--> ID INTEGER KEY
--> N INTEGER
--> H BYTES HEADER

--@test: DESCRIBE STREAMS and TABLES describe all
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
DESCRIBE STREAMS;
--> ...
DESCRIBE TABLES;
-->

--@test: a quoted name is a source and no keyword
--@expected.message: 'TABLES'
DESCRIBE `TABLES`;

--@test: SHOW FUNCTIONS lists them
SHOW FUNCTIONS;
--> ABS | SCALAR | MATHEMATICAL
--> ...

--@test: the name of a function has no case in DESCRIBE FUNCTION
DESCRIBE FUNCTION abs;
--> ...

--@test: SHOW PROPERTIES lists settings
SHOW PROPERTIES;
--> ...

--@test: internal topics are shown to who asks
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS n FROM a GROUP BY x;
INSERT INTO a VALUES (1, 2);
SHOW ALL TOPICS;
--> B | 1
--> ...

--@test: SHOW of nonsense says what can be shown
--@expected.message: unexpected 'NONSENSE', expected FUNCTIONS
SHOW NONSENSE;

--@test: ASSERT TOPIC passes when all is as said
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='t', value_format='JSON', partitions=2, replicas=1);
ASSERT TOPIC t WITH (partitions=2, replicas=1);
ASSERT TOPIC 't' TIMEOUT 5 SECONDS;
ASSERT NOT EXISTS TOPIC nobody;
ASSERT NOT EXISTS TOPIC nobody WITH (partitions=7) TIMEOUT 1 SECOND;
SHOW TOPICS;
--> t | 1, 1

--@test: ASSERT TOPIC keeps the case of a bare name
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='MyTopic', value_format='JSON');
ASSERT TOPIC MyTopic;
SHOW TOPICS;
--> MyTopic | 1

--@test: ASSERT TOPIC fails when there is none
--@expected.message: 'nobody'
ASSERT TOPIC nobody TIMEOUT 10 MILLISECONDS;

--@test: ASSERT TOPIC fails when partitions differ
--@expected.message: partitions
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='t', value_format='JSON', partitions=2);
ASSERT TOPIC t WITH (partitions=3) TIMEOUT 10 MILLISECONDS;

--@test: ASSERT TOPIC fails for any other property
--@expected.message: 'COLOUR'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
ASSERT TOPIC t WITH (colour='red') TIMEOUT 10 MILLISECONDS;

--@test: ASSERT NOT EXISTS TOPIC fails when there is one
--@expected.message: exists
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
ASSERT NOT EXISTS TOPIC t TIMEOUT 10 MILLISECONDS;

--@test: ASSERT SCHEMA needs a registry
--@expected.message: Schema Registry
ASSERT SCHEMA SUBJECT 'a-value' ID 3 TIMEOUT 10 MILLISECONDS;

--@test: ASSERT NOT EXISTS SCHEMA needs a registry
--@expected.message: Schema Registry
ASSERT NOT EXISTS SCHEMA ID 3;

--@test: ASSERT SCHEMA needs a subject or an id
--@expected.message: SUBJECT
ASSERT SCHEMA TIMEOUT 1 SECOND;

--@test: CREATE SOURCE CONNECTOR needs Kafka Connect
--@expected.message: Kafka Connect
CREATE SOURCE CONNECTOR IF NOT EXISTS c WITH ('connector.class'='x.Y', 'tasks.max'=1);

--@test: CREATE SINK CONNECTOR needs Kafka Connect
--@expected.message: Kafka Connect
CREATE SINK CONNECTOR c WITH ("connector.class"='x.Y', 'tasks.max'='1');

--@test: DROP CONNECTOR needs Kafka Connect
--@expected.message: Kafka Connect
DROP CONNECTOR IF EXISTS c;

--@test: DESCRIBE CONNECTOR needs Kafka Connect
--@expected.message: Kafka Connect
DESCRIBE CONNECTOR c;

--@test: SHOW SOURCE CONNECTORS needs Kafka Connect
--@expected.message: Kafka Connect
SHOW SOURCE CONNECTORS;

--@test: SHOW SINK CONNECTORS needs Kafka Connect
--@expected.message: Kafka Connect
SHOW SINK CONNECTORS;

--@test: SHOW CONNECTOR PLUGINS needs Kafka Connect
--@expected.message: Kafka Connect
SHOW CONNECTOR PLUGINS;

--@test: PRINT skips by INTERVAL, and stops at LIMIT
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 2);
INSERT INTO a (rowtime, id, n) VALUES (3, 3, 3);
PRINT 'a' FROM BEGINNING INTERVAL 2 LIMIT 2;
--> Key format: KAFKA_INT
--> Value format: JSON or KAFKA_STRING
--> rowtime: 1970/01/01 00:00:00.001 Z, key: 1, value: {"N":1}, partition: 0
--> rowtime: 1970/01/01 00:00:00.003 Z, key: 3, value: {"N":3}, partition: 0

--@test: PRINT of a topic that is not there
--@expected.message: 'nobody'
PRINT nobody FROM BEGINNING LIMIT 1;

--@test: DROP TYPE of an unknown type
--@expected.message: 'T'
DROP TYPE t;

--@test: CREATE TYPE with an unknown type
--@expected.message: 'NOBODY'
CREATE TYPE t AS ARRAY<nobody>;

--@test: a type that is made anew leaves sources as they were
CREATE TYPE t AS INT;
CREATE STREAM a (id INT KEY, x t) WITH (kafka_topic='a', value_format='JSON');
DROP TYPE t;
CREATE TYPE t AS STRING;
CREATE STREAM b (id INT KEY, x t) WITH (kafka_topic='b', value_format='JSON');
DESCRIBE a;
--> ID INTEGER KEY
--> X INTEGER
DESCRIBE b;
--> ID INTEGER KEY
--> X STRING

--@test: a custom type stands in a CAST
CREATE TYPE money AS DECIMAL(6, 2);
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS money) AS m FROM a;
INSERT INTO a VALUES (1, '2');
ASSERT VALUES b (m) VALUES (2.00);

--@test: ASSERT TOPIC wants numbers
--@expected.message: partitions
CREATE STREAM a (id INT KEY, n TIME) WITH (kafka_topic='a', value_format='JSON');
ASSERT TOPIC a WITH (partitions='x') TIMEOUT 1 MILLISECOND;

--@test: a connector's properties may be any literal
--@expected.message: Kafka Connect
CREATE SINK CONNECTOR c WITH ('a'=1, 'b'=TRUE, 'c'=1.5, 'd'=NULL);
