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
    let boxed = format!(".. note::\n\n{}", list.lines().map(|line| format!("   {line}\n")).collect::<String>());
    let rows = |text: &str| show("a.rst", text).into_iter().filter(|line| line.contains(" t")).count();
    assert_eq!((rows(list), rows(&boxed)), (2, 2), "{:?}", show("a.rst", &boxed));
    let boxed = format!(
        ".. tip::\n\n   .. admonition:: Goals\n\n{}",
        list.lines().map(|line| format!("      {line}\n")).collect::<String>()
    );
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
