//! Kind `placeholder`: what is still to be filled in. Worse where a metric, a gate or a business figure should stand.

use std::sync::Arc;

use regex::Regex;

use super::super::pattern::bounded;
use super::super::{Answer, Check, Context, Flaw, Kind, Names};
use super::MOST;
use crate::document::{Block, BlockId, BlockKind, Mark, is_placeholder};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;

pub(in crate::rules::check) const KIND: Kind = Kind {
    name: "placeholder",
    variables: &["term"],
    cases: &["field"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Longer blocks are not searched.
const LONGEST: usize = 20_000;

#[derive(Debug)]
struct Placeholder {
    pattern: Regex,
    /// Words of headings, table headers and labels below which a number is what the reader needs.
    fields: Phrases,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Placeholder> {
    let pattern = fields.text("pattern", "a regular expression of what is left open")?;
    let words = Phrases::new(fields.list("fields").iter().map(|word| word.text.as_str()));
    Some(Placeholder { pattern: bounded(&pattern, fields.faults())?, fields: words })
}

impl Check for Placeholder {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answer = Answer::new(None, CheckState::Specified);
        let readable = |block: &Block| {
            matches!(block.mark, Mark::Content | Mark::Placeholder)
                && !matches!(block.kind, BlockKind::Fence { .. } | BlockKind::TableRow { row: 0, .. })
                && block.text.len() <= LONGEST
        };
        for (id, block) in cx.document.blocks.iter().enumerate().filter(|(_, block)| readable(block)) {
            let Some((term, titles)) = self.open(id, block, cx) else { continue };
            let in_field = titles.iter().any(|title| self.fields.first_in(title).is_some());
            answer.flaws.push(Flaw {
                case: if in_field { "field" } else { "" },
                severity: Some(if in_field { Severity::Error } else { Severity::Warning }),
                place: Some(cx.place(id, block.lines)),
                values: vec![("term", term)],
                ..Flaw::default()
            });
        }
        // The worst first, for a document that is a form.
        answer.flaws.sort_by_key(|flaw| flaw.case.is_empty());
        answer.flaws.truncate(cx.room(MOST));
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Mentioned;
        }
        vec![answer]
    }
}

impl Placeholder {
    /// What is open in a block, and the titles that say what should stand there.
    fn open(&self, id: BlockId, block: &Block, cx: &Context<'_>) -> Option<(String, Vec<String>)> {
        let section = cx.document.sections.get(block.section);
        let mut titles: Vec<String> = section.map(|section| section.title.clone()).into_iter().collect();
        if let BlockKind::TableRow { table, row } = block.kind {
            let table = cx.document.tables.get(table)?;
            let cells = &table.rows.get(row.checked_sub(1)?)?.cells;
            let open = |text: &str| self.pattern.is_match(text) || is_placeholder(text);
            let (column, cell) = cells.iter().enumerate().find(|(_, cell)| open(&cell.text))?;
            titles.extend(table.header.get(column).map(|header| header.text.clone()));
            titles.extend(cells.first().filter(|_| column > 0).map(|label| label.text.clone()));
            return Some((cell.text.trim().chars().take(40).collect(), titles));
        }
        let found = self.pattern.find(&block.text).map(|found| found.as_str().to_owned());
        let whole = || is_placeholder(&block.text).then(|| block.text.trim().chars().take(40).collect());
        let term = found.or_else(whole)?;
        titles.extend(
            block.text.split_once(':').filter(|(label, _)| label.len() <= 60).map(|(label, _)| label.to_owned()),
        );
        let measured = cx.facts.mentions.iter().any(|mention| mention.block == id);
        if measured {
            titles.push("metric".to_owned());
        }
        Some((term, titles))
    }
}
