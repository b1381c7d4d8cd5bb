//! What a job is about, as the store keeps it. Jobs that an older program left in the store are read too.

use serde::{Deserialize, Serialize};

use crate::meter;
use crate::platform::Person;
use crate::review::command::Said;
use crate::review::{ChangeRef, ReplyTo};
use crate::store::NewJob;

/// Work of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Payload {
    /// Reviews a change.
    Review(ReviewJob),
    /// Answers the commands of one comment.
    Command(CommandJob),
    /// Finds the changes of a commit whose check was asked for again, and has them reviewed.
    Checks(CommitJob),
    /// Writes the check of a commit that a merge queue made.
    Group(CommitJob),
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewJob {
    /// The change.
    pub at: ChangeRef,
    /// Installation of the App that may act on it, when the event named one.
    pub installation: Option<u64>,
    /// Id of the request in which a person asked for the review once more.
    #[serde(default)]
    pub again: Option<String>,
    /// The head that the person saw: the request is for this one; none for whatever the head is then.
    #[serde(default)]
    pub head: Option<String>,
    /// Whole even where the change is paused.
    #[serde(default)]
    pub despite_pause: bool,
    /// Who asked for it by command, and is told when it becomes the review of another head than `head`.
    #[serde(default)]
    pub by: Option<AskedBy>,
}

/// A person who asked for a review by command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBy {
    /// The account's name.
    pub login: String,
    /// Name of the comment among answers.
    pub comment: String,
    /// Where an answer belongs.
    pub to: ReplyTo,
}

impl ReviewJob {
    /// A review of the head that nobody asked for by name.
    #[must_use]
    pub fn of(at: ChangeRef, installation: Option<u64>) -> Self {
        Self { at, installation, again: None, head: None, despite_pause: false, by: None }
    }

    /// How much a person asked for with it: what nobody asked for never takes the place of what somebody did, and once more never that
    /// of once more despite a pause.
    #[must_use]
    pub fn asked(&self) -> u32 {
        match self {
            Self { despite_pause: true, .. } => 2,
            Self { again: Some(_), .. } | Self { by: Some(_), .. } => 1,
            _ => 0,
        }
    }

    /// The head that whoever asked saw, and who that is, where it is another one than this.
    pub(super) fn moved_from(&self, head: &str) -> Option<(&str, &AskedBy)> {
        let seen = self.head.as_deref().filter(|seen| *seen != head)?;
        Some((seen, self.by.as_ref()?))
    }

    /// The request to do it once more, as far as it is for this head.
    #[must_use]
    pub fn again_at(&self, head: &str) -> Option<&str> {
        let is_seen = self.head.as_deref().is_none_or(|seen| seen == head);
        self.again.as_deref().filter(|_| is_seen)
    }
}

/// The commands of one comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandJob {
    /// The change.
    pub at: ChangeRef,
    /// Installation of the App.
    pub installation: Option<u64>,
    /// Id of the comment.
    pub comment: u64,
    /// Where the answer belongs.
    pub to: ReplyTo,
    /// Who wrote it.
    pub by: Person,
    /// Account of the author of the change, where it is known.
    pub author: Option<u64>,
    /// The head when it was written, where it is known.
    pub head: Option<String>,
    /// Address of the comment; empty where it has none.
    pub url: String,
    /// What it asks.
    pub said: Vec<Said>,
}

/// Work about a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitJob {
    /// The change that the event names; its number is 0 where it names none.
    pub at: ChangeRef,
    /// Installation of the App.
    pub installation: Option<u64>,
    /// The commit.
    pub commit: String,
    /// Id of the request.
    pub request: String,
}

impl Payload {
    /// Reads what the store holds.
    ///
    /// # Errors
    /// When no version of this program wrote it.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        // Before there were commands, every job was a review and said no more.
        serde_json::from_str(json).or_else(|error| serde_json::from_str(json).map(Self::Review).map_err(|_| error))
    }

    /// What is counted of it.
    #[must_use]
    pub fn kind(&self) -> meter::Job {
        match self {
            Self::Review(_) => meter::Job::Review,
            Self::Command(_) => meter::Job::Command,
            Self::Checks(_) => meter::Job::Checks,
            Self::Group(_) => meter::Job::Group,
        }
    }

    /// The change.
    #[must_use]
    pub fn at(&self) -> &ChangeRef {
        match self {
            Self::Review(job) => &job.at,
            Self::Command(job) => &job.at,
            Self::Checks(job) | Self::Group(job) => &job.at,
        }
    }

    /// Installation of the App that may act on it.
    #[must_use]
    pub fn installation(&self) -> Option<u64> {
        match self {
            Self::Review(job) => job.installation,
            Self::Command(job) => job.installation,
            Self::Checks(job) | Self::Group(job) => job.installation,
        }
    }

    /// The job. Reviews of one change coalesce, so a burst of pushes is reviewed once, at its newest head; a comment is answered
    /// for itself, while a review of the same change may go on.
    #[must_use]
    pub fn job(&self) -> NewJob {
        let key = match self {
            Self::Review(job) => review_key(&job.at),
            Self::Command(job) => format!("{} comment {}", review_key(&job.at), job.comment),
            Self::Checks(job) => format!("github:{}/{} commit {}", job.at.owner, job.at.repo, job.commit),
            Self::Group(job) => format!("github:{}/{} group {}", job.at.owner, job.at.repo, job.commit),
        };
        let payload = serde_json::to_string(self).unwrap_or_default();
        let asked = if let Self::Review(job) = self { job.asked() } else { 0 };
        NewJob { lane: lane(self.installation()), asked, ..NewJob::new(key, payload) }
    }
}

