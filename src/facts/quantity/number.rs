//! The bare number: digits with separators, number words, fractions. Never a unit.

use super::share::{fraction_of, share};
use super::token::{Kind, Tokens};

/// A bare number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// Its value.
    pub value: f64,
    /// Digits after the decimal mark.
    pub decimals: u8,
    /// Half a unit of the last digit.
    pub half: f64,
    /// First token after it.
    pub next: usize,
    /// A part of a whole ("nineteen in twenty", 3/5, "a third").
    pub share: bool,
    /// Written in words.
    pub words: bool,
}

/// How this document writes decimals.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Locale {
    /// A comma is the decimal mark, and never the point.
    pub comma: bool,
}

impl Locale {
    /// Looks at all numbers of the text whose reading is not in doubt.
    pub(super) fn of(source: &str) -> Self {
        let bytes = source.as_bytes();
        let (mut comma, mut point) = (0usize, 0usize);
        for (at, pair) in bytes.windows(3).enumerate() {
            let [a, mark, b] = pair else { continue };
            if !(a.is_ascii_digit() && b.is_ascii_digit() && (*mark == b',' || *mark == b'.')) {
                continue;
            }
            let run = |from: usize| {
                bytes.get(from..).map_or(0, |rest| rest.iter().take(5).take_while(|c| c.is_ascii_digit()).count())
            };
            let after = run(at + 2);
            let zero = *a == b'0'
                && at
                    .checked_sub(1)
                    .and_then(|at| bytes.get(at))
                    .is_none_or(|c| !c.is_ascii_alphanumeric() && *c != b'.');
            let unit =
                bytes.get(at + 2 + after..).is_some_and(|rest| rest.starts_with(b"%") || rest.starts_with(b" %"));
            if (zero && after > 0) || (unit && after != 3) {
                if *mark == b',' { comma += 1 } else { point += 1 }
            }
        }
        Self { comma: comma > 0 && point == 0 }
    }
}

/// What stands at a token.
pub(super) enum Reading {
    /// A number.
    Number(Number),
    /// Digits that are no number (a version, an address); go on at this token.
    Skip(usize),
}

fn half_of(decimals: usize) -> (u8, f64) {
    let decimals = u8::try_from(decimals.min(15)).unwrap_or(15);
    (decimals, 0.5 * 10f64.powi(-i32::from(decimals)))
}

/// Reads the number or fraction that begins at token `at`, written in digits.
pub(super) fn digits(tokens: &Tokens<'_>, at: usize, locale: Locale) -> Option<Reading> {
    Some(match whole(tokens, at, locale)? {
        Reading::Number(number) => Reading::Number(fraction_of(tokens, at, number)),
        skip @ Reading::Skip(_) => skip,
    })
}

/// A number in digits, without looking for a fraction.
pub(super) fn whole(tokens: &Tokens<'_>, at: usize, locale: Locale) -> Option<Reading> {
    let (first, start) = if tokens.low(at) == "." {
        if tokens.glued(at) || !tokens.glued(at + 1) || tokens.kind(at + 1) != Some(Kind::Digits) {
            return None;
        }
        ("0", at)
    } else {
        if tokens.kind(at) != Some(Kind::Digits) {
            return None;
        }
        (tokens.low(at), at + 1)
    };
    let mut groups: Vec<&str> = vec![first];
    let mut marks: Vec<&str> = Vec::new();
    let mut next = start;
    loop {
        let mark = tokens.low(next);
        let glued = matches!(mark, "," | "." | "'" | "’" | "_") && (tokens.glued(next) || next == at);
        if glued && tokens.glued(next + 1) && tokens.kind(next + 1) == Some(Kind::Digits) {
            marks.push(if mark == "’" { "'" } else { mark });
            groups.push(tokens.low(next + 1));
            next += 2;
        } else if spaced_group(tokens, next) && first.len() <= 3 && marks.iter().all(|mark| *mark == " ") && next > at {
            marks.push(" ");
            groups.push(tokens.low(next));
            next += 1;
        } else {
            break;
        }
    }
    let last = *groups.last()?;
    let thousands =
        |groups: &[&str]| first != "0" && first.len() <= 3 && groups.iter().skip(1).all(|group| group.len() == 3);
    let decimal_at = match marks.as_slice() {
        [] => None,
        [" " | "'" | "_", ..] if marks.windows(2).all(|pair| pair.first() == pair.last()) => {
            if !thousands(&groups) {
                return Some(Reading::Skip(next));
            }
            None
        }
        [","] => {
            let whole = thousands(&groups) && !locale.comma;
            (!whole).then_some(1)
        }
        ["."] => {
            let whole = locale.comma && thousands(&groups);
            (!whole).then_some(1)
        }
        [head @ .., tail] => {
            let same = head.iter().all(|mark| Some(mark) == head.first());
            let all = same && head.first() == Some(tail);
            let whole = groups.get(..groups.len() - 1).unwrap_or_default();
            if all && thousands(&groups) {
                None
            } else if same && !all && thousands(whole) {
                Some(groups.len() - 1)
            } else {
                return Some(Reading::Skip(next));
            }
        }
    };
    let (whole, fraction) = match decimal_at {
        Some(n) => (groups.get(..n).unwrap_or_default().concat(), last),
        None => (groups.concat(), ""),
    };
    let text = if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") };
    let value: f64 = text.parse().ok()?;
    let (decimals, half) = half_of(fraction.len());
    Some(Reading::Number(Number { value, decimals, half, next, share: false, words: false }))
}

