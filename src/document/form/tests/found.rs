//! What was not found once: tables behind what hides, tables that nothing draws, what a term means, forms that nobody named.

use super::{check, show};
use crate::document::{Document, Form};
use crate::text::LineRange;

#[test]
fn what_hides_swallows_nothing() {
    let table = "<table><tr><th>Metric<th>Target</tr><tr><td>Recall<td>0.9</tr></table>";
    for hidden in [
        "<p hidden>x</p>",
        "<div hidden>x</div>",
        "<div style=\"display:none\">x</div>",
        "<p><span hidden>x</span></p>",
        "<p hidden>x",
        "<!-- x -->",
    ] {
        let text = format!("<h1>S</h1><h2>Metrics</h2>{hidden}{table}<p>b</p>");
        let found = show("a.html", &text);
        let expected = ["1 h1 S", "1 h2 Metrics", "1 t0 Metric | Target", "1 t1 Recall | 0.9", "1 p b"];
        assert_eq!(found, expected, "{hidden}");
    }
    // Nor does it part what stands around it.
    check("a.html", "<h2><b hidden>x</b>Metrics</h2>", &["1 h2 Metrics"]);
    check("a.html", "<p>Recall must be <i hidden>x</i>at least 0.9</p>", &["1 p Recall must be at least 0.9"]);
    check("a.html", "<p>Recall must be <!-- x -->at least 0.9</p>", &["1 p Recall must be at least 0.9"]);
    // In a quotation a margin alone is a gap.
    check("a.html", "<blockquote><p>a</p><ul><li>b</ul></blockquote><p>c", &["1 p> a", "1 i0> b", "1 p c"]);
}

#[test]
fn what_a_term_means_goes_on_behind_it() {
    check(
        "a.html",
        "<dl>\n<dt>F1</dt>\n<dd>must be\nat least 0.8</dd>\n<dt><b>Recall</b></dt><dd><p>0.9</p><p>more</p></dd><dd>other</dd><dt>alone</dt></dl><p>b</p>",
        &["2-4 i0 F1: must be at least 0.8", "5 i0 Recall: 0.9/more", "5 i0 other", "5 p alone:", "5 p b"],
    );
    check("a.html", "<dl><dt>A</dt><dt>B</dt><dd><ul><li>c</ul></dd></dl>", &["1 p A:", "1 i0 B:", "1 i1 c"]);
}

#[test]
fn a_part_of_a_page_is_told_by_its_role_too() {
    for text in [
        "<div role=banner>x</div><div role=\"main\"><div><p>b</p></div></div><div><p>y</p></div>",
        "<div role=navigation>x</div><p>b</p><div role=complementary><div>y</div></div><div role=contentinfo>z</div>",
        "<form role=search>x</form><div role=\"MAIN region\"><p>b</div>",
        "<div role=article><p>b, the words of the page</p></div><p>y</p>",
    ] {
        let found = show("a.html", text);
        assert!(found.len() == 1 && found[0].starts_with("1 p b"), "{text}: {found:?}");
    }
    // A heading beside the main part is no title of the page.
    check("a.html", "<title>T</title><div role=banner><h1>Wiki</h1></div><main><p>b</p></main>", &["1 h1 T", "1 p b"]);
}

#[test]
fn a_header_of_two_rows_names_each_column() {
    let body = "<tr><td>Recall<td>0.31<td>0.85</tr>";
    for (head, expected) in [
        (
            "<tr><th rowspan=2>Metric<th colspan=2>Value</tr><tr><th>Baseline<th>Target</tr>",
            "Metric | Value Baseline | Value Target",
        ),
        (
            "<tr><td>Metric<td colspan=2>Value</tr><tr><td><td>Baseline<td>Target</tr>",
            "Metric | Value Baseline | Value Target",
        ),
        (
            "<tr><th colspan=3>Numbers</tr><tr><th>Metric<th>Baseline<th>Target</tr>",
            "Numbers Metric | Baseline | Target",
        ),
        (
            "<tr><th>Metric<th>Baseline<th>Target</tr><tr><th><th>(test)<th>(live)</tr>",
            "Metric | Baseline (test) | Target (live)",
        ),
    ] {
        let found = show("a.html", &format!("<table>{head}{body}</table>"));
        assert_eq!(found, [format!("1 t0 {expected}"), "1 t1 Recall | 0.31 | 0.85".to_owned()], "{head}");
    }
    // A row with a name of its own is none of names, nor is one with a number.
    for second in ["<tr><th>Owner<td>Ann<td></tr>", "<tr><th>F1<th>0.3<th>0.8</tr>"] {
        let text = format!("<table><tr><th>Metric<th colspan=2>Target</tr>{second}{body}</table>");
        assert_eq!(show("a.html", &text)[0], "1 t0 Metric | Target | ", "{second}");
    }
    check(
        "a.rst",
        "+--------+-----------------+\n| Metric | Value           |\n|        +--------+--------+\n|        | Now    | Target |\n+========+========+========+\n| Recall | 0.31   | 0.85   |\n+--------+--------+--------+\n",
        &["2-4 t0 Metric | Value Now | Value Target", "6 t1 Recall | 0.31 | 0.85"],
    );
    check(
        "a.adoc",
        "[cols=\"3*\"]\n|===\n|Metric 2+|Value\n| |Now |Target\n|Recall |0.31 |0.85\n|===\n",
        &["3-4 t0 Metric | Value Now | Value Target", "5 t1 Recall | 0.31 | 0.85"],
    );
}

