//! Which files of a repository are meant: globs as people write them for repositories. Reads no folder.

use globset::{GlobBuilder, GlobMatcher};

use super::{Config, Egress};

/// Longest glob in bytes.
pub(super) const LONGEST: usize = 256;

/// Compiles a glob. `*` stays within a folder, `**` does not; without a slash a glob matches in every folder; a slash at the
/// end means everything below.
pub(super) fn compile(glob: &str) -> Result<GlobMatcher, String> {
    if glob.len() > LONGEST {
        return Err(format!("the glob is longer than {LONGEST} bytes"));
    }
    let plain = glob.trim().trim_start_matches("./").trim_start_matches('/');
    if plain.is_empty() {
        return Err("the glob is empty".into());
    }
    let mut full = if plain.trim_end_matches('/').contains('/') { plain.to_owned() } else { format!("**/{plain}") };
    if full.ends_with('/') {
        full.push_str("**");
    }
    let built = GlobBuilder::new(&full).literal_separator(true).backslash_escape(true).build();
    built.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

/// The globs of a configuration, compiled once for many paths.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    specs: Vec<GlobMatcher>,
    exclude: Vec<GlobMatcher>,
    never: Vec<GlobMatcher>,
    local_only: Vec<GlobMatcher>,
    llm: Egress,
}

impl Paths {
    /// Compiles the globs of `config`; those that are broken were reported when it was read, and match nothing.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let all = |globs: &[String]| globs.iter().filter_map(|glob| compile(glob).ok()).collect();
        Self {
            specs: all(&config.specs),
            exclude: all(&config.exclude),
            never: all(&config.llm_never),
            local_only: all(&config.llm_local_only),
            llm: config.llm,
        }
    }

    /// True when the file is a specification whatever it looks like: named by `specs` and not excluded.
    #[must_use]
    pub fn is_spec(&self, path: &str) -> bool {
        self.specs.iter().any(|glob| glob.is_match(path)) && !self.is_excluded(path)
    }

    /// Where the text of any file may go, as far as the configuration says.
    #[must_use]
    pub fn egress_of_all(&self) -> Egress {
        self.llm
    }

    /// Where the text of the file may go, as far as the configuration says; the front matter may be stricter. A file of which nobody
    /// knows where it lies (`None`) may be any that the globs name.
    #[must_use]
    pub fn egress(&self, path: Option<&str>) -> Egress {
        let names =
            |globs: &[GlobMatcher]| path.map_or(!globs.is_empty(), |path| globs.iter().any(|glob| glob.is_match(path)));
        let by_path = match (names(&self.never), names(&self.local_only)) {
            (true, _) => Egress::Never,
            (false, true) => Egress::LocalOnly,
            (false, false) => Egress::Allowed,
        };
        by_path.max(self.llm)
    }

    /// True when the file is never looked at.
    #[must_use]
    pub fn is_excluded(&self, path: &str) -> bool {
        self.exclude.iter().any(|glob| glob.is_match(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_in_repositories() {
        for (glob, path, expected) in [
            ("docs/specs/**", "docs/specs/a/b.md", true),
            ("docs/specs/**", "other/docs/specs/a.md", false),
            ("docs/specs/", "docs/specs/a/b.md", true),
            ("docs/specs/", "docs/specs.md", false),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/a/b.md", false),
            ("*.spec.md", "a.spec.md", true),
            ("*.spec.md", "deep/down/a.spec.md", true),
            ("drafts/", "docs/drafts/a.md", true),
            ("./docs/a.md", "docs/a.md", true),
            ("/docs/a.md", "docs/a.md", true),
            ("docs/{a,b}.md", "docs/b.md", true),
            ("docs/[ab].md", "docs/c.md", false),
            ("**/spec*/*.md", "x/specs/a.md", true),
            ("docs/a b#c.md", "docs/a b#c.md", true),
        ] {
            assert_eq!(compile(glob).unwrap().is_match(path), expected, "{glob} {path}");
        }
    }

    #[test]
    fn broken_globs_say_why() {
        for glob in ["", "  ", "/", "docs/[a", "docs/{a,b", &"x".repeat(300)] {
            assert!(compile(glob).is_err(), "{glob}");
        }
    }

    #[test]
    fn exclusion_is_stronger() {
        let config = Config { specs: vec!["docs/**".into()], exclude: vec!["docs/old/**".into()], ..Config::default() };
        let paths = Paths::new(&config);
        assert!(paths.is_spec("docs/a.md") && !paths.is_excluded("docs/a.md"));
        assert!(!paths.is_spec("docs/old/a.md") && paths.is_excluded("docs/old/a.md"));
        assert!(!paths.is_spec("README.md") && !paths.is_excluded("README.md"));
    }
}
