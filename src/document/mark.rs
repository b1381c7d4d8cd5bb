//! Whether a passage is content, or only looks like it.

/// What a block or section stands for. Only `Content` can satisfy a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    /// What the author commits to.
    #[default]
    Content,
    /// `TBD`, `[Name]`, `XX %`, `{{…}}`: still to be filled.
    Placeholder,
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
