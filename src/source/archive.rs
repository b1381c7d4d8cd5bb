//! Text files of an archive, `.tar.gz` or `.zip`, unpacked in memory within limits. Writes nothing, follows no link, and knows no rule.

use std::io::Read as _;
use std::path::{Component, Path};

use flate2::read::GzDecoder;

use crate::office;
use crate::office::archive::{Archive, Entry, EntryKind, MOST_ENTRIES, MOST_RATIO, Shut};

/// Bytes of all entries together, unpacked: a small archive may hold far more than its size.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of one file.
const LONGEST_FILE: u64 = 1024 * 1024;

/// Why an archive is refused, whole.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Neither gzip with tar nor ZIP, or cut short.
    #[error("it is no .tar.gz or .zip archive, or it is damaged: {0}")]
    Damaged(String),
    /// An entry that cannot be unpacked.
    #[error("{path} cannot be unpacked: {why}")]
    Entry {
        /// Its path.
        path: String,
        /// Why.
        why: Shut,
    },
    /// A path that leads out of the archive.
    #[error("the path {0} leads out of the archive, or holds a backslash or a colon")]
    Outside(String),
    /// Two files with one path: which of them counts would be anybody's guess.
    #[error("{0} is there twice")]
    Twice(String),
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
    #[error(
        "it holds more than {MOST_ENTRIES} entries or 32 MiB, or, as a ZIP archive, unpacks to more than {MOST_RATIO} times its size"
    )]
    TooLarge,
}

impl ArchiveError {
    fn damaged(why: impl std::fmt::Display) -> Self {
        Self::Damaged(why.to_string())
    }

    /// Why the archive as a whole is not read.
    fn whole(shut: Shut) -> Self {
        match shut {
            Shut::Crowded | Shut::Large => Self::TooLarge,
            shut @ (Shut::Protected | Shut::Twice | Shut::Damaged(_)) => Self::damaged(shut),
        }
    }
}

/// The files with one of these endings: path and text, in order of path. What kind of archive it is, its first bytes say: neither a name
/// nor an address has to.
///
/// # Errors
/// When the archive cannot be read whole within the limits, or tries to reach out of itself.
pub fn texts(bytes: &[u8], endings: &[&str]) -> Result<Vec<(String, String)>, ArchiveError> {
    let is_zip = office::kind(bytes) == Some(office::Kind::Archive);
    let mut found = if is_zip { zipped(bytes, endings)? } else { tarred(bytes, endings)? };
    found.sort();
    let same = |pair: &[(String, String)]| pair.first().zip(pair.get(1)).is_some_and(|(one, other)| one.0 == other.0);
    match found.windows(2).find(|pair| same(pair)).and_then(<[_]>::first) {
        Some((path, _)) => Err(ArchiveError::Twice(path.clone())),
        None => Ok(found),
    }
}

fn tarred(bytes: &[u8], endings: &[&str]) -> Result<Vec<(String, String)>, ArchiveError> {
    // One byte more than allowed, so that an archive of exactly the limit is whole.
    let unpacked = GzDecoder::new(bytes).take(MOST_BYTES + 1);
    let mut archive = tar::Archive::new(unpacked);
    let mut found = Vec::new();
    for (number, entry) in archive.entries().map_err(ArchiveError::damaged)?.enumerate() {
        let mut entry = entry.map_err(ArchiveError::damaged)?;
        if number >= MOST_ENTRIES || entry.raw_file_position().saturating_add(entry.size()) > MOST_BYTES {
            return Err(ArchiveError::TooLarge);
        }
        let shown = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        let kind = match () {
            () if kind.is_symlink() || kind.is_hard_link() => EntryKind::Link,
            () if kind.is_file() => EntryKind::File,
            // Folders, and what is none of them: pipes, devices.
            () => EntryKind::Folder,
        };
        let said = Entry { path: shown, kind, bytes: entry.size() };
        let Some(path) = wanted(&said, endings)? else { continue };
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(ArchiveError::damaged)?;
        found.push((path, String::from_utf8(text).map_err(|_| ArchiveError::NotText(said.path))?));
    }
    Ok(found)
}

