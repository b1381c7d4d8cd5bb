//! The class, group or part that a metric is taken over, and the data set it is measured on. Never looks for values.

use super::qualifier::{dataset, generic, opens_clause};
use super::role::{Place, cues};
use super::{Measure, Reader};
use crate::document::BlockKind;
use crate::facts::quantity::token::{Kind, Token, Tokens, tokens};
use crate::facts::quantity::unit::is_stop;

/// What stands around a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Around {
    /// Class, group or part, folded.
    pub slice: Option<String>,
    /// Data set, as written.
    pub dataset: Option<String>,
}

/// Lower case, no articles, no marks at the ends.
pub(super) fn fold(phrase: &str) -> String {
    let low = phrase.to_lowercase();
    let low = low.trim_matches(|c: char| {
        !(c.is_alphanumeric() || matches!(c, '<' | '>' | '≥' | '≤' | '$' | '€' | '£' | '%' | '+'))
    });
    let words: Vec<&str> = low
        .split_whitespace()
        .filter(|word| !matches!(*word, "the" | "a" | "an" | "our" | "your" | "its" | "all" | "any" | "each" | "every"))
        .collect();
    words.join(" ")
}

/// "all queries", "the whole portfolio": no part, but all there is.
fn is_all(phrase: &str) -> bool {
    let mut words = phrase.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.find(|word| !word.eq_ignore_ascii_case("the")).unwrap_or_default().to_lowercase();
    matches!(first.as_str(), "all" | "whole" | "entire") && words.next().is_some()
}

/// A phrase as a slice, unless it is generic, a role, a data set or a count of classes.
fn accept(phrase: &str, out: &mut Around) {
    let folded = fold(phrase);
    if folded.is_empty() || folded.chars().count() > 60 || is_all(phrase) {
        return;
    }
    if dataset(&folded) {
        out.dataset.get_or_insert_with(|| phrase.trim().to_owned());
        return;
    }
    // "total amount at go-live": the role is no part of the name; what begins with one is no slice at all.
    let spoken =
        cues(&folded, Place::Label).into_iter().find(|cue| cue.purpose != super::role::Purpose::Other && !cue.weak);
    let folded = match spoken {
        Some(cue) if cue.start == 0 => return,
        Some(cue) if cue.end == folded.len() => {
            let head = folded.get(..cue.start).unwrap_or_default().trim_end();
            let head = [" at", " for", " in", " on", " before", " by", ","]
                .iter()
                .find_map(|word| head.strip_suffix(word))
                .unwrap_or(head);
            head.trim().to_owned()
        }
        _ => folded,
    };
    let words: Vec<&str> = folded.split_whitespace().collect();
    // "23 queues", "5 classes": how many, not which.
    let counted = words.first().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) && words.len() <= 3;
    let first = words.first().copied().unwrap_or_default();
    let clause = opens_clause(first);
    let role = cues(&folded, Place::Label).iter().any(|cue| cue.end - cue.start + 4 >= folded.len());
    let meaning = words.iter().any(|word| !generic(word) && word.chars().any(char::is_alphabetic));
    if !(counted || clause || role || !meaning) {
        out.slice.get_or_insert(folded);
    }
}

/// Reads a label such as a cell: `text` with the name at `start..end`.
pub(super) fn of_label(text: &str, start: usize, end: usize) -> Around {
    let mut out = Around::default();
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    suffix(after, &mut out);
    prefix_label(before, &mut out);
    out
}

fn suffix(after: &str, out: &mut Around) {
    let (outer, inner) = brackets(after);
    let rest =
        outer.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '·' | '/' | ')' | ']'));
    let colon = rest.starts_with(':');
    for part in rest.split([',', ';', ':', '·']).map(str::trim).filter(|part| !part.is_empty()) {
        let part = leading_preposition(part);
        // After a colon stands an explanation, unless it is as short as a name.
        if colon && part.split_whitespace().count() > 3 {
            continue;
        }
        accept(part, out);
    }
    for part in inner.iter().flat_map(|inner| inner.split([',', ';'])) {
        let bare = part.trim();
        let unit = bare.chars().count() <= 2 || bare.chars().any(|c| matches!(c, '%' | '↑' | '↓' | '='));
        if !unit && bare.split_whitespace().count() <= 4 {
            accept(leading_preposition(bare), out);
        }
    }
}

fn leading_preposition(part: &str) -> &str {
    for word in ["of ", "for ", "on ", "in ", "over ", "among ", "across ", "score ", "rate ", "score of "] {
        if let Some(head) = part.get(..word.len())
            && head.eq_ignore_ascii_case(word)
        {
            return part.get(word.len()..).unwrap_or(part);
        }
    }
    part
}

