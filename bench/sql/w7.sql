-- SPDX-License-Identifier: Apache-2.0
-- W7: sessions of users who stay; each record extends one.
CREATE TABLE w7 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, COUNT(*) AS n FROM views
  WINDOW SESSION (10 SECONDS, GRACE PERIOD 10 SECONDS)
  GROUP BY user_id EMIT CHANGES;
