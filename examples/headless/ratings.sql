-- SPDX-License-Identifier: Apache-2.0
-- A script for the headless server: bad ratings to a topic of their own, and
-- how each channel does.
--
--   millrace server ratings.properties --queries-file ratings.sql
SET 'auto.offset.reset' = 'earliest';

CREATE STREAM ratings (
    rating_id BIGINT,
    user_id INT,
    stars INT,
    route_id INT,
    rating_time BIGINT,
    channel STRING,
    message STRING
) WITH (KAFKA_TOPIC = 'ratings', VALUE_FORMAT = 'JSON', PARTITIONS = 1);

CREATE STREAM poor_ratings WITH (KAFKA_TOPIC = 'poor_ratings') AS
    SELECT user_id, stars, channel, message
    FROM ratings
    WHERE stars < 3 AND NOT channel LIKE '%test';

CREATE TABLE channel_stars WITH (KAFKA_TOPIC = 'channel_stars') AS
    SELECT channel, COUNT(*) AS ratings, AVG(stars) AS stars
    FROM ratings
    GROUP BY channel;
