//! The report as SARIF 2.1.0, within what GitHub's code scanning takes: a result for each finding and each waived check, the rules with
//! their help, and a notification for everything that was not read.

mod shape;

use std::collections::BTreeMap;

use shape::{
    Artifact, ArtifactLocation, AutomationDetails, Configuration, Descriptor, DescriptorProperties, Driver,
    DriverProperties, Fingerprints, Hashes, Invocation, Location, Log, LogicalLocation, Markdown, Notification,
    PhysicalLocation, Region, ResultOut, ResultProperties, RunOut, Suppression, Text, Tool,
};

use super::guide::{Guide, Topic};
use super::told::{STDIN, Told, one_line, sentence, told, uri};
use super::{Run, said};
use crate::document::Document;
use crate::finding::{
    Check, CheckState, Confidence, Evidence, Finding, Fingerprint, Severity, Source, Waived, tool_of,
};
use crate::review::render::words::tally::plural;
use crate::review::{Catalogue, Exit, Reviewed};
use crate::text::LineRange;

/// Address of the schema, as OASIS publishes it.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Results of one run that GitHub takes; of more it takes none.
const RESULTS: usize = 25_000;
/// Further places of a result that GitHub shows.
const PLACES: usize = 100;
/// Longest text of lines that is repeated, in bytes: lines of a table can be very long.
const SNIPPET: usize = 2_000;
/// What paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// The report. `guide` tells about the rules, `exit` how the program ends.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue, guide: &Guide, exit: Exit) -> String {
    let all = told(run);
    let rules = Rules::of(run, &all, guide);
    let mut results: Vec<ResultOut<'_>> = all.iter().map(|told| of_finding(told, &rules)).collect();
    for reviewed in run.reviewed() {
        results.extend(waived(reviewed, catalogue, &rules));
    }
    let dropped = results.len().saturating_sub(RESULTS);
    if dropped > 0 {
        let rank = |level: &str| ["error", "warning", "note"].iter().position(|known| *known == level);
        results.sort_by_key(|result| rank(result.level));
        results.truncate(RESULTS);
    }
    super::pretty(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [RunOut {
            tool: Tool {
                driver: Driver {
                    name: "specreview",
                    version: &run.version,
                    semantic_version: &run.version,
                    information_uri: super::HOME,
                    rules: rules.descriptors,
                    properties: DriverProperties { rules: &run.rules, model: run.model.as_deref() },
                },
            },
            automation_details: AutomationDetails { id: "specreview/" },
            invocations: [invocation(run, exit, dropped)],
            artifacts: artifacts(run),
            results,
            column_kind: "unicodeCodePoints",
        }],
    })
}

/// The rules with the place of each in the list, by code.
struct Rules<'a> {
    descriptors: Vec<Descriptor<'a>>,
    index: BTreeMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    /// Those of the guide, and a bare one for every other code that a finding or a check has.
    fn of(run: &'a Run, all: &[Told<'a>], guide: &'a Guide) -> Self {
        let mut rules = Self { descriptors: Vec::new(), index: BTreeMap::new() };
        for topic in guide.topics() {
            rules.add(&topic.code, described(topic));
        }
        let checks = run.reviewed().flat_map(|reviewed| &reviewed.head.checks).map(|check| check.rule.as_str());
        for code in all.iter().map(|told| told.finding.rule.as_str()).chain(checks) {
            if !rules.index.contains_key(code) {
                rules.add(code, bare(code));
            }
        }
        rules
    }

    fn add(&mut self, code: &'a str, descriptor: Descriptor<'a>) {
        self.index.insert(code, self.descriptors.len());
        self.descriptors.push(descriptor);
    }

    fn index(&self, code: &str) -> usize {
        self.index.get(code).copied().unwrap_or_default()
    }
}

