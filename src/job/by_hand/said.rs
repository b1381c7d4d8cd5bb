//! What readers say of the findings of a report: useful, wrong, or not applicable, and why. Kept where `specreview feedback` keeps it.

use std::collections::HashMap;

use serde::Deserialize;

use super::report::{Form, Forms};
use super::{Desk, LONGEST_NAME};
use crate::finding::key_of;
use crate::review::Reviewed;
use crate::store::{KeptReview, LONGEST_REASON, Millis, Opinion, StoreError, Wanted, Worth, unpack};
use crate::text::sha256_hex;

/// A finding of a report that something can be said of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remarkable {
    /// What tells it from the others of the document.
    pub fingerprint: String,
    /// Rule with its part.
    pub key: String,
    /// What it says.
    pub message: String,
    quote: String,
    state: String,
}

impl Remarkable {
    /// A finding of a review that is at hand.
    #[must_use]
    pub fn of(finding: &crate::finding::Finding, reviewed: &Reviewed) -> Self {
        let key = finding.key();
        let state = reviewed.head.checks.iter().find(|check| check.key() == key).map(|check| check.state.word());
        Self {
            fingerprint: finding.fingerprint.as_str().to_owned(),
            message: finding.message.clone(),
            quote: finding.place.as_ref().map(|place| place.quote.clone()).unwrap_or_default(),
            state: state.unwrap_or_default().to_owned(),
            key,
        }
    }
}

/// The part of the report that is read back.
#[derive(Deserialize)]
struct Report {
    documents: Vec<Document>,
}

#[derive(Deserialize)]
struct Document {
    findings: Vec<Finding>,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    part: Option<String>,
    quote: Option<String>,
    message: String,
    fingerprint: String,
}

#[derive(Deserialize)]
struct Check {
    rule: String,
    part: Option<String>,
    state: String,
}

impl Forms {
    /// The findings of the one document, in the order of every form of its report.
    #[must_use]
    pub fn findings(&self) -> Vec<Remarkable> {
        let report = serde_json::from_str::<Report>(self.get(Form::Json)).ok();
        let Some(Document { findings, checks }) = report.and_then(|report| report.documents.into_iter().next()) else {
            return Vec::new();
        };
        let key = |rule: &str, part: Option<&String>| key_of(rule, part.map(String::as_str));
        let states: HashMap<String, String> =
            checks.into_iter().map(|check| (key(&check.rule, check.part.as_ref()), check.state)).collect();
        let found = findings.into_iter().map(|finding| {
            let key = key(&finding.rule, finding.part.as_ref());
            Remarkable {
                state: states.get(&key).cloned().unwrap_or_default(),
                fingerprint: finding.fingerprint,
                message: finding.message,
                quote: finding.quote.unwrap_or_default(),
                key,
            }
        });
        found.collect()
    }
}

/// What somebody says of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Fingerprint of the finding.
    pub finding: String,
    /// What it is worth.
    pub worth: Worth,
    /// Why; may be empty where it is useful.
    pub reason: String,
    /// Who; may be empty.
    pub by: String,
}

impl Remark {
    /// What is kept of it: said at `at` of `finding`, in the text of a document.
    ///
    /// # Errors
    /// With the first thing that is wrong with it.
    pub fn of(self, finding: &Remarkable, (document, text): (&str, &str), at: Millis) -> Said {
        let (reason, by) = (self.reason.trim(), self.by.trim());
        if reason.chars().count() > LONGEST_REASON {
            return Err(Unsaid::LongReason);
        }
        if reason.is_empty() && self.worth != Worth::Useful {
            return Err(Unsaid::NoReason);
        }
        if by.chars().count() > LONGEST_NAME || by.chars().any(char::is_control) {
            return Err(Unsaid::Name);
        }
        Ok(Opinion {
            document: document.to_owned(),
            fingerprint: finding.fingerprint.clone(),
            person: by.to_owned(),
            rule: finding.key.clone(),
            state: finding.state.clone(),
            worth: self.worth,
            // PostgreSQL keeps no such character.
            reason: reason.replace('\0', ""),
            quote: finding.quote.clone(),
            sha256: sha256_hex(text.as_bytes()),
            at,
        })
    }
}

/// A remark that is not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsaid {
    /// The report has no such finding.
    #[error("the report of this review has no such finding")]
    NoFinding,
    /// Nobody could learn from it: the text that it is about is gone.
    #[error("the text of this review is not kept any more, or cannot be read")]
    NoText,
    /// It is against the finding, and gives no reason.
    #[error("it gives no reason")]
    NoReason,
    /// The reason is too long.
    #[error("the reason has more than {LONGEST_REASON} characters")]
    LongReason,
    /// The name is too long, or holds what no name does.
    #[error("a name has at most {LONGEST_NAME} characters, none of them a control character")]
    Name,
}

