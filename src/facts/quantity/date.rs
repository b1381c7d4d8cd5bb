//! Calendar dates, quarters, fiscal and plain years. Never durations.

use super::token::{Kind, Tokens};

/// Months with their short names, in order.
const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];

/// The number of a month, 1 to 12, by its name in lower case; none for any other word.
pub(crate) fn month(name: &str) -> Option<u8> {
    let is_name = |(long, short): &(&str, &str)| name == *long || name == *short;
    let at = MONTHS.iter().position(is_name).or((name == "sept").then_some(8))?;
    u8::try_from(at + 1).ok()
}

/// True for the name of a month.
pub(super) fn is_month(word: &str) -> bool {
    month(word).is_some()
}

fn month_at(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.capital && is_month(&token.low))
}

fn year(text: &str) -> Option<f64> {
    let value: u32 = text.parse().ok()?;
    (text.len() == 4 && (1950..=2100).contains(&value)).then(|| f64::from(value))
}

/// "FY26", "FY2026", "CY25": the year.
fn fiscal(word: &str) -> Option<f64> {
    let digits = word.strip_prefix("fy").or_else(|| word.strip_prefix("cy"))?;
    match digits.len() {
        2 => digits.parse::<u32>().ok().map(|short| f64::from(2000 + short)),
        4 => year(digits),
        _ => None,
    }
}

/// "Q3", "H1", "1H".
fn part_of_year(word: &str) -> bool {
    matches!(word, "q1" | "q2" | "q3" | "q4" | "h1" | "h2")
}

/// A date that begins at token `at`: its year (0 where none is said) and the first token after it.
pub(super) fn read(tokens: &Tokens<'_>, at: usize) -> Option<(f64, usize)> {
    match tokens.kind(at)? {
        Kind::Digits => numeric(tokens, at),
        Kind::Word => worded(tokens, at),
        Kind::Mark => None,
    }
}

fn short_digits(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.kind(at) == Some(Kind::Digits) && tokens.low(at).len() <= 2
}

fn numeric(tokens: &Tokens<'_>, at: usize) -> Option<(f64, usize)> {
    let low = tokens.low(at);
    let mark = tokens.low(at + 1);
    let triple = matches!(mark, "-" | "/" | ".") && tokens.low(at + 3) == mark && (1..=4).all(|n| tokens.glued(at + n));
    if triple
        && let Some(year) = year(low)
        && short_digits(tokens, at + 2)
        && short_digits(tokens, at + 4)
    {
        return Some((year, at + 5));
    }
    if triple
        && low.len() <= 2
        && short_digits(tokens, at + 2)
        && let Some(year) = year(tokens.low(at + 4))
    {
        return Some((year, at + 5));
    }
    // 2026-Q3
    if let Some(year) = year(low) {
        let dash = usize::from(matches!(mark, "-" | "/") && tokens.glued(at + 1));
        if part_of_year(tokens.low(at + 1 + dash)) {
            return Some((year, at + 2 + dash));
        }
        // 2026-09
        if mark == "-"
            && tokens.glued(at + 1)
            && tokens.glued(at + 2)
            && tokens.low(at + 2).len() == 2
            && short_digits(tokens, at + 2)
            && tokens.low(at + 2) <= "12"
        {
            return Some((year, at + 3));
        }
    }
    // 31 March 2027, 31st of March
    let ordinal = usize::from(tokens.glued(at + 1) && matches!(tokens.low(at + 1), "st" | "nd" | "rd" | "th"));
    let of = usize::from(tokens.low(at + 1 + ordinal) == "of");
    let dot = usize::from(tokens.low(at + 1 + ordinal) == "." && ordinal == 0);
    let month = at + 1 + ordinal + of + dot;
    if low.len() <= 2 && low.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day)) && month_at(tokens, month) {
        return Some(with_year(tokens, month + 1));
    }
    let value = year(low)?;
    bare_year(tokens, at).then_some((value, at + 1))
}

fn with_year(tokens: &Tokens<'_>, at: usize) -> (f64, usize) {
    let skip = usize::from(matches!(tokens.low(at), "," | "." | "/" | "-" | "'" | "of"));
    match year(tokens.low(at + skip)) {
        Some(value) => (value, at + skip + 1),
        None => (0.0, at),
    }
}

