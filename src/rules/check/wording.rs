//! Kind `wording`: words of one list near words of another in one sentence, unless something excuses it.

use std::sync::Arc;

use super::names::is_known;
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::{Block, BlockKind};
use crate::facts::{ConceptState, Passage, denied};
use crate::finding::CheckState;
use crate::rules::fields::{Fields, Word};
use crate::rules::words::{Phrases, tokens};

pub(super) const KIND: Kind = Kind {
    name: "wording",
    variables: &["term", "trigger"],
    cases: &["stated"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Most findings of one rule in one document.
const MOST: usize = 5;

#[derive(Debug)]
pub(super) struct Wording {
    terms: Phrases,
    /// Without triggers the term alone is enough.
    triggers: Phrases,
    /// Triggers in the sentence after that of the term.
    after: Phrases,
    /// Most words between term and trigger.
    within: usize,
    /// Excuses in the same sentence.
    except: Phrases,
    /// Excuses anywhere in the block.
    reasons: Phrases,
    /// Section titles below which the words mean something else.
    outside: Phrases,
    /// Concepts that are the flaw, in whatever words.
    or_concept: Vec<String>,
    /// Words that leave the choice open: what is only suggested is no flaw, in whatever words.
    open: Phrases,
    /// Concepts that settle the matter where they are specified.
    settled_by: Vec<String>,
}

pub(super) fn read(fields: &Fields<'_>, names: &Names) -> Option<Wording> {
    let known = |word: &Word| is_known(word, "concept", &names.concepts, fields.faults());
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let wording = Wording {
        terms: phrases("terms"),
        triggers: phrases("triggers"),
        after: phrases("after"),
        within: fields.count("within", 0, 30).map_or(6, |count| count as usize),
        except: phrases("except"),
        reasons: phrases("reasons"),
        outside: phrases("outside"),
        open: phrases("open"),
        or_concept: fields.list("or-concept").into_iter().filter(known).map(|word| word.text).collect(),
        settled_by: fields.list("settled-by").into_iter().filter(known).map(|word| word.text).collect(),
    };
    if wording.terms.is_empty() {
        let advice = "list the words that the rule looks for";
        fields.faults().report("missing-key", Some(fields.spot()), "this check has no `terms`", advice);
        return None;
    }
    Some(wording)
}

impl Check for Wording {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answer = Answer::new(None, CheckState::Specified);
        if self.settled_by.iter().any(|id| cx.facts.state(id) >= ConceptState::Specified) {
            return vec![answer];
        }
        for (id, block) in cx.document.content() {
            // Sentences are cut only where a term may be.
            if matches!(block.kind, BlockKind::Fence { .. } | BlockKind::Heading)
                || self.terms.first_in(&block.text).is_none()
                || self.is_outside(block, cx)
            {
                continue;
            }
            let mut following = block.sentences().skip(1);
            for sentence in block.sentences() {
                let next = following.next().map_or("", |next| next.text);
                let Some((start, end, term, trigger)) = self.first_in(sentence.text, next) else { continue };
                if self.is_excused(sentence.text) || self.reasons.first_in(&block.text).is_some() {
                    continue;
                }
                let span = block.map.span(sentence.start + start, sentence.start + end);
                answer.flaws.push(Flaw {
                    place: Some(cx.place(id, cx.document.lines.range(span))),
                    values: vec![("term", term), ("trigger", trigger)],
                    ..Flaw::default()
                });
            }
            if answer.flaws.len() >= cx.room(MOST) {
                break;
            }
        }
        if answer.flaws.is_empty() {
            answer.flaws.extend(self.stated(cx));
        }
        answer.flaws.truncate(cx.room(MOST));
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Absent;
        }
        vec![answer]
    }
}

impl Wording {
    /// The passage that states the flaw best, in other words than those listed.
    fn stated(&self, cx: &Context<'_>) -> Option<Flaw> {
        let facts = self.or_concept.iter().filter_map(|id| cx.facts.concepts.get(id));
        let passages = facts.filter(|fact| fact.state == ConceptState::Specified).flat_map(|fact| &fact.passages);
        let mut passages = passages.filter(|passage| passage.state == ConceptState::Specified);
        let passage = passages.find(|passage| self.says_so(sentence_of(passage, cx)))?;
        let place = Some(cx.place(passage.block, passage.lines));
        let values = vec![("term", passage.cue.clone()), ("trigger", String::new())];
        Some(Flaw { case: "stated", place, values, ..Flaw::default() })
    }