/// The lane of an installation: its jobs share the limits that GitHub sets for it.
#[must_use]
pub fn lane(installation: Option<u64>) -> String {
    installation.map(|id| format!("github:{id}")).unwrap_or_default()
}

/// The key of all reviews of a change.
#[must_use]
pub fn review_key(at: &ChangeRef) -> String {
    format!("github:{at}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::command::{Command, Mistake, Verb};

    fn at() -> ChangeRef {
        ChangeRef { owner: "o".into(), repo: "r".into(), number: 7 }
    }

    #[test]
    fn every_kind_comes_back_as_it_was_kept() {
        let commit = CommitJob { at: at(), installation: None, commit: "abc".into(), request: "d".into() };
        let command = CommandJob {
            at: at(),
            installation: Some(5),
            comment: 9,
            to: ReplyTo::Thread(8),
            by: Person { id: 1, login: "ann".into(), is_bot: false },
            author: None,
            head: None,
            url: String::new(),
            said: vec![
                Ok(Command::Waive { rule: "MET-009".into(), reason: "x".into(), until: None }),
                Err(Mistake::Unknown { said: "puase".into(), nearest: Some(Verb::Pause) }),
            ],
        };
        let all = [
            (Payload::Review(ReviewJob::of(at(), Some(5))), "github:o/r#7"),
            (Payload::Command(command), "github:o/r#7 comment 9"),
            (Payload::Checks(commit.clone()), "github:o/r commit abc"),
            (Payload::Group(commit), "github:o/r group abc"),
        ];
        for (payload, key) in all {
            let job = payload.job();
            assert_eq!((job.key.as_str(), Payload::read(&job.payload).unwrap()), (key, payload));
        }
        assert!(Payload::read("{}").is_err() && Payload::read("").is_err());
    }

    /// The store moves jobs to the new name of a repository by these forms (`store/names.rs`).
    #[test]
    fn every_kind_names_its_repository_and_installation_in_one_form() {
        let commit = CommitJob { at: at(), installation: Some(5), commit: "abc".into(), request: "d".into() };
        for payload in [Payload::Review(ReviewJob::of(at(), Some(5))), Payload::Group(commit)] {
            let NewJob { key, payload, lane, .. } = payload.job();
            assert!(key.starts_with("github:o/r#") || key.starts_with("github:o/r "), "{key}");
            assert_eq!(payload.matches(r#""at":{"owner":"o","repo":"r","#).count(), 1, "{payload}");
            assert_eq!(
                payload.matches(&format!(r#""installation":{}"#, lane.strip_prefix("github:").unwrap())).count(),
                1
            );
        }
    }

    #[test]
    fn a_payload_of_an_older_program_is_a_review() {
        let old = r#"{"at":{"owner":"o","repo":"r","number":7},"installation":null}"#;
        assert_eq!(Payload::read(old).unwrap(), Payload::Review(ReviewJob::of(at(), None)));
        let again = r#"{"at":{"owner":"o","repo":"r","number":7},"installation":5,"again":"d1"}"#;
        let review = ReviewJob { again: Some("d1".into()), ..ReviewJob::of(at(), Some(5)) };
        assert_eq!(Payload::read(again).unwrap(), Payload::Review(review));
    }

    #[test]
    fn a_request_is_for_the_head_that_was_seen() {
        let any = ReviewJob { again: Some("x".into()), ..ReviewJob::of(at(), None) };
        let pinned = ReviewJob { head: Some("a".into()), ..any.clone() };
        assert_eq!((any.again_at("b"), pinned.again_at("a"), pinned.again_at("b")), (Some("x"), Some("x"), None));
    }
}
