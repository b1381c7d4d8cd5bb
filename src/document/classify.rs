//! Tells content from what only looks like it: placeholders, template prompts, examples, glossaries, apparatus.
//! Works on words and titles alone; when in doubt a passage is content.

use super::placeholder::{has_slot, is_placeholder};
use super::titles::{plain, title};
use super::{Block, BlockKind, Mark, Section, Table, sentences};

/// Marks sections by their titles and blocks by their words. `emphasised` says of each block whether all of it is.
pub(super) fn mark(sections: &mut [Section], blocks: &mut [Block], tables: &[Table], emphasised: &[bool]) {
    mark_sections(sections);
    let asks: Vec<Ask> = blocks.iter().map(ask).collect();
    let template = is_template(blocks, tables, &asks);
    let mut questions = Questions::default();
    for at in 0..blocks.len() {
        let Some(block) = blocks.get(at) else { continue };
        let above = block.lead.and_then(|lead| blocks.get(lead));
        // Code or a table under "Example:" belongs to it; a list often is the content itself.
        let shown = !matches!(block.kind, BlockKind::Item { .. } | BlockKind::Paragraph)
            && above.is_some_and(|lead| lead.mark == Mark::Example && lead.text.ends_with(':'));
        let section = sections.get(block.section);
        let mark = match (block.mark, section.map_or(Mark::Content, |section| section.mark)) {
            (mark, _) | (Mark::Content, mark) if mark != Mark::Content => mark,
            _ if block.kind == BlockKind::Heading => Mark::Content,
            _ if has_slot(&block.text) => Mark::Slot,
            _ if shown || is_example(&block.text) => Mark::Example,
            _ if is_comment(&block.text) => Mark::Comment,
            _ if is_empty_item(block) || block_is_placeholder(block, tables) => Mark::Placeholder,
            _ => {
                let italic = emphasised.get(at).copied().unwrap_or(false);
                let prompt = match asks.get(at).copied().unwrap_or(Ask::Nothing) {
                    Ask::Question => !questions.are_content(sections, block.section),
                    Ask::Instruction => true,
                    Ask::Perhaps => template,
                    Ask::Nothing => template && block.quoted && is_guidance_quote(&block.text),
                };
                if prompt || (template && italic && block.text.len() > 40) { Mark::Guidance } else { Mark::Content }
            }
        };
        if let Some(block) = blocks.get_mut(at) {
            block.mark = mark;
        }
    }
    mark_around_slots(sections, blocks, tables.len());
}

/// Headers of tables and headings of sections wait with what they announce, when all of it is slots.
fn mark_around_slots(sections: &[Section], blocks: &mut [Block], tables: usize) {
    if blocks.iter().all(|block| block.mark != Mark::Slot) {
        return;
    }
    let mut rows = vec![Around::default(); tables];
    for block in blocks.iter() {
        if let BlockKind::TableRow { table, row: 1.. } = block.kind
            && let Some(around) = rows.get_mut(table)
        {
            around.add(block);
        }
    }
    for block in blocks.iter_mut() {
        if let BlockKind::TableRow { table, row: 0 } = block.kind
            && rows.get(table).is_some_and(Around::is_open)
        {
            block.mark = Mark::Slot;
        }
    }
    let mut inside = vec![Around::default(); sections.len()];
    for block in blocks.iter().filter(|block| block.kind != BlockKind::Heading) {
        if let Some(around) = inside.get_mut(block.section) {
            around.add(block);
        }
    }
    // A section comes before those inside it.
    for (at, section) in sections.iter().enumerate().rev() {
        let own = inside.get(at).copied().unwrap_or_default();
        if let Some(around) = section.parent.and_then(|parent| inside.get_mut(parent)) {
            around.slots += own.slots;
            around.others += own.others;
        }
    }
    for block in blocks.iter_mut().filter(|block| block.kind == BlockKind::Heading && block.mark == Mark::Content) {
        // A heading in a quote or list announces nothing of the section.
        let opens = sections.get(block.section).is_some_and(|section| section.heading.overlaps(block.span));
        if opens && inside.get(block.section).is_some_and(Around::is_open) {
            block.mark = Mark::Slot;
        }
    }
}

