-- SPDX-License-Identifier: Apache-2.0
-- W6: each order meets its payment within a minute.
CREATE STREAM w6 WITH (KAFKA_TOPIC='${out}', PARTITIONS=4) AS
  SELECT o.order_id AS order_id, o.page AS page, o.quantity AS quantity,
         p.view_id AS payment_id, p.amount AS amount
  FROM orders o JOIN payments p WITHIN 1 MINUTE GRACE PERIOD 10 SECONDS
  ON o.order_id = p.order_id EMIT CHANGES;
