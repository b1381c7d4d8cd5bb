//! Who may do what, which pull requests a commit belongs to, and which commit is the head of one. Asks each time: rights change.

use serde::Deserialize;

use super::client::segment;
use super::{Repository, is_commit};
use crate::platform::{Opened, Person, PlatformError, Role};

#[derive(Deserialize)]
struct Permission {
    permission: String,
    user: Option<Account>,
}

#[derive(Deserialize)]
struct Account {
    id: u64,
}

#[derive(Deserialize)]
struct Row {
    number: u64,
    state: String,
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    sha: String,
    repo: Option<Home>,
}

#[derive(Deserialize)]
struct Home {
    full_name: String,
}

impl Repository {
    /// What the account may do. GitHub answers for a name, and the answer must be about the same account: names are given away.
    pub(super) async fn role_of(&self, who: &Person) -> Result<Role, PlatformError> {
        if who.is_bot {
            return Ok(Role::None);
        }
        let path = self.path(&format!("/collaborators/{}/permission", segment(&who.login)));
        let found: Permission = match self.json(&path).await {
            Ok(found) => found,
            Err(failure) if failure.status() == Some(404) => return Ok(Role::None),
            Err(failure) => return Err(failure.error(&format!("the rights of {}", who.login))),
        };
        if found.user.is_none_or(|user| user.id != who.id) {
            return Ok(Role::None);
        }
        Ok(match found.permission.as_str() {
            "admin" | "maintain" | "write" => Role::Write,
            "triage" | "read" => Role::Read,
            _ => Role::None,
        })
    }

    /// The head of a pull request.
    pub(super) async fn head_of(&self, number: u64) -> Result<String, PlatformError> {
        let pull: Row =
            self.json(&self.path(&format!("/pulls/{number}"))).await.map_err(|failure| failure.error("the head"))?;
        Ok(pull.head.sha)
    }

    /// Open pull requests with this commit as their head. A check event tells none of a fork.
    pub(super) async fn pulls_with_head(&self, commit: &str) -> Result<Vec<u64>, PlatformError> {
        if !is_commit(commit) {
            return Ok(Vec::new());
        }
        let path = self.path(&format!("/commits/{commit}/pulls"));
        let rows: Vec<Row> =
            self.list(&path, 1).await.map_err(|failure| failure.error("the pull requests of a commit"))?;
        Ok(rows.into_iter().filter(|row| row.state == "open" && row.head.sha == commit).map(|row| row.number).collect())
    }

    /// Open pull requests from a branch. The list of a commit names none of a fork.
    pub(super) async fn pulls_from(&self, owner: &str, branch: &str) -> Result<Vec<Opened>, PlatformError> {
        let head = format!("{}:{}", segment(owner), segment(branch));
        let path = self.path(&format!("/pulls?state=open&per_page=100&head={head}"));
        let rows: Vec<Row> =
            self.json(&path).await.map_err(|failure| failure.error("the pull requests of a branch"))?;
        let opened = |row: Row| Opened {
            number: row.number,
            head: row.head.sha,
            head_repo: row.head.repo.map(|home| home.full_name),
        };
        Ok(rows.into_iter().filter(|row| row.state == "open").map(opened).collect())
    }
}
