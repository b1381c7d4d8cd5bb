//! Signs and phrases that bound a number, before it and after it. Knows no metric and no direction.

use super::Comparator::{self, About, AtLeast, AtMost, Equal, LessThan, MoreThan};
use super::token::{Kind, Tokens};

/// Phrases that stand before a number; the longest match wins.
const BEFORE: &[(&[&str], Comparator)] = &[
    (&["≥"], AtLeast),
    (&[">="], AtLeast),
    (&["=>"], AtLeast),
    (&["⩾"], AtLeast),
    (&["≧"], AtLeast),
    (&["\\", "geq"], AtLeast),
    (&["\\", "ge"], AtLeast),
    (&["\\", "geqslant"], AtLeast),
    (&["at", "least"], AtLeast),
    (&["at", "the", "least"], AtLeast),
    (&["at", "minimum"], AtLeast),
    (&["at", "a", "minimum"], AtLeast),
    (&["minimum"], AtLeast),
    (&["min"], AtLeast),
    (&["floor"], AtLeast),
    (&["mindestens"], AtLeast),
    (&["au", "moins"], AtLeast),
    (&["al", "menos"], AtLeast),
    (&["не", "менее"], AtLeast),
    (&["lower", "bound"], AtLeast),
    (&["lower", "limit"], AtLeast),
    (&["upwards", "of"], AtLeast),
    (&["upward", "of"], AtLeast),
    (&["no", "less", "than"], AtLeast),
    (&["not", "less", "than"], AtLeast),
    (&["never", "less", "than"], AtLeast),
    (&["no", "fewer", "than"], AtLeast),
    (&["not", "fewer", "than"], AtLeast),
    (&["no", "lower", "than"], AtLeast),
    (&["not", "lower", "than"], AtLeast),
    (&["no", "smaller", "than"], AtLeast),
    (&[">"], MoreThan),
    (&["above"], MoreThan),
    (&["over"], MoreThan),
    (&["beyond"], MoreThan),
    (&["exceed"], MoreThan),
    (&["exceeds"], MoreThan),
    (&["exceeding"], MoreThan),
    (&["exceeded"], MoreThan),
    (&["surpass"], MoreThan),
    (&["surpasses"], MoreThan),
    (&["more", "than"], MoreThan),
    (&["greater", "than"], MoreThan),
    (&["higher", "than"], MoreThan),
    (&["larger", "than"], MoreThan),
    (&["longer", "than"], MoreThan),
    (&["in", "excess", "of"], MoreThan),
    (&["≤"], AtMost),
    (&["<="], AtMost),
    (&["=<"], AtMost),
    (&["⩽"], AtMost),
    (&["≦"], AtMost),
    (&["\\", "leq"], AtMost),
    (&["\\", "le"], AtMost),
    (&["\\", "leqslant"], AtMost),
    (&["at", "most"], AtMost),
    (&["at", "the", "most"], AtMost),
    (&["at", "maximum"], AtMost),
    (&["maximum"], AtMost),
    (&["max"], AtMost),
    (&["cap"], AtMost),
    (&["capped", "at"], AtMost),
    (&["ceiling"], AtMost),
    (&["höchstens"], AtMost),
    (&["au", "plus"], AtMost),
    (&["как", "максимум"], AtMost),
    (&["не", "более"], AtMost),
    (&["upper", "bound"], AtMost),
    (&["upper", "limit"], AtMost),
    (&["limited", "to"], AtMost),
    (&["up", "to"], AtMost),
    (&["within"], AtMost),
    (&["no", "more", "than"], AtMost),
    (&["not", "more", "than"], AtMost),
    (&["never", "more", "than"], AtMost),
    (&["no", "greater", "than"], AtMost),
    (&["not", "greater", "than"], AtMost),
    (&["no", "higher", "than"], AtMost),
    (&["not", "higher", "than"], AtMost),
    (&["no", "longer", "than"], AtMost),
    (&["not", "longer", "than"], AtMost),
    (&["no", "larger", "than"], AtMost),
    (&["<"], LessThan),
    (&["\\", "lt"], LessThan),
    (&["\\", "gt"], MoreThan),
    (&["below"], LessThan),
    (&["under"], LessThan),
    (&["beneath"], LessThan),
    (&["undercut"], LessThan),
    (&["undercuts"], LessThan),
    (&["less", "than"], LessThan),
    (&["lower", "than"], LessThan),
    (&["fewer", "than"], LessThan),
    (&["smaller", "than"], LessThan),
    (&["shorter", "than"], LessThan),
    (&["="], Equal),
    (&["equals"], Equal),
    (&["equal", "to"], Equal),
    (&["exactly"], Equal),
    (&["~"], About),
    (&["≈"], About),
    (&["∼"], About),
    (&["about"], About),
    (&["around"], About),
    (&["approximately"], About),
    (&["approx"], About),
    (&["roughly"], About),
    (&["circa"], About),
    (&["ca"], About),
    (&["nearly"], About),
    (&["almost"], About),
    (&["some"], About),
    (&["estimated"], About),
];

