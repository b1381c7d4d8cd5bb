//! Walks the tokens of one text and puts number, unit, range and comparator together.

use std::collections::BTreeSet;

use super::number::{Locale, Number, Reading};
use super::token::{Kind, Tokens};
use super::{Comparator, Unit, comparator, date, number, skip, unit};

/// A quantity before it has its place in the document.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::facts) struct Found {
    pub value: f64,
    pub upper: Option<f64>,
    pub unit: Unit,
    pub comparator: Option<Comparator>,
    pub half: f64,
    pub decimals: u8,
    pub start: usize,
    pub end: usize,
}

/// A number with currency, sign and unit.
#[derive(Debug, Clone)]
struct Amount {
    number: Number,
    unit: Option<Unit>,
    /// First token, currency and sign included.
    first: usize,
    /// First token after the number and unit.
    next: usize,
    scaled: bool,
}

/// All quantities of `text`.
pub(super) fn read(text: &str, heading: bool, locale: Locale, sections: &BTreeSet<String>) -> Vec<Found> {
    let scan = Scan { tokens: Tokens::new(text), locale, sections };
    let mut out: Vec<Found> = Vec::new();
    let mut at = skip::opening(&scan.tokens, heading);
    while at < scan.tokens.len() {
        at = scan.step(at, &mut out).max(at + 1);
    }
    out
}

struct Scan<'a> {
    tokens: Tokens<'a>,
    locale: Locale,
    sections: &'a BTreeSet<String>,
}

