//! Commits between two points of a repository on GitHub, as a push or a merge queue brings them: read as a pull request is, with
//! nowhere to speak.

use async_trait::async_trait;

use super::fetch::{DOCUMENTS, chosen, edited};
use super::{GitHub, Repository, is_commit};
use crate::platform::{Fetched, Now, Origin, Platform, PlatformError, Wanted, text};
use crate::review::{Action, Capabilities, Change, ChangeRef, Outcome, Posted, Skipped};

/// Files that GitHub lists of a comparison.
const LISTED: usize = 300;

struct Range {
    repository: Repository,
    base: String,
    head: String,
}

impl GitHub {
    /// The commits that `head` has and `base` has not, in the repository of `at`. What stands at `base` configures their review.
    ///
    /// # Errors
    /// When no credentials for this repository can be had, or one of them is no commit id.
    pub async fn open_range(&self, at: &ChangeRef, base: &str, head: &str) -> Result<Box<dyn Platform>, PlatformError> {
        if let Some(wrong) = [base, head].into_iter().find(|commit| !is_commit(commit)) {
            return Err(PlatformError::Misconfigured(format!("{wrong:?} is no commit id")));
        }
        let repository = self.repository(at, None).await?;
        Ok(Box::new(Range { repository, base: base.to_owned(), head: head.to_owned() }))
    }
}

#[async_trait]
impl Platform for Range {
    fn capabilities(&self) -> Capabilities {
        self.repository.capabilities()
    }

    async fn fetch(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Fetched, PlatformError> {
        let Self { repository, base, head } = self;
        repository.check_scope(at)?;
        let (fork, rows) = repository.compared(base, head).await?;
        let config = repository.config_at(base, None).await?;
        let defaults = repository.defaults().await;
        let wanted = wanted(config.as_ref(), defaults.as_ref());
        let mut skipped = Vec::new();
        if rows.len() >= LISTED {
            let why = format!("GitHub lists only the first {LISTED} files of a comparison");
            skipped.push(Skipped { what: "changed files".into(), why });
        }
        let proposed_config = match edited(&rows) {
            Some(row) => repository.proposed_config(row, head).await?,
            None => None,
        };
        let mut kept: Vec<_> = chosen(rows, &wanted).into_iter().map(|(_, row)| row).collect();
        let over = kept.split_off(kept.len().min(DOCUMENTS));
        skipped.extend(over.into_iter().map(|row| Skipped { what: row.filename, why: text::too_many() }));
        let files = repository.documents(kept, head, &fork, &mut skipped).await?;
        let change = Change {
            at: at.clone(),
            head: head.clone(),
            base: fork,
            head_repo: repository.name(),
            web_url: String::new(),
            head_repo_url: String::new(),
            files,
            config,
            defaults,
            proposed_config,
            skipped,
        };
        Ok(Fetched { change, posted: Posted::default(), is_open: true, origin: Origin::default() })
    }

    async fn text(
        &self,
        at: &ChangeRef,
        commit: &str,
        path: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError> {
        self.repository.text(at, commit, path, most).await
    }

    async fn now(&self, _: &ChangeRef) -> Result<Now, PlatformError> {
        Ok(Now { head: self.head.clone(), is_open: true, posted: Posted::default() })
    }

    async fn carry_out(&self, _: &ChangeRef, _: &Action) -> Outcome {
        Outcome::Rejected("commits without a pull request have no place to post to".into())
    }
}
