//! A model that answers from recorded replies and talks to nobody.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::{Model, ModelError};
use crate::critique::{Answer, Ask, Usage, estimate_tokens};

/// Recorded replies: whole ones by the name of the call ([`Ask::name`]), else answers by the id of their question, put together
/// to a reply as a model would write it.
#[derive(Debug, Default)]
pub struct Replay {
    name: String,
    replies: BTreeMap<String, (AtomicUsize, Vec<String>)>,
    asked: Mutex<Vec<Ask>>,
}

impl Replay {
    /// A model called `name` without any reply yet.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds an answer to a question, or a whole reply to a call of this name. They come in order; the last one is repeated.
    #[must_use]
    pub fn with(mut self, name: &str, reply: impl Into<String>) -> Self {
        self.replies.entry(name.to_owned()).or_default().1.push(reply.into());
        self
    }

    fn next(&self, name: &str) -> Option<String> {
        let (next, replies) = self.replies.get(name)?;
        let at = next.fetch_add(1, Ordering::Relaxed).min(replies.len().saturating_sub(1));
        replies.get(at).cloned()
    }

    /// The answers to the questions of a call; none when one of them is not recorded.
    fn assembled(&self, ask: &Ask) -> Option<String> {
        let answers = ask.questions.iter().map(|id| self.next(id));
        let answers: Option<Vec<String>> = answers.collect();
        Some(format!("{{\"answers\":[{}]}}", answers?.join(",")))
    }

    /// What was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Ask> {
        self.asked.lock().map(|asked| asked.clone()).unwrap_or_default()
    }
}

#[async_trait]
impl Model for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, ModelError> {
        if let Ok(mut asked) = self.asked.lock() {
            asked.push(ask.clone());
        }
        let nothing = || ModelError::Unusable(format!("nothing is recorded for {}", ask.name()));
        let text = match self.next(&ask.name()).filter(|_| ask.questions.len() == 1) {
            Some(whole) => whole,
            None => self.assembled(ask).ok_or_else(nothing)?,
        };
        let usage = Usage {
            calls: 1,
            input_tokens: estimate_tokens(&ask.system) + estimate_tokens(&ask.user),
            output_tokens: estimate_tokens(&text),
        };
        Ok(Answer { text, usage })
    }
}
