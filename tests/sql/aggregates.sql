-- SPDX-License-Identifier: Apache-2.0
-- Aggregate functions over streams, one after the other.

--@test: COUNT of a column leaves NULL out, COUNT(*) does not
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(x) AS c, COUNT(*) AS n FROM a GROUP BY id;
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 7);
ASSERT VALUES b (id, c, n) VALUES (1, 0, 1);
ASSERT VALUES b (id, c, n) VALUES (1, 1, 2);

--@test: SUM of each number type keeps the type
CREATE STREAM a (id INT KEY, i INT, l BIGINT, d DOUBLE, c DECIMAL(5, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(i) AS i, SUM(l) AS l, SUM(d) AS d, SUM(c) AS c FROM a GROUP BY id;
INSERT INTO a (rowtime, id, i, l, d, c) VALUES (1, 1, 1, 10, 0.5, 1.25);
INSERT INTO a (rowtime, id) VALUES (2, 1);
INSERT INTO a (rowtime, id, i, l, d, c) VALUES (3, 1, 2, 20, 0.25, 2.50);
ASSERT TABLE b (id INT PRIMARY KEY, i INT, l BIGINT, d DOUBLE, c DECIMAL(5, 2)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (id, i, l, d, c) VALUES (1, 1, 10, 0.5, 1.25);
ASSERT VALUES b (id, i, l, d, c) VALUES (1, 1, 10, 0.5, 1.25);
ASSERT VALUES b (id, i, l, d, c) VALUES (1, 3, 30, 0.75, 3.75);

--@test: a SUM of integers wraps
CREATE STREAM a (id INT KEY, i INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(i) AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, i) VALUES (1, 1, 2147483647);
INSERT INTO a (rowtime, id, i) VALUES (2, 1, 2);
ASSERT VALUES b (s) VALUES (2147483647);
ASSERT VALUES b (s) VALUES (-2147483647);

--@test: a SUM of decimals that outgrows its type stops the query
--@expected.message: sum 10.0 does not fit DECIMAL(3, 2)
CREATE STREAM a (id INT KEY, c DECIMAL(3, 2)) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(c) AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, c) VALUES (1, 1, 9.00);
INSERT INTO a (rowtime, id, c) VALUES (2, 1, 1.00);

--@test: MIN and MAX of numbers
CREATE STREAM a (id INT KEY, i INT, d DOUBLE, c DECIMAL(4, 1)) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, MIN(i) AS i1, MAX(i) AS i2, MIN(d) AS d1, MAX(d) AS d2, MIN(c) AS c1, MAX(c) AS c2 FROM a GROUP BY id;
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, i, d, c) VALUES (2, 1, 5, 5.5, 5.5);
INSERT INTO a (rowtime, id, i, d, c) VALUES (3, 1, -3, 9.5, 10.5);
ASSERT VALUES b (i1, i2, d1, d2, c1, c2) VALUES (NULL, NULL, NULL, NULL, NULL, NULL);
ASSERT VALUES b (i1, i2, d1, d2, c1, c2) VALUES (5, 5, 5.5, 5.5, 5.5, 5.5);
ASSERT VALUES b (i1, i2, d1, d2, c1, c2) VALUES (-3, 5, 5.5, 9.5, 5.5, 10.5);

--@test: MIN and MAX of texts, bytes and dates
CREATE STREAM a (id INT KEY, s STRING, y BYTES, d DATE, t TIME, ts TIMESTAMP) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, MIN(s) AS s1, MAX(s) AS s2, MAX(y) AS y, MIN(d) AS d, MAX(t) AS t, MIN(ts) AS ts FROM a GROUP BY id;
INSERT INTO a (rowtime, id, s, y, d, t, ts) VALUES (1, 1, 'b', 'YQ==', '2020-01-02', '10:00', '2020-01-02T00:00');
INSERT INTO a (rowtime, id, s, y, d, t, ts) VALUES (2, 1, 'a', 'Yg==', '2020-01-01', '09:00', '2020-01-03T00:00');
ASSERT VALUES b (s1, s2, y, d, t, ts) VALUES ('b', 'b', 'YQ==', '2020-01-02', '10:00', '2020-01-02T00:00');
ASSERT VALUES b (s1, s2, y, d, t, ts) VALUES ('a', 'b', 'Yg==', '2020-01-01', '10:00', '2020-01-02T00:00');

--@test: AVG is a DOUBLE, and 0.0 of nothing
CREATE STREAM a (id INT KEY, i INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, AVG(i) AS m FROM a GROUP BY id;
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, i) VALUES (2, 1, 1);
INSERT INTO a (rowtime, id, i) VALUES (3, 1, 2);
ASSERT VALUES b (m) VALUES (0.0);
ASSERT VALUES b (m) VALUES (1.0);
ASSERT VALUES b (m) VALUES (1.5);

--@test: LATEST_BY_OFFSET follows the order of the records, not their time
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, LATEST_BY_OFFSET(x) AS l, EARLIEST_BY_OFFSET(x) AS e FROM a GROUP BY id;
INSERT INTO a (rowtime, id) VALUES (5, 1);
INSERT INTO a (rowtime, id, x) VALUES (9, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 2);
INSERT INTO a (rowtime, id) VALUES (10, 1);
ASSERT VALUES b (l, e) VALUES (NULL, NULL);
ASSERT VALUES b (l, e) VALUES (1, 1);
ASSERT VALUES b (l, e) VALUES (2, 1);
ASSERT VALUES b (l, e) VALUES (2, 1);

--@test: LATEST_BY_OFFSET takes NULL too when told so
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, LATEST_BY_OFFSET(x, false) AS l, EARLIEST_BY_OFFSET(x, false) AS e FROM a GROUP BY id;
INSERT INTO a (rowtime, id) VALUES (1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 1);
INSERT INTO a (rowtime, id) VALUES (3, 1);
ASSERT VALUES b (l, e) VALUES (NULL, NULL);
ASSERT VALUES b (l, e) VALUES (1, NULL);
ASSERT VALUES b (l, e) VALUES (NULL, NULL);

--@test: LATEST_BY_OFFSET and EARLIEST_BY_OFFSET keep several values
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, LATEST_BY_OFFSET(x, 2) AS l, EARLIEST_BY_OFFSET(x, 2) AS e FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 3);
ASSERT VALUES b (l, e) VALUES (ARRAY[1], ARRAY[1]);
ASSERT VALUES b (l, e) VALUES (ARRAY[1, 2], ARRAY[1, 2]);
ASSERT VALUES b (l, e) VALUES (ARRAY[2, 3], ARRAY[1, 2]);

