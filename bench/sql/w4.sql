-- SPDX-License-Identifier: Apache-2.0
-- W4: a count by 1,000,000 keys.
CREATE TABLE w4 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, COUNT(*) AS n FROM many GROUP BY user_id EMIT CHANGES;
