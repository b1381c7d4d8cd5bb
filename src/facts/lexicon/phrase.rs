//! One phrase of the data, taken apart. Never searches.

use super::scan::folded;

/// A phrase that stands for more spellings than this is a mistake.
const MAX_SPELLINGS: usize = 200;
/// Words that `...` may stand for.
const GAP: usize = 8;

/// A phrase: all chains stand in one sentence, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) chains: Vec<Chain>,
}

/// Parts that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) links: Vec<Link>,
}

/// A part, and how many words may stand before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) part: Part,
    pub(super) gap: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Folded words; `open`: any ending may follow.
    Words { text: String, open: bool },
    /// Any phrase of a vocabulary or signal.
    Name(String),
}

/// All spellings of a phrase, or what is wrong with it.
pub(super) fn parse(phrase: &str) -> Result<Vec<Phrase>, String> {
    if phrase.trim().is_empty() {
        return Err("a phrase is empty: delete it".into());
    }
    if !phrase.contains('(') {
        return Ok(vec![one(phrase)?]);
    }
    spellings(phrase)?.iter().map(|spelling| one(spelling)).collect()
}

/// Writes out `(a|b|)` groups.
fn spellings(phrase: &str) -> Result<Vec<String>, String> {
    let mut done = vec![String::new()];
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('(') {
        let Some((group, tail)) = after.split_once(')') else {
            return Err(format!("`{phrase}`: close the bracket"));
        };
        if group.contains('(') {
            return Err(format!("`{phrase}`: brackets do not nest"));
        }
        let choices: Vec<&str> = group.split('|').collect();
        if done.len().saturating_mul(choices.len()) > MAX_SPELLINGS {
            return Err(format!("`{phrase}` stands for more than {MAX_SPELLINGS} spellings: split it"));
        }
        done = done
            .iter()
            .flat_map(|start| choices.iter().map(move |choice| format!("{start}{before}{choice}")))
            .collect();
        rest = tail;
    }
    for spelling in &mut done {
        spelling.push_str(rest);
    }
    Ok(done)
}

fn one(spelling: &str) -> Result<Phrase, String> {
    // Most phrases are nothing but words.
    if !spelling.contains(['&', '.', '@', '*']) {
        let text = folded(spelling);
        if !text.is_empty() {
            let link = Link { part: Part::Words { text, open: false }, gap: 0 };
            return Ok(Phrase { chains: vec![Chain { links: vec![link] }] });
        }
    }
    let chains: Result<Vec<Chain>, String> = spelling.split(" & ").map(|chain| chained(chain, spelling)).collect();
    Ok(Phrase { chains: chains? })
}

fn chained(text: &str, spelling: &str) -> Result<Chain, String> {
    let mut links = Vec::new();
    for stretch in text.split(" ... ") {
        let mut gap = if links.is_empty() { 0 } else { GAP };
        for part in parts(stretch) {
            if matches!(&part, Part::Words { text, .. } if text.is_empty()) {
                return Err(format!("`{spelling}` has an empty part"));
            }
            links.push(Link { part, gap });
            gap = 0;
        }
    }
    if links.is_empty() { Err(format!("`{spelling}` has an empty part")) } else { Ok(Chain { links }) }
}

/// A stretch without gaps is one part, unless an open ending or a name stands inside.
fn parts(stretch: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    for word in stretch.split_whitespace() {
        if let Some(name) = word.strip_prefix('@') {
            close(&mut words, &mut parts);
            parts.push(Part::Name(name.to_owned()));
        } else if let Some(stem) = word.strip_suffix('*') {
            words.push(stem);
            parts.push(Part::Words { text: folded(&words.join(" ")), open: true });
            words.clear();
        } else {
            words.push(word);
        }
    }
    close(&mut words, &mut parts);
    parts
}

fn close(words: &mut Vec<&str>, parts: &mut Vec<Part>) {
    if !words.is_empty() {
        parts.push(Part::Words { text: folded(&words.join(" ")), open: false });
        words.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(phrase: &str, expected: &[&str]) {
        let shown: Vec<String> = match parse(phrase) {
            Err(problem) => vec![format!("! {problem}")],
            Ok(phrases) => phrases
                .iter()
                .map(|phrase| {
                    let chains: Vec<String> = phrase
                        .chains
                        .iter()
                        .map(|chain| {
                            let links: Vec<String> = chain
                                .links
                                .iter()
                                .map(|link| match &link.part {
                                    Part::Words { text, open } => {
                                        format!("{}{}{}", link.gap, text, if *open { "*" } else { "" })
                                    }
                                    Part::Name(name) => format!("{}@{name}", link.gap),
                                })
                                .collect();
                            links.join(",")
                        })
                        .collect();
                    chains.join("&")
                })
                .collect(),
        };
        assert_eq!(shown, expected, "{phrase}");
    }

    #[test]
    fn phrases_are_taken_apart() {
        check("Roll-Back", &["0roll back"]);
        check("annotat*", &["0annotat*"]);
        check("(go|switch)(|es) back", &["0go back", "0goes back", "0switch back", "0switches back"]);
        check("label* guide ... who", &["0label*,0guide,8who"]);
        check("@metric & because", &["0@metric&0because"]);
        check("", &["! a phrase is empty: delete it"]);
        check("a (b", &["! `a (b`: close the bracket"]);
        check("a ... * ... b", &["! `a ... * ... b` has an empty part"]);
    }
}
