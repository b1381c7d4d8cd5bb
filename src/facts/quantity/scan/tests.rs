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
    check("89–91% right on first hop", "89..91%");
    check("88 to 92 %", "88..92%");
    check("0.80-0.85", "0.8..0.85");
    check("within ±4 %", "-4..4%");
    check("within +/- 4 points", "-4..4pp");
    check("0.85 ± 0.02", "0.85");
    check("within three points of real traffic", "<=3pp");
    check("falls from 38 to 15 minutes", "2280s | 900s");
    check("fall from 420 to 200 a month", "420 | 200");
    check("75% → 90% by end of Q3 FY26", "75% | 90% | @2026");
    check("4 h 10 m → 2 h 30 m, same date", "15000s | 9000s");
    check("960 → 300 agent-hours/mo", "960 agent-hours | 300 agent-hours");
    check("write off food worth €14.2m a year", "€14200000");
    check("costs $1,400 avg", "$1400");
    check("US$ 2.5 million", "US$2500000");
    check("60k EUR", "EUR60000");
    check("2.9 bn rows and 640 m rows", "2900000000 rows | 640000000 rows");
    check("41k tickets/mo", "41000 tickets");
    check("about 1.9 million documents", "~1900000 documents");
    check("nineteen in twenty", "0.95");
    check("sixty-five percent of alerts", "65%");
    check("zero point nine five", "0.95");
    check("Weighted kappa MUST stay above zero point seven;", ">0.7");
    check("99,2 % of cases", "99.2%");
    check("0,9 or better", "0.9");
    check("5‰ of requests", "0.5%");
    check("3x faster", "3x");
    check("90%+ of answers", ">=90%");
    check("12 annotators, 5 senior triage agents", "12 annotators | 5 senior triage agents");
    check("two reviewers for half a day", "2 reviewers | 43200s");
    check("p95 < 200 ms at 40 requests/s", "<0.2s | 40 requests");
    check("by 31 March 2027, at the latest", "@2027");
    check("Jan 2023 to now", "@2023");
    check("a third of the orders, two thirds of the value", "0.333333 | 0.666667");
    check("+5 points and -40 % cost", "5pp | -40%");
    check("a 90-day window in an 8-week pilot", "7776000s | 4838400s");
    check("drop of more than ten points", ">10pp");
    check("Recall \\geq 0.9", ">=0.9");
    check("up to 3 similar questions", "<=3 similar questions");
    check("1 in 4 goes to the wrong team", "0.25");
    check("300,000 clean documents", "300000 clean documents");
    check("55 to 60 questions a day", "55..60 questions");
    check("5.4 % | 3.9 %", "5.4% | 3.9%");
    check("| 11 | 4 |", "11 | 4");
    check("F1 0.85, AUC .91", "0.85 | 0.91");
    check("€0.09 against €0.55", "€0.09 | €0.55");
    check("10 → 50 → 100%", "10% | 50% | 100%");
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
    check("A.1 Each of our stores orders for itself");
    check("3.2 Metrics");
    check("FR-12, G1, KPI-2 and LGL-883 apply");
    check("see section 5 and § 4, step 3 of phase 2");
    check("as sections 1.1 and 5.2 say, and the levels in 4.2");
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