fn zipped(bytes: &[u8], endings: &[&str]) -> Result<Vec<(String, String)>, ArchiveError> {
    let mut archive = Archive::open(bytes, MOST_BYTES).map_err(ArchiveError::whole)?;
    let entries = archive.entries().map_err(ArchiveError::whole)?;
    // What stays packed counts, too, as it does where all of it has to be unpacked.
    if entries.iter().fold(0_u64, |all, entry| all.saturating_add(entry.bytes)) > archive.left() {
        return Err(ArchiveError::TooLarge);
    }
    let mut found = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        let Some(path) = wanted(&entry, endings)? else { continue };
        let text = archive.read(at).map_err(|why| match why {
            Shut::Large => ArchiveError::TooLarge,
            why => ArchiveError::Entry { path: entry.path.clone(), why },
        })?;
        // An entry may hold more than it says.
        if text.len() as u64 > LONGEST_FILE {
            return Err(ArchiveError::TooLong(entry.path));
        }
        found.push((path, String::from_utf8(text).map_err(|_| ArchiveError::NotText(entry.path))?));
    }
    Ok(found)
}

/// What a Mac puts beside the files into an archive: their icons and colours, under the names of the files.
const BESIDE: &str = "__MACOSX/";

/// The path of an entry that is read; none where it is of another kind.
fn wanted(entry: &Entry, endings: &[&str]) -> Result<Option<String>, ArchiveError> {
    if entry.kind == EntryKind::Link {
        return Err(ArchiveError::Link(entry.path.clone()));
    }
    let path = inside(&entry.path).ok_or_else(|| ArchiveError::Outside(entry.path.clone()))?;
    let is_page = endings.iter().any(|ending| path.ends_with(ending)) && !path.starts_with(BESIDE);
    if entry.kind != EntryKind::File || !is_page {
        return Ok(None);
    }
    if entry.bytes > LONGEST_FILE {
        return Err(ArchiveError::TooLong(entry.path.clone()));
    }
    Ok(Some(path))
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
    use std::io::{Cursor, Write as _};

    use proptest::prelude::*;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

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

    /// The same as a ZIP archive, with names as a hostile hand writes them.
    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (path, content) in entries {
            zip.start_file(*path, options).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refused_zip(bytes: &[u8], words: &str) {
        let error = texts(bytes, &[".md"]).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }

    /// `bytes` with every `from` as `to`, which is as long.
    fn forged(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let mut at = 0;
        while let Some(found) = bytes[at..].windows(from.len()).position(|part| part == from) {
            bytes[at + found..at + found + to.len()].copy_from_slice(to);
            at += found + to.len();
        }
        bytes
    }

    #[test]
    fn pages_come_out_in_order_and_other_files_stay_in() {
        let packed = archive(&[(FILE, "pack/b.md", b"B"), (FILE, "./pack/a.md", b"A"), (FILE, "pack/run.sh", b"rm")]);
        let expected = [("pack/a.md".to_owned(), "A".to_owned()), ("pack/b.md".to_owned(), "B".to_owned())];
        assert_eq!(texts(&packed, &[".md", ".toml"]).unwrap(), expected);
        let zipped = zip(&[
            ("pack/b.md", b"B"),
            ("./pack/a.md", b"A"),
            ("pack/run.sh", b"\xff"),
            ("__MACOSX/pack/._a.md", b"\0\xff"),
        ]);
        assert_eq!(texts(&zipped, &[".md", ".toml"]).unwrap(), expected);
    }

    #[test]
    fn what_reaches_out_of_the_archive_or_is_no_text_is_refused() {
        refused(&[(FILE, "../../etc/rules.md", b"x")], "leads out of the archive");
        refused(&[(FILE, "/etc/rules.md", b"x")], "leads out of the archive");
        refused(&[(tar::EntryType::Symlink, "a.md", b"")], "a.md is a link");
        refused(&[(tar::EntryType::Link, "a.md", b"")], "a.md is a link");
        refused(&[(FILE, "a.md", b"\xff\xfe")], "not UTF-8");
        refused(&[(FILE, "a.md", b"x"), (FILE, "./a.md", b"y")], "a.md is there twice");
        assert!(matches!(texts(b"no archive", &[".md"]), Err(ArchiveError::Damaged(_))));
        let whole = archive(&[(FILE, "a.md", &[b'x'; 4000])]);
        assert!(matches!(texts(&whole[..whole.len() / 2], &[".md"]), Err(ArchiveError::Damaged(_))));
    }

    #[test]
    fn the_same_holds_for_a_zip() {
        for path in ["../../etc/rules.md", "/etc/rules.md", "a\\..\\b.md", "C:/a.md"] {
            let named =
                forged(zip(&[(&"n".repeat(path.len()), b"x")]), "n".repeat(path.len()).as_bytes(), path.as_bytes());
            refused_zip(&named, &format!("the path {path} leads out of the archive"));
        }
        let mut link = ZipWriter::new(Cursor::new(Vec::new()));
        link.add_symlink("a.md", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        refused_zip(&link.finish().unwrap().into_inner(), "a.md is a link");
        refused_zip(&zip(&[("a.md", b"\xff\xfe")]), "a.md is not UTF-8");
        refused_zip(&zip(&[("a.md", b"x"), ("./a.md", b"y")]), "a.md is there twice");
        refused_zip(&forged(zip(&[("a.md", b"x"), ("b.md", b"y")]), b"b.md", b"a.md"), "have the same name");
        let whole = zip(&[("a.md", &[b'x'; 4000])]);
        refused_zip(&whole[..whole.len() / 2], "no .tar.gz or .zip archive, or it is damaged");
        // What is packed begins behind a header of 30 bytes and the name.
        let mut broken = whole.clone();
        broken[30 + "a.md".len() + 2] ^= 0xff;
        refused_zip(&broken, "a.md cannot be unpacked");
        // Bit 0 of the flags, in both headers, says that a password is needed.
        let mut locked = whole;
        for (header, flags) in [(&b"PK\x03\x04"[..], 6), (&b"PK\x01\x02"[..], 8)] {
            let at = locked.windows(4).position(|part| part == header).unwrap();
            locked[at + flags] |= 1;
        }
        refused_zip(&locked, "a.md cannot be unpacked: it is protected with a password");
    }

    #[test]
    fn what_grows_beyond_the_limits_is_refused() {
        let large = vec![b'x'; 1024 * 1024 + 1];
        refused(&[(FILE, "a.md", &large)], "larger than 1 MiB");
        let names: Vec<String> = (0..40).map(|number| format!("{number}.bin")).collect();
        let bomb: Vec<_> = names.iter().map(|name| (FILE, name.as_str(), large.as_slice())).collect();
        assert!(matches!(texts(&archive(&bomb), &[".md"]), Err(ArchiveError::TooLarge)));
    }

    #[test]
    fn a_zip_that_grows_beyond_the_limits_is_refused() {
        // Words that hardly shrink, so that the ratio has no part in it.
        let mut state = 1_u32;
        let mut noise = |long: usize| -> Vec<u8> {
            let letter = |_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                b'a' + u8::try_from((state >> 16) % 26).unwrap()
            };
            (0..long).map(letter).collect()
        };
        let (large, whole) = (noise(1024 * 1024 + 1), noise(1024 * 1024));
        refused_zip(&zip(&[("a.md", &large)]), "a.md is larger than 1 MiB");
        assert_eq!(texts(&zip(&[("a.md", &whole)]), &[".md"]).unwrap().len(), 1);
        // It says that it is one byte long.
        let said = u32::try_from(large.len()).unwrap().to_le_bytes();
        let lies = forged(zip(&[("a.md", &large)]), &said, &1_u32.to_le_bytes());
        assert!(texts(&lies, &[".md"]).is_err());

        let names: Vec<String> = (0..33).map(|number| format!("{number}.bin")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), whole.as_slice())).collect();
        assert!(matches!(texts(&zip(&many), &[".md"]), Err(ArchiveError::TooLarge)));
        // 2 MiB of nothing fit into 2 KiB.
        let hollow = vec![b' '; 1024 * 1024];
        assert!(matches!(texts(&zip(&[("a.md", &hollow), ("b.md", &hollow)]), &[".md"]), Err(ArchiveError::TooLarge)));
        let names: Vec<String> = (0..=MOST_ENTRIES).map(|number| format!("{number}.md")).collect();
        let crowd: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
        assert!(matches!(texts(&zip(&crowd), &[".md"]), Err(ArchiveError::TooLarge)));
    }

    proptest! {
        #[test]
        fn no_archive_breaks_the_reader(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            keep in any::<prop::sample::Index>(),
            cut in any::<bool>(),
        ) {
            let pages: [(&str, &[u8]); 2] = [("pack/a.md", b"words of a page"), ("pack/b.toml", b"a = 1")];
            let tarred: Vec<_> = pages.iter().map(|(path, content)| (FILE, *path, *content)).collect();
            for mut bytes in [zip(&pages), archive(&tarred)] {
                for (at, byte) in &changes {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
                if cut {
                    bytes.truncate(keep.index(bytes.len()));
                }
                for (path, text) in texts(&bytes, &[".md", ".toml"]).unwrap_or_default() {
                    prop_assert!(!path.contains("..") && text.len() < 1 << 20);
                }
            }
        }
    }
}