/// "9 600": three digits after a space, and no unit or further digits that would make them a number of their own.
fn spaced_group(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    if token.kind != Kind::Digits || token.glued || token.low.len() != 3 {
        return false;
    }
    let Some(before) = at.checked_sub(1).and_then(|at| tokens.get(at)) else { return false };
    let gap = tokens.text.get(before.end..token.start).unwrap_or_default();
    matches!(gap, " " | "\u{a0}" | "\u{202f}" | "\u{2009}")
}

fn small(word: &str) -> Option<f64> {
    const WORDS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    if matches!(word, "nought" | "naught" | "nil") {
        return Some(0.0);
    }
    WORDS.iter().position(|w| *w == word).map(|n| n as f64)
}

/// A word that stands for a number, a scale or a part of a whole; lower case.
pub(crate) fn is_number_word(word: &str) -> bool {
    word == "dozen" || small(word).or_else(|| tens(word)).or_else(|| scale(word)).or_else(|| part(word)).is_some()
}

/// 7 for 7.0: the digit of a value below ten.
fn digits_of(value: f64) -> u32 {
    (0..10).find(|n| f64::from(*n) >= value).unwrap_or(9)
}

fn tens(word: &str) -> Option<f64> {
    const WORDS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    WORDS.iter().position(|w| *w == word).map(|n| (n as f64 + 2.0) * 10.0)
}

/// Scale of a word: thousand, million.
pub(super) fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "hundred" | "hundreds" => 1e2,
        "thousand" => 1e3,
        "lakh" => 1e5,
        "million" | "mio" | "mn" | "mln" => 1e6,
        "crore" => 1e7,
        "billion" | "bn" | "bln" => 1e9,
        "trillion" => 1e12,
        _ => return None,
    })
}

fn part(word: &str) -> Option<f64> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "half" | "halve" => 2.0,
        "third" => 3.0,
        "quarter" | "fourth" => 4.0,
        "fifth" => 5.0,
        "sixth" => 6.0,
        "seventh" => 7.0,
        "eighth" => 8.0,
        "ninth" => 9.0,
        "tenth" => 10.0,
        "twentieth" => 20.0,
        "hundredth" => 100.0,
        "thousandth" => 1000.0,
        _ => return None,
    })
}

/// A whole number in words at `at`: "sixty-five", "a hundred", "two thousand five hundred".
pub(super) fn cardinal(tokens: &Tokens<'_>, at: usize) -> Option<Number> {
    let mut next = at;
    let mut total = 0.0;
    let mut group: Option<f64> = None;
    let article = matches!(tokens.low(at), "a" | "an");
    if article {
        let word = tokens.low(at + 1);
        scale(word).or((word == "dozen").then_some(12.0))?;
        group = Some(1.0);
        next += 1;
    }
    loop {
        let word = tokens.low(next);
        if let Some(n) = small(word).filter(|_| group.is_none_or(|g| g % 100.0 == 0.0 && g > 0.0)) {
            group = Some(group.unwrap_or(0.0) + n);
            next += 1;
        } else if let Some(n) = tens(word).filter(|_| group.is_none_or(|g| g % 100.0 == 0.0)) {
            group = Some(group.unwrap_or(0.0) + n);
            next += 1;
            let hyphen = usize::from(tokens.low(next) == "-" && tokens.glued(next) && tokens.glued(next + 1));
            if let Some(n) = small(tokens.low(next + hyphen)).filter(|n| (1.0..10.0).contains(n)) {
                group = group.map(|g| g + n);
                next += hyphen + 1;
            }
        } else if word == "hundred" && group.is_some_and(|g| g < 100.0) {
            group = group.map(|g| g * 100.0);
            next += 1;
            if tokens.low(next) == "and"
                && (small(tokens.low(next + 1)).is_some() || tens(tokens.low(next + 1)).is_some())
            {
                next += 1;
            }
        } else if word == "dozen" && group.is_some() {
            group = group.map(|g| g * 12.0);
            next += 1;
        } else if let Some(n) = scale(word).filter(|n| *n >= 1e3 && group.is_some()) {
            total += group.take().unwrap_or(1.0) * n;
            next += 1;
            if tokens.kind(next) != Some(Kind::Word)
                || small(tokens.low(next)).is_none() && tens(tokens.low(next)).is_none()
            {
                break;
            }
        } else {
            break;
        }
    }
    if next == at {
        return None;
    }
    let value = total + group.unwrap_or(0.0);
    Some(Number { value, decimals: 0, half: 0.5, next, share: false, words: true })
}