/// What is announced: how much of it is slots.
#[derive(Debug, Clone, Copy, Default)]
struct Around {
    slots: usize,
    others: usize,
}

impl Around {
    fn add(&mut self, block: &Block) {
        if block.mark == Mark::Slot {
            self.slots += 1;
        } else if !block.text.is_empty() {
            self.others += 1;
        }
    }

    fn is_open(&self) -> bool {
        self.slots > 0 && self.others == 0
    }
}

/// Remembers for one section at a time whether questions are its content ("Open questions").
#[derive(Default)]
struct Questions {
    last: Option<(usize, bool)>,
}

impl Questions {
    fn are_content(&mut self, sections: &[Section], id: usize) -> bool {
        if let Some((last, answer)) = self.last
            && last == id
        {
            return answer;
        }
        let mut at = sections.get(id);
        let mut answer = false;
        while let Some(section) = at {
            let words = plain(&section.title);
            answer |= words
                .iter()
                .any(|word| matches!(word.as_str(), "questions" | "unknowns" | "fragen" | "вопросы" | "faq"));
            at = section.parent.and_then(|id| sections.get(id));
        }
        self.last = Some((id, answer));
        answer
    }
}

fn mark_sections(sections: &mut [Section]) {
    let end = sections.first().map_or(0, |top| top.whole.end());
    for at in 0..sections.len() {
        let Some(section) = sections.get(at) else { continue };
        let inherited = section.parent.and_then(|id| sections.get(id)).map_or(Mark::Content, |parent| parent.mark);
        // The title of the whole document says what it is called, not that none of it counts.
        let whole_document = at == 1 && section.whole.len() * 2 > end;
        let mark = match inherited {
            Mark::Content if whole_document => Mark::Content,
            Mark::Content => title(&section.title),
            mark => mark,
        };
        if let Some(section) = sections.get_mut(at) {
            section.mark = mark;
        }
    }
}

/// A short line wholly in bold is a heading: not a sentence, not a commitment, not a caption.
pub(super) fn stands_as_heading(text: &str) -> bool {
    let words = text.split_whitespace().count();
    (1..=12).contains(&words)
        && text.len() <= 120
        && text.chars().any(char::is_alphabetic)
        && !text.contains(['%', '≥', '≤', '<', '>', '=', '\n'])
        && !text.ends_with(['.', '!', ';', ','])
        && !is_caption(text)
}

/// "Table 3: …", "Figure 1 …".
pub(super) fn is_caption(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let named = words.next().is_some_and(|word| {
        ["table", "figure", "fig.", "tabelle", "abbildung", "таблица", "рисунок"]
            .contains(&word.to_lowercase().as_str())
    });
    named && words.next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_empty_item(block: &Block) -> bool {
    block.text.is_empty() && matches!(block.kind, BlockKind::Item { .. })
}

fn is_comment(text: &str) -> bool {
    text.starts_with("[//]: ") || text.starts_with("[comment]: ")
}

fn is_example(text: &str) -> bool {
    const BEGIN: &[&str] = &[
        "for example",
        "for instance",
        "e.g.",
        "example:",
        "examples:",
        "as an example",
        "z. b.",
        "z.b.",
        "zum beispiel",
    ];
    let start: String = text.trim_start_matches(['(', '-', '*', '"', ' ']).chars().take(16).collect();
    let start = start.to_lowercase();
    BEGIN.iter().any(|begin| start.starts_with(begin))
}

/// A row counts as a placeholder when every value behind its label is one, or empty.
fn block_is_placeholder(block: &Block, tables: &[Table]) -> bool {
    let BlockKind::TableRow { table, row } = block.kind else { return is_placeholder(&block.text) };
    let Some(row) = row.checked_sub(1).and_then(|row| tables.get(table)?.rows.get(row)) else { return false };
    let mut filled = row.cells.iter().skip(1).filter(|cell| !cell.text.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| is_placeholder(&cell.text))
}

/// What a block asks of its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Nothing,
    /// Nothing but questions.
    Question,
    /// An instruction to the author.
    Instruction,
    /// An instruction to the author, or a requirement on the system.
    Perhaps,
}

