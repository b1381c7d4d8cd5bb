//! Hostile bytes through every door (a model's replies have their own, beside the critique): sound inputs that are cut, doubled, spliced and salted. No door panics, and none takes long. What
//! fails is made as small as it goes. `PROPTEST_CASES` says how many for each door.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::disallowed_methods,
    missing_docs
)]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use specreview::config;
use specreview::critique;
use specreview::diff::parse_patch;
use specreview::document::Document;
use specreview::engine::{Settings, assess};
use specreview::job::payload::Payload;
use specreview::office;
use specreview::platform::github::webhook::{WebhookSecrets, verify};
use specreview::review::command::commands;
use specreview::rules::{self, RuleSet, Source};

static RULES: LazyLock<RuleSet> = LazyLock::new(|| rules::builtin().0);

/// Pieces that readers of any kind trip over.
const SALT: &[&str] = &[
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{e0041}",
    "é",
    "\r",
    "\n\n",
    "---\n",
    "```",
    "<!--",
    "-->",
    "|",
    "[^",
    "](",
    "&#x0;",
    "%",
    "0.9",
    "-1",
    "1e999",
    "99999999999999999999",
    "null",
    "{",
    "}",
    "[[",
    "\"",
    "\\u0000",
    ":",
    "- ",
    "@@ -1,1 +1,1 @@",
    "specreview",
    "/specreview waive MET-003 ",
    "MET-003",
    "≥",
    "<table><tr><td>",
    "(?:",
    "{1000}",
    "!!binary ",
    "&a [*a,*a]",
];

#[derive(Debug, Clone)]
enum Edit {
    Salt(u16, usize),
    Cut(u16, u16),
    Double(u16, u16),
    Flip(u16, u8),
    Splice(u16, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (any::<u16>(), 0..SALT.len()).prop_map(|(at, salt)| Edit::Salt(at, salt)),
        2 => (any::<u16>(), 0_u16..2000).prop_map(|(at, length)| Edit::Cut(at, length)),
        1 => (any::<u16>(), 0_u16..500).prop_map(|(at, length)| Edit::Double(at, length)),
        1 => (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Edit::Flip(at, byte)),
        1 => (any::<u16>(), 0_usize..64).prop_map(|(at, other)| Edit::Splice(at, other)),
    ]
}

/// One of `seeds` after `edits`.
fn bent(seeds: &[impl AsRef<[u8]>], seed: usize, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = seeds[seed % seeds.len()].as_ref().to_vec();
    for edit in edits {
        let place = |at: u16| usize::from(at) * (bytes.len() + 1) / (usize::from(u16::MAX) + 1);
        match *edit {
            Edit::Salt(at, salt) => {
                let at = place(at);
                bytes.splice(at..at, SALT[salt].bytes());
            }
            Edit::Cut(at, length) => {
                let (at, end) = (place(at), bytes.len().min(place(at) + usize::from(length)));
                bytes.drain(at..end);
            }
            Edit::Double(at, length) => {
                let (at, end) = (place(at), bytes.len().min(place(at) + usize::from(length)));
                let piece = bytes[at..end].repeat(2);
                bytes.splice(at..at, piece);
            }
            Edit::Flip(at, byte) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old ^= byte;
                }
            }
            Edit::Splice(at, other) => {
                let at = place(at);
                let other = seeds[other % seeds.len()].as_ref();
                bytes.truncate(at);
                bytes.extend_from_slice(&other[other.len() / 2..]);
            }
        }
    }
    bytes
}

/// Longer than any of these inputs may take, on a busy machine and without optimisation.
const LONG: Duration = Duration::from_secs(20);