/// The text outside and the pieces inside brackets.
fn brackets(text: &str) -> (String, Vec<String>) {
    let (mut outer, mut inner, mut depth) = (String::new(), Vec::new(), 0usize);
    for c in text.chars() {
        match c {
            '(' | '[' => {
                depth += 1;
                if depth == 1 {
                    inner.push(String::new());
                    continue;
                }
            }
            ')' | ']' if depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        match inner.last_mut().filter(|_| depth > 0) {
            Some(last) => last.push(c),
            None => outer.push(c),
        }
    }
    (outer, inner)
}

fn prefix_label(before: &str, out: &mut Around) {
    let trimmed = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/'));
    let (outer, _) = brackets(trimmed);
    // "Fraud: recall", "Fresh – WAPE", "Held-out open-house recall"
    let part = outer.rsplit(['|', ';', '.']).next().unwrap_or_default();
    let part = part.trim().trim_end_matches([':', ',', '–', '—', '(', '·']).trim();
    if part.split_whitespace().count() > 5 {
        return;
    }
    let words: Vec<&str> = part.split_whitespace().filter(|word| !generic(&word.to_lowercase())).collect();
    let phrase = strip_cues(&words.join(" "));
    accept(&phrase, out);
}

/// Without the words that say what the number is for.
pub(super) fn strip_cues(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for cue in cues(text, Place::Label) {
        out.push_str(text.get(at..cue.start).unwrap_or_default());
        at = cue.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out.trim().to_owned()
}

/// Reads a sentence: what follows the name at `end`, up to `limit`, and what stands right before `start`.
/// `behind` is the text behind the value.
pub(super) fn of_sentence(text: &str, start: usize, end: usize, limit: usize, behind: &str) -> Around {
    let mut out = Around::default();
    let after = text.get(end..limit).unwrap_or_default();
    if let Some(phrase) = noun_phrase(after) {
        accept(phrase, &mut out);
    }
    // "recall (fraud class) must …"
    let bracket = after.trim_start();
    if bracket.starts_with('(')
        && let (_, inner) = brackets(bracket)
        && let Some(first) = inner.first()
        && first.split_whitespace().count() <= 4
        && !first.chars().any(|c| c.is_ascii_digit())
    {
        accept(first, &mut out);
    }
    if out.slice.is_none()
        && let Some(phrase) = noun_phrase(behind)
    {
        accept(phrase, &mut out);
    }
    if out.slice.is_none() {
        prefix_sentence(text.get(..start).unwrap_or_default(), &mut out);
    }
    out
}

fn noun_phrase(after: &str) -> Option<&str> {
    let words = tokens(after);
    let first = words.first()?;
    if !matches!(&*first.low, "of" | "for" | "on" | "in" | "over" | "among" | "across" | "within") {
        return None;
    }
    let start = words.get(1)?;
    if start.kind != Kind::Word {
        return None;
    }
    // "roll-out" is one word.
    let hyphened = |token: &Token| {
        token.glued && after.get(..token.start).is_some_and(|before| before.ends_with(['-', '\u{2011}']))
    };
    let ends = |token: &Token| {
        let mark = token.kind == Kind::Mark
            && !matches!(&*token.low, "&" | "-" | "'" | "/" | "\"" | "“" | "”" | "+" | "\u{2011}");
        let stop = is_stop(&token.low)
            && !hyphened(token)
            && !matches!(
                &*token.low,
                "the"
                    | "a"
                    | "an"
                    | "and"
                    | "or"
                    | "our"
                    | "all"
                    | "each"
                    | "every"
                    | "any"
                    | "that"
                    | "with"
                    | "of"
                    | "it"
            );
        mark || stop || token.low == "or"
    };
    let mut end = start.start;
    for (n, token) in words.iter().enumerate().skip(1) {
        if ends(token) || n > 7 {
            break;
        }
        if token.low == "and" {
            // "Security and Outage" only before a capital or nothing else; otherwise a new clause begins.
            let capital =
                words.get(n + 1).is_some_and(|next| next.capital) && words.get(n - 1).is_some_and(|last| last.capital);
            if !capital {
                break;
            }
        }
        if matches!(&*token.low, "it" | "that" | "with") {
            break;
        }
        end = token.end;
    }
    let phrase = after.get(start.start..end)?.trim();
    let duration = phrase.split_whitespace().any(|word| {
        matches!(
            word.to_lowercase().as_str(),
            "week"
                | "weeks"
                | "days"
                | "months"
                | "month"
                | "hours"
                | "years"
                | "year"
                | "place"
                | "total"
                | "average"
                | "which"
                | "this"
                | "turn"
                | "fact"
                | "least"
                | "most"
                | "it"
                | "them"
                | "us"
        )
    });
    let role = cues(phrase, Place::Sentence).iter().any(|cue| !cue.weak);
    (!duration && !role && !phrase.is_empty()).then_some(phrase)
}

fn prefix_sentence(before: &str, out: &mut Around) {
    // Three words are looked at; a long block must not be read again for every name.
    let from = before.char_indices().rev().nth(120).map_or(0, |(at, _)| at);
    let before = before.get(from..).unwrap_or_default();
    let tokens = Tokens::new(before);
    let mut from = tokens.len();
    let mut words = 0;
    while from > 0 && words < 3 {
        let at = from - 1;
        let Some(token) = tokens.get(at) else { break };
        let joined = token.low == "-" && tokens.glued(at) || token.low == "&";
        if joined {
            from = at;
            continue;
        }
        if token.kind != Kind::Word || is_stop(&token.low) || generic(&token.low) || token.low.ends_with('\'') {
            break;
        }
        if !cues(&token.low, Place::Label).is_empty() {
            break;
        }
        from = at;
        words += 1;
    }
    let Some(first) = tokens.get(from) else { return };
    let phrase = before.get(first.start..).unwrap_or_default().trim().trim_end_matches('-');
    if words > 0 {
        accept(phrase, out);
    }
}

/// "Recall of reportable months | 0.90" in a table, "a recall of 0.94" in a sentence: where one part alone is spoken of in tables, who
/// names no part elsewhere means that one. Of accuracy a part is less than the whole.
pub(super) fn join_only_part(reader: &Reader<'_>, measures: &mut [Measure]) {
    const OF_ONE_CLASS: [&str; 3] = ["recall", "precision", "f1"];
    /// Bytes before a name in which the whole is named.
    const BEFORE: usize = 24;
    let in_table =
        |one: &Measure| reader.block(one.block).is_some_and(|block| matches!(block.kind, BlockKind::TableRow { .. }));
    for metric in OF_ONE_CLASS {
        let of_tables = measures.iter().filter(|one| one.metric == metric && in_table(one));
        let mut parts: Vec<Option<String>> = of_tables.map(|one| one.slice.clone()).collect();
        parts.sort_unstable();
        parts.dedup();
        let [Some(part)] = parts.as_slice() else { continue };
        let is_whole = |one: &Measure| {
            let text = one
                .span
                .start()
                .checked_sub(BEFORE)
                .and_then(|from| reader.document.source.get(from..one.span.start()));
            let low = text.unwrap_or_default().to_lowercase();
            ["overall", "total", "all ", "whole", "average"].iter().any(|word| low.contains(word))
        };
        for one in measures.iter_mut().filter(|one| one.metric == metric && one.slice.is_none()) {
            if one.averaging.is_none() && !in_table(one) && !is_whole(one) {
                one.slice = Some(part.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_give_their_slice() {
        let check = |text: &str, name: &str, expected: Option<&str>| {
            let start = text.find(name).unwrap();
            assert_eq!(of_label(text, start, start + name.len()).slice.as_deref(), expected, "{text}");
        };
        check("recall, Security & Outage", "recall", Some("security & outage"));
        check("WAPE, fresh", "WAPE", Some("fresh"));
        check("Bias, fresh (signed)", "Bias", Some("fresh"));
        check("macro-F1, 23 queues", "macro-F1", None);
        check("precision of pre-sorted parcels", "precision", Some("pre-sorted parcels"));
        check("Wrong-answer rate (lower is better)", "Wrong-answer rate", None);
        check("Groundedness: claims that the quoted page supports", "Groundedness", None);
        check("Retrieval F1@5, computed from both", "F1@5", None);
        check("WAPE (%)", "WAPE", None);
        check("Recall (fraud)", "Recall", Some("fraud"));
        check("Target recall", "recall", None);
        check("Held-out open-house precision", "precision", Some("open-house"));
        check("F1 on test set", "F1", None);
        check("Recall for the minority class", "Recall", Some("minority class"));
    }

    #[test]
    fn sentences_give_their_slice() {
        let check = |text: &str, name: &str, expected: Option<&str>| {
            let start = text.find(name).unwrap();
            let limit = text.find('=').unwrap();
            let around = of_sentence(text, start, start + name.len(), limit, text.get(limit + 1..).unwrap_or_default());
            assert_eq!(around.slice.as_deref(), expected, "{text}");
        };
        check("If a fresh WAPE of = for roll-out", "WAPE", Some("fresh"));
        check("recall for the minority class must be =", "recall", Some("minority class"));
        check("recall of =", "recall", None);
        check("We improve recall to =", "recall", None);
        check("recall = for Security & Outage, always", "recall", Some("security & outage"));
        check("recall = in the pilot", "recall", None);
        check("recall = for two weeks", "recall", None);
        check("precision on the frozen test set is =", "precision", None);
    }
}
