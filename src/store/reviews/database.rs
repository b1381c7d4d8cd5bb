//! Reviews by hand in the database of the server.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::inbox::Asked;
use super::{
    Ended, KeptReview, MOST_TRIES, NewReview, PAGE, QueueLimits, ReviewFilter, ReviewState, Reviews, Submitted,
    TakenReview, sql,
};
use crate::store::db::{Kind, Statement};
use crate::store::group::hand_over;
use crate::store::{Database, Millis, StoreError};

/// Most reviews that one transaction removes: with their reports some megabytes.
const AT_ONCE: i64 = 100;

/// Reviews whose names are looked at with one question.
const LOOKED_AT: u32 = 1000;

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn kept(row: &AnyRow) -> Result<KeptReview, sqlx::Error> {
    let state: String = row.try_get("state")?;
    let state = ReviewState::of_word(&state).ok_or_else(|| sqlx::Error::Decode("an unknown state".into()))?;
    Ok(KeptReview {
        id: row.try_get("id")?,
        document: row.try_get("document")?,
        document_id: row.try_get("document_id")?,
        title: row.try_get("title")?,
        wish: row.try_get("wish")?,
        state,
        asked_at: row.try_get("asked_at")?,
        finished_at: row.try_get("finished_at")?,
        verdict: row.try_get("verdict")?,
        findings: [count(row.try_get("errors")?), count(row.try_get("warnings")?), count(row.try_get("infos")?)],
        failure: row.try_get("failure")?,
        policy: row.try_get("policy")?,
    })
}

fn taken(row: &AnyRow) -> Result<TakenReview, sqlx::Error> {
    Ok(TakenReview {
        id: row.try_get("id")?,
        document: row.try_get("document")?,
        title: row.try_get("title")?,
        wish: row.try_get("wish")?,
        input: row.try_get("input")?,
        lease: row.try_get("lease")?,
    })
}

/// Letter by letter, so that a part of a text is a part of its lower case too. The databases know the case of different letters: SQLite
/// that of ASCII, PostgreSQL that of its locale.
fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// What tells where a page of the list begins.
type Cursor = (Millis, String);

/// A statement about a list with everything that is wanted but the part of a name.
fn wanted<'q>(statement: &'static str, filter: &'q ReviewFilter, after: &'q Cursor, most: u32) -> Statement<'q> {
    let ReviewFilter { document_id, verdict, state, since, .. } = filter;
    let list = query(statement).bind(document_id).bind(verdict).bind(state.map_or("", ReviewState::word)).bind(since);
    list.bind(after.0).bind(&after.1).bind(i64::from(most))
}

impl Database {
    /// Ids of reviews whose address, name or title has this part, in any case, the latest first.
    async fn named(&self, filter: &ReviewFilter, mut after: Cursor, most: usize) -> Result<Vec<String>, StoreError> {
        let part = lower(&filter.document);
        let mut found = Vec::new();
        loop {
            let read = |row: &AnyRow| {
                let (document, title): (String, String) = (row.try_get("document")?, row.try_get("title")?);
                let has = lower(&document).contains(&part) || lower(&title).contains(&part);
                Ok(((row.try_get("asked_at")?, row.try_get("id")?), has))
            };
            let names = wanted(sql::NAMES, filter, &after, LOOKED_AT);
            let rows: Vec<(Cursor, bool)> = self.db.rows("looking for reviews", names, read).await?;
            let is_end = rows.len() < LOOKED_AT as usize;
            let Some((last, _)) = rows.last().cloned() else { return Ok(found) };
            found.extend(rows.into_iter().filter(|(_, has)| *has).map(|((_, id), _)| id));
            if is_end || found.len() >= most {
                found.truncate(most);
                return Ok(found);
            }
            after = last;
        }
    }
}

#[async_trait]
impl Reviews for Database {
    async fn submit(&self, new: &NewReview, limits: QueueLimits, now: Millis) -> Result<Submitted, StoreError> {
        hand_over(&self.submits, Asked { new: new.clone(), limits, now }).await
    }

