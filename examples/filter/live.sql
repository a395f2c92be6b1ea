-- SPDX-License-Identifier: Apache-2.0
-- Page views from a pipe, counted every two seconds: one line a user, written
-- when the two seconds are over.
--
--   millrace datagen quickstart=pageviews topic=- msgRate=25 |
--       millrace run --input pageviews=- --output views=- live.sql
CREATE STREAM pageviews (viewtime BIGINT, userid STRING, pageid STRING)
    WITH (KAFKA_TOPIC = 'pageviews', VALUE_FORMAT = 'JSON', PARTITIONS = 1);

CREATE TABLE views WITH (KAFKA_TOPIC = 'views') AS
    SELECT userid, AS_VALUE(userid) AS "user", COUNT(*) AS "views",
           COLLECT_LIST(pageid) AS "pages"
    FROM pageviews
    WINDOW TUMBLING (SIZE 2 SECONDS, GRACE PERIOD 0 SECONDS)
    WHERE userid = 'User_1' OR userid = 'User_2' OR userid = 'User_3'
    GROUP BY userid
    EMIT FINAL;
