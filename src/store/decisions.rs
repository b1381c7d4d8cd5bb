//! What people decided on a change by command, and how many commands were answered. Keeps; it never judges who may.

use std::ops::Range;

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::db::Alone;
use super::{Database, Millis, StoreError, sql};

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

    /// Counts the commands of a comment, once however often it is called, at the end of `window`, and says how many of the same class
    /// were counted for other comments on the change since its beginning.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn count(
        &self,
        change: &str,
        comment: u64,
        asker: Asker,
        commands: u32,
        window: Range<Millis>,
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
impl Decisions for Database {
    async fn decided(&self, change: &str) -> Result<Vec<Decision>, StoreError> {
        let read = |row: &AnyRow| {
            let word: String = row.try_get(0)?;
            let Some((kind, _)) = KINDS.iter().find(|(_, known)| *known == word) else { return Ok(None) };
            Ok(Some(Decision {
                kind: *kind,
                subject: row.try_get(1)?,
                by: row.try_get(2)?,
                reason: row.try_get(3)?,
                until: row.try_get(4)?,
                url: row.try_get(5)?,
                at: row.try_get(6)?,
            }))
        };
        let change = &self.today(change).await?;
        let all = self.db.rows("reading what was decided", query(sql::DECIDED).bind(change), read).await?;
        Ok(all.into_iter().flatten().collect())
    }

    async fn decide(&self, change: &str, decision: &Decision) -> Result<(), StoreError> {
        let Decision { kind, subject, by, reason, until, url, at } = decision;
        let change = &self.today(change).await?;
        let statement = || {
            let decide = query(sql::DECIDE).bind(change).bind(kind.word()).bind(subject).bind(by);
            decide.bind(reason).bind(until.as_deref()).bind(url).bind(at)
        };
        self.db.change("keeping a decision", statement).await.map(|_| ())
    }

    async fn revoke(&self, change: &str, kind: DecisionKind, subject: &str) -> Result<(), StoreError> {
        let change = &self.today(change).await?;
        let statement = || query(sql::REVOKE).bind(change).bind(kind.word()).bind(subject);
        self.db.change("taking a decision back", statement).await.map(|_| ())
    }

    async fn count(
        &self,
        change: &str,
        comment: u64,
        asker: Asker,
        commands: u32,
        window: Range<Millis>,
    ) -> Result<u64, StoreError> {
        let Range { start: since, end: now } = window;
        let (change, comment) = (&self.today(change).await?, column(comment));
        let work = || async {
            let mut write = self.db.begin().await?;
            self.db.alone(&mut write, Alone::Count).await?;
            let forget = query(sql::FORGET_COUNTS).bind(now.saturating_sub(COUNTED_FOR));
            forget.execute(&mut *write).await?;
            let count = query(sql::COUNT).bind(change).bind(comment).bind(asker.word()).bind(i64::from(commands));
            count.bind(now).execute(&mut *write).await?;
            let others = query(sql::COUNTED).bind(change).bind(comment).bind(asker.word()).bind(since);
            let done = others.fetch_one(&mut *write).await?.try_get::<i64, _>(0)?;
            write.commit().await?;
            Ok(done)
        };
        let others = self.db.write("counting commands", work).await?;
        Ok(u64::try_from(others).unwrap_or(0))
    }

    async fn keep_answer(&self, change: &str, comment: u64, body: &str) -> Result<(), StoreError> {
        let change = &self.today(change).await?;
        let statement = || query(sql::KEEP_ANSWER).bind(change).bind(column(comment)).bind(body);
        self.db.change("keeping an answer", statement).await.map(|_| ())
    }

    async fn answer(&self, change: &str, comment: u64) -> Result<Option<String>, StoreError> {
        let change = &self.today(change).await?;
        let statement = query(sql::ANSWER).bind(change).bind(column(comment));
        Ok(self.db.row("reading an answer", statement, |row| row.try_get(0)).await?.flatten())
    }
}
