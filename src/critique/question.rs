//! A question as its page in `prompts/` says it: front matter, closed question, levels, example. Loads pages and reports
//! every mistake; never asks anything itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::page::{Page, problem};
use super::reply::ReplyType;
use super::template::Template;
use crate::facts::Profile;
use crate::finding::{Problem, Severity};

/// All pages: the questions in order of their ids, and the templates that they share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questionnaire {
    /// The questions.
    pub questions: Vec<Question>,
    /// The question whose example every call shows, where it is not the first of these.
    pub(super) lent: Option<Box<Question>>,
    pub(super) first: Template,
    pub(super) second: Template,
    pub(super) risks: Template,
    pub(super) ask: Template,
}

/// A question, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id (`MR1`).
    pub id: String,
    /// Version; raised whenever the wording changes.
    pub version: u32,
    /// Title for people.
    pub title: String,
    /// Questions of one group are asked in one call.
    pub group: String,
    /// Concepts whose passages it reads; the sections around them are sent.
    pub inputs: Vec<String>,
    /// It reads the sections in which metrics with values stand, too.
    pub measures: bool,
    /// It reads the whole document.
    pub whole: bool,
    /// When it is asked.
    pub applies: Applies,
    /// The closed question that the model answers first.
    pub closed: String,
    /// What each score means.
    pub levels: String,
    /// How a reply is judged.
    pub rubric: Rubric,
}

impl Question {
    /// All that a model is asked and judged by: whoever changes it asks something else.
    pub(super) fn wording(&self) -> String {
        let Rubric { evidence, pairs, number, .. } = &self.rubric;
        format!(
            "{}\u{1f}{}\u{1f}{}\u{1f}{}\u{1f}{evidence:?}{pairs}{number}",
            self.id, self.version, self.closed, self.levels
        )
    }

    /// True when the question makes sense for a document of this profile.
    #[must_use]
    pub fn applies_to(&self, profile: &Profile, names_metric: bool) -> bool {
        (names_metric || !self.applies.metric) && self.applies.holds(profile)
    }
}

/// When a question is asked. Empty lists mean "any".
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Applies {
    /// At least one of these traits of the profile.
    #[serde(default)]
    pub any: Vec<String>,
    /// All of these traits.
    #[serde(default)]
    pub all: Vec<String>,
    /// None of these traits.
    #[serde(default)]
    pub none: Vec<String>,
    /// Only where the text names a metric.
    #[serde(default)]
    pub metric: bool,
}

impl Applies {
    fn holds(&self, profile: &Profile) -> bool {
        let has = |wanted: &String| profile.traits.contains(wanted);
        self.all.iter().all(has) && !self.none.iter().any(has) && (self.any.is_empty() || self.any.iter().any(has))
    }
}

/// How a reply becomes a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rubric {
    /// Type of the reply.
    pub reply: ReplyType,
    /// Concepts that must not be specified when the model says that something is absent.
    pub absence: Vec<String>,
    /// Rules that report the absence already: where one of them does, a score of 0 makes no finding of its own.
    pub repeats: Vec<String>,
    /// Severity by score; a score without one makes no finding.
    pub severity: BTreeMap<u8, Severity>,
    /// Least number of quotations that a score needs, by score.
    pub evidence: [usize; 4],
    /// Quotations come in pairs that contradict each other; each pair is a finding.
    pub pairs: bool,
    /// A score of 3 needs a number in its quotations; false where the levels settle it by words.
    pub number: bool,
    /// The question to the author when the model's own cannot be used.
    pub question: String,
    /// Why it matters.
    pub why: String,
    /// Text that the author can paste, with places to fill.
    pub skeleton: Option<String>,
    /// The example in the prompt: a reply that repeats it is no answer.
    pub example: serde_json::Value,
    /// Page of the question.
    pub docs: String,
}

