//! What follows a number: percent, points, money, time, a counted noun. Never the number itself.

use super::Unit;
use super::token::{Kind, Tokens};

/// A unit with the factor that brings the value to its scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// The unit.
    pub unit: Unit,
    /// Multiplies the value.
    pub factor: f64,
    /// First token after it.
    pub next: usize,
}

/// Seconds in a unit of time.
pub(super) fn seconds(word: &str) -> Option<f64> {
    Some(match word {
        "ns" => 1e-9,
        "µs" | "us" | "microseconds" => 1e-6,
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "week" | "weeks" | "wk" | "wks" => 604_800.0,
        "fortnight" | "fortnights" => 1_209_600.0,
        "month" | "months" | "mo" | "mos" => 2_629_800.0,
        "quarters" => 7_889_400.0,
        "year" | "years" | "yr" | "yrs" => 31_557_600.0,
        _ => return None,
    })
}

/// True for a word that measures time.
pub(super) fn is_time(word: &str) -> bool {
    seconds(word).is_some()
}

/// Money before or after the number.
pub(super) fn currency(low: &str) -> Option<&str> {
    matches!(
        low,
        "$" | "€"
            | "£"
            | "¥"
            | "₹"
            | "usd"
            | "eur"
            | "gbp"
            | "chf"
            | "jpy"
            | "cny"
            | "inr"
            | "aud"
            | "cad"
            | "nzd"
            | "sek"
            | "nok"
            | "dkk"
            | "pln"
            | "czk"
            | "sgd"
            | "hkd"
            | "aed"
            | "zar"
            | "brl"
    )
    .then_some(low)
}

fn money_word(low: &str) -> bool {
    matches!(low, "dollar" | "dollars" | "euro" | "euros" | "pounds" | "francs" | "rupees" | "yen")
}

/// Units of size and engineering that are kept as counts.
fn measure_word(low: &str) -> bool {
    matches!(
        low,
        "gb" | "mb"
            | "kb"
            | "tb"
            | "pb"
            | "gib"
            | "mib"
            | "tib"
            | "px"
            | "dpi"
            | "hz"
            | "khz"
            | "mhz"
            | "ghz"
            | "kw"
            | "kwh"
            | "mwh"
            | "km"
            | "kg"
            | "cm"
            | "mm"
            | "mg"
            | "fps"
            | "rps"
            | "qps"
            | "tps"
            | "fte"
            | "ftes"
            | "vcpu"
            | "vcpus"
            | "cpu"
            | "gpu"
            | "gpus"
            | "tokens"
            | "pt"
    )
}

/// Scale letters right behind the digits ("41k", "2.9 bn", "€14.2m").
pub(super) fn scale(tokens: &Tokens<'_>, at: usize, money: bool) -> Option<f64> {
    let token = tokens.get(at)?;
    if token.kind != Kind::Word {
        return None;
    }
    let noun_follows =
        tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Word && !next.glued && !is_stop(&next.low));
    match (&*token.low, token.glued) {
        ("k", _) => Some(1e3),
        ("m", true) => (money || token.capital || noun_follows).then_some(1e6),
        ("m", false) => (money || noun_follows).then_some(1e6),
        ("b", true) if money || token.capital || noun_follows => Some(1e9),
        (word, _) => super::number::scale(word).filter(|_| word != "hundreds"),
    }
}

/// True when the letters glued behind digits make no unit ("3f2a", "1st", "5xx").
pub(super) fn spoils(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    if token.kind != Kind::Word || !token.glued {
        return false;
    }
    let low = &*token.low;
    let known = seconds(low).is_some()
        || currency(low).is_some()
        || measure_word(low)
        || super::number::scale(low).is_some()
        || matches!(
            low,
            "k" | "m" | "b" | "w" | "y" | "x" | "pp" | "ppt" | "pts" | "pct" | "bps" | "percent" | "g" | "c" | "v"
        );
    !known
}

