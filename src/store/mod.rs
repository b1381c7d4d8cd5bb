//! Keeps deliveries and jobs: stored before they are acknowledged, done at least once, posted once.

mod decisions;
pub mod folder;
mod journal;
mod spend;
mod spend_folder;
mod sql;
pub mod sqlite;
mod verdicts;

use std::path::PathBuf;

use async_trait::async_trait;

pub use decisions::{Asker, Decision, DecisionKind, Decisions};
pub use folder::Folder;
pub use journal::{Intent, Journal, NoJournal};
pub use spend::{Account, Spend, Totals};
pub use spend_folder::SpendFolder;
pub use verdicts::Verdicts;

/// A point in time, milliseconds since 1970-01-01 UTC. Time enters as a value.
pub type Millis = i64;

/// A job whose process died this often while it was worked on is given up: it would take every worker down in turn.
pub const MAX_CRASHES: u32 = 5;

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
        source: sqlx::Error,
    },
    /// The file cannot be opened, or is something else.
    #[error("the database {} cannot be used: {source}", path.display())]
    Open {
        /// Its path.
        path: PathBuf,
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
        "the database {} was written by a newer specreview (schema {found}, this program knows {known}): \
         use that version or newer, or another file",
        path.display()
    )]
    Newer {
        /// Path of the file.
        path: PathBuf,
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
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// New: stored, with its job.
    Stored,
    /// Seen before: nothing was stored.
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

/// Where deliveries and jobs are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores a delivery and its job in one transaction; returns only when both are on disk.
    ///
    /// # Errors
    /// When the database cannot be written: the sender must not be acknowledged.
    async fn accept(&self, delivery: NewDelivery, job: Option<NewJob>, now: Millis) -> Result<Accepted, StoreError>;

    /// Adds a job that no delivery asked for. As with [`Store::accept`], it replaces what waits under its key.
    ///
    /// # Errors
    /// When the database fails.
    async fn enqueue(&self, job: NewJob, now: Millis) -> Result<(), StoreError>;

    /// Calls off what waits under this key, for `reason`; a job that is held already goes on. True when something waited.
    ///
    /// # Errors
    /// When the database fails.
    async fn call_off(&self, key: &str, reason: &str, now: Millis) -> Result<bool, StoreError>;

    /// Takes the job that has been due longest and leases it until `now + lease_ms`, so that none starves; new work of a key
    /// replaces what waits under it.
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

    /// Jobs by state.
    ///
    /// # Errors
    /// When the database fails.
    async fn depth(&self) -> Result<Depth, StoreError>;

    /// Why the latest job of this key failed, if it did.
    ///
    /// # Errors
    /// When the database fails.
    async fn reason(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Removes deliveries received, and jobs done or given up, before `before`; how many rows.
    ///
    /// # Errors
    /// When the database fails.
    async fn prune(&self, before: Millis) -> Result<u64, StoreError>;
}
