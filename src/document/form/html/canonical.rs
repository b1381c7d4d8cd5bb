//! The address that a page of HTML says it has. Believes nothing: who uses it checks whether it may be so.

use html5gum::{Token, Tokenizer};

/// The address in `<link rel="canonical">`, else in `<meta property="og:url">`; both stand before the body. Cost is linear in the
/// length of what stands there.
#[must_use]
pub fn canonical(text: &str) -> Option<String> {
    let mut other = None;
    for token in Tokenizer::new(text) {
        let Ok(token) = token;
        let Token::StartTag(tag) = token else { continue };
        let value = |key: &[u8]| tag.attributes.get(key).map(|value| String::from_utf8_lossy(value).into_owned());
        let is = |key: &[u8], wanted: &str| value(key).is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted));
        match tag.name.as_slice() {
            b"link" if is(b"rel", "canonical") => return value(b"href").filter(|href| !href.trim().is_empty()),
            b"meta" if is(b"property", "og:url") => other = other.or_else(|| value(b"content")),
            b"body" => break,
            _ => {}
        }
    }
    other.filter(|address| !address.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_it_is() {
        for (head, expected) in [
            ("<link rel=canonical href='/a?b&amp;c'>", Some("/a?b&c")),
            ("<meta property=og:url content=/m><link rel='Canonical' href=/l>", Some("/l")),
            ("<meta property=og:url content=/m>", Some("/m")),
            ("<link rel=stylesheet href=/l>", None),
            ("<link rel=canonical href=''>", None),
            ("<!-- <link rel=canonical href=/c> --><body><link rel=canonical href=/late>", None),
        ] {
            let page = format!("<!doctype html><html><head>{head}<title>x</title></head><body><p>x");
            assert_eq!(canonical(&page).as_deref(), expected, "{head}");
        }
    }
}
