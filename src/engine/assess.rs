//! One run: read the facts, run every rule, collect. Judges nothing itself.

use std::borrow::Cow;

use super::claimed::claimed;
use super::waiver::Waivers;
use super::{Assessment, Settings, chain, quoted, risk, unseen, waiver};
use crate::document::{Document, SectionId};
use crate::facts::{Facts, Kind, Linked, Profile};
use crate::finding::{Check, CheckState, Evidence, Finding, FindingBuilder, Source, Waived};
use crate::rules::check::{Answer, Context, Flaw, Shared};
use crate::rules::{CORE, Given, Others, Rule, RuleKey, RuleSet};

/// Reviews one document. Pure: the same input gives the same result.
#[must_use]
pub fn assess(document: &Document, rules: &RuleSet, settings: &Settings) -> Assessment {
    assess_with_facts(document, rules, settings).0
}

/// As [`assess`], with the facts that it judged: a critique asks about the same ones.
#[must_use]
pub fn assess_with_facts(document: &Document, rules: &RuleSet, settings: &Settings) -> (Assessment, Facts) {
    let mut facts = Facts::read(document, &rules.lexicon);
    if settings.is_spec && facts.profile.kind != Kind::AiSpec {
        facts.profile.kind = Kind::AiSpec;
        facts.profile.because = String::from("The settings say that it is a specification.");
    } else if !settings.is_spec
        && facts.profile.kind == Kind::AiSpec
        && let Some(because) = quoted::review(document, rules)
    {
        facts.profile.kind = Kind::Related;
        facts.profile.because = because;
    }
    (assess_linked(document, &facts, rules, settings, &[]), facts)
}

/// Judges facts that are read already, together with those of the documents that content is left to. Which ones these are,
/// [`Assessment::deferred`] says; they are values here, and who reads them bounds them.
#[must_use]
pub fn assess_linked(
    document: &Document,
    facts: &Facts,
    rules: &RuleSet,
    settings: &Settings,
    linked: &[Linked],
) -> Assessment {
    let is_spec = facts.profile.kind == Kind::AiSpec;
    let mut waivers = Waivers::read(document, rules, settings);
    let (mut checks, mut findings) = (Vec::new(), Vec::new());
    let shared = Shared::default();
    let is_on = |rule: &&Rule| rules.is_on(rule, settings.packs.as_ref());
    let more = rules.facts_for(rules.rules.iter().filter(is_on), document, facts);
    let linked = with_packs(linked, rules, settings);
    let given = Given::default();
    let facts_of_packs = more.as_ref().unwrap_or(facts);
    let cx = Context::new(document, facts_of_packs, &rules.lexicon, &shared);
    let cx = cx.with_linked(&linked).with_others(Others { rules, given: &given });
    for rule in rules.in_order() {
        if !is_on(&rule) {
            // The core is the checklist that risks and chains are read from; of other packs nobody asks.
            if rule.pack == CORE {
                checks.extend(excused(rule, &format!("the settings leave the pack {} out", rule.pack)));
            }
            continue;
        }
        if let Some(reason) = excuse(rule, &facts.profile, settings) {
            given.keep(&rule.code, vec![Answer::not_applicable(&reason)]);
            checks.extend(excused(rule, &reason));
            continue;
        }
        let mut answers = rule.answers(&cx);
        for answer in &mut answers {
            let waiver = waivers.apply(rule, answer, &cx);
            let said = waiver.as_ref();
            findings.extend(answer.flaws.iter().map(|flaw| finding(rule, answer, flaw, said, &cx, settings)));
            checks.push(Check { waiver, ..check(rule, answer.clone()) });
        }
        given.keep(&rule.code, answers);
    }
    checks.sort_by(|a, b| a.rule.cmp(&b.rule));
    let claims = settings.claims.as_ref().filter(|_| is_spec);
    let claims = claims.map(|claims| claimed(document, rules, settings, claims, &findings, &mut waivers));
    if is_spec {
        findings.extend(waivers.remarks(document, settings));
        findings.extend(unseen::remarks(document, settings));
    }
    findings.sort_by(Finding::in_order);
    let risks = risk::matrix(&rules.risks, &checks, &findings, &facts.commitments, &facts.profile);
    let chains = chain::chains(document, facts, &rules.lexicon, &checks, &findings);
    // What others say is no part of what the checklist knows.
    let claimed = claims.map(|(more, waived, claimed)| {
        findings.extend(more);
        findings.sort_by(Finding::in_order);
        checks.extend(waived);
        checks.sort_by(|a, b| a.rule.cmp(&b.rule));
        claimed
    });
    Assessment {
        places: document.places.clone(),
        profile: facts.profile.clone(),
        checks,
        measures: facts.measures.clone(),
        commitments: facts.commitments.clone(),
        findings,
        chains,
        risks,
        reading: facts.reading,
        claimed,
        limits: [document.limits.clone(), facts.reading.limits()].concat(),
    }
}

