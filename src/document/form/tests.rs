//! What every form gives to the rules: the same blocks, tables and waivers, each on its own line. And what it costs.

mod families;
mod found;
mod laws;
mod tables;

use std::time::{Duration, Instant};

use self::families::{AROUND, REPEATED};
use self::laws::ENDINGS;
use super::{Form, rewrite};
use crate::document::{BlockKind, DirectiveKind, Document, Mark};
use crate::text::LineRange;

/// One line per block that counts: first and last line, kind, text.
fn show(path: &str, text: &str) -> Vec<String> {
    let document = Document::read(path, text);
    let line = |block: &crate::document::Block| {
        let kind = match &block.kind {
            BlockKind::Heading => format!("h{}", document.sections[block.section].level),
            BlockKind::Paragraph => "p".into(),
            BlockKind::Item { depth, ordered, .. } => format!("{}{depth}", if *ordered { "o" } else { "i" }),
            BlockKind::TableRow { row, .. } => format!("t{row}"),
            BlockKind::Fence { language } => format!("f:{language}"),
            BlockKind::Footnote => "n".into(),
            BlockKind::Html => "html".into(),
        };
        let LineRange { start, end } = block.lines;
        let lines = if start == end { start.to_string() } else { format!("{start}-{end}") };
        format!("{lines} {kind}{} {}", if block.quoted { ">" } else { "" }, block.text.replace('\n', "/"))
    };
    document.blocks.iter().filter(|block| block.mark != Mark::Comment).map(line).collect()
}

fn check(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(show(path, text), expected, "{path}: {text}\n{:?}", rewrite(Form::of(path, text), text));
}

#[test]
fn the_form_is_known_from_the_ending_and_else_from_the_text() {
    for (path, text, form) in [
        ("docs/a.md", "= Title", Form::Markdown),
        ("A.ADOC", "", Form::AsciiDoc),
        ("a.rst", "", Form::ReStructuredText),
        ("https://example.org/a.mdx?plain=1#L3", "", Form::Mdx),
        ("https://example.org", "# A", Form::Markdown),
        ("https://example.md", "= A\n\n== B\n\n== C\n", Form::AsciiDoc),
        ("https://example.md?a.md", "<!-- a -->\n<!doctype HTML>", Form::Html),
        ("notes.txt", "", Form::Text),
        ("-", "= Spec\n\n== Data\n\nx\n", Form::AsciiDoc),
        ("-", "Spec\n====\n\n.. note:: x\n", Form::ReStructuredText),
        ("-", "# Spec\n\n.. note:: x\n\n== y\n", Form::Markdown),
        ("SPEC", "words", Form::Markdown),
        ("-", "<!DOCTYPE html><p>a", Form::Html),
        ("-", "{\n \"cells\": [], \"nbformat\": 4}", Form::Notebook),
    ] {
        assert_eq!(Form::of(path, text), form, "{path} {text:?}");
    }
    let sought = ["a/b.adoc", "Fraud-Spec.PDF", "docs/specification.html", "a\\b.spec.ipynb", "srs_v2.txt"];
    assert_eq!(sought.map(Form::is_looked_for), [true; 5]);
    let left = ["requirements.txt", "md", "specs/page.html", "inspector.pdf", "specs.zip"];
    assert_eq!(left.map(Form::is_looked_for), [false; 5]);
}

