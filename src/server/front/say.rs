//! The form below a finding: what the reader said of it before, what others did, and what there is to say.

use std::collections::HashMap;

use serde::Serialize;

use super::problem::Problem;
use super::rows::show;
use super::view::{ProblemRow, View};
use crate::job::by_hand::Remarkable;
use crate::output::html::{self, Around};
use crate::store::{LONGEST_REASON, Opinion, Worth};
use crate::text::show_hidden;

/// The style of the form, beside that of the report.
pub(super) const STYLE: &str = include_str!("html/say.css");
const SCRIPT: &str = include_str!("html/say.js");

/// What was said of the findings of a document, by fingerprint.
pub(super) type AllSaid = HashMap<String, Vec<Opinion>>;

/// One form.
pub(super) struct Say<'a> {
    /// Of the review.
    pub(super) id: &'a str,
    /// What binds it to the browser.
    pub(super) token: &'a str,
    /// Place of the finding in the report.
    pub(super) index: usize,
    pub(super) finding: &'a Remarkable,
    /// Who reads.
    pub(super) reader: &'a str,
    /// What was typed before, to be mended.
    pub(super) reason: &'a str,
    pub(super) problem: Option<&'a Problem>,
}

/// What all forms of one report have in common.
#[derive(Clone, Copy)]
pub(super) struct Below<'a> {
    pub(super) id: &'a str,
    pub(super) token: &'a str,
    pub(super) reader: &'a str,
    pub(super) said: &'a AllSaid,
}

#[derive(Serialize)]
struct SaidRow {
    worth: String,
    reason: String,
}

#[derive(Serialize)]
struct Values<'a> {
    id: &'a str,
    token: &'a str,
    index: usize,
    key: String,
    message: String,
    said: Option<SaidRow>,
    others: String,
    reason: &'a str,
    problem: Option<String>,
    opened: bool,
    longest: usize,
}

/// The form that sends what is said of any finding of one report.
#[derive(Serialize)]
struct Sender<'a> {
    id: &'a str,
    token: &'a str,
}

/// What a worth is called.
fn called(worth: Worth) -> String {
    worth.word().replace('-', " ")
}

impl<'a> Say<'a> {
    fn values(&self, said: &AllSaid) -> Values<'a> {
        let all = said.get(&self.finding.fingerprint).map_or(&[][..], Vec::as_slice);
        let (own, others): (Vec<&Opinion>, Vec<&Opinion>) =
            all.iter().partition(|opinion| !self.reader.is_empty() && opinion.person == self.reader);
        let of = |worth: Worth| others.iter().filter(|opinion| opinion.worth == worth).count();
        let counts = Worth::ALL.into_iter().map(|worth| (of(worth), worth)).filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, worth)| format!("{count} {}", called(worth))).collect();
        Values {
            id: self.id,
            token: self.token,
            index: self.index,
            key: show(&self.finding.key),
            message: show(&self.finding.message),
            said: own
                .last()
                .map(|own| SaidRow { worth: called(own.worth), reason: show_hidden(&own.reason, LONGEST_REASON) }),
            others: counts.join(", "),
            reason: self.reason,
            problem: self.problem.map(|problem| format!("{}: {}.", ProblemRow::new(problem).detail, problem.advice)),
            opened: self.problem.is_some(),
            longest: LONGEST_REASON,
        }
    }
}

impl View {
    /// The form below a finding.
    pub(super) fn say(&self, say: &Say<'_>, said: &AllSaid) -> String {
        self.rendered("say.html", &say.values(said))
    }

    /// A page of its own for one form that is to be mended.
    pub(super) fn feedback(&self, token: &str, say: &Say<'_>) -> String {
        self.page("feedback.html", "", token, None, say.values(&AllSaid::new()))
    }

    /// A report with what is told above it, and below each finding what is said with the one form of the page.
    pub(super) fn report(
        &self,
        page: &str,
        [bar, about]: &[String; 2],
        findings: &[Remarkable],
        of: &Below<'_>,
    ) -> String {
        let Below { id, token, reader, said } = *of;
        let below = |index: usize| {
            let finding = findings.get(index)?;
            Some(self.say(&Say { id, token, index, finding, reader, reason: "", problem: None }, said))
        };
        let form = self.rendered("said_by.html", &Sender { id, token });
        html::hosted(
            page,
            &Around { bar: &[bar.as_str(), &form].concat(), about, style: STYLE, script: SCRIPT, below: &below },
        )
    }
}
