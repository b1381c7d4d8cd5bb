//! The report as JSON: contract version 1. These types are frozen: later versions add fields, none changes meaning. Nothing is
//! computed here but the shape.

mod shape;

use std::collections::{BTreeMap, BTreeSet};

use shape::{
    BaselineOut, ChainOut, ChangeOut, CheckOut, CommitmentChangeOut, CommitmentOut, CompareOut, DocumentOut, Engine,
    FindingOut, ImportedOut, LinkOut, MeasureOut, MetricLinkOut, ModelOut, Place, ProfileOut, ReadingOut, Report,
    RiskOut, RunOut, SkippedOut, StaleOut, WaiverOut,
};

use super::{Entry, Run};
use crate::critique::ledger::MicroUsd;
use crate::document::Document;
use crate::facts::{CommitmentKind, Measure, Unit};
use crate::finding::{Chain, CheckState, Evidence, Finding, Link, Risk, Source, Waived};
use crate::review::{Catalogue, Opened, Reviewed};

/// The name of the contract.
pub const SCHEMA: &str = "specreview/report/v1";

/// The report as pretty JSON with a line feed at its end. `catalogue` tells which metrics are ratios.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue) -> String {
    super::pretty(&report(run, catalogue))
}

/// The chain from goal to owner: what each link is called, and the check that says how far the document goes with it.
const CHAIN: &[(&str, &str)] = &[
    ("goal", "BIZ-001"),
    ("kpi", "BIZ-002"),
    ("kpi-metric-link", "BIZ-004"),
    ("metric", "MET-001"),
    ("rationale", "MET-012"),
    ("baseline", "MET-003"),
    ("poc-gate", "POC-002"),
    ("target", "MET-002"),
    ("threshold", "MET-009"),
    ("monitoring", "MON-001"),
    ("owner", "GOV-002"),
];

fn report<'a>(run: &'a Run, catalogue: &Catalogue) -> Report<'a> {
    let changed: BTreeSet<&str> =
        run.reviewed().flat_map(|reviewed| &reviewed.critique.policy_changed).map(String::as_str).collect();
    let verdicts = || run.reviewed().flat_map(|reviewed| &reviewed.critique.verdicts);
    Report {
        schema: SCHEMA,
        change: run.commits.as_ref().map(|of| ChangeOut { head: of.head.as_deref(), base: &of.base }),
        engine: Engine { version: &run.version, rules: &run.rules, model: run.model.as_deref() },
        documents: run.documents.iter().map(|entry| document(entry, &run.opened, catalogue)).collect(),
        run: RunOut {
            complete: run.is_complete(),
            skipped: run.unread().into_iter().map(|at| SkippedOut { path: at.what, reason: at.why }).collect(),
            problems: &run.problems,
            imported: run.imported.as_ref().map(ImportedOut::of),
            model: ModelOut {
                calls: run.usage.calls,
                input_tokens: run.usage.input_tokens,
                output_tokens: run.usage.output_tokens,
                cost_usd: run.cost.cost().map(MicroUsd::usd),
                cached: run.reviewed().map(|reviewed| reviewed.critique.cached).sum(),
                policy_changed: changed.into_iter().collect(),
                dropped_without_evidence: verdicts().map(|verdict| verdict.dropped).sum(),
                incomplete: run.incomplete.as_deref(),
            },
        },
    }
}

fn document<'a>(entry: &'a Entry, opened: &'a BTreeMap<String, Opened>, catalogue: &Catalogue) -> DocumentOut<'a> {
    match entry {
        Entry::Reviewed(reviewed, document) => reviewed_out(reviewed, document, opened.get(&reviewed.path), catalogue),
        Entry::Unread { path, reason } => DocumentOut {
            path,
            url: None,
            sha256: None,
            kind: "other",
            because: "it could not be read",
            error: Some(reason),
            profile: ProfileOut::default(),
            checks: Vec::new(),
            measures: Vec::new(),
            findings: Vec::new(),
            risks: Vec::new(),
            chain: Vec::new(),
            metric_chains: Vec::new(),
            commitments: Vec::new(),
            compare: None,
            baseline: None,
            reading: ReadingOut::default(),
        },
    }
}

