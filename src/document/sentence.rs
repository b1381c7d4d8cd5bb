//! Sentences of a block, found when asked for. Never looks beyond the words it is given.

/// A sentence: offsets into the text of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// Its words.
    pub text: &'a str,
    /// Offset of its first byte in the block's text.
    pub start: usize,
}

/// Splits the visible text of a block into sentences. Abbreviations ("e.g.", "approx."), decimal numbers, section
/// numbers and initials do not end one; a semicolon does not either. A line break does: in a block's text it stands only
/// where the author broke the line on purpose (code, `<br>`, a bold lead-in), never where a line was merely wrapped.
pub fn sentences(text: &str) -> impl Iterator<Item = Sentence<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let rest = text.get(at..)?;
            let len = end_of_first(rest);
            let whole = rest.get(..len)?;
            let start = at + (whole.len() - whole.trim_start().len());
            at += len;
            let words = whole.trim();
            if !words.is_empty() {
                return Some(Sentence { text: words, start });
            }
        }
        None
    })
}

/// Start and end of every sentence of `text`, which is shorter than 4 GB.
pub(super) fn bounds(text: &str) -> Box<[(u32, u32)]> {
    let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    sentences(text).map(|sentence| (at(sentence.start), at(sentence.start + sentence.text.len()))).collect()
}

/// Length of the first sentence of `text`; never 0 unless the text is empty.
fn end_of_first(text: &str) -> usize {
    let mut at = 0;
    while let Some(skipped) = text.as_bytes().get(at..).and_then(|rest| rest.iter().position(|byte| may_end(*byte))) {
        at += skipped;
        let here = at;
        let Some(mut chars) = text.get(at..).map(|rest| rest.char_indices().peekable()) else { break };
        let Some((_, c)) = chars.next() else { break };
        at += c.len_utf8();
        if c == '\n' {
            return at;
        }
        if matches!(c, '。' | '！' | '？') {
            return at;
        }
        if !matches!(c, '.' | '!' | '?' | '…') {
            continue;
        }
        // Closing quotes and brackets, and further marks, belong to the sentence.
        while chars
            .peek()
            .is_some_and(|(_, next)| matches!(next, '.' | '!' | '?' | '"' | '\'' | ')' | ']' | '»' | '”' | '’'))
        {
            chars.next();
        }
        let Some((end, next)) = chars.peek().map(|(end, next)| (here + end, *next)) else { return text.len() };
        at = end;
        if !next.is_whitespace() {
            continue;
        }
        let after = text.get(end..).unwrap_or_default().trim_start_matches([' ', '\t']);
        let ends = match c {
            '!' | '?' => !after.starts_with(char::is_lowercase),
            _ => !goes_on(text.get(..here).unwrap_or_default(), after),
        };
        if ends {
            return end;
        }
    }
    text.len()
}

/// True for the first byte of every character that may end a sentence; most others are passed over.
fn may_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'.' | b'!' | b'?' | 0xe2 | 0xe3 | 0xef)
}

/// A full stop behind `before` does not end the sentence when `after` follows.
fn goes_on(before: &str, after: &str) -> bool {
    let Some(next) = after.trim_start_matches(['(', '"', '“', '\'', '[']).chars().next() else { return false };
    if next.is_lowercase() {
        return true;
    }
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let opening = word.len() == before.trim_start().len();
    let word = word.trim_start_matches(['(', '[', '"', '“', '\'', '*']);
    let lower = word.to_lowercase();
    if opening && is_numbering(&lower) {
        return true;
    }
    if ALWAYS.contains(&lower.as_str()) || matches!(word, "Ms" | "St") {
        return true;
    }
    if BEFORE_NUMBER.contains(&lower.as_str()) {
        return next.is_ascii_digit();
    }
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        // An initial, or letters with stops between them ("U.S").
        (Some(first), None) => first.is_uppercase() && next.is_uppercase(),
        (Some(_), Some('.')) => {
            word.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
        }
        _ => false,
    }
}

/// "1", "4.2", "iv", "A.1": the number of a heading or paragraph.
fn is_numbering(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.len() <= 3 && part.chars().all(|c| c.is_ascii_digit());
    let letter = |part: &str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    let roman = |part: &str| !part.is_empty() && part.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
    !word.is_empty() && word.split('.').all(|part| digits(part) || letter(part) || roman(part))
}

/// Never the end of a sentence.
const ALWAYS: &[&str] = &[
    "e.g", "eg", "i.e", "ie", "approx", "ca", "cf", "vs", "viz", "resp", "incl", "excl", "dr", "mr", "mrs", "prof",
    "z.b", "d.h", "u.a", "bzw", "ggf", "т.е", "т.к", "напр", "p.ej", "par ex",
];
/// Not the end where a number follows.
const BEFORE_NUMBER: &[&str] = &[
    "no", "nos", "nr", "fig", "figs", "eq", "sec", "sect", "ch", "chap", "vol", "pp", "p", "art", "tab", "min", "max",
    "avg", "est", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "app", "ver",
    "v", "rev", "п", "рис", "табл", "abs", "abb", "kap",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = sentences(text).collect();
        assert_eq!(found.iter().map(|sentence| sentence.text).collect::<Vec<_>>(), expected, "{text:?}");
        for sentence in found {
            assert_eq!(text.get(sentence.start..sentence.start + sentence.text.len()), Some(sentence.text));
        }
    }

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        check("Recall is 0.92. It was 0.88.", &["Recall is 0.92.", "It was 0.88."]);
        check(
            "Use a metric, e.g. Recall, i.e. the share found. Done.",
            &["Use a metric, e.g. Recall, i.e. the share found.", "Done."],
        );
        check(
            "It takes approx. 3 days, see No. 4 and Fig. 2. Then stop.",
            &["It takes approx. 3 days, see No. 4 and Fig. 2.", "Then stop."],
        );
        check("4.2 shows it. A.1 Each store orders. B. Data", &["4.2 shows it.", "A.1 Each store orders.", "B. Data"]);
        check("1. Feasibility (8 weeks). Twelve stores.", &["1. Feasibility (8 weeks).", "Twelve stores."]);
        check("Signed by J. Smith. Paid.", &["Signed by J. Smith.", "Paid."]);
        check("Who decides? The board! Now.", &["Who decides?", "The board!", "Now."]);
        check("He said \"stop.\" Then (it ended.) So.", &["He said \"stop.\"", "Then (it ended.)", "So."]);
        check("One thing; another thing", &["One thing; another thing"]);
        check("a: 1\nb: 2\n\nc", &["a: 1", "b: 2", "c"]);
        check("the firm etc. and more... or less", &["the firm etc. and more... or less"]);
        check("Below 50 ms. At p99.", &["Below 50 ms.", "At p99."]);
        check("Ends in 2026. Then on.", &["Ends in 2026.", "Then on."]);
        check("最初。次。", &["最初。", "次。"]);
        check("  ", &[]);
    }

    proptest! {
        #[test]
        fn sentences_cover_every_word(text in "[A-Za-z0-9 .?!\n()é\"]{0,80}") {
            let joined: String = sentences(&text).map(|sentence| sentence.text.to_owned()).collect::<Vec<_>>().join(" ");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&joined), words(&text));
        }
    }
}
