-- SPDX-License-Identifier: Apache-2.0
-- CASE (language 2.7).

--@test: the first condition that holds decides
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN n < 10 THEN 'small' WHEN n < 100 THEN 'middle' ELSE 'large' END AS class FROM a;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 50);
INSERT INTO a (rowtime, id, n) VALUES (3, 3, 500);
INSERT INTO a (rowtime, id) VALUES (4, 4);
ASSERT VALUES b (id, class) VALUES (1, 'small');
ASSERT VALUES b (id, class) VALUES (2, 'middle');
ASSERT VALUES b (id, class) VALUES (3, 'large');
ASSERT VALUES b (id, class) VALUES (4, 'large');

--@test: without ELSE the result is NULL
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN n = 1 THEN 'one' END AS w FROM a;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 2);
ASSERT VALUES b (id, w) VALUES (1, 'one');
ASSERT VALUES b (id, w) VALUES (2, NULL);

--@test: a branch that is not taken is not evaluated
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN n = 0 THEN -1 ELSE 100 / n END AS q FROM a;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 0);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 4);
ASSERT VALUES b (id, q) VALUES (1, -1);
ASSERT VALUES b (id, q) VALUES (2, 25);

--@test: CASE may stand in WHERE and in another CASE
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE CASE WHEN n > 5 THEN CASE WHEN n < 8 THEN true ELSE false END ELSE false END;
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 3);
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 6);
INSERT INTO a (rowtime, id, n) VALUES (3, 3, 9);
ASSERT VALUES b (id, n) VALUES (2, 6);
