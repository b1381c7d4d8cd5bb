//! `rules list | explain | test | new`: shows and tries the checklist. What a page means is the business of `rules`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Format, Rules};
use super::env::{Env, Io};
use super::error::{CliError, Exit, count};
use super::report;
use crate::finding::Problem;
use crate::job::Deps;
use crate::rules::{CORE, ExampleOutcome, Pack, Rule, RuleSet, Source, TestReport, new_page, test_sources};

/// A page is text that a person reads.
const MAX_BYTES: u64 = 1024 * 1024;

/// What switches a pack on.
const NAME_IT: &str = "name it in `packs` below `[rules]` of .specreview.toml";

/// Where a repository keeps pages of its own.
pub(super) const OWN: &str = ".specreview/rules";

/// The rules that come with the program and those of the working tree, with the mistakes of the latter.
pub(super) fn known() -> Result<(RuleSet, Vec<Problem>), CliError> {
    known_in(&home())
}

/// The nearest folder that keeps pages of its own: the one that the program runs in, or one above it in the repository.
fn home() -> PathBuf {
    let has_own = |folder: &Path| folder.join(OWN).is_dir().then(|| folder.to_owned());
    super::config::nearest(has_own).unwrap_or_default()
}

/// Where the pages of the working tree are, if it has some.
pub(super) fn own() -> Option<PathBuf> {
    Some(home().join(OWN)).filter(|own| own.is_dir())
}

/// The same with those of another folder.
pub(super) fn known_in(folder: &Path) -> Result<(RuleSet, Vec<Problem>), CliError> {
    let own = folder.join(OWN);
    if !own.is_dir() {
        return Ok(crate::rules::builtin());
    }
    let mut files = Vec::new();
    collect(&own, &mut files).map_err(|source| CliError::Unread { path: own.clone(), source })?;
    Ok(crate::rules::with_user(&files))
}

/// The pages of the working tree, as far as they can be listed.
pub(super) fn own_pages() -> Vec<PathBuf> {
    own().and_then(|own| pages(&own).ok()).unwrap_or_default()
}

/// As [`known`], with the pages that are named by hand; those of the working tree only where they may be trusted. Mistakes in pages
/// that are named are the operator's, and end the command.
pub(super) async fn all(trusted: bool, given: &[String], env: &Env) -> Result<(RuleSet, Vec<Problem>), CliError> {
    if given.is_empty() {
        return if trusted { known() } else { Ok(crate::rules::builtin()) };
    }
    let mut files = super::packs::read(given, env).await?;
    let (rules, problems) = crate::rules::with_user(&files);
    if !problems.is_empty() {
        return Err(CliError::PagesBroken { problems });
    }
    let Some(own) = own().filter(|_| trusted) else { return Ok((rules, problems)) };
    collect(&own, &mut files).map_err(|source| CliError::Unread { path: own.clone(), source })?;
    Ok(crate::rules::with_user(&files))
}

/// Lets a review use further rules: those that are named by hand, and where they may be trusted those of the working tree, whose mistakes
/// come back.
pub(super) async fn add(deps: &mut Deps, trusted: bool, given: &[String], env: &Env) -> Result<Vec<Problem>, CliError> {
    if given.is_empty() && (!trusted || own().is_none()) {
        return Ok(Vec::new());
    }
    let (rules, problems) = all(trusted, given, env).await?;
    deps.rules = Arc::new(rules);
    Ok(problems)
}

/// Runs one of the commands.
pub(super) fn rules(command: &Rules, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    match command {
        Rules::List => list(rules, io),
        Rules::Explain { code, .. } => explain(code, rules, io),
        Rules::Test { path } => test(path, io),
        Rules::Learn { passages, papers, output } => super::learn::learn(passages, papers, output, rules, io),
        Rules::Book { words } => super::book::book(words, rules, io),
        Rules::New { name, output } => new(name, output.as_deref(), rules, io),
    }
}

fn list(rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    // A file that cannot be read is the business of `config check`.
    let chosen = super::config::read(None, None, rules).map(|(config, _)| config.packs).unwrap_or_default();
    let mut packs: Vec<&Pack> = rules.packs.iter().collect();
    packs.sort_by_key(|pack| pack.name != CORE);
    for pack in packs {
        let of_pack: Vec<&Rule> = rules.rules.iter().filter(|rule| rule.pack == pack.name).collect();
        let is_on = |rule: &Rule| rules.is_on(rule, chosen.as_ref());
        let on = of_pack.iter().filter(|rule| is_on(rule)).count();
        let is_mixed = on > 0 && on < of_pack.len();
        let state = match on {
            0 => format!("off: {NAME_IT}"),
            on if is_mixed => format!("{on} of {} on; for all of them {NAME_IT}", of_pack.len()),
            _ => "on".to_owned(),
        };
        writeln!(io.out, "# {} ({}, {}) {state}", pack.name, pack.title, count(of_pack.len(), "rule"))
            .map_err(CliError::Output)?;
        for rule in of_pack {
            let why = rule.demotion().map(|why| format!(" ({why})")).unwrap_or_default();
            let off = if is_mixed && !is_on(rule) { " (off)" } else { "" };
            writeln!(io.out, "{:<8} {:<8} {:<14} {}{off}{why}", rule.code, rule.worst(), rule.family, rule.name)
                .map_err(CliError::Output)?;
        }
    }
    Ok(Exit::Good)
}

/// Explains a rule, a criterion or a risk.
pub(super) fn explain(code: &str, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let questions = crate::critique::builtin().0;
    let other = || crate::job::explain(rules, &questions, code).map(|told| told.plain());
    let Some(text) = rules.explain(code).or_else(other) else {
        let nearest = crate::job::nearest_code(rules, &questions, code).map(str::to_owned);
        return Err(CliError::UnknownRule { code: code.to_owned(), nearest });
    };
    report::write(&text, Format::Markdown, None, io)?;
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
fn pages(path: &Path) -> std::io::Result<Vec<PathBuf>> {
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
    Ok(found)
}

/// The same, read.
pub(super) fn collect(path: &Path, files: &mut Vec<Source>) -> std::io::Result<()> {
    for path in pages(path)? {
        if std::fs::metadata(&path)?.len() > MAX_BYTES {
            let (path, most) = (path.display(), MAX_BYTES >> 20);
            let said = format!("{path} is larger than {most} MiB; shorten the page, or move it out of the folder");
            return Err(std::io::Error::other(said));
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

/// Writes a file that is not there yet, with the folders above it.
pub(super) fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
