-- SPDX-License-Identifier: Apache-2.0
-- EMIT FINAL: one row for each window, when its time is over (runtime 2.12).

--@test: a window comes out when a record passes its end
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3000, 2, 2);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 4);
INSERT INTO a (rowtime, id, x) VALUES (10000, 1, 8);
ASSERT VALUES b (windowstart, rowtime, id, s) VALUES (0, 2000, 1, 5);
ASSERT VALUES b (windowstart, rowtime, id, s) VALUES (0, 3000, 2, 2);

--@test: the grace period is waited for
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (12000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 4);
INSERT INTO a (rowtime, id, x) VALUES (15000, 1, 8);
ASSERT VALUES b (windowstart, id, s) VALUES (0, 1, 5);

--@test: HAVING looks at the final row
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id HAVING SUM(x) < 5 EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 3);
INSERT INTO a (rowtime, id, x) VALUES (1500, 2, 3);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 4);
INSERT INTO a (rowtime, id, x) VALUES (10000, 1, 8);
ASSERT VALUES b (windowstart, id, s) VALUES (0, 2, 3);

--@test: nothing comes out of the last window without a later record
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (11000, 1, 2);
ASSERT VALUES b (windowstart, id, s) VALUES (0, 1, 1);

--@test: the grace period of EMIT FINAL is nothing unless given
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (10000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 4);
INSERT INTO a (rowtime, id, x) VALUES (20000, 1, 8);
ASSERT VALUES b (windowstart, id, s) VALUES (0, 1, 1);
ASSERT VALUES b (windowstart, id, s) VALUES (10000, 1, 2);

--@test: a session comes out when its gap is over
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW SESSION (5 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (4000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (20000, 2, 4);
ASSERT VALUES b (windowstart, windowend, id, s) VALUES (1000, 4000, 1, 3);

--@test: EMIT FINAL needs a window
--@expected.error: statement
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a GROUP BY id EMIT FINAL;
