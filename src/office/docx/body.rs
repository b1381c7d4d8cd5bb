//! The text of a Word file, element by element: paragraphs, words with their looks, cells, references to notes.

use std::collections::BTreeMap;

use quick_xml::events::BytesStart;

use super::super::Unreadable;
use super::super::limits::TEXT;
use super::link::Links;
use super::styles::{Lists, Numbering, Role, Style, Styles, outline};
use super::table::Table;
use super::xml::{Item, holds, value};
use crate::document::{Form, Look, Manuscript, Phrase};
use crate::text::Spot;

/// Elements whose words are no part of the text: what was deleted or moved away, what the one before says already, how things looked
/// before a change, and the small print above words.
const SKIPPED: &[&str] = &[
    "del",
    "moveFrom",
    "mc:Fallback",
    "rt",
    "sectPrChange",
    "pPrChange",
    "rPrChange",
    "tblPrChange",
    "trPrChange",
    "tcPrChange",
    "tblPrExChange",
];
/// Half points up to which words cannot be read.
const TINY: u32 = 4;

/// What the text is read by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) styles: &'a Styles,
    pub(super) lists: &'a Lists,
    pub(super) links: &'a BTreeMap<String, String>,
}

/// A paragraph under way.
#[derive(Debug, Default)]
struct Paragraph {
    phrase: Phrase,
    style: Option<String>,
    numbering: Numbering,
    outline: Option<Role>,
    has_ground: bool,
}

/// What is said of the words in work.
#[derive(Debug, Default)]
struct Run {
    style: Option<Style>,
    strong: Option<bool>,
    emphasis: Option<bool>,
    struck: bool,
    hidden: Option<bool>,
    tiny: bool,
    white: bool,
    has_ground: bool,
}

/// The text under way.
pub(super) struct Body<'a> {
    around: Surroundings<'a>,
    script: Manuscript,
    /// Elements that are open.
    depth: usize,
    /// Elements that must end before words count again.
    skip: usize,
    /// Paragraphs that are open: text boxes stand in paragraphs.
    paragraphs: Vec<Paragraph>,
    run: Option<Run>,
    /// Elements of properties that are open: those of a paragraph, those of words.
    of_paragraph: usize,
    of_words: usize,
    in_text: bool,
    in_instruction: bool,
    links: Links,
    table: Option<Table>,
    /// Depths of the content controls that are open.
    controls: Vec<usize>,
    /// The first heading was a title: all others stand below it.
    has_title: bool,
    has_heading: bool,
    count: u32,
    tables: u32,
    referred: Vec<String>,
    note: Option<(String, Phrase)>,
    notes: BTreeMap<String, Phrase>,
    is_document: bool,
}

impl<'a> Body<'a> {
    pub(super) fn new(around: Surroundings<'a>) -> Self {
        Self {
            around,
            script: Manuscript::new(Form::Word),
            depth: 0,
            skip: 0,
            paragraphs: Vec::new(),
            run: None,
            of_paragraph: 0,
            of_words: 0,
            in_text: false,
            in_instruction: false,
            links: Links::default(),
            table: None,
            controls: Vec::new(),
            has_title: false,
            has_heading: false,
            count: 0,
            tables: 0,
            referred: Vec::new(),
            note: None,
            notes: BTreeMap::new(),
            is_document: false,
        }
    }

    /// Takes what comes next.
    pub(super) fn take(&mut self, item: Item<'_>) -> Result<(), Unreadable> {
        match item {
            Item::Open(name, tag) => {
                self.depth += 1;
                self.open(name, tag);
                Ok(())
            }
            Item::Close(name) => {
                let result = self.close(name);
                self.depth = self.depth.saturating_sub(1);
                result
            }
            Item::Words(words) => {
                if self.skip == 0 && self.in_text {
                    self.say(words);
                } else if self.skip == 0 && self.in_instruction {
                    self.links.instruct(words);
                }
                Ok(())
            }
        }
    }

    pub(super) fn is_document(&self) -> bool {
        self.is_document
    }

    /// The manuscript, and the labels of the notes that it refers to, in order.
    pub(super) fn finish(self) -> (Manuscript, Vec<String>) {
        (self.script, self.referred)
    }

