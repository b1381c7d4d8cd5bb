//! Finds and reads the configuration for the command line. What it means is `config`'s business.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::{ModelFlags, Show, TableFormat};
use super::env::{Env, Io};
use super::error::{CliError, Exit, larger_than, plain};
use super::{model, setup};
use crate::config::{self, Effective, Origin, PATHS};
use crate::finding::Problem;
use crate::job;
use crate::review::ConfigText;
use crate::rules::RuleSet;
use crate::source::utf8;
use crate::store::DAY;
use crate::text::Date;

/// A configuration is a page of text, never more.
const MAX_BYTES: u64 = 1024 * 1024;

/// The configuration that applies: the file given, else the nearest that is found, above that of the organisation, else
/// the defaults. Mistakes come back beside it; they never stop a review.
pub(super) fn read(
    given: Option<&Path>,
    org: Option<&Path>,
    rules: &RuleSet,
) -> Result<(config::Config, Vec<Problem>), CliError> {
    let all = files(given, org, rules)?;
    Ok((all.config, all.problems))
}

fn files(given: Option<&Path>, org: Option<&Path>, rules: &RuleSet) -> Result<Effective, CliError> {
    Ok(effective(rules, self::given(place(given).as_deref())?.as_ref(), self::given(org)?.as_ref()))
}

/// What these files mean today.
pub(super) fn effective(rules: &RuleSet, file: Option<&ConfigText>, org: Option<&ConfigText>) -> Effective {
    job::effective(rules, file, org, Date::of_day(setup::now().div_euclid(DAY)))
}

/// The folder that the globs of a configuration start from. A file of a usual name lies in it; one of another name in a repository or a
/// folder that the work is done in; without one, it is the repository around the work. Empty where that cannot be found out: no file lies
/// below it then.
pub(super) fn root(file: Option<&Path>) -> PathBuf {
    folder_of(file).unwrap_or_default()
}

fn folder_of(file: Option<&Path>) -> io::Result<PathBuf> {
    let here = std::env::current_dir()?.canonicalize()?;
    let around = |folder: &Path| folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
    if let Some(file) = file {
        let file = std::path::absolute(file)?;
        if let Some(usual) = PATHS.iter().map(Path::new).find(|usual| file.ends_with(usual)) {
            let folder = file.ancestors().nth(usual.components().count()).unwrap_or(&file);
            return folder.canonicalize();
        }
        let folder = file.parent().unwrap_or(&file).canonicalize()?;
        let root = around(&folder).unwrap_or(folder);
        if here.starts_with(&root) {
            return Ok(root);
        }
    }
    Ok(around(&here).unwrap_or(here))
}

/// Where the configuration stands: the file given, else the nearest that is found in the folder or above it in its repository.
pub(super) fn place(given: Option<&Path>) -> Option<PathBuf> {
    given.map(Path::to_owned).or_else(find)
}

/// The file that the operator names, if one is named.
pub(super) fn given(path: Option<&Path>) -> Result<Option<ConfigText>, CliError> {
    let Some(path) = path else { return Ok(None) };
    let text = text(path).map_err(|source| CliError::ConfigUnread { path: path.to_owned(), source })?;
    Ok(Some(ConfigText { path: path.display().to_string(), text: Ok(text) }))
}

/// `config check`: every mistake with its place.
pub(super) fn check(given: Option<&Path>, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let path = place(given).ok_or(CliError::NoConfig)?;
    let (_, problems) = read(Some(&path), None, rules)?;
    if !problems.is_empty() {
        return Err(CliError::ConfigBroken { problems });
    }
    writeln!(io.out, "{}: no mistakes", path.display()).map_err(CliError::Output)?;
    Ok(Exit::Good)
}

