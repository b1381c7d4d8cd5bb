//! Kind `question`: what only judgement can answer. The rule stands in the catalogue; the critique asks.

use std::sync::Arc;

use super::{Answer, Check, Context, Kind};

pub(super) const KIND: Kind =
    Kind { name: "question", variables: &[], cases: &[], read: |_, _| Some(Arc::new(Question)) };

#[derive(Debug)]
struct Question;

impl Check for Question {
    fn run(&self, _cx: &Context<'_>) -> Vec<Answer> {
        vec![Answer::not_applicable("left to the critique")]
    }
}
