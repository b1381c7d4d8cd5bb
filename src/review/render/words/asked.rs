//! How a model took part, in words: which one, what is missing, what was kept, what it cost. Decides nothing.

use std::collections::BTreeSet;

use super::{NAME, SENTENCE, counted};
use crate::critique::Critique;
use crate::review::render::escape::{Md, code, md, prose};

/// How the model took part, in one line.
#[must_use]
pub fn model<'a>(critiques: impl Iterator<Item = &'a Critique> + Clone, cost: &str) -> Md {
    let missing = missing(critiques.clone());
    let is_heard = |critique: &Critique| {
        critique.incomplete.is_none()
            || critique.cached > 0
            || critique.verdicts.iter().any(|verdict| verdict.failure.is_none())
    };
    // What was said of one document stands, whatever is missing of another.
    let mut heard = critiques.clone().filter(|critique| is_heard(critique));
    let named = heard.find_map(|critique| critique.model.as_deref());
    match (missing, named) {
        (None, None) => Md::from("No model was asked: the deterministic checklist only."),
        (Some(missing), None) if cost.is_empty() => missing,
        (Some(missing), None) => md![missing, " ", prose(cost, SENTENCE), "."],
        (None, Some(name)) => took_part(name, critiques, cost),
        (Some(missing), Some(name)) => md![took_part(name, critiques, cost), " ", missing],
    }
}

/// Most reasons that are told for what the model was not asked or did not answer.
const REASONS: usize = 3;

/// Why questions stayed unanswered, each reason once; `None` where none did.
fn missing<'a>(critiques: impl Iterator<Item = &'a Critique>) -> Option<Md> {
    let mut reasons: Vec<&str> = Vec::new();
    for why in critiques.filter_map(|critique| critique.incomplete.as_deref()) {
        let why = why.trim_end_matches('.');
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }
    let more = reasons.len().saturating_sub(REASONS);
    let mut told: Vec<Md> = reasons.into_iter().take(REASONS).map(|why| prose(&started(why), SENTENCE)).collect();
    if more > 0 {
        told.push(md!["And ", more, " more"]);
    }
    (!told.is_empty()).then(|| md![Md::join(told, ". "), "; the checklist above is complete without it."])
}

/// The beginning of a sentence; a path or a name in code stays as it is written.
fn started(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let mut text = text.to_owned();
    if first.chars().all(|c| c.is_ascii_lowercase())
        && let Some(letter) = text.get(..1).map(str::to_uppercase)
    {
        text.replace_range(..1, &letter);
    }
    text
}

/// Which model, what it dropped and kept, and what it cost.
fn took_part<'a>(name: &str, critiques: impl Iterator<Item = &'a Critique> + Clone, cost: &str) -> Md {
    let kept: usize = critiques.clone().map(|critique| critique.cached).sum();
    let changed: BTreeSet<&str> =
        critiques.clone().flat_map(|critique| &critique.policy_changed).map(String::as_str).collect();
    let dropped: usize = critiques.flat_map(|critique| &critique.verdicts).map(|verdict| verdict.dropped).sum();
    let mut line = md!["The critique was written with ", code(name, NAME), "; it never decides."];
    if dropped > 0 {
        line.push(md![
            " ",
            counted(dropped, "claim", "claims"),
            " without evidence in the text ",
            if dropped == 1 { "was" } else { "were" },
            " dropped."
        ]);
    }
    if kept > 0 {
        line.push(md![" ", counted(kept, "verdict", "verdicts"), " kept, since what was read is unchanged."]);
    }
    if !changed.is_empty() {
        let names: Vec<Md> = changed.into_iter().map(|id| prose(id, 60)).collect();
        line.push(md![" Policy changed, not the text: ", Md::join(names, ", "), " asked anew."]);
    }
    if !cost.is_empty() {
        line.push(md![" ", prose(cost, SENTENCE), "."]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_named_in_one_line() {
        let asked = Critique { model: Some("small-model".into()), ..Critique::default() };
        let failed = Critique { incomplete: Some("the model endpoint did not answer".into()), ..asked.clone() };
        let line = |critiques: &[Critique]| model(critiques.iter(), "").into_string();
        assert_eq!(line(&[]), "No model was asked: the deterministic checklist only.");
        let again = Critique { cached: 12, policy_changed: vec!["MR1".into()], ..asked.clone() };
        assert_eq!(line(&[asked]), "The critique was written with `small-model`; it never decides.");
        assert_eq!(
            model([again].iter(), "2 calls, 4,100 tokens, price unknown").into_string(),
            "The critique was written with `small-model`; it never decides. 12 verdicts kept, since what was read is \
             unchanged. Policy changed, not the text: MR1 asked anew. 2 calls, 4,100 tokens, price unknown."
        );
        let down = "The model endpoint did not answer; the checklist above is complete without it.";
        assert_eq!(line(std::slice::from_ref(&failed)), down);
        // One that is held back takes nothing from the others.
        let held = |path: &str| Critique {
            incomplete: Some(format!("{path} is not sent to a model, because its front matter says llm: never")),
            ..Critique::default()
        };
        let asked = Critique { model: Some("small-model".into()), cached: 12, ..Critique::default() };
        assert_eq!(
            model([held("specs/plan.md"), asked.clone()].iter(), "2 calls").into_string(),
            "The critique was written with `small-model`; it never decides. 12 verdicts kept, since what was read is \
             unchanged. 2 calls. specs/plan.md is not sent to a model, because its front matter says llm: never; the \
             checklist above is complete without it."
        );
        assert_eq!(
            line(&[held("plan.md"), held("plan.md"), failed]),
            "plan.md is not sent to a model, because its front matter says llm: never. The model endpoint did not \
             answer; the checklist above is complete without it."
        );
    }
}
