-- SPDX-License-Identifier: Apache-2.0
-- A look at the shop's results. Each SELECT streams until its LIMIT; without
-- LIMIT it would go on until Ctrl-C.
SET 'auto.offset.reset' = 'earliest';

-- Orders with product and amount, as they come out of the join.
SELECT order_id, customer, product, quantity, amount
FROM orders_priced
EMIT CHANGES LIMIT 6;

-- Sales of each category in each minute.
SELECT CONCAT(CAST(WINDOWSTART / 3600000 % 24 AS STRING), ':',
              LPAD(CAST(WINDOWSTART / 60000 % 60 AS STRING), 2, '0'))
           AS minute,
       category, orders, pieces, amount
FROM sales_per_minute
EMIT CHANGES LIMIT 8;

-- Page views of each region.
SELECT regionid, views
FROM views_per_region
EMIT CHANGES LIMIT 5;
