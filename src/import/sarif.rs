//! SARIF 2.1.0: results of runs, with what their rules say.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::claim::{Claim, Region, Unit};
use super::path;
use super::report::Read;
use super::value::{index, items, message, number, text, url, why};
use crate::finding::{Severity, tool_rule};

/// The version that is read.
const VERSION: &str = "2.1.0";
/// The root of the repository, whatever it is called on the machine of the tool.
const ROOT: &str = "%SRCROOT%";
/// Bases that stand on one another.
const BASES: usize = 4;
/// Letters of an argument of a message.
const ARGUMENT: usize = 200;
/// Letters of a text that are looked at for links and arguments.
const LOOKED_AT: usize = 4000;

pub(super) fn read(log: &Map<String, Value>, into: &mut Read<'_>) -> Result<(), String> {
    match log.get("version").and_then(Value::as_str) {
        Some(VERSION) => {}
        Some(other) => {
            let other: String = other.chars().take(20).collect();
            return Err(format!("it is SARIF {other}, and only {VERSION} is read"));
        }
        None => return Err(format!("it does not say that it is SARIF {VERSION}")),
    }
    let runs = log.get("runs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for run in runs {
        let driver = run.get("tool").and_then(|tool| tool.get("driver")).unwrap_or(&Value::Null);
        let tool = text(driver, "name").unwrap_or("sarif");
        let of = Run { whole: run, driver, tool, unit: unit(run), by_id: by_id(run, driver) };
        into.tool(of.tool);
        for result in items(run, "results") {
            of.result(result, into);
        }
    }
    Ok(())
}

fn unit(run: &Value) -> Unit {
    if text(run, "columnKind") == Some("unicodeCodePoints") { Unit::Chars } else { Unit::Utf16 }
}

struct Run<'a> {
    whole: &'a Value,
    driver: &'a Value,
    tool: &'a str,
    unit: Unit,
    /// The rules of the driver and of each extension by their id, so that each result finds its own at once.
    by_id: HashMap<(Option<usize>, &'a str), &'a Value>,
}

/// Of rules with one id the first.
fn by_id<'a>(run: &'a Value, driver: &'a Value) -> HashMap<(Option<usize>, &'a str), &'a Value> {
    let extensions = run.get("tool").map(|tool| items(tool, "extensions")).unwrap_or_default();
    let parts = [(None, driver)].into_iter().chain(extensions.iter().enumerate().map(|(at, one)| (Some(at), one)));
    let mut found = HashMap::new();
    for (part, component) in parts {
        for rule in items(component, "rules") {
            if let Some(id) = text(rule, "id") {
                found.entry((part, id)).or_insert(rule);
            }
        }
    }
    found
}

impl Run<'_> {
    fn result(&self, result: &Value, into: &mut Read<'_>) {
        let is_fault = !matches!(text(result, "kind"), Some("pass" | "notApplicable"));
        let state = text(result, "baselineState");
        if !is_fault || state == Some("absent") {
            return;
        }
        if is_suppressed(result) {
            into.suppressed += 1;
            return;
        }
        let mut places = items(result, "locations").iter();
        let place = places.find_map(|at| at.get("physicalLocation")).unwrap_or(&Value::Null);
        let file = place.get("artifactLocation").and_then(|at| self.file(at, into.folder));
        into.add(file, || self.claim(result, place, state));
    }

    fn claim(&self, result: &Value, place: &Value, state: Option<&str>) -> Claim {
        let rule = self.rule(result);
        let id = text(result, "ruleId").or_else(|| result.get("rule").and_then(|rule| text(rule, "id")));
        let id = id.or_else(|| text(rule?, "id")).unwrap_or_default();
        let message = message(&self.words(result, rule));
        let about = |key: &str| text(rule?.get(key)?, "text").map(|about| why(&plain(about), &message));
        let mut about = ["fullDescription", "shortDescription", "help"].into_iter().filter_map(about);
        let why = about.find(|why| !why.is_empty()).unwrap_or_default();
        Claim {
            rule: tool_rule(self.tool, id),
            region: place.get("region").and_then(|region| self.region(region)),
            severity: severity(result, rule),
            why,
            message,
            suggestion: None,
            url: url(rule.and_then(|rule| text(rule, "helpUri")).unwrap_or_default()),
            is_known: matches!(state, Some("unchanged" | "updated")),
        }
    }

    /// The rule of a result: in the list of the tool or of one of its extensions, by its place there or by its name.
    fn rule(&self, result: &Value) -> Option<&Value> {
        let named = result.get("rule").unwrap_or(&Value::Null);
        let extension = named.get("toolComponent").and_then(|component| index(component, "index"));
        let component = match extension {
            Some(at) => items(self.whole.get("tool")?, "extensions").get(at)?,
            None => self.driver,
        };
        let rules = items(component, "rules");
        let by_place = index(result, "ruleIndex").or_else(|| index(named, "index")).and_then(|at| rules.get(at));
        let id = text(result, "ruleId").or_else(|| text(named, "id"));
        let fits = |rule: &&Value| id.is_none() || text(rule, "id").is_some_and(|known| is_of(id, known));
        by_place.filter(fits).or_else(|| self.by_id.get(&(extension, id?)).copied())
    }

    fn region(&self, region: &Value) -> Option<Region> {
        let start = (number(region, "startLine")?, number(region, "startColumn"));
        Some(Region::new(start, (number(region, "endLine"), number(region, "endColumn")), self.unit))
    }

    /// The file of an artifact, which may be named in the list of the run only.
    fn file(&self, location: &Value, folder: &str) -> Option<String> {
        let listed = || items(self.whole, "artifacts").get(index(location, "index")?)?.get("location");
        let location = if text(location, "uri").is_some() { location } else { listed()? };
        let uri = text(location, "uri")?;
        let mut folder_of = folder.to_owned();
        if let Some(base) = text(location, "uriBaseId").and_then(|id| self.base(id, folder, BASES)) {
            folder_of = base;
        }
        path::of_uri(&folder_of, uri)
    }

    /// The folder that a base stands for. The root of a repository that lay elsewhere is this one.
    fn base(&self, id: &str, folder: &str, left: usize) -> Option<String> {
        let base = self.whole.get("originalUriBaseIds")?.get(id)?;
        let below = text(base, "uriBaseId").filter(|_| left > 0).and_then(|id| self.base(id, folder, left - 1));
        let found = path::of_uri(below.as_deref().unwrap_or(folder), text(base, "uri")?)?;
        let is_here = path::whole(folder, ".")
            .is_some_and(|here| found.strip_prefix(&here).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        (id != ROOT || is_here).then_some(found)
    }

    /// The message, written out or made from that of its rule.
    fn words(&self, result: &Value, rule: Option<&Value>) -> String {
        let said = result.get("message").unwrap_or(&Value::Null);
        if let Some(text) = text(said, "text") {
            return plain(text);
        }
        let strings = |of: Option<&Value>, key: &str| {
            let found = of?.get(key)?.get(text(said, "id")?)?;
            text(found, "text").map(str::to_owned)
        };
        let pattern = strings(rule, "messageStrings").or_else(|| strings(Some(self.driver), "globalMessageStrings"));
        let pattern: String = pattern.unwrap_or_default().chars().take(LOOKED_AT).collect();
        plain(&filled(&pattern, items(said, "arguments")))
    }
}

