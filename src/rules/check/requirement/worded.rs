//! Kind `requirement`: words of a list, or a pattern, in sentences that are requirements.

use std::sync::Arc;

use regex::Regex;

use super::super::pattern::bounded;
use super::super::{Answer, Check, Context, Flaw, Kind, Names};
use super::MOST;
use super::statement::{Statement, binds, requirements};
use crate::facts::{Quantity, Unit};
use crate::finding::CheckState;
use crate::rules::fields::Fields;
use crate::rules::words::{Phrases, tokens};

pub(in crate::rules::check) const KIND: Kind = Kind {
    name: "requirement",
    variables: &["term", "count"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Longer statements are no sentences, and are not searched.
const LONGEST: usize = 4_000;

#[derive(Debug)]
struct Worded {
    terms: Phrases,
    pattern: Option<Regex>,
    /// Words in the sentence that excuse it.
    except: Phrases,
    /// A verb that binds excuses what it governs: "must be masked because they could be read" gives a reason.
    unless_bound: bool,
    /// A number in the sentence excuses it: what is vague becomes a measure by it.
    unless_number: bool,
    /// So many matches are no flaw.
    spared: usize,
    /// Words of a sentence that are no flaw, where length is asked for.
    words: Option<usize>,
    /// A bound without a unit is asked for.
    bare: bool,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Worded> {
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let pattern = fields.optional_text("pattern");
    let wants_pattern = pattern.is_some();
    let check = Worded {
        terms: phrases("terms"),
        pattern: pattern.and_then(|word| bounded(&word, fields.faults())),
        except: phrases("except"),
        unless_bound: fields.flag("unless-bound"),
        unless_number: fields.flag("unless-number"),
        spared: fields.count("more-than", 0, 20).map_or(0, |count| count as usize),
        words: fields.count("longer-than", 10, 200).map(|count| count as usize),
        bare: fields.flag("bare-numbers"),
    };
    if check.terms.is_empty() && !wants_pattern && check.words.is_none() && !check.bare {
        let advice = "give `terms`, `pattern`, `longer-than` or `bare-numbers`";
        fields.faults().report("missing-key", Some(fields.spot()), "this check looks for nothing", advice);
        return None;
    }
    (!wants_pattern || check.pattern.is_some()).then_some(check)
}

/// What is wrong in a statement: where, the words, how often.
type Hit = (usize, usize, String, usize);

impl Check for Worded {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answer = Answer::new(None, CheckState::Specified);
        let mut read = 0_usize;
        for statement in requirements(cx).filter(|statement| statement.text.len() <= LONGEST) {
            read += 1;
            let Some((from, to, term, count)) = self.hit(&statement, cx) else { continue };
            let excused = self.except.first_in(statement.text).is_some()
                || self.unless_bound && is_beside_a_duty(statement.text, from, to)
                || self.unless_number && numbers(&statement, cx).any(|number| number.unit != Unit::Date);
            if excused {
                continue;
            }
            let values = vec![("term", term), ("count", count.to_string())];
            answer.flaws.push(Flaw { place: statement.place(from, to, cx), values, ..Flaw::default() });
            if answer.flaws.len() >= cx.room(MOST) {
                break;
            }
        }
        if read == 0 {
            return vec![Answer::not_applicable("no sentence is worded as a requirement")];
        }
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Mentioned;
        }
        vec![answer]
    }
}

impl Worded {
    fn hit(&self, statement: &Statement<'_>, cx: &Context<'_>) -> Option<Hit> {
        let text = statement.text;
        if let Some(most) = self.words {
            let count = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
            return (count > most && !statement.is_row).then(|| (0, text.len(), String::new(), count));
        }
        if self.bare {
            let number = numbers(statement, cx).find(|number| is_bare(number, statement, cx))?;
            let (from, to) = (number.start.saturating_sub(statement.start), number.end.saturating_sub(statement.start));
            return Some((from, to, text.get(from..to)?.to_owned(), 1));
        }
        if let Some(regex) = &self.pattern {
            let hits: Vec<_> = regex.find_iter(text).collect();
            let first = hits.first().filter(|_| hits.len() > self.spared)?;
            return Some((first.start(), first.end(), first.as_str().to_owned(), hits.len()));
        }
        // Only a sentence that holds one of the words is cut into words.
        self.terms.first_in(text)?;
        let tokens = tokens(text);
        let hits: Vec<(usize, usize)> = self.terms.matches(&tokens).collect();
        let (at, len) = *hits.first().filter(|_| hits.len() > self.spared)?;
        let (from, to) = (tokens.get(at)?.start, tokens.get(at + len - 1)?.end());
        Some((from, to, text.get(from..to)?.to_owned(), hits.len()))
    }
}

/// True where the words at `from` to `to` are no part of the duty: a verb that binds governs them, or they stand in a clause that says of what
/// or why, with the duty behind it ("each letter that could be misread must be marked").
fn is_beside_a_duty(text: &str, from: usize, to: usize) -> bool {
    let (before, after) = (text.get(..from).unwrap_or_default(), text.get(to..).unwrap_or_default());
    let low = before.to_lowercase();
    let mut near = low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).rev().take(4);
    let in_clause = near.any(|word| matches!(word, "that" | "which" | "who" | "whose" | "whom" | "because" | "since"));
    is_governed(before) || in_clause && binds(after)
}

/// True where a verb that binds governs what follows `before`. Behind "unless" stands what lifts the duty, and behind "and" or "but" a verb of
/// its own: "must be masked and could be deleted".
fn is_governed(before: &str) -> bool {
    const LIFTS: [&str; 2] = ["unless", "except"];
    const REASONS: [&str; 13] =
        ["because", "since", "as", "for", "so", "that", "which", "who", "what", "whatever", "where", "when", "if"];
    let low = before.to_lowercase();
    let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let clause = words.iter().rposition(|word| LIFTS.contains(word)).map_or(0, |at| at + 1);
    let words = words.get(clause..).unwrap_or_default();
    let joined = words.iter().rev().take(2).any(|word| matches!(*word, "and" | "but"));
    let is_own = joined && !words.iter().any(|word| REASONS.contains(word));
    binds(&words.join(" ")) && !is_own
}

fn numbers<'a>(statement: &Statement<'_>, cx: &Context<'a>) -> impl Iterator<Item = &'a Quantity> + use<'a> {
    let (block, start, end) = (statement.block, statement.start, statement.start + statement.text.len());
    let all = &cx.facts.quantities;
    let from = all.partition_point(|number| (number.block, number.start) < (block, start));
    all.iter().skip(from).take_while(move |number| (number.block, number.start) < (block, end))
}

/// A bound in digits that counts nothing, belongs to no metric, and ends its clause: what follows a number may be its unit in words that
/// nobody foresaw, and what heads a table may be as well. Below one it is a share.
fn is_bare(number: &Quantity, statement: &Statement<'_>, cx: &Context<'_>) -> bool {
    let at = |offset: usize| offset.saturating_sub(statement.start);
    let behind = statement.text.get(at(number.end)..).unwrap_or_default().trim_start();
    let in_digits =
        statement.text.get(at(number.start)..).is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
    let ends = behind.is_empty() || behind.starts_with(['.', ';', ')']);
    if !ends || !in_digits || number.value < 1.0 || statement.is_row {
        return false;
    }
    let measured = cx.facts.mentions.iter().any(|mention| mention.block == number.block)
        || cx.facts.measures.iter().any(|measure| measure.block == number.block);
    number.unit == Unit::Plain && number.comparator.is_some() && !measured
}
