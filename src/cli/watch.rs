//! `review --watch`: reviews again whenever a document, the configuration or an own rule changes, until Ctrl-C. Looks at times and sizes of
//! files, which every file system has.

use std::path::Path;
use std::time::Duration;

use super::args::Review as Args;
use super::env::{Env, Io};
use super::error::{CliError, Exit};
use super::{config, review, rules};
use crate::source::{file, url::recognise};

/// How often the files are looked at. What changed must look the same twice: an editor may write in steps.
const PAUSE: Duration = Duration::from_millis(250);
/// Empties the terminal, with what was scrolled away.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// Reviews until Ctrl-C; the status is that of the last review.
pub(super) async fn watch(args: &Args, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let is_stdin = |input: &&String| *input == "-";
    let foreign = args.inputs.iter().find(|input| is_stdin(input) || recognise(input).is_some());
    let foreign = foreign.or_else(|| args.import.import.iter().find(is_stdin));
    if let Some(input) = foreign {
        return Err(CliError::Unwatchable { what: input.clone() });
    }
    loop {
        let seen = look(args);
        if io.terminal && args.output.is_none() {
            io.out.write_all(CLEAR.as_bytes()).map_err(CliError::Output)?;
        }
        let ended = match Box::pin(review::review(args, env, io)).await {
            // A file may be gone for a moment, a configuration half written: the next change may mend it.
            Err(error) if !matches!(error, CliError::Output(_)) => {
                let _ = io.err.write_all(error.report().as_bytes());
                Exit::Unusable
            }
            other => other?,
        };
        io.out.flush().map_err(CliError::Output)?;
        let _ = writeln!(io.err, "watching; Ctrl-C ends it");
        tokio::select! {
            () = change(args, seen) => {}
            stopped = tokio::signal::ctrl_c() => {
                stopped.map_err(CliError::Runtime)?;
                return Ok(ended);
            }
        }
    }
}

/// Waits until the files differ from what was seen, and rest.
async fn change(args: &Args, seen: Vec<file::Stamp>) {
    let mut last = seen.clone();
    loop {
        tokio::time::sleep(PAUSE).await;
        let now = look(args);
        if now != seen && now == last {
            return;
        }
        last = now;
    }
}

/// Everything that a review of these inputs reads, as far as it is named: linked documents are not.
fn look(args: &Args) -> Vec<file::Stamp> {
    let place = config::place(args.gate.config.as_deref());
    let settings = [place.as_deref(), args.gate.org.as_deref()].into_iter().flatten();
    let settings = settings.map(|path| path.to_string_lossy().into_owned());
    let own = rules::own_in(Path::new("")).into_iter().map(|page| page.to_string_lossy().into_owned());
    let named: Vec<String> =
        args.inputs.iter().chain(&args.import.import).cloned().chain(settings).chain(own).collect();
    file::stamps(&named)
}
