//! Words, runs of digits and marks of a text, each with its place; never decides what they mean.

use std::borrow::Cow;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::facts) enum Kind {
    /// Letters, perhaps with digits and apostrophes after the first letter.
    Word,
    /// ASCII digits only.
    Digits,
    /// Anything else: one character, or a comparator of two.
    Mark,
}

/// A token.
#[derive(Debug, Clone)]
pub(in crate::facts) struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text, words in lower case.
    pub low: Cow<'a, str>,
    /// True when the first letter is a capital.
    pub capital: bool,
    /// Offset.
    pub start: usize,
    /// End offset.
    pub end: usize,
    /// No white space before it.
    pub glued: bool,
}

/// Splits `text`. Cost is linear.
pub(in crate::facts) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::with_capacity(text.len() / 5 + 1);
    let mut chars = text.char_indices().peekable();
    let mut glued = false;
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            glued = false;
            continue;
        }
        let mut end = start + first.len_utf8();
        let kind = if first.is_ascii_digit() {
            while let Some((at, c)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
                end = at + c.len_utf8();
            }
            Kind::Digits
        } else if first.is_alphabetic() || first == '_' {
            // "4h10m": letters right behind digits end at the next digit.
            let unit = glued && out.last().is_some_and(|last| last.kind == Kind::Digits);
            loop {
                let next = chars.next_if(|(_, c)| c.is_alphabetic() || *c == '_' || (!unit && c.is_ascii_digit()));
                if let Some((at, c)) = next {
                    end = at + c.len_utf8();
                    continue;
                }
                let mut ahead = chars.clone();
                let apostrophe = ahead.next().is_some_and(|(_, c)| c == '\'' || c == '’');
                if apostrophe && ahead.next().is_some_and(|(_, c)| c.is_alphabetic()) {
                    if let Some((at, c)) = chars.next() {
                        end = at + c.len_utf8();
                    }
                    continue;
                }
                break;
            }
            let word = text.get(start..end).unwrap_or_default();
            let address = matches!(word, "http" | "https" | "ftp" | "mailto")
                && text.get(end..).is_some_and(|t| t.starts_with(':'));
            if address || (word == "www" && text.get(end..).is_some_and(|t| t.starts_with('.'))) {
                while let Some((at, c)) = chars.next_if(|(_, c)| !c.is_whitespace() && *c != ')' && *c != '>') {
                    end = at + c.len_utf8();
                }
            }
            Kind::Word
        } else {
            let pair = chars.peek().map(|(_, c)| *c);
            let double = match (first, pair) {
                ('>' | '<' | '=', Some('=')) | ('=' | '-', Some('>')) | ('=', Some('<')) | ('+', Some('-')) => true,
                ('+', Some('/')) => {
                    text.get(end..).is_some_and(|rest| rest.starts_with("/-") || rest.starts_with("/\u{2212}"))
                }
                _ => false,
            };
            if double && let Some((at, c)) = chars.next() {
                end = at + c.len_utf8();
                if c == '/'
                    && let Some((at, c)) = chars.next()
                {
                    end = at + c.len_utf8();
                }
            }
            Kind::Mark
        };
        let word = text.get(start..end).unwrap_or_default();
        let plain = kind != Kind::Word || word.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
        let low = if plain { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase().replace('’', "'")) };
        out.push(Token { kind, low, capital: first.is_uppercase(), start, end, glued });
        glued = true;
    }
    out
}

/// Tokens with a forgiving look-up: past either end there is an empty word.
#[derive(Debug)]
pub(in crate::facts) struct Tokens<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub list: Vec<Token<'a>>,
}

impl<'a> Tokens<'a> {
    /// Splits `text`.
    pub(in crate::facts) fn new(text: &'a str) -> Self {
        Self { text, list: tokens(text) }
    }

    /// A token.
    pub(in crate::facts) fn get(&self, at: usize) -> Option<&Token<'a>> {
        self.list.get(at)
    }

    /// Lower-case text of token `at`, whatever it is; empty past the end.
    pub(in crate::facts) fn low(&self, at: usize) -> &str {
        self.get(at).map_or("", |token| &*token.low)
    }

    /// Lower-case text of the token `back` places before `at`; empty before the start.
    pub(in crate::facts) fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.low(at))
    }

    /// True when token `at` follows the one before it without white space.
    pub(in crate::facts) fn glued(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.glued)
    }

    /// Kind of token `at`.
    pub(in crate::facts) fn kind(&self, at: usize) -> Option<Kind> {
        self.get(at).map(|token| token.kind)
    }

    /// True when the tokens from `at` on read as `words`.
    pub(in crate::facts) fn reads(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.low(at + n) == *word)
    }

    /// Number of tokens.
    pub(in crate::facts) fn len(&self) -> usize {
        self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_digits_and_marks_are_told_apart() {
        let check = |text: &str, expected: &str| {
            let found: Vec<String> = tokens(text).into_iter().map(|token| token.low.into_owned()).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        };
        check("F1-Score ≥ 0.85", "f1 - score ≥ 0 . 85");
        check("4h10m, don’t", "4 h 10 m , don't");
        check("a>=b +/-3 ->", "a >= b +/- 3 ->");
        check("see https://a.b/c-12?x=3 now", "see https://a.b/c-12?x=3 now");
    }
}
