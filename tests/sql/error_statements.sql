-- SPDX-License-Identifier: Apache-2.0
-- Statements that are refused before anything happens.

--@test: a topic that does not exist and no number of partitions to make it
--@topics: explicit
--@expected.message: PARTITIONS
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='nowhere', value_format='JSON');

--@test: a number of partitions that is not the topic's
--@expected.message: 3
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON', partitions=3);

--@test: no topic
--@expected.message: KAFKA_TOPIC
CREATE STREAM a (id INT KEY, n INT) WITH (value_format='JSON');

--@test: no value format
--@expected.message: VALUE_FORMAT
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a');

--@test: FORMAT together with KEY_FORMAT
--@expected.message: KEY_FORMAT
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', format='JSON', key_format='JSON');

--@test: WRAP_SINGLE_VALUE with several columns
--@expected.message: WRAP_SINGLE_VALUE
CREATE STREAM a (id INT KEY, n INT, m INT) WITH (kafka_topic='a', value_format='JSON', wrap_single_value=false);

--@test: a delimiter for a format without one
--@expected.message: VALUE_DELIMITER
CREATE STREAM a (id INT KEY, n INT, m INT) WITH (kafka_topic='a', value_format='JSON', value_delimiter='|');

--@test: a TIMESTAMP column that is not there
--@expected.message: 'WHENN'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON', timestamp='whenn');

--@test: a TIMESTAMP column of a wrong type
--@expected.message: BIGINT
CREATE STREAM a (id INT KEY, n BOOLEAN) WITH (kafka_topic='a', value_format='JSON', timestamp='n');

--@test: INSERT of a text into a number
--@expected.message: column 'N' is INTEGER: a value of STRING does not go into it
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n) VALUES (1, '5');

--@test: INSERT into a column that is not there
--@expected.message: 'A' has no column 'M'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, m) VALUES (1, 5);

--@test: INSERT with fewer values than columns
--@expected.message: there are 1 values for 2 columns
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n) VALUES (1);

--@test: INSERT into a table without its key
--@expected.message: the PRIMARY KEY column 'ID' of table 'A' is missing
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (n) VALUES (1);

--@test: INSERT of a column's value
--@expected.message: 'N'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n) VALUES (1, n + 1);

--@test: INSERT into a read-only source
--@expected.message: 'A' is a SOURCE stream, which is read-only: nothing can be inserted
CREATE SOURCE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n) VALUES (1, 2);

--@test: INSERT into a windowed table
--@expected.message: 'B' has windowed keys
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY id;
INSERT INTO b (id, c) VALUES (1, 2);

--@test: INSERT ... SELECT of other columns than the target has
--@expected.message: the query's columns are not those of 'B'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, m INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, n FROM a;

--@test: INSERT ... SELECT of another type
--@expected.message: 'B'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n BIGINT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, n FROM a;

--@test: a script that is not there is named
--@expected.message: cannot read 'x.sql': No such file or directory
RUN SCRIPT 'x.sql';

--@test: a connector needs Kafka Connect
--@expected.message: Kafka Connect
SHOW CONNECTORS;

--@test: a blank delimiter, with what to write instead
--@expected.message: delimiter ' ' is empty or blank: for a tab or a space write 'TAB' or 'SPACE'
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', value_format='DELIMITED', value_delimiter=' ');

--@test: a tab as delimiter is written as a word
--@expected.message: for a tab or a space write 'TAB' or 'SPACE'
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', value_format='DELIMITED', value_delimiter='	');
