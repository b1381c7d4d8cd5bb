//! The statements about what was spent on models. They hold on SQLite and on PostgreSQL.

pub(super) const ADD: &str = "INSERT INTO spend \
     (day, subject, repository, author, calls, input_tokens, cached_tokens, output_tokens, micro_usd, unpriced_calls) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (day, subject, author) DO UPDATE SET calls = spend.calls + excluded.calls, \
         input_tokens = spend.input_tokens + excluded.input_tokens, \
         cached_tokens = spend.cached_tokens + excluded.cached_tokens, \
         output_tokens = spend.output_tokens + excluded.output_tokens, \
         micro_usd = spend.micro_usd + excluded.micro_usd, \
         unpriced_calls = spend.unpriced_calls + excluded.unpriced_calls";

/// Sums of what was spent. The casts are for PostgreSQL, whose sums of BIGINT are NUMERIC.
macro_rules! spent {
    ($where:literal) => {
        concat!(
            "SELECT \
             CAST(COALESCE(SUM(calls), 0) AS BIGINT), CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT), \
             CAST(COALESCE(SUM(cached_tokens), 0) AS BIGINT), CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT), \
             CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT), CAST(COALESCE(SUM(unpriced_calls), 0) AS BIGINT) \
             FROM spend WHERE ",
            $where
        )
    };
}

pub(super) const ON_DAY: &str = spent!("day = $1");

pub(super) const BY_AUTHOR: &str = spent!("day = $1 AND author = $2");

pub(super) const IN_REPOSITORY: &str = spent!("day = $1 AND repository = $2");

/// Over all days.
pub(super) const ON_SUBJECT: &str = spent!("subject = $1");

/// Days of a change on which something was spent since stay, however old: its cap is over all days.
pub(super) const PRUNE: &str = "DELETE FROM spend WHERE (day, subject, author) IN \
     (SELECT day, subject, author FROM spend WHERE day < $1 AND (subject = '' OR NOT EXISTS \
         (SELECT 1 FROM spend AS later WHERE later.subject = spend.subject AND later.day >= $1)) \
     ORDER BY day LIMIT $2)";
