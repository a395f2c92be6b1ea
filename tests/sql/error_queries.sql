-- SPDX-License-Identifier: Apache-2.0
-- Queries that make no sense, or not here.

--@test: a stream from a query that makes a table
--@expected.message: this query makes a table: use CREATE TABLE ... AS
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id;

--@test: a table from a query that makes a stream
--@expected.message: this query makes a stream: use CREATE STREAM ... AS
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a;

--@test: an aggregate without GROUP BY, with what to do
--@expected.message: aggregate functions need GROUP BY: group by a constant for one group over all
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT COUNT(*) AS c FROM a;

--@test: GROUP BY without an aggregate
--@expected.message: GROUP BY needs at least one aggregate function in SELECT or HAVING, such as COUNT(*)
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id FROM a GROUP BY id;

--@test: a column outside the groups
--@expected.message: column 'N' is neither in GROUP BY nor in an aggregate function
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, n, COUNT(*) AS c FROM a GROUP BY id;

--@test: an aggregate in another
--@expected.message: cannot be nested
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(COUNT(*)) AS c FROM a GROUP BY id;

--@test: an aggregate in WHERE
--@expected.message: aggregate function 'COUNT' cannot be used in WHERE
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a WHERE COUNT(*) > 1 GROUP BY id;

--@test: an aggregate over a table that cannot take back
--@expected.message: aggregate function 'MAX' cannot be applied to a table, only to a stream
CREATE TABLE a (id INT PRIMARY KEY, g INT, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, MAX(n) AS m FROM a GROUP BY g;

--@test: a WINDOW without groups
--@expected.message: WINDOW needs GROUP BY: windows are for aggregates
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WINDOW TUMBLING (SIZE 1 MINUTE);

--@test: a WINDOW over a table
--@expected.message: WINDOW is for streams, and this query reads a table
CREATE TABLE a (id INT PRIMARY KEY, g INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT g, COUNT(*) AS c FROM a WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY g;

--@test: an advance longer than the window
--@expected.message: ADVANCE BY
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a WINDOW HOPPING (SIZE 1 MINUTE, ADVANCE BY 2 MINUTES) GROUP BY id;

--@test: a retention below size and grace
--@expected.message: RETENTION
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 1 MINUTE, GRACE PERIOD 1 MINUTE) GROUP BY id;

--@test: EMIT FINAL without a window
--@expected.message: EMIT FINAL is only for windowed aggregates: add a WINDOW, or use EMIT CHANGES
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id EMIT FINAL;

--@test: the bounds of a window without a window
--@expected.message: 'WINDOWSTART'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c, WINDOWSTART AS ws FROM a GROUP BY id;

--@test: a persistent query over a windowed table
--@expected.message: 'B' is a windowed table: persistent queries cannot read one
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, COUNT(*) AS c FROM a WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY id;
CREATE TABLE c AS SELECT * FROM b;

--@test: LIMIT in a persistent query
--@expected.message: LIMIT
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a LIMIT 5;

--@test: a table function in WHERE
--@expected.message: cannot be used in WHERE
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE EXPLODE(x) = 1;

--@test: a table function over a table
--@expected.message: table functions can only be used with streams, and this query reads a table
CREATE TABLE a (id INT PRIMARY KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, EXPLODE(x) AS e FROM a;

--@test: a pull query over a table without state, with what to do
--@expected.message: table 'A' keeps no state that could be queried: make one with CREATE TABLE QUERYABLE_A AS SELECT * FROM A, or add EMIT CHANGES
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
SELECT * FROM a;

--@test: a table function beside an aggregate, before its arguments are looked at
--@expected.message: table function 'explode' cannot be used together with GROUP BY
CREATE STREAM a (id INT KEY, x MAP<STRING, INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, EXPLODE(x) AS e, COUNT(*) AS n FROM a GROUP BY id;

--@test: a TIMESTAMP column that is not selected is told before a missing key
--@expected.message: the TIMESTAMP column 'TS' does not exist; did you mean 'T'?
CREATE STREAM a (id INT KEY, t BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (timestamp='ts') AS SELECT t FROM a;
