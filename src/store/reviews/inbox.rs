//! Reviews that are asked for on their way to the disk: many at once share a transaction.

use async_trait::async_trait;
use sqlx::{AnyConnection, Row as _, query};
use tokio::time::Instant;

use super::{NewReview, QueueLimits, Submitted, sql};
use crate::store::db::{Alone, Db};
use crate::store::group::{Together, Way};
use crate::store::{Millis, StoreError};

/// What is asked for.
#[derive(Debug)]
pub(in crate::store) struct Asked {
    pub(super) new: NewReview,
    pub(super) limits: QueueLimits,
    pub(super) now: Millis,
}

/// The way in.
pub(in crate::store) type Inbox = Way<Asked, Submitted>;

/// Who writes them.
pub(in crate::store) struct Submits(pub(in crate::store) Db);

#[async_trait]
impl Together for Submits {
    type Asked = Asked;
    type Told = Submitted;
    /// A second of what a slow disk writes.
    const MOST_BYTES: usize = 16 << 20;

    fn bytes(asked: &Asked) -> usize {
        asked.new.input.len()
    }

    async fn together(&self, asked: &[Asked], deadline: Instant) -> Result<Vec<Submitted>, StoreError> {
        let work = || async {
            let mut write = self.0.begin().await?;
            self.0.alone(&mut write, Alone::Submit).await?;
            let waiting = query(sql::WAITING).fetch_one(&mut *write).await?;
            let mut waiting = Waiting { reviews: waiting.try_get(0)?, bytes: waiting.try_get(1)? };
            let mut all = Vec::with_capacity(asked.len());
            for one in asked {
                all.push(submit(&mut write, one, &mut waiting).await?);
            }
            write.commit().await?;
            Ok(all)
        };
        self.0.write_until(deadline, "storing a review that was asked for", work).await
    }
}

/// How much waits or is worked on, with what this transaction has added.
struct Waiting {
    reviews: i64,
    bytes: i64,
}

fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

async fn submit(write: &mut AnyConnection, asked: &Asked, waiting: &mut Waiting) -> Result<Submitted, sqlx::Error> {
    let Asked { new, limits, now } = asked;
    let before = match &new.once {
        Some(once) => query(sql::BY_KEY).bind(once).fetch_optional(&mut *write).await?,
        None => None,
    };
    if let Some(before) = before {
        let same = before.try_get::<String, _>(1)? == new.body_hash;
        return Ok(if same { Submitted::Before(before.try_get(0)?) } else { Submitted::OtherBody });
    }
    let NewReview { id, document, document_id, title, wish, input, input_bytes, once, body_hash } = new;
    let bytes = waiting.bytes.saturating_add(column(*input_bytes));
    if waiting.reviews >= column(limits.reviews) || bytes > column(limits.bytes) {
        return Ok(Submitted::Full);
    }
    let submit = query(sql::SUBMIT).bind(id).bind(document).bind(document_id).bind(title).bind(wish).bind(input);
    let submit = submit.bind(column(*input_bytes)).bind(now).bind(once.as_deref()).bind(body_hash);
    submit.execute(write).await?;
    *waiting = Waiting { reviews: waiting.reviews.saturating_add(1), bytes };
    Ok(Submitted::Queued)
}
