//! Settings of a repository: `.specreview.toml`, read from the base commit. Raw text in, checked settings and problems out.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod egress;
mod globs;
pub(crate) mod page;
mod raw;
mod read;

pub use egress::{Egress, Withheld, egress};
pub use globs::Paths;
pub use raw::schema;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Problem, Severity};

/// Where the file may lie in a repository, first found wins.
pub const PATHS: &[&str] = &[".specreview.toml", ".github/specreview.toml"];

/// Checked settings of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Files that are specifications whatever they look like (globs).
    pub specs: Vec<String>,
    /// Files that are never looked at (globs).
    pub exclude: Vec<String>,
    /// Least severity that fails the check; none never fails. Default: error.
    pub fail_on: Option<Severity>,
    /// An incomplete reading fails.
    pub require_complete: bool,
    /// Most inline comments of one review. Default: 10.
    pub inline_comments: usize,
    /// Complete a check on changes without a specification. Default: true.
    pub check_without_spec: bool,
    /// Rules that are switched off.
    pub off: BTreeSet<String>,
    /// Rules with another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Waivers: rule code (perhaps with part) and reason.
    pub waivers: Vec<(String, String)>,
    /// Where the text of documents may go.
    pub llm: Egress,
    /// Files that go to no model (globs).
    pub llm_never: Vec<String>,
    /// Files that go to a local model only (globs).
    pub llm_local_only: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            specs: Vec::new(),
            exclude: Vec::new(),
            fail_on: Some(Severity::Error),
            require_complete: false,
            inline_comments: 10,
            check_without_spec: true,
            off: BTreeSet::new(),
            severity: BTreeMap::new(),
            waivers: Vec::new(),
            llm: Egress::Allowed,
            llm_never: Vec::new(),
            llm_local_only: Vec::new(),
        }
    }
}

impl Config {
    /// True when the file is a specification whatever it looks like. For many files compile [`Paths`] once.
    #[must_use]
    pub fn is_spec(&self, path: &str) -> bool {
        Paths::new(self).is_spec(path)
    }

    /// True when the file is never looked at. For many files compile [`Paths`] once.
    #[must_use]
    pub fn is_excluded(&self, path: &str) -> bool {
        Paths::new(self).is_excluded(path)
    }
}

