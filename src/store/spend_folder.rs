//! What was spent, in a folder: one file a UTC day, one line a sum, only ever added to, locked while somebody reads and writes.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::spend::{Account, COLUMNS, Spend, Totals, difference, ledger};
use crate::critique::ledger::Ledger;

/// Ending of the files.
const ENDING: &str = "spend.jsonl";
/// While this file is there, models are switched off; it says why. Whoever makes it or removes it by hand switches too.
const OFF: &str = "off";

/// Spending kept in a folder, for runs of the command line and of CI that share a disk.
#[derive(Debug, Clone)]
pub struct SpendFolder {
    folder: PathBuf,
}

/// A line.
#[derive(Serialize, Deserialize)]
struct Line {
    subject: String,
    #[serde(default)]
    repository: String,
    #[serde(default)]
    author: String,
    /// Calls, tokens sent, from the cache and received, millionths of a dollar, calls without a price.
    sum: [i64; COLUMNS],
}

impl SpendFolder {
    /// Makes the folder when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Spend { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn file(&self, day: i64) -> PathBuf {
        self.folder.join(format!("{day}.{ENDING}"))
    }

    fn book(&self, to: &Account, sum: [i64; COLUMNS]) -> std::io::Result<Totals> {
        let path = self.file(to.day);
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let or_none = |part: &Option<String>| part.clone().unwrap_or_default();
        let (subject, repository, author) = (or_none(&to.change), or_none(&to.repository), or_none(&to.author));
        if sum.iter().any(|n| *n != 0) {
            // What was broken off by a crash must not spoil the next line.
            let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            let line = Line { subject: subject.clone(), repository: repository.clone(), author: author.clone(), sum };
            let line = serde_json::to_string(&line).map_err(std::io::Error::other)?;
            let added = format!("{begin}{line}\n");
            file.write_all(added.as_bytes())?;
            file.sync_data()?;
            text.push_str(&added);
        }
        let mut totals = Totals { day: total(&text, |_| true), is_off: self.reason()?.is_some(), ..Totals::default() };
        if to.author.is_some() {
            totals.author = total(&text, |line| line.author == author);
        }
        if to.repository.is_some() {
            totals.repository = total(&text, |line| line.repository == repository);
        }
        if to.change.is_some() {
            let is_of = |line: &Line| line.subject == subject;
            totals.change = total(&text, is_of);
            for entry in fs::read_dir(&self.folder)? {
                let other = entry?.path();
                if other != path && other.to_string_lossy().ends_with(ENDING) {
                    totals.change = totals.change.plus(total(&read(&other)?, is_of));
                }
            }
        }
        Ok(totals)
    }

    /// Why models are switched off.
    fn reason(&self) -> std::io::Result<Option<String>> {
        match fs::read_to_string(self.folder.join(OFF)) {
            Ok(reason) => Ok(Some(reason.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn turn(&self, off: Option<&str>) -> std::io::Result<()> {
        let path = self.folder.join(OFF);
        match off {
            Some(reason) => fs::write(path, format!("{reason}\n")),
            None => match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }

    fn failed(&self, source: std::io::Error) -> StoreError {
        StoreError::Spend { path: self.folder.clone(), source }
    }
}

/// Files of other days are only read: nobody adds to them but a run that lasts over midnight.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// The sum of these lines; a line that is not whole is none.
fn total(text: &str, is_wanted: impl Fn(&Line) -> bool) -> Ledger {
    let mut sums = [0_i64; COLUMNS];
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    for line in lines.filter(is_wanted) {
        for (sum, n) in sums.iter_mut().zip(line.sum) {
            *sum = sum.saturating_add(n);
        }
    }
    ledger(sums)
}

#[async_trait]
impl Spend for SpendFolder {
    async fn add(&self, to: &Account, more: Ledger, less: Ledger) -> Result<Totals, StoreError> {
        let (this, to) = (self.clone(), to.clone());
        let work = tokio::task::spawn_blocking(move || this.book(&to, difference(more, less)));
        let booked = work.await.map_err(std::io::Error::other).flatten();
        booked.map_err(|source| self.failed(source))
    }

    async fn switch(&self, off: Option<&str>) -> Result<(), StoreError> {
        self.turn(off).map_err(|source| self.failed(source))
    }

    async fn is_off(&self) -> Result<Option<String>, StoreError> {
        self.reason().map_err(|source| self.failed(source))
    }
}
