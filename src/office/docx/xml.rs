//! The XML of the parts of a Word file, as a stream of elements and words. Document types and entities of its own are refused, depth is
//! limited, and nothing outside the text is ever looked at.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;

use super::super::Unreadable;

/// Deepest element: text in tables in text boxes stays far below.
const DEEPEST: usize = 400;

/// What a visitor sees.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'a> {
    /// An element begins; its name without the prefix of the word processing namespace.
    Open(&'a str, &'a BytesStart<'a>),
    /// An element ends.
    Close(&'a str),
    /// Words.
    Words(&'a str),
}

/// Shows every element of `text` to `visit`, in order.
///
/// # Errors
/// Where the text is no well-formed XML, nests too deep, or declares something of its own; and what `visit` returns.
pub(super) fn walk(text: &str, mut visit: impl FnMut(Item<'_>) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
    let mut reader = Reader::from_str(text);
    let mut prefix = None;
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|error| Unreadable::damaged(&error))? {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(Unreadable::TooDeep);
                }
                let prefix = prefix.get_or_insert_with(|| own_prefix(&tag));
                visit(Item::Open(own(tag.name().0, prefix), &tag))?;
            }
            Event::Empty(tag) => {
                let prefix = prefix.get_or_insert_with(|| own_prefix(&tag));
                let name = tag.name().0;
                visit(Item::Open(own(name, prefix), &tag))?;
                visit(Item::Close(own(name, prefix)))?;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                visit(Item::Close(own(tag.name().0, prefix.as_deref().unwrap_or_default())))?;
            }
            Event::Text(words) => visit(Item::Words(&words.xml10_content()))?,
            Event::CData(words) => visit(Item::Words(&words.xml10_content()))?,
            Event::GeneralRef(name) => {
                let known = match &*name {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => name.resolve_char_ref().ok().flatten(),
                };
                visit(Item::Words(known.ok_or(Unreadable::Declares)?.encode_utf8(&mut [0; 4])))?;
            }
            Event::DocType(_) => return Err(Unreadable::Declares),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if depth == 0 => return Ok(()),
            Event::Eof => return Err(Unreadable::damaged("a part of it ends in the middle")),
        }
    }
}

/// The prefix of the word processing namespace, as the first element declares it, with its colon.
fn own_prefix(root: &BytesStart<'_>) -> String {
    let declares = |name: &str, value: &str| {
        let prefix = name.strip_prefix("xmlns:")?;
        (value.contains("/wordprocessingml/") && value.ends_with("/main")).then(|| format!("{prefix}:"))
    };
    let mut all = root.attributes();
    all.with_checks(false).flatten().find_map(|one| declares(one.key.0, &one.value)).unwrap_or_default()
}

fn own<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).unwrap_or(name)
}

/// The value of the attribute whose name without a prefix is `local`.
pub(super) fn value(tag: &BytesStart<'_>, local: &str) -> Option<String> {
    let mut all = tag.attributes();
    let is_it = |key: QName<'_>| key.local_name().as_ref() == local && !key.0.starts_with("xmlns");
    let found = all.with_checks(false).flatten().find(|one| is_it(one.key))?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// Whether a property holds: it does without a value, too.
pub(super) fn holds(tag: &BytesStart<'_>) -> bool {
    !matches!(value(tag, "val").as_deref(), Some("0" | "false" | "off" | "none"))
}
