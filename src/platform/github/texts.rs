//! Texts of files at commits: known ones from memory, the others with one question for many of them, and by themselves where
//! GraphQL cuts them or has none. Symbolic links are not followed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::client::{Failure, file_path, raw};
use super::known::{Entry, Text};
use super::{Repository, graph, is_commit};
use bytes::Bytes;

use crate::config::Limits;
use crate::office;
use crate::platform::{PlatformError, text};

/// Bytes of all files of a change, at the head and again at the base.
pub(super) const CHANGE: usize = Limits::MOST.change_bytes;

/// What became of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    Text(Arc<str>),
    Absent,
    Left(String),
}

impl From<Text> for Read {
    fn from(text: Text) -> Self {
        match text {
            Text::Read(text) => Self::Text(text),
            Text::Left(why) => Self::Left(why),
        }
    }
}

/// What came of asking for a file by itself.
enum Asked {
    /// What its bytes say, which never changes.
    Bytes(Text),
    Absent,
    /// Why it was not read this time; another time it may be.
    Unread(String),
}

/// A file that is wanted.
#[derive(Debug, Clone)]
pub(super) struct Wish<'a> {
    pub(super) commit: &'a str,
    pub(super) path: &'a str,
    /// Its blob, where it is known.
    pub(super) blob: Option<&'a str>,
}

/// A file as GraphQL shows it.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    oid: String,
    mode: u32,
    #[serde(rename = "type")]
    kind: String,
    object: Option<Blob>,
}

/// Files as [`graph::files`] asks for them; none where nothing lies.
pub(super) type Files = HashMap<String, Option<File>>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    byte_size: Option<usize>,
    is_truncated: Option<bool>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    repository: Option<HashMap<String, Option<Files>>>,
}

/// What an answer says of a file.
enum Shown {
    Text(Text),
    /// It has to be read by itself, and has so many bytes, where GitHub says it.
    Blob(String, usize),
    Other(String),
}

impl File {
    /// What the answer says of the file, of which at most so many bytes are read.
    fn shown(&self, most: usize) -> Shown {
        if self.kind != "blob" {
            return Shown::Other("not a file (a folder or a submodule)".into());
        }
        if self.mode & 0o170_000 == 0o120_000 || self.mode == 120_000 {
            return Shown::Other("a symbolic link".into());
        }
        let Some(Blob { byte_size: Some(size), is_truncated, text }) = &self.object else {
            return Shown::Blob(self.oid.clone(), most);
        };
        match text {
            _ if *size > most => Shown::Text(Text::Left(text::too_large(most))),
            // What a process of its own has to read is read by itself, where somebody waits for it.
            Some(text) if office::kind(text.as_bytes()).is_some() => Shown::Blob(self.oid.clone(), *size),
            // A text of another length is cut, or was written in another encoding.
            Some(text) if *is_truncated == Some(false) && text.len() == *size => Shown::Text(decode(text.as_bytes())),
            _ => Shown::Blob(self.oid.clone(), *size),
        }
    }
}

impl File {
    /// Its text, where the answer has all of it.
    pub(super) fn whole(&self) -> Read {
        match self.shown(Limits::MOST.file_bytes) {
            Shown::Text(text) => text.into(),
            Shown::Blob(..) => Read::Left("GitHub does not give its whole text".into()),
            Shown::Other(why) => Read::Left(why),
        }
    }
}

