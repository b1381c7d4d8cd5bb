//! Verdicts of the critique between runs: what was read, who was asked, what came of it: hashes, the
//! model's words, and the passages that it quotes.

use async_trait::async_trait;

use sqlx::Row as _;

use super::sqlite::SqliteStore;
use super::{Millis, StoreError, sql};
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
impl Verdicts for SqliteStore {
    async fn find(&self, inputs: &[String], now: Millis) -> Result<Vec<Record>, StoreError> {
        let what = "looking for kept verdicts";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let mut found = Vec::new();
        for inputs in inputs {
            let rows =
                sqlx::query(sql::USE_VERDICT).bind(inputs).bind(now).fetch_all(&mut *write).await.map_err(failed)?;
            for row in rows {
                let policy = row.try_get(0).map_err(failed)?;
                let value = row.try_get(1).map_err(failed)?;
                found.push(Record { inputs: inputs.clone(), policy, value });
            }
        }
        write.commit().await.map_err(failed)?;
        Ok(found)
    }

    async fn keep(&self, verdicts: &[Record], now: Millis) -> Result<(), StoreError> {
        let what = "keeping verdicts";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        for Record { inputs, policy, value } in verdicts {
            let keep = sqlx::query(sql::KEEP_VERDICT).bind(inputs).bind(policy).bind(value).bind(now);
            keep.execute(&mut *write).await.map_err(failed)?;
        }
        sqlx::query(sql::DROP_VERDICTS).bind(now - KEPT_FOR).execute(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)
    }
}
