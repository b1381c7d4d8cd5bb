//! The statements about names of repositories. They hold on SQLite and on PostgreSQL.

pub(super) const KNOWN: &str = "SELECT id, name, told_at FROM repository WHERE id = $1";

pub(super) const HOLDER: &str = "SELECT id, name, told_at FROM repository WHERE folded = $1 AND id <> $2";

pub(super) const KEEP: &str = "INSERT INTO repository (id, name, folded, told_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded = excluded.folded, told_at = excluded.told_at";

/// Whoever has the name now, nobody else is meant by it.
pub(super) const IS_NOT_FORMER: &str = "DELETE FROM former_name WHERE folded = $1";

pub(super) const IS_FORMER: &str = "INSERT INTO former_name (folded, repository) VALUES ($1, $2) \
     ON CONFLICT (folded) DO UPDATE SET repository = excluded.repository";

pub(super) const TODAY: &str = "SELECT repository.name FROM former_name JOIN repository ON repository.id = former_name.repository \
     WHERE former_name.folded = $1";

/// Where a column begins with the first value. Names have characters of one byte only.
macro_rules! begins {
    ($column:literal) => {
        concat!("SUBSTR(", $column, ", 1, LENGTH(CAST($1 AS TEXT))) = CAST($1 AS TEXT)")
    };
}

/// The column, which begins with the first value, with the second in its place.
macro_rules! moved {
    ($column:literal) => {
        concat!("CAST($2 AS TEXT) || SUBSTR(", $column, ", LENGTH(CAST($1 AS TEXT)) + 1)")
    };
}

macro_rules! drop_changes {
    ($table:literal) => {
        concat!("DELETE FROM ", $table, " WHERE ", begins!("change"))
    };
}

macro_rules! move_changes {
    ($table:literal) => {
        concat!("UPDATE ", $table, " SET change = ", moved!("change"), " WHERE ", begins!("change"))
    };
}

/// What stands already where rows move to is of a repository that nobody knows and that had the name before: it is not inherited.
pub(super) const DROP_CHANGES: &[&str] = &[drop_changes!("intent"), drop_changes!("decision"), drop_changes!("answer")];

pub(super) const MOVE_CHANGES: &[&str] = &[move_changes!("intent"), move_changes!("decision"), move_changes!("answer")];

/// Third value: the repository. What was spent there already counts on, for the day.
pub(super) const COPY_SPEND: &str = concat!(
    "INSERT INTO spend \
         (day, subject, repository, author, calls, input_tokens, cached_tokens, output_tokens, micro_usd, unpriced_calls) \
     SELECT day, ",
    moved!("subject"),
    ", CAST($3 AS TEXT), author, calls, input_tokens, cached_tokens, output_tokens, micro_usd, unpriced_calls \
     FROM spend WHERE ",
    begins!("subject"),
    " ON CONFLICT (day, subject, author) DO UPDATE SET calls = spend.calls + excluded.calls, \
         input_tokens = spend.input_tokens + excluded.input_tokens, \
         cached_tokens = spend.cached_tokens + excluded.cached_tokens, \
         output_tokens = spend.output_tokens + excluded.output_tokens, \
         micro_usd = spend.micro_usd + excluded.micro_usd, \
         unpriced_calls = spend.unpriced_calls + excluded.unpriced_calls"
);

pub(super) const DROP_SPEND: &str = concat!("DELETE FROM spend WHERE ", begins!("subject"));

/// Of two jobs that wait for the same the one that stands there already is the newer.
pub(super) const DROP_JOBS: &str = concat!(
    "UPDATE job SET state = 'done', payload = '' WHERE state = 'queued' AND ",
    begins!("key"),
    " AND EXISTS (SELECT 1 FROM job AS other WHERE other.state = 'queued' AND other.key = ",
    moved!("job.key"),
    ")"
);

/// Third and fourth value: how a payload names the repository, before and now. Through which installation it is reached is asked anew:
/// another owner has another one.
pub(super) const MOVE_JOBS: &str = concat!(
    "UPDATE job SET key = ",
    moved!("key"),
    ", payload = REPLACE(\
           CASE WHEN lane = '' THEN payload \
                ELSE REPLACE(payload, '\"installation\":' || SUBSTR(lane, 8), '\"installation\":null') END, \
           CAST($3 AS TEXT), CAST($4 AS TEXT)) WHERE ",
    begins!("key")
);

/// What was given up since the second value, the newest of each key and nothing that took a process down: most likely nobody let it in
/// under a name that its repository no longer had. Third value: now.
pub(super) const REVIVE: &str = concat!(
    "UPDATE job SET state = 'queued', ready = 0, run_at = $3, failures = 0, reason = NULL, updated_at = $3 \
     WHERE state = 'dead' AND crashes = 0 AND updated_at >= $2 AND ",
    begins!("key"),
    " AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.key = job.key AND other.id <> job.id \
           AND (other.state IN ('queued', 'running') OR other.id > job.id))"
);
