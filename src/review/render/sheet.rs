//! A body of bounded length, filled block by block: what does not fit is refused whole, so no fence or fold is ever cut open.

use super::escape::{Md, md};

/// Collects blocks up to a length.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    out: Md,
    left: usize,
}

impl Sheet {
    /// An empty sheet of `most` UTF-16 units.
    pub(super) fn new(most: usize) -> Self {
        Self { out: Md::default(), left: most }
    }

    /// Appends when it fits.
    pub(super) fn add(&mut self, block: impl Into<Md>) -> bool {
        let block = block.into();
        let Some(left) = self.left.checked_sub(block.units()) else { return false };
        self.left = left;
        self.out.push(block);
        true
    }

    /// Appends a fold with as many of the blocks as fit, in order; returns how many did. Nothing is written when none fits.
    pub(super) fn fold(&mut self, title: Md, blocks: &[Md]) -> usize {
        let open = md!["<details>\n<summary>", title, "</summary>\n\n"];
        let close = Md::from("\n</details>\n\n");
        let Some(mut room) = self.left.checked_sub(open.units() + close.units()) else { return 0 };
        let mut inside = Md::default();
        let mut taken = 0;
        for block in blocks {
            let Some(left) = room.checked_sub(block.units()) else { break };
            room = left;
            inside.push(block.clone());
            taken += 1;
        }
        if taken > 0 && self.add(md![open, inside, close]) { taken } else { 0 }
    }

    /// The text.
    pub(super) fn finish(self) -> Md {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_taken_whole_or_not_at_all() {
        let mut sheet = Sheet::new(70);
        assert!(sheet.add("0123456789"));
        assert!(!sheet.add("a very long block that does not fit into what is left of the sheet"));
        assert_eq!(sheet.fold(Md::from("t"), &[Md::from("one\n"), Md::from("two\n"), Md::from("three three\n")]), 2);
        let text = sheet.finish().into_string();
        assert_eq!(text, "0123456789<details>\n<summary>t</summary>\n\none\ntwo\n\n</details>\n\n");
        assert!(text.len() <= 70);
    }
}