    /// True for a sentence that names one of the terms, or binds to anything by a name of its own, and does not leave the choice open.
    fn says_so(&self, sentence: &str) -> bool {
        if self.open.is_empty() {
            return true;
        }
        let binds = self.triggers.first_in(sentence).is_some();
        let open = self.open.first_in(sentence).is_some() && !binds || self.is_excused(sentence);
        !open && (self.terms.first_in(sentence).is_some() || binds && names_something(sentence))
    }

    /// An excuse that the sentence does not take back: "not to propose anything else" is none.
    fn is_excused(&self, sentence: &str) -> bool {
        let tokens = tokens(sentence);
        let place = |(at, len): (usize, usize)| Some((tokens.get(at)?.start, tokens.get(at + len - 1)?.end()));
        self.except.matches(&tokens).filter_map(place).any(|(start, end)| !denied(sentence, start, end))
    }

    fn is_outside(&self, block: &Block, cx: &Context<'_>) -> bool {
        !self.outside.is_empty()
            && cx.document.heading_path(block.section).iter().any(|title| self.outside.first_in(title).is_some())
    }

    /// Byte range of the term, the term and the trigger.
    fn first_in(&self, sentence: &str, next: &str) -> Option<(usize, usize, String, String)> {
        let tokens = tokens(sentence);
        let triggers: Vec<(usize, usize)> = self.triggers.matches(&tokens).collect();
        let text_of = |(at, len): (usize, usize)| -> Option<(usize, usize, String)> {
            let (start, end) = (tokens.get(at)?.start, tokens.get(at + len - 1)?.end());
            Some((start, end, sentence.get(start..end)?.to_owned()))
        };
        self.terms.matches(&tokens).find_map(|term| {
            let (start, end, words) = text_of(term)?;
            if self.triggers.is_empty() {
                return Some((start, end, words, String::new()));
            }
            let gap = |trigger: &(usize, usize)| {
                if trigger.0 < term.0 {
                    term.0.saturating_sub(trigger.0 + trigger.1)
                } else {
                    trigger.0.saturating_sub(term.0 + term.1)
                }
            };
            let near = triggers.iter().filter(|trigger| gap(trigger) <= self.within).min_by_key(|trigger| gap(trigger));
            let trigger = match near {
                Some(near) => text_of(*near)?.2,
                None => self.after.first_in(next).and_then(|(start, end)| next.get(start..end))?.to_owned(),
            };
            Some((start, end, words, trigger))
        })
    }
}

/// The sentence that a passage quotes the beginning of.
fn sentence_of<'a>(passage: &Passage, cx: &Context<'a>) -> &'a str {
    let Some(block) = cx.document.blocks.get(passage.block) else { return "" };
    let beginning = passage.cue.trim_end_matches([' ', '…']);
    let found = block.sentences().find(|sentence| sentence.text.trim_start().starts_with(beginning));
    found.map_or(block.text.as_str(), |sentence| sentence.text)
}

/// A word with a capital letter or a digit within it, or with a capital after the first word: a name (`YOLOv8`, `Watson`). The number
/// of a requirement is none (`SR-04`, `G2`).
fn names_something(sentence: &str) -> bool {
    let words = || sentence.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty());
    let mixed = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().is_some_and(char::is_alphabetic);
        first && letters.any(|c| c.is_uppercase() || c.is_ascii_digit()) && !is_number_of(word)
    };
    let capital = |word: &str| word.starts_with(char::is_uppercase) && word.len() > 1 && !is_number_of(word);
    words().any(mixed) || words().skip(1).any(capital)
}

/// Capital letters, perhaps a hyphen, then digits alone.
fn is_number_of(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letters = word.len() - digits.len();
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    (1..=3).contains(&letters) && (1..=3).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}