fn reviewed_out<'a>(
    reviewed: &'a Reviewed,
    document: &Document,
    opened: Option<&'a Opened>,
    catalogue: &Catalogue,
) -> DocumentOut<'a> {
    let head = &reviewed.head;
    let profile = &head.profile;
    DocumentOut {
        path: &reviewed.path,
        url: opened.map(|opened| opened.address.as_str()),
        sha256: Some(&reviewed.sha256),
        kind: profile.kind.word(),
        because: &profile.because,
        error: None,
        profile: ProfileOut {
            tasks: profile.tasks.iter().map(String::as_str).collect(),
            trains: profile.trains,
            affects_people: profile.affects_people,
            stage: Some(profile.stage.word()),
        },
        checks: head
            .checks
            .iter()
            .map(|check| CheckOut {
                rule: &check.rule,
                part: check.part.as_deref(),
                state: check.state.word(),
                evidence: check.evidence.iter().map(place).collect(),
                reason: check.reason.as_deref(),
                deferred_to: check.deferred_to.as_deref(),
                waiver: check.waiver.as_ref().map(waiver),
            })
            .collect(),
        measures: head.measures.iter().map(|measure| measure_out(measure, document, catalogue)).collect(),
        findings: reviewed.findings().map(|found| finding(found, opened)).collect(),
        risks: reviewed.risks().into_iter().map(risk).collect(),
        chain: chain(reviewed),
        metric_chains: head.chains.iter().map(metric_chain).collect(),
        commitments: head
            .commitments
            .iter()
            .map(|at| CommitmentOut {
                kind: at.kind.word(),
                key: &at.key,
                value: &at.value,
                line: at.lines.start,
                place: head.places.words(at.lines),
            })
            .collect(),
        compare: compare(reviewed),
        baseline: reviewed.comparison.held.as_ref().map(|held| BaselineOut {
            known: fingerprints(&held.known, &head.findings),
            stale: held
                .stale
                .iter()
                .map(|stale| StaleOut { rule: &stale.rule, count: stale.count, message: &stale.message })
                .collect(),
        }),
        reading: ReadingOut {
            numbers_read: head.reading.numbers_read,
            measures_checked: head.reading.measures_checked,
            not_understood: head.reading.not_understood,
        },
    }
}

fn waiver(said: &Waived) -> WaiverOut<'_> {
    WaiverOut {
        reason: said.reason.as_deref(),
        by: said.by.as_deref(),
        until: said.until,
        counts: said.counts(),
        proposed: said.is_proposed(),
    }
}

fn place(evidence: &Evidence) -> Place<'_> {
    let path = evidence.path.as_deref();
    Place {
        path,
        line: evidence.lines.start,
        end_line: evidence.lines.end,
        place: evidence.spot.as_deref(),
        quote: &evidence.quote,
    }
}

fn risk(risk: Risk) -> RiskOut {
    let line = |place: &Option<Evidence>| place.as_ref().map(|place| place.lines.start);
    let at = line(&risk.place);
    let spot = risk.place.as_ref().and_then(|place| place.spot.clone());
    let measured_line = line(&risk.measured_by.clone().filter(|place| place.path.is_none()));
    let quote = |place: Option<Evidence>| place.map(|place| place.quote);
    RiskOut {
        id: risk.id,
        name: risk.name,
        risk: risk.risk,
        level: risk.level,
        judged_by: risk.judged_by.map(Source::word),
        path: risk.place.as_ref().and_then(|place| place.path.clone()),
        line: at,
        place: spot,
        quote: quote(risk.place),
        mitigation: quote(risk.mitigation),
        measured_by: quote(risk.measured_by),
        measured_line,
        owner: risk.owner,
        reason: risk.reason,
        open: risk.open,
    }
}

fn finding<'a>(finding: &'a Finding, opened: Option<&Opened>) -> FindingOut<'a> {
    let line = finding.place.as_ref().map(|place| place.lines.start);
    FindingOut {
        rule: &finding.rule,
        part: finding.part.as_deref(),
        source: finding.source.word(),
        severity: finding.severity.word(),
        confidence: finding.confidence.word(),
        line,
        end_line: finding.place.as_ref().map(|place| place.lines.end),
        place: finding.place.as_ref().and_then(|place| place.spot.as_deref()),
        quote: finding.place.as_ref().map(|place| place.quote.as_str()),
        message: &finding.message,
        why: &finding.why,
        suggestion: finding.suggestion.as_deref(),
        related: finding.related.iter().map(place).collect(),
        fingerprint: finding.fingerprint.as_str(),
        docs: &finding.docs,
        url: opened.map(|opened| opened.at(line)),
    }
}

