//! Settings of a repository: `.specreview.toml`, read from the base commit. Raw text in, checked settings and problems out.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod egress;
mod globs;
mod key;
mod layer;
pub(crate) mod page;
mod raw;
mod read;
mod waive;

pub use egress::{Egress, Withheld, egress};
pub use globs::Paths;
pub use layer::{Effective, Layer, Origin, Place, Shown};
pub use raw::schema;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;

use crate::finding::Severity;
use crate::text::Date;

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
    /// A review of a change whose check fails asks for changes. Default: false.
    pub request_changes: bool,
    /// Language of the words that are posted.
    pub language: Language,
    /// How much of one change is read.
    pub limits: Limits,
    /// Packs of rules that apply; none for the core. The pages of the repository always do.
    pub packs: Option<BTreeSet<String>>,
    /// Rules that are switched off.
    pub off: BTreeSet<String>,
    /// Rules with another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Rules that are left out on purpose.
    pub waivers: Vec<Waiver>,
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
            request_changes: false,
            language: Language::En,
            limits: Limits::MOST,
            packs: None,
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

/// A language in which there are words to post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    #[default]
    En,
}

impl Language {
    /// All there are.
    pub const ALL: [Self; 1] = [Self::En];

    /// Its code (ISO 639-1).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
        }
    }
}

/// How much of one change is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Documents.
    pub documents: usize,
    /// Bytes of one document.
    pub file_bytes: usize,
    /// Bytes of all documents, at the head and again at the base.
    pub change_bytes: usize,
}

impl Limits {
    /// What the program reads at most: a repository can only ask for less.
    pub const MOST: Self = Self { documents: 200, file_bytes: 1 << 20, change_bytes: 5 << 20 };
    /// Bytes of a file out of which a text is read, a Word file or a PDF: ten times as much as of a text, for what is no text in it. The text
    /// itself is bounded as any other.
    pub const FILE: usize = 10 << 20;
    /// Bytes of such files that are fetched together: as many as hold all the text that a change may have, ten times over.
    pub const FILES: usize = 50 << 20;
}

/// A rule that a file leaves out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Rule code, perhaps with a part.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Who approved it, as the file says.
    pub by: Option<String>,
    /// The last day on which it counts, included (UTC); none for good.
    pub until: Option<Date>,
    /// The file in which it stands.
    pub file: String,
    /// Line of its rule, from 1.
    pub line: u32,
    /// Column of its rule in characters, from 1.
    pub column: u32,
}

/// What the names in a file can mean.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Codes of rules, and of their parts as `MON-002:data`; with none, every code passes.
    pub codes: BTreeSet<String>,
    /// Names of packs; with none, every name passes.
    pub packs: BTreeSet<String>,
}

