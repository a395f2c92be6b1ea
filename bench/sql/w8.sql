-- SPDX-License-Identifier: Apache-2.0
-- W8: a count by key in 5 windows at a time, about 100 records in each.
CREATE TABLE w8 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, COUNT(*) AS n FROM views
  WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 2 SECONDS,
                  GRACE PERIOD 10 SECONDS)
  GROUP BY user_id EMIT CHANGES;
