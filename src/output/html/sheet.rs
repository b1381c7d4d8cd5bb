//! What the page shows, as plain values for its template. Text of documents is one harmless line here; the template escapes it.

mod parts;

use serde::Serialize;

use self::parts::{Bar, ChainRow, Family, FindingCard, RiskRow};
use super::line::{self, Row};
use crate::document::{Form, waiver_setting};
use crate::facts::Kind;
use crate::finding::{CheckState, Finding, Severity};
use crate::output::paint::line as plain;
use crate::output::{Entry, Run, by_reason, said};
use crate::review::render::escape::clip;
use crate::review::render::words::ANSWER;
use crate::review::render::words::tally::{Tally, plural};
use crate::review::{Catalogue, Conclusion, Gate, Opened, Reviewed};

/// The whole page.
#[derive(Serialize)]
pub(super) struct Sheet {
    title: String,
    /// The verdict on everything, in words.
    verdict: String,
    /// `bad`, `doubtful`, `note` or `good`.
    mood: &'static str,
    /// What it means for the gate, where one was set.
    consequence: &'static str,
    documents: Vec<Document>,
    /// Documents that no rule was applied to.
    others: Vec<Other>,
    unread: Vec<Other>,
    problems: Vec<String>,
    model: String,
    /// What to do about what is left out on purpose, and the words that do it, where there are some.
    waiver: (&'static str, String),
    version: String,
    rules: String,
}

#[derive(Serialize)]
struct Other {
    path: String,
    why: String,
}

/// One specification.
#[derive(Serialize)]
struct Document {
    /// Its first heading, or else its path.
    name: String,
    path: String,
    /// Where people open it, where it was read by its address.
    url: Option<String>,
    verdict: String,
    mood: &'static str,
    read_as: String,
    /// Stated, named only, missing, not applicable.
    counts: [usize; 4],
    families: Vec<Family>,
    apart: Vec<String>,
    bars: Vec<Bar>,
    findings: Vec<FindingCard>,
    /// What was there before, and by what that is known.
    carried: Vec<FindingCard>,
    before: &'static str,
    /// Title of the part that says so.
    known_by: &'static str,
    /// Entries of the baseline that can go.
    stale: String,
    fixed: Vec<String>,
    promises: Vec<Promise>,
    chains: Vec<ChainRow>,
    risks: Vec<RiskRow>,
    /// Risks that nobody looked at.
    risks_unseen: Vec<String>,
    /// How many do not arise.
    risks_apart: usize,
    numbers: Vec<Row>,
}

/// A commitment that the change moves.
#[derive(Serialize)]
struct Promise {
    topic: String,
    before: String,
    after: String,
    direction: &'static str,
}

/// The values of the page.
pub(super) fn sheet(run: &Run, catalogue: &Catalogue, gate: Gate) -> Sheet {
    let specs: Vec<&Reviewed> = run.reviewed().filter(|reviewed| reviewed.is_spec()).collect();
    let tally = Tally::of(specs.iter().flat_map(|reviewed| reviewed.news()));
    let found = tally.words();
    let verdict = match (specs.as_slice(), found) {
        ([], _) if run.unread().is_empty() => "No specification of an AI project was found".to_owned(),
        ([], _) => "Not everything was read".to_owned(),
        (_, None) => "Nothing to report".to_owned(),
        ([_], Some(found)) => found,
        (many, Some(found)) => format!("{found} in {}", plural(many.len(), "specification", "specifications")),
    };
    let names = names(run);
    let title = match (specs.as_slice(), names.as_slice()) {
        ([only], _) => name(&names, only),
        ([], [only]) => only.1.clone(),
        ([], _) => "Nothing to review".to_owned(),
        (many, _) => plural(many.len(), "specification", "specifications"),
    };
    let others = run.reviewed().filter(|reviewed| !reviewed.is_spec()).map(|reviewed| Other {
        path: plain(&reviewed.path),
        why: match reviewed.head.profile.kind {
            Kind::Related => "about AI, but not a specification of a project: no rule applied",
            _ => "not a specification of an AI project: no rule applied",
        }
        .to_owned(),
    });
    let unread = by_reason(&run.unread()).into_iter().map(|at| Other { path: plain(&at.what), why: plain(&at.why) });
    Sheet {
        title,
        verdict,
        mood: if specs.is_empty() { "note" } else { mood(tally) },
        consequence: consequence(run, gate),
        others: others.collect(),
        unread: unread.collect(),
        problems: run.problems.iter().map(|problem| plain(&problem.to_string())).collect(),
        // One hint for all: where their forms differ, that of the first.
        waiver: waiver(specs.first().map_or(Form::Markdown, |reviewed| reviewed.form), run.answered),
        model: said::model(run, "checklist"),
        version: plain(&run.version),
        rules: plain(&run.rules),
        documents: specs
            .into_iter()
            .map(|reviewed| document(reviewed, name(&names, reviewed), run.opened.get(&reviewed.path), catalogue))
            .collect(),
    }
}

/// Longest name of a document, in characters.
const NAME: usize = 120;

/// What each document that was read is called: by its path, its first heading.
fn names(run: &Run) -> Vec<(&str, String)> {
    let read = run.documents.iter().filter_map(|entry| match entry {
        Entry::Reviewed(reviewed, document) => Some((reviewed.path.as_str(), document)),
        Entry::Unread { .. } => None,
    });
    let named = read.map(|(path, document)| {
        let heading =
            document.sections.iter().map(|section| plain(section.title.trim())).find(|title| !title.is_empty());
        (path, heading.map_or_else(|| plain(path), |title| clip(&title, NAME)))
    });
    named.collect()
}

fn name(names: &[(&str, String)], reviewed: &Reviewed) -> String {
    let own = names.iter().find(|(path, _)| *path == reviewed.path);
    own.map_or_else(|| plain(&reviewed.path), |(_, name)| name.clone())
}

/// What to do about what is left out on purpose, and the words that do it.
fn waiver(form: Form, answered: bool) -> (&'static str, String) {
    match form.comment("specreview: waive CODE reason=\"…\"") {
        Some(comment) => ("Left out on purpose? Say so in the document", comment),
        None if answered => (ANSWER, String::new()),
        None => ("Left out on purpose? Say so in .specreview.toml", waiver_setting("CODE").join("\n")),
    }
}

/// Nothing where nobody asked for a gate: the page is a report then.
fn consequence(run: &Run, gate: Gate) -> &'static str {
    if gate.fail_on.is_none() && !gate.require_complete {
        return "";
    }
    match run.conclusion(gate) {
        Conclusion::Failure => "The gate is closed",
        Conclusion::Neutral => "Not everything could be read",
        Conclusion::Success => "The gate is open",
    }
}

