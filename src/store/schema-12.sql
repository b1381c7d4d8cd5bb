-- Version 12. Rows are kept by the name of a repository, which may change: by its id it is known under which name its rows stand, since
-- when it is told to have it, and which names it had before, of which runs that are under way may still speak. `folded`: lower case.
CREATE TABLE repository (
    id      BIGINT PRIMARY KEY,
    name    TEXT NOT NULL,
    folded  TEXT NOT NULL,
    told_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX repository_by_name ON repository (folded);
CREATE TABLE former_name (
    folded     TEXT PRIMARY KEY,
    repository BIGINT NOT NULL
);
