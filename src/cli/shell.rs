//! `completions` and `man`: what the shell and the manual know of the command line, made from its definition.

use clap::{Command, CommandFactory as _};

use super::args::{Cli, Completions, Man};
use super::env::Io;
use super::error::{CliError, Exit, plain};
use crate::text::nearest::nearest;

/// Prints the script that completes commands and flags in a shell.
pub(super) fn completions(args: &Completions, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "specreview", &mut script);
    io.out.write_all(&script).map_err(CliError::Output)?;
    Ok(Exit::Good)
}

/// Prints the manual page of a command, or writes those of all into a folder.
pub(super) fn man(args: &Man, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut command = Cli::command();
    command.build();
    if let Some(folder) = &args.output {
        // `specreview.1`, `specreview-rules.1`, `specreview-rules-list.1`, …
        std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(command, folder))
            .map_err(|source| CliError::Unwritten { path: folder.clone(), source })?;
        writeln!(io.out, "the pages are in {}", plain(&folder.display().to_string())).map_err(CliError::Output)?;
        return Ok(Exit::Good);
    }
    let mut at = &command;
    for name in &args.command {
        at = at.find_subcommand(name).ok_or_else(|| CliError::NoCommand {
            name: name.clone(),
            nearest: nearest(name, at.get_subcommands().map(Command::get_name)).map(str::to_owned),
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(at.clone()).render(&mut page).map_err(CliError::Output)?;
    io.out.write_all(&page).map_err(CliError::Output)?;
    Ok(Exit::Good)
}
