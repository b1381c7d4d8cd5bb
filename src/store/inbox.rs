//! Deliveries on their way to the disk: what comes in while a transaction is written shares the next one. Nobody is answered before the
//! commit of his own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sqlx::{AnyConnection, Row as _, query};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::db::{Db, is_about_a_row};
use super::{Accepted, Millis, NewDelivery, NewJob, StoreError, sql};

/// Most deliveries that wait for a transaction, some hundred bytes each: seconds of what a slow disk writes. A sender that finds no place
/// is told to come again.
pub(super) const MOST_WAITING: usize = 4096;
/// Longest that a delivery waits for its transaction to begin. Whoever has waited longer, because the one before was held up, is told
/// so at once.
const LONGEST: Duration = Duration::from_secs(2);
/// Most deliveries of one transaction.
const MOST_AT_ONCE: usize = 256;
/// Most rows of one statement. Rows are written in powers of two, so that there are few statements and all are kept prepared.
const MOST_ROWS: usize = 128;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) delivery: NewDelivery,
    pub(super) job: Option<NewJob>,
    pub(super) now: Millis,
}

/// Somebody who waits for the commit.
#[derive(Debug)]
pub(super) struct Entry {
    asked: Asked,
    since: Instant,
    answer: oneshot::Sender<Result<Accepted, StoreError>>,
}

/// The way in.
pub(super) type Inbox = mpsc::Sender<Entry>;

/// Hands a delivery over and waits for its commit. One whose sender goes away meanwhile is stored all the same.
pub(super) async fn accept(inbox: &Inbox, asked: Asked) -> Result<Accepted, StoreError> {
    let (answer, answered) = oneshot::channel();
    inbox.try_send(Entry { asked, since: Instant::now(), answer }).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => StoreError::Full { waiting: MOST_WAITING },
        mpsc::error::TrySendError::Closed(_) => StoreError::Shut,
    })?;
    answered.await.unwrap_or(Err(StoreError::Shut))
}

/// Writes what comes in until nobody is left who could hand anything over.
pub(super) async fn write(db: Db, mut entries: mpsc::Receiver<Entry>) {
    let mut batch = Vec::new();
    while entries.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
        let waiting = batch.len() + entries.len();
        for late in batch.extract_if(.., |entry| entry.since.elapsed() > LONGEST) {
            let _ = late.answer.send(Err(StoreError::Full { waiting }));
        }
        if batch.is_empty() {
            continue;
        }
        let (asked, answers): (Vec<_>, Vec<_>) = batch.drain(..).map(|entry| (entry.asked, entry.answer)).unzip();
        for (answer, result) in answers.into_iter().zip(store(&db, &asked).await) {
            // Who has gone away is not told.
            let _ = answer.send(result);
        }
    }
}

/// Stores them in one transaction; each alone when the database refuses something of one of them.
async fn store(db: &Db, asked: &[Asked]) -> Vec<Result<Accepted, StoreError>> {
    match together(db, asked).await {
        Ok(all) => all.into_iter().map(Ok).collect(),
        Err(StoreError::Database { source, .. }) if asked.len() > 1 && is_about_a_row(&source) => {
            let mut all = Vec::with_capacity(asked.len());
            for one in asked.chunks(1) {
                all.push(together(db, one).await.map(|accepted| accepted.first().copied().unwrap_or(Accepted::Stored)));
            }
            all
        }
        Err(StoreError::Database { what, source }) => {
            asked.iter().map(|_| Err(StoreError::Database { what, source: Arc::clone(&source) })).collect()
        }
        // A transaction fails in no other way.
        Err(_) => asked.iter().map(|_| Err(StoreError::Shut)).collect(),
    }
}

async fn together(db: &Db, asked: &[Asked]) -> Result<Vec<Accepted>, StoreError> {
    let work = || async {
        let mut write = db.begin().await?;
        let inserted = insert(&mut write, asked).await?;
        write.commit().await?;
        Ok(inserted)
    };
    let Inserted { accepted, changed } = db.write("storing a delivery", work).await?;
    for delivery in changed {
        tracing::warn!(delivery, "a delivery came again with another body: it counts as seen before");
    }
    Ok(accepted)
}

/// What became of a transaction.
struct Inserted {
    /// In the order of what was asked.
    accepted: Vec<Accepted>,
    /// Ids of deliveries that were seen before with another body.
    changed: Vec<String>,
}

/// What an older line says of a delivery.
struct Known {
    body_sha256: String,
    revived: bool,
}

