//! Holds the table of requirements against the pages: nothing of the article is left out, no code is made up, no rule is forgotten.
#![allow(clippy::expect_used)] // A test on a file.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../docs/coverage.md");

/// Criteria of the critique, whether their page exists yet or not.
fn criteria() -> BTreeSet<String> {
    let numbered = |letters: &str, most: u32| (1..=most).map(|n| format!("{letters}{n}")).collect::<Vec<_>>();
    [numbered("MR", 10), numbered("GF", 5), vec!["RC".to_owned()]].concat().into_iter().collect()
}

/// Codes of the rules that come with the program.
fn rules() -> BTreeSet<String> {
    let (set, _) = specreview::rules::builtin();
    set.rules.iter().filter(|rule| rule.pack == "core").map(|rule| rule.code.clone()).collect()
}

/// Cells of the rows of the table below a heading.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, below) = PAGE.split_once(heading).expect("the heading is there");
    let until = below.find("\n#").unwrap_or(below.len());
    let lines = below.get(..until).unwrap_or_default().lines().filter(|line| line.starts_with('|'));
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect();
    lines.skip(2).map(cells).collect()
}

fn requirements() -> Vec<Vec<&'static str>> {
    rows("# What the checklist covers")
}

fn beyond() -> Vec<&'static str> {
    rows("## Beyond the article").iter().filter_map(|row| row.first().copied()).collect()
}

fn codes(row: &[&'static str]) -> Vec<&'static str> {
    row.get(3).map_or_else(Vec::new, |cell| cell.split(", ").collect())
}

#[test]
fn every_requirement_of_the_article_is_there_once_and_in_order() {
    let numbers: Vec<u32> = requirements().iter().filter_map(|row| row.first()?.parse().ok()).collect();
    assert_eq!(numbers, (1..=101).collect::<Vec<_>>());
    for row in requirements() {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
}

#[test]
fn every_code_is_a_rule_or_a_criterion() {
    let known: BTreeSet<String> = rules().union(&criteria()).cloned().collect();
    for row in requirements() {
        // The one requirement that no page can stand for: to check against a list at all.
        if row.get(3) == Some(&"this program") {
            assert_eq!(row.first(), Some(&"94"));
            continue;
        }
        for code in codes(&row) {
            assert!(known.contains(code), "{code} in row {:?} is neither a rule nor a criterion", row.first());
        }
    }
    for code in beyond() {
        assert!(rules().contains(code), "{code} is no rule");
    }
}

#[test]
fn no_rule_is_forgotten() {
    let named: BTreeSet<&str> = requirements().iter().flat_map(|row| codes(row)).chain(beyond()).collect();
    let forgotten: Vec<String> = rules().into_iter().filter(|code| !named.contains(code.as_str())).collect();
    assert_eq!(
        forgotten,
        Vec::<String>::new(),
        "name them in docs/coverage.md, or mark them as going beyond the article"
    );
}

/// A page that goes beyond the article says so to its reader.
#[test]
fn pages_that_go_beyond_the_article_say_so() {
    let (set, _) = specreview::rules::builtin();
    for rule in set.rules.iter().filter(|rule| beyond().contains(&rule.code.as_str())) {
        let said = rule.source.iter().any(|source| source.contains("goes beyond"));
        assert!(said, "{}: `source` does not say that the rule goes beyond the article", rule.code);
    }
    let silent: Vec<&str> = set
        .rules
        .iter()
        .filter(|rule| {
            rule.pack == "core" && !rule.source.iter().any(|source| source.contains("Technical Specification"))
        })
        .map(|rule| rule.code.as_str())
        .collect();
    assert_eq!(silent, Vec::<&str>::new(), "`source` names the requirement of the article");
}
