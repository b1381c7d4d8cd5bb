//! What is true of every text in every form: its lines are kept and nothing panics.

use proptest::prelude::*;

use crate::document::Document;
use crate::text::Lines;

pub(super) const ENDINGS: &[&str] = &["adoc", "rst", "mdx", "txt", "html"];

/// What is true of every document of every form.
fn holds_together(text: &str) -> Result<(), TestCaseError> {
    for ending in ENDINGS {
        let path = format!("a.{ending}");
        let document = Document::read(&path, text);
        prop_assert_eq!(document.lines.count(), Lines::new(text).count(), "{} {:?}", path, text);
        let mut last = 0;
        for line in 1..=document.lines.count() {
            let start = document.lines.span_of(line).start();
            prop_assert!(last <= start && start <= document.source.len());
            prop_assert!(document.source.is_char_boundary(start));
            last = start;
        }
        for block in &document.blocks {
            prop_assert!(block.lines.end <= document.lines.count());
        }
    }
    Ok(())
}

/// Parts that make trouble in one form or another.
fn parts() -> impl Strategy<Value = String> {
    let parts = vec![
        "a",
        "é",
        "😀",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "    ",
        "\t",
        "= ",
        "== ",
        "* ",
        "** ",
        ". ",
        "- ",
        "+\n",
        "|",
        "|===\n",
        "----\n",
        "====\n",
        "____\n",
        "////\n",
        "// ",
        "[NOTE]\n",
        "[cols=\"2*\"]\n",
        ":a: b\n",
        "{a}",
        "a:: ",
        "*",
        "_",
        "`",
        "``",
        "#",
        "+",
        "^",
        "~",
        "<<a,b>>",
        "link:a[",
        "]",
        "https://a.b",
        "footnote:[",
        "ifdef::a[]\n",
        "endif::[]\n",
        ".. ",
        ".. note::\n",
        ".. list-table::\n",
        "::\n",
        "====  ====\n",
        "+---+---+\n",
        "+===+===+\n",
        "   * - a\n",
        ":b: c\n",
        "|a|",
        "[1]_",
        ".. [1] ",
        "<a>`_",
        "\\",
        "{",
        "}",
        "<A ",
        "/>",
        "</A>",
        "<b>",
        "{/*",
        "*/}",
        "import a\n",
        "export b\n",
        "```\n",
        "'",
        "\"",
        "1. ",
        "(1) ",
        "--",
        "-->",
        "<!--",
        "---\n",
        "title: a\n",
        ">>> ",
        ".T\n",
        "2+|",
        "3*|",
        "ABC\n",
        "specreview: waive A-1",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_text_keeps_its_lines(text in parts()) {
        holds_together(&text)?;
    }

    #[test]
    fn any_characters_keep_their_lines(text in "\\PC{0,40}\n\\PC{0,40}") {
        holds_together(&text)?;
    }
}
