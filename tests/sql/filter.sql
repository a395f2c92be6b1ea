-- SPDX-License-Identifier: Apache-2.0
-- WHERE over a stream (language 4.3).

--@test: a filter keeps only matching rows
--@partitions: any
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n > 0;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, -5);
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 7);
INSERT INTO a (rowtime, id, n) VALUES (3, 2, 0);
INSERT INTO a (rowtime, id, n) VALUES (4, 2, 8);
ASSERT VALUES b (rowtime, id, n) VALUES (2, 1, 7);
ASSERT VALUES b (rowtime, id, n) VALUES (4, 2, 8);

--@test: a comparison with NULL is false, and its NOT is true
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n > 0;
CREATE STREAM c AS SELECT * FROM a WHERE NOT (n > 0);
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (2, 2, 1);
ASSERT VALUES c (rowtime, id, n) VALUES (1, 1, NULL);

--@test: a filter that fails for a row drops that row alone
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE 10 / n > 1;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 0);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 5);
ASSERT VALUES b (id, n) VALUES (2, 5);

--@test: conditions join with AND and OR, AND first
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x = 1 OR x = 2 AND y = 2;
INSERT INTO a (rowtime, id, x, y) VALUES (1, 1, 1, 0);
INSERT INTO a (rowtime, id, x, y) VALUES (2, 2, 2, 0);
INSERT INTO a (rowtime, id, x, y) VALUES (3, 3, 2, 2);
ASSERT VALUES b (id) VALUES (1);
ASSERT VALUES b (id) VALUES (3);

--@test: a BOOLEAN column is a condition, and a NULL one is not fulfilled
CREATE STREAM a (id INT KEY, ok BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE ok;
INSERT INTO a (rowtime, id, ok) VALUES (1, 1, true);
INSERT INTO a (rowtime, id, ok) VALUES (2, 2, NULL);
INSERT INTO a (rowtime, id, ok) VALUES (3, 3, false);
INSERT INTO a (rowtime, id, ok) VALUES (4, 4, true);
ASSERT VALUES b (id, ok) VALUES (1, true);
ASSERT VALUES b (id, ok) VALUES (4, true);

--@test: the key can be filtered on
--@partitions: any
CREATE STREAM a (id STRING KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE id LIKE 'x%';
INSERT INTO a (rowtime, id, n) VALUES (1, 'x1', 1);
INSERT INTO a (rowtime, id, n) VALUES (2, 'y1', 2);
INSERT INTO a (rowtime, id, n) VALUES (3, 'x2', 3);
ASSERT VALUES b (id, n) VALUES ('x1', 1);
ASSERT VALUES b (id, n) VALUES ('x2', 3);

--@test: a record without a value does not pass a filter
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT * FROM a WHERE n IS NULL;
INSERT INTO raw (rowtime, id, v) VALUES (1, 1, NULL);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, NULL);
ASSERT VALUES b (id, n) VALUES (2, NULL);

--@test: filters follow one another through several queries
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n > 0;
CREATE STREAM c AS SELECT * FROM b WHERE n < 10;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 0);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 5);
INSERT INTO a (rowtime, id, n) VALUES (3, 3, 15);
ASSERT VALUES b (id, n) VALUES (2, 5);
ASSERT VALUES b (id, n) VALUES (3, 15);
ASSERT VALUES c (id, n) VALUES (2, 5);
