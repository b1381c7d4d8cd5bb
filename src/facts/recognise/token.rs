//! Words of a sentence as numbers: letters folded, endings cut, quantities replaced by what they are. Never keeps the text.

use std::borrow::Cow;

use crate::facts::quantity::number::is_number_word;

/// A word, or the kind of a quantity, as a hash that is the same on every machine.
pub(super) type Token = u32;

/// Kinds that stand for whole families of words.
pub(super) mod kind {
    use super::{Token, hash};

    /// A number without a unit.
    pub(in crate::facts::recognise) const NUMBER: Token = hash(b"<number>");
    /// A number between 0 and 1.
    pub(in crate::facts::recognise) const FRACTION: Token = hash(b"<fraction>");
    /// A percentage.
    pub(in crate::facts::recognise) const PERCENT: Token = hash(b"<percent>");
    /// An amount of money.
    pub(in crate::facts::recognise) const MONEY: Token = hash(b"<money>");
    /// A duration.
    pub(in crate::facts::recognise) const DURATION: Token = hash(b"<duration>");
    /// A year or date.
    pub(in crate::facts::recognise) const DATE: Token = hash(b"<date>");
    /// A number in words.
    pub(in crate::facts::recognise) const WORD_NUMBER: Token = hash(b"<word-number>");
    /// A short name made of letters and digits: "G1", "R-02".
    pub(in crate::facts::recognise) const ID: Token = hash(b"<id>");
    /// The same at the start of a sentence or row: it is given there, and not referred to.
    pub(in crate::facts::recognise) const GIVEN: Token = hash(b"<given>");
    /// A name as in code: underscores, paths, dots.
    pub(in crate::facts::recognise) const CODE: Token = hash(b"<code>");
    /// A capitalised word inside a sentence.
    pub(in crate::facts::recognise) const NAME: Token = hash(b"<name>");

    /// All of them.
    pub(in crate::facts::recognise) const ALL: [Token; 11] =
        [NUMBER, FRACTION, PERCENT, MONEY, DURATION, DATE, WORD_NUMBER, ID, GIVEN, CODE, NAME];
}

const FNV_START: u32 = 0x811c_9dc5;
const FNV_PRIME: u32 = 0x0100_0193;

/// FNV-1a, 32 bits (Fowler, Noll, Vo).
pub(super) const fn hash(bytes: &[u8]) -> Token {
    hash_on(FNV_START, bytes)
}

/// The hash of what was hashed before with `bytes` behind it.
const fn hash_on(before: Token, bytes: &[u8]) -> Token {
    let mut value = before;
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        value = (value ^ *first as u32).wrapping_mul(FNV_PRIME);
        rest = tail;
    }
    value
}

/// Units of time behind a number.
const TIME: [&str; 22] = [
    "s", "ms", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour",
    "hours", "day", "days", "week", "weeks", "month", "months", "year",
];
/// Units of money behind a number.
const MONEY: [&str; 12] =
    ["eur", "euro", "euros", "usd", "dollar", "dollars", "gbp", "pound", "pounds", "chf", "francs", "€"];

/// The tokens of `text`, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity(text.len() / 5 + 2);
    let mut rest = text;
    let mut opens = true;
    let mut currency = false;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let (number, tail) = cut(rest, |c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\u{a0}' | '\u{202f}'));
            let number = number.trim_end_matches(['.', ',', '\u{a0}', '\u{202f}']);
            let (kind, tail) = quantity(number, rest.get(number.len()..).unwrap_or(tail), currency);
            out.push(kind);
            rest = tail;
            opens = false;
        } else if c.is_alphabetic() {
            if let Some(tail) = after_hyphened_id(rest) {
                out.push(if out.is_empty() { kind::GIVEN } else { kind::ID });
                rest = tail;
                opens = false;
                continue;
            }
            let (word, tail) = cut(rest, |c| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '_' | '/' | '.'));
            let word = word.trim_end_matches(['.', '/', '\'', '\u{2019}', '_']);
            word_tokens(word, opens, &mut out);
            rest = rest.get(word.len().max(c.len_utf8())..).unwrap_or(tail);
            opens = false;
        } else {
            match c {
                '\u{2265}' => out.push(hash(b">=")),
                '\u{2264}' => out.push(hash(b"<=")),
                '>' | '<' | '=' | '?' | '\u{2192}' | '|' => {
                    let mut buffer = [0; 4];
                    if c != '|' {
                        out.push(hash(c.encode_utf8(&mut buffer).as_bytes()));
                    }
                }
                _ => {}
            }
            opens = opens || matches!(c, '.' | ':' | '|' | '!' | '?' | ';');
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        currency = matches!(c, '€' | '$' | '£') || currency && c.is_whitespace();
    }
    out
}

