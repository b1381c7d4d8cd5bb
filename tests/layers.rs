//! Holds the floors of the house: who may import whom, which crate lives where, what the pure floors never do.
//!
//! The tables below are the one place that says it. A new top-level module without a row fails the test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A top-level module: whether it is pure, and what of ours it may name (`engine::Assessment` allows that item only).
struct Room {
    name: &'static str,
    pure: bool,
    may: &'static [&'static str],
}

const fn pure(name: &'static str, may: &'static [&'static str]) -> Room {
    Room { name, pure: true, may }
}

const fn edge(name: &'static str, may: &'static [&'static str]) -> Room {
    Room { name, pure: false, may }
}

#[rustfmt::skip]
const ROOMS: &[Room] = &[
    pure("text", &[]),
    pure("finding", &["text"]),
    pure("document", &["text"]),
    pure("diff", &["text"]),
    pure("import", &["text", "finding"]),
    pure("facts", &["text", "document"]),
    pure("rules", &["text", "finding", "document", "facts"]),
    pure("engine", &["text", "finding", "document", "import", "facts", "rules"]),
    pure("config", &["text", "finding"]),
    pure("critique", &["text", "finding", "document", "facts"]),
    pure("review", &["text", "finding", "diff", "document", "facts", "engine::Assessment", "critique::Critique",
        "critique::FreeAnswer", "critique::Usage", "critique::Verdict"]),
    pure("output", &["text", "finding", "document", "facts", "review", "engine::Assessment", "critique::Critique",
        "critique::Usage", "critique::Verdict", "critique::ledger"]),
    pure("draft", &["text", "document", "facts", "finding", "rules", "review::Catalogue", "engine::Assessment"]),
    pure("eval", &["text", "finding", "document", "facts", "rules", "engine", "critique"]),
    pure("learn", &["text", "document", "facts", "rules", "eval"]),
    edge("meter", &[]),
    edge("net", &["meter"]),
    edge("office", &["text", "document::Bullet", "document::Form", "document::Look", "document::Manuscript", "document::Phrase"]),
    edge("platform", &["meter", "net", "office", "config", "review", "diff", "text"]),
    edge("model", &["meter", "net", "config", "critique", "finding::Problem", "text"]),
    edge("store", &["meter", "net", "config", "critique::ledger", "critique::Record", "text"]),
    edge("source", &["net", "office", "config", "review", "text", "document::Form", "document::canonical",
        "document::charset", "document::endings"]),
    edge("job", &["text", "finding", "document", "diff", "import", "facts", "rules", "engine", "config", "critique", "review",
        "output", "meter", "net", "platform", "model", "store", "source"]),
    edge("server", &["text", "finding", "config", "review", "output", "meter", "net", "platform", "model", "store", "source", "job"]),
    edge("cli", &["text", "finding", "document", "diff", "import", "draft", "facts", "rules", "engine", "config", "critique", "review",
        "output", "eval", "meter", "net", "office", "platform", "model", "store", "source", "job", "server", "learn"]),
    edge("main", &["cli"]),
];

/// Crates with one home: the prefixes of the paths below `src/` that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("octocrab", &["platform/github/"]),
    ("jsonwebtoken", &["platform/github/"]),
    ("gix_hash", &["platform/local/"]),
    ("gix_object", &["platform/local/"]),
    ("gix_odb", &["platform/local/"]),
    ("gix_revision", &["platform/local/"]),
    ("async_openai", &["model/openai"]),
    ("sqlx", &["store/"]),
    ("axum", &["server/"]),
    ("tower_http", &["server/"]),
    ("hyper", &["server/"]),
    ("hyper_util", &["server/"]),
    ("metrics", &["meter/"]),
    ("multer", &["server/front/"]),
    ("serde_path_to_error", &["server/front/"]),
    ("metrics_exporter_prometheus", &["server/"]),
    ("opentelemetry", &["cli/traces.rs"]),
    ("opentelemetry_otlp", &["cli/traces.rs"]),
    ("opentelemetry_sdk", &["cli/traces.rs"]),
    ("tracing_opentelemetry", &["cli/traces.rs"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("similar", &["cli/"]),
    ("lsp_server", &["cli/lsp/"]),
    ("gen_lsp_types", &["cli/lsp/"]),
    ("encoding_rs", &["source/url/charset"]),
    ("flate2", &["source/archive", "store/reviews/pack"]),
    ("tar", &["source/archive"]),
    ("minijinja", &["critique/template", "output/html", "server/front/"]),
    ("hayro_interpret", &["office/pdf"]),
    ("quick_xml", &["office/docx"]),
    ("zip", &["office/archive"]),
    ("html5gum", &["document/form/html"]),
    ("pulldown_cmark", &["document/", "rules/page"]),
    ("serde_saphyr", &["rules/", "critique/page"]),
    ("toml", &["config/", "rules/", "model/catalogue", "facts/measure/role", "facts/concept/somebody"]),
];

/// Words that have no place on a pure floor.
const IMPURE: &[&str] = &[
    "async fn",
    "async move",
    "async {",
    ".await",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime::now",
    "Instant::now",
    "tokio::",
    "reqwest::",
    "tracing::",
];

const LONGEST: usize = 400;

#[test]
fn every_file_keeps_to_its_floor() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 20, "the sources were not found at {}", root.display());
    let mut faults = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        faults.extend(check(&path, &fs::read_to_string(&file).unwrap()));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_planted_violation_of_each_kind_is_found() {
    let doc = "//! One sentence.\n";
    let cases: &[(&str, &str, &str)] = &[
        ("attic/mod.rs", "", "has no floor"),
        ("text/mod.rs", "use crate::finding::Finding;", "may not name `finding`"),
        ("facts/mod.rs", "use crate::{\n    document::Document,\n    rules::{Rule, Page},\n};", "may not name `rules`"),
        ("review/gather.rs", "use crate::engine::{Assessment, assess};", "may not name `engine::assess`"),
        ("document/parse.rs", "fn f() { crate::net::guard::check(); }", "may not name `net`"),
        ("document/parse.rs", "use super::super::rules::Rule;", "leaves its module"),
        ("engine/assess.rs", "pub async fn assess() {}", "`async fn`"),
        ("rules/page.rs", "fn f() { std::fs::read(\"x\"); }", "`std::fs`"),
        ("review/plan.rs", "use octocrab::Octocrab;", "`octocrab` lives in"),
        ("job/run.rs", "use axum::Router;", "`axum` lives in"),
        ("job/run.rs", "use crate::server::app;", "may not name `server`"),
    ];
    for (path, code, fault) in cases {
        let found = check(path, &format!("{doc}{code}\n"));
        assert!(
            found.iter().any(|found| found.contains(fault)),
            "{path}: {code:?} should say {fault:?}, says {found:?}"
        );
    }
    let long = format!("{doc}{}", "fn f() {}\n".repeat(LONGEST));
    assert!(check("text/mod.rs", &long).iter().any(|fault| fault.contains("lines")));
    assert!(check("text/mod.rs", "pub fn f() {}\n").iter().any(|fault| fault.contains("`//!`")));
}

#[test]
fn comments_strings_and_tests_are_free() {
    let source = "//! One sentence, see [`crate::rules`].\n\n// std::fs is for others\nconst A: &str = \"std::fs\";\n\n\
                  #[cfg(test)]\nmod tests {\n    use crate::rules::Rule;\n}\n";
    assert_eq!(check("facts/mod.rs", source), Vec::<String>::new());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

/// All faults of one file; `path` is relative to `src/`.
fn check(path: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !source.starts_with("//!") {
        faults.push(format!("{path}: the first line must be a `//!` sentence that says what the module is"));
    }
    if path.ends_with("/tests.rs") {
        return faults;
    }
    let body = source.split("#[cfg(test)]\nmod tests").next().unwrap_or(source);
    let lines = body.lines().count();
    if lines > LONGEST {
        faults.push(format!("{path}: {lines} lines without tests; {LONGEST} at most"));
    }
    let code = bare(body);
    for (krate, homes) in HOMES {
        if names(&code, krate) && !homes.iter().any(|home| path.starts_with(home)) {
            faults.push(format!("{path}: `{krate}` lives in {}", homes.join(", ")));
        }
    }
    if path == "lib.rs" {
        return faults;
    }
    let top = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    let Some(room) = ROOMS.iter().find(|room| room.name == top) else {
        faults.push(format!("{path}: module `{top}` has no floor; give it a row in tests/layers.rs"));
        return faults;
    };
    for named in imports(&code) {
        let first = named.split("::").next().unwrap_or_default();
        let allowed = first == top || room.may.iter().any(|may| *may == first || named == *may);
        if !allowed {
            let whole = room.may.iter().any(|may| may.starts_with(&format!("{first}::")));
            faults.push(format!("{path}: `{top}` may not name `{}`", if whole { named.as_str() } else { first }));
        }
    }
    if climbs_out(path, &code) {
        faults.push(format!("{path}: a chain of `super::` leaves its module; name it from `crate::`"));
    }
    if room.pure {
        let found = IMPURE.iter().filter(|word| code.contains(**word));
        faults.extend(found.map(|word| format!("{path}: `{word}` on a pure floor")));
    }
    faults
}

/// The code without comments and without the insides of strings.
fn bare(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.lines() {
        let mut chars = line.chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            match c {
                '\\' if quoted => {
                    chars.next();
                }
                '"' => quoted = !quoted,
                '\'' if !quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                }
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                c if !quoted => out.push(c),
                _ => {}
            }
        }
        out.push('\n');
    }
    out
}

/// True when the code names the crate in a path or `use`.
fn names(code: &str, krate: &str) -> bool {
    code.match_indices(krate).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let word = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'));
        !word && code[at + krate.len()..].starts_with("::")
    })
}

