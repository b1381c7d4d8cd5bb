//! From pages to rules: every check of the data happens here, every mistake is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::check::{self, Answer, Check, Flaw, Names, one_less};
use super::fields::{Faults, Fields};
use super::node::{self, Node, Value};
use super::page::{Page, Source};
use super::tables::{RawFamily, Tables};
use super::words::Phrases;
use super::{Applies, ExampleOutcome, Expectation, RawRisk, message, raw};
use crate::document::{Document, Mark, SectionId};
use crate::facts::{Lexicon, Profile, RawConcept};
use crate::finding::{Confidence, Problem, Severity};

/// Where the pages that come with the program can be read.
pub const DOCS: &str = "https://github.com/specreview/specreview/blob/main/";
/// Most files of one set of user rules.
const MOST_SOURCES: usize = 1000;
/// Longest page or table in bytes.
const LONGEST_SOURCE: usize = 256 * 1024;

/// A rule that can run.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Pack.
    pub pack: String,
    /// Family.
    pub family: String,
    /// Worst severity.
    pub severity: Severity,
    /// Confidence.
    pub confidence: Confidence,
    /// Version it came with.
    pub since: String,
    /// When it applies.
    pub applies: Applies,
    /// Requirements it stands for.
    pub source: Vec<String>,
    /// Parts, each with its own state; empty for a rule without parts.
    pub parts: Vec<String>,
    /// Sentence for the state "absent".
    pub message: String,
    /// Sentence for the state "mentioned".
    pub mentioned: String,
    /// Sentences for the other cases of its check.
    pub cases: BTreeMap<String, String>,
    /// Why it matters.
    pub why: String,
    /// Text to paste.
    pub skeleton: Option<String>,
    /// One severity step less unless the document has one of these traits.
    pub lower_unless: Vec<String>,
    /// Words of headings below which the missing text would stand, the best first.
    homes: Vec<Phrases>,
    /// Address of its page; empty for rules of a user.
    pub docs: String,
    /// How it looks.
    pub check: Arc<dyn Check>,
    /// The whole page, for `rules explain`.
    pub page: Page,
}

impl Rule {
    /// Severity of a flaw in a document of this profile, before settings.
    #[must_use]
    pub fn severity_of(&self, flaw: &Flaw, profile: &Profile) -> Severity {
        let mut most = self.severity;
        if !self.lower_unless.is_empty() && !self.lower_unless.iter().any(|name| profile.traits.contains(name)) {
            most = one_less(most);
        }
        let severity = flaw.severity.map_or(most, |severity| severity.min(most));
        if self.applies.is_early(profile) { one_less(severity) } else { severity }
    }

    /// The section that would hold what is missing, judged by its heading.
    #[must_use]
    pub fn home(&self, document: &Document) -> Option<SectionId> {
        let fits = |words: &Phrases| {
            let mut sections = document.sections.iter();
            sections.position(|section| {
                section.level > 1 && section.mark == Mark::Content && words.first_in(&section.title).is_some()
            })
        };
        self.homes.iter().find_map(fits)
    }

    /// What a flaw says, in words.
    #[must_use]
    pub fn words_of(&self, answer: &Answer, flaw: &Flaw) -> String {
        let template = match flaw.case {
            "" => &self.message,
            "mentioned" => &self.mentioned,
            case => self.cases.get(case).unwrap_or(if case == "vague" || case == "elsewhere" {
                &self.mentioned
            } else {
                &self.message
            }),
        };
        let mut values: Vec<(&str, &str)> = flaw.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if let Some(part) = &answer.part {
            values.push(("part", part));
        }
        if let Some(place) = &flaw.place {
            values.push(("quote", &place.evidence.quote));
        }
        message::fill(template, &values)
    }
}

/// A concept page with its examples.
#[derive(Debug, Clone)]
pub struct ConceptPage {
    /// Id of the concept.
    pub concept: String,
    /// The page.
    pub page: Page,
}

/// Compiled rules with the words they read with.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// In order of code.
    pub rules: Vec<Rule>,
    /// Pages of the concepts, in order of path.
    pub concepts: Vec<ConceptPage>,
    /// Concepts, metrics, tasks, signals.
    pub lexicon: Lexicon,
    /// Risk table.
    pub risks: Vec<RawRisk>,
    /// 16 hexadecimal digits over all sources.
    pub hash: String,
}

impl RuleSet {
    /// A rule by code, whatever its case.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
    }
}

/// Compiles pages and tables of a user. What is broken is left out and reported; a page whose examples do not behave is broken.
#[must_use]
pub fn compile(sources: &[Source]) -> (RuleSet, Vec<Problem>) {
    compile_all(&[], sources)
}

