//! Text that was read out of a file without lines (DOCX, PDF), with the place of each line in the file: written by the readers of
//! those files, read as Markdown.

use super::Form;
use super::page::{Finished, Page, at_margin, fence};
use super::phrase::{BREAK, Phrase};
use super::table::{Cell, Header, write};
use crate::text::{Places, Spot};

/// What the first line of a manuscript begins with: no text of a person does.
const MARK: char = '\u{1}';
/// Deepest level of a list; what is nested deeper stands there.
const DEEPEST: usize = 8;
/// Width of the mark of an item, so that everything in it lines up whatever the mark.
const INDENT: usize = 4;

/// A list item's mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bullet {
    /// A sign.
    Sign,
    /// A number or letter.
    Number,
}

/// What was written last: what may go on and what must be parted.
#[derive(Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Item(usize),
    Quote,
}

/// A manuscript in the making.
#[derive(Debug)]
pub struct Manuscript {
    form: Form,
    page: Page,
    /// Where each part stands; a part is a line of `page`.
    spots: Vec<Spot>,
    code: Vec<(Spot, String)>,
    last: Last,
    bytes: usize,
}

impl Manuscript {
    /// An empty one, of a file of this form.
    #[must_use]
    pub fn new(form: Form) -> Self {
        Self { form, page: Page::new(0), spots: Vec::new(), code: Vec::new(), last: Last::Nothing, bytes: 0 }
    }

