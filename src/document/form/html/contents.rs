//! Which part of a page of HTML holds what it is about. Reads no words, only how many there are.

use std::collections::BTreeMap;

use html5gum::{StartTag, Token};

use super::{ASIDE, PROGRAMS, is_empty, name_of, tokens};

/// What an element is to the page it stands in, by its name or by the role that its author gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The main part.
    Main,
    /// A text of its own.
    Article,
    /// What stands beside the content: ways to other pages, notes on the site.
    Aside,
}

impl Part {
    /// The part that an element is; none for most.
    pub(super) fn of(name: &str, tag: &StartTag<usize>) -> Option<Self> {
        let role = tag
            .attributes
            .get(b"role".as_slice())
            .map(|role| String::from_utf8_lossy(&role.value).to_ascii_lowercase());
        match role.as_deref().unwrap_or_default().split_ascii_whitespace().next().unwrap_or_default() {
            "main" => return Some(Self::Main),
            "article" => return Some(Self::Article),
            "navigation" | "complementary" | "contentinfo" | "search" | "banner" | "menu" | "menubar" | "toolbar"
            | "dialog" | "alertdialog" => return Some(Self::Aside),
            _ => {}
        }
        match name {
            "main" => Some(Self::Main),
            "article" => Some(Self::Article),
            name if ASIDE.contains(&name) => Some(Self::Aside),
            name if is_banner(name, tag) => Some(Self::Aside),
            _ => None,
        }
    }
}

/// A box that asks for consent to cookies. What a text says of cookies has a heading, and no such box around it.
fn is_banner(name: &str, tag: &StartTag<usize>) -> bool {
    const ABOUT: &[&str] =
        &["cookie", "cookies", "cookiebar", "cookiebanner", "cookieconsent", "consent", "gdpr", "ccpa"];
    const BOX: &[&str] = &[
        "banner",
        "bar",
        "notice",
        "popup",
        "pop",
        "modal",
        "overlay",
        "toast",
        "prompt",
        "wall",
        "dialog",
        "alert",
        "message",
        "consent",
        "cookiebar",
        "cookiebanner",
        "cookieconsent",
    ];
    // Classes of the whole page that say that there is one.
    const STATE: &[&str] = &["has", "with", "no", "open", "shown", "accepted", "page"];
    if !matches!(name, "div" | "section" | "form" | "p" | "ul" | "span") {
        return false;
    }
    // Titles of a text become names of its parts.
    let value = |key: &[u8]| {
        tag.attributes
            .get(key)
            .map(|value| String::from_utf8_lossy(&value.value).to_ascii_lowercase())
            .unwrap_or_default()
    };
    let (class, label) = (value(b"class"), value(b"aria-label"));
    let id = if name == "div" { value(b"id") } else { String::new() };
    let mut said = class.split_whitespace().chain([id.as_str(), label.as_str()]);
    said.any(|name| {
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
        let about = words.iter().filter(|word| ABOUT.contains(word)).count();
        let is_box =
            words.iter().any(|word| BOX.contains(word) && (about > 1 || !ABOUT.contains(word) || word.len() > 8));
        about > 0 && is_box && !has(STATE)
    })
}

/// What a first look at a page tells.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Which part holds what the page is about.
    pub(super) within: Option<Part>,
    /// It has a title among the headings that are read.
    pub(super) is_titled: bool,
}

/// One kind of element that may hold the main part.
#[derive(Debug, Default)]
struct Size {
    count: usize,
    open: usize,
    /// Bytes of words in it.
    bytes: usize,
    is_titled: bool,
}

/// A first look under way.
#[derive(Debug, Default)]
struct Look {
    /// Elements that are open, with what they are; how many there are of each name.
    open: Vec<(String, Option<Part>, bool)>,
    names: BTreeMap<String, usize>,
    main: Size,
    article: Size,
    /// All that stands in no part beside the content.
    whole: Size,
    aside: usize,
}

impl Look {
    fn sizes(&mut self, part: Option<Part>) -> Option<&mut Size> {
        match part? {
            Part::Main => Some(&mut self.main),
            Part::Article => Some(&mut self.article),
            Part::Aside => None,
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let name = name_of(&tag.name);
        if name == "h1" {
            self.main.is_titled |= self.main.open > 0;
            self.article.is_titled |= self.article.open > 0;
            self.whole.is_titled |= self.aside == 0;
        }
        if is_empty(&name, tag) {
            return;
        }
        let part = Part::of(&name, tag);
        if let Some(size) = self.sizes(part) {
            size.count += 1;
            size.open += 1;
        }
        let is_aside = part == Some(Part::Aside) || PROGRAMS.contains(&name.as_str());
        self.aside += usize::from(is_aside);
        *self.names.entry(name.clone()).or_default() += 1;
        self.open.push((name, part, is_aside));
    }

    fn end(&mut self, name: &str) {
        if self.names.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some((own, part, is_aside)) = self.open.pop() {
            if let Some(size) = self.sizes(part) {
                size.open = size.open.saturating_sub(1);
            }
            self.aside -= usize::from(is_aside);
            if let Some(count) = self.names.get_mut(&own) {
                *count = count.saturating_sub(1);
            }
            if own == name {
                break;
            }
        }
    }

    fn words(&mut self, words: &[u8]) {
        let bytes = words.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        self.whole.bytes += bytes;
        for part in [&mut self.main, &mut self.article].into_iter().filter(|part| part.open > 0) {
            part.bytes += bytes;
        }
    }
}

impl Contents {
    pub(super) fn of(text: &str) -> Self {
        let mut look = Look::default();
        for token in tokens(text) {
            match token {
                Token::StartTag(tag) => look.start(&tag),
                Token::EndTag(tag) => look.end(&name_of(&tag.name)),
                Token::String(words) if look.aside == 0 => look.words(&words.value),
                _ => {}
            }
        }
        let Look { main, article, whole, .. } = look;
        // A page has one main part and says so. An article may be a note beside it, unless it holds most of the words.
        if main.count == 1 && main.bytes > 0 {
            Self { within: Some(Part::Main), is_titled: main.is_titled }
        } else if article.count == 1 && 2 * article.bytes > whole.bytes {
            Self { within: Some(Part::Article), is_titled: article.is_titled }
        } else {
            Self { within: None, is_titled: whole.is_titled }
        }
    }
}
