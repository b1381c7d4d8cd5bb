-- Version 10. What people say of findings, the latest of each person; and the texts that they read, once each.
CREATE TABLE feedback (
    document    TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    person      TEXT NOT NULL,
    rule        TEXT NOT NULL,
    state       TEXT NOT NULL,
    worth       TEXT NOT NULL CHECK (worth IN ('useful', 'wrong', 'not-applicable')),
    reason      TEXT NOT NULL,
    quote       TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (document, fingerprint, person)
);
CREATE INDEX feedback_by_rule ON feedback (rule);
CREATE TABLE feedback_text (
    sha256 TEXT PRIMARY KEY,
    text   TEXT NOT NULL
);
