//! The character set that a page of HTML says it is written in. Decodes nothing.

use html5gum::{Token, Tokenizer};

/// The character set in `<meta charset>` or `<meta http-equiv="content-type">`; `begin` is the beginning of a page, of which nothing but
/// ASCII has to be right.
#[must_use]
pub fn charset(begin: &str) -> Option<String> {
    for token in Tokenizer::new(begin) {
        let Ok(token) = token;
        let Token::StartTag(tag) = token else { continue };
        let value = |key: &[u8]| tag.attributes.get(key).map(|value| String::from_utf8_lossy(value).into_owned());
        match tag.name.as_slice() {
            b"meta" => {
                let said = value(b"content").filter(|_| {
                    value(b"http-equiv").is_some_and(|what| what.trim().eq_ignore_ascii_case("content-type"))
                });
                if let Some(found) = value(b"charset").or_else(|| said.as_deref().and_then(within)) {
                    return Some(found.trim().to_owned());
                }
            }
            b"body" => return None,
            _ => {}
        }
    }
    None
}

/// The character set in `text/html; charset=…`.
fn within(said: &str) -> Option<String> {
    let at = said.to_ascii_lowercase().find("charset")?;
    let rest = said.get(at + "charset".len()..)?.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.trim_start_matches(['"', '\'']);
    rest.split(|c: char| c.is_whitespace() || matches!(c, ';' | '"' | '\'')).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_it_is_written() {
        for (head, expected) in [
            ("<meta charset=windows-1252>", Some("windows-1252")),
            (
                "<meta name=x><META HTTP-EQUIV='Content-Type' content='text/html; charset=ISO-8859-1'>",
                Some("ISO-8859-1"),
            ),
            ("<meta http-equiv=refresh content='0; charset=x'>", None),
            ("<meta name=description content='charset=x'>", None),
            ("<!-- <meta charset=a> --><body><meta charset=b>", None),
        ] {
            assert_eq!(charset(&format!("<html><head>{head}")).as_deref(), expected, "{head}");
        }
    }
}
