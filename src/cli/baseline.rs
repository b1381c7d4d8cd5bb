//! The file of a baseline: read before a review, used on what was found, written when asked to. What it means is the business of
//! `review`.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use super::args::BaselineFlags;
use super::config;
use super::error::{CliError, count, larger_than};
use super::put::put;
use crate::output::{Entry, Run};
use crate::review::Baseline;
use crate::source::{file, url::recognise};

/// Where it is looked for.
const FILE: &str = ".specreview-baseline.json";
/// Largest file: a hundred thousand findings.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A baseline and where it lies.
#[derive(Debug)]
pub(super) struct BaselineFile {
    path: PathBuf,
    baseline: Baseline,
    write: bool,
}

/// The baseline that was asked for, else the nearest one that lies here or above in the repository; none where there is none.
pub(super) fn open(flags: &BaselineFlags) -> Result<Option<BaselineFile>, CliError> {
    let path = flags.baseline.clone().or_else(|| config::nearest(find_in)).unwrap_or_else(|| FILE.into());
    let write = flags.write_baseline;
    let baseline = match read(&path) {
        Ok(text) => parse(&path, &text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && write => Baseline::default(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && flags.baseline.is_none() => return Ok(None),
        Err(source) => return Err(CliError::BaselineUnread { path, source }),
    };
    Ok(Some(BaselineFile { path, baseline, write }))
}

/// The nearest one around a document, as far as its repository goes; none where there is none.
pub(super) fn around(document: &Path) -> Result<Option<BaselineFile>, CliError> {
    for folder in document.ancestors().skip(1) {
        if let Some(path) = find_in(folder) {
            let text = read(&path).map_err(|source| CliError::BaselineUnread { path: path.clone(), source })?;
            return Ok(Some(BaselineFile { baseline: parse(&path, &text)?, path, write: false }));
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

fn parse(path: &Path, text: &str) -> Result<Baseline, CliError> {
    Baseline::parse(text).map_err(|reason| CliError::BaselineBroken { path: path.to_owned(), reason })
}

fn find_in(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(FILE)).filter(|path| path.symlink_metadata().is_ok())
}

/// True for a document below the folder that is there no more. Of standard input, addresses and files elsewhere nobody can say so: those
/// that were read under such names keep what they had.
fn is_gone(folder: &Path, name: &str) -> bool {
    let is_elsewhere = |part| !matches!(part, Component::Normal(_) | Component::CurDir);
    let path = Path::new(name);
    let is_judged = name != "-" && recognise(name).is_none() && !path.components().any(is_elsewhere);
    is_judged && !folder.join(path).exists() && !path.exists()
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(larger_than(MAX_BYTES));
    }
    Ok(text)
}

impl BaselineFile {
    /// Marks what is known in the run. Where the baseline is to be written it accepts what was found before, and a sentence comes
    /// back that says so. Documents that were not read keep what they had, as long as they are there.
    pub(super) fn apply(mut self, run: &mut Run) -> Result<Option<String>, CliError> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new(".")).to_owned();
        let name = |path: &str| file::below(&folder, path).unwrap_or_else(|| path.to_owned());
        let mut documents: Vec<_> = run
            .documents
            .iter_mut()
            .filter_map(|entry| match entry {
                Entry::Reviewed(reviewed, _) => Some((name(&reviewed.path), reviewed)),
                Entry::Unread { .. } => None,
            })
            .collect();
        if self.write {
            for (name, reviewed) in &documents {
                self.baseline.accept(name, reviewed);
            }
            self.baseline.forget(|name| is_gone(&folder, name));
            put(&self.path, &self.baseline.render())
                .map_err(|source| CliError::Unwritten { path: self.path.clone(), source })?;
        }
        for (name, reviewed) in &mut documents {
            self.baseline.apply(name, reviewed);
        }
        let (findings, of) = self.baseline.size();
        let said = || {
            let (findings, documents) = (count(findings, "finding"), count(of, "document"));
            format!("{} is written: {findings} of {documents} fail nothing from now on", self.path.display())
        };
        Ok(self.write.then(said))
    }
}