/// Reads the number that begins at token `at`, written in words.
pub(super) fn words(tokens: &Tokens<'_>, at: usize) -> Option<Number> {
    let word = tokens.low(at);
    let following = tokens.low(at + 1);
    // Parts: "half of", "a third of", "one quarter of", "two thirds".
    if word == "half"
        && matches!(following, "of" | "the" | "a" | "an")
        && !matches!(tokens.before(at, 1), "first" | "second" | "other" | "latter" | "last")
    {
        return Some(share(0.5, at + 1, true));
    }
    if matches!(word, "a" | "one") && part(following).is_some() && tokens.low(at + 2) == "of" {
        return part(following).map(|n| share(1.0 / n, at + 2, true));
    }
    let number = cardinal(tokens, at)?;
    if number.value >= 2.0 && number.value < 100.0 {
        let hyphen = usize::from(tokens.low(number.next) == "-" && tokens.glued(number.next));
        let word = tokens.low(number.next + hyphen);
        let over = tokens.low(number.next + hyphen + 1);
        if word.ends_with('s')
            && word != "seconds"
            && let Some(n) = part(word).filter(|n| *n > number.value)
        {
            let period = word == "quarters" && over != "of";
            return (!period).then(|| share(number.value / n, number.next + hyphen + 1, true));
        }
    }
    // "zero point nine five"
    if tokens.low(number.next) == "point" && number.value < 1000.0 {
        let mut next = number.next + 1;
        let mut fraction = String::new();
        while let Some(digit) = small(tokens.low(next)) {
            fraction.extend(char::from_digit(digits_of(digit), 10));
            next += 1;
        }
        if fraction.is_empty()
            && let Some(found) = cardinal(tokens, next)
        {
            fraction = format!("{:.0}", found.value);
            next = found.next;
        }
        if !fraction.is_empty() {
            let value = format!("{:.0}.{fraction}", number.value).parse().ok()?;
            let (decimals, half) = half_of(fraction.len());
            return Some(Number { value, decimals, half, next, share: false, words: true });
        }
    }
    Some(fraction_of(tokens, at, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, locale: Locale) -> Option<f64> {
        let tokens = Tokens::new(text);
        let found = match digits(&tokens, 0, locale) {
            Some(Reading::Number(number)) => Some(number),
            Some(Reading::Skip(_)) => None,
            None => words(&tokens, 0),
        };
        found.map(|number| (number.value * 1e6).round() / 1e6)
    }

    #[test]
    fn digits_and_words_are_read() {
        let check = |text: &str, expected: Option<f64>| assert_eq!(read(text, Locale::default()), expected, "{text}");
        check("9,600", Some(9600.0));
        check("9 600", Some(9600.0));
        check("1'250'000", Some(1_250_000.0));
        check("1.250.000", Some(1_250_000.0));
        check("1,234.5", Some(1234.5));
        check("1.234,5", Some(1234.5));
        check("1.9 in a hundred", Some(0.019));
        check("58 in 100", Some(0.58));
        check("eleven in ten thousand", Some(0.0011));
        check("three enquiries in every ten", Some(0.3));
        check("5 in 10 minutes", Some(5.0));
        check("two teams in ten cities", Some(2.0));
        check("99,2", Some(99.2));
        check("0,950", Some(0.95));
        check("9.600", Some(9.6));
        check(".85", Some(0.85));
        check("3.12.1", None);
        check("192.168.0.1", None);
        check("3/5 of cases", Some(0.6));
        check("24/7", Some(24.0));
        check("1 in 4", Some(0.25));
        check("1-in-400 picks", Some(0.0025));
        check("9 out of 10", Some(0.9));
        check("65 of 100", Some(0.65));
        check("3 of 1,000", Some(0.003));
        check("2 of 5 teams", Some(2.0));
        check("2 in 2024", Some(2.0));
        check("zero point nine five", Some(0.95));
        check("one point seven", Some(1.7));
        check("sixty-five", Some(65.0));
        check("two hundred and fifty", Some(250.0));
        check("forty thousand", Some(40_000.0));
        check("nineteen in twenty", Some(0.95));
        check("one in a thousand", Some(0.001));
        check("a third of", Some(0.333_333));
        check("two thirds", Some(0.666_667));
        check("three quarters of", Some(0.75));
        check("half of them", Some(0.5));
        check("a dozen", Some(12.0));
        check("a model", None);
    }

    #[test]
    fn the_decimal_mark_follows_the_document() {
        let german = Locale::of("Ziel 0,92 und 88,5 %");
        assert_eq!(read("9.600", german), Some(9600.0));
        assert_eq!(read("0,9", german), Some(0.9));
        assert!(!Locale::of("target 0.92, share 99,2 %").comma);
    }
}
