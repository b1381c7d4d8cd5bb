//! Finds and reads the configuration for the command line. What it means is `config`'s business.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::env::Io;
use super::error::{CliError, Exit};
use crate::config::{self, PATHS};
use crate::finding::Problem;
use crate::rules::RuleSet;

/// A configuration is a page of text, never more.
const MAX_BYTES: u64 = 1024 * 1024;

/// The configuration that applies: the file given, else the first that is found in the folder, else the defaults. Mistakes come
/// back beside it; they never stop a review.
pub(super) fn read(given: Option<&Path>, rules: &RuleSet) -> Result<(config::Config, Vec<Problem>), CliError> {
    let Some(path) = given.map(Path::to_owned).or_else(find) else {
        return Ok((config::Config::default(), Vec::new()));
    };
    let text = text(&path).map_err(|source| CliError::ConfigUnread { path: path.clone(), source })?;
    let codes: BTreeSet<String> = rules.codes().map(str::to_owned).collect();
    Ok(config::parse(&path.display().to_string(), &text, &codes))
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