fn in_time(work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let took = start.elapsed();
    assert!(took < LONG, "it took {took:?}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const SPECS: &[&str] = &[
    include_str!("../docs/examples/parcel-damage.md"),
    include_str!("../README.md"),
    "",
    "# A\n\n| a |\n|-|\n| b |\n",
    include_str!("forms/parcel-damage.adoc"),
    include_str!("forms/parcel-damage.html"),
    include_str!("forms/parcel-damage.mdx"),
    include_str!("forms/parcel-damage.rst"),
    r##"{"cells": [{"cell_type": "raw", "source": "---\nllm: never\n---"}, {"cell_type": "markdown", "source": ["# A\n", "b"]}], "nbformat": 4}"##,
];
/// One for each form in which a document may be written, and one that says none.
const PATHS: &[&str] = &["a.md", "a.mdx", "a.adoc", "a.rst", "a.html", "a.ipynb", "a.txt", "-"];
const PAGES: &[&str] = &[
    include_str!("../rules/core/arithmetic/target-not-better-than-baseline.md"),
    "---\ncode: X-001\nname: x\nseverity: error\n---\n# X\n\n```bad\na\n```\n\n```good\nb\n```\n",
];
const CONFIGS: &[&str] = &[
    "[specs]\npaths = [\"specs/**\"]\n\n[gate]\nfail-on = \"error\"\n\n[[waive]]\nrule = \"MET-003\"\nreason = \"none yet\"\nuntil = 2027-01-31\n",
    "[model]\nllm = \"never\"\n[limits]\ninline-comments = 3\n",
];
const PATCHES: &[&str] = &[
    "@@ -1,3 +1,4 @@ heading\n one\n-two\n+2\n+3\n four\n\\ No newline at end of file",
    "@@ -0,0 +1 @@\n+only\n@@ -9 +10,0 @@\n-gone",
];
const HOOKS: &[&str] = &[
    r#"{"action":"opened","number":7,"pull_request":{"head":{"sha":"0123456789012345678901234567890123456789","repo":{"full_name":"o/r"}},"draft":false},
        "repository":{"name":"r","owner":{"login":"o"}},"installation":{"id":5},"sender":{"login":"a","id":1,"type":"User"}}"#,
    r#"{"action":"created","issue":{"number":7,"pull_request":{},"user":{"id":1}},"comment":{"id":3,"body":"/specreview pause","user":{"id":2,"login":"ann","type":"User"},
        "html_url":"https://x"},"repository":{"name":"r","owner":{"login":"o"}},"installation":{"id":5}}"#,
    r#"{"action":"rerequested","check_suite":{"head_sha":"0123456789012345678901234567890123456789","pull_requests":[]},"repository":{"name":"r","owner":{"login":"o"}}}"#,
];
const COMMENTS: &[&str] = &[
    "/specreview waive MET-009 until 2027-01-31: the regulator sets it",
    "@specreview ask why?\n> /specreview pause\n```\n/specreview help\n```",
];
/// The text of a Word file, and its styles.
const WORDS: &[&str] = &[
    r#"<w:document xmlns:w="http://x/wordprocessingml/2006/main"><w:body><w:p><w:pPr><w:pStyle w:val="A"/><w:numPr><w:ilvl w:val="1"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:rPr><w:b/><w:vanish/></w:rPr><w:t>Recall &gt; 0.9</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p></w:tc></w:tr></w:tbl><w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt></w:body></w:document>"#,
    r#"<w:styles xmlns:w="http://x/wordprocessingml/2006/main"><w:style w:type="paragraph" w:default="1" w:styleId="A"><w:name w:val="heading 1"/><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>"#,
];
const PDFS: &[&str] = &[
    "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n4 0 obj\n<< /Length 96 >>\nstream\nBT /F1 20 Tf 72 780 Td (Goal) Tj ET\nBT /F1 11 Tf 72 730 Td (Recall) Tj 120 0 Td (0.9) Tj ET   \nendstream\nendobj\n5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\ntrailer\n<< /Size 6 /Root 1 0 R >>\n%%EOF\n",
];

/// A Word file of a text and styles.
fn word(text: &[u8], styles: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    const RELATIONS: &str =
        r#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#;
    const OF_TEXT: &str =
        r#"<Relationships><Relationship Id="r1" Type="x/styles" Target="styles.xml"/></Relationships>"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in [
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("word/_rels/document.xml.rels", OF_TEXT.as_bytes()),
        ("word/document.xml", text),
        ("word/styles.xml", styles),
    ] {
        zip.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What is read out of a file, as the document that it becomes.
fn file(bytes: &[u8]) {
    in_time(|| {
        if let Ok(text) = office::read(bytes) {
            drop(assess(&Document::read("a.docx", &text), &RULES, &Settings::default()));
        }
    });
}

fn signed(body: &[u8], headers: &[(Vec<u8>, Vec<u8>)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    let mac = Hmac::<sha2::Sha256>::new_from_slice(b"the secret").unwrap().chain_update(body).finalize().into_bytes();
    let digits: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    map.insert("x-hub-signature-256", format!("sha256={digits}").parse().unwrap());
    map.insert("x-github-delivery", HeaderValue::from_static("d-1"));
    map.insert("x-github-event", HeaderValue::from_static("pull_request"));
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            map.append(name, value);
        }
    }
    map
}