/// The linked documents with what the pages of the chosen packs define.
fn with_packs<'a>(linked: &'a [Linked], rules: &RuleSet, settings: &Settings) -> Cow<'a, [Linked]> {
    let more = |other: &Linked| {
        let on = rules.rules.iter().filter(|rule| rules.is_on(rule, settings.packs.as_ref()));
        Some(Linked { facts: rules.facts_for(on, &other.document, &other.facts)?, ..other.clone() })
    };
    let all: Option<Vec<Linked>> = linked.iter().map(more).collect();
    all.map_or(Cow::Borrowed(linked), Cow::Owned)
}

/// Why a rule is not run at all.
fn excuse(rule: &Rule, profile: &Profile, settings: &Settings) -> Option<String> {
    if profile.kind != Kind::AiSpec {
        return Some(profile.because.clone());
    }
    if settings.off.iter().any(|code| code.eq_ignore_ascii_case(&rule.code)) {
        return Some("switched off in the settings".to_owned());
    }
    rule.applies.excuse(profile)
}

fn excused(rule: &Rule, reason: &str) -> Vec<Check> {
    let one = |part: Option<&str>| {
        let mut answer = Answer::not_applicable(reason);
        answer.part = part.map(str::to_owned);
        check(rule, answer)
    };
    if rule.parts.is_empty() { vec![one(None)] } else { rule.parts.iter().map(|part| one(Some(part))).collect() }
}

fn check(rule: &Rule, answer: Answer) -> Check {
    let keeps = !matches!(answer.state, CheckState::Absent | CheckState::NotApplicable);
    let mut evidence: Vec<Evidence> = Vec::new();
    for piece in answer.evidence.into_iter().filter(|_| keeps) {
        if !evidence.contains(&piece) {
            evidence.push(piece);
        }
    }
    Check {
        rule: rule.code.clone(),
        part: answer.part,
        state: answer.state,
        evidence,
        reason: answer.reason.filter(|reason| !reason.is_empty()),
        deferred_to: answer.deferred_to,
        waiver: None,
    }
}

fn finding(
    rule: &Rule,
    answer: &Answer,
    flaw: &Flaw,
    waiver: Option<&Waived>,
    cx: &Context<'_>,
    settings: &Settings,
) -> Finding {
    let severity = rule.severity_of(answer.part.as_deref(), flaw, &cx.facts.profile);
    let mut message = rule.words_of(answer, flaw);
    if let Some(said) = waiver {
        let (before, after) = waiver::words(&RuleKey::of(&rule.code, answer.part.as_deref()), said);
        message = format!("{before}{message}{after}");
    }
    let set = settings.severity.iter().find(|(code, _)| code.eq_ignore_ascii_case(&rule.code));
    let severity = set.map_or(severity, |(_, severity)| *severity);
    let (place, section) = match &flaw.place {
        Some(place) => (Some(place.evidence.clone()), Some(place.section)),
        None => home(rule, cx.document),
    };
    FindingBuilder::new(&rule.code, Source::Rule, message)
        .part(answer.part.as_deref())
        .level(severity, rule.confidence)
        .at(place, section.map(|section| cx.document.heading_path(section)).unwrap_or_default())
        .why(&rule.why)
        .suggestion(rule.skeleton.clone())
        .related(flaw.related.clone())
        .docs(&rule.docs)
        .whole(flaw.is_whole)
        .build()
}

/// What is missing has no line; the heading of the section that would hold it is the next best.
fn home(rule: &Rule, document: &Document) -> (Option<Evidence>, Option<SectionId>) {
    let Some(id) = rule.home(document) else { return (None, None) };
    let place = document.sections.get(id).map(|section| {
        let lines = document.lines.range(section.heading);
        Evidence::new(lines, document.line_text(lines)).said(&document.places)
    });
    (place, Some(id))
}
