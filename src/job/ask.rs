//! Carries the questions of the critique to the model and brings verdicts back. A model that fails leaves a visible gap,
//! never an error.

use super::{Deps, Options};
use crate::critique::{Ask, Critique, Sheet, Usage, Verdict, asks, judge, repair};
use crate::model::Model;

/// The critique of one document. `spent` is what the change has cost so far; it is raised by this call.
pub(super) async fn critique(deps: &Deps, options: &Options, sheet: Sheet<'_>, spent: &mut Usage) -> Critique {
    let Some(model) = deps.model.as_deref().filter(|_| !options.no_model) else { return Critique::default() };
    let mut critique = Critique { model: Some(model.name().to_owned()), ..Critique::default() };
    for ask in asks(sheet, &deps.questions, &(deps.random)()) {
        match verdict(deps, model, &ask, sheet, spent, &mut critique.usage).await {
            Ok(verdict) => {
                if let Some(failure) = &verdict.failure {
                    tracing::warn!(question = %ask.question, %failure, "the model's reply is of no use");
                    let gap = format!("the model's reply to {} was of no use: {failure}", ask.question);
                    critique.incomplete.get_or_insert(gap);
                }
                critique.verdicts.push(verdict);
            }
            // One endpoint serves all questions: when it fails, the review is not held up by the rest.
            Err(reason) => {
                tracing::warn!(question = %ask.question, reason, "the critique stops");
                critique.incomplete = Some(reason);
                break;
            }
        }
    }
    critique
}

/// Asks, and once more when the reply is of no use. The error is why no further question can be asked.
async fn verdict(
    deps: &Deps,
    model: &dyn Model,
    ask: &Ask,
    sheet: Sheet<'_>,
    spent: &mut Usage,
    usage: &mut Usage,
) -> Result<Verdict, String> {
    let first = judge(ask, &call(deps, model, ask, spent, usage).await?, sheet);
    let Some(failure) = &first.failure else { return Ok(first) };
    let again = repair(ask, failure);
    match call(deps, model, &again, spent, usage).await {
        Ok(reply) => Ok(judge(&again, &reply, sheet)),
        // The first failure is the one to tell.
        Err(_) => Ok(first),
    }
}

/// One call, if the budget still allows it.
async fn call(
    deps: &Deps,
    model: &dyn Model,
    ask: &Ask,
    spent: &mut Usage,
    usage: &mut Usage,
) -> Result<String, String> {
    deps.budget.allows(*spent, ask)?;
    let mut cost = Usage { calls: 1, ..Usage::default() };
    let reply = match model.ask(ask).await {
        Ok(answer) => {
            cost = answer.usage;
            Ok(answer.text)
        }
        Err(error) => {
            tracing::warn!(question = %ask.question, %error, "the model did not answer");
            Err(error.for_readers().to_owned())
        }
    };
    spent.add(cost);
    usage.add(cost);
    reply
}

/// Claims that were dropped because their evidence did not hold.
pub(super) fn dropped(verdicts: &[Verdict]) -> usize {
    verdicts.iter().map(|verdict| verdict.dropped).sum()
}
