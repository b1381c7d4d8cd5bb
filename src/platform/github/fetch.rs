//! Reads a pull request: its changed documents at the head and at the merge base, their diff, and the configuration of the
//! base. Executes and follows nothing that it reads; what it leaves out it names.

use super::client::Failure;
use super::state::State;
use super::texts::{CHANGE, Files, Read, Wish};
use super::wire::{Compared, File};
use super::{Repository, graph, is_commit};
use crate::config::{self, Limits};
use crate::diff::{Patch, parse_patch};
use crate::platform::{Choice, Fetched, PlatformError, Wanted, Worth, best_first, text};
use crate::review::{Change, ChangeRef, ChangedFile, ConfigText, FilePatch, FileStatus, Skipped};

/// Documents of a change.
pub(super) const DOCUMENTS: usize = Limits::MOST.documents;
/// Documents whose texts are asked for at once: as many long ones as an answer may carry.
const AT_ONCE: usize = 40;
/// Pages of the list of changed files: GitHub lists 3,000 and no more.
const FILE_PAGES: usize = 30;
/// What GitHub says of commits of which neither comes from what the other comes from.
const NOTHING_COMMON: &str = "No common ancestor";
/// Rows without a diff that are asked for again one by one.
const SECOND_LOOKS: usize = 20;

