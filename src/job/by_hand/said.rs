//! What readers say of the findings of a report: useful, wrong, or not applicable, and why. Kept where `specreview feedback` keeps it.

use std::collections::HashMap;

use serde::Deserialize;

use super::report::{Form, Forms};
use super::{Desk, LONGEST_NAME};
use crate::finding::key_of;
use crate::store::{KeptReview, LONGEST_REASON, Opinion, StoreError, Wanted, Worth, unpack};
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

/// A remark that is not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsaid {
    /// The report has no such finding.
    #[error("the report of this review has no such finding")]
    NoFinding,
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
        let Remark { finding, worth, reason, by } = remark;
        let Some(finding) = findings.iter().find(|one| one.fingerprint == finding) else {
            return Ok(Err(Unsaid::NoFinding));
        };
        let (reason, by) = (reason.trim(), by.trim());
        if reason.chars().count() > LONGEST_REASON {
            return Ok(Err(Unsaid::LongReason));
        }
        if reason.is_empty() && worth != Worth::Useful {
            return Ok(Err(Unsaid::NoReason));
        }
        if by.chars().count() > LONGEST_NAME || by.chars().any(char::is_control) {
            return Ok(Err(Unsaid::Name));
        }
        let text = self.reviews.reviewed_text(&kept.id).await?;
        let text = text.and_then(|packed| String::from_utf8(unpack(&packed)?).ok()).unwrap_or_default();
        let opinion = Opinion {
            document: kept.document.clone(),
            fingerprint: finding.fingerprint.clone(),
            person: by.to_owned(),
            rule: finding.key.clone(),
            state: finding.state.clone(),
            worth,
            // PostgreSQL keeps no such character.
            reason: reason.replace('\0', ""),
            quote: finding.quote.clone(),
            sha256: sha256_hex(text.as_bytes()),
            at: (self.deps.clock)(),
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
