-- SPDX-License-Identifier: Apache-2.0
-- Settings that say what becomes of errors and NULL (runtime 1.6, 5.3).

--@test: a NULL cast to text is the text null, if so set
SET 'ksql.cast.strings.preserve.nulls' = 'false';
CREATE STREAM a (id INT KEY, n INT, s STRING, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, CAST(n AS STRING) AS t, CAST(s AS STRING) AS u, CAST(x AS STRING) AS v, 'n=' + CAST(n AS STRING) AS w FROM a;
INSERT INTO a VALUES (1, NULL, NULL, NULL);
INSERT INTO a VALUES (2, 5, 'q', ARRAY[1]);
ASSERT VALUES b (id, t, u, v, w) VALUES (1, 'null', NULL, 'null', 'n=null');
ASSERT VALUES b (id, t, u, v, w) VALUES (2, '5', 'q', '[1]', 'n=5');

--@test: a NULL cast inside a lambda follows the setting
SET 'ksql.cast.strings.preserve.nulls' = 'false';
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(x, v => CAST(v AS STRING)) AS y FROM a;
INSERT INTO a VALUES (1, ARRAY[1, NULL]);
ASSERT VALUES b (y) VALUES (ARRAY['1', 'null']);

--@test: an error inside an expression makes the whole of it NULL, if so set
SET 'ksql.nested.error.set.null' = 'false';
CREATE STREAM a (id INT KEY, n INT, s STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, COALESCE(1 / n, 7) AS c, ARRAY[1 / n, 2] AS x, STRUCT(f := 1 / n) AS t, MAP('k' := 1 / n) AS m,
    CAST(1 / n AS STRING) AS u, CAST(s AS INT) IS NULL AS v, ABS(CAST(s AS INT)) AS w FROM a;
INSERT INTO a VALUES (1, 0, 'x');
INSERT INTO a VALUES (2, 1, '-5');
ASSERT VALUES b (id, c, x, t, m, u, v, w) VALUES (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
ASSERT VALUES b (id, c, x, t, m, u, v, w) VALUES (2, 1, ARRAY[1, 2], STRUCT(f := 1), MAP('k' := 1), '1', false, 5);

--@test: an error inside a lambda fails the call around it, if so set
SET 'ksql.nested.error.set.null' = 'false';
CREATE STREAM a (id INT KEY, x ARRAY<INT>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b AS SELECT id, TRANSFORM(x, v => COALESCE(1 / v, 7)) AS y FROM a;
INSERT INTO a VALUES (1, ARRAY[1, 0]);
INSERT INTO a VALUES (2, ARRAY[1, 1]);
ASSERT VALUES b (id, y) VALUES (1, NULL);
ASSERT VALUES b (id, y) VALUES (2, ARRAY[1, 1]);

--@test: a record that cannot be read is left out
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO raw VALUES (1, '{');
INSERT INTO a VALUES (2, 5);
ASSERT VALUES b (id, n) VALUES (2, 5);

--@test: a record that cannot be read stops the query, if so set
--@expected.message: cannot read the value of a record of topic 'a', partition 0, offset 1
SET 'ksql.fail.on.deserialization.error' = 'true';
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO a VALUES (1, 5);
INSERT INTO raw VALUES (2, '{');

--@test: a key that cannot be read stops the query, if so set
--@expected.message: cannot read the key of a record of topic 'a', partition 0, offset 0
SET 'ksql.fail.on.deserialization.error' = 'true';
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id STRING KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO raw VALUES ('no number', '{"N":1}');

--@test: a record whose time cannot be read stops the query, if so set
--@expected.message: cannot take the time of a record of topic 'a', partition 0, offset 1
SET 'ksql.timestamp.throw.on.invalid' = 'true';
CREATE STREAM a (id INT KEY, t STRING) WITH (kafka_topic='a', value_format='JSON', timestamp='t', timestamp_format='yyyy-MM-dd');
CREATE STREAM b AS SELECT * FROM a;
INSERT INTO a (id, t) VALUES (1, '2020-01-02');
INSERT INTO a (rowtime, id, t) VALUES (1, 2, 'today');
