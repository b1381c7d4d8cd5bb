//! Dates as stretches of days that can be put in order. Knows the calendar, not the clock.

use crate::facts;

/// First and last day that a date may mean, as numbers that grow with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) first: i64,
    pub(super) last: i64,
}

/// Reads "2026-03-01", "2026-03", "1 March 2026", "March 1, 2026", "March 2026", "Q3 2026", "2026-Q3", "H1 2026" and "01.03.2026". `None` where the
/// year is missing or the order of day and month is open.
pub(super) fn read(text: &str) -> Option<Days> {
    let low = text.to_lowercase();
    let words: Vec<&str> =
        low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "of").collect();
    let number = |word: &str| {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        let ordinal = matches!(word.get(digits.len()..), Some("" | "st" | "nd" | "rd" | "th"));
        digits.parse::<i64>().ok().filter(|_| ordinal)
    };
    let year = |word: &str| number(word).filter(|year| (1950..=2100).contains(year));
    let month = |word: &str| facts::month(word).map(|number| i64::from(number) - 1);
    let part = |word: &str| match word {
        "q1" => Some((0, 2)),
        "q2" => Some((3, 5)),
        "q3" => Some((6, 8)),
        "q4" => Some((9, 11)),
        "h1" => Some((0, 5)),
        "h2" => Some((6, 11)),
        _ => None,
    };
    match words.as_slice() {
        [y, m, d] if year(y).is_some() => day(year(y)?, number(m)? - 1, number(d)?),
        [d, m, y] if month(m).is_some() => day(year(y)?, month(m)?, number(d)?),
        [m, d, y] if month(m).is_some() => day(year(y)?, month(m)?, number(d)?),
        [d, m, y] if low.contains('.') => day(year(y)?, number(m)? - 1, number(d)?),
        [m, y] if month(m).is_some() => stretch(year(y)?, month(m)?, month(m)?),
        [q, y] if part(q).is_some() => part(q).and_then(|(from, to)| stretch(year(y)?, from, to)),
        [y, q] if part(q).is_some() => part(q).and_then(|(from, to)| stretch(year(y)?, from, to)),
        [y, m] if year(y).is_some() => {
            let month = number(m).filter(|month| (1..=12).contains(month))? - 1;
            stretch(year(y)?, month, month)
        }
        _ => None,
    }
}

/// Every month has 31 places: days keep their order.
fn day(year: i64, month: i64, day: i64) -> Option<Days> {
    let valid = (0..12).contains(&month) && (1..=31).contains(&day);
    let number = year * 372 + month * 31 + day - 1;
    valid.then_some(Days { first: number, last: number })
}

fn stretch(year: i64, from: i64, to: i64) -> Option<Days> {
    (0..12).contains(&from).then_some(Days { first: year * 372 + from * 31, last: year * 372 + to * 31 + 30 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_put_in_order() {
        let order = [
            "2026-02-28",
            "1 March 2026",
            "March 2nd, 2026",
            "03.03.2026",
            "2026-04",
            "May 2026",
            "Q3 2026",
            "2026-Q4",
            "H1 2027",
        ];
        let days: Vec<Days> =
            order.iter().map(|text| read(text).unwrap_or_else(|| panic!("{text} is not read"))).collect();
        for (pair, names) in days.windows(2).zip(order.windows(2)) {
            assert!(pair[0].last < pair[1].first, "{names:?}");
        }
        for open in ["3 March", "March", "Q3", "05/06/2026", "2026-13-01", "", "week 7"] {
            assert_eq!(read(open), None, "{open}");
        }
    }
}
