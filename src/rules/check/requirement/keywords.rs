//! Kind `keywords`: several words for the same duty, and nothing says how they differ. Counts words in requirements and judges none
//! of them.

use std::sync::Arc;

use super::super::{Answer, Check, Context, Flaw, Kind, Names};
use super::statement::{Statement, requirements};
use crate::finding::CheckState;
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;

pub(in crate::rules::check) const KIND: Kind = Kind {
    name: "keywords",
    variables: &["term", "count", "other", "others"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

#[derive(Debug)]
struct Keywords {
    /// Words that bind alike.
    words: Vec<(String, Phrases)>,
    /// Words by which a text says what its keywords mean.
    declared: Phrases,
    /// Fewer uses of a word are a slip of the pen.
    least: usize,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Keywords> {
    let words: Vec<(String, Phrases)> = fields
        .list("words")
        .into_iter()
        .map(|word| (word.text.clone(), Phrases::new(std::iter::once(word.text.as_str()))))
        .collect();
    let declared = Phrases::new(fields.list("declared").iter().map(|word| word.text.as_str()));
    let least = fields.count("least", 1, 20).map_or(2, |count| count as usize);
    if words.len() < 2 {
        let advice = "list at least two words that bind alike";
        fields.faults().report("missing-key", Some(fields.spot()), "this check compares no `words`", advice);
        return None;
    }
    Some(Keywords { words, declared, least })
}

impl Check for Keywords {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut uses: Vec<Vec<Statement<'_>>> = vec![Vec::new(); self.words.len()];
        for statement in requirements(cx) {
            for ((_, word), uses) in self.words.iter().zip(&mut uses) {
                if word.first_in(statement.text).is_some() {
                    uses.push(statement);
                }
            }
        }
        if uses.iter().all(Vec::is_empty) {
            return vec![Answer::not_applicable("no sentence uses one of the words")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        let mut often: Vec<(&str, &Vec<Statement<'_>>)> = self
            .words
            .iter()
            .map(|(word, _)| word.as_str())
            .zip(&uses)
            .filter(|(_, uses)| uses.len() >= self.least)
            .collect();
        often.sort_by_key(|(_, uses)| std::cmp::Reverse(uses.len()));
        let is_declared = || cx.document.blocks.iter().any(|block| self.declared.first_in(&block.text).is_some());
        if let [(most, many), .., (least, few)] = often.as_slice()
            && !is_declared()
        {
            let place = few.first().and_then(|statement| statement.place(0, statement.text.len(), cx));
            let related = many.first().and_then(|statement| statement.place(0, statement.text.len(), cx));
            let values = vec![
                ("term", (*most).to_owned()),
                ("count", many.len().to_string()),
                ("other", (*least).to_owned()),
                ("others", few.len().to_string()),
            ];
            let related = related.map(|place| place.evidence).into_iter().collect();
            answer.state = CheckState::Mentioned;
            answer.flaws.push(Flaw { place, related, values, ..Flaw::whole() });
        }
        vec![answer]
    }
}
