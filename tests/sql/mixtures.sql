-- SPDX-License-Identifier: Apache-2.0
-- Stateful steps that meet each other: windows, joins, groups and keys of odd
-- kinds in one query (language 4.4 to 6, runtime 2).

--@test: EMIT FINAL of sessions tells only those that HAVING lets through
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (5 SECONDS) GROUP BY id HAVING COUNT(*) > 1 EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2000, 2, 1);
INSERT INTO a (rowtime, id, x) VALUES (3000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (20000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (40000, 3, 1);
ASSERT VALUES b (windowstart, windowend, rowtime, id, n) VALUES (1000, 3000, 3000, 1, 2);

--@test: windows that close at once come out by their start, then by key
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS, GRACE PERIOD 1 MINUTE) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (6000, 2, 1);
INSERT INTO a (rowtime, id, x) VALUES (1000, 3, 2);
INSERT INTO a (rowtime, id, x) VALUES (7000, 1, 4);
INSERT INTO a (rowtime, id, x) VALUES (75000, 9, 8);
ASSERT VALUES b (windowstart, windowend, rowtime, id, s) VALUES (5000, 15000, 7000, 1, 4);
ASSERT VALUES b (windowstart, windowend, rowtime, id, s) VALUES (5000, 15000, 6000, 2, 1);

--@test: streams of sessions meet where key and bounds are the same
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE sa AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (5 SECONDS) GROUP BY id;
CREATE TABLE sb AS SELECT id, COUNT(*) AS n FROM b WINDOW SESSION (5 SECONDS) GROUP BY id;
CREATE STREAM ra (id INT KEY, n BIGINT) WITH (kafka_topic='SA', value_format='JSON', window_type='SESSION');
CREATE STREAM rb (id INT KEY, n BIGINT) WITH (kafka_topic='SB', value_format='JSON', window_type='SESSION');
CREATE STREAM j AS SELECT ra.id AS id, ra.n AS na, rb.n AS nb FROM ra JOIN rb WITHIN 1 HOUR ON ra.id = rb.id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO b (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 1);
INSERT INTO b (rowtime, id, x) VALUES (2000, 1, 1);
ASSERT VALUES j (windowstart, windowend, id, na, nb) VALUES (1000, 1000, 1, 1, 1);
ASSERT VALUES j (windowstart, windowend, id, na, nb) VALUES (1000, 2000, 1, 2, 2);

--@test: a stream of windows finds the same window in a table
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, x INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE sa AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE TABLE sb AS SELECT id, SUM(x) AS s FROM b WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE STREAM ra (id INT KEY, n BIGINT) WITH (kafka_topic='SA', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
CREATE TABLE rb (id INT PRIMARY KEY, s INT) WITH (kafka_topic='SB', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
CREATE STREAM j AS SELECT ra.id AS id, n, s FROM ra LEFT JOIN rb ON ra.id = rb.id;
INSERT INTO b (rowtime, id, x) VALUES (1000, 1, 7);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (12000, 1, 1);
ASSERT VALUES j (windowstart, windowend, rowtime, id, n, s) VALUES (0, 10000, 2000, 1, 1, 7);
ASSERT VALUES j (windowstart, windowend, rowtime, id, n, s) VALUES (10000, 20000, 12000, 1, 1, NULL);

--@test: a stream joined by time, then with a table, keeps the key of both
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, z STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT b.id AS bid, x, y, z FROM a LEFT JOIN b WITHIN 1 HOUR ON a.id = b.id JOIN t ON a.id = t.id;
INSERT INTO a (rowtime, id, x) VALUES (0, 1, 1);
INSERT INTO t (rowtime, id, z) VALUES (10, 1, 't');
INSERT INTO b (rowtime, id, y) VALUES (20, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (30, 2, 2);
INSERT INTO a (rowtime, id, x) VALUES (40, 1, 3);
ASSERT VALUES j (rowtime, bid, x, y, z) VALUES (20, 1, 1, 5, 't');
ASSERT VALUES j (rowtime, bid, x, y, z) VALUES (40, 1, 3, 5, 't');

--@test: a chain of RIGHT and FULL joins of tables deletes when all are gone
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c (id INT PRIMARY KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM rb (id INT KEY, v STRING) WITH (kafka_topic='b', value_format='KAFKA');
CREATE STREAM rc (id INT KEY, v STRING) WITH (kafka_topic='c', value_format='KAFKA');
CREATE TABLE j AS SELECT rowkey, x, y, z FROM a RIGHT JOIN b ON a.id = b.id FULL OUTER JOIN c ON b.id = c.id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 2);
INSERT INTO c (rowtime, id, z) VALUES (3, 1, 3);
INSERT INTO rb (rowtime, id, v) VALUES (4, 1, NULL);
INSERT INTO rc (rowtime, id, v) VALUES (5, 1, NULL);
ASSERT VALUES j (rowtime, rowkey, x, y, z) VALUES (2, 1, 1, 2, NULL);
ASSERT VALUES j (rowtime, rowkey, x, y, z) VALUES (3, 1, 1, 2, 3);
ASSERT VALUES j (rowtime, rowkey, x, y, z) VALUES (4, 1, NULL, NULL, 3);
ASSERT NULL VALUES j (rowtime, rowkey) KEY (5, 1);

--@test: every aggregate that can go back over a table does
CREATE TABLE a (id INT PRIMARY KEY, g INT, v INT, l ARRAY<INT>, d DOUBLE) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM ra (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT g, COUNT(v) AS n, SUM(v) AS s, SUM_LIST(l) AS sl, AVG(v) AS m, COLLECT_LIST(v) AS c, HISTOGRAM(CAST(v AS STRING)) AS h, ATTR(v) AS att, STDDEV_SAMP(v) AS sd, CORRELATION(CAST(v AS DOUBLE), d) AS r FROM a GROUP BY g;
INSERT INTO a (rowtime, id, g, v, l, d) VALUES (1, 1, 0, 1, ARRAY[1], 1.0);
INSERT INTO a (rowtime, id, g, v, l, d) VALUES (2, 2, 0, 3, ARRAY[2, 3], 5.0);
INSERT INTO a (rowtime, id, g, v, l, d) VALUES (3, 1, 0, 5, ARRAY[7], 3.0);
INSERT INTO ra (rowtime, id, v) VALUES (4, 2, NULL);
ASSERT VALUES b (g, n, s, sl, m, c, h, att) VALUES (0, 1, 1, 1, 1.0, ARRAY[1], MAP('1':=CAST(1 AS BIGINT)), 1);
ASSERT VALUES b (g, n, s, sl, m, c, h, att, r) VALUES (0, 2, 4, 6, 2.0, ARRAY[1, 3], MAP('1':=CAST(1 AS BIGINT), '3':=CAST(1 AS BIGINT)), NULL, 1.0);
ASSERT VALUES b (g, n, s, sl, m, c, h, att, r) VALUES (0, 2, 8, 12, 4.0, ARRAY[3, 5], MAP('3':=CAST(1 AS BIGINT), '5':=CAST(1 AS BIGINT)), NULL, -1.0);
ASSERT VALUES b (g, n, s, sl, m, c, h, att) VALUES (0, 1, 5, 7, 5.0, ARRAY[5], MAP('5':=CAST(1 AS BIGINT)), 5);

--@test: aggregates of any kind keep a state for each window
CREATE STREAM a (id INT KEY, v INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, MIN(v) AS mi, MAX(s) AS ma, LATEST_BY_OFFSET(v) AS la, EARLIEST_BY_OFFSET(s) AS ea, COLLECT_SET(s) AS cs, TOPK(v, 2) AS tk, TOPKDISTINCT(v, 2) AS td, COUNT_DISTINCT(s) AS cd FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, v, s) VALUES (1000, 1, 5, 'x');
INSERT INTO a (rowtime, id, v, s) VALUES (6000, 1, 5, 'y');
ASSERT VALUES b (windowstart, id, mi, ma, la, ea, cs, tk, td, cd) VALUES (0, 1, 5, 'x', 5, 'x', ARRAY['x'], ARRAY[5], ARRAY[5], 1);
ASSERT VALUES b (windowstart, id, mi, ma, la, ea, cs, tk, td, cd) VALUES (0, 1, 5, 'y', 5, 'x', ARRAY['x', 'y'], ARRAY[5, 5], ARRAY[5], 2);
ASSERT VALUES b (windowstart, id, mi, ma, la, ea, cs, tk, td, cd) VALUES (5000, 1, 5, 'y', 5, 'y', ARRAY['y'], ARRAY[5], ARRAY[5], 1);

--@test: a struct of NULLs is a group, no struct is none
CREATE STREAM a (id INT KEY, s STRUCT<x INT, y STRING>) WITH (kafka_topic='a', value_format='JSON', key_format='JSON');
CREATE TABLE b AS SELECT s AS k, COUNT(*) AS n FROM a GROUP BY s;
INSERT INTO a (id, s) VALUES (1, STRUCT(x := CAST(NULL AS INT), y := 'a'));
INSERT INTO a (id, s) VALUES (2, NULL);
INSERT INTO a (id, s) VALUES (3, STRUCT(x := CAST(NULL AS INT), y := 'a'));
ASSERT VALUES b (k, n) VALUES (STRUCT(x := CAST(NULL AS INT), y := 'a'), 1);
ASSERT VALUES b (k, n) VALUES (STRUCT(x := CAST(NULL AS INT), y := 'a'), 2);

--@test: BYTES may be the group, and are looked up
CREATE STREAM a (id INT KEY, b BYTES) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE c AS SELECT b, COUNT(*) AS n FROM a GROUP BY b;
INSERT INTO a (id, b) VALUES (1, TO_BYTES('00ff', 'hex'));
INSERT INTO a (id, b) VALUES (2, TO_BYTES('00ff', 'hex'));
INSERT INTO a (id, b) VALUES (3, TO_BYTES('01', 'hex'));
SELECT n FROM c WHERE b = TO_BYTES('00ff', 'hex');
--> 2
SELECT n FROM c WHERE b > TO_BYTES('00ff', 'hex');
--> 1

--@test: decimals, times and dates are keys in JSON and DELIMITED, and are looked up
CREATE STREAM a (id INT KEY, d DECIMAL(6, 2), t TIMESTAMP, e DATE, m TIME) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b WITH (key_format='JSON') AS SELECT d, t, COUNT(*) AS n FROM a GROUP BY d, t;
CREATE TABLE c WITH (key_format='DELIMITED') AS SELECT d, t, e, m, COUNT(*) AS n FROM a GROUP BY d, t, e, m;
INSERT INTO a (id, d, t, e, m) VALUES (1, 1.50, '2020-01-02T03:04:05', '2020-01-02', '03:04:05');
INSERT INTO a (id, d, t, e, m) VALUES (2, 1.5, '2020-01-02T03:04:05', '2020-01-02', '03:04:05');
INSERT INTO a (id, d, t, e, m) VALUES (3, -1.5, '2020-01-02T03:04:05', '2020-01-02', '03:04:05');
SELECT n FROM b WHERE d = 1.5 AND t = '2020-01-02T03:04:05';
--> 2
SELECT n FROM c WHERE d = 1.50 AND t = '2020-01-02T03:04:05' AND e = '2020-01-02' AND m = '03:04:05';
--> 2
SELECT n FROM c WHERE d < 0;
--> 1

--@test: HAVING over hopping windows deletes in each window by itself
CREATE STREAM a (id INT KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(v) AS s FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id HAVING SUM(v) > 2;
INSERT INTO a (rowtime, id, v) VALUES (1000, 1, 3);
INSERT INTO a (rowtime, id, v) VALUES (6000, 1, -2);
INSERT INTO a (rowtime, id, v) VALUES (7000, 1, 5);
ASSERT VALUES b (windowstart, rowtime, id, s) VALUES (0, 1000, 1, 3);
ASSERT NULL VALUES b (windowstart, rowtime, id) KEY (0, 6000, 1);
ASSERT VALUES b (windowstart, rowtime, id, s) VALUES (0, 7000, 1, 6);
ASSERT VALUES b (windowstart, rowtime, id, s) VALUES (5000, 7000, 1, 3);

--@test: HAVING that the empty group fulfils deletes a group that never came out
CREATE STREAM a (id INT KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id HAVING COUNT(*) = 0 OR COUNT(*) = 2;
INSERT INTO a (rowtime, id, v) VALUES (1, 1, 3);
INSERT INTO a (rowtime, id, v) VALUES (2, 1, 3);
INSERT INTO a (rowtime, id, v) VALUES (3, 1, 3);
INSERT INTO a (rowtime, id, v) VALUES (4, 1, 3);
ASSERT NULL VALUES b (rowtime, id) KEY (1, 1);
ASSERT VALUES b (rowtime, id, n) VALUES (2, 1, 2);
ASSERT NULL VALUES b (rowtime, id) KEY (3, 1);

--@test: a table of groups over a join of tables, some of which move
CREATE TABLE a (id INT PRIMARY KEY, g STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, v INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT g, SUM(v) AS s, COUNT(v) AS n FROM a LEFT JOIN b ON a.id = b.id GROUP BY g HAVING COUNT(v) > 0;
INSERT INTO a (rowtime, id, g) VALUES (1, 1, 'x');
INSERT INTO b (rowtime, id, v) VALUES (2, 1, 10);
INSERT INTO b (rowtime, id, v) VALUES (3, 1, 11);
INSERT INTO a (rowtime, id, g) VALUES (4, 1, 'y');
ASSERT VALUES c (rowtime, g, s, n) VALUES (2, 'x', 10, 1);
ASSERT VALUES c (rowtime, g, s, n) VALUES (3, 'x', 11, 1);
ASSERT NULL VALUES c (rowtime, g) KEY (4, 'x');
ASSERT VALUES c (rowtime, g, s, n) VALUES (4, 'y', 11, 1);

--@test: a stream is given a key, joined, and grouped by something else
CREATE STREAM a (id INT KEY, u STRING, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (u STRING PRIMARY KEY, city STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE c AS SELECT UCASE(city) AS city, COUNT(*) AS n, SUM(v) AS s FROM a JOIN t ON a.u = t.u WHERE v > 0 GROUP BY UCASE(city);
INSERT INTO t (rowtime, u, city) VALUES (1, 'p', 'rome');
INSERT INTO t (rowtime, u, city) VALUES (2, 'q', 'Rome');
INSERT INTO a (rowtime, id, u, v) VALUES (3, 1, 'p', 1);
INSERT INTO a (rowtime, id, u, v) VALUES (4, 2, 'q', 2);
INSERT INTO a (rowtime, id, u, v) VALUES (5, 3, 'r', 4);
INSERT INTO a (rowtime, id, u, v) VALUES (6, 4, 'q', -1);
ASSERT VALUES c (rowtime, city, n, s) VALUES (3, 'ROME', 1, 1);
ASSERT VALUES c (rowtime, city, n, s) VALUES (4, 'ROME', 2, 3);

--@test: a table of sessions is read whole and by key, with both bounds
CREATE STREAM a (id STRING KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, v) VALUES (1000, 'x', 1);
INSERT INTO a (rowtime, id, v) VALUES (4000, 'x', 1);
INSERT INTO a (rowtime, id, v) VALUES (20000, 'x', 1);
INSERT INTO a (rowtime, id, v) VALUES (21000, 'y', 1);
SELECT id, windowstart, windowend, n FROM b WHERE id = 'x';
--> x | 1000 | 4000 | 2
--> x | 20000 | 20000 | 1
SELECT id, windowstart, n FROM b WHERE id = 'x' AND windowend > 4000;
--> x | 20000 | 1
SELECT id, n FROM b WHERE windowstart = 21000;
--> y | 1

--@test: EMIT FINAL keeps windows that are not closed for pull queries
CREATE STREAM a (id STRING KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(v) AS s FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, v) VALUES (1000, 'x', 1);
INSERT INTO a (rowtime, id, v) VALUES (2000, 'x', 2);
SELECT windowstart, s FROM b WHERE id = 'x';
--> 0 | 3

--@test: a LEFT join of a stream keeps rows without a key, and those of no table row
CREATE STREAM a (id INT KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, z INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, v, z FROM a LEFT JOIN t ON a.id = t.id;
INSERT INTO t (rowtime, id, z) VALUES (1, 1, 9);
INSERT INTO a (rowtime, v) VALUES (2, 1);
INSERT INTO a (rowtime, id, v) VALUES (3, 2, 2);
INSERT INTO a (rowtime, id, v) VALUES (4, 1, 3);
ASSERT VALUES j (rowtime, id, v, z) VALUES (2, NULL, 1, NULL);
ASSERT VALUES j (rowtime, id, v, z) VALUES (3, 2, 2, NULL);
ASSERT VALUES j (rowtime, id, v, z) VALUES (4, 1, 3, 9);

--@test: an n-way join with the foreign key first, and an aggregate over all
--@stepwise: true
CREATE TABLE o (id INT PRIMARY KEY, u INT, v INT) WITH (kafka_topic='o', value_format='JSON');
CREATE TABLE u (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='u', value_format='JSON');
CREATE TABLE p (id INT PRIMARY KEY, paid BOOLEAN) WITH (kafka_topic='p', value_format='JSON');
CREATE STREAM rp (id INT KEY, v STRING) WITH (kafka_topic='p', value_format='KAFKA');
CREATE TABLE j AS SELECT name, SUM(v) AS s, COUNT(paid) AS n FROM o JOIN u ON o.u = u.id LEFT JOIN p ON o.id = p.id GROUP BY name;
INSERT INTO u (rowtime, id, name) VALUES (1, 7, 'ann');
INSERT INTO o (rowtime, id, u, v) VALUES (2, 1, 7, 10);
INSERT INTO p (rowtime, id, paid) VALUES (3, 1, true);
INSERT INTO u (rowtime, id, name) VALUES (4, 7, 'bob');
INSERT INTO rp (rowtime, id, v) VALUES (5, 1, NULL);
ASSERT VALUES j (rowtime, name, s, n) VALUES (2, 'ann', 10, 0);
ASSERT VALUES j (rowtime, name, s, n) VALUES (3, 'ann', 10, 1);
ASSERT VALUES j (rowtime, name, s, n) VALUES (4, 'ann', 0, 0);
ASSERT VALUES j (rowtime, name, s, n) VALUES (4, 'bob', 10, 1);
ASSERT VALUES j (rowtime, name, s, n) VALUES (5, 'bob', 10, 0);

--@test: a join after a FULL join may be on the side that is not always there
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c (id INT KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM j AS SELECT c.id AS id, x, y, z FROM a FULL JOIN b WITHIN 10 SECONDS ON a.id = b.id INNER JOIN c WITHIN 1 HOUR ON b.id = c.id;
INSERT INTO c (rowtime, id, z) VALUES (500, 1, 9);
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (2000, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (3000, 2, 3);
INSERT INTO c (rowtime, id, z) VALUES (4000, 2, 8);
ASSERT VALUES j (rowtime, id, x, y, z) VALUES (2000, 1, 1, 2, 9);
ASSERT VALUES j (rowtime, id, x, y, z) VALUES (4000, 2, NULL, 3, 8);

--@test: a RIGHT join looks back and ahead as its exchanged sides do
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT b.id AS id, x, y FROM a RIGHT JOIN b WITHIN (0 SECONDS, 10 SECONDS) ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (5000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (9000, 1, 3);
ASSERT VALUES j (rowtime, id, x, y) VALUES (5000, 1, NULL, 2);
ASSERT VALUES j (rowtime, id, x, y) VALUES (9000, 1, 3, 2);

--@test: a join on expressions has the key ROWKEY
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT rowkey, x, y FROM a JOIN b WITHIN 1 HOUR ON a.id + 1 = b.id + 2;
INSERT INTO a (rowtime, id, x) VALUES (1, 2, 1);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 5);
ASSERT VALUES j (rowtime, rowkey, x, y) VALUES (2, 3, 1, 5);

--@test: after a join on an expression only the newest column is the key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c (id INT KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS aid, c.id AS cid, x, y, z FROM a JOIN b WITHIN 1 HOUR ON a.id = b.id JOIN c WITHIN 1 HOUR ON a.id + 1 = c.id;
DESCRIBE j;
INSERT INTO a (rowtime, id, x) VALUES (1, 2, 1);
INSERT INTO b (rowtime, id, y) VALUES (2, 2, 5);
INSERT INTO c (rowtime, id, z) VALUES (3, 3, 6);
ASSERT VALUES j (rowtime, cid, aid, x, y, z) VALUES (3, 3, 2, 1, 5, 6);

--@test: a foreign key in a struct that may be missing, under a key of two parts
--@stepwise: true
CREATE TABLE a (k1 INT PRIMARY KEY, k2 STRING PRIMARY KEY, fk STRUCT<r INT>) WITH (kafka_topic='a', value_format='JSON', key_format='DELIMITED');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT k1, k2, y FROM a LEFT JOIN b ON a.fk->r = b.id;
INSERT INTO a (rowtime, k1, k2, fk) VALUES (1, 1, 'x', STRUCT(r := 7));
INSERT INTO b (rowtime, id, y) VALUES (2, 7, 70);
INSERT INTO a (rowtime, k1, k2, fk) VALUES (3, 1, 'x', NULL);
ASSERT VALUES c (rowtime, k1, k2, y) VALUES (1, 1, 'x', NULL);
ASSERT VALUES c (rowtime, k1, k2, y) VALUES (2, 1, 'x', 70);
ASSERT VALUES c (rowtime, k1, k2, y) VALUES (3, 1, 'x', NULL);

--@test: a row of a table with a NULL in its groups leaves them all
CREATE TABLE a (id INT PRIMARY KEY, g INT, h STRING, v INT) WITH (kafka_topic='a', value_format='JSON', key_format='JSON');
CREATE TABLE b AS SELECT g, h, COUNT(*) AS n FROM a GROUP BY g, h;
INSERT INTO a (rowtime, id, g, h, v) VALUES (1, 1, 1, 'x', 1);
INSERT INTO a (rowtime, id, g, h, v) VALUES (2, 1, 1, NULL, 1);
INSERT INTO a (rowtime, id, g, h, v) VALUES (3, 1, 2, 'x', 1);
ASSERT VALUES b (rowtime, g, h, n) VALUES (1, 1, 'x', 1);
ASSERT VALUES b (rowtime, g, h, n) VALUES (2, 1, 'x', 0);
ASSERT VALUES b (rowtime, g, h, n) VALUES (3, 2, 'x', 1);

--@test: rows that were given another key are counted in its windows
CREATE STREAM a (id INT KEY, u STRING, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM p AS SELECT u, v FROM a PARTITION BY u;
CREATE TABLE c AS SELECT u, COUNT(*) AS n, windowend AS we FROM p WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY u;
INSERT INTO a (rowtime, id, u, v) VALUES (1000, 1, 'x', 1);
INSERT INTO a (rowtime, id, u, v) VALUES (12000, 1, 'y', 1);
INSERT INTO a (rowtime, id, u, v) VALUES (2000, 1, 'x', 1);
INSERT INTO a (rowtime, id, u, v) VALUES (13000, 1, NULL, 1);
INSERT INTO a (rowtime, id, u, v) VALUES (10000, 1, 'x', 1);
ASSERT VALUES c (windowstart, u, n, we) VALUES (0, 'x', 1, 10000);
ASSERT VALUES c (windowstart, u, n, we) VALUES (10000, 'y', 1, 20000);
ASSERT VALUES c (windowstart, u, n, we) VALUES (10000, 'x', 1, 20000);

--@test: a result may take its time from an aggregate
CREATE STREAM a (id INT KEY, ts STRING, v INT) WITH (kafka_topic='a', value_format='JSON', timestamp='ts', timestamp_format='yyyy-MM-dd HH:mm:ss');
CREATE TABLE c WITH (timestamp='m') AS SELECT id, MAX(v) AS mv, CAST(MIN(v) AS BIGINT) AS m FROM a WINDOW TUMBLING (SIZE 1 DAY) GROUP BY id;
INSERT INTO a (id, ts, v) VALUES (1, '1970-01-03 00:00:01', 5);
INSERT INTO a (id, ts, v) VALUES (1, 'nonsense', 6);
INSERT INTO a (id, ts, v) VALUES (1, '1970-01-03 23:00:01', 4);
ASSERT VALUES c (windowstart, rowtime, id, mv, m) VALUES (172800000, 5, 1, 5, 5);
ASSERT VALUES c (windowstart, rowtime, id, mv, m) VALUES (172800000, 4, 1, 5, 4);

--@test: a source table of windows is read by key and bounds
CREATE STREAM a (id STRING KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE sa AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE SOURCE TABLE w (id STRING PRIMARY KEY, n INT) WITH (kafka_topic='SA', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
INSERT INTO a (rowtime, id, x) VALUES (1000, 'k', 1);
INSERT INTO a (rowtime, id, x) VALUES (12000, 'k', 1);
INSERT INTO a (rowtime, id, x) VALUES (13000, 'k', 1);
SELECT windowstart, windowend, n FROM w WHERE id = 'k' AND windowstart > 0;
--> 10000 | 20000 | 2
SELECT * FROM w WHERE id = 'k';
--> k | 0 | 10000 | 1
--> k | 10000 | 20000 | 2

--@test: an element of an array or a map may be the group
CREATE STREAM a (id INT KEY, l ARRAY<INT>, m MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT l[1] AS f, COUNT(*) AS n FROM a GROUP BY l[1];
CREATE TABLE c AS SELECT m['x'], COUNT(*) AS n FROM a GROUP BY m['x'];
INSERT INTO a (id, l, m) VALUES (1, ARRAY[4], MAP('x' := 1));
INSERT INTO a (id, l, m) VALUES (2, CAST(NULL AS ARRAY<INT>), MAP('y' := 1));
INSERT INTO a (id, l, m) VALUES (3, ARRAY[4, 5], MAP('x' := 1));
ASSERT VALUES b (f, n) VALUES (4, 1);
ASSERT VALUES b (f, n) VALUES (4, 2);
ASSERT VALUES c (ksql_col_0, n) VALUES (1, 1);
ASSERT VALUES c (ksql_col_0, n) VALUES (1, 2);

--@test: groups of a stream of windows are of its key alone
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE sa AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE STREAM w (id INT KEY, n INT) WITH (kafka_topic='SA', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
CREATE TABLE x AS SELECT id, SUM(n) AS s FROM w GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (12000, 1, 1);
ASSERT VALUES x (rowtime, id, s) VALUES (1000, 1, 1);
ASSERT VALUES x (rowtime, id, s) VALUES (2000, 1, 3);
ASSERT VALUES x (rowtime, id, s) VALUES (12000, 1, 4);
SELECT s FROM x WHERE id = 1;
--> 4

--@test: groups of a stream of windows may be of anything, and have windows of their own
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE sa AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE STREAM w (id INT KEY, n INT) WITH (kafka_topic='SA', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
CREATE TABLE x AS SELECT n, COUNT(*) AS c FROM w GROUP BY n;
CREATE TABLE y AS SELECT id, COUNT(*) AS c FROM w WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY id;
CREATE TABLE z AS SELECT windowstart AS ws, COUNT(*) AS c FROM w GROUP BY windowstart;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (12000, 2, 1);
INSERT INTO a (rowtime, id, x) VALUES (13000, 1, 1);
ASSERT VALUES x (rowtime, n, c) VALUES (1000, 1, 1);
ASSERT VALUES x (rowtime, n, c) VALUES (12000, 1, 2);
ASSERT VALUES x (rowtime, n, c) VALUES (13000, 1, 3);
ASSERT VALUES y (windowstart, windowend, rowtime, id, c) VALUES (0, 60000, 1000, 1, 1);
ASSERT VALUES y (windowstart, windowend, rowtime, id, c) VALUES (0, 60000, 12000, 2, 1);
ASSERT VALUES y (windowstart, windowend, rowtime, id, c) VALUES (0, 60000, 13000, 1, 2);
ASSERT VALUES z (rowtime, ws, c) VALUES (1000, 0, 1);
ASSERT VALUES z (rowtime, ws, c) VALUES (12000, 10000, 1);
ASSERT VALUES z (rowtime, ws, c) VALUES (13000, 10000, 2);

--@test: EMIT FINAL over a join of streams, with HAVING
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, COUNT(*) AS n, SUM(x + y) AS s FROM a JOIN b WITHIN 5 SECONDS GRACE PERIOD 1 SECOND ON a.id = b.id WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY a.id HAVING SUM(x + y) > 0 EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (2000, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (3000, 1, 3);
INSERT INTO a (rowtime, id, x) VALUES (12000, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (12000, 1, 1);
ASSERT VALUES c (windowstart, rowtime, id, n, s) VALUES (0, 3000, 1, 2, 7);

--@test: hopping and tumbling windows of one size meet
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE sa AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE TABLE sb AS SELECT id, SUM(x) AS s FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;
CREATE STREAM ra (id INT KEY, n BIGINT) WITH (kafka_topic='SA', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
CREATE STREAM rb (id INT KEY, s INT) WITH (kafka_topic='SB', value_format='JSON', window_type='HOPPING', window_size='10 SECONDS');
CREATE STREAM j AS SELECT ra.id AS id, n, s FROM ra JOIN rb WITHIN 1 HOUR ON ra.id = rb.id;
INSERT INTO a (rowtime, id, x) VALUES (6000, 1, 7);
ASSERT VALUES j (windowstart, windowend, rowtime, id, n, s) VALUES (0, 10000, 6000, 1, 1, 7);

--@test: table functions after a join see the columns of both sides
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, z INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, EXPLODE(l) + z AS v, EXPLODE(ARRAY[1, 2]) AS w FROM a LEFT JOIN t ON a.id = t.id WHERE a.id > 0;
INSERT INTO t (rowtime, id, z) VALUES (1, 1, 10);
INSERT INTO a (rowtime, id, l) VALUES (2, 1, ARRAY[1, 2, 3]);
INSERT INTO a (rowtime, id, l) VALUES (3, 2, ARRAY[1]);
ASSERT VALUES j (id, v, w) VALUES (1, 11, 1);
ASSERT VALUES j (id, v, w) VALUES (1, 12, 2);
ASSERT VALUES j (id, v, w) VALUES (1, 13, NULL);
ASSERT VALUES j (id, v, w) VALUES (2, NULL, 1);
ASSERT VALUES j (id, v, w) VALUES (2, NULL, 2);

--@test: an INNER join deletes where the other side is, though nothing had come out
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM ra (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE j AS SELECT a.id AS id, x, y FROM a JOIN b ON a.id = b.id;
INSERT INTO b (rowtime, id, y) VALUES (1, 1, 1);
INSERT INTO ra (rowtime, id, v) VALUES (2, 1, NULL);
ASSERT NULL VALUES j (rowtime, id) KEY (2, 1);

--@test: a LEFT join of tables deletes when there was something, or there is
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM ra (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM rb (id INT KEY, v STRING) WITH (kafka_topic='b', value_format='KAFKA');
CREATE TABLE j AS SELECT a.id AS id, x, y FROM a LEFT JOIN b ON a.id = b.id;
INSERT INTO ra (rowtime, id, v) VALUES (1, 1, NULL);
INSERT INTO rb (rowtime, id, v) VALUES (2, 1, NULL);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 1);
INSERT INTO rb (rowtime, id, v) VALUES (4, 1, NULL);
INSERT INTO ra (rowtime, id, v) VALUES (5, 1, NULL);
INSERT INTO ra (rowtime, id, v) VALUES (6, 1, NULL);
INSERT INTO b (rowtime, id, y) VALUES (7, 1, 4);
INSERT INTO ra (rowtime, id, v) VALUES (8, 1, NULL);
ASSERT VALUES j (rowtime, id, x, y) VALUES (3, 1, 1, NULL);
ASSERT VALUES j (rowtime, id, x, y) VALUES (4, 1, 1, NULL);
ASSERT NULL VALUES j (rowtime, id) KEY (5, 1);
ASSERT NULL VALUES j (rowtime, id) KEY (8, 1);

--@test: WHERE over a join of tables takes rows out of the groups behind it
CREATE TABLE a (id INT PRIMARY KEY, x INT, g STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE j AS SELECT g, COLLECT_LIST(y) AS l FROM a JOIN b ON a.id = b.id WHERE y > 1 GROUP BY g;
INSERT INTO a (rowtime, id, x, g) VALUES (1, 1, 1, 'p');
INSERT INTO a (rowtime, id, x, g) VALUES (2, 2, 1, 'p');
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (4, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (5, 2, 3);
INSERT INTO b (rowtime, id, y) VALUES (6, 1, 0);
ASSERT VALUES j (rowtime, g, l) VALUES (4, 'p', ARRAY[2]);
ASSERT VALUES j (rowtime, g, l) VALUES (5, 'p', ARRAY[2, 3]);
ASSERT VALUES j (rowtime, g, l) VALUES (6, 'p', ARRAY[3]);

--@test: joined and filtered tables are read by key and whole
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, x INT, f INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM ra (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE fo AS SELECT rowkey, x, y FROM a FULL OUTER JOIN b ON a.id = b.id;
CREATE TABLE fk AS SELECT a.id AS id, x + 1 AS x1, y FROM a JOIN b ON a.f = b.id;
CREATE TABLE fl AS SELECT id, x FROM a WHERE x > 1;
INSERT INTO a (rowtime, id, x, f) VALUES (1, 1, 1, 2);
INSERT INTO a (rowtime, id, x, f) VALUES (2, 3, 5, 2);
INSERT INTO b (rowtime, id, y) VALUES (3, 2, 20);
INSERT INTO ra (rowtime, id, v) VALUES (4, 1, NULL);
SELECT * FROM fo;
--> 2 | null | 20
--> 3 | 5 | null
SELECT id, x1, y, rowtime FROM fk WHERE id IN (1, 3);
--> 3 | 6 | 20 | 3
SELECT * FROM fl WHERE id = 3;
--> 3 | 5
SELECT * FROM fl WHERE id = 1;
-->

--@test: groups over a FULL join follow which sides are there
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM ra (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE g AS SELECT CASE WHEN x IS NULL THEN 'right' WHEN y IS NULL THEN 'left' ELSE 'both' END AS kind, COUNT(*) AS n FROM a FULL OUTER JOIN b ON a.id = b.id GROUP BY CASE WHEN x IS NULL THEN 'right' WHEN y IS NULL THEN 'left' ELSE 'both' END;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO b (rowtime, id, y) VALUES (2, 1, 1);
INSERT INTO ra (rowtime, id, v) VALUES (3, 1, NULL);
ASSERT VALUES g (rowtime, kind, n) VALUES (1, 'left', 1);
ASSERT VALUES g (rowtime, kind, n) VALUES (2, 'left', 0);
ASSERT VALUES g (rowtime, kind, n) VALUES (2, 'both', 1);
ASSERT VALUES g (rowtime, kind, n) VALUES (3, 'both', 0);
ASSERT VALUES g (rowtime, kind, n) VALUES (3, 'right', 1);

--@test: a session that merges deletes what HAVING had let through, and nothing else
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(x) AS s FROM a WINDOW SESSION (5 SECONDS) GROUP BY id HAVING SUM(x) > 1;
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (9000, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (5000, 1, -3);
ASSERT VALUES b (windowstart, windowend, s) VALUES (9000, 9000, 2);
ASSERT NULL VALUES b (windowstart, windowend, rowtime, id) KEY (9000, 9000, 9000, 1);

--@test: a late record belongs to a session that is still open
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (0, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (11000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (900, 2, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (0, 0, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (11000, 11000, 1, 1);
ASSERT NULL VALUES b (windowstart, windowend, id) KEY (11000, 11000, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (1000, 11000, 1, 2);

--@test: what is late for its window stays late after a restart
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (19000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (18000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (10000, 20000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (10000, 20000, 1, 2);

--@test: a join may be given a key of two of its columns
CREATE STREAM a (id INT KEY, u STRING) WITH (kafka_topic='a', value_format='JSON', key_format='JSON');
CREATE STREAM b (id INT KEY, v STRING) WITH (kafka_topic='b', value_format='JSON', key_format='JSON');
CREATE STREAM j AS SELECT a.id AS aid, u, v FROM a JOIN b WITHIN 1 HOUR ON a.id = b.id PARTITION BY u, v;
DESCRIBE j;
--> U STRING KEY
--> V STRING KEY
--> AID INTEGER
INSERT INTO a (rowtime, id, u) VALUES (1, 1, 'x');
INSERT INTO b (rowtime, id, v) VALUES (2, 1, NULL);
ASSERT VALUES j (rowtime, u, v, aid) VALUES (2, 'x', NULL, 1);

--@test: WHERE over a chain of LEFT joins deletes once
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c (id INT PRIMARY KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM rb (id INT KEY, v STRING) WITH (kafka_topic='b', value_format='KAFKA');
CREATE TABLE j AS SELECT a.id AS id, x, y, z FROM a LEFT JOIN b ON a.id = b.id LEFT JOIN c ON a.id = c.id WHERE y > 0;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO c (rowtime, id, z) VALUES (2, 1, 3);
INSERT INTO b (rowtime, id, y) VALUES (3, 1, 2);
INSERT INTO c (rowtime, id, z) VALUES (4, 1, 4);
INSERT INTO rb (rowtime, id, v) VALUES (5, 1, NULL);
INSERT INTO c (rowtime, id, z) VALUES (6, 1, 5);
ASSERT VALUES j (rowtime, id, x, y, z) VALUES (3, 1, 1, 2, 3);
ASSERT VALUES j (rowtime, id, x, y, z) VALUES (4, 1, 1, 2, 4);
ASSERT NULL VALUES j (rowtime, id) KEY (5, 1);

--@test: rows that waited come out by time, then side, then key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT rowkey, x, y FROM a FULL JOIN b WITHIN 1 SECOND GRACE PERIOD 0 SECONDS ON a.id = b.id;
INSERT INTO a (rowtime, id, x) VALUES (1000, 2, 1);
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 2);
INSERT INTO b (rowtime, id, y) VALUES (1000, 3, 3);
INSERT INTO b (rowtime, id, y) VALUES (1500, 4, 4);
INSERT INTO a (rowtime, id, x) VALUES (9000, 5, 5);
ASSERT VALUES j (rowtime, rowkey, x, y) VALUES (1000, 3, NULL, 3);
ASSERT VALUES j (rowtime, rowkey, x, y) VALUES (1000, 1, 2, NULL);
ASSERT VALUES j (rowtime, rowkey, x, y) VALUES (1000, 2, 1, NULL);
ASSERT VALUES j (rowtime, rowkey, x, y) VALUES (1500, 4, NULL, 4);

--@test: aggregates of nothing but NULL
CREATE STREAM a (id INT KEY, v INT, d DECIMAL(4, 2), s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(v) AS n, SUM(v) AS s, SUM(d) AS sd, AVG(v) AS m, MIN(s) AS mi, MAX(d) AS md, COLLECT_LIST(s) AS c, LATEST_BY_OFFSET(s) AS l, LATEST_BY_OFFSET(s, false) AS ln, LATEST_BY_OFFSET(s, 2) AS l2, HISTOGRAM(s) AS h, COUNT_DISTINCT(s) AS cd, STDDEV_SAMP(v) AS sv, TOPK(s, 2) AS t FROM a GROUP BY id;
INSERT INTO a (id, v, d, s) VALUES (1, NULL, NULL, NULL);
ASSERT VALUES b (id, n, s, sd, mi, md, l, ln, cd) VALUES (1, 0, 0, 0.00, NULL, NULL, NULL, NULL, 0);
INSERT INTO a (id, v, d, s) VALUES (1, 2, 1.25, 'x');
ASSERT VALUES b (id, n, s, sd, m, mi, md, c, l, ln, l2, cd, t) VALUES (1, 1, 2, 1.25, 2.0, 'x', 1.25, ARRAY[NULL, 'x'], 'x', 'x', ARRAY['x'], 1, ARRAY['x']);

--@test: groups of an alias and an expression have a key of two columns
CREATE STREAM a (id INT KEY, u STRING, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b WITH (key_format='JSON') AS SELECT u AS usr, v + 1, SUM(id) AS s, AS_VALUE(u) AS uv FROM a GROUP BY u, v + 1;
DESCRIBE b;
--> USR STRING KEY
--> KSQL_COL_0 INTEGER KEY
--> S INTEGER
--> UV STRING
INSERT INTO a (id, u, v) VALUES (1, 'x', 1);
SELECT * FROM b WHERE usr = 'x' AND ksql_col_0 = 2;
--> x | 2 | 1 | x

--@test: a stream finds a table by an expression, in another key format
CREATE STREAM a (id INT KEY, u STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (u STRING PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='DELIMITED', key_format='JSON');
CREATE STREAM j AS SELECT t.u AS u, id, n FROM a JOIN t ON UCASE(a.u) = t.u WHERE n > 0 AND id < 5;
INSERT INTO t (rowtime, u, n) VALUES (0, 'X', 1);
INSERT INTO a (rowtime, id, u) VALUES (1, 1, 'x');
INSERT INTO a (rowtime, id, u) VALUES (2, 9, 'x');
INSERT INTO a (rowtime, id, u) VALUES (3, 2, NULL);
ASSERT VALUES j (rowtime, u, id, n) VALUES (1, 'X', 1, 1);

--@test: windows beyond their retention are read no more
CREATE STREAM a (id STRING KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS, RETENTION 30 SECONDS, GRACE PERIOD 20 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (0, 'k', 1);
INSERT INTO a (rowtime, id, x) VALUES (15000, 'k', 1);
INSERT INTO a (rowtime, id, x) VALUES (35000, 'k', 1);
INSERT INTO a (rowtime, id, x) VALUES (6000, 'k', 1);
INSERT INTO a (rowtime, id, x) VALUES (16000, 'k', 1);
SELECT windowstart, n FROM b WHERE id = 'k';
--> 10000 | 2
--> 30000 | 1

--@test: groups of a table that groups make
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a GROUP BY id;
CREATE TABLE c AS SELECT n, COUNT(*) AS m FROM b GROUP BY n;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 1);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 1);
ASSERT VALUES c (rowtime, n, m) VALUES (1, 1, 1);
ASSERT VALUES c (rowtime, n, m) VALUES (2, 1, 2);
ASSERT VALUES c (rowtime, n, m) VALUES (3, 1, 1);
ASSERT VALUES c (rowtime, n, m) VALUES (3, 2, 1);

--@test: WHERE over a LEFT foreign-key join, whose right row goes
--@stepwise: true
CREATE TABLE a (id INT PRIMARY KEY, f INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM rb (id INT KEY, v STRING) WITH (kafka_topic='b', value_format='KAFKA');
CREATE TABLE c AS SELECT a.id AS id, f, y FROM a LEFT JOIN b ON a.f = b.id WHERE y > 5 OR y IS NULL;
INSERT INTO a (rowtime, id, f) VALUES (1, 1, 7);
INSERT INTO b (rowtime, id, y) VALUES (2, 7, 6);
INSERT INTO b (rowtime, id, y) VALUES (3, 7, 1);
INSERT INTO rb (rowtime, id, v) VALUES (4, 7, NULL);
INSERT INTO a (rowtime, id, f) VALUES (5, 1, NULL);
ASSERT VALUES c (rowtime, id, f, y) VALUES (1, 1, 7, NULL);
ASSERT VALUES c (rowtime, id, f, y) VALUES (2, 1, 7, 6);
ASSERT NULL VALUES c (rowtime, id) KEY (3, 1);
ASSERT VALUES c (rowtime, id, f, y) VALUES (4, 1, 7, NULL);
ASSERT VALUES c (rowtime, id, f, y) VALUES (5, 1, NULL, NULL);

--@test: a foreign key by an expression, in the key format of the right table
--@stepwise: true
CREATE TABLE a (id STRING PRIMARY KEY, f STRING) WITH (kafka_topic='a', value_format='JSON', key_format='JSON');
CREATE TABLE b (id STRING PRIMARY KEY, y STRING) WITH (kafka_topic='b', value_format='DELIMITED', key_format='DELIMITED');
CREATE TABLE c AS SELECT a.id AS id, AS_VALUE(a.id) AS v, y FROM a JOIN b ON LCASE(f) = b.id;
INSERT INTO b (rowtime, id, y) VALUES (1, 'q', 'hi');
INSERT INTO a (rowtime, id, f) VALUES (2, 'A', 'Q');
ASSERT VALUES c (rowtime, id, v, y) VALUES (2, 'A', 'A', 'hi');

--@test: windows whose advance does not divide their size
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 4 SECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (9000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (0, 10000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (4000, 14000, 1, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (8000, 18000, 1, 1);

--@test: the time of a group is that of a column of its rows
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='x');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT id, MAX(x) AS m, MAX(rowtime) AS r FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 500);
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, NULL);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 400);
ASSERT VALUES b (rowtime, id, m, r) VALUES (500, 1, 500, 500);
ASSERT VALUES b (rowtime, id, m, r) VALUES (500, 1, 500, 500);

--@test: sessions that close at once come out by end, then start, then key
--@restart: none
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (5 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (3000, 9, 1);
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (3000, 4, 1);
INSERT INTO a (rowtime, id, x) VALUES (30000, 4, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (1000, 3000, 1, 2);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (3000, 3000, 4, 1);
ASSERT VALUES b (windowstart, windowend, id, n) VALUES (3000, 3000, 9, 1);
