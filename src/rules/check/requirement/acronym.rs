//! Kind `acronym`: abbreviations in requirements that nobody spells out. Looks for their definition in the whole source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::super::aspects::listed;
use super::super::{Answer, Check, Context, Flaw, Kind};
use super::statement::{Statement, requirements};
use crate::document::Mark;
use crate::finding::CheckState;
use crate::rules::fields::Fields;

pub(in crate::rules::check) const KIND: Kind =
    Kind { name: "acronym", variables: &["terms"], cases: &[], read: |fields, _| Some(Arc::new(read(fields))) };

/// Most that one finding lists.
const LISTED: usize = 6;

/// Three to six capitals, no digits behind: shorter ones are names of languages and countries as often.
static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z]{3,6}\b").ok());

#[derive(Debug)]
struct Acronym {
    /// What every reader knows.
    known: Vec<String>,
    /// Used in fewer requirements, it is a name.
    least: usize,
}

fn read(fields: &Fields<'_>) -> Acronym {
    let known = fields.list("known").into_iter().map(|word| word.text).collect();
    Acronym { known, least: fields.count("least", 1, 20).map_or(2, |count| count as usize) }
}

impl Check for Acronym {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let Some(shape) = SHAPE.as_ref() else { return vec![Answer::new(None, CheckState::Specified)] };
        let mut used: BTreeMap<&str, Vec<Statement<'_>>> = BTreeMap::new();
        let mut read = 0_usize;
        for statement in requirements(cx) {
            read += 1;
            for found in shape.find_iter(statement.text) {
                let before = statement.text.get(..found.start()).and_then(|text| text.chars().next_back());
                let after = statement.text.get(found.end()..).and_then(|text| text.chars().next());
                // Part of a number of a requirement, of a code word or of a compound.
                let joined = |c: Option<char>| c.is_some_and(|c| matches!(c, '-' | '_' | '/' | '`'));
                if joined(before) || joined(after) || self.known.iter().any(|word| word == found.as_str()) {
                    continue;
                }
                let uses = used.entry(found.as_str()).or_default();
                if uses.last().is_none_or(|last| (last.block, last.start) != (statement.block, statement.start)) {
                    uses.push(statement);
                }
            }
        }
        if read == 0 {
            return vec![Answer::not_applicable("no sentence is worded as a requirement")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        used.retain(|_, uses| uses.len() >= self.least);
        if !used.is_empty() {
            let spelled_out = spelled_out(&used.keys().copied().collect(), shape, cx);
            used.retain(|word, _| !spelled_out.contains(word));
        }
        let first =
            used.values().filter_map(|uses| uses.first()).min_by_key(|statement| (statement.block, statement.start));
        if let Some(first) = first {
            let words: Vec<&str> = used.keys().copied().take(LISTED).collect();
            answer.state = CheckState::Mentioned;
            let place = first.place(0, first.text.len(), cx);
            answer.flaws.push(Flaw { place, values: vec![("terms", listed(&words))], ..Flaw::whole() });
        }
        vec![answer]
    }
}

/// Those of the words whose long form the text gives: in brackets on either side, behind a sign, in a list of terms, in the title, or by
/// words that begin with the letters. Each of these is read once, for all words.
fn spelled_out<'a>(words: &BTreeSet<&'a str>, shape: &Regex, cx: &Context<'_>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let source = cx.document.source.as_str();
    for hit in shape.find_iter(source) {
        let Some(word) = words.get(hit.as_str()) else { continue };
        let before = source.get(..hit.start()).unwrap_or_default();
        let behind = source.get(hit.end()..).unwrap_or_default();
        let in_brackets = before.ends_with('(') && behind.starts_with([')', ',']);
        if in_brackets || is_explained(word, behind) {
            found.insert(*word);
        }
    }
    let glossary = cx.document.blocks.iter().filter(|block| block.mark == Mark::Glossary);
    // The title names the thing that is specified.
    for text in glossary.map(|block| block.text.as_str()).chain(cx.document.title()) {
        let capitals = text.split(|c: char| !c.is_ascii_uppercase());
        found.extend(capitals.filter_map(|word| words.get(word)));
    }
    let (short, long) = (words.iter().map(|word| word.len()).min(), words.iter().map(|word| word.len()).max());
    let (Some(short), Some(long)) = (short, long) else { return found };
    for block in &cx.document.blocks {
        let letters = initials(&block.text);
        for at in 0..letters.len() {
            let begun = (short..=long).filter_map(|length| letters.get(at..at + length));
            found.extend(begun.filter_map(|part| words.get(part)));
        }
    }
    found
}

/// True where a sign stands behind the word, and words behind that which begin with its letters.
fn is_explained(word: &str, behind: &str) -> bool {
    let signs = [" (", " = ", ": ", " – ", " — ", "** ", "**: ", "` "];
    signs.iter().filter_map(|sign| behind.strip_prefix(sign)).any(|long| {
        let head: String = long.chars().take(80).collect();
        initials(&head).starts_with(word)
    })
}

/// First letters of the words, in capitals.
fn initials(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1);
    let long = words.filter(|word| word.chars().any(char::is_lowercase));
    long.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
}
