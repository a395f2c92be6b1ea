-- SPDX-License-Identifier: Apache-2.0
-- The shop's topics as streams and tables. PARTITIONS makes a topic that is
-- not there yet.

-- The catalogue: the last record of each SKU counts. A join takes records in
-- the order of their times, so a product must be older than its orders.
CREATE TABLE products (
    sku STRING PRIMARY KEY,
    name STRING,
    category STRING,
    price DECIMAL(8, 2),
    listed STRING
) WITH (
    KAFKA_TOPIC = 'shop.products', VALUE_FORMAT = 'JSON', PARTITIONS = 1,
    TIMESTAMP = 'listed', TIMESTAMP_FORMAT = 'yyyy-MM-dd'
);

-- Orders as the shop's web server writes them; the time of an order is the one
-- it says, not the one at which it arrived here.
CREATE STREAM orders (
    order_id INT,
    sku STRING,
    quantity INT,
    customer STRING,
    placed_at STRING
) WITH (
    KAFKA_TOPIC = 'shop.orders', VALUE_FORMAT = 'JSON', PARTITIONS = 1,
    TIMESTAMP = 'placed_at', TIMESTAMP_FORMAT = 'yyyy-MM-dd''T''HH:mm:ssX'
);

-- Made up by `millrace datagen`: who looks at which page, and from where.
CREATE TABLE users (
    userid STRING PRIMARY KEY,
    registertime BIGINT,
    regionid STRING,
    gender STRING
) WITH (
    KAFKA_TOPIC = 'shop.users', VALUE_FORMAT = 'JSON', PARTITIONS = 1,
    TIMESTAMP = 'registertime'
);

CREATE STREAM pageviews (
    viewtime BIGINT,
    userid STRING,
    pageid STRING
) WITH (
    KAFKA_TOPIC = 'shop.pageviews', VALUE_FORMAT = 'JSON', PARTITIONS = 1,
    TIMESTAMP = 'viewtime'
);
