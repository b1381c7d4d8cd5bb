//! What runs were about to post: written before the first write on a platform, so that after a crash the next run knows what may be
//! there. Knows no platform.

use async_trait::async_trait;
use sqlx::Row as _;

use super::sqlite::SqliteStore;
use super::{Millis, StoreError, sql};

/// How long the intent of a change that is quiet since is kept.
const KEPT_FOR: Millis = 90 * 24 * 60 * 60 * 1000;

/// What the newest run of a change was about to post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// The change, as it names itself.
    pub change: String,
    /// Key of the run.
    pub key: String,
    /// Commit that the run reviewed.
    pub head: String,
    /// Id of the check that it showed as under way, if it did.
    pub check: Option<String>,
    /// Everything was posted; else some of it may be.
    pub done: bool,
    /// When it was written.
    pub at: Millis,
}

/// Where intents are kept.
#[async_trait]
pub trait Journal: Send + Sync {
    /// The intent of the newest run of this change.
    ///
    /// # Errors
    /// When it cannot be read: nobody knows then what may be posted.
    async fn last(&self, change: &str) -> Result<Option<Intent>, StoreError>;

    /// Writes an intent in place of the older one of its change; returns only when it is on disk.
    ///
    /// # Errors
    /// When it cannot be written: nothing may be posted then.
    async fn intend(&self, intent: &Intent) -> Result<(), StoreError>;
}

/// Remembers nothing: for runs that nobody repeats after a crash but a person, who then reads what is posted.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

#[async_trait]
impl Journal for NoJournal {
    async fn last(&self, _: &str) -> Result<Option<Intent>, StoreError> {
        Ok(None)
    }

    async fn intend(&self, _: &Intent) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Journal for SqliteStore {
    async fn last(&self, change: &str) -> Result<Option<Intent>, StoreError> {
        let what = "looking for what was about to be posted";
        let failed = |source| StoreError::Database { what, source };
        let mut read = self.write(what).await?;
        let row = sqlx::query(sql::LAST_INTENT).bind(change).fetch_optional(&mut *read).await.map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let state: String = row.try_get(3).map_err(failed)?;
        Ok(Some(Intent {
            change: change.to_owned(),
            key: row.try_get(0).map_err(failed)?,
            head: row.try_get(1).map_err(failed)?,
            check: row.try_get(2).map_err(failed)?,
            done: state == "done",
            at: row.try_get(4).map_err(failed)?,
        }))
    }

    async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        let what = "keeping what is about to be posted";
        let failed = |source| StoreError::Database { what, source };
        let Intent { change, key, head, check, done, at } = intent;
        let state = if *done { "done" } else { "intended" };
        let mut write = self.write(what).await?;
        let keep = sqlx::query(sql::WRITE_INTENT).bind(change).bind(key).bind(head).bind(check).bind(state).bind(at);
        keep.execute(&mut *write).await.map_err(failed)?;
        sqlx::query(sql::DROP_INTENTS).bind(at - KEPT_FOR).execute(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)
    }
}