/// Reads `text` of the file `path`. What is broken keeps its default and is reported; `codes` are the known rule codes (with
/// none, every code passes).
#[must_use]
pub fn parse(path: &str, text: &str, codes: &BTreeSet<String>) -> (Config, Vec<Problem>) {
    read::read(path, text, codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> BTreeSet<String> {
        ["MET-002", "MET-003", "MON-002", "GOV-001"].map(str::to_owned).into()
    }

    fn read(text: &str) -> (Config, Vec<Problem>) {
        parse(".specreview.toml", text, &codes())
    }

    /// Problems as `code line:column`, in order of their place.
    fn check(text: &str, expected: &[&str]) {
        let (_, problems) = read(text);
        let found: Vec<String> = problems
            .iter()
            .map(|problem| {
                let place = |n: Option<u32>| n.map_or("-".into(), |n| n.to_string());
                format!("{} {}:{}", problem.code, place(problem.line), place(problem.column))
            })
            .collect();
        assert_eq!(found, expected, "{text}\n{problems:#?}");
    }

    #[test]
    fn every_key_is_read() {
        let (config, problems) = read(
            "[review]\nspecs = [\"docs/**\"]\nexclude = [\"old/\"]\nfail-on = \"warning\"\nrequire-complete = true\n\
            inline-comments = 3\ncheck-without-spec = false\n[rules]\noff = [\"GOV-001\"]\n\
            severity = { MET-002 = \"info\", \"MON-002:data\" = \"error\" }\n\
            [[waive]]\nrule = \"MON-002:data\"\nreason = \" the input is fixed \"\n[model]\nllm = \"local-only\"\nnever = [\"secret/**\"]\nlocal-only = [\"internal/\"]\n",
        );
        assert_eq!(problems, []);
        let expected = Config {
            specs: vec!["docs/**".into()],
            exclude: vec!["old/".into()],
            fail_on: Some(Severity::Warning),
            require_complete: true,
            inline_comments: 3,
            check_without_spec: false,
            off: ["GOV-001".to_owned()].into(),
            severity: [("MET-002".to_owned(), Severity::Info), ("MON-002:data".to_owned(), Severity::Error)].into(),
            waivers: vec![("MON-002:data".into(), "the input is fixed".into())],
            llm: Egress::LocalOnly,
            llm_never: vec!["secret/**".into()],
            llm_local_only: vec!["internal/".into()],
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn a_model_that_is_not_enabled_gets_nothing_and_a_broken_word_holds_back() {
        assert_eq!(read("[model]\nenabled = false\nllm = \"allowed\"\n").0.llm, Egress::Never);
        assert_eq!(read("[model]\nenabled = true\n").0.llm, Egress::Allowed);
        check("[model]\nllm = \"nevr\"\n", &["wrong-type 2:7"]);
        assert_eq!(read("[model]\nllm = \"nevr\"\n").0.llm, Egress::Never);
        check("[model]\nnever = [\"a/[b\"]\n", &["bad-glob 2:10"]);
        assert_eq!(read("[model]\nnever = [\"a/[b\"]\n").0.llm, Egress::Never);
    }

    #[test]
    fn a_section_that_is_unknown_and_speaks_of_models_holds_everything_back() {
        for (text, held) in [
            ("[llm]\nnever = [\"specs/secret/**\"]\n", true),
            ("[LLM]\nllm = \"never\"\n", true),
            ("llm = \"never\"\n", true),
            ("[Model]\nllm = \"never\"\n", true),
            ("[modle]\nllm = \"never\"\n", true),
            ("[models]\nenabled = false\n", true),
            ("[egress]\nnever = []\n", true),
            ("[reveiw]\n", false),
            ("[server]\n", false),
        ] {
            let (config, problems) = read(text);
            assert_eq!(config.llm == Egress::Never, held, "{text}");
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
            let says = problems.iter().any(|problem| problem.message.contains("nothing is sent to a model"));
            assert_eq!(says, held, "{text}: {problems:?}");
        }
        assert_eq!(read("[llm]\n[model]\nllm = \"allowed\"\n").0.llm, Egress::Never, "whatever else is said");
        assert_eq!(read("[model]\nllm = \"allowed\"\n[llm]\n").0.llm, Egress::Never);
    }

    #[test]
    fn an_empty_file_means_the_defaults() {
        for text in ["", "\n# only a comment\n", "[review]\n[rules]\n"] {
            assert_eq!(read(text), (Config::default(), Vec::new()), "{text}");
        }
        assert_eq!(read("[review]\nfail-on = \"never\"\n").0.fail_on, None);
    }

    #[test]
    fn every_mistake_has_its_place() {
        check("[review]\nfail_on = \"error\"\n", &["unknown-key 2:1"]);
        check("  [reviews]\nspecs = []\n", &["unknown-key 1:4"]);
        check("colour = 1\n[review]\ncolour = 1\n", &["unknown-key 1:1", "unknown-key 3:1"]);
        check("[review]\nfail-on = \"fatal\"\n", &["wrong-type 2:11"]);
        check("[review]\nrequire-complete = \"yes\"\n", &["wrong-type 2:20"]);
        check("[review]\ninline-comments = 26\n", &["out-of-range 2:19"]);
        check("[review]\ninline-comments = -1\n", &["out-of-range 2:19"]);
        check("[review]\ninline-comments = 1.5\n", &["wrong-type 2:19"]);
        check("[review]\nspecs = \"docs\"\n", &["wrong-type 2:9"]);
        check("[review]\nspecs = [\"docs/**\", 3, \"a/[b\"]\n", &["wrong-type 2:21", "bad-glob 2:24"]);
        check("review = 1\n", &["wrong-type 1:10"]);
        check("waive = 1\n", &["wrong-type 1:9"]);
        check("[rules]\noff = [\"MET-02\", \"XYZ-999\"]\n", &["unknown-rule 2:8", "unknown-rule 2:18"]);
        check(
            "[rules]\nseverity = { MET-001 = \"info\", MET-002 = \"bad\" }\n",
            &["unknown-rule 2:14", "wrong-type 2:42"],
        );
        check("[[waive]]\nrule = \"MET-002\"\n", &["no-reason 2:8"]);
        check("[[waive]]\nrule = \"MET-002\"\nreason = \"  \"\n", &["no-reason 2:8"]);
        check("[[waive]]\nrule = \"MET-002\"\nreason = 5\n", &["wrong-type 3:10"]);
        check("[[waive]]\nrule = \"MET-002\"\nreson = \"x\"\n", &["unknown-key 3:1"]);
        check("[[waive]]\nreason = \"x\"\n", &["no-rule 1:1"]);
        check("[[waive]]\nrule = \"MET-009\"\nreason = \"x\"\n", &["unknown-rule 2:8"]);
    }

    #[test]
    fn what_only_the_operator_may_say_is_refused() {
        check("[model]\nbase-url = \"http://evil\"\napi_key = \"k\"\n", &["operator-only 2:1", "operator-only 3:1"]);
        check("[server]\nlisten = 1\n[github]\n", &["operator-only 1:2", "operator-only 3:2"]);
        let (_, problems) = read("[model]\nbase-url = \"http://evil\"\n");
        assert!(problems.iter().all(|problem| problem.message.contains("operator")));
        assert!(!format!("{problems:?}").contains("evil"), "values are not repeated");
    }

    #[test]
    fn near_misses_are_named() {
        for (text, near) in [
            ("[review]\nfail_on = \"error\"\n", "`fail-on`"),
            ("[reveiw]\n", "`review`"),
            ("[rules]\noff = [\"met-003\"]\n", "MET-003"),
            ("[[waive]]\nrules = \"x\"\n", "`rule`"),
        ] {
            let (_, problems) = read(text);
            assert!(problems.iter().any(|problem| problem.advice.contains(near)), "{text}: {problems:#?}");
        }
    }

    #[test]
    fn what_is_sound_is_kept_beside_what_is_broken() {
        let (config, problems) = read(
            "[review]\nspecs = [\"a/**\", 7, \"b/**\"]\nfail-on = 3\nrequire-complete = true\nnonsense = 1\n\
            [rules]\noff = [\"MET-002\", \"NO-1\"]\nseverity = { MET-003 = \"info\", MON-002 = 5 }\n\
            [[waive]]\nrule = \"MET-002\"\n[[waive]]\nrule = \"GOV-001\"\nreason = \"small team\"\n",
        );
        assert_eq!(config.specs, ["a/**", "b/**"]);
        assert_eq!(config.fail_on, Some(Severity::Error));
        assert!(config.require_complete);
        assert_eq!(config.off, ["MET-002".to_owned()].into());
        assert_eq!(config.severity, [("MET-003".to_owned(), Severity::Info)].into());
        assert_eq!(config.waivers, [("GOV-001".to_owned(), "small team".to_owned())]);
        assert_eq!(problems.len(), 6, "{problems:#?}");
    }

    #[test]
    fn a_broken_line_does_not_take_the_file_with_it() {
        let (config, problems) = read("[review]\nrequire-complete = true\nfail-on = \ninline-comments = 2\n");
        assert!(config.require_complete);
        assert_eq!(config.inline_comments, 2);
        assert_eq!(problems.first().map(|problem| (problem.code.as_str(), problem.line)), Some(("syntax", Some(3))));
    }

    #[test]
    fn hostile_files_end_in_problems() {
        let many = (0..5000).map(|n| format!("key{n} = 1")).collect::<Vec<_>>().join("\n");
        let big = "#".repeat(300 * 1024);
        let deep = format!("a = {}1{}\n", "[".repeat(5000), "]".repeat(5000));
        let items = format!("[review]\nspecs = [{}]\n", "7, ".repeat(400));
        for text in
            [many.as_str(), &big, &deep, &items, "\u{0}\u{1}", "[[[", "= = =", "\u{feff}[review]\nx=1\n", "[review\n"]
        {
            let (config, problems) = read(text);
            assert!(!problems.is_empty() && problems.len() <= 51, "{}", text.get(..20).unwrap_or(text));
            assert_eq!(config.fail_on, Some(Severity::Error));
        }
    }

    #[test]
    fn without_known_rules_every_code_passes() {
        let (config, problems) = parse("x", "[rules]\noff = [\"ANY-001\"]\n", &BTreeSet::new());
        assert_eq!((config.off.len(), problems.len()), (1, 0));
    }
}
