-- SPDX-License-Identifier: Apache-2.0
-- W2: all columns, and one that is computed.
CREATE STREAM w2 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT user_id, view_id, page, quantity, amount, country, agent, ok,
         amount * quantity AS total
  FROM views EMIT CHANGES;
