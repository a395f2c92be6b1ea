-- SPDX-License-Identifier: Apache-2.0
-- Hopping windows (language 4.5, runtime 2.8).

--@test: a record belongs to every window over it, the earliest first
--@partitions: any
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (7000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (11000, 1, 2);
ASSERT VALUES b (windowstart, windowend, id, s) VALUES (0, 10000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, s) VALUES (5000, 15000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, s) VALUES (5000, 15000, 1, 3);
ASSERT VALUES b (windowstart, windowend, id, s) VALUES (10000, 20000, 1, 2);

--@test: no window begins before the epoch
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
ASSERT VALUES b (windowstart, n) VALUES (0, 1);

--@test: a record may be late for one window and in time for the next
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (12000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (8000, 1, 1);
ASSERT VALUES b (windowstart, n) VALUES (5000, 1);
ASSERT VALUES b (windowstart, n) VALUES (10000, 1);
ASSERT VALUES b (windowstart, n) VALUES (5000, 2);

--@test: an advance that does not divide the size
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 5 SECONDS, ADVANCE BY 3 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (10000, 1, 1);
ASSERT VALUES b (windowstart, windowend) VALUES (6000, 11000);
ASSERT VALUES b (windowstart, windowend) VALUES (9000, 14000);

--@test: windows of several group columns
--@partitions: any
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT id, x, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 4 SECONDS, ADVANCE BY 2 SECONDS) GROUP BY id, x;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 'p');
INSERT INTO a (rowtime, id, x) VALUES (3000, 1, 'p');
ASSERT VALUES b (windowstart, windowend, id, x, n) VALUES (0, 4000, 1, 'p', 1);
ASSERT VALUES b (windowstart, windowend, id, x, n) VALUES (0, 4000, 1, 'p', 2);
ASSERT VALUES b (windowstart, windowend, id, x, n) VALUES (2000, 6000, 1, 'p', 1);

--@test: an advance as wide as the window is a tumbling window
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 5 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (4999, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (5000, 1, 1);
ASSERT VALUES b (windowstart, windowend, n) VALUES (0, 5000, 1);
ASSERT VALUES b (windowstart, windowend, n) VALUES (5000, 10000, 1);

--@test: the bounds are columns of the query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, WINDOWSTART AS ws, WINDOWEND AS we, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 4 SECONDS, ADVANCE BY 2 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (3000, 1, 1);
ASSERT VALUES b (ws, we, n) VALUES (0, 4000, 1);
ASSERT VALUES b (ws, we, n) VALUES (2000, 6000, 1);

--@test: a window may be named, which means nothing
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW w HOPPING (SIZE 4 SECONDS, ADVANCE BY 4 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (3000, 1, 1);
ASSERT VALUES b (windowstart, n) VALUES (0, 1);

--@test: an advance wider than the window
--@expected.error: statement
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 4 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;

--@test: an advance of nothing
--@expected.error: statement
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 4 SECONDS, ADVANCE BY 0 SECONDS) GROUP BY id;

--@test: a retention below size and grace period
--@expected.error: statement
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 4 SECONDS, ADVANCE BY 2 SECONDS, RETENTION 5 SECONDS, GRACE PERIOD 2 SECONDS) GROUP BY id;
