//! What the author is asked, and what became of what was asked before. A question closes when the text answers it or a person
//! who may do so accepts it; nothing else closes one. Reads no platform.

use super::Reviewed;
use crate::critique::Verdict;
use crate::finding::{Evidence, Finding, RiskLevel, Source};
use crate::text::sha256_hex;

/// Least score of a verdict that answers a question: argued, with the words for it.
const ANSWERS: u8 = 2;

/// A question of the critique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Criterion (`MR3`).
    pub criterion: String,
    /// Part of the criterion, if it has parts.
    pub part: Option<String>,
    /// The question; empty for one that is no longer asked.
    pub text: String,
    /// The words that it is about.
    pub place: Option<Evidence>,
    /// Identity of the finding that asked.
    pub fingerprint: String,
    /// What became of it.
    pub state: QuestionState,
    /// Index of the finding that asks, while it is asked.
    pub finding: Option<usize>,
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionState {
    /// Asked now.
    Open,
    /// Asked before, and nobody looked this time: no model, or no usable reply.
    Unseen,
    /// Asked before, and the text answers it now.
    Answered {
        /// The words that do; none where what was asked about is gone, as a contradiction.
        place: Option<Evidence>,
    },
    /// Somebody who may do so accepts it as it is.
    Accepted {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
}

/// A question of an earlier review of the same change, as the summary remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Which document: [`document_key`] of its path.
    pub document: String,
    /// Criterion, with its part.
    pub criterion: String,
    /// Identity of the finding that asked.
    pub fingerprint: String,
    /// It was answered in the run that wrote this: listed again only by that run.
    pub answered: bool,
}

/// A permitted reply that accepts a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Identity of the question.
    pub fingerprint: String,
    /// Who replied.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Most questions that are remembered for a change.
pub const REMEMBERED: usize = 60;

/// A short name of a document for [`Asked`].
#[must_use]
pub fn document_key(path: &str) -> String {
    sha256_hex(path.as_bytes()).chars().take(8).collect()
}

/// The questions about one document: those of now in order, then what became of earlier ones.
#[must_use]
pub fn questions(reviewed: &Reviewed, earlier: &[Asked], accepted: &[Acceptance]) -> Vec<Question> {
    let asks = reviewed.findings().enumerate().filter(|(_, finding)| finding.source == Source::Model);
    let mut all: Vec<Question> = asks.map(|(index, finding)| open(index, finding, accepted)).collect();
    let key = document_key(&reviewed.path);
    let same = |asked: &&Asked| asked.document == key;
    let is_asked = |asked: &&Asked| all.iter().any(|question| question.fingerprint == asked.fingerprint);
    let mut gone: Vec<&Asked> = earlier.iter().filter(same).filter(|asked| !is_asked(asked)).collect();
    // A question about a passage that was reworded is the same question.
    for question in &all {
        let is_new = !earlier.iter().filter(same).any(|asked| asked.fingerprint == question.fingerprint);
        let twin = gone.iter().position(|asked| is_new && asked.criterion == question.key());
        if let Some(at) = twin {
            gone.remove(at);
        }
    }
    let mut told: Vec<&Asked> = Vec::new();
    for asked in gone {
        if told.iter().any(|known| known.criterion == asked.criterion) {
            continue;
        }
        told.push(asked);
        if let Some(state) = fate(reviewed, asked) {
            all.push(closed(asked, state));
        }
    }
    all
}

impl Question {
    /// Criterion and part as one word.
    #[must_use]
    pub fn key(&self) -> String {
        self.part.as_ref().map_or_else(|| self.criterion.clone(), |part| format!("{}:{part}", self.criterion))
    }

    /// What the summary has to remember of it; nothing of what is accepted.
    #[must_use]
    pub fn remembered(&self, document: &str) -> Option<Asked> {
        let answered = match self.state {
            QuestionState::Open | QuestionState::Unseen => false,
            QuestionState::Answered { .. } => true,
            QuestionState::Accepted { .. } => return None,
        };
        let (criterion, fingerprint) = (self.key(), self.fingerprint.clone());
        Some(Asked { document: document.to_owned(), criterion, fingerprint, answered })
    }
}

