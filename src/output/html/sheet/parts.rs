//! The parts of a document's page: checklist with its picture, findings, chains, risks.

use std::collections::HashMap;

use serde::Serialize;

use super::mood_of;
use crate::finding::{
    Chain, Check, CheckState, Confidence, DOCS, Evidence, Finding, Link, LinkState, Risk, RiskLevel, Source, Waived,
};
use crate::output::paint::line as plain;
use crate::review::render::escape::{Address, clip, visible};
use crate::review::render::links::Links;
use crate::review::{Catalogue, Opened, Reviewed};

/// Longest quotation in the checklist, in characters: the page stays small enough to be sent by mail.
const QUOTE: usize = 160;
/// Quotations shown for one check.
const QUOTES: usize = 2;
/// Width of a bar.
const BAR: usize = 240;

/// A place in a document.
#[derive(Serialize)]
pub(super) struct Place {
    /// "line 7", "lines 7–9", with the other document where it is one.
    at: String,
    quote: String,
    /// Its address, where the document was read by one.
    url: Option<String>,
}

fn place(evidence: &Evidence, most: usize) -> Place {
    let lines = evidence.place();
    let at = evidence.path.as_ref().map_or_else(|| lines.clone(), |path| format!("{}, {lines}", plain(path)));
    let bare = evidence.quote.trim_start_matches(['#', '>', '|', '-', '*', '+', ' ']).trim_end_matches(['|', ' ']);
    let words = plain(if bare.is_empty() { &evidence.quote } else { bare }).replace("**", "");
    Place { at, quote: clip(&words, most), url: None }
}

/// The first quotations of a check; what a document says twice is quoted once.
fn places(evidence: &[Evidence]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for found in evidence.iter().take(QUOTES).map(|at| place(at, QUOTE)) {
        match places.iter_mut().find(|known| known.quote == found.quote) {
            Some(known) => known.at = format!("{}, {}", known.at, found.at),
            None => places.push(found),
        }
    }
    places
}

/// An address that a page may link.
pub(super) fn address(url: &str) -> Option<String> {
    Address::checked(url).map(|address| address.as_str().to_owned())
}

/// A finding with everything that is said about it.
#[derive(Serialize)]
pub(super) struct FindingCard {
    /// Place among the findings of the document: part of its address on the page.
    index: usize,
    severity: &'static str,
    mood: &'static str,
    key: String,
    /// The rule without its part.
    rule: String,
    name: String,
    /// How sure, where it is not.
    doubt: &'static str,
    message: String,
    why: String,
    place: Option<Place>,
    related: Vec<Place>,
    paste: String,
    docs: Option<String>,
    /// The card before it that says why, and has the text to paste: it is the same for both.
    as_before: Option<usize>,
}

/// Cards that say nothing twice: what many findings of one rule have in common stands on the first of them.
pub(super) fn once(mut cards: Vec<FindingCard>) -> Vec<FindingCard> {
    let mut first: HashMap<(String, String, String), usize> = HashMap::new();
    for card in &mut cards {
        if card.why.is_empty() && card.paste.is_empty() {
            continue;
        }
        let common = (card.key.clone(), card.why.clone(), card.paste.clone());
        card.as_before = first.get(&common).copied();
        first.entry(common).or_insert(card.index);
    }
    cards
}

/// The card of one finding.
pub(super) fn finding(index: usize, finding: &Finding, opened: Option<&Opened>, catalogue: &Catalogue) -> FindingCard {
    let docs = Links::rules_only(&[DOCS.to_owned()]).docs(&finding.docs);
    FindingCard {
        index,
        severity: finding.severity.word(),
        mood: mood_of(finding.severity),
        key: plain(&finding.key()),
        rule: plain(&finding.rule),
        name: plain(&catalogue.name(&finding.rule).unwrap_or_default().replace('-', " ")),
        doubt: match (finding.source, finding.confidence) {
            (Source::Model, _) => "from the model, never decides",
            (Source::Tool, Confidence::High) => "imported",
            (Source::Tool, _) => "imported, never fails",
            (_, Confidence::High) => "",
            (_, Confidence::Medium) => "medium confidence",
            (_, Confidence::Low) => "low confidence",
        },
        message: plain(&finding.message),
        why: plain(&finding.why),
        place: finding.place.as_ref().map(|at| Place {
            url: opened.and_then(|opened| address(&opened.at(Some(at.lines.start)))),
            ..place(at, Evidence::QUOTE_CHARS)
        }),
        related: finding.related.iter().map(|at| place(at, QUOTE)).collect(),
        paste: finding.suggestion.as_deref().map(|text| visible(text.trim(), true)).unwrap_or_default(),
        docs: docs.map(|address| address.as_str().to_owned()),
        as_before: None,
    }
}

