//! The examples of rule and concept pages as passages: what a page shows must be recognised as it says. Runs no rule.

use super::Passage;
use crate::facts::ConceptState;
use crate::rules::{CORE, Expectation, RuleSet};

/// An example is seen by every reader of its page, so it must come out as the page says.
const WEIGHT: f32 = 20.0;

/// Passages of all pages of `rules` that have to do with something that is recognised.
#[must_use]
pub fn examples(rules: &RuleSet) -> Vec<Passage> {
    let known = rules.lexicon.concepts();
    let item = |id: &str| known.iter().find(|(_, concept)| concept.concept == id)?.1.recognise.clone();
    let passage = |item: String, states: bool, text: &str| Passage {
        item,
        states,
        also: Vec::new(),
        text: text.to_owned(),
        weight: WEIGHT,
    };
    let mut found = Vec::new();
    for page in &rules.concepts {
        let Some(item) = item(&page.concept) else { continue };
        for example in &page.page.examples {
            let states = example.expect == Expectation::State(ConceptState::Specified);
            found.push(passage(item.clone(), states, &example.text));
        }
    }
    // Packs read with words of their own, and change nothing in what is learnt.
    for rule in rules.rules.iter().filter(|rule| rule.pack == CORE) {
        let (wanted, flaw) = (named(&rule.page.front, "concept:"), named(&rule.page.front, "or-concept:"));
        let kind = named(&rule.page.front, "kind:").unwrap_or_default();
        // Where a rule looks for a flaw in words, the concept that it names is the flaw.
        let is_flaw = matches!(kind, "wording" | "volume");
        let concept = match kind {
            "concept" => wanted,
            "measure" => flaw,
            _ => flaw.filter(|_| is_flaw),
        };
        for example in &rule.page.examples {
            let part = example.option("part").and_then(|part| named(&rule.page.front, &format!("{part}:")));
            let Some(item) = part.or(concept).and_then(&item) else { continue };
            let bad = example.expect == Expectation::Bad;
            found.push(passage(item, bad == is_flaw, &example.text));
        }
    }
    found
}

/// The word behind a key of the front matter.
fn named<'a>(front: &'a str, key: &str) -> Option<&'a str> {
    let before = |at: usize| front.get(..at).and_then(|text| text.chars().next_back());
    let mut places =
        front.match_indices(key).filter(|(at, _)| before(*at).is_none_or(|c| !c.is_alphanumeric() && c != '-'));
    let (at, _) = places.next()?;
    let rest = front.get(at + key.len()..)?.trim_start();
    rest.split(|c: char| !(c.is_alphanumeric() || c == '-')).next().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_whole_name() {
        let front = "check: {kind: concept, or-concept: a, concept: b-c, mentioned: info}";
        assert_eq!(named(front, "concept:"), Some("b-c"));
        assert_eq!(named(front, "or-concept:"), Some("a"));
        assert_eq!(named(front, "kind:"), Some("concept"));
        assert_eq!(named(front, "nothing:"), None);
    }

    #[test]
    fn pages_have_examples_to_learn_from() {
        let found = examples(&crate::rules::builtin().0);
        assert!(found.iter().any(|passage| passage.item == "rollback" && passage.states));
        assert!(found.iter().any(|passage| passage.item == "mandated-algorithm" && passage.states));
    }
}
