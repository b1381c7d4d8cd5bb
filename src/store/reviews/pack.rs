//! Text as it lies in a column: compressed, in letters that every database takes. Never unpacks more than a bound.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Most bytes that are unpacked: all forms of one report are far smaller.
const MOST: u64 = 128 << 20;

/// Packs bytes.
#[must_use]
pub fn pack(bytes: &[u8]) -> String {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = packed.write_all(bytes);
    STANDARD.encode(packed.finish().unwrap_or_default())
}

/// What [`pack`] packed; none for anything else.
#[must_use]
pub fn unpack(text: &str) -> Option<Vec<u8>> {
    let packed = STANDARD.decode(text).ok()?;
    let mut bytes = Vec::new();
    let read = GzDecoder::new(packed.as_slice()).take(MOST).read_to_end(&mut bytes).ok()?;
    (u64::try_from(read).ok()? < MOST).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_nothing_else_is() {
        for text in ["", "a specification", &"recall 0.9 ".repeat(10_000)] {
            assert_eq!(unpack(&pack(text.as_bytes())).as_deref(), Some(text.as_bytes()));
        }
        assert!(pack("recall 0.9 ".repeat(10_000).as_bytes()).len() < 4_000);
        for broken in ["", "!", "aGVsbG8=", pack(b"a specification").get(..12).unwrap()] {
            assert_eq!(unpack(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = pack(&vec![0; usize::try_from(MOST).unwrap() + 1]);
        assert_eq!(unpack(&bomb), None);
    }
}