/// Values of ratio metrics stand on the ratio scale however they were written; a percentage of anything else stays one.
fn measure_out<'a>(measure: &'a Measure, document: &Document, catalogue: &Catalogue) -> MeasureOut<'a> {
    let quantity = &measure.quantity;
    let percent = quantity.unit == Unit::Percent;
    let known = catalogue.is_ratio(&measure.metric);
    let ratio = known && (percent || quantity.unit == Unit::Plain) || percent && measure.metric != "kpi";
    let unit = match &quantity.unit {
        _ if ratio => "ratio".to_owned(),
        Unit::Plain => "number".to_owned(),
        Unit::Percent => "percent".to_owned(),
        Unit::Points => "points".to_owned(),
        Unit::Times => "times".to_owned(),
        Unit::Money(currency) => currency.clone(),
        Unit::Duration => "seconds".to_owned(),
        Unit::Date => "date".to_owned(),
        Unit::Count(noun) => noun.clone(),
    };
    let scaled = |value: f64| if ratio && percent { clean(value / 100.0) } else { value };
    MeasureOut {
        metric: &measure.metric,
        name: &measure.name,
        slice: measure.slice.as_deref(),
        averaging: measure.averaging.as_deref(),
        at: measure.at.as_deref(),
        comparator: measure.comparator.sign(),
        value: scaled(quantity.value),
        upper: quantity.upper.map(scaled),
        unit,
        role: measure.role.word(),
        relative: measure.relative,
        line: measure.lines.start,
        place: document.places.words(measure.lines),
        quote: Evidence::new(measure.lines, document.line_text(measure.lines)).quote,
    }
}

/// Takes the dust of the division away: 99.2 / 100 is 0.992.
fn clean(value: f64) -> f64 {
    (value * 1e12).round() / 1e12
}

fn chain(reviewed: &Reviewed) -> Vec<LinkOut> {
    let link = |(link, rule): &(&'static str, &'static str)| {
        let check = reviewed.head.checks.iter().find(|check| check.rule == *rule);
        LinkOut {
            link,
            rule,
            state: check.map(|check| check.state.word()),
            lines: check
                .filter(|check| check.state != CheckState::NotApplicable)
                .map(|check| check.evidence.iter().filter(|at| at.path.is_none()).map(|at| at.lines.start).collect())
                .unwrap_or_default(),
        }
    };
    CHAIN.iter().map(link).collect()
}

fn metric_chain(chain: &Chain) -> ChainOut<'_> {
    let link = |link: &'_ Link| MetricLinkOut {
        link: link.name.word(),
        state: link.state.word(),
        rule: link.rule.clone(),
        path: link.place.as_ref().and_then(|place| place.path.clone()),
        line: link.place.as_ref().map(|place| place.lines.start),
        end_line: link.place.as_ref().map(|place| place.lines.end),
        place: link.place.as_ref().and_then(|place| place.spot.clone()),
        quote: link.place.as_ref().map(|place| place.quote.clone()),
    };
    ChainOut { metric: &chain.metric, name: &chain.name, links: chain.links.iter().map(link).collect() }
}

fn compare(reviewed: &Reviewed) -> Option<CompareOut<'_>> {
    let base = reviewed.base.as_ref()?;
    let comparison = &reviewed.comparison;
    Some(CompareOut {
        introduced: fingerprints(&comparison.introduced, &reviewed.head.findings),
        fixed: fingerprints(&comparison.fixed, &base.findings),
        carried_over: fingerprints(&comparison.carried, &reviewed.head.findings),
        commitments: comparison
            .commitments
            .iter()
            .map(|change| CommitmentChangeOut {
                kind: CommitmentKind::word(change.kind),
                key: &change.key,
                before: change.before.as_deref(),
                after: change.after.as_deref(),
                line: change.lines.map(|lines| lines.start),
                place: change.lines.and_then(|lines| reviewed.head.places.words(lines)),
                direction: change.direction.word(),
            })
            .collect(),
    })
}