#[test]
fn asciidoc_is_read_as_its_readers_see_it() {
    check(
        "a.adoc",
        "= Spec\nAnn Lee\n:recall: 0.92\n\n== Goal\n\nRecall of\nat least {recall}.\n\n=== Data ===\nx\n",
        &["1 h1 Spec", "2 p Ann Lee", "5 h2 Goal", "7-8 p Recall of at least 0.92.", "10 h3 Data", "11 p x"],
    );
    check(
        "a.adoc",
        "We need:\n\n* a\nmore\n** b\n* c\n+\nattached\n\n. one\n. two\n\nOwner:: Ann\nTerm::\n  meaning\n\nAfter\n",
        &[
            "1 p We need:",
            "3-4 i0 a more",
            "5 i1 b",
            "6-8 i0 c/attached",
            "10 o1 one",
            "11 o1 two",
            "13 i2 Owner: Ann",
            "14-15 i2 Term: meaning",
            "17 p After",
        ],
    );
    check(
        "a.adoc",
        ".Targets\n[cols=\"1,1\",options=\"header\"]\n|===\n|Metric |Target\n\n|Recall\n|0.9\n\n2+|both\n|F1 | a \\| b\n|===\n",
        &["1 p Targets", "4 t0 Metric | Target", "6-7 t1 Recall | 0.9", "9 t2 both | ", "10 t3 F1 | a | b"],
    );
    check("a.adoc", "|===\n|Metric|Target\n|Recall|0.9\n|===\n", &["2 t0 Metric | Target", "3 t1 Recall | 0.9"]);
    check("a.adoc", ",===\nMetric,Target\n\"a, b\",0.9\n,===\n", &["2 t0 Metric | Target", "3 t1 a, b | 0.9"]);
    check(
        "a.adoc",
        "a\n\n// recall 0.9\n////\nrecall 0.8\n////\n[source,python]\n----\nx = 1\n\n== y\n----\n\nb\n\nifdef::no[]\nhidden\nendif::[]\nc\n",
        &["1 p a", "8-12 f:python x = 1//== y", "14 p b", "19 p c"],
    );
    check(
        "a.adoc",
        "[NOTE]\n====\nMind it.\n====\n\nTIP: Short.\n\n____\nsaid\n____\n\n# not <b>\n\n'''\n\ninclude::b.adoc[]\n",
        &["3 p NOTE: Mind it.", "6 p TIP: Short.", "9 p> said", "12 h1 not <b>", "16 p b.adoc"],
    );
    check(
        "a.adoc",
        "* a *b\n// recall 0.9\nc*\n\nd +\n//\n// specreview: waive AB-1 reason=\"x\"\ne\n\n /// f\n",
        &["1-3 i0 a b  c", "5-8 p d/e", "10-11 f: /// f"],
    );
    let document = Document::read("a.adoc", "= A\n\nb\n// specreview: waive AB-1 reason=\"x\"\nc\n");
    assert_eq!(document.directives.iter().map(|one| one.lines.start).collect::<Vec<_>>(), [4]);
    check("a.adoc", "Spec\n====\n\nData\n----\n\nx\n", &["1 h1 Spec", "4 h2 Data", "7 p x"]);
    check("a.adoc", "1990. That year.\n- x\n", &["1 o0 That year.", "2 i1 x"]);
}

#[test]
fn restructuredtext_is_read_as_its_readers_see_it() {
    check(
        "a.rst",
        "====\nSpec\n====\n\nGoal\n----\n\nRecall of\nat least *0.9*.\n\nData\n~~~~\n\nx\n\nRisk\n----\n\n:Owner: Ann\n",
        &[
            "2 h1 Spec",
            "5 h2 Goal",
            "8-9 p Recall of at least 0.9.",
            "11 h3 Data",
            "14 p x",
            "16 h2 Risk",
            "19 i0 Owner: Ann",
        ],
    );
    check(
        "a.rst",
        "We need:\n\n- a\n  more\n\n  - b\n\n- c\n\n#. one\n#. two\n\nterm\n  meaning\n\n(2) x\n",
        &[
            "1 p We need:",
            "3-4 i0 a more",
            "6 i1 b",
            "8 i0 c",
            "10 o0 one",
            "11 o0 two",
            "13-14 i0 term: meaning",
            "16 o0 x",
        ],
    );
    check(
        "a.rst",
        "+--------+--------+\n| Metric | Target |\n+========+========+\n| Recall | 0.9    |\n| (all)  |        |\n+--------+--------+\n| F1     | a | b  |\n+--------+--------+\n",
        &["2 t0 Metric | Target", "4-5 t1 Recall (all) | 0.9", "7 t2 F1 | a | b"],
    );
    check(
        "a.rst",
        "======  ======\nMetric  Target\n======  ======\nRecall  0.9\n        (all)\nF1      0.8\n======  ======\n\nx\n",
        &["2 t0 Metric | Target", "4-5 t1 Recall | 0.9 (all)", "6 t2 F1 | 0.8", "9 p x"],
    );
    check(
        "a.rst",
        ".. list-table:: Targets\n   :header-rows: 1\n\n   * - Metric\n     - Target\n   * - Recall\n     - 0.9\n\n.. csv-table::\n   :header: \"Metric\", \"Target\"\n\n   \"a, b\", 0.8\n",
        &["1 p Targets", "4-5 t0 Metric | Target", "6-7 t1 Recall | 0.9", "10 t0 Metric | Target", "12 t1 a, b | 0.8"],
    );
    check(
        "a.rst",
        "a::\n\n  x = 1\n\n.. recall 0.9\n\n..\n   recall 0.8\n\n.. code-block:: python\n   :linenos:\n\n   y = 2\n\n.. note:: Mind\n   it.\n\n.. only:: latex\n\n   hidden\n\n.. |t| replace:: 0.7\n\nb |t|\n",
        &["1 p a:", "3 f: x = 1", "10-13 f:python y = 2", "15-16 p NOTE: Mind it.", "24 p b 0.7"],
    );
    check(
        "a.rst",
        "a [1]_\n\n  quoted\n\n.. [1] note\n\n| one\n| two\n",
        &["1 p a", "3 p> quoted", "5 n note", "7-8 p one/two"],
    );
}

