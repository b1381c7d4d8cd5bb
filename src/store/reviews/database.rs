//! Reviews by hand in the database of the server.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::inbox::Asked;
use super::{
    Ended, KeptReview, MOST_TRIES, NewReview, PAGE, QueueLimits, ReviewFilter, ReviewState, Reviews, Submitted,
    TakenReview, sql,
};
use crate::store::db::Kind;
use crate::store::group::hand_over;
use crate::store::{Database, Millis, StoreError};

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

/// A part of a text as `LIKE` takes it; nothing where everything is wanted.
fn part(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
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
                Ended::Done { title, verdict, findings, policy, report, text } => {
                    (title.as_str(), verdict.as_str(), *findings, policy.as_str(), report.as_str(), text.as_str())
                }
                Ended::Failed { told, .. } => (taken.title.as_str(), "", [0; 3], "", told.as_str(), ""),
            };
            let [errors, warnings, infos] = findings.map(i64::from);
            let conclude = query(sql::CONCLUDE).bind(&taken.id).bind(&taken.lease).bind(state.word()).bind(now);
            let conclude = conclude.bind(verdict).bind(errors).bind(warnings).bind(infos).bind(failure).bind(policy);
            conclude.bind(report).bind(text).bind(title)
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
        let ReviewFilter { document, document_id, verdict, state, since, after, most } = filter;
        let (at, id) = after.clone().unwrap_or((Millis::MAX, String::new()));
        let list = query(sql::LIST).bind(part(document)).bind(document_id).bind(verdict);
        let list = list.bind(state.map_or("", ReviewState::word)).bind(since).bind(at).bind(id);
        self.db.rows("listing reviews", list.bind(i64::from((*most).min(PAGE + 1))), kept).await
    }

    async fn forget(&self, before: Millis, most: u32) -> Result<u64, StoreError> {
        let last = i64::from(most.saturating_sub(1));
        self.db.change("removing old reviews", || query(sql::FORGET).bind(before).bind(last)).await
    }
}
