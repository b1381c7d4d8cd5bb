//! A question as its page in `prompts/` says it: front matter, documentation, templates. Loads pages and reports every
//! mistake; never asks anything itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::prompt;
use super::reply::ReplyType;
use crate::facts::Profile;
use crate::finding::{Problem, Severity};
use crate::text::{Front, front_matter};

/// A question, ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id (`MR1`).
    pub id: String,
    /// Version; raised whenever the wording changes.
    pub version: u32,
    /// Title for people.
    pub title: String,
    /// Concepts whose passages it reads; the sections around them are sent.
    pub inputs: Vec<String>,
    /// When it is asked.
    pub applies: Applies,
    /// How a reply is judged.
    pub rubric: Rubric,
    /// Most tokens of a reply.
    pub max_tokens: u32,
    pub(super) system: Template,
    pub(super) user: Template,
}

impl Question {
    /// True when the question makes sense for a document of this profile.
    #[must_use]
    pub fn applies_to(&self, profile: &Profile, names_metric: bool) -> bool {
        let has = |wanted: &String| profile.traits.contains(wanted);
        (names_metric || !self.applies.metric)
            && self.applies.all.iter().all(has)
            && !self.applies.none.iter().any(has)
            && (self.applies.any.is_empty() || self.applies.any.iter().any(has))
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

/// A template of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) text: String,
    /// Line of its first line in the page, from 1.
    pub(super) line: u32,
}

/// Front matter of a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawQuestion {
    id: String,
    version: u32,
    title: String,
    reply: ReplyType,
    inputs: Vec<String>,
    #[serde(default)]
    applies: Applies,
    #[serde(default)]
    absence: Vec<String>,
    #[serde(default)]
    repeats: Vec<String>,
    severity: BTreeMap<u8, Severity>,
    max_tokens: u32,
    question: String,
    why: String,
    #[serde(default)]
    skeleton: Option<String>,
}

/// The questions that come with the program. The problems are empty for a released version: a test holds that.
#[must_use]
pub fn builtin() -> (Vec<Question>, Vec<Problem>) {
    const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/prompts.rs"));
    load(PAGES.iter().copied())
}

/// Reads pages of (path, text). What is sound is kept, in order of the ids; every mistake is a problem.
pub fn load<'a>(pages: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Vec<Question>, Vec<Problem>) {
    let mut questions: Vec<Question> = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in pages {
        let mut page = Page { path, problems: Vec::new() };
        let question = page.read(text);
        let broken = !page.problems.is_empty();
        problems.append(&mut page.problems);
        let Some(question) = question.filter(|_| !broken) else { continue };
        if let Some(twin) = questions.iter().find(|known| known.id == question.id) {
            let message = format!("the id {} is taken by {}", question.id, twin.rubric.docs);
            problems.push(problem(path, "duplicate-id", None, message, "give the question an id of its own"));
        } else {
            questions.push(question);
        }
    }
    questions.sort_by(|a, b| a.id.len().cmp(&b.id.len()).then_with(|| a.id.cmp(&b.id)));
    (questions, problems)
}

fn problem(path: &str, code: &str, line: Option<u32>, message: impl Into<String>, advice: &str) -> Problem {
    let (message, advice) = (message.into(), advice.to_owned());
    Problem { code: code.into(), file: path.into(), line, column: None, message, advice }
}

/// One page while it is read.
struct Page<'a> {
    path: &'a str,
    problems: Vec<Problem>,
}

