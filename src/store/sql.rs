//! The statements of the store, one constant each. They hold on SQLite and on PostgreSQL; `$N` is understood by both. On
//! PostgreSQL the inner `SELECT` of [`CLAIM`] gets `FOR UPDATE SKIP LOCKED`.

/// Version of the schema that this program reads and writes.
pub(super) const VERSION: i64 = 5;

/// Scripts by version: the one at index `n` leads from version `n` to `n + 1`.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
    include_str!("schema-5.sql"),
];

pub(super) const CREATE_META: &str = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL)";

pub(super) const READ_VERSION: &str = "SELECT value FROM meta WHERE name = 'schema'";

pub(super) const WRITE_VERSION: &str = "INSERT INTO meta (name, value) VALUES ('schema', $1) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

pub(super) const INSERT_DELIVERY: &str = "INSERT INTO delivery (id, body_sha256, event, received_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";

pub(super) const LINK_DELIVERY: &str = "UPDATE delivery SET job_id = $2 WHERE id = $1";

/// A job that waits takes the newest payload and is due at once; a failure of the older payload says nothing about it.
pub(super) const ENQUEUE: &str = "INSERT INTO job (key, payload, state, run_at, created_at, updated_at) \
     VALUES ($1, $2, 'queued', $3, $3, $3) \
     ON CONFLICT (key) WHERE state = 'queued' \
     DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at, failures = 0, \
                   created_at = excluded.created_at, updated_at = excluded.updated_at \
     RETURNING id";

/// A delivery that is sent again revives its job when that was given up, unless a newer job of the key waits.
pub(super) const REVIVE: &str = "UPDATE job \
     SET state = 'queued', run_at = $2, failures = 0, crashes = 0, reason = NULL, updated_at = $2 \
     WHERE id = (SELECT job_id FROM delivery WHERE id = $1) AND state = 'dead' \
       AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.key = job.key AND other.state = 'queued')";

/// A job whose lease ended without a word once too often is given up.
pub(super) const BURY: &str = "UPDATE job \
     SET state = 'dead', crashes = crashes + 1, lease = NULL, lease_until = NULL, reason = $3, updated_at = $1 \
     WHERE state = 'running' AND lease_until <= $1 AND crashes + 1 >= $2";

/// The job that has been due longest, or whose lease ended. Jobs that never took a process down go first. Two jobs of one key are
/// never held at once.
pub(super) const CLAIM: &str = "UPDATE job \
     SET crashes = crashes + CASE WHEN state = 'running' THEN 1 ELSE 0 END, state = 'running', claims = claims + 1, \
         lease = CAST($1 AS TEXT) || ':' || (claims + 1), lease_until = $3, updated_at = $2 \
     WHERE id = ( \
         SELECT job.id FROM job \
         WHERE ((job.state = 'queued' AND job.run_at <= $2) OR (job.state = 'running' AND job.lease_until <= $2)) \
           AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.key = job.key AND other.id <> job.id \
                           AND other.state = 'running' AND other.lease_until > $2) \
         ORDER BY job.crashes + CASE WHEN job.state = 'running' THEN 1 ELSE 0 END, job.run_at, job.id LIMIT 1) \
     RETURNING id, key, payload, lease, failures, crashes";

/// A lease that has ended but that nobody took over is still the holder's.
pub(super) const RENEW: &str = "UPDATE job SET lease_until = $3 WHERE id = $1 AND lease = $2 AND state = 'running'";

pub(super) const FINISH: &str = "UPDATE job \
     SET state = 'done', lease = NULL, lease_until = NULL, reason = NULL, updated_at = $3 \
     WHERE id = $1 AND lease = $2 AND state = 'running'";

/// Back to the queue; where a newer job of the key waits, that one takes over and this one is done with.
pub(super) const RETRY: &str = "UPDATE job \
     SET state = CASE WHEN EXISTS (SELECT 1 FROM job AS other WHERE other.key = job.key AND other.state = 'queued') \
                      THEN 'done' ELSE 'queued' END, \
         failures = failures + 1, lease = NULL, lease_until = NULL, reason = $3, run_at = $4, updated_at = $5 \
     WHERE id = $1 AND lease = $2 AND state = 'running'";

pub(super) const GIVE_UP: &str = "UPDATE job \
     SET state = 'dead', failures = failures + 1, lease = NULL, lease_until = NULL, reason = $3, updated_at = $4 \
     WHERE id = $1 AND lease = $2 AND state = 'running'";

pub(super) const DEPTH: &str = "SELECT state, COUNT(*) FROM job WHERE state <> 'done' GROUP BY state";

pub(super) const LAST_REASON: &str = "SELECT reason FROM job WHERE key = $1 ORDER BY updated_at DESC, id DESC LIMIT 1";

