//! Finds all phrases of a text in one pass. Knows nothing of what they mean.

use std::collections::{BTreeMap, HashMap};

use super::literals::Literals;
use super::phrase::{Chain, Link, Part, Phrase};

/// Bytes beyond which two words never belong to one phrase: keeps the search linear.
const FAR: usize = 160;

/// What a phrase stands for, as a number of the caller's.
type Meaning = usize;

/// A text with hyphens, typographic signs, case and white space folded, and the way back.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) text: String,
    /// Offset in the original for every byte of `text`, and one more for the end.
    at: Vec<usize>,
}

impl Folded {
    pub(super) fn original(&self, folded: usize) -> usize {
        self.at.get(folded).or(self.at.last()).copied().unwrap_or_default()
    }

    /// Folded offset of an original one.
    fn folded(&self, original: usize) -> usize {
        self.at.partition_point(|at| *at < original)
    }
}

/// What stands for a character; nothing for those that only mark up.
fn plain(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' => Some('\''),
        '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(' '),
        '*' | '`' | '\u{ad}' | '\u{200b}' => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}

/// Adds a character in lower case; a space only behind something else.
fn push(text: &mut String, plain: char) {
    if plain == ' ' && text.ends_with(' ') {
        return;
    }
    if plain.is_ascii() {
        text.push(plain.to_ascii_lowercase());
    } else {
        text.extend(plain.to_lowercase());
    }
}

pub(super) fn fold(text: &str) -> Folded {
    let mut out = Folded { text: String::with_capacity(text.len()), at: Vec::with_capacity(text.len() + 1) };
    for (at, c) in text.char_indices() {
        let Some(plain) = plain(c) else { continue };
        let before = out.text.len();
        push(&mut out.text, plain);
        out.at.extend(std::iter::repeat_n(at, out.text.len() - before));
    }
    out.at.push(text.len());
    out
}

/// A text folded as [`fold`] does it, without the way back and the space around it.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for plain in text.trim().chars().filter_map(plain) {
        push(&mut out, plain);
    }
    if out.starts_with(' ') || out.ends_with(' ') { out.trim().to_owned() } else { out }
}

/// A use of a literal.
#[derive(Debug, Clone, Copy)]
enum Use {
    /// It is a whole phrase.
    Whole(Meaning),
    /// It is link n of chain m of a pattern.
    Link { pattern: usize, chain: usize, link: usize },
}

#[derive(Debug, Clone)]
struct Pattern {
    phrase: Phrase,
    meaning: Meaning,
    /// It refers to vocabularies, which must be found first.
    second: bool,
}

/// All phrases, compiled.
#[derive(Debug, Clone, Default)]
pub(super) struct Scanner {
    literals: Literals,
    /// Uses of each literal, with whether any ending may follow.
    uses: Vec<Vec<(bool, Use)>>,
    patterns: Vec<Pattern>,
    /// Meaning → links of patterns that refer to it.
    named: BTreeMap<Meaning, Vec<(usize, usize, usize)>>,
}

/// A find: meaning, start and end in the original text.
pub(super) type Find = (Meaning, usize, usize);
/// Start and end in the folded text, of one link of a pattern.
type Place = (usize, usize);
/// Places of every link of every chain.
type Places = Vec<Vec<Vec<Place>>>;

/// Collects phrases.
#[derive(Debug, Default)]
pub(super) struct Builder {
    literals: HashMap<String, usize>,
    scanner: Scanner,
}

impl Builder {
    /// Adds a phrase. `resolve` gives the meanings that a name in the phrase stands for; an unknown name is an error.
    pub(super) fn add(
        &mut self,
        mut phrase: Phrase,
        meaning: Meaning,
        resolve: &dyn Fn(&str) -> Vec<Meaning>,
    ) -> Result<(), String> {
        if let [Chain { links }] = phrase.chains.as_mut_slice()
            && let [Link { part: Part::Words { text, open }, .. }] = links.as_mut_slice()
        {
            self.literal(std::mem::take(text), *open, Use::Whole(meaning));
            return Ok(());
        }
        let pattern = self.scanner.patterns.len();
        let mut second = false;
        for (chain_at, chain) in phrase.chains.iter().enumerate() {
            for (link_at, link) in chain.links.iter().enumerate() {
                match &link.part {
                    Part::Words { text, open } => {
                        self.literal(text.clone(), *open, Use::Link { pattern, chain: chain_at, link: link_at });
                    }
                    Part::Name(name) => {
                        second = true;
                        let meanings = resolve(name);
                        if meanings.is_empty() {
                            return Err(format!("`@{name}` is no vocabulary and no signal"));
                        }
                        for meaning in meanings {
                            self.scanner.named.entry(meaning).or_default().push((pattern, chain_at, link_at));
                        }
                    }
                }
            }
        }
        self.scanner.patterns.push(Pattern { phrase, meaning, second });
        Ok(())
    }

    fn literal(&mut self, text: String, open: bool, used: Use) {
        let next = self.literals.len();
        let id = *self.literals.entry(text).or_insert(next);
        if id == next {
            self.scanner.uses.push(Vec::new());
        }
        if let Some(uses) = self.scanner.uses.get_mut(id) {
            uses.push((open, used));
        }
    }

    pub(super) fn build(self) -> Scanner {
        let Self { literals, mut scanner } = self;
        scanner.literals = Literals::new(literals);
        scanner
    }
}

