//! A set of pairs of bytes that is small and quick to ask, by five bits of each byte: letters are the same in either case. Says
//! "no" only where a pair is not in it.

/// One bit for every pair.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs {
    rows: [u32; 32],
}

impl Pairs {
    /// All pairs of neighbouring bytes of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut pairs = Self::default();
        for pair in text.as_bytes().windows(2) {
            if let [first, second] = pair {
                pairs.add(*first, *second);
            }
        }
        pairs
    }

    pub(super) fn add(&mut self, first: u8, second: u8) {
        self.set(first, bit(second));
    }

    /// Adds every pair that begins with `first`.
    pub(super) fn add_all_after(&mut self, first: u8) {
        self.set(first, u32::MAX);
    }

    /// False only for a pair that was not added.
    pub(crate) fn has(&self, first: u8, second: u8) -> bool {
        self.rows.get(usize::from(first & 31)).is_some_and(|row| row & bit(second) != 0)
    }

    fn set(&mut self, first: u8, bits: u32) {
        if let Some(row) = self.rows.get_mut(usize::from(first & 31)) {
            *row |= bits;
        }
    }
}

fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_there_in_either_case() {
        let mut pairs = Pairs::of("aXé");
        for pair in "aXé".as_bytes().windows(2).chain([&b"Ax"[..], b"ax"]) {
            assert!(pairs.has(pair[0], pair[1]), "{pair:?}");
        }
        assert!(!pairs.has(b'x', b'a') && !pairs.has(b'a', b'b'));
        pairs.add_all_after(b'q');
        assert!((0..=255).all(|second| pairs.has(b'Q', second)) && !pairs.has(b'r', b'a'));
    }
}
