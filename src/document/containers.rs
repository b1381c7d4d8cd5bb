//! Quotes, lists and footnotes while a document is read: what stands inside what. Never looks at the words.

use super::reader::{Container, Reader};
use super::writer::Writer;
use super::{Block, BlockId, BlockKind};
use crate::text::Span;

/// List items nested deeper than this are read as if they stood at this depth.
const DEEPEST: usize = 64;

impl Reader<'_> {
    pub(super) fn start_quote(&mut self) {
        self.begin_block();
        self.above = None;
        self.quotes.push(self.quotes.last().copied().unwrap_or_default());
        self.containers.push(Container::Quote);
    }

    pub(super) fn end_quote(&mut self) {
        self.close_implicit();
        self.quotes.pop();
        self.containers.pop();
        self.above = None;
    }

    pub(super) fn start_list(&mut self, ordered: bool) {
        self.begin_block();
        let lead = self.above.take();
        self.containers.push(Container::List { ordered, lead });
    }

    pub(super) fn end_list(&mut self) {
        self.containers.pop();
        self.above = None;
    }

    pub(super) fn start_item(&mut self, span: Span) {
        let (ordered, lead) = match self.containers.last() {
            Some(Container::List { ordered, lead }) => (*ordered, *lead),
            _ => (false, None),
        };
        let depth = self.items.len().min(DEEPEST);
        if self.items.len() > DEEPEST && self.limits.is_empty() {
            let line = self.lines.line_of(span.start());
            self.limits.push(format!(
                "line {line}: lists nest deeper than {DEEPEST} levels; deeper items are read as if they stood at that level"
            ));
        }
        let parent = depth.checked_sub(1).and_then(|at| self.items.get(at)).copied();
        let depth = u8::try_from(depth).unwrap_or(u8::MAX);
        let block = self.push_block(BlockKind::Item { depth, ordered, task: None, parent }, span.start());
        self.set_lead(lead);
        self.items.push(block);
        self.open_entry(block, span);
    }

    pub(super) fn start_footnote(&mut self, span: Span) {
        self.begin_block();
        let block = self.push_block(BlockKind::Footnote, span.start());
        self.open_entry(block, span);
    }

    fn open_entry(&mut self, block: BlockId, span: Span) {
        self.containers.push(Container::Entry { block, start: span.start(), writer: Some(Writer::default()) });
        self.above = None;
        self.strong_lead = None;
    }

    pub(super) fn end_entry(&mut self) {
        self.begin_block();
        if let Some(Container::Entry { block, .. }) = self.containers.pop()
            && self.items.last() == Some(&block)
        {
            self.items.pop();
        }
        self.above = None;
    }

    pub(super) fn task(&mut self, done: bool) {
        let item = self.items.last().and_then(|id| self.blocks.get_mut(*id));
        if let Some(Block { kind: BlockKind::Item { task, .. }, .. }) = item {
            *task = Some(done);
        }
    }
}
