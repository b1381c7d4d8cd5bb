//! Kind `pattern`: a regular expression that must, or must not, match. Expressions come from strangers, so size and line
//! length are bounded; the engine behind them runs in linear time.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::{Block, BlockKind};
use crate::finding::CheckState;
use crate::rules::fields::{Faults, Fields, Word};

pub(super) const KIND: Kind = Kind {
    name: "pattern",
    variables: &["match"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Compiled size of one expression in bytes.
const SIZE: usize = 1 << 18;
/// Longer pieces of text are not searched.
const LONGEST: usize = 10_000;
/// Most findings of one rule in one document.
const MOST: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Sentences,
    Headings,
    Everything,
}

#[derive(Debug)]
struct Pattern {
    regex: Regex,
    place: Where,
    /// The rule asks for a match, and does not forbid it.
    wanted: bool,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Pattern> {
    let text = fields.text("pattern", "a regular expression; case does not matter")?;
    let place = fields
        .choice(
            "in",
            &[("sentences", Where::Sentences), ("headings", Where::Headings), ("everything", Where::Everything)],
        )
        .unwrap_or(Where::Sentences);
    let wanted = fields.choice("expect", &[("match", true), ("no-match", false)]).unwrap_or(false);
    Some(Pattern { regex: bounded(&text, fields.faults())?, place, wanted })
}

/// Compiles an expression of a page; reports one that does not compile or grows too large.
pub(super) fn bounded(text: &Word, faults: &Faults<'_>) -> Option<Regex> {
    match RegexBuilder::new(&text.text).case_insensitive(true).size_limit(SIZE).dfa_size_limit(4 * SIZE).build() {
        Ok(regex) => Some(regex),
        Err(error) => {
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default().trim();
            let advice = "put the pattern in single quotes; look-around and back-references do not exist here";
            faults.report("bad-pattern", Some(text.spot), format!("the pattern does not compile: {last}"), advice);
            None
        }
    }
}

impl Check for Pattern {
    fn most(&self) -> usize {
        MOST
    }

    fn wants(&self) -> bool {
        self.wanted
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answer = Answer::new(None, CheckState::Absent);
        let mut found = Vec::new();
        for (id, block) in cx.document.content().filter(|(_, block)| self.looks_at(block)) {
            for sentence in block.sentences().filter(|sentence| sentence.text.len() <= LONGEST) {
                if let Some(hit) = self.regex.find(sentence.text) {
                    let span = block.map.span(sentence.start + hit.start(), sentence.start + hit.end());
                    found.push((cx.place(id, cx.document.lines.range(span)), hit.as_str().to_owned()));
                }
            }
            if found.len() >= cx.room(MOST) {
                break;
            }
        }
        found.truncate(cx.room(MOST));
        if self.wanted != found.is_empty() {
            answer.state = CheckState::Specified;
        }
        if self.wanted {
            answer.evidence = found.into_iter().map(|(place, _)| place.evidence).collect();
            if answer.state == CheckState::Absent {
                answer.flaws.push(Flaw::whole());
            }
        } else {
            let flaw = |(place, text)| Flaw { place: Some(place), values: vec![("match", text)], ..Flaw::default() };
            answer.flaws = found.into_iter().map(flaw).collect();
        }
        vec![answer]
    }
}

impl Pattern {
    fn looks_at(&self, block: &Block) -> bool {
        match self.place {
            Where::Everything => true,
            Where::Headings => block.kind == BlockKind::Heading,
            Where::Sentences => !matches!(block.kind, BlockKind::Heading | BlockKind::Fence { .. }),
        }
    }
}
