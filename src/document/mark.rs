//! Whether a passage is content, or only looks like it.

/// What a block or section stands for. Only `Content` can satisfy a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    /// What the author commits to.
    #[default]
    Content,
    /// `TBD`, `[Name]`, `XX %`, `{{…}}`: still to be filled.
    Placeholder,
    /// Text with a slot that this program left open (`‹owner›`), and what stands around nothing but such text: the header of its
    /// table, the heading of its section. It counts for nothing, neither for the author nor against him.
    Slot,
    /// A prompt of a template ("Describe the baseline here", guidance quotes).
    Guidance,
    /// An illustration ("for example", a section called Example).
    Example,
    /// Definitions of terms, abbreviations.
    Glossary,
    /// References, tables of contents, change logs: about the document, not the project.
    Apparatus,
    /// HTML or link-definition comments.
    Comment,
}
