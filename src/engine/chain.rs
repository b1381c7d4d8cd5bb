//! The chain of each key metric: goal → metric → definition → baseline → target → data set → threshold → monitor → owner. Says
//! for each link where it is stated, or which rule reports that it is not. Finds nothing itself: gaps are findings of rules.

use std::collections::BTreeSet;

use crate::document::{Block, Document, SectionId};
use crate::facts::{Commitment, CommitmentKind, Facts, Kind, Lexicon, Measure, Role, denied};
use crate::finding::{Chain, Check, CheckState, Evidence, Finding, Link, LinkName, LinkState};
use crate::text::LineRange;

/// Most metrics that are followed.
const MOST: usize = 5;

/// The chains of the metrics that have a target, in order of place, at most five; else of the metric that is named first.
/// None where the document names no metric or is no specification.
pub(super) fn chains(
    document: &Document,
    facts: &Facts,
    lexicon: &Lexicon,
    checks: &[Check],
    findings: &[Finding],
) -> Vec<Chain> {
    if facts.profile.kind != Kind::AiSpec {
        return Vec::new();
    }
    let is_of_model = |metric: &str| {
        lexicon.metric(metric).is_some_and(|metric| {
            metric.quality && !metric.families.iter().any(|family| family == "agreement" || family == "fairness")
        })
    };
    let desk = Desk { is_of_model: &is_of_model, document, facts, checks, findings };
    let mut seen = BTreeSet::new();
    let targets = facts.measures.iter().filter(|measure| measure.role == Role::Target && is_of_model(&measure.metric));
    let mut chains: Vec<Chain> = targets
        .filter(|measure| seen.insert(measure.metric.as_str()))
        .take(MOST)
        .map(|measure| desk.chain(&measure.metric, &measure.name, measure.lines))
        .collect();
    if chains.is_empty() {
        let first = facts.mentions.iter().find(|mention| is_of_model(&mention.metric));
        let name = |at: &crate::facts::Mention| document.source.get(at.span.start()..at.span.end()).unwrap_or_default();
        chains.extend(first.map(|at| desk.chain(&at.metric, name(at), at.lines)));
    }
    chains
}

struct Desk<'a> {
    /// True for metrics of quality.
    is_of_model: &'a dyn Fn(&str) -> bool,
    document: &'a Document,
    facts: &'a Facts,
    checks: &'a [Check],
    findings: &'a [Finding],
}

/// What MET-011 says where the data set is missing, as its page words it; a test holds the two together.
const NO_DATA: &str = "on which data it is measured";

/// Words for the data that a metric is measured on. MET-011 knows more of them; these are names that a link can lead to.
const DATA: [&str; 22] = [
    "test set",
    "test sets",
    "test data",
    "test sample",
    "test split",
    "test period",
    "held out",
    "held-out",
    "holdout",
    "hold-out",
    "evaluation set",
    "evaluation data",
    "evaluation sample",
    "validation set",
    "validation data",
    "golden set",
    "gold set",
    "reference set",
    "benchmark set",
    "backtest",
    "back-test",
    "out-of-time",
];

