//! What servers send as text in another character set than UTF-8, as UTF-8. Knows no platform.

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

use crate::document::charset;
use crate::net::client::Answer;
use crate::office;

/// Bytes in which a page says how it is written.
const HEAD: usize = 4096;

/// The bytes of an answer, in UTF-8 where it is text and says how it is written: nobody who reads a page of the web can save it again. The
/// bytes as they are where that is not known, and where they are UTF-8 whatever is said of them.
pub(super) fn utf8(answer: &Answer) -> Cow<'_, [u8]> {
    let bytes = answer.bytes.as_slice();
    let is_page = matches!(answer.kind.as_str(), "text/html" | "application/xhtml+xml");
    if !(is_page || answer.kind.starts_with("text/")) || office::known(bytes).is_some() {
        return Cow::Borrowed(bytes);
    }
    let Some((encoding, from)) = encoding(answer, is_page) else { return Cow::Borrowed(bytes) };
    let is_utf8 = encoding.is_ascii_compatible() && std::str::from_utf8(bytes).is_ok();
    // A browser shows a page with a wrong byte; of a file it is said where that stands.
    if is_utf8 || (encoding == UTF_8 && !is_page) {
        return Cow::Borrowed(bytes);
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes.get(from..).unwrap_or_default());
    Cow::Owned(text.into_owned().into_bytes())
}

/// The encoding, and where the text begins: what the text begins with says most, then what the server says, then what the page says.
fn encoding(answer: &Answer, is_page: bool) -> Option<(&'static Encoding, usize)> {
    if let Some(found) = Encoding::for_bom(&answer.bytes) {
        return Some(found);
    }
    let named = |label: &str| {
        Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT && *encoding != X_USER_DEFINED)
    };
    let by_server = answer.charset.as_deref().and_then(named);
    let by_page = || {
        let head = answer.bytes.get(..HEAD).unwrap_or(&answer.bytes);
        let said = named(&charset(&String::from_utf8_lossy(head)).filter(|_| is_page)?)?;
        // Who can read that in ASCII reads no UTF-16.
        Some(if said == UTF_16LE || said == UTF_16BE { UTF_8 } else { said })
    };
    Some((by_server.or_else(by_page)?, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(kind: &str, charset: Option<&str>, bytes: &[u8]) -> Answer {
        let (kind, charset, address) = (kind.to_owned(), charset.map(str::to_owned), "https://example.org".to_owned());
        Answer { bytes: bytes.to_owned(), kind, charset, address }
    }

    #[test]
    fn a_text_is_read_in_the_character_set_that_it_says() {
        let page = "text/html";
        for (kind, said, bytes, expected) in [
            (page, Some("iso-8859-1"), &b"<p>\xa3 caf\xe9"[..], "<p>\u{a3} caf\u{e9}"),
            (page, Some("Windows-1252"), b"\x80 5", "\u{20ac} 5"),
            (page, Some("shift_jis"), b"\x8d\x87", "\u{5408}"),
            (page, None, b"<meta charset=latin1>\xe9", "<meta charset=latin1>\u{e9}"),
            (page, None, b"\xff\xfea\0\xe9\0", "a\u{e9}"),
            (page, Some("utf-8"), b"\xfe\xff\0a", "a"),
            (page, Some("utf-8"), b"a\xffb", "a\u{fffd}b"),
            ("text/plain", Some("latin1"), b"caf\xe9", "caf\u{e9}"),
            // It is UTF-8 whatever its server says, but for what ASCII stands for there.
            (page, Some("latin1"), "caf\u{e9}".as_bytes(), "caf\u{e9}"),
            (page, Some("iso-2022-jp"), b"\x1b$B9g\x1b(B", "\u{5408}"),
        ] {
            assert_eq!(String::from_utf8_lossy(&utf8(&answer(kind, said, bytes))), expected, "{said:?} {bytes:?}");
        }
        for (kind, said) in [
            (page, None),
            (page, Some("klingon")),
            (page, Some("x-user-defined")),
            ("text/plain", None),
            ("text/plain", Some("utf-8")),
            ("application/octet-stream", Some("latin1")),
        ] {
            assert_eq!(utf8(&answer(kind, said, b"caf\xe9")), &b"caf\xe9"[..], "{kind} {said:?}");
        }
        assert_eq!(utf8(&answer(page, Some("latin1"), b"%PDF-1.7 \xe9")), &b"%PDF-1.7 \xe9"[..]);
    }
}
