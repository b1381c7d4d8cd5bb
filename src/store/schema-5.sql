-- Version 5. What people decided on a change by command, and how many commands were answered there.
CREATE TABLE decision (
    change  TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('waiver', 'question', 'pause')),
    subject TEXT NOT NULL,
    person  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    until   TEXT,
    url     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (change, kind, subject)
);
CREATE TABLE answer (
    change   TEXT NOT NULL,
    comment  BIGINT NOT NULL,
    class    TEXT NOT NULL,
    commands BIGINT NOT NULL,
    body     TEXT,
    at       BIGINT NOT NULL,
    PRIMARY KEY (change, comment)
);
CREATE INDEX answer_by_time ON answer (at);