#[test]
fn mdx_shows_what_stands_in_components_and_no_program() {
    check(
        "a.mdx",
        "import A from 'a'\nexport const x = 1\n\n# Spec\n\n{/* recall 0.9 */}\n\n<Note\n  kind=\"x\">\n    Recall <b>must</b> be {0.9} {x}.\n\n    - a\n</Note>\n\n```js\nconst a = {<b>}\n```\n<div style={{display: 'none'}}>0.8</div>\n\nb <Badge a={{b: '>'}} /> `{c}` d\n",
        &["4 h1 Spec", "10 p Recall must be 0.9 {x}.", "12 i0 a", "15-17 f:js const a = {<b>}", "20 p b  {c} d"],
    );
    check("a.mdx", "a {b\n\n<C\n", &["1 p a {b", "3 p <C"]);
    // White space makes no code, but says what belongs to an item.
    check(
        "a.mdx",
        "a\n\n    b <i>c</i>\n\n\t- d\n\t- e\n\n\t  f\n\n\tg\n",
        &["1 p a", "3 p b c", "5 i0 d", "6-8 i0 e/f", "10 p g"],
    );
    check(
        "a.mdx",
        "- a\n\n  ```js\n  x\n  ```\n\n  b\n\n    ```js\n    y\n    ```\n\n<N>\n- c\n</N>\n\n    d\n",
        &["1 i0 a", "3-5 f:js x", "7 p b", "9-11 f:js y", "14 i0 c", "17 p d"],
    );
}

#[test]
fn plain_text_has_titles_and_lists_by_their_look() {
    check(
        "a.txt",
        "Spec\n====\n\n1. Goal\n\nRecall of\n    at least 0.9 <b>.\n\n1.1 Data\n\n * a\n * b\n\nRISKS\n\nx\n",
        &[
            "1 h1 Spec",
            "4 h2 1. Goal",
            "6-7 p Recall of at least 0.9 <b>.",
            "9 h3 1.1 Data",
            "11 i0 a",
            "12 i0 b",
            "14 h2 RISKS",
            "16 p x",
        ],
    );
}

#[test]
fn plain_text_has_tables_drawn_with_hyphens_and_titles_that_nothing_marks() {
    check(
        "a.txt",
        "Spec\n\nData\n\n  Measure    Today   Go-live\n  --------- ------- ---------\n  Recall     0.31    0.85\n  F1         \u{2013}       \n\nIt runs.\n\nRunning it\n\n  -------- -----\n  Recall   0.9\n  -------- -----\n",
        &[
            "1 h1 Spec",
            "3 h2 Data",
            "5 t0 Measure | Today | Go-live",
            "7 t1 Recall | 0.31 | 0.85",
            "8 t2 F1 | \u{2013} | ",
            "10 p It runs.",
            "12 h2 Running it",
            "14 t0  | ",
            "15 t1 Recall | 0.9",
        ],
    );
    // Rows of several lines between whole lines of hyphens.
    check(
        "a.txt",
        "1. Goal\n\n  ------------------\n  Measure   Go-live\n            value\n  --------- --------\n  Recall,   0.85\n  damaged\n\n  F1        0.8\n  ------------------\n\nEnd\n\nx\n",
        &[
            "1 h2 1. Goal",
            "4-5 t0 Measure | Go-live value",
            "7-8 t1 Recall, damaged | 0.85",
            "10 t2 F1 | 0.8",
            "13 p End",
            "15 p x",
        ],
    );
    // Names in a row are a list, a line across is no table, and words with a number are no title.
    check(
        "a.txt",
        "Ann\n\nBob\n\nEve\n\nRecall of 0.9\n\n-- -- --\n\nThey read.\n",
        &["1 p Ann", "3 p Bob", "5 p Eve", "7 p Recall of 0.9", "9 p -- -- --", "11 p They read."],
    );
}

