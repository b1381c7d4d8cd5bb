//! Word files as manuscripts: headings by their styles, lists, tables, footnotes; what is deleted or hides is told apart. Reads bytes,
//! starts nothing.

mod body;
mod link;
mod parts;
mod styles;
mod table;
mod xml;

use std::collections::BTreeMap;

use self::body::{Body, Surroundings};
use self::parts::{Parts, Relation};
use self::styles::{Lists, Styles};
use self::xml::walk;
use super::Unreadable;
use crate::text::Spot;

/// Reads a Word file.
///
/// # Errors
/// Where the bytes are none, or more than is read of one.
pub(super) fn read(bytes: &[u8]) -> Result<String, Unreadable> {
    let mut parts = Parts::open(bytes)?;
    let main = parts.relations("")?.into_values().find(|one| one.kind == "officeDocument");
    let main = main.map(|one| one.target).ok_or(Unreadable::NoWord)?;
    let Some(text) = parts.text(&main)? else { return Err(Unreadable::damaged("it has no text part")) };
    let relations = parts.relations(&main)?;
    let mut part = |kind: &str| {
        let path = relations.values().find(|one| one.kind == kind).map(|one| one.target.as_str());
        path.map_or(Ok(None), |path| Ok(parts.text(path)?.map(|text| (path.to_owned(), text))))
    };
    let styles = part("styles")?.map(|(_, text)| Styles::read(&text)).transpose()?.unwrap_or_default();
    let lists = part("numbering")?.map(|(_, text)| Lists::read(&text)).transpose()?.unwrap_or_default();
    let notes = [part("footnotes")?, part("endnotes")?];
    let links = links(&relations);
    let mut body = Body::new(Surroundings { styles: &styles, lists: &lists, links: &links });
    walk(&text, |item| body.take(item))?;
    if !body.is_document() {
        return Err(Unreadable::NoWord);
    }
    let (mut script, referred) = body.finish();
    let mut known = BTreeMap::new();
    for (path, text) in notes.into_iter().flatten() {
        let links = self::links(&parts.relations(&path)?);
        let mut body = Body::new(Surroundings { styles: &styles, lists: &lists, links: &links });
        walk(&text, |item| body.take(item))?;
        known.extend(body.notes());
    }
    for (number, label) in (1..).zip(&referred) {
        if let Some(phrase) = known.get(label) {
            script.note(Spot::Note(number), label, phrase);
        }
    }
    script.finish().ok_or(Unreadable::Empty)
}

fn links(relations: &BTreeMap<String, Relation>) -> BTreeMap<String, String> {
    let links = relations.iter().filter(|(_, one)| one.kind == "hyperlink");
    links.map(|(id, one)| (id.clone(), one.target.clone())).collect()
}

#[cfg(test)]
mod tests;