    /// Bytes of the words so far.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn begin(&mut self, spot: Spot) -> usize {
        self.end_code();
        self.at(spot)
    }

    fn at(&mut self, spot: Spot) -> usize {
        if self.spots.last() != Some(&spot) {
            self.spots.push(spot);
        }
        self.spots.len() - 1
    }

    fn markdown(&mut self, phrase: &Phrase) -> Option<String> {
        let markdown = phrase.markdown();
        self.bytes += markdown.len();
        Some(markdown).filter(|markdown| !markdown.is_empty())
    }

    /// A heading of level 1 to 6; others are moved there. Words that hide in it stand in a paragraph below.
    pub fn heading(&mut self, spot: Spot, level: u8, phrase: &Phrase) {
        let (seen, hidden) = phrase.parted();
        // Headings are bold anyway.
        if let Some(markdown) = self.markdown(&seen.plain()) {
            let line = self.begin(spot);
            let words = markdown.replace(BREAK, " ").replace('{', "&#123;");
            self.page.gap();
            self.page.line(line, &format!("{} {words}", "#".repeat(usize::from(level.clamp(1, 6)))));
            self.page.gap();
            self.last = Last::Nothing;
        }
        if !hidden.is_empty() {
            self.paragraph(spot, &hidden);
        }
    }

    /// A paragraph.
    pub fn paragraph(&mut self, spot: Spot, phrase: &Phrase) {
        let Some(markdown) = self.markdown(phrase) else { return };
        let line = self.begin(spot);
        self.page.gap();
        self.page.line(line, &at_margin(&markdown));
        self.page.gap();
        self.last = Last::Nothing;
    }

    /// A paragraph of a quotation; paragraphs that follow each other are one quotation.
    pub fn quote(&mut self, spot: Spot, phrase: &Phrase) {
        let Some(markdown) = self.markdown(phrase) else { return };
        let line = self.begin(spot);
        if self.last == Last::Quote {
            self.page.line(line, ">");
        } else {
            self.page.gap();
        }
        self.page.line(line, &format!("> {}", at_margin(&markdown)));
        self.last = Last::Quote;
    }

    /// An item of a list, at `depth` from 0.
    pub fn item(&mut self, spot: Spot, depth: usize, bullet: Bullet, phrase: &Phrase) {
        let Some(markdown) = self.markdown(phrase) else { return };
        let line = self.begin(spot);
        let most = match self.last {
            Last::Item(depth) => depth + 1,
            _ => 0,
        };
        if most == 0 {
            self.page.gap();
        }
        let depth = depth.min(most).min(DEEPEST);
        let mark = match bullet {
            Bullet::Sign => "-   ",
            Bullet::Number => "1.  ",
        };
        let words = match markdown.split_at_checked('\u{2610}'.len_utf8()) {
            Some(("\u{2610}", rest)) => format!("[ ] {}", rest.trim_start()),
            Some(("\u{2611}" | "\u{2612}", rest)) => format!("[x] {}", rest.trim_start()),
            _ => at_margin(&markdown).into_owned(),
        };
        self.page.line(line, &format!("{}{mark}{words}", " ".repeat(INDENT * depth)));
        self.last = Last::Item(depth);
    }

    /// A line of code; lines that follow each other are one block.
    pub fn code(&mut self, spot: Spot, line: &str) {
        self.bytes += line.len();
        self.code.push((spot, line.to_owned()));
    }

    fn end_code(&mut self) {
        let code = std::mem::take(&mut self.code);
        let lines = code.iter().flat_map(|(_, text)| text.lines());
        let ticks = fence(lines.clone());
        if lines.clone().all(|line| line.trim().is_empty()) {
            return;
        }
        self.page.gap();
        for (number, (spot, text)) in code.iter().enumerate() {
            let line = self.at(*spot);
            if number == 0 {
                self.page.line(line, &ticks);
            }
            text.split('\n').for_each(|text| self.page.line(line, text));
        }
        self.page.push(&ticks);
        self.page.push("\n\n");
        self.last = Last::Nothing;
    }

    /// A table: each row with its place and its cells. `heads` of the first rows name the columns, as
    /// the file says; where it says of none, the first one is judged by its look.
    pub fn table(&mut self, rows: &[(Spot, Vec<Phrase>)], heads: usize) {
        let Some((first, _)) = rows.first() else { return };
        let start = self.begin(*first);
        let mut written = Vec::with_capacity(rows.len());
        let mut hidden = Vec::new();
        for (spot, row) in rows {
            let line = self.at(*spot);
            let mut cells = Vec::with_capacity(row.len());
            for phrase in row {
                let (seen, veiled) = phrase.parted();
                let mut cell = Cell { is_reached: phrase.is_reached(), ..Cell::default() };
                if let Some(markdown) = self.markdown(&seen) {
                    cell.add(line, &markdown);
                }
                cells.push(cell);
                if !veiled.is_empty() {
                    hidden.push((*spot, veiled));
                }
            }
            written.push(cells);
        }
        let header = match heads {
            0 => Header::Unsaid,
            1 => Header::First,
            count => Header::Rows(count),
        };
        write(&mut self.page, start, &written, header);
        self.last = Last::Nothing;
        for (spot, phrase) in hidden {
            self.paragraph(spot, &phrase);
        }
    }

    /// A footnote, to which [`Phrase::refer`] refers.
    pub fn note(&mut self, spot: Spot, label: &str, phrase: &Phrase) {
        let Some(markdown) = self.markdown(phrase) else { return };
        let line = self.begin(spot);
        self.page.gap();
        self.page.line(line, &format!("[^{label}]: {markdown}"));
        self.page.gap();
        self.last = Last::Nothing;
    }

    /// The manuscript as text, for the reader of documents; none where it holds no words.
    #[must_use]
    pub fn finish(mut self) -> Option<String> {
        self.end_code();
        let name = name_of(self.form)?;
        if self.bytes == 0 {
            return None;
        }
        let Finished { markdown: text, lines, .. } = self.page.finish(self.spots.len());
        let mut out = format!("{MARK}{name}\n");
        let (mut at, mut last) = (0, None);
        for line in text.split_inclusive('\n') {
            let spot = self.spots.get((lines.line_of(at) as usize).saturating_sub(1)).copied();
            if let Some(spot) = spot.filter(|_| spot != last && !line.trim().is_empty()) {
                out.push_str(&spot.tag());
                last = Some(spot);
            }
            out.push('\t');
            out.push_str(line);
            at += line.len();
        }
        Some(out)
    }
}

/// Forms of manuscripts, and their names in the first line.
const FORMS: &[(&str, Form)] = &[("docx", Form::Word), ("pdf", Form::Pdf)];

fn name_of(form: Form) -> Option<&'static str> {
    FORMS.iter().find(|(_, known)| *known == form).map(|(name, _)| *name)
}

/// The form of the file that a manuscript was read out of; none for any other text.
pub(super) fn form(text: &str) -> Option<Form> {
    let name = text.strip_prefix(MARK)?.lines().next()?;
    FORMS.iter().find(|(known, _)| *known == name).map(|(_, form)| *form)
}

/// True for what a reader of files wrote.
pub(in crate::document) fn is_one(text: &str) -> bool {
    form(text).is_some()
}

/// The Markdown of a manuscript, with the places of its lines.
pub(in crate::document) fn read(text: &str) -> (String, Places) {
    let mut markdown = String::with_capacity(text.len());
    let mut spots = Vec::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n').skip(1)) {
        let (tag, line) = line.split_once('\t').unwrap_or(("", line));
        spots.extend(Spot::from_tag(tag).map(|spot| (number, spot)));
        markdown.push_str(line);
    }
    (markdown, Places::new(spots))
}

