-- SPDX-License-Identifier: Apache-2.0
-- Tumbling windows (language 4.5, runtime 2.8).

--@test: each window counts for itself
--@partitions: any
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (0, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (9999, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (10000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (12000, 2, 1);
ASSERT VALUES b (rowtime, windowstart, windowend, id, n) VALUES (0, 0, 10000, 1, 1);
ASSERT VALUES b (rowtime, windowstart, windowend, id, n) VALUES (9999, 0, 10000, 1, 2);
ASSERT VALUES b (rowtime, windowstart, windowend, id, n) VALUES (10000, 10000, 20000, 1, 1);
ASSERT VALUES b (rowtime, windowstart, windowend, id, n) VALUES (12000, 10000, 20000, 2, 1);

--@test: a record out of order goes to its own window
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (5000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (15000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (6000, 1, 4);
ASSERT VALUES b (rowtime, windowstart, id, s) VALUES (5000, 0, 1, 1);
ASSERT VALUES b (rowtime, windowstart, id, s) VALUES (15000, 10000, 1, 2);
ASSERT VALUES b (rowtime, windowstart, id, s) VALUES (6000, 0, 1, 5);

--@test: a record later than the grace period is dropped
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (5000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (14999, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (7000, 1, 4);
INSERT INTO a (rowtime, id, x) VALUES (15000, 1, 8);
INSERT INTO a (rowtime, id, x) VALUES (8000, 1, 16);
INSERT INTO a (rowtime, id, x) VALUES (10000, 1, 32);
ASSERT VALUES b (windowstart, s) VALUES (0, 1);
ASSERT VALUES b (windowstart, s) VALUES (10000, 2);
ASSERT VALUES b (windowstart, s) VALUES (0, 5);
ASSERT VALUES b (windowstart, s) VALUES (10000, 10);
ASSERT VALUES b (windowstart, s) VALUES (10000, 42);

--@test: other keys move the time on, too
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 0 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (100, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (1000, 2, 1);
INSERT INTO a (rowtime, id, x) VALUES (999, 1, 1);
ASSERT VALUES b (windowstart, id, n) VALUES (0, 1, 1);
ASSERT VALUES b (windowstart, id, n) VALUES (1000, 2, 1);

--@test: without GRACE PERIOD a record may be a day late
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (0, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (86399999, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (86400000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 1);
ASSERT VALUES b (windowstart, n) VALUES (0, 1);
ASSERT VALUES b (windowstart, n) VALUES (82800000, 1);
ASSERT VALUES b (windowstart, n) VALUES (0, 2);
ASSERT VALUES b (windowstart, n) VALUES (86400000, 1);

--@test: state outlives the grace period as RETENTION says, and results stay the same
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 SECOND, RETENTION 1 DAY, GRACE PERIOD 1 HOUR) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (0, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3600000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (500, 1, 1);
ASSERT VALUES b (windowstart, n) VALUES (0, 1);
ASSERT VALUES b (windowstart, n) VALUES (3600000, 1);
ASSERT VALUES b (windowstart, n) VALUES (0, 2);

--@test: the bounds of the window may be selected
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, WINDOWSTART AS ws, WINDOWEND AS we, WINDOWEND - WINDOWSTART AS size_ms, COUNT(*) AS n
    FROM a WINDOW TUMBLING (SIZE 2 MINUTES) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (130000, 1, 1);
ASSERT VALUES b (id, ws, we, size_ms, n) VALUES (1, 120000, 240000, 120000, 1);

--@test: a windowed group of another column is repartitioned
--@partitions: any
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY x;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 'p');
INSERT INTO a (rowtime, id, x) VALUES (2000, 2, 'p');
INSERT INTO a (rowtime, id, x) VALUES (11000, 3, 'p');
ASSERT VALUES b (windowstart, x, n) VALUES (0, 'p', 1);
ASSERT VALUES b (windowstart, x, n) VALUES (0, 'p', 2);
ASSERT VALUES b (windowstart, x, n) VALUES (10000, 'p', 1);

--@test: HAVING deletes a window's row that no longer fulfils it
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id HAVING SUM(x) > 0;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, -1);
INSERT INTO a (rowtime, id, x) VALUES (12000, 1, 3);
ASSERT VALUES b (windowstart, id, s) VALUES (0, 1, 1);
ASSERT NULL VALUES b (windowstart, id) KEY (0, 1);
ASSERT VALUES b (windowstart, id, s) VALUES (10000, 1, 3);

--@test: a stream over a windowed topic reads the bounds from its key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE STREAM w (id INT KEY, n BIGINT) WITH (kafka_topic='B', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
CREATE STREAM c AS SELECT id, n, WINDOWSTART AS ws, WINDOWEND AS we FROM w;
INSERT INTO a (rowtime, id, x) VALUES (11000, 1, 1);
ASSERT VALUES c (windowstart, id, n, ws, we) VALUES (10000, 1, 1, 10000, 20000);