#[test]
fn plain_text_has_tables_that_nothing_draws() {
    let rows = |first: u32| {
        ["Metric | Baseline | Target", "Recall | 0.31 | 0.85", "F1 |  | 0.8"]
            .iter()
            .zip(first..)
            .map(|(row, line)| format!("{line} t{} {row}", line - first))
            .collect::<Vec<_>>()
    };
    // From a sheet, right below other words.
    let text = "The targets:\nMetric\tBaseline\tTarget\nRecall\t0.31\t0.85\nF1\t\t0.8\nThey hold.\n";
    let found = show("a.txt", text);
    assert_eq!(found[1..4], rows(2), "{found:?}");
    assert_eq!((found[0].as_str(), found[4].as_str()), ("1 p The targets:", "5 p They hold."));
    let text = "Metric      Baseline    Target\nRecall          0.31      0.85\nPrecision       0.40      0.70\n";
    check(
        "a.txt",
        text,
        &["1 t0 Metric | Baseline | Target", "2 t1 Recall | 0.31 | 0.85", "3 t2 Precision | 0.40 | 0.70"],
    );
    // One cell on a line.
    let text = "Goals.\n\nMeasure\nToday\nProof of concept\nGo-live\nRecall, damaged\n0.31\n0.90\n0.85\nPrecision\n\u{2013}\n30 %\n\u{2265} 0.40\nA miss costs much.\n";
    check(
        "a.txt",
        text,
        &[
            "1 p Goals.",
            "3-6 t0 Measure | Today | Proof of concept | Go-live",
            "7-10 t1 Recall, damaged | 0.31 | 0.90 | 0.85",
            "11-14 t2 Precision | \u{2013} | 30 % | \u{2265} 0.40",
            "15 p A miss costs much.",
        ],
    );
    // Where every line is a passage of its own, titles have no blank lines around them.
    let long = "A missed damage costs much, and nobody likes it. ".repeat(5);
    let found = show(
        "a.txt",
        &format!(
            "Spec\n1. Goal\n{long}\n    1. one.\n2. Metrics\nMetric\nToday\nTarget\nRecall\n0.31\n0.85\nIt is so.\nIt stays.\n"
        ),
    );
    let kinds: Vec<String> = found.iter().map(|one| one.chars().take(8).collect()).collect();
    assert_eq!(
        kinds,
        ["1 h1 Spe", "2 h2 1. ", "3 p A mi", "4 i0 one", "5 h2 2. ", "6-8 t0 M", "9-11 t1 ", "12 p It ", "13 p It "]
    );
    // Where no table is told, a number belongs to nothing below it.
    check(
        "a.txt",
        "We looked.\nRecall\n0.31\n0.85\nPrecision is\n0.4\n",
        &["1-3 p We looked. Recall 0.31", "4 p 0.85", "5-6 p Precision is 0.4"],
    );
}

#[test]
fn the_first_line_of_plain_text_may_be_its_title() {
    check("a.txt", "\n\nSpec of fraud\n\n1. Goal\n\nx y\n", &["3 h1 Spec of fraud", "5 h2 1. Goal", "7 p x y"]);
    check("a.txt", "It is so.\n\n1. Goal\n\nx y\n", &["1 p It is so.", "3 h2 1. Goal", "5 p x y"]);
}

#[test]
fn plain_text_that_is_no_table_stays_words() {
    for (text, expected) in [
        ("\u{2022}\tone\n\u{2022}\ttwo\n", &["1 i0 one", "2 i0 two"][..]),
        ("1.\tGoal\n2.\tData\n", &["1 i0 Goal", "2 i0 Data"]),
        ("Owner:\tAnn\nDate:\tMay\n", &["1-2 p Owner:\tAnn Date:\tMay"]),
        ("\tIn one.\n\tIn two.\n", &["1-2 p In one. In two."]),
        (
            "It is so.  Recall is 0.9.\nIt is so.  Recall is 0.8.\n",
            &["1-2 p It is so.  Recall is 0.9. It is so.  Recall is 0.8."],
        ),
        ("Owner:  Ann\nState:  new\n", &["1-2 p Owner:  Ann State:  new"]),
        ("one  line\n", &["1 p one  line"]),
        ("a  b\nlonger words  here\n", &["1-2 p a  b longer words  here"]),
    ] {
        check("a.txt", text, expected);
    }
}