impl Page<'_> {
    fn bad(&mut self, code: &str, line: Option<u32>, message: impl Into<String>, advice: &str) {
        self.problems.push(problem(self.path, code, line, message, advice));
    }

    fn read(&mut self, text: &str) -> Option<Question> {
        let Some(Front { front, body_line, .. }) = front_matter(text) else {
            let advice = "begin the page with the front matter: --- on the first line, YAML, --- again";
            self.bad("no-front-matter", Some(1), "the page has no front matter", advice);
            return None;
        };
        let fences = fences(text, body_line);
        let system = self.template(&fences, "jinja system");
        let user = self.template(&fences, "jinja user");
        let raw = match serde_saphyr::from_str::<RawQuestion>(front) {
            Ok(raw) => raw,
            Err(error) => {
                let line = error.location().and_then(|at| u32::try_from(at.line()).ok()).map(|line| line + 1);
                let message = error.without_snippet().to_string();
                self.bad("front-matter", line, message, "docs/critique.md lists the keys of a question page");
                return None;
            }
        };
        self.values(&raw);
        let example = self.example(&fences, raw.reply);
        Some(Question {
            id: raw.id,
            version: raw.version,
            title: raw.title,
            inputs: raw.inputs,
            applies: raw.applies,
            max_tokens: raw.max_tokens,
            system: system?,
            user: user?,
            rubric: Rubric {
                reply: raw.reply,
                absence: raw.absence,
                repeats: raw.repeats,
                severity: raw.severity,
                question: raw.question,
                why: raw.why,
                skeleton: raw.skeleton,
                example: example?,
                docs: self.path.to_owned(),
            },
        })
    }

    fn values(&mut self, raw: &RawQuestion) {
        if raw.id.is_empty() || !raw.id.chars().all(|c| c.is_ascii_alphanumeric()) {
            self.bad("id", None, format!("the id `{}` is no word", raw.id), "use letters and digits, such as MR1");
        }
        if raw.version == 0 {
            self.bad("version", None, "the version is 0", "count versions from 1");
        }
        if !(64..=4096).contains(&raw.max_tokens) {
            self.bad("max-tokens", None, format!("max-tokens is {}", raw.max_tokens), "use 64 to 4096");
        }
        if !raw.question.trim_end().ends_with('?') {
            self.bad("question", None, "the question does not end with a question mark", "ask the author something");
        }
        for (score, severity) in &raw.severity {
            if *score > 3 {
                self.bad("severity", None, format!("there is no score {score}"), "scores are 0 to 3");
            }
            if *severity > Severity::Warning {
                let message = format!("score {score} has severity {severity}");
                self.bad("severity", None, message, "a model adds findings up to warning");
            }
        }
    }

    fn template(&mut self, fences: &[Fence], info: &str) -> Option<Template> {
        let Some(fence) = fences.iter().find(|fence| fence.info == info) else {
            let message = format!("the page has no template ```{info}");
            self.bad("no-template", None, message, "add a fenced block with this info string");
            return None;
        };
        let template = Template { text: fence.text.clone(), line: fence.line };
        for (line, message) in prompt::mistakes(&template) {
            self.bad("template", Some(line), message, "the variables of a template are listed in docs/critique.md");
        }
        Some(template)
    }

    fn example(&mut self, fences: &[Fence], reply: ReplyType) -> Option<serde_json::Value> {
        let Some(fence) = fences.iter().find(|fence| fence.info == "json example") else {
            self.bad("no-example", None, "the page has no ```json example", "show the model one whole reply");
            return None;
        };
        let value: serde_json::Value = match serde_json::from_str(&fence.text) {
            Ok(value) => value,
            Err(error) => {
                let line = fence.line + u32::try_from(error.line().saturating_sub(1)).unwrap_or(0);
                self.bad("example", Some(line), format!("the example is no JSON: {error}"), "mend the JSON");
                return None;
            }
        };
        if let Err(message) = reply.check(&value) {
            self.bad("example", Some(fence.line), message, "make the example a reply that would be accepted");
        }
        Some(value)
    }
}

/// A fenced block of a page.
struct Fence {
    info: String,
    text: String,
    /// Line of its first line of text, from 1.
    line: u32,
}

