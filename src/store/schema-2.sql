-- Version 2. What was spent on models, a row for each UTC day and subject (a change, or nothing).
CREATE TABLE spend (
    day            BIGINT NOT NULL,
    subject        TEXT NOT NULL,
    calls          BIGINT NOT NULL,
    input_tokens   BIGINT NOT NULL,
    cached_tokens  BIGINT NOT NULL,
    output_tokens  BIGINT NOT NULL,
    micro_usd      BIGINT NOT NULL,
    unpriced_calls BIGINT NOT NULL,
    PRIMARY KEY (day, subject)
);
CREATE INDEX spend_by_subject ON spend (subject);
