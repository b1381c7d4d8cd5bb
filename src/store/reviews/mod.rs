//! Reviews by hand: their queue, and what came of them. Keeps; it never reviews and never judges who may.

mod database;
pub(super) mod inbox;
mod pack;
mod sql;

use async_trait::async_trait;

use super::{Millis, StoreError};

pub use pack::{pack, unpack};

/// Days for which a review is kept where the operator says nothing else.
pub const REVIEWS_KEPT_DAYS: u16 = 90;

/// Most reviews that are kept, however young: with their reports some hundred megabytes.
pub const MOST_REVIEWS: u32 = 20_000;

/// A review that takes the process down so often is not tried again.
const MOST_TRIES: u32 = 3;

/// Most reviews of one page of a list.
pub const PAGE: u32 = 50;

/// A review that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// 128 bits nobody can guess, in hexadecimal digits: whoever has it may read the report.
    pub id: String,
    /// What tells documents apart: the address, or the name of the text.
    pub document: String,
    /// The same as a short word for addresses.
    pub document_id: String,
    /// What it is called where it is shown.
    pub title: String,
    /// How it is to be reviewed, as JSON.
    pub wish: String,
    /// What is to be reviewed, packed.
    pub input: String,
    /// Bytes of `input` before it was packed: what the queue is bounded by.
    pub input_bytes: u64,
    /// Idempotency key, if one was sent.
    pub once: Option<String>,
    /// Hash of everything that was asked for.
    pub body_hash: String,
}

/// Bounds of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Reviews that wait or are worked on.
    pub reviews: u64,
    /// Bytes of what they review.
    pub bytes: u64,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// It waits.
    Queued,
    /// The same was asked for under the same key before: that review's id.
    Before(String),
    /// Something else was asked for under this key.
    OtherBody,
    /// The queue is full.
    Full,
}

/// State of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// It waits for a worker.
    Queued,
    /// It is worked on.
    Running,
    /// There is a report.
    Done,
    /// There is none, and a reason.
    Failed,
}

impl ReviewState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    /// The word in the database, in addresses and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The state of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Nothing more will happen to it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// A review without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReview {
    /// Id.
    pub id: String,
    /// What tells documents apart.
    pub document: String,
    /// The same as a short word.
    pub document_id: String,
    /// What it is called.
    pub title: String,
    /// How it was to be reviewed, as JSON.
    pub wish: String,
    /// State.
    pub state: ReviewState,
    /// When it was asked for.
    pub asked_at: Millis,
    /// When it was done or failed.
    pub finished_at: Option<Millis>,
    /// The word of its verdict; empty until it is done.
    pub verdict: String,
    /// Findings: errors, warnings, infos.
    pub findings: [u32; 3],
    /// Why it failed, and what to do.
    pub failure: String,
    /// Digest of what it was judged by: two reviews with the same one differ only because the document does.
    pub policy: String,
}

/// A review that a worker holds until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenReview {
    /// Id.
    pub id: String,
    /// What tells documents apart.
    pub document: String,
    /// What it is called.
    pub title: String,
    /// How it is to be reviewed, as JSON.
    pub wish: String,
    /// What is to be reviewed, packed.
    pub input: String,
    /// Token of the lease.
    pub lease: String,
}

/// Ids open reports: the log has their beginning.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

impl KeptReview {
    /// Its id as the log may have it.
    #[must_use]
    pub fn short(&self) -> &str {
        short(&self.id)
    }
}

impl TakenReview {
    /// Its id as the log may have it.
    #[must_use]
    pub fn short(&self) -> &str {
        short(&self.id)
    }
}

/// How a review ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// With a report.
    Done {
        /// Key and short word of the document, where it says itself which it is: that is what it is kept under from now on.
        document: Option<(String, String)>,
        /// What the document is called, now that it was read.
        title: String,
        /// The word of the verdict.
        verdict: String,
        /// Errors, warnings, infos.
        findings: [u32; 3],
        /// Digest of what it was judged by.
        policy: String,
        /// The report in its forms, packed.
        report: String,
        /// The text that was reviewed, packed.
        text: String,
    },
    /// With a reason, and what to do.
    Failed {
        /// Both, in words.
        reason: String,
        /// How far it had come, packed.
        told: String,
    },
}

/// Which reviews are listed: everything that is empty or none takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewFilter {
    /// Part of the address, name or title, in any case.
    pub document: String,
    /// Exactly this document.
    pub document_id: String,
    /// The word of the verdict.
    pub verdict: String,
    /// State.
    pub state: Option<ReviewState>,
    /// Asked for at this time or later.
    pub since: Millis,
    /// Behind this review, given by when it was asked for and its id.
    pub after: Option<(Millis, String)>,
    /// At most so many, and never more than [`PAGE`] and one.
    pub most: u32,
}

/// Where reviews by hand are kept.
#[async_trait]
pub trait Reviews: Send + Sync {
    /// Puts a review into the queue; returns only when it is on disk.
    ///
    /// # Errors
    /// When the database cannot be written.
    async fn submit(&self, new: &NewReview, limits: QueueLimits, now: Millis) -> Result<Submitted, StoreError>;

    /// Takes the review that has waited longest and leases it until `now + lease_ms`.
    ///
    /// # Errors
    /// When the database fails.
    async fn take(&self, worker: &str, now: Millis, lease_ms: i64) -> Result<Option<TakenReview>, StoreError>;

    /// The worker goes on: its lease lasts until `until`. False when it was lost.
    ///
    /// # Errors
    /// When the database fails.
    async fn hold_on(&self, taken: &TakenReview, until: Millis) -> Result<bool, StoreError>;

    /// The review is over. False when the lease was lost.
    ///
    /// # Errors
    /// When the database fails.
    async fn conclude(&self, taken: &TakenReview, ended: &Ended, now: Millis) -> Result<bool, StoreError>;

    /// The worker stops: the review waits again, and nothing is counted against it.
    ///
    /// # Errors
    /// When the database fails.
    async fn hand_back(&self, taken: &TakenReview) -> Result<bool, StoreError>;

    /// A review by its id.
    ///
    /// # Errors
    /// When the database fails.
    async fn kept(&self, id: &str) -> Result<Option<KeptReview>, StoreError>;

    /// The packed report of a review that is done; of one that has failed, how far it had come, packed.
    ///
    /// # Errors
    /// When the database fails.
    async fn report(&self, id: &str) -> Result<Option<String>, StoreError>;

    /// The packed text of a review that is done.
    ///
    /// # Errors
    /// When the database fails.
    async fn reviewed_text(&self, id: &str) -> Result<Option<String>, StoreError>;

    /// Reviews, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    async fn list(&self, filter: &ReviewFilter) -> Result<Vec<KeptReview>, StoreError>;

    /// Removes reviews that were asked for before `before`, and the oldest of more than `most`; how many.
    ///
    /// # Errors
    /// When the database fails.
    async fn forget(&self, before: Millis, most: u32) -> Result<u64, StoreError>;
}
