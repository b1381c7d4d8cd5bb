//! Points in time as people and programs read them.

use crate::store::{DAY, Millis};
use crate::text::Date;

/// `2027-01-31T08:05:09Z` (RFC 3339).
pub(super) fn rfc3339(at: Millis) -> String {
    let seconds = at.rem_euclid(DAY) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}Z", Date::of_day(at.div_euclid(DAY)))
}

/// `2027-01-31 08:05:09 UTC`.
pub(super) fn plain(at: Millis) -> String {
    rfc3339(at).replace('T', " ").replace('Z', " UTC")
}

/// When a day began in UTC; none for what is no day.
pub(super) fn day(text: &str) -> Option<Millis> {
    Date::parse(text).map(|day| day.day_number().saturating_mul(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_days_are_read() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_801_382_709_999), "2027-01-31T08:05:09Z");
        assert_eq!(plain(1_801_382_709_999), "2027-01-31 08:05:09 UTC");
        assert_eq!(day("2027-01-31"), Some(1_801_353_600_000));
        assert_eq!(day("2027-02-30"), None);
        assert_eq!(day("yesterday"), None);
    }
}
