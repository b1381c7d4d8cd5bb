//! From Markdown events to a document. Reads once from front to back; never judges what it reads.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::html::{self, Inline};
use super::reader::{LeafKind, Reader};
use super::unseen::Collector;
use super::{BlockKind, Document, Form, classify, front, outline, sentence};
use crate::text::{Lines, Places, Span};

/// Reads Markdown. `lines` are those of the text as written, where `source` is a rewriting of it.
pub(super) fn parse(source: &str, lines: Option<Lines>) -> Document {
    let (front_matter, body) = front::split(source);
    // Never `Options::all()`: smart punctuation would change the words, metadata blocks would hide passages.
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut reader = Reader::new(source);
    if let Some(lines) = lines {
        reader.lines = lines;
    }
    let text = source.get(body..).unwrap_or_default();
    let mut unseen = Collector::new(source, &reader.lines);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let span = Span::new(range.start + body, range.end + body);
        if unseen.take(&event, span, &reader.lines) {
            reader.reach(span);
        } else {
            if matches!(event, Event::End(TagEnd::HtmlBlock)) {
                reader.read_html(unseen.veils());
            }
            take(&mut reader, event, span);
        }
    }
    let unseen = unseen.into_found(front_matter.as_ref(), &reader.lines);
    reader.close_implicit();
    let mut sections = reader.sections;
    let mut blocks = reader.blocks;
    outline::measure(&mut sections, source.len());
    for block in &mut blocks {
        block.bounds = sentence::bounds(&block.text);
    }
    classify::mark(&mut sections, &mut blocks, &reader.tables, &reader.emphasised);
    Document {
        source: source.to_owned(),
        lines: reader.lines,
        written: None,
        form: Form::Markdown,
        places: Places::default(),
        front_matter,
        sections,
        blocks,
        tables: reader.tables,
        directives: reader.directives,
        links: reader.links,
        unseen,
        limits: reader.limits,
    }
}

fn take(reader: &mut Reader<'_>, event: Event<'_>, span: Span) {
    match event {
        Event::Start(tag) => start(reader, tag, span),
        Event::End(tag) => end(reader, tag, span),
        Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => reader.text(&text, span),
        Event::Code(text) => reader.code(&text, span),
        Event::Html(text) => reader.html(&text, span),
        Event::InlineHtml(tag) => match html::inline(&tag) {
            Inline::Comment => {
                reader.comment(&tag, span);
                reader.reach(span);
            }
            Inline::Break => reader.line_break(span),
            Inline::Strike => reader.strike(true),
            Inline::EndStrike => reader.strike(false),
            Inline::Silent => reader.reach(span),
            Inline::Words => reader.text(&tag, span),
        },
        Event::FootnoteReference(_) => reader.reach(span),
        Event::SoftBreak => reader.soft_break(span),
        Event::HardBreak => reader.line_break(span),
        Event::Rule => {
            reader.begin_block();
            reader.forget_above();
        }
        Event::TaskListMarker(done) => reader.task(done),
    }
}

fn start(reader: &mut Reader<'_>, tag: Tag<'_>, span: Span) {
    match tag {
        Tag::Paragraph => reader.start_paragraph(span),
        Tag::Heading { level, .. } => {
            reader.begin_block();
            reader.open_leaf(BlockKind::Heading, LeafKind::Heading(level as u8), span);
        }
        Tag::BlockQuote(_) => reader.start_quote(),
        Tag::CodeBlock(kind) => {
            let language = match &kind {
                CodeBlockKind::Fenced(info) => info
                    .split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}'))
                    .find(|word| !word.is_empty())
                    .unwrap_or_default()
                    .to_lowercase(),
                CodeBlockKind::Indented => String::new(),
            };
            let lead = reader.lead();
            reader.open_leaf(BlockKind::Fence { language }, LeafKind::Fence, span);
            reader.set_lead(lead);
        }
        Tag::HtmlBlock => {
            reader.begin_block();
            reader.open_leaf(BlockKind::Html, LeafKind::Html(Box::default()), span);
        }
        Tag::List(first) => reader.start_list(first.is_some()),
        Tag::Item => reader.start_item(span),
        Tag::FootnoteDefinition(_) => reader.start_footnote(span),
        Tag::Table(_) => reader.start_table(span),
        Tag::TableHead | Tag::TableRow => reader.start_row(span),
        Tag::TableCell => reader.start_cell(span),
        Tag::Emphasis => reader.emphasis(true),
        Tag::Strong => reader.strong(true),
        Tag::Strikethrough => reader.tilde(span, true),
        Tag::Link { dest_url, .. } => reader.start_link(&dest_url, span),
        Tag::Image { dest_url, .. } => reader.start_image(&dest_url, span),
        Tag::DefinitionList
        | Tag::DefinitionListTitle
        | Tag::DefinitionListDefinition
        | Tag::Superscript
        | Tag::Subscript
        | Tag::MetadataBlock(_) => {}
    }
}