impl Desk<'_> {
    fn chain(&self, metric: &str, name: &str, lines: LineRange) -> Chain {
        let links = vec![
            self.goal(),
            stated(LinkName::Metric, Some(self.words(lines))),
            self.definition(metric, lines),
            self.baseline(metric),
            self.target(metric),
            self.data_set(metric),
            self.of_check(LinkName::Threshold, "MET-009", |_| true),
            self.monitor(metric, name),
            self.owner(metric, name),
        ];
        Chain { metric: metric.to_owned(), name: name.to_owned(), links }
    }

    fn words(&self, lines: LineRange) -> Evidence {
        Evidence::new(lines, self.document.line_text(lines)).said(&self.document.places)
    }

    fn measures<'m>(&'m self, metric: &'m str) -> impl Iterator<Item = &'m Measure> {
        self.facts.measures.iter().filter(move |measure| measure.metric == metric)
    }

    /// As the best part of a rule has it; `counts` tells which of its proofs speak of this metric.
    fn of_check(&self, name: LinkName, code: &str, counts: impl Fn(&Evidence) -> bool) -> Link {
        let rank = |check: &&Check| match check.state {
            CheckState::Specified => 3,
            CheckState::Mentioned => 2,
            CheckState::Absent => 1,
            CheckState::Waived | CheckState::NotApplicable => 0,
        };
        let Some(check) = self.checks.iter().filter(|check| check.rule == code).max_by_key(rank) else {
            return Link { name, state: LinkState::Missing, place: None, rule: None };
        };
        let place = check.evidence.iter().find(|proof| counts(proof)).cloned();
        let key = check.key();
        match check.state {
            // The rule is content; what it saw speaks of another metric.
            CheckState::Specified if place.is_none() && !check.evidence.is_empty() => {
                Link { name, state: LinkState::Missing, place: None, rule: None }
            }
            CheckState::Specified => stated(name, place),
            CheckState::Mentioned | CheckState::Absent => {
                Link { name, state: LinkState::Missing, place, rule: Some(key) }
            }
            CheckState::Waived | CheckState::NotApplicable => {
                Link { name, state: LinkState::NotApplicable, place: None, rule: None }
            }
        }
    }

    fn goal(&self) -> Link {
        let kpi = self.of_check(LinkName::Goal, "BIZ-002", |_| true);
        if kpi.state == LinkState::Stated {
            return kpi;
        }
        let problem = self.of_check(LinkName::Goal, "BIZ-001", |_| true);
        if problem.state == LinkState::Stated || kpi.state == LinkState::NotApplicable { problem } else { kpi }
    }

    fn definition(&self, metric: &str, lines: LineRange) -> Link {
        let said = |measure: &&Measure| measure.averaging.is_some() || measure.slice.is_some() || measure.at.is_some();
        let says_more = |finding: &&Finding| {
            let only_data = format!("nothing says {NO_DATA}.");
            let of_metric = |place: &Evidence| self.measures(metric).any(|measure| measure.lines == place.lines);
            finding.rule == "MET-011"
                && finding.place.as_ref().is_some_and(of_metric)
                && !finding.message.ends_with(&only_data)
        };
        if let Some(gap) = self.findings.iter().find(says_more) {
            return Link { name: LinkName::Definition, state: LinkState::Missing, place: None, rule: Some(gap.key()) };
        }
        if let Some(measure) = self.measures(metric).find(said) {
            return stated(LinkName::Definition, Some(self.words(measure.lines)));
        }
        let judged = self.checks.iter().find(|check| check.rule == "MET-011").map(|check| check.state);
        match judged {
            Some(CheckState::Specified | CheckState::Mentioned) => {
                stated(LinkName::Definition, Some(self.words(lines)))
            }
            _ => Link { name: LinkName::Definition, state: LinkState::NotApplicable, place: None, rule: None },
        }
    }

    fn baseline(&self, metric: &str) -> Link {
        let is_baseline = |measure: &&Measure| matches!(measure.role, Role::Baseline | Role::Human);
        if let Some(measure) = self.measures(metric).find(is_baseline) {
            return stated(LinkName::Baseline, Some(self.words(measure.lines)));
        }
        // Where other metrics have baselines with numbers, words for this one have to name it; its own row without one has none.
        let others: Vec<&Measure> = self.facts.measures.iter().filter(is_baseline).collect();
        let names_it = |proof: &Evidence| {
            let mut mentions = self.facts.mentions.iter().filter(|mention| mention.metric == metric);
            proof.path.is_some() || mentions.any(|mention| overlap(mention.lines, proof.lines))
        };
        let is_content =
            self.checks.iter().any(|check| check.rule == "MET-003" && check.state == CheckState::Specified);
        self.of_check(LinkName::Baseline, "MET-003", |proof| {
            let stands = |measure: &Measure| proof.path.is_none() && overlap(measure.lines, proof.lines);
            let apart = !self.measures(metric).any(stands)
                && (others.is_empty() || (names_it(proof) && !others.iter().any(|measure| stands(measure))));
            // Where no metric has a number of today, the words that the rule is content with are for all of them.
            apart || is_content && others.is_empty()
        })
    }

    fn target(&self, metric: &str) -> Link {
        match self.measures(metric).find(|measure| measure.role == Role::Target) {
            Some(measure) => stated(LinkName::Target, Some(self.words(measure.lines))),
            None => self.of_check(LinkName::Target, "MET-002", |_| true),
        }
    }

    fn data_set(&self, metric: &str) -> Link {
        let named = |role: Option<Role>| {
            self.measures(metric)
                .find(|measure| measure.dataset.is_some() && role.is_none_or(|role| measure.role == role))
        };
        if let Some(measure) = named(Some(Role::Target)).or_else(|| named(None)) {
            return stated(LinkName::DataSet, Some(self.words(measure.lines)));
        }
        let missing = |rule| Link { name: LinkName::DataSet, state: LinkState::Missing, place: None, rule };
        if let Some(gap) = self.findings.iter().find(|at| at.rule == "MET-011" && at.message.contains(NO_DATA)) {
            return missing(Some(gap.key()));
        }
        if let Some(lines) = self.data_lines(Some(&self.sections(metric))).lines {
            return stated(LinkName::DataSet, Some(self.words(lines)));
        }
        match self.checks.iter().find(|check| check.rule == "MET-011").map(|check| check.state) {
            // Other words of the document answer it, unless all that they say is that there are none.
            Some(CheckState::Specified | CheckState::Mentioned) => match self.data_lines(None) {
                Data { lines: None, is_denied: true } => missing(None),
                Data { lines, .. } => stated(LinkName::DataSet, lines.map(|lines| self.words(lines))),
            },
            Some(CheckState::NotApplicable | CheckState::Waived) => {
                Link { name: LinkName::DataSet, state: LinkState::NotApplicable, place: None, rule: None }
            }
            Some(CheckState::Absent) | None => missing(None),
        }
    }

    /// Where the metric stands.
    fn sections(&self, metric: &str) -> BTreeSet<SectionId> {
        let measures = self.measures(metric).map(|measure| measure.block);
        let mentions =
            self.facts.mentions.iter().filter(|mention| mention.metric == metric).map(|mention| mention.block);
        let blocks = measures.chain(mentions).filter_map(|block| self.document.blocks.get(block));
        blocks.map(|block| block.section).collect()
    }

    /// The first sentence, of these sections or of all, that names data for testing and does not say that there are none.
    fn data_lines(&self, sections: Option<&BTreeSet<SectionId>>) -> Data {
        let mut found = Data { lines: None, is_denied: false };
        let here = |block: &Block| sections.is_none_or(|sections| sections.contains(&block.section));
        for (_, block) in self.document.content().filter(|(_, block)| here(block)) {
            if named_data(&block.text) == Named::Not {
                continue;
            }
            let mut in_sentence = false;
            for sentence in block.sentences() {
                let named = named_data(sentence.text);
                in_sentence |= named != Named::Not;
                found.is_denied |= named == Named::Denied;
                if named == Named::Stated {
                    let span = block.map.span(sentence.start, sentence.start + sentence.text.len());
                    return Data { lines: Some(self.document.lines.range(span)), ..found };
                }
            }
            // Words on both sides of the end of a sentence, or of a cell.
            if !in_sentence {
                return Data { lines: Some(block.lines), ..found };
            }
        }
        found
    }

    fn monitor(&self, metric: &str, name: &str) -> Link {
        let named = |proof: &Evidence| stands_in(&proof.quote.to_lowercase(), &name.to_lowercase());
        let own = self.of_check(LinkName::Monitor, "MON-001", named);
        let is_watched = self.checks.iter().any(|check| check.rule == "MON-001" && check.state != CheckState::Absent);
        // A limit in operation counts where something is watched at all: a promised level that nobody looks at is none.
        let limit = self.measures(metric).find(|measure| measure.role == Role::Slo && is_watched);
        if let Some(limit) = limit {
            return stated(LinkName::Monitor, Some(self.words(limit.lines)));
        }
        if own.place.is_some() {
            return own;
        }
        // One plan for all metrics names none of them; one that names some watches these.
        let of_all = |proof: &Evidence| proof.path.is_some() || speaks_of_all(&proof.quote) || !self.names_any(proof);
        self.of_check(LinkName::Monitor, "MON-001", of_all)
    }

    /// True where a metric of the model is named, by its words or by those that a measure has.
    fn names_any(&self, proof: &Evidence) -> bool {
        let low = proof.quote.to_lowercase();
        let said = |measure: &Measure| stands_in(&low, &measure.name.to_lowercase());
        let here = |at: &crate::facts::Mention| overlap(at.lines, proof.lines) && (self.is_of_model)(&at.metric);
        self.facts.measures.iter().any(|measure| (self.is_of_model)(&measure.metric) && said(measure))
            || self.facts.mentions.iter().any(here)
    }

    fn owner(&self, metric: &str, name: &str) -> Link {
        let low = name.to_lowercase();
        let mine = |at: &&Commitment| {
            at.kind == CommitmentKind::Owner
                && (stands_in(&at.key, &low) || self.measures(metric).any(|measure| overlap(measure.lines, at.lines)))
        };
        match self.facts.commitments.iter().find(mine) {
            Some(at) => stated(LinkName::Owner, Some(self.words(at.lines))),
            None => self.of_check(LinkName::Owner, "GOV-002", |_| true),
        }
    }
}