/// Patterns that take an engine which goes back over the text for ever: here each takes time in proportion to it.
#[test]
fn patterns_of_a_page_end_in_time_on_a_megabyte() {
    let page = |nth: usize, pattern: &str, hit: &str| Source {
        path: format!("rules/own/{nth}.md"),
        text: format!(
            "---\ncode: OWN-{nth:03}\nname: own-{nth}\npack: own\nfamily: Own\nseverity: warning\nconfidence: medium\nsince: \"1\"\n\
             source: policy 7\ncheck:\n  kind: pattern\n  pattern: '{pattern}'\nmessage: It stands here.\n---\n# Own {nth}\n\n\
             ## Why\n\nIt must not.\n\n```markdown bad\n# Goal\n\n{hit}\n```\n\n```markdown good\n# Goal\n\nNothing.\n```\n"
        ),
    };
    let patterns = [
        ("(a+)+q", "The aaaq is here."),
        ("(a|aa)+q", "The aaaq is here."),
        ("(.*a){12}q", "aaaaaaaaaaaaaq is here."),
        ("a*a*a*a*a*a*q", "The aaaq is here."),
        ("(?:[a-z]{1,12} ?){1,10}q", "The aaaq is here."),
    ];
    let pages: Vec<Source> = patterns.iter().enumerate().map(|(nth, (pattern, hit))| page(nth, pattern, hit)).collect();
    let (own, problems) = rules::compile(&pages);
    assert_eq!((own.rules.len(), problems.len()), (patterns.len(), 0), "{problems:?}");
    let lines = format!("{}\n\n", "aaaaaaa ".repeat(1230)).repeat(100);
    let text = format!("# Goal\n\n{lines}{}\n\n{}\n", "a".repeat(100_000), "aa ".repeat(100_000));
    let document = Document::parse(&text);
    in_time(|| {
        let settings = Settings { is_spec: true, packs: Some(["own".to_owned()].into()), ..Settings::default() };
        assert_eq!(assess(&document, &own, &settings).checks.len(), patterns.len());
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_webhook(seed in 0_usize..8, edits in vec(edit(), 0..12), event in prop::sample::select(&["pull_request", "issue_comment",
        "check_suite", "check_run", "merge_group", "ping", "installation"][..]),
        headers in vec((vec(any::<u8>(), 1..24), vec(any::<u8>(), 0..80)), 0..4), is_signed in any::<bool>())
    {
        let body = bent(HOOKS, seed, &edits);
        let mut all = signed(if is_signed { &body } else { b"another" }, &headers);
        all.insert("x-github-event", HeaderValue::from_static(event));
        let secrets = WebhookSecrets::new(["the secret"]).unwrap();
        in_time(|| {
            let read = verify(&all, &body, &secrets);
            assert!(is_signed || read.is_err(), "an unsigned body was read");
        });
    }

    #[test]
    fn a_document(seed in 0_usize..16, edits in vec(edit(), 0..12), path in prop::sample::select(PATHS)) {
        let text = text(&bent(SPECS, seed, &edits));
        in_time(|| drop(assess(&Document::read(path, &text), &RULES, &Settings::default())));
    }

    #[test]
    fn a_word_file(edits in vec(edit(), 0..12), of_styles in vec(edit(), 0..6), of_archive in vec(edit(), 0..3)) {
        let bytes = word(&bent(WORDS, 0, &edits), &bent(WORDS, 1, &of_styles));
        file(&bytes);
        file(&bent(&[bytes], 0, &of_archive));
    }

    #[test]
    fn a_pdf(edits in vec(edit(), 0..12)) {
        file(&bent(PDFS, 0, &edits));
    }

    #[test]
    fn a_rule_page(seed in 0_usize..8, edits in vec(edit(), 0..12)) {
        let page = Source { path: "rules/x/y.md".into(), text: text(&bent(PAGES, seed, &edits)) };
        in_time(|| drop(rules::compile(&[page])));
    }

    #[test]
    fn a_configuration(seed in 0_usize..8, edits in vec(edit(), 0..12)) {
        let text = text(&bent(CONFIGS, seed, &edits));
        in_time(|| drop(config::parse(".specreview.toml", Ok(&text), &config::Known::default())));
    }

    #[test]
    fn a_diff(seed in 0_usize..8, edits in vec(edit(), 0..12)) {
        let text = text(&bent(PATCHES, seed, &edits));
        in_time(|| drop(parse_patch(&text)));
    }

    #[test]
    fn a_comment(seed in 0_usize..8, edits in vec(edit(), 0..12)) {
        let text = text(&bent(COMMENTS, seed, &edits));
        in_time(|| drop(commands(&text, "specreview")));
    }

    #[test]
    fn a_job_of_another_program(seed in 0_usize..8, edits in vec(edit(), 0..12)) {
        in_time(|| drop(Payload::read(&text(&bent(HOOKS, seed, &edits)))));
    }

    #[test]
    fn a_prompt_page(seed in 0_usize..8, edits in vec(edit(), 0..12)) {
        let page = text(&bent(&[include_str!("../prompts/MR1.md"), include_str!("../prompts/shared/first.md")], seed, &edits));
        in_time(|| drop(critique::load([("prompts/X.md", page.as_str()), ("prompts/shared/y.md", page.as_str())])));
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64)
}
