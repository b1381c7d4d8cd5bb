//! The templates that all questions share: from a page in `prompts/shared/` to the two messages of a call. Variables are
//! strict; a template that names another is a mistake of its page.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use super::page::{Fence, Page};
use crate::finding::Problem;

/// Steps of a template: far above what the largest document takes.
const FUEL: u64 = 500_000;
/// What a template can name.
const VARIABLES: &[&str] = &[
    "nonce",
    "questions",
    "example",
    "title",
    "profile",
    "measures",
    "absent",
    "reported",
    "sections",
    "whole",
    "risks",
    "asked",
];

/// The two messages of one kind of call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Template {
    /// `first`, `second`, `risks` or `ask`.
    pub(super) id: String,
    pub(super) version: u32,
    system: Fence,
    user: Fence,
}

/// What a template is rendered with.
#[derive(Debug, Default, Serialize)]
pub(super) struct Values {
    pub(super) nonce: String,
    pub(super) questions: Vec<QuestionRow>,
    pub(super) example: String,
    pub(super) title: String,
    pub(super) profile: ProfileRow,
    pub(super) measures: Vec<MeasureRow>,
    pub(super) absent: Vec<String>,
    pub(super) reported: Vec<String>,
    pub(super) sections: Vec<SectionRow>,
    pub(super) whole: bool,
    pub(super) risks: Vec<RiskRow>,
    pub(super) asked: String,
}

#[derive(Debug, Serialize)]
pub(super) struct QuestionRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) closed: String,
    pub(super) levels: String,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct ProfileRow {
    pub(super) stage: &'static str,
    pub(super) tasks: Vec<String>,
}

/// A measure. Without a line number, so that an edit elsewhere changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct MeasureRow {
    pub(super) name: String,
    pub(super) slice: Option<String>,
    pub(super) role: &'static str,
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
pub(super) struct SectionRow {
    pub(super) heading: String,
    pub(super) text: String,
}

#[derive(Debug, Serialize)]
pub(super) struct RiskRow {
    pub(super) id: String,
    pub(super) risk: String,
    pub(super) hint: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawTemplate {
    id: String,
    version: u32,
}

impl Template {
    /// Reads a page; the problems say what is wrong with it.
    pub(super) fn read(path: &str, text: &str) -> (Option<Self>, Vec<Problem>) {
        let (mut page, raw) = Page::open::<RawTemplate>(path, text);
        let advice = "add a fenced block with this info string";
        let parts = [page.fence("jinja system", advice), page.fence("jinja user", advice)];
        for fence in parts.iter().flatten() {
            for (line, message) in mistakes(fence) {
                let advice = "the variables of a template are listed in docs/critique.md";
                page.bad("template", Some(line), message, advice);
            }
        }
        let [system, user] = parts;
        let template = (page.problems.is_empty()).then(|| {
            let raw = raw?;
            Some(Self { id: raw.id, version: raw.version, system: system?, user: user? })
        });
        (template.flatten(), page.problems)
    }

    /// Instructions and question; none when the template runs out of its steps.
    pub(super) fn render(&self, values: &Values) -> Option<(String, String)> {
        let environment = environment();
        let part = |fence: &Fence| environment.render_str(&fence.text, Serde(values)).ok();
        Some((part(&self.system)?, part(&self.user)?))
    }

    /// All its words: whoever changes them asks something else.
    pub(super) fn words(&self) -> String {
        format!("{}\u{1f}{}\u{1f}{}\u{1f}{}", self.id, self.version, self.system.text, self.user.text)
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    // Block tags may stand on lines of their own. Building this fails only for clashing delimiters; ours are the usual ones.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment
}

/// Mistakes of a template, each with its line in the page.
fn mistakes(fence: &Fence) -> Vec<(u32, String)> {
    let at = |line: usize| fence.line + u32::try_from(line.saturating_sub(1)).unwrap_or(0);
    let environment = environment();
    let compiled = match environment.template_from_str(&fence.text) {
        Ok(compiled) => compiled,
        Err(error) => {
            let detail = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
            return vec![(at(error.line().unwrap_or(1)), format!("the template does not parse: {detail}"))];
        }
    };
    let mut unknown: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
    unknown.retain(|name| !VARIABLES.contains(&name.as_str()));
    unknown.sort();
    unknown
        .into_iter()
        .map(|name| {
            let line = fence.text.lines().position(|line| line.contains(&name)).unwrap_or(0);
            let near = crate::text::nearest::nearest(&name, VARIABLES.iter().copied());
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            (at(line + 1), format!("the template names `{name}`, which is not given{hint}"))
        })
        .collect()
}
