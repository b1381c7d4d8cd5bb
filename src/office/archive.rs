//! Entries of a ZIP archive, unpacked in memory within limits: Word files are such, and packs of rules may be. Knows what no entry means.

use std::io::{Cursor, Read as _};

use thiserror::Error;
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::{ZipError, ZipResult};

/// Most entries of an archive: a report of 1,000 pictures has fewer than 2,000.
pub const MOST_ENTRIES: usize = 10_000;
/// How many times its size an archive, and each of its entries, may unpack to, once that is more than 1 MiB. Tables of a program
/// reach 150.
pub const MOST_RATIO: u64 = 400;
/// Bytes up to which the ratio says nothing.
const SMALL: u64 = 1 << 20;

/// Why an archive, or one of its entries, is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Shut {
    /// More entries than [`MOST_ENTRIES`].
    #[error("it holds more than 10,000 entries")]
    Crowded,
    /// More bytes than were allowed, or than [`MOST_RATIO`] times its size.
    #[error("it unpacks to more than is read")]
    Large,
    /// A password is needed.
    #[error("it is protected with a password")]
    Protected,
    /// Two entries have one name: which of them counts, each program decides for itself.
    #[error("two of its entries have the same name")]
    Twice,
    /// It is none, or not whole, or packed in a way that is not known.
    #[error("{0}")]
    Damaged(String),
}

impl Shut {
    fn of(error: &ZipError) -> Self {
        match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Self::Protected,
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// What an archive says of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, as it is written.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes that it says it unpacks to.
    pub bytes: u64,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
}

/// An archive that is open.
pub struct Archive<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    left: u64,
}

impl std::fmt::Debug for Archive<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Archive").field("entries", &self.archive.len()).field("left", &self.left).finish()
    }
}

impl<'a> Archive<'a> {
    /// Opens an archive of which `most` bytes at most are unpacked, all in all.
    ///
    /// # Errors
    /// When the bytes are no archive, or one with too many entries.
    pub fn open(bytes: &'a [u8], most: u64) -> Result<Self, Shut> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Shut::of(&error))?;
        if archive.len() > MOST_ENTRIES {
            return Err(Shut::Crowded);
        }
        if archive.has_duplicate_names() {
            return Err(Shut::Twice);
        }
        // Entries may share their bytes, so that each of them keeps within the ratio and all of them do not.
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(Self { archive, left: most.min(unpacked(size)) })
    }

    /// Bytes that may still be unpacked.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// What it says of its entries, in its order. Unpacks nothing.
    ///
    /// # Errors
    /// When an entry is not where the archive says it is.
    pub fn entries(&mut self) -> Result<Vec<Entry>, Shut> {
        let mut entries = Vec::with_capacity(self.archive.len());
        for at in 0..self.archive.len() {
            let entry = self.archive.by_index_raw(at).map_err(|error| Shut::of(&error))?;
            let path = entry.name().map_err(|error| Shut::of(&error))?.into_owned();
            let kind = match () {
                () if entry.is_symlink() => EntryKind::Link,
                () if entry.is_dir() => EntryKind::Folder,
                () => EntryKind::File,
            };
            entries.push(Entry { path, kind, bytes: entry.size() });
        }
        Ok(entries)
    }

    /// The bytes of the entry that stands at `at` among [`Archive::entries`].
    ///
    /// # Errors
    /// When it cannot be unpacked within the limits.
    pub fn read(&mut self, at: usize) -> Result<Vec<u8>, Shut> {
        let bytes =
            unpack(self.archive.by_index(at), self.left)?.ok_or_else(|| Shut::Damaged("no entry".to_owned()))?;
        self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes)
    }

    /// The bytes of the entry with this path; none where there is no such entry.
    ///
    /// # Errors
    /// As [`Archive::read`].
    pub fn named(&mut self, path: &str) -> Result<Option<Vec<u8>>, Shut> {
        let bytes = unpack(self.archive.by_name(path), self.left)?;
        let taken = bytes.as_ref().map_or(0, Vec::len);
        self.left = self.left.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
        Ok(bytes)
    }
}

/// Bytes that so many may unpack to.
fn unpacked(packed: u64) -> u64 {
    packed.max(1).saturating_mul(MOST_RATIO).max(SMALL)
}

fn unpack(entry: ZipResult<ZipFile<'_, Cursor<&[u8]>>>, left: u64) -> Result<Option<Vec<u8>>, Shut> {
    let mut entry = match entry {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(Shut::of(&error)),
    };
    let most = left.min(unpacked(entry.compressed_size()));
    let mut bytes = Vec::new();
    // One byte more than allowed tells what is too large from what just fits.
    let read = entry.by_ref().take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| Shut::Damaged(error.to_string()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(Shut::Large);
    }
    Ok(Some(bytes))
}