/// Front matter of a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawQuestion {
    id: String,
    version: u32,
    title: String,
    reply: ReplyType,
    group: String,
    #[serde(default)]
    inputs: Vec<String>,
    #[serde(default)]
    measures: bool,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    applies: Applies,
    #[serde(default)]
    absence: Vec<String>,
    #[serde(default)]
    repeats: Vec<String>,
    severity: BTreeMap<u8, Severity>,
    #[serde(default)]
    evidence: BTreeMap<u8, usize>,
    #[serde(default)]
    pairs: bool,
    #[serde(default = "yes")]
    number: bool,
    question: String,
    why: String,
    #[serde(default)]
    skeleton: Option<String>,
}

fn yes() -> bool {
    true
}

/// The questions that come with the program. The problems are empty for a released version: a test holds that.
#[must_use]
pub fn builtin() -> (Questionnaire, Vec<Problem>) {
    const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/prompts.rs"));
    load(PAGES.iter().copied())
}

/// Reads pages of (path, text): those in a folder `shared` are templates, the others questions. What is sound is kept; every
/// mistake is a problem.
pub fn load<'a>(pages: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Questionnaire, Vec<Problem>) {
    let mut book = Questionnaire::default();
    let mut problems = Vec::new();
    for (path, text) in pages.into_iter().filter(|(path, _)| path.strip_suffix(".md").is_some()) {
        if path.split('/').any(|part| part == "shared") {
            let (template, mut found) = Template::read(path, text);
            problems.append(&mut found);
            match template {
                Some(template) if template.id == "first" => book.first = template,
                Some(template) if template.id == "second" => book.second = template,
                Some(template) if template.id == "risks" => book.risks = template,
                Some(template) if template.id == "ask" => book.ask = template,
                Some(template) => {
                    let message = format!("no call uses the template {}", template.id);
                    problems.push(problem(path, "id", None, message, "templates are first, second, risks and ask"));
                }
                None => {}
            }
            continue;
        }
        let (question, mut found) = read(path, text);
        problems.append(&mut found);
        let Some(question) = question else { continue };
        if let Some(twin) = book.questions.iter().find(|known| known.id == question.id) {
            let message = format!("the id {} is taken by {}", question.id, twin.rubric.docs);
            problems.push(problem(path, "duplicate-id", None, message, "give the question an id of its own"));
        } else {
            book.questions.push(question);
        }
    }
    let order = |question: &Question| {
        let letters = question.id.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        (std::cmp::Reverse(letters.clone()), question.id.len(), question.id.clone())
    };
    book.questions.sort_by_key(order);
    (book, problems)
}

fn read(path: &str, text: &str) -> (Option<Question>, Vec<Problem>) {
    let (mut page, raw) = Page::open::<RawQuestion>(path, text);
    let Some(raw) = raw else { return (None, page.problems) };
    values(&mut page, &raw);
    let closed = page.fence("text closed", "ask one closed question in a block with this info string");
    let levels = page.fence("text levels", "say what each score means in a block with this info string");
    let example = example(&mut page, raw.reply);
    let question = page.problems.is_empty().then(|| {
        let own = |score: u8, usual: usize| raw.evidence.get(&score).copied().unwrap_or(usual);
        Some(Question {
            id: raw.id.clone(),
            version: raw.version,
            title: raw.title,
            group: raw.group,
            inputs: raw.inputs,
            measures: raw.measures,
            whole: raw.whole,
            applies: raw.applies,
            closed: closed?.text.trim().to_owned(),
            levels: levels?.text.trim().to_owned(),
            rubric: Rubric {
                reply: raw.reply,
                absence: raw.absence,
                repeats: raw.repeats,
                severity: raw.severity,
                evidence: [own(0, 0), own(1, 1), own(2, 1), own(3, 1)],
                pairs: raw.pairs,
                number: raw.number,
                question: raw.question,
                why: raw.why,
                skeleton: raw.skeleton,
                example: example?,
                docs: path.to_owned(),
            },
        })
    });
    (question.flatten(), page.problems)
}

