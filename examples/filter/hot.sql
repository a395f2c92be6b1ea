-- SPDX-License-Identifier: Apache-2.0
-- A Unix filter: slow page loads out of a click log.
--
--   millrace run --input clicks=clicks.jsonl --output hot=- \
--       --until-idle 500 hot.sql
CREATE STREAM clicks ("user" STRING, "url" STRING, "ms" INT)
    WITH (KAFKA_TOPIC = 'clicks', VALUE_FORMAT = 'JSON', PARTITIONS = 1);

CREATE STREAM hot WITH (KAFKA_TOPIC = 'hot') AS
    SELECT "url", "ms" / 1000.0 AS "seconds"
    FROM clicks
    WHERE "ms" >= 250;
