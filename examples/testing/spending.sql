-- SPDX-License-Identifier: Apache-2.0
-- What is under test: what customers spend, and who spends much.
CREATE STREAM orders (
    id INT KEY,
    customer STRING,
    price DECIMAL(8, 2),
    ordered_at TIMESTAMP
) WITH (
    KAFKA_TOPIC = 'shop.orders',
    VALUE_FORMAT = 'JSON',
    TIMESTAMP = 'ordered_at'
);

CREATE STREAM paid_orders AS
    SELECT id, customer, price
    FROM orders
    WHERE price > 0;

CREATE TABLE spending AS
    SELECT customer, SUM(price) AS total, COUNT(*) AS orders
    FROM paid_orders
    GROUP BY customer;

CREATE TABLE big_spenders AS
    SELECT customer, total
    FROM spending
    WHERE total >= 100;
