//! Words with their looks, as programs that set text keep them, and as Markdown.

use super::page::{push_link, push_plain};

/// A line that is broken within a passage.
pub(super) const BREAK: &str = "<br>";

/// How words look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Bold.
    pub strong: bool,
    /// Italic.
    pub emphasis: bool,
    /// Struck out.
    pub struck: bool,
    /// As code.
    pub code: bool,
    /// A reader does not see them.
    pub hidden: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words {
        text: String,
        look: Look,
        target: Option<String>,
    },
    /// A reference to a footnote.
    Note(String),
}

/// The words of a paragraph or of a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrase {
    parts: Vec<Part>,
    is_reached: bool,
}

impl Phrase {
    /// A cell that shows nothing because the cell to its left reaches over it.
    #[must_use]
    pub fn reached() -> Self {
        Self { is_reached: true, ..Self::default() }
    }

    pub(super) fn is_reached(&self) -> bool {
        self.is_reached
    }

    /// Adds words, which may lead to a `target`. A line feed in them breaks the line.
    pub fn push(&mut self, text: &str, look: Look, target: Option<&str>) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Words { text: last, look: same, target: to }) = self.parts.last_mut()
            && *same == look
            && to.as_deref() == target
        {
            last.push_str(text);
            return;
        }
        self.parts.push(Part::Words { text: text.to_owned(), look, target: target.map(str::to_owned) });
    }

    /// Adds a reference to the footnote `label`, which holds letters and digits only.
    pub fn refer(&mut self, label: &str) {
        self.parts.push(Part::Note(label.to_owned()));
    }

    /// Adds another phrase on a line of its own.
    pub fn append(&mut self, other: Self) {
        if !self.is_empty() && !other.is_empty() {
            self.push("\n", Look::default(), None);
        }
        self.parts.extend(other.parts);
    }

    /// Adds another phrase right behind.
    pub fn extend(&mut self, other: Self) {
        for part in other.parts {
            match part {
                Part::Words { text, look, target } => self.push(&text, look, target.as_deref()),
                note @ Part::Note(_) => self.parts.push(note),
            }
        }
    }

    /// Adds a blank that looks like the words before it.
    pub fn blank(&mut self) {
        match self.parts.last_mut() {
            Some(Part::Words { text, .. }) => text.push(' '),
            _ => self.push(" ", Look::default(), None),
        }
    }

    /// The last character of the words.
    #[must_use]
    pub fn last(&self) -> Option<char> {
        self.parts.iter().rev().find_map(|part| match part {
            Part::Words { text, .. } => text.chars().next_back(),
            Part::Note(_) => None,
        })
    }

    /// Takes away the first `bytes` of the words, with the blanks before them.
    pub fn cut(&mut self, bytes: usize) {
        let (mut left, mut begun) = (bytes, false);
        for part in &mut self.parts {
            let Part::Words { text, .. } = part else { continue };
            if !begun {
                *text = text.trim_start().to_owned();
                begun = !text.is_empty();
            }
            let cut = text.floor_char_boundary(left.min(text.len()));
            text.drain(..cut);
            left -= cut;
            if left == 0 && begun {
                return;
            }
        }
    }

    /// True where nothing is there, seen or not.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Words { text, .. } if text.trim().is_empty()))
    }

    /// Bytes of the words.
    #[must_use]
    pub fn len(&self) -> usize {
        let bytes = |part: &Part| match part {
            Part::Words { text, .. } => text.len(),
            Part::Note(label) => label.len(),
        };
        self.parts.iter().map(bytes).sum()
    }

    /// The words alone.
    #[must_use]
    pub fn text(&self) -> String {
        let words = |part: &Part| match part {
            Part::Words { text, .. } => text.clone(),
            Part::Note(_) => String::new(),
        };
        self.parts.iter().map(words).collect()
    }

    /// The same, neither bold nor italic.
    pub(super) fn plain(&self) -> Self {
        let mut plain = Self::default();
        for part in &self.parts {
            match part {
                Part::Words { text, look, target } => {
                    plain.push(text, Look { strong: false, emphasis: false, ..*look }, target.as_deref());
                }
                Part::Note(label) => plain.refer(label),
            }
        }
        plain
    }

    /// What a reader sees, and what hides.
    pub(super) fn parted(&self) -> (Self, Self) {
        let hides = |part: &Part| matches!(part, Part::Words { look, .. } if look.hidden);
        let (hidden, seen): (Vec<Part>, Vec<Part>) = self.parts.iter().cloned().partition(hides);
        (Self { parts: seen, ..Self::default() }, Self { parts: hidden, ..Self::default() })
    }

    /// As one line of Markdown; empty where nothing shows or hides.
    pub(super) fn markdown(&self) -> String {
        let mut out = String::new();
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Note(label) => {
                    out.push_str("[^");
                    out.push_str(label);
                    out.push(']');
                }
                Part::Words { text, look, target } => {
                    let next = parts.peek().and_then(|next| match next {
                        Part::Words { text, .. } => text.chars().next(),
                        Part::Note(_) => None,
                    });
                    words(&mut out, text, *look, target.as_deref(), next);
                }
            }
        }
        out.trim().trim_end_matches(BREAK).trim_end().to_owned()
    }
}

