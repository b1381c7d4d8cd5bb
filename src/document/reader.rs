//! The state while a document is read: open containers, the block in work, what is finished. Has its own stack, so that
//! no nesting of the text is too deep for it; knows nothing of what the words mean.

use super::html::Html;
use super::outline::{self, Outline};
use super::writer::{Style, Writer};
use super::{Block, BlockId, BlockKind, Cell, Directive, Link, Mark, Section, Table, TextMap, classify, titles};
use crate::text::{Lines, Span};

/// A text underlined with `---` that is longer than this was meant as a paragraph above a rule.
const LONGEST_HEADING: usize = 200;

/// What is open around the block in work.
#[derive(Debug)]
pub(super) enum Container {
    Quote,
    List {
        ordered: bool,
        lead: Option<BlockId>,
    },
    /// A list item or footnote; it takes words until another block begins inside it.
    Entry {
        block: BlockId,
        start: usize,
        writer: Option<Writer>,
    },
    Table,
}

/// A block without blocks inside.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) block: BlockId,
    pub(super) start: usize,
    pub(super) writer: Writer,
    pub(super) kind: LeafKind,
}

#[derive(Debug)]
pub(super) enum LeafKind {
    Paragraph,
    /// Words of a tight list item behind a nested block; no event ends them.
    Implicit,
    Heading(u8),
    Fence,
    Html(Box<Html>),
    Cell,
}

/// A table row in work.
#[derive(Debug)]
pub(super) struct OpenRow {
    pub(super) block: BlockId,
    pub(super) span: Span,
    pub(super) cells: Vec<Cell>,
}

