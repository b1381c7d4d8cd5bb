-- Version 1. Only types and words that SQLite and PostgreSQL share, but for the identity of `job`.
CREATE TABLE job (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL,
    payload     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    run_at      BIGINT NOT NULL,
    claims      BIGINT NOT NULL DEFAULT 0,
    lease       TEXT,
    lease_until BIGINT,
    failures    BIGINT NOT NULL DEFAULT 0,
    crashes     BIGINT NOT NULL DEFAULT 0,
    reason      TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
-- Work is coalesced: at most one job of a key waits.
CREATE UNIQUE INDEX job_waiting ON job (key) WHERE state = 'queued';
CREATE INDEX job_by_state ON job (state, run_at);

CREATE TABLE delivery (
    id          TEXT PRIMARY KEY,
    body_sha256 TEXT NOT NULL,
    event       TEXT NOT NULL,
    job_id      BIGINT,
    received_at BIGINT NOT NULL
);
CREATE INDEX delivery_by_time ON delivery (received_at);
