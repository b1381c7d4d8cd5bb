//! Literal phrases, found by the bytes they begin with. Knows no word boundary and no meaning.

use std::collections::HashMap;

/// Bytes that choose the candidates.
const KEY: usize = 4;
/// Bits of a key's hash that choose its bucket.
const BITS: u32 = 14;

/// All literals.
#[derive(Debug, Clone, Default)]
pub(super) struct Literals {
    /// In order of their bucket.
    list: Vec<Literal>,
    /// Where each bucket begins, and one more for the end.
    buckets: Vec<u32>,
    /// Those that are shorter than a key, in order of their first byte.
    short: Vec<Literal>,
    /// Where the short ones of each first byte begin, and one more for the end.
    opens: Vec<u32>,
}

/// A literal.
#[derive(Debug, Clone)]
struct Literal {
    /// Its first bytes as a number, and which of them it has: most others are told apart by one comparison.
    head: u64,
    mask: u64,
    bytes: Box<[u8]>,
    number: usize,
}

impl Literals {
    /// From texts with their numbers. An empty text is never found.
    pub(super) fn new(literals: HashMap<String, usize>) -> Self {
        let mut new = Self::default();
        for (text, number) in literals.into_iter().filter(|(text, _)| !text.is_empty()) {
            let bytes: Box<[u8]> = text.into_bytes().into();
            let mask = u64::MAX >> (8 * 8_usize.saturating_sub(bytes.len()));
            let list = if key(&bytes).is_some() { &mut new.list } else { &mut new.short };
            list.push(Literal { head: head(&bytes), mask, bytes, number });
        }
        new.short.sort_by_key(|literal| literal.head & 0xff);
        for byte in 0..=256 {
            let before = new.short.partition_point(|literal| literal.head & 0xff < byte);
            new.opens.push(u32::try_from(before).unwrap_or(u32::MAX));
        }
        new.list.sort_by_key(|literal| key(&literal.bytes).map_or(0, bucket));
        let mut first = 0;
        for at in 0..=1_usize << BITS {
            let rest = new.list.get(first..).unwrap_or_default();
            first += rest.iter().take_while(|literal| key(&literal.bytes).map_or(0, bucket) < at).count();
            new.buckets.push(u32::try_from(first).unwrap_or(u32::MAX));
        }
        new
    }

    /// Number and end of every literal that stands at a place of `text`.
    pub(super) fn at<'a>(&'a self, text: &'a [u8], at: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        let rest = text.get(at..).unwrap_or_default();
        let here = head(rest);
        let long = key(rest).map_or(&[][..], |key| part(&self.list, &self.buckets, bucket(key)));
        let long = long.iter().filter(move |literal| {
            here & literal.mask == literal.head && (literal.bytes.len() <= 8 || rest.starts_with(&literal.bytes))
        });
        let short = rest.first().map_or(&[][..], |first| part(&self.short, &self.opens, usize::from(*first)));
        let short = short.iter().filter(move |literal| here & literal.mask == literal.head);
        long.chain(short)
            .map(move |literal| (literal.number, at + literal.bytes.len()))
            .filter(move |(_, end)| *end <= text.len())
    }
}

/// Those between two of the places where parts of a list begin.
fn part<'a>(list: &'a [Literal], begins: &[u32], number: usize) -> &'a [Literal] {
    let place = |at: usize| begins.get(at).map_or(0, |first| *first as usize);
    list.get(place(number)..place(number + 1)).unwrap_or_default()
}

fn key(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<KEY>().map(|bytes| u32::from_le_bytes(*bytes))
}

/// The first eight bytes, with zeros behind a shorter text.
fn head(bytes: &[u8]) -> u64 {
    if let Some(bytes) = bytes.first_chunk::<8>() {
        return u64::from_le_bytes(*bytes);
    }
    bytes.iter().rev().fold(0, |head, byte| (head << 8) | u64::from(*byte))
}

fn bucket(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_that_begins_at_a_place_is_found() {
        let texts = ["a", "abc", "abcd", "abcd e", "→ x", "b"];
        let literals = Literals::new(texts.iter().enumerate().map(|(n, text)| ((*text).to_owned(), n)).collect());
        let check = |text: &str, at: usize, expected: &[(usize, usize)]| {
            let mut found: Vec<(usize, usize)> = literals.at(text.as_bytes(), at).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
        };
        check("abcd e", 0, &[(0, 1), (1, 3), (2, 4), (3, 6)]);
        check("abc", 0, &[(0, 1), (1, 3)]);
        check("xb", 1, &[(5, 2)]);
        check("→ x", 0, &[(4, 5)]);
        check("", 0, &[]);
        check("c", 4, &[]);
    }
}