fn open(index: usize, finding: &Finding, accepted: &[Acceptance]) -> Question {
    let fingerprint = finding.fingerprint.as_str();
    let state = accepted.iter().find(|reply| reply.fingerprint == fingerprint).map_or(QuestionState::Open, |reply| {
        QuestionState::Accepted { by: reply.by.clone(), reason: reply.reason.clone() }
    });
    Question {
        criterion: finding.rule.clone(),
        part: finding.part.clone(),
        text: finding.message.clone(),
        place: finding.place.clone(),
        fingerprint: fingerprint.to_owned(),
        state,
        finding: Some(index),
    }
}

fn closed(asked: &Asked, state: QuestionState) -> Question {
    let (criterion, part) = match asked.criterion.split_once(':') {
        Some((criterion, part)) => (criterion, Some(part.to_owned())),
        None => (asked.criterion.as_str(), None),
    };
    Question {
        criterion: criterion.to_owned(),
        part,
        text: String::new(),
        place: None,
        fingerprint: asked.fingerprint.clone(),
        state,
        finding: None,
    }
}

/// What became of a question that is not asked now. None where it is neither open nor answered: a rule says the same by now.
fn fate(reviewed: &Reviewed, asked: &Asked) -> Option<QuestionState> {
    let (criterion, part) = asked.criterion.split_once(':').unwrap_or((&asked.criterion, ""));
    // A question about a risk closes when its row is covered, whoever found that.
    if let Some(risk) = reviewed.risks().into_iter().find(|risk| !part.is_empty() && risk.name == part) {
        return match (risk.level, risk.place) {
            (RiskLevel::Mitigated | RiskLevel::Measured, Some(place)) => {
                Some(QuestionState::Answered { place: Some(place) })
            }
            (RiskLevel::NotApplicable, _) => None,
            _ if !risk.open.is_empty() => None,
            _ => Some(QuestionState::Unseen),
        };
    }
    let verdicts = reviewed.critique.verdicts.iter();
    let judged = |verdict: &&Verdict| {
        verdict.failure.is_none() && (verdict.question == asked.criterion || verdict.question == criterion)
    };
    let Some(verdict) = verdicts.filter(judged).find(|verdict| verdict.score.is_some()) else {
        return Some(QuestionState::Unseen);
    };
    let is_answered = verdict.score.is_some_and(|score| score >= ANSWERS);
    // One of several is gone while others of the criterion are still asked.
    let is_one_of_many = !verdict.findings.is_empty();
    let place = verdict.evidence.first().filter(|_| is_answered).cloned();
    (is_answered || is_one_of_many).then_some(QuestionState::Answered { place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::critique::Critique;
    use crate::finding::{Risk, RiskSaid};
    use crate::review::testing::{reviewed, said_by_model};
    use crate::text::LineRange;

    fn verdict(question: &str, score: Option<u8>, findings: Vec<Finding>) -> Verdict {
        let evidence = vec![Evidence::new(LineRange::single(40), "a miss costs 38 euro")];
        Verdict { question: question.into(), score, findings, evidence, ..Verdict::default() }
    }

    fn asked(criterion: &str, fingerprint: &str) -> Asked {
        let document = document_key("a.md");
        Asked { document, criterion: criterion.into(), fingerprint: fingerprint.into(), answered: false }
    }

    fn states(critique: Critique, earlier: &[Asked]) -> Vec<(String, &'static str)> {
        let mut document = reviewed("a.md", vec![], None);
        document.critique = critique;
        told(&document, earlier)
    }

    fn told(document: &Reviewed, earlier: &[Asked]) -> Vec<(String, &'static str)> {
        let word = |state: &QuestionState| match state {
            QuestionState::Open => "open",
            QuestionState::Unseen => "unseen",
            QuestionState::Answered { .. } => "answered",
            QuestionState::Accepted { .. } => "accepted",
        };
        questions(document, earlier, &[]).iter().map(|one| (one.key(), word(&one.state))).collect()
    }

    #[test]
    fn a_question_closes_only_when_the_text_answers_it() {
        let doubt = || vec![said_by_model("MR3", 7, "recall must reach 0.9")];
        let of = |verdicts: Vec<Verdict>| Critique { verdicts, ..Critique::default() };
        let broken = Verdict { failure: Some("no JSON".into()), ..verdict("MR3", Some(3), vec![]) };
        let bare = Verdict { evidence: vec![], ..verdict("MR3", Some(3), vec![]) };
        for (what, critique, expected) in [
            (
                "one asked again of other words, one gone",
                of(vec![verdict("MR3", Some(1), doubt())]),
                &["open", "answered"][..],
            ),
            ("answered", of(vec![verdict("MR3", Some(2), vec![])]), &["answered"]),
            ("a rule says it by now", of(vec![verdict("MR3", Some(0), vec![])]), &[]),
            ("no words for it, as when a contradiction is gone", of(vec![bare]), &["answered"]),
            ("abstained", of(vec![verdict("MR3", None, vec![])]), &["unseen"]),
            ("a reply of no use", of(vec![broken]), &["unseen"]),
            ("another criterion", of(vec![verdict("MR1", Some(3), vec![])]), &["unseen"]),
            ("no model", of(vec![]), &["unseen"]),
        ] {
            let got: Vec<&str> =
                states(critique, &[asked("MR3", "f1"), asked("MR3", "f2")]).iter().map(|at| at.1).collect();
            assert_eq!(got, expected, "{what}");
        }
        let elsewhere = Asked { document: document_key("b.md"), ..asked("MR3", "f1") };
        assert_eq!(states(Critique::default(), &[elsewhere]), []);
    }

    #[test]
    fn a_question_about_a_risk_closes_when_its_row_is_covered() {
        let evidence = Evidence::new(LineRange::single(9), "chosen by cost");
        let row = |level, open: &[&str]| Risk {
            id: "SR13".into(),
            name: "threshold".into(),
            risk: "SR13 Wrong operating threshold".into(),
            level,
            judged_by: Some(Source::Rule),
            place: (level >= RiskLevel::Mentioned).then(|| evidence.clone()),
            mitigation: None,
            measured_by: None,
            owner: None,
            reason: None,
            open: open.iter().map(|rule| (*rule).to_owned()).collect(),
        };
        let said = |level| RiskSaid { id: "SR13".into(), level, evidence: evidence.clone(), owner: None, reason: None };
        for (what, row, said, expected) in [
            ("a rule sees it covered", row(RiskLevel::Mitigated, &[]), None, &["answered"][..]),
            ("the model does", row(RiskLevel::Absent, &[]), Some(said(RiskLevel::Mitigated)), &["answered"]),
            ("nobody looked", row(RiskLevel::Absent, &[]), None, &["unseen"]),
            ("a rule reports it by now", row(RiskLevel::Absent, &["MET-009"]), None, &[]),
            ("it no longer arises", row(RiskLevel::NotApplicable, &[]), None, &[]),
        ] {
            let mut document = reviewed("a.md", vec![], None);
            document.head.risks = vec![row];
            document.critique.risks = said.into_iter().collect();
            let got: Vec<&str> = told(&document, &[asked("RC:threshold", "f1")]).iter().map(|at| at.1).collect();
            assert_eq!(got, expected, "{what}");
        }
    }

    #[test]
    fn an_accepted_question_is_not_open_and_not_remembered() {
        let mut document = reviewed("a.md", vec![], None);
        let finding = said_by_model("MR3", 7, "recall must reach 0.9");
        let fingerprint = finding.fingerprint.as_str().to_owned();
        document.critique.verdicts = vec![verdict("MR3", Some(1), vec![finding])];
        let open = &questions(&document, &[], &[])[0];
        assert_eq!(open.remembered("d").map(|at| (at.fingerprint, at.answered)), Some((fingerprint.clone(), false)));
        let reply = Acceptance { fingerprint, by: "the owner".into(), reason: "agreed with sales".into() };
        let accepted = &questions(&document, &[], &[reply])[0];
        assert!(matches!(&accepted.state, QuestionState::Accepted { by, .. } if by == "the owner"));
        assert_eq!(accepted.remembered("d"), None);
    }
}
