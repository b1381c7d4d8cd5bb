//! The check of a merge queue: from the checks of the changes in a group to the one of the group's head. Reads no document again.

use super::render::check;
use super::{CheckOutput, Conclusion};

/// A change of a group, with the conclusion of its own check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    /// Number of the pull or merge request.
    pub number: u64,
    /// How its check ended; none where none was completed for its head.
    pub conclusion: Option<Conclusion>,
}

/// The conclusion for the head of a group, and what its check shows: failure if one failed, success if all succeeded, else
/// neutral with the reason, or, where everything must be known (`strict`), failure. A group of which no change is known is neutral too: nothing is known to be wrong.
#[must_use]
pub fn queue(group: &[Queued], strict: bool) -> (Conclusion, CheckOutput) {
    let all = |wanted: Conclusion| group.iter().all(|at| at.conclusion == Some(wanted));
    let conclusion = if group.iter().any(|at| at.conclusion == Some(Conclusion::Failure)) {
        Conclusion::Failure
    } else if !group.is_empty() && all(Conclusion::Success) {
        Conclusion::Success
    } else if strict {
        Conclusion::Failure
    } else {
        Conclusion::Neutral
    };
    (conclusion, check::queued(conclusion, group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_fails_with_one_and_succeeds_with_all() {
        use Conclusion::{Failure, Neutral, Success};
        let (passed, blocked) = ("All changes of this group passed", "A change of this group is blocked");
        let (open, unknown) = ("Not all changes of this group are known to pass", "No change of this group is known");
        let cases: &[(&[Option<Conclusion>], Conclusion, &str, &str)] = &[
            (&[Some(Success)], Success, passed, "1 change passed"),
            (&[Some(Success), Some(Success)], Success, passed, "2 changes passed"),
            (&[Some(Success), Some(Failure), None], Failure, blocked, "#2: blocks the merge"),
            (&[Some(Failure)], Failure, blocked, "#1: blocks the merge"),
            (&[Some(Success), Some(Neutral)], Neutral, open, "#2: not everything could be read"),
            (&[None, Some(Success)], Neutral, open, "#1: no check was completed"),
            (&[], Neutral, unknown, "No pull request of this group could be found"),
        ];
        for (conclusions, expected, title, words) in cases {
            let group: Vec<Queued> = conclusions
                .iter()
                .zip(1..)
                .map(|(conclusion, number)| Queued { number, conclusion: *conclusion })
                .collect();
            let (conclusion, output) = queue(&group, false);
            assert_eq!(conclusion, *expected, "{conclusions:?}");
            let (strict, strictly) = queue(&group, true);
            assert_eq!(strict == Success, conclusion == Success, "{conclusions:?}");
            assert_ne!(strict, Neutral, "{conclusions:?}");
            assert_eq!((output.title.as_str(), strictly.title.as_str()), (*title, *title), "{conclusions:?}");
            let told = output.summary.replace('`', "");
            assert!(told.contains(words), "{conclusions:?}: {told}");
            assert!(output.annotations.is_empty());
        }
    }
}