impl Repository {
    pub(super) async fn fetch_change(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Fetched, PlatformError> {
        let state = self.state(at).await?;
        let pull = &state.pull;
        let (base, rows) = self.compared(pull.tip(), &pull.head).await?;
        let mut skipped = Vec::new();
        let config = self.config(&state).await?;
        let defaults = self.defaults().await;
        let wanted = wanted(config.as_ref(), defaults.as_ref());
        let (rows, edited) = self.changed_files(at, rows, pull.changed_files, &wanted, &mut skipped).await?;
        let proposed_config = match edited {
            Some(row) => self.proposed_config(row, &pull.head).await?,
            None => None,
        };
        let files = self.documents(rows, &pull.head, &base, &mut skipped).await?;
        // The fork of a change may be gone; its commits stay readable through the repository itself.
        let home = pull.head_repository.as_ref().unwrap_or(&state.home);
        let change = Change {
            at: at.clone(),
            head: pull.head.clone(),
            base,
            head_repo: home.name_with_owner.clone(),
            web_url: pull.url.clone(),
            head_repo_url: home.url.clone(),
            files,
            config,
            defaults,
            proposed_config,
            skipped,
        };
        let (is_open, origin) = (state.pull.is_open(), state.pull.source.origin());
        Ok(Fetched { change, posted: self.posted(at, state), is_open, origin })
    }

    /// The commit that the three-dot diff starts from (against any other one text and diff would disagree), and its first rows.
    pub(super) async fn compared(&self, base: &str, head: &str) -> Result<(String, Vec<File>), PlatformError> {
        let path = self.path(&format!("/compare/{base}...{head}?per_page=1"));
        match self.json::<Compared>(&path).await {
            Ok(compared) if is_commit(&compared.merge_base_commit.sha) => {
                Ok((compared.merge_base_commit.sha, compared.files))
            }
            // Histories without a common commit.
            Ok(_) => Ok((base.to_owned(), Vec::new())),
            Err(Failure::Refused { status: 404 | 422, message, .. }) if message.contains(NOTHING_COMMON) => {
                Ok((base.to_owned(), Vec::new()))
            }
            // Where GitHub does not know a commit yet, another base would be a guess: it is asked again later.
            Err(failure) => Err(failure.error("the merge base")),
        }
    }

    /// The rows of documents that are wanted, and that of the configuration where the change writes one.
    async fn changed_files(
        &self,
        at: &ChangeRef,
        mut rows: Vec<File>,
        count: usize,
        wanted: &Choice,
        skipped: &mut Vec<Skipped>,
    ) -> Result<(Vec<File>, Option<File>), PlatformError> {
        let path = self.path(&format!("/pulls/{}/files", at.number));
        // A comparison shows the first 300 files.
        if rows.len() < count {
            rows = self.list(&path, FILE_PAGES).await.map_err(|failure| failure.error("the list of changed files"))?;
        }
        if rows.len() < count {
            let why = format!("GitHub lists only {} of {count} changed files", rows.len());
            skipped.push(Skipped { what: "changed files".into(), why });
        }
        let config = edited(&rows);
        let mut kept = Vec::new();
        let mut looks = SECOND_LOOKS;
        for (place, mut row) in chosen(rows, wanted) {
            if kept.len() >= DOCUMENTS {
                skipped.push(Skipped { what: row.filename, why: text::too_many() });
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
    pub(super) async fn proposed_config(&self, row: File, head: &str) -> Result<Option<ConfigText>, PlatformError> {
        let wish = Wish { commit: head, path: &row.filename, blob: row.sha.as_deref() };
        let read = self.read_all(&[wish]).await.map_err(|failure| failure.error(&row.filename))?.into_iter().next();
        let text = match read {
            Some(Read::Text(text)) => Ok(text.as_ref().to_owned()),
            Some(Read::Left(why)) => Err(why),
            Some(Read::Absent) | None => return Ok(None),
        };
        Ok(Some(ConfigText { path: row.filename, text }))
    }

    pub(super) async fn documents(
        &self,
        rows: Vec<File>,
        head: &str,
        base: &str,
        skipped: &mut Vec<Skipped>,
    ) -> Result<Vec<ChangedFile>, PlatformError> {
        let mut files = Vec::new();
        let (mut head_left, mut base_left) = (CHANGE, CHANGE);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some: Vec<File> = rows.by_ref().take(AT_ONCE).collect();
            let mut wishes = Vec::new();
            for row in &some {
                let status = status(row);
                let gone = status == FileStatus::Removed;
                if !gone && head_left > 0 {
                    wishes.push(Wish { commit: head, path: &row.filename, blob: row.sha.as_deref() });
                }
                if status != FileStatus::Added && base_left > 0 {
                    let path = row.previous_filename.as_deref().unwrap_or(&row.filename);
                    // The list names the blob at the head; of what is gone, the one that was there.
                    wishes.push(Wish { commit: base, path, blob: row.sha.as_deref().filter(|_| gone) });
                }
            }
            let mut texts = self.read_all(&wishes).await.map_err(|failure| failure.error("the documents"))?.into_iter();
            let (head_open, base_open) = (head_left > 0, base_left > 0);
            for row in some {
                let status = status(&row);
                let what = row.filename.clone();
                let mut next = |open: bool, left: &mut usize| {
                    let read =
                        if open { texts.next().unwrap_or(Read::Absent) } else { Read::Left(text::over_budget()) };
                    within(read, left)
                };
                let head_text = (status != FileStatus::Removed).then(|| next(head_open, &mut head_left));
                let base_text = (status != FileStatus::Added).then(|| next(base_open, &mut base_left));
                let head_text = match head_text {
                    Some(Read::Text(text)) => Some(text.as_ref().to_owned()),
                    Some(Read::Absent) => {
                        skipped.push(Skipped { what, why: "GitHub has no such file at the head commit".into() });
                        continue;
                    }
                    Some(Read::Left(why)) => {
                        skipped.push(Skipped { what, why });
                        continue;
                    }
                    None => None,
                };
                let base_text = match base_text {
                    Some(Read::Text(text)) => Some(text.as_ref().to_owned()),
                    Some(Read::Left(why)) => {
                        skipped.push(Skipped { what, why: text::without_base(&why) });
                        None
                    }
                    Some(Read::Absent) | None => None,
                };
                let patch = patch(&row, status, head_text.as_deref());
                let previous = (status == FileStatus::Renamed).then_some(row.previous_filename).flatten();
                files.push(ChangedFile {
                    path: row.filename,
                    previous,
                    status,
                    patch,
                    head: head_text,
                    base: base_text,
                });
            }
        }
        Ok(files)
    }

    /// From the tip of the target branch: the author of a change chooses where it branches off, and must not choose the
    /// rules with it.
    async fn config(&self, state: &State) -> Result<Option<ConfigText>, PlatformError> {
        self.config_at(state.pull.tip(), state.pull.files()).await
    }

    /// The configuration at a commit, whose `files` may be known already.
    pub(super) async fn config_at(
        &self,
        tip: &str,
        files: Option<&Files>,
    ) -> Result<Option<ConfigText>, PlatformError> {
        for (at, path) in config::PATHS.iter().enumerate() {
            let read = if let Some(files) = files {
                self.put_away(&self.name(), (tip, path), graph::file(files, at), &mut { Limits::FILES }).await
            } else {
                let wish = Wish { commit: tip, path, blob: None };
                self.read_all(&[wish]).await.map(|read| read.into_iter().next().unwrap_or(Read::Absent))
            };
            match read.map_err(|failure| failure.error(path))? {
                Read::Text(text) => {
                    return Ok(Some(ConfigText { path: (*path).to_owned(), text: Ok(text.as_ref().to_owned()) }));
                }
                Read::Absent => {}
                // It stands where it stands, and says something that nobody can know.
                Read::Left(why) => return Ok(Some(ConfigText { path: (*path).to_owned(), text: Err(why) })),
            }
        }
        Ok(None)
    }
}

/// The row of the configuration that is in force where the change writes one.
pub(super) fn edited(rows: &[File]) -> Option<File> {
    let writes = |row: &&File, path: &str| row.filename == path && status(row) != FileStatus::Removed;
    config::PATHS.iter().find_map(|path| rows.iter().find(|row| writes(row, path))).cloned()
}

/// The rows that are worth reading with their place in the list, the best first.
pub(super) fn chosen(rows: Vec<File>, wanted: &Choice) -> Vec<(usize, File)> {
    // A document that is moved to another ending is still looked at.
    let worth = |(_, row): &(usize, File)| {
        row.previous_filename.as_deref().map_or(Worth::Nothing, wanted).max(wanted(&row.filename))
    };
    best_first(rows.into_iter().enumerate(), worth)
}

/// The text, if the change has room for it.
fn within(read: Read, left: &mut usize) -> Read {
    let Read::Text(text) = read else { return read };
    if *left == 0 || text.len() > *left {
        return Read::Left(text::over_budget());
    }
    *left -= text.len();
    Read::Text(text)
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