/// The fenced blocks at or below line `from`. A page is written by us or by a user for this tool: only fences of backticks
/// at the beginning of a line count.
fn fences(text: &str, from: u32) -> Vec<Fence> {
    let mut out = Vec::new();
    let mut open: Option<(usize, Fence)> = None;
    for (number, line) in (1..).zip(text.lines()).filter(|(number, _)| *number >= from) {
        let ticks = line.len() - line.trim_start_matches('`').len();
        let rest = line.trim_start_matches('`').trim();
        match open.take() {
            Some((opened, fence)) if ticks >= opened && rest.is_empty() => out.push(fence),
            Some((opened, mut fence)) => {
                fence.text.push_str(line);
                fence.text.push('\n');
                open = Some((opened, fence));
            }
            None if ticks >= 3 => {
                open = Some((ticks, Fence { info: rest.to_owned(), text: String::new(), line: number + 1 }));
            }
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\nid: T1\nversion: 1\ntitle: Test\nreply: score\ninputs: [metric-rationale]\nseverity: { 0: warning }\n\
        max-tokens: 300\nquestion: Why?\nwhy: It matters.\n---\n\n# T1\n\n```jinja system\nBe brief. {{ example }}\n```\n\n\
        ```jinja user\n{% for section in sections %}{{ section.text }}{% endfor %} {{ nonce }}\n```\n\n```json example\n\
        {\"quotes\": [\"a b c d\"], \"searched\": [], \"answer\": \"no\", \"score\": 1, \"claim\": \"c\", \
        \"why_it_matters\": \"w\", \"question_to_author\": \"q?\", \"confidence\": \"low\"}\n```\n";

    #[test]
    fn the_pages_that_come_with_the_program_load() {
        let (questions, problems) = builtin();
        assert_eq!(problems, []);
        assert!(questions.iter().any(|question| question.id == "MR1"));
    }

    #[test]
    fn a_sound_page_becomes_a_question() {
        let (questions, problems) = load([("prompts/T1.md", PAGE)]);
        assert_eq!(problems, []);
        let question = questions.first().unwrap();
        assert_eq!((question.id.as_str(), question.version, question.max_tokens), ("T1", 1, 300));
        assert_eq!(question.rubric.severity, BTreeMap::from([(0, Severity::Warning)]));
        assert_eq!(question.system.text, "Be brief. {{ example }}\n");
        assert_eq!(question.system.line, 16);
    }

    /// (what to replace, with what, code of the problem, its line)
    #[test]
    fn every_mistake_of_a_page_is_a_problem_with_its_line() {
        let cases: &[(&str, &str, &str, Option<u32>)] = &[
            ("---\nid: T1", "id: T1", "no-front-matter", Some(1)),
            ("max-tokens: 300", "max-token: 300", "front-matter", Some(8)),
            ("version: 1", "version: one", "front-matter", Some(3)),
            ("reply: score", "reply: prose", "front-matter", Some(5)),
            ("version: 1", "version: 0", "version", None),
            ("max-tokens: 300", "max-tokens: 5", "max-tokens", None),
            ("0: warning", "0: error", "severity", None),
            ("0: warning", "7: info", "severity", None),
            ("question: Why?", "question: Explain.", "question", None),
            ("id: T1", "id: T-1", "id", None),
            ("jinja system", "jinja sytem", "no-template", None),
            ("{{ nonce }}", "{{ nounce }}", "template", Some(20)),
            ("{{ example }}", "{{ example", "template", Some(16)),
            ("json example", "json", "no-example", None),
            ("\"score\": 1", "\"score\": 9", "example", Some(24)),
            ("\"score\": 1", "\"score\" 1", "example", Some(24)),
        ];
        for (old, new, code, line) in cases {
            let page = PAGE.replacen(old, new, 1);
            assert_ne!(page, PAGE, "{old}");
            let (questions, problems) = load([("p.md", page.as_str())]);
            assert!(questions.is_empty(), "{new}");
            let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.line)).collect();
            assert!(found.contains(&(*code, *line)), "{new}: {problems:#?}");
        }
    }

    #[test]
    fn one_broken_page_does_not_take_the_others_with_it() {
        let (questions, problems) = load([("a.md", "nothing"), ("b.md", PAGE), ("c.md", PAGE)]);
        assert_eq!(questions.len(), 1);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["no-front-matter", "duplicate-id"]);
    }

    #[test]
    fn a_question_applies_by_traits_and_metric() {
        let (questions, _) = load([("b.md", PAGE)]);
        let mut question = questions.into_iter().next().unwrap();
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
