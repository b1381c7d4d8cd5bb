//! `rules learn`: reads labelled passages and papers from folders, and writes the weights. What is learnt, and how, is the business of
//! `learn`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::env::Io;
use super::error::{CliError, Exit};
use crate::learn::{Learnt, Material, Paper, complete, examples, passages, weak};
use crate::rules::RuleSet;

/// Learns, writes the weights, and tells how well each item is recognised on papers that were left out.
pub(super) fn learn(
    passage_folder: &Path,
    paper_folder: &Path,
    output: &Path,
    rules: &RuleSet,
    io: &mut Io<'_>,
) -> Result<Exit, CliError> {
    let mut material = Material { passages: examples(rules), papers: Vec::new() };
    for path in entries(passage_folder)? {
        let item = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        material.passages.extend(passages(&item, &text(&path)?));
    }
    let mut folders: Vec<PathBuf> = entries(paper_folder)?.into_iter().filter(|path| path.is_dir()).collect();
    // Papers are dealt to parts in turn: those of other kinds last, so that their number does not move all the rest.
    folders.sort_by_key(|folder| holds_others(folder));
    for folder in folders {
        material.papers.extend(papers(&folder)?);
    }
    let learnt = crate::learn::learn(&material, &rules.lexicon, |doing| {
        let _ = std::io::Write::write_fmt(io.err, format_args!("{doing}\n"));
    });
    std::fs::write(output, &learnt.weights)
        .map_err(|source| CliError::Unwritten { path: output.to_owned(), source })?;
    io.out.write_all(table(&learnt, &material).as_bytes()).map_err(CliError::Output)?;
    Ok(Exit::Good)
}

/// The papers of one folder: complete, weak, or (in a folder called `others`) none.
fn papers(folder: &Path) -> Result<Vec<Paper>, CliError> {
    if holds_others(folder) {
        let files = entries(folder)?.into_iter();
        return files.map(|path| Ok(Paper { text: text(&path)?, ..Paper::default() })).collect();
    }
    let file = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
    let mut found = Vec::new();
    if let (Some(spec), Some(key), Some(mutants)) = (file("spec.md"), file("key.json"), file("mutants.json")) {
        found.extend(complete(&text(&spec)?, &text(&key)?, &text(&mutants)?));
    }
    if let (Some(paper), Some(key)) = (file("weak.md"), file("weak_key.json")) {
        found.extend(weak(&text(&paper)?, &text(&key)?));
    }
    Ok(found)
}

fn holds_others(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "others")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let unread = |source| CliError::Unread { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(unread)?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(unread)?;
    paths.sort();
    Ok(paths)
}

fn text(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|source| CliError::Unread { path: path.to_owned(), source })
}

/// Per item, then in all.
fn table(learnt: &Learnt, material: &Material) -> String {
    let mut out = String::from("| Item | found when lost | called missing when there |\n|---|---|---|\n");
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let mut all = (0, 0, 0, 0);
    for row in learnt.measured.iter().filter(|row| row.lost + row.complete > 0) {
        let (found, noisy) = (share(row.found, row.lost), share(row.noisy, row.complete));
        let _ = writeln!(
            out,
            "| {} | {found:.2} ({} of {}) | {noisy:.2} ({} of {}) |",
            row.name, row.found, row.lost, row.noisy, row.complete
        );
        all = (all.0 + row.found, all.1 + row.lost, all.2 + row.noisy, all.3 + row.complete);
    }
    let _ = write!(
        out,
        "| all | {:.3} ({} of {}) | {:.3} ({} of {}) |\n\n",
        share(all.0, all.1),
        all.0,
        all.1,
        share(all.2, all.3),
        all.2,
        all.3
    );
    let _ = writeln!(
        out,
        "{} papers, {} passages, {} units; {} features kept, {} bytes.",
        material.papers.len(),
        material.passages.len(),
        learnt.units,
        learnt.features,
        learnt.weights.len()
    );
    out
}