/// Compiles `shipped` sources together with those of a user. The examples of shipped pages are not run: tests do that, and a
/// program should start at once.
pub(super) fn compile_all(shipped: &[Source], user: &[Source]) -> (RuleSet, Vec<Problem>) {
    let mut loader = Loader::default();
    for source in shipped {
        loader.take(source, false);
    }
    if user.len() > MOST_SOURCES {
        loader.problems.push(Problem {
            code: "too-many-files".to_owned(),
            file: user.first().map(|source| source.path.clone()).unwrap_or_default(),
            line: None,
            column: None,
            message: format!("{} rule files are more than {MOST_SOURCES}", user.len()),
            advice: "the rest is left out; use fewer, larger pages".to_owned(),
        });
    }
    for source in user.iter().take(MOST_SOURCES) {
        loader.take(source, true);
    }
    let mut set = loader.finish();
    set.0.hash = hash(shipped.iter().chain(user));
    set
}

#[derive(Default)]
struct Loader {
    tables: Tables,
    concepts: Vec<ConceptPage>,
    /// Rule pages: page, front matter, whether a user wrote it.
    pages: Vec<(Page, Node, bool)>,
    user_concepts: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Loader {
    fn take(&mut self, source: &Source, is_user: bool) {
        if source.text.len() > LONGEST_SOURCE {
            let faults = Faults::new(&source.path, 1);
            faults.report_line("too-long", 1, format!("the file is longer than {LONGEST_SOURCE} bytes"), "split it");
            self.problems.extend(faults.into_problems());
            return;
        }
        if source.path.ends_with(".toml") {
            let faults = Faults::new(&source.path, 1);
            self.tables.read(source, &faults);
            self.problems.extend(faults.into_problems());
            return;
        }
        let Some(page) = Page::split(&source.path, &source.text) else {
            // A readme beside the pages is no mistake.
            if !source.path.to_lowercase().ends_with("readme.md") {
                let faults = Faults::new(&source.path, 1);
                let message = "the page has no front matter";
                faults.report_line(
                    "no-front-matter",
                    1,
                    message,
                    "begin with a `---` line, `key: value` lines and another `---` line",
                );
                self.problems.extend(faults.into_problems());
            }
            return;
        };
        let faults = Faults::new(&source.path, page.front_line);
        for (line, word) in &page.strange_fences {
            let message = format!("nothing is known of a block marked `{word}`");
            let words = ["bad", "good", "skeleton", "specified", "mentioned", "absent", "waived"];
            faults.report_line("unknown-block", *line, message, super::nearest::advice(word, words));
        }
        let front = node::parse(&page.front, &faults);
        let is_concept = matches!(&front, Some(Node { value: Value::Map(pairs), .. })
            if pairs.iter().any(|(key, _)| key.text == "concept") && !pairs.iter().any(|(key, _)| key.text == "code"));
        match front {
            Some(front) if is_concept => self.take_concept(page, &front, is_user, &faults),
            Some(front) => self.pages.push((page, front, is_user)),
            None => {}
        }
        self.problems.extend(faults.into_problems());
    }

    fn take_concept(&mut self, page: Page, front: &Node, is_user: bool, faults: &Faults<'_>) {
        let Some(concept) = raw_concept(&page, front, faults) else { return };
        if let Some((file, line)) = self.tables.places.get(&concept.concept) {
            let message = format!("the concept `{}` is defined twice", concept.concept);
            faults.report_line(
                "duplicate-concept",
                page.front_line,
                message,
                format!("the other one is {file}:{line}"),
            );
            return;
        }
        for example in page.examples.iter().filter(|example| !matches!(example.expect, Expectation::State(_))) {
            let message = format!("`{}` belongs on rule pages", example.expect.word());
            faults.report_line(
                "wrong-example",
                example.line,
                message,
                "examples of concepts are specified, mentioned, absent or waived",
            );
        }
        self.tables.places.insert(concept.concept.clone(), (page.path.clone(), page.front_line));
        if is_user {
            self.user_concepts.insert(concept.concept.clone());
        }
        self.concepts.push(ConceptPage { concept: concept.concept.clone(), page: page.clone() });
        self.tables.lexicon.concepts.push((page.path, concept));
    }

    fn finish(mut self) -> (RuleSet, Vec<Problem>) {
        let places = std::mem::take(&mut self.tables.places);
        let (lexicon, mistakes) = Lexicon::compile(std::mem::take(&mut self.tables.lexicon));
        for mistake in mistakes {
            let (file, line) = places.get(&mistake.id).cloned().unwrap_or_default();
            let message = format!("`{}`: {}", mistake.id, mistake.message);
            let line = (line > 0).then_some(line);
            self.problems.push(Problem {
                code: "lexicon".into(),
                file,
                line,
                column: None,
                message,
                advice: String::new(),
            });
        }
        let names = Names::of(&lexicon);
        let mut set = RuleSet { concepts: self.concepts, lexicon, ..RuleSet::default() };
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        let declared: BTreeSet<String> = self.pages.iter().filter_map(|(_, front, _)| code_of(front)).collect();
        let mut to_try = Vec::new();
        for (page, front, is_user) in self.pages {
            let faults = Faults::new(&page.path, page.front_line);
            let rule = build(&page, &front, is_user, &names, &self.tables.families, &faults);
            if let Some(rule) = rule.filter(|rule| is_new(rule, &front, &mut taken, &faults) && faults.is_empty()) {
                if is_user {
                    to_try.push(rule.code.clone());
                }
                set.rules.push(rule);
            }
            self.problems.extend(faults.into_problems());
        }
        set.rules.sort_by(|a, b| a.code.cmp(&b.code));
        self.problems.extend(try_examples(&mut set, &to_try, &self.user_concepts));
        // A page that is broken is reported already; a risk that names it is not wrong as well.
        set.risks = known_risks(self.tables.risks, &set, &declared, &places, &mut self.problems);
        (set, self.problems)
    }
}

/// Reads a concept. Every unknown key is reported; of other mistakes serde shows the first.
fn raw_concept(page: &Page, front: &Node, faults: &Faults<'_>) -> Option<RawConcept> {
    let Value::Map(pairs) = &front.value else { return None };
    let mut left: Vec<_> = pairs.clone();
    loop {
        let json = Value::Map(left.clone()).json();
        let error = match serde_json::from_value::<RawConcept>(json) {
            Ok(concept) => return Some(concept),
            Err(error) => error.to_string(),
        };
        let unknown = error.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
        let Some((key, rest)) = unknown else {
            // Once more with places, now that all keys are known.
            let error = serde_saphyr::from_str::<RawConcept>(&page.front).err();
            let line = error.as_ref().and_then(serde_saphyr::Error::location).map_or(1, |location| location.line());
            let line = page.front_line.saturating_add(u32::try_from(line).unwrap_or(1)).saturating_sub(1);
            let message =
                error.map_or(error_text(&json_error(&left)), |error| error_text(&error.without_snippet().to_string()));
            faults.report_line("bad-concept", line, message, "see docs/rules.md, \"Concept pages\"");
            return None;
        };
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let spot = left.iter().find(|(name, _)| name.text == key).map(|(name, _)| name.spot);
        faults.report(
            "unknown-key",
            spot,
            format!("a concept page has no key `{key}`"),
            super::nearest::advice(key, known),
        );
        left.retain(|(name, _)| name.text != key);
    }
}

fn json_error(pairs: &[(node::Key, Node)]) -> String {
    serde_json::from_value::<RawConcept>(Value::Map(pairs.to_vec()).json())
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default()
}

fn error_text(text: &str) -> String {
    text.split(" at line ").next().unwrap_or_default().trim().to_owned()
}

fn build(
    page: &Page,
    front: &Node,
    is_user: bool,
    names: &Names,
    families: &[RawFamily],
    faults: &Faults<'_>,
) -> Option<Rule> {
    examples_are_complete(page, faults);
    let top = Fields::new(front, "a rule page", faults)?;
    let (raw, kind, fields) = raw::read(top)?;
    for word in &raw.trait_words {
        check::is_known(word, "trait", &names.traits, faults);
    }
    let check = (kind.read)(&fields, names);
    // `kind` was asked for through another reader of the same table.
    fields.optional_text("kind");
    fields.finish();
    let mut cases: BTreeMap<String, String> = raw.messages.into_iter().collect();
    let message = cases.remove("")?;
    let mentioned = cases.remove("mentioned").unwrap_or_else(|| message.clone());
    let mut sections = raw.sections;
    let of_family = families.iter().find(|family| family.family == raw.family);
    sections.extend(of_family.map(|family| family.sections.clone()).unwrap_or_default());
    let check = check?;
    Some(Rule {
        code: raw.code.text,
        name: raw.name.text,
        pack: raw.pack,
        family: raw.family,
        severity: raw.severity,
        confidence: raw.confidence,
        since: raw.since,
        applies: raw.applies,
        source: raw.source,
        parts: check.parts(),
        message,
        mentioned,
        cases,
        why: page.why.clone(),
        skeleton: page.skeleton.clone(),
        lower_unless: raw.lower_unless,
        homes: sections.iter().map(|words| Phrases::new(std::iter::once(words.as_str()))).collect(),
        docs: if is_user { String::new() } else { format!("{DOCS}{}", page.path) },
        check,
        page: page.clone(),
    })
}

/// The code of a front matter, sound or not.
fn code_of(front: &Node) -> Option<String> {
    let Value::Map(pairs) = &front.value else { return None };
    pairs.iter().find(|(key, _)| key.text == "code").and_then(|(_, node)| match &node.value {
        Value::Text(code) => Some(code.clone()),
        _ => None,
    })
}

fn examples_are_complete(page: &Page, faults: &Faults<'_>) {
    for (expect, advice) in [
        (Expectation::Bad, "add a ```` ```markdown bad ```` block with a passage on which the rule must fire"),
        (Expectation::Good, "add a ```` ```markdown good ```` block with a passage on which it must stay silent"),
    ] {
        if !page.examples.iter().any(|example| example.expect == expect) {
            let message = format!("the page has no {} example", expect.word());
            faults.report_line("missing-example", page.body_line, message, advice);
        }
    }
    for example in page.examples.iter().filter(|example| matches!(example.expect, Expectation::State(_))) {
        let message = format!("`{}` belongs on concept pages", example.expect.word());
        faults.report_line("wrong-example", example.line, message, "examples of rules are bad or good");
    }
    if page.why.is_empty() {
        let advice = "add a heading `## Why` with one or two sentences; they are shown with every finding";
        faults.report_line("missing-why", page.body_line, "the page does not say why it matters", advice);
    }
}

fn is_new(rule: &Rule, front: &Node, taken: &mut BTreeMap<String, String>, faults: &Faults<'_>) -> bool {
    let mut new = true;
    for (what, key) in [("code", &rule.code), ("name", &rule.name)] {
        if let Some(other) = taken.get(key) {
            let spot = match &front.value {
                Value::Map(pairs) => pairs.iter().find(|(name, _)| name.text == what).map(|(_, node)| node.spot),
                _ => None,
            };
            let message = format!("the {what} `{key}` is taken");
            faults.report(&format!("duplicate-{what}"), spot, message, format!("by {other}; choose another one"));
            new = false;
        } else {
            taken.insert(key.clone(), rule.page.path.clone());
        }
    }
    new
}

/// Runs the examples of user pages; a rule with an example that does not behave is taken out again.
fn try_examples(set: &mut RuleSet, codes: &[String], concepts: &BTreeSet<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut broken = BTreeSet::new();
    for test in
        super::testing::outcomes(set, |code| codes.iter().any(|other| other == code), |id| concepts.contains(id))
    {
        let (code, advice) = match &test.outcome {
            ExampleOutcome::Right => continue,
            ExampleOutcome::Missing(_) => {
                ("example-missing", "change the example or the check; the page does not load like this")
            }
            ExampleOutcome::Noisy(_) => {
                ("example-noisy", "change the example or the check; the page does not load like this")
            }
        };
        broken.insert(test.subject.clone());
        problems.push(Problem {
            code: code.to_owned(),
            file: test.file.clone(),
            line: Some(test.line),
            column: None,
            message: test.to_string(),
            advice: advice.to_owned(),
        });
    }
    set.rules.retain(|rule| !broken.contains(&rule.code));
    problems
}

fn known_risks(
    risks: Vec<RawRisk>,
    set: &RuleSet,
    declared: &BTreeSet<String>,
    places: &BTreeMap<String, (String, u32)>,
    problems: &mut Vec<Problem>,
) -> Vec<RawRisk> {
    let is_known = |key: &String| {
        let (code, part) = key.split_once(':').map_or((key.as_str(), None), |(code, part)| (code, Some(part)));
        set.get(code).map_or_else(
            || declared.contains(code),
            |rule| part.is_none_or(|part| rule.parts.iter().any(|name| name == part)),
        )
    };
    for risk in &risks {
        for key in risk.mitigated_by.iter().chain(&risk.measured_by).filter(|key| !is_known(key)) {
            let (file, line) = places.get(&risk.id).cloned().unwrap_or_default();
            let message = format!("risk {} names the check `{key}`, which does not exist", risk.id);
            let advice = super::nearest::advice(key, set.rules.iter().map(|rule| rule.code.as_str()));
            problems.push(Problem {
                code: "unknown-rule".into(),
                file,
                line: Some(line),
                column: None,
                message,
                advice,
            });
        }
    }
    risks
}

fn hash<'a>(sources: impl Iterator<Item = &'a Source>) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        for text in [&source.path, &source.text] {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
