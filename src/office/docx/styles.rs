//! Styles and lists of a Word file: what a paragraph is, from the name of its style and from the styles that it is based on.

use std::collections::BTreeMap;

use super::super::Unreadable;
use super::xml::{Item, holds, value, walk};
use crate::document::Bullet;

/// Longest chain of styles that are based on each other.
const CHAIN: usize = 16;

/// What a style makes of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    /// Nothing special.
    #[default]
    Plain,
    /// The title of the document.
    Title,
    /// A heading; from 1.
    Heading(u8),
    /// Code.
    Code,
    /// A quotation.
    Quote,
    /// A line of a table of contents: headings stand elsewhere.
    Contents,
}

/// The place in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbering {
    pub(super) list: Option<String>,
    pub(super) level: Option<usize>,
}

/// A style, with all that it takes over.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    base: Option<String>,
    role: Option<Role>,
    pub(super) numbering: Numbering,
    pub(super) strong: Option<bool>,
    pub(super) emphasis: Option<bool>,
    pub(super) hidden: Option<bool>,
}

impl Style {
    pub(super) fn role(&self) -> Role {
        self.role.unwrap_or_default()
    }

    fn above(self, lower: &Self) -> Self {
        Self {
            base: lower.base.clone(),
            role: self.role.or(lower.role),
            numbering: Numbering {
                list: self.numbering.list.or_else(|| lower.numbering.list.clone()),
                level: self.numbering.level.or(lower.numbering.level),
            },
            strong: self.strong.or(lower.strong),
            emphasis: self.emphasis.or(lower.emphasis),
            hidden: self.hidden.or(lower.hidden),
        }
    }
}

/// All styles, by the names that paragraphs use.
#[derive(Debug, Default)]
pub(super) struct Styles {
    known: BTreeMap<String, Style>,
    /// Of paragraphs that name none.
    usual: Style,
}

impl Styles {
    pub(super) fn read(text: &str) -> Result<Self, Unreadable> {
        let mut known: BTreeMap<String, Style> = BTreeMap::new();
        let (mut at, mut usual) = (None, None);
        walk(text, |item| {
            match item {
                Item::Open("style", tag) => {
                    let id = value(tag, "styleId").unwrap_or_default();
                    if value(tag, "type").as_deref() == Some("paragraph") && value(tag, "default").is_some() {
                        usual = Some(id.clone());
                    }
                    known.insert(id.clone(), Style::default());
                    at = Some(id);
                }
                Item::Close("style") => at = None,
                Item::Open(name, tag) => {
                    if let Some(style) = at.as_ref().and_then(|id| known.get_mut(id)) {
                        let said = || value(tag, "val");
                        match name {
                            "name" => style.role = said().and_then(|name| role(&name)),
                            "basedOn" => style.base = said(),
                            "outlineLvl" if style.role.is_none() => style.role = said().map(|level| outline(&level)),
                            "numId" => style.numbering.list = said(),
                            "ilvl" => style.numbering.level = said().and_then(|level| level.parse().ok()),
                            "b" => style.strong = Some(holds(tag)),
                            "i" => style.emphasis = Some(holds(tag)),
                            "vanish" => style.hidden = Some(holds(tag)),
                            _ => {}
                        }
                    }
                }
                Item::Close(_) | Item::Words(_) => {}
            }
            Ok(())
        })?;
        let whole = |id: &str| {
            let mut style = known.get(id).cloned().unwrap_or_default();
            for _ in 0..CHAIN {
                let Some(base) = style.base.as_ref().and_then(|base| known.get(base)) else { break };
                style = style.above(base);
            }
            style
        };
        let usual = usual.map(|id| whole(&id)).unwrap_or_default();
        Ok(Self { usual, known: known.keys().map(|id| (id.clone(), whole(id))).collect() })
    }

    /// The style that a paragraph names. Where the file does not describe it, its name speaks for it.
    pub(super) fn paragraph(&self, id: Option<&str>) -> Style {
        let Some(id) = id else { return self.usual.clone() };
        let named = || Style { role: role(id), ..Style::default() };
        self.known.get(id).cloned().unwrap_or_else(named)
    }

    /// The style that words name.
    pub(super) fn words(&self, id: &str) -> Style {
        self.paragraph(Some(id))
    }
}

/// What the name of a style says: the names of those that come with a program are English in the file, whatever its language.
fn role(name: &str) -> Option<Role> {
    let name: String = name.to_lowercase().split([' ', '-', '_']).collect();
    let level = |rest: &str| rest.parse().ok().filter(|level| (1..=9).contains(level));
    if let Some(level) = name.strip_prefix("heading").and_then(level) {
        return Some(Role::Heading(level));
    }
    if name.strip_prefix("toc").or_else(|| name.strip_prefix("contents")).and_then(level).is_some() {
        return Some(Role::Contents);
    }
    match name.as_str() {
        "title" => Some(Role::Title),
        "code" | "sourcecode" | "sourcetext" | "codeblock" | "preformattedtext" | "htmlpreformatted" | "htmlcode"
        | "macrotext" | "macro" | "verbatim" | "verbatimchar" | "plaintext" => Some(Role::Code),
        "quote" | "intensequote" | "blocktext" | "quotations" | "blockquotation" | "blockquote" => Some(Role::Quote),
        _ => None,
    }
}

/// The level of an outline as the file counts it: from 0, and 9 for what is no heading.
pub(super) fn outline(level: &str) -> Role {
    level.parse().ok().filter(|level| *level < 9).map_or(Role::Plain, |level: u8| Role::Heading(level + 1))
}

/// Lists by their numbers: the mark of each level.
#[derive(Debug, Default)]
pub(super) struct Lists {
    marks: BTreeMap<(String, usize), Option<Bullet>>,
    uses: BTreeMap<String, String>,
}

impl Lists {
    pub(super) fn read(text: &str) -> Result<Self, Unreadable> {
        let mut lists = Self::default();
        let (mut kind, mut level, mut list) = (None, 0, None);
        walk(text, |item| {
            match item {
                Item::Open("abstractNum", tag) => kind = value(tag, "abstractNumId"),
                Item::Open("lvl", tag) => level = value(tag, "ilvl").and_then(|level| level.parse().ok()).unwrap_or(0),
                Item::Open("numFmt", tag) => {
                    if let Some(kind) = &kind {
                        let mark = match value(tag, "val").as_deref() {
                            Some("none") => None,
                            Some("bullet") => Some(Bullet::Sign),
                            _ => Some(Bullet::Number),
                        };
                        lists.marks.insert((kind.clone(), level), mark);
                    }
                }
                Item::Close("abstractNum") => kind = None,
                Item::Open("num", tag) => list = value(tag, "numId"),
                Item::Open("abstractNumId", tag) => {
                    if let (Some(list), Some(kind)) = (&list, value(tag, "val")) {
                        lists.uses.insert(list.clone(), kind);
                    }
                }
                Item::Close("num") => list = None,
                _ => {}
            }
            Ok(())
        })?;
        Ok(lists)
    }

    /// Depth and mark of an item; none for what shows no mark.
    pub(super) fn item(&self, own: &Numbering, style: &Numbering) -> Option<(usize, Bullet)> {
        let list = own.list.as_ref().or(style.list.as_ref())?;
        let level = own.level.or(style.level).unwrap_or(0);
        // The list 0 takes an item out of the list of its style.
        if list == "0" {
            return None;
        }
        let kind = self.uses.get(list);
        let mark = kind.and_then(|kind| self.marks.get(&(kind.clone(), level))).copied();
        mark.unwrap_or(Some(Bullet::Sign)).map(|mark| (level, mark))
    }
}
