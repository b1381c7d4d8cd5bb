//! Front matter: what stands between two `---` lines at the beginning of a page. Splits, and never reads it.

/// A page, split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Front<'a> {
    /// The text between the two lines; its first line is line 2 of the page.
    pub front: &'a str,
    /// Everything below.
    pub body: &'a str,
    /// Line of the first line of `body`, from 1.
    pub body_line: u32,
}

/// Splits a page, with or without a byte order mark; `None` where it does not begin with front matter that ends.
#[must_use]
pub fn front_matter(text: &str) -> Option<Front<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_rule = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|line| is_rule(line))?;
    let (mut at, mut body_line) = (first.len(), 2_u32);
    for line in lines {
        body_line = body_line.saturating_add(1);
        if is_rule(line) {
            let (front, body) = (text.get(first.len()..at)?, text.get(at + line.len()..)?);
            return Some(Front { front, body, body_line });
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_split_at_its_two_lines() {
        let some = |front, body, body_line| Some(Front { front, body, body_line });
        for (text, expected) in [
            ("---\na: 1\nb: 2\n---\n\n# T\n", some("a: 1\nb: 2\n", "\n# T\n", 5)),
            ("\u{feff}---\r\na: 1\r\n--- \r\nT", some("a: 1\r\n", "T", 4)),
            ("---\n---", some("", "", 3)),
            ("---\na: 1\n", None),
            ("----\n---\n", None),
            ("# T\n---\n---\n", None),
            ("", None),
        ] {
            assert_eq!(front_matter(text), expected, "{text:?}");
        }
    }
}
