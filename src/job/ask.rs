//! Carries the questions of the critique to the model and brings verdicts back. A model that fails leaves a visible gap,
//! never an error.

use std::time::Duration;

use tokio::time::Instant;

use super::{Deps, Options};
use crate::critique::{Ask, Critique, Sheet, Usage, Verdict, asks, estimate, judge, repair};
use crate::model::Model;

/// How long the critique of a change may take in all: what the checklist found is never late because of it.
const TOTAL: Duration = Duration::from_mins(2);

/// What the critique of one change has used up, and whether it goes on.
pub(super) struct Spent {
    /// Calls and tokens so far.
    pub(super) usage: Usage,
    /// Why no further question is asked, about no document.
    stopped: Option<String>,
    until: Instant,
}

impl Spent {
    /// Nothing yet; the time runs from now.
    pub(super) fn new() -> Self {
        Self::within(TOTAL)
    }

    fn within(total: Duration) -> Self {
        Self { usage: Usage::default(), stopped: None, until: Instant::now() + total }
    }
}

/// The critique of one document. `spent` belongs to the whole change; it is raised by this call.
pub(super) async fn critique(deps: &Deps, options: &Options, sheet: Sheet<'_>, spent: &mut Spent) -> Critique {
    let Some(model) = deps.model.as_deref().filter(|_| !options.no_model) else { return Critique::default() };
    let mut critique = Critique { model: Some(model.name().to_owned()), ..Critique::default() };
    if let Some(reason) = &spent.stopped {
        critique.incomplete = Some(reason.clone());
        return critique;
    }
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
            // One endpoint serves all questions about all documents: when it fails, the review is not held up by the rest.
            Err(reason) => {
                tracing::warn!(question = %ask.question, reason, "the critique stops");
                spent.stopped = Some(reason.clone());
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
    spent: &mut Spent,
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
    spent: &mut Spent,
    usage: &mut Usage,
) -> Result<String, String> {
    deps.budget.allows(spent.usage, ask)?;
    // What a failed call has cost nobody tells: the most it can be counts.
    let mut cost = Usage { calls: 1, input_tokens: estimate(ask), ..Usage::default() };
    let reply = match tokio::time::timeout_at(spent.until, model.ask(ask)).await {
        Ok(Ok(answer)) => {
            cost = answer.usage;
            Ok(answer.text)
        }
        Ok(Err(error)) => {
            tracing::warn!(question = %ask.question, %error, "the model did not answer");
            Err(error.for_readers().to_owned())
        }
        Err(_) => Err("the time for the model's questions is over".to_owned()),
    };
    spent.usage.add(cost);
    usage.add(cost);
    reply
}

/// Claims that were dropped because their evidence did not hold.
pub(super) fn dropped(verdicts: &[Verdict]) -> usize {
    verdicts.iter().map(|verdict| verdict.dropped).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::engine::{Settings, assess_with_facts};
    use crate::job::testing::{SPEC, deps};
    use crate::model::{ModelError, Replay};

    /// Never answers.
    struct Mute;

    #[async_trait::async_trait]
    impl Model for Mute {
        fn name(&self) -> &'static str {
            "mute"
        }

        async fn ask(&self, _: &Ask) -> Result<crate::critique::Answer, ModelError> {
            std::future::pending().await
        }
    }

    /// Two documents are asked about; what each was told, and what all of it cost.
    async fn two(model: std::sync::Arc<dyn Model>, total: Duration) -> ([Critique; 2], Usage) {
        let deps = Deps { model: Some(model), ..deps() };
        let document = Document::parse(SPEC);
        let settings = Settings { is_spec: true, ..Settings::default() };
        let (head, facts) = assess_with_facts(&document, &deps.rules, &settings);
        let sheet = Sheet { document: &document, facts: &facts, checks: &head.checks };
        let (options, mut spent) = (Options::default(), Spent::within(total));
        let first = critique(&deps, &options, sheet, &mut spent).await;
        let second = critique(&deps, &options, sheet, &mut spent).await;
        ([first, second], spent.usage)
    }

    #[tokio::test]
    async fn a_model_that_fails_is_not_asked_about_the_next_document_and_its_call_is_paid_for() {
        let model = std::sync::Arc::new(Replay::new("empty"));
        let (told, usage) = two(model.clone(), TOTAL).await;
        assert_eq!(model.asked().len(), 1);
        assert!(told.iter().all(|critique| critique.incomplete.is_some()), "{told:?}");
        assert_eq!((usage.calls, usage.input_tokens), (1, estimate(&model.asked()[0])));
    }

    #[tokio::test]
    async fn a_model_that_is_slow_stops_when_the_time_of_the_change_is_over() {
        let (told, usage) = two(std::sync::Arc::new(Mute), Duration::from_millis(20)).await;
        for critique in told {
            assert_eq!(critique.incomplete.as_deref(), Some("the time for the model's questions is over"));
        }
        assert_eq!(usage.calls, 1);
    }
}
