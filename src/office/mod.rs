//! Word files and PDFs as text: told by their first bytes, read apart in a process of their own that can do nothing else.

mod apart;
pub mod archive;
mod docx;
mod pdf;

pub use apart::{COMMAND, known, read_apart, serve, start_with};

use thiserror::Error;

use crate::document::Form;

/// Limits that the readers share.
mod limits {
    /// Bytes of text that are taken out of one file: a thousand pages.
    pub(super) const TEXT: usize = 4 << 20;
    /// Cells of one table.
    pub(super) const CELLS: usize = 500_000;
}

/// Why a file gives no text, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// An archive, or a file of another program.
    #[error("this is an archive and no Word document; give a .docx file")]
    NoWord,
    /// A format of old, which protected files have, too.
    #[error("this is an old Word file, or one that is protected with a password; save it as .docx without a password")]
    Old,
    /// A password is needed.
    #[error("it is protected with a password; save it without one")]
    Protected,
    /// It cannot be what it says it is.
    #[error("the file is damaged ({0}); open it and save it again")]
    Damaged(String),
    /// A document type or an entity: no program that writes documents does that.
    #[error("it declares entities of its own, as attacks do; save it again with a word processor")]
    Declares,
    /// Elements in elements.
    #[error("it nests deeper than documents do; save it again with a word processor")]
    TooDeep,
    /// More than is read.
    #[error("it holds more than {0}; give the specification alone")]
    TooLarge(&'static str),
    /// Pictures of text.
    #[error(
        "its pages are pictures without text; give the document that was printed or scanned, or have a program recognise the text"
    )]
    Scanned,
    /// No words.
    #[error("it holds no words; write the specification first")]
    Empty,
}

impl Unreadable {
    fn damaged(why: impl std::fmt::Display) -> Self {
        let why: String = why.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
        Self::Damaged(why)
    }

    fn too_much_text() -> Self {
        Self::TooLarge("4 MiB of text")
    }
}

/// Bytes in which a PDF says that it is one.
const HEAD: usize = 16;

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A ZIP archive: a Word file, perhaps.
    Archive,
    /// A PDF.
    Pdf,
    /// A file of Word as it was before 2007, or one that is protected with a password.
    Old,
}

/// The kind of a file that is read here; none for any other.
#[must_use]
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"PK\x03\x04") {
        Some(Kind::Archive)
    } else if bytes.get(..bytes.len().min(HEAD)).is_some_and(|head| head.windows(5).any(|five| five == b"%PDF-")) {
        Some(Kind::Pdf)
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        Some(Kind::Old)
    } else {
        None
    }
}

/// True for paths that end as files do that are read apart.
#[must_use]
pub fn is_read_apart(path: &str) -> bool {
    Form::of(path, "").is_file()
}

/// True for text that would be taken for what [`read`] gives. From anybody else it is a forgery: it says places that are not there, and
/// shows people other words than the rules read.
#[must_use]
pub fn is_forged(text: &str) -> bool {
    Form::of("", text).is_file()
}

/// The text of a file, for [`crate::document::Document::read`]. Runs here: whoever does not know where the file comes from calls
/// [`read_apart`].
///
/// # Errors
/// Where there is none; the error says what to do.
pub fn read(bytes: &[u8]) -> Result<String, Unreadable> {
    match kind(bytes) {
        Some(Kind::Archive) => docx::read(bytes),
        Some(Kind::Pdf) => pdf::read(bytes),
        Some(Kind::Old) => Err(Unreadable::Old),
        None => Err(Unreadable::damaged("its first bytes are of no known kind")),
    }
}
