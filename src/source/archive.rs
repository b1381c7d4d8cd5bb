//! Text files of a `.tar.gz`, unpacked in memory within limits. Writes nothing, follows no link, and knows no rule.

use std::io::Read as _;
use std::path::{Component, Path};

use flate2::read::GzDecoder;

/// Most entries of an archive that are looked at.
const MOST_ENTRIES: usize = 10_000;
/// Bytes of all entries together, unpacked: a small archive may hold far more than its size.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of one file.
const LONGEST_FILE: u64 = 1024 * 1024;

/// Why an archive is refused, whole.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Neither gzip nor tar, or cut short.
    #[error("it is no .tar.gz archive, or it is damaged: {0}")]
    Damaged(std::io::Error),
    /// A path that leads out of the archive.
    #[error("the path {0} leads out of the archive")]
    Outside(String),
    /// A link: what it leads to is not part of the digest.
    #[error("{0} is a link")]
    Link(String),
    /// A file that is no UTF-8 text.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
    /// A file that is too large.
    #[error("{0} is larger than 1 MiB")]
    TooLong(String),
    /// More entries, or more bytes, than are unpacked.
    #[error("it holds more than {MOST_ENTRIES} entries or 32 MiB")]
    TooLarge,
}

/// The files with one of these endings: path and text, in order of path.
///
/// # Errors
/// When the archive cannot be read whole within the limits, or tries to reach out of itself.
pub fn texts(bytes: &[u8], endings: &[&str]) -> Result<Vec<(String, String)>, ArchiveError> {
    // One byte more than allowed, so that an archive of exactly the limit is whole.
    let unpacked = GzDecoder::new(bytes).take(MOST_BYTES + 1);
    let mut archive = tar::Archive::new(unpacked);
    let mut found = Vec::new();
    for (number, entry) in archive.entries().map_err(ArchiveError::Damaged)?.enumerate() {
        let mut entry = entry.map_err(ArchiveError::Damaged)?;
        if number >= MOST_ENTRIES || entry.raw_file_position().saturating_add(entry.size()) > MOST_BYTES {
            return Err(ArchiveError::TooLarge);
        }
        let shown = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_symlink() || kind.is_hard_link() {
            return Err(ArchiveError::Link(shown));
        }
        let path = inside(&shown).ok_or_else(|| ArchiveError::Outside(shown.clone()))?;
        if !kind.is_file() || !endings.iter().any(|ending| path.ends_with(ending)) {
            continue;
        }
        if entry.size() > LONGEST_FILE {
            return Err(ArchiveError::TooLong(shown));
        }
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(ArchiveError::Damaged)?;
        found.push((path, String::from_utf8(text).map_err(|_| ArchiveError::NotText(shown))?));
    }
    found.sort();
    Ok(found)
}

/// The path below the archive, with slashes; none where it leads out.
fn inside(path: &str) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => kept.push(name.to_str().filter(|name| !name.contains(['\\', ':']))?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(kept.join("/"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// An archive of entries: kind, path, content (for a link: where it leads).
    fn archive(entries: &[(tar::EntryType, &str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (kind, path, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_mode(0o644);
            // Written past the checks of the crate, as a hostile hand would.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            let content: &[u8] = if *kind == tar::EntryType::Regular { content } else { b"" };
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content).unwrap();
        }
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&builder.into_inner().unwrap()).unwrap();
        packed.finish().unwrap()
    }

    const FILE: tar::EntryType = tar::EntryType::Regular;

    fn refused(entries: &[(tar::EntryType, &str, &[u8])], words: &str) {
        let error = texts(&archive(entries), &[".md"]).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn pages_come_out_in_order_and_other_files_stay_in() {
        let packed = archive(&[(FILE, "pack/b.md", b"B"), (FILE, "./pack/a.md", b"A"), (FILE, "pack/run.sh", b"rm")]);
        let expected = [("pack/a.md".to_owned(), "A".to_owned()), ("pack/b.md".to_owned(), "B".to_owned())];
        assert_eq!(texts(&packed, &[".md", ".toml"]).unwrap(), expected);
    }

    #[test]
    fn what_reaches_out_of_the_archive_or_is_no_text_is_refused() {
        refused(&[(FILE, "../../etc/rules.md", b"x")], "leads out of the archive");
        refused(&[(FILE, "/etc/rules.md", b"x")], "leads out of the archive");
        refused(&[(tar::EntryType::Symlink, "a.md", b"")], "a.md is a link");
        refused(&[(tar::EntryType::Link, "a.md", b"")], "a.md is a link");
        refused(&[(FILE, "a.md", b"\xff\xfe")], "not UTF-8");
        assert!(matches!(texts(b"no archive", &[".md"]), Err(ArchiveError::Damaged(_))));
        let whole = archive(&[(FILE, "a.md", &[b'x'; 4000])]);
        assert!(matches!(texts(&whole[..whole.len() / 2], &[".md"]), Err(ArchiveError::Damaged(_))));
    }

    #[test]
    fn what_grows_beyond_the_limits_is_refused() {
        let large = vec![b'x'; 1024 * 1024 + 1];
        refused(&[(FILE, "a.md", &large)], "larger than 1 MiB");
        let names: Vec<String> = (0..40).map(|number| format!("{number}.bin")).collect();
        let bomb: Vec<_> = names.iter().map(|name| (FILE, name.as_str(), large.as_slice())).collect();
        assert!(matches!(texts(&archive(&bomb), &[".md"]), Err(ArchiveError::TooLarge)));
    }
}
