//! One question by itself, asked of any document in the words in which all of them would be.

use super::{Applies, Question, Questionnaire, ReplyType};

impl Questionnaire {
    /// The pages that ask this one question of any document, whatever its profile, in the words in which these would. None
    /// where there is no such question.
    #[must_use]
    pub fn alone(&self, id: &str) -> Option<Self> {
        let mut question = self.questions.iter().find(|question| question.id == id)?.clone();
        question.applies = Applies::default();
        Some(Self { questions: vec![question], lent: self.shown().cloned().map(Box::new), ..self.clone() })
    }

    /// The question whose example every call shows.
    pub(super) fn shown(&self) -> Option<&Question> {
        let first = || self.questions.iter().find(|question| question.rubric.reply == ReplyType::Score);
        self.lent.as_deref().or_else(first)
    }
}
