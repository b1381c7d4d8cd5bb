//! Finds and reads the configuration for the command line. What it means is `config`'s business.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::env::Io;
use super::error::{CliError, Exit};
use crate::config::{self, PATHS};
use crate::finding::Problem;
use crate::review::ConfigText;
use crate::rules::RuleSet;

/// A configuration is a page of text, never more.
const MAX_BYTES: u64 = 1024 * 1024;

/// The configuration that applies: the file given, else the first that is found in the folder, else the defaults. Mistakes come
/// back beside it; they never stop a review.
pub(super) fn read(given: Option<&Path>, rules: &RuleSet) -> Result<(config::Config, Vec<Problem>), CliError> {
    let file = self::given(place(given).as_deref())?;
    Ok(file.map_or_else(Default::default, |file| parse(&file, rules)))
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

/// Where the configuration stands: the file given, else the first that is found in the folder.
pub(super) fn place(given: Option<&Path>) -> Option<PathBuf> {
    given.map(Path::to_owned).or_else(find)
}

/// The file that the operator names, if one is named.
pub(super) fn given(path: Option<&Path>) -> Result<Option<ConfigText>, CliError> {
    let Some(path) = path else { return Ok(None) };
    let text = text(path).map_err(|source| CliError::ConfigUnread { path: path.to_owned(), source })?;
    Ok(Some(ConfigText { path: path.display().to_string(), text }))
}

/// What the text of a configuration means, with its mistakes.
pub(super) fn parse(file: &ConfigText, rules: &RuleSet) -> (config::Config, Vec<Problem>) {
    let codes: BTreeSet<String> = rules.codes().map(str::to_owned).collect();
    config::parse(&file.path, &file.text, &codes)
}

/// `config check`: every mistake with its place.
pub(super) fn check(given: Option<&Path>, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let path = place(given).ok_or(CliError::NoConfig)?;
    let (_, problems) = read(Some(&path), rules)?;
    if !problems.is_empty() {
        return Err(CliError::ConfigBroken { problems });
    }
    writeln!(io.out, "{}: no mistakes", path.display()).map_err(CliError::Output)?;
    Ok(Exit::Good)
}

fn find() -> Option<PathBuf> {
    PATHS.iter().map(PathBuf::from).find(|path| path.is_file())
}

fn text(path: &Path) -> io::Result<String> {
    if std::fs::metadata(path)?.len() > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    std::fs::read_to_string(path)
}
