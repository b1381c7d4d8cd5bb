//! From assessments to what is said on a change: gathered, compared, placed, rendered, planned. Pure; the same for every
//! platform. Platforms use the types of this floor and add none of their own to it.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod change;
mod compare;
mod gather;
pub mod marker;
mod place;
mod plan;
pub mod render;
mod verdict;

pub use change::{Change, ChangeRef, ChangedFile, ConfigText, FilePatch, FileStatus, Skipped};
pub use compare::{Comparison, compare};
pub use gather::{Review, Reviewed, gather};
pub use place::{Placed, Placement, place};
pub use plan::{
    Action, Annotation, Capabilities, CheckOutput, InlineComment, ObjectId, Options, Outcome, Posted, PostedCheck,
    PostedComment, PostedReview, PostedSummary, SUMMARY_URL, plan,
};
pub use verdict::{Conclusion, Gate, conclusion};
