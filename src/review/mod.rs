//! From assessments to what is said on a change: gathered, compared, placed, rendered, planned. Pure; the same for every
//! platform. Platforms use the types of this floor and add none of their own to it.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod action;
mod baseline;
mod catalogue;
mod change;
pub mod command;
mod compare;
mod gather;
pub mod marker;
mod mend;
mod opened;
mod place;
mod plan;
mod pressure;
mod questions;
mod queue;
pub mod render;
mod risk;
mod standing;
#[cfg(test)]
pub(crate) mod testing;
mod verdict;

pub use action::{
    Action, Annotation, Capabilities, CheckOutput, Event, Hidden, InlineComment, ObjectId, Outcome, Posted,
    PostedCheck, PostedComment, PostedReview, PostedSummary, ReplyTo, SUMMARY_URL, Thread,
};
pub use baseline::{Baseline, Held, Stale};
pub use catalogue::Catalogue;
pub use change::{Change, ChangeRef, ChangedFile, ConfigText, FilePatch, FileStatus, Skipped};
pub use compare::{CommitmentChange, Comparison, Direction, Reporting, Version, carry, commitments, compare};
pub use gather::{ProposedSettings, Review, Reviewed, gather};
pub use opened::Opened;
pub use place::{Comment, Layout, Named, Placed, Placement, Room, Stands, is_missing, layout, place};
pub use plan::{Options, plan};
pub use pressure::Pressure;
pub use questions::{Acceptance, Asked, Question, QuestionState, REMEMBERED, document_key, questions};
pub use queue::{Queued, queue};
pub use risk::merge as merge_risks;
pub use verdict::{Conclusion, Exit, Gate, conclusion};
