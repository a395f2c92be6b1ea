-- SPDX-License-Identifier: Apache-2.0
-- Before each of the queries: what they read.
CREATE STREAM views (user_id STRING KEY, view_id BIGINT, page STRING,
    quantity INT, amount DOUBLE, country STRING, agent STRING, ok BOOLEAN)
  WITH (KAFKA_TOPIC='${views}', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE STREAM visits (user_id STRING KEY, view_id BIGINT, page STRING,
    quantity INT, amount DOUBLE, country STRING, agent STRING, ok BOOLEAN)
  WITH (KAFKA_TOPIC='${visits}', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE STREAM many (user_id STRING KEY, view_id BIGINT, quantity INT)
  WITH (KAFKA_TOPIC='${many}', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE STREAM orders (order_id STRING KEY, page STRING, quantity INT,
    amount DOUBLE)
  WITH (KAFKA_TOPIC='${orders}', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE STREAM payments (order_id STRING KEY, view_id BIGINT, country STRING,
    amount DOUBLE)
  WITH (KAFKA_TOPIC='${payments}', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE TABLE users (user_id STRING PRIMARY KEY, name STRING, city STRING,
    level INT)
  WITH (KAFKA_TOPIC='bench_users', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
