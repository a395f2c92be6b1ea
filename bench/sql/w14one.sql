-- SPDX-License-Identifier: Apache-2.0
-- One of the queries of W14.
CREATE STREAM w14_0 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 0 AND amount < 5 EMIT CHANGES;
