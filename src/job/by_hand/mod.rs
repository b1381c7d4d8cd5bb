//! Reviews that a person or a program asks for, without a change on a platform: a bounded queue in the store, workers, and a board that
//! tells how far each has come. Speaks no HTTP.

mod board;
mod compare;
mod report;
mod said;
mod wish;
mod work;

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Notify;

use super::Deps;
use super::linked::apart;
use crate::source::Loaded;
use crate::store::{Feedback, NewReview, QueueLimits, Reviews, StoreError, Submitted};

pub use board::{Board, PHASES, Phase, Told, Track};
pub use compare::{Side, compare};
pub use report::{Form, Forms, Verdict, told_before};
pub use said::{Remark, Remarkable, Said, Unsaid};
pub use wish::{
    Hosts, Input, LARGEST_FILE, LARGEST_TEXT, LONGEST_ADDRESS, LONGEST_NAME, MOST_PACKS, TreatAs, Unwanted, Wish,
    Wishes, document_id,
};

/// Fetches the document at an address. Whoever makes it has the guard of addresses in it.
pub type Fetch = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Loaded> + Send>> + Send + Sync>;

/// Reviews that wait or are worked on, and the bytes of their texts: minutes of work for two workers, and no more memory than the
/// receiver of webhooks may hold.
const QUEUE: QueueLimits = QueueLimits { reviews: 1000, bytes: 64 << 20 };

/// Takes wishes, and has workers fulfil them.
#[derive(Clone)]
pub struct Desk {
    /// What reviews are made with.
    pub deps: Deps,
    /// Where they are kept.
    pub reviews: Arc<dyn Reviews>,
    /// Where it is kept what readers say of findings.
    pub feedback: Arc<dyn Feedback>,
    /// What documents are fetched with; none where nothing is fetched.
    pub fetch: Option<Fetch>,
    /// Hosts that are fetched from.
    pub hosts: Hosts,
    /// How far each has come.
    pub board: Board,
    /// Wakes a worker.
    pub bell: Arc<Notify>,
}

/// A wish was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It waits under this id.
    Queued(String),
    /// The same was asked for under the same key before, under this id.
    Before(String),
    /// Another one was asked for under this key.
    OtherBody,
    /// Too much waits already.
    Full,
}

impl Desk {
    /// A desk that nobody has come to yet.
    #[must_use]
    pub fn new<S>(deps: Deps, store: Arc<S>, fetch: Option<Fetch>, hosts: Hosts) -> Self
    where
        S: Reviews + Feedback + 'static,
    {
        let (reviews, feedback) = (store.clone(), store);
        Self { deps, reviews, feedback, fetch, hosts, board: Board::default(), bell: Arc::default() }
    }

    /// Checks what is wished for.
    ///
    /// # Errors
    /// With what is wrong about it.
    pub fn wish(&self, input: Input, wishes: Wishes) -> Result<Wish, Unwanted> {
        Wish::new(input, wishes, &self.deps.rules, &self.hosts)
    }

    /// Puts a wish into the queue; it is on disk when this returns.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take(&self, wish: Wish, once: Option<String>) -> Result<Taken, StoreError> {
        let id = (self.deps.random)();
        let new: NewReview = apart(move || wish.into_review(id, once)).await;
        Ok(match self.reviews.submit(&new, QUEUE, (self.deps.clock)()).await? {
            Submitted::Queued => {
                self.bell.notify_one();
                Taken::Queued(new.id)
            }
            Submitted::Before(id) => Taken::Before(id),
            Submitted::OtherBody => Taken::OtherBody,
            Submitted::Full => Taken::Full,
        })
    }
}
