-- SPDX-License-Identifier: Apache-2.0
-- Table functions: several rows from one (language 4.8).

--@test: EXPLODE makes a row for each element
--@partitions: any
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(l) AS x FROM a;
INSERT INTO a (rowtime, id, l) VALUES (5, 1, ARRAY[7, 8]);
ASSERT VALUES b (rowtime, id, x) VALUES (5, 1, 7);
ASSERT VALUES b (rowtime, id, x) VALUES (5, 1, 8);

--@test: other columns are repeated
CREATE STREAM a (id INT KEY, s STRING, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, s, EXPLODE(l) AS x, id + 1 AS y FROM a;
INSERT INTO a (id, s, l) VALUES (1, 'p', ARRAY[7, 8]);
ASSERT VALUES b (s, x, y) VALUES ('p', 7, 2);
ASSERT VALUES b (s, x, y) VALUES ('p', 8, 2);

--@test: an empty or missing list drops the record
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(l) AS x FROM a;
INSERT INTO a (id) VALUES (1);
INSERT INTO a (id, l) VALUES (2, ARRAY[CAST(NULL AS INT)]);
ASSERT VALUES b (id, x) VALUES (2, NULL);

--@test: two side by side go by position, the shorter padded with NULL
CREATE STREAM a (id INT KEY, l ARRAY<INT>, m ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(l) AS x, EXPLODE(m) AS y FROM a;
INSERT INTO a (id, l, m) VALUES (1, ARRAY[1, 2, 3], ARRAY['p']);
ASSERT VALUES b (x, y) VALUES (1, 'p');
ASSERT VALUES b (x, y) VALUES (2, NULL);
ASSERT VALUES b (x, y) VALUES (3, NULL);

--@test: one that gives no rows does not silence the other
CREATE STREAM a (id INT KEY, l ARRAY<INT>, m ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(l) AS x, EXPLODE(m) AS y FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[1]);
ASSERT VALUES b (x, y) VALUES (1, NULL);

--@test: a table function stands inside an expression
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 10 * EXPLODE(l) + 1 AS x FROM a;
INSERT INTO a (id, l) VALUES (1, ARRAY[7, 8]);
ASSERT VALUES b (x) VALUES (71);
ASSERT VALUES b (x) VALUES (81);

--@test: its argument is an expression
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(ARRAY[n, n * 2]) AS x FROM a;
INSERT INTO a (id, n) VALUES (1, 5);
ASSERT VALUES b (x) VALUES (5);
ASSERT VALUES b (x) VALUES (10);

--@test: WHERE looks at the record before
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(l) AS x FROM a WHERE ARRAY_LENGTH(l) > 1;
INSERT INTO a (id, l) VALUES (1, ARRAY[1]);
INSERT INTO a (id, l) VALUES (2, ARRAY[2, 3]);
ASSERT VALUES b (id, x) VALUES (2, 2);
ASSERT VALUES b (id, x) VALUES (2, 3);

--@test: elements that are structs are taken apart by the next query
CREATE STREAM a (id INT KEY, l ARRAY<STRUCT<n INT, s STRING>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(l) AS x FROM a;
CREATE STREAM c AS SELECT id, x->n AS n, x->s AS s FROM b;
INSERT INTO a (id, l) VALUES (1, ARRAY[STRUCT(n := 1, s := 'p'), STRUCT(n := 2, s := 'q')]);
ASSERT VALUES c (n, s) VALUES (1, 'p');
ASSERT VALUES c (n, s) VALUES (2, 'q');

--@test: CUBE_EXPLODE gives every choice of columns or NULL
CREATE STREAM a (id INT KEY, n INT, m INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CUBE_EXPLODE(ARRAY[n, m]) AS x FROM a;
INSERT INTO a (id, n, m) VALUES (1, 7, 8);
ASSERT VALUES b (x) VALUES (ARRAY[CAST(NULL AS INT), CAST(NULL AS INT)]);
ASSERT VALUES b (x) VALUES (ARRAY[CAST(NULL AS INT), 8]);
ASSERT VALUES b (x) VALUES (ARRAY[7, CAST(NULL AS INT)]);
ASSERT VALUES b (x) VALUES (ARRAY[7, 8]);

--@test: rows of one record can be counted downstream
--@partitions: any
CREATE STREAM a (id INT KEY, words ARRAY<STRING>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM w AS SELECT EXPLODE(words) AS word, id FROM a;
CREATE TABLE n AS SELECT word, COUNT(*) AS c FROM w GROUP BY word;
INSERT INTO a (rowtime, id, words) VALUES (1, 1, ARRAY['p', 'q', 'p']);
ASSERT VALUES n (word, c) VALUES ('p', 1);
ASSERT VALUES n (word, c) VALUES ('q', 1);
ASSERT VALUES n (word, c) VALUES ('p', 2);

--@test: a push query takes table functions too
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, l) VALUES (1, ARRAY[7, 8]);
SELECT id, EXPLODE(l) AS x FROM a EMIT CHANGES LIMIT 2;
--> 1 | 7
--> 1 | 8

--@test: a name is made up where none is given
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(l) FROM a;
ASSERT STREAM b (id INT KEY, ksql_col_0 INT) WITH (kafka_topic='B', value_format='JSON');

--@test: not over a table
--@expected.error: statement
CREATE TABLE a (id INT PRIMARY KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, EXPLODE(l) AS x FROM a;

--@test: not in WHERE
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id FROM a WHERE EXPLODE(l) > 1;

--@test: not in one another
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<ARRAY<INT>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(EXPLODE(l)) AS x FROM a;

--@test: not in CASE
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN id = 1 THEN EXPLODE(l) ELSE 0 END AS x FROM a;

--@test: not beside an aggregate
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c, EXPLODE(l) AS x FROM a GROUP BY id;

--@test: not as a key
--@expected.error: statement
CREATE STREAM a (id INT KEY, l ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, l FROM a PARTITION BY EXPLODE(l);
