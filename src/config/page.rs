//! A TOML file that a person wrote, while it is read: what is broken is a problem with its place, and takes nothing sound with it.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::Problem;
use crate::text::{Lines, Position};

/// Largest file in bytes.
const LONGEST: usize = 256 * 1024;
/// Most problems that are listed.
const PROBLEMS: usize = 50;

/// One key of the file with its value.
pub(crate) type Entry<'a> = (Spanned<Cow<'a, str>>, Spanned<DeValue<'a>>);

/// The file.
pub(crate) struct Page<'a> {
    path: &'a str,
    text: &'a str,
    lines: Lines,
    problems: Vec<Problem>,
    more: usize,
}

impl<'a> Page<'a> {
    /// The file at `path`, as given, with this text.
    #[must_use]
    pub(crate) fn new(path: &'a str, text: &'a str) -> Self {
        Self { path, text, lines: Lines::new(text), problems: Vec::new(), more: 0 }
    }

    /// Notes a problem at a span of the text, if it has one place.
    pub(crate) fn bad(
        &mut self,
        code: &str,
        at: Option<Range<usize>>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        if self.problems.len() >= PROBLEMS {
            self.more += 1;
            return;
        }
        let place = at.map(|at| self.lines.position(self.text, at.start));
        self.problems.push(Problem {
            code: code.into(),
            file: self.path.into(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            message: message.into(),
            advice: advice.into(),
        });
    }

    /// Line and column of a byte of the text.
    pub(super) fn position(&self, at: usize) -> Position {
        self.lines.position(self.text, at)
    }

    /// How many problems were noted so far.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.problems.len() + self.more
    }

    /// The keys at the top, in order; those that can be read where the rest is broken. Of a file that is too large none: `advice`
    /// says what counts then.
    pub(crate) fn entries(&mut self, advice: &str) -> Vec<Entry<'a>> {
        if self.text.len() > LONGEST {
            let message = format!("the file has {} bytes, more than {LONGEST}", self.text.len());
            self.bad("too-large", None, message, advice);
            return Vec::new();
        }
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let message = format!("the TOML does not parse: {}", one_line(error.message()));
            self.bad("syntax", error.span(), message, "mend this line; what else is sound is used");
        }
        root.into_inner().into_iter().collect()
    }

    /// All problems, in order of their place; the last one counts those that are not listed.
    #[must_use]
    pub(crate) fn problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        if self.more > 0 {
            self.problems.push(Problem {
                code: "more".into(),
                file: self.path.into(),
                line: None,
                column: None,
                message: format!("{} more problems are not listed", self.more),
                advice: "mend those above first".into(),
            });
        }
        self.problems
    }
}

/// The words of an error on one line.
#[must_use]
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
