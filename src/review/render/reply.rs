//! An answer to the commands of one comment, with the mark by which it is found again.

use super::escape::{self, Md, md};
use crate::review::ChangeRef;
use crate::review::marker::{MarkKind, MarkerKey};

/// The whole text of an answer on change `at`; `key` names the comment.
#[must_use]
pub fn reply(marker: &MarkerKey, at: &ChangeRef, key: &str, told: Md) -> String {
    let seal = marker.seal(at, MarkKind::Reply, key, &[], told.as_str());
    md![told, "\n", escape::marker(&seal)].into_string()
}