#[test]
fn a_form_that_nobody_named_is_told_by_its_marks() {
    use Form::{AsciiDoc, Html, Markdown, Mdx, Notebook, ReStructuredText, Text};
    for (text, form) in [
        // Titles with a rule below are of Markdown too.
        ("Spec\n====\n\nGoal\n----\n\nx\n", Markdown),
        ("---\ntitle: x\n---\n\nGoal\n----\n\nx\n", Markdown),
        ("Spec\n====\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", Markdown),
        ("Spec\n====\n\n~~~\nx = 1\n\ny\n~~~\n", Markdown),
        ("Note:\n~~~\ncode\n~~~\n", Markdown),
        ("a\n\n***\n\nb\n\n---\n\nc\n", Markdown),
        ("1. Load\n\n2. Train\n\n3. Test\n", Markdown),
        ("# A\n\nx\ty\nz\t1\n", Markdown),
        ("Some words.\n\n- a\n- b\n", Markdown),
        ("Spec\n====\n\n======  ====\nMetric  Aim\n======  ====\nRecall  0.9\n======  ====\n", ReStructuredText),
        ("Spec\n====\n\nGoal\n~~~~\n\nx\n", ReStructuredText),
        ("====\nSpec\n====\n\nx\n", ReStructuredText),
        ("Spec\n====\n\n+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n", ReStructuredText),
        ("Spec\n====\n\n.. _data:\n\nx\n", ReStructuredText),
        ("= Spec\n\n[source,sh]\n----\n# install\nx\n----\n\n== Goal\n", AsciiDoc),
        ("= Spec\n\n|===\n|a |b\n|===\n", AsciiDoc),
        ("Targets\nMetric\tTarget\nRecall\t0.9\n", Text),
        ("Goal\n\n  Metric   Target\n  -------- ------\n  Recall   0.9\n", Text),
        ("(1)  one\n(2)  two\n", Markdown),
        (
            "Spec\nTargets\nMetric\nTarget\nRecall\n0.31\nF1\n0.4\nA miss costs much, and nobody likes it, so that all who work at the belts want fewer of them, and so do those who pay for them, and those who wait for parcels, too, which is why this text is so long and is not broken anywhere at all.\n",
            Text,
        ),
        ("1. Goal\n\nWe want it.\n\n2. Data\n\nFrom the hub.\n", Text),
        ("{\"nbformat\": 4, \"metadata\": {}, \"cells\": []}", Notebook),
        ("\u{feff}<!DOCTYPE html><p>x", Html),
        ("import A from 'a'\n\n# Spec\n\n<A />\n", Mdx),
    ] {
        assert_eq!(Form::of("-", text), form, "{text}");
    }
}

#[test]
fn a_notebook_says_its_cells() {
    let cells = "[{\"cell_type\":\"markdown\",\"source\":[\"# Spec\\n\",\"\\n\",\"Recall of 0.9.\"]},{\"cell_type\":\"code\",\"source\":\"\"},{\"cell_type\":\"markdown\",\"source\":\"F1 of 0.8.\"}]";
    let document = Document::read("a.ipynb", &format!("{{\"cells\":{cells},\"nbformat\":4}}"));
    let said: Vec<_> = document.blocks.iter().map(|block| document.places.say(block.lines)).collect();
    assert_eq!(said, ["cell 1, line 1", "cell 1, line 3", "cell 3, line 1"]);
    assert_eq!(document.line_text(LineRange::single(3)).trim(), "Recall of 0.9.");
    // Where each line stands on one of the file, it is that line.
    let apart = format!(
        "{{\"cells\":{},\"nbformat\":4}}",
        cells.replace("[{", "[\n{").replace(",\"", ",\n\"").replace(",{", ",\n{")
    );
    let document = Document::read("a.ipynb", &apart);
    assert_eq!((document.blocks[0].lines.start, document.blocks[1].lines.start), (3, 5), "{apart}");
    assert_eq!(document.places.say(document.blocks[2].lines), "cell 3, line 1");
    let damaged = Document::read("a.ipynb", "{\"cells\": [<<<<<<< HEAD");
    assert!(damaged.limits[0].contains("damaged"), "{:?}", damaged.limits);
    assert!(Form::Notebook.is_damaged("{\"worksheets\": []}") && !Form::Notebook.is_damaged("\u{feff}{\"cells\": []}"));
}
