//! Reads a pull request: its changed documents at the head and at the merge base, their diff, and the configuration of the
//! base. Executes and follows nothing that it reads; what it leaves out it names.

use super::client::{Failure, file_path, raw};
use super::wire::{Compared, File, Pull};
use super::{Repository, is_commit};
use crate::config;
use crate::diff::{Patch, parse_patch};
use crate::platform::{Choice, PlatformError, Wanted};
use crate::review::{Change, ChangeRef, ChangedFile, ConfigText, FilePatch, FileStatus, Skipped};

/// Bytes of one file.
const FILE: usize = 1 << 20;
/// Bytes of all files of a change, at the head and again at the base.
const CHANGE: usize = 5 << 20;
/// Documents of a change; each costs up to two calls.
const DOCUMENTS: usize = 200;
/// Pages of the list of changed files: GitHub lists 3,000 and no more.
const FILE_PAGES: usize = 30;
/// Rows without a diff that are asked for again one by one.
const SECOND_LOOKS: usize = 20;

/// What became of one text.
enum Read {
    Text(String),
    Absent,
    Left(String),
}

impl Repository {
    /// The pull request now. Right after an event GitHub may not know it yet.
    pub(super) async fn pull(&self, at: &ChangeRef) -> Result<Pull, PlatformError> {
        let path = self.path(&format!("/pulls/{}", at.number));
        let mut answer = self.json::<Pull>(&path).await;
        for factor in [1, 4] {
            if !matches!(&answer, Err(failure) if failure.status() == Some(404)) {
                break;
            }
            self.shared.client.wait(factor).await;
            answer = self.json(&path).await;
        }
        let pull = answer.map_err(|failure| failure.error(&at.to_string()))?;
        if is_commit(&pull.head.sha) && is_commit(&pull.base.sha) {
            Ok(pull)
        } else {
            Err(Failure::NoAnswer("its commits are no commit ids".into()).error(&at.to_string()))
        }
    }

