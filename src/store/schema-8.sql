-- Version 8. What happened last is worked on first, and not what was told of last.
ALTER TABLE job ADD COLUMN made_at BIGINT NOT NULL DEFAULT 0;
UPDATE job SET made_at = created_at;
DROP INDEX job_newest;
CREATE INDEX job_newest ON job (made_at, id) WHERE state = 'queued';
