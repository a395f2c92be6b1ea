-- SPDX-License-Identifier: Apache-2.0
-- Comments, quotes and case (language 1).

--@test: comments may stand anywhere, with semicolons in them
CREATE STREAM a (id INT KEY, /* the number */ n INT) -- a stream
WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a /* x ; y */ VALUES (1, 2); -- done ; really
ASSERT VALUES a (id, n) VALUES (1, 2);

--@test: keywords and names have no case unless quoted
create Stream MixedCase (Id int Key, `Id2` int) with (Kafka_Topic='a', "VALUE_FORMAT"='json');
insert into mixedcase (ID, `Id2`) values (1, 2);
Assert Values MIXEDCASE (iD, `Id2`) Values (1, 2);

--@test: a quote in a text is doubled, a text may span lines, which % does not
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, LEN(s) AS n, s LIKE 'it''s%' AS p FROM a;
INSERT INTO a VALUES (1, 'it''s
two lines');
ASSERT VALUES b (id, n, p) VALUES (1, 14, false);

--@test: a backslash is a character as any other
CREATE STREAM a (id INT KEY, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO a VALUES (1, 'a\nb');
ASSERT VALUES raw (v) VALUES ('{"S":"a\\nb"}');

--@test: words that are not reserved may be names
CREATE STREAM columns (id INT KEY, date INT, type INT, tables INT, hour INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, date + type AS minute, tables AS map, hour FROM columns;
INSERT INTO columns VALUES (1, 2, 3, 4, 5);
ASSERT VALUES b (id, minute, map, hour) VALUES (1, 5, 4, 5);

--@test: numbers may be written in all their forms
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 007 AS i, -3 AS m, 5000000000 AS l, 1. AS d1, .5 AS d2, -2.345 AS d3, 1e3 AS f1, .5E-2 AS f2 FROM a;
INSERT INTO a VALUES (1, 1);
ASSERT STREAM b (id INT KEY, i INT, m INT, l BIGINT, d1 DECIMAL(1, 0), d2 DECIMAL(2, 1), d3 DECIMAL(4, 3), f1 DOUBLE, f2 DOUBLE) WITH (kafka_topic='B', value_format='JSON');
ASSERT VALUES b (i, m, l, d1, d2, d3, f1, f2) VALUES (7, -3, 5000000000, 1, 0.5, -2.345, 1000.0, 0.005);

--@test: a name may begin with a digit and hold an at sign
CREATE STREAM 1a (id INT KEY, 2nd INT, x@y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 2nd + x@y AS `sum of both` FROM 1A;
INSERT INTO 1a VALUES (1, 2, 3);
ASSERT VALUES b (`sum of both`) VALUES (5);

--@test: doubled quotes are one quote of a name
CREATE STREAM a (id INT KEY, "x""y" INT, `p``q` INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, `x"y` AS s, "p`q" AS t FROM a;
INSERT INTO a VALUES (1, 2, 3);
ASSERT VALUES b (s, t) VALUES (2, 3);

--@test: double and back quotes make the same name
CREATE STREAM "foo" (id INT KEY, "Bar" INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, `Bar` FROM `foo`;
INSERT INTO `foo` VALUES (1, 2);
ASSERT VALUES b (`Bar`) VALUES (2);

--@test: a source's name holds no dot, even if quoted
--@expected.message: 'a.b'
CREATE STREAM `a.b` (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: a source's name may hold a dash if quoted
CREATE STREAM `a-b` (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
SHOW STREAMS;
--> STREAM | a-b | a | KAFKA | JSON | false

--@test: a comment of one line needs no end
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON'); -- the end
SHOW STREAMS; /* several
lines -- here */
--> STREAM | A | a | KAFKA | JSON | false

--@test: a double that is out of range is refused
--@expected.message: 1e400
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, 1e400 AS d FROM a;

--@test: a literal with a type's name before it is refused
--@expected.message: DATE
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, DATE '2020-01-01' AS d FROM a;

--@test: a parameter of a type is a number
--@expected.message: KEY
CREATE STREAM a (id STRING(KEY), x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: NULL is no type
--@expected.message: NULL
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(x AS NULL) AS d FROM a;

--@test: a predicate in GROUP BY needs parentheses
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', format='JSON');
CREATE TABLE b AS SELECT x IS NULL AS n, COUNT(*) AS c FROM a GROUP BY (x IS NULL);
INSERT INTO a VALUES (1, NULL);
ASSERT VALUES b (n, c) VALUES (true, 1);

--@test: AND in GROUP BY is refused
--@expected.message: AND
CREATE STREAM a (id INT KEY, x BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT x, COUNT(*) AS c FROM a GROUP BY x AND x;

--@test: a line that holds only dashes is a comment
--
SHOW STREAMS;
-->
