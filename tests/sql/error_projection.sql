-- SPDX-License-Identifier: Apache-2.0
-- SELECT lists that are refused (language 4.2, 8.3).

--@test: an alias is no name of a system column
--@expected.message: 'ROWTIME'
CREATE STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n AS rowtime FROM a;

--@test: an alias is no name of a window bound
--@expected.message: 'WINDOWSTART'
CREATE STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n AS windowstart FROM a;

--@test: ROWOFFSET needs another name
--@expected.message: 'ROWOFFSET'
CREATE STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, n, rowoffset FROM a;

--@test: a star of an unknown source
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT x.* FROM a;

--@test: a key's alias is no other column's
--@expected.message: 'N'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id AS n, n FROM a;

--@test: the missing keys are all named
--@expected.message: 'L'
CREATE STREAM a (k INT KEY, l INT KEY, n INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT k, n FROM a;

--@test: a key inside AS_VALUE is not the key
--@expected.message: lacks the key
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT AS_VALUE(id) AS id, n FROM a;

--@test: the key of a table is not computed
--@expected.message: lacks the key
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id + 1 AS id, n FROM a;

--@test: HAVING must be BOOLEAN
--@expected.message: HAVING
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id HAVING COUNT(*);

--@test: HAVING reads groups and aggregates only
--@expected.message: 'N'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id HAVING n > 1;

--@test: an expression is grouped as it is written
--@expected.message: GROUP BY
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT y + x AS s, COUNT(*) AS c FROM a GROUP BY x + y;

--@test: a part of a grouped expression is not grouped
--@expected.message: 'X'
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x + y AS s, x, COUNT(*) AS c FROM a GROUP BY x + y;

--@test: a group is given once
--@expected.message: GROUP BY
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS c FROM a GROUP BY x, x;

--@test: groups are not nested
--@expected.message: nested grouping sets are not supported
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT x, y, COUNT(*) AS c FROM a GROUP BY ((x), (y));

--@test: an aggregate is no group
--@expected.message: COUNT
CREATE STREAM a (x INT, y INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS c FROM a GROUP BY COUNT(*);

--@test: a value in KAFKA format is not grouped
--@expected.message: KAFKA
CREATE STREAM a (x INT KEY, y INT) WITH (kafka_topic='a', format='KAFKA');
CREATE TABLE b AS SELECT y, COUNT(*) AS c FROM a GROUP BY y;

--@test: a map is no group
--@expected.message: MAP
CREATE STREAM a (x INT, y MAP<STRING, INT>) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT y, COUNT(*) AS c FROM a GROUP BY y;

--@test: the argument of TOPK that says how many must be a literal
--@expected.message: literal
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, TOPK(n, 1 + 1) AS t FROM a GROUP BY id;

--@test: an aggregate does not contain a window bound
--@expected.message: 'WINDOWSTART'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, MAX(WINDOWSTART) AS m FROM a WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY id;

--@test: a window bound is not in WHERE of an aggregation
--@expected.message: 'WINDOWSTART'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS m FROM a WINDOW TUMBLING (SIZE 1 MINUTE) WHERE WINDOWSTART > 0 GROUP BY id;

--@test: a window has a size above zero
--@expected.message: SIZE
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS m FROM a WINDOW TUMBLING (SIZE 0 SECONDS) GROUP BY id;

--@test: a window's size is a whole number
--@expected.message: 1.5
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS m FROM a WINDOW TUMBLING (SIZE 1.5 SECONDS) GROUP BY id;

--@test: a year is no unit of windows
--@expected.message: YEAR
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS m FROM a WINDOW TUMBLING (SIZE 1 YEAR) GROUP BY id;

--@test: RETENTION comes before GRACE PERIOD
--@expected.message: RETENTION comes before GRACE PERIOD
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS m FROM a WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 1 SECOND, RETENTION 1 DAY) GROUP BY id;

--@test: a stream of windows is not keyed anew
--@expected.message: window
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE STREAM b AS SELECT * FROM a PARTITION BY n;

--@test: a table may be partitioned by its key
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a PARTITION BY id;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (id, n) VALUES (1, 2);

--@test: PARTITION BY does not know aliases
--@expected.message: 'M'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT n + 1 AS m, id FROM a PARTITION BY m;

--@test: PARTITION BY needs an expression
--@expected.message: PARTITION BY
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT n, id FROM a PARTITION BY ();

--@test: PARTITION BY names each key once
--@expected.message: PARTITION BY
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT n, id FROM a PARTITION BY n, n;

--@test: what PARTITION BY names must be selected
--@expected.message: 'N'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id FROM a PARTITION BY n;

--@test: several keys of PARTITION BY do not go into KAFKA
--@expected.message: KEY_FORMAT
CREATE STREAM a (id INT KEY, n INT, m INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY n, m;

--@test: PARTITION BY a map is refused
--@expected.message: MAP
CREATE STREAM a (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='a', format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY m;

--@test: a table function is not in a key
--@expected.message: cannot be used in PARTITION BY
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a PARTITION BY EXPLODE(x);

--@test: a table function is not in another
--@expected.message: cannot be nested
CREATE STREAM a (id INT KEY, x ARRAY<ARRAY<INT>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, EXPLODE(EXPLODE(x)) AS y FROM a;

--@test: a table function is not in CASE
--@expected.message: cannot be used in CASE
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CASE WHEN id > 1 THEN EXPLODE(x) ELSE 1 END AS y FROM a;

--@test: a table function is not beside an aggregate
--@expected.message: cannot be used together with GROUP BY
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n, EXPLODE(x) AS y FROM a GROUP BY id;

--@test: a table function is not in FROM
--@expected.message: FROM reads streams and tables
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id FROM EXPLODE(a);

--@test: a lambda stands only where a function takes one
--@expected.message: lambda
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ABS(v => v + 1) AS y FROM a;

--@test: a lambda's variable is no name of a column
--@expected.message: 'X'
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(x, x => x + 1) AS y FROM a;

--@test: a lambda's variable is no name of one around it
--@expected.message: 'V'
CREATE STREAM a (id INT KEY, x ARRAY<ARRAY<INT>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(x, v => TRANSFORM(v, v => v + 1)) AS y FROM a;

--@test: a lambda's body knows its variables and columns
--@expected.message: 'W'
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(x, v => w + 1) AS y FROM a;

--@test: a function without arguments says what it takes
--@expected.message: accepts
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, UCASE() AS y FROM a;

--@test: DISTINCT is not for SELECT
--@expected.message: there is no SELECT DISTINCT
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
SELECT DISTINCT x FROM a EMIT CHANGES;

--@test: there is no ORDER BY
--@expected.message: there is no ORDER BY
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
SELECT * FROM a ORDER BY x EMIT CHANGES;

--@test: there is no UNION
--@expected.message: there is no UNION
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
SELECT * FROM a UNION SELECT * FROM a;

--@test: EMIT FINAL of a query without a window is refused
--@expected.message: EMIT FINAL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a EMIT FINAL;

--@test: EMIT FINAL can be turned off
--@expected.message: ksql.suppress.enabled
SET 'ksql.suppress.enabled' = 'false';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id EMIT FINAL;

--@test: there are no subqueries
--@expected.message: there are no subqueries
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
SELECT * FROM (SELECT * FROM a) EMIT CHANGES;

--@test: sources are not joined by commas
--@expected.message: joined with JOIN
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
SELECT * FROM a, a EMIT CHANGES;

--@test: there is no USING
--@expected.message: there is no USING
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
SELECT * FROM a JOIN b USING (id) EMIT CHANGES;
