//! When the question of a check makes no sense for a document: too few passages of a kind, or words that answer it beforehand.

use super::Context;
use super::scope::stands;
use crate::document::{Block, BlockKind};
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;

/// A condition under which a check has no question.
#[derive(Debug)]
pub(super) struct Moot {
    words: Phrases,
    /// Headings whose passages count without any of the words.
    under: Phrases,
    /// Fewer passages than this make it moot; without it, one passage does.
    fewer_than: Option<usize>,
    /// Documents of as many words always have the question.
    shorter_than: Option<usize>,
    because: String,
}

impl Moot {
    /// Reads the key `moot`.
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let table = fields.table("moot")?;
        let phrases = |key| Phrases::new(table.list(key).iter().map(|word| word.text.as_str()));
        let (words, under) = (phrases("words"), phrases("under"));
        let fewer_than = table.count("fewer-than", 2, 20).map(|count| count as usize);
        let shorter_than = table.count("shorter-than", 50, 5000).map(|count| count as usize);
        let because = table.text("because", "one sentence for the reader of the checklist").map(|word| word.text);
        table.finish();
        Some(Self { words, under, fewer_than, shorter_than, because: because? })
    }

    /// Why there is no question, if there is none.
    pub(super) fn reason(&self, cx: &Context<'_>) -> Option<&str> {
        let words = || cx.document.content().map(|(_, block)| block.text.split_whitespace().count()).sum::<usize>();
        if self.shorter_than.is_some_and(|most| words() >= most) {
            return None;
        }
        let is_text = |kind: &BlockKind| !matches!(kind, BlockKind::Heading | BlockKind::Fence { .. });
        let announced =
            |section| cx.document.heading_path(section).iter().any(|title| self.under.first_in(title).is_some());
        let blocks = cx.document.content().filter(|(_, block)| is_text(&block.kind) || self.fewer_than.is_none());
        let passages = |block: &Block| {
            let said = block.sentences().filter(|sentence| stands(&self.words, sentence.text).is_some()).count();
            if said == 0 && announced(block.section) { 1 } else { said }
        };
        let most = self.fewer_than.unwrap_or(1);
        let found = blocks.scan(0, |sum, (_, block)| (*sum < most).then(|| *sum += passages(block)).map(|()| *sum));
        let found = found.last().unwrap_or(0);
        let moot = self.fewer_than.map_or(found > 0, |least| found < least);
        moot.then_some(self.because.as_str())
    }
}