/// Rows are written in the order of their keys: two programs that do so never wait for each other in a ring.
async fn insert(write: &mut AnyConnection, asked: &[Asked]) -> Result<Inserted, sqlx::Error> {
    let mut first: BTreeMap<&str, &Asked> = BTreeMap::new();
    for one in asked {
        first.entry(&one.delivery.id).or_insert(one);
    }
    let all: Vec<&Asked> = first.values().copied().collect();
    let new = deliveries(write, &all).await?;
    let (fresh, old): (Vec<&Asked>, Vec<&Asked>) = all.into_iter().partition(|one| new.contains(&one.delivery.id));
    let mut jobs: BTreeMap<&str, (Cow<'_, NewJob>, Millis)> = BTreeMap::new();
    // What was handed over last is newest: the order of arrival counts, not that of ids.
    for one in asked.iter().filter(|one| new.contains(&one.delivery.id)) {
        let is_first = first.get(one.delivery.id.as_str()).is_some_and(|first| std::ptr::eq(*first, one));
        if let Some(job) = one.job.as_ref().filter(|_| is_first) {
            let before = jobs.remove(job.key.as_str());
            let whole = before.map_or(Cow::Borrowed(job), |(before, _)| Cow::Owned(joined(&before, job)));
            jobs.insert(&job.key, (whole, one.now));
        }
    }
    let jobs: Vec<(&NewJob, Millis)> = jobs.values().map(|(job, now)| (job.as_ref(), *now)).collect();
    let ids = enqueue(write, &jobs).await?;
    let links = fresh.iter().filter_map(|one| Some((one.delivery.id.as_str(), *ids.get(&one.job.as_ref()?.key)?)));
    link(write, &links.collect::<Vec<_>>()).await?;
    let known = known(write, &old).await?;

    let mut inserted = Inserted { accepted: Vec::with_capacity(asked.len()), changed: Vec::new() };
    for one in asked {
        let NewDelivery { id, body_sha256, .. } = &one.delivery;
        let first = first.get(id.as_str()).copied().unwrap_or(one);
        let before = known.get(id);
        let accepted = match before {
            _ if !std::ptr::eq(first, one) => Accepted::Duplicate,
            None => Accepted::Stored,
            Some(Known { revived: true, .. }) => Accepted::Revived,
            Some(Known { revived: false, .. }) => Accepted::Duplicate,
        };
        inserted.accepted.push(accepted);
        if before.map_or(&first.delivery.body_sha256, |before| &before.body_sha256) != body_sha256 {
            inserted.changed.push(id.clone());
        }
    }
    Ok(inserted)
}

/// Two jobs of one key in one transaction, as the queue joins two that come one after the other.
fn joined(before: &NewJob, newer: &NewJob) -> NewJob {
    let (asked, wait) = (before.asked.max(newer.asked), before.wait.min(newer.wait));
    let payload = if before.asked > newer.asked { before } else { newer }.payload.clone();
    NewJob { payload, wait, asked, ..newer.clone() }
}

/// Parts of as many rows as one statement writes.
fn parts<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let rows = (1 << rest.len().checked_ilog2()?).min(MOST_ROWS);
        let (part, more) = rest.split_at_checked(rows)?;
        rest = more;
        Some(part)
    })
}

/// Writes the lines of deliveries; which of them are new.
async fn deliveries(write: &mut AnyConnection, all: &[&Asked]) -> Result<BTreeSet<String>, sqlx::Error> {
    let mut new = BTreeSet::new();
    for part in parts(all) {
        let mut statement = query(sql::insert_deliveries(part.len()));
        for Asked { delivery, now, .. } in part {
            statement = statement.bind(&delivery.id).bind(&delivery.body_sha256).bind(&delivery.event).bind(now);
        }
        for row in statement.fetch_all(&mut *write).await? {
            new.insert(row.try_get(0)?);
        }
    }
    Ok(new)
}

/// Puts jobs into the queue, none of the same key as another; their ids by key.
pub(super) async fn enqueue(
    write: &mut AnyConnection,
    jobs: &[(&NewJob, Millis)],
) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let mut ids = BTreeMap::new();
    for part in parts(jobs) {
        let mut statement = query(sql::enqueue(part.len()));
        for (NewJob { key, payload, lane, made, wait, asked }, now) in part {
            // A clock that is ahead makes nothing newer than what comes next.
            let made = made.map_or(*now, |made| made.min(*now));
            let run_at = now.saturating_add(*wait);
            statement = statement.bind(key).bind(payload).bind("queued").bind(run_at).bind(now).bind(now);
            statement = statement.bind(lane).bind(made).bind(i64::from(*asked));
        }
        for row in statement.fetch_all(&mut *write).await? {
            ids.insert(row.try_get(1)?, row.try_get(0)?);
        }
    }
    Ok(ids)
}

async fn link(write: &mut AnyConnection, links: &[(&str, i64)]) -> Result<(), sqlx::Error> {
    for part in parts(links) {
        let mut statement = query(sql::link_deliveries(part.len()));
        for (delivery, job) in part {
            statement = statement.bind(*delivery).bind(job);
        }
        statement.execute(&mut *write).await?;
    }
    Ok(())
}

/// What is known of deliveries that are there already; the job of one that was given up waits again.
async fn known(write: &mut AnyConnection, old: &[&Asked]) -> Result<BTreeMap<String, Known>, sqlx::Error> {
    let mut known = BTreeMap::new();
    for part in parts(old) {
        let mut statement = query(sql::known_deliveries(part.len()));
        for one in part {
            statement = statement.bind(&one.delivery.id);
        }
        for row in statement.fetch_all(&mut *write).await? {
            let (id, body_sha256): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let dead: Option<i64> = row.try_get(2)?;
            let now = part.iter().find(|one| one.delivery.id == id).map(|one| one.now);
            let revived = match dead.zip(now) {
                // One after another: of two jobs of one key only the first takes its place.
                Some((job, now)) => {
                    query(sql::UNPARK).bind(job).bind(now).execute(&mut *write).await?.rows_affected() == 1
                }
                None => false,
            };
            known.insert(id, Known { body_sha256, revived });
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_in_powers_of_two() {
        for (rows, expected) in
            [(0, vec![]), (1, vec![1]), (7, vec![4, 2, 1]), (256, vec![128, 128]), (131, vec![128, 2, 1])]
        {
            let all = vec![(); rows];
            assert_eq!(parts(&all).map(<[()]>::len).collect::<Vec<_>>(), expected, "{rows}");
        }
    }
}
