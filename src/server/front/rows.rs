//! Reviews, phases and changes as rows of the page: plain text, nothing hidden in it. The templates escape it.

use serde::Serialize;

use super::time::{plain, rfc3339};
use crate::finding::Finding;
use crate::job::by_hand::{Phase, Told, Verdict};
use crate::output::Run;
use crate::review::Direction;
use crate::review::render::words::tally::plural;
use crate::source::url::recognise;
use crate::store::{KeptReview, ReviewState};
use crate::text::show_hidden;

/// A review in a list.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    id: String,
    title: String,
    document: String,
    document_id: String,
    when: String,
    machine: String,
    says: &'static str,
    mood: &'static str,
    counts: String,
    failure: String,
    /// The form, filled in to ask for a review of it once more.
    again: String,
    /// The review of the same document before it, where both have a report.
    before: Option<String>,
}

impl Row {
    /// With the review that it can be compared with.
    pub(super) fn after(self, before: Option<String>) -> Self {
        Self { before, ..self }
    }

    pub(super) fn new(kept: &KeptReview) -> Self {
        let (says, mood) = match kept.state {
            ReviewState::Queued => ("waiting", "apart"),
            ReviewState::Running => ("at work", "note"),
            ReviewState::Failed => ("no report", "bad"),
            ReviewState::Done => says(&kept.verdict),
        };
        let [errors, warnings, infos] = kept.findings.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let counts = [
            (errors, plural(errors, "error", "errors")),
            (warnings, plural(warnings, "warning", "warnings")),
            (infos, plural(infos, "note", "notes")),
        ];
        Self {
            id: kept.id.clone(),
            title: show(&kept.title),
            document: show(&kept.document),
            document_id: kept.document_id.clone(),
            when: plain(kept.asked_at),
            machine: rfc3339(kept.asked_at),
            says,
            mood,
            counts: counts.into_iter().filter(|(n, _)| *n > 0).map(|(_, words)| words).collect::<Vec<_>>().join(", "),
            failure: sentences(&show(&kept.failure)),
            again: again(&kept.document),
            before: None,
        }
    }
}

/// Where the form stands with this document in it.
fn again(document: &str) -> String {
    let field = if recognise(document).is_some() { "address" } else { "name" };
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(field, document).finish();
    format!("/?{query}")
}

/// What a verdict is called, and its colour.
pub(super) fn says(verdict: &str) -> (&'static str, &'static str) {
    match Verdict::of_word(verdict) {
        Some(Verdict::Errors) => ("errors", "bad"),
        Some(Verdict::Warnings) => ("warnings", "doubtful"),
        Some(Verdict::Notes) => ("notes", "note"),
        Some(Verdict::Clean) => ("nothing found", "good"),
        Some(Verdict::None) | None => ("no spec", "apart"),
    }
}

/// Longest text of one row, in characters.
const LONGEST: usize = 400;

/// What a reader would not see is shown.
pub(super) fn show(text: &str) -> String {
    show_hidden(text, LONGEST)
}

/// Words that begin a sentence; the name of a host, a file or a field stays as it is written.
pub(super) fn sentence(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    if !first.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | ',')) {
        return text.to_owned();
    }
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// What happened, and what to do, of a reason that says both, as two sentences.
fn sentences(reason: &str) -> String {
    let said = |text: &str| format!("{}.", sentence(text.trim_end_matches('.')));
    match reason.split_once("; ") {
        _ if reason.is_empty() => String::new(),
        Some((what, advice)) => format!("{} {}", said(what), said(advice)),
        None => said(reason),
    }
}

/// A phase of a review under way.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct PhaseRow {
    pub(super) word: &'static str,
    pub(super) what: &'static str,
    pub(super) said: String,
    pub(super) mood: &'static str,
}

/// The phases, and how far the review is. `has_model` shows the questions beforehand.
pub(super) fn phases(told: &[Told], has_model: bool) -> Vec<PhaseRow> {
    const ALL: [(&str, &str); 6] = [
        ("queued", "Waits for its turn"),
        ("started", "Fetching the document"),
        ("fetched", "The document is here"),
        ("read", "Read"),
        ("rules", "The rules are applied"),
        ("questions", "The language model is asked"),
    ];
    let last = told.last().map_or("queued", |told| told.phase.word());
    let at = ALL.iter().position(|(word, _)| *word == last).unwrap_or(0);
    let said = |word: &str| {
        told.iter().rev().find(|told| told.phase.word() == word).map_or_else(String::new, |told| match &told.phase {
            Phase::Fetched { bytes } => plural(*bytes, "byte", "bytes"),
            Phase::Read { lines } => plural(*lines, "line", "lines"),
            Phase::Rules { errors, warnings, infos } => format!(
                "{}, {}, {}",
                plural(*errors, "error", "errors"),
                plural(*warnings, "warning", "warnings"),
                plural(*infos, "note", "notes")
            ),
            Phase::Questions { done, of, again } => {
                format!("{done} of {of}{}", if *again { ", read a second time" } else { "" })
            }
            _ => String::new(),
        })
    };
    let rows = ALL.into_iter().enumerate().filter(|(_, (word, _))| *word != "questions" || has_model);
    rows.map(|(place, (word, what))| PhaseRow {
        word,
        what,
        said: said(word),
        mood: match place.cmp(&at) {
            std::cmp::Ordering::Less => "was",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "",
        },
    })
    .collect()
}

