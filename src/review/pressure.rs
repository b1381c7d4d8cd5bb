//! What a review leaves out where a platform lets the bot write little more: first the model, then comments on lines, then everything
//! but the check. Never the verdict, and never a finding.

use super::Options;

/// How short a platform lets the bot be of what it may write. Each step leaves out what the one before does, and more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pressure {
    /// There is room for everything.
    #[default]
    Calm,
    /// No model is asked.
    NoModel,
    /// Few comments stand on lines, the rest in the summary.
    FewComments,
    /// No comment stands on a line.
    NoComments,
    /// Nothing but the check is written: every finding that is not told yet is an annotation there.
    CheckOnly,
}

/// Comments on lines where there are to be few.
pub(super) const FEW: usize = 3;

impl Options {
    /// The same under this pressure, or under that it is for already where that is higher.
    #[must_use]
    pub fn under(self, pressure: Pressure) -> Self {
        let pressure = pressure.max(self.pressure);
        Self {
            inline: self.inline && pressure < Pressure::NoComments,
            summary: self.summary && pressure < Pressure::CheckOnly,
            inline_comments: if pressure < Pressure::FewComments {
                self.inline_comments
            } else {
                self.inline_comments.min(FEW)
            },
            pressure,
            ..self
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::marker::MarkerKey;
    use crate::review::testing::{added, at_line, change, missing, review, reviewed};
    use crate::review::{Action, Capabilities, Posted, Review, plan};

    const CAN: Capabilities = Capabilities {
        inline_per_review: 25,
        body_chars: 60_000,
        annotations_per_call: 50,
        checks: true,
        file_comments: true,
    };

    fn of_six() -> Review {
        let mut findings: Vec<_> = (1..=5).map(|line| at_line("MET-002", line, &format!("recall {line}"))).collect();
        findings.push(missing("BIZ-001"));
        review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)])
    }

    /// Comments on lines, whether there is a summary, annotations, and what summary and check say.
    fn told(pressure: Pressure) -> (usize, bool, usize, String) {
        let (mut lines, mut summary, mut annotations, mut said) = (0, false, 0, String::new());
        let options = Options::default().under(pressure);
        for action in plan(&Posted::default(), &of_six(), &CAN, &MarkerKey::new(b"key"), &options) {
            match action {
                Action::CreateReview { comments, .. } => lines = comments.len(),
                Action::CreateSummary { body } => {
                    summary = true;
                    said.push_str(&body);
                }
                Action::CompleteCheck { output, .. } => {
                    annotations = output.annotations.len();
                    said.push_str(&output.summary);
                }
                other => panic!("{other:?}"),
            }
        }
        (lines, summary, annotations, said)
    }

    #[test]
    fn each_step_leaves_out_more_says_so_and_loses_no_finding() {
        for (pressure, lines, summary, annotations, says) in [
            (Pressure::Calm, 5, true, 0, None),
            (Pressure::NoModel, 5, true, 0, None),
            (Pressure::FewComments, FEW, true, 0, Some("Only a few comments were put on lines")),
            (Pressure::NoComments, 0, true, 0, Some("No comments were put on lines")),
            (Pressure::CheckOnly, 0, false, 6, Some("Only this check was written")),
        ] {
            let (on_lines, has_summary, in_check, said) = told(pressure);
            assert_eq!((on_lines, has_summary, in_check), (lines, summary, annotations), "{pressure:?}");
            match says {
                Some(words) => assert!(said.contains(words), "{pressure:?}: {said}"),
                None => assert!(!said.contains("little more"), "{pressure:?}: {said}"),
            }
        }
    }

    #[test]
    fn pressure_only_rises() {
        let under = |first, then| Options::default().under(first).under(then).pressure;
        assert_eq!(under(Pressure::NoComments, Pressure::Calm), Pressure::NoComments);
        assert_eq!(under(Pressure::NoModel, Pressure::CheckOnly), Pressure::CheckOnly);
    }
}
