//! What a refused write means: the words of platforms, one row each. Decides nothing.

/// Why a platform refused a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A draft of a review stands in the way of every further one.
    Pending,
    /// A text is longer than the platform takes.
    TooLong,
    /// The commit is no longer part of the change.
    CommitGone,
    /// The platform is too busy to say; it may have been done all the same.
    Hurried,
    /// This account may not say this about this change (its own, for one).
    Event,
    /// What was to be changed is no longer there.
    Gone,
    /// A place that the platform does not know, or whatever else is wrong with what was sent.
    Place,
    /// Not allowed.
    Denied,
}

/// Words by which a refusal is known, in lower case. The first row that fits counts.
const WORDS: &[(&str, Refusal)] = &[
    ("one pending review", Refusal::Pending),
    ("is too long", Refusal::TooLong),
    ("commit_id", Refusal::CommitGone),
    ("commit id is not part", Refusal::CommitGone),
    ("no commit found", Refusal::CommitGone),
    ("submitted too quickly", Refusal::Hurried),
    ("own pull request", Refusal::Event),
    ("http 404", Refusal::Gone),
    ("http 410", Refusal::Gone),
    ("http 422", Refusal::Place),
];

impl Refusal {
    /// The meaning of what a platform said.
    pub(super) fn of(reason: &str) -> Self {
        let said = reason.to_lowercase();
        WORDS.iter().find(|(words, _)| said.contains(words)).map_or(Self::Denied, |(_, refusal)| *refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_platforms_are_known() {
        for (said, expected) in [
            ("HTTP 422: User can only have one pending review per pull request", Refusal::Pending),
            ("HTTP 422: body is too long (maximum is 65536 characters)", Refusal::TooLong),
            ("HTTP 422: commit_id is not part of the pull request", Refusal::CommitGone),
            ("HTTP 422: No commit found for SHA: abc", Refusal::CommitGone),
            ("HTTP 422: was submitted too quickly", Refusal::Hurried),
            ("HTTP 422: Review Can not request changes on your own pull request", Refusal::Event),
            ("HTTP 422: Pull request review thread line must be part of the diff", Refusal::Place),
            (
                "HTTP 422: Pull request review thread start line must be part of the same hunk as the line.",
                Refusal::Place,
            ),
            ("HTTP 422: start line must precede the end line", Refusal::Place),
            ("HTTP 404: Not Found", Refusal::Gone),
            ("HTTP 422: Review comments is invalid and Review threads is invalid", Refusal::Place),
            ("HTTP 403: Resource not accessible by integration", Refusal::Denied),
        ] {
            assert_eq!(Refusal::of(said), expected, "{said}");
        }
    }
}