/// The pattern with its arguments in their places, as far as it is looked at. An argument is no pattern, whatever stands in it.
fn filled(pattern: &str, arguments: &[Value]) -> String {
    let (mut out, mut rest) = (String::new(), pattern);
    while out.len() < LOOKED_AT {
        let Some((before, from)) = rest.split_once('{') else { break };
        out.push_str(before);
        let named = from.split_once('}').and_then(|(at, after)| Some((at.parse::<usize>().ok()?, after)));
        if let Some((argument, after)) = named.and_then(|(at, after)| Some((arguments.get(at)?, after))) {
            out.extend(argument.as_str().unwrap_or_default().chars().take(ARGUMENT));
            rest = after;
        } else {
            out.push('{');
            rest = from;
        }
    }
    if out.len() < LOOKED_AT {
        out.push_str(rest);
    }
    out
}

/// A rule, or one below it: `CA1000/1`.
fn is_of(id: Option<&str>, known: &str) -> bool {
    id.and_then(|id| id.strip_prefix(known)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Left out on purpose, by whoever runs the tool: some suppression is there, and none is refused or still to be looked at.
fn is_suppressed(result: &Value) -> bool {
    let all = items(result, "suppressions");
    !all.is_empty() && all.iter().all(|one| matches!(text(one, "status"), None | Some("accepted")))
}

/// What the result says of itself, else what is said of its rule, else a warning.
fn severity(result: &Value, rule: Option<&Value>) -> Severity {
    // Anything but a failure has no level.
    if text(result, "kind").is_some_and(|kind| kind != "fail") {
        return Severity::Info;
    }
    let usual = || text(rule?.get("defaultConfiguration")?, "level");
    match text(result, "level").or_else(usual) {
        Some("error") => Severity::Error,
        Some("note" | "none") => Severity::Info,
        _ => Severity::Warning,
    }
}

/// A message without its links: `[text](target)` is its text, and what was escaped for that is itself again.
fn plain(text: &str) -> String {
    let text: Vec<char> = text.chars().take(LOOKED_AT).collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(c) = text.get(at).copied() {
        let next = text.get(at + 1).copied();
        if let ('\\', Some(next @ ('[' | ']' | '\\'))) = (c, next) {
            out.push(next);
            at += 2;
        } else if let Some((words, after)) = if c == '[' { link(&text, at) } else { None } {
            out.extend(text.get(words).unwrap_or_default());
            at = after;
        } else {
            out.push(c);
            at += 1;
        }
    }
    out
}

/// Longest text and target of a link.
const LINK: usize = 300;

/// The words of the link that begins at `at`, and what comes behind it.
fn link(text: &[char], at: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let find = |from: usize, wanted: char| {
        let near = text.get(from..)?.iter().take(LINK);
        near.take_while(|c| **c != '[').position(|c| *c == wanted).map(|found| from + found)
    };
    let close = find(at + 1, ']').filter(|close| text.get(close + 1) == Some(&'('))?;
    Some((at + 1..close, find(close + 2, ')')? + 1))
}
