//! Business measures: a noun phrase with a number in a goal. Never takes the quality of a model for a result of the business.

use super::{Found, Reader};

/// Reads goals.
pub(super) fn read(_reader: &Reader<'_>, _found: &mut Found) {}