/// Phrases that stand after a number and its unit.
const AFTER: &[(&[&str], Comparator)] = &[
    (&["or", "more"], AtLeast),
    (&["or", "higher"], AtLeast),
    (&["or", "above"], AtLeast),
    (&["or", "greater"], AtLeast),
    (&["or", "over"], AtLeast),
    (&["or", "longer"], AtLeast),
    (&["and", "above"], AtLeast),
    (&["and", "over"], AtLeast),
    (&["and", "up"], AtLeast),
    (&["and", "more"], AtLeast),
    (&["and", "higher"], AtLeast),
    (&["upwards"], AtLeast),
    (&["minimum"], AtLeast),
    (&["as", "a", "minimum"], AtLeast),
    (&["at", "minimum"], AtLeast),
    (&["at", "a", "minimum"], AtLeast),
    (&["at", "least"], AtLeast),
    (&["floor"], AtLeast),
    (&["or", "less"], AtMost),
    (&["or", "lower"], AtMost),
    (&["or", "below"], AtMost),
    (&["or", "fewer"], AtMost),
    (&["or", "under"], AtMost),
    (&["or", "shorter"], AtMost),
    (&["and", "below"], AtMost),
    (&["and", "under"], AtMost),
    (&["maximum"], AtMost),
    (&["max"], AtMost),
    (&["as", "a", "maximum"], AtMost),
    (&["at", "maximum"], AtMost),
    (&["at", "most"], AtMost),
    (&["ceiling"], AtMost),
    (&["cap"], AtMost),
];

fn filler(word: &str) -> bool {
    matches!(
        word,
        "a" | "an" | "the" | "of" | "is" | "are" | "be" | "at" | ":" | "to" | "value" | "level" | "set" | "than"
    )
}

/// The comparator that ends right before token `at`.
pub(super) fn before(tokens: &Tokens<'_>, at: usize) -> Option<Comparator> {
    let mut about = None;
    let mut end = at;
    // "at least about 0.9": the bound says more than the hedge.
    for _ in 0..2 {
        let (comparator, start) = phrase_before(tokens, end)?;
        if comparator == About || comparator == Equal {
            about = about.or(Some(comparator));
            end = start;
            if phrase_before(tokens, end).is_none() {
                return about;
            }
            continue;
        }
        return Some(if negated(tokens, start) { flipped(comparator) } else { comparator });
    }
    about
}

