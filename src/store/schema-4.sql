-- Version 4. What a run was about to post on a change, written before the first word of it: the newest run of each change.
CREATE TABLE intent (
    change   TEXT PRIMARY KEY,
    key      TEXT NOT NULL,
    head     TEXT NOT NULL,
    check_id TEXT,
    state    TEXT NOT NULL CHECK (state IN ('intended', 'done')),
    at       BIGINT NOT NULL
);
CREATE INDEX intent_by_time ON intent (at);
