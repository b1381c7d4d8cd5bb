//! Sentences that repeat the words of a row of a table with a number of their own: "nine short days in ten must be flagged in time"
//! beside a row "short days flagged in time". Knows no metric.

use super::context;
use super::own::Row;
use super::purpose::{Ruling, comparator_of};
use super::role::{Cue, Place, Purpose, cues, sets_a_bar};
use super::wording::{is_change, later_phase};
use super::{Measure, Reader, Role};
use crate::document::{BlockId, BlockKind};
use crate::facts::quantity::number::is_number_word;
use crate::facts::quantity::token::{Kind, tokens};
use crate::facts::quantity::unit::is_stop;
use crate::facts::{Quantity, Unit};

/// Letters by which words are compared: "flagged" and "flags", "hospitals" and "hospital".
const STEM: usize = 5;
/// Fewer words of a label do not tell it.
const FEWEST: usize = 2;
/// Longest block that is read, in bytes, and most rows.
const LONGEST: usize = 8_192;
const MOST: usize = 200;

/// What sentences demand of what a row measures, and the targets of known rows beside them.
pub(super) fn read(reader: &Reader<'_>, rows: &[Row], known: &[Measure]) -> Vec<Measure> {
    let labels: Vec<(&Row, Vec<String>)> = rows
        .iter()
        .take(MOST)
        .filter(|row| row.values.iter().all(|(_, quantity, _)| is_share(quantity)))
        .map(|row| (row, stems(&row.label)))
        .filter(|(_, stems)| stems.len() >= FEWEST)
        .collect();
    let mut found = Vec::new();
    if labels.is_empty() {
        return found;
    }
    for (id, block) in reader.document.content() {
        let running = matches!(block.kind, BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Footnote);
        if !running || block.text.len() > LONGEST || reader.quantities(id).is_empty() {
            continue;
        }
        for sentence in block.sentences() {
            let end = sentence.start + sentence.text.len();
            read_sentence(reader, id, (sentence.start, end), &labels, known, &mut found);
        }
    }
    // The targets of a row of a known metric are compared with what echoes them, and with nothing else.
    let mut beside = Vec::new();
    for (row, _) in labels.iter().filter(|(row, _)| row.known) {
        if found.iter().any(|measure: &Measure| measure.metric == row.id) {
            let targets = row.values.iter().filter(|(ruling, ..)| ruling.role == Role::Target);
            beside.extend(targets.map(|(ruling, quantity, _)| row.measure(reader, ruling, quantity.clone())));
        }
    }
    found.extend(beside);
    found
}

fn read_sentence(
    reader: &Reader<'_>,
    block: BlockId,
    (start, end): (usize, usize),
    labels: &[(&Row, Vec<String>)],
    known: &[Measure],
    found: &mut Vec<Measure>,
) {
    let text = reader.text(block);
    let of_block = known.partition_point(|measure| measure.block < block);
    let known = known.get(of_block..).unwrap_or_default();
    let known = known.get(..known.partition_point(|measure| measure.block == block)).unwrap_or_default();
    let quantities: Vec<&Quantity> =
        reader.quantities_in(block, start, end).iter().filter(|q| q.unit != Unit::Date).collect();
    let spoken = cues(text.get(start..end).unwrap_or_default(), Place::Sentence);
    let mut hits: Vec<(&Row, &Quantity, (usize, usize))> = Vec::new();
    for (n, quantity) in quantities.iter().copied().enumerate() {
        let taken = known.iter().any(|measure| measure.quantity.start == quantity.start);
        if taken || !is_share(quantity) || quantity.upper.is_some() {
            continue;
        }
        let from = n.checked_sub(1).and_then(|n| quantities.get(n)).map_or(start, |before| before.end);
        let to = quantities.get(n + 1).map_or(end, |after| after.start);
        let (before, after) =
            (text.get(from..quantity.start).unwrap_or_default(), text.get(quantity.end..to).unwrap_or_default());
        // What stands behind a mark belongs to something else.
        let from = from + before.rfind([';', '·']).map_or(0, |at| at + 1);
        let to = quantity.end + after.find([';', '·']).unwrap_or(after.len());
        if is_change(before, after) {
            continue;
        }
        let own = stems(text.get(from..to).unwrap_or_default());
        let mut fits: Vec<(usize, &Row)> = labels
            .iter()
            .filter_map(|(row, stems)| {
                let shared = stems.iter().filter(|stem| own.contains(stem)).count();
                // Two of two, two of three, three of four.
                let fits = shared >= FEWEST && 3 * shared >= 2 * stems.len();
                (fits && !of_a_part(text.get(from..to).unwrap_or_default(), stems)).then_some((shared, *row))
            })
            .collect();
        fits.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
        match fits.as_slice() {
            [(_, row)] => hits.push((row, quantity, (from, to))),
            [(most, row), (next, _), ..] if most > next => hits.push((row, quantity, (from, to))),
            _ => {}
        }
    }
    for (row, quantity, place) in &hits {
        // Two numbers for one row in one sentence: which is which is not known.
        if hits.iter().filter(|(other, ..)| other.id == row.id).count() > 1 {
            continue;
        }
        let sentence = text.get(start..end).unwrap_or_default();
        if let Some(ruling) =
            ruling(reader, row, quantity, block, sentence, &spoken, text.get(place.0..place.1).unwrap_or_default())
        {
            found.push(row.measure(reader, &ruling, (*quantity).clone()));
        }
    }
}