#[test]
fn a_page_is_read_as_a_browser_shows_it() {
    check(
        "a.html",
        "<html><head><title>T</title><style>p{}</style></head>\n<body><nav><p>Home</p></nav>\n<h2>Goal</h2>\n<p>Recall of\nat <b>least</b> 0.9 &amp; <i>more</i> [x] a_b_<br>c</p>\n<ul><li>a\n<li>b<ol><li>c</ol></ul>\n<blockquote><p>said</blockquote>\n<pre>x = 1\n\n# y</pre>\n<!-- recall 0.7 --><script>0.8</script>\n<footer>Imprint</footer></body></html>\n",
        &[
            "1 h1 T",
            "3 h2 Goal",
            "4-5 p Recall of at least 0.9 & more [x] a_b_/c",
            "6 i0 a",
            "7 i0 b",
            "7 o1 c",
            "8 p> said",
            "9-11 f: x = 1//# y",
        ],
    );
    check(
        "a.html",
        "<h1>S</h1><table>\n<caption>Targets</caption>\n<tr><th>Metric<th>Target</tr>\n<tr><td>Recall\n(all)</td><td>0.9</td></tr>\n<tr><td rowspan=2>F1</td><td>0.8 | x</td></tr>\n<tr><td>0.7</td></tr></table><p><strong>Data:</strong></p>x",
        &[
            "1 h1 S",
            "2 p Targets",
            "3 t0 Metric | Target",
            "4-5 t1 Recall (all) | 0.9",
            "6 t2 F1 | 0.8 | x",
            "6-7 t3 F1 | 0.7",
            "7 h2 Data:",
            "7 p x",
        ],
    );
    check("a.html", "<p>Menu</p>\n<main><p>a</p></main>\n<p>b</p>", &["2 p a"]);
    let hidden = Document::read("a.html", "<p>a</p>\n<div style=\"display:none\">recall of 0.9 &lt;b</div><p>b</p>");
    assert!(hidden.unseen.iter().any(|one| one.span.of(&hidden.source).contains("recall of 0.9")), "{hidden:?}");
    assert_eq!(hidden.blocks.len(), 2, "{:?}", hidden.blocks);
    // The lines of a page that a program wrote in one say nothing: its passages are counted.
    let long = format!("<h1>S</h1>{}", "<p>Recall of 0.9.</p>".repeat(200));
    let document = Document::read("a.html", &long);
    assert_eq!(document.blocks[150].lines, LineRange::single(151));
    assert_eq!(document.line_text(LineRange::single(151)).trim(), "Recall of 0.9.");
}

#[test]
fn a_notebook_is_its_words_and_programs_without_results() {
    let text = "{\n \"cells\": [\n  {\"cell_type\": \"markdown\", \"source\": [\n   \"# Spec\\n\",\n   \"\\n\",\n   \"Recall of \\\"0.9\\\".\"\n  ]},\n  {\"cell_type\": \"code\", \"outputs\": [{\"text\": \"0.8\"}], \"source\": \"x = 1\\n# y\"},\n  {\"cell_type\": \"markdown\", \"source\": \"| a |\\n|-|\\n| b |\"}\n ],\n \"metadata\": {\"language_info\": {\"name\": \"python\"}},\n \"nbformat\": 4\n}\n";
    check("a.ipynb", text, &["1 h1 Spec", "3 p Recall of \"0.9\".", "4-5 f:python x = 1/# y", "6 t0 a", "8 t1 b"]);
    assert_eq!(Document::read("a.ipynb", "no notebook").blocks.len(), 1);
}

#[test]
fn a_waiver_is_a_comment_of_its_form() {
    for (path, text) in [
        ("a.adoc", "= A\n\n// specreview: waive AB-1 reason=\"x\"\nb\n"),
        ("a.rst", "A\n=\n\n.. specreview: waive AB-1 reason=\"x\"\n\nb\n"),
        ("a.rst", "A\n=\n\n.. specreview: waive AB-1\n   reason=\"x\"\n\nb\n"),
        ("a.mdx", "# A\n\n{/* specreview: waive AB-1 reason=\"x\" */}\n\nb\n"),
        ("a.html", "<h1>A</h1>\n<p>\n<!-- specreview: waive AB-1 reason=\"x\" -->\nb\n"),
        ("a.txt", "A\n=\n\n<!-- specreview: waive AB-1 reason=\"x\" -->\n\nb\n"),
    ] {
        let document = Document::read(path, text);
        let found: Vec<_> = document.directives.iter().map(|one| (one.kind.clone(), one.lines.start)).collect();
        let waive = DirectiveKind::Waive { rule: "AB-1".into(), reason: Some("x".into()), until: None, by: None };
        assert_eq!(found, [(waive, if path == "a.txt" { 4 } else { 3 } + u32::from(path == "a.rst"))], "{path}");
        let comment = Form::of(path, text).comment("specreview: waive AB-1 reason=\"x\"").unwrap();
        assert_eq!(Document::read(path, &format!("{comment}\n")).directives.len(), 1, "{comment}");
    }
}

