-- SPDX-License-Identifier: Apache-2.0
-- PARTITION BY (language 4.6).

--@test: a column becomes the key, and the old key the last value
--@partitions: any
CREATE STREAM a (id INT KEY, x STRING, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY x;
INSERT INTO a (rowtime, id, x, n) VALUES (1, 1, 'p', 10);
INSERT INTO a (rowtime, id, x, n) VALUES (2, 2, 'q', 20);
ASSERT STREAM b (x STRING KEY, n INT, id INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (rowtime, x, n, id) VALUES (1, 'p', 10, 1);
ASSERT VALUES b (rowtime, x, n, id) VALUES (2, 'q', 20, 2);

--@test: an expression becomes the key under its alias
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT x % 2 AS odd, x FROM a PARTITION BY x % 2;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT VALUES b (odd, x) VALUES (1, 5);

--@test: an expression without alias becomes KSQL_COL_0
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY x + 1;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT VALUES b (ksql_col_0, x, id) VALUES (6, 5, 1);

--@test: a field of a struct becomes the key
CREATE STREAM a (id INT KEY, s STRUCT<f INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT s->f AS f, id FROM a PARTITION BY s->f;
INSERT INTO a (rowtime, id, s) VALUES (1, 1, STRUCT(f := 5));
ASSERT VALUES b (f, id) VALUES (5, 1);

--@test: several expressions need a key format that holds them
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (key_format='JSON') AS SELECT * FROM a PARTITION BY x, y;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 5, 6);
ASSERT VALUES b (x, y, id) VALUES (5, 6, 1);

--@test: NULL takes the key away
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT x, id FROM a PARTITION BY NULL;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT STREAM b (x INT, id INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (x, id) VALUES (5, 1);

--@test: a row whose new key is NULL stays, with a NULL key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY x;
CREATE STREAM c AS SELECT 10 / x AS q, id FROM a PARTITION BY 10 / x;
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 0);
ASSERT VALUES b (x, id) VALUES (NULL, 1);
ASSERT VALUES b (x, id) VALUES (0, 2);
ASSERT VALUES c (q, id) VALUES (NULL, 1);
ASSERT VALUES c (q, id) VALUES (NULL, 2);

--@test: a filter comes before the new key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE id > 1 PARTITION BY x;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 6);
ASSERT VALUES b (x, id) VALUES (6, 2);

--@test: the present key changes nothing
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT STREAM b (id INT KEY, x INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (id, x) VALUES (1, 5);
