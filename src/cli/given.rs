//! The operator's configuration in the place of the repository's: a platform that answers with the file of `--config`. It
//! changes nothing else.

use std::time::Duration;

use async_trait::async_trait;

use crate::platform::{Platform, PlatformError, Wanted};
use crate::review::{Action, Capabilities, Change, ChangeRef, ConfigText, Outcome, Posted};

struct Given {
    platform: Box<dyn Platform>,
    config: ConfigText,
}

/// The platform, with the configuration that was given; the platform as it is where none was.
pub(super) fn config(platform: Box<dyn Platform>, given: Option<ConfigText>) -> Box<dyn Platform> {
    match given {
        Some(config) => Box::new(Given { platform, config }),
        None => platform,
    }
}

#[async_trait]
impl Platform for Given {
    fn capabilities(&self) -> Capabilities {
        self.platform.capabilities()
    }

    async fn fetch(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Change, PlatformError> {
        let by_the_given = |_: Option<&ConfigText>| wanted(Some(&self.config));
        let change = self.platform.fetch(at, &by_the_given).await?;
        Ok(Change { config: Some(self.config.clone()), ..change })
    }

    async fn text(
        &self,
        at: &ChangeRef,
        commit: &str,
        path: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError> {
        self.platform.text(at, commit, path, most).await
    }

    async fn head(&self, at: &ChangeRef) -> Result<String, PlatformError> {
        self.platform.head(at).await
    }

    async fn posted(&self, at: &ChangeRef, head: &str) -> Result<Posted, PlatformError> {
        self.platform.posted(at, head).await
    }

    fn pause(&self) -> Duration {
        self.platform.pause()
    }

    async fn carry_out(&self, at: &ChangeRef, action: &Action) -> Outcome {
        self.platform.carry_out(at, action).await
    }
}