impl Unsaid {
    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NoFinding => "give the fingerprint of one of its findings, as the JSON report has it",
            Self::NoText => "have the document reviewed once more, and say it of that report",
            Self::NoReason => "say in a few words why the finding is wrong or does not apply",
            Self::LongReason => "say it shorter",
            Self::Name => "give a shorter name, or none",
        }
    }
}

/// What became of a remark.
pub type Said = Result<Opinion, Unsaid>;

impl Desk {
    /// Keeps what somebody says of a finding of a report, with the text that was reviewed. What the same person said of it before is
    /// replaced.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn say(&self, kept: &KeptReview, findings: &[Remarkable], remark: Remark) -> Result<Said, StoreError> {
        let Some(finding) = findings.iter().find(|one| one.fingerprint == remark.finding) else {
            return Ok(Err(Unsaid::NoFinding));
        };
        let packed = self.reviews.reviewed_text(&kept.id).await?;
        let Some(text) = packed.and_then(|packed| String::from_utf8(unpack(&packed)?).ok()) else {
            return Ok(Err(Unsaid::NoText));
        };
        let opinion = match remark.of(finding, (&kept.document, &text), (self.deps.clock)()) {
            Ok(opinion) => opinion,
            Err(unsaid) => return Ok(Err(unsaid)),
        };
        self.feedback.say(&opinion, Some(&text)).await?;
        Ok(Ok(opinion))
    }

    /// What was said of the findings of a document, by fingerprint.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn said(&self, document: &str) -> Result<HashMap<String, Vec<Opinion>>, StoreError> {
        let mut by_finding: HashMap<String, Vec<Opinion>> = HashMap::new();
        for opinion in self.feedback.said(Wanted { rule: None, document: Some(document) }).await? {
            by_finding.entry(opinion.fingerprint.clone()).or_default().push(opinion);
        }
        Ok(by_finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Remarkable {
        Remarkable {
            fingerprint: "f".into(),
            key: "MET-003".into(),
            message: "no target".into(),
            quote: "a good recall".into(),
            state: "mentioned".into(),
        }
    }

    #[test]
    fn a_remark_is_kept_with_the_text_that_it_is_about_or_says_what_is_wrong_with_it() {
        let remark = |worth, reason: &str, by: &str| {
            let remark = Remark { finding: "f".into(), worth, reason: reason.into(), by: by.into() };
            remark.of(&finding(), ("a.md", "# A"), 7)
        };
        let kept = remark(Worth::Wrong, " it \0says it ", " ann ").unwrap();
        assert_eq!((kept.reason.as_str(), kept.person.as_str(), kept.at), ("it says it", "ann", 7));
        assert_eq!((kept.rule.as_str(), kept.state.as_str()), ("MET-003", "mentioned"));
        assert_eq!(kept.sha256, sha256_hex(b"# A"));
        assert!(remark(Worth::Useful, "", "").is_ok());
        for (worth, reason, by, wrong) in [
            (Worth::Wrong, " ", "", Unsaid::NoReason),
            (Worth::Useful, &*"x".repeat(LONGEST_REASON + 1), "", Unsaid::LongReason),
            (Worth::Useful, "", "a\nb", Unsaid::Name),
            (Worth::Useful, "", &*"x".repeat(LONGEST_NAME + 1), Unsaid::Name),
        ] {
            assert_eq!(remark(worth, reason, by), Err(wrong));
        }
    }

    #[tokio::test]
    async fn nothing_is_said_of_a_text_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::Database::open(&*folder.path().join("r.db")).await.unwrap();
        let desk = Desk::new(
            crate::job::testing::deps(),
            std::sync::Arc::new(store),
            None,
            crate::job::by_hand::Hosts::default(),
        );
        let kept = KeptReview {
            id: "0".repeat(32),
            document: "a.md".into(),
            document_id: String::new(),
            title: String::new(),
            wish: String::new(),
            state: crate::store::ReviewState::Done,
            asked_at: 1,
            finished_at: Some(2),
            verdict: String::new(),
            findings: [0; 3],
            failure: String::new(),
            policy: String::new(),
        };
        let remark = Remark { finding: "f".into(), worth: Worth::Useful, reason: String::new(), by: "ann".into() };
        let said = desk.say(&kept, &[finding()], remark).await.unwrap();
        assert_eq!(said, Err(Unsaid::NoText));
        assert!(desk.said("a.md").await.unwrap().is_empty());
    }
}
