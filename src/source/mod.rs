//! Documents by path or address. Reads text; never says what it means.

pub mod archive;
pub mod file;
pub mod url;

use crate::document::Form;
use crate::office;
use crate::review::Opened;
use crate::text::{is_pointer, sha256_hex};

/// One input after reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// Text that can be reviewed.
    Text {
        /// Path or address as given.
        path: String,
        /// The text.
        text: String,
        /// Hexadecimal SHA-256 of its bytes.
        sha256: String,
        /// Where people open it, where it was read by its address.
        opened: Option<Opened>,
    },
    /// Not read; the reason says what to do.
    Unread {
        /// Path or address as given.
        path: String,
        /// One line: what happened, and the next step.
        reason: String,
    },
}

impl Loaded {
    /// Text from memory, with its hash.
    #[must_use]
    pub fn text(path: &str, text: String) -> Self {
        let sha256 = sha256_hex(text.as_bytes());
        Self::Text { path: path.to_owned(), text, sha256, opened: None }
    }

    /// The same, for people to open at `place`.
    #[must_use]
    pub fn opened_at(mut self, place: Opened) -> Self {
        if let Self::Text { opened, .. } = &mut self {
            *opened = Some(place);
        }
        self
    }
}

/// Why bytes cannot be read as a document, and what to do; none where they can, and where only a process that reads them can tell.
pub(crate) fn unfit(name: &str, bytes: &[u8]) -> Option<String> {
    match office::known(bytes) {
        Some(known) => known.err().or_else(|| Form::foreign(name).map(|ending| foreign(&ending))),
        None => text(name, bytes.to_vec()).err(),
    }
}

/// What to do about a file that is no document.
pub(crate) fn give() -> String {
    format!("give it as {}", Form::all_named())
}

/// Why a file with this ending is not read, and what to do.
pub(crate) fn foreign(ending: &str) -> String {
    format!("a file that ends with .{ending} is no document that is read here; {}", give())
}

/// Text from bytes, or what to do where they are none. Waits where a process has to read them.
pub(crate) fn decode(path: &str, bytes: Vec<u8>) -> Loaded {
    match office::read_apart(&bytes) {
        Some(Ok(text)) => {
            return Loaded::Text { path: path.to_owned(), text, sha256: sha256_hex(&bytes), opened: None };
        }
        Some(Err(reason)) => return Loaded::Unread { path: path.to_owned(), reason },
        None => {}
    }
    match text(path, bytes) {
        Ok(text) => Loaded::text(path, text),
        Err(reason) => Loaded::Unread { path: path.to_owned(), reason },
    }
}

/// Bytes of a file of this name as the text that they are.
fn text(path: &str, bytes: Vec<u8>) -> Result<String, String> {
    match utf8(bytes) {
        Ok(text) if text.trim_start_matches('\u{feff}').trim().is_empty() => {
            Err("the file is empty; write the specification first".to_owned())
        }
        Ok(text) if is_pointer(&text) => {
            Err("it is kept in Git LFS and only a pointer is here; `git lfs pull` fetches it".to_owned())
        }
        Ok(text) if text.contains('\0') || office::is_forged(&text) => Err(binary(path)),
        Ok(text) if text.starts_with("{\\rtf") => Err(foreign("rtf")),
        Ok(text) if Form::of(path, &text).is_damaged(&text) => {
            Err("the notebook is damaged; open it in Jupyter and save it again".to_owned())
        }
        // An address may end in anything, and what it sends has a type.
        Ok(_) if !path.contains("://") && Form::foreign(path).is_some() => {
            Err(foreign(&Form::foreign(path).unwrap_or_default()))
        }
        Ok(text) => match file_by_name(path) {
            Some(name) => Err(format!(
                "it is named as {name} and holds plain text; name it .md or .txt, or save it again as {name}"
            )),
            None => Ok(text),
        },
        Err(reason) if reason == BINARY => Err(binary(path)),
        Err(reason) => Err(reason),
    }
}

/// The kind of file that its name promises, where a process reads such files.
fn file_by_name(path: &str) -> Option<&'static str> {
    match Form::named(path)? {
        Form::Word => Some("a Word file"),
        Form::Pdf => Some("a PDF"),
        _ => None,
    }
}

fn binary(path: &str) -> String {
    match file_by_name(path) {
        Some(name) => format!("it is named as {name} and is none, or is damaged; save it again as {name}"),
        None => format!("{BINARY}; {}", give()),
    }
}

/// The text of these bytes.
///
/// # Errors
/// Where they are none, and what to do.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))
}

const BINARY: &str = "this is a binary file, not text";

/// Bytes are not UTF-8 from offset `at` on.
fn not_utf8(bytes: &[u8], at: usize) -> String {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return "this text is UTF-16; save the file as UTF-8".to_owned();
    }
    if bytes.contains(&0) {
        return BINARY.to_owned();
    }
    let line = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line} (byte {at}) is not UTF-8; save the file as UTF-8")
}