fn described(topic: &Topic) -> Descriptor<'_> {
    let title = topic.title();
    let help = topic.help.trim();
    let mut tags = vec![one_line(&topic.family).to_lowercase(), "specification".to_owned()];
    tags.retain(|tag| !tag.is_empty());
    Descriptor {
        id: &topic.code,
        name: &topic.name,
        short_description: Text { text: one_line(&title) },
        full_description: (!topic.about.is_empty()).then(|| Text { text: one_line(&topic.about) }),
        help: (!help.is_empty()).then(|| Markdown { text: help.to_owned(), markdown: help.to_owned() }),
        help_uri: &topic.docs,
        default_configuration: Configuration { level: level(topic.severity) },
        properties: DescriptorProperties {
            tags,
            precision: topic.confidence.word(),
            problem_severity: match topic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
            source: &topic.source,
        },
    }
}

/// A rule of another tool, or a code that no page describes. Platforms want some help of each.
fn bare(code: &str) -> Descriptor<'_> {
    let words = match tool_of(code) {
        Some(tool) => format!(
            "A finding of {tool}, which explains its rule {code}.",
            tool = one_line(tool),
            code = one_line(code)
        ),
        None => format!("{} has no page of its own.", one_line(code)),
    };
    Descriptor {
        id: code,
        name: "",
        short_description: Text { text: one_line(code) },
        full_description: None,
        help: Some(Markdown { text: words.clone(), markdown: words }),
        help_uri: "",
        default_configuration: Configuration { level: "warning" },
        properties: DescriptorProperties {
            tags: vec!["specification".to_owned()],
            precision: "medium",
            problem_severity: "warning",
            source: &[],
        },
    }
}

fn of_finding<'a>(told: &Told<'a>, rules: &Rules<'_>) -> ResultOut<'a> {
    let Told { reviewed, document, finding, is_new, identity } = told;
    let related = finding.related.iter().take(PLACES).enumerate();
    ResultOut {
        rule_id: &finding.rule,
        rule_index: rules.index(&finding.rule),
        level: level(finding.severity),
        message: message(&sentence(finding)),
        locations: [location(&reviewed.path, finding.place.as_ref(), Some(document))],
        related_locations: related
            .map(|(at, evidence)| {
                let mut location = location(&reviewed.path, Some(evidence), Some(document));
                location.id = Some(at + 1);
                location.message = Some(message(&one_line(&evidence.quote)));
                location
            })
            .collect(),
        partial_fingerprints: fingerprints(identity.clone()),
        baseline_state: is_tracked(reviewed).then_some(if *is_new { "new" } else { "unchanged" }),
        suppressions: proposed(reviewed, finding).into_iter().collect(),
        rank: Some(match finding.confidence {
            Confidence::High => 90.0,
            Confidence::Medium => 60.0,
            Confidence::Low => 30.0,
        }),
        properties: ResultProperties {
            part: finding.part.as_deref(),
            source: Some(finding.source.word()),
            confidence: Some(finding.confidence.word()),
            suggestion: finding.suggestion.as_deref(),
        },
    }
}

/// True when it is known what was there before.
fn is_tracked(reviewed: &Reviewed) -> bool {
    reviewed.base.is_some() || reviewed.comparison.held.is_some()
}

/// The waiver that waits for an approval of somebody else.
fn proposed(reviewed: &Reviewed, finding: &Finding) -> Option<Suppression> {
    if finding.source == Source::Model {
        return None;
    }
    let same = |check: &&Check| check.rule == finding.rule && check.part == finding.part;
    let waiver = reviewed.head.checks.iter().find(same)?.waiver.as_ref().filter(|waiver| waiver.is_proposed())?;
    Some(Suppression { kind: "inSource", status: "underReview", justification: waiver.reason.as_deref().map(one_line) })
}

