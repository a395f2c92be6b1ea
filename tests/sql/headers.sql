-- SPDX-License-Identifier: Apache-2.0
-- Record headers (language 3.2, runtime 1.8).

--@test: a HEADER column is the last header of its name
CREATE STREAM a (id INT KEY, x INT, t BYTES HEADER('trace')) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x, t FROM a;
--@headers: trace=hi, other=no, trace=ho
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 6);
--@headers: trace
INSERT INTO a (rowtime, id, x) VALUES (3, 3, 7);
ASSERT VALUES b (id, x, t) VALUES (1, 5, 'aG8=');
ASSERT VALUES b (id, x, t) VALUES (2, 6, NULL);
ASSERT VALUES b (id, x, t) VALUES (3, 7, NULL);

--@test: HEADERS is all of them, an empty array if there are none
CREATE STREAM a (id INT KEY, x INT, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ARRAY_LENGTH(h) AS n, h[1]->key AS k, h[2]->value AS v FROM a;
--@headers: p=hi, q=ho
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 6);
ASSERT VALUES b (id, n, k, v) VALUES (1, 2, 'p', 'aG8=');
ASSERT VALUES b (id, n, k, v) VALUES (2, 0, NULL, NULL);

--@test: headers go on to the results of a query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a WHERE x > 0;
CREATE STREAM b_traced (id INT KEY, x INT, t BYTES HEADER('trace')) WITH (kafka_topic='B', value_format='JSON');
CREATE STREAM c AS SELECT id, x, t FROM b_traced;
--@headers: trace=hi
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT VALUES c (id, x, t) VALUES (1, 5, 'aGk=');

--@test: a change that waited in a cache has the headers of its last record
--@restart: none
SET 'cache.max.bytes.buffering' = '1000000';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id;
CREATE STREAM b_traced (id INT KEY, s INT, t BYTES HEADER('trace')) WITH (kafka_topic='B', value_format='JSON');
CREATE STREAM c AS SELECT id, s, t FROM b_traced;
--@headers: trace=hi
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
--@headers: trace=hi
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 6);
--@headers: trace=ho
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 7);
INSERT INTO a (rowtime, id, x) VALUES (4, 2, 8);
ASSERT VALUES c (id, s, t) VALUES (1, 12, 'aG8=');
ASSERT VALUES c (id, s, t) VALUES (2, 14, NULL);
--@headers: trace=hi
INSERT INTO a (rowtime, id, x) VALUES (5, 2, 1);
ASSERT VALUES c (id, s, t) VALUES (2, 15, 'aGk=');

--@test: rows of tables that waited in a cache have headers too
--@restart: none
SET 'cache.max.bytes.buffering' = '1000000';
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, x FROM a WHERE x > 0;
CREATE STREAM b_traced (id INT KEY, x INT, t BYTES HEADER('trace')) WITH (kafka_topic='B', value_format='JSON');
CREATE STREAM c AS SELECT id, x, t FROM b_traced;
--@headers: trace=hi
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
--@headers: trace=ho
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 6);
ASSERT VALUES c (id, x, t) VALUES (1, 6, 'aG8=');

--@test: a final row has the headers of the record that closed its window
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 MILLISECONDS) GROUP BY id EMIT FINAL;
CREATE STREAM b_traced (id INT KEY, s INT, t BYTES HEADER('trace')) WITH (kafka_topic='B', value_format='JSON', window_type='tumbling', window_size='10 milliseconds');
CREATE STREAM c AS SELECT id, s, t FROM b_traced;
--@headers: trace=hi
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
--@headers: trace=ho
INSERT INTO a (rowtime, id, x) VALUES (15, 2, 6);
ASSERT VALUES c (id, s, t) VALUES (1, 5, 'aG8=');