/// A number between 1950 and 2100 that is a year and no count.
fn bare_year(tokens: &Tokens<'_>, at: usize) -> bool {
    let next = tokens.low(at + 1);
    if matches!(tokens.before(at, 1), "$" | "€" | "£" | "<" | ">" | "≥" | "≤" | ">=" | "<=" | "~" | "=" | "." | ",")
        && tokens.before(at, 1) != ","
    {
        return false;
    }
    if next == "%"
        || (matches!(next, "." | ",")
            && tokens.glued(at + 1)
            && tokens.glued(at + 2)
            && tokens.kind(at + 2) == Some(Kind::Digits))
    {
        return false;
    }
    let cue = matches!(
        tokens.before(at, 1),
        "in" | "by"
            | "of"
            | "since"
            | "until"
            | "till"
            | "from"
            | "during"
            | "after"
            | "before"
            | "end"
            | "early"
            | "late"
            | "mid"
            | "year"
            | "fy"
            | "through"
            | "the"
            | "whole"
            | "summer"
            | "autumn"
            | "spring"
            | "winter"
            | "fall"
            | "("
            | "–"
            | "-"
            | "/"
    ) || is_month(tokens.before(at, 1));
    let counted = tokens.get(at + 1).is_some_and(|token| {
        token.kind == Kind::Word && !token.capital && token.low.ends_with('s') && !super::unit::is_stop(&token.low)
    });
    let unit =
        super::unit::is_time(next) || super::unit::currency(next).is_some() || super::number::scale(next).is_some();
    let firm = cue && matches!(tokens.before(at, 1), "in" | "the");
    !unit && (firm || !counted)
}

fn worded(tokens: &Tokens<'_>, at: usize) -> Option<(f64, usize)> {
    let word = tokens.low(at);
    if part_of_year(word) || fiscal(word).is_some() || (word == "fy" && tokens.kind(at + 1) == Some(Kind::Digits)) {
        let mut found: f64 = fiscal(word).unwrap_or(0.0);
        let mut next = at + 1;
        for _ in 0..3 {
            let gap = usize::from(matches!(tokens.low(next), "/" | "-" | "," | "'" | "of"));
            let low = tokens.low(next + gap);
            let short = (word == "fy" || tokens.low(next) == "/" || tokens.low(next) == "'")
                && low.len() == 2
                && tokens.kind(next + gap) == Some(Kind::Digits);
            if let Some(value) = fiscal(low).or_else(|| year(low).filter(|_| tokens.low(next) != ",")) {
                found = value;
                next += gap + 1;
            } else if part_of_year(low) && gap == 0 || low == "fy" {
                next += gap + 1;
            } else if short {
                if found == 0.0 {
                    found = low.parse::<u32>().map_or(0.0, |n| f64::from(2000 + n));
                }
                next += gap + 1;
            } else {
                break;
            }
        }
        return Some((found, next));
    }
    if month_at(tokens, at) {
        let dot = usize::from(tokens.low(at + 1) == ".");
        let day_at = at + 1 + dot;
        if let Some(value) = year(tokens.low(day_at)) {
            return Some((value, day_at + 1));
        }
        if short_digits(tokens, day_at) && !matches!(tokens.low(day_at + 1), "%" | ":") {
            let ordinal =
                usize::from(tokens.glued(day_at + 1) && matches!(tokens.low(day_at + 1), "st" | "nd" | "rd" | "th"));
            return Some(with_year(tokens, day_at + 1 + ordinal));
        }
        return None;
    }
    let ordinal = matches!(word, "week" | "weeks" | "month" | "sprint" | "day" | "w" | "m");
    let label = ordinal && word.len() > 1 && short_digits(tokens, at + 1) && !super::unit::is_time(tokens.low(at + 2));
    let bare = !matches!(tokens.low(at + 2), "%" | "." | "," | "points" | "pts") || !tokens.glued(at + 3);
    (label && bare).then_some((0.0, at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let check = |text: &str, at: usize, expected: Option<f64>| {
            assert_eq!(read(&Tokens::new(text), at).map(|(year, _)| year), expected, "{text}");
        };
        check("2027-03-31", 0, Some(2027.0));
        check("31/03/2027", 0, Some(2027.0));
        check("31.3.2027", 0, Some(2027.0));
        check("31 March 2027", 0, Some(2027.0));
        check("March 31, 2027", 0, Some(2027.0));
        check("Mar 2024", 0, Some(2024.0));
        check("Q3 FY26", 0, Some(2026.0));
        check("Q3 2026", 0, Some(2026.0));
        check("2026-Q3", 0, Some(2026.0));
        check("FY 2026/27", 0, Some(2026.0));
        check("by 2026", 1, Some(2026.0));
        check("the 2024 rebrand", 1, Some(2024.0));
        check("Q1 says", 0, Some(0.0));
        check("week 2", 0, Some(0.0));
        check("2000 samples", 0, None);
        check("1500", 0, None);
        check("may 5 people", 0, None);
    }
}
