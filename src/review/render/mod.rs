//! From a placed review to Markdown: the summary, inline comments, the check. All text that leaves the bot passes `escape`; all
//! words people read are in `words`. Posts nothing and decides no place.

mod ask;
pub mod check;
pub mod escape;
pub mod inline;
pub mod links;
mod matrix;
pub mod numbers;
mod promises;
pub mod reply;
mod sheet;
mod spot;
mod suggest;
pub mod summary;
pub mod words;

use super::{
    Catalogue, Conclusion, Gate, Placed, Pressure, ProposedSettings, Question, Review, Reviewed, Skipped, conclusion,
    questions,
};
use crate::finding::{Finding, Problem};
use links::Links;

/// Everything that a summary, a check or a step summary shows.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// The documents, in order.
    pub documents: Vec<&'a Reviewed>,
    /// Every finding with its place; indices point into `documents`.
    pub placed: Vec<Placed>,
    /// What was not read.
    pub skipped: &'a [Skipped],
    /// Mistakes in the configuration.
    pub problems: &'a [Problem],
    /// The configuration that the change would leave, where it touches one.
    pub proposed: Option<&'a ProposedSettings>,
    /// Questions to the author, a list for each document.
    pub questions: Vec<Vec<Question>>,
    /// The gate.
    pub gate: Gate,
    /// Its result.
    pub conclusion: Conclusion,
    /// What may be linked.
    pub links: Links,
    /// Path and text of each document at the head, where they are at hand: suggestions repeat their lines.
    pub heads: Vec<(&'a str, &'a str)>,
    /// Names of rules.
    pub catalogue: &'a Catalogue,
    /// Version of the program; empty where it is not told.
    pub version: &'a str,
    /// Hash of the rules; empty where it is not told.
    pub rules: &'a str,
    /// What the model cost, in words; empty where none was asked.
    pub cost: &'a str,
    /// The check can take what does not fit.
    pub checks: bool,
    /// What is left out for want of room on the platform.
    pub pressure: Pressure,
    /// Readers answer below each finding, and no settings apply.
    pub answered: bool,
}

impl<'a> Page<'a> {
    /// The page of a review on a platform.
    #[must_use]
    pub fn of(review: &'a Review, placed: Vec<Placed>, options: &'a super::Options, checks: bool) -> Self {
        Self {
            documents: review.documents.iter().collect(),
            placed,
            questions: review.documents.iter().map(|document| questions(document, &[], &options.accepted)).collect(),
            skipped: &review.change.skipped,
            problems: &review.problems,
            proposed: review.proposed.as_ref(),
            gate: review.gate,
            conclusion: review.conclusion,
            links: Links::new(&review.change.head_repo_url, &review.change.head, &options.docs),
            heads: review
                .change
                .files
                .iter()
                .filter_map(|file| Some((file.path.as_str(), file.head.as_deref()?)))
                .collect(),
            catalogue: &options.catalogue,
            version: &options.version,
            rules: &options.rules,
            cost: &options.cost,
            checks,
            pressure: options.pressure,
            answered: false,
        }
    }

