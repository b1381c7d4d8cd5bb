//! Dates as places in a calendar, so that two of them can be put in order. Partial dates stand for their last day.

use crate::facts::month;

/// Days of a month and of a year as they are counted here: only the order matters.
const MONTH: f64 = 31.0;
const YEAR: f64 = 12.0 * MONTH;

/// The parts of a date as they are found.
#[derive(Default)]
struct Parts {
    year: Option<f64>,
    /// Last month of the part of the year that is named.
    month: Option<f64>,
    label: Option<&'static str>,
    small: Vec<f64>,
    year_first: bool,
}

/// Scale and place of a date as it is written ("31 March 2027", "2027-03-31", "Q3 2026", "week 2"); none for what is no date. Dates of
/// one scale can be compared.
pub(super) fn day(text: &str) -> Option<(&'static str, f64)> {
    let low = text.to_lowercase();
    let mut parts = Parts::default();
    for word in low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        parts.read(word);
    }
    parts.place()
}

impl Parts {
    fn read(&mut self, word: &str) {
        let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        let number: Option<f64> = digits.parse().ok();
        match (letters.as_str(), number) {
            ("", Some(year)) if digits.len() == 4 && self.year.is_none() => {
                self.year_first = self.month.is_none() && self.small.is_empty();
                self.year = Some(year);
            }
            ("fy" | "cy", Some(year)) if self.year.is_none() => {
                self.year = Some(if digits.len() == 2 { 2000.0 + year } else { year });
            }
            ("q", Some(quarter)) => self.month = Some(quarter * 3.0),
            ("h", Some(half)) => self.month = Some(half * 6.0),
            ("" | "st" | "nd" | "rd" | "th", Some(small)) if digits.len() <= 2 => self.small.push(small),
            ("week" | "weeks" | "w", number) => self.label("week", number),
            ("month" | "m", number) => self.label("month", number),
            ("sprint", number) => self.label("sprint", number),
            ("day", number) => self.label("day of the project", number),
            (name, None) if self.month.is_none() => self.month = month(name).map(f64::from),
            _ => {}
        }
    }

    fn label(&mut self, label: &'static str, number: Option<f64>) {
        self.label = Some(label);
        self.small.extend(number);
    }

    fn place(self) -> Option<(&'static str, f64)> {
        let first = self.small.first().copied();
        if let Some(label) = self.label {
            return Some((label, self.year.unwrap_or_default() * YEAR + first?));
        }
        let (month, day) = match (self.month, first, self.small.get(1).copied(), self.year_first) {
            (Some(month), day, ..) => (month, day.unwrap_or(MONTH)),
            // The day comes first, as in most places; where it cannot be one, the month does.
            (None, Some(one), Some(two), year_first) => {
                let month_first = year_first || two > 12.0;
                if month_first { (one, two) } else { (two, one) }
            }
            (None, Some(month), None, true) => (month, MONTH),
            (None, ..) => (12.0, MONTH),
        };
        let within = (month - 1.0) * MONTH + day;
        match self.year {
            Some(year) => Some(("day", year * YEAR + within)),
            None => self.month.map(|_| ("day of a year", within)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stand_in_their_order() {
        let order = [
            "2026",
            "15 January 2027",
            "2027-02-01",
            "31/03/2027",
            "1 April 2027",
            "April 2027",
            "Q2 2027",
            "2027-Q3",
            "30.9.2027",
            "October 3rd, 2027",
            "H2 2027",
            "FY28",
        ];
        let places: Vec<(&str, f64)> = order.iter().map(|text| day(text).unwrap()).collect();
        for (pair, names) in places.windows(2).zip(order.windows(2)) {
            assert_eq!(pair[0].0, "day", "{names:?}");
            assert!(pair[0].1 < pair[1].1 || names == ["2027-Q3", "30.9.2027"], "{names:?}: {pair:?}");
        }
        assert!(day("week 2").unwrap() < day("week 10").unwrap());
        assert_ne!(day("week 2").unwrap().0, day("2 March").unwrap().0);
        assert!(day("31 March").unwrap().1 < day("Q2").unwrap().1);
        assert_eq!(day("soon"), None);
        assert_eq!(day("Market launch 2027"), day("2027"), "no month begins it");
        assert_eq!(day("Sept. 2027"), day("September 2027"));
    }
}
