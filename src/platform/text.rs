//! Which bytes of a repository are text to be read, the same on every platform, and what is said of the others.

use std::borrow::Cow;

use crate::config::Limits;
use crate::office;
use crate::text::is_pointer;

/// The text, or why there is none. Waits where a process has to read it.
pub(super) fn read(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if let Some(text) = office::read_apart(bytes) {
        return text.and_then(|text| {
            if text.len() > Limits::MOST.file_bytes { Err(text_too_large()) } else { Ok(Cow::Owned(text)) }
        });
    }
    if bytes.contains(&0) {
        return Err("binary".into());
    }
    match std::str::from_utf8(bytes) {
        Err(error) => Err(format!("not UTF-8 (byte {})", error.valid_up_to() + 1)),
        Ok(text) if is_pointer(text) => Err("kept in Git LFS: only a pointer is in the repository".into()),
        Ok(text) if office::is_forged(text) => Err("binary".into()),
        // Under the name of a file that may be larger.
        Ok(text) if text.len() > Limits::MOST.file_bytes => Err(text_too_large()),
        Ok(text) => Ok(Cow::Borrowed(text)),
    }
}

/// Most bytes of the file at a path that are read.
pub(super) fn most(path: &str) -> usize {
    if office::is_read_apart(path) { Limits::FILE } else { Limits::MOST.file_bytes }
}

/// What is said of a file over its limit.
pub(super) fn too_large(most: usize) -> String {
    format!("larger than {} MiB", most >> 20)
}

fn text_too_large() -> String {
    too_large(Limits::MOST.file_bytes)
}

/// What is said of a file for which there is no room beside the other files that are fetched with it.
pub(super) fn too_many_files() -> String {
    format!("the Word files and PDFs of the change are larger than {} MiB together", Limits::FILES >> 20)
}

/// What is said of a document for which a change has no room left.
pub(super) fn over_budget() -> String {
    format!("the documents of the change are larger than {} MiB together", Limits::MOST.change_bytes >> 20)
}

/// What is said of documents beyond the number that is read.
pub(super) fn too_many() -> String {
    format!(
        "a change is read up to {} documents; those that `specs` of the configuration names come first, `exclude` leaves others out",
        Limits::MOST.documents
    )
}

/// Why everything in a document counts as new although it was there before.
pub(super) fn without_base(why: &str) -> String {
    format!("its text at the base: {why}; everything in it counts as new")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_is_read() {
        for (bytes, expected) in [
            (&b"# A\r\nb"[..], Ok("# A\r\nb")),
            (b"", Ok("")),
            (b"\xef\xbb\xbf# A", Ok("\u{feff}# A")),
            (b"a\0b", Err("binary")),
            (b"\x01docx\np1\t# A", Err("binary")),
            (b"ab\xff", Err("not UTF-8 (byte 3)")),
            (
                b"version https://git-lfs.github.com/spec/v1\noid x",
                Err("kept in Git LFS: only a pointer is in the repository"),
            ),
        ] {
            assert_eq!(read(bytes), expected.map(Cow::Borrowed).map_err(str::to_owned));
        }
    }
}
