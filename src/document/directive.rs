//! Instructions to this tool that stand in the document as HTML comments.

use crate::text::{LineRange, Span};

/// One `<!-- specreview: … -->` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// What it asks for.
    pub kind: DirectiveKind,
    /// Place of the comment.
    pub span: Span,
    /// Its lines.
    pub lines: LineRange,
}

/// What a directive asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectiveKind {
    /// `waive CODE reason="…"`: the rule is left out on purpose. Without a reason it does not count.
    Waive {
        /// Rule code, perhaps with a part: `VER-001:data`.
        rule: String,
        /// The reason, trimmed; none or empty means that the waiver is not valid.
        reason: Option<String>,
        /// `until="2027-01-31"`, as written.
        until: Option<String>,
    },
    /// Anything else after `specreview:`; reported, so that a typing error is not silence.
    Unknown(String),
}
