-- SPDX-License-Identifier: Apache-2.0
-- Tests of spending.sql. `millrace test .` runs them; no Kafka is needed.

--@test: orders without a price are left out
RUN SCRIPT 'spending.sql';
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (1, 'ada', 0.00, '2024-05-17T09:00:00');
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (2, 'ada', 9.90, '2024-05-17T09:00:01');
ASSERT VALUES paid_orders (id, customer, price) VALUES (2, 'ada', 9.90);

--@test: each customer's spending is summed
RUN SCRIPT 'spending.sql';
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (1, 'ada', 20.00, '2024-05-17T09:00:00');
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (2, 'bob', 5.00, '2024-05-17T09:00:01');
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (3, 'ada', 1.50, '2024-05-17T09:00:02');
ASSERT VALUES spending (customer, total, orders) VALUES ('ada', 20.00, 1);
ASSERT VALUES spending (customer, total, orders) VALUES ('bob', 5.00, 1);
ASSERT VALUES spending (customer, total, orders) VALUES ('ada', 21.50, 2);

--@test: a record's time is that of the order
RUN SCRIPT 'spending.sql';
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (1, 'ada', 20.00, '1970-01-01T00:00:05');
ASSERT VALUES paid_orders (id, rowtime) VALUES (1, 5000);

--@test: a customer is a big spender from 100 on
RUN SCRIPT 'spending.sql';
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (1, 'ada', 60.00, '2024-05-17T09:00:00');
INSERT INTO orders (id, customer, price, ordered_at)
    VALUES (2, 'ada', 40.00, '2024-05-17T09:00:01');
ASSERT VALUES big_spenders (customer, total) VALUES ('ada', 100.00);

--@test: who was paid back is no big spender any more
RUN SCRIPT 'spending.sql';
CREATE STREAM sums (customer STRING KEY, total DECIMAL(8, 2))
    WITH (KAFKA_TOPIC = 'SPENDING', VALUE_FORMAT = 'JSON');
INSERT INTO sums (rowtime, customer, total) VALUES (1, 'ada', 120.00);
INSERT INTO sums (rowtime, customer, total) VALUES (2, 'ada', 80.00);
ASSERT VALUES big_spenders (customer, total) VALUES ('ada', 120.00);
ASSERT NULL VALUES big_spenders (customer) KEY ('ada');

--@test: big spenders are a table by customer
RUN SCRIPT 'spending.sql';
ASSERT TABLE big_spenders (customer STRING PRIMARY KEY, total DECIMAL(8, 2))
    WITH (KAFKA_TOPIC = 'BIG_SPENDERS', VALUE_FORMAT = 'JSON');

--@test: a total cannot be compared with text
--@expected.message: compare
RUN SCRIPT 'spending.sql';
CREATE TABLE rich AS SELECT * FROM spending WHERE total = 'much';
