//! Digits that are no quantity: section numbers, ids, versions, standards, ordinals, times of day, telephone numbers.

use std::collections::BTreeSet;

use super::token::{Kind, Tokens};

/// Words whose number is a name ("section 5", "step 3", "ISO 27001").
fn names_a_number(word: &str) -> bool {
    const WORDS: &str = " section sections sec sect § §§ chapter chapters clause clauses para paragraph paragraphs article articles art annex annexes \
        appendix appendices schedule exhibit figure figures fig table tables tbl page pages line lines step steps phase phases stage stages level levels \
        tier tiers gate gates milestone milestones part parts volume vol item items point points no nr number numbers note notes footnote option options \
        scenario scenarios case cases requirement requirements req reqs goal goals objective objectives kpi kpis okr okrs risk risks task tasks story \
        stories sprint sprints iteration version versions ver release releases rev revision issue edition draft guide handbook rfc iso iec ieee din en bs \
        nist adr cve ticket pr mr regulation directive act law recital wave waves batch cohort group groups class type model gen generation slide sheet \
        question rule rules criterion criteria use python java node nodejs rust go golang cuda pytorch tensorflow ubuntu debian windows android ios postgres \
        postgresql mysql kubernetes spark kafka react angular django flask redis llama claude gemini mistral gpt qwen phi gemma whisper chrome firefox swagger \
        openapi tls http oauth usb wcag pci soc sqlite oracle java jdk php ruby perl scala swift kotlin xgboost lightgbm catboost bert area zone room port \
        error code codes id ids ref reference form activity process domain module layer unit team block epic feature work-package wp d r q ";
    let mut padded = String::with_capacity(word.len() + 2);
    padded.push(' ');
    padded.push_str(word);
    padded.push(' ');
    WORDS.contains(padded.as_str())
}

/// The token after digits with dotted parts that begin at `at`, and whether there were dots.
fn dotted(tokens: &Tokens<'_>, at: usize) -> (usize, usize) {
    let (mut next, mut dots) = (at + 1, 0);
    while tokens.low(next) == "."
        && tokens.glued(next)
        && tokens.glued(next + 1)
        && tokens.kind(next + 1) == Some(Kind::Digits)
    {
        next += 2;
        dots += 1;
    }
    (next, dots)
}

fn has_unit(tokens: &Tokens<'_>, at: usize) -> bool {
    let low = tokens.low(at);
    matches!(low, "%" | "percent" | "pct" | "pp" | "pts" | "x" | "±" | "‰")
        || super::unit::currency(low).is_some()
        || super::unit::is_time(low)
        || (low == "per" && tokens.low(at + 1) == "cent")
}

