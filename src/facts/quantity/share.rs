//! Parts of a whole: "3/5", "19 out of 20", "1.9 in a hundred". Knows no percentages.

use super::number::{Locale, Number, Reading, cardinal, scale, whole};
use super::token::{Kind, Tokens};

/// "3/5", "1 in 4", "19 out of 20".
pub(super) fn fraction_of(tokens: &Tokens<'_>, at: usize, number: Number) -> Number {
    let next = number.next;
    if let Some(found) = of_a_round_number(tokens, &number) {
        return found;
    }
    if number.decimals > 0 || number.value < 1.0 {
        return number;
    }
    let below = |at: usize, skip: usize| -> Option<(f64, usize)> {
        let found = match tokens.kind(at)? {
            Kind::Digits => match whole(tokens, at, Locale::default())? {
                Reading::Number(found) => found,
                Reading::Skip(_) => return None,
            },
            _ => cardinal(tokens, at)?,
        };
        (found.decimals == 0 && found.value > number.value && found.value >= 2.0 && skip > 0)
            .then_some((found.value, found.next))
    };
    let slash = tokens.low(next) == "/"
        && tokens.glued(next)
        && tokens.glued(next + 1)
        && tokens.kind(next + 1) == Some(Kind::Digits);
    if slash {
        let own = tokens.before(at, 1) != "/"
            && tokens.low(next + 2) != "/"
            && !matches!(tokens.before(at, 1), "on" | "by" | "since" | "until" | "dated" | "due");
        if own
            && let Some((whole, after)) = below(next + 1, 1)
            && whole <= 100.0
            && !super::date::is_month(tokens.before(at, 1))
        {
            return share(number.value / whole, after, number.words);
        }
        return number;
    }
    let skip = match (tokens.low(next), tokens.low(next + 1)) {
        ("in" | "of", "every") | ("out", "of") => 2,
        ("in", _) => 1,
        // "The 1-in-300 random picks".
        ("-", "in") if tokens.glued(next) && tokens.low(next + 2) == "-" => 3,
        // "65 of 100": of other numbers it may be a choice ("two of five teams").
        ("of", _) if matches!(below(next + 1, 1), Some((100.0 | 1000.0, _))) => 1,
        _ => 0,
    };
    let Some((whole, after)) = below(next + skip, skip) else { return number };
    let year = (1900.0..2100.0).contains(&whole);
    let span = super::unit::is_time(tokens.low(after))
        || matches!(tokens.low(after), "%" | "." | ",")
            && tokens.glued(after + 1)
            && tokens.kind(after + 1) == Some(Kind::Digits);
    if year || span || tokens.low(after) == "%" { number } else { share(number.value / whole, after, number.words) }
}

/// "1.9 in a hundred", "eleven in ten thousand", "three enquiries in every ten": whatever stands before it, a power of ten is the whole.
fn of_a_round_number(tokens: &Tokens<'_>, number: &Number) -> Option<Number> {
    /// Words for what is counted, between the number and its whole.
    const BETWEEN: usize = 2;
    let each = |at: usize| tokens.low(at) == "in" && matches!(tokens.low(at + 1), "every" | "each");
    let named = (0..=BETWEEN)
        .take_while(|words| (0..*words).all(|at| tokens.kind(number.next + at) == Some(Kind::Word)))
        .find(|words| each(number.next + words) || *words == 0 && tokens.low(number.next) == "in")?;
    let at = number.next + named + 1;
    let article = usize::from(matches!(tokens.low(at), "every" | "each" | "a" | "the"));
    let (whole, next) = match tokens.kind(at + article)? {
        Kind::Digits => match whole(tokens, at + article, Locale::default())? {
            Reading::Number(found) => (found.value, found.next),
            Reading::Skip(_) => return None,
        },
        // "ten thousand", "hundred".
        Kind::Word => match (cardinal(tokens, at + article), scale(tokens.low(at + article))) {
            (Some(found), _) => (found.value, found.next),
            (None, Some(scale)) => (scale, at + article + 1),
            (None, None) => return None,
        },
        Kind::Mark => return None,
    };
    let is_round = [10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0].contains(&whole);
    // "in 10 minutes", "in 100 days", "in 10 %".
    let of_time = super::unit::is_time(tokens.low(next)) || tokens.low(next) == "%";
    // "in ten" may be anything: "two teams in ten cities".
    let sure = article > 0 || whole >= 100.0 || named > 0;
    if !is_round || of_time || !sure || number.value >= whole || number.value < 0.0 {
        return None;
    }
    let half = if number.decimals > 0 { number.half.max(0.5 * 0.1_f64.powi(i32::from(number.decimals))) } else { 0.0 };
    Some(Number {
        value: number.value / whole,
        decimals: 0,
        half: half / whole,
        next,
        share: true,
        words: number.words,
    })
}

pub(super) fn share(value: f64, next: usize, words: bool) -> Number {
    let exact = ((value * 1000.0).round() - value * 1000.0).abs() < 1e-9;
    Number { value, decimals: 0, half: if exact { 0.0 } else { 0.005 }, next, share: true, words }
}