fn document(reviewed: &Reviewed, name: String, opened: Option<&Opened>, catalogue: &Catalogue) -> Document {
    let head = &reviewed.head;
    let (new, old): (Vec<_>, Vec<_>) = reviewed.findings().enumerate().partition(|(at, _)| reviewed.is_new(*at));
    let cards = |all: Vec<(usize, &Finding)>| -> Vec<FindingCard> {
        parts::once(all.into_iter().map(|(at, finding)| parts::finding(at, finding, opened, catalogue)).collect())
    };
    let risks = reviewed.risks();
    let families = parts::families(reviewed, catalogue);
    let state = |wanted: fn(CheckState) -> bool| head.checks.iter().filter(|check| wanted(check.state)).count();
    let fixed = reviewed.base.iter().flat_map(|base| {
        reviewed.comparison.fixed.iter().filter_map(|at| base.findings.get(*at)).map(|finding| plain(&finding.key()))
    });
    let promises = reviewed.comparison.commitments.iter().map(|change| Promise {
        topic: plain(&change.topic),
        before: plain(change.before.as_deref().unwrap_or("–")),
        after: plain(change.after.as_deref().unwrap_or("–")),
        direction: change.direction.word(),
    });
    Document {
        name,
        path: plain(&reviewed.path),
        url: opened.and_then(|opened| parts::address(&opened.address)),
        verdict: said::verdict(reviewed),
        mood: mood(Tally::of(reviewed.news())),
        read_as: said::read_as(reviewed),
        counts: [
            state(|state| matches!(state, CheckState::Specified | CheckState::Waived)),
            state(|state| state == CheckState::Mentioned),
            state(|state| state == CheckState::Absent),
            state(|state| state == CheckState::NotApplicable),
        ],
        bars: parts::bars(&families),
        families,
        apart: parts::apart(reviewed),
        findings: cards(new),
        carried: cards(old),
        before: before(reviewed),
        known_by: match (&reviewed.base, &reviewed.comparison.held) {
            (Some(_), _) => "This change",
            (None, Some(_)) => "Baseline",
            (None, None) => "Known before",
        },
        stale: said::stale(reviewed),
        fixed: fixed.collect(),
        promises: promises.collect(),
        chains: head.chains.iter().map(parts::chain).collect(),
        risks: parts::risks(&risks),
        risks_unseen: parts::risks_unseen(&risks),
        risks_apart: parts::risks_apart(&risks),
        numbers: line::rows(&head.measures, &head.places, catalogue),
    }
}

/// By what it is known that findings are old: by the base or another tool's word, by a baseline, or some by one and some by the other.
fn before(reviewed: &Reviewed) -> &'static str {
    let comparison = &reviewed.comparison;
    match (comparison.held.is_some(), comparison.carried.is_empty()) {
        (false, _) => "From before this change, never fails it",
        (true, true) => "In the baseline, never fails",
        (true, false) => "In the baseline, or from before this change: never fails",
    }
}

fn mood(tally: Tally) -> &'static str {
    match tally {
        Tally { errors: 1.., .. } => "bad",
        Tally { warnings: 1.., .. } => "doubtful",
        Tally { notes: 1.., .. } => "note",
        _ => "good",
    }
}

fn mood_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "bad",
        Severity::Warning => "doubtful",
        Severity::Info => "note",
    }
}
