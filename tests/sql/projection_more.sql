-- SPDX-License-Identifier: Apache-2.0
-- Names, stars and system columns (language 4.2, 4.3, 9).

--@test: a generated name counts only what has no name
CREATE STREAM a (id INT KEY, ksql_col_1 INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, id + 1, id + 2 AS x, id + 3, id + 4 FROM a;
ASSERT STREAM b (id INT KEY, ksql_col_0 INT, x INT, ksql_col_2 INT, ksql_col_3 INT) WITH (kafka_topic='B', value_format='JSON');

--@test: keys come first whatever the order of SELECT
CREATE STREAM a (k INT KEY, l INT KEY, x INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT x, l, k FROM a;
ASSERT STREAM b (k INT KEY, l INT KEY, x INT) WITH (kafka_topic='B', format='JSON');

--@test: a star of an alias gives its columns
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT s.* FROM a s;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (id, x) VALUES (1, 2);

--@test: a star of one side of a join gives that side's columns, with its name
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.*, y FROM s JOIN t ON s.id = t.id;
ASSERT STREAM j (s_id INT KEY, s_x INT, y INT) WITH (kafka_topic='J', value_format='JSON');

--@test: a column that several sources have is named after its own
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, x, y FROM s JOIN t ON s.id = t.id;
ASSERT STREAM j (s_id INT KEY, x INT, y INT) WITH (kafka_topic='J', value_format='JSON');

--@test: the alias names the column, not the source
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, x INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT p.id, q.x FROM s AS p JOIN t q ON p.id = q.id;
ASSERT STREAM j (p_id INT KEY, q_x INT) WITH (kafka_topic='J', value_format='JSON');

--@test: ROWTIME of each side of a join has its own name
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, s.rowtime AS st, t.rowtime AS tt, s.rowoffset AS so, s.rowpartition AS sp FROM s JOIN t ON s.id = t.id;
INSERT INTO t (rowtime, id, y) VALUES (1, 1, 1);
INSERT INTO s (rowtime, id, x) VALUES (5, 1, 2);
ASSERT VALUES j (id, st, tt, so, sp) VALUES (1, 5, 1, 0, 0);

--@test: ROWPARTITION and ROWOFFSET have their types
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, rowpartition AS p, rowoffset AS o, rowtime AS t FROM a;
ASSERT STREAM b (id INT KEY, p INT, o BIGINT, t BIGINT) WITH (kafka_topic='B', value_format='JSON');

--@test: headers are columns of a star, and values of a result
CREATE STREAM a (id INT KEY, x INT, h BYTES HEADER('q')) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a;
ASSERT STREAM b (id INT KEY, x INT, h BYTES) WITH (kafka_topic='B', value_format='JSON');
--@headers: q=hi
INSERT INTO a (id, x) VALUES (1, 2);
ASSERT VALUES b (id, x, h) VALUES (1, 2, 'aGk=');

--@test: a push query may leave the key out, and show system columns
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, x) VALUES (7, 1, 2);
SELECT x, rowtime, rowpartition, rowoffset FROM a EMIT CHANGES LIMIT 1;
--> 2 | 7 | 0 | 0

--@test: a star of a windowed source has its bounds in a push query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 MILLISECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (17, 1, 2);
ASSERT VALUES t (id, n) VALUES (1, 1);
SELECT * FROM t EMIT CHANGES LIMIT 1;
--> 1 | 10 | 20 | 1

--@test: a star of a windowed source has no bounds in a persistent query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE STREAM b AS SELECT * FROM a;
ASSERT STREAM b (id INT KEY, x INT) WITH (kafka_topic='B', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');

--@test: the bounds of a windowed source may be selected under another name
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM a WINDOW SESSION (10 MILLISECONDS) GROUP BY id;
CREATE STREAM w (id INT KEY, n BIGINT) WITH (kafka_topic='T', value_format='JSON', window_type='SESSION');
CREATE STREAM b AS SELECT id, n, windowstart AS ws, windowend AS we FROM w WHERE n > 1;
INSERT INTO a (rowtime, id, x) VALUES (17, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (20, 1, 2);
ASSERT VALUES b (id, n, ws, we) VALUES (1, 2, 17, 20);

--@test: aggregates without GROUP BY make one group in a push query
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (2, 2, 3);
SELECT COUNT(*), SUM(x) AS s FROM a EMIT CHANGES LIMIT 2;
--> 1 | 2
--> 2 | 5

--@test: HAVING without GROUP BY is ignored, with a warning
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a HAVING x > 5;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (x) VALUES (2);

--@test: a group takes its name from the SELECT list
CREATE STREAM a (id INT KEY, s STRUCT<f INT>, x INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT s->f, x + 1, x AS why, COUNT(*) FROM a GROUP BY s->f, x + 1, x;
ASSERT TABLE b (f INT PRIMARY KEY, ksql_col_0 INT PRIMARY KEY, why INT PRIMARY KEY, ksql_col_1 BIGINT) WITH (kafka_topic='B', format='JSON');

--@test: COUNT without argument counts rows
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT() AS n FROM a GROUP BY id;
INSERT INTO a VALUES (1, NULL);
ASSERT VALUES b (n) VALUES (1);

--@test: a window may have a name, which says nothing
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW mine TUMBLING (SIZE 1 SECOND) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1500, 1, 1);
ASSERT VALUES b (windowstart, windowend, n) VALUES (1000, 2000, 1);

--@test: PARTITION BY ROWTIME makes the time the key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY ROWTIME;
DESCRIBE b;
--> ROWTIME BIGINT KEY
--> X INTEGER
--> ID INTEGER

--@test: PARTITION BY of a constant puts all in one key
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT 'all' AS k, id, x FROM a PARTITION BY 'all';
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (k, id, x) VALUES ('all', 1, 2);

--@test: a record without a value passes PARTITION BY, with the key it can get
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT * FROM a PARTITION BY x;
CREATE STREAM c AS SELECT * FROM a PARTITION BY id + 1;
CREATE STREAM raw_b (k INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
CREATE STREAM raw_c (k INT KEY, v STRING) WITH (kafka_topic='C', value_format='KAFKA');
INSERT INTO raw VALUES (1, NULL);
ASSERT VALUES raw_b (k, v) VALUES (NULL, NULL);
ASSERT VALUES raw_c (k, v) VALUES (2, NULL);

--@test: table functions side by side are padded with NULL
CREATE STREAM a (id INT KEY, x ARRAY<INT>, y ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(x) AS p, EXPLODE(y) AS q FROM a;
INSERT INTO a VALUES (1, ARRAY[1, 2, 3], ARRAY['a']);
INSERT INTO a VALUES (2, NULL, ARRAY['b']);
INSERT INTO a VALUES (3, NULL, NULL);
ASSERT VALUES b (id, p, q) VALUES (1, 1, 'a');
ASSERT VALUES b (id, p, q) VALUES (1, 2, NULL);
ASSERT VALUES b (id, p, q) VALUES (1, 3, NULL);
ASSERT VALUES b (id, p, q) VALUES (2, NULL, 'b');

--@test: a table function may be inside an expression
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ABS(EXPLODE(x)) + id AS p, EXPLODE(x) FROM a;
INSERT INTO a VALUES (1, ARRAY[-5]);
ASSERT STREAM b (id INT KEY, p INT, ksql_col_0 INT) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (id, p, ksql_col_0) VALUES (1, 6, -5);

--@test: lambdas nest, and see the columns
CREATE STREAM a (id INT KEY, x ARRAY<ARRAY<INT>>, m MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(x, r => TRANSFORM(r, v => v + id)) AS y, TRANSFORM(m, (k, v) => UCASE(k), (k, v) => v * id) AS n, REDUCE(x, 0, (s, r) => s + ARRAY_LENGTH(r)) AS l FROM a;
INSERT INTO a VALUES (10, ARRAY[ARRAY[1], ARRAY[2, 3]], MAP('k' := 5));
ASSERT VALUES b (y, n, l) VALUES (ARRAY[ARRAY[11], ARRAY[12, 13]], MAP('K' := 50), 3);

--@test: NULL in WHERE's result drops the row of a table with a deletion
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a WHERE 10 / x > 1;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 0);
ASSERT VALUES b (id, x) VALUES (1, 2);
ASSERT NULL VALUES b (id) KEY (1);
