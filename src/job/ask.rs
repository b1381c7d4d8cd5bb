//! Carries the questions of the critique to the model and brings verdicts back. A model that fails leaves a visible gap,
//! never an error.

use super::{Deps, Options};
use crate::critique::{Critique, Sheet, Usage, Verdict, asks, estimate_tokens, judge};

/// The critique of one document. `spent` is what the change has cost so far; it is raised by this call.
pub(super) async fn critique(deps: &Deps, options: &Options, sheet: Sheet<'_>, spent: &mut Usage) -> Critique {
    let Some(model) = deps.model.as_ref().filter(|_| !options.no_model) else { return Critique::default() };
    let mut critique = Critique { model: Some(model.name().to_owned()), ..Critique::default() };
    for ask in asks(sheet, &deps.questions, &(deps.random)()) {
        let expected = estimate_tokens(&ask.system) + estimate_tokens(&ask.user) + u64::from(ask.max_tokens);
        let used = spent.input_tokens + spent.output_tokens;
        if spent.calls >= deps.budget.calls || used + expected > deps.budget.tokens {
            critique.incomplete = Some("the budget of this review was used up before every question was asked".into());
            break;
        }
        match model.ask(&ask).await {
            Ok(answer) => {
                spent.add(answer.usage);
                critique.usage.add(answer.usage);
                let verdict = judge(&ask, &answer.text, sheet);
                if let Some(failure) = &verdict.failure {
                    tracing::warn!(question = %ask.question, failure = %failure, "the model's reply is of no use");
                    critique.incomplete =
                        Some(format!("the model's reply to {} was of no use: {failure}", ask.question));
                }
                critique.verdicts.push(verdict);
            }
            Err(error) => {
                let call = Usage { calls: 1, ..Usage::default() };
                spent.add(call);
                critique.usage.add(call);
                tracing::warn!(question = %ask.question, %error, "the model did not answer");
                critique.incomplete = Some(error.to_string());
                // One endpoint serves all questions: when it fails, the review is not held up by the rest.
                break;
            }
        }
    }
    critique
}

/// Claims that were dropped because their evidence did not hold.
pub(super) fn dropped(verdicts: &[Verdict]) -> usize {
    verdicts.iter().map(|verdict| verdict.dropped).sum()
}