/// If the digits at `at` are no quantity: the token to go on with.
pub(super) fn at(tokens: &Tokens<'_>, at: usize, sections: &BTreeSet<String>) -> Option<usize> {
    let (next, dots) = dotted(tokens, at);
    let before = tokens.before(at, 1);
    let first = tokens.low(at);
    // Glued to letters or signs of an identifier: GPT-4, A.1, #12, @10, x_3, a/1.
    if tokens.glued(at) && at > 0 {
        let letter = tokens.before(at, 2);
        let letters = |word: &str| word.chars().next_back().is_some_and(char::is_alphanumeric) && tokens.glued(at - 1);
        match before {
            "#" | "@" | "№" | "&" => return Some(next),
            "-" | "\u{2011}" | "." | "/" | "\\" if letters(letter) && at >= 2 => {
                let word = at >= 2 && tokens.kind(at - 2) == Some(Kind::Word);
                if word
                    && !super::date::is_month(letter)
                    && !matches!(letter, "mid" | "sub" | "pre" | "post" | "non" | "top")
                {
                    return Some(next);
                }
            }
            _ if tokens.kind(at - 1) == Some(Kind::Word) => return Some(next),
            _ => {}
        }
    }
    // Ordinals, decades, letters that make no unit, file names.
    if super::unit::spoils(tokens, next) {
        return Some(next + 1);
    }
    if tokens.low(next) == "."
        && tokens.glued(next)
        && tokens.glued(next + 1)
        && tokens.kind(next + 1) == Some(Kind::Word)
    {
        return Some(next + 2);
    }
    if tokens.low(next) == "s" && tokens.glued(next) && first.len() == 4 && dots == 0 {
        return Some(next + 1);
    }
    // Times of day, ratios, scores: 18:00, 5:1.
    if tokens.low(next) == ":"
        && tokens.glued(next)
        && tokens.glued(next + 1)
        && tokens.kind(next + 1) == Some(Kind::Digits)
    {
        let (end, _) = dotted(tokens, next + 1);
        let third = tokens.low(end) == ":" && tokens.glued(end) && tokens.glued(end + 1);
        return Some(if third { end + 2 } else { end });
    }
    if let Some(end) = long_code(tokens, at) {
        return Some(end);
    }
    // 80/20, 24/7, 7/14/30
    if tokens.low(next) == "/"
        && tokens.glued(next)
        && tokens.glued(next + 1)
        && tokens.kind(next + 1) == Some(Kind::Digits)
    {
        let over = tokens.low(next + 1);
        let third =
            tokens.low(next + 2) == "/" && tokens.glued(next + 2) && tokens.kind(next + 3) == Some(Kind::Digits);
        let smaller = over.parse::<f64>().ok() <= first.parse::<f64>().ok();
        if third || smaller {
            let mut end = next;
            while tokens.low(end) == "/" && tokens.kind(end + 1) == Some(Kind::Digits) {
                end += 2;
            }
            return Some(end);
        }
    }
    let plain = !has_unit(tokens, next);
    if !plain {
        return None;
    }
    let label = if before == "." && tokens.before(at, 2).len() <= 4 && tokens.glued(at - 1) {
        tokens.before(at, 2)
    } else {
        before
    };
    let negative = tokens.kind(at.wrapping_sub(1)) == Some(Kind::Mark) && !matches!(before, "§" | ".");
    if names_a_number(label) && !negative && (dots > 0 || !first.starts_with('0')) && !(dots == 1 && first == "0") {
        return Some(chain(tokens, next));
    }
    // "the levels in 5.2": a bare number that is the number of a section here.
    if dots > 0 {
        let text = tokens
            .get(at)
            .zip(tokens.get(next - 1))
            .and_then(|(a, b)| tokens.text.get(a.start..b.end))
            .unwrap_or_default();
        let referring = matches!(
            before,
            "in" | "of"
                | "see"
                | "from"
                | "per"
                | "to"
                | "under"
                | "and"
                | "or"
                | "by"
                | "with"
                | "on"
                | "("
                | "→"
                | "for"
        );
        if sections.contains(text) && referring && !first.starts_with('0') {
            return Some(chain(tokens, next));
        }
    }
    None
}

/// "sections 5.2 and 1.1", "steps 2–4".
fn chain(tokens: &Tokens<'_>, from: usize) -> usize {
    let mut at = from;
    loop {
        let link = matches!(tokens.low(at), "," | "and" | "or" | "to" | "–" | "-" | "&" | "/");
        if !link || tokens.kind(at + 1) != Some(Kind::Digits) {
            return at;
        }
        let (next, _) = dotted(tokens, at + 1);
        let noun = tokens
            .get(next)
            .is_some_and(|token| token.kind == Kind::Word && !super::unit::is_stop(&token.low) && !token.glued);
        if has_unit(tokens, next) || noun || super::unit::spoils(tokens, next) {
            return at;
        }
        at = next;
    }
}

/// Telephone and part numbers: three or more groups of digits, eight or more digits in all.
fn long_code(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let (mut next, mut groups, mut digits, mut hyphens) = (at + 1, 1, tokens.low(at).len(), 0);
    let plus = tokens.before(at, 1) == "+" && tokens.glued(at);
    while groups < 12 {
        let hyphen = usize::from(tokens.low(next) == "-" && tokens.glued(next) && tokens.glued(next + 1));
        if tokens.kind(next + hyphen) != Some(Kind::Digits) {
            break;
        }
        digits += tokens.low(next + hyphen).len();
        groups += 1;
        hyphens += hyphen;
        next += hyphen + 1;
    }
    let long = (groups >= 3 && hyphens >= 2)
        || (plus && groups >= 3 && digits >= 8)
        || (tokens.low(at).len() > 1 && tokens.low(at).starts_with('0') && digits >= 9);
    long.then_some(next)
}

/// At the start of a block: "3.2 Metrics", "7.1 Pumps are tested", "4) Title". Gives the first token of the text.
pub(super) fn opening(tokens: &Tokens<'_>, heading: bool) -> usize {
    if tokens.kind(0) != Some(Kind::Digits) {
        return 0;
    }
    let (next, dots) = dotted(tokens, 0);
    let dot = usize::from(matches!(tokens.low(next), "." | ")") && tokens.glued(next));
    let after = next + dot;
    let text = tokens.get(after).is_some_and(|token| token.capital && !token.glued);
    if heading && (dot > 0 || dots > 0 || text) {
        return after;
    }
    if (dots > 0 || dot > 0) && text { after } else { 0 }
}
