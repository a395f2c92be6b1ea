-- SPDX-License-Identifier: Apache-2.0
-- W5: each record meets its user's row, of 100,000.
CREATE STREAM w5 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT v.user_id AS user_id, v.view_id AS view_id, v.page AS page,
         v.quantity AS quantity, v.amount AS amount, v.country AS country,
         v.agent AS agent, u.name AS name, u.city AS city, u.level AS level
  FROM visits v JOIN users u ON v.user_id = u.user_id EMIT CHANGES;