/// The longest start of `text` of characters that `belongs` accepts, and the rest.
fn cut(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// What a number is, by what stands around it; a unit behind it is taken along, but words of time stay words.
fn quantity<'a>(number: &str, tail: &'a str, currency: bool) -> (Token, &'a str) {
    let next = tail.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    if currency || next.starts_with(['€', '$', '£']) {
        return (kind::MONEY, tail);
    }
    if let Some(after) = next.strip_prefix('%') {
        return (kind::PERCENT, after);
    }
    let (unit, _) = cut(next, char::is_alphabetic);
    let lower = unit.to_ascii_lowercase();
    if matches!(lower.as_str(), "percent" | "point" | "points" | "pp" | "percentage")
        || lower == "per" && next.get(3..).is_some_and(|rest| rest.trim_start().starts_with("cent"))
    {
        return (kind::PERCENT, tail);
    }
    if MONEY.contains(&lower.as_str()) {
        return (kind::MONEY, tail);
    }
    if TIME.contains(&lower.as_str()) || lower == "years" {
        return (kind::DURATION, tail);
    }
    let year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    let plain = number.bytes().all(|b| b.is_ascii_digit());
    let kind = match number {
        _ if year && plain => kind::DATE,
        _ if number.starts_with("0.") || number.starts_with("0,") => kind::FRACTION,
        _ => kind::NUMBER,
    };
    (kind, tail)
}

/// A word: the whole as a name where it looks like one, then its parts.
fn word_tokens(word: &str, opens: bool, out: &mut Vec<Token>) {
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    if is_id(word) {
        out.push(if out.is_empty() { kind::GIVEN } else { kind::ID });
        return;
    }
    let code = word.contains('_') || word.contains('/') || word.contains('.') && word.len() > 4;
    if code {
        out.push(kind::CODE);
    } else if capital && (!opens || word.chars().nth(1).is_some_and(char::is_uppercase)) {
        out.push(kind::NAME);
    }
    for part in word.split(['_', '/', '.', '\'', '\u{2019}']) {
        if part.is_empty() || part == "s" {
            continue;
        }
        let lower: Cow<'_, str> = if part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            Cow::Borrowed(part)
        } else {
            Cow::Owned(part.to_lowercase())
        };
        if is_number_word(&lower) {
            out.push(kind::WORD_NUMBER);
        }
        let (start, ending) = stem(&lower);
        out.push(hash_on(hash(start.as_bytes()), ending.as_bytes()));
    }
}

/// What follows the name of a goal, requirement or clause that is written with a hyphen: "C-8", "REQ-012".
fn after_hyphened_id(text: &str) -> Option<&str> {
    let (letters, rest) = cut(text, |c| c.is_ascii_uppercase());
    let (digits, rest) = cut(rest.strip_prefix(['-', '\u{2010}', '\u{2011}'])?, |c| c.is_ascii_digit());
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric());
    ((1..=4).contains(&letters.len()) && (1..=3).contains(&digits.len()) && ends).then_some(rest)
}

/// Letters, then digits: the name of a goal, requirement or clause.
fn is_id(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.bytes().skip(letters).filter(u8::is_ascii_digit).count();
    (1..=5).contains(&letters) && digits > 0 && letters + digits == word.len()
}

/// The word without a common ending of English, and what stands for the ending. Cuts less than a full stemmer, so that "data" and "date" stay apart.
fn stem(word: &str) -> (&str, &'static str) {
    const ENDINGS: [(&str, &str); 6] = [("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")];
    if word.len() >= 4 && !word.ends_with("ss") && word.is_ascii() {
        for (ending, instead) in ENDINGS {
            if let Some(start) = word.strip_suffix(ending)
                && start.len() >= 3
            {
                return (start, instead);
            }
        }
    }
    (word, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Token]) {
        assert_eq!(tokens(text), expected, "{text}");
    }

    #[test]
    fn quantities_are_told_apart() {
        check("0.95", &[kind::FRACTION]);
        check("95 %", &[kind::PERCENT]);
        check("€ 4,200", &[kind::MONEY]);
        check("4,200 EUR", &[kind::MONEY, kind::NAME, hash(b"eur")]);
        check("2027", &[kind::DATE]);
        check("3 weeks", &[kind::DURATION, hash(b"week")]);
        check("1 200", &[kind::NUMBER, kind::NUMBER]);
        check("nineteen", &[kind::WORD_NUMBER, hash(b"nineteen")]);
    }

    #[test]
    fn words_are_folded() {
        check("Stopped stops", &[hash(b"stopp"), hash(b"stop")]);
        check("see Kafka", &[hash(b"see"), kind::NAME, hash(b"kafka")]);
        check("serves G1", &[hash(b"serv"), kind::ID]);
        check("R1 serves G1", &[kind::GIVEN, hash(b"serv"), kind::ID]);
        check(
            "C-8 serves REQ-012, not COVID-2019",
            &[kind::GIVEN, hash(b"serv"), kind::ID, hash(b"not"), kind::NAME, hash(b"covid"), kind::DATE],
        );
        check("claims_dw.fnol", &[kind::CODE, hash(b"claim"), hash(b"dw"), hash(b"fnol")]);
        check("", &[]);
        check("\u{1f600} …", &[]);
    }
}
