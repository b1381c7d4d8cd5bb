//! Comma-separated values as a table of Markdown: one row a line. Judges nothing.

/// Most columns: what stands further to the right is nothing that a person reads.
const COLUMNS: usize = 256;

/// `text` as a table; the first row that holds anything is its head. Cost and length are linear in that of the text.
pub(super) fn table(text: &str) -> String {
    of_rows(&rows(text.trim_start_matches('\u{feff}')))
}

/// Rows of cells, each as [`cell`] makes it, as a table.
pub(super) fn of_rows(rows: &[Vec<String>]) -> String {
    let own = |row: &[String]| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1).min(COLUMNS);
    let filled = || rows.iter().filter(|row| own(row) > 0);
    let width = filled().map(|row| own(row)).max().unwrap_or(0);
    let mut out = String::new();
    for (at, row) in filled().enumerate() {
        // Only the head says how wide the table is; a row ends with its last cell.
        for column in 0..if at == 0 { width } else { own(row) } {
            out.push_str("| ");
            out.push_str(row.get(column).map_or("", String::as_str));
            out.push(' ');
        }
        out.push_str("|\n");
        if at == 0 {
            out.push_str(&"|---".repeat(width));
            out.push_str("|\n");
        }
    }
    out
}

/// Rows of cells, each cell on one line and harmless in a table.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            ',' if !quoted => row.push(finished(&mut cell)),
            '\n' if !quoted => {
                row.push(finished(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(finished(&mut cell));
        rows.push(row);
    }
    rows
}

/// Words as the cell of a table.
pub(super) fn cell(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn finished(words: &mut String) -> String {
    let line = cell(words);
    words.clear();
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_a_table() {
        for (sheet, expected) in [
            (
                "Metric,Target\r\nRecall,\"at least 0,9\"\r\n",
                "| Metric | Target |\n|---|---|\n| Recall | at least 0,9 |\n",
            ),
            (",,\n\nA,B,\n\"say \"\"x\"\"\ntwice\",a|b,,\n", "| A | B |\n|---|---|\n| say \"x\" twice | a\\|b |\n"),
            ("\u{feff}A\nonly", "| A |\n|---|\n| only |\n"),
            ("a,\"open", "| a | open |\n|---|---|\n"),
            ("", ""),
            (",,,\n", ""),
            ("A,B\nonly\n", "| A | B |\n|---|---|\n| only |\n"),
        ] {
            assert_eq!(table(sheet), expected, "{sheet:?}");
        }
    }

    #[test]
    fn one_wide_row_does_not_widen_the_others() {
        let wide = "a,".repeat(100_000);
        let long = "b\n".repeat(100_000);
        let text = format!("{wide}x\n{long}");
        assert!(table(&text).len() < 4 * text.len());
    }
}