fn end(reader: &mut Reader<'_>, tag: TagEnd, span: Span) {
    match tag {
        TagEnd::Paragraph => reader.end_paragraph(span),
        TagEnd::Heading(_) => reader.end_heading(span),
        TagEnd::BlockQuote(_) => reader.end_quote(),
        TagEnd::CodeBlock | TagEnd::HtmlBlock => reader.end_leaf(span),
        TagEnd::List(_) => reader.end_list(),
        TagEnd::Item | TagEnd::FootnoteDefinition => reader.end_entry(),
        TagEnd::Table => reader.end_table(),
        TagEnd::TableHead | TagEnd::TableRow => reader.end_row(span),
        TagEnd::TableCell => reader.end_cell(span),
        TagEnd::Emphasis => reader.emphasis(false),
        TagEnd::Strong => reader.strong(false),
        TagEnd::Strikethrough => reader.tilde(span, false),
        TagEnd::Link => reader.end_link(span),
        TagEnd::Image => reader.end_image(span),
        TagEnd::DefinitionList
        | TagEnd::DefinitionListTitle
        | TagEnd::DefinitionListDefinition
        | TagEnd::Superscript
        | TagEnd::Subscript
        | TagEnd::MetadataBlock(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::document::{BlockKind, Directive, DirectiveKind, Document, Mark};
    use crate::text::LineRange;

    /// One line per block: kind, section level, marks, text.
    fn show(document: &Document) -> Vec<String> {
        let line = |block: &crate::document::Block| {
            let kind = match &block.kind {
                BlockKind::Heading => format!("h{}", document.sections[block.section].level),
                BlockKind::Paragraph => "p".into(),
                BlockKind::Item { depth, ordered, task, parent } => {
                    let task = task.map_or("", |done| if done { "[x]" } else { "[ ]" });
                    let parent = parent.map_or(String::new(), |id| format!("^{id}"));
                    format!("{}{depth}{task}{parent}", if *ordered { "o" } else { "i" })
                }
                BlockKind::TableRow { table, row } => format!("t{table}.{row}"),
                BlockKind::Fence { language } => format!("f:{language}"),
                BlockKind::Footnote => "n".into(),
                BlockKind::Html => "html".into(),
            };
            let lead = block.lead.map_or(String::new(), |id| format!("<{id}"));
            let quoted = if block.quoted { ">" } else { "" };
            let mark = if block.mark == Mark::Content { String::new() } else { format!(" {:?}", block.mark) };
            format!("{kind}{lead}{quoted}{mark} {}", block.text.replace('\n', "/"))
        };
        document.blocks.iter().map(line).collect()
    }

    fn check(source: &str, expected: &[&str]) {
        let document = Document::parse(source);
        assert_eq!(show(&document), expected, "{source:?}");
        holds_together(&document).unwrap();
    }

    /// What is true of every document, whatever the text.
    fn holds_together(document: &Document) -> Result<(), TestCaseError> {
        let source = document.source.as_str();
        let mut before = 0;
        for block in &document.blocks {
            let span = block.span;
            prop_assert!(span.end() <= source.len());
            prop_assert!(source.is_char_boundary(span.start()) && source.is_char_boundary(span.end()));
            prop_assert!(before <= span.start(), "blocks are in order of their place: {:?}", block);
            before = span.start();
            prop_assert_eq!(block.lines, document.lines.range(span));
            prop_assert!(block.section < document.sections.len());
            prop_assert!(document.sections[block.section].own.start() <= span.start());
            prop_assert!(block.lead.is_none_or(|lead| lead < document.blocks.len()));
            // Every character that stands in the source as it stands in the text is found there.
            for (at, c) in block.text.char_indices() {
                let place = block.map.span(at, at + c.len_utf8());
                prop_assert!(place.end() <= source.len(), "{:?} of {:?}", c, block);
                prop_assert!(source.is_char_boundary(place.start()) && source.is_char_boundary(place.end()));
                let there = place.of(source);
                let same = there.chars().eq([c]);
                // Entities, code across lines, replaced characters; separators that stand for markup.
                let rewritten = there.starts_with(['&', '`', '\0']) || matches!(c, ' ' | '\n' | '|');
                prop_assert!(same || rewritten, "{:?} is {:?} in {:?}", c, there, source);
            }
        }
        for section in &document.sections {
            prop_assert!(section.whole.contains(section.own) && section.own.end() <= source.len());
            prop_assert!(section.parent.is_none_or(|id| document.sections[id].whole.contains(section.whole)));
        }
        for table in &document.tables {
            for cell in table.header.iter().chain(table.rows.iter().flat_map(|row| &row.cells)) {
                prop_assert!(cell.span.end() <= source.len() && source.is_char_boundary(cell.span.start()));
            }
        }
        Ok(())
    }

    #[test]
    fn headings_make_a_tree() {
        check("a\n\n# One\nb\n## Two #\nThree\n---\nc", &["p a", "h1 One", "p b", "h2 Two", "h2 Three", "p c"]);
        let document = Document::parse("# 1 A\n\n### 1.1 B\nx\n\n## C\ny\n");
        assert_eq!(document.heading_path(2), ["1 A", "1.1 B"]);
        assert_eq!(document.heading_path(3), ["1 A", "C"]);
        assert_eq!(document.sections[1].whole.of(&document.source), document.source);
        assert_eq!(document.sections[2].own.of(&document.source), "### 1.1 B\nx\n\n");
        assert_eq!(document.title(), Some("1 A"));
    }

    #[test]
    fn a_bold_line_stands_as_a_heading_and_a_bold_lead_in_does_not() {
        check("## A\n\n**Data:**\n\n- b\n", &["h2 A", "h3 Data:", "i0<1 b"]);
        check("**Goals**\n\nx\n", &["h1 Goals", "p x"]);
        check("**The data.** Two million rows.", &["p The data. Two million rows."]);
        check("**Recall ≥ 0.9**", &["p Recall ≥ 0.9"]);
        check("**We ship when the board agrees.**", &["p We ship when the board agrees."]);
        check("- **A**\n", &["i0 A"]);
        check("**To:** x\n**From:** y\nand z", &["p To: x/From: y and z"]);
        check("**A**: x\n**B**: y", &["p A: x/B: y"]);
        check("**Data**\nTwo million rows.", &["p Data/Two million rows."]);
        check("## A\n**Goal 1: Less waste**\n| a |\n|-|\n", &["h2 A", "h3 Goal 1: Less waste", "t0.0<1 a"]);
        assert_eq!(Document::parse("## A\n\n**B:**\n").sections[2].title, "B");
    }

    #[test]
    fn a_long_paragraph_above_a_rule_is_no_heading() {
        let long = "word ".repeat(50);
        check(&format!("{long}\n---\nb"), &[&format!("p {}", long.trim()), "p b"]);
    }

    #[test]
    fn lists_keep_nesting_tasks_and_what_introduces_them() {
        check(
            "We need:\n\n- a\n  - b\n\n    c\n- [x] d\n- [ ] e\n",
            &["p We need:", "i0<0 a", "i1^1 b/c", "i0[x]<0 d", "i0[ ]<0 e"],
        );
        check("1. a\n   ```yaml\n   x: 1\n   ```\n   b\n2. c\n", &["o0 a", "f:yaml<0 x: 1", "p b", "o0 c"]);
        check("a\n\n<!-- note -->\n\n- b\n", &["p a", "i0<0 b"]);
        check("a\n\n***\n\n- b\n", &["p a", "i0 b"]);
        check("- a\n  wrapped\n  line  \n  broken\n", &["i0 a wrapped line/broken"]);
        check("-\n- b", &["i0 Placeholder ", "i0 b"]);
    }

    #[test]
    fn an_item_ends_where_its_nested_items_begin() {
        let document = Document::parse("- a\n  more\n  - b\n- c\n");
        let lines: Vec<_> = document.blocks.iter().map(|block| block.lines).collect();
        assert_eq!(lines, [LineRange::new(1, 2), LineRange::single(3), LineRange::single(4)]);
    }

    #[test]
    fn tables_are_rows_of_cells_with_their_places() {
        check(
            "T:\n\n| M | Target |\n|--|--:|\n| **Recall** | 0\\.9 |\n| F1 |\n",
            &["p T:", "t0.0<0 M | Target", "t0.1<0 Recall | 0.9", "t0.2<0 F1 | "],
        );
        check("|a|\n|-|\n|b|\n\nTable 1: waste\n", &["t0.0<2 a", "t0.1<2 b", "p Table 1: waste"]);
        let document = Document::parse("| M | Target |\n|--|--|\n| `R` | a \\| b |\n");
        let row = &document.tables[0].rows[0];
        assert_eq!((row.cells[1].text.as_str(), row.cells[1].span.of(&document.source)), ("a | b", "a \\| b"));
        assert_eq!(document.tables[0].header[1].span.of(&document.source), "Target");
        assert_eq!(row.cells[0].map.span(0, 1).of(&document.source), "R");
    }

    #[test]
    fn quotes_fences_footnotes_and_html_are_read() {
        check("> a\n> - b\n\nc", &["p> a", "i0<0> b", "p c"]);
        check("> [!NOTE]\n> a", &["p> a"]);
        check("> ## Terms\n> - RM: x\n\n## B\nc", &["p> Glossary Terms", "i0<0> Glossary RM: x", "h2 B", "p c"]);
        check("```Python x\na = 1\n\nb\n```\n\n    indented", &["f:python a = 1//b", "f: indented"]);
        check("a[^1]\n\n[^1]: b\n", &["p a", "n b"]);
        check("<details><summary>More</summary>\n\ntext\n\n</details>", &["html More", "p text"]);
        check("<div hidden>0.9</div>\n\n<p>b</p>", &["html b"]);
        check("<p>a <b style=\"display:none\">0.9<br></b>b\n<i>c</i> <s hidden>0.8", &["html a b c"]);
        check("<div hidden>\n\n<p>0.9</p>\n\n<p>0.8</p></div><p>c</p>\n\nd", &["html c", "p d"]);
        check("<p>a</p>\n<template>\n<!-- specreview: hello -->0.9</template>", &["html a"]);
        check("a <b>bold</b><br>c <Name of owner>", &["p a bold/c <Name of owner>"]);
        check("a ~~0.88~~ 0.92, ~5 and ~6~", &["p a  0.92, ~5 and ~6~"]);
        check("![alt](x.png)\n\n![alt](y.png) b", &["p b"]);
        check("\u{feff}---\ntitle: A\n---\r\n# B\r\nc\r\nd", &["h1 B", "p c d"]);
    }

    #[test]
    fn what_only_looks_like_content_is_marked() {
        check(
            "# Spec\n## Glossary\n### A\nb\n## C\nd",
            &["h1 Spec", "h2 Glossary Glossary", "h3 Glossary A", "p Glossary b", "h2 C", "p d"],
        );
        for (title, mark) in [
            ("7. References", Mark::Apparatus),
            ("Appendix B: Terms and abbreviations", Mark::Glossary),
            ("Contents", Mark::Apparatus),
            ("A worked example", Mark::Example),
            ("Sample output", Mark::Example),
            ("Example: refund", Mark::Example),
            ("Training examples", Mark::Content),
            ("Sample size", Mark::Content),
            ("Definition of done", Mark::Content),
            ("Open questions", Mark::Content),
            ("Risks", Mark::Content),
            ("This page", Mark::Content),
            ("Data sources", Mark::Content),
            ("Problem definition", Mark::Content),
            ("Commercial terms", Mark::Content),
            ("Prompt template", Mark::Content),
        ] {
            let document = Document::parse(&format!("# Spec\n\na\n\n## {title}\n\nb\n"));
            assert_eq!(document.blocks[3].mark, mark, "{title}");
        }
        check("# Example of a spec\n\na", &["h1 Example of a spec", "p a"]);
        check(
            "TBD\n\n- Owner: [Name]\n- Owner: Ann\n",
            &["p Placeholder TBD", "i0<0 Placeholder Owner: [Name]", "i0<0 Owner: Ann"],
        );
        check(
            "|M|T|\n|-|-|\n|Recall|XX %|\n|F1|0.9|\n",
            &["t0.0 M | T", "t0.1 Placeholder Recall | XX %", "t0.2 F1 | 0.9"],
        );
        check(
            "What is the baseline?\n\nWhat is it? It is 0.7.",
            &["p Guidance What is the baseline?", "p What is it? It is 0.7."],
        );
        check("## Open questions\n- Who pays?\n", &["h2 Open questions", "i0 Who pays?"]);
        check(
            "Describe the data here.\n\nProvide a daily forecast.",
            &["p Guidance Describe the data here.", "p Provide a daily forecast."],
        );
        check(
            "For example, a user asks.\n\nExample:\n\n```\n0.9\n```\n",
            &["p Example For example, a user asks.", "p Example Example:", "f:<1 Example 0.9"],
        );
        check("For instance:\n\n- dashboards", &["p Example For instance:", "i0<0 dashboards"]);
        check("[//]: # (a comment)\n\n<!-- 0.9 -->\n\na", &["p a"]);
    }

    #[test]
    fn an_unfilled_template_is_guidance_throughout() {
        let source = "> We want WAPE <= 50 %, e.g. for food\n\n- What is the goal?\n- Who pays?\n- Which data?\n- Why now?\n\nList the sources.\n";
        let document = Document::parse(source);
        assert!(document.blocks.iter().all(|block| block.mark == Mark::Guidance), "{:?}", show(&document));
    }

    #[test]
    fn directives_are_found_outside_code_only() {
        let document = Document::parse(
            "<!-- specreview: waive AB-1 reason=\"x\" -->\n\na <!-- specreview: hello -->\n\n```\n<!-- specreview: waive AB-2 -->\n```\n",
        );
        let found: Vec<_> =
            document.directives.iter().map(|Directive { kind, lines, .. }| (kind.clone(), lines.start)).collect();
        let waive = DirectiveKind::Waive { rule: "AB-1".into(), reason: Some("x".into()), until: None, by: None };
        assert_eq!(found, [(waive, 1), (DirectiveKind::Unknown("hello".into()), 3)]);
    }

    #[test]
    fn links_know_their_words_and_block() {
        let document = Document::parse("# A\n\nSee [the *plan*](plan.md) and <https://example.org>. ![x y](z.png)\n");
        let links: Vec<_> =
            document.links.iter().map(|link| (link.text.as_str(), link.target.as_str(), link.block)).collect();
        let expected = [
            ("the plan", "plan.md", Some(1)),
            ("https://example.org", "https://example.org", Some(1)),
            ("x y", "z.png", Some(1)),
        ];
        assert_eq!(links, expected);
    }

    #[test]
    fn deep_nesting_is_read_and_noted() {
        let document = Document::parse(&format!("{}a\n", "> ".repeat(20_000)));
        assert_eq!((document.blocks.len(), document.blocks[0].quoted), (1, true));
        let document = Document::parse(&format!("{}a\n", "- ".repeat(2_000)));
        assert_eq!(document.limits.len(), 1);
        assert!(document.limits[0].starts_with("line 1: lists nest deeper than 64"));
    }

    #[test]
    fn code_over_two_lines_of_an_item_keeps_its_place() {
        for text in ["- [ ] a```yaml\n  **```", "- ` a\n  b `", "> `x\n> y`", "` a `", "`a\nb`"] {
            holds_together(&Document::parse(text)).unwrap();
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn any_text_holds_together(parts in prop::collection::vec(prop::sample::select(vec![
            "a", "é", "😀", " ", "  ", "\n", "\n\n", "\r\n", "    ", "\t", "# ", "## ", "- ", "1. ", "- [ ] ", "> ", "|", "|-|\n", "\n|-|-|\n",
            "**", "*", "~~", "~", "`", "```", "```yaml\n", "<!-- ", " -->", "<b>", "</b>", "<br>", "<x y>", "&amp;", "&nbsp;", "&#120;",
            "\\", "[", "]", "](u)", "![", "[^1]", "\n[^1]: ", "---\n", "===\n", "+++\n", "title: A\n", "\u{feff}", "\0", ":", ".", "?",
            "**Data**\n\n", "specreview: waive AB-1", "TBD", "Table 1: x", "<div>", "</td>", "<script>", "{#id}",
        ]), 0..40)) {
            holds_together(&Document::parse(&parts.concat()))?;
        }

        #[test]
        fn any_characters_hold_together(text in "\\PC{0,60}") {
            holds_together(&Document::parse(&text))?;
        }
    }
}
