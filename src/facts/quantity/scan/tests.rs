//! What is a number, and what only looks like one.

use super::*;

fn show(text: &str) -> String {
    let sections = ["5.2".to_owned(), "1.1".to_owned(), "4.2".to_owned()].into_iter().collect();
    let found = read(text, false, Locale::of(text), &sections);
    let one = |found: &Found| {
        let sign = found.comparator.map_or("", Comparator::sign);
        let round = |value: f64| (value * 1e6).round() / 1e6;
        let value = match found.upper {
            Some(upper) => format!("{}..{}", round(found.value), round(upper)),
            None => format!("{sign}{}", round(found.value)),
        };
        match &found.unit {
            Unit::Plain => value,
            Unit::Percent => format!("{value}%"),
            Unit::Points => format!("{value}pp"),
            Unit::Times => format!("{value}x"),
            Unit::Money(currency) => format!("{currency}{value}"),
            Unit::Duration => format!("{value}s"),
            Unit::Date => format!("@{value}"),
            Unit::Count(noun) => format!("{value} {noun}"),
        }
    };
    found.iter().map(one).collect::<Vec<_>>().join(" | ")
}

#[test]
fn quantities_are_read_from_sentences() {
    let mut wrong = Vec::new();
    let mut check = |text: &str, expected: &str| {
        if show(text) != expected {
            wrong.push(format!("{text}: {} and not {expected}", show(text)));
        }
    };
    check("Recall shall be at least 0.92.", ">=0.92");
    check("a recall of no less than 92 per cent", ">=92%");
    check("precision must not fall below 85 %", ">=85%");
    check("between 0.8 and 0.9", "0.8..0.9");
    check("71–74% fixed at the first visit", "71..74%");
    check("88 to 92 %", "88..92%");
    check("0.80-0.85", "0.8..0.85");
    check("within ±4 %", "-4..4%");
    check("within +/- 4 points", "-4..4pp");
    check("0.85 ± 0.02", "0.85");
    check("within three points of the survey", "<=3pp");
    check("shrinks from 50 to 20 minutes", "3000s | 1200s");
    check("sink from 310 to 150 a month", "310 | 150");
    check("62% → 80% by end of Q1 FY28", "62% | 80% | @2028");
    check("3 h 20 m → 1 h 10 m, same date", "12000s | 4200s");
    check("700 → 250 nurse-hours/mo", "700 nurse-hours | 250 nurse-hours");
    check("throw away paint worth €3.7m a year", "€3700000");
    check("costs $2,300 avg", "$2300");
    check("US$ 2.5 million", "US$2500000");
    check("60k EUR", "EUR60000");
    check("1.7 bn rows and 430 m rows", "1700000000 rows | 430000000 rows");
    check("28k calls/mo", "28000 calls");
    check("about 2.6 million receipts", "~2600000 receipts");
    check("nineteen in twenty", "0.95");
    check("forty-five percent of alarms", "45%");
    check("zero point nine five", "0.95");
    check("The agreement MUST stay above zero point six;", ">0.6");
    check("99,2 % of cases", "99.2%");
    check("0,9 or better", "0.9");
    check("5‰ of requests", "0.5%");
    check("3x faster", "3x");
    check("90%+ of answers", ">=90%");
    check("8 foresters, 3 senior tree surveyors", "8 foresters | 3 senior tree surveyors");
    check("two reviewers for half a day", "2 reviewers | 43200s");
    check("p95 < 200 ms at 40 requests/s", "<0.2s | 40 requests");
    check("by 31 March 2027, at the latest", "@2027");
    check("Jan 2023 to now", "@2023");
    check("a third of the orders, two thirds of the value", "0.333333 | 0.666667");
    check("+5 points and -40 % cost", "5pp | -40%");
    check("a 90-day window in an 8-week pilot", "7776000s | 4838400s");
    check("loss of more than seven points", ">7pp");
    check("Recall \\geq 0.9", ">=0.9");
    check("up to 4 similar pictures", "<=4 similar pictures");
    check("1 in 8 lands on the wrong shelf", "0.125");
    check("450,000 sharp photographs", "450000 sharp photographs");
    check("35 to 45 parcels a day", "35..45 parcels");
    check("7.2 % | 4.6 %", "7.2% | 4.6%");
    check("| 11 | 4 |", "11 | 4");
    check("F1 0.85, AUC .91", "0.85 | 0.91");
    check("€0.12 against €0.72", "€0.12 | €0.72");
    check("5 → 40 → 100%", "5% | 40% | 100%");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_and_labels_are_no_quantities() {
    let mut wrong = Vec::new();
    let mut check = |text: &str| {
        if !show(text).is_empty() {
            wrong.push(format!("{text}: {}", show(text)));
        }
    };
    check("B.2 Every depot plans for itself");
    check("3.2 Metrics");
    check("FR-12, G1, KPI-2 and DOC-417 apply");
    check("see section 5 and § 4, step 3 of phase 2");
    check("as sections 5.2 and 1.1 say, and the levels in 4.2");
    check("v2.1 on Python 3.12 with GPT-4o in us-east-1");
    check("ISO 27001 and Article 9 or Articles 9, 10 and 15");
    check("F1, p95, recall@10, P10 and macro-F1");
    check("open 24/7, counted at 18:00");
    check("call +44 20 7946 0958");
    check("commit 3f2a9c1 of release 1.4.2");
    check("the 95th percentile of the 1990s");
    check("https://example.org/a-12?b=3");
    check("split 80/20 or 70/15/15");
    check("one of them, a wrong one costs more");
    check("part 12-3456-78");
    check("a third party pays every quarter");
    check("the first half of the year");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