/// Everything known so far.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    pub(super) lines: Lines,
    pub(super) sections: Vec<Section>,
    pub(super) blocks: Vec<Block>,
    /// For each block: all of it is emphasised.
    pub(super) emphasised: Vec<bool>,
    pub(super) tables: Vec<Table>,
    pub(super) directives: Vec<Directive>,
    pub(super) links: Vec<Link>,
    pub(super) limits: Vec<String>,
    pub(super) outline: Outline,
    pub(super) containers: Vec<Container>,
    /// Open items, outermost first.
    pub(super) items: Vec<BlockId>,
    /// For each open quote, what its last heading makes of it.
    pub(super) quotes: Vec<Mark>,
    pub(super) leaf: Option<Leaf>,
    pub(super) row: Option<OpenRow>,
    /// The paragraph right above.
    pub(super) above: Option<BlockId>,
    pub(super) style: Style,
    pub(super) struck: u32,
    pub(super) link: Option<(usize, String, Span)>,
    pub(super) images: u32,
    pub(super) image: Option<(String, Span)>,
    pub(super) alt: String,
    /// Offset of a soft break right before strong words begin, then while they last.
    pub(super) line_start: Option<usize>,
    pub(super) strong_line: Option<usize>,
    /// Offset at which strong words that began the block ended.
    pub(super) strong_lead: Option<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            source,
            lines: Lines::new(source),
            sections: vec![outline::top(source.len())],
            blocks: Vec::new(),
            emphasised: Vec::new(),
            tables: Vec::new(),
            directives: Vec::new(),
            links: Vec::new(),
            limits: Vec::new(),
            outline: Outline::default(),
            containers: Vec::new(),
            items: Vec::new(),
            quotes: Vec::new(),
            leaf: None,
            row: None,
            above: None,
            style: Style::default(),
            struck: 0,
            link: None,
            images: 0,
            image: None,
            alt: String::new(),
            line_start: None,
            strong_line: None,
            strong_lead: None,
        }
    }

    // ----- blocks

    pub(super) fn push_block(&mut self, kind: BlockKind, start: usize) -> BlockId {
        let span = Span::new(start, start);
        self.blocks.push(Block {
            kind,
            section: self.sections.len() - 1,
            text: String::new(),
            bounds: Box::default(),
            map: TextMap::default(),
            span,
            lines: self.lines.range(span),
            mark: self.quotes.last().copied().unwrap_or_default(),
            quoted: !self.quotes.is_empty(),
            lead: None,
        });
        self.emphasised.push(false);
        self.blocks.len() - 1
    }

    pub(super) fn fill(&mut self, id: BlockId, writer: Writer, span: Span) {
        let span = self.trimmed(span);
        if let Some(flag) = self.emphasised.get_mut(id) {
            *flag = writer.all_emphasised();
        }
        if let Some(block) = self.blocks.get_mut(id) {
            (block.text, block.map) = writer.finish();
            block.span = span;
            block.lines = self.lines.range(span);
        }
    }

    /// Without the white space (and quote marks of a next line) at its end.
    pub(super) fn trimmed(&self, span: Span) -> Span {
        Span::new(span.start(), span.start() + span.of(self.source).trim_end().len())
    }

    /// A block begins: whatever took words without an end event is finished.
    pub(super) fn begin_block(&mut self) {
        self.close_implicit();
        if let Some(Container::Entry { block, start, writer }) = self.containers.last_mut()
            && let Some(writer) = writer.take()
        {
            let (block, start) = (*block, *start);
            let first_line = self.lines.span_of(self.lines.line_of(start)).end();
            let end = if writer.end() > start { writer.end() } else { first_line };
            self.fill(block, writer, Span::new(start, end));
        }
    }

    /// Finishes a paragraph that no event ends.
    pub(super) fn close_implicit(&mut self) {
        if let Some(Leaf { kind: LeafKind::Implicit, .. }) = &self.leaf
            && let Some(leaf) = self.leaf.take()
        {
            let end = leaf.writer.end();
            self.fill(leaf.block, leaf.writer, Span::new(leaf.start, end));
        }
    }

    pub(super) fn forget_above(&mut self) {
        self.above = None;
    }

    pub(super) fn open_leaf(&mut self, kind: BlockKind, leaf: LeafKind, span: Span) {
        let block = self.push_block(kind, span.start());
        // A comment between a paragraph and its list does not part them.
        if !matches!(leaf, LeafKind::Html(_)) {
            self.above = None;
        }
        self.leaf = Some(Leaf { block, start: span.start(), writer: Writer::default(), kind: leaf });
        self.strong_lead = None;
    }

    /// Begins a block that may have a lead, and finds it: the paragraph right above, else the item around it.
    pub(super) fn lead(&mut self) -> Option<BlockId> {
        self.begin_block();
        let entry = match self.containers.last() {
            Some(Container::Entry { block, .. }) => Some(*block),
            _ => None,
        };
        self.above.take().or(entry)
    }

    pub(super) fn set_lead(&mut self, lead: Option<BlockId>) {
        if let Some(block) = self.blocks.last_mut() {
            block.lead = lead;
        }
    }

    pub(super) fn start_paragraph(&mut self, span: Span) {
        self.close_implicit();
        self.strong_lead = None;
        if let Some(Container::Entry { block, writer, .. }) = self.containers.last_mut() {
            if let Some(writer) = writer {
                if writer.len() > 0 {
                    writer.push("\n", Span::new(span.start(), span.start()), Style::default());
                }
                return;
            }
            // Words behind a nested block: a paragraph that the item introduces.
            let lead = Some(*block);
            self.open_leaf(BlockKind::Paragraph, LeafKind::Paragraph, span);
            self.set_lead(lead);
            return;
        }
        self.open_leaf(BlockKind::Paragraph, LeafKind::Paragraph, span);
    }

    pub(super) fn end_paragraph(&mut self, span: Span) {
        match self.leaf.take() {
            Some(leaf) if matches!(leaf.kind, LeafKind::Paragraph) => self.finish_paragraph(leaf, span),
            other => {
                self.leaf = other;
                let end = self.trimmed(span).end();
                if let Some(Container::Entry { writer: Some(writer), .. }) = self.containers.last_mut() {
                    writer.reach(end);
                }
            }
        }
    }

    fn finish_paragraph(&mut self, leaf: Leaf, span: Span) {
        let (id, strong) = (leaf.block, leaf.writer.all_strong());
        if leaf.writer.text().trim().is_empty() {
            self.drop_last(id);
            return;
        }
        self.fill(id, leaf.writer, span);
        let text = self.blocks.get(id).map(|block| block.text.trim().to_owned()).unwrap_or_default();
        if strong && self.containers.is_empty() && classify::stands_as_heading(&text) {
            self.open_section(id, self.outline.below(), text.trim_end_matches(':').trim().to_owned());
            // It may still introduce the list or table right below.
            self.above = Some(id);
            return;
        }
        self.above = Some(id);
        if let Some(table) = self.tables.last_mut()
            && table.lead.is_none()
            && table.header_block + table.rows.len() + 1 == id
            && classify::is_caption(&text)
        {
            table.lead = Some(id);
            for block in self.blocks.iter_mut().skip(table.header_block).take(table.rows.len() + 1) {
                block.lead = Some(id);
            }
        }
    }

    /// Takes back a block that turned out to have no words.
    fn drop_last(&mut self, id: BlockId) {
        if id + 1 == self.blocks.len() {
            self.blocks.pop();
            self.emphasised.pop();
            for link in self.links.iter_mut().rev().take_while(|link| link.block == Some(id)) {
                link.block = None;
            }
        }
    }

    fn open_section(&mut self, block: BlockId, level: u8, title: String) {
        let span = self.blocks.get(block).map(|block| block.span).unwrap_or_default();
        let id = self.outline.add(&mut self.sections, level, title, span);
        if let Some(block) = self.blocks.get_mut(block) {
            block.kind = BlockKind::Heading;
            block.section = id;
        }
        self.above = None;
    }

    pub(super) fn end_heading(&mut self, span: Span) {
        let Some(leaf) = self.leaf.take() else { return };
        let (id, LeafKind::Heading(level)) = (leaf.block, &leaf.kind) else { return };
        let level = *level;
        self.fill(id, leaf.writer, span);
        let title =
            self.blocks.get(id).map(|block| block.text.replace('\n', " ").trim().to_owned()).unwrap_or_default();
        let underlined = !span.of(self.source).trim_start().starts_with('#');
        if self.containers.is_empty() && !(underlined && title.len() > LONGEST_HEADING) {
            self.outline.real(level);
            self.open_section(id, level, title);
            return;
        }
        // In a quote or list a heading orders only what stands there, and never opens a section of the document.
        if let Some(quote) = self.quotes.last_mut() {
            *quote = titles::title(&title);
        }
        let mark = self.quotes.last().copied().unwrap_or_default();
        if let Some(block) = self.blocks.get_mut(id) {
            block.kind = BlockKind::Paragraph;
            block.mark = mark;
        }
        self.above = Some(id);
    }

    /// Ends a code block or raw HTML.
    pub(super) fn end_leaf(&mut self, span: Span) {
        let Some(mut leaf) = self.leaf.take() else { return };
        let id = leaf.block;
        let lead = self.above;
        let mut table = None;
        if let LeafKind::Html(mut html) = leaf.kind {
            if let Some(mut rows) = html.table() {
                leaf.writer = std::mem::take(&mut rows.outside);
                table = Some(rows);
            }
            for (comment, place) in html.comments {
                self.comment(&comment, place);
            }
            if leaf.writer.text().trim().is_empty() {
                self.drop_last(id);
                self.above = lead;
                if let Some(rows) = table {
                    self.written_table(rows, span);
                }
                return;
            }
        }
        self.fill(id, leaf.writer, span);
        self.above = None;
        if let Some(rows) = table {
            self.written_table(rows, span);
        }
    }
}