/// Reads `text` of the file `path`, or why it cannot be read. What is broken keeps its default and is reported; where it may have held text
/// back from a model, everything is held back.
#[must_use]
pub fn parse(path: &str, text: Result<&str, &str>, known: &Known) -> Layer {
    read::read(path, text, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::finding::Problem;

    fn known() -> Known {
        let codes =
            ["MET-002", "MET-003", "MON-002", "MON-002:data", "MON-002:model", "GOV-001"].map(str::to_owned).into();
        Known { codes, packs: ["core".to_owned()].into() }
    }

    fn layer(path: &str, text: &str) -> Layer {
        parse(path, Ok(text), &known())
    }

    fn read(text: &str) -> (Config, Vec<Problem>) {
        let layer = layer(".specreview.toml", text);
        (layer.config, layer.problems)
    }

    fn waiver(rule: &str, reason: &str, line: u32) -> Waiver {
        Waiver {
            rule: rule.into(),
            reason: reason.into(),
            by: None,
            until: None,
            file: ".specreview.toml".into(),
            line,
            column: 8,
        }
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
            inline-comments = 3\ncheck-without-spec = false\nrequest-changes = true\nlanguage = \"en\"\n\
            [limits]\ndocuments = 20\nfile-bytes = 65536\nchange-bytes = 131072\n[rules]\npacks = [\"core\"]\noff = [\"GOV-001\"]\n\
            severity = { MET-002 = \"info\", \"MON-002:data\" = \"error\" }\n\
            [[waive]]\nrule = \"MON-002:data\"\nreason = \" the input is fixed \"\nby = \"Lena\"\nuntil = \"2027-01-31\"\n[model]\nllm = \"local-only\"\nnever = [\"secret/**\"]\nlocal-only = [\"internal/\"]\n",
        );
        assert_eq!(problems, []);
        let expected = Config {
            specs: vec!["docs/**".into()],
            exclude: vec!["old/".into()],
            fail_on: Some(Severity::Warning),
            require_complete: true,
            inline_comments: 3,
            check_without_spec: false,
            request_changes: true,
            language: Language::En,
            limits: Limits { documents: 20, file_bytes: 65_536, change_bytes: 131_072 },
            packs: Some(["core".to_owned()].into()),
            off: ["GOV-001".to_owned()].into(),
            severity: [("MET-002".to_owned(), Severity::Info), ("MON-002:data".to_owned(), Severity::Error)].into(),
            waivers: vec![Waiver {
                by: Some("Lena".into()),
                until: Date::parse("2027-01-31"),
                ..waiver("MON-002:data", "the input is fixed", 19)
            }],
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
        check("[[waive]]\nrule = \"MON-002:foo\"\nreason = \"x\"\n", &["unknown-rule 2:8"]);
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
        assert_eq!(config.waivers, [waiver("GOV-001", "small team", 12)]);
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
        let layer = parse("x", Ok("[rules]\noff = [\"ANY-001\"]\npacks = [\"any\"]\n"), &Known::default());
        assert_eq!((layer.config.off.len(), layer.problems.len()), (1, 0));
    }

    #[test]
    fn a_waiver_with_a_broken_end_never_counts_for_good() {
        let of = |until: &str| read(&format!("[[waive]]\nrule = \"MET-002\"\nreason = \"x\"\n{until}\n"));
        for until in ["until = \"2027-01-31\"", "until = 2027-01-31"] {
            let (config, problems) = of(until);
            assert_eq!(problems, [], "{until}");
            assert_eq!(config.waivers.iter().map(|one| one.until).collect::<Vec<_>>(), [Date::parse("2027-01-31")]);
        }
        for (until, code) in [
            ("until = \"soon\"", "bad-date"),
            ("until = \"2027-02-30\"", "bad-date"),
            ("until = 2027-01-31T10:00:00Z", "bad-date"),
            ("until = 5", "wrong-type"),
            ("until = \"2027-01-31\"\nuntil = 2028-01-31", "syntax"),
            ("untill = \"2027-01-31\"", "unknown-key"),
        ] {
            let (config, problems) = of(until);
            assert_eq!(problems.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), [code], "{until}");
            let counts = config.waivers.iter().filter(|one| one.until.is_none()).count();
            assert_eq!(counts, 0, "{until}: {config:?}");
        }
    }

    #[test]
    fn waivers_that_never_do_anything_are_told() {
        let of = |rule: &str| format!("[[waive]]\nrule = \"{rule}\"\nreason = \"x\"\n");
        check(&format!("{}{}", of("MET-002"), of("MET-002")), &["waived-twice 5:8"]);
        check(&format!("{}{}", of("MON-002:data"), of("MON-002:model")), &[]);
        check(&format!("[rules]\noff = [\"MET-002\"]\n{}", of("MET-002")), &["waiver-without-effect 4:8"]);
        check(&of("MET-999"), &["unknown-rule 2:8"]);
        let layer = layer("x.toml", &format!("{}until = 2026-01-31\n", of("MET-002")));
        let told = |day| layer.problems(Date::parse(day).unwrap());
        assert_eq!(told("2026-01-31"), [], "the last day is included");
        let ended = told("2026-02-01");
        assert_eq!(
            ended.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "x.toml:2:8: the waiver of MET-002 ended on 2026-01-31 and does not count (take it out, or give it a later day)"
            ]
        );
    }

    #[test]
    fn only_languages_packs_and_limits_that_there_are_can_be_asked_for() {
        check("[review]\nlanguage = \"de\"\n", &["unknown-language 2:12"]);
        let (_, problems) = read("[review]\nlanguage = \"de\"\n");
        assert!(problems[0].advice.contains("en"), "{problems:?}");
        check("[rules]\npacks = [\"core\", \"cor\"]\n", &["unknown-pack 2:18"]);
        assert_eq!(read("[rules]\npacks = [\"cor\"]\n").0.packs, None, "a typing error switches nothing off");
        check("[rules]\npacks = \"core\"\n", &["wrong-type 2:9"]);
        check(
            "[limits]\ndocuments = 201\nfile-bytes = 0\nchange-bytes = -1\n",
            &["out-of-range 2:13", "out-of-range 3:14", "out-of-range 4:16"],
        );
        assert_eq!(read("[limits]\ndocuments = 201\n").0.limits, Limits::MOST);
        check("[limits]\nfile_bytes = 5\n", &["unknown-key 2:1"]);
        check("[review]\nrequest-changes = 1\n", &["wrong-type 2:19"]);
        check("[review]\npause = true\n", &["unknown-key 2:1"]);
    }

    #[test]
    fn what_cannot_be_read_holds_everything_back_from_a_model() {
        let big = format!("[model]\nllm = \"allowed\"\n{}", "#".repeat(1 << 20));
        for (text, code) in [
            (Err("not UTF-8 (byte 3)"), "unreadable"),
            (Ok(big.as_str()), "too-large"),
            (Ok("[review\nfail-on = \"never\"\n"), "syntax"),
        ] {
            let layer = parse(".specreview.toml", text, &known());
            assert_eq!(layer.problems.first().map(|one| one.code.as_str()), Some(code));
            let all = Effective::of(None, Some(layer), Date::of_day(0));
            assert_eq!(all.config.llm, Egress::Never, "{code}");
            assert!(all.problems[0].advice.contains("nothing is sent to a model"), "{:?}", all.problems);
        }
    }

    fn both(organisation: &str, repository: &str) -> Effective {
        let own = layer(".specreview.toml", repository);
        Effective::of(Some(layer("acme/.github/.specreview.toml", organisation)), Some(own), Date::of_day(0))
    }

    /// The keys that a file sets, as `key = value # origin`.
    fn shown(all: &Effective) -> Vec<String> {
        let keys = all.keys().into_iter().filter(|one| one.origins != [Origin::Default]);
        keys.map(|one| {
            let origins: Vec<String> = one.origins.iter().map(ToString::to_string).collect();
            format!("{} = {} # {}", one.key, one.value, origins.join(", "))
        })
        .collect()
    }

    #[test]
    fn the_repository_stands_above_the_organisation_key_by_key() {
        let all = both(
            "[review]\nspecs = [\"a/**\"]\nfail-on = \"warning\"\nrequire-complete = true\n\
             [rules]\nseverity = { MET-002 = \"info\", MET-003 = \"info\" }\noff = [\"GOV-001\"]\n\
             [[waive]]\nrule = \"MET-002\"\nreason = \"all of us\"\n[model]\nnever = [\"x/**\"]\n",
            "[review]\nspecs = [\"b/**\", \"c/**\"]\nfail-on = \"never\"\n\
             [rules]\nseverity = { MET-003 = \"error\" }\noff = []\n\
             [[waive]]\nrule = \"MET-003\"\nreason = \"us\"\n[model]\nnever = [\"y/**\"]\n",
        );
        assert_eq!(all.problems, []);
        let (org, own) = ("organisation acme/.github/.specreview.toml", "repository .specreview.toml");
        assert_eq!(
            shown(&all),
            [
                format!("review.specs = [\"b/**\",\"c/**\"] # {own}:2"),
                format!("review.fail-on = \"never\" # {own}:3"),
                format!("review.require-complete = true # {org}:4"),
                format!("rules.off = [] # {own}:6"),
                format!("rules.severity = {{\"MET-002\":\"info\",\"MET-003\":\"error\"}} # {org}:6, {own}:5"),
                format!(
                    "waive = [{{\"rule\":\"MET-003\",\"reason\":\"us\"}},\
                     {{\"rule\":\"MET-002\",\"reason\":\"all of us\"}}] # {org}:8, {own}:7"
                ),
                format!("model.never = [\"x/**\",\"y/**\"] # {org}:12, {own}:11"),
            ]
        );
    }

    #[test]
    fn what_an_organisation_holds_back_no_repository_sends() {
        use Egress::{Allowed, LocalOnly, Never};
        let llm = |word: Egress| format!("[model]\nllm = \"{}\"\n", word.word());
        for (organisation, repository, expected, origin) in [
            (Never, Allowed, Never, "organisation acme/.github/.specreview.toml:2"),
            (Never, LocalOnly, Never, "organisation acme/.github/.specreview.toml:2"),
            (LocalOnly, Allowed, LocalOnly, "organisation acme/.github/.specreview.toml:2"),
            (LocalOnly, Never, Never, "repository .specreview.toml:2"),
            (Allowed, LocalOnly, LocalOnly, "repository .specreview.toml:2"),
            (Allowed, Allowed, Allowed, "organisation acme/.github/.specreview.toml:2"),
        ] {
            let all = both(&llm(organisation), &llm(repository));
            assert_eq!(all.config.llm, expected);
            assert_eq!(shown(&all), [format!("model.llm = \"{}\" # {origin}", expected.word())]);
        }
        assert_eq!(both("[model]\nenabled = false\n", "[model]\nenabled = true\n").config.llm, Never);
    }

    #[test]
    fn of_two_broken_files_each_is_told_once_with_its_own_path() {
        let all = both(
            "[review]\nfail_on = \"error\"\nrequire-complete = true\n",
            "[review]\nspec = []\nfail-on = \"info\"\n",
        );
        let told: Vec<String> = all.problems.iter().map(|one| format!("{}:{}", one.file, one.line.unwrap())).collect();
        assert_eq!(told, ["acme/.github/.specreview.toml:2", ".specreview.toml:2"]);
        assert!(all.config.require_complete && all.config.fail_on == Some(Severity::Info), "what is sound counts");
    }
}
