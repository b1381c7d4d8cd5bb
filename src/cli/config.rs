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
    let file = if given.is_some() { self::given(given)? } else { found()? };
    Ok(file.map_or_else(Default::default, |file| parse(&file, rules)))
}

/// The file of the folder, if there is one.
pub(super) fn found() -> Result<Option<ConfigText>, CliError> {
    given(find().as_deref())
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
    let path = given.map(Path::to_owned).or_else(find).ok_or(CliError::NoConfig)?;
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
