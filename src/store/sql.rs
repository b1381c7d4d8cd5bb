//! The statements of the store, one constant each. They hold on SQLite and on PostgreSQL; `$N` is understood by both.

use sqlx::AssertSqlSafe;

/// Rows of values, `($1, $2), ($3, $4)`.
fn values(columns: usize, rows: usize) -> String {
    values_and(columns, rows, |_| String::new())
}

/// Rows of values, each with `more` behind them, which is given the number of the row's first value.
fn values_and(columns: usize, rows: usize, more: impl Fn(usize) -> String) -> String {
    let row = |row: usize| {
        let first = row * columns + 1;
        let numbers: Vec<String> = (first..first + columns).map(|number| format!("${number}")).collect();
        format!("({}{})", numbers.join(", "), more(first))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Columns: id, hash of the body, event, time. Says which are new.
pub(super) fn insert_deliveries(rows: usize) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "INSERT INTO delivery (id, body_sha256, event, received_at) VALUES {} ON CONFLICT (id) DO NOTHING RETURNING id",
        values(4, rows)
    ))
}

/// Columns: id of the delivery, id of its job.
pub(super) fn link_deliveries(rows: usize) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "UPDATE delivery SET job_id = pair.column2 FROM (VALUES {}) AS pair WHERE delivery.id = pair.column1",
        values(2, rows)
    ))
}

/// Columns: ids of deliveries. What is known of each: the hash of its body, and its job where that was given up.
pub(super) fn known_deliveries(rows: usize) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT delivery.id, delivery.body_sha256, job.id FROM delivery \
         LEFT JOIN job ON job.id = delivery.job_id AND job.state = 'dead' WHERE delivery.id IN (VALUES {})",
        values(1, rows)
    ))
}

/// Columns: key, payload, state, when it is due, time (twice), lane, when it was made, how much was asked for; no key twice. A job that
/// waits takes the newest payload, unless it was asked for more; it is due as soon as one of both is, and a failure of the older payload
/// says nothing about the newer one.
pub(super) fn enqueue(rows: usize) -> AssertSqlSafe<String> {
    // What is due now can be taken now, unless its lane is held.
    let ready = |first: usize| {
        let (run_at, now, lane) = (first + 3, first + 4, first + 6);
        format!(
            ", CASE WHEN ${run_at} > ${now} \
             OR EXISTS (SELECT 1 FROM lane WHERE lane.name = ${lane} AND lane.until > ${now}) THEN 0 ELSE 1 END"
        )
    };
    AssertSqlSafe(format!(
        "INSERT INTO job (key, payload, state, run_at, created_at, updated_at, lane, made_at, asked, ready) VALUES {} \
         ON CONFLICT (key) WHERE state = 'queued' \
         DO UPDATE SET payload = CASE WHEN job.asked > excluded.asked THEN job.payload ELSE excluded.payload END, \
                       asked = CASE WHEN job.asked > excluded.asked THEN job.asked ELSE excluded.asked END, \
                       lane = excluded.lane, failures = 0, \
                       run_at = CASE WHEN job.run_at < excluded.run_at THEN job.run_at ELSE excluded.run_at END, \
                       ready = CASE WHEN job.ready > excluded.ready THEN job.ready ELSE excluded.ready END, \
                       created_at = excluded.created_at, updated_at = excluded.updated_at, \
                       made_at = CASE WHEN job.made_at > excluded.made_at THEN job.made_at ELSE excluded.made_at END \
         RETURNING id, key",
        values_and(9, rows, ready)
    ))
}

/// True where newer work of the key takes over: it waits, or it is worked on already.
macro_rules! newer {
    () => {
        "EXISTS (SELECT 1 FROM job AS other WHERE other.key = job.key AND other.id <> job.id \
         AND (other.state = 'queued' OR (other.state = 'running' AND other.id > job.id)))"
    };
}

/// Back to the queue and out of its lease; where newer work of the key waits, that takes over and this is done with.
macro_rules! back {
    () => {
        concat!(
            "state = CASE WHEN ",
            newer!(),
            " THEN 'done' ELSE 'queued' END, payload = CASE WHEN ",
            newer!(),
            " THEN '' ELSE payload END, ready = 0, lease = NULL, lease_until = NULL"
        )
    };
}

