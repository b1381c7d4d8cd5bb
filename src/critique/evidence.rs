//! Is the quotation really there? Code looks, in what a person sees of the document; the model is never believed, and never
//! names a line.

use super::visible::{View, is_invisible, one_line};
use crate::document::{Document, Mark, SectionId};
use crate::finding::Evidence;
use crate::text::Span;
use crate::text::fold::{fold, folded};

/// Longest quotation in words: what follows is cut before the search.
const WORDS: usize = 40;
/// Most bytes of one block or section that are searched: beyond that the index would outgrow the document tenfold.
const SEARCHED: usize = 2 * 1024 * 1024;

/// A quotation that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Its lines and its words, as they stand in the document.
    pub(super) evidence: Evidence,
    /// The section it stands in.
    pub(super) section: Option<SectionId>,
}

/// Does `text` say these words, as whole words?
pub(super) fn says(text: &str, words: &str) -> bool {
    let words = fold(words);
    let words = words.trim();
    words.chars().any(char::is_alphanumeric) && Hay::new(text).all(words).next().is_some()
}

/// Looks for each quotation; none where it is too short to prove anything, does not stand in the document, or stands only
/// where it is no content (comments, guidance of a template, examples).
pub(super) fn find(document: &Document, view: &View<'_>, quotes: &[String]) -> Vec<Option<Found>> {
    let needles: Vec<Option<String>> = quotes.iter().map(|quote| needle(quote)).collect();
    let mut found: Vec<Option<Found>> = vec![None; quotes.len()];
    let open =
        |found: &[Option<Found>]| needles.iter().zip(found).any(|(needle, hit)| needle.is_some() && hit.is_none());
    // First what a reader sees, block by block: markup, links and quote marks do not stand in the way there.
    for block in document.blocks.iter().filter(|block| block.mark == Mark::Content) {
        if !open(&found) {
            return found;
        }
        let hay = Hay::new(&block.text);
        for (needle, slot) in needles.iter().zip(&mut found).filter(|(_, slot)| slot.is_none()) {
            let hit = needle.as_ref().and_then(|needle| {
                hay.all(needle).find_map(|(start, end)| {
                    let span = block.map.span(start, end);
                    let words = block.text.get(start..end).unwrap_or_default();
                    (!view.is_hidden(span)).then(|| found_at(document, span, words, Some(block.section)))
                })
            });
            *slot = hit;
        }
    }
    // Then the source, section by section: quotations that run over blocks or copy the markup.
    for (id, section) in document.sections.iter().enumerate() {
        if !open(&found) {
            return found;
        }
        let seen = view.visible(section.own);
        let hay = Hay::new(&seen.text);
        for (needle, slot) in needles.iter().zip(&mut found).filter(|(_, slot)| slot.is_none()) {
            let hit = needle.as_ref().and_then(|needle| {
                hay.all(needle).find_map(|(start, end)| {
                    let last = seen.text.get(start..end).and_then(|words| words.char_indices().next_back())?;
                    let end_at = seen.source_offset(start + last.0) + last.1.len_utf8();
                    let span = Span::new(seen.source_offset(start), end_at);
                    let words = seen.text.get(start..end).unwrap_or_default();
                    is_content(document, span).then(|| found_at(document, span, words, Some(id)))
                })
            });
            *slot = hit;
        }
    }
    found
}

fn found_at(document: &Document, span: Span, words: &str, section: Option<SectionId>) -> Found {
    let words = one_line(words, usize::MAX);
    Found { evidence: Evidence::new(document.lines.range(span), &words).said(&document.places), section }
}

/// What stands in no block is content (a heading's neighbourhood, front matter); what stands in blocks needs one that is.
fn is_content(document: &Document, span: Span) -> bool {
    let mut marks = document.blocks.iter().filter(|block| block.span.overlaps(span)).map(|block| block.mark).peekable();
    marks.peek().is_none() || marks.any(|mark| mark == Mark::Content)
}

