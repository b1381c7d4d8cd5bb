-- Version 3. Verdicts of the critique between runs, by what was read and who was asked.
CREATE TABLE verdict (
    inputs  TEXT NOT NULL,
    policy  TEXT NOT NULL,
    value   TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (inputs, policy)
);
CREATE INDEX verdict_by_use ON verdict (used_at);
