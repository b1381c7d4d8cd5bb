//! `rules list | explain | test | new`: shows and tries the checklist. What a page means is the business of `rules`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Rules;
use super::env::Io;
use super::error::{CliError, Exit, count};
use crate::finding::Problem;
use crate::job::Deps;
use crate::rules::{ExampleOutcome, RuleSet, Source, TestReport, new_page, test_sources};

/// A page is text that a person reads.
const MAX_BYTES: u64 = 1024 * 1024;

/// Where a repository keeps pages of its own.
const OWN: &str = ".specreview/rules";

/// The rules that come with the program and those of the working tree, with the mistakes of the latter.
pub(super) fn known() -> Result<(RuleSet, Vec<Problem>), CliError> {
    let own = Path::new(OWN);
    if !own.is_dir() {
        return Ok(crate::rules::builtin());
    }
    let mut files = Vec::new();
    collect(own, &mut files).map_err(|source| CliError::Unread { path: own.to_owned(), source })?;
    Ok(crate::rules::with_user(&files))
}

/// Lets a review use the rules of the working tree; their mistakes come back.
pub(super) fn add_own(deps: &mut Deps) -> Result<Vec<Problem>, CliError> {
    if !Path::new(OWN).is_dir() {
        return Ok(Vec::new());
    }
    let (rules, problems) = known()?;
    deps.rules = Arc::new(rules);
    Ok(problems)
}

/// Runs one of the commands.
pub(super) fn rules(command: &Rules, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    match command {
        Rules::List => list(rules, io),
        Rules::Explain { code } => explain(code, rules, io),
        Rules::Test { path } => test(path, io),
        Rules::Learn { passages, papers, output } => super::learn::learn(passages, papers, output, rules, io),
        Rules::New { name, output } => new(name, output.as_deref(), rules, io),
    }
}

fn list(rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    for rule in &rules.rules {
        let why = rule.demotion().map(|why| format!(" ({why})")).unwrap_or_default();
        writeln!(io.out, "{:<8} {:<8} {:<14} {}{why}", rule.code, rule.worst(), rule.family, rule.name)
            .map_err(CliError::Output)?;
    }
    Ok(Exit::Good)
}

fn explain(code: &str, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let questions = crate::critique::builtin().0;
    let other = || crate::job::explain(rules, &questions, code).map(|told| told.plain());
    let Some(text) = rules.explain(code).or_else(other) else {
        let nearest = crate::job::nearest_code(rules, &questions, code).map(str::to_owned);
        return Err(CliError::UnknownRule { code: code.to_owned(), nearest });
    };
    io.out.write_all(text.as_bytes()).map_err(CliError::Output)?;
    Ok(Exit::Good)
}

/// Every mistake of every page in one run. Status 1 when an example does not behave, 2 when a page cannot be used.
fn test(path: &Path, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut files = Vec::new();
    collect(path, &mut files).map_err(|source| CliError::Unread { path: path.to_owned(), source })?;
    if files.is_empty() {
        return Err(CliError::NoPages { path: path.to_owned() });
    }
    let report = test_sources(&files);
    show(&report, files.len(), io).map_err(CliError::Output)?;
    Ok(match (report.problems.is_empty(), report.is_clean()) {
        (false, _) => Exit::Unusable,
        (true, false) => Exit::Findings,
        (true, true) => Exit::Good,
    })
}

fn show(report: &TestReport, files: usize, io: &mut Io<'_>) -> std::io::Result<()> {
    for problem in &report.problems {
        writeln!(io.err, "{problem}")?;
    }
    let wrong: Vec<_> = report.examples.iter().filter(|example| example.outcome != ExampleOutcome::Right).collect();
    for example in &wrong {
        writeln!(io.err, "{}:{}: {example}", example.file, example.line)?;
    }
    let right = report.examples.len() - wrong.len();
    write!(io.out, "{}: {}", count(files, "page"), count(right, "example"))?;
    writeln!(io.out, " as expected, {} not, {}", wrong.len(), count(report.problems.len(), "mistake"))
}

/// The pages and tables below `path`, in order; links are not followed.
fn collect(path: &Path, files: &mut Vec<Source>) -> std::io::Result<()> {
    let mut left = vec![path.to_owned()];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(path) = left.pop() {
        if !path.is_dir() {
            found.push(path);
            continue;
        }
        for entry in std::fs::read_dir(&path)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                left.push(entry.path());
            } else if kind.is_file() && is_page(&entry.path()) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    for path in found {
        if std::fs::metadata(&path)?.len() > MAX_BYTES {
            return Err(std::io::Error::other(format!("{} is larger than 1 MiB", path.display())));
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        files.push(Source { path: path.display().to_string(), text });
    }
    Ok(())
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "md" || ending == "toml")
}

/// Writes a page where a review looks for it, with a code that no page has yet.
fn new(name: &str, output: Option<&Path>, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let kebab = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !name.split('-').all(kebab) || name.len() > 80 {
        return Err(CliError::BadName { name: name.to_owned() });
    }
    let path = output.map_or_else(|| Path::new(OWN).join(format!("{name}.md")), Path::to_owned);
    let page = new_page(name, &rules.free_code());
    write_new(&path, &page).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => CliError::Exists { path: path.clone() },
        _ => CliError::Unwritten { path: path.clone(), source },
    })?;
    let shown = path.display();
    let used = path.strip_prefix(".").unwrap_or(&path).starts_with(OWN) && is_page(&path);
    let next = if used {
        format!("the next review uses it; try it with: specreview rules test {shown}")
    } else {
        format!("a review reads only the pages (.md) below {OWN}; try it with: specreview rules test {shown}")
    };
    writeln!(io.out, "{shown} is written; {next}").map_err(CliError::Output)?;
    Ok(Exit::Good)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
