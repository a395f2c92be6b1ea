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

--@test: variables stand for booleans, numbers and properties
DEFINE yes = 'true';
DEFINE parts = '3';
DEFINE fmt = 'JSON';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='${fmt}', partitions=${parts});
CREATE STREAM b AS SELECT id, ${yes} AS t FROM a;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (t) VALUES (true);

--@test: the name of a variable keeps its case
DEFINE x = '1';
DEFINE X = '2';
SHOW VARIABLES;
--> x | 1
--> X | 2

--@test: a variable defined by another takes its value at once
DEFINE x = 'one';
DEFINE y = '${x} more';
DEFINE x = 'two';
SHOW VARIABLES;
--> x | two
--> y | one more

--@test: without a variable, ${} stays as it is written
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, '${x}' AS t FROM a;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (t) VALUES ('${x}');

--@test: a value that is no literal does not stand for one
--@expected.message: v
DEFINE v = 'x + 1';
CREATE STREAM a (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT * FROM a WHERE x = ${v};

--@test: a variable does not stand for a keyword
--@expected.message: v
DEFINE v = 'x;y';
CREATE STREAM ${v} (id INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');

--@test: UNDEFINE of an unknown variable only warns
UNDEFINE nobody;
--> Cannot find defined variable with name 'nobody'

--@test: substitution can be turned off
SET 'ksql.variable.substitution.enable' = 'false';
DEFINE x = '1';
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, LEN('${x}') AS n FROM a;
INSERT INTO a VALUES (1, 2);
ASSERT VALUES b (n) VALUES (4);

--@test: DEFINE takes a text
--@expected.message: expected a string
DEFINE x = 1;

--@test: UNSET of what is not set is refused
--@expected.message: not set
UNSET 'auto.offset.reset';

--@test: SET takes the Streams prefix or none
SET 'ksql.streams.auto.offset.reset' = 'latest';
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES (1, 1, 1);
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO a (rowtime, id, n) VALUES (2, 2, 2);
ASSERT VALUES b (id, n) VALUES (2, 2);

--@test: SET of the query limit is refused
--@expected.message: cannot override property 'ksql.query.persistent.active.limit'
SET 'ksql.query.persistent.active.limit' = '5';

--@test: SET of the pull query switch is refused
--@expected.message: cannot override property 'ksql.pull.queries.enable'
SET 'ksql.pull.queries.enable' = 'false';

--@test: SET of Kafka's addresses is refused
--@expected.message: cannot override property 'bootstrap.servers'
SET 'bootstrap.servers' = 'x:9092';

--@test: SET of TLS settings is refused
--@expected.message: cannot override property 'ssl.keystore.location'
SET 'ssl.keystore.location' = '/x';

--@test: SET of the HEADERS switch is refused
--@expected.message: cannot override property 'ksql.headers.columns.enabled'
SET 'ksql.headers.columns.enabled' = 'false';

--@test: SET of the source table switch is refused
--@expected.message: cannot override property 'ksql.source.table.materialization.enabled'
SET 'ksql.source.table.materialization.enabled' = 'false';

--@test: SET of hidden topics is refused
--@expected.message: cannot override property 'ksql.hidden.topics'
SET 'ksql.hidden.topics' = 'x';

--@test: ALTER SYSTEM needs the shared runtime
--@expected.message: ksql.runtime.feature.shared.enabled
ALTER SYSTEM 'commit.interval.ms' = '100';
