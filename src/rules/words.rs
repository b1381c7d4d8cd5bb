//! Phrases in running text: found as whole words, whatever case, hyphens and line breaks. Does not know what they mean.

use super::pairs::Pairs;

/// Most words of a phrase.
const LONGEST: usize = 12;

/// Phrases that are looked for together. Bounded: at most 500 phrases of at most 12 words.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    /// Each phrase as its words, in order of the first byte.
    all: Vec<Vec<Wanted>>,
    /// Where the phrases of each first byte begin, by five bits of it, and one more for the end.
    opens: Vec<u32>,
    /// First two bytes of first words. Few words of a text pass.
    firsts: Pairs,
}

/// A word of a phrase, in lower case.
#[derive(Debug, Clone)]
struct Wanted {
    stem: String,
    /// Any ending may follow.
    open: bool,
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
        let mut phrases: Vec<Vec<Wanted>> = phrases
            .take(500)
            .map(|phrase| phrase.split_whitespace().flat_map(pieces).take(LONGEST).collect::<Vec<Wanted>>())
            .filter(|words| !words.is_empty())
            .collect();
        phrases.sort_by_key(|phrase| row_of(phrase));
        let begin = |row| u32::try_from(phrases.partition_point(|phrase| row_of(phrase) < row)).unwrap_or(u32::MAX);
        let opens = (0..=32).map(begin).collect();
        let mut firsts = Pairs::default();
        for first in phrases.iter().filter_map(|phrase| phrase.first()) {
            open(&mut firsts, first);
        }
        Self { all: phrases, opens, firsts }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Byte range of the first phrase found.
    pub(super) fn first_in(&self, text: &str) -> Option<(usize, usize)> {
        if self.all.is_empty() {
            return None;
        }
        let mut words = Words::new(text);
        while let Some(word) = words.next() {
            if !self.may_open(word.text) {
                continue;
            }
            let begun = self.opened_by(word.text).iter();
            let begun = begun.filter(|phrase| phrase.first().is_some_and(|first| first.fits(word.text)));
            // The words behind it are looked at only where a phrase has begun.
            let longest =
                begun.filter_map(|phrase| goes_on(word, words.clone(), phrase)).max_by_key(|(count, _)| *count);
            if let Some((_, end)) = longest {
                return Some((word.start, end));
            }
        }
        None
    }

    /// Every match as (index of the first token, number of tokens), in order of place.
    pub(super) fn matches<'a>(&'a self, tokens: &'a [Token<'_>]) -> impl Iterator<Item = (usize, usize)> + 'a {
        tokens.iter().enumerate().filter(|(_, token)| self.may_open(token.text)).filter_map(move |(at, _)| {
            let longest = self.longest(tokens.get(at..)?)?;
            Some((at, longest))
        })
    }

    /// False only for a word that no phrase begins with. A word of other than plain letters may change its first bytes with case.
    fn may_open(&self, word: &str) -> bool {
        let mut bytes = word.bytes();
        let (first, second) = (bytes.next().unwrap_or_default(), bytes.next().unwrap_or_default());
        !first.is_ascii() || !second.is_ascii() || self.firsts.has(first, second)
    }

    /// Words of the longest phrase that the tokens begin with.
    fn longest(&self, tokens: &[Token<'_>]) -> Option<usize> {
        let (first, behind) = tokens.split_first()?;
        let begun = self.opened_by(first.text).iter();
        let begun = begun.filter(|phrase| phrase.first().is_some_and(|word| word.fits(first.text)));
        begun.filter_map(|phrase| goes_on(*first, behind.iter().copied(), phrase)).map(|(count, _)| count).max()
    }

    /// The phrases that may begin with a word: those of its first letter, and all where case may change that letter's bytes.
    fn opened_by(&self, word: &str) -> &[Vec<Wanted>] {
        let first = word.bytes().next().unwrap_or_default();
        if !first.is_ascii() {
            return &self.all;
        }
        let place = |row: usize| self.opens.get(row).map_or(0, |first| *first as usize);
        let row = usize::from(first & 31);
        self.all.get(place(row)..place(row + 1)).unwrap_or_default()
    }
}

/// Five bits of the first byte of a phrase: the same for a letter in either case.
fn row_of(phrase: &[Wanted]) -> usize {
    let first = phrase.first().and_then(|word| word.stem.bytes().next());
    usize::from(first.unwrap_or_default() & 31)
}