/// Everything named below `crate::`, as `module` or `module::item`; groups are taken apart.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        for first in members(&code[at + "crate::".len()..]) {
            match first.split_once("::") {
                None => found.push(first),
                Some((module, rest)) => found.extend(members(rest).into_iter().map(|item| {
                    let item = item.split("::").next().unwrap_or_default().to_owned();
                    format!("{module}::{item}")
                })),
            }
        }
    }
    found
}

/// The members of a path tail: the path itself, or those of a `{…}` group.
fn members(tail: &str) -> Vec<String> {
    let Some(group) = tail.strip_prefix('{') else {
        return vec![tail[..path_end(tail)].to_owned()];
    };
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                found.push(group[start..at].trim().to_owned());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found.retain(|member| !member.is_empty());
    found
}

/// Where a path ends: it holds names, `::`, and at its end perhaps a group.
fn path_end(text: &str) -> usize {
    let mut at = 0;
    for c in text.chars() {
        if c == '{' {
            return text[at..].find("};").map_or(text.len(), |end| at + end + 1);
        }
        if !(c.is_alphanumeric() || c == '_' || c == ':') {
            break;
        }
        at += c.len_utf8();
    }
    at
}

/// True when some chain of `super::` reaches the crate root.
fn climbs_out(path: &str, code: &str) -> bool {
    let depth = path.trim_end_matches("/mod.rs").trim_end_matches(".rs").split('/').count();
    code.contains(&"super::".repeat(depth))
}
