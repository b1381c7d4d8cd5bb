//! The statements about reviews by hand. They hold on SQLite and on PostgreSQL.

/// What is shown of a review without its texts.
macro_rules! columns {
    () => {
        "id, document, document_id, title, wish, state, asked_at, finished_at, verdict, errors, warnings, infos, failure, policy"
    };
}

/// Puts a review into the queue unless its key was used before.
pub(super) const SUBMIT: &str = "INSERT INTO review \
     (id, document, document_id, title, wish, input, input_bytes, state, asked_at, once, body_hash) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9, $10) ON CONFLICT (once) DO NOTHING";

pub(super) const BY_KEY: &str = "SELECT id, body_hash FROM review WHERE once = $1";

/// How much waits or is worked on. The casts are for PostgreSQL, whose sums of BIGINT are NUMERIC.
pub(super) const WAITING: &str = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(input_bytes), 0) AS BIGINT) \
     FROM review WHERE state IN ('queued', 'running')";

/// Reviews whose process stopped that often while it was at work on them.
pub(super) const BURY: &str = "UPDATE review SET state = 'failed', finished_at = $1, failure = $3, input = '', lease = NULL, lease_until = NULL \
     WHERE state = 'running' AND lease_until <= $1 AND tries >= $2";

/// Takes the review that has waited longest, or one whose process stopped.
macro_rules! take {
    ($lock:literal) => {
        concat!(
            "UPDATE review SET state = 'running', tries = tries + 1, \
                 lease = CAST($1 AS TEXT) || ':' || (tries + 1), lease_until = $3 \
             WHERE id = (SELECT id FROM review WHERE state = 'queued' OR (state = 'running' AND lease_until <= $2) \
                 ORDER BY asked_at, id LIMIT 1",
            $lock,
            ") RETURNING id, document, title, wish, input, lease"
        )
    };
}

/// On SQLite nobody else writes meanwhile.
pub(super) const TAKE: &str = take!("");

/// On PostgreSQL each passes over what another is just taking.
pub(super) const TAKE_BESIDE_OTHERS: &str = take!(" FOR UPDATE SKIP LOCKED");

pub(super) const HOLD_ON: &str =
    "UPDATE review SET lease_until = $3 WHERE id = $1 AND lease = $2 AND state = 'running'";

/// As due as it was; stopping in order is no failed try.
pub(super) const HAND_BACK: &str = "UPDATE review SET state = 'queued', tries = tries - 1, lease = NULL, lease_until = NULL \
     WHERE id = $1 AND lease = $2 AND state = 'running'";

/// The input of an address stays what was fetched: two reviews can be compared later.
pub(super) const CONCLUDE: &str = "UPDATE review SET state = $3, finished_at = $4, verdict = $5, errors = $6, warnings = $7, infos = $8, \
     failure = $9, policy = $10, report = $11, input = $12, title = $13, \
     document = COALESCE($14, document), document_id = COALESCE($15, document_id), lease = NULL, lease_until = NULL \
     WHERE id = $1 AND lease = $2 AND state = 'running'";

pub(super) const ONE: &str = concat!("SELECT ", columns!(), " FROM review WHERE id = $1");

pub(super) const REPORT: &str = "SELECT report FROM review WHERE id = $1 AND state IN ('done', 'failed')";

pub(super) const INPUT: &str = "SELECT input FROM review WHERE id = $1 AND state = 'done'";

/// What is looked at of a list: an empty filter takes everything; the page begins behind the cursor ($5, $6).
macro_rules! wanted {
    () => {
        " FROM review WHERE ($1 = '' OR document_id = $1) AND ($2 = '' OR verdict = $2) AND ($3 = '' OR state = $3) AND asked_at >= $4 \
         AND (asked_at < $5 OR (asked_at = $5 AND id < $6)) ORDER BY asked_at DESC, id DESC LIMIT $7"
    };
}

pub(super) const LIST: &str = concat!("SELECT ", columns!(), wanted!());

/// What a part of the address, name or title is looked for in.
pub(super) const NAMES: &str = concat!("SELECT id, asked_at, document, title", wanted!());

/// What is older than the time, and what is more than so many; some at a time, the oldest first.
pub(super) const FORGET: &str = "DELETE FROM review WHERE id IN (SELECT id FROM review \
     WHERE state IN ('done', 'failed') AND (asked_at < $1 \
         OR asked_at < COALESCE((SELECT asked_at FROM review ORDER BY asked_at DESC LIMIT 1 OFFSET $2), $1)) \
     ORDER BY asked_at LIMIT $3)";
