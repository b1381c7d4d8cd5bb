//! The configuration that an owner keeps for all repositories, in one of the name `.github`. Whatever is the matter with it, a
//! review goes on without it.

use serde::Deserialize;
use serde_json::json;

use super::auth::{Rights, Scope};
use super::client::Failure;
use super::texts::{Files, Read};
use super::{Repository, Shared, graph};
use crate::config;
use crate::platform::PlatformError;
use crate::review::ConfigText;

/// Name of the repository.
const REPO: &str = ".github";

#[derive(Deserialize)]
struct Answer {
    repository: Option<Repo>,
}

#[derive(Deserialize)]
struct Repo {
    object: Option<Files>,
}

impl Repository {
    /// The owner's defaults; asked for once in a quarter of an hour, and also that there are none.
    pub(super) async fn defaults(&self) -> Option<ConfigText> {
        let Shared { defaults, client, .. } = &*self.shared;
        let owner = &self.scope.owner;
        // Its own configuration is that of its target branch.
        if self.scope.repo == REPO {
            return None;
        }
        if let Some(known) = defaults.fresh(owner, client.now()) {
            return known.0;
        }
        match self.ask_defaults().await {
            Ok(found) => {
                defaults.keep(owner, client.now(), found.clone());
                found
            }
            Err(failure) => {
                let error = failure.error("the owner's defaults");
                tracing::warn!(%owner, %error, "the owner's defaults cannot be read: the last known ones count");
                // Where nothing was ever known, they may be what holds texts back from a model.
                let unread = || Some(ConfigText { path: format!("{owner}/{REPO}"), text: Err(error.to_string()) });
                defaults.last(owner).map_or_else(unread, |known| known.0)
            }
        }
    }

    async fn ask_defaults(&self) -> Result<Option<ConfigText>, Failure> {
        let Shared { client, keyring, .. } = &*self.shared;
        let query = format!(
            "query Defaults($owner: String!, $repo: String!) {{ repository(owner: $owner, name: $repo) {{ \
             object(expression: \"HEAD\") {{ ... on Commit {{ {} }} }} }} }} {}",
            graph::files(config::PATHS.iter().copied()),
            graph::TEXT
        );
        let variables = json!({ "owner": self.scope.owner, "repo": REPO });
        let question = json!({ "query": query, "variables": variables });
        let scope = Scope { owner: self.scope.owner.clone(), repo: REPO.to_owned(), rights: Rights::Read };
        let answer = match keyring.token(client, &scope, self.installation).await {
            Ok(pass) => client.ask::<Answer>(&pass, &question).await,
            // Not installed there, or there is none: everybody may read a public one.
            Err(PlatformError::Denied { .. } | PlatformError::NotFound { .. }) => self.ask(&question).await,
            Err(error) => return Err(Failure::Credentials(error)),
        };
        let object = match answer {
            Ok(answer) => answer.repository.and_then(|repo| repo.object),
            Err(Failure::Refused { status: 403 | 404, wait: None, .. }) => None,
            Err(failure) => return Err(failure),
        };
        let Some(files) = object else { return Ok(None) };
        for (at, path) in config::PATHS.iter().enumerate() {
            let Some(file) = graph::file(&files, at) else { continue };
            let text = match file.whole() {
                Read::Text(text) => Ok(text.as_ref().to_owned()),
                Read::Left(why) => Err(why),
                Read::Absent => return Ok(None),
            };
            return Ok(Some(ConfigText { path: format!("{}/{REPO}/{path}", self.scope.owner), text }));
        }
        Ok(None)
    }
}
