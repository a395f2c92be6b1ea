-- SPDX-License-Identifier: Apache-2.0
-- W1: a filter that keeps 1 in 9; 3 columns out, besides the key.
CREATE STREAM w1 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, view_id, page, amount FROM views WHERE quantity = 4
  EMIT CHANGES;
