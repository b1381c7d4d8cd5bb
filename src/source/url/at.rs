//! An address taken apart for the patterns of the platforms. Fetches nothing.

use url::Url;

use crate::text::{is_commit, percent_decoded};

/// An address of the web in its parts.
#[derive(Debug, Clone)]
pub(super) struct At {
    /// As it was given.
    pub(super) given: String,
    /// Scheme, host and port.
    pub(super) origin: String,
    /// Host alone, in small letters.
    pub(super) host: String,
    /// Parts of the path as they are written there, the empty ones left out.
    pub(super) path: Vec<String>,
    url: Url,
}

impl At {
    /// Takes an address apart; none where it is no address.
    pub(super) fn parse(given: &str) -> Option<Self> {
        let url = Url::parse(given).ok()?;
        let host = url.host_str()?.to_ascii_lowercase();
        let path = url.path_segments()?.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some(Self { given: given.to_owned(), origin: url.origin().ascii_serialization(), host, path, url })
    }

    /// The parts of the path, for patterns.
    pub(super) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// The parts of the path behind the address `base`, which may have a path of its own.
    pub(super) fn below(&self, base: &str) -> Vec<&str> {
        let own = Self::parse(base).map_or(0, |base| base.path.len());
        self.path.iter().skip(own).map(String::as_str).collect()
    }

    /// True for what stands at or below `base`.
    pub(super) fn is_below(&self, base: &str) -> bool {
        Self::parse(base).is_some_and(|base| base.origin == self.origin && self.path.starts_with(&base.path))
    }

    /// A value of the query.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// What stands behind `#`, perhaps nothing.
    pub(super) fn fragment(&self) -> &str {
        self.url.fragment().unwrap_or_default()
    }
}

/// `base` with a query.
pub(super) fn with_query(base: &str, pairs: &[(&str, &str)]) -> String {
    Url::parse_with_params(base, pairs).map_or_else(|_| base.to_owned(), String::from)
}

/// A path as it is written in an address.
pub(super) fn encoded(path: &str) -> String {
    let Ok(mut url) = Url::parse("https://host") else { return String::new() };
    if let Ok(mut parts) = url.path_segments_mut() {
        parts.clear().extend(path.split('/'));
    }
    url.path().trim_start_matches('/').to_owned()
}

/// Where the name of a branch ends and the path begins is not told by an address: every way to part `rest`, the shortest name first.
/// A commit has no slash in it.
pub(super) fn versions(rest: &[&str]) -> Vec<(String, String)> {
    /// Slashes that a name of a branch is expected to have at most, one more.
    const LONGEST: usize = 3;
    let is_commit = rest.first().is_some_and(|first| is_commit(first));
    let most = if is_commit { 1 } else { LONGEST };
    let parted = (1..rest.len()).take(most).filter_map(|at| rest.split_at_checked(at));
    parted.filter_map(|(version, path)| Some((percent_decoded(&version.join("/"))?, path.join("/")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_as_they_are_written() {
        let at = At::parse("HTTPS://Forge.example.org/lab//o/a%20b/../c%2Fd?x=1%202#L3").unwrap();
        assert_eq!((at.origin.as_str(), at.host.as_str()), ("https://forge.example.org", "forge.example.org"));
        assert_eq!(at.path, ["lab", "o", "c%2Fd"]);
        assert_eq!(at.below("https://forge.example.org/lab"), ["o", "c%2Fd"]);
        assert!(at.is_below("https://forge.example.org/lab/") && !at.is_below("https://forge.example.org/la"));
        assert_eq!((at.query("x").as_deref(), at.fragment()), (Some("1 2"), "L3"));
        assert_eq!(encoded("a b/ü#?.md"), "a%20b/%C3%BC%23%3F.md");
        assert_eq!(with_query("https://h/a", &[("ref", "a&b+c d")]), "https://h/a?ref=a%26b%2Bc+d");
    }

    #[test]
    fn a_branch_may_have_slashes_and_a_commit_has_none() {
        let all = |rest: &[&str]| versions(rest).into_iter().map(|(a, b)| format!("{a} {b}")).collect::<Vec<_>>();
        assert_eq!(all(&["main", "a.md"]), ["main a.md"]);
        assert_eq!(all(&["f", "x", "d", "a%20b.md"]), ["f x/d/a%20b.md", "f/x d/a%20b.md", "f/x/d a%20b.md"]);
        assert_eq!(all(&["r%C3%BC", "a.md"]), ["rü a.md"]);
        let commit = "0123456789012345678901234567890123456789";
        assert_eq!(all(&[commit, "d", "a.md"]), [format!("{commit} d/a.md")]);
    }
}
