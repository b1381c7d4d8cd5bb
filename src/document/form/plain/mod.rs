//! Plain text as Markdown: titles by their look, lists by their marks, everything else as words. Its indent means nothing.

mod columns;
mod table;

use super::page::{Page, push_plain};

/// Longest line that may be a title, in characters.
const TITLE: usize = 80;

/// Longest line that somebody wrapped, in bytes.
const WRAPPED: usize = 200;

/// What begins an item of a list; the last one is that of Word.
const BULLETS: [char; 9] = ['-', '*', '+', '•', '–', '·', 'o', '▪', '\u{f0b7}'];

/// Reads the lines of a document, of which the first has the number `first`.
pub(super) fn rewrite(lines: &[&str], first: usize, page: &mut Page) {
    let line = |at: Option<usize>| at.and_then(|at| lines.get(at)).map_or("", |line| line.trim_end());
    let bare = bare_titles(lines);
    let are_whole = are_whole(lines);
    let begin = lines.iter().position(|line| !line.trim().is_empty());
    // Lines before `tried` begin no table.
    let (mut at, mut tried) = (0, 0);
    while at < lines.len() {
        let (here, number) = (line(Some(at)), first + at);
        let (above, below) = (line(at.checked_sub(1)), line(Some(at + 1)));
        let words = here.trim_start();
        let is_whole = are_whole && words.len() == here.len();
        let stands_alone = is_whole || above.trim().is_empty() && below.trim().is_empty();
        if let Some(len) = above.trim().is_empty().then(|| table::read(lines, at, first, page)).flatten() {
            at += len;
            continue;
        }
        if at >= tried {
            match columns::read(lines, at, first, page) {
                Ok(len) => {
                    at += len;
                    continue;
                }
                Err(len) => tried = at + len,
            }
        }
        if words.is_empty() {
            page.blank(number);
        } else if let Some(level) = underlined(here, below).filter(|_| above.trim().is_empty()) {
            title(page, number, level, words);
            page.at(number + 1);
            at += 1;
        } else if let Some((level, words)) = marked(words) {
            title(page, number, level, words);
        } else if let Some(level) = stands_alone.then(|| alone(words)).flatten() {
            title(page, number, level, words);
        } else if bare.binary_search(&at).is_ok() {
            title(page, number, 1 + usize::from(Some(at) != begin), words);
        } else if words.starts_with('|') || words.starts_with("<!--") {
            page.line(number, words);
        } else if let Some(text) = item(words) {
            // How deep it stands is all that the indent says.
            let indent = (here.len() - words.len()).min(12) / 2 * 2;
            page.line(number, &format!("{}- {}", " ".repeat(indent.min(2 * usize::from(indent > 0))), escaped(text)));
        } else {
            page.passage(&[number], &escaped(words));
            // A cell of a table that was set one cell on a line: the next one is no part of it.
            if are_whole || columns::is_value(words) {
                page.gap();
            }
        }
        at += 1;
    }
}

/// True where every line is a passage of its own, as programs export what was set: long lines, and hardly a blank one.
fn are_whole(lines: &[&str]) -> bool {
    let blank = lines.iter().filter(|line| line.trim().is_empty()).count();
    10 * blank < lines.len() && lines.iter().any(|line| line.len() > WRAPPED && line.contains(' '))
}

fn title(page: &mut Page, number: usize, level: usize, words: &str) {
    page.gap();
    page.line(number, &format!("{} {}", "#".repeat(level), escaped(words).replace('{', "\\{")));
    page.gap();
}

fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 8);
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        push_plain(&mut out, c, chars.peek().copied());
    }
    out
}

/// A line of `=` or `-` below words.
fn underlined(words: &str, rule: &str) -> Option<usize> {
    let rule = rule.trim();
    let level = ["=", "-"].iter().position(|mark| rule.len() >= 3 && rule.chars().all(|c| mark.starts_with(c)))? + 1;
    let fits = words.chars().any(char::is_alphanumeric) && words.chars().count() <= TITLE;
    fits.then_some(level)
}

/// `## Title`, as in Markdown.
fn marked(words: &str) -> Option<(usize, &str)> {
    let level = words.len() - words.trim_start_matches('#').len();
    let title = words.get(level..)?.strip_prefix(' ')?.trim();
    ((1..=6).contains(&level) && !title.is_empty()).then_some((level, title))
}

/// A line between blank ones that is numbered or written in capitals, and is no sentence.
fn alone(words: &str) -> Option<usize> {
    if words.chars().count() > TITLE || words.ends_with(['.', ',', ';', ':', '?', '!']) {
        return None;
    }
    let number = words.split(' ').next().unwrap_or_default();
    let rest = words.get(number.len()..).unwrap_or_default().trim();
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || c == '.')
        && (number.contains('.') || rest.split(' ').count() <= 6);
    if is_number && rest.starts_with(char::is_uppercase) {
        let depth = number.trim_end_matches('.').matches('.').count();
        return Some((depth + 2).min(6));
    }
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let capitals =
        letters >= 4 && words.chars().all(|c| !c.is_lowercase()) && !words.chars().any(|c| c.is_ascii_digit());
    capitals.then_some(2)
}

