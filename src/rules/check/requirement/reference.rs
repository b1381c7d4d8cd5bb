//! Kind `reference`: what the text refers to within itself and does not hold. Never looks into another document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::super::pattern::bounded;
use super::super::{Answer, Check, Context, Flaw, Kind, Names};
use super::MOST;
use super::statement::statements;
use crate::document::Document;
use crate::finding::CheckState;
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;

pub(in crate::rules::check) const KIND: Kind = Kind {
    name: "reference",
    variables: &["target"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

#[derive(Debug)]
struct Reference {
    /// Its first group is the number of a section.
    pattern: Regex,
    /// Words in the sentence that speak of another document.
    elsewhere: Phrases,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Reference> {
    let pattern = fields.text("pattern", "a regular expression whose first group is the number of a section")?;
    let elsewhere = Phrases::new(fields.list("elsewhere").iter().map(|word| word.text.as_str()));
    Some(Reference { pattern: bounded(&pattern, fields.faults())?, elsewhere })
}

impl Check for Reference {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answer = Answer::new(None, CheckState::Specified);
        let seen = links(cx, &mut answer.flaws) | self.sections(cx, &mut answer.flaws);
        if !seen {
            return vec![Answer::not_applicable("the text refers to no place in itself")];
        }
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Absent;
        }
        vec![answer]
    }
}

impl Reference {
    /// Sections that are named by their number; true where there are any. Where headings carry no numbers, "section 4" means another
    /// document.
    fn sections(&self, cx: &Context<'_>, flaws: &mut Vec<Flaw>) -> bool {
        let numbers = numbers(cx.document);
        if numbers.len() < 2 {
            return false;
        }
        let mut seen = false;
        for statement in statements(cx).filter(|statement| self.elsewhere.first_in(statement.text).is_none()) {
            for groups in self.pattern.captures_iter(statement.text) {
                let (Some(whole), Some(number)) = (groups.get(0), groups.get(1)) else { continue };
                seen = true;
                let number = number.as_str().trim_end_matches('.');
                // A number below a section that there is may count its paragraphs.
                let is_there = numbers.contains(number)
                    || number.rsplit_once('.').is_some_and(|(above, _)| numbers.contains(above));
                if is_there {
                    continue;
                }
                if flaws.len() >= cx.room(MOST) {
                    return seen;
                }
                let place = statement.place(whole.start(), whole.end(), cx);
                let values = vec![("target", whole.as_str().to_owned())];
                flaws.push(Flaw { place, values, ..Flaw::default() });
            }
        }
        seen
    }
}

/// Links within the document; true where there are any.
fn links(cx: &Context<'_>, flaws: &mut Vec<Flaw>) -> bool {
    let mut seen = false;
    let mut anchors = None;
    for link in &cx.document.links {
        let Some(anchor) = link.target.strip_prefix('#').filter(|anchor| !anchor.is_empty()) else { continue };
        seen = true;
        let anchors = anchors.get_or_insert_with(|| anchors_of(cx.document));
        if anchors.contains(anchor) || anchors.contains(&anchor.to_lowercase()) {
            continue;
        }
        let place = link.block.map(|block| cx.place(block, cx.document.lines.range(link.span)));
        flaws.push(Flaw { place, values: vec![("target", format!("#{anchor}"))], ..Flaw::default() });
        if flaws.len() >= cx.room(MOST) {
            break;
        }
    }
    seen
}

/// Every anchor that a link can lead to: those of the headings, and those that the source sets by HTML, an attribute or a note.
fn anchors_of(document: &Document) -> BTreeSet<String> {
    let mut anchors = anchors(document);
    if let Some(marked) = MARKED.as_ref() {
        let groups = marked.captures_iter(&document.source);
        anchors.extend(
            groups.filter_map(|groups| groups.iter().skip(1).flatten().next().map(|id| id.as_str().to_owned())),
        );
    }
    anchors
}

/// `id="…"`, `name='…'`, `{#…}`, `[^…]`.
static MARKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\s(?:id|name)\s*=\s*["']?([^"'\s>]+)|\{#([^}\s]+)|\[(\^[^\]\s]+)\]"#).ok());

/// Anchors that headings get on GitHub and GitLab: lower case, blanks as hyphens, other signs left out, a number behind a repetition.
fn anchors(document: &Document) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut repeated: BTreeMap<String, usize> = BTreeMap::new();
    for section in document.sections.iter().filter(|section| section.level > 0) {
        let kept = section.title.trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let mut free = slug.clone();
        let number = repeated.entry(slug.clone()).or_default();
        while !anchors.insert(free) {
            *number += 1;
            free = format!("{slug}-{number}");
        }
    }
    anchors
}

/// Numbers of the headings ("3", "3.2"): those of one or two digits a piece that have a dot or a sign in front, or follow each other. "2024
/// results" and "3 regions" are none.
fn numbers(document: &Document) -> BTreeSet<String> {
    let mut bare: BTreeSet<u32> = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for section in &document.sections {
        let title = section.title.trim_start_matches("Section ").trim_start_matches('§').trim_start();
        let end = title.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(title.len());
        let written = title.get(..end).unwrap_or_default();
        let number = written.trim_end_matches('.');
        if !number.split('.').all(|piece| (1..=2).contains(&piece.len())) {
            continue;
        }
        if written.contains('.') || title.len() < section.title.len() {
            numbers.insert(number.to_owned());
        } else {
            bare.extend(number.parse::<u32>());
        }
    }
    let known = |number: Option<u32>| {
        number.is_some_and(|number| bare.contains(&number) || numbers.contains(&number.to_string()))
    };
    let row = bare.iter().filter(|number| known(number.checked_sub(1)) || known(number.checked_add(1)));
    let row: Vec<String> = row.map(ToString::to_string).collect();
    numbers.extend(row);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_the_forges() {
        let document = Document::parse("# Model (v2): what's new?\n\n## Data & rights\n\n## Data & rights\n");
        let expected = ["data--rights", "data--rights-1", "model-v2-whats-new"];
        assert_eq!(anchors(&document).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn anchors_are_found_whole() {
        let source = "# A\n\n<a id=\"target\"></a> <b name='x'>y</b> <i id=z>z</i>\n\n## B {#own .class}\n\nText[^1].\n\n[^1]: Note.\n";
        let anchors = anchors_of(&Document::parse(source));
        for (anchor, expected) in
            [("target", true), ("tar", false), ("x", true), ("z", true), ("own", true), ("ow", false), ("^1", true)]
        {
            assert_eq!(anchors.contains(anchor), expected, "{anchor}: {anchors:?}");
        }
    }

    #[test]
    fn headings_are_numbered_by_a_dot_a_sign_or_in_a_row() {
        for (titles, expected) in [
            (&["1 Data", "2 Targets"][..], &["1", "2"][..]),
            (&["1. Data", "3. Targets"], &["1", "3"]),
            (&["1.2 Data", "§ 7 Law", "Section 9"], &["1.2", "7", "9"]),
            (&["1. Data", "2 Targets"], &["1", "2"]),
            (&["2024 results", "2025 results", "3 regions", "Data 4"], &[]),
        ] {
            let source = format!("## {}\n\nText.\n", titles.join("\n\nText.\n\n## "));
            assert_eq!(numbers(&Document::parse(&source)).into_iter().collect::<Vec<_>>(), expected, "{titles:?}");
        }
    }
}
