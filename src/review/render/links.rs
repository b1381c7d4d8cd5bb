//! Addresses that a review may link: permanent links into the reviewed repository, and pages of rules. Nothing else is linked.

use super::escape::{Address, percent};
use crate::text::LineRange;

/// What may be linked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// Address of the repository that holds the reviewed text; none outside a platform.
    repo: Option<String>,
    /// Commit of the reviewed text.
    commit: String,
    /// Addresses below which rules are documented.
    docs: Vec<String>,
}

impl Links {
    /// Links into `repo` at `commit`, and to rule pages below `docs`.
    #[must_use]
    pub fn new(repo: &str, commit: &str, docs: &[String]) -> Self {
        let sound = !commit.is_empty() && commit.chars().all(|c| c.is_ascii_alphanumeric());
        let repo = Address::checked(repo.trim_end_matches('/')).filter(|_| sound);
        Self { repo: repo.map(|repo| repo.as_str().to_owned()), commit: commit.to_owned(), docs: docs.to_vec() }
    }

    /// Only rule pages.
    #[must_use]
    pub fn rules_only(docs: &[String]) -> Self {
        Self { docs: docs.to_vec(), ..Self::default() }
    }

    /// The lines of a file, or the whole file. Plain view: in the rendered one line anchors lead nowhere.
    #[must_use]
    pub fn lines(&self, path: &str, lines: Option<LineRange>) -> Option<Address> {
        let file = format!("{}/blob/{}/{}", self.repo.as_ref()?, self.commit, percent(path));
        let url = match lines {
            Some(at) if at.start == at.end => format!("{file}?plain=1#L{}", at.start),
            Some(at) => format!("{file}?plain=1#L{}-L{}", at.start, at.end),
            None => file,
        };
        Address::checked(&url)
    }

    /// The page of a rule, when it lies below one of the known addresses or in the reviewed repository.
    #[must_use]
    pub fn docs(&self, url: &str) -> Option<Address> {
        let below = |base: &String| {
            let base = base.trim_end_matches('/');
            !base.is_empty() && url.strip_prefix(base).is_some_and(|rest| rest.starts_with(['/', '#']))
        };
        let known = self.docs.iter().chain(&self.repo).any(below) && !url.contains("/../");
        Address::checked(url).filter(|_| known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_repository_and_rule_pages_are_linked() {
        let links = Links::new("https://git.example/o/r/", "abc123", &["https://docs.example/rules".into()]);
        let url = |address: Option<Address>| address.map(|address| address.as_str().to_owned());
        assert_eq!(
            url(links.lines("specs/a b.md", Some(LineRange::new(3, 5)))).as_deref(),
            Some("https://git.example/o/r/blob/abc123/specs/a%20b.md?plain=1#L3-L5")
        );
        assert!(url(links.docs("https://docs.example/rules/MET-003")).is_some());
        assert!(url(links.docs("https://git.example/o/r/blob/abc123/.specreview/x.md")).is_some());
        for foreign in [
            "https://docs.example/rules.evil.example/x",
            "https://docs.example.evil.example/rules/x",
            "https://docs.example/rules/../x",
            "https://evil.example",
            "javascript:x",
            "",
        ] {
            assert_eq!(links.docs(foreign), None, "{foreign}");
        }
        assert_eq!(Links::new("https://x.example", "main/../..", &[]).lines("a", None), None);
    }
}