/// A family of the checklist.
#[derive(Serialize)]
pub(super) struct Family {
    name: String,
    checks: Vec<CheckRow>,
}

#[derive(Serialize)]
struct CheckRow {
    rule: String,
    item: String,
    /// `good`, `doubtful` or `bad`.
    mood: &'static str,
    state: &'static str,
    places: Vec<Place>,
    /// A waiver, or another document that it is left to.
    note: String,
    /// The finding that tells more.
    finding: Option<usize>,
}

/// The checks that apply, by family, in the order of reading.
pub(super) fn families(reviewed: &Reviewed, catalogue: &Catalogue) -> Vec<Family> {
    let mut checks: Vec<&Check> =
        reviewed.head.checks.iter().filter(|check| check.state != CheckState::NotApplicable).collect();
    checks.sort_by_key(|check| Catalogue::rank(&check.rule));
    let mut families: Vec<Family> = Vec::new();
    for check in checks {
        let name = plain(catalogue.family(&check.rule));
        let row = row(check, reviewed, catalogue);
        match families.iter_mut().find(|family| family.name == name) {
            Some(family) => family.checks.push(row),
            None => families.push(Family { name, checks: vec![row] }),
        }
    }
    families
}

fn row(check: &Check, reviewed: &Reviewed, catalogue: &Catalogue) -> CheckRow {
    let item = catalogue.item(&check.rule).or_else(|| catalogue.name(&check.rule)).unwrap_or_default();
    let item = check.part.as_ref().map_or_else(|| item.to_owned(), |part| format!("{item}: {part}"));
    let same =
        |finding: &Finding| finding.source == Source::Rule && finding.rule == check.rule && finding.part == check.part;
    let waiver = check.waiver.as_ref();
    let waived = || {
        let reason = waiver.map_or(check.reason.as_deref(), |waiver| waiver.reason.as_deref());
        let by = waiver.and_then(|waiver| waiver.by.as_ref()).map(|by| format!(", by {by}")).unwrap_or_default();
        let until = waiver.and_then(|waiver| waiver.until).map(|until| format!(", until {until}")).unwrap_or_default();
        plain(&format!("waived: {}{by}{until}", reason.unwrap_or("no reason given")))
    };
    let note = if check.state == CheckState::Waived {
        waived()
    } else if waiver.is_some_and(Waived::is_proposed) {
        format!("proposed, {}", waived())
    } else {
        check.deferred_to.as_ref().map(|other| format!("see {}", plain(other))).unwrap_or_default()
    };
    CheckRow {
        rule: plain(&check.rule),
        item: plain(&item),
        mood: match check.state {
            CheckState::Specified | CheckState::Waived => "good",
            CheckState::Mentioned => "doubtful",
            CheckState::Absent | CheckState::NotApplicable => "bad",
        },
        state: match check.state {
            CheckState::Specified => "stated",
            CheckState::Waived => "left out on purpose",
            CheckState::Mentioned => "named only",
            CheckState::Absent | CheckState::NotApplicable => "missing",
        },
        places: places(&check.evidence),
        note,
        finding: reviewed.findings().position(same),
    }
}

/// Codes of the checks that do not apply.
pub(super) fn apart(reviewed: &Reviewed) -> Vec<String> {
    let apart = reviewed.head.checks.iter().filter(|check| check.state == CheckState::NotApplicable);
    apart.map(|check| plain(&check.key())).collect()
}

