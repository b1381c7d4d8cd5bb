//! The parts of a Word file, which are entries of an archive, and the relations between them.

use std::collections::BTreeMap;

use super::super::Unreadable;
use super::super::archive::{Archive, Shut};
use super::xml::{Item, value, walk};

/// Bytes of all parts that are read, unpacked. A text of 1,000 pages takes about 10 MiB.
const MOST_BYTES: u64 = 64 << 20;

/// An archive that is open.
pub(super) struct Parts<'a>(Archive<'a>);

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
        Ok(Self(Archive::open(bytes, MOST_BYTES).map_err(unreadable)?))
    }

    /// The text of a part; none where there is no such part.
    pub(super) fn text(&mut self, path: &str) -> Result<Option<String>, Unreadable> {
        let Some(bytes) = self.0.named(path).map_err(unreadable)? else { return Ok(None) };
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

fn unreadable(shut: Shut) -> Unreadable {
    match shut {
        Shut::Crowded => Unreadable::TooLarge("10,000 entries"),
        Shut::Large => Unreadable::TooLarge("64 MiB of text, or 400 times its size"),
        Shut::Protected => Unreadable::Protected,
        shut @ (Shut::Twice | Shut::Damaged(_)) => Unreadable::damaged(shut),
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