#[test]
fn quoted_lines_are_those_that_were_written() {
    let document = Document::read("a.adoc", "= A\r\n\r\n== *Data*\r\n\r\nx\r\n");
    assert_eq!(document.line_text(LineRange::single(3)), "== *Data*\r");
    assert_eq!(document.lines.count(), 6);
    assert_eq!(document.lines.range(document.blocks[1].span), LineRange::single(3));
}

#[test]
fn what_was_written_is_at_hand_in_every_form() {
    let settings = "---\nllm: never\nand no settings\n---\n\nwords\n";
    for ending in ["md", "mdx", "adoc", "rst", "txt", "html"] {
        let document = Document::read(&format!("a.{ending}"), settings);
        assert_eq!(document.written(), settings, "{ending}");
    }
    let cells = |first: &str| {
        format!("{{\"cells\": [{first}, {{\"cell_type\": \"markdown\", \"source\": \"b\"}}], \"nbformat\": 4}}")
    };
    let empty = "{\"cell_type\": \"markdown\", \"source\": []}, {\"cell_type\": \"code\", \"source\": \"\"}";
    let raw = "{\"cell_type\": \"raw\", \"source\": [\"---\\n\", \"llm: never\\n\", \"---\"]}";
    for first in [raw.to_owned(), format!("{empty}, {raw}")] {
        let notebook = Document::read("a.ipynb", &cells(&first));
        let fields = notebook.front_matter.as_ref().map(|front| front.fields[0].1.as_str());
        assert_eq!(fields, Some("never"), "{}", notebook.source);
        assert_eq!(notebook.blocks.len(), 1);
    }
}

#[test]
fn places_that_links_lead_to_are_kept() {
    for (path, text, names) in [
        (
            "a.adoc",
            "= Spec\n\n[[data]]\n== Data set\n\nx [[here]]y anchor:there[] <<Data set>>\n\n[#own.role]\n== Risk\n\n[.b#words]#y#\n\n== Data set\n\n== Data set\n\nz\n",
            &["data", "_data_set", "_data_set_2", "here", "there", "own", "words", "Data set"][..],
        ),
        ("a.adoc", ":idprefix:\n:idseparator: -\n\n== Data *set*: a.b\n\nz\n", &["data-set-a-b"]),
        ("a.html", "<h1 id=top>A</h1><p id='b c'>x<a name=old></a><nav id=no>n</nav>", &["top", "b c", "old"]),
        ("a.mdx", "# A {#own}\n\nx\n", &["own"]),
    ] {
        let document = Document::read(path, text);
        for name in names {
            assert!(document.source.contains(&format!("id=\"{name}\"")), "{path} {name}: {}", document.source);
        }
        let left = ["no", "_risk"].iter().find(|name| document.source.contains(&format!("id=\"{name}\"")));
        assert_eq!(left, None, "{path}: {}", document.source);
        let last = document.blocks.last().map(|block| block.text.as_str());
        assert!(matches!(last, Some("z" | "x")), "{path}: {last:?}");
    }
}

#[test]
fn words_that_look_like_tags_stay_words() {
    for (path, text) in [
        ("a.adoc", "((<b hidden>0.9)) <<a,<b hidden>0.9>>\n"),
        ("a.html", "<p>&lt;<i></i>b hidden>0.9</p>"),
        ("a.rst", "*<*\\ b hidden>0.9\n"),
    ] {
        let document = Document::read(path, text);
        let is_unseen = |one: &crate::document::Unseen| one.span.of(&document.source).contains("0.9");
        assert!(!document.unseen.iter().any(is_unseen), "{path}: {}", document.source);
        assert!(document.blocks[0].text.contains("0.9"), "{path}: {}", document.source);
    }
}

