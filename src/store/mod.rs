//! Keeps deliveries and jobs: stored before they are acknowledged, done at least once, posted once.

mod address;
mod db;
mod decisions;
mod feedback;
pub mod folder;
mod group;
mod inbox;
mod jobs;
mod journal;
mod migrate;
mod names;
mod names_sql;
mod reviews;
mod spend;
mod spend_folder;
mod spend_sql;
mod sql;
mod verdicts;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

pub use address::{Address, AddressError, Server};
pub use decisions::{Asker, Decision, DecisionKind, Decisions};
pub use feedback::{Feedback, LONGEST_REASON, Opinion, Wanted, Worth};
pub use folder::Folder;
pub use jobs::Database;
pub use journal::{Intent, Journal, NoJournal};
pub use names::Repository;
pub use reviews::{
    Ended, KeptReview, MOST_REVIEWS, NewReview, PAGE, QueueLimits, REVIEWS_KEPT_DAYS, ReviewFilter, ReviewState,
    Reviews, Submitted, TakenReview, pack, unpack,
};
pub use spend::{Account, Spend, Totals};
pub use spend_folder::SpendFolder;
pub use verdicts::Verdicts;

/// A point in time, milliseconds since 1970-01-01 UTC. Time enters as a value.
pub type Millis = i64;

/// A length of time as a difference of two of them; the longest there is for a longer one.
#[must_use]
pub fn millis(time: std::time::Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}

/// A job whose process died this often while it was worked on is buried: it would take every worker down in turn. One death before, a
/// worker gives it up itself, so that somebody is told.
pub const MAX_CRASHES: u32 = 5;

const HOUR: Millis = 60 * 60 * 1000;
/// A day.
pub const DAY: Millis = 24 * HOUR;

/// A job that has been due for this long goes before newer ones, so that none starves.
pub const OVERDUE: Millis = 2 * HOUR;

/// How long a delivery is remembered after it was handled: GitHub keeps its log for three days, and sends nothing again after that.
pub const DELIVERIES_KEPT: Millis = 4 * DAY;

/// How long a job is remembered after it was done or given up: over a week's end, for whoever looks into it.
pub const JOBS_KEPT: Millis = 8 * DAY;

/// Days for which it is remembered what was spent on a change after the last time: its cap is over all days, and one that was left alone
/// for a year is over.
pub const SPEND_KEPT: i64 = 365;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("the store failed while {what}: {source}")]
    Database {
        /// What was tried.
        what: &'static str,
        /// What the database said.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// More deliveries or reviews wait to be written than the store holds, or for longer than a sender waits.
    #[error("the database does not keep up: {waiting} entries wait to be written")]
    Full {
        /// How many.
        waiting: usize,
    },
    /// The program failed while it wrote this and what was to be written with it.
    #[error("a defect of the program broke off what was being stored: nothing of it is known to be written")]
    Defect,
    /// The store is shut.
    #[error("the store is shut")]
    Shut,
    /// The database cannot be opened, or is something else.
    #[error("the database {at} cannot be used: {source}")]
    Open {
        /// Where it is, without a password.
        at: String,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// The folder of kept verdicts cannot be written.
    #[error("verdicts cannot be kept in {}: {source}", path.display())]
    Folder {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The folder of spending cannot be read or written.
    #[error("what was spent on the model cannot be kept in {}: {source}", path.display())]
    Spend {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Its schema is newer than this program.
    #[error(
        "the database {at} was written by a newer specreview (schema {found}, this program knows {known}): \
         use that version or newer, or another database"
    )]
    Newer {
        /// Where it is, without a password.
        at: String,
        /// Its schema.
        found: i64,
        /// The schema of this program.
        known: i64,
    },
}

/// A webhook delivery as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Unique id given by the platform.
    pub id: String,
    /// Hexadecimal SHA-256 of the body.
    pub body_sha256: String,
    /// Event and action, for people.
    pub event: String,
}

/// Work to be done. `key` coalesces: while a job with this key waits, a newer one replaces its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What it is about (platform, repository, change).
    pub key: String,
    /// JSON that the worker understands.
    pub payload: String,
    /// Jobs of one lane share the limits of a platform (an installation); empty for none.
    pub lane: String,
    /// When what it is about was made, by the platform's clock; none for now. The newest is worked on first, whenever it was told of.
    pub made: Option<Millis>,
    /// How long newer work of its key is waited for before it is taken, in milliseconds; where some waits already, no longer than that.
    pub wait: Millis,
    /// How much a person asked for with it, 0 for nothing. While a job waits for which more was asked, newer work brings it its newer
    /// time but not its payload, and where it is held and gives way to newer work, its payload goes over.
    pub asked: u32,
}

impl NewJob {
    /// Work that is due at once, in no lane, made now, that nobody asked for.
    #[must_use]
    pub fn new(key: impl Into<String>, payload: impl Into<String>) -> Self {
        Self { key: key.into(), payload: payload.into(), lane: String::new(), made: None, wait: 0, asked: 0 }
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// New: stored, with its job.
    Stored,
    /// Seen before: nothing was stored, whatever the body is now.
    Duplicate,
    /// Seen before, but its job had been given up: it waits again.
    Revived,
}

/// A job that this worker holds until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Id.
    pub id: i64,
    /// What it is about.
    pub key: String,
    /// JSON.
    pub payload: String,
    /// Its lane.
    pub lane: String,
    /// Token of the lease: acknowledging with an old one does nothing.
    pub lease: String,
    /// Failed tries so far.
    pub failures: u32,
    /// Tries that ended without a word (the process died).
    pub crashes: u32,
}

