-- SPDX-License-Identifier: Apache-2.0
-- Several features at once, each as elsewhere (language 2.8, 4, 5).

--@test: NOT BETWEEN reads text beside a qualified ROWTIME
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a q WHERE q.ROWTIME NOT BETWEEN '1970-01-01T00:00:00.005' AND '1970-01-01T00:00:00.007';
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (5, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (8, 1, 3);
ASSERT VALUES b (x) VALUES (1);
ASSERT VALUES b (x) VALUES (3);

--@test: an alias hides the source's own name
--@expected.message: 'A'
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT a.id, x FROM a q;

--@test: without GRACE PERIOD, EMIT FINAL waits for nothing
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 MILLISECONDS) GROUP BY id EMIT FINAL;
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (9, 1, 2);
INSERT INTO a (rowtime, id, x) VALUES (10, 1, 3);
ASSERT VALUES b (id, n) VALUES (1, 2);

--@test: WHERE over a join may name any side's column
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a JOIN t ON a.id = t.id WHERE y > 1;
DESCRIBE b;
--> A_ID INTEGER KEY
--> A_X INTEGER
--> T_ID INTEGER
--> T_Y INTEGER

--@test: AS_VALUE copies a group into the value
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, AS_VALUE(id) AS id2, COUNT(*) AS n FROM a GROUP BY id;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (id, id2, n) VALUES (1, 1, 1);

--@test: HAVING joins groups and aggregates, selected or not
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, CASE WHEN COUNT(*) > 1 THEN 'many' ELSE 'one' END AS c FROM a GROUP BY id HAVING SUM(x) > 2 AND id < 5;
INSERT INTO a VALUES (1, 2);
INSERT INTO a VALUES (1, 2);
INSERT INTO a VALUES (7, 9);
ASSERT VALUES b (id, c) VALUES (1, 'many');

--@test: a session of one record ends where it begins
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n, WINDOWSTART AS ws, WINDOWEND AS we FROM a WINDOW SESSION (10 MILLISECONDS, RETENTION 1 DAY, GRACE PERIOD 0 MILLISECONDS) GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (5, 1, 2);
ASSERT VALUES b (id, n, ws, we) VALUES (1, 1, 5, 5);

