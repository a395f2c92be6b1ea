-- SPDX-License-Identifier: Apache-2.0
-- ROWTIME, ROWPARTITION and ROWOFFSET (language 4.2).

--@test: partition and offset of a record can be selected
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ROWPARTITION AS p, ROWOFFSET AS o FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 6);
ASSERT STREAM b (id INT KEY, p INT, o BIGINT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (p, o) VALUES (0, 0);
ASSERT VALUES b (p, o) VALUES (0, 1);

--@test: they can be filtered on
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a WHERE ROWOFFSET > 0;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 6);
ASSERT VALUES b (id, x) VALUES (1, 6);

--@test: a star does not show them
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
DESCRIBE b;
--> ID INTEGER KEY
--> X INTEGER

--@test: ROWTIME can be the key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT ROWTIME AS t, x FROM a PARTITION BY ROWTIME;
INSERT INTO a (rowtime, id, x) VALUES (7, 1, 5);
ASSERT VALUES b (t, x) VALUES (7, 5);
