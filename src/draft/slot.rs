//! A skeleton as it stands in a text: marked TODO with the rules that ask for it, so that it is known again. Knows no places.

use std::collections::BTreeSet;

use crate::document::{Document, Mark, UnseenKind};
use crate::rules::Rule;

/// Widest line of words that is written, in characters.
pub(super) const WIDTH: usize = 120;

/// How a comment before a skeleton begins: that is how it is known again.
const TODO: &str = "TODO ";

/// A skeleton, with the rules that ask for it: those that have the same text share one.
#[derive(Debug, Clone)]
pub(super) struct Slot<'a> {
    pub(super) rules: Vec<&'a Rule>,
    /// The heading without which it does not count; none for nearly all: they go below one that is there.
    pub(super) heading: Option<String>,
    pub(super) body: String,
}

/// The skeletons of the rules, each text once, in the order of the rules. A rule without a skeleton has none.
pub(super) fn slots<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Vec<Slot<'a>> {
    let mut slots: Vec<Slot<'a>> = Vec::new();
    for rule in rules {
        let Some((title, body)) = rule.skeleton.as_deref().map(apart).filter(|(_, body)| !body.is_empty()) else {
            continue;
        };
        let heading = title.filter(|_| rule.check.is_headed()).map(str::to_owned);
        match slots.iter_mut().find(|slot| slot.body == body && slot.heading == heading) {
            Some(slot) => slot.rules.push(rule),
            None => slots.push(Slot { rules: vec![rule], heading, body: body.to_owned() }),
        }
    }
    slots
}

/// The title that a skeleton may begin with, and the rest.
fn apart(skeleton: &str) -> (Option<&str>, &str) {
    let text = skeleton.trim();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let marks = first.chars().take_while(|c| *c == '#').count();
    let title = first.get(marks..).filter(|rest| (1..=6).contains(&marks) && rest.starts_with(' ')).map(str::trim);
    (title, if title.is_some() { rest.trim() } else { text })
}

impl Slot<'_> {
    /// Codes of its rules.
    pub(super) fn codes(&self) -> Vec<String> {
        self.rules.iter().map(|rule| rule.code.clone()).collect()
    }

    /// The head of the comment in front of it: the codes of its rules, and what they look for.
    pub(super) fn head(&self) -> String {
        let items: Vec<&str> = self.rules.iter().map(|rule| rule.item.as_str()).collect();
        format!("{TODO}{} ({}):", self.codes().join(", "), plain(&items.join(", ")))
    }

    /// The words of the comment in front of it.
    pub(super) fn marker(&self) -> String {
        format!("{} replace what stands between ‹ and ›, then delete this line", self.head())
    }

    /// True when nothing of it counts as content: it holds open slots throughout.
    pub(super) fn is_open(&self) -> bool {
        let document = Document::parse(&self.body);
        let mut blocks = document.blocks.iter().filter(|block| !block.text.is_empty()).peekable();
        blocks.peek().is_some() && blocks.all(|block| block.mark == Mark::Slot)
    }
}

/// Words as a comment can hold them.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !"<>".contains(*c)).collect::<String>().replace("--", "\u{2013}")
}

/// A text with all white space alike.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Codes of the rules whose skeleton stands in the document, by the markers.
pub(super) fn standing(document: &Document) -> BTreeSet<String> {
    let comments = document.unseen.iter().filter(|unseen| unseen.kind == UnseenKind::Comment);
    let marked = comments.filter_map(|unseen| {
        let said = unseen.span.of(&document.source).strip_prefix("<!--")?.trim_start().strip_prefix(TODO)?;
        said.split_once(" (").map(|(codes, _)| codes)
    });
    marked.flat_map(|codes| codes.split(',')).map(|code| code.trim().to_uppercase()).collect()
}
