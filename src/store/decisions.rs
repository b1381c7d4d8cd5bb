//! What people decided on a change by command, and how many commands were answered. Keeps; it never judges who may.

use async_trait::async_trait;
use sqlx::Row as _;

use super::sqlite::SqliteStore;
use super::{Millis, StoreError, sql};

/// How long the number of answered commands is remembered.
const COUNTED_FOR: Millis = 24 * 60 * 60 * 1000;

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecisionKind {
    /// A rule is left out; the subject is its key.
    Waiver,
    /// A question is closed as it is; the subject is its fingerprint.
    Question,
    /// Nothing is said; there is no subject.
    Pause,
}

const KINDS: &[(DecisionKind, &str)] =
    &[(DecisionKind::Waiver, "waiver"), (DecisionKind::Question, "question"), (DecisionKind::Pause, "pause")];

impl DecisionKind {
    fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }
}

/// One decision. A later one of the same kind about the same subject replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it is about.
    pub kind: DecisionKind,
    /// Which one.
    pub subject: String,
    /// Login of the person.
    pub by: String,
    /// Why, in words of the person; empty where none are asked for.
    pub reason: String,
    /// The last day on which it counts, as `2027-01-31`; none for good.
    pub until: Option<String>,
    /// Address of the comment.
    pub url: String,
    /// When.
    pub at: Millis,
}

/// Who asks, for the count of answered commands: those who may change nothing do not use up the share of those who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// Somebody with write access.
    Writer,
    /// Anybody else.
    Other,
}

impl Asker {
    fn word(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Other => "other",
        }
    }
}

/// Where decisions are kept.
#[async_trait]
pub trait Decisions: Send + Sync {
    /// Everything decided on a change, oldest first.
    ///
    /// # Errors
    /// When it cannot be read: nobody knows then what holds.
    async fn decided(&self, change: &str) -> Result<Vec<Decision>, StoreError>;

    /// Keeps a decision.
    ///
    /// # Errors
    /// When it cannot be written: it does not hold then.
    async fn decide(&self, change: &str, decision: &Decision) -> Result<(), StoreError>;

    /// Takes a decision back; nothing happens where there is none.
    ///
    /// # Errors
    /// When it cannot be written: it holds on then.
    async fn revoke(&self, change: &str, kind: DecisionKind, subject: &str) -> Result<(), StoreError>;

    /// Counts the commands of a comment, once however often it is called, and says how many of the same class were counted for
    /// other comments on the change since `since`.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn count(
        &self,
        change: &str,
        comment: u64,
        asker: Asker,
        commands: u32,
        now: Millis,
        since: Millis,
    ) -> Result<u64, StoreError>;

    /// Keeps the answer to a comment that was counted, so that what it took is not done again when it has to be sent again.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn keep_answer(&self, change: &str, comment: u64, body: &str) -> Result<(), StoreError>;

    /// The answer to a comment; none where none was kept.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn answer(&self, change: &str, comment: u64) -> Result<Option<String>, StoreError>;
}

/// Ids beyond the column are no ids of a platform; they share a place.
fn column(comment: u64) -> i64 {
    i64::try_from(comment).unwrap_or(i64::MAX)
}

#[async_trait]
impl Decisions for SqliteStore {
    async fn decided(&self, change: &str) -> Result<Vec<Decision>, StoreError> {
        let what = "reading what was decided";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let rows = sqlx::query(sql::DECIDED).bind(change).fetch_all(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let word: String = row.try_get(0).map_err(failed)?;
            let Some((kind, _)) = KINDS.iter().find(|(_, known)| *known == word) else { continue };
            all.push(Decision {
                kind: *kind,
                subject: row.try_get(1).map_err(failed)?,
                by: row.try_get(2).map_err(failed)?,
                reason: row.try_get(3).map_err(failed)?,
                until: row.try_get(4).map_err(failed)?,
                url: row.try_get(5).map_err(failed)?,
                at: row.try_get(6).map_err(failed)?,
            });
        }
        Ok(all)
    }

    async fn decide(&self, change: &str, decision: &Decision) -> Result<(), StoreError> {
        let what = "keeping a decision";
        let failed = |source| StoreError::Database { what, source };
        let Decision { kind, subject, by, reason, until, url, at } = decision;
        let mut write = self.write(what).await?;
        let decide = sqlx::query(sql::DECIDE).bind(change).bind(kind.word()).bind(subject).bind(by);
        let decide = decide.bind(reason).bind(until).bind(url).bind(at);
        decide.execute(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)
    }

    async fn revoke(&self, change: &str, kind: DecisionKind, subject: &str) -> Result<(), StoreError> {
        let what = "taking a decision back";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let revoke = sqlx::query(sql::REVOKE).bind(change).bind(kind.word()).bind(subject);
        revoke.execute(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)
    }

    async fn count(
        &self,
        change: &str,
        comment: u64,
        asker: Asker,
        commands: u32,
        now: Millis,
        since: Millis,
    ) -> Result<u64, StoreError> {
        let what = "counting commands";
        let failed = |source| StoreError::Database { what, source };
        let comment = column(comment);
        let mut write = self.write(what).await?;
        let forget = sqlx::query(sql::FORGET_COUNTS).bind(now.saturating_sub(COUNTED_FOR));
        forget.execute(&mut *write).await.map_err(failed)?;
        let count = sqlx::query(sql::COUNT).bind(change).bind(comment).bind(asker.word()).bind(i64::from(commands));
        count.bind(now).execute(&mut *write).await.map_err(failed)?;
        let others = sqlx::query_scalar(sql::COUNTED).bind(change).bind(comment).bind(asker.word()).bind(since);
        let others: i64 = others.fetch_one(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)?;
        Ok(u64::try_from(others).unwrap_or(0))
    }

    async fn keep_answer(&self, change: &str, comment: u64, body: &str) -> Result<(), StoreError> {
        let what = "keeping an answer";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let keep = sqlx::query(sql::KEEP_ANSWER).bind(change).bind(column(comment)).bind(body);
        keep.execute(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)
    }

    async fn answer(&self, change: &str, comment: u64) -> Result<Option<String>, StoreError> {
        let what = "reading an answer";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let read = sqlx::query_scalar::<_, Option<String>>(sql::ANSWER).bind(change).bind(column(comment));
        let found = read.fetch_optional(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)?;
        Ok(found.flatten())
    }
}
