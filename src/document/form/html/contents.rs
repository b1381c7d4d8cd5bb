//! Which part of a page of HTML holds what it is about. Reads no words, only how many there are.

use html5gum::Token;

use super::{ASIDE, PROGRAMS, name_of, tokens};
use crate::document::unseen::is_void;

/// Parts that may be the main one, the surest first.
const MAIN: [&str; 2] = ["main", "article"];

/// What a first look at a page tells.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The element that holds the main part.
    pub(super) within: Option<&'static str>,
    /// It has a title among its headings.
    pub(super) is_titled: bool,
}

/// One kind of element that may hold the main part.
#[derive(Debug, Default)]
struct Part {
    count: usize,
    open: usize,
    /// Bytes of words in it.
    size: usize,
}

impl Contents {
    pub(super) fn of(text: &str) -> Self {
        let mut parts: [Part; 2] = Default::default();
        let (mut aside, mut whole, mut is_titled) = (0_usize, 0_usize, false);
        let is_aside = |name: &str| (ASIDE.contains(&name) || PROGRAMS.contains(&name)) && !is_void(name);
        for token in tokens(text) {
            match token {
                Token::StartTag(tag) => {
                    let name = name_of(&tag.name);
                    is_titled |= name == "h1";
                    aside += usize::from(is_aside(&name) && !tag.self_closing);
                    for (part, _) in parts.iter_mut().zip(MAIN).filter(|(_, own)| *own == name) {
                        part.count += 1;
                        part.open += 1;
                    }
                }
                Token::EndTag(tag) => {
                    let name = name_of(&tag.name);
                    aside = aside.saturating_sub(usize::from(is_aside(&name)));
                    for (part, _) in parts.iter_mut().zip(MAIN).filter(|(_, own)| *own == name) {
                        part.open = part.open.saturating_sub(1);
                    }
                }
                Token::String(words) if aside == 0 => {
                    let size = words.value.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
                    whole += size;
                    for part in parts.iter_mut().filter(|part| part.open > 0) {
                        part.size += size;
                    }
                }
                _ => {}
            }
        }
        let [main, article] = &parts;
        // A page has one main part and says so. An article may be a note beside it, unless it holds most of the words.
        let within = if main.count == 1 && main.size > 0 {
            Some("main")
        } else if article.count == 1 && 2 * article.size > whole {
            Some("article")
        } else {
            None
        };
        Self { within, is_titled }
    }
}
