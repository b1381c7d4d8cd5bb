//! Tables that stand in other things, boxes that stand around the text, and values that only a program knows.

use super::{check, show};
use crate::document::{Document, Form};

#[test]
fn a_table_of_rules_may_join_columns() {
    let table = "=======  ======  ======\nMetric   Values\n-------  --------------\n\\        Today   Goal\n=======  ======  ======\nRecall   0.6     0.8\nF1       0.5     0.7\n=======  ======  ======\n";
    check(
        "a.rst",
        table,
        &["2-4 t0 Metric | Values Today | Values Goal", "6 t1 Recall | 0.6 | 0.8", "7 t2 F1 | 0.5 | 0.7"],
    );
    // A cell that goes on, and a line that follows no column.
    let table = "=====  =====\nA      B\n=====  =====\none    1\n       more\n-----  -----\ntwo    2\n=====  =====\n";
    check("a.rst", table, &["2 t0 A | B", "4-5 t1 one | 1 more", "7 t2 two | 2"]);
}

#[test]
fn a_table_in_a_box_is_one() {
    let list = ".. list-table::\n   :header-rows: 1\n\n   * - Metric\n     - Goal\n   * - Recall\n     - 0.8\n";
    let boxed = format!(".. note::\n\n   {}\n", list.trim_end().replace('\n', "\n   "));
    let rows = |text: &str| show("a.rst", text).into_iter().filter(|line| line.contains(" t")).count();
    assert_eq!((rows(list), rows(&boxed)), (2, 2), "{:?}", show("a.rst", &boxed));
    let boxed =
        format!(".. tip::\n\n   .. admonition:: Goals\n\n      {}\n", list.trim_end().replace('\n', "\n      "));
    assert_eq!(rows(&boxed), 2, "{:?}", show("a.rst", &boxed));
    check("a.rst", ".. note::\n\n   Words.\n", &["3 p NOTE: Words."]);
}

#[test]
fn a_table_in_a_cell_of_asciidoc_stands_below_its_row() {
    let text =
        "|===\n|Part |Says\n\n|Goals\na|\n[%header]\n!===\n!Metric !Goal\n!Recall !0.8\n!===\n|Owner |Ann\n|===\n";
    let shown = show("a.adoc", text);
    assert!(
        shown.contains(&"8 t0 Metric | Goal".to_owned()) && shown.contains(&"9 t1 Recall | 0.8".to_owned()),
        "{shown:?}"
    );
    assert!(shown.iter().any(|line| line.starts_with("11 ") && line.ends_with("Owner | Ann")), "{shown:?}");
}

#[test]
fn a_table_of_html_in_markdown_is_a_table() {
    let table = "<table>\n<tr><th rowspan=\"2\">Metric</th><th colspan=2>Values</th></tr>\n<tr><th>Today</th><th>Goal</th></tr>\n<tr><td>Recall\nper case</td><td>0.6</td><td rowspan=2><b>0.8</b></td></tr>\n<tr><td>F1</td><td>0.5</td></tr>\n</table>\n";
    for path in ["a.md", "a.mdx"] {
        let shown = show(path, &format!("Words.\n\n{table}"));
        let words: Vec<&str> = shown.iter().filter_map(|line| line.split_once(' ')).map(|(_, words)| words).collect();
        assert_eq!(
            words,
            [
                "p Words.",
                "t0 Metric | Values Today | Values Goal",
                "t1 Recall per case | 0.6 | 0.8",
                "t2 F1 | 0.5 | 0.8"
            ],
            "{path}"
        );
    }
    let text = format!("Words.\n\n{table}");
    let document = Document::read("a.md", &text);
    let cell = &document.tables[0].rows[0].cells[0];
    assert_eq!(cell.span.of(&document.source), "Recall\nper case");
    assert_eq!(cell.map.span(7, 10).of(&document.source), "per");
    // What is in no cell stays words; a row that hides, a list of one column and a table within a cell make none.
    check(
        "a.md",
        "<div>Before <table><tr><td>a<td>1</tr></table> after</div>\n",
        &["1 html Before after", "1 t0  | ", "1 t1 a | 1"],
    );
    check("a.md", "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>\n", &["1 html a/b"]);
    check(
        "a.md",
        "<table><tr><td>a</td><td><table><tr><td>x</td><td>y</td></tr></table></td></tr></table>\n",
        &["1 t0  | ", "1 t1 a | x y"],
    );
}