    pub(super) async fn fetch_change(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Change, PlatformError> {
        let pull = self.pull(at).await?;
        let base = self.merge_base(&pull).await?;
        let mut skipped = Vec::new();
        let config = self.config(&pull.base.sha).await?;
        let defaults = None;
        let wanted = wanted(config.as_ref(), None);
        let (rows, edited) = self.changed_files(at, &pull, &wanted, &mut skipped).await?;
        let proposed_config = match edited {
            Some(row) => self.proposed_config(row, &pull.head.sha).await?,
            None => None,
        };
        let files = self.documents(rows, &pull.head.sha, &base, &mut skipped).await?;
        // The fork of a change may be gone; its commits stay readable through the repository itself.
        let home = pull.head.repo.or(pull.base.repo);
        let (head_repo, head_repo_url) = if let Some(repo) = home {
            (repo.full_name, repo.html_url)
        } else {
            let url = pull.html_url.rsplit_once("/pull/").map_or("", |(url, _)| url);
            (format!("{}/{}", at.owner, at.repo), url.to_owned())
        };
        Ok(Change {
            at: at.clone(),
            head: pull.head.sha,
            base,
            head_repo,
            web_url: pull.html_url,
            head_repo_url,
            files,
            config,
            defaults,
            proposed_config,
            skipped,
        })
    }

    /// The commit that the three-dot diff starts from: against any other one text and diff would disagree.
    async fn merge_base(&self, pull: &Pull) -> Result<String, PlatformError> {
        let path = self.path(&format!("/compare/{}...{}?per_page=1", pull.base.sha, pull.head.sha));
        match self.json::<Compared>(&path).await {
            Ok(compared) if is_commit(&compared.merge_base_commit.sha) => Ok(compared.merge_base_commit.sha),
            // Histories without a common commit.
            Ok(_) | Err(Failure::Refused { status: 404 | 422, .. }) => Ok(pull.base.sha.clone()),
            Err(failure) => Err(failure.error("the merge base")),
        }
    }

    /// The rows of documents that are wanted, and that of the configuration where the change writes one.
    async fn changed_files(
        &self,
        at: &ChangeRef,
        pull: &Pull,
        wanted: &Choice,
        skipped: &mut Vec<Skipped>,
    ) -> Result<(Vec<File>, Option<File>), PlatformError> {
        let path = self.path(&format!("/pulls/{}/files", at.number));
        let rows: Vec<File> =
            self.list(&path, FILE_PAGES).await.map_err(|failure| failure.error("the list of changed files"))?;
        if rows.len() < pull.changed_files {
            let why = format!("GitHub lists only {} of {} changed files", rows.len(), pull.changed_files);
            skipped.push(Skipped { what: "changed files".into(), why });
        }
        let writes = |path: &&&str| rows.iter().any(|row| row.filename == **path && status(row) != FileStatus::Removed);
        let config = config::PATHS.iter().find(writes);
        let config = rows.iter().find(|row| Some(row.filename.as_str()) == config.copied()).cloned();
        let mut kept = Vec::new();
        let mut looks = SECOND_LOOKS;
        // A document that is moved to another ending is still looked at.
        let is_wanted = |row: &File| wanted(&row.filename) || row.previous_filename.as_deref().is_some_and(wanted);
        for (place, mut row) in rows.into_iter().enumerate().filter(|(_, row)| is_wanted(row)) {
            if kept.len() >= DOCUMENTS {
                let why = format!("a change is read up to {DOCUMENTS} documents");
                skipped.push(Skipped { what: row.filename, why });
                continue;
            }
            if is_cut(&row) && looks > 0 {
                looks -= 1;
                // Alone on its page the row is right: GitHub cuts pages silently once they carry 20,000 lines.
                let alone = format!("{path}?per_page=1&page={}", place + 1);
                let again: Vec<File> = self.json(&alone).await.map_err(|failure| failure.error("a changed file"))?;
                row = again.into_iter().find(|again| again.filename == row.filename).unwrap_or(row);
            }
            kept.push(row);
        }
        Ok((kept, config))
    }

    /// The configuration as the change would leave it: nothing follows from it but what is said of its mistakes.
    async fn proposed_config(&self, row: File, head: &str) -> Result<Option<ConfigText>, PlatformError> {
        let read = self.head_text(&row, head, FILE).await.map_err(|failure| failure.error(&row.filename))?;
        let text = match read {
            Read::Text(text) => Ok(text),
            Read::Left(why) => Err(why),
            Read::Absent => return Ok(None),
        };
        Ok(Some(ConfigText { path: row.filename, text }))
    }

    async fn documents(
        &self,
        rows: Vec<File>,
        head: &str,
        base: &str,
        skipped: &mut Vec<Skipped>,
    ) -> Result<Vec<ChangedFile>, PlatformError> {
        let mut files = Vec::new();
        let (mut head_left, mut base_left) = (CHANGE, CHANGE);
        for row in rows {
            let status = status(&row);
            let what = row.filename.clone();
            let failed = |failure: Failure| failure.error(&what);
            let mut head_text = None;
            if status != FileStatus::Removed {
                match self.head_text(&row, head, head_left).await.map_err(failed)? {
                    Read::Text(text) => {
                        head_left = head_left.saturating_sub(text.len());
                        head_text = Some(text);
                    }
                    Read::Absent => {
                        skipped.push(Skipped { what, why: "GitHub has no such file at the head commit".into() });
                        continue;
                    }
                    Read::Left(why) => {
                        skipped.push(Skipped { what, why });
                        continue;
                    }
                }
            }
            let mut base_text = None;
            if status != FileStatus::Added {
                let path = row.previous_filename.as_deref().unwrap_or(&row.filename);
                match self.text_at(path, base, base_left).await.map_err(failed)? {
                    Read::Text(text) => {
                        base_left = base_left.saturating_sub(text.len());
                        base_text = Some(text);
                    }
                    Read::Absent => {}
                    Read::Left(why) => {
                        let why = format!("its text at the base: {why}; everything in it counts as new");
                        skipped.push(Skipped { what, why });
                    }
                }
            }
            let patch = patch(&row, status, head_text.as_deref());
            let previous = (status == FileStatus::Renamed).then_some(row.previous_filename).flatten();
            files.push(ChangedFile { path: row.filename, previous, status, patch, head: head_text, base: base_text });
        }
        Ok(files)
    }

    /// By blob where the list names it: a path may be a symbolic link, which GitHub would follow.
    async fn head_text(&self, row: &File, head: &str, left: usize) -> Result<Read, Failure> {
        match row.sha.as_deref().filter(|sha| is_commit(sha)) {
            Some(blob) => self.text(&self.path(&format!("/git/blobs/{blob}")), left).await,
            None => self.text_at(&row.filename, head, left).await,
        }
    }

    /// One more text of the repository. A symbolic link is followed by GitHub, and only to files of the same commit.
    pub(super) async fn read_text(
        &self,
        path: &str,
        commit: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError> {
        match self.text_at(path, commit, most).await.map_err(|failure| failure.error(path))? {
            Read::Text(text) => Ok(Some(text)),
            Read::Absent | Read::Left(_) => Ok(None),
        }
    }

    async fn text_at(&self, path: &str, commit: &str, left: usize) -> Result<Read, Failure> {
        self.text(&self.path(&format!("/contents/{}?ref={commit}", file_path(path))), left).await
    }

    async fn text(&self, path: &str, left: usize) -> Result<Read, Failure> {
        if left == 0 {
            return Ok(Read::Left(over_budget()));
        }
        match self.get(path, raw(left.min(FILE))).await {
            Ok(answer) if answer.is_json() => Ok(Read::Left("not a file (a folder or a submodule)".into())),
            Ok(answer) => Ok(decode(&answer.body)),
            Err(Failure::TooLarge) if left < FILE => Ok(Read::Left(over_budget())),
            Err(Failure::TooLarge) => Ok(Read::Left(format!("larger than {} MiB", FILE >> 20))),
            Err(Failure::Refused { status: 404, .. }) => Ok(Read::Absent),
            // The file itself is the matter: too large to be served, or taken down.
            Err(Failure::Refused { status: 403 | 406 | 409 | 410 | 413 | 422 | 451, message, wait: None }) => {
                Ok(Read::Left(message))
            }
            Err(failure) => Err(failure),
        }
    }

    /// From the tip of the target branch: the author of a change chooses where it branches off, and must not choose the
    /// rules with it.
    async fn config(&self, base: &str) -> Result<Option<ConfigText>, PlatformError> {
        for path in config::PATHS {
            match self.text_at(path, base, FILE).await.map_err(|failure| failure.error(path))? {
                Read::Text(text) => return Ok(Some(ConfigText { path: (*path).to_owned(), text: Ok(text) })),
                Read::Absent => {}
                // It stands where it stands, and says something that nobody can know.
                Read::Left(why) => return Ok(Some(ConfigText { path: (*path).to_owned(), text: Err(why) })),
            }
        }
        Ok(None)
    }
}

fn over_budget() -> String {
    format!("the documents of the change are larger than {} MiB together", CHANGE >> 20)
}

fn decode(bytes: &[u8]) -> Read {
    if bytes.contains(&0) {
        return Read::Left("binary".into());
    }
    match std::str::from_utf8(bytes) {
        Err(error) => Read::Left(format!("not UTF-8 (byte {})", error.valid_up_to() + 1)),
        Ok(text) if text.starts_with("version https://git-lfs.github.com/spec/") => {
            Read::Left("kept in Git LFS: only a pointer is in the repository".into())
        }
        Ok(text) => Read::Text(text.to_owned()),
    }
}

fn status(row: &File) -> FileStatus {
    match row.status.as_str() {
        // A copy has no old text of its own.
        "added" | "copied" => FileStatus::Added,
        "removed" => FileStatus::Removed,
        "renamed" => FileStatus::Renamed,
        _ => FileStatus::Modified,
    }
}

/// GitHub says that nothing changed and shows no diff, which for these states cannot be.
fn is_cut(row: &File) -> bool {
    row.patch.is_none() && row.changes == 0 && matches!(row.status.as_str(), "modified" | "added" | "copied")
}

fn patch(row: &File, status: FileStatus, head: Option<&str>) -> FilePatch {
    match &row.patch {
        Some(patch) => match parse_patch(patch) {
            Ok(patch) => FilePatch::Known(patch),
            Err(error) => FilePatch::Unknown(error.to_string()),
        },
        // Moved as it is, or empty: there is no line to stand on.
        None if status == FileStatus::Renamed && row.changes == 0 => FilePatch::Known(Patch::default()),
        None if status == FileStatus::Added && head == Some("") => FilePatch::Known(Patch::default()),
        None => FilePatch::Unknown("GitHub does not show the diff of this file: too large, or no text".into()),
    }
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
            (b"ab\xff", Err("not UTF-8 (byte 3)")),
            (
                b"version https://git-lfs.github.com/spec/v1\noid x",
                Err("kept in Git LFS: only a pointer is in the repository"),
            ),
        ] {
            match (decode(bytes), expected) {
                (Read::Text(text), Ok(expected)) => assert_eq!(text, expected),
                (Read::Left(why), Err(expected)) => assert_eq!(why, expected),
                _ => panic!("{bytes:?}"),
            }
        }
    }

    fn row(status: &str, changes: u64, patch: Option<&str>) -> File {
        File {
            filename: "a.md".into(),
            previous_filename: None,
            status: status.into(),
            sha: None,
            changes,
            patch: patch.map(str::to_owned),
        }
    }

    #[test]
    fn a_missing_diff_is_unknown_unless_nothing_can_be_in_it() {
        for (case, head, known) in [
            (row("modified", 2, Some("@@ -1 +1 @@\n-a\n+b")), "b", true),
            (row("modified", 0, None), "b", false),
            (row("modified", 90_000, None), "b", false),
            (row("renamed", 0, None), "b", true),
            (row("renamed", 3, None), "b", false),
            (row("added", 0, None), "", true),
            (row("added", 0, None), "b", false),
        ] {
            let found = patch(&case, status(&case), Some(head));
            assert_eq!(matches!(found, FilePatch::Known(_)), known, "{case:?}");
        }
    }

    #[test]
    fn impossible_rows_are_looked_at_again() {
        assert!(is_cut(&row("modified", 0, None)));
        assert!(!is_cut(&row("modified", 3, None)));
        assert!(!is_cut(&row("renamed", 0, None)));
        assert!(!is_cut(&row("removed", 0, None)));
    }
}