pub(super) const PRUNE_DELIVERIES: &str = "DELETE FROM delivery WHERE received_at < $1 AND NOT EXISTS \
     (SELECT 1 FROM job WHERE job.id = delivery.job_id AND job.state <> 'done' AND job.updated_at >= $1)";

pub(super) const PRUNE_JOBS: &str = "DELETE FROM job WHERE state IN ('done', 'dead') AND updated_at < $1";

pub(super) const ADD_SPEND: &str = "INSERT INTO spend \
     (day, subject, calls, input_tokens, cached_tokens, output_tokens, micro_usd, unpriced_calls) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (day, subject) DO UPDATE SET calls = spend.calls + excluded.calls, \
         input_tokens = spend.input_tokens + excluded.input_tokens, \
         cached_tokens = spend.cached_tokens + excluded.cached_tokens, \
         output_tokens = spend.output_tokens + excluded.output_tokens, \
         micro_usd = spend.micro_usd + excluded.micro_usd, \
         unpriced_calls = spend.unpriced_calls + excluded.unpriced_calls";

/// The sums of a day. The casts are for PostgreSQL, whose sums of BIGINT are NUMERIC.
pub(super) const SPENT_ON_DAY: &str = "SELECT \
     CAST(COALESCE(SUM(calls), 0) AS BIGINT), CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT), \
     CAST(COALESCE(SUM(cached_tokens), 0) AS BIGINT), CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT), \
     CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT), CAST(COALESCE(SUM(unpriced_calls), 0) AS BIGINT) \
     FROM spend WHERE day = $1";

/// The sums of a subject over all days.
pub(super) const SPENT_ON_SUBJECT: &str = "SELECT \
     CAST(COALESCE(SUM(calls), 0) AS BIGINT), CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT), \
     CAST(COALESCE(SUM(cached_tokens), 0) AS BIGINT), CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT), \
     CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT), CAST(COALESCE(SUM(unpriced_calls), 0) AS BIGINT) \
     FROM spend WHERE subject = $1";

/// A verdict that is used stays for as long again.
pub(super) const USE_VERDICT: &str = "UPDATE verdict SET used_at = $2 WHERE inputs = $1 RETURNING policy, value";

pub(super) const KEEP_VERDICT: &str = "INSERT INTO verdict (inputs, policy, value, used_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (inputs, policy) DO UPDATE SET value = excluded.value, used_at = excluded.used_at";

pub(super) const DROP_VERDICTS: &str = "DELETE FROM verdict WHERE used_at <= $1";

pub(super) const LAST_INTENT: &str = "SELECT key, head, check_id, state, at FROM intent WHERE change = $1";

pub(super) const WRITE_INTENT: &str = "INSERT INTO intent (change, key, head, check_id, state, at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (change) DO UPDATE SET key = excluded.key, head = excluded.head, check_id = excluded.check_id, \
         state = excluded.state, at = excluded.at";

pub(super) const DROP_INTENTS: &str = "DELETE FROM intent WHERE at < $1";

pub(super) const DECIDED: &str = "SELECT kind, subject, person, reason, until, url, at FROM decision WHERE change = $1 \
     ORDER BY at, kind, subject";

pub(super) const DECIDE: &str = "INSERT INTO decision (change, kind, subject, person, reason, until, url, at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (change, kind, subject) DO UPDATE SET person = excluded.person, reason = excluded.reason, \
         until = excluded.until, url = excluded.url, at = excluded.at";

pub(super) const REVOKE: &str = "DELETE FROM decision WHERE change = $1 AND kind = $2 AND subject = $3";

/// Another try of the same comment counts no more.
pub(super) const COUNT: &str = "INSERT INTO answer (change, comment, class, commands, at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (change, comment) DO NOTHING";

/// What was counted for comments before this one. The cast is for PostgreSQL, whose sums of BIGINT are NUMERIC.
pub(super) const COUNTED: &str = "SELECT CAST(COALESCE(SUM(commands), 0) AS BIGINT) FROM answer \
     WHERE change = $1 AND comment <> $2 AND class = $3 AND at > $4";

pub(super) const KEEP_ANSWER: &str = "UPDATE answer SET body = $3 WHERE change = $1 AND comment = $2";

pub(super) const ANSWER: &str = "SELECT body FROM answer WHERE change = $1 AND comment = $2";

pub(super) const FORGET_COUNTS: &str = "DELETE FROM answer WHERE at < $1";

/// What waits under a key is no longer wanted.
pub(super) const CALL_OFF: &str = "UPDATE job SET state = 'done', reason = $2, updated_at = $3 \
     WHERE key = $1 AND state = 'queued'";
