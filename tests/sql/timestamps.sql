-- SPDX-License-Identifier: Apache-2.0
-- Where the time of a row comes from (runtime 1.5 to 1.7).

--@test: ROWTIME is the record's time and goes on to the result
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ROWTIME AS t FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1234, 1, 2);
ASSERT VALUES b (rowtime, id, t) VALUES (1234, 1, 1234);

--@test: a BIGINT column gives the time
CREATE STREAM a (id INT KEY, ts BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='ts');
CREATE STREAM b AS SELECT id, ROWTIME AS t FROM a;
INSERT INTO a (rowtime, id, ts) VALUES (1, 1, 5000);
ASSERT VALUES b (rowtime, id, t) VALUES (5000, 1, 5000);

--@test: a TIMESTAMP column gives the time
CREATE STREAM a (id INT KEY, ts TIMESTAMP) WITH (kafka_topic='a', value_format='JSON', timestamp='ts');
CREATE STREAM b AS SELECT id, ROWTIME AS t FROM a;
INSERT INTO a (rowtime, id, ts) VALUES (1, 1, '1970-01-01T00:00:05');
ASSERT VALUES b (rowtime, id, t) VALUES (5000, 1, 5000);

--@test: text with a pattern gives the time
CREATE STREAM a (id INT KEY, ts STRING) WITH (kafka_topic='a', value_format='JSON', timestamp='ts', timestamp_format='yyyy-MM-dd''T''HH:mm:ssX');
CREATE STREAM b AS SELECT id, ROWTIME AS t FROM a;
INSERT INTO a (rowtime, id, ts) VALUES (1, 1, '1970-01-02T01:00:00+01');
ASSERT VALUES b (rowtime, t) VALUES (86400000, 86400000);

--@test: a record whose time cannot be read is left out
CREATE STREAM a (id INT KEY, ts BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='ts');
CREATE STREAM b AS SELECT id, ts FROM a;
INSERT INTO a (rowtime, id, ts) VALUES (1, 1, NULL);
INSERT INTO a (rowtime, id, ts) VALUES (2, 2, -5);
INSERT INTO a (rowtime, id, ts) VALUES (3, 3, 7);
ASSERT VALUES b (rowtime, id, ts) VALUES (7, 3, 7);

--@test: a result may take its time from one of its columns
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b WITH (timestamp='ts') AS SELECT id, x * 1000 AS ts FROM a;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 5);
ASSERT VALUES b (rowtime, id, ts) VALUES (5000, 1, 5000);

--@test: windows follow the time of the column
CREATE STREAM a (id INT KEY, ts BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='ts');
CREATE TABLE b AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;
INSERT INTO a (rowtime, id, ts) VALUES (1, 1, 5500);
INSERT INTO a (rowtime, id, ts) VALUES (2, 1, 5600);
ASSERT VALUES b (windowstart, rowtime, n) VALUES (5000, 5500, 1);
ASSERT VALUES b (windowstart, rowtime, n) VALUES (5000, 5600, 2);

--@test: ROWTIME compares with text of a date in WHERE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE ROWTIME >= '1970-01-02' AND ROWTIME < '1970-01-02T00:00:01';
INSERT INTO a (rowtime, id, x) VALUES (86399999, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (86400000, 2, 2);
INSERT INTO a (rowtime, id, x) VALUES (86401000, 3, 3);
ASSERT VALUES b (id, x) VALUES (2, 2);

--@test: ROWTIME BETWEEN reads text as well
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, x FROM a WHERE ROWTIME BETWEEN '1970-01-01T00:00:01' AND '1970-01-01T00:00:02';
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (2001, 1, 2);
ASSERT VALUES b (x) VALUES (1);

--@test: a deletion has no time column, so it is left out
CREATE TABLE t (id INT PRIMARY KEY, ts BIGINT) WITH (kafka_topic='t', value_format='JSON', timestamp='ts');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='t', value_format='KAFKA');
CREATE TABLE u AS SELECT id, ts FROM t;
INSERT INTO t (rowtime, id, ts) VALUES (1, 1, 50);
INSERT INTO raw (rowtime, id, v) VALUES (2, 1, NULL);
INSERT INTO t (rowtime, id, ts) VALUES (3, 1, 60);
ASSERT VALUES u (rowtime, id, ts) VALUES (50, 1, 50);
ASSERT VALUES u (rowtime, id, ts) VALUES (60, 1, 60);

--@test: a table may take its time from an aggregate
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b WITH (timestamp='m') AS SELECT id, MAX(x) AS m FROM a GROUP BY id;
INSERT INTO a (rowtime, id, x) VALUES (1, 1, 500);
INSERT INTO a (rowtime, id, x) VALUES (2, 1, 400);
ASSERT VALUES b (rowtime, m) VALUES (500, 500);
ASSERT VALUES b (rowtime, m) VALUES (500, 500);

--@test: text of a date stands on either side of ROWTIME, with any zone
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE '2019-01-01T00:00:00+0445' <= a.ROWTIME AND ROWTIME < '2019-01-01';
INSERT INTO a (rowtime, id, x) VALUES (1546283699999, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (1546283700000, 2, 2);
INSERT INTO a (rowtime, id, x) VALUES (1546300800000, 3, 3);
ASSERT VALUES b (id) VALUES (2);

--@test: a BIGINT column does not compare with text of a date
--@expected.message: '>' cannot compare BIGINT with STRING
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x > '2020-01-01';

--@test: ROWTIME does not compare with text of a date in SELECT
--@expected.message: cannot compare BIGINT with STRING
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, ROWTIME > '2020-01-01' AS c FROM a;

--@test: window bounds of a source compare with text of a date
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 1 DAY) GROUP BY id;
CREATE STREAM ws (id INT KEY, n BIGINT) WITH (kafka_topic='T', value_format='JSON', window_type='TUMBLING', window_size='1 DAY');
CREATE STREAM b AS SELECT * FROM ws WHERE WINDOWSTART >= '1970-01-02' AND WINDOWEND BETWEEN '1970' AND '1970-01-03';
INSERT INTO a (rowtime, id, x) VALUES (5, 1, 1);
INSERT INTO a (rowtime, id, x) VALUES (86400005, 1, 1);
ASSERT VALUES b (id, n, windowstart) VALUES (1, 1, 86400000);

--@test: text that is no date is refused beside ROWTIME
--@expected.message: 'yesterday' is no timestamp
CREATE STREAM a (id INT KEY, x BIGINT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE ROWTIME > 'yesterday';

--@test: a constant date with two digits of the year is in the century around now
CREATE STREAM a (id INT KEY, d STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, FORMAT_DATE(PARSE_DATE('14/04/25', 'dd/MM/yy'), 'yyyy') AS y FROM a;
INSERT INTO a (rowtime, id, d) VALUES (1, 1, 'x');
ASSERT VALUES b (id, y) VALUES (1, '2025');
