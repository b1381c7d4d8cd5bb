//! Kind `mapped`: an item of another framework that rules ask for already. Its state is theirs; it looks at nothing itself.

use std::sync::Arc;

use super::aspects::listed;
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::finding::CheckState;
use crate::rules::RuleKey;
use crate::rules::fields::Fields;
use crate::rules::rests::{Said, said};

pub(super) const KIND: Kind = Kind {
    name: "mapped",
    variables: &["missing"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Lines that each of the rules may show.
const SHOWN: usize = 2;

#[derive(Debug)]
struct Mapped {
    /// The rules that ask for it, all of them.
    rules: Vec<RuleKey>,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Mapped> {
    let rules: Vec<RuleKey> = fields.list("rules").iter().map(|word| RuleKey::parse(&word.text)).collect();
    if rules.is_empty() {
        let advice = "list the rules that ask for it: `rules: [MET-006, \"VER-001:data\"]`";
        fields.faults().report("missing-key", Some(fields.spot()), "this check has no `rules`", advice);
        return None;
    }
    Some(Mapped { rules })
}

impl Check for Mapped {
    fn rests_on(&self) -> &[RuleKey] {
        &self.rules
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let all: Vec<Said> = self.rules.iter().filter_map(|key| said(key, cx)).collect();
        let counts = |answer: &&Answer| answer.state != CheckState::NotApplicable;
        let answers: Vec<&Answer> = all.iter().flat_map(|said| &said.answers).filter(counts).collect();
        if answers.is_empty() {
            let reason = all.iter().flat_map(|said| &said.answers).find_map(|answer| answer.reason.as_deref());
            return vec![Answer::not_applicable(reason.unwrap_or("no rule asks for it here"))];
        }
        let mut answer = Answer::new(None, joint(&answers));
        answer.evidence = answers.iter().flat_map(|one| one.evidence.iter().take(SHOWN)).cloned().collect();
        if answer.state == CheckState::Waived {
            answer.reason = answers.iter().find_map(|one| one.reason.clone());
        }
        answer.deferred_to = answers.iter().find_map(|one| one.deferred_to.clone());
        answer.flaws.extend(flaw(&all, answer.state));
        vec![answer]
    }
}

/// The state of all together: everything must be there, and some of it counts as mentioned.
fn joint(answers: &[&Answer]) -> CheckState {
    let is = |state: CheckState| answers.iter().all(|answer| answer.state == state);
    if is(CheckState::Absent) {
        CheckState::Absent
    } else if is(CheckState::Waived) {
        CheckState::Waived
    } else if answers.iter().all(|answer| answer.state >= CheckState::Specified) {
        CheckState::Specified
    } else {
        CheckState::Mentioned
    }
}

/// What the rules complain of that do not report it themselves.
fn flaw(all: &[Said], state: CheckState) -> Option<Flaw> {
    let silent: Vec<&Said> = all.iter().filter(|said| !said.is_reported).collect();
    let flaws = || silent.iter().flat_map(|said| &said.answers).flat_map(|answer| &answer.flaws);
    let first = flaws().next()?;
    let lacks = |said: &&&Said| said.answers.iter().any(|answer| !answer.flaws.is_empty());
    let missing: Vec<&str> = silent.iter().filter(lacks).map(|said| said.item.as_str()).collect();
    Some(Flaw {
        case: if state == CheckState::Absent { "" } else { "mentioned" },
        place: first.place.clone(),
        values: vec![("missing", listed(&missing))],
        ..Flaw::whole()
    })
}