impl Repository {
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.scope.owner, self.scope.repo)
    }

    /// The texts that are wanted, in their order.
    pub(super) async fn read_all(&self, wishes: &[Wish<'_>]) -> Result<Vec<Read>, Failure> {
        let name = self.name();
        let mut read: Vec<Option<Read>> = wishes.iter().map(|wish| self.known(&name, wish)).collect();
        let mut commits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (wish, _) in wishes.iter().zip(&read).filter(|(_, read)| read.is_none()) {
            let paths = commits.entry(wish.commit).or_default();
            if !paths.contains(&wish.path) {
                paths.push(wish.path);
            }
        }
        if commits.is_empty() {
            return Ok(read.into_iter().flatten().collect());
        }
        let of = |(at, (commit, paths)): (usize, (&&str, &Vec<&str>))| {
            let files = graph::files(paths.iter().copied());
            format!("c{at}: object(oid: {}) {{ ... on Commit {{ {files} }} }}", graph::literal(commit))
        };
        let commits_asked = commits.iter().enumerate().map(of).collect::<Vec<_>>().join(" ");
        let query = format!(
            "query Texts($owner: String!, $repo: String!) {{ \
             repository(owner: $owner, name: $repo) {{ {commits_asked} }} }} {}",
            graph::TEXT
        );
        let variables = json!({ "owner": self.scope.owner, "repo": self.scope.repo });
        let answer: Answer = self.ask(&json!({ "query": query, "variables": variables })).await?;
        let mut found = answer.repository.unwrap_or_default();
        let mut room = Limits::FILES;
        for (at, (commit, paths)) in commits.iter().enumerate() {
            // What GitHub does not know yet is not absent for good: it is asked for again.
            let unknown = || Failure::NoAnswer(format!("GitHub does not know the commit {commit}"));
            let files = found.remove(&format!("c{at}")).flatten().ok_or_else(unknown)?;
            for (at, path) in paths.iter().enumerate() {
                let text = self.put_away(&name, (commit, path), graph::file(&files, at), &mut room).await?;
                for (wish, read) in wishes.iter().zip(&mut read) {
                    if (wish.commit, wish.path) == (*commit, *path) {
                        *read = Some(text.clone());
                    }
                }
            }
        }
        Ok(read.into_iter().map(|read| read.unwrap_or(Read::Absent)).collect())
    }

    /// What an answer says of a file at a commit and path, kept for the next time. What is read by itself has to find room.
    pub(super) async fn put_away(
        &self,
        name: &str,
        (commit, path): (&str, &str),
        file: Option<&File>,
        room: &mut usize,
    ) -> Result<Read, Failure> {
        let shelf = &self.shared.shelf;
        let Some(file) = file else {
            shelf.keep_entry(name, commit, path, &Entry::Absent);
            return Ok(Read::Absent);
        };
        let most = text::most(path);
        let text = match file.shown(most) {
            Shown::Other(why) => {
                shelf.keep_entry(name, commit, path, &Entry::Other(why.clone()));
                return Ok(Read::Left(why));
            }
            Shown::Text(text) => text,
            // What has no room beside others may have it in another change.
            Shown::Blob(_, size) if size > *room => return Ok(Read::Left(text::too_many_files())),
            Shown::Blob(oid, size) if is_commit(&oid) => {
                *room -= size;
                // A blob by itself, of which REST gives up to a hundred megabytes.
                match self.bytes(&self.path(&format!("/git/blobs/{oid}")), most).await? {
                    Asked::Bytes(text) => text,
                    Asked::Absent => return Ok(Read::Absent),
                    Asked::Unread(why) => return Ok(Read::Left(why)),
                }
            }
            Shown::Blob(..) => return Ok(Read::Absent),
        };
        shelf.keep_text(name, &file.oid, &text);
        shelf.keep_entry(name, commit, path, &Entry::Blob(file.oid.clone()));
        Ok(text.into())
    }

    fn known(&self, name: &str, wish: &Wish<'_>) -> Option<Read> {
        let shelf = &self.shared.shelf;
        if let Some(text) = wish.blob.and_then(|blob| shelf.text(name, blob)) {
            return Some(text.into());
        }
        match shelf.entry(name, wish.commit, wish.path)? {
            Entry::Absent => Some(Read::Absent),
            Entry::Other(why) => Some(Read::Left(why)),
            Entry::Blob(blob) => shelf.text(name, &blob).map(Read::from),
        }
    }

    /// One more text of the repository. A symbolic link is followed by GitHub, and only to files of the same commit.
    pub(super) async fn read_text(
        &self,
        path: &str,
        commit: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError> {
        let at = self.path(&format!("/contents/{}?ref={commit}", file_path(path)));
        match self.bytes(&at, most.min(text::most(path))).await.map_err(|failure| failure.error(path))? {
            Asked::Bytes(Text::Read(text)) => Ok(Some(text.as_ref().to_owned())),
            Asked::Bytes(Text::Left(_)) | Asked::Absent | Asked::Unread(_) => Ok(None),
        }
    }

    async fn bytes(&self, path: &str, most: usize) -> Result<Asked, Failure> {
        match self.get(path, raw(most)).await {
            Ok(answer) if answer.is_json() => Ok(Asked::Unread("not a file (a folder or a submodule)".into())),
            Ok(answer) => Ok(decode_apart(answer.body).await),
            Err(Failure::TooLarge) => Ok(Asked::Bytes(Text::Left(text::too_large(most)))),
            Err(Failure::Refused { status: 404, .. }) => Ok(Asked::Absent),
            // Most often the file itself is the matter: too large to be served, or taken down. Whether it is so for good nobody says.
            Err(Failure::Refused { status: 403 | 406 | 409 | 410 | 413 | 422 | 451, message, wait: None }) => {
                Ok(Asked::Unread(message))
            }
            Err(failure) => Err(failure),
        }
    }
}

fn decode(bytes: &[u8]) -> Text {
    text::read(bytes).map_or_else(Text::Left, |text| Text::Read(text.into()))
}

/// As [`decode`]. What takes a process is waited for by a thread of its own; it may have had no time or no room, and next time it may.
async fn decode_apart(bytes: Bytes) -> Asked {
    if office::kind(&bytes).is_none() {
        return Asked::Bytes(decode(&bytes));
    }
    match tokio::task::spawn_blocking(move || decode(&bytes)).await {
        Ok(Text::Left(why)) => Asked::Unread(why),
        Ok(text) => Asked::Bytes(text),
        Err(error) => Asked::Unread(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: usize = Limits::MOST.file_bytes;

    #[test]
    fn what_graphql_changes_is_read_by_itself() {
        let file = |kind: &str, mode, size: usize, truncated, text: Option<&str>| File {
            oid: "1".repeat(40),
            mode,
            kind: kind.into(),
            object: Some(Blob { byte_size: Some(size), is_truncated: Some(truncated), text: text.map(str::to_owned) }),
        };
        for (file, expected) in [
            (file("blob", 0o100_644, 4, false, Some("text")), "text"),
            (file("blob", 0o100_755, 900_000, true, Some("te")), "blob"),
            (file("blob", 0o100_644, 4, false, None), "blob"),
            (file("blob", 0o100_644, 4, false, Some("caf\u{fffd}")), "blob"),
            (file("blob", 0o100_644, FILE + 1, true, Some("te")), "left"),
            (file("blob", 0o120_000, 4, false, Some("a.md")), "other"),
            (file("tree", 0o040_000, 4, false, None), "other"),
        ] {
            let found = match file.shown(FILE) {
                Shown::Text(Text::Read(_)) => "text",
                Shown::Text(Text::Left(_)) => "left",
                Shown::Blob(..) => "blob",
                Shown::Other(_) => "other",
            };
            assert_eq!(found, expected, "{file:?}");
        }
        let word = file("blob", 0o100_644, FILE + 1, true, None);
        assert!(matches!(word.shown(text::most("a.docx")), Shown::Blob(_, size) if size == FILE + 1));
        assert!(matches!(word.shown(text::most("a.md")), Shown::Text(Text::Left(_))));
    }
}