/// The folded words to look for; none when they are too few to prove anything: less than three words and twelve characters.
fn needle(quote: &str) -> Option<String> {
    let quote: String = quote.chars().filter(|c| !is_invisible(*c)).collect();
    let words: Vec<&str> = quote.split_whitespace().take(WORDS).collect();
    let folded = fold(&words.join(" "));
    let needle = folded.trim_matches(|c: char| c == '"' || c == '\'' || c == '…' || c == '.' || c == ' ').to_owned();
    let words = needle.split(' ').filter(|word| word.chars().any(char::is_alphanumeric)).count();
    let proves = words >= 3 || (words >= 1 && needle.chars().count() >= 12);
    proves.then_some(needle)
}

/// A folded text that knows where its characters come from.
struct Hay {
    text: String,
    /// For each byte of `text`: (start, end) of the character in the text that was folded.
    origin: Vec<(usize, usize)>,
}

impl Hay {
    fn new(source: &str) -> Self {
        let source = source.get(..source.floor_char_boundary(SEARCHED)).unwrap_or_default();
        let mut text = String::with_capacity(source.len());
        let mut origin = Vec::with_capacity(source.len());
        for (at, c) in folded(source) {
            let len = source.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            text.push(c);
            origin.extend(std::iter::repeat_n((at, at + len), c.len_utf8()));
        }
        Self { text, origin }
    }

    /// Every place where `needle` stands as whole words and whole numbers: offsets in the text that was folded.
    fn all<'a>(&'a self, needle: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.text.match_indices(needle).filter(|(at, _)| self.stands_alone(*at, needle)).filter_map(|(at, _)| {
            let (start, _) = self.origin.get(at)?;
            let (_, end) = self.origin.get(at + needle.len() - 1)?;
            Some((*start, *end))
        })
    }

    fn stands_alone(&self, at: usize, needle: &str) -> bool {
        let mut before = self.text.get(..at).unwrap_or_default().chars().rev();
        let mut after = self.text.get(at + needle.len()..).unwrap_or_default().chars();
        joins(needle.chars().next(), &mut before) && joins(needle.chars().next_back(), &mut after)
    }
}

