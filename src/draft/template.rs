//! A whole specification to fill in, made from the rules: a slot for everything that they ask of a kind of project, in the order in
//! which a reader meets it, with what each wants and why as comments. Knows no file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::fill::in_order;
use super::slot::{Slot, WIDTH, plain, slots};
use crate::document::SPEC_LINE;
use crate::facts::{Kind, Profile, Stage};
use crate::rules::{Rule, RuleSet};

/// A kind of project that there is a template for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// The name that it is asked for by.
    pub name: &'static str,
    /// What such a system does.
    pub about: &'static str,
    /// Its task in the words of `rules/tasks.toml`, written into the front matter; none where any task may be meant.
    pub task: Option<&'static str>,
    /// What such a project is besides, in the words of `applies` of rule pages.
    pub traits: &'static [&'static str],
}

/// The templates; the first is the one for whoever does not say.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "general",
        about: "any project: a slot for every rule",
        task: None,
        traits: &[
            "trains",
            "prompted",
            "decides",
            "evaluates",
            "classifier",
            "generative",
            "retrieves",
            "labelled-by-people",
            "affects-people",
            "regulated",
            "has-budget",
        ],
    },
    Template {
        name: "classifier",
        about: "sorts cases into two classes or more",
        task: Some("binary-classification"),
        traits: &["trains", "decides", "evaluates", "classifier", "labelled-by-people"],
    },
    Template {
        name: "detector",
        about: "finds objects in pictures",
        task: Some("object-detection"),
        traits: &["trains", "decides", "evaluates", "classifier", "labelled-by-people"],
    },
    Template {
        name: "extractor",
        about: "takes fields out of documents",
        task: Some("extraction"),
        traits: &["trains", "decides", "evaluates", "classifier", "labelled-by-people"],
    },
    Template {
        name: "anomaly",
        about: "finds what is out of the ordinary",
        task: Some("anomaly"),
        traits: &["trains", "decides", "evaluates", "classifier"],
    },
    Template {
        name: "forecast",
        about: "says how much of something there will be",
        task: Some("forecasting"),
        traits: &["trains", "decides", "evaluates", "forecast"],
    },
    Template {
        name: "ranking",
        about: "orders or recommends things",
        task: Some("ranking"),
        traits: &["trains", "decides", "evaluates"],
    },
    Template {
        name: "generation",
        about: "writes texts with a language model",
        task: Some("generation"),
        traits: &["prompted", "decides", "evaluates", "generative", "labelled-by-people"],
    },
    Template {
        name: "rag",
        about: "answers from documents that it retrieves",
        task: Some("rag"),
        traits: &["prompted", "decides", "evaluates", "generative", "retrieves", "labelled-by-people"],
    },
    Template {
        name: "agent",
        about: "acts by itself with tools",
        task: Some("agent"),
        traits: &["prompted", "decides", "evaluates", "generative", "labelled-by-people"],
    },
];

impl Template {
    /// A profile as a document of this kind would have it once it is filled in.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let mut traits: BTreeSet<String> = self.traits.iter().map(|name| (*name).to_owned()).collect();
        traits.extend(self.task.map(str::to_owned));
        let stage = Stage::Production;
        traits.insert(stage.asked_as().to_owned());
        let is = |name: &str| self.traits.contains(&name);
        Profile {
            kind: Kind::AiSpec,
            because: String::new(),
            tasks: self.task.iter().map(|task| (*task).to_owned()).collect(),
            scores: BTreeMap::new(),
            trains: is("trains"),
            labelled_by_people: is("labelled-by-people"),
            decides: is("decides"),
            affects_people: is("affects-people"),
            regulated: is("regulated"),
            stage,
            traits,
        }
    }

    /// The rules that have a slot in it, in the order of reading. Rules that only compare what others state have none.
    #[must_use]
    pub fn rules<'a>(&self, rules: &'a RuleSet, is_on: impl Fn(&Rule) -> bool) -> Vec<&'a Rule> {
        let profile = self.profile();
        let asks = |rule: &&Rule| {
            rule.skeleton.is_some()
                && rule.section_title.is_some()
                && rule.applies.excuse(&profile).is_none()
                && is_on(rule)
        };
        let mut asked: Vec<&Rule> = rules.rules.iter().filter(asks).collect();
        in_order(&mut asked);
        asked
    }
}

/// The text of a template. `is_on` says which rules apply where it is written; `version` is that of the program.
#[must_use]
pub fn template(rules: &RuleSet, kind: &Template, version: &str, is_on: impl Fn(&Rule) -> bool) -> String {
    let mut text = String::new();
    if let Some(task) = kind.task {
        let _ = write!(text, "---\nml_task: {task}\n---\n\n");
    }
    text.push_str("# ‹Project›: technical specification\n\n");
    let _ = writeln!(text, "{SPEC_LINE}");
    let how = format!(
        "The line above says that this is a specification, for reviews. A template for a system that {}, made by specreview {version} from its \
         rules. Replace what stands between ‹ and ›; as long as a slot \
         is open, its text counts as missing. Delete the comments as you go. What does not concern the project is left out with a reason: \
         the word \"waive\", the code of the rule and reason=\"…\" in a comment that begins with \"specreview:\".",
        match kind.task {
            Some(_) => kind.about,
            None => "learns or is prompted",
        }
    );
    text.push_str(&comment(&how));
    let asked = kind.rules(rules, is_on);
    let mut number = 0;
    let mut titles: Vec<&str> = Vec::new();
    for title in asked.iter().filter_map(|rule| rule.section_title.as_deref()) {
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    for title in titles {
        number += 1;
        let _ = write!(text, "\n## {number}. {title}\n");
        let of_section = asked.iter().copied().filter(|rule| rule.section_title.as_deref() == Some(title));
        for slot in slots(of_section).iter().filter(|slot| slot.is_open()) {
            if let Some(heading) = &slot.heading {
                let _ = write!(text, "\n### {heading}\n");
            }
            let _ = write!(text, "\n{}{}\n", comment(&guidance(slot)), slot.body);
        }
    }
    text
}

/// What the rules of a slot ask for, and why.
fn guidance(slot: &Slot<'_>) -> String {
    let mut text = slot.head();
    for rule in &slot.rules {
        let _ = write!(text, " {} Why: {}", rule.asks(), rule.why);
    }
    text
}

/// A comment of as many lines as it takes.
fn comment(words: &str) -> String {
    let mut text = String::from("<!--");
    let mut width = text.len();
    for word in plain(words).split_whitespace() {
        let long = word.chars().count();
        if width + 1 + long > WIDTH {
            text.push('\n');
            width = 0;
        } else {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += long;
    }
    text.push_str(" -->\n");
    text
}
