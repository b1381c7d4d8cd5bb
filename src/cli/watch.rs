//! `review --watch`: reviews again whenever a document, the configuration or an own rule changes, until Ctrl-C. Looks at times and sizes of
//! files, which every file system has.

use std::pin::pin;
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

/// Reviews until Ctrl-C; the status is that of the last review that came to its end, and 0 where none did.
pub(super) async fn watch(args: &Args, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let is_stdin = |input: &&String| *input == "-";
    let foreign = args.inputs.iter().find(|input| is_stdin(input) || recognise(input).is_some());
    let foreign = foreign.or_else(|| args.import.import.iter().find(is_stdin));
    if let Some(input) = foreign {
        return Err(CliError::Unwatchable { what: input.clone() });
    }
    // Ctrl-C during a review ends it where it waits, and what it shows of its progress goes.
    let mut stopped = pin!(tokio::signal::ctrl_c());
    let mut last = Exit::Good;
    loop {
        let seen = look(args);
        if io.terminal && args.output.is_none() {
            io.out.write_all(CLEAR.as_bytes()).map_err(CliError::Output)?;
        }
        // Asked first: the program listens from the first time on that it asks, and a review may be long before it waits for anything.
        let reviewed = tokio::select! {
            biased;
            said = &mut stopped => said.map(|()| None).map_err(CliError::Runtime)?,
            reviewed = Box::pin(review::review(args, env, io)) => Some(reviewed),
        };
        last = match reviewed {
            None => return Ok(end(last, io)),
            // A file may be gone for a moment, a configuration half written: the next change may mend it.
            Some(Err(error)) if !error.is_for_good() => {
                let _ = io.err.write_all(error.report().as_bytes());
                Exit::Unusable
            }
            Some(other) => other?,
        };
        io.out.flush().map_err(CliError::Output)?;
        let _ = writeln!(io.err, "watching; Ctrl-C ends it");
        tokio::select! {
            () = change(args, seen) => {}
            said = &mut stopped => {
                said.map_err(CliError::Runtime)?;
                return Ok(end(last, io));
            }
        }
    }
}

/// What the terminal shows of the key (`^C`) gets a line of its own, so that the prompt of the shell begins one.
fn end(last: Exit, io: &mut Io<'_>) -> Exit {
    if io.ticker.is_some() {
        let _ = writeln!(io.err);
    }
    last
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

/// Everything that a review of these inputs reads, as far as it is named: linked documents are not. What it writes is none of it, else
/// every report would ask for the next one.
fn look(args: &Args) -> Vec<file::Stamp> {
    let place = config::place(args.gate.config.as_deref());
    let settings = [place.as_deref(), args.gate.org.as_deref()].into_iter().flatten();
    let settings = settings.map(|path| path.to_string_lossy().into_owned());
    let own = rules::own_pages().into_iter().map(|page| page.to_string_lossy().into_owned());
    // Without inputs the whole repository is compared.
    let whole =
        (args.base.is_some() && args.inputs.is_empty()).then(|| config::root(None).to_string_lossy().into_owned());
    let given = args.inputs.iter().chain(&args.import.import).cloned();
    let named: Vec<String> = given.chain(whole).chain(settings).chain(own).collect();
    file::stamps(&named, &args.written())
}
