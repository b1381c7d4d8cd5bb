-- Version 11. Reviews by hand: who asked for one is told its id at once; the row is its place in the queue, and later its report.
CREATE TABLE review (
    id          TEXT PRIMARY KEY,
    document    TEXT NOT NULL,
    document_id TEXT NOT NULL,
    title       TEXT NOT NULL,
    wish        TEXT NOT NULL,
    input       TEXT NOT NULL,
    input_bytes BIGINT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    asked_at    BIGINT NOT NULL,
    finished_at BIGINT,
    tries       BIGINT NOT NULL DEFAULT 0,
    lease       TEXT,
    lease_until BIGINT,
    verdict     TEXT NOT NULL DEFAULT '',
    errors      BIGINT NOT NULL DEFAULT 0,
    warnings    BIGINT NOT NULL DEFAULT 0,
    infos       BIGINT NOT NULL DEFAULT 0,
    failure     TEXT NOT NULL DEFAULT '',
    policy      TEXT NOT NULL DEFAULT '',
    report      TEXT NOT NULL DEFAULT '',
    once        TEXT,
    body_hash   TEXT NOT NULL
);
-- One review for one idempotency key; rows without a key do not meet.
CREATE UNIQUE INDEX review_once ON review (once);
CREATE INDEX review_by_time ON review (asked_at, id);
CREATE INDEX review_by_document ON review (document_id, asked_at);
CREATE INDEX review_waiting ON review (asked_at) WHERE state IN ('queued', 'running');