fn values(page: &mut Page<'_>, raw: &RawQuestion) {
    if raw.id.is_empty() || !raw.id.chars().all(|c| c.is_ascii_alphanumeric()) {
        page.bad("id", None, format!("the id `{}` is no word", raw.id), "use letters and digits, such as MR1");
    }
    if raw.version == 0 {
        page.bad("version", None, "the version is 0", "count versions from 1");
    }
    if raw.group.trim().is_empty() {
        page.bad("group", None, "the group has no name", "questions of one group are asked in one call: name it");
    }
    if raw.inputs.is_empty() && !raw.measures && !raw.whole {
        let advice = "name concepts under `inputs`, or set `measures` or `whole`";
        page.bad("inputs", None, "the question reads nothing", advice);
    }
    if !raw.question.trim_end().ends_with('?') {
        page.bad("question", None, "the question does not end with a question mark", "ask the author something");
    }
    for score in raw.severity.keys().chain(raw.evidence.keys()).filter(|score| **score > 3) {
        page.bad("score", None, format!("there is no score {score}"), "scores are 0 to 3");
    }
    for (score, severity) in raw.severity.iter().filter(|(_, severity)| **severity > Severity::Warning) {
        let message = format!("score {score} has severity {severity}");
        page.bad("severity", None, message, "a model adds findings up to warning");
    }
}