#[test]
fn the_main_part_of_a_page_is_told_by_its_tags() {
    for text in [
        "<!-- <main> --><p>a</p><script>'<main>'</script><main><p>b</p></main>",
        "<p>c</p><main>\n<p>b</p></main>",
        "<article><p>b, the words of the page</p></article><p>teaser</p>",
    ] {
        assert!(show("a.html", text)[0].contains("p b"), "{text}: {:?}", show("a.html", text));
    }
    for text in
        ["<article>teaser</article><p>b, the words of the page", "<main></main><p>b", "<!-- <h1> --><title>b</title>"]
    {
        assert!(show("a.html", text).iter().any(|line| line.contains(" b")), "{text}: {:?}", show("a.html", text));
    }
}

#[test]
fn hidden_words_are_kept_wherever_they_stand() {
    for text in [
        "<table><tr><td>a<span hidden>recall 0.9</span></td></tr></table>",
        "<table><tr><td>a</td></tr><tr hidden><td>recall 0.9</td></tr></table>",
        "<pre>a<span hidden>recall 0.9</span></pre>",
    ] {
        let document = Document::read("a.html", text);
        assert!(document.unseen.iter().any(|one| one.span.of(&document.source).contains("recall 0.9")), "{text}");
    }
    check(
        "a.html",
        "<h1>S</h1>\n<p>x</p>\n<table><tr><th>A\n<tr><td><del>b</del></td></tr></table>\n<dl><dt>c<dd>d</dl>",
        &["1 h1 S", "2 p x", "3 t0 A", "4 t1 ", "5 i0 c: d"],
    );
}

/// What is faster than this is not compared: the time of so little work says nothing.
const SLOW: Duration = Duration::from_millis(40);

/// Rewrites what `family` is with 40 and with 160 thousand bytes, or with a share of them.
fn grows_with_the_text(ending: &str, share: usize, family: impl Fn(usize) -> String, told: &str) {
    let path = format!("a.{ending}");
    let time = |text: &str| {
        #[allow(clippy::disallowed_methods)] // How long it takes is what is asked.
        let begun = Instant::now();
        let rewritten = rewrite(Form::of(&path, text), text);
        (begun.elapsed(), rewritten.map_or(0, |one| one.markdown.len()))
    };
    let (small, large) = (family(40_000 / share), family(160_000 / share));
    let (took, size) = time(&large);
    assert!(size < large.len() * 40, "{path} {told}: {size} bytes of {}", large.len());
    if took > SLOW {
        // Something else may be at work for a while: what grows faster does so every time.
        let ratio = || {
            let (one, four) = (time(&small).0, time(&large).0);
            if four < 8 * one + SLOW { None } else { Some((one, four)) }
        };
        let faster: Option<Vec<_>> = (0..5).map(|_| ratio()).collect();
        assert!(faster.is_none(), "{path} {told}: {faster:?} for the text and for four times the text");
    }
}

#[test]
fn cost_grows_with_the_text_and_not_faster() {
    for piece in REPEATED {
        for ending in ENDINGS {
            grows_with_the_text(ending, 4, |bytes| piece.repeat(bytes / piece.len()), &format!("{piece:?}"));
        }
    }
    for (ending, before, piece, behind) in AROUND {
        let family = |bytes: usize| format!("{before}{}{behind}", piece.repeat(bytes / piece.len()));
        grows_with_the_text(ending, 1, family, &format!("{before:?} {piece:?} {behind:?}"));
    }
}

#[test]
fn quotations_within_quotations_end_somewhere() {
    let marks: String = (4..300).map(|length| "_".repeat(length) + "\n").collect();
    grows_with_the_text("adoc", 1, |bytes| marks.clone() + &"a\n\n".repeat(bytes / 3), "quotations");
}

#[test]
fn what_is_repeated_no_more_is_told() {
    let cell = |rows: usize| format!("|===\n|a|b\n\n{}|===\n", ".64+|a long cell of many words\n|b\n".repeat(rows));
    assert!(Document::read("a.adoc", &cell(2)).limits.is_empty());
    let many = Document::read("a.adoc", &cell(2000));
    assert_eq!(many.limits.len(), 1, "{:?}", many.limits);
    assert!(many.source.len() < 6 * cell(2000).len(), "{}", many.source.len());
}

#[test]
fn every_form_that_an_ending_has_is_named_to_people() {
    let named = Form::all_named();
    for (ending, form, _) in super::ENDINGS {
        assert!(super::ALL.contains(form) && named.contains(form.name()), ".{ending}: {named}");
    }
    assert!(named.starts_with("Markdown, Word (DOCX), PDF, ") && named.ends_with(" or plain text"), "{named}");
}