/// A result for each check that is left out on purpose. It is a note, for readers that know nothing of suppressions.
fn waived<'a>(reviewed: &'a Reviewed, catalogue: &Catalogue, rules: &Rules<'_>) -> Vec<ResultOut<'a>> {
    let result = |check: &'a Check| {
        let key = check.key();
        let item = catalogue.item(&check.rule).or_else(|| catalogue.name(&check.rule)).unwrap_or(&check.rule);
        let waiver: Option<&Waived> = check.waiver.as_ref();
        let reason = waiver.map_or(check.reason.as_deref(), |waiver| waiver.reason.as_deref());
        let place = check.evidence.first();
        ResultOut {
            rule_id: &check.rule,
            rule_index: rules.index(&check.rule),
            level: "note",
            message: message(&one_line(&format!("Left out on purpose: {item}. {}", reason.unwrap_or_default()))),
            locations: [location(&reviewed.path, place, None)],
            related_locations: Vec::new(),
            partial_fingerprints: fingerprints(format!("{}:waived", Fingerprint::of(&key, &[], ""))),
            baseline_state: is_tracked(reviewed).then_some("unchanged"),
            suppressions: vec![Suppression {
                kind: if place.is_some() { "inSource" } else { "external" },
                status: "accepted",
                justification: reason.map(one_line),
            }],
            rank: None,
            properties: ResultProperties {
                part: check.part.as_deref(),
                source: None,
                confidence: None,
                suggestion: None,
            },
        }
    };
    reviewed.head.checks.iter().filter(|check| check.state == CheckState::Waived).map(result).collect()
}

fn fingerprints(identity: String) -> Fingerprints {
    Fingerprints { primary_location_line_hash: identity.clone(), specreview: identity }
}

/// A place. Without lines it is the beginning of the file: GitHub shows no result that has none.
fn location(path: &str, evidence: Option<&Evidence>, document: Option<&Document>) -> Location {
    let other = evidence.and_then(|evidence| evidence.path.as_deref());
    let lines = evidence.and_then(Evidence::seen_lines).unwrap_or_else(|| LineRange::single(1));
    let spot = evidence.and_then(|evidence| evidence.spot.as_deref());
    let read = evidence.map(|evidence| evidence.lines).filter(|_| other.is_none());
    let text = document.zip(read).map(|(document, lines)| document.line_text(lines));
    let snippet = text.filter(|text| text.len() <= SNIPPET).map(|text| Text { text: text.to_owned() });
    Location {
        id: None,
        message: None,
        logical_locations: spot.map(|spot| [LogicalLocation { name: spot.to_owned() }]),
        physical_location: PhysicalLocation {
            artifact_location: artifact_location(other.unwrap_or(path)),
            region: Some(Region { start_line: lines.start, end_line: lines.end, snippet }),
        },
    }
}

fn artifact_location(path: &str) -> ArtifactLocation {
    if path == STDIN {
        return ArtifactLocation { uri: None, uri_base_id: None, index: Some(0) };
    }
    let uri = uri(path);
    let uri_base_id = (!uri.contains("://")).then_some(ROOT);
    ArtifactLocation { uri: Some(uri), uri_base_id, index: None }
}

/// Everything that was read. Standard input comes first: it has no address, and is known by that place.
fn artifacts(run: &Run) -> Vec<Artifact<'_>> {
    let (first, rest): (Vec<_>, Vec<_>) = run.reviewed().partition(|reviewed| reviewed.path == STDIN);
    first.into_iter().chain(rest).map(artifact).collect()
}

fn artifact(reviewed: &Reviewed) -> Artifact<'_> {
    let is_file = reviewed.path != STDIN;
    Artifact {
        location: is_file.then(|| artifact_location(&reviewed.path)),
        description: (!is_file).then(|| Text { text: "standard input".to_owned() }),
        roles: ["analysisTarget"],
        mime_type: reviewed.form.media_type(),
        hashes: Hashes { sha256: &reviewed.sha256 },
    }
}

