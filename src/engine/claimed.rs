//! What other tools say of a document, as findings of the house: put on lines that are there, with words of the document and not of the
//! tool, told once, and left out where a waiver or the settings say so. Reads no report.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::Settings;
use super::waiver::{Waivers, words};
use crate::document::Document;
use crate::finding::{Check, CheckState, Confidence, Evidence, Finding, FindingBuilder, Fingerprint, Source};
use crate::import::{Claim, Claims, Region, Unit};
use crate::rules::{REMARKS, RuleKey, RuleSet};
use crate::text::LineRange;
use crate::text::fold::fold;

/// What this program calls itself in its own reports.
const OWN: &str = "specreview";

/// What became of the claims of other tools on one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claimed {
    /// Every report that was wanted could be read: what is not claimed is not so.
    pub is_whole: bool,
    /// Findings that came of them.
    pub placed: usize,
    /// Those of lines that the document does not have.
    pub lost: usize,
    /// Those that say what is said of the place already.
    pub same: usize,
    /// Those that a waiver or the settings leave out.
    pub left_out: usize,
    /// Findings that their tools say were there before.
    pub known: BTreeSet<Fingerprint>,
}

/// The findings and waived checks that come of `claims`, beside what the rules found. Marks the waivers that it uses.
pub(super) fn claimed(
    document: &Document,
    rules: &RuleSet,
    settings: &Settings,
    claims: &Claims,
    found: &[Finding],
    waivers: &mut Waivers,
) -> (Vec<Finding>, Vec<Check>, Claimed) {
    let mut desk = Desk {
        document,
        settings,
        told: found.iter().flat_map(said).collect(),
        waived: BTreeMap::new(),
        of: Claimed { is_whole: claims.is_whole, ..Claimed::default() },
    };
    let confidence = if claims.count { Confidence::High } else { Confidence::Medium };
    let findings = claims.list.iter().filter_map(|claim| {
        if is_own(&claim.rule, rules) {
            desk.of.same += 1;
            return None;
        }
        desk.finding(claim, confidence, waivers)
    });
    let findings: Vec<Finding> = findings.collect();
    desk.of.placed = findings.len();
    (findings, desk.waived.into_values().collect(), desk.of)
}

/// A place and what is said of it, folded: what two tools say of the same lines in the same words is said once.
type Said = (Option<LineRange>, String);

/// What a finding says, in the ways in which reports write it.
fn said(finding: &Finding) -> [Said; 2] {
    let lines = finding.place.as_ref().map(|place| place.lines);
    [finding.message.clone(), format!("{} {}", finding.message, finding.why)].map(|text| (lines, fold(&text)))
}

/// A rule of this program, in a report that it wrote itself: it says so now, or it is mended.
fn is_own(rule: &str, rules: &RuleSet) -> bool {
    let Some(id) = rule.strip_prefix(OWN).and_then(|rest| rest.strip_prefix('/')) else { return false };
    // With the part behind it, as `MON-002-data`.
    let code: Vec<&str> = id.splitn(3, '-').take(2).collect();
    let code = code.join("-").to_uppercase();
    rules.get(&code).is_some() || REMARKS.iter().any(|remark| remark.code == code)
}

struct Desk<'a> {
    document: &'a Document,
    settings: &'a Settings,
    told: BTreeSet<Said>,
    /// By rule.
    waived: BTreeMap<String, Check>,
    of: Claimed,
}

impl Desk<'_> {
    fn finding(&mut self, claim: &Claim, confidence: Confidence, waivers: &mut Waivers) -> Option<Finding> {
        let Self { document, settings, .. } = *self;
        let Ok(lines) = self.lines(claim.region.as_ref()) else {
            self.of.lost += 1;
            return None;
        };
        if !self.told.insert((lines, fold(&claim.message))) {
            self.of.same += 1;
            return None;
        }
        if settings.off.iter().any(|code| code.eq_ignore_ascii_case(&claim.rule)) {
            self.of.left_out += 1;
            return None;
        }
        let key = RuleKey::of(&claim.rule, None);
        let waiver = waivers.standing(&claim.rule, None);
        if let Some((said, at)) = waiver.as_ref().filter(|(said, _)| said.counts()) {
            self.of.left_out += 1;
            let evidence = at.map(|lines| self.evidence(lines, None));
            self.waived.entry(claim.rule.to_ascii_lowercase()).or_insert_with(|| Check {
                rule: claim.rule.clone(),
                part: None,
                state: CheckState::Waived,
                evidence: evidence.into_iter().collect(),
                reason: said.reason.clone(),
                deferred_to: None,
                waiver: Some(said.clone()),
            });
            return None;
        }
        let (before, after) = waiver.as_ref().map(|(said, _)| words(&key, said)).unwrap_or_default();
        let set = settings.severity.iter().find(|(code, _)| code.eq_ignore_ascii_case(&claim.rule));
        let place = lines.map(|lines| self.evidence(lines, claim.region.as_ref()));
        let section = lines.and_then(|lines| {
            let start = document.lines.span_of(lines.start).start();
            document.section_at(start)
        });
        let finding = FindingBuilder::new(&claim.rule, Source::Tool, format!("{before}{}{after}", claim.message))
            .level(set.map_or(claim.severity, |(_, severity)| *severity), confidence)
            .at(place, section.map(|section| document.heading_path(section)).unwrap_or_default())
            .why(&claim.why)
            .suggestion(claim.suggestion.clone())
            .docs(&claim.url)
            .build();
        if claim.is_known {
            self.of.known.insert(finding.fingerprint.clone());
        }
        Some(finding)
    }

    /// The lines, if the document has them; none for the document as a whole.
    fn lines(&self, region: Option<&Region>) -> Result<Option<LineRange>, ()> {
        let Some(region) = region else { return Ok(None) };
        let last = region.end.max(region.start);
        let is_there = region.start > 0 && last <= self.document.lines.count() && self.document.places.are_lines();
        if is_there { Ok(Some(LineRange::new(region.start, last))) } else { Err(()) }
    }

    /// The lines with their words: those that the columns mark, where they mark any.
    fn evidence(&self, lines: LineRange, region: Option<&Region>) -> Evidence {
        let text = self.document.line_text(lines);
        let marked = region.and_then(|region| marked(region, text));
        Evidence::new(lines, marked.unwrap_or(text)).said(&self.document.places)
    }
}

