//! JSON that knows its places: every value that is read piece by piece can say on which line it stands. Knows no label.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::finding::Problem;
use crate::rules::Source;
use crate::text::Lines;

/// A file of labels, and the mistakes in it.
pub(super) struct File<'a> {
    source: &'a Source,
    lines: Lines,
    pub(super) problems: Vec<Problem>,
}

impl<'a> File<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, lines: Lines::new(&source.text), problems: Vec::new() }
    }

    /// Values of the list that the whole file is.
    pub(super) fn list(&mut self) -> Vec<&'a RawValue> {
        match serde_json::from_str::<Vec<&RawValue>>(&self.source.text) {
            Ok(list) => list,
            Err(error) => {
                self.broken(&error, 1, 0, "the file is a list: `[ {…}, {…} ]`");
                Vec::new()
            }
        }
    }

    /// Pairs of the object that the whole file is, in order.
    pub(super) fn pairs(&mut self) -> Vec<(String, &'a RawValue)> {
        self.pairs_of(&self.source.text, 1, 0)
    }

    /// Pairs of an object inside the file.
    pub(super) fn pairs_in(&mut self, value: &'a RawValue) -> Vec<(String, &'a RawValue)> {
        let (line, column) = self.place(value);
        self.pairs_of(value.get(), line, column)
    }

    fn pairs_of(&mut self, text: &'a str, line: u32, column: u32) -> Vec<(String, &'a RawValue)> {
        match serde_json::from_str::<Pairs<'_>>(text) {
            Ok(Pairs(pairs)) => pairs,
            Err(error) => {
                self.broken(&error, line, column, "write an object: `{ \"item\": {…} }`");
                Vec::new()
            }
        }
    }

    /// A value as what it should be; a mistake is reported at its line.
    pub(super) fn read<T: DeserializeOwned>(&mut self, value: &RawValue) -> Option<T> {
        match serde_json::from_str(value.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                let (line, column) = self.place(value);
                self.broken(&error, line, column, "docs/eval.md shows the keys");
                None
            }
        }
    }

    /// Reports a mistake at a value.
    pub(super) fn report(&mut self, code: &str, at: &RawValue, message: String, advice: &str) {
        let (line, _) = self.place(at);
        self.push(code, line, None, message, advice);
    }

    fn broken(&mut self, error: &serde_json::Error, line: u32, column: u32, advice: &str) {
        let inner = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
        let across = u32::try_from(error.column()).unwrap_or(u32::MAX);
        let across = if inner == 1 { across.saturating_add(column) } else { across };
        let text = error.to_string();
        let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
        let at = line.saturating_add(inner).saturating_sub(1);
        self.push("bad-label", at, (across > 0).then_some(across), format!("the JSON cannot be used: {text}"), advice);
    }

    fn push(&mut self, code: &str, line: u32, column: Option<u32>, message: String, advice: &str) {
        let (file, code, advice) = (self.source.path.clone(), code.to_owned(), advice.to_owned());
        self.problems.push(Problem { code, file, line: Some(line), column, message, advice });
    }

    /// Line of a value, and how many characters stand before it there. The value is a piece of the text itself.
    fn place(&self, value: &RawValue) -> (u32, u32) {
        let at = value.get().as_ptr().addr().saturating_sub(self.source.text.as_ptr().addr());
        let place = self.lines.position(&self.source.text, at);
        (place.line, place.column.saturating_sub(1))
    }
}

/// The pairs of an object in their order; of keys that are there twice the last one counts.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairVisitor)
    }
}

struct PairVisitor;

impl<'de> Visitor<'de> for PairVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
        let (mut pairs, mut places) = (Vec::<(String, &RawValue)>::new(), BTreeMap::new());
        while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
            let at = *places.entry(key.clone()).or_insert(pairs.len());
            match pairs.get_mut(at) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key, value)),
            }
        }
        Ok(Pairs(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let source = Source { path: "key.json".into(), text: "{\n \"é\": 1, \"b\": {\n  \"c\": \"x\"}\n}".into() };
        let mut file = File::new(&source);
        let pairs = file.pairs();
        assert_eq!(pairs.len(), 2);
        assert_eq!(file.place(pairs[0].1), (2, 6));
        let inner = file.pairs_in(pairs[1].1);
        assert_eq!(file.read::<u32>(inner[0].1), None);
        let said: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
        assert!(said.len() == 1 && said[0].starts_with("key.json:3:"), "{said:?}");
    }

    #[test]
    fn a_broken_file_is_one_problem_with_its_place() {
        for text in ["", "[", "{\"a\": }", "null", "[1,", "{\"a\": 1}}"] {
            let source = Source { path: "key.json".into(), text: text.into() };
            let mut file = File::new(&source);
            assert_eq!((file.pairs().len(), file.problems.len()), (0, 1), "{text}");
        }
    }
}
