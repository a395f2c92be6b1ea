-- SPDX-License-Identifier: Apache-2.0
-- INSERT INTO ... SELECT (language 3.4).

--@test: several queries write one stream
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM all_rows AS SELECT id, n FROM a;
INSERT INTO all_rows SELECT id, n FROM b WHERE n > 0;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
ASSERT VALUES all_rows (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO b (rowtime, id, n) VALUES (2, 2, 0);
INSERT INTO b (rowtime, id, n) VALUES (3, 3, 6);
ASSERT VALUES all_rows (rowtime, id, n) VALUES (3, 3, 6);

--@test: the target's formats count, not the source's
CREATE STREAM a (id INT KEY, n INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT, s STRING) WITH (kafka_topic='b', value_format='DELIMITED');
CREATE STREAM b_text (id INT KEY, v STRING) WITH (kafka_topic='b', value_format='KAFKA');
INSERT INTO b SELECT * FROM a;
INSERT INTO a (rowtime, id, n, s) VALUES (1, 1, 5, 'x');
ASSERT VALUES b_text (id, v) VALUES (1, '5,x');

--@test: a decimal goes into a wider one
CREATE STREAM a (id INT KEY, c DECIMAL(4, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, c DECIMAL(8, 3)) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, c FROM a;
INSERT INTO a (rowtime, id, c) VALUES (1, 1, 1.25);
ASSERT VALUES b (id, c) VALUES (1, 1.250);

--@test: a query id may be given
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b WITH (query_id='my_copy') SELECT * FROM a;
SHOW QUERIES;
--> INSERT INTO b WITH (query_id='my_copy') SELECT * FROM a; | B | b | MY_COPY | PERSISTENT | RUNNING