    /// The notes of a part that holds such, by their labels.
    pub(super) fn notes(self) -> BTreeMap<String, Phrase> {
        self.notes
    }

    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if self.skip > 0 || SKIPPED.contains(&name) {
            if self.skip == 0
                && name == "del"
                && let Some(table) = self.table.as_mut().filter(|_| self.paragraphs.is_empty())
            {
                table.delete();
            }
            self.skip += 1;
            return;
        }
        let said = || value(tag, "val");
        match name {
            "document" => self.is_document = true,
            "p" => self.paragraphs.push(Paragraph::default()),
            "pPr" => self.of_paragraph += 1,
            "rPr" => self.of_words += 1,
            "r" => self.run = Some(Run::default()),
            "t" | "m:t" => self.in_text = true,
            "instrText" => self.in_instruction = true,
            "fldChar" => self.links.mark(&value(tag, "fldCharType").unwrap_or_default()),
            "hyperlink" => self.links.open(value(tag, "id").as_deref(), self.around.links),
            "sdt" => self.controls.push(self.depth),
            "docPartGallery" if said().is_some_and(|kind| kind.eq_ignore_ascii_case("table of contents")) => {
                self.skip = self.controls.last().map_or(0, |control| self.depth - control + 1);
            }
            "footnote" | "endnote" if value(tag, "type").is_none_or(|kind| kind == "normal") => {
                self.note = value(tag, "id").map(|id| (label(name, &id), Phrase::default()));
            }
            "footnoteReference" | "endnoteReference" => self.refer(name.trim_end_matches("Reference"), tag),
            "tbl" => match &mut self.table {
                Some(table) => table.inner += 1,
                None => self.table = Some(Table::default()),
            },
            _ if self.of_words > 0 => self.words_are(name, tag),
            _ if self.of_paragraph > 0 => self.paragraph_is(name, tag),
            "tab" | "ptab" => self.say(" "),
            "br" | "cr" => self.say("\n"),
            "noBreakHyphen" => self.say("-"),
            "sym" => self.say(sign(&value(tag, "char").unwrap_or_default())),
            _ => self.in_table(name, tag),
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Unreadable> {
        if self.skip > 0 {
            self.skip -= 1;
            if self.skip == 0 && name == "sdt" {
                self.controls.pop();
            }
            return Ok(());
        }
        match name {
            "p" => self.end_paragraph(),
            "pPr" => self.of_paragraph = self.of_paragraph.saturating_sub(1),
            "rPr" => self.of_words = self.of_words.saturating_sub(1),
            "r" => self.run = None,
            "t" | "m:t" => self.in_text = false,
            "instrText" => self.in_instruction = false,
            "hyperlink" => self.links.close(),
            "sdt" => drop(self.controls.pop()),
            "footnote" | "endnote" => self.notes.extend(self.note.take()),
            "tbl" => match &mut self.table {
                Some(table) if table.inner > 0 => table.inner -= 1,
                _ => {
                    if let Some(table) = self.table.take()
                        && table.write(&mut self.script, self.tables + 1)
                    {
                        self.tables += 1;
                    }
                }
            },
            "tc" => return self.outer().map_or(Ok(()), Table::close),
            "tr" => {
                if let Some(table) = self.outer() {
                    table.end_row();
                }
            }
            _ => {}
        }
        if self.script.bytes() > TEXT { Err(Unreadable::too_much_text()) } else { Ok(()) }
    }

    /// The table that is read, while nothing of a table within it is.
    fn outer(&mut self) -> Option<&mut Table> {
        self.table.as_mut().filter(|table| table.inner == 0)
    }

    fn in_table(&mut self, name: &str, tag: &BytesStart<'_>) {
        let Some(table) = self.outer() else { return };
        let columns = || value(tag, "val").and_then(|count| count.parse().ok()).unwrap_or(1);
        match name {
            "tr" => table.row(),
            "tc" => table.open(),
            "gridSpan" | "gridBefore" => table.across(columns()),
            "vMerge" if value(tag, "val").is_none_or(|kind| kind == "continue") => table.goes_on(),
            "tblHeader" if holds(tag) => table.head(true),
            "tblLook" if is_headed(tag) => table.head(false),
            _ => {}
        }
    }

    fn paragraph_is(&mut self, name: &str, tag: &BytesStart<'_>) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let said = || value(tag, "val");
        match name {
            "pStyle" => paragraph.style = said(),
            "outlineLvl" => paragraph.outline = said().map(|level| outline(&level)),
            "numId" => paragraph.numbering.list = said(),
            "ilvl" => paragraph.numbering.level = said().and_then(|level| level.parse().ok()),
            "shd" => paragraph.has_ground = has_ground(tag),
            _ => {}
        }
    }

    fn words_are(&mut self, name: &str, tag: &BytesStart<'_>) {
        let Some(run) = &mut self.run else { return };
        match name {
            "rStyle" => run.style = value(tag, "val").map(|style| self.around.styles.words(&style)),
            "b" => run.strong = Some(holds(tag)),
            "i" => run.emphasis = Some(holds(tag)),
            "strike" | "dstrike" => run.struck = holds(tag),
            "vanish" => run.hidden = Some(holds(tag)),
            "sz" => {
                run.tiny = value(tag, "val").and_then(|size| size.parse().ok()).is_some_and(|size: u32| size <= TINY);
            }
            "color" => run.white = value(tag, "val").is_some_and(|color| color.eq_ignore_ascii_case("ffffff")),
            "shd" => run.has_ground = has_ground(tag),
            "highlight" => run.has_ground = true,
            _ => {}
        }
    }

    fn say(&mut self, words: &str) {
        let look = self.look();
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.phrase.push(words, look, self.links.target());
        }
    }