/// Number of jobs by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Waiting.
    pub queued: u64,
    /// Held by a worker.
    pub running: u64,
    /// Given up, with a reason.
    pub dead: u64,
}

/// A job that was given up and waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Id.
    pub id: i64,
    /// What it is about.
    pub key: String,
    /// Why it was given up.
    pub reason: String,
    /// Failed tries.
    pub failures: u32,
    /// Tries that ended without a word.
    pub crashes: u32,
    /// When it was given up.
    pub at: Millis,
}

/// Where deliveries and jobs are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores a delivery and its job in one transaction; returns only when both are on disk.
    ///
    /// # Errors
    /// When the database cannot be written: the sender must not be acknowledged.
    async fn accept(&self, delivery: NewDelivery, job: Option<NewJob>, now: Millis) -> Result<Accepted, StoreError>;

    /// Adds a job that no delivery asked for. As with [`Store::accept`], it replaces what waits under its key, unless a person asked
    /// for more with that.
    ///
    /// # Errors
    /// When the database fails.
    async fn enqueue(&self, job: NewJob, now: Millis) -> Result<(), StoreError>;

    /// Heeds which name a repository has. Where it had another one, all that is kept under that follows, in one step: jobs, decisions,
    /// what was about to be posted, what was spent. Says under which name it stands then; none where that is not known, because another
    /// repository has the name by now. Nothing of one repository ever becomes that of another.
    ///
    /// # Errors
    /// When the database fails: nobody knows then whose the name is.
    async fn heed(&self, repository: &Repository, now: Millis) -> Result<Option<String>, StoreError>;

    /// Takes the newest job that is due and leases it until `now + lease_ms`; before it one that has been due for [`OVERDUE`], after all
    /// others one that took a process down. New work of a key replaces what waits under it.
    ///
    /// # Errors
    /// When the database fails.
    async fn claim(&self, worker: &str, now: Millis, lease_ms: i64) -> Result<Option<Leased>, StoreError>;

    /// The worker goes on: its lease lasts until `until`. False when the lease was lost to another worker.
    ///
    /// # Errors
    /// When the database fails.
    async fn renew(&self, job: &Leased, until: Millis) -> Result<bool, StoreError>;

    /// The job is done. False when the lease was lost.
    ///
    /// # Errors
    /// When the database fails.
    async fn finish(&self, job: &Leased, now: Millis) -> Result<bool, StoreError>;

    /// The job failed: again at `run_at`, or dead when none is given. False when the lease was lost.
    ///
    /// # Errors
    /// When the database fails.
    async fn fail(&self, job: &Leased, reason: &str, run_at: Option<Millis>, now: Millis) -> Result<bool, StoreError>;

    /// The platform asked the job to wait: again at `run_at`, and no failure of the job. False when the lease was lost.
    ///
    /// # Errors
    /// When the database fails.
    async fn put_off(&self, job: &Leased, reason: &str, run_at: Millis, now: Millis) -> Result<bool, StoreError>;

    /// Newer work of this key waits, and does all that the job that is held would do.
    ///
    /// # Errors
    /// When the database fails.
    async fn is_overtaken(&self, job: &Leased) -> Result<bool, StoreError>;

    /// The worker stops and has not done the job: it waits again, as due as it was, and nothing is counted against it. False when
    /// the lease was lost.
    ///
    /// # Errors
    /// When the database fails.
    async fn give_back(&self, job: &Leased, now: Millis) -> Result<bool, StoreError>;

    /// Jobs by state.
    ///
    /// # Errors
    /// When the database fails.
    async fn depth(&self) -> Result<Depth, StoreError>;

    /// Jobs that were given up, the latest first, at most `most`.
    ///
    /// # Errors
    /// When the database fails.
    async fn parked(&self, most: u32) -> Result<Vec<Parked>, StoreError>;

    /// Has a job that was given up done once more. False when there is none with this id, or newer work of its key waits.
    ///
    /// # Errors
    /// When the database fails.
    async fn unpark(&self, id: i64, now: Millis) -> Result<bool, StoreError>;

    /// Since when the job waits that has waited longest; none where nothing waits.
    ///
    /// # Errors
    /// When the database fails.
    async fn oldest(&self) -> Result<Option<Millis>, StoreError>;

    /// Does a job of this key wait, or is it worked on?
    ///
    /// # Errors
    /// When the database fails.
    async fn is_under_way(&self, key: &str) -> Result<bool, StoreError>;

    /// No job of this lane is handed out before `until`. An earlier end never shortens the wait.
    ///
    /// # Errors
    /// When the database fails.
    async fn hold(&self, lane: &str, until: Millis, reason: &str) -> Result<(), StoreError>;

    /// What the program wrote down for itself under `name`.
    ///
    /// # Errors
    /// When the database fails.
    async fn note(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Writes something down for the program itself, in place of what it wrote under this name before.
    ///
    /// # Errors
    /// When the database fails.
    async fn write_note(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Why the latest job of this key failed, if it did.
    ///
    /// # Errors
    /// When the database fails.
    async fn reason(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Removes deliveries handled [`DELIVERIES_KEPT`] ago, jobs done or given up [`JOBS_KEPT`] ago, and what was spent on changes on which
    /// nothing was spent for [`SPEND_KEPT`] days; how many rows. Of very many some may be left for the next time.
    ///
    /// # Errors
    /// When the database fails.
    async fn prune(&self, now: Millis) -> Result<u64, StoreError>;
}
