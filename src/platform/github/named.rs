//! Which repository a body tells of: by its id, for its name may be another one by now. Pure: stores nothing, asks nobody.

use serde::Deserialize;

use super::auth::seconds;
use super::event::{ChangeEvent, CommentEvent, Event, GroupEvent, Repository, names};
use crate::platform::watch::Named;
use crate::review::ChangeRef;

impl Event {
    /// The same in the repository under the name that it has by now.
    #[must_use]
    pub fn called(mut self, owner: &str, repo: &str) -> Self {
        let call = |at: &mut ChangeRef| (at.owner, at.repo) = (owner.to_owned(), repo.to_owned());
        match &mut self {
            Self::Ping | Self::Ignored { .. } => {}
            Self::Change(ChangeEvent { at, .. })
            | Self::Comment(CommentEvent { at, .. })
            | Self::Group(GroupEvent { at, .. }) => call(at),
            Self::CheckRerequested(check) => {
                (check.owner, check.repo) = (owner.to_owned(), repo.to_owned());
                check.changes.iter_mut().for_each(call);
            }
        }
        self
    }
}

#[derive(Deserialize)]
struct Identified {
    repository: Identity,
}

#[derive(Deserialize)]
struct Identity {
    id: u64,
    updated_at: Option<String>,
    #[serde(flatten)]
    called: Repository,
}

/// Which repository `body` tells of, and how that was called when it was written; none where it does not say.
pub(super) fn named(body: &[u8]) -> Option<Named> {
    let Identified { repository: Identity { id, updated_at, called } } = serde_json::from_slice(body).ok()?;
    let (owner, repo) = names(called).ok()?;
    // It is touched when it is renamed or transferred.
    let at = updated_at.and_then(|at| seconds(&at)).unwrap_or(0).saturating_mul(1_000);
    Some(Named { id, owner, repo, at })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::platform::github::event::CheckEvent;

    #[test]
    fn the_repository_is_known_by_its_id_and_has_its_name_since_a_time() {
        let mut body = json!({ "repository": { "name": "specs", "owner": { "login": "acme" } } });
        let of = |body: &Value| named(body.to_string().as_bytes());
        assert_eq!(of(&body), None, "no id");
        body["repository"]["id"] = 5.into();
        let plain = Named { id: 5, owner: "acme".into(), repo: "specs".into(), at: 0 };
        assert_eq!(of(&body), Some(plain.clone()));
        body["repository"]["updated_at"] = "1970-01-01T00:01:00Z".into();
        assert_eq!(of(&body), Some(Named { at: 60_000, ..plain }));
        body["repository"]["name"] = "../x".into();
        assert_eq!(of(&body), None);
        let before = ChangeRef { owner: "a".into(), repo: "b".into(), number: 7 };
        let check =
            CheckEvent { owner: "a".into(), repo: "b".into(), changes: vec![before], head: None, installation: None };
        let Event::CheckRerequested(check) = Event::CheckRerequested(check).called("c", "d") else { panic!() };
        let now = ChangeRef { owner: "c".into(), repo: "d".into(), number: 7 };
        assert_eq!((check.owner.as_str(), check.repo.as_str(), check.changes), ("c", "d", vec![now]));
    }
}
