//! Phrases in running text: found as whole words, whatever case, hyphens and line breaks. Does not know what they mean.

/// Phrases that are looked for together. Bounded: at most 500 phrases of at most 12 words.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    /// Each phrase as its words; a last word that ends with `*` matches any ending.
    phrases: Vec<Vec<String>>,
}

/// A word of a text with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

impl Phrases {
    pub(super) fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let phrases = phrases
            .take(500)
            .map(|phrase| phrase.split_whitespace().flat_map(pieces).take(12).collect::<Vec<String>>())
            .filter(|words| !words.is_empty())
            .collect();
        Self { phrases }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Byte range of the first phrase found.
    pub(super) fn first_in(&self, text: &str) -> Option<(usize, usize)> {
        let tokens = tokens(text);
        let (start, len) = self.matches(&tokens).next()?;
        Some((tokens.get(start)?.start, tokens.get(start + len - 1)?.end()))
    }

    /// Every match as (index of the first token, number of tokens), in order of place.
    pub(super) fn matches<'a>(&'a self, tokens: &'a [Token<'_>]) -> impl Iterator<Item = (usize, usize)> + 'a {
        (0..tokens.len()).filter_map(move |at| {
            let rest = tokens.get(at..)?;
            let longest = self.phrases.iter().filter(|phrase| starts_with(rest, phrase)).map(Vec::len).max()?;
            Some((at, longest))
        })
    }
}

fn pieces(word: &str) -> Vec<String> {
    let star = word.ends_with('*');
    let mut pieces: Vec<String> = tokens(word).iter().map(|token| token.text.to_lowercase()).collect();
    if star && let Some(last) = pieces.last_mut() {
        last.push('*');
    }
    pieces
}

fn starts_with(tokens: &[Token<'_>], phrase: &[String]) -> bool {
    tokens.len() >= phrase.len()
        && phrase.iter().zip(tokens).all(|(word, token)| match word.strip_suffix('*') {
            Some(stem) => token.text.len() >= stem.len() && token.text.to_lowercase().starts_with(stem),
            None => {
                token.text.eq_ignore_ascii_case(word) || (!token.text.is_ascii() && token.text.to_lowercase() == *word)
            }
        })
}

/// Words of a text: runs of letters, digits, `.` or `+` between digits or letters ("GPT-4.1" gives `GPT`, `4.1`).
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins = matches!(c, '.' | '\'' | '’') && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if c.is_alphanumeric() || (joins && start.is_some()) {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            out.extend(text.get(from..at).map(|text| Token { text, start: from }));
        }
    }
    if let Some(from) = start {
        out.extend(text.get(from..).map(|text| Token { text, start: from }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_match_whole_words_in_any_case_with_hyphen_or_space() {
        let phrases = Phrases::new(["state of the art", "xgboost", "gpt-4*", "as accurate as possible"].into_iter());
        for (text, expected) in [
            ("a State-of-the-art model", Some("State-of-the-art")),
            ("use XGBoost.", Some("XGBoost")),
            ("GPT-4.1 only", Some("GPT-4.1")),
            ("GPT-4o only", Some("GPT-4o")),
            ("xgboosted trees", None),
            ("as accurate\nas possible", Some("as accurate\nas possible")),
            ("", None),
        ] {
            let found = phrases.first_in(text).and_then(|(start, end)| text.get(start..end));
            assert_eq!(found, expected, "{text}");
        }
    }
}
