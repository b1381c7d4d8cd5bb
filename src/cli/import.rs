//! `--import`: reads the reports of other tools. What they mean is the business of `import`; a report that cannot be read ends the command
//! with status 2, after everything else is done and said.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::env::Io;
use super::error::{CliError, plain};
use crate::import::{FILE_BYTES, FILES, Imports};
use crate::output::Run;

/// Findings of other tools.
#[derive(Debug, Default, Args)]
pub(super) struct ImportFlags {
    /// Report of another tool, whose findings are taken in: SARIF, rdjson, rdjsonl or the JSON of Vale; - for standard input (may be
    /// repeated)
    #[arg(long = "import", value_name = "FILE|-")]
    pub(super) import: Vec<String>,

    /// Let findings of imported reports count for --fail-on too
    #[arg(long, requires = "import")]
    pub(super) import_counts: bool,
}

/// Takes in all reports that are named; `is_taken` says that standard input is read for something else.
pub(super) fn read(flags: &ImportFlags, is_taken: bool, io: &mut Io<'_>) -> Result<Arc<Imports>, CliError> {
    if flags.import.is_empty() {
        return Ok(Arc::default());
    }
    if flags.import.iter().filter(|file| *file == "-").count() + usize::from(is_taken) > 1 {
        return Err(CliError::StdinTwice);
    }
    let here = here().to_string_lossy().into_owned();
    let mut imports = Imports::new(&here, &here);
    imports.count = flags.import_counts;
    for (at, file) in flags.import.iter().enumerate() {
        let bytes = match file.as_str() {
            _ if at >= FILES => Err(format!("{FILES} reports are read, and not more")),
            "-" => bytes(&mut *io.stdin),
            path => std::fs::File::open(path).map_err(|error| error.to_string()).and_then(|mut file| bytes(&mut file)),
        };
        let name = if file == "-" { "standard input" } else { file };
        match bytes {
            Ok(bytes) => imports.add(name, &bytes),
            Err(why) => imports.refuse(name, &why),
        }
    }
    Ok(Arc::new(imports))
}

fn bytes(from: &mut dyn Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    from.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(format!("it is larger than {} MiB", FILE_BYTES >> 20));
    }
    Ok(bytes)
}

/// The same for a change, whose paths begin at the root of the repository.
pub(super) fn of_change(imports: &Arc<Imports>) -> Arc<Imports> {
    let here = here();
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
    if imports.is_wanted() && root != here {
        Arc::new(imports.at_root(&root.to_string_lossy()))
    } else {
        Arc::clone(imports)
    }
}

/// The folder that the work is done in.
fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| Path::new("/").to_owned())
}

/// What became of the findings, in one line; none where nothing was imported, and where no report could be: the end of the command says so.
pub(super) fn told(run: &Run) -> Option<String> {
    let is_refused = run.problems.iter().any(Imports::is_refusal);
    let imported = run.imported.as_ref().filter(|imported| imported.findings > 0 || !is_refused);
    imported.map(|imported| plain(&imported.sentence()))
}

/// The end of a command whose reports could not all be read.
pub(super) fn whole<T>(imports: &Imports, done: T) -> Result<T, CliError> {
    if imports.problems.is_empty() {
        Ok(done)
    } else {
        Err(CliError::NotImported { problems: imports.problems.clone() })
    }
}
