//! Words while a document is read: text, code, emphasis, breaks, links, comments. Never opens or closes a block of its own
//! accord, but for words that no event announces.

use super::reader::{Container, Leaf, LeafKind, Reader};
use super::writer::{Style, Writer};
use super::{BlockId, BlockKind, Directive, Link, directive};
use crate::text::Span;

impl Reader<'_> {
    /// Where words go now, and the block they belong to; opens a paragraph where none is open.
    fn sink(&mut self, at: usize) -> Option<(BlockId, &mut Writer)> {
        if self.leaf.is_none() && !matches!(self.containers.last(), Some(Container::Entry { writer: Some(_), .. })) {
            self.open_leaf(BlockKind::Paragraph, LeafKind::Implicit, Span::new(at, at));
        }
        self.current()
    }

    /// Where words went last.
    fn current(&mut self) -> Option<(BlockId, &mut Writer)> {
        match (&mut self.leaf, self.containers.last_mut()) {
            (Some(leaf), _) => Some((leaf.block, &mut leaf.writer)),
            (None, Some(Container::Entry { block, writer: Some(writer), .. })) => Some((*block, writer)),
            _ => None,
        }
    }

    /// Adds words at `span`; the source there may differ (an entity, an escape).
    pub(super) fn text(&mut self, words: &str, span: Span) {
        self.line_start = None;
        if self.images > 0 {
            self.alt.push_str(words);
            return;
        }
        if self.struck > 0 {
            return self.reach(span);
        }
        let style = self.style;
        let code = matches!(&self.leaf, Some(Leaf { kind: LeafKind::Fence, .. }));
        let strong_line = self.strong_line.filter(|_| style.strong == 0);
        let Some((_, out)) = self.sink(span.start()) else { return };
        if let Some(at) = strong_line
            && words.starts_with(':')
        {
            out.break_at(at);
        }
        let trimmed = if out.len() == 0 && !code { words.trim_start() } else { words };
        let cut = if words.len() == span.len() { words.len() - trimmed.len() } else { 0 };
        out.push(trimmed, Span::new(span.start() + cut, span.end()), style);
        if strong_line.is_some() {
            self.strong_line = None;
        }
        if style.strong == 0 {
            self.strong_lead = None;
        }
    }

    /// Adds inline code, found again between its marks.
    pub(super) fn code(&mut self, words: &str, span: Span) {
        let raw = span.of(self.source);
        let inner = raw.trim_matches('`');
        let open = raw.len() - raw.trim_start_matches('`').len();
        // Compared and not only measured: what a list or quote takes away from a second line may be as long as the padding.
        let same = |text: &str| text.len() == words.len() && text.replace('\n', " ") == words;
        let padded = inner.strip_prefix([' ', '\n']).and_then(|text| text.strip_suffix([' ', '\n']));
        let pad = usize::from(!same(inner));
        let verbatim = same(inner) || padded.is_some_and(same);
        let start = span.start() + open + pad;
        self.text(words, if verbatim { Span::new(start, start + words.len()) } else { span });
        self.reach(span);
    }

    /// Raw HTML inside an HTML block.
    pub(super) fn html(&mut self, text: &str, span: Span) {
        if let Some(Leaf { kind: LeafKind::Html(html), .. }) = &mut self.leaf {
            html.take(text, span.start());
        }
    }

    /// The HTML block is whole, and it is known what shows nothing in it: `veils`, in order and apart.
    pub(super) fn read_html(&mut self, veils: &[Span]) {
        if let Some(Leaf { kind: LeafKind::Html(html), writer, .. }) = &mut self.leaf {
            html.read(veils, writer);
        }
    }

    /// A comment; what it tells this tool is kept, the rest is nobody's business.
    pub(super) fn comment(&mut self, comment: &str, span: Span) {
        let lines = self.lines.range(span);
        self.directives.extend(directive::read(comment).into_iter().map(|kind| Directive { kind, span, lines }));
    }

    /// The block in work reaches to the end of `span`, which adds no words.
    pub(super) fn reach(&mut self, span: Span) {
        if let Some((_, out)) = self.sink(span.start()) {
            out.reach(span.end());
        }
    }

    /// The source went to a new line, the words go on. After a bold lead-in they begin anew.
    pub(super) fn soft_break(&mut self, span: Span) {
        if self.images > 0 || self.struck > 0 {
            return;
        }
        let style = Style::default();
        let lead = self.strong_lead.take();
        let Some((_, out)) = self.sink(span.start()) else { return };
        let at = out.len();
        if at > 0 && !out.text().ends_with('\n') {
            out.push(if lead == Some(at) { "\n" } else { " " }, span, style);
            self.line_start = Some(at);
        }
    }

    /// `<br>` or two blanks at the end of a line.
    pub(super) fn line_break(&mut self, span: Span) {
        if self.images > 0 || self.struck > 0 {
            return;
        }
        let cell = matches!(&self.leaf, Some(Leaf { kind: LeafKind::Cell | LeafKind::Heading(_), .. }));
        let Some((_, out)) = self.sink(span.start()) else { return };
        if out.len() > 0 && !out.text().ends_with('\n') {
            out.push(if cell { " " } else { "\n" }, span, Style::default());
        }
    }

    pub(super) fn emphasis(&mut self, begin: bool) {
        let depth = self.style.emphasis;
        self.style.emphasis = if begin { depth + 1 } else { depth.saturating_sub(1) };
    }

    pub(super) fn strong(&mut self, begin: bool) {
        if begin {
            self.style.strong += 1;
            self.strong_line = self.line_start.take();
            return;
        }
        self.style.strong = self.style.strong.saturating_sub(1);
        let line = self.strong_line;
        let first = self.strong_lead.is_none();
        let Some((_, out)) = self.current() else { return };
        let whole = out.all_strong();
        if let Some(at) = line
            && out.text().ends_with([':', '.'])
        {
            out.break_at(at);
        }
        if whole && first {
            self.strong_lead = self.current().map(|(_, out)| out.len());
        }
    }

    /// `~~x~~` is deleted; a single tilde is "about" far more often than a deletion.
    pub(super) fn tilde(&mut self, span: Span, begin: bool) {
        if span.of(self.source).starts_with("~~") {
            self.strike(begin);
        } else if begin {
            self.text("~", Span::new(span.start(), span.start() + 1));
        } else {
            self.text("~", Span::new(span.end().saturating_sub(1), span.end()));
        }
    }

    pub(super) fn strike(&mut self, begin: bool) {
        self.struck = if begin { self.struck + 1 } else { self.struck.saturating_sub(1) };
    }

    // ----- links

    pub(super) fn start_link(&mut self, target: &str, span: Span) {
        if self.images == 0 {
            let from = self.sink(span.start()).map_or(0, |(_, out)| out.len());
            self.link = Some((from, target.to_owned(), span));
        }
    }

    pub(super) fn end_link(&mut self, span: Span) {
        if self.images > 0 {
            return;
        }
        self.reach(span);
        let Some((from, target, span)) = self.link.take() else { return };
        let found = self.current().map(|(id, out)| (id, out.text().get(from..).unwrap_or_default().to_owned()));
        let (block, text) = found.map_or((None, String::new()), |(id, text)| (Some(id), text));
        self.links.push(Link { text, target, span, block });
    }

    pub(super) fn start_image(&mut self, target: &str, span: Span) {
        if self.images == 0 {
            self.alt.clear();
            self.image = Some((target.to_owned(), span));
        }
        self.images += 1;
    }

    pub(super) fn end_image(&mut self, span: Span) {
        self.images = self.images.saturating_sub(1);
        if self.images > 0 {
            return;
        }
        self.reach(span);
        let Some((target, span)) = self.image.take() else { return };
        let block = self.current().map(|(id, _)| id);
        self.links.push(Link { text: std::mem::take(&mut self.alt), target, span, block });
    }
}
