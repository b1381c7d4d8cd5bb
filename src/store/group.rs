//! Group commit: what is handed over while a transaction is written shares the next one. Nobody is answered before the commit of his own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::StoreError;
use super::db::{Db, is_about_a_row};

/// Most that wait for a transaction: seconds of what a slow disk writes. Who finds no place is told to come again.
const MOST_WAITING: usize = 4096;
/// Longest that one waits for its transaction to begin. Whoever has waited longer, because the one before was held up, is told so at
/// once.
const LONGEST: Duration = Duration::from_secs(2);
/// Most of one transaction.
const MOST_AT_ONCE: usize = 256;

/// What is written together.
#[async_trait]
pub(super) trait Together: Send + Sync + 'static {
    /// What is asked for.
    type Asked: Send + Sync;
    /// What is answered.
    type Told: Send;
    /// Most bytes of one transaction, as [`Together::bytes`] counts them.
    const MOST_BYTES: usize;

    /// How much one adds to a transaction; nothing where that does not matter.
    fn bytes(asked: &Self::Asked) -> usize;

    /// Writes them in one transaction, which has to be done by `deadline`; the answers in their order.
    async fn together(&self, asked: &[Self::Asked], deadline: Instant) -> Result<Vec<Self::Told>, StoreError>;
}

/// Somebody who waits for the commit.
#[derive(Debug)]
pub(super) struct Entry<A, T> {
    asked: A,
    since: Instant,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

/// The way in.
pub(super) type Way<A, T> = mpsc::Sender<Entry<A, T>>;

/// Starts who writes until nobody is left who could hand anything over.
pub(super) fn start<W: Together>(writer: W) -> Way<W::Asked, W::Told>
where
    W::Asked: 'static,
    W::Told: 'static,
{
    let (way, entries) = mpsc::channel(MOST_WAITING);
    tokio::spawn(write(writer, entries));
    way
}

/// Hands it over and waits for its commit. What is asked by one who goes away meanwhile is written all the same.
pub(super) async fn hand_over<A, T>(way: &Way<A, T>, asked: A) -> Result<T, StoreError> {
    let (answer, answered) = oneshot::channel();
    way.try_send(Entry { asked, since: Instant::now(), answer }).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => StoreError::Full { waiting: MOST_WAITING },
        mpsc::error::TrySendError::Closed(_) => StoreError::Shut,
    })?;
    answered.await.unwrap_or(Err(StoreError::Shut))
}

async fn write<W: Together>(writer: W, mut entries: mpsc::Receiver<Entry<W::Asked, W::Told>>) {
    let mut batch = Vec::new();
    while !batch.is_empty() || entries.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
        let waiting = batch.len() + entries.len();
        for late in batch.extract_if(.., |entry| entry.since.elapsed() > LONGEST) {
            let _ = late.answer.send(Err(StoreError::Full { waiting }));
        }
        let part = batch.drain(..fit::<W>(&batch));
        let (asked, answers): (Vec<_>, Vec<_>) = part.map(|entry| (entry.asked, entry.answer)).unzip();
        // A defect of the program ends this one transaction and not the writer: who waits is told that nothing is known to be written.
        let mut told = AssertUnwindSafe(store(&writer, &asked)).catch_unwind().await.unwrap_or_default().into_iter();
        for answer in answers {
            // Who has gone away is not told.
            let _ = answer.send(told.next().unwrap_or(Err(StoreError::Defect)));
        }
    }
}

/// How many of them one transaction takes: the first, and what fits beside it.
fn fit<W: Together>(batch: &[Entry<W::Asked, W::Told>]) -> usize {
    let mut bytes = 0_usize;
    let fits = |entry: &&Entry<W::Asked, W::Told>| {
        let is_first = bytes == 0;
        bytes = bytes.saturating_add(W::bytes(&entry.asked));
        is_first || bytes <= W::MOST_BYTES
    };
    batch.iter().take_while(fits).count()
}

/// Stores them in one transaction; each alone when the database refuses something of one of them. All that has the time of one
/// transaction: whoever is not written by then is told so, and comes again.
async fn store<W: Together>(writer: &W, asked: &[W::Asked]) -> Vec<Result<W::Told, StoreError>> {
    if asked.is_empty() {
        return Vec::new();
    }
    let deadline = Db::deadline();
    match writer.together(asked, deadline).await {
        Ok(all) => all.into_iter().map(Ok).collect(),
        Err(StoreError::Database { source, .. }) if asked.len() > 1 && is_about_a_row(&source) => {
            let mut all = Vec::with_capacity(asked.len());
            for one in asked.chunks(1) {
                let told = writer.together(one, deadline).await;
                all.push(told.and_then(|told| told.into_iter().next().ok_or(StoreError::Defect)));
            }
            all
        }
        Err(StoreError::Database { what, source }) => {
            asked.iter().map(|_| Err(StoreError::Database { what, source: Arc::clone(&source) })).collect()
        }
        // A transaction fails in no other way.
        Err(_) => asked.iter().map(|_| Err(StoreError::Defect)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::tests::Says;

    /// Doubles what it is asked, and is defective for an odd number.
    struct Doubling;

    #[async_trait]
    impl Together for Doubling {
        type Asked = u32;
        type Told = u32;
        const MOST_BYTES: usize = 1 << 10;

        fn bytes(_: &u32) -> usize {
            1
        }

        async fn together(&self, asked: &[u32], _: Instant) -> Result<Vec<u32>, StoreError> {
            assert!(asked.iter().all(|one| one.is_multiple_of(2)), "a defect");
            Ok(asked.iter().map(|one| one * 2).collect())
        }
    }

    #[tokio::test]
    async fn a_defect_while_one_is_written_does_not_end_the_writer() {
        let way = start(Doubling);
        let answer = hand_over(&way, 3).await.unwrap_err();
        assert!(matches!(answer, StoreError::Defect), "{answer}");
        assert_eq!(hand_over(&way, 4).await.unwrap(), 8);
    }

    /// Of more than one the database refuses something; writing one alone takes longer each time.
    struct Refusing(std::sync::Mutex<Vec<Instant>>);

    #[async_trait]
    impl Together for Refusing {
        type Asked = u32;
        type Told = u32;
        const MOST_BYTES: usize = 1 << 10;

        fn bytes(_: &u32) -> usize {
            1
        }

        async fn together(&self, asked: &[u32], deadline: Instant) -> Result<Vec<u32>, StoreError> {
            self.0.lock().unwrap().push(deadline);
            tokio::time::sleep(Duration::from_millis(10)).await;
            match asked {
                [one] => Ok(vec![*one]),
                _ => Err(crate::store::db::failed("refusing", sqlx::Error::Database(Box::new(Says("22001"))))),
            }
        }
    }

    #[tokio::test]
    async fn those_that_are_written_one_by_one_share_the_time_of_one_transaction() {
        let writer = Refusing(std::sync::Mutex::default());
        assert!(store(&writer, &[1, 2, 3]).await.iter().all(Result::is_ok));
        let deadlines = writer.0.into_inner().unwrap();
        assert_eq!(deadlines.len(), 4);
        assert!(deadlines.iter().all(|one| *one == deadlines[0]), "{deadlines:?}");
    }
}
