//! Deliveries on their way to the disk: many at once share a transaction.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::{AnyConnection, Row as _, query};
use tokio::time::Instant;

use super::db::Db;
use super::group::{Together, Way};
use super::{Accepted, Millis, NewDelivery, NewJob, StoreError, sql};

/// Most rows of one statement. Rows are written in powers of two, so that there are few statements and all are kept prepared.
const MOST_ROWS: usize = 128;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) delivery: NewDelivery,
    pub(super) job: Option<NewJob>,
    pub(super) now: Millis,
}

/// The way in.
pub(super) type Inbox = Way<Asked, Accepted>;

/// Who writes them.
pub(super) struct Deliveries(pub(super) Db);

#[async_trait]
impl Together for Deliveries {
    type Asked = Asked;
    type Told = Accepted;
    const MOST_BYTES: usize = usize::MAX;

    /// Some hundred bytes each.
    fn bytes(_: &Asked) -> usize {
        0
    }

    async fn together(&self, asked: &[Asked], deadline: Instant) -> Result<Vec<Accepted>, StoreError> {
        together(&self.0, asked, deadline).await
    }
}

async fn together(db: &Db, asked: &[Asked], deadline: Instant) -> Result<Vec<Accepted>, StoreError> {
    let work = || async {
        let mut write = db.begin().await?;
        let inserted = insert(&mut write, asked).await?;
        write.commit().await?;
        Ok(inserted)
    };
    let Inserted { accepted, changed } = db.write_until(deadline, "storing a delivery", work).await?;
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