/// True where nothing but plain text looks like this: tables by their columns, titles by their numbers or capitals.
pub(super) fn is_sure(lines: &[&str]) -> bool {
    let line = |at: usize| lines.get(at).map_or("", |line| line.trim());
    let are_whole = are_whole(lines);
    let is_apart = |at: usize| are_whole || (at == 0 || line(at - 1).is_empty()) && line(at + 1).is_empty();
    let is_alone = |at: usize| is_apart(at) && alone(line(at)).is_some();
    // Items of a list stand alone too; below a title there is something else.
    let is_title = |at: &usize| {
        let next = (at + 1..lines.len()).find(|next| !line(*next).is_empty());
        is_alone(*at) && next.is_some_and(|next| !is_alone(next) && item(line(next)).is_none())
    };
    let is_table = |at: usize| {
        // Exported text has no other marks than these.
        let is_columned = (are_whole || line(at).contains('\t')) && columns::is_there(lines, at);
        is_columned || (at == 0 || line(at - 1).is_empty()) && table::is_there(lines, at)
    };
    (0..lines.len()).filter(is_title).count() > 1 || (0..lines.len()).any(is_table)
}

/// Lines that are titles although nothing marks them: short, without a number or the end of a sentence, between blank lines and with
/// something else below. Of a text that marks titles in another way only its own, on the first line; and none where several stand in a row:
/// those are a list.
fn bare_titles(lines: &[&str]) -> Vec<usize> {
    let line = |at: usize| lines.get(at).map_or("", |line| line.trim_end());
    // The lines of a table have rules below them and are no titles.
    let mut filled: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let is_apart = at == 0 || line(at - 1).trim().is_empty();
        let table = if is_apart { table::len(lines, at) } else { None };
        if let Some(len) = table {
            at += len;
            // Something stands there that parts titles.
            filled.push(at - 1);
            continue;
        }
        if !line(at).trim().is_empty() {
            filled.push(at);
        }
        at += 1;
    }
    let stands_alone = |at: usize| (at == 0 || line(at - 1).trim().is_empty()) && line(at + 1).trim().is_empty();
    let is_marked = |at: usize| {
        let words = line(at).trim_start();
        marked(words).is_some()
            || underlined(words, line(at + 1)).is_some()
            || stands_alone(at) && alone(words).is_some()
    };
    let are_whole = are_whole(lines);
    let is_short = |at: usize| (are_whole || stands_alone(at)) && is_name(line(at));
    // The title of the whole may have two parts.
    let is_whole_title = |at: usize| (are_whole || stands_alone(at)) && is_name(&line(at).replacen(": ", " ", 1));
    let own = filled.first().copied().filter(|at| is_whole_title(*at) && !is_marked(*at));
    if are_whole || filled.iter().any(|at| is_marked(*at)) {
        return own.into_iter().collect();
    }
    let short: Vec<bool> = filled.iter().map(|at| is_short(*at) || Some(*at) == own).collect();
    let at = |nth: usize| short.get(nth).copied().unwrap_or_default();
    let is_title = |nth: usize| match nth {
        0 => at(0) && !(at(1) && at(2)) && filled.len() > 2,
        // The title of the document may stand above the first one.
        1 => at(1) && !at(2) && filled.len() > 2,
        _ => at(nth) && !at(nth + 1) && !at(nth - 1) && nth + 1 < filled.len(),
    };
    filled.iter().enumerate().filter(|(nth, _)| is_title(*nth)).map(|(_, at)| *at).collect()
}

/// A few words that begin large and say nothing whole; they may ask what the words below answer.
fn is_name(words: &str) -> bool {
    let words = words.strip_suffix('?').unwrap_or(words);
    words.chars().count() <= 60
        && words.split_whitespace().count() <= 8
        && words.starts_with(char::is_uppercase)
        && words
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\u{2019}' | '\'' | ',' | '&' | '/' | '(' | ')'))
        && !words.ends_with(',')
}

fn item(words: &str) -> Option<&str> {
    let rest = words.strip_prefix(BULLETS).filter(|rest| rest.starts_with([' ', '\t']));
    let rest = rest.filter(|_| !words.starts_with("o ") || words.len() > 4);
    if let Some(rest) = rest {
        return Some(rest.trim_start()).filter(|rest| !rest.is_empty());
    }
    let digits = words.len() - words.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = words.get(digits..)?.strip_prefix(['.', ')'])?.strip_prefix([' ', '\t'])?;
    (1..=3).contains(&digits).then_some(rest.trim_start()).filter(|rest| !rest.is_empty())
}
