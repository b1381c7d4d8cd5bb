//! Where words of a Word file lead: by an element around them, or by a field, whose instruction stands before its words.

use std::collections::BTreeMap;

/// Most fields and links that are open at once.
const MOST: usize = 64;

#[derive(Debug, Default)]
struct Field {
    instruction: String,
    /// Its instruction has ended: what follows is shown.
    shows: bool,
    target: Option<String>,
}

/// Links that are open.
#[derive(Debug, Default)]
pub(super) struct Links {
    around: Vec<Option<String>>,
    fields: Vec<Field>,
}

impl Links {
    /// The target of words at this place.
    pub(super) fn target(&self) -> Option<&str> {
        let field = self.fields.iter().rev().find_map(|field| field.target.as_deref());
        field.or_else(|| self.around.iter().rev().find_map(Option::as_deref))
    }

    /// An element begins that leads to the relation `id`.
    pub(super) fn open(&mut self, id: Option<&str>, known: &BTreeMap<String, String>) {
        self.around.push(id.and_then(|id| known.get(id)).cloned());
    }

    pub(super) fn close(&mut self) {
        self.around.pop();
    }

    /// Begin, separator or end of a field.
    pub(super) fn mark(&mut self, kind: &str) {
        match kind {
            "begin" if self.fields.len() < MOST => self.fields.push(Field::default()),
            "separate" => {
                if let Some(field) = self.fields.last_mut() {
                    field.shows = true;
                    field.target = address(&field.instruction);
                }
            }
            "end" => {
                self.fields.pop();
            }
            _ => {}
        }
    }

    /// A part of the instruction of a field.
    pub(super) fn instruct(&mut self, words: &str) {
        if let Some(field) = self.fields.last_mut().filter(|field| !field.shows) {
            field.instruction.push_str(words);
        }
    }
}

/// The address in `HYPERLINK "https://example.org" \o "title"`.
fn address(instruction: &str) -> Option<String> {
    let rest = instruction.trim_start().strip_prefix("HYPERLINK")?.trim_start().strip_prefix('"')?;
    rest.split('"').next().filter(|address| !address.is_empty()).map(str::to_owned)
}