fn fingerprints<'a>(indices: &[usize], of: &'a [Finding]) -> Vec<&'a str> {
    indices.iter().filter_map(|at| of.get(*at)).map(|finding| finding.fingerprint.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::facts::Role;
    use crate::finding::RiskLevel;
    use crate::review::testing::{
        at_line, check, commitment, loosened, measure, missing, named, reviewed, said_by_model,
    };

    fn sample() -> Run {
        let mut document = reviewed(
            "specs/parcel.md",
            vec![missing("BIZ-001"), named("MON-001", 7, "we will monitor it"), at_line("ARI-003", 11, "0.85")],
            Some(vec![missing("BIZ-001"), missing("GOV-001")]),
        );
        document.head.checks.push(check("VER-001", Some("data"), CheckState::NotApplicable, None));
        let mut target = measure("recall", Role::Target, 85.0, 11);
        target.quantity.unit = Unit::Percent;
        document.head.measures = vec![measure("recall", Role::Baseline, 0.31, 11), target];
        document.head.commitments = vec![commitment("recall", ">= 0.85", 11)];
        document.comparison = crate::review::compare(&document.head, document.base.as_ref());
        document.comparison.commitments = vec![loosened("recall", ">= 0.9", ">= 0.85", 11)];
        document.head.risks = vec![Risk {
            id: "SR18".into(),
            name: "drift".into(),
            risk: "SR18 Degradation and drift".into(),
            level: RiskLevel::Mentioned,
            judged_by: Some(Source::Rule),
            place: Some(Evidence::new(crate::text::LineRange::single(7), "we will monitor it")),
            mitigation: None,
            measured_by: None,
            owner: None,
            reason: None,
            open: vec!["MON-001".into()],
        }];
        document.critique.verdicts.push(crate::critique::Verdict {
            question: "MR1".into(),
            score: Some(1),
            findings: vec![said_by_model("MR1", 7, "a good recall")],
            evidence: Vec::new(),
            dropped: 2,
            failure: None,
        });
        run_of(vec![document], &["missing.md"])
    }

    #[test]
    fn the_report_keeps_its_shape() {
        insta::assert_snapshot!(render(&sample(), &catalogue()));
    }

    #[test]
    fn every_input_has_an_entry_and_nothing_unread_is_complete() {
        let report: serde_json::Value = serde_json::from_str(&render(&sample(), &catalogue())).unwrap();
        assert_eq!(report["schema"], SCHEMA);
        assert_eq!(report["documents"].as_array().unwrap().len(), 2);
        assert_eq!(report["documents"][1]["kind"], "other");
        assert_eq!(report["documents"][1]["error"], "no such file; check the path");
        assert_eq!(report["run"]["complete"], false);
        assert_eq!(report["run"]["skipped"][0]["path"], "missing.md");
        let empty: serde_json::Value = serde_json::from_str(&render(&run_of(vec![], &[]), &catalogue())).unwrap();
        assert_eq!(empty["documents"].as_array().unwrap().len(), 0);
    }

    #[test]
    fn values_stand_on_the_scale_of_their_metric() {
        let out = |metric: &str, value, unit| {
            let mut measure = measure(metric, Role::Target, value, 1);
            measure.quantity.unit = unit;
            let out = measure_out(&measure, &Document::parse("x"), &catalogue());
            (out.value, out.unit)
        };
        let cases = [
            (out("recall", 0.9, Unit::Plain), (0.9, "ratio")),
            (out("recall", 99.2, Unit::Percent), (0.992, "ratio")),
            (out("mape", 12.0, Unit::Percent), (0.12, "ratio")),
            (out("kpi", 20.0, Unit::Percent), (20.0, "percent")),
            (out("mae", 0.4, Unit::Plain), (0.4, "number")),
            (out("latency", 0.4, Unit::Duration), (0.4, "seconds")),
            (out("kpi", 38.0, Unit::Money("EUR".into())), (38.0, "EUR")),
            (out("kpi", 4000.0, Unit::Count("parcels".into())), (4000.0, "parcels")),
        ];
        for ((value, unit), wanted) in cases {
            assert_eq!((value, unit.as_str()), wanted);
        }
    }
}
