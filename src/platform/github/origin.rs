//! Where a pull request comes from: who opened it, whether they are new to the repository, and its labels.

use serde::Deserialize;

use crate::platform::{Origin, Person};

/// What GitHub calls those of whom nothing was merged in a repository yet.
const NEW: &[&str] = &["FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "NONE"];

/// A part of what is asked about a pull request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Source {
    /// None when the account is gone.
    author: Option<Author>,
    #[serde(default)]
    author_association: String,
    labels: Option<Labels>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Author {
    #[serde(rename = "__typename")]
    kind: String,
    login: String,
    database_id: Option<u64>,
}

/// GitHub puts nothing in the place of what the token must not see.
#[derive(Debug, Deserialize)]
struct Labels {
    nodes: Option<Vec<Option<Label>>>,
}

#[derive(Debug, Deserialize)]
struct Label {
    name: String,
}

impl Source {
    pub(super) fn origin(&self) -> Origin {
        let by = self.author.as_ref().and_then(|author| {
            let (login, is_bot) = (author.login.clone(), author.kind != "User");
            Some(Person { id: author.database_id?, login, is_bot })
        });
        let labels = self.labels.as_ref().and_then(|labels| labels.nodes.as_ref());
        let labels = labels.into_iter().flatten().flatten().map(|label| label.name.clone()).collect();
        Origin { by, is_new: NEW.contains(&self.author_association.as_str()), labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(json: &str) -> Origin {
        serde_json::from_str::<Source>(json).unwrap().origin()
    }

    #[test]
    fn who_is_new_is_what_github_says_and_nobody_where_it_says_nothing() {
        for (association, expected) in [
            ("FIRST_TIMER", true),
            ("FIRST_TIME_CONTRIBUTOR", true),
            ("NONE", true),
            ("CONTRIBUTOR", false),
            ("COLLABORATOR", false),
            ("MEMBER", false),
            ("OWNER", false),
        ] {
            assert_eq!(
                origin(&format!(r#"{{"authorAssociation":"{association}"}}"#)).is_new,
                expected,
                "{association}"
            );
        }
        assert_eq!(origin("{}"), Origin::default());
    }

    #[test]
    fn an_account_is_known_by_its_number_and_labels_by_their_names() {
        let told = origin(
            r#"{"author":{"__typename":"Bot","login":"x","databaseId":7},"labels":{"nodes":[{"name":"a"},null]}}"#,
        );
        assert_eq!(told.by, Some(Person { id: 7, login: "x".into(), is_bot: true }));
        assert_eq!(told.labels, ["a"]);
        assert_eq!(origin(r#"{"author":{"__typename":"Mannequin","login":"x"},"labels":null}"#).by, None);
    }
}