    async fn take(&self, worker: &str, now: Millis, lease_ms: i64) -> Result<Option<TakenReview>, StoreError> {
        let why = format!(
            "the server stopped {MOST_TRIES} times while it was at work on this document; ask for the review again with a \
             shorter one, and tell the operator"
        );
        let work = || async {
            let mut write = self.db.begin().await?;
            query(sql::BURY).bind(now).bind(i64::from(MOST_TRIES)).bind(&why).execute(&mut *write).await?;
            let take = match self.db.kind {
                Kind::Sqlite => sql::TAKE,
                Kind::Postgres => sql::TAKE_BESIDE_OTHERS,
            };
            let take = query(take).bind(worker).bind(now).bind(now.saturating_add(lease_ms));
            let row = take.fetch_optional(&mut *write).await?;
            let found = row.as_ref().map(taken).transpose()?;
            write.commit().await?;
            Ok(found)
        };
        self.db.write("taking a review from the queue", work).await
    }

    async fn hold_on(&self, taken: &TakenReview, until: Millis) -> Result<bool, StoreError> {
        let statement = || query(sql::HOLD_ON).bind(&taken.id).bind(&taken.lease).bind(until);
        Ok(self.db.change("holding a review", statement).await? == 1)
    }

    async fn conclude(&self, taken: &TakenReview, ended: &Ended, now: Millis) -> Result<bool, StoreError> {
        let statement = || {
            let (state, failure) = match ended {
                Ended::Done { .. } => (ReviewState::Done, ""),
                Ended::Failed { reason, .. } => (ReviewState::Failed, reason.as_str()),
            };
            let (title, verdict, findings, policy, report, text) = match ended {
                Ended::Done { title, verdict, findings, policy, report, text, document: _ } => {
                    (title.as_str(), verdict.as_str(), *findings, policy.as_str(), report.as_str(), text.as_str())
                }
                Ended::Failed { told, .. } => (taken.title.as_str(), "", [0; 3], "", told.as_str(), ""),
            };
            let [errors, warnings, infos] = findings.map(i64::from);
            let conclude = query(sql::CONCLUDE).bind(&taken.id).bind(&taken.lease).bind(state.word()).bind(now);
            let conclude = conclude.bind(verdict).bind(errors).bind(warnings).bind(infos).bind(failure).bind(policy);
            let own = match ended {
                Ended::Done { document, .. } => document.as_ref(),
                Ended::Failed { .. } => None,
            };
            let conclude = conclude.bind(report).bind(text).bind(title);
            conclude.bind(own.map(|(key, _)| key.as_str())).bind(own.map(|(_, id)| id.as_str()))
        };
        Ok(self.db.change("keeping a report", statement).await? == 1)
    }

    async fn hand_back(&self, taken: &TakenReview) -> Result<bool, StoreError> {
        let statement = || query(sql::HAND_BACK).bind(&taken.id).bind(&taken.lease);
        Ok(self.db.change("giving a review back", statement).await? == 1)
    }

    async fn kept(&self, id: &str) -> Result<Option<KeptReview>, StoreError> {
        self.db.row("looking for a review", query(sql::ONE).bind(id), kept).await
    }

    async fn report(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.db.row("reading a report", query(sql::REPORT).bind(id), |row| row.try_get(0)).await
    }

    async fn reviewed_text(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.db.row("reading a reviewed text", query(sql::INPUT).bind(id), |row| row.try_get(0)).await
    }

    async fn list(&self, filter: &ReviewFilter) -> Result<Vec<KeptReview>, StoreError> {
        let after = filter.after.clone().unwrap_or((Millis::MAX, String::new()));
        let most = filter.most.min(PAGE + 1);
        if filter.document.is_empty() {
            let list = wanted(sql::LIST, filter, &after, most);
            return self.db.rows("listing reviews", list, kept).await;
        }
        let mut list = Vec::new();
        for id in self.named(filter, after, most as usize).await? {
            list.extend(self.kept(&id).await?);
        }
        Ok(list)
    }

    async fn forget(&self, before: Millis, most: u32) -> Result<u64, StoreError> {
        let last = i64::from(most.saturating_sub(1));
        let some = || query(sql::FORGET).bind(before).bind(last).bind(AT_ONCE);
        self.db.change_in_portions("removing old reviews", AT_ONCE, some).await
    }
}