#[test]
fn the_head_of_a_table_of_html_is_said_by_its_place() {
    let rows = "<tr><td>Recall</td><td>0.8</td></tr></tbody></table>";
    check(
        "a.html",
        &format!("<table><thead><tr><td>Metric</td><td>Goal of 2027</td></tr></thead><tbody>{rows}"),
        &["1 t0 Metric | Goal of 2027", "1 t1 Recall | 0.8"],
    );
}

#[test]
fn a_value_in_words_stands_as_it_was_written() {
    check(
        "a.mdx",
        "Customers who {verb}.\n\n{children}\n\n- {item.name}\n",
        &["1 p Customers who {verb}.", "5 i0 {item.name}"],
    );
    check("a.mdx", "A {list.map(x => <b>{x}</b>)} b {/* c */}.\n", &["1 p A  b ."]);
    check("a.mdx", "Recall of {0.9} and {\"F1\"} {`x`}.\n", &["1 p Recall of 0.9 and F1 x."]);
}

#[test]
fn a_box_that_asks_for_cookies_is_no_content() {
    for begin in [
        "<div class=\"cookie-banner\">",
        "<div id=\"CookieConsent\" role=\"dialog\">",
        "<section class=\"x gdpr-notice\">",
        "<div aria-label=\"Cookie consent\">",
        "<div id=\"cookie_bar\">",
    ] {
        let end = if begin.starts_with("<div") { "</div>" } else { "</section>" };
        check(
            "a.html",
            &format!("<body>{begin}<p>We use cookies.</p>{end}<h1>A</h1><p>b</p></body>"),
            &["1 h1 A", "1 p b"],
        );
    }
    // A part of the text about them.
    for begin in [
        "<section id=\"cookie-banner\">",
        "<div class=\"section\">",
        "<div class=\"has-cookie-banner\">",
        "<div class=\"consent\">",
    ] {
        let end = if begin.starts_with("<div") { "</div>" } else { "</section>" };
        let shown = show("a.html", &format!("<body>{begin}<h1>A</h1><p>We use cookies.</p>{end}</body>"));
        assert_eq!(shown, ["1 h1 A", "1 p We use cookies."], "{begin}");
    }
}

#[test]
fn a_table_of_plain_text_may_have_no_name_for_its_first_column() {
    for text in [
        "Goals.\n\n             Today   Goal\n  ---------- ------- ------\n  Recall     0.6     0.8\n  F1         0.5     0.7\n\nEnd.\n",
        "Goals.\n\n  -----------------------------\n             Today     Goal\n  ---------- --------- --------\n  Recall     0.6       0.8\n\n  F1         0.5       0.7\n  -----------------------------\n\nEnd.\n",
    ] {
        let shown = show("a.txt", text);
        let words: Vec<&str> = shown.iter().filter_map(|line| line.split_once(' ')).map(|(_, words)| words).collect();
        assert_eq!(
            words,
            ["p Goals.", "t0  | Today | Goal", "t1 Recall | 0.6 | 0.8", "t2 F1 | 0.5 | 0.7", "p End."],
            "{text}"
        );
    }
}

#[test]
fn lines_of_a_table_of_plain_text_mark_no_titles() {
    let table = "  ---------------------\n  Metric     Goal\n  ---------- ----------\n  Recall     0.8\n\n  F1         0.7\n  ---------------------\n";
    let text = format!(
        "Leaks in heating: from the air\n\nWhy now?\n\nThey cost much.\n\nTargets\n\n{table}\nWhat is kept\n\nAll of it.\n"
    );
    let shown: Vec<String> = show("a.txt", &text).into_iter().filter(|line| line.contains(" h")).collect();
    assert_eq!(shown, ["1 h1 Leaks in heating: from the air", "3 h2 Why now?", "7 h2 Targets", "17 h2 What is kept"]);
}

#[test]
fn programs_of_a_notebook_are_code_whatever_it_says_of_itself() {
    let with = |metadata: &str| {
        format!(
            "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": \"assert recall >= 0.99\"}}], \"metadata\": {metadata}, \"nbformat\": 4}}"
        )
    };
    for (metadata, language) in [
        ("{\"language_info\": {\"name\": \"julia\"}, \"kernelspec\": {\"language\": \"python\"}}", "julia"),
        ("{\"kernelspec\": {\"language\": \"python\", \"name\": \"python3\"}}", "python"),
        ("{}", "code"),
    ] {
        assert_eq!(show("a.ipynb", &with(metadata)), [format!("1 f:{language} assert recall >= 0.99")]);
    }
    assert_eq!(Form::of("a.ipynb", ""), Form::Notebook);
}