fn invocation(run: &Run, exit: Exit, dropped: usize) -> Invocation {
    let whole = |path: &str| {
        let at = (path != STDIN).then(|| artifact_location(path));
        let location = |artifact_location| Location {
            id: None,
            message: None,
            logical_locations: None,
            physical_location: PhysicalLocation { artifact_location, region: None },
        };
        at.map(location).into_iter().collect::<Vec<_>>()
    };
    let mut all: Vec<Notification> = run
        .unread()
        .into_iter()
        .map(|skipped| Notification {
            level: "warning",
            message: message(&one_line(&format!("Not reviewed: {}: {}", skipped.what, skipped.why))),
            locations: whole(&skipped.what),
        })
        .collect();
    let note = |text: &str| Notification { level: "note", message: message(&one_line(text)), locations: Vec::new() };
    for reviewed in run.reviewed() {
        let stale = said::stale(reviewed);
        if !stale.is_empty() {
            let text = format!("In the baseline and no longer found: {stale}");
            all.push(Notification { locations: whole(&reviewed.path), ..note(&text) });
        }
    }
    all.extend(run.imported.iter().map(|imported| note(&imported.sentence())));
    if let Some(why) = &run.incomplete {
        all.push(note(&format!("The critique is incomplete: {why}")));
    }
    if dropped > 0 {
        let dropped = plural(dropped, "result is", "results are");
        all.push(note(&format!("{dropped} left out: {RESULTS} are shown, the worst first.")));
    }
    let problems = run.problems.iter().map(|problem| Notification {
        level: "warning",
        message: message(&one_line(&problem.to_string())),
        locations: Vec::new(),
    });
    Invocation {
        execution_successful: exit != Exit::Unusable,
        exit_code: exit.status(),
        tool_execution_notifications: all,
        tool_configuration_notifications: problems.collect(),
    }
}

