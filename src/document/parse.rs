//! From Markdown events to a document.

use super::{Document, Mark, Section};
use crate::text::{Lines, Span};

pub(super) fn parse(source: &str) -> Document {
    let all = Span::new(0, source.len());
    Document {
        source: source.to_owned(),
        lines: Lines::new(source),
        front_matter: None,
        sections: vec![Section {
            level: 0,
            title: String::new(),
            heading: Span::new(0, 0),
            parent: None,
            own: all,
            whole: all,
            mark: Mark::Content,
        }],
        blocks: Vec::new(),
        tables: Vec::new(),
        directives: Vec::new(),
        links: Vec::new(),
        limits: Vec::new(),
    }
}
