//! Documents as sections, blocks, sentences, tables, lists, fences and directives, each with its place in the source.
//! Reading never fails and never judges: any text is a document.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod classify;
mod containers;
mod directive;
mod form;
mod front;
mod html;
mod html_table;
mod mark;
mod outline;
mod parse;
mod placeholder;
mod reader;
mod rows;
mod sentence;
mod spoken;
mod table;
mod text_map;
mod titles;
mod unseen;
mod words;
mod writer;

pub use directive::{Directive, DirectiveKind, SPEC_LINE, waiver_line, waiver_setting};
pub use form::manuscript::{Bullet, Manuscript};
pub use form::phrase::{Look, Phrase};
pub use form::{Form, canonical, charset, endings};
pub use mark::Mark;
pub use placeholder::is_placeholder;
pub use sentence::{Sentence, sentences};
pub use spoken::spoken_lines;
pub use table::{Cell, Row, Table};
pub use text_map::TextMap;
pub use titles::is_appendix;
pub use unseen::{Unseen, UnseenKind};

use crate::text::{LineRange, Lines, Places, Span};

/// Index of a section in [`Document::sections`].
pub type SectionId = usize;
/// Index of a block in [`Document::blocks`].
pub type BlockId = usize;
/// Index of a table in [`Document::tables`].
pub type TableId = usize;

/// One document, read.
#[derive(Debug, Clone)]
pub struct Document {
    /// The text that all spans count (a byte-order mark included): as given, byte for byte, where it is Markdown; else its rewriting.
    pub source: String,
    /// The lines of the text as given, by places of `source`.
    pub lines: Lines,
    /// The text as given, where `source` is a rewriting of it.
    written: Option<Written>,
    /// How the text as given is written.
    pub form: Form,
    /// How its places are said.
    pub places: Places,
    /// YAML or TOML between `---` or `+++` at the very top.
    pub front_matter: Option<FrontMatter>,
    /// Sections in order; the first one (level 0, no title) holds what stands above the first heading.
    pub sections: Vec<Section>,
    /// Blocks in order of their place.
    pub blocks: Vec<Block>,
    /// Tables that blocks of kind [`BlockKind::TableRow`] belong to.
    pub tables: Vec<Table>,
    /// Instructions to this tool in HTML comments: `<!-- specreview: waive MET-009 reason="…" -->`.
    pub directives: Vec<Directive>,
    /// Links of the document: visible text and target, in order.
    pub links: Vec<Link>,
    /// What the source holds and a reader does not see, in order of its place; parts may lie inside others.
    pub unseen: Vec<Unseen>,
    /// What was cut because the text nests or runs past the limits of the reader; empty nearly always.
    pub limits: Vec<String>,
}

/// A text as it was given.
#[derive(Debug, Clone)]
struct Written {
    text: Box<str>,
    lines: Lines,
    /// Its readers see the words as they stand in it, so quotations are taken from it.
    is_quoted: bool,
}

/// Front matter: the raw text, its place, and the plain `key: value` pairs of its top level.
#[derive(Debug, Clone)]
pub struct FrontMatter {
    /// Without the fences.
    pub text: String,
    /// With the fences.
    pub span: Span,
    /// Top-level pairs in order, with the place of the value.
    pub fields: Vec<(String, String, Span)>,
}

/// A heading and what stands below it.
#[derive(Debug, Clone)]
pub struct Section {
    /// 1 to 6; 0 for the part above the first heading. A short line wholly in bold counts as a heading one level below
    /// the last real one, so it may be 7.
    pub level: u8,
    /// The title without markup, numbering kept ("3.2 Metrics").
    pub title: String,
    /// Place of the heading.
    pub heading: Span,
    /// The section around it.
    pub parent: Option<SectionId>,
    /// From the heading to the next heading of any level.
    pub own: Span,
    /// From the heading to the next heading of the same or a higher level.
    pub whole: Span,
    /// What kind of text the heading announces (a glossary, a template, references, …).
    pub mark: Mark,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading; its section is the one that it opens.
    Heading,
    /// A paragraph, also inside a block quote (see [`Block::quoted`]).
    Paragraph,
    /// One list item without its nested items.
    Item {
        /// Nesting, 0 at the top level.
        depth: u8,
        /// Numbered list.
        ordered: bool,
        /// `- [ ]` false, `- [x]` true.
        task: Option<bool>,
        /// The item it is nested in.
        parent: Option<BlockId>,
    },
    /// One row of a table; the header row is a block too.
    TableRow {
        /// The table.
        table: TableId,
        /// 0 is the header, then the body rows from 1.
        row: usize,
    },
    /// A fenced or indented code block.
    Fence {
        /// First word of the info string, lower case.
        language: String,
    },
    /// Definition of a footnote.
    Footnote,
    /// Raw HTML with visible words (tags stripped).
    Html,
}