/// Reads the unit at token `at`. `share`: the number is a part of a whole ("half a day").
pub(super) fn read(tokens: &Tokens<'_>, at: usize, share: bool) -> Option<Found> {
    let found = |unit: Unit, factor: f64, next: usize| Some(Found { unit, factor, next });
    let hyphen = usize::from(tokens.low(at) == "-" && tokens.glued(at) && tokens.glued(at + 1));
    let word_at = at + hyphen;
    let word = tokens.low(word_at);
    match word {
        "%" | "percent" | "pct" | "procent" | "prozent" => {
            let gap = usize::from(tokens.low(word_at + 1) == "-");
            if matches!(tokens.low(word_at + 1 + gap), "point" | "points" | "pts" | "pt") {
                return found(Unit::Points, 1.0, word_at + 2 + gap);
            }
            return found(Unit::Percent, 1.0, word_at + 1);
        }
        "per" if tokens.low(word_at + 1) == "cent" || tokens.reads(word_at + 1, &["-", "cent"]) => {
            let next = if tokens.low(word_at + 1) == "cent" { word_at + 2 } else { word_at + 3 };
            if matches!(tokens.low(next), "point" | "points") {
                return found(Unit::Points, 1.0, next + 1);
            }
            return found(Unit::Percent, 1.0, next);
        }
        "‰" => return found(Unit::Percent, 0.1, word_at + 1),
        "per" if matches!(tokens.low(word_at + 1), "mille" | "mil") => return found(Unit::Percent, 0.1, word_at + 2),
        "percentage" if matches!(tokens.low(word_at + 1), "point" | "points" | "pts") => {
            return found(Unit::Points, 1.0, word_at + 2);
        }
        "pp" | "ppt" | "pts" | "points" | "point" => return found(Unit::Points, 1.0, word_at + 1),
        "p" if tokens.reads(word_at + 1, &[".", "p"]) => {
            return found(Unit::Points, 1.0, word_at + 3 + usize::from(tokens.low(word_at + 3) == "."));
        }
        "pt" if hyphen == 0 => return found(Unit::Points, 1.0, word_at + 1),
        "bps" | "bp" => return found(Unit::Points, 0.01, word_at + 1),
        "basis" if tokens.low(word_at + 1) == "points" => return found(Unit::Points, 0.01, word_at + 2),
        "x" | "×" if tokens.glued(word_at) && tokens.kind(word_at + 1) != Some(Kind::Digits) => {
            return found(Unit::Times, 1.0, word_at + 1);
        }
        "times" => return found(Unit::Times, 1.0, word_at + 1),
        _ => {}
    }
    if let Some(code) = currency(word) {
        return found(Unit::Money(code.to_uppercase()), 1.0, word_at + 1);
    }
    if money_word(word) {
        return found(Unit::Money(word.to_owned()), 1.0, word_at + 1);
    }
    // "half a day", "ten working days", "5 bus. days"
    let mut time_at = word_at;
    if share && matches!(word, "a" | "an") {
        time_at += 1;
    }
    if matches!(tokens.low(time_at), "working" | "business" | "calendar" | "full" | "consecutive" | "elapsed") {
        time_at += 1;
    }
    if let Some(factor) = seconds(tokens.low(time_at)) {
        let agent =
            tokens.low(time_at + 1) == "-" && tokens.glued(time_at + 1) && tokens.glued(time_at + 2) && hyphen == 0;
        if !agent {
            return found(Unit::Duration, factor, time_at + 1);
        }
    }
    if measure_word(word) {
        return found(Unit::Count(word.to_owned()), 1.0, word_at + 1);
    }
    noun(tokens, word_at).map(|noun| Found { unit: Unit::Count(noun), factor: 1.0, next: at })
}

/// Words that end a noun phrase.
pub(in crate::facts) fn is_stop(word: &str) -> bool {
    const WORDS: &str = " of in on at for to from by with and or the a an is are was were be been being will must shall should can could may might \
        that which than per each every more less fewer other as if when because but not no nor this these those it its we they our their \
        your his her he she you i then so out after before until since over under above below within between has have had do does did \
        via only also all both either neither lower higher better worse apart ago later earlier now today plus minus whenever while \
        whereas where who whose what how during through against without across into onto up down off about around too very yes let \
        go goes get gets come comes take takes make makes give gives fall falls rise rises stay stays remain reach reaches exceed exceeds \
        instead rather still already yet once twice again ";
    let mut padded = String::with_capacity(word.len() + 2);
    padded.push(' ');
    padded.push_str(word);
    padded.push(' ');
    WORDS.contains(padded.as_str())
}

/// The counted noun at `at`: up to three plain words, ending with the first plural.
fn noun(tokens: &Tokens<'_>, at: usize) -> Option<String> {
    let first = tokens.get(at)?;
    let mut end_at = None;
    let mut word_at = at;
    for n in 0..3 {
        let Some(token) = tokens.get(word_at) else { break };
        let plain = token.kind == Kind::Word
            && !token.capital
            && !is_stop(&token.low)
            && token.low.chars().all(|c| c.is_alphabetic() || c == '\'');
        if !plain || (n == 0 && token.glued && tokens.before(word_at, 1) != "-") {
            break;
        }
        let mut last = word_at;
        while tokens.low(last + 1) == "-"
            && tokens.glued(last + 1)
            && tokens.glued(last + 2)
            && tokens.kind(last + 2) == Some(Kind::Word)
        {
            last += 2;
        }
        let plural =
            tokens.get(last).is_some_and(|t| t.low.len() > 3 && t.low.ends_with('s') && !t.low.ends_with("ss"))
                || tokens
                    .get(last)
                    .is_some_and(|t| matches!(&*t.low, "people" | "staff" | "men" | "women" | "children" | "data"));
        if n == 0 || plural {
            end_at = Some(last);
        }
        if plural {
            break;
        }
        word_at = last + 1;
    }
    let end = tokens.get(end_at?)?.end;
    tokens.text.get(first.start..end).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        let check = |text: &str, unit: Unit, factor: f64| {
            let found = read(&Tokens::new(text), 1, false);
            assert_eq!(found.map(|found| (found.unit, found.factor)), Some((unit, factor)), "{text}");
        };
        let count = |noun: &str| Unit::Count(noun.to_owned());
        check("5 %", Unit::Percent, 1.0);
        check("5 per cent", Unit::Percent, 1.0);
        check("5 ‰", Unit::Percent, 0.1);
        check("5 percentage points", Unit::Points, 1.0);
        check("5 %-points", Unit::Points, 1.0);
        check("5 pp", Unit::Points, 1.0);
        check("3x", Unit::Times, 1.0);
        check("200ms", Unit::Duration, 0.001);
        check("10 business days", Unit::Duration, 86_400.0);
        check("8-week pilot", Unit::Duration, 604_800.0);
        check("60 EUR", Unit::Money("EUR".into()), 1.0);
        check("12 annotators", count("annotators"), 1.0);
        check("60 false alarms/day", count("false alarms"), 1.0);
        check("5 senior triage agents", count("senior triage agents"), 1.0);
        check("300 agent-hours/mo", count("agent-hours"), 1.0);
        check("16 GB", count("gb"), 1.0);
        assert_eq!(read(&Tokens::new("5 of them"), 1, false), None);
    }
}