fn phrase_before(tokens: &Tokens<'_>, at: usize) -> Option<(Comparator, usize)> {
    let mut end = at;
    for _ in 0..4 {
        let mut best: Option<(usize, Comparator)> = None;
        for (phrase, comparator) in BEFORE {
            let Some(start) = end.checked_sub(phrase.len()) else { continue };
            if tokens.reads(start, phrase) && best.is_none_or(|(longest, _)| phrase.len() > longest) {
                best = Some((phrase.len(), *comparator));
            }
        }
        if let Some((len, comparator)) = best {
            return Some((comparator, end - len));
        }
        let word = tokens.before(end, 1);
        let dot =
            word == "." && tokens.glued(end - 1) && matches!(tokens.before(end, 2), "min" | "max" | "approx" | "ca");
        let bracket = word == "\\";
        if end == 0 || !(filler(word) || dot || bracket) {
            return None;
        }
        end -= 1;
    }
    None
}

/// "must not fall below", "never drops under", "cannot exceed".
fn negated(tokens: &Tokens<'_>, start: usize) -> bool {
    for back in 1..=4 {
        let word = tokens.before(start, back);
        if matches!(word, "not" | "never" | "cannot" | "no" | "nor" | "without") || word.ends_with("n't") {
            return true;
        }
        let verb = matches!(
            word,
            "be" | "fall"
                | "falls"
                | "falling"
                | "drop"
                | "drops"
                | "dropping"
                | "go"
                | "goes"
                | "going"
                | "sink"
                | "sinks"
                | "dip"
                | "dips"
                | "rise"
                | "rises"
                | "get"
                | "gets"
                | "climb"
                | "slip"
                | "move"
                | "exceed"
                | "allowed"
                | "to"
                | "is"
                | "are"
                | "ever"
                | "stray"
                | "run"
        );
        if !verb {
            return false;
        }
    }
    false
}

fn flipped(comparator: Comparator) -> Comparator {
    match comparator {
        MoreThan => AtMost,
        LessThan => AtLeast,
        AtLeast => LessThan,
        AtMost => MoreThan,
        other => other,
    }
}

/// The comparator that begins at token `at`.
pub(super) fn after(tokens: &Tokens<'_>, at: usize) -> Option<Comparator> {
    if tokens.low(at) == "+" && tokens.glued(at) && tokens.kind(at + 1) != Some(Kind::Digits) {
        return Some(AtLeast);
    }
    let at = at + usize::from(tokens.low(at) == "(");
    let found = AFTER.iter().filter(|(phrase, _)| tokens.reads(at, phrase)).max_by_key(|(phrase, _)| phrase.len());
    let (phrase, comparator) = found?;
    let next = at + phrase.len();
    // "0.85, at least 0.9": the phrase belongs to the number that follows it.
    let taken = (next..next + 2).any(|at| tokens.kind(at) == Some(Kind::Digits))
        || matches!(tokens.low(next), "of" | ":" | "is");
    (!taken).then_some(*comparator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparators_stand_before_and_after() {
        let check = |text: &str, expected: Option<Comparator>| {
            let tokens = Tokens::new(text);
            let at = tokens.list.iter().position(|token| token.kind == Kind::Digits).unwrap();
            let found = before(&tokens, at).or_else(|| after(&tokens, at + 1));
            assert_eq!(found, expected, "{text}");
        };
        check("recall ≥ 90", Some(AtLeast));
        check("recall \\leq 90", Some(AtMost));
        check("recall of at least 90", Some(AtLeast));
        check("a minimum of 90", Some(AtLeast));
        check("min. 90", Some(AtLeast));
        check("must not fall below 90", Some(AtLeast));
        check("shall never be less than 90", Some(AtLeast));
        check("must not exceed 90", Some(AtMost));
        check("cannot go above 90", Some(AtMost));
        check("no worse, but not over 90", Some(AtMost));
        check("at least about 90", Some(AtLeast));
        check("stays above 90", Some(MoreThan));
        check("drops below 90", Some(LessThan));
        check("is around 90", Some(About));
        check("90+", Some(AtLeast));
        check("90 or more", Some(AtLeast));
        check("90 (minimum)", Some(AtLeast));
        check("90 at most", Some(AtMost));
        check("90, at least 95", None);
        check("recall 90", None);
    }
}