impl Scan<'_> {
    fn step(&self, at: usize, out: &mut Vec<Found>) -> usize {
        let tokens = &self.tokens;
        if let Some((year, next)) = date::read(tokens, at) {
            let identifier = tokens.glued(at)
                && matches!(tokens.before(at, 1), "-" | "_" | "#")
                && tokens.kind(at) == Some(Kind::Digits);
            if !identifier {
                self.push(
                    out,
                    at,
                    next,
                    &Number { value: year, decimals: 0, half: 0.0, next, share: false, words: false },
                    None,
                    Unit::Date,
                );
            }
            return next;
        }
        let amount = match self.amount(at) {
            Ok(Some(amount)) => amount,
            Ok(None) => return at + 1,
            Err(next) => return next,
        };
        // "10 → 50 → 100 %": each amount may hand on to the next.
        let mut next = amount.next;
        let mut pending = Some(amount);
        while let Some(amount) = pending {
            next = amount.next;
            pending = self.take(amount, &mut next, out);
        }
        next
    }

    /// An amount at `at`; `Err` where digits stand that are no quantity.
    fn amount(&self, at: usize) -> Result<Option<Amount>, usize> {
        let tokens = &self.tokens;
        let mut next = at;
        let mut money: Option<String> = None;
        // US$, A$, €, EUR
        if tokens.kind(next) == Some(Kind::Word)
            && tokens.low(next + 1) == "$"
            && tokens.glued(next + 1)
            && tokens.low(next).len() <= 3
        {
            money = Some(format!("{}$", tokens.low(next).to_uppercase()));
            next += 2;
        } else if let Some(code) = unit::currency(tokens.low(next)) {
            money = Some(code.to_uppercase());
            next += 1;
        }
        let mut negative = false;
        if matches!(tokens.low(next), "-" | "−" | "–" | "+")
            && tokens.glued(next + 1)
            && (!tokens.glued(next) || matches!(tokens.before(next, 1), "(" | "|" | "[" | ":"))
        {
            let digits = tokens.kind(next + 1) == Some(Kind::Digits)
                || unit::currency(tokens.low(next + 1)).is_some()
                || tokens.low(next + 1) == ".";
            if !digits {
                return Ok(None);
            }
            negative = tokens.low(next) != "+";
            next += 1;
            if let Some(code) = unit::currency(tokens.low(next)) {
                money = Some(code.to_uppercase());
                next += 1;
            }
        }
        let first_is_number = tokens.kind(next) == Some(Kind::Digits) || tokens.low(next) == ".";
        let mut number = if first_is_number {
            if tokens.kind(next) == Some(Kind::Digits)
                && money.is_none()
                && let Some(end) = skip::at(tokens, next, self.sections)
            {
                return Err(end);
            }
            match number::digits(tokens, next, self.locale) {
                Some(Reading::Number(number)) => number,
                Some(Reading::Skip(end)) => return Err(end),
                None => return Ok(None),
            }
        } else if next == at && tokens.kind(at) == Some(Kind::Word) {
            match number::words(tokens, at) {
                Some(number) => number,
                None => return Ok(None),
            }
        } else {
            return if money.is_some() { Err(next) } else { Ok(None) };
        };
        if negative {
            number.value = -number.value;
        }
        let mut next = number.next;
        let mut scaled = false;
        if let Some(factor) = unit::scale(tokens, next, money.is_some()).filter(|_| !number.share) {
            number.value *= factor;
            number.half *= factor;
            next += 1;
            scaled = true;
        }
        let mut found = money.map(Unit::Money);
        if found.is_none()
            && let Some(read) = unit::read(tokens, next, number.share)
        {
            let share_of_time = number.share && read.unit == Unit::Percent;
            if !share_of_time {
                number.value *= read.factor;
                number.half *= read.factor;
                let count_of_ratio = matches!(read.unit, Unit::Count(_))
                    && (number.share || (number.decimals > 0 && number.value.abs() <= 1.0));
                if !count_of_ratio {
                    found = Some(read.unit);
                    next = read.next;
                }
            }
        }
        if found == Some(Unit::Duration) {
            next = self.compound(next, &mut number);
        }
        if number.words && !self.counts(at, &number, found.as_ref()) {
            return Err(number.next);
        }
        Ok(Some(Amount { number, unit: found, first: at, next, scaled }))
    }

    /// "4 h 10 m", "2 hours and 30 minutes".
    fn compound(&self, mut next: usize, number: &mut Number) -> usize {
        let tokens = &self.tokens;
        for _ in 0..2 {
            let gap = usize::from(matches!(tokens.low(next), "and" | ","));
            if tokens.kind(next + gap) != Some(Kind::Digits) {
                break;
            }
            let word = tokens.low(next + gap + 1);
            let factor = if word == "m" { Some(60.0) } else { unit::seconds(word) };
            let (Some(factor), Ok(value)) = (factor, tokens.low(next + gap).parse::<f64>()) else { break };
            if factor * value >= number.value.max(factor * 60.0) || gap == 1 && tokens.low(next) == "," {
                break;
            }
            number.value += factor * value;
            number.half = 0.5 * factor;
            next += gap + 2;
        }
        next
    }

    /// Number words that count nothing are everyday speech: "one of them", "a wrong one costs".
    fn counts(&self, at: usize, number: &Number, unit: Option<&Unit>) -> bool {
        if number.share || number.decimals > 0 || number.value >= 13.0 {
            return true;
        }
        match unit {
            Some(Unit::Count(_)) => {
                number.value >= 2.0 && !matches!(self.tokens.before(at, 1), "the" | "these" | "those" | "all" | "any")
            }
            Some(Unit::Points) if number.value < 2.0 => {
                self.tokens.before(at, 1) == "by" || comparator::before(&self.tokens, at).is_some()
            }
            Some(_) => true,
            None => self.tokens.low(number.next) == "to" || comparator::before(&self.tokens, at).is_some(),
        }
    }

    /// Writes `amount` down. Gives the amount that goes on from it, if there is one, and moves `at` behind what was read.
    fn take(&self, mut amount: Amount, at: &mut usize, out: &mut Vec<Found>) -> Option<Amount> {
        let tokens = &self.tokens;
        let before = tokens.before(amount.first, 1);
        // ±4 %
        if matches!(before, "±" | "+/-" | "+-" | "\u{2213}") {
            let half = amount.number.value;
            let next = amount.next;
            if let Some(last) = out.last_mut() {
                let gap = tokens.get(amount.first - 1).and_then(|mark| tokens.text.get(last.end..mark.start));
                if gap.is_some_and(|gap| gap.trim().is_empty()) {
                    last.half = last.half.max(half);
                    return None;
                }
            }
            let mut number = amount.number.clone();
            number.value = -half;
            let unit = amount.unit.clone().unwrap_or(Unit::Plain);
            self.push(out, amount.first - 1, next, &number, Some(half), unit);
            if let Some(last) = out.last_mut() {
                last.comparator = Some(Comparator::Between);
            }
            return None;
        }
        let joined = self.joined(&amount);
        if let Some((mut upper, range)) = joined {
            if upper.unit.is_none() && !range {
                upper.unit = self.unit_ahead(&upper);
            }
            if amount.unit.is_none()
                || matches!((&amount.unit, &upper.unit), (Some(Unit::Count(_)), Some(unit)) if !matches!(unit, Unit::Count(_)))
            {
                amount.unit.clone_from(&upper.unit);
                if upper.scaled && !amount.scaled && amount.number.value < upper.number.value {
                    let factor = self.scale_of(&upper);
                    if amount.number.value * factor <= upper.number.value || !range {
                        amount.number.value *= factor;
                        amount.number.half *= factor;
                    }
                }
                if upper.unit == Some(Unit::Duration) {
                    let factor = self.duration_of(&upper);
                    amount.number.value *= factor;
                    amount.number.half *= factor;
                }
            } else if upper.unit.is_none() {
                upper.unit.clone_from(&amount.unit);
            }
            let ascending = upper.number.value > amount.number.value && upper.unit == amount.unit;
            if range && ascending {
                let unit = amount.unit.clone().unwrap_or(Unit::Plain);
                self.push(out, amount.first, upper.next, &amount.number, Some(upper.number.value), unit);
                if let Some(last) = out.last_mut() {
                    last.half = last.half.max(upper.number.half);
                    last.comparator = Some(Comparator::Between);
                }
                *at = upper.next;
                return None;
            }
            // Two values that share a unit: "from 50 to 20 minutes", "75 → 90 %".
            let unit = amount.unit.clone().unwrap_or(Unit::Plain);
            self.push(out, amount.first, amount.next, &amount.number, None, unit);
            return Some(upper);
        }
        let unit = amount.unit.clone().unwrap_or(Unit::Plain);
        self.push(out, amount.first, amount.next, &amount.number, None, unit);
        None
    }

    /// Unit of the first later amount of a chain that has one.
    fn unit_ahead(&self, amount: &Amount) -> Option<Unit> {
        let mut last = amount.clone();
        for _ in 0..4 {
            let (next, range) = self.joined(&last)?;
            if range || next.unit.is_some() {
                return next.unit;
            }
            last = next;
        }
        None
    }

    fn scale_of(&self, amount: &Amount) -> f64 {
        unit::scale(&self.tokens, amount.number.next, matches!(amount.unit, Some(Unit::Money(_)))).unwrap_or(1.0)
    }

    fn duration_of(&self, amount: &Amount) -> f64 {
        unit::read(&self.tokens, amount.number.next, amount.number.share).map_or(1.0, |found| found.factor)
    }

    /// The second amount of a range (true) or of a change (false) that follows `amount`.
    fn joined(&self, amount: &Amount) -> Option<(Amount, bool)> {
        let tokens = &self.tokens;
        let at = amount.next;
        let link = tokens.low(at);
        let from = self.says_from(amount.first);
        let (range, skip) = match link {
            "–" | "—" | "‒" | "‐" | "\u{2011}" | "…" => (true, 1),
            "-" => (tokens.glued(at) == tokens.glued(at + 1), 1),
            "to" | "until" | "through" => (!from, 1),
            "." if tokens.low(at + 1) == "." => (true, 2),
            "and" if tokens.before(amount.first, 1) == "between" || tokens.before(amount.first, 2) == "between" => {
                (true, 1)
            }
            "→" | "->" | "⟶" | "➜" | "➔" | "⇒" => (false, 1),
            _ => return None,
        };
        let mut next = at + skip;
        while matches!(tokens.low(next), "about" | "around" | "roughly" | "~" | "≈") {
            next += 1;
        }
        if link == "to" && matches!(tokens.low(next), "at" | "below" | "under" | "above") {
            next += 1 + usize::from(matches!(tokens.low(next + 1), "least" | "most"));
        }
        let found = self.amount(next).ok()??;
        let stop = range && (amount.unit == Some(Unit::Date) || found.number.value < 0.0);
        (!stop).then_some((found, range))
    }

    /// "from 38 to 15", "rises from about 5 to 9".
    fn says_from(&self, first: usize) -> bool {
        (1..=2).any(|back| self.tokens.before(first, back) == "from")
    }

    /// Tokens `first..next` hold the quantity.
    fn push(&self, out: &mut Vec<Found>, first: usize, next: usize, number: &Number, upper: Option<f64>, unit: Unit) {
        let Some(start) = self.tokens.get(first).map(|token| token.start) else { return };
        let end = self.tokens.get(next.saturating_sub(1)).map_or(start, |token| token.end);
        let comparator = if unit == Unit::Date {
            None
        } else {
            comparator::before(&self.tokens, first).or_else(|| comparator::after(&self.tokens, next))
        };
        out.push(Found {
            value: number.value,
            upper,
            unit,
            comparator,
            half: number.half.abs(),
            decimals: number.decimals,
            start,
            end,
        });
    }
}

#[cfg(test)]
mod tests;
