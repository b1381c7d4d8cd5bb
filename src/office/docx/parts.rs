//! The parts of a Word file: entries of a ZIP archive, unpacked in memory within limits, and the relations between them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::Unreadable;
use super::xml::{Item, value, walk};

/// Most entries of an archive: a report of 1,000 pictures has fewer than 2,000.
const MOST_ENTRIES: usize = 10_000;
/// Bytes of all parts that are read, unpacked. A text of 1,000 pages takes about 10 MiB.
const MOST_BYTES: u64 = 64 << 20;
/// How many times its size a part may unpack to, once it is larger than [`SMALL`]. Tables of a program reach 150.
const MOST_RATIO: u64 = 400;
/// Bytes up to which the ratio says nothing.
const SMALL: u64 = 1 << 20;

/// An archive that is open.
pub(super) struct Parts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

/// A relation of a part.
#[derive(Debug)]
pub(super) struct Relation {
    /// The last part of its kind: `styles`, `hyperlink`.
    pub(super) kind: String,
    /// Path of another part, or an address.
    pub(super) target: String,
}

impl<'a> Parts<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Unreadable::damaged(&error))?;
        if archive.len() > MOST_ENTRIES {
            return Err(Unreadable::TooLarge("10,000 entries"));
        }
        Ok(Self { archive, left: MOST_BYTES })
    }

    /// The text of a part; none where there is no such part.
    pub(super) fn text(&mut self, path: &str) -> Result<Option<String>, Unreadable> {
        let left = self.left;
        let mut entry = match self.archive.by_name(path) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => return Err(Unreadable::Protected),
            Err(error) => return Err(Unreadable::damaged(&error)),
        };
        let packed = entry.compressed_size().max(1);
        let most = left.min(packed.saturating_mul(MOST_RATIO).max(SMALL));
        let mut bytes = Vec::new();
        // One byte more than allowed tells what is too large from what just fits.
        entry.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(|error| Unreadable::damaged(&error))?;
        let length = bytes.len() as u64;
        if length > most {
            return Err(Unreadable::TooLarge("64 MiB of text, or 400 times its size"));
        }
        self.left -= length;
        let text = String::from_utf8(bytes).map_err(|_| Unreadable::damaged("a part of it is not UTF-8"))?;
        Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
    }

    /// The relations of the part at `path` (of the archive, where it is empty), by their names.
    pub(super) fn relations(&mut self, path: &str) -> Result<BTreeMap<String, Relation>, Unreadable> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let slash = if folder.is_empty() { "" } else { "/" };
        let mut found = BTreeMap::new();
        let Some(text) = self.text(&format!("{folder}{slash}_rels/{name}.rels"))? else { return Ok(found) };
        walk(&text, |item| {
            if let Item::Open("Relationship", tag) = item
                && let (Some(id), Some(kind), Some(target)) =
                    (value(tag, "Id"), value(tag, "Type"), value(tag, "Target"))
            {
                let outside = value(tag, "TargetMode").is_some_and(|mode| mode == "External");
                let target = if outside { target } else { resolved(folder, &target) };
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                found.insert(id, Relation { kind, target });
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// A path in the archive that is written relative to `folder`.
fn resolved(folder: &str, target: &str) -> String {
    let whole = match target.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut kept: Vec<&str> = Vec::new();
    for part in whole.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            kept.pop();
        } else {
            kept.push(part);
        }
    }
    kept.join("/")
}