    /// A finding by its place.
    #[must_use]
    pub fn finding(&self, placed: &Placed) -> Option<&'a Finding> {
        self.documents.get(placed.document)?.finding(placed.finding)
    }

    /// Findings of the change, in order.
    pub fn introduced(&self) -> impl Iterator<Item = &'a Finding> {
        self.placed.iter().filter(|placed| placed.introduced).filter_map(|placed| self.finding(placed))
    }

    /// True when a finding fails the gate.
    #[must_use]
    pub fn blocks(&self) -> bool {
        let introduced = self.documents.iter().flat_map(|document| document.introduced());
        conclusion(introduced, true, self.gate) == Conclusion::Failure
    }

    /// The first line.
    #[must_use]
    pub fn verdict(&self) -> escape::Md {
        let tally = words::tally::Tally::of(self.introduced());
        let before = self.placed.iter().filter(|placed| !placed.introduced).count();
        let paths: Vec<&str> = self.documents.iter().map(|document| document.path.as_str()).collect();
        // Nothing follows from a report that nobody gave a gate.
        let is_report = !self.checks && self.gate == Gate::NEVER;
        let consequence =
            if is_report { "" } else { words::consequence(self.conclusion, self.blocks(), tally.total()) };
        words::verdict(tally, words::documents(&paths), before, consequence)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use crate::critique::Verdict;
    use crate::facts::Role;
    use crate::finding::{
        Chain, CheckState, Evidence, Finding, Link, LinkName, LinkState, Problem, Risk, RiskLevel, Severity, Source,
    };
    use crate::review::marker::MarkerKey;
    use crate::review::testing::{
        added, assessment, at_line, change, check, loosened, measure, missing, named, reviewed, said_by_model,
    };
    use crate::review::{
        Action, Capabilities, Catalogue, Gate, Options, Posted, Review, Reviewed, Skipped, compare, gather, plan,
    };
    use crate::text::LineRange;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Parser, Tag};

    const CAN: Capabilities = Capabilities {
        inline_per_review: 25,
        body_chars: 60_000,
        annotations_per_call: 50,
        checks: true,
        file_comments: true,
    };

    fn chain(words: &str) -> Chain {
        use LinkName::{Baseline, DataSet, Definition, Goal, Metric, Monitor, Owner, Target, Threshold};
        let link = |name, state, line: Option<u32>, rule: Option<&str>| Link {
            name,
            state,
            place: line.map(|line| Evidence::new(LineRange::single(line), words)),
            rule: rule.map(|rule| format!("{rule}{words}")),
        };
        let links = vec![
            link(Goal, LinkState::Stated, Some(3), None),
            link(Metric, LinkState::Stated, Some(8), None),
            link(Definition, LinkState::Stated, None, None),
            link(Baseline, LinkState::Missing, None, Some("MET-003")),
            link(Target, LinkState::Stated, Some(8), None),
            link(DataSet, LinkState::Missing, None, None),
            link(Threshold, LinkState::NotApplicable, None, None),
            link(Monitor, LinkState::Missing, Some(4), Some("MON-001")),
            link(Owner, LinkState::Stated, Some(9), None),
        ];
        Chain { metric: "recall".into(), name: format!("Recall{words}"), links }
    }

    fn risks(words: &str) -> Vec<Risk> {
        let row = |id: &str, level, judged_by: Option<Source>| {
            let proof = |line| Some(Evidence::new(LineRange::single(line), &format!("the words {words}")));
            let done = matches!(level, RiskLevel::Mitigated | RiskLevel::Measured);
            Risk {
                id: id.into(),
                name: id.to_lowercase(),
                risk: format!("{id} Missed cases{words}"),
                level,
                judged_by,
                place: if done { proof(3) } else { None },
                mitigation: if done { proof(3) } else { None },
                measured_by: if level == RiskLevel::Measured { proof(8) } else { None },
                owner: done.then(|| format!("the duty engineer{words}")),
                reason: (level == RiskLevel::NotApplicable).then(|| format!("nothing is decided{words}")),
                open: vec!["MET-006".into(), format!("MET-009{words}"), "MET-002".into(), "MET-001".into()],
            }
        };
        vec![
            row("SR10", RiskLevel::Measured, Some(Source::Rule)),
            row("SR11", RiskLevel::Mitigated, Some(Source::Model)),
            row("SR12", RiskLevel::Mentioned, Some(Source::Rule)),
            row("SR13", RiskLevel::Absent, Some(Source::Rule)),
            row("W1", RiskLevel::Absent, None),
            row("W2", RiskLevel::NotApplicable, Some(Source::Rule)),
        ]
    }

    /// A review that has something of everything; `words` stands wherever text of others may stand.
    fn rich(words: &str) -> (Review, Options) {
        let told = |mut finding: Finding| {
            finding.message = format!("{} {words}", finding.message);
            finding.why.push_str(words);
            finding.suggestion = finding.suggestion.map(|text| format!("{text}\n{words}"));
            finding.related = vec![Evidence::new(LineRange::single(9), &format!("today {words}"))];
            finding.docs = if words.is_empty() { finding.docs } else { words.to_owned() };
            finding
        };
        let mut note = missing("GOV-002");
        note.severity = Severity::Info;
        let head: Vec<Finding> = [
            missing("BIZ-001"),
            named("MON-001", 4, &format!("we will monitor it {words}")),
            named("MON-002", 6, "drift is looked at"),
            at_line("ARI-003", 8, "| Recall | 0.85 | 0.80 |"),
            at_line("MET-009", 44, "a threshold of 0.5"),
            at_line("MET-007", 3, "an old quarrel"),
            note,
        ]
        .map(told)
        .into();
        let base = assessment(vec![head[5].clone(), missing("DAT-001")]);
        let mut document = reviewed(&format!("specs/parcel{words}.md"), head, None);
        for (rule, part, state, line) in [
            ("BIZ-002", None, CheckState::Specified, Some(3)),
            ("VER-001", Some("code"), CheckState::Absent, None),
            ("ANN-001", None, CheckState::NotApplicable, None),
            ("FAI-001", None, CheckState::Waived, Some(13)),
            ("ENV-001", None, CheckState::Mentioned, Some(14)),
        ] {
            let mut check = check(rule, part, state, line);
            if rule == "ENV-001" {
                check.deferred_to = Some(format!("operations{words}.md"));
            }
            if rule == "FAI-001" {
                check.reason = Some(format!("parcels are not people{words}"));
            }
            document.head.checks.push(check);
        }
        let mut sliced = measure("recall", Role::Target, 0.85, 8);
        sliced.slice = Some(format!("damaged{words}"));
        document.head.measures = vec![measure("recall", Role::Baseline, 0.31, 8), sliced];
        document.head.limits = vec![format!("block quotes nested deeper than 100 levels{words}")];
        document.head.chains = vec![chain(words)];
        document.head.risks = risks(words);
        document.head.profile.tasks = vec![format!("binary-classification{words}")];
        document.comparison = compare(&document.head, Some(&base));
        document.comparison.commitments =
            vec![loosened(&format!("recall {words}"), &format!(">= 0.92{words}"), &format!(">= 0.88{words}"), 8)];
        document.base = Some(base);
        document.critique.model = Some(format!("small-model{words}"));
        document.critique.verdicts = vec![Verdict {
            question: "MR1".into(),
            score: Some(1),
            findings: vec![told(said_by_model("MR1", 5, "because it is good"))],
            evidence: Vec::new(),
            dropped: 1,
            failure: None,
        }];
        let documents: Vec<Reviewed> = vec![document];
        let mut change = change(&[(documents[0].path.as_str(), added(1..=10))]);
        change.skipped = vec![Skipped { what: format!("big{words}.md"), why: format!("over 1 MiB{words}") }];
        let problem = Problem {
            code: "unknown-key".into(),
            file: format!(".specreview.toml{words}"),
            line: Some(3),
            column: Some(1),
            message: format!("there is no key `fail-no`{words}"),
            advice: format!("did you mean `fail-on`?{words}"),
        };
        let gate = Gate { fail_on: Some(Severity::Error), require_complete: false };
        let review = gather(change, documents, vec![problem], gate, "run-1".into());
        let catalogue = Catalogue::default()
            .with_rule("BIZ-001", "missing-business-problem", "Business")
            .with_rule("MON-001", &format!("missing-performance-monitoring{words}"), &format!("Monitoring{words}"))
            .with_rule("MON-002", "missing-drift-detection", &format!("Monitoring{words}"))
            .with_rule("ENV-001", "missing-environment-separation", "Environments")
            .with_rule("ARI-003", "target-not-better-than-baseline", "Arithmetic");
        let options = Options {
            catalogue,
            docs: vec!["https://docs.example/rules".into()],
            rules: "1234abcd".into(),
            version: "0.1.0".into(),
            ..Options::default()
        };
        (review, options)
    }

    #[test]
    fn without_a_check_each_finding_that_does_not_fit_has_its_code_and_line() {
        let far: Vec<Finding> =
            (0..400).map(|n| at_line(&format!("MET-{n:03}"), 50 + n, &"many words ".repeat(20))).collect();
        let gate = Gate { fail_on: Some(Severity::Error), require_complete: false };
        let mut change = change(&[("a.md", added(1..=10))]);
        change.skipped = (0..30).map(|n| Skipped { what: format!("s{n}.md"), why: "over 1 MiB".into() }).collect();
        let review = gather(change, vec![reviewed("a.md", far, None)], vec![], gate, "run-1".into());
        let page = |limit: usize| {
            let placed = (0..400).map(|n| super::Placed {
                document: 0,
                finding: n,
                introduced: true,
                placement: crate::review::Placement::Summary,
            });
            let options = Options::default();
            let told = super::summary::summary(&super::Page::of(&review, placed.collect(), &options, false), limit);
            (told.text.units(), told.text.into_string())
        };
        let (units, text) = page(60_000);
        assert!(units <= 60_000 && text.ends_with('\n'), "{units}");
        for n in 0..400 {
            assert!(text.contains(&format!("MET-{n:03}")), "{n}");
        }
        assert!(text.contains("- error MET-399 L449\n") && !text.contains("the report of the run"), "{text}");
        let (units, text) = page(5_000);
        assert!(units <= 5_000 && text.contains(" more\n") && text.contains("and 10 more"), "{units}");
        let (units, text) = page(1_500);
        assert!(units <= 1_500 && text.contains("**Not read**: 30 files or parts."), "{units} {text}");
        let skipped = super::words::skipped(&review.change.skipped, &[]).into_string();
        assert!(skipped.ends_with("- and 10 more\n\n"), "{skipped}");
    }

    fn bodies(review: &Review, options: &Options) -> Vec<(&'static str, String)> {
        let mut texts = Vec::new();
        for action in plan(&Posted::default(), review, &CAN, &MarkerKey::new(b"secret"), options) {
            match action {
                Action::CreateSummary { body } => texts.push(("summary", body)),
                Action::CreateReview { body, comments, .. } => {
                    texts.push(("review", body.replace(crate::review::SUMMARY_URL, "https://git.example/o/r/s")));
                    texts.extend(comments.into_iter().map(|at| ("comment", at.body)));
                }
                Action::CompleteCheck { output, .. } => {
                    texts.push((
                        "check",
                        output.summary.replace(crate::review::SUMMARY_URL, "https://git.example/o/r/s"),
                    ));
                }
                other => panic!("{other:?}"),
            }
        }
        texts
    }

    #[test]
    fn a_whole_review_reads_well() {
        let (review, options) = rich("");
        let text: Vec<String> =
            bodies(&review, &options).into_iter().map(|(what, body)| format!("===== {what}\n{body}")).collect();
        insta::assert_snapshot!(text.join("\n"));
    }

    static MENTION: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new(r"(?i)(^|[^a-z0-9_`])@[a-z0-9]|(^|[^\w])#\d|(?m)^bors\b").unwrap());

    /// What must not be in anything that is posted.
    fn faults(body: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let ours = ["<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>", "<!-- specreview:v1 "];
        let allowed = ["https://git.example/o/r/", "https://docs.example/rules/"];
        let mut in_code = false;
        let (mut seen, mut html) = (String::new(), String::new());
        for event in Parser::new_ext(body, pulldown_cmark::Options::all()) {
            match event {
                Event::Start(Tag::Image { dest_url, .. }) => faults.push(format!("image {dest_url}")),
                Event::Start(Tag::Link { dest_url, .. }) if !allowed.iter().any(|ok| dest_url.starts_with(ok)) => {
                    faults.push(format!("link {dest_url}"));
                }
                Event::Start(Tag::CodeBlock(_)) => in_code = true,
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
                // A title of a fold stands in one piece of HTML with its tags.
                Event::Html(piece) | Event::InlineHtml(piece) => {
                    let rest = ours.iter().fold(piece.to_string(), |rest, tag| rest.replace(tag, ""));
                    if rest.contains('<') {
                        faults.push(format!("html {piece}"));
                    }
                    html.push_str(&piece);
                }
                Event::Text(more) if !in_code => seen.push_str(&more),
                Event::Code(_) => seen.push('\u{fffc}'),
                Event::SoftBreak | Event::HardBreak | Event::End(_) => seen.push('\n'),
                _ => {}
            }
        }
        faults.extend(MENTION.find_iter(&seen).map(|found| format!("speaks to somebody: {}", found.as_str())));
        if body.lines().any(|line| line.starts_with('/')) {
            faults.push("a line starts with /".into());
        }
        if html.matches("<details>").count() != html.matches("</details>").count() {
            faults.push("an open fold".into());
        }
        faults
    }

    #[test]
    fn a_table_of_numbers_that_is_cut_says_how_much_is_missing() {
        let body = |measures: Vec<crate::facts::Measure>| {
            let mut document = reviewed("a.md", vec![missing("BIZ-001")], None);
            document.head.measures = measures;
            let review = crate::review::testing::review(change(&[("a.md", added(1..=10))]), vec![document]);
            let options = Options::default();
            super::summary::summary(&super::Page::of(&review, Vec::new(), &options, true), 200_000).text.into_string()
        };
        let rows = |count: usize| (0..count).map(|n| measure(&format!("metric{n}"), Role::Target, 0.5, 3)).collect();
        assert!(body(rows(63)).contains("\n\n- and 3 more\n"), "{}", body(rows(63)));
        assert!(!body(rows(60)).contains(" more\n"));
        let lines = |count: u32| (1..=count).map(|n| measure("recall", Role::Target, 0.5, n)).collect();
        assert!(body(lines(6)).contains(" and 2 more |\n"), "{}", body(lines(6)));
        assert!(!body(lines(4)).contains(" more |\n"));
    }

    const HOSTILE: &[&str] = &[
        "\n\n![x](https://evil.example/p.png)\n",
        " [x](https://evil.example) ",
        "\n[a]: https://evil.example\n\n[a] ",
        "</details><img src=x><!-- specreview:v1 summary x y -->",
        "\n```\n</details>\n@octocat\n/close\n",
        "````\n# x\n~~~\n/lgtm\n",
        " @octocat #12 GH-7 bors r+ ",
        "\nbors r+\n@dependabot merge\n",
        "| x | y |\n|---|",
        "`` ` ``` ",
        "\u{202e}\u{0}\r\n](https://evil.example) ",
        "https://docs.example/rules/x)![](https://evil.example/",
        "https://docs.example/rules/../../evil",
        "<!--",
        "-->",
        "$$x$$",
        "\\",
        "*",
        "{{specreview:summary-url}}",
        "- [ ] x\n\n    code\n",
    ];

    #[test]
    fn hostile_text_never_becomes_markup_anywhere() {
        for words in HOSTILE {
            let (review, options) = rich(words);
            for (what, body) in bodies(&review, &options) {
                assert_eq!(faults(&body), [""; 0], "{what} with {words:?}:\n{body}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup_anywhere(pieces in prop::collection::vec(prop_oneof![
            prop::sample::select(HOSTILE).prop_map(str::to_owned),
            "[@#!$%~&/:<>\\[\\]()`*_|\\\\a-f0-9 \n-]{0,10}",
            any::<String>(),
        ], 1..4)) {
            let (review, options) = rich(&pieces.concat());
            for (what, body) in bodies(&review, &options) {
                let faults = faults(&body);
                prop_assert!(faults.is_empty(), "{}: {:?}\n{}", what, faults, body);
            }
        }
    }
}
