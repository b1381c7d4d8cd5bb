//! Runs every example of every page that comes with the program as a test of its own name, and holds that no page is broken.

use libtest_mimic::{Arguments, Failed, Trial};
use specreview::rules::{self, ExampleOutcome, RuleSet, TestedExample};

fn main() {
    let arguments = Arguments::from_args();
    let (set, problems) = rules::builtin();
    let mistakes: Vec<String> = set.mistakes_of_packs().iter().map(ToString::to_string).collect();
    let mut trials: Vec<Trial> = rules::outcomes(&set, |_| true, |_| true).into_iter().map(example).collect();
    trials.push(Trial::test("no_problems_in_the_pages", move || {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        if all.is_empty() { Ok(()) } else { Err(Failed::from(all.join("\n"))) }
    }));
    trials.push(Trial::test("no_mistakes_in_the_words_of_packs", move || {
        if mistakes.is_empty() { Ok(()) } else { Err(Failed::from(mistakes.join("\n"))) }
    }));
    let misnamed: Vec<String> = set
        .rules
        .iter()
        .filter(|rule| !rule.page.path.ends_with(&format!("/{}.md", rule.name)))
        .map(|rule| format!("{} holds the rule {}: call the file so", rule.page.path, rule.name))
        .collect();
    trials.push(Trial::test("a_page_is_called_like_its_rule", move || {
        if misnamed.is_empty() { Ok(()) } else { Err(Failed::from(misnamed.join("\n"))) }
    }));
    trials.push(Trial::test("pages_have_at_least_two_examples_of_each_kind", move || enough_examples(&set)));
    libtest_mimic::run(&arguments, trials).exit();
}

fn example(tested: TestedExample) -> Trial {
    let name = tested.name.clone();
    Trial::test(name, move || match tested.outcome {
        ExampleOutcome::Right => Ok(()),
        _ => Err(Failed::from(format!("{}:{}: {tested}", tested.file, tested.line))),
    })
}

/// One example of a kind shows a case, two in different voices show a rule. A page that only maps has one: its rules have theirs.
fn enough_examples(set: &RuleSet) -> Result<(), Failed> {
    let thin: Vec<String> = set
        .rules
        .iter()
        .flat_map(|rule| [(rule, rules::Expectation::Bad), (rule, rules::Expectation::Good)])
        .filter(|(rule, expect)| {
            let least = if rule.check.rests_on().is_empty() { 2 } else { 1 };
            rule.page.examples.iter().filter(|example| example.expect == *expect).count() < least
        })
        .map(|(rule, expect)| format!("{}: fewer than two {} examples", rule.page.path, expect.word()))
        .collect();
    if thin.is_empty() { Ok(()) } else { Err(Failed::from(thin.join("\n"))) }
}
