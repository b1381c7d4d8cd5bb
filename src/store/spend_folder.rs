//! What was spent, in a folder: one file a UTC day, one line a sum, only ever added to, locked while somebody reads and writes. Days that
//! are over are put together into one file.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::spend::{Account, COLUMNS, Spend, Totals, difference, ledger};
use super::{SPEND_KEPT, StoreError};
use crate::critique::ledger::Ledger;

/// Ending of the files: one for each day, and one for what was before a day.
const ENDING: &str = ".spend.jsonl";
/// The name of the latter begins so.
const BEFORE: &str = "before-";
/// Days before the newest whose files stay as they are: a run that lasts over midnight still adds to the one before, and people look at
/// the last week.
const OPEN: i64 = 7;
/// How often the folder is looked at anew because a file went away meanwhile.
const LOOKS: usize = 8;
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
    /// In the sum of several days: the last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
}

/// A file by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Day(i64),
    /// Everything of changes before this day.
    Before(i64),
}

impl Of {
    fn name(name: &str) -> Option<Self> {
        let name = name.strip_suffix(ENDING)?;
        match name.strip_prefix(BEFORE) {
            Some(day) => day.parse().ok().map(Self::Before),
            None => name.parse().ok().map(Self::Day),
        }
    }
}

/// The files of a folder.
struct Files {
    /// What was in them stands in the file of what was before a day: they can be removed.
    done: Vec<PathBuf>,
    /// All others.
    open: Vec<(Of, PathBuf)>,
    /// The first day that has a file of its own.
    since: i64,
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
        self.folder.join(format!("{day}{ENDING}"))
    }

    /// The files there are.
    fn files(&self) -> std::io::Result<Files> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let of = path.file_name().and_then(|name| Of::name(name.to_str()?));
            files.extend(of.map(|of| (of, path)));
        }
        let before = |of: &Of| if let Of::Before(day) = of { Some(*day) } else { None };
        let since = files.iter().filter_map(|(of, _)| before(of)).max().unwrap_or(i64::MIN);
        let is_done = |of: &Of| match of {
            Of::Day(day) => *day < since,
            Of::Before(day) => *day != since,
        };
        let (done, open): (Vec<_>, Vec<_>) = files.into_iter().partition(|(of, _)| is_done(of));
        Ok(Files { done: done.into_iter().map(|(_, path)| path).collect(), open, since })
    }

    /// Everything of a change that is not in the file of its day.
    fn elsewhere(&self, day: i64, is_of: impl Fn(&Line) -> bool) -> std::io::Result<Ledger> {
        let mut looks = 1;
        loop {
            let files = self.files()?.open;
            let mut sum = Ledger::default();
            let mut all = files.iter().filter(|(of, _)| *of != Of::Day(day));
            let read = all.try_for_each(|(_, path)| read(path).map(|text| sum = sum.plus(total(&text, &is_of))));
            match read {
                // Another run has just put it together with others.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && looks < LOOKS => looks += 1,
                read => return read.map(|()| sum),
            }
        }
    }

    /// Puts everything of changes before `day` into one file and removes those of the days. A change on which nothing was spent for
    /// [`SPEND_KEPT`] days is left out, and so is what belongs to no change: no cap concerns it any more. The new file is whole before any
    /// other goes, and its name says which it stands for: whoever is killed in between leaves nothing that counts twice.
    fn fold(&self, day: i64) -> std::io::Result<()> {
        let Files { mut done, open: files, since } = self.files()?;
        if day > since {
            let mut sums: BTreeMap<String, (i64, [i64; COLUMNS])> = BTreeMap::new();
            for (of, path) in files.into_iter().filter(|(of, _)| !matches!(of, Of::Day(open) if *open >= day)) {
                let (Of::Day(of) | Of::Before(of)) = of;
                for line in lines(&read(&path)?).filter(|line| !line.subject.is_empty()) {
                    let (last, sum) = sums.entry(line.subject).or_insert((i64::MIN, [0; COLUMNS]));
                    *last = (*last).max(line.last.unwrap_or(of));
                    add(sum, line.sum);
                }
                done.push(path);
            }
            sums.retain(|_, (last, _)| *last >= day.saturating_sub(SPEND_KEPT));
            let mut text = String::new();
            for (subject, (last, sum)) in sums {
                let (repository, author) = (String::new(), String::new());
                let line = Line { subject, repository, author, sum, last: Some(last) };
                text.push_str(&serde_json::to_string(&line).map_err(std::io::Error::other)?);
                text.push('\n');
            }
            let path = self.folder.join(format!("{BEFORE}{day}{ENDING}"));
            let draft = path.with_extension(format!("{}.part", std::process::id()));
            let mut file = File::create(&draft)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            fs::rename(&draft, &path)?;
        }
        // Another run may have removed it already.
        for path in &done {
            let _ = fs::remove_file(path);
        }
        Ok(())
    }

    fn book(&self, to: &Account, sum: [i64; COLUMNS]) -> std::io::Result<Totals> {
        let path = self.file(to.day);
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path)?;
        file.lock()?;
        let mut text = whole(&mut file)?;
        let or_none = |part: &Option<String>| part.clone().unwrap_or_default();
        let (subject, repository, author) = (or_none(&to.change), or_none(&to.repository), or_none(&to.author));
        if sum.iter().any(|n| *n != 0) {
            // Once a day is enough. Where it fails everything is there as before, and the next day tries again.
            if text.is_empty() {
                let _ = self.fold(to.day.saturating_sub(OPEN));
            }
            // What was broken off by a crash must not spoil the next line.
            let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            let (subject, repository, author) = (subject.clone(), repository.clone(), author.clone());
            let line = Line { subject, repository, author, sum, last: None };
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
            totals.change = total(&text, is_of).plus(self.elsewhere(to.day, is_of)?);
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
    whole(&mut File::open(path)?)
}

/// All of a file. A crash can break a line off within a letter: that spoils the line and not the others.
fn whole(file: &mut File) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A line that is not whole is none.
fn lines(text: &str) -> impl Iterator<Item = Line> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok())
}

fn add(sum: &mut [i64; COLUMNS], more: [i64; COLUMNS]) {
    for (sum, n) in sum.iter_mut().zip(more) {
        *sum = sum.saturating_add(n);
    }
}

/// The sum of these lines.
fn total(text: &str, is_wanted: impl Fn(&Line) -> bool) -> Ledger {
    let mut sum = [0_i64; COLUMNS];
    lines(text).filter(is_wanted).for_each(|line| add(&mut sum, line.sum));
    ledger(sum)
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
