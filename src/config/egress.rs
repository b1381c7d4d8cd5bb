//! May the text of a document leave for a language model? Repository, path and document each have a word; the strictest
//! counts. Decides from values alone.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Paths;

/// Where the text of a document may go. Ordered: what is stricter is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Egress {
    /// To the model that the operator has configured.
    #[default]
    Allowed,
    /// Only to a model whose endpoint is on this machine or in the own network.
    LocalOnly,
    /// To no model.
    Never,
}

impl Egress {
    /// The word in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::LocalOnly => "local-only",
            Self::Never => "never",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Allowed, Self::LocalOnly, Self::Never].into_iter().find(|one| one.word().eq_ignore_ascii_case(word))
    }
}

/// Why a document is not sent to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The rest of the sentence "not sent to a model, because …".
    pub because: String,
}

/// Decides for the document at `path`, as it lies below the folder of the configuration (`None` where that is not known), with the
/// text of its front matter. `is_local` says where the endpoint is.
///
/// # Errors
/// With the reason when its text stays here.
pub fn egress(paths: &Paths, path: Option<&str>, front: Option<&str>, is_local: bool) -> Result<(), Withheld> {
    let by_path = match path {
        Some(_) => "the configuration of the repository says",
        None => "it does not lie below the folder of the configuration, which says for some files",
    };
    let whole = (paths.egress_of_all(), "the configuration of the repository says");
    let mut words = vec![whole, (paths.egress(path), by_path)];
    for word in front.map(said).unwrap_or_default() {
        // A word that is not understood was meant to hold something back.
        words.push((Egress::parse(&word).unwrap_or(Egress::Never), "its front matter says"));
        if Egress::parse(&word).is_none() {
            let shown: String = word.chars().filter(|c| !c.is_control()).take(40).collect();
            let because =
                format!("its front matter says llm: {shown}, which is not understood (allowed, local-only, never)");
            return Err(Withheld { because });
        }
    }
    let Some((strictest, who)) = words.into_iter().reduce(|a, b| if b.0 > a.0 { b } else { a }) else { return Ok(()) };
    match strictest {
        Egress::Allowed => Ok(()),
        Egress::LocalOnly if is_local => Ok(()),
        Egress::LocalOnly => {
            Err(Withheld { because: format!("{who} llm: local-only, and the endpoint of the model is not local") })
        }
        Egress::Never => Err(Withheld { because: format!("{who} llm: never") }),
    }
}

/// Whoever writes `LLM:` means it.
fn is_llm(key: &str) -> bool {
    key.eq_ignore_ascii_case("llm")
}

/// Every value of a key `llm`, at whatever depth: `llm: never`, `specreview: { llm: never }`, `llm = "never"`.
fn said(front: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in front.lines().flat_map(|line| line.split(['{', '}', ','])) {
        let part = part.split('#').next().unwrap_or_default();
        let Some((key, value)) = part.split_once([':', '=']) else { continue };
        let bare = |text: &str| text.trim().trim_matches(['"', '\'']).trim().to_owned();
        let (key, value) = (bare(key), bare(value));
        let name = bare(key.rsplit('.').next().unwrap_or_default());
        // `specreview: llm: never` on one line is no YAML, and meant all the same.
        let inner = value.split_once(':').filter(|(inner, _)| is_llm(&bare(inner))).map(|(_, value)| bare(value));
        if is_llm(&name) {
            found.push(value);
        } else if let Some(value) = inner {
            found.push(value);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn check(default: Egress, path: &str, front: Option<&str>, is_local: bool, expected: Option<&str>) {
        let config = Config {
            llm: default,
            llm_never: vec!["secret/**".into()],
            llm_local_only: vec!["internal/".into(), "secret/open.md".into()],
            ..Config::default()
        };
        let place = (path != "?").then_some(path);
        let held = egress(&Paths::new(&config), place, front, is_local).err().map(|held| held.because);
        let is_as_expected = match (&held, expected) {
            (Some(held), Some(part)) => held.contains(part),
            (held, expected) => held.is_none() && expected.is_none(),
        };
        assert!(is_as_expected, "{default:?} {path} {front:?} local={is_local}: {held:?}");
    }

    #[test]
    fn the_strictest_word_counts() {
        use Egress::{Allowed, LocalOnly, Never};
        let repository = Some("the configuration of the repository says llm: never");
        for is_local in [false, true] {
            let nowhere = "below the folder of the configuration, which says for some files llm: never";
            check(Allowed, "?", None, is_local, Some(nowhere));
            check(Allowed, "docs/a.md", None, is_local, None);
            check(Allowed, "docs/a.md", Some("title: b\nllm: allowed\n"), is_local, None);
            check(Never, "docs/a.md", None, is_local, repository);
            check(Never, "docs/a.md", Some("llm: allowed"), is_local, repository);
            check(Allowed, "secret/a.md", Some("llm: allowed"), is_local, repository);
            check(LocalOnly, "secret/open.md", None, is_local, repository);
            check(Allowed, "docs/a.md", Some("llm: never"), is_local, Some("its front matter says llm: never"));
            check(Allowed, "docs/a.md", Some("llm: nevr"), is_local, Some("llm: nevr, which is not understood"));
            check(Allowed, "docs/a.md", Some("llm:"), is_local, Some("not understood"));
            check(Allowed, "docs/a.md", Some("llm: local-only\nx:\n  llm: never"), is_local, Some("never"));
        }
        for (default, path, front) in [
            (LocalOnly, "docs/a.md", None),
            (Allowed, "internal/a.md", None),
            (Allowed, "docs/a.md", Some("llm: local-only # for now")),
            (LocalOnly, "docs/a.md", Some("llm: allowed")),
        ] {
            check(default, path, front, true, None);
            check(default, path, front, false, Some("local-only, and the endpoint of the model is not local"));
        }
    }

    #[test]
    fn a_path_that_cannot_be_placed_gets_the_strictest_word_there_is() {
        use Egress::{Allowed, LocalOnly, Never};
        let globs = || vec!["secret/**".to_owned()];
        for (llm, llm_never, llm_local_only, expected) in [
            (Allowed, vec![], vec![], Allowed),
            (LocalOnly, vec![], vec![], LocalOnly),
            (Allowed, vec![], globs(), LocalOnly),
            (Never, vec![], globs(), Never),
            (Allowed, globs(), globs(), Never),
        ] {
            let config = Config { llm, llm_never, llm_local_only, ..Config::default() };
            assert_eq!(Paths::new(&config).egress(None), expected, "{config:?}");
        }
    }

    #[test]
    fn every_way_to_write_it_is_read() {
        for front in [
            "llm: never",
            "llm: \"never\"",
            "'llm': Never",
            "specreview: { llm: never }",
            "specreview: {mode: x, llm: 'never'}",
            "specreview:\n  llm: never\n",
            "llm = \"never\"",
            "[specreview]\nllm = 'never'",
            "specreview.llm = \"never\"",
            "specreview.\"llm\" = \"never\"",
            "LLM: never",
            "Llm = \"never\"",
            "specreview: { LLM: never }",
            "specreview: LLM: never",
        ] {
            assert_eq!(
                said(front).iter().map(|word| Egress::parse(word)).collect::<Vec<_>>(),
                [Some(Egress::Never)],
                "{front}"
            );
        }
        for front in ["title: the llm: never mind", "llms: never", "# llm: never", "note: no llm"] {
            assert_eq!(said(front), Vec::<String>::new(), "{front}");
        }
    }
}
