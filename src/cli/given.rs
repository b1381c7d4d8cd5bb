//! The operator's configuration in the place of the repository's: a platform that answers with the file of `--config`. It
//! changes nothing else.

use std::time::Duration;

use async_trait::async_trait;

use crate::platform::{Fetched, Now, Opened, Person, Platform, PlatformError, Role, Wanted};
use crate::review::{Action, Capabilities, ChangeRef, ConfigText, ObjectId, Outcome, Pressure};

struct Given {
    platform: Box<dyn Platform>,
    config: Option<ConfigText>,
    defaults: Option<ConfigText>,
}

/// The platform, with the configurations that were given for repository and organisation; the platform as it is where none was.
pub(super) fn config(
    platform: Box<dyn Platform>,
    config: Option<ConfigText>,
    defaults: Option<ConfigText>,
) -> Box<dyn Platform> {
    if config.is_none() && defaults.is_none() { platform } else { Box::new(Given { platform, config, defaults }) }
}

#[async_trait]
impl Platform for Given {
    fn capabilities(&self) -> Capabilities {
        self.platform.capabilities()
    }

    async fn fetch(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Fetched, PlatformError> {
        let by_the_given = |config: Option<&ConfigText>, defaults: Option<&ConfigText>| {
            wanted(self.config.as_ref().or(config), self.defaults.as_ref().or(defaults))
        };
        let mut fetched = self.platform.fetch(at, &by_the_given).await?;
        let change = &mut fetched.change;
        change.config = self.config.clone().or(change.config.take());
        change.defaults = self.defaults.clone().or(change.defaults.take());
        Ok(fetched)
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

    async fn now(&self, at: &ChangeRef) -> Result<Now, PlatformError> {
        self.platform.now(at).await
    }

    async fn head(&self, at: &ChangeRef) -> Result<String, PlatformError> {
        self.platform.head(at).await
    }

    async fn under_way(&self, at: &ChangeRef, commit: &str, key: &str) -> Result<Option<ObjectId>, PlatformError> {
        self.platform.under_way(at, commit, key).await
    }

    async fn role(&self, at: &ChangeRef, who: &Person) -> Result<Role, PlatformError> {
        self.platform.role(at, who).await
    }

    async fn changes_of(&self, at: &ChangeRef, commit: &str) -> Result<Vec<u64>, PlatformError> {
        self.platform.changes_of(at, commit).await
    }

    async fn changes_from(&self, at: &ChangeRef, owner: &str, branch: &str) -> Result<Vec<Opened>, PlatformError> {
        self.platform.changes_from(at, owner, branch).await
    }

    fn pressure(&self) -> Pressure {
        self.platform.pressure()
    }

    fn pause(&self) -> Duration {
        self.platform.pause()
    }

    async fn carry_out(&self, at: &ChangeRef, action: &Action) -> Outcome {
        self.platform.carry_out(at, action).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows the head by itself, and a check that is under way.
    struct Real;

    fn unasked<T>() -> Result<T, PlatformError> {
        Err(PlatformError::Unavailable { what: "this".into(), detail: "nobody is to ask for it".into() })
    }

    #[async_trait]
    impl Platform for Real {
        fn capabilities(&self) -> Capabilities {
            Capabilities {
                inline_per_review: 1,
                body_chars: 1,
                annotations_per_call: 1,
                checks: true,
                file_comments: true,
            }
        }

        async fn fetch(&self, _: &ChangeRef, _: Wanted<'_>) -> Result<Fetched, PlatformError> {
            unasked()
        }

        async fn text(&self, _: &ChangeRef, _: &str, _: &str, _: usize) -> Result<Option<String>, PlatformError> {
            unasked()
        }

        async fn now(&self, _: &ChangeRef) -> Result<Now, PlatformError> {
            unasked()
        }

        async fn head(&self, _: &ChangeRef) -> Result<String, PlatformError> {
            Ok("abc".into())
        }

        async fn under_way(&self, _: &ChangeRef, commit: &str, key: &str) -> Result<Option<ObjectId>, PlatformError> {
            Ok(Some(ObjectId(format!("{commit} {key}"))))
        }

        async fn carry_out(&self, _: &ChangeRef, _: &Action) -> Outcome {
            Outcome::Rejected("nobody is to ask for it".into())
        }
    }

    #[tokio::test]
    async fn what_a_platform_answers_by_itself_is_not_asked_for_in_another_way() {
        let file = ConfigText { path: ".specreview.toml".into(), text: Ok(String::new()) };
        let at = ChangeRef { owner: "o".into(), repo: "r".into(), number: 7 };
        let given = config(Box::new(Real), Some(file), None);
        assert_eq!(given.head(&at).await.unwrap(), "abc");
        assert_eq!(given.under_way(&at, "abc", "k").await.unwrap(), Some(ObjectId("abc k".into())));
    }
}
