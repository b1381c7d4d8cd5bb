//! A question that a person asks about one document, in their own words: what the model answers is shown only with passages that
//! stand in the document. It decides nothing, and is part of no verdict. Knows no network.

use serde::Deserialize;
use serde_json::Value;

use super::answer::strict_schema;
use super::input::{Reading, Sheet};
use super::sentence::{Forbidden, sentence};
use super::{Ask, Questionnaire, Record, prompt, reply};
use crate::finding::Evidence;
use crate::text::sha256_hex;

/// Most passages that are shown.
const PASSAGES: usize = 4;

/// The answer as a model gives it.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reply {
    /// Passages of the document, word for word.
    quotes: Vec<String>,
    /// What they answer, in one sentence; empty where they answer nothing.
    answer: String,
}

/// What may be shown of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FreeAnswer {
    /// The model's sentence; none where it may not be shown.
    pub text: Option<String>,
    /// Passages that were found in the document; without one nothing is shown.
    pub passages: Vec<Evidence>,
    /// Passages that were not found.
    pub dropped: usize,
}

/// One question about one document.
pub struct FreeTalk<'a> {
    reading: Reading<'a>,
    ask: Ask,
    /// What is asked about what; and in which words.
    inputs: String,
    policy: String,
}

impl<'a> FreeTalk<'a> {
    /// Puts `question` into a call; none where it cannot be rendered. `nonce` is random text that delimits what people wrote.
    #[must_use]
    pub fn open(sheet: Sheet<'a>, book: &Questionnaire, question: &str, nonce: &str) -> Option<Self> {
        let reading = Reading::new(sheet, nonce);
        let ask = prompt::free(&reading, &book.ask, question, strict_schema::<Reply>(), nonce)?;
        let inputs = sha256_hex(format!("ask\u{1f}{question}\u{1f}{}", sheet.document.source).as_bytes());
        Some(Self { reading, ask, inputs, policy: book.ask.words() })
    }

    /// Where the reply of `model` to whoever asks is kept, still without it: the words of a comment, say, are paid for once, and who asks
    /// the same again in another is answered anew.
    #[must_use]
    pub fn record(&self, asker: &str, model: &str) -> Record {
        let hash = |one: &str, two: &str| sha256_hex(format!("{one}\u{1f}{two}").as_bytes());
        Record { inputs: hash(&self.inputs, asker), policy: hash(&self.policy, model), value: String::new() }
    }

    /// The call.
    #[must_use]
    pub fn ask(&self) -> &Ask {
        &self.ask
    }

    /// Takes the reply.
    ///
    /// # Errors
    /// When it is no answer at all; the words say what is wrong with it.
    pub fn hear(&self, text: &str) -> Result<FreeAnswer, String> {
        let Reply { mut quotes, answer } = reply::read(text, |value: &Value| {
            Reply::deserialize(value).map_err(|error| format!("the reply has another form: {error}"))
        })?;
        quotes.truncate(PASSAGES);
        let mut passages: Vec<Evidence> = Vec::new();
        let mut dropped = 0;
        for found in self.reading.find(&quotes) {
            match found {
                Some(found) if passages.contains(&found.evidence) => {}
                Some(found) => passages.push(found.evidence),
                None => dropped += 1,
            }
        }
        let document = &self.reading.sheet.document.source;
        let forbidden = Forbidden::new(&[&self.ask.system, &self.ask.user, document], &self.reading.seen());
        // A sentence that nothing stands behind is not shown.
        let text = sentence(&answer, &forbidden).filter(|_| dropped == 0 && !passages.is_empty());
        Ok(FreeAnswer { text, passages, dropped })
    }
}