/// How much of a family is stated, as a bar.
#[derive(Serialize)]
pub(super) struct Bar {
    name: String,
    /// In words.
    words: String,
    stated: usize,
    total: usize,
    /// Parts of the bar: mood, left end, width.
    parts: Vec<(&'static str, usize, usize)>,
}

/// A bar for each family, all of the same width.
pub(super) fn bars(families: &[Family]) -> Vec<Bar> {
    families.iter().map(bar).collect()
}

fn bar(family: &Family) -> Bar {
    let total = family.checks.len();
    let count = |mood: &str| family.checks.iter().filter(|check| check.mood == mood).count();
    let (good, doubtful, bad) = (count("good"), count("doubtful"), count("bad"));
    let mut said = vec![format!("{good} stated")];
    let mut more = |count: usize, what: &str| {
        if count > 0 {
            said.push(format!("{count} {what}"));
        }
    };
    more(doubtful, "named only");
    more(bad, "missing");
    let mut before = 0;
    let mut parts = Vec::new();
    for (mood, count) in [("good", good), ("doubtful", doubtful), ("bad", bad)] {
        let at = |checks: usize| (BAR * checks).checked_div(total).unwrap_or_default();
        if count > 0 {
            parts.push((mood, at(before), at(before + count) - at(before)));
        }
        before += count;
    }
    Bar { name: family.name.clone(), words: said.join(", "), stated: good, total, parts }
}

/// The chain of one metric.
#[derive(Serialize)]
pub(super) struct ChainRow {
    name: String,
    links: Vec<LinkCell>,
}

#[derive(Serialize)]
struct LinkCell {
    name: &'static str,
    sign: &'static str,
    mood: &'static str,
    state: &'static str,
    place: Option<Place>,
    rule: String,
}

/// All links of a chain, in order.
pub(super) fn chain(chain: &Chain) -> ChainRow {
    let cell = |link: &Link| {
        let (sign, mood, state) = match (link.state, &link.place) {
            (LinkState::Stated, _) => ("✓", "good", "stated"),
            (LinkState::Missing, Some(_)) => ("~", "doubtful", "named only"),
            (LinkState::Missing, None) => ("✗", "bad", "missing"),
            (LinkState::NotApplicable, _) => ("–", "apart", "not applicable"),
        };
        LinkCell {
            name: link.name.word(),
            sign,
            mood,
            state,
            place: link.place.as_ref().map(|at| place(at, QUOTE)),
            rule: plain(link.rule.as_deref().unwrap_or_default()),
        }
    };
    ChainRow { name: plain(&chain.name), links: chain.links.iter().map(cell).collect() }
}

/// A row of the risk matrix.
#[derive(Serialize)]
pub(super) struct RiskRow {
    id: String,
    risk: String,
    /// How far it is covered, as a picture: nothing, named, something is done, and a number watches it.
    signs: &'static str,
    mood: &'static str,
    word: &'static str,
    done: Option<Place>,
    measured: Option<Place>,
    owner: String,
    open: Vec<String>,
}

/// The rows, what is open first; what does not arise, or what nobody looked at, is no row.
pub(super) fn risks(risks: &[Risk]) -> Vec<RiskRow> {
    let arises = |risk: &&Risk| risk.level != RiskLevel::NotApplicable && risk.judged_by.is_some();
    let mut rows: Vec<&Risk> = risks.iter().filter(arises).collect();
    rows.sort_by_key(|risk| risk.level);
    rows.into_iter().map(risk_row).collect()
}

/// Risks that no rule watches and no model was asked about.
pub(super) fn risks_unseen(risks: &[Risk]) -> Vec<String> {
    let unseen = risks.iter().filter(|risk| risk.level != RiskLevel::NotApplicable && risk.judged_by.is_none());
    unseen.map(|risk| plain(&risk.risk)).collect()
}

/// How many risks do not arise.
pub(super) fn risks_apart(risks: &[Risk]) -> usize {
    risks.iter().filter(|risk| risk.level == RiskLevel::NotApplicable).count()
}

fn risk_row(risk: &Risk) -> RiskRow {
    let (level, signs, mood, word) = match risk.level {
        RiskLevel::Absent | RiskLevel::NotApplicable => (0, "□□□", "bad", "open"),
        RiskLevel::Mentioned => (1, "■□□", "doubtful", "named only"),
        RiskLevel::Mitigated => (2, "■■□", "good", "covered"),
        RiskLevel::Measured => (3, "■■■", "good", "covered, measured"),
    };
    let words = risk.risk.strip_prefix(&risk.id).map_or(risk.risk.as_str(), str::trim_start);
    RiskRow {
        id: plain(&risk.id),
        risk: plain(words),
        signs,
        mood,
        word,
        done: risk.mitigation.as_ref().or(risk.place.as_ref()).map(|at| place(at, QUOTE)),
        measured: risk.measured_by.as_ref().map(|at| place(at, QUOTE)),
        owner: clip(&plain(risk.owner.as_deref().unwrap_or_default()), 60),
        open: if level < 2 { risk.open.iter().map(|rule| plain(rule)).collect() } else { Vec::new() },
    }
}