#[cfg(test)]
mod tests {
    use super::super::phrase::Look;
    use super::*;
    use crate::document::{BlockKind, Document};

    fn said(text: &str) -> Phrase {
        let mut phrase = Phrase::default();
        phrase.push(text, Look::default(), None);
        phrase
    }

    /// Kind, place and words of each block.
    fn show(text: &str) -> Vec<String> {
        let document = Document::read("a", text);
        let one = |block: &crate::document::Block| {
            let kind = match &block.kind {
                BlockKind::Heading => format!("h{}", document.sections[block.section].level),
                BlockKind::Item { depth, ordered, task, .. } => format!("{}{depth}{task:?}", u8::from(*ordered)),
                BlockKind::TableRow { row, .. } => format!("t{row}"),
                BlockKind::Fence { .. } => "code".into(),
                BlockKind::Footnote => "note".into(),
                _ if block.quoted => "quote".into(),
                _ => "p".into(),
            };
            format!("{kind}|{}|{}", document.places.say(block.lines), block.text.replace('\n', "/"))
        };
        document.blocks.iter().map(one).collect()
    }

    #[test]
    fn each_part_is_a_block_with_its_place() {
        let mut script = Manuscript::new(Form::Word);
        let at = Spot::Paragraph;
        script.heading(at(1), 1, &said("Fraud {x}"));
        script.paragraph(at(2), &said("# 1. of *all*"));
        script.item(at(3), 3, Bullet::Sign, &said("1. a"));
        script.item(at(4), 1, Bullet::Number, &said("\u{2612} b"));
        script.item(at(5), 0, Bullet::Sign, &said("c"));
        script.quote(at(6), &said("q"));
        script.quote(at(7), &said("> r"));
        script.code(at(8), "x = 1");
        script.code(at(9), "```\ny");
        let row = |row, cells: [&str; 2]| (Spot::Row { table: 1, row }, cells.map(said).to_vec());
        script.table(&[row(1, ["Metric", "Target"]), row(2, ["Rec|all", "0.9"])], 0);
        let mut with_note = said("see");
        with_note.refer("n1");
        script.paragraph(at(10), &with_note);
        script.note(Spot::Note(1), "n1", &said("why"));
        let text = script.finish().unwrap();
        assert_eq!(
            show(&text),
            [
                "h1|paragraph 1|Fraud {x}",
                "p|paragraph 2|# 1. of *all*",
                "00None|paragraph 3|1. a",
                "11Some(true)|paragraph 4|b",
                "00None|paragraph 5|c",
                "quote|paragraph 6|q",
                "quote|paragraph 7|> r",
                "code|paragraphs 8\u{2013}9|x = 1/```/y",
                "t0|table 1, row 1|Metric | Target",
                "t1|table 1, row 2|Rec|all | 0.9",
                "p|paragraph 10|see",
                "note|footnote 1|why",
            ]
        );
        assert_eq!(Form::of("a.md", &text), Form::Word);
    }

    #[test]
    fn without_words_there_is_no_manuscript() {
        let mut script = Manuscript::new(Form::Pdf);
        script.paragraph(Spot::Page(1), &said(" \u{a0} "));
        script.table(&[(Spot::Page(1), vec![said("")])], 1);
        script.code(Spot::Page(1), "");
        assert_eq!(script.finish(), None);
    }

    #[test]
    fn words_that_hide_hide_in_every_part() {
        let mut phrase = said("seen");
        phrase.push("veiled", Look { hidden: true, ..Look::default() }, None);
        let mut script = Manuscript::new(Form::Word);
        script.heading(Spot::Paragraph(1), 2, &phrase);
        script.paragraph(Spot::Paragraph(2), &phrase);
        script.item(Spot::Paragraph(3), 0, Bullet::Sign, &phrase);
        script.table(&[(Spot::Row { table: 1, row: 1 }, vec![phrase])], 1);
        let document = Document::read("a", &script.finish().unwrap());
        let hidden: Vec<_> =
            document.unseen.iter().filter(|one| one.span.of(&document.source).contains("veiled")).collect();
        assert_eq!(hidden.len(), 4, "{:?}", document.unseen);
        assert!(document.blocks.iter().all(|block| !block.text.contains("veiled")), "{:?}", document.blocks);
    }
}