/// A job that was given up waits again, as new, unless newer work of its key waits.
pub(super) const UNPARK: &str = "UPDATE job \
     SET state = 'queued', ready = 0, run_at = $2, created_at = $2, made_at = $2, failures = 0, crashes = 0, reason = NULL, \
         updated_at = $2 \
     WHERE id = $1 AND state = 'dead' \
       AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.key = job.key AND other.state = 'queued')";

/// Jobs whose lease ended without a word: back to the queue, or given up when that happened too often. The first time a job is due
/// at once, for most often it was not to blame; after that it waits longer each time.
pub(super) const REAP: &str = concat!(
    "UPDATE job SET state = CASE WHEN ",
    newer!(),
    " THEN 'done' WHEN crashes + 1 >= $2 THEN 'dead' ELSE 'queued' END, \
         payload = CASE WHEN ",
    newer!(),
    " THEN '' ELSE payload END, \
         reason = CASE WHEN crashes + 1 >= $2 THEN $3 ELSE reason END, \
         run_at = lease_until + crashes * $4, \
         ready = 0, crashes = crashes + 1, lease = NULL, lease_until = NULL, updated_at = $1 \
     WHERE state = 'running' AND lease_until <= $1"
);

/// Where work that is held gives way to newer work that waits, what was asked for with it goes over. `$held` says which is held.
macro_rules! hand_on {
    ($held:literal) => {
        concat!(
            "UPDATE job SET payload = held.payload, asked = held.asked FROM job AS held \
             WHERE held.state = 'running' AND held.asked > 0 AND ",
            $held,
            " AND job.key = held.key AND job.state = 'queued' AND job.asked < held.asked"
        )
    };
}

/// Before a job is put back or given back.
pub(super) const HAND_ON: &str = hand_on!("held.id = $1 AND held.lease = $2");

/// Before leases that have ended are taken away.
pub(super) const HAND_ON_LOST: &str = hand_on!("held.lease_until <= $1");

/// Makes the longest due ready to be taken, so many at a time; a job of a lane that is held is due when that is free. Each job comes by
/// here once for each time that it waits, so that a claim has little to look at.
macro_rules! make_ready {
    ($lock:literal) => {
        concat!(
            "UPDATE job SET \
                 ready = CASE WHEN EXISTS (SELECT 1 FROM lane WHERE lane.name = job.lane AND lane.until > $1) THEN 0 ELSE 1 END, \
                 run_at = COALESCE((SELECT lane.until FROM lane WHERE lane.name = job.lane AND lane.until > $1), run_at) \
             WHERE id IN (SELECT id FROM job WHERE state = 'queued' AND ready = 0 AND run_at <= $1 \
                          ORDER BY run_at, made_at DESC LIMIT $2",
            $lock,
            ")"
        )
    };
}

/// On SQLite nobody else writes meanwhile.
pub(super) const MAKE_READY: &str = make_ready!("");

/// On PostgreSQL what another is just writing is left to it: nobody waits.
pub(super) const MAKE_READY_BESIDE_OTHERS: &str = make_ready!(" FOR UPDATE SKIP LOCKED");

/// Takes back the readiness of some jobs of a lane that is held.
macro_rules! make_wait {
    ($lock:literal) => {
        concat!(
            "UPDATE job SET ready = 0, run_at = $2 \
             WHERE id IN (SELECT id FROM job WHERE state = 'queued' AND ready = 1 AND lane = $1 LIMIT $3",
            $lock,
            ")"
        )
    };
}

pub(super) const MAKE_WAIT: &str = make_wait!("");

pub(super) const MAKE_WAIT_BESIDE_OTHERS: &str = make_wait!(" FOR UPDATE SKIP LOCKED");

/// True for a job that no process went down with, and for any other while no such job is held.
macro_rules! alone {
    () => {
        "(job.crashes = 0 OR NOT EXISTS (SELECT 1 FROM job AS suspect WHERE suspect.state = 'running' AND suspect.crashes > 0))"
    };
}

