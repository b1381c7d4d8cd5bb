-- Version 9. Of the jobs that wait, those that can be taken now stand apart (`ready`), so that finding the next one takes no longer when
-- very many wait for another try, or for an installation that was asked to wait. What a person asked for is not lost to what nobody
-- asked for (`asked`). What was spent on models is counted for each author and each repository too.
ALTER TABLE job ADD COLUMN ready BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
-- An index of all states would be taken for the queue, and everything that waits be sorted for each claim.
DROP INDEX job_by_state;
DROP INDEX job_newest;
CREATE INDEX job_newest ON job (made_at, id) WHERE state = 'queued' AND ready = 1;
CREATE INDEX job_overdue ON job (run_at, id) WHERE state = 'queued' AND ready = 1;
CREATE INDEX job_suspect ON job (crashes, run_at, id) WHERE state = 'queued' AND ready = 1 AND crashes > 0;
CREATE INDEX job_in_lane ON job (lane) WHERE state = 'queued' AND ready = 1;
CREATE INDEX job_later ON job (run_at, made_at DESC) WHERE state = 'queued' AND ready = 0;
CREATE INDEX job_running ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_dead ON job (updated_at, id) WHERE state = 'dead';
CREATE INDEX job_ended ON job (updated_at) WHERE state IN ('done', 'dead');

-- What was spent before belongs to nobody: it counts for its change and its day as it did.
CREATE TABLE spend_by_author (
    day            BIGINT NOT NULL,
    subject        TEXT NOT NULL,
    repository     TEXT NOT NULL DEFAULT '',
    author         TEXT NOT NULL DEFAULT '',
    calls          BIGINT NOT NULL,
    input_tokens   BIGINT NOT NULL,
    cached_tokens  BIGINT NOT NULL,
    output_tokens  BIGINT NOT NULL,
    micro_usd      BIGINT NOT NULL,
    unpriced_calls BIGINT NOT NULL,
    PRIMARY KEY (day, subject, author)
);
INSERT INTO spend_by_author (day, subject, calls, input_tokens, cached_tokens, output_tokens, micro_usd, unpriced_calls)
    SELECT day, subject, calls, input_tokens, cached_tokens, output_tokens, micro_usd, unpriced_calls FROM spend;
DROP TABLE spend;
ALTER TABLE spend_by_author RENAME TO spend;
CREATE INDEX spend_by_subject ON spend (subject);
