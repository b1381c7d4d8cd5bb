//! Kind `identifier`: two requirements of the same number. What only refers to a requirement is none.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;

use super::super::pattern::bounded;
use super::super::{Answer, Check, Context, Flaw, Kind, Names};
use super::MOST;
use super::statement::{Statement, statements};
use crate::document::BlockKind;
use crate::finding::CheckState;
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;

pub(in crate::rules::check) const KIND: Kind = Kind {
    name: "identifier",
    variables: &["id"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

#[derive(Debug)]
struct Identifier {
    /// Its first group is the number.
    pattern: Regex,
    /// Words that make a numbered statement a requirement, and not a mention of one.
    binding: Phrases,
    /// Words that head a column of requirements.
    headers: Phrases,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Identifier> {
    let pattern = fields.text("pattern", "a regular expression whose first group is the number")?;
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let (binding, headers) = (phrases("binding"), phrases("headers"));
    Some(Identifier { pattern: bounded(&pattern, fields.faults())?, binding, headers })
}

impl Check for Identifier {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut known: BTreeMap<String, Vec<(Statement<'_>, String)>> = BTreeMap::new();
        for statement in statements(cx).filter(|statement| self.is_requirement(statement, cx)) {
            let Some(groups) = self.pattern.captures(statement.text) else { continue };
            let (Some(whole), Some(id)) = (groups.get(0), groups.get(1)) else { continue };
            let said = statement.text.get(whole.end()..).unwrap_or_default().trim().to_lowercase();
            known.entry(id.as_str().to_uppercase()).or_default().push((statement, said));
        }
        if known.is_empty() {
            return vec![Answer::not_applicable("no requirement carries a number")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        for (id, uses) in known {
            let Some((first, rest)) = uses.split_first() else { continue };
            let Some((other, _)) = rest.iter().find(|(_, said)| *said != first.1) else { continue };
            let related = first.0.place(0, first.0.text.len(), cx).map(|place| place.evidence);
            answer.flaws.push(Flaw {
                place: other.place(0, other.text.len(), cx),
                related: related.into_iter().collect(),
                values: vec![("id", id)],
                ..Flaw::default()
            });
        }
        answer.flaws.truncate(cx.room(MOST));
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Absent;
        }
        vec![answer]
    }
}

impl Identifier {
    /// True where something binds: in a sentence anywhere, in a row of a table in the column that its head names for it.
    fn is_requirement(&self, statement: &Statement<'_>, cx: &Context<'_>) -> bool {
        let binds = |text: &str| self.binding.first_in(text).is_some();
        let Some(BlockKind::TableRow { table, row }) = cx.document.blocks.get(statement.block).map(|block| &block.kind)
        else {
            return binds(statement.text);
        };
        let Some(table) = cx.document.tables.get(*table) else { return false };
        let cells = row.checked_sub(1).and_then(|row| table.rows.get(row)).map(|row| row.cells.as_slice());
        let mut columns = table.header.iter().zip(cells.unwrap_or_default());
        columns.any(|(head, cell)| self.headers.first_in(&head.text).is_some() && binds(&cell.text))
    }
}
