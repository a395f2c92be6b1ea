-- WHERE over a stream.

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

--@test: a NULL in a comparison is false
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE n > 0;
CREATE STREAM c AS SELECT * FROM a WHERE NOT (n > 0);
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (2, 2, 1);
ASSERT VALUES c (rowtime, id, n) VALUES (1, 1, NULL);