/// `config show`: every key, its value, and where it comes from. Mistakes are named beside it.
pub(super) fn show(args: &Show, rules: &RuleSet, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut all = files(args.gate.config.as_deref(), args.gate.org.as_deref(), rules)?;
    if let Some(fail_on) = args.gate.fail_on {
        all.by_flag("review.fail-on", "--fail-on", |config| config.fail_on = fail_on.severity());
    }
    if args.gate.require_complete {
        all.by_flag("review.require-complete", "--require-complete", |config| config.require_complete = true);
    }
    if args.no_llm {
        all.without_model("--no-llm");
    }
    let flags = ModelFlags { no_llm: args.no_llm, ..ModelFlags::default() };
    let models = model::names(&flags, env);
    let text = match args.format {
        TableFormat::Json => format!("{:#}\n", shown(&all, &models.unwrap_or_default())),
        TableFormat::Text => table(&all) + &asked(&models),
    };
    io.out.write_all(text.as_bytes()).map_err(CliError::Output)?;
    for problem in &all.problems {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
    Ok(Exit::Good)
}

/// Widest row after which origins still stand in one column, in characters.
const WIDE: usize = 60;

/// A line for each key, as it could stand in a file, with its origin behind it.
fn table(all: &Effective) -> String {
    let rows = all.keys().into_iter().flat_map(|shown| {
        let origin = shown.origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match (&shown.value, shown.key) {
            // One line each: a reason is long.
            (Value::Array(many), "waive") if !many.is_empty() => {
                many.iter().map(|one| (format!("{} = {}", shown.key, inline(one)), origin.clone())).collect::<Vec<_>>()
            }
            (value, key) => vec![(format!("{key} = {}", inline(value)), origin)],
        }
    });
    let rows: Vec<(String, String)> = rows.map(|(row, origin)| (plain(&row), plain(&origin))).collect();
    let width = rows.iter().map(|(row, _)| row.chars().count()).filter(|wide| *wide <= WIDE).max().unwrap_or(0);
    rows.into_iter().fold(String::new(), |out, (row, origin)| format!("{out}{row:width$}  # {origin}\n"))
}

/// The models that the environment names, which no file does; nothing where it names none.
fn asked(models: &Result<Vec<String>, String>) -> String {
    let said = match models.as_deref() {
        Ok([]) => return String::new(),
        Ok([only]) => only.clone(),
        Ok([first, rest @ ..]) => format!("{first}; fallback: {}", rest.join(", ")),
        Err(reason) => format!("none is asked: {reason}"),
    };
    format!("# model: {}\n", plain(&said))
}

/// A value as TOML writes it on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(many) => format!("[{}]", many.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                let is_bare = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
                let name = if is_bare { name.clone() } else { Value::from(name.as_str()).to_string() };
                format!("{name} = {}", inline(value))
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// The same for programs.
fn shown(all: &Effective, models: &[String]) -> Value {
    let origin = |origin: &Origin| match origin {
        Origin::Default => json!({ "from": "default" }),
        Origin::Organisation(place) => json!({ "from": "organisation", "file": place.file, "line": place.line }),
        Origin::Repository(place) => json!({ "from": "repository", "file": place.file, "line": place.line }),
        Origin::CommandLine(flag) => json!({ "from": "command-line", "flag": flag }),
    };
    let keys = all.keys().into_iter().map(|shown| {
        let origins: Vec<Value> = shown.origins.iter().map(origin).collect();
        json!({ "key": shown.key, "value": shown.value, "origins": origins })
    });
    let keys: Vec<Value> = keys.collect();
    json!({ "schema": "specreview/config/v1", "keys": keys, "models": models, "problems": all.problems })
}

fn find() -> Option<PathBuf> {
    nearest(find_in)
}

/// What is found in the folder that the program runs in, else in the nearest one above it in the repository around; nothing above is
/// looked at where there is no repository. The folders are spelled as seen from here: empty, `..`, `../..`.
pub(super) fn nearest<T>(find: impl Fn(&Path) -> Option<T>) -> Option<T> {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let above = here.ancestors().position(|folder| folder.join(".git").exists()).unwrap_or(0);
    (0..=above).find_map(|up| find(&std::iter::repeat_n("..", up).collect::<PathBuf>()))
}

/// The configuration of a folder, if it has one: whatever has its name, so that a folder or a link to nothing is told and not taken for none.
pub(super) fn find_in(folder: &Path) -> Option<PathBuf> {
    PATHS.iter().map(|path| folder.join(path)).find(|path| path.symlink_metadata().is_ok())
}

fn text(path: &Path) -> io::Result<String> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; put a file in its place"));
    }
    if about.len() > MAX_BYTES {
        return Err(larger_than(MAX_BYTES));
    }
    utf8(std::fs::read(path)?).map_err(|reason| io::Error::new(io::ErrorKind::InvalidData, reason))
}