/// Adds words, of which the next ones begin with `next`.
fn words(out: &mut String, text: &str, look: Look, target: Option<&str>, next: Option<char>) {
    let inner = text.trim();
    if inner.is_empty() {
        space(out, text);
        return;
    }
    let (lead, tail) = (text.len() - text.trim_start().len(), text.trim_end().len());
    space(out, text.get(..lead).unwrap_or_default());
    let after = text.get(tail..).filter(|tail| !tail.is_empty()).map_or(next, |_| Some(' '));
    let markdown = shown(inner, look);
    let parted = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    // Marks of looks hold only between words.
    let marks = match (look.strong, look.emphasis) {
        _ if look.code || look.hidden || !parted(out.chars().next_back()) || !parted(after) => "",
        (true, true) => "***",
        (true, false) => "**",
        (false, true) => "*",
        (false, false) => "",
    };
    // A mark beside a sign, and a second one beside the first, would be read as another.
    let is_clear = !out.ends_with('*')
        && inner.starts_with(char::is_alphanumeric)
        && (inner.ends_with(char::is_alphanumeric)
            || after.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation()));
    let markdown = if marks.is_empty() || !is_clear { markdown } else { format!("{marks}{markdown}{marks}") };
    match target {
        Some(target) if !look.hidden => push_link(out, &markdown, target),
        _ => out.push_str(&markdown),
    }
    space(out, text.get(tail..).unwrap_or_default());
}

fn space(out: &mut String, blank: &str) {
    if blank.contains('\n') {
        out.push_str(BREAK);
    } else if !blank.is_empty() && !out.is_empty() && !out.ends_with(' ') && !out.ends_with(BREAK) {
        out.push(' ');
    }
}

fn shown(text: &str, look: Look) -> String {
    if look.hidden {
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        return format!("<span hidden>{}</span>", folded.replace('&', "&amp;").replace('<', "&lt;"));
    }
    if look.code {
        let code = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let ticks = "`".repeat(longest + 1);
        let pad = if longest > 0 { " " } else { "" };
        return format!("{ticks}{pad}{code}{pad}{ticks}");
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (number, line) in text.split('\n').map(str::trim).enumerate() {
        if number > 0 {
            out.push_str(BREAK);
        }
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                c if c.is_whitespace() => space(&mut out, " "),
                c if c.is_control() => {}
                '_' => out.push_str("\\_"),
                c => push_plain(&mut out, c, chars.peek().copied()),
            }
        }
    }
    if look.struck { format!("<del>{out}</del>") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_is_that_of_the_words() {
        let mut phrase = Phrase::default();
        assert_eq!(phrase.last(), None);
        phrase.push("ab\u{ad}", Look::default(), None);
        phrase.refer("1");
        assert_eq!((phrase.last(), phrase.text().chars().next_back()), (Some('\u{ad}'), Some('\u{ad}')));
    }

    #[test]
    fn looks_are_marks_where_markdown_reads_them_so() {
        const PLAIN: Look = Look { strong: false, emphasis: false, struck: false, code: false, hidden: false };
        const STRONG: Look = Look { strong: true, ..PLAIN };
        type Parts<'a> = &'a [(&'a str, Look, Option<&'a str>)];
        let table: &[(Parts<'_>, &str)] = &[
            (&[("a ", PLAIN, None), ("b c ", STRONG, None), ("d", PLAIN, None)], "a **b c** d"),
            (&[("Owner:", STRONG, None), (" Ann", PLAIN, None)], "**Owner:** Ann"),
            (&[("fo", PLAIN, None), ("o", STRONG, None)], "foo"),
            (&[("x", Look { emphasis: true, ..STRONG }, None), (".", PLAIN, None)], "***x***."),
            (&[("a*b_c <d & [e]", PLAIN, None)], "a\\*b\\_c \\<d & \\[e\\]"),
            (&[("a`b", Look { code: true, ..PLAIN }, None)], "`` a`b ``"),
            (&[("plan", PLAIN, Some("https://a.example/b(c)"))], "[plan](<https://a.example/b(c)>)"),
            (&[("a\tb\n c", PLAIN, None), ("\n", PLAIN, None)], "a b<br>c"),
            (&[("old", Look { struck: true, ..PLAIN }, None), (" new", PLAIN, None)], "<del>old</del> new"),
            (&[("a ", PLAIN, None), ("b<c", Look { hidden: true, ..PLAIN }, None)], "a <span hidden>b&lt;c</span>"),
        ];
        for (parts, expected) in table {
            let mut phrase = Phrase::default();
            parts.iter().for_each(|(text, look, target)| phrase.push(text, *look, *target));
            assert_eq!(phrase.markdown(), *expected);
        }
    }
}
