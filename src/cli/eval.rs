//! `eval` and `eval seed`: reads labelled folders or one specification, prints figures. What is counted is the business of `eval`.

use std::path::{Path, PathBuf};

use super::args::{Eval as Args, EvalCommand, Format, TableFormat};
use super::env::Io;
use super::error::{CliError, Exit, count, plain};
use super::{report, rules};
use crate::eval::{self, Labelled, Scores, seed};
use crate::finding::Problem;
use crate::rules::{RuleSet, Source};
use crate::source::{Loaded, file};

/// Labels and documents are texts that people read.
const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// Folder with documents that are no specification.
const DECOYS: &str = "decoys";
/// Files that make a folder a labelled one.
const LABELLED: &[&str] = &["spec.md", "key.json", "mutants.json", "weak.md", "weak_key.json"];

/// Runs one of the commands.
pub(super) fn eval(args: &Args, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let (rules, problems) = rules::known()?;
    for problem in &problems {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
    match &args.seed {
        Some(EvalCommand::Seed { spec, format }) => planted(spec, *format, &rules, io),
        // What is measured next must not depend on what was measured last.
        None if args.write_measured.is_some() => measure(args, &rules.without_demotion(), io),
        None => measure(args, &rules, io),
    }
}

fn measure(args: &Args, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut found = Found::default();
    for folder in &args.folders {
        found.folder(folder)?;
    }
    if found.labelled.is_empty() && found.decoys.is_empty() && found.problems.is_empty() {
        let folders: Vec<String> = args.folders.iter().map(|folder| folder.display().to_string()).collect();
        return Err(CliError::NothingLabelled { folders: folders.join(", ") });
    }
    let mut projects = Vec::new();
    let mut problems = std::mem::take(&mut found.problems);
    for labelled in &found.labelled {
        let (project, more) = eval::read(labelled, rules);
        projects.push(project);
        problems.extend(more);
    }
    let scores = eval::score(&projects, &found.decoys, rules);
    for problem in &problems {
        let _ = writeln!(io.err, "{}", plain(&problem.to_string()));
    }
    let text = match args.format {
        TableFormat::Text => eval::text(&scores, args.verbose),
        TableFormat::Json => eval::json(&scores, rules, env!("CARGO_PKG_VERSION"), &problems),
    };
    report::write(&text, args.format.into(), None, io)?;
    if !problems.is_empty() {
        return if args.write_measured.is_some() { Err(CliError::LabelsBroken) } else { Ok(Exit::Unusable) };
    }
    if let Some(path) = &args.write_measured {
        report::write(&eval::measured(&scores, rules), Format::Markdown, Some(path), io)?;
    }
    Ok(if gate(args, &scores, io) { Exit::Good } else { Exit::Findings })
}

/// True when every limit that was asked for holds; says which does not.
fn gate(args: &Args, scores: &Scores, io: &mut Io<'_>) -> bool {
    let total = scores.total();
    let mut holds = true;
    for (what, share, least) in
        [("recall", total.recall(), args.min_recall), ("precision", total.precision(), args.min_precision)]
    {
        let Some(least) = least else { continue };
        // Without a sample nothing is shown to hold.
        if share.value().is_none_or(|value| value < least) {
            let _ = writeln!(io.err, "{what} is {share}, --min-{what} asks for {least}");
            holds = false;
        }
    }
    if let Some(most) = args.max_noise.filter(|most| scores.noise_in_all() > *most) {
        let _ = writeln!(io.err, "{}, --max-noise allows {most}", count(scores.noise_in_all(), "false alarm"));
        holds = false;
    }
    holds
}

/// What was found in the folders.
#[derive(Default)]
struct Found {
    labelled: Vec<Labelled>,
    decoys: Vec<Source>,
    problems: Vec<Problem>,
}

impl Found {
    /// A labelled folder, or a folder of such folders; links are not followed.
    fn folder(&mut self, folder: &Path) -> Result<(), CliError> {
        let entries = sorted(folder)?;
        if entries.iter().any(|path| is_label(path)) {
            self.labelled(folder);
        } else {
            for entry in entries.iter().filter(|path| is_folder(path) && !path.ends_with(DECOYS)) {
                if sorted(entry)?.iter().any(|path| is_label(path)) {
                    self.labelled(entry);
                }
            }
        }
        let decoys = folder.join(DECOYS);
        if is_folder(&decoys) {
            for path in sorted(&decoys)? {
                if path.extension().is_some_and(|ending| ending == "md") && is_file(&path) {
                    let decoy = self.read(&path);
                    self.decoys.extend(decoy);
                }
            }
        }
        Ok(())
    }

    fn labelled(&mut self, folder: &Path) {
        let name = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut file = |name: &str| {
            let path = folder.join(name);
            if is_file(&path) { self.read(&path) } else { None }
        };
        let [spec, key, mutants, weak, weak_key] =
            ["spec.md", "key.json", "mutants.json", "weak.md", "weak_key.json"].map(&mut file);
        self.labelled.push(Labelled { name, spec, key, mutants, weak, weak_key });
    }

    /// One file; where it cannot be used, a problem says why.
    fn read(&mut self, path: &Path) -> Option<Source> {
        match text(path, &mut std::io::empty()) {
            Ok(text) => Some(Source { path: path.display().to_string(), text }),
            Err(message) => {
                let file = path.display().to_string();
                let code = "unreadable-file".to_owned();
                self.problems.push(Problem { code, file, line: None, column: None, message, advice: String::new() });
                None
            }
        }
    }
}

/// The text of a file. Lines end as they do in labels, whatever the checkout made of them.
pub(super) fn text(path: &Path, stdin: &mut dyn std::io::Read) -> Result<String, String> {
    let input = path.to_str().ok_or("the name of the file is no text")?.to_owned();
    match file::load(&[input], stdin, &|_| MAX_BYTES).into_iter().next() {
        Some(Loaded::Text { text, .. }) => Ok(text.replace("\r\n", "\n")),
        Some(Loaded::Unread { reason, .. }) => Err(reason),
        None => Err("it cannot be read".to_owned()),
    }
}

pub(super) fn sorted(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let unread = |source| CliError::Unread { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        paths.push(entry.map_err(unread)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn is_label(path: &Path) -> bool {
    path.file_name().is_some_and(|name| LABELLED.iter().any(|label| name == *label)) && is_file(path)
}

/// True for a file that is no link.
pub(super) fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|about| about.is_file())
}

/// True for a folder that is no link.
pub(super) fn is_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

/// Defects planted in one specification.
fn planted(path: &Path, format: TableFormat, rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let no_spec = |why| CliError::NoSpec { path: path.to_owned(), why };
    if path.is_dir() {
        return Err(no_spec("it is a folder".to_owned()));
    }
    let text = text(path, io.stdin).map_err(no_spec)?;
    let seeded = seed::plant(&text, rules);
    let shown = path.display().to_string();
    let text = match format {
        TableFormat::Text => seed::text(&seeded, &plain(&shown)),
        TableFormat::Json => seed::json(&seeded, &shown, env!("CARGO_PKG_VERSION"), rules),
    };
    report::write(&text, format.into(), None, io)?;
    Ok(Exit::Good)
}
