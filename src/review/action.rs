//! What is posted, what can be done, and what was done: the words between a plan and a platform. Plain data.

use crate::text::LineRange;

/// Stands in the body of an action where the address of the summary belongs; the publisher fills it in once the summary
/// is there.
pub const SUMMARY_URL: &str = "{{specreview:summary-url}}";

/// Id of an object on the platform, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub String);

/// What a platform can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Inline comments in one review.
    pub inline_per_review: usize,
    /// Characters of a body.
    pub body_chars: usize,
    /// Check runs with annotations; annotations per call.
    pub annotations_per_call: usize,
    /// The check can be written (an App), or the exit status of the job is the gate (CI).
    pub checks: bool,
    /// A comment can stand on a file as a whole, without a line.
    pub file_comments: bool,
}

/// What this bot has on a change. Only objects of its own account with a valid marker are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posted {
    /// Summaries, oldest first; more than one is healed.
    pub summaries: Vec<PostedSummary>,
    /// Reviews, oldest first, pending ones too.
    pub reviews: Vec<PostedReview>,
    /// Inline comments.
    pub comments: Vec<PostedComment>,
    /// Checks on the head commit.
    pub checks: Vec<PostedCheck>,
    /// Keys of the own replies to commands: what was answered is not answered twice.
    pub replies: Vec<String>,
}

/// The summary comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostedSummary {
    /// Id.
    pub id: ObjectId,
    /// Second id, by which it is hidden; empty where the platform has none.
    pub node: String,
    /// Its address.
    pub url: String,
    /// Its text.
    pub body: String,
}

/// A review.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostedReview {
    /// Id.
    pub id: ObjectId,
    /// The commit it is about.
    pub commit: String,
    /// Not submitted yet: blocks every further review of the same account.
    pub pending: bool,
    /// Second id, by which it is hidden; empty where the platform has none.
    pub node: String,
    /// Hidden from readers already.
    pub is_minimised: bool,
    /// Its text.
    pub body: String,
}

/// An inline comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostedComment {
    /// Id.
    pub id: ObjectId,
    /// Path of the file.
    pub path: String,
    /// Its text.
    pub body: String,
    /// Fingerprints of the findings it carries, from its marker.
    pub fingerprints: Vec<String>,
    /// The review that it came with, where it came with one.
    pub review: Option<ObjectId>,
    /// Somebody answered: it is never deleted, hidden or resolved.
    pub has_replies: bool,
    /// Second id, by which it is hidden; empty where the platform has none.
    pub node: String,
    /// Hidden from readers already.
    pub is_minimised: bool,
    /// Its conversation, where the platform tells of it.
    pub thread: Option<Thread>,
}

/// A conversation that an inline comment began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Id.
    pub id: ObjectId,
    /// Marked as done.
    pub is_resolved: bool,
    /// It was somebody else who marked it as done.
    pub by_another: bool,
    /// The bot may mark it as done.
    pub may_resolve: bool,
}

/// Why something is hidden from readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// About a text that is no longer there.
    Outdated,
    /// What it asked for was done.
    Resolved,
    /// Said elsewhere too.
    Duplicate,
}

/// How a review is submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Event {
    /// Says something and decides nothing.
    #[default]
    Comment,
    /// Asks for changes: opt-in, for a platform may hold the merge back until it is dismissed.
    RequestChanges,
}

/// What a reply answers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ReplyTo {
    /// The conversation of the change.
    Conversation,
    /// The thread that this inline comment began.
    Thread(u64),
}

/// A check on the head commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostedCheck {
    /// Id.
    pub id: ObjectId,
    /// Key of the run it stands for.
    pub key: String,
    /// Completed, or still running.
    pub completed: bool,
    /// How it ended, where it ended in a word of this program.
    pub conclusion: Option<super::Conclusion>,
}

/// An inline comment to post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineComment {
    /// Path at the head.
    pub path: String,
    /// Lines of the new text, in one hunk.
    pub lines: LineRange,
    /// Rendered text with marker.
    pub body: String,
}

/// An annotation of a check: may stand on any line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Path at the head.
    pub path: String,
    /// Lines.
    pub lines: LineRange,
    /// `notice`, `warning`, `failure`.
    pub level: &'static str,
    /// Title.
    pub title: String,
    /// Text, plain.
    pub message: String,
}

/// What a check shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckOutput {
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// Annotations, ranked.
    pub annotations: Vec<Annotation>,
}

/// One write on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Removes an own review that was never submitted.
    DeletePending(ObjectId),
    /// Posts the summary.
    CreateSummary {
        /// Text with marker.
        body: String,
    },
    /// Replaces the text of the summary.
    UpdateSummary {
        /// Which.
        id: ObjectId,
        /// Text with marker.
        body: String,
    },
    /// Removes an own summary that is there twice.
    DeleteSummary(ObjectId),
    /// Posts one review with all inline comments, all or nothing.
    CreateReview {
        /// Commit.
        commit: String,
        /// How it is submitted.
        event: Event,
        /// One line, with [`SUMMARY_URL`] in it, and marker.
        body: String,
        /// Comments.
        comments: Vec<InlineComment>,
    },
    /// Posts a comment on a file as a whole.
    CreateFileComment {
        /// Commit.
        commit: String,
        /// Path at the head.
        path: String,
        /// Text with marker.
        body: String,
    },
    /// Removes an own inline comment that is there twice and that nobody answered.
    DeleteComment(ObjectId),
    /// Hides an own object from readers, by its second id.
    Minimise {
        /// Second id.
        node: String,
        /// Why.
        why: Hidden,
    },
    /// Marks the conversation of an own comment as done.
    Resolve(ObjectId),
    /// Answers a command.
    Reply {
        /// What it answers.
        to: ReplyTo,
        /// Text with marker.
        body: String,
    },
    /// Shows that a review is under way.
    StartCheck {
        /// Commit.
        commit: String,
        /// Key of the run.
        key: String,
    },
    /// Ends the check of a head that is no longer the newest.
    CancelCheck {
        /// Which.
        id: ObjectId,
        /// What it shows.
        output: CheckOutput,
    },
    /// Replaces the text of an inline comment (a finding that is fixed).
    UpdateComment {
        /// Which.
        id: ObjectId,
        /// Text with marker.
        body: String,
    },
    /// Completes a check on the head, or creates it completed.
    CompleteCheck {
        /// The running check, if one was started.
        id: Option<ObjectId>,
        /// Commit.
        commit: String,
        /// Key of the run.
        key: String,
        /// `success`, `failure`, `neutral`.
        conclusion: super::Conclusion,
        /// What it shows.
        output: CheckOutput,
    },
}

impl Action {
    /// True for what shows nothing outside of the check.
    #[must_use]
    pub const fn is_of_check(&self) -> bool {
        matches!(self, Self::StartCheck { .. } | Self::CancelCheck { .. } | Self::CompleteCheck { .. })
    }
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done; the id and address of what was made.
    Done {
        /// Id of the object.
        id: Option<ObjectId>,
        /// Its address for people.
        url: Option<String>,
    },
    /// The platform refused it: nothing was written.
    Rejected(String),
    /// The platform asks to wait: nothing was written, and the same may be sent after that time.
    Delayed {
        /// Seconds to wait.
        seconds: u64,
        /// What it said.
        reason: String,
    },
    /// Time ran out or the platform failed after the write was sent: it may or may not be there.
    Unknown(String),
}
