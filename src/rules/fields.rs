//! Reads the keys of a front matter and collects every mistake on the way. Never stops at the first one.

use std::cell::RefCell;

use super::nearest::advice;
use super::node::{Node, Spot, Value};
use crate::finding::Problem;

/// The mistakes of one file.
#[derive(Debug)]
pub(super) struct Faults<'a> {
    file: &'a str,
    /// Line of the file on which the front matter begins, from 1.
    front_line: u32,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(file: &'a str, front_line: u32) -> Self {
        Self { file, front_line, problems: RefCell::new(Vec::new()) }
    }

    /// Reports a mistake at a place of the front matter.
    pub(super) fn report(&self, code: &str, spot: Option<Spot>, message: impl Into<String>, advice: impl Into<String>) {
        let line = spot.map(|spot| self.front_line.saturating_add(spot.line).saturating_sub(1));
        self.push(code, line, spot.map(|spot| spot.column), message.into(), advice.into());
    }

    /// Reports a mistake at a line of the file.
    pub(super) fn report_line(&self, code: &str, line: u32, message: impl Into<String>, advice: impl Into<String>) {
        self.push(code, Some(line), None, message.into(), advice.into());
    }

    fn push(&self, code: &str, line: Option<u32>, column: Option<u32>, message: String, advice: String) {
        let file = self.file.to_owned();
        self.problems.borrow_mut().push(Problem { code: code.to_owned(), file, line, column, message, advice });
    }

    /// True while nothing was reported.
    pub(super) fn is_empty(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// What was reported.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// A word with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) spot: Spot,
}

/// One table of keys that is being read.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    faults: &'a Faults<'a>,
    node: &'a Node,
    /// What the table is, for messages ("a rule page", "check").
    what: &'static str,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    /// Reads `node`, which must be a table.
    pub(super) fn new(node: &'a Node, what: &'static str, faults: &'a Faults<'a>) -> Option<Self> {
        if matches!(node.value, Value::Map(_)) {
            return Some(Self { faults, node, what, asked: RefCell::new(Vec::new()) });
        }
        faults.report(
            "wrong-type",
            Some(node.spot),
            format!("{what} must be a table of keys, not {}", node.value.word()),
            "write `key: value` lines",
        );
        None
    }

    /// Where the table begins.
    pub(super) fn spot(&self) -> Spot {
        self.node.spot
    }

    /// The mistakes of the file.
    pub(super) fn faults(&self) -> &'a Faults<'a> {
        self.faults
    }

    /// Pairs of the table, for tables whose keys are free.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (Word, &'a Node)> {
        let pairs = match &self.node.value {
            Value::Map(pairs) => pairs.as_slice(),
            _ => &[],
        };
        pairs.iter().map(|(key, node)| (Word { text: key.text.clone(), spot: key.spot }, node))
    }

    /// The value of a key, if it is there and not empty.
    pub(super) fn get(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        let Value::Map(pairs) = &self.node.value else { return None };
        pairs.iter().find(|(name, _)| name.text == key).map(|(_, node)| node).filter(|node| node.value != Value::Null)
    }

    /// A text that must be there and not be blank.
    pub(super) fn text(&self, key: &'static str, advice: &str) -> Option<Word> {
        let word = self.optional_text(key);
        if word.is_none() && self.get(key).is_none() {
            self.faults.report("missing-key", Some(self.spot()), format!("{} has no `{key}`", self.what), advice);
        }
        word.filter(|word| {
            if word.text.trim().is_empty() {
                self.faults.report("empty-value", Some(word.spot), format!("`{key}` is empty"), advice);
            }
            !word.text.trim().is_empty()
        })
    }

    /// A text that may be there.
    pub(super) fn optional_text(&self, key: &'static str) -> Option<Word> {
        let node = self.get(key)?;
        if let Value::Text(text) = &node.value {
            return Some(Word { text: text.trim().to_owned(), spot: node.spot });
        }
        self.wrong(key, node, "a text", "put it in quotes");
        None
    }

    /// A list of texts; a single text counts as a list of one. Empty where the key is missing.
    pub(super) fn list(&self, key: &'static str) -> Vec<Word> {
        self.get(key).map_or_else(Vec::new, |node| self.words(key, node))
    }

    /// The texts of a node.
    pub(super) fn words(&self, key: &str, node: &Node) -> Vec<Word> {
        let nodes = match &node.value {
            Value::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut words = Vec::new();
        for node in nodes {
            match &node.value {
                Value::Text(text) => words.push(Word { text: text.trim().to_owned(), spot: node.spot }),
                _ => self.wrong(key, node, "a text or a list of texts", "put each entry in quotes"),
            }
        }
        words
    }

    /// One word of a closed list.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, table: &[(&'static str, T)]) -> Option<T> {
        let word = self.optional_text(key)?;
        let found = table.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
            let message = format!("`{key}` cannot be `{}`", word.text);
            self.faults.report("unknown-value", Some(word.spot), message, advice(&word.text, known));
        }
        found
    }

    /// A flag; false where the key is missing.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        match self.get(key).map(|node| (node, &node.value)) {
            None => false,
            Some((_, Value::Flag(flag))) => *flag,
            Some((node, _)) => {
                self.wrong(key, node, "true or false", "write `true` or `false`");
                false
            }
        }
    }

    /// A whole number within bounds.
    pub(super) fn count(&self, key: &'static str, low: u32, high: u32) -> Option<u32> {
        let node = self.get(key)?;
        let number = match node.value {
            Value::Number(number) => number,
            _ => f64::NAN,
        };
        let found = (low..=high).find(|n| (f64::from(*n) - number).abs() < 1e-9);
        if found.is_none() {
            self.wrong(key, node, "a whole number", &format!("from {low} to {high}"));
        }
        found
    }

    /// A nested table.
    pub(super) fn table(&self, key: &'static str) -> Option<Fields<'a>> {
        Fields::new(self.get(key)?, key, self.faults)
    }

    /// Reports the keys that nobody asked for. Call it last.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.pairs() {
            if !asked.contains(&key.text.as_str()) {
                let message = format!("{} has no key `{}`", self.what, key.text);
                self.faults.report("unknown-key", Some(key.spot), message, advice(&key.text, asked.iter().copied()));
            }
        }
    }

    fn wrong(&self, key: &str, node: &Node, expected: &str, advice: &str) {
        let message = format!("`{key}` must be {expected}, not {}", node.value.word());
        self.faults.report("wrong-type", Some(node.spot), message, advice);
    }
}