/// Text as a message. SARIF reads `[text](target)` as a link: words of a document make none.
fn message(text: &str) -> Text {
    let text = if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() };
    Text { text }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::guide::tests::topic;
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::document::Form;
    use crate::finding::{FindingBuilder, Problem, Standing};
    use crate::output::exit;
    use crate::review::Gate;
    use crate::review::testing::{at_line, check, missing, reviewed, said_by_model};

    const GATE: Gate = Gate { fail_on: Some(Severity::Error), require_complete: false };

    fn log(run: &Run) -> Value {
        let guide = Guide::new(vec![topic("MET-002", "missing-metric-target"), topic("BIZ-001", "")]);
        serde_json::from_str(&render(run, &catalogue(), &guide, exit(run, GATE))).unwrap()
    }

    fn sample() -> Run {
        let related = FindingBuilder::new("ARI-003", Source::Rule, "The target [lies](https://evil.example) below.")
            .level(Severity::Error, Confidence::High)
            .at(Some(Evidence::new(LineRange::single(11), "Recall | 0.31")), vec![])
            .related(vec![
                Evidence::new(LineRange::single(7), "a good recall"),
                Evidence::new(LineRange::single(2), "elsewhere").of("specs/other file.md"),
            ])
            .build();
        let mut document = reviewed(
            "./specs/parcel 1.md",
            vec![missing("BIZ-001"), related, at_line("MET-002", 7, "a good recall")],
            Some(vec![missing("BIZ-001")]),
        );
        let mut left_out = check("MON-002", Some("data"), CheckState::Waived, Some(15));
        left_out.reason = Some("the regulator fixes it".into());
        document.head.checks.push(left_out);
        let at = document.head.checks.iter().position(|check| check.rule == "MET-002").unwrap();
        document.head.checks[at].waiver =
            Some(Waived { standing: Standing::Proposed, reason: Some("later".into()), by: None, until: None });
        document.critique.verdicts.push(crate::critique::Verdict {
            question: "MR1".into(),
            score: Some(1),
            findings: vec![said_by_model("MR1", 7, "a good recall")],
            evidence: Vec::new(),
            dropped: 0,
            failure: None,
        });
        let mut run = run_of(vec![document], &["gone.md"]);
        run.problems.push(Problem {
            code: "unknown-key".into(),
            file: ".specreview.toml".into(),
            line: Some(3),
            column: None,
            message: "there is no key `x`".into(),
            advice: String::new(),
        });
        run
    }

    #[test]
    fn a_document_is_of_the_kind_that_it_is_written_in() {
        for (form, expected) in [
            (Form::Markdown, "text/markdown"),
            (Form::Html, "text/html"),
            (Form::Notebook, "application/x-ipynb+json"),
            (Form::Text, "text/plain"),
        ] {
            let run = run_of(vec![Reviewed { form, ..reviewed("spec", vec![], None) }], &[]);
            assert_eq!(log(&run)["runs"][0]["artifacts"][0]["mimeType"], expected);
        }
    }

    #[test]
    fn findings_become_results_with_rule_place_and_fingerprint() {
        let log = log(&sample());
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        let ids: Vec<&str> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
        assert_eq!(ids, ["BIZ-001", "ARI-003", "MET-002", "MR1", "MON-002"]);
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64() >= Some(1));
        }
        assert_eq!(results[0]["baselineState"], "unchanged");
        assert_eq!(results[1]["baselineState"], "new");
        let place = &results[1]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({"uri": "specs/parcel%201.md", "uriBaseId": "%SRCROOT%"}));
        assert_eq!(place["region"]["snippet"]["text"], "| Recall | 0.31 | 0.85 |");
        assert_eq!(results[1]["message"]["text"], "The target \\[lies\\](https://evil.example) below.");
        let related = results[1]["relatedLocations"].as_array().unwrap();
        assert_eq!(related[1]["physicalLocation"]["artifactLocation"]["uri"], "specs/other%20file.md");
        assert_eq!((&related[0]["id"], &related[0]["message"]["text"]), (&json!(1), &json!("a good recall")));
        assert_eq!(results[3]["properties"]["source"], "model");
    }

    #[test]
    fn waived_checks_are_suppressed_results_and_a_proposed_waiver_is_under_review() {
        let log = log(&sample());
        let results = log["runs"][0]["results"].as_array().unwrap();
        let said = json!([{"kind": "inSource", "status": "accepted", "justification": "the regulator fixes it"}]);
        assert_eq!(results[4]["suppressions"], said);
        assert_eq!(results[4]["level"], "note");
        assert_eq!(results[2]["suppressions"][0]["status"], "underReview");
        assert_eq!(results[1].get("suppressions"), None);
    }

    #[test]
    fn standard_input_has_no_address() {
        let found = || vec![at_line("MET-002", 7, "x")];
        let run = run_of(vec![reviewed("a.md", found(), None), reviewed("-", found(), None)], &["-"]);
        let log = log(&run);
        assert!(!log.to_string().contains("\"uri\":\"-\""), "{log}");
        let run = &log["runs"][0];
        let at = &run["results"][1]["locations"][0]["physicalLocation"];
        assert_eq!((&at["artifactLocation"], &at["region"]["startLine"]), (&json!({ "index": 0 }), &json!(7)));
        assert_eq!(run["artifacts"][0]["description"]["text"], "standard input");
        assert_eq!(run["artifacts"][1]["location"]["uri"], "a.md");
    }

    #[test]
    fn what_was_skipped_and_wrong_settings_are_notifications() {
        let log = log(&sample());
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&json!(true), &json!(1)));
        let skipped = &invocation["toolExecutionNotifications"][0];
        assert_eq!(skipped["message"]["text"], "Not reviewed: gone.md: no such file; check the path");
        assert_eq!(skipped["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "gone.md");
        let wrong = &invocation["toolConfigurationNotifications"][0]["message"]["text"];
        assert_eq!(wrong, ".specreview.toml:3: there is no key `x`");
    }

    #[test]
    fn rules_have_help_and_unknown_codes_a_bare_entry() {
        let log = log(&sample());
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let of = |code: &str| rules.iter().find(|rule| rule["id"] == code).unwrap();
        assert_eq!(of("MET-002")["shortDescription"]["text"], "Missing metric target");
        assert!(of("MET-002")["help"]["markdown"].as_str().unwrap().starts_with("# Missing baseline"));
        assert_eq!(of("MET-002")["properties"]["tags"], json!(["metrics", "specification"]));
        assert_eq!(of("MR1")["shortDescription"]["text"], "MR1");
    }

    #[test]
    fn no_more_results_than_github_takes_the_worst_first() {
        let mut findings: Vec<Finding> = (0..RESULTS).map(|_| at_line("MET-002", 7, "x")).collect();
        findings[0].severity = Severity::Info;
        findings.push(missing("BIZ-001"));
        let log = log(&run_of(vec![reviewed("a.md", findings, None)], &[]));
        let run = &log["runs"][0];
        assert_eq!(run["results"].as_array().map(Vec::len), Some(RESULTS));
        assert!(run["results"].as_array().unwrap().iter().all(|result| result["level"] == "error"));
        let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
        assert!(said.starts_with("1 result is left out"), "{said}");
    }
}