impl Scanner {
    /// Every phrase in `text`; `pieces` are its sentences (start, end), which no pattern crosses.
    pub(super) fn scan(&self, text: &str, pieces: &[(usize, usize)]) -> Vec<Find> {
        let folded = fold(text);
        let bytes = folded.text.as_bytes();
        let mut finds: Vec<(Meaning, usize, usize)> = Vec::new();
        let mut touched: BTreeMap<usize, Places> = BTreeMap::new();
        for at in (0..bytes.len()).filter(|at| starts_word(bytes, *at)) {
            for (literal, end) in self.literals.at(bytes, at) {
                let start = at;
                let closed = ends_word(bytes, end);
                let long = word_end(bytes, end);
                for (open, used) in self.uses.get(literal).into_iter().flatten() {
                    if !open && !closed {
                        continue;
                    }
                    let end = if *open { long } else { end };
                    match *used {
                        Use::Whole(meaning) => finds.push((meaning, start, end)),
                        Use::Link { pattern, chain, link } => {
                            self.touch(&mut touched, pattern, chain, link, (start, end));
                        }
                    }
                }
            }
        }
        let pieces: Vec<Place> = pieces.iter().map(|(s, e)| (folded.folded(*s), folded.folded(*e))).collect();
        // Patterns of plain words first; what they find may be part of the patterns that refer to vocabularies.
        for (id, places) in &mut touched {
            if let Some(pattern) = self.patterns.get(*id).filter(|pattern| !pattern.second) {
                places.iter_mut().flatten().for_each(|list| list.sort_unstable());
                finds.extend(resolve(pattern, places, &pieces, &folded.text));
            }
        }
        if !self.named.is_empty() {
            for (meaning, start, end) in &finds {
                for (pattern, chain, link) in self.named.get(meaning).into_iter().flatten() {
                    self.touch(&mut touched, *pattern, *chain, *link, (*start, *end));
                }
            }
            for (id, places) in &mut touched {
                if let Some(pattern) = self.patterns.get(*id).filter(|pattern| pattern.second) {
                    places.iter_mut().flatten().for_each(|list| list.sort_unstable());
                    finds.extend(resolve(pattern, places, &pieces, &folded.text));
                }
            }
        }
        let mut out: Vec<Find> =
            finds.iter().map(|(m, start, end)| (*m, folded.original(*start), folded.original(*end))).collect();
        out.sort_unstable_by_key(|(meaning, start, end)| (*start, *end, *meaning));
        out.dedup();
        out
    }

    fn touch(&self, touched: &mut BTreeMap<usize, Places>, pattern: usize, chain: usize, link: usize, place: Place) {
        let Some(shape) = self.patterns.get(pattern) else { return };
        let places = touched
            .entry(pattern)
            .or_insert_with(|| shape.phrase.chains.iter().map(|chain| vec![Vec::new(); chain.links.len()]).collect());
        if let Some(list) = places.get_mut(chain).and_then(|links| links.get_mut(link)) {
            list.push(place);
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// A phrase that begins with a sign ("→") needs no boundary.
fn starts_word(bytes: &[u8], start: usize) -> bool {
    let first = bytes.get(start).copied().unwrap_or_default();
    !is_word(first) || start.checked_sub(1).and_then(|at| bytes.get(at)).is_none_or(|byte| !is_word(*byte))
}

fn ends_word(bytes: &[u8], end: usize) -> bool {
    let last = end.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or_default();
    !is_word(last) || bytes.get(end).is_none_or(|byte| !is_word(*byte))
}

fn word_end(bytes: &[u8], end: usize) -> usize {
    end + bytes.iter().skip(end).take_while(|byte| is_word(**byte)).count()
}

/// The first match of `pattern` in each piece.
fn resolve(pattern: &Pattern, places: &Places, pieces: &[Place], text: &str) -> Vec<Find> {
    if places.iter().flatten().any(Vec::is_empty) {
        return Vec::new();
    }
    let mut finds = Vec::new();
    let mut last = None;
    let firsts = places.first().and_then(|chain| chain.first());
    for (start, _) in firsts.into_iter().flatten() {
        let at = pieces.partition_point(|(from, _)| from <= start).checked_sub(1);
        if at.is_none() || at == last {
            continue;
        }
        last = at;
        let Some((from, to)) = at.and_then(|at| pieces.get(at)) else { continue };
        let mut taken: Vec<Place> = Vec::new();
        let all = pattern.phrase.chains.iter().zip(places).all(|(chain, lists)| {
            match chain_match(chain, lists, (*from, *to), &taken, text) {
                Some(place) => {
                    taken.push(place);
                    true
                }
                None => false,
            }
        });
        if all
            && let Some(start) = taken.iter().map(|(start, _)| *start).min()
            && let Some(end) = taken.iter().map(|(_, end)| *end).max()
        {
            finds.push((pattern.meaning, start, end));
        }
    }
    finds
}

/// The first place in the piece where the links follow each other, clear of what other chains have taken.
fn chain_match(chain: &Chain, lists: &[Vec<Place>], (from, to): Place, taken: &[Place], text: &str) -> Option<Place> {
    let first = lists.first()?;
    let begin = first.partition_point(|(start, _)| *start < from);
    'places: for (start, mut end) in first.iter().skip(begin).copied() {
        if end > to {
            break;
        }
        for (link, list) in chain.links.iter().zip(lists).skip(1) {
            let at = list.partition_point(|(start, _)| *start < end);
            let next = list
                .iter()
                .skip(at)
                .take_while(|(next, _)| next - end <= FAR)
                .find(|(next, next_end)| *next_end <= to && words(text, end, *next) <= link.gap);
            let Some((_, next_end)) = next else { continue 'places };
            end = *next_end;
        }
        if taken.iter().all(|(s, e)| end <= *s || *e <= start) {
            return Some((start, end));
        }
    }
    None
}

fn words(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).map_or(usize::MAX, |between| {
        between.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
    })
}