--@test: a table is filtered by the text of its ROWTIME
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a WHERE ROWTIME >= '1970-01-01T00:00:00.005';
INSERT INTO a (rowtime, id, x) VALUES (4, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (6, 1, 2);
ASSERT VALUES b (id, x) VALUES (1, 2);

--@test: PARTITION BY one of several keys makes the other a value
CREATE STREAM a (k INT KEY, l INT KEY, x INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY l;
DESCRIBE b;
--> L INTEGER KEY
--> X INTEGER
--> K INTEGER

--@test: PARTITION BY the keys in another order is another key
CREATE STREAM a (k INT KEY, l INT KEY, x INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY l, k;
DESCRIBE b;
--> L INTEGER KEY
--> K INTEGER KEY
--> X INTEGER

--@test: a struct that is the key, or a field of it, may be the group
CREATE STREAM a (k STRUCT<f INT> KEY, x INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT k, COUNT(*) AS n FROM a GROUP BY k;
CREATE TABLE c AS SELECT k->f, COUNT(*) AS n FROM a GROUP BY k->f;
INSERT INTO a VALUES (STRUCT(f := 1), 2);
ASSERT VALUES b (k, n) VALUES (STRUCT(f := 1), 1);
ASSERT VALUES c (f, n) VALUES (1, 1);

--@test: IS DISTINCT FROM compares unlike numbers by value
CREATE STREAM a (id INT KEY, x INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x IS DISTINCT FROM 1.0 AS d, s IS NOT DISTINCT FROM 'q' AS e FROM a;
INSERT INTO a VALUES (1, 1, NULL);
ASSERT VALUES b (d, e) VALUES (false, false);

--@test: IS DISTINCT FROM the literal NULL is refused
--@expected.message: NULL
CREATE STREAM a (id INT KEY, x INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x IS DISTINCT FROM NULL AS d FROM a;

--@test: a join may be grouped by window
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE b AS SELECT t.y AS y, COUNT(*) AS n, SUM(x) AS s FROM a JOIN t ON a.id = t.id WINDOW TUMBLING (SIZE 10 MILLISECONDS) GROUP BY t.y;
INSERT INTO t (rowtime, id, y) VALUES (1, 1, 7);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 5);
INSERT INTO a (rowtime, id, x) VALUES (3, 1, 6);
ASSERT VALUES b (y, n, s) VALUES (7, 1, 5);
ASSERT VALUES b (y, n, s) VALUES (7, 2, 11);

--@test: INSERT INTO takes the rows of a join, in the target's format
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM o (id INT KEY, x INT, y INT) WITH (kafka_topic='o', value_format='DELIMITED');
INSERT INTO o SELECT a.id AS id, x, y FROM a LEFT JOIN t ON a.id = t.id;
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 5);
ASSERT VALUES o (id, x, y) VALUES (1, 5, NULL);

--@test: INSERT INTO a windowed stream takes rows of the same windows
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE STREAM o (id INT KEY, x INT) WITH (kafka_topic='o', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
INSERT INTO o SELECT * FROM a;
--> Created query with ID INSERTQUERY_0

--@test: a decimal may be the group, and the key in JSON
CREATE STREAM a (id INT KEY, x DECIMAL(4,2)) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b WITH (key_format='JSON') AS SELECT x, COUNT(*) AS n FROM a GROUP BY x;
INSERT INTO a VALUES (1, 1.50);
ASSERT VALUES b (x, n) VALUES (1.50, 1);

--@test: what changes from call to call is computed for each row
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, UNIX_TIMESTAMP() >= 0 AS t, UUID() <> UUID() AS u FROM a;
INSERT INTO a VALUES (1, 1);
ASSERT VALUES b (t, u) VALUES (true, true);

--@test: HEADERS goes into a result as any array
CREATE STREAM a (id INT KEY, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, h, ARRAY_LENGTH(h) AS n FROM a;
DESCRIBE b;
--> ID INTEGER KEY
--> H ARRAY<STRUCT<KEY STRING, VALUE BYTES>>
--> N INTEGER

--@test: a result may have only a header and a value
CREATE STREAM a (h BYTES HEADER('q'), x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT h, x FROM a;
--@headers: q=hi
INSERT INTO a (x) VALUES (1);
ASSERT VALUES b (h, x) VALUES ('aGk=', 1);

--@test: a header may become the key
CREATE STREAM a (h BYTES HEADER('q'), x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY h;
--@headers: q=hi
INSERT INTO a (x) VALUES (1);
ASSERT VALUES b (h, x) VALUES ('aGk=', 1);

--@test: BETWEEN compares texts, too
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s BETWEEN 'a' AND 'c' AS i, s NOT BETWEEN 'a' AND 'b' AS n FROM a;
INSERT INTO a VALUES (1, 'bb');
ASSERT VALUES b (i, n) VALUES (true, true);

--@test: COLLECT_SET stops at the limit of the settings
SET 'ksql.functions.collect_set.limit' = '2';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COLLECT_SET(x) AS s, COLLECT_LIST(x) AS l FROM a GROUP BY id;
INSERT INTO a VALUES (1, 1);
INSERT INTO a VALUES (1, 2);
INSERT INTO a VALUES (1, 3);
ASSERT VALUES b (s, l) VALUES (ARRAY[1], ARRAY[1]);
ASSERT VALUES b (s, l) VALUES (ARRAY[1, 2], ARRAY[1, 2]);
ASSERT VALUES b (s, l) VALUES (ARRAY[1, 2], ARRAY[1, 2, 3]);

--@test: an INNER join of a stream drops a record whose key is NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM b AS SELECT t.id AS id, a.x AS x, y FROM a JOIN t ON a.x = t.id;
INSERT INTO t (rowtime, id, y) VALUES (1, 1, 7);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, NULL);
INSERT INTO a (rowtime, id, x) VALUES (3, 2, 1);
ASSERT VALUES b (id, x, y) VALUES (1, 1, 7);

--@test: a result may be read under a custom type
CREATE TYPE money AS DECIMAL(8, 2);
CREATE STREAM a (id INT KEY, x money) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x * 2 AS y FROM a;
INSERT INTO a VALUES (1, 2.5);
ASSERT STREAM b (id INT KEY, y DECIMAL(19, 2)) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (y) VALUES (5.00);

--@test: the time of a deletion is that of its record
CREATE TABLE a (id INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE TABLE b AS SELECT id, x FROM a WHERE x > 0;
CREATE STREAM raw_b (id INT KEY, v STRING) WITH (kafka_topic='B', value_format='KAFKA');
INSERT INTO a (rowtime, id, x) VALUES (5, 1, 1);
INSERT INTO raw (rowtime, id, v) VALUES (9, 1, NULL);
ASSERT VALUES raw_b (rowtime, id) VALUES (5, 1);
ASSERT VALUES raw_b (rowtime, id, v) VALUES (9, 1, NULL);