/// The whole words that the columns of a region mark in its only line; none where they mark too little to be found again.
fn marked<'a>(region: &Region, line: &'a str) -> Option<&'a str> {
    let (first, after) = region.columns?;
    let (first, after) = (byte(line, first, region.unit)?, byte(line, after, region.unit)?);
    let (before, rest) = line.split_at_checked(first)?;
    let (_, behind) = line.split_at_checked(after)?;
    let is_word = |c: &char| c.is_alphanumeric();
    let left: usize = if rest.starts_with(char::is_alphanumeric) {
        before.chars().rev().take_while(is_word).map(char::len_utf8).sum()
    } else {
        0
    };
    let right: usize = if line.get(..after)?.ends_with(char::is_alphanumeric) {
        behind.chars().take_while(is_word).map(char::len_utf8).sum()
    } else {
        0
    };
    let words = line.get(first - left..after + right)?.trim();
    (words.chars().filter(is_word).count() > 1).then_some(words)
}

/// The byte at which a column begins; none past the end of the line or within a character.
fn byte(line: &str, column: u32, unit: Unit) -> Option<usize> {
    let before = usize::try_from(column.checked_sub(1)?).ok()?;
    let width = |c: char| match unit {
        Unit::Bytes => c.len_utf8(),
        Unit::Utf16 => c.len_utf16(),
        Unit::Chars => 1,
    };
    let mut seen = 0;
    for (at, c) in line.char_indices() {
        if seen >= before {
            return (seen == before).then_some(at);
        }
        seen += width(c);
    }
    (seen == before).then_some(line.len())
}

/// Indices of findings of other tools whose lines stand in the document as it was before: no tool looked at that one, but what is said of
/// a line that nobody touched was true of it then. A line counts as often as it stood there.
#[must_use]
pub fn stood_before(head: &[Finding], now: &Document, before: &Document) -> BTreeSet<usize> {
    let of_tools: Vec<(usize, LineRange)> = head
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.source == Source::Tool)
        .filter_map(|(at, finding)| Some((at, finding.place.as_ref()?.lines)))
        .collect();
    if of_tools.is_empty() {
        return BTreeSet::new();
    }
    let mut left: BTreeMap<(u32, Print), usize> = BTreeMap::new();
    let longs: BTreeSet<u32> = of_tools.iter().map(|(_, lines)| long(*lines)).collect();
    for long in longs {
        for start in 1..=before.lines.count().saturating_sub(long - 1) {
            *left.entry((long, window(before, start, long))).or_default() += 1;
        }
    }
    let mut stood: BTreeMap<LineRange, bool> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for (at, lines) in of_tools {
        let stands = stood.entry(lines).or_insert_with(|| {
            let count = left.get_mut(&(long(lines), window(now, lines.start, long(lines))));
            count.filter(|count| **count > 0).map(|count| *count -= 1).is_some()
        });
        if *stands {
            all.insert(at);
        }
    }
    all
}

/// Lines of a range that are compared.
const COMPARED: u32 = 20;

fn long(lines: LineRange) -> u32 {
    (lines.end - lines.start + 1).min(COMPARED)
}

/// Words by the beginning of their digest. Lines stand in as many windows as are compared, so that their words would take a multiple of the
/// document; and it is not to be found by trying which others pass for them.
type Print = [u8; 16];

fn print(words: &str) -> Print {
    let mut print = Print::default();
    print.iter_mut().zip(Sha256::digest(words)).for_each(|(to, from)| *to = from);
    print
}

/// Some lines, folded; empty ones with what stands around them.
fn window(of: &Document, start: u32, long: u32) -> Print {
    let text = |start: u32, end: u32| fold(of.line_text(LineRange::new(start, end)));
    let end = start.saturating_add(long - 1);
    let words = text(start, end);
    if words.trim().is_empty() {
        let (before, after) = (text(start.saturating_sub(1).max(1), end), text(start, end.saturating_add(1)));
        return print(&format!("\n{before}\n{after}"));
    }
    print(&words)
}

#[cfg(test)]
mod tests;
