//! Looking ahead in a passage for the end of a mark, so that no passage is searched twice in vain. Knows no form.

/// The rest of a passage at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The character right before.
    pub(super) fn before(&self) -> Option<char> {
        self.text.get(..self.at)?.chars().next_back()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }
}

/// Marks that no more end in this passage.
#[derive(Debug, Default)]
pub(super) struct Closers {
    dead: Vec<&'static str>,
}

impl Closers {
    /// Offset in `text` at which `mark` ends what it began; `fits` says whether the mark at an offset does. Once none was found,
    /// none is looked for.
    pub(super) fn find(&mut self, text: &str, mark: &'static str, fits: impl Fn(usize) -> bool) -> Option<usize> {
        if self.dead.contains(&mark) {
            return None;
        }
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(mark)) {
            if fits(from + at) {
                return Some(from + at);
            }
            from += at + mark.len();
        }
        self.dead.push(mark);
        None
    }
}

/// True where a mark at `at` of `text`, `len` bytes long, ends words: right behind them, and before no other word.
pub(super) fn ends_words(text: &str, at: usize, len: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at + len..).and_then(|text| text.chars().next());
    before.is_some_and(|c| !c.is_whitespace()) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// True where a mark may begin words: no word right before, one right behind.
pub(super) fn begins_words(before: Option<char>, behind: &str) -> bool {
    !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        && behind.chars().next().is_some_and(|c| !c.is_whitespace())
}