/// Takes the first that is ready: what is overdue, the longest first; then the newest; then what took a process down, the least first.
/// Each of the three goes along an index of its own: what is ready is due, but for clocks that differ, and the `+` keeps the time from
/// being taken for what to look by. Two jobs of one key are never held at once, and a lane that is held is left alone. Of those whose
/// process went down while they were held only one is held at a time: whichever is to blame takes no other of them down with it again.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE job SET state = 'running', claims = claims + 1, \
                 lease = CAST($1 AS TEXT) || ':' || (claims + 1), lease_until = $3, updated_at = $2 \
             WHERE id = COALESCE(",
            claim!(concat!("job.run_at <= $4 AND ", alone!()), "job.run_at, job.id", $lock),
            ", ",
            claim!("+job.run_at <= $2 AND job.crashes = 0", "job.made_at DESC, job.id DESC", $lock),
            ", ",
            claim!(
                concat!("+job.run_at <= $2 AND job.crashes > 0 AND ", alone!()),
                "job.crashes, job.run_at, job.id",
                $lock
            ),
            ") RETURNING id, key, payload, lane, lease, failures, crashes"
        )
    };
    ($which:expr, $order:literal, $lock:literal) => {
        concat!(
            "(SELECT job.id FROM job WHERE job.state = 'queued' AND job.ready = 1 AND ",
            $which,
            " AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.key = job.key AND other.state = 'running') \
              AND NOT EXISTS (SELECT 1 FROM lane WHERE lane.name = job.lane AND lane.until > $2) ORDER BY ",
            $order,
            " LIMIT 1",
            $lock,
            ")"
        )
    };
}

/// On SQLite nobody else writes meanwhile.
pub(super) const CLAIM: &str = claim!("");

/// On PostgreSQL several claim at once: each passes over what another is just taking.
pub(super) const CLAIM_BESIDE_OTHERS: &str = claim!(" FOR UPDATE SKIP LOCKED");

/// A lease that has ended but that nobody took over is still the holder's.
pub(super) const RENEW: &str = "UPDATE job SET lease_until = $3 WHERE id = $1 AND lease = $2 AND state = 'running'";

/// What is done needs its payload no more.
pub(super) const FINISH: &str = "UPDATE job \
     SET state = 'done', payload = '', lease = NULL, lease_until = NULL, reason = NULL, updated_at = $3 \
     WHERE id = $1 AND lease = $2 AND state = 'running'";

/// After a failure.
pub(super) const RETRY: &str = concat!(
    "UPDATE job SET ",
    back!(),
    ", failures = failures + 1, reason = $3, run_at = $4, updated_at = $5 \
     WHERE id = $1 AND lease = $2 AND state = 'running'"
);

/// As due as it was.
pub(super) const GIVE_BACK: &str = concat!(
    "UPDATE job SET ",
    back!(),
    ", updated_at = $3 \
     WHERE id = $1 AND lease = $2 AND state = 'running'"
);

/// As a retry, and no failure of the job.
pub(super) const PUT_OFF: &str = concat!(
    "UPDATE job SET ",
    back!(),
    ", reason = $3, run_at = $4, updated_at = $5 \
     WHERE id = $1 AND lease = $2 AND state = 'running'"
);

/// Work that waits beside a job that is held came after it.
pub(super) const IS_OVERTAKEN: &str = "SELECT COUNT(*) FROM job WHERE key = $1 AND state = 'queued'";

pub(super) const GIVE_UP: &str = "UPDATE job \
     SET state = 'dead', failures = failures + 1, lease = NULL, lease_until = NULL, reason = $3, updated_at = $4 \
     WHERE id = $1 AND lease = $2 AND state = 'running'";

/// Each from an index of its own: what is done is not looked at.
pub(super) const DEPTH: &str = "SELECT 'queued', COUNT(*) FROM job WHERE state = 'queued' \
     UNION ALL SELECT 'running', COUNT(*) FROM job WHERE state = 'running' \
     UNION ALL SELECT 'dead', COUNT(*) FROM job WHERE state = 'dead'";

pub(super) const LAST_REASON: &str = "SELECT reason FROM job WHERE key = $1 ORDER BY updated_at DESC, id DESC LIMIT 1";

/// A delivery whose work goes on, or was given up, stays as long as that. Here and below: so many at a time.
pub(super) const PRUNE_DELIVERIES: &str = "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery \
     WHERE received_at < $1 AND NOT EXISTS \
         (SELECT 1 FROM job WHERE job.id = delivery.job_id AND (job.state <> 'done' OR job.updated_at >= $1)) \
     ORDER BY received_at LIMIT $2)";

/// What is taken up again at the same moment stays: PostgreSQL looks at the outer conditions once more.
pub(super) const PRUNE_JOBS: &str = "DELETE FROM job WHERE state IN ('done', 'dead') AND updated_at < $1 \
     AND id IN (SELECT id FROM job WHERE state IN ('done', 'dead') AND updated_at < $1 ORDER BY updated_at LIMIT $2)";

