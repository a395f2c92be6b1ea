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
