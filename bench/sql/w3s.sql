-- SPDX-License-Identifier: Apache-2.0
-- W3s: a count by key and window of 100 ms, one record in each: every input
-- makes a row of state, a changelog record and an output.
CREATE TABLE w3s WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, COUNT(*) AS n FROM views
  WINDOW TUMBLING (SIZE 100 MILLISECONDS, GRACE PERIOD 10 SECONDS)
  GROUP BY user_id EMIT CHANGES;