pub(super) const PRUNE_LANES: &str =
    "DELETE FROM lane WHERE until < $1 AND name IN (SELECT name FROM lane WHERE until < $1 LIMIT $2)";

/// A verdict that is used stays for as long again.
pub(super) const USE_VERDICT: &str = "UPDATE verdict SET used_at = $2 WHERE inputs = $1 RETURNING policy, value";

pub(super) const KEEP_VERDICT: &str = "INSERT INTO verdict (inputs, policy, value, used_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (inputs, policy) DO UPDATE SET value = excluded.value, used_at = excluded.used_at";

pub(super) const DROP_VERDICTS: &str = "DELETE FROM verdict WHERE used_at <= $1";

pub(super) const LAST_INTENT: &str =
    "SELECT change, key, head, check_id, state, at, wrote, wrote_at, left_open FROM intent WHERE change = $1";

pub(super) const LEAVE_OPEN: &str = "UPDATE intent SET left_open = $2 WHERE change = $1";

/// A run that has written nothing yet leaves standing what the one before it wrote; one that is done says all that does not show.
pub(super) const WRITE_INTENT: &str = "INSERT INTO intent (change, key, head, check_id, state, at, wrote, wrote_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (change) DO UPDATE SET key = excluded.key, head = excluded.head, check_id = excluded.check_id, \
         state = excluded.state, at = excluded.at, \
         wrote = CASE WHEN excluded.wrote = '' AND excluded.state <> 'done' THEN intent.wrote ELSE excluded.wrote END, \
         wrote_at = CASE WHEN excluded.wrote = '' AND excluded.state <> 'done' THEN intent.wrote_at ELSE excluded.wrote_at END";

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

/// The later end counts: two workers that were asked to wait do not shorten each other's wait.
pub(super) const HOLD: &str = "INSERT INTO lane (name, until, reason) VALUES ($1, $2, $3) \
     ON CONFLICT (name) DO UPDATE SET until = excluded.until, reason = excluded.reason WHERE lane.until < excluded.until";

pub(super) const PARKED: &str = "SELECT id, key, reason, failures, crashes, updated_at FROM job WHERE state = 'dead' \
     ORDER BY updated_at DESC, id DESC LIMIT $1";

pub(super) const IS_UNDER_WAY: &str = "SELECT COUNT(*) FROM job WHERE key = $1 AND state IN ('queued', 'running')";

/// Since when the job waits that has waited longest.
pub(super) const OLDEST: &str = "SELECT MIN(created_at) FROM job WHERE state = 'queued'";

pub(super) const READ_NOTE: &str = "SELECT value FROM note WHERE name = $1";

pub(super) const DROP_NOTE: &str = "DELETE FROM note WHERE name = $1";

pub(super) const WRITE_NOTE: &str = "INSERT INTO note (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Of a repository whose name nobody knows nothing can be done.
pub(super) const UNFINISHED: &str = "SELECT change, key, head, check_id, state, at, wrote, wrote_at, left_open FROM intent \
     WHERE (state = 'intended' OR left_open <> '') AND at < $1 AND SUBSTR(change, 1, 2) <> '~/' ORDER BY at";

/// The latest of a person about a finding counts.
pub(super) const SAY: &str = "INSERT INTO feedback \
     (document, fingerprint, person, rule, state, worth, reason, quote, sha256, at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (document, fingerprint, person) DO UPDATE SET rule = excluded.rule, state = excluded.state, \
         worth = excluded.worth, reason = excluded.reason, quote = excluded.quote, sha256 = excluded.sha256, at = excluded.at";

pub(super) const KEEP_TEXT: &str =
    "INSERT INTO feedback_text (sha256, text) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING";

pub(super) const FORGET_TEXTS: &str = "DELETE FROM feedback_text WHERE sha256 NOT IN (SELECT sha256 FROM feedback)";

/// Values: rule, rule with what parts it from its part, document; each empty for all.
pub(super) const SAID: &str = "SELECT document, fingerprint, person, rule, state, worth, reason, quote, sha256, at \
     FROM feedback WHERE ($1 = '' OR rule = $1 OR SUBSTR(rule, 1, LENGTH($2)) = $2) AND ($3 = '' OR document = $3) \
     ORDER BY at, document, fingerprint, person";

pub(super) const READ_TEXT: &str = "SELECT text FROM feedback_text WHERE sha256 = $1";
