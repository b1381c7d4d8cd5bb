//! From a run to bytes on a stream or in a file. How a report looks is the business of `output`.

use std::path::Path;

use super::args::{Colour, Format};
use super::env::{Env, Io};
use super::error::CliError;
use crate::output::text::Look;
use crate::output::{Run, annotations as commands, json as v1, markdown, text};
use crate::review::{Catalogue, Gate};

/// GitHub drops a step summary that is longer than 1 MiB; a unit takes three bytes at most.
const SUMMARY_UNITS: usize = 340_000;
/// Columns where nobody tells.
const WIDTH: usize = 100;

/// How a text report looks: colour only on a terminal unless asked for; `NO_COLOR` counts.
pub(super) fn look(wish: Colour, to_file: bool, env: &Env, io: &Io<'_>) -> Look {
    let terminal = io.terminal && !to_file;
    let colour = match wish {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && !env.is_set("NO_COLOR") && env.get("TERM") != Some("dumb"),
    };
    // `COLUMNS` is how a person, or a pager, says it.
    let told = env.get("COLUMNS").and_then(|columns| columns.trim().parse().ok());
    let width = told.or(io.width.filter(|_| terminal)).unwrap_or(WIDTH);
    Look { colour, width: width.clamp(40, 160) }
}

/// The report.
pub(super) fn render(run: &Run, catalogue: &Catalogue, format: Format, look: Look, gate: Gate) -> String {
    match format {
        Format::Text => text::render(run, catalogue, look),
        Format::Json => json(run, catalogue),
        Format::Markdown => markdown::render(run, catalogue, gate, usize::MAX),
    }
}

/// The report for programs.
pub(super) fn json(run: &Run, catalogue: &Catalogue) -> String {
    v1::render(run, catalogue)
}

/// The step summary of a job: Markdown within what GitHub takes.
pub(super) fn summary(run: &Run, catalogue: &Catalogue, gate: Gate) -> String {
    markdown::render(run, catalogue, gate, SUMMARY_UNITS)
}

/// Workflow commands of GitHub Actions, one a finding.
pub(super) fn annotations(run: &Run, catalogue: &Catalogue) -> String {
    commands::render(run, catalogue)
}

/// Writes to the file, else to standard output. A reader that went away is no error.
pub(super) fn write(text: &str, to: Option<&Path>, io: &mut Io<'_>) -> Result<(), CliError> {
    match to {
        Some(path) => {
            std::fs::write(path, text).map_err(|source| CliError::Unwritten { path: path.to_owned(), source })
        }
        None => io.out.write_all(text.as_bytes()).map_err(CliError::Output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_and_width_follow_terminal_flag_and_environment() {
        let check = |wish, terminal, to_file, vars: &[(&str, &str)]| {
            let env = Env::new(vars.iter().map(|(name, value)| ((*name).into(), (*value).into())));
            let (mut stdin, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
            let io = Io { stdin: &mut stdin, out: &mut out, err: &mut err, terminal, width: Some(72) };
            let look = look(wish, to_file, &env, &io);
            (look.colour, look.width)
        };
        assert_eq!(check(Colour::Auto, true, false, &[]), (true, 72));
        assert_eq!(check(Colour::Auto, true, true, &[]), (false, 100));
        assert_eq!(check(Colour::Auto, false, false, &[]), (false, 100));
        assert_eq!(check(Colour::Auto, false, false, &[("COLUMNS", "60")]), (false, 60));
        assert_eq!(check(Colour::Auto, true, false, &[("COLUMNS", "wide")]), (true, 72));
        assert_eq!(check(Colour::Auto, true, false, &[("NO_COLOR", "1")]), (false, 72));
        assert_eq!(check(Colour::Auto, true, false, &[("NO_COLOR", "")]), (true, 72));
        assert_eq!(check(Colour::Auto, true, false, &[("TERM", "dumb")]), (false, 72));
        assert_eq!(check(Colour::Always, false, false, &[("NO_COLOR", "1")]), (true, 100));
        assert_eq!(check(Colour::Never, true, false, &[]), (false, 72));
    }
}
