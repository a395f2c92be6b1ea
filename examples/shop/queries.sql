-- SPDX-License-Identifier: Apache-2.0
-- The shop's persistent queries: clean, enrich, count. They read what is in
-- the topics already, and then what comes.
SET 'auto.offset.reset' = 'earliest';

-- Clean: one spelling of SKUs, no orders of nothing. Lines that are no JSON
-- never get here; they are noted in the processing log.
CREATE STREAM orders_clean WITH (KAFKA_TOPIC = 'shop.orders_clean') AS
    SELECT order_id, UCASE(TRIM(sku)) AS sku, quantity,
           COALESCE(customer, 'guest') AS customer
    FROM orders
    WHERE quantity > 0;

-- Enrich: each order with its product, as the catalogue stands now. An order
-- of a product that nobody knows has no match and is left out.
CREATE STREAM orders_priced WITH (KAFKA_TOPIC = 'shop.orders_priced') AS
    SELECT o.sku AS sku, o.order_id AS order_id, o.customer AS customer,
           p.name AS product, p.category AS category,
           o.quantity AS quantity, p.price * o.quantity AS amount
    FROM orders_clean o
    JOIN products p ON o.sku = p.sku;

-- Count: sales of each category, minute by minute.
CREATE TABLE sales_per_minute WITH (KAFKA_TOPIC = 'shop.sales_per_minute') AS
    SELECT category, COUNT(*) AS orders, SUM(quantity) AS pieces,
           SUM(amount) AS amount
    FROM orders_priced
    WINDOW TUMBLING (SIZE 1 MINUTE)
    GROUP BY category;

-- The same with page views: whose region looks how much.
CREATE STREAM views_by_user WITH (KAFKA_TOPIC = 'shop.views_by_user') AS
    SELECT v.userid AS userid, v.pageid AS pageid, u.regionid AS regionid
    FROM pageviews v
    LEFT JOIN users u ON v.userid = u.userid;

CREATE TABLE views_per_region WITH (KAFKA_TOPIC = 'shop.views_per_region') AS
    SELECT regionid, COUNT(*) AS views
    FROM views_by_user
    GROUP BY regionid;