    fn look(&self) -> Look {
        let usual = Run::default();
        let (run, paragraph) = (self.run.as_ref().unwrap_or(&usual), self.paragraphs.last());
        let of_paragraph = self.around.styles.paragraph(paragraph.and_then(|one| one.style.as_deref()));
        let of_words = run.style.clone().unwrap_or_default();
        let holds =
            |own: Option<bool>, words: Option<bool>, lines: Option<bool>| own.or(words).or(lines).unwrap_or(false);
        // On a dark ground white words are read. That of a table may come from its style.
        let is_bare = self.table.is_none() && !run.has_ground && paragraph.is_none_or(|one| !one.has_ground);
        Look {
            strong: holds(run.strong, of_words.strong, of_paragraph.strong),
            emphasis: holds(run.emphasis, of_words.emphasis, of_paragraph.emphasis),
            struck: run.struck,
            code: of_words.role() == Role::Code,
            hidden: holds(run.hidden, of_words.hidden, of_paragraph.hidden) || run.tiny || (run.white && is_bare),
        }
    }

    fn refer(&mut self, kind: &str, tag: &BytesStart<'_>) {
        let Some(label) = value(tag, "id").map(|id| label(kind, &id)) else { return };
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.phrase.refer(&label);
            if !self.referred.contains(&label) {
                self.referred.push(label);
            }
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        let phrase = paragraph.phrase;
        if phrase.is_empty() {
            return;
        }
        if let Some((_, note)) = &mut self.note {
            note.append(phrase);
            return;
        }
        let style = self.around.styles.paragraph(paragraph.style.as_deref());
        let role = paragraph.outline.filter(|_| !matches!(style.role(), Role::Heading(_))).unwrap_or(style.role());
        if role == Role::Contents {
            return;
        }
        if let Some(table) = &mut self.table {
            table.add(phrase);
            return;
        }
        self.count += 1;
        let spot = Spot::Paragraph(self.count);
        match role {
            Role::Title => {
                self.has_title |= !self.has_heading;
                self.has_heading = true;
                self.script.heading(spot, 1, &phrase);
            }
            Role::Heading(level) => {
                self.has_heading = true;
                self.script.heading(spot, level + u8::from(self.has_title), &phrase);
            }
            Role::Code => self.script.code(spot, &phrase.text()),
            Role::Quote => self.script.quote(spot, &phrase),
            Role::Plain | Role::Contents => match self.around.lists.item(&paragraph.numbering, &style.numbering) {
                Some((depth, bullet)) => self.script.item(spot, depth, bullet, &phrase),
                None => self.script.paragraph(spot, &phrase),
            },
        }
    }
}

/// A label for the note `id`, which tells footnotes from endnotes.
fn label(kind: &str, id: &str) -> String {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    format!("{}{id}", kind.get(..1).unwrap_or_default())
}

/// The look of a table sets its first row apart.
fn is_headed(tag: &BytesStart<'_>) -> bool {
    let bits = value(tag, "val").and_then(|bits| u32::from_str_radix(&bits, 16).ok()).unwrap_or(0);
    let said = value(tag, "firstRow").map(|said| matches!(said.as_str(), "1" | "true" | "on"));
    said.unwrap_or(bits & 0x20 != 0)
}

fn has_ground(tag: &BytesStart<'_>) -> bool {
    value(tag, "fill").is_some_and(|fill| !matches!(fill.to_ascii_lowercase().as_str(), "auto" | "ffffff" | ""))
}

/// A sign of a font of signs, by its code: boxes and ticks are what matters of them.
fn sign(code: &str) -> &'static str {
    match code.to_ascii_uppercase().as_str() {
        "F0A8" | "F06F" | "F071" | "F0A3" => "\u{2610}",
        "F0FE" | "F052" | "F0FD" | "F054" => "\u{2612}",
        "F0FC" => "\u{2713}",
        "F0E0" | "F0E8" => "\u{2192}",
        "F0B7" | "F0A7" => "\u{2022}",
        _ => " ",
    }
}