fn ask(block: &Block) -> Ask {
    if !matches!(block.kind, BlockKind::Paragraph | BlockKind::Item { .. }) || block.text.len() > 800 {
        return Ask::Nothing;
    }
    let text = block.text.trim();
    let mut all = (!text.is_empty(), false);
    for sentence in sentences(text) {
        let bare = without_aside(sentence.text);
        let question = bare.ends_with('?') || (bare.is_empty() && sentence.start > 0) || is_example(sentence.text);
        all = (all.0 && question, all.1 || bare.ends_with('?'));
    }
    if all == (true, true) || is_open_question(text) {
        return Ask::Question;
    }
    let first: String = text.chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    let rest = text.get(first.len()..).unwrap_or_default().trim_start().to_lowercase();
    let numbers = without_aside(text).chars().any(|c| c.is_ascii_digit());
    match first.as_str() {
        _ if numbers => Ask::Nothing,
        "describe" | "briefly" => Ask::Instruction,
        "explain" if ["how", "why", "what", "the", "your", "which"].iter().any(|word| rest.starts_with(word)) => {
            Ask::Instruction
        }
        "insert" | "fill" | "replace" | "delete"
            if rest.contains("this") || rest.contains("here") || rest.starts_with("in ") =>
        {
            Ask::Instruction
        }
        "list" | "provide" | "specify" | "identify" | "define" | "state" | "summarise" | "summarize" | "outline"
        | "include" | "document" | "enter" | "add" | "write" | "explain" | "quantify" | "give" | "note" | "mention"
        | "discuss" => Ask::Perhaps,
        _ => Ask::Nothing,
    }
}

/// A question of a template that lost its mark: "What is a quantifiable metric (e.g. …)".
fn is_open_question(text: &str) -> bool {
    let bare = without_aside(text);
    let mut words = bare.split_whitespace().map(str::to_lowercase);
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let asks = ["who", "what", "how", "when", "which", "why", "where"].contains(&first.as_str());
    let verb = ["is", "are", "will", "do", "does", "would", "can", "should", "was", "were", "has", "have", "must"]
        .contains(&second.as_str());
    asks && verb
        && words.count() <= 28
        && !bare.contains([':', '\n', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        && !bare.trim_end_matches('.').contains(". ")
}

/// Without a bracket at its end: "… metric? (e.g. recall)".
fn without_aside(text: &str) -> &str {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    match text.strip_suffix(')').and_then(|inner| inner.rfind('(')) {
        Some(at) => text.get(..at).unwrap_or(text).trim_end(),
        None => text,
    }
}

fn is_guidance_quote(text: &str) -> bool {
    text.contains('?') || text.contains("e.g.") || text.contains("<=") || text.to_lowercase().contains("template")
}

/// A template that nobody filled in: a good part of its blocks asks or holds a place open.
fn is_template(blocks: &[Block], tables: &[Table], asks: &[Ask]) -> bool {
    let mut all = 0_usize;
    let mut open = 0_usize;
    for (block, ask) in blocks.iter().zip(asks) {
        if block.kind != BlockKind::Heading && !block.text.is_empty() && !has_slot(&block.text) {
            all += 1;
            open +=
                usize::from(*ask == Ask::Question || *ask == Ask::Instruction || block_is_placeholder(block, tables));
        }
    }
    open >= 4 && open * 4 >= all
}
