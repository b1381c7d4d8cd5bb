//! Lines of `AsciiDoc` that show nothing: comments, attributes, conditions, what is said about the next block.

use super::inline::inline;
use super::{ADMONITIONS, Reader};

/// A line that decides what is shown.
enum Condition<'a> {
    /// It shows nothing itself.
    Mark,
    /// It shows these words.
    Shows(&'a str),
}

impl<'a> Reader<'a, '_> {
    /// Takes a line that shows nothing: a blank one, a comment, an attribute, a condition. False for any other.
    pub(super) fn aside(&mut self) -> bool {
        let (line, number) = (self.line(self.at), self.number(self.at));
        if let Some(shown) = self.condition(line) {
            match shown {
                Condition::Shows(words) if !self.is_left_out() => {
                    let words = inline(words, &self.attributes);
                    self.page.line(number, &words);
                }
                _ => self.page.comment(number, line),
            }
        } else if self.is_left_out() {
            self.page.comment(number, line);
        } else if line.is_empty() {
            self.page.blank(number);
            self.parted = true;
        } else if line.starts_with("////") && line.bytes().all(|byte| byte == b'/') {
            let end = (self.at + 1..self.lines.len()).find(|at| self.line(*at) == line).unwrap_or(self.lines.len());
            for at in self.at + 1..end {
                self.page.comment(self.number(at), self.line(at));
            }
            self.at = end;
            if end < self.lines.len() {
                self.page.blank(self.number(end));
            }
        } else if let Some(words) = comment(line) {
            self.page.comment(number, words);
        } else if let Some((name, value)) = attribute(line) {
            match name.strip_prefix('!').or(name.strip_suffix('!')) {
                Some(name) => self.attributes.unset(name),
                None => self.attributes.set(name, value),
            }
            self.page.comment(number, line);
        } else {
            return false;
        }
        self.at += 1;
        true
    }

    pub(super) fn is_left_out(&self) -> bool {
        self.hiding > 0
    }

    /// `ifdef::name[]` and its kin, with the words of a condition for one line where it holds.
    fn condition(&mut self, line: &'a str) -> Option<Condition<'a>> {
        if line.starts_with("endif::") {
            let hid = self.conditions.pop() == Some(false);
            self.hiding -= usize::from(hid);
            return Some(Condition::Mark);
        }
        let (kind, rest) = line.split_once("::")?;
        let (names, words) = rest.strip_suffix(']')?.split_once('[')?;
        let has = |name: &str| self.attributes.has(name.trim());
        let holds = if names.contains('+') { names.split('+').all(has) } else { names.split(',').any(has) };
        let holds = match kind {
            "ifdef" => holds,
            "ifndef" => !holds,
            "ifeval" => false,
            _ => return None,
        };
        if words.is_empty() || kind == "ifeval" {
            self.conditions.push(holds);
            self.hiding += usize::from(!holds);
            return Some(Condition::Mark);
        }
        Some(if holds { Condition::Shows(words) } else { Condition::Mark })
    }

    /// A place that links lead to: the next block.
    pub(super) fn anchor(&mut self, name: &str) {
        self.page.anchor(name);
        self.said.is_named = true;
    }

    pub(super) fn say(&mut self, inner: &str) {
        let mut parts = inner.split(',').map(|part| part.trim().trim_matches('"'));
        let first = parts.next().unwrap_or_default();
        let style = first.split(['#', '.', '%']).next().unwrap_or_default();
        let id = first.split_once('#').and_then(|(_, rest)| rest.split(['.', '%']).next());
        if let Some(id) = id.or_else(|| inner.split(',').find_map(|part| part.trim().strip_prefix("id="))) {
            self.anchor(id.trim_matches(['"', '\'']));
        }
        if !style.is_empty() && !style.contains('=') {
            style.clone_into(&mut self.said.style);
        }
        if style == "source" || (first.is_empty() && !inner.contains('=')) {
            parts.next().unwrap_or_default().clone_into(&mut self.said.language);
            "source".clone_into(&mut self.said.style);
        }
        self.admonition = ADMONITIONS.iter().find(|name| **name == style).copied().or(self.admonition);
        self.said.all.push(',');
        self.said.all.push_str(inner);
    }
}

/// `// words`.
pub(super) fn comment(line: &str) -> Option<&str> {
    line.strip_prefix("//").filter(|words| !words.starts_with('/'))
}

/// `:name: value`.
fn attribute(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_!".contains(c));
    (good && (value.is_empty() || value.starts_with(' '))).then_some((name, value.trim()))
}