fn example(page: &mut Page<'_>, reply: ReplyType) -> Option<serde_json::Value> {
    let fence = page.fence("json example", "show the model one whole answer")?;
    let value: serde_json::Value = match serde_json::from_str(&fence.text) {
        Ok(value) => value,
        Err(error) => {
            let line = fence.line + u32::try_from(error.line().saturating_sub(1)).unwrap_or(0);
            page.bad("example", Some(line), format!("the example is no JSON: {error}"), "mend the JSON");
            return None;
        }
    };
    if let Err(message) = reply.check(&value) {
        page.bad("example", Some(fence.line), message, "make the example an answer that would be accepted");
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\nid: T1\nversion: 1\ntitle: Test\nreply: score\ngroup: g\ninputs: [metric-rationale]\n\
        severity: { 0: warning }\nevidence: { 1: 2 }\nquestion: Why?\nwhy: It matters.\n---\n\n# T1\n\n```text closed\nIs it?\n```\n\n\
        ```text levels\n0 = no\n```\n\n```json example\n\
        {\"quotes\": [\"a b c d\"], \"searched\": [], \"answer\": \"no\", \"score\": 1, \"claim\": \"c\", \
        \"why_it_matters\": \"w\", \"question_to_author\": \"q?\", \"confidence\": \"low\"}\n```\n";

    const SHARED: &str = "---\nid: first\nversion: 1\n---\n\n```jinja system\nBe brief. {{ example }}\n```\n\n\
        ```jinja user\n{% for section in sections %}{{ section.text }}{% endfor %} {{ nonce }}\n```\n";

    #[test]
    fn the_pages_that_come_with_the_program_load() {
        let (book, problems) = builtin();
        assert_eq!(problems, []);
        let ids: Vec<&str> = book.questions.iter().map(|question| question.id.as_str()).collect();
        let expected = "RC MR1 MR2 MR3 MR4 MR5 MR6 MR7 MR8 MR9 MR10 GF1 GF2 GF3 GF4 GF5";
        assert_eq!(ids.join(" "), expected);
        assert!([&book.first, &book.second, &book.risks, &book.ask].iter().all(|template| template.version > 0));
    }

    #[test]
    fn a_sound_page_becomes_a_question() {
        let (book, problems) = load([("prompts/T1.md", PAGE), ("prompts/shared/first.md", SHARED)]);
        assert_eq!(problems, []);
        let question = book.questions.first().unwrap();
        assert_eq!((question.id.as_str(), question.version, question.group.as_str()), ("T1", 1, "g"));
        assert_eq!((question.closed.as_str(), question.levels.as_str()), ("Is it?", "0 = no"));
        assert_eq!(question.rubric.severity, BTreeMap::from([(0, Severity::Warning)]));
        assert_eq!(question.rubric.evidence, [0, 2, 1, 1]);
        assert!(book.first.words().contains("Be brief.") && question.wording().contains("0 = no"));
    }

    /// (what to replace, with what, code of the problem, its line)
    #[test]
    fn every_mistake_of_a_page_is_a_problem_with_its_line() {
        let cases: &[(&str, &str, &str, Option<u32>)] = &[
            ("---\nid: T1", "id: T1", "no-front-matter", Some(1)),
            ("group: g", "grup: g", "front-matter", Some(6)),
            ("group: g", "group: ' '", "group", None),
            ("version: 1", "version: one", "front-matter", Some(3)),
            ("reply: score", "reply: prose", "front-matter", Some(5)),
            ("version: 1", "version: 0", "version", None),
            ("inputs: [metric-rationale]", "inputs: []", "inputs", None),
            ("0: warning", "0: error", "severity", None),
            ("0: warning", "7: info", "score", None),
            ("{ 1: 2 }", "{ 4: 2 }", "score", None),
            ("question: Why?", "question: Explain.", "question", None),
            ("id: T1", "id: T-1", "id", None),
            ("text closed", "text close", "no-block", None),
            ("text levels", "text level", "no-block", None),
            ("json example", "json", "no-block", None),
            ("\"score\": 1", "\"score\": 9", "example", Some(25)),
            ("\"score\": 1", "\"score\" 1", "example", Some(25)),
        ];
        for (old, new, code, line) in cases {
            let page = PAGE.replacen(old, new, 1);
            assert_ne!(page, PAGE, "{old}");
            let (book, problems) = load([("p.md", page.as_str())]);
            assert!(book.questions.is_empty(), "{new}");
            let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.line)).collect();
            assert!(found.contains(&(*code, *line)), "{new}: {problems:#?}");
        }
    }

    #[test]
    fn every_mistake_of_a_template_is_a_problem_with_its_line() {
        for (old, new, code, line) in [
            ("jinja system", "jinja sytem", "no-block", None),
            ("{{ nonce }}", "{{ nounce }}", "template", Some(11)),
            ("{{ example }}", "{{ example", "template", Some(7)),
            ("id: first", "id: third", "id", None),
        ] {
            let page = SHARED.replacen(old, new, 1);
            let (book, problems) = load([("prompts/shared/first.md", page.as_str())]);
            assert_eq!(book, Questionnaire::default(), "{new}");
            let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.line)).collect();
            assert_eq!(found, [(code, line)], "{new}: {problems:#?}");
        }
    }

    #[test]
    fn one_broken_page_does_not_take_the_others_with_it() {
        let (book, problems) = load([("a.md", "nothing"), ("b.md", PAGE), ("c.md", PAGE)]);
        assert_eq!(book.questions.len(), 1);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["no-front-matter", "duplicate-id"]);
    }

    #[test]
    fn a_question_applies_by_traits_and_metric() {
        let (book, _) = load([("b.md", PAGE)]);
        let mut question = book.questions.into_iter().next().unwrap();
        let mut profile = super::super::tests::profile();
        profile.traits = ["decides".to_owned(), "trains".to_owned()].into();
        let lists = |any: &[&str], all: &[&str], none: &[&str], metric| {
            let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
            Applies { any: own(any), all: own(all), none: own(none), metric }
        };
        for (applies, names_metric, expected) in [
            (lists(&[], &[], &[], false), false, true),
            (lists(&[], &[], &[], true), false, false),
            (lists(&[], &[], &[], true), true, true),
            (lists(&["decides", "x"], &["trains"], &[], false), false, true),
            (lists(&["x"], &[], &[], false), false, false),
            (lists(&[], &["trains", "x"], &[], false), false, false),
            (lists(&[], &[], &["decides"], false), false, false),
        ] {
            question.applies = applies;
            assert_eq!(question.applies_to(&profile, names_metric), expected, "{:?}", question.applies);
        }
    }
}
