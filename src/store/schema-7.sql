-- Version 7. Claiming looks for the newest waiting job; many questions are about one key.
CREATE INDEX job_newest ON job (created_at, id) WHERE state = 'queued';
CREATE INDEX job_by_key ON job (key, state);
