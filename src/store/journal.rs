//! What runs were about to post: written before the first write on a platform, so that after a crash the next run knows what may be
//! there. Knows no platform.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::{Database, Millis, StoreError, sql};

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
    /// Ids of what was written on the change last, by this run or by one before it, each one word.
    pub wrote: Vec<String>,
    /// When that was.
    pub wrote_at: Millis,
    /// Ids of checks of older heads that say they are under way, since nobody was allowed to end them. Written by [`Journal::leave`] alone.
    pub left: Vec<String>,
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

    /// Keeps the checks of older heads that could not be ended, in place of those kept before; nothing where the change has no intent.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn leave(&self, change: &str, checks: &[String]) -> Result<(), StoreError>;

    /// Runs that were about to post something before `before` and never said that it is done, or that left a check behind, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn unfinished(&self, before: Millis) -> Result<Vec<Intent>, StoreError>;
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

    async fn leave(&self, _: &str, _: &[String]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn unfinished(&self, _: Millis) -> Result<Vec<Intent>, StoreError> {
        Ok(Vec::new())
    }
}

fn intent(row: &AnyRow) -> Result<Intent, sqlx::Error> {
    let state: String = row.try_get("state")?;
    Ok(Intent {
        change: row.try_get("change")?,
        key: row.try_get("key")?,
        head: row.try_get("head")?,
        check: row.try_get("check_id")?,
        done: state == "done",
        at: row.try_get("at")?,
        wrote: words(row, "wrote")?,
        wrote_at: row.try_get("wrote_at")?,
        left: words(row, "left_open")?,
    })
}

fn words(row: &AnyRow, column: &str) -> Result<Vec<String>, sqlx::Error> {
    Ok(row.try_get::<String, _>(column)?.split_whitespace().map(str::to_owned).collect())
}

#[async_trait]
impl Journal for Database {
    async fn last(&self, change: &str) -> Result<Option<Intent>, StoreError> {
        let change = &self.today(change).await?;
        let statement = query(sql::LAST_INTENT).bind(change);
        self.db.row("looking for what was about to be posted", statement, intent).await
    }

    async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        let Intent { change, key, head, check, done, at, wrote, wrote_at, left: _ } = intent;
        let (change, wrote) = (&self.today(change).await?, wrote.join(" "));
        let state = if *done { "done" } else { "intended" };
        let work = || async {
            let mut write = self.db.begin().await?;
            let keep = query(sql::WRITE_INTENT).bind(change).bind(key).bind(head).bind(check.as_deref());
            keep.bind(state).bind(at).bind(&wrote).bind(wrote_at).execute(&mut *write).await?;
            query(sql::DROP_INTENTS).bind(at.saturating_sub(KEPT_FOR)).execute(&mut *write).await?;
            write.commit().await?;
            Ok(())
        };
        self.db.write("keeping what is about to be posted", work).await
    }

    async fn leave(&self, change: &str, checks: &[String]) -> Result<(), StoreError> {
        let (change, checks) = (&self.today(change).await?, checks.join(" "));
        let work = || async {
            let mut write = self.db.begin().await?;
            query(sql::LEAVE_OPEN).bind(change).bind(&checks).execute(&mut *write).await?;
            write.commit().await?;
            Ok(())
        };
        self.db.write("keeping which checks are left", work).await
    }

    async fn unfinished(&self, before: Millis) -> Result<Vec<Intent>, StoreError> {
        self.db.rows("looking for what was never finished", query(sql::UNFINISHED).bind(before), intent).await
    }
}