/// The unit that facts are read from.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// The section it stands in.
    pub section: SectionId,
    /// Visible words without markup. Cells of a table row are joined by ` | `. A wrapped line goes on after a blank; a line
    /// break stands only where the author broke the line on purpose: code, `<br>`, two blanks, a bold label at the
    /// start of a line, the next paragraph of a list item. Words struck out are left out.
    pub text: String,
    /// Start and end of every sentence of `text`.
    bounds: Box<[(u32, u32)]>,
    /// From `text` back to the source.
    pub map: TextMap,
    /// Place in the source.
    pub span: Span,
    /// Lines of `span`.
    pub lines: LineRange,
    /// Content, or something that must not count as content.
    pub mark: Mark,
    /// Stands in a block quote.
    pub quoted: bool,
    /// The paragraph (or bold line) right above a list, table or code block, which it introduces ("What mistakes cost:").
    /// Nested items have their [`BlockKind::Item`] parent instead; a table, code block or later paragraph inside an
    /// item has the item.
    pub lead: Option<BlockId>,
}

/// A link or image.
#[derive(Debug, Clone)]
pub struct Link {
    /// Visible words.
    pub text: String,
    /// Target as written.
    pub target: String,
    /// Place.
    pub span: Span,
    /// The block it stands in.
    pub block: Option<BlockId>,
}

impl Block {
    /// The sentences of the text, as [`sentences`] finds them: split once, when the document is read.
    pub fn sentences(&self) -> impl Iterator<Item = Sentence<'_>> {
        self.bounds.iter().filter_map(|(start, end)| {
            let start = *start as usize;
            Some(Sentence { text: self.text.get(start..*end as usize)?, start })
        })
    }
}

impl Document {
    /// The section whose heading names the document: the one of the first level, above everything else.
    #[must_use]
    pub fn title_section(&self) -> Option<SectionId> {
        outline::title(&self.sections)
    }

    /// Reads `source`. Never fails; cost is linear in its length.
    #[must_use]
    pub fn parse(source: &str) -> Self {
        parse::parse(source, None)
    }

    /// Reads the document at `path` in the form in which it is written. Never fails; cost is linear in its length.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        let form = Form::of(path, text);
        // A file of that name that holds text is text.
        let is_misnamed = form.is_file() && !form::manuscript::is_one(text);
        Self::read_in(if is_misnamed { Form::of("", text) } else { form }, text)
    }

    /// Reads a document of a form. Never fails; cost is linear in its length.
    #[must_use]
    pub fn read_in(form: Form, text: &str) -> Self {
        if form.is_file() {
            let (markdown, places) = form::manuscript::read(text);
            return Self { form, places, ..Self::parse(&markdown) };
        }
        let Some(rewritten) = form::rewrite(form, text) else {
            let mut document = Self::parse(text);
            if form.is_damaged(text) {
                let what = "the notebook is damaged: its cells were not found, and it was read as it is stored";
                document.limits.push(what.to_owned());
            }
            return document;
        };
        let mut document = parse::parse(&rewritten.markdown, Some(rewritten.lines));
        if rewritten.is_cut {
            document.limits.push(
                "words that stand in cells over many rows, or that a name stands for, were not read at every place: they would be \
                 longer than the document itself"
                    .to_owned(),
            );
        }
        let written = Written { text: text.into(), lines: Lines::new(text), is_quoted: rewritten.is_quoted };
        Self { written: Some(written), form, places: rewritten.places, ..document }
    }

    /// The text as it was given, in the form in which it is written.
    #[must_use]
    pub fn written(&self) -> &str {
        self.written.as_ref().map_or(&self.source, |written| &written.text)
    }

    /// The lines of the text as it was given, by its own places.
    #[must_use]
    pub fn written_lines(&self) -> &Lines {
        self.written.as_ref().map_or(&self.lines, |written| &written.lines)
    }

    /// The section that holds a byte of the source.
    #[must_use]
    pub fn section_at(&self, byte: usize) -> Option<SectionId> {
        self.sections.iter().rposition(|section| section.own.start() <= byte)
    }

    /// Titles from the outermost heading down to section `id`, without the empty top part.
    #[must_use]
    pub fn heading_path(&self, id: SectionId) -> Vec<String> {
        let mut path = Vec::new();
        let mut at = Some(id);
        while let Some(section) = at.and_then(|id| self.sections.get(id)) {
            if section.level > 0 {
                path.push(section.title.clone());
            }
            at = section.parent;
        }
        path.reverse();
        path
    }

    /// Blocks that count as content: no template prompts, examples, glossaries, comments.
    pub fn content(&self) -> impl Iterator<Item = (BlockId, &Block)> {
        self.blocks.iter().enumerate().filter(|(_, block)| block.mark == Mark::Content)
    }

    /// The text of whole lines as it was given, without the last line feed.
    #[must_use]
    pub fn line_text(&self, lines: LineRange) -> &str {
        let written = self.written.as_ref().filter(|written| written.is_quoted);
        let (text, index) =
            written.map_or((self.source.as_str(), &self.lines), |written| (&*written.text, &written.lines));
        index.span_of(lines.start).to(index.span_of(lines.end)).of(text)
    }

    /// Level of the headings that no other stands above.
    #[must_use]
    pub fn shallowest_level(&self) -> u8 {
        outline::shallowest(&self.sections)
    }

    /// Title of the document: `title` of the front matter, else the first heading.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        let front = self
            .front_matter
            .as_ref()
            .and_then(|front| front.fields.iter().find(|(key, ..)| key == "title").map(|(_, value, _)| value.as_str()));
        front.or_else(|| self.sections.iter().find(|section| section.level > 0).map(|section| section.title.as_str()))
    }
}