/// True when a quotation whose outermost character is `edge` may end before `outside` goes on: not inside a word, and not
/// inside a number ("0.8" is no quotation of "0.88", nor "88" of it).
fn joins(edge: Option<char>, outside: &mut impl Iterator<Item = char>) -> bool {
    let edge = edge.unwrap_or(' ');
    let next = outside.next();
    let inside_word = edge.is_alphanumeric() && next.is_some_and(char::is_alphanumeric);
    let inside_number = edge.is_ascii_digit()
        && next.is_some_and(|c| matches!(c, '.' | ','))
        && outside.next().is_some_and(|c| c.is_ascii_digit());
    !inside_word && !inside_number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::LineRange;

    /// The lines on which `quote` is found in `source`; (0, 0) when it is not.
    fn look(document: &Document, quotes: &[String]) -> Vec<Option<Found>> {
        find(document, &View::of(document), quotes)
    }

    fn check(source: &str, quote: &str, expected: (u32, u32)) {
        let found = look(&Document::parse(source), &[quote.to_owned()]).into_iter().next().flatten();
        let lines = found.map_or((0, 0), |found| (found.evidence.lines.start, found.evidence.lines.end));
        assert_eq!(lines, expected, "{quote:?} in {source:?}");
    }

    #[test]
    fn a_quotation_is_found_whatever_its_quote_marks_white_space_and_markdown() {
        let source = "# Metrics\n\nWe chose **recall** because a missed\nfraud costs “about” 400 € – each.\n";
        check(source, "We chose recall because a missed fraud", (3, 4));
        check(source, "we chose RECALL because", (3, 3));
        check(source, "a missed\n   fraud costs \"about\" 400 € - each", (3, 4));
        check(source, "\"fraud costs 'about'", (0, 0));
        check(source, "“fraud costs “about” 400 €”", (4, 4));
        check(source, "...missed fraud costs…", (3, 4));
        check(source, "We chose `recall`", (3, 3));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let source = "# Metrics\n\nRecall must reach 0.88 on the test set.\n";
        check(source, "Recall must reach 0.98 on the test set", (0, 0));
        check(source, "Recall must reach 0.8", (0, 0));
        check(source, "88 on the test", (0, 0));
        check(source, "call must reach 0.88", (0, 0));
        check(source, "Recall must reach 0.88", (3, 3));
        check(source, "precision protects the customer", (0, 0));
        check("", "anything at all", (0, 0));
    }

    #[test]
    fn words_are_said_whole() {
        for (text, words, expected) in [
            ("The **plumbers** answer for it.", "the plumbers", true),
            ("The plumbers answer for it.", "The Plumbers", true),
            ("Pilots work with it.", "IT", true),
            ("Pilots work with maps.", "it", false),
            ("Anything.", " ", false),
        ] {
            assert_eq!(says(text, words), expected, "{text} {words}");
        }
    }

    #[test]
    fn a_fragment_proves_nothing() {
        let source = "The recall is high.\nGeneralisierungsfähigkeit\n. . . . . . . .\n";
        check(source, "recall", (0, 0));
        check(source, "the recall", (0, 0));
        check(source, "recall is high", (1, 1));
        check(source, "Generalisierungsfähigkeit", (2, 2));
        check(source, ". . . . . . . .", (0, 0));
        check(source, "", (0, 0));
        check(source, "   ", (0, 0));
    }

    #[test]
    fn comments_are_no_content() {
        let source =
            "# A\n\n<!-- recall guards the customer -->\n\nText <!-- we chose recall because --> goes on here.\n";
        check(source, "recall guards the customer", (0, 0));
        check(source, "we chose recall because", (0, 0));
        check(source, "goes on here", (5, 5));
    }

    #[test]
    fn hidden_characters_do_not_hinder() {
        check("Re\u{200b}call guards\u{202e} the customer.\n", "recall guards the customer", (1, 1));
        check("Recall guards the customer.\n", "re\u{200b}call guards the\u{e0041} customer", (1, 1));
    }

    #[test]
    fn a_long_quotation_counts_by_its_first_words() {
        let words: Vec<String> = (0..60).map(|n| format!("word{n}")).collect();
        let source = format!("{}\n", words.join(" "));
        check(&source, &words.join(" "), (1, 1));
        check(&source, &format!("{} invented", words.get(..45).unwrap().join(" ")), (1, 1));
        check(&source, &format!("{} invented", words.get(..30).unwrap().join(" ")), (0, 0));
    }

    #[test]
    fn the_words_come_from_the_document() {
        let document = Document::parse("# A\n\nWe chose **Recall** because\nit matters.\n");
        let found =
            look(&document, &["we chose recall because it matters".to_owned()]).into_iter().next().flatten().unwrap();
        assert_eq!(found.evidence.lines, LineRange::new(3, 4));
        assert!(found.evidence.quote.starts_with("We chose"), "{}", found.evidence.quote);
        assert!(!found.evidence.quote.contains('\n'));
    }

    #[test]
    fn several_quotations_are_found_in_their_own_order() {
        let document = Document::parse("First sentence stands here.\n\nSecond sentence stands there.\n");
        let quotes = ["second sentence stands", "no such sentence here", "first sentence stands"].map(str::to_owned);
        let lines: Vec<_> =
            look(&document, &quotes).into_iter().map(|hit| hit.map(|hit| hit.evidence.lines.start)).collect();
        assert_eq!(lines, [Some(3), None, Some(1)]);
    }

    #[test]
    fn a_section_without_end_is_searched_as_far_as_it_goes() {
        let source = format!("{}\nThe words at the very end.\n", "é recall ".repeat(300_000));
        check(&source, "The words at the very end", (0, 0));
        check(&source, "recall é recall", (1, 1));
    }

    #[test]
    fn letters_that_change_their_length_when_lowered_keep_their_place() {
        check("İstanbul’da İki İyi kelime var.\nrecall is the key.\n", "recall is the key", (2, 2));
        check("x\u{1F600}İ recall is the key.\n", "recall is the key", (1, 1));
    }
}
