//! What another tool says of one place. Plain data, as the tool has it but for lengths and letters.

use std::sync::Arc;

use crate::finding::Severity;

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Code units of UTF-16.
    Utf16,
    /// Unicode scalar values.
    Chars,
}

/// Lines and perhaps columns, as the tool counts them: from 1, nothing of it checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First line.
    pub start: u32,
    /// Last line.
    pub end: u32,
    /// Column of the first character, and the one after the last.
    pub columns: Option<(u32, u32)>,
    /// What the columns count.
    pub unit: Unit,
}

impl Region {
    /// From a line and perhaps a column to an end that belongs to it no more, where columns are given.
    pub(super) fn new(start: (u32, Option<u32>), end: (Option<u32>, Option<u32>), unit: Unit) -> Self {
        let (from, first) = start;
        let (to, after) = (end.0.unwrap_or(from), end.1);
        // An end at the beginning of a line holds nothing of it.
        if to > from && first.is_some() && after == Some(1) {
            return Self { start: from, end: to - 1, columns: None, unit };
        }
        let columns = first.zip(after).filter(|(first, after)| to == from && first < after);
        Self { start: from, end: to, columns, unit }
    }
}

/// One thing that another tool says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its rule: `vale/Google.Passive`.
    pub rule: String,
    /// Where; none for the file as a whole.
    pub region: Option<Region>,
    /// How bad.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What the tool says of the rule in general.
    pub why: String,
    /// Text that may stand in the place.
    pub suggestion: Option<String>,
    /// Where the rule is documented; an `http` address or nothing.
    pub url: String,
    /// The tool says that it was there before.
    pub is_known: bool,
}

/// All that other tools say of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The worst first.
    pub list: Arc<[Claim]>,
    /// They count for a gate.
    pub count: bool,
    /// Every report could be read: what is not claimed is not so.
    pub is_whole: bool,
}