/// Adds the first bytes of the words that a phrase may begin with.
fn open(firsts: &mut Pairs, word: &Wanted) {
    let mut bytes = word.stem.bytes();
    let first = bytes.next().unwrap_or_default();
    // Behind a stem of one letter, and where letters are not plain, anything may follow.
    let second = bytes.next().filter(u8::is_ascii);
    if !first.is_ascii() || (second.is_none() && (word.open || word.stem.len() > 1)) {
        firsts.add_all_after(first);
    } else {
        firsts.add(first, second.unwrap_or_default());
    }
}

fn pieces(word: &str) -> Vec<Wanted> {
    let star = word.ends_with('*');
    let mut pieces: Vec<Wanted> =
        tokens(word).iter().map(|token| Wanted { stem: token.text.to_lowercase(), open: false }).collect();
    if star && let Some(last) = pieces.last_mut() {
        last.open = true;
    }
    pieces
}

/// Number of its words and the end of a phrase whose first word stands in front of `words`.
fn goes_on<'a>(
    first: Token<'_>,
    mut words: impl Iterator<Item = Token<'a>>,
    phrase: &[Wanted],
) -> Option<(usize, usize)> {
    let mut end = first.end();
    for wanted in phrase.iter().skip(1) {
        let next = words.next().filter(|next| wanted.fits(next.text))?;
        end = next.end();
    }
    Some((phrase.len(), end))
}

impl Wanted {
    fn fits(&self, text: &str) -> bool {
        // Letters beyond ASCII may change their number of bytes with case; plain ones tell at once that it is another word.
        let (first, own) = (text.as_bytes().first(), self.stem.as_bytes().first());
        if let (Some(first), Some(own)) = (first, own)
            && first.is_ascii()
            && !first.eq_ignore_ascii_case(own)
        {
            return false;
        }
        let plain = text.is_ascii();
        if !self.open {
            return text.eq_ignore_ascii_case(&self.stem) || (!plain && text.to_lowercase() == self.stem);
        }
        if text.len() < self.stem.len() {
            return false;
        }
        if plain {
            return text.get(..self.stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(&self.stem));
        }
        text.to_lowercase().starts_with(&self.stem)
    }
}

/// Words of a text: runs of letters, digits, `.` or `+` between digits or letters ("GPT-4.1" gives `GPT`, `4.1`).
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    Words::new(text).collect()
}

/// The words of a text, one after the other.
#[derive(Debug, Clone)]
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The character at a place, and whether a word may hold it there.
    fn look(&self, at: usize) -> Option<(usize, Class)> {
        let class = class(*self.text.as_bytes().get(at)?);
        if class != Class::Wide {
            return Some((1, class));
        }
        let c = self.text.get(at..)?.chars().next()?;
        let class = match c {
            '’' => Class::Joint,
            c if c.is_alphanumeric() => Class::Inside,
            _ => Class::Between,
        };
        Some((c.len_utf8(), class))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Inside,
    Joint,
    Between,
    /// Beyond ASCII: the whole character tells.
    Wide,
}

/// The class of every byte.
const CLASSES: [Class; 256] = {
    let mut classes = [Class::Between; 256];
    let mut rest: &mut [Class] = &mut classes;
    let mut byte = 0_u8;
    while let Some((class, behind)) = rest.split_first_mut() {
        *class = match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => Class::Inside,
            b'.' | b'\'' => Class::Joint,
            0x80.. => Class::Wide,
            _ => Class::Between,
        };
        byte = byte.wrapping_add(1);
        rest = behind;
    }
    classes
};

fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Between)
}

impl<'a> Iterator for Words<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let start = loop {
            match class(*bytes.get(self.at)?) {
                Class::Inside => break self.at,
                Class::Wide => {
                    let (len, class) = self.look(self.at)?;
                    if class == Class::Inside {
                        break self.at;
                    }
                    self.at += len;
                }
                Class::Joint | Class::Between => self.at += 1,
            }
        };
        while let Some(byte) = bytes.get(self.at) {
            let (len, class) = match class(*byte) {
                Class::Wide => self.look(self.at)?,
                class => (1, class),
            };
            let goes_on = match class {
                Class::Inside => true,
                Class::Joint => self.look(self.at + len).is_some_and(|(_, next)| next == Class::Inside),
                Class::Between | Class::Wide => false,
            };
            if !goes_on {
                break;
            }
            self.at += len;
        }
        let text = self.text.get(start..self.at)?;
        Some(Token { text, start })
    }
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
