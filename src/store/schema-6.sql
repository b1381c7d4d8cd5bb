-- Version 6. Lanes: jobs that share limits of a platform; one that was asked to wait is left alone until then. Notes of the program
-- to itself, such as how far the log of deliveries was read. What the last run on a change wrote, for the next one to know what may
-- not show yet.
ALTER TABLE job ADD COLUMN lane TEXT NOT NULL DEFAULT '';
CREATE TABLE lane (
    name   TEXT PRIMARY KEY,
    until  BIGINT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE note (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
ALTER TABLE intent ADD COLUMN wrote TEXT NOT NULL DEFAULT '';
ALTER TABLE intent ADD COLUMN wrote_at BIGINT NOT NULL DEFAULT 0;
