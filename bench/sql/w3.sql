-- SPDX-License-Identifier: Apache-2.0
-- W3: a count by key and window of 10 s, about 100 records in each.
CREATE TABLE w3 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, COUNT(*) AS n FROM views
  WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 10 SECONDS)
  GROUP BY user_id EMIT CHANGES;