/// What changed between two reviews.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    from: String,
    to: String,
    before: String,
    after: String,
    promises: Vec<PromiseRow>,
    groups: [Group; 2],
    is_same: bool,
}

#[derive(Debug, Serialize)]
struct PromiseRow {
    topic: String,
    before: String,
    after: String,
    direction: &'static str,
    mood: &'static str,
}

#[derive(Debug, Serialize)]
struct Group {
    title: &'static str,
    mood: &'static str,
    findings: Vec<FindingRow>,
}

#[derive(Debug, Serialize)]
struct FindingRow {
    key: String,
    message: String,
}

impl Changes {
    /// Of a comparison of two reviews.
    pub(super) fn new(run: &Run, from: &KeptReview, to: &KeptReview) -> Option<Self> {
        let reviewed = run.reviewed().next()?;
        let row = |finding: &Finding| FindingRow { key: show(&finding.key()), message: show(&finding.message) };
        let new = reviewed.comparison.introduced.iter().filter_map(|at| reviewed.head.findings.get(*at));
        let base = reviewed.base.iter().flat_map(|base| &base.findings).collect::<Vec<_>>();
        let gone = reviewed.comparison.fixed.iter().filter_map(|at| base.get(*at).copied());
        let promises = reviewed.comparison.commitments.iter().map(|change| PromiseRow {
            topic: show(&change.topic),
            before: show(change.before.as_deref().unwrap_or("–")),
            after: show(change.after.as_deref().unwrap_or("–")),
            direction: change.direction.word(),
            mood: match change.direction {
                Direction::Loosened | Direction::Gone => "bad",
                Direction::Changed => "doubtful",
                Direction::Tightened | Direction::New => "good",
            },
        });
        let promises: Vec<PromiseRow> = promises.collect();
        let groups = [
            Group { title: "New findings", mood: "bad", findings: new.map(row).collect() },
            Group { title: "Mended", mood: "good", findings: gone.map(row).collect() },
        ];
        Some(Self {
            from: from.id.clone(),
            to: to.id.clone(),
            before: plain(from.asked_at),
            after: plain(to.asked_at),
            is_same: promises.is_empty() && groups.iter().all(|group| group.findings.is_empty()),
            promises,
            groups,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_once_more_stands_in_its_field() {
        for (document, link) in [
            ("https://example.org/a.md", "/?address=https%3A%2F%2Fexample.org%2Fa.md"),
            ("http://wiki:8080/a", "/?address=http%3A%2F%2Fwiki%3A8080%2Fa"),
            ("parcel.md", "/?name=parcel.md"),
        ] {
            assert_eq!(again(document), link);
        }
    }

    #[test]
    fn a_sentence_begins_with_a_capital_and_a_name_as_it_is_written() {
        for (text, expected) in [
            ("the text is empty", "The text is empty"),
            ("it's late", "It's late"),
            ("example.org is not a public host", "example.org is not a public host"),
            ("`limit` is not a number", "`limit` is not a number"),
            ("127.0.0.1 is not a public address", "127.0.0.1 is not a public address"),
            ("", ""),
        ] {
            assert_eq!(sentence(text), expected);
        }
        let reason = "this is an archive and no Word document; give a .docx file";
        assert_eq!(sentences(reason), "This is an archive and no Word document. Give a .docx file.");
        assert_eq!((sentences("no answer").as_str(), sentences("").as_str()), ("No answer.", ""));
    }

    #[test]
    fn phases_show_what_was_what_is_and_what_comes() {
        let told = |phase| Told { at: 1, phase };
        let rows = phases(&[told(Phase::Queued), told(Phase::Started), told(Phase::Fetched { bytes: 1 })], false);
        let moods: Vec<&str> = rows.iter().map(|row| row.mood).collect();
        assert_eq!(moods, ["was", "was", "now", "", ""]);
        assert_eq!(rows[2].said, "1 byte");
        let asked = told(Phase::Questions { done: 4, of: 17, again: true });
        assert_eq!(phases(&[asked], true).last().unwrap().said, "4 of 17, read a second time");
    }
}
