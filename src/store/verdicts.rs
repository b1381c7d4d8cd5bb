//! Verdicts of the critique between runs: what was read, who was asked, what came of it: hashes, the
//! model's words, and the passages that it quotes.

use async_trait::async_trait;

use sqlx::{Row as _, query};

use super::{Database, Millis, StoreError, sql};
use crate::critique::Record;

/// How long a verdict is kept after its last use: an open change is rarely older.
pub(super) const KEPT_FOR: Millis = 90 * 24 * 60 * 60 * 1000;

/// Where verdicts are kept.
#[async_trait]
pub trait Verdicts: Send + Sync {
    /// Everything kept for these inputs, under whatever policy.
    ///
    /// # Errors
    /// When it cannot be read; the questions are then asked as if nothing were kept.
    async fn find(&self, inputs: &[String], now: Millis) -> Result<Vec<Record>, StoreError>;

    /// Keeps verdicts; one with the same inputs and policy replaces the older. Drops what was not used for 90 days.
    ///
    /// # Errors
    /// When they cannot be written; nothing but money is lost then.
    async fn keep(&self, verdicts: &[Record], now: Millis) -> Result<(), StoreError>;
}

#[async_trait]
impl Verdicts for Database {
    async fn find(&self, inputs: &[String], now: Millis) -> Result<Vec<Record>, StoreError> {
        let work = || async {
            let mut write = self.db.begin().await?;
            let mut found = Vec::new();
            for inputs in inputs {
                for row in query(sql::USE_VERDICT).bind(inputs).bind(now).fetch_all(&mut *write).await? {
                    found.push(Record { inputs: inputs.clone(), policy: row.try_get(0)?, value: row.try_get(1)? });
                }
            }
            write.commit().await?;
            Ok(found)
        };
        self.db.write("looking for kept verdicts", work).await
    }

    async fn keep(&self, verdicts: &[Record], now: Millis) -> Result<(), StoreError> {
        let work = || async {
            let mut write = self.db.begin().await?;
            for Record { inputs, policy, value } in verdicts {
                let keep = query(sql::KEEP_VERDICT).bind(inputs).bind(policy).bind(value).bind(now);
                keep.execute(&mut *write).await?;
            }
            query(sql::DROP_VERDICTS).bind(now.saturating_sub(KEPT_FOR)).execute(&mut *write).await?;
            write.commit().await?;
            Ok(())
        };
        self.db.write("keeping verdicts", work).await
    }
}