/// "Of the handwritten letters" where the row is about letters: a word of its own before one of the row's makes it a part.
fn of_a_part(text: &str, label: &[String]) -> bool {
    let words: Vec<_> = tokens(text).into_iter().filter(|token| token.kind != Kind::Mark).collect();
    let stem_of = |low: &str| stems(low).pop();
    words.windows(2).any(|pair| {
        let [own, next] = pair else { return false };
        let (Some(own), Some(next)) = (stem_of(&own.low), stem_of(&next.low)) else { return false };
        label.contains(&next) && !label.contains(&own)
    })
}

/// What the number of a sentence is for. Alarms, results, wishes and steps after the launch are not compared.
fn ruling(
    reader: &Reader<'_>,
    row: &Row,
    quantity: &Quantity,
    block: BlockId,
    sentence: &str,
    spoken: &[Cue],
    part: &str,
) -> Option<Ruling> {
    let context = context::of(reader, block);
    let adverse = comparator_of(quantity.comparator).zip(row.up).is_some_and(|(bound, up)| bound != up);
    let says = |role: Role| spoken.iter().any(|cue| !cue.weak && cue.purpose == Purpose::For(role));
    let other = spoken.iter().any(|cue| {
        let plain = matches!(cue.purpose, Purpose::For(Role::Target | Role::Poc));
        !cue.weak && !plain
    });
    let apart = matches!(
        context.purpose(),
        Some(
            Purpose::Other
                | Purpose::For(
                    Role::Slo | Role::Stretch | Role::Human | Role::Random | Role::Baseline | Role::Reported
                )
        )
    );
    if adverse || other || later_phase(part).is_some() {
        return None;
    }
    let passes = spoken.iter().any(sets_a_bar);
    let modal = spoken.iter().any(|cue| cue.weak && cue.purpose == Purpose::For(Role::Target));
    let of_poc = context.purpose() == Some(Purpose::For(Role::Poc));
    let poc = |explicit| Some(Ruling::of(Role::Poc, explicit, Some("poc")));
    let launch = || Some(Ruling::of(Role::Target, true, None));
    if says(Role::Target) || repeats_header(row, sentence) {
        return launch();
    }
    if says(Role::Poc) {
        return poc(true);
    }
    if passes && !apart {
        return if context.purpose() == Some(Purpose::For(Role::Target)) { launch() } else { poc(of_poc) };
    }
    if of_poc && (modal || comparator_of(quantity.comparator).is_some()) {
        return poc(true);
    }
    (modal && !apart && context.purpose() == Some(Purpose::For(Role::Target))).then(launch).flatten()
}

/// "Before hospitals rely on it, nine in ten must …" beside a column "Needed before hospitals rely on it".
fn repeats_header(row: &Row, sentence: &str) -> bool {
    let own = stems(sentence);
    row.values.iter().filter(|(ruling, ..)| ruling.role == Role::Target).any(|(_, _, column)| {
        let header = row.headers.get(*column).map(|header| stems(header)).unwrap_or_default();
        let shared = header.iter().filter(|stem| own.contains(stem)).count();
        shared > 0 && 3 * shared >= 2 * header.len()
    })
}

/// Words that carry meaning, by their first letters. What stands in brackets is a remark.
fn stems(text: &str) -> Vec<String> {
    let mut depth = 0usize;
    let mut out: Vec<String> = Vec::new();
    for token in tokens(text) {
        match &*token.low {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            word if depth == 0
                && token.kind == Kind::Word
                && word.chars().count() >= 3
                && !is_stop(word)
                && !is_filler(word) =>
            {
                let word = word.strip_suffix('s').filter(|word| word.chars().count() >= 3).unwrap_or(word);
                let stem: String = word.chars().take(STEM).collect();
                if !out.contains(&stem) {
                    out.push(stem);
                }
            }
            _ => {}
        }
    }
    out
}

/// Words of bounds and amounts.
fn is_filler(word: &str) -> bool {
    const WORDS: [&str; 20] = [
        "least", "most", "per", "cent", "percent", "share", "rate", "number", "required", "needed", "need", "needs",
        "require", "requires", "must", "value", "values", "low", "high", "good",
    ];
    is_number_word(word) || WORDS.contains(&word)
}

/// A part of a whole.
fn is_share(quantity: &Quantity) -> bool {
    let ratio = quantity.ratio();
    let written = quantity.unit == Unit::Percent || quantity.unit == Unit::Plain && ratio.fract() != 0.0;
    written && ratio > 0.0 && ratio < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_by_their_first_letters() {
        assert_eq!(stems("Short days flagged in time (recall)"), ["short", "day", "flagg", "time"]);
        assert_eq!(stems("nine short days in ten must be flagged in time"), ["short", "day", "flagg", "time"]);
        assert!(stems("of at least one in 100").is_empty());
    }
}
