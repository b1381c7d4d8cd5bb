//! Values that are still to be filled in. Never guesses from context: only the words of one block or cell.

/// Longest text that can be a placeholder as a whole.
const LONGEST: usize = 400;

/// True when `text` (a block or a cell) holds a place open and says nothing else: `TBD`, `[Name]`, `Target: XX %`,
/// `<owner>`, `{{model}}`, `.....`, `???`, or a slot of a skeleton (`‹owner›`) anywhere. "N/A" and a dash are answers, not placeholders.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    if has_slot(text) {
        return true;
    }
    if text.is_empty() || text.len() > LONGEST {
        return false;
    }
    // Behind a label ("Owner: …") the value alone counts.
    let (value, most) = match text.split_once(':') {
        Some((label, value)) if label.len() <= 60 && !value.trim().is_empty() && !label.contains(['[', '<', '{']) => {
            (value, 2)
        }
        _ => (text, 1),
    };
    let tally = Tally::of(value);
    tally.open > 0 && !tally.digits && tally.words <= most
}

/// True when a slot of a skeleton is left (`‹owner›`): as long as there is one, the text is not yet the author's, whatever stands around
/// it.
pub(super) fn has_slot(text: &str) -> bool {
    text.split_once('‹').is_some_and(|(_, rest)| rest.contains('›'))
}

/// What is left of a text when its placeholders are taken out.
#[derive(Default)]
struct Tally {
    open: usize,
    words: usize,
    digits: bool,
}

impl Tally {
    fn of(text: &str) -> Self {
        let mut tally = Self::default();
        let lower = text.to_lowercase();
        for phrase in PHRASES {
            if lower.contains(phrase) {
                tally.open += 1;
                // The words of the phrase are counted below.
                let words = phrase.split(' ').count();
                let all = lower.split_whitespace().count();
                tally.words = all.saturating_sub(words);
                tally.digits = lower.contains(|c: char| c.is_ascii_digit());
                return tally;
            }
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let taken = match c {
                '[' => tally.group(rest, "[", "]", is_slot),
                '{' if rest.starts_with("{{") => tally.group(rest, "{{", "}}", |_| true),
                '$' if rest.starts_with("${") => tally.group(rest, "${", "}", |_| true),
                '<' => tally.group(rest, "<", ">", |inner| inner.starts_with(char::is_alphabetic)),
                '.' | '_' | '?' | '…' => tally.run(rest, c),
                _ => None,
            };
            let len = taken.unwrap_or_else(|| tally.word(rest, c));
            rest = rest.get(len..).unwrap_or_default();
        }
        tally
    }

    fn group(&mut self, rest: &str, open: &str, close: &str, slot: fn(&str) -> bool) -> Option<usize> {
        let inner_and_more = rest.strip_prefix(open)?;
        let end = inner_and_more.find(close)?;
        let inner = inner_and_more.get(..end)?.trim();
        (!inner.is_empty() && slot(inner)).then(|| {
            self.open += 1;
            open.len() + end + close.len()
        })
    }

    fn run(&mut self, rest: &str, c: char) -> Option<usize> {
        let count = rest.chars().take_while(|next| *next == c).count();
        let alone = count == rest.trim_end().chars().count() && self.words == 0 && self.open == 0;
        let least = match c {
            '.' if alone => 3,
            '.' => 4,
            '_' => 3,
            '…' if alone => 1,
            '…' => return None,
            _ => 2,
        };
        (count >= least).then(|| {
            self.open += 1;
            count * c.len_utf8()
        })
    }

    /// One word or sign; its length.
    fn word(&mut self, rest: &str, first: char) -> usize {
        if !first.is_alphanumeric() {
            return first.len_utf8();
        }
        let len = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(len);
        let exes = word.bytes().all(|byte| byte == b'X');
        let share = exes && after.trim_start().starts_with('%');
        if NAMES.contains(&word) || (exes && len >= 2) || share {
            self.open += 1;
        } else if word.chars().any(|c| c.is_ascii_digit()) {
            self.digits = true;
        } else {
            self.words += 1;
        }
        len
    }
}

const NAMES: &[&str] = &["TBD", "TBC", "TBA", "TDB", "TODO", "ToDo", "Todo", "FIXME", "UNK", "tbd", "tbc", "tba"];
const PHRASES: &[&str] = &[
    "to be defined",
    "to be determined",
    "to be decided",
    "to be confirmed",
    "to be agreed",
    "to be completed",
    "to be filled",
    "to be added",
    "to be specified",
    "to be announced",
    "to be discussed",
    "coming soon",
    "lorem ipsum",
    "not yet defined",
    "noch offen",
    "noch zu klären",
];

/// `[Name]`, `[Brief description of …]`; not `[1]`, `[x]`, `[KPI-2]`, `[WASTE]`.
fn is_slot(inner: &str) -> bool {
    const SHOUTED: &[&str] = &[
        "NAME", "DATE", "COMPANY", "TEAM", "PROJECT", "OWNER", "AUTHOR", "TITLE", "VALUE", "NUMBER", "TBD", "TODO",
        "TBC",
    ];
    let first = inner.chars().next().unwrap_or(' ');
    let lower = inner.chars().any(char::is_lowercase);
    let word = inner.split_whitespace().next().unwrap_or_default();
    inner.len() > 1
        && (first.is_alphabetic() || matches!(first, '?' | '.' | '…' | '_'))
        && (lower
            || SHOUTED.contains(&word.trim_end_matches(':'))
            || !first.is_alphabetic()
            || NAMES.contains(&word)
            || inner.bytes().all(|byte| byte == b'X'))
        && !inner.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_answers() {
        let open = [
            "TBD",
            "TBD.",
            "tbd",
            "Target: TBD",
            "Owner TBD",
            "[Name]",
            "Project name: [Name of the project]",
            "XX %",
            "X%",
            "recall ≥ XX %",
            "<owner>",
            "{{model}}",
            "${MODEL}",
            ".....",
            "...",
            "…",
            "???",
            "(??? team)",
            "____",
            "UNK",
            "#ToDo",
            "To be defined",
            "Budget: to be confirmed",
            "[DATE]",
            "[TBD]",
            "**[TBD]**",
            "[...]",
            "[Here should stand how the data was gathered and by whom. - (team)]",
            "XXX",
        ];
        for text in open {
            assert!(is_placeholder(text), "{text:?} holds a place open");
        }
        let filled = [
            "",
            "N/A",
            "-",
            "–",
            "X",
            "0.92",
            "Recall 0.9 (TBC)",
            "[1]",
            "[WASTE]",
            "[KPI-2]",
            "A forecast per day [WASTE]",
            "What does it cost?",
            "Owner TBD, budget decided by the board",
            "< 5 ms",
            "Read ... and go",
            "The end.",
            "Owner: Ann",
            "Weather data (???)",
            "The threshold is to be defined by the steering group after week 6",
            "todo el mundo",
        ];
        for text in filled {
            assert!(!is_placeholder(text), "{text:?} says something");
        }
    }
}
