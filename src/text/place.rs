//! Places of documents whose readers see no lines: paragraphs and rows of tables in a Word file, pages of a PDF, cells of a notebook.

use std::fmt;
use std::sync::Arc;

use super::LineRange;

/// Where a line of the text that was read out of a file stands in the file. All numbers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spot {
    /// A paragraph that is not empty and stands in no table; headings and items of lists are paragraphs.
    Paragraph(u32),
    /// A row of a table; the first row has the number 1 whether it names the columns or not.
    Row {
        /// The table, of those that stand in no other table.
        table: u32,
        /// The row.
        row: u32,
    },
    /// A footnote or endnote, in the order in which the text refers to them.
    Note(u32),
    /// A page.
    Page(u32),
    /// A cell of a notebook.
    Cell(u32),
}

impl Spot {
    /// The short form that [`Spot::from_tag`] reads.
    #[must_use]
    pub fn tag(self) -> String {
        match self {
            Self::Paragraph(number) => format!("p{number}"),
            Self::Row { table, row } => format!("t{table}.{row}"),
            Self::Note(number) => format!("n{number}"),
            Self::Page(number) => format!("g{number}"),
            Self::Cell(number) => format!("c{number}"),
        }
    }

    /// Reads what [`Spot::tag`] wrote.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let (kind, rest) = tag.split_at_checked(1)?;
        let number = || rest.parse().ok();
        Some(match kind {
            "p" => Self::Paragraph(number()?),
            "n" => Self::Note(number()?),
            "g" => Self::Page(number()?),
            "c" => Self::Cell(number()?),
            "t" => {
                let (table, row) = rest.split_once('.')?;
                Self::Row { table: table.parse().ok()?, row: row.parse().ok()? }
            }
            _ => return None,
        })
    }

    /// What is counted, in the singular, with its number; `more` makes it a range up to a later one of the same kind.
    fn words(self, more: Option<Self>) -> String {
        let range = |what: &str, from: u32, to: Option<u32>| match to.filter(|to| *to > from) {
            Some(to) => format!("{what}s {from}\u{2013}{to}"),
            None => format!("{what} {from}"),
        };
        match (self, more) {
            (Self::Paragraph(from), Some(Self::Paragraph(to))) => range("paragraph", from, Some(to)),
            (Self::Note(from), Some(Self::Note(to))) => range("footnote", from, Some(to)),
            (Self::Page(from), Some(Self::Page(to))) => range("page", from, Some(to)),
            (Self::Cell(from), Some(Self::Cell(to))) => range("cell", from, Some(to)),
            (Self::Row { table, row }, Some(Self::Row { table: same, row: to })) if table == same => {
                format!("table {table}, {}", range("row", row, Some(to)))
            }
            (one, Some(other)) if one != other => format!("{one} to {other}"),
            (Self::Paragraph(at), _) => range("paragraph", at, None),
            (Self::Note(at), _) => range("footnote", at, None),
            (Self::Page(at), _) => range("page", at, None),
            (Self::Cell(at), _) => range("cell", at, None),
            (Self::Row { table, row }, _) => format!("table {table}, {}", range("row", row, None)),
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(None))
    }
}

/// How places of one document are said: by their lines, unless it was read out of a file that has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// From which line on which place, in order; none where lines are said.
    spots: Arc<[(u32, Spot)]>,
}

impl Places {
    /// Places from the lines on that are given with them, in order.
    #[must_use]
    pub fn new(spots: Vec<(u32, Spot)>) -> Self {
        Self { spots: spots.into() }
    }

    /// True where a reader of the document sees lines: they are what is said.
    #[must_use]
    pub fn are_lines(&self) -> bool {
        self.spots.is_empty()
    }

    /// Where a line stands in the file; none where lines are said.
    #[must_use]
    pub fn spot(&self, line: u32) -> Option<Spot> {
        self.entry(line).map(|(_, spot)| spot)
    }

    /// The place of a line, and the line on which it begins.
    fn entry(&self, line: u32) -> Option<(u32, Spot)> {
        let before = self.spots.partition_point(|(from, _)| *from <= line).saturating_sub(1);
        self.spots.get(before).copied()
    }

    /// The place of lines in the file, in words ("page 4", "table 2, rows 3–5", "cell 2, line 7"); none where lines are said.
    #[must_use]
    pub fn words(&self, lines: LineRange) -> Option<String> {
        let (first, from) = self.entry(lines.start)?;
        let (last, to) = self.entry(lines.end)?;
        // A cell may be long: its lines are counted from its first one.
        let within = |line: u32, first: u32| line.saturating_sub(first) + 1;
        Some(match (from, to) {
            (Spot::Cell(_), Spot::Cell(_)) if from == to => {
                let (start, end) = (within(lines.start, first), within(lines.end, first));
                if start == end {
                    format!("{from}, line {start}")
                } else {
                    format!("{from}, lines {start}\u{2013}{end}")
                }
            }
            (Spot::Cell(_), Spot::Cell(_)) => {
                format!("{from}, line {}, to {to}, line {}", within(lines.start, first), within(lines.end, last))
            }
            _ => from.words(Some(to)),
        })
    }

    /// The place of lines in words: "line 7", "lines 7–9", "paragraph 12".
    #[must_use]
    pub fn say(&self, lines: LineRange) -> String {
        self.words(lines).unwrap_or_else(|| match (lines.start, lines.end) {
            (start, end) if start == end => format!("line {start}"),
            (start, end) => format!("lines {start}\u{2013}{end}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_as_it_is_written() {
        for spot in
            [Spot::Paragraph(1), Spot::Row { table: 2, row: 30 }, Spot::Note(4), Spot::Page(u32::MAX), Spot::Cell(3)]
        {
            assert_eq!(Spot::from_tag(&spot.tag()), Some(spot));
        }
        for tag in ["", "p", "t2", "x1", "p-1", "\u{e9}1"] {
            assert_eq!(Spot::from_tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn places_are_said_as_a_reader_counts_them() {
        let row = |row| Spot::Row { table: 2, row };
        let places = Places::new(vec![
            (2, Spot::Paragraph(1)),
            (4, Spot::Paragraph(2)),
            (6, row(1)),
            (8, row(2)),
            (10, Spot::Page(3)),
            (12, Spot::Page(5)),
            (100, Spot::Cell(1)),
            (104, Spot::Cell(3)),
        ]);
        for (start, end, said) in [
            (1, 1, "paragraph 1"),
            (3, 3, "paragraph 1"),
            (3, 5, "paragraphs 1\u{2013}2"),
            (4, 5, "paragraph 2"),
            (6, 7, "table 2, row 1"),
            (6, 8, "table 2, rows 1\u{2013}2"),
            (5, 6, "paragraph 2 to table 2, row 1"),
            (10, 99, "pages 3\u{2013}5"),
            (101, 103, "cell 1, lines 2\u{2013}4"),
            (100, 100, "cell 1, line 1"),
            (101, 104, "cell 1, line 2, to cell 3, line 1"),
        ] {
            assert_eq!(places.say(LineRange::new(start, end)), said);
        }
        assert_eq!(Places::default().say(LineRange::new(7, 9)), "lines 7\u{2013}9");
        assert_eq!(Places::default().say(LineRange::single(7)), "line 7");
    }
}
