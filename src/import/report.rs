//! Takes reports in: told by their content, within limits, by the files that they speak of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::claim::{Claim, Claims};
use super::{path, rdjson, sarif, vale};
use crate::finding::{Problem, tool_of, tool_rule};
use crate::text::sha256_hex;

/// Most reports of one run.
pub const FILES: usize = 20;
/// Most bytes of one report.
pub const FILE_BYTES: u64 = 16 << 20;
/// Most claims of all reports together; what comes later is counted only.
const CLAIMS: usize = 10_000;
/// Most names of tools that are told.
const TOOLS: usize = 10;
/// Shapes that are known.
const SHAPES: &str = "SARIF 2.1.0, rdjson, rdjsonl, or the JSON of Vale";
/// Code of the problem that a report could not be taken in.
const UNREAD: &str = "import-unread";

/// What other tools reported, by file. Empty until something is added.
#[derive(Debug, Clone, Default)]
pub struct Imports {
    /// The folder that the tools ran in, from the root of the file system.
    folder: String,
    /// Where the paths of documents begin.
    root: String,
    by_file: BTreeMap<String, Vec<Claim>>,
    /// They count for a gate.
    pub count: bool,
    /// How many reports were taken in.
    pub reports: usize,
    /// The tools that wrote them.
    pub tools: BTreeSet<String>,
    /// Claims that were taken in, and those about no file that a path can name.
    pub claims: usize,
    /// What the tools say is suppressed.
    pub suppressed: usize,
    /// Claims over the limit.
    pub over: usize,
    /// Reports that could not be taken in, and why.
    pub problems: Vec<Problem>,
}

/// Where a reader puts what it finds.
pub(super) struct Read<'a> {
    pub(super) folder: &'a str,
    pub(super) suppressed: usize,
    tools: BTreeSet<String>,
    found: Vec<(Option<String>, Claim)>,
    room: usize,
    over: usize,
}

impl Read<'_> {
    /// Notes that a tool has a part in the report.
    pub(super) fn tool(&mut self, name: &str) {
        let rule = tool_rule(name, "x");
        if let Some(tool) = tool_of(&rule).filter(|_| self.tools.len() < TOOLS) {
            self.tools.insert(tool.to_owned());
        }
    }

    /// Adds a claim about a file, as long as there is room.
    pub(super) fn add(&mut self, file: Option<String>, claim: impl FnOnce() -> Claim) {
        if self.found.len() < self.room {
            self.found.push((file, claim()));
        } else {
            self.over += 1;
        }
    }
}

impl Imports {
    /// Nothing yet, from tools that run in `folder`, for documents whose paths begin at `root`: both from the root of the file system.
    #[must_use]
    pub fn new(folder: &str, root: &str) -> Self {
        Self { folder: folder.to_owned(), root: root.to_owned(), ..Self::default() }
    }

    /// The same for documents whose paths begin elsewhere.
    #[must_use]
    pub fn at_root(&self, root: &str) -> Self {
        Self { root: root.to_owned(), ..self.clone() }
    }

    /// True where a report was wanted, whatever came of it.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.reports > 0 || !self.problems.is_empty()
    }

    /// Takes a report in that is called `name`.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        let room = CLAIMS.saturating_sub(self.claims);
        let folder = self.folder.clone();
        let mut read =
            Read { folder: &folder, suppressed: 0, tools: BTreeSet::new(), found: Vec::new(), room, over: 0 };
        if let Err(why) = report(bytes, &mut read) {
            self.refuse(name, &why);
            return;
        }
        let Read { suppressed, tools, found, over, .. } = read;
        self.reports += 1;
        self.suppressed += suppressed;
        self.over += over;
        self.claims += found.len();
        self.tools.extend(tools);
        for (file, claim) in found {
            if let Some(file) = file {
                self.by_file.entry(file).or_default().push(claim);
            }
        }
    }

    /// Notes that the report called `name` could not be taken in.
    pub fn refuse(&mut self, name: &str, why: &str) {
        self.problems.push(Problem {
            code: UNREAD.to_owned(),
            file: name.to_owned(),
            line: None,
            column: None,
            message: format!("the report is not imported: {why}"),
            advice: format!("give a report in one of these forms: {SHAPES}"),
        });
    }

    /// True for a problem of [`Imports::problems`].
    #[must_use]
    pub fn is_refusal(problem: &Problem) -> bool {
        problem.code == UNREAD
    }

    /// What is said of the document at `path`; none where no report was wanted.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<Claims> {
        self.is_wanted().then(|| {
            let found = path::whole(&self.root, path).and_then(|file| self.by_file.get(&file));
            let mut list: Vec<Claim> = found.cloned().unwrap_or_default();
            list.sort_by_key(|claim| Reverse(claim.severity));
            Claims { list: list.into(), count: self.count, is_whole: self.problems.is_empty() }
        })
    }

    /// The same for the same claims; empty where nothing was imported.
    #[must_use]
    pub fn digest(&self) -> String {
        if !self.is_wanted() {
            return String::new();
        }
        let problems = self.problems.len();
        sha256_hex(format!("{:?} {} {problems}", self.by_file, self.count).as_bytes())
    }
}

/// Reads a report of any known shape.
fn report(bytes: &[u8], into: &mut Read<'_>) -> Result<(), String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16; have it written as UTF-8".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => {
            if object.get("runs").is_some_and(Value::is_array) {
                sarif::read(&object, into)
            } else if object.get("diagnostics").is_some_and(Value::is_array) {
                rdjson::read(&Value::Object(object), into);
                Ok(())
            } else if vale::is_one(&object) {
                vale::read(&object, into);
                Ok(())
            } else {
                let value = Value::Object(object);
                let known = rdjson::is_diagnostic(&value);
                known.then(|| rdjson::one(&value, None, None, into)).ok_or_else(unknown)
            }
        }
        Ok(_) => Err(unknown()),
        Err(error) => lines(text, into).unwrap_or_else(|| Err(format!("it is no JSON: {error}"))),
    }
}

fn unknown() -> String {
    "its shape is not known".to_owned()
}

/// One diagnostic on each line; none where not even the first line is JSON.
fn lines(text: &str, into: &mut Read<'_>) -> Option<Result<(), String>> {
    let mut is_first = true;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(value) if rdjson::is_diagnostic(&value) => rdjson::one(&value, None, None, into),
            Ok(_) => return Some(Err(format!("line {}: {}", at + 1, unknown()))),
            Err(_) if is_first => return None,
            Err(error) => return Some(Err(format!("line {} is no JSON: {error}", at + 1))),
        }
        is_first = false;
    }
    Some(Ok(()))
}
