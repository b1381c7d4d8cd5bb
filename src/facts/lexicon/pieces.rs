//! The pieces of a block that words must share to belong together. Never looks at the words.

use crate::document::{Block, BlockKind};

/// Start and end of every piece in the block's text: a whole table row, a line of a fence, otherwise a sentence. A block
/// has at least one.
pub(in crate::facts) fn pieces(block: &Block) -> Vec<(usize, usize)> {
    let text = block.text.as_str();
    let mut pieces: Vec<(usize, usize)> = match block.kind {
        BlockKind::TableRow { .. } | BlockKind::Heading => vec![(0, text.len())],
        BlockKind::Fence { .. } => {
            let mut at = 0;
            text.split_inclusive('\n')
                .map(|line| {
                    let start = at;
                    at += line.len();
                    (start, at)
                })
                .collect()
        }
        _ => block.sentences().map(|sentence| (sentence.start, sentence.start + sentence.text.len())).collect(),
    };
    if pieces.is_empty() {
        pieces.push((0, text.len()));
    }
    pieces
}
