-- SPDX-License-Identifier: Apache-2.0
-- Variables and settings (language 1.5, 3.10).

--@test: a variable stands for a name, a literal or part of a text
DEFINE source = 'a';
DEFINE least = '5';
DEFINE word = '''x''';
CREATE STREAM ${source} (id INT KEY, n INT, s STRING) WITH (kafka_topic='${source}', value_format='JSON');
CREATE STREAM b AS SELECT id, n, 'is ${least}' AS t FROM ${source} WHERE n > ${least} AND s = ${word};
INSERT INTO a (rowtime, id, n, s) VALUES (1, 1, 5, 'x');
INSERT INTO a (rowtime, id, n, s) VALUES (2, 2, 6, 'y');
INSERT INTO a (rowtime, id, n, s) VALUES (3, 3, 6, 'x');
ASSERT VALUES b (id, n, t) VALUES (3, 6, 'is 5');

--@test: SHOW VARIABLES lists them
DEFINE x = '1';
DEFINE y = 'two';
UNDEFINE x;
SHOW VARIABLES;
--> y | two

--@test: an undefined variable in a text stays as it is written
DEFINE x = '1';
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, '${x} ${nobody}' AS t FROM a;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (id, t) VALUES (1, '1 ${nobody}');

--@test: an undefined variable as a name is an error
--@expected.message: 'nobody'
DEFINE x = '1';
CREATE STREAM ${nobody} (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');

--@test: the value of a variable cannot end a text
DEFINE v = 'it''s';
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, '<${v}>' AS t FROM a;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (t) VALUES ('<it''s>');

--@test: with latest, a query reads only what comes after it
SET 'auto.offset.reset' = 'latest';
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 1);
CREATE STREAM b AS SELECT * FROM a;
UNSET 'auto.offset.reset';
CREATE STREAM c AS SELECT * FROM a;
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 2);
ASSERT VALUES b (id, n) VALUES (2, 2);
ASSERT VALUES c (id, n) VALUES (1, 1);
ASSERT VALUES c (id, n) VALUES (2, 2);

--@test: an unknown setting is refused, with the near one named
--@expected.message: unknown property 'ksql.streams.auto.offset.rest'; did you mean 'auto.offset.reset'?
SET 'ksql.streams.auto.offset.rest' = 'earliest';

--@test: a slip in a name without prefix is refused, too
--@expected.message: unknown property 'comit.interval.ms'; did you mean 'commit.interval.ms'?
SET 'comit.interval.ms' = '100';

--@test: settings of the Kafka clients are accepted
SET 'consumer.max.poll.records' = '10';
SET 'fetch.wait.max.ms' = '10';
SHOW STREAMS;
-->

--@test: a bad value of a setting is refused
--@expected.message: 'auto.offset.reset'
SET 'auto.offset.reset' = 'none';