/// "all metrics", "the same metrics", "metrics of section 4": a plan for more than those that it names.
fn speaks_of_all(quote: &str) -> bool {
    let low = quote.to_lowercase();
    ["metrics", "measures", "figures", "indicators", "values", "numbers", "every metric", "each metric"]
        .iter()
        .any(|words| stands_in(&low, words))
}

/// What was found about data for testing.
struct Data {
    lines: Option<LineRange>,
    /// Some sentence says that there are none.
    is_denied: bool,
}

/// How a text names data for testing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Not,
    Denied,
    Stated,
}

fn named_data(text: &str) -> Named {
    let low = text.to_lowercase();
    let mut named = Named::Not;
    for words in DATA {
        for at in places(&low, words) {
            if denied(&low, at, at + words.len()) {
                return Named::Denied;
            }
            named = Named::Stated;
        }
    }
    named
}

fn stated(name: LinkName, place: Option<Evidence>) -> Link {
    Link { name, state: LinkState::Stated, place, rule: None }
}

fn overlap(a: LineRange, b: LineRange) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// True when `words` stand in `text` as whole words; both in lower case.
fn stands_in(text: &str, words: &str) -> bool {
    !words.is_empty() && places(text, words).next().is_some()
}

/// Where `words` stand in `text` as whole words; both in lower case.
fn places<'t>(text: &'t str, words: &'t str) -> impl Iterator<Item = usize> {
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(words).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|after| after.chars().next());
        !joins(before) && !joins(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Settings, assess};
    use crate::rules::{RuleSet, builtin};
    use std::sync::LazyLock;

    static RULES: LazyLock<RuleSet> = LazyLock::new(|| builtin().0);

    /// The chains of a text, a line for each metric: state and place of each link.
    fn told(text: &str) -> Vec<String> {
        let settings = Settings { is_spec: true, ..Settings::default() };
        let chains = assess(&Document::parse(text), &RULES, &settings).chains;
        let link = |link: &Link| {
            let at = link.place.as_ref().map_or(0, |place| place.lines.start);
            let rule = link.rule.clone().unwrap_or_default();
            match link.state {
                LinkState::Stated => format!("{} {at}", link.name.word()),
                LinkState::Missing => format!("{} -{at} {rule}", link.name.word()).trim_end().to_owned(),
                LinkState::NotApplicable => format!("{} n/a", link.name.word()),
            }
        };
        let of = |chain: &Chain| {
            format!("{}: {}", chain.metric, chain.links.iter().map(link).collect::<Vec<_>>().join(", "))
        };
        chains.iter().map(of).collect()
    }

    const FULL: &str = include_str!("../../docs/examples/parcel-damage.md");

    #[test]
    fn what_is_taken_away_is_missing_and_has_its_rule() {
        let cases = [
            ("as it is", "", ""),
            ("no baseline of recall", "| 0.31 |", "| |"),
            ("no target of recall", "| 0.90 | 0.85 |", "| 0.90 | |"),
            ("one line for both", "| Precision, damaged | – | 0.30 | 0.40 |\n", ""),
            (
                "no cut-off",
                "The cut-off is chosen on the validation set so that the expected cost per night is lowest; Hub \
              Operations signs it off.",
                "",
            ),
        ];
        let told = cases.map(|(what, from, to)| {
            assert!(FULL.contains(from), "{from}");
            format!("{what}\n  {}\n", told(&FULL.replace(from, to)).join("\n  "))
        });
        insta::assert_snapshot!(told.concat());
    }

    #[test]
    fn the_page_of_the_rule_words_the_missing_data_as_the_chain_reads_it() {
        let page = RULES.get("MET-011").map(|rule| rule.page.front.clone()).unwrap_or_default();
        assert!(page.contains(&format!("    {NO_DATA}:\n")), "{page}");
        let bare =
            "# Leaks\n\nThe model finds leaks of pipes.\n\n## Metrics\n\nTarget: recall of at least 0.9 at launch.\n";
        let expected = "recall: goal -0 BIZ-002, metric 7, definition 7, baseline -0 MET-003, target 7, data set -0 MET-011, \
                        threshold n/a, monitor -0 MON-001, owner -0 GOV-002";
        assert_eq!(told(bare), [expected]);
    }

    #[test]
    fn a_baseline_in_words_is_one_wherever_the_rule_is_content_with_it() {
        for (said, expected) in [
            ("Recall is at least 0.9 at launch, and a model that does not beat the rules in use is not released.", "7"),
            ("Recall is at least 0.9 at launch.\n\nA model that does not beat the rules in use is not released.", "9"),
        ] {
            let lines = told(&format!("# Leaks\n\nThe model finds leaks of pipes.\n\n## Metrics\n\n{said}\n"));
            assert!(lines[0].contains(&format!("baseline {expected},")), "{lines:?}");
        }
    }

    #[test]
    fn a_data_set_is_stated_where_somebody_has_one() {
        let linked = |said: &str, more: &str| {
            let text = format!(
                "# Leaks\n\nThe model finds leaks of pipes.\n\n## Metrics\n\nTarget: recall of at least 0.9 at \
                 launch.\n\n{said}\n\n## Later\n\n{more}\n"
            );
            let lines = told(&text);
            let (_, rest) = lines[0].split_once("data set ").unwrap();
            rest.split_once(',').unwrap().0.to_owned()
        };
        for (said, more, expected) in [
            ("We have no test set yet and will not build a held-out set.", "", "-0"),
            ("", "We have no test set yet and will not build a held-out set.", "-0"),
            ("The test set holds the pipes of 2024.", "", "9"),
            ("", "The test set holds the pipes of 2024.", "13"),
            ("There is no test set yet.", "The held-out set will hold the pipes of 2024.", "13"),
            ("The test set holds the pipes of 2024.", "We have no test set for pumps.", "9"),
        ] {
            assert_eq!(linked(said, more), expected, "{said} {more}");
        }
    }

    #[test]
    fn a_metric_is_monitored_where_the_plan_names_it_or_none_apart() {
        for (plan, expected) in [
            (
                "Recall is computed every week on 300 labelled pipes and shown on a dashboard.",
                ["monitor 9", "monitor -0"],
            ),
            ("All metrics are computed every week on 300 labelled pipes and shown on a dashboard.", ["monitor 9"; 2]),
            ("Recall and precision are computed every week on 300 labelled pipes, on a dashboard.", ["monitor 9"; 2]),
            ("All metrics, recall first, are computed weekly on 300 labelled pipes, on a dashboard.", ["monitor 9"; 2]),
        ] {
            let text = format!(
                "# Leaks\n\nThe model finds leaks of pipes.\n\nAt launch recall must be at least 0.9 and precision at least \
                 0.8.\n\n## Monitoring\n\n{plan}\n"
            );
            let link = |line: &String| {
                let at = line.find("monitor").unwrap();
                line.get(at..).unwrap().split(',').next().unwrap().to_owned()
            };
            assert_eq!(told(&text).iter().map(link).collect::<Vec<_>>(), expected, "{plan}");
        }
    }

    #[test]
    fn no_metric_and_no_specification_have_no_chain() {
        assert_eq!(told("# Leaks\n\nThe model finds leaks.\n"), [""; 0]);
        let other = assess(&Document::parse("# Soup\n\nRecall of 0.9.\n"), &RULES, &Settings::default());
        assert_eq!(other.chains, []);
    }

    #[test]
    fn at_most_five_metrics_are_followed() {
        let rows: String = ["recall", "precision", "F1", "ROC AUC", "specificity", "accuracy", "MCC"]
            .map(|name| format!("| {name} | 0.5 | 0.9 |\n"))
            .concat();
        let text = format!("# Leaks\n\n| Metric | Baseline | Target |\n|---|---|---|\n{rows}");
        assert_eq!(told(&text).len(), MOST);
    }
}