--@test: TOPK keeps the greatest, in order, also if equal
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, TOPK(x, 2) AS t FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
INSERT INTO a (rowtime, id) VALUES (2, 1);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 9);
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (5, 1, 9);
ASSERT VALUES b (t) VALUES (ARRAY[5]);
ASSERT VALUES b (t) VALUES (ARRAY[5]);
ASSERT VALUES b (t) VALUES (ARRAY[9, 5]);
ASSERT VALUES b (t) VALUES (ARRAY[9, 5]);
ASSERT VALUES b (t) VALUES (ARRAY[9, 9]);

--@test: TOPKDISTINCT keeps equal values once
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, TOPKDISTINCT(x, 2) AS t FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 'a');
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 'c');
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 'c');
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 'b');
ASSERT VALUES b (t) VALUES (ARRAY['a']);
ASSERT VALUES b (t) VALUES (ARRAY['c', 'a']);
ASSERT VALUES b (t) VALUES (ARRAY['c', 'a']);
ASSERT VALUES b (t) VALUES (ARRAY['c', 'b']);

--@test: COLLECT_LIST keeps all, COLLECT_SET each once
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COLLECT_LIST(x) AS l, COLLECT_SET(x) AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 'p');
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 'q');
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 'p');
INSERT INTO a (rowtime, id) VALUES (4, 1);
ASSERT VALUES b (l, s) VALUES (ARRAY['p'], ARRAY['p']);
ASSERT VALUES b (l, s) VALUES (ARRAY['p', 'q'], ARRAY['p', 'q']);
ASSERT VALUES b (l, s) VALUES (ARRAY['p', 'q', 'p'], ARRAY['p', 'q']);
ASSERT VALUES b (l, s) VALUES (ARRAY['p', 'q', 'p', NULL], ARRAY['p', 'q', NULL]);

--@test: COLLECT_LIST stops at the limit of the settings
SET 'ksql.functions.collect_list.limit' = '2';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COLLECT_LIST(x) AS l FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 3);
ASSERT VALUES b (l) VALUES (ARRAY[1]);
ASSERT VALUES b (l) VALUES (ARRAY[1, 2]);
ASSERT VALUES b (l) VALUES (ARRAY[1, 2]);

--@test: COUNT_DISTINCT counts different values
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT_DISTINCT(x) AS n FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 'p');
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 'q');
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 'p');
ASSERT VALUES b (n) VALUES (1);
ASSERT VALUES b (n) VALUES (2);
ASSERT VALUES b (n) VALUES (2);

--@test: HISTOGRAM counts each text
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, HISTOGRAM(x) AS h FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 'p');
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 'q');
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 'p');
ASSERT VALUES b (h) VALUES (MAP('p' := 1));
ASSERT VALUES b (h) VALUES (MAP('p' := 1, 'q' := 1));
ASSERT VALUES b (h) VALUES (MAP('p' := 2, 'q' := 1));

--@test: aggregates may be parts of expressions
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, CAST(SUM(x) AS DOUBLE) / COUNT(*) AS mean, SUM(x * 2) + 1 AS s FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 2);
ASSERT VALUES b (mean, s) VALUES (1.0, 3);
ASSERT VALUES b (mean, s) VALUES (1.5, 7);

--@test: arguments may be any expression
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(CASE WHEN x > 0 THEN 1 ELSE 0 END) AS p, COUNT(*) - COUNT(x) AS nulls FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id) VALUES (2, 1);
ASSERT VALUES b (p, nulls) VALUES (1, 0);
ASSERT VALUES b (p, nulls) VALUES (1, 1);
