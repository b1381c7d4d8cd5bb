//! From a run to bytes on a stream or in a file. How a report looks is the business of `output`.

use std::path::Path;

use super::args::{Also, Colour, Format};
use super::env::{Env, Io};
use super::error::CliError;
use super::runner;
use crate::job;
use crate::output::text::Look;
use crate::output::{Run, annotations as commands, gitlab, html, json as v1, junit, markdown, rdjson, sarif, text};
use crate::review::{Catalogue, Exit, Gate};
use crate::rules::RuleSet;

/// GitHub drops a step summary that is longer than 1 MiB; a unit takes three bytes at most.
const SUMMARY_UNITS: usize = 340_000;
/// Columns where nobody tells.
pub(super) const WIDTH: usize = 100;

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

/// A run with what its reports tell besides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report<'a> {
    pub(super) run: &'a Run,
    pub(super) catalogue: &'a Catalogue,
    pub(super) rules: &'a RuleSet,
    pub(super) gate: Gate,
    /// How the program ends by the verdict alone, whatever becomes of the reports.
    pub(super) exit: Exit,
}

impl Report<'_> {
    /// The report in one form.
    pub(super) fn render(self, format: Format, look: Look) -> String {
        let Self { run, catalogue, rules, gate, exit } = self;
        match format {
            Format::Text => text::render(run, catalogue, look),
            Format::Json => json(run, catalogue),
            Format::Markdown => markdown::render(run, catalogue, gate, usize::MAX),
            Format::Html => html::render(run, catalogue, gate),
            Format::Sarif => sarif::render(run, catalogue, &job::guide_of(run, rules), exit),
            Format::Gitlab => gitlab::render(run, catalogue),
            Format::Junit => junit::render(run, catalogue, gate),
            Format::Rdjson => rdjson::render(run),
            Format::Github => annotations(run, catalogue),
        }
    }

    /// Those that are written: where nothing was reviewed, only forms that tell so.
    pub(super) fn wanted(self, files: &[Also]) -> impl Iterator<Item = &Also> {
        let nothing = self.run.reviewed().next().is_none();
        files.iter().filter(move |also| !nothing || also.format.is_kept())
    }

    /// Writes every further report. What cannot be written comes back, and changes neither the others nor the verdict.
    #[must_use]
    pub(super) fn also(self, files: &[Also]) -> Vec<CliError> {
        let look = Look { colour: false, width: WIDTH };
        self.wanted(files)
            .filter_map(|Also { format, file }| to_file(&self.render(*format, look), file).err())
            .collect()
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

/// Writes a text of this form to the file, else (also for `-`) to standard output, where nothing in it is a command of a runner.
pub(super) fn write(text: &str, format: Format, to: Option<&Path>, io: &mut Io<'_>) -> Result<(), CliError> {
    match to.filter(|path| *path != Path::new("-")) {
        Some(path) => to_file(text, path),
        None => io.out.write_all(runner::printable(text, format).as_bytes()).map_err(CliError::Output),
    }
}

fn to_file(text: &str, path: &Path) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(|source| CliError::Unwritten { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_and_width_follow_terminal_flag_and_environment() {
        let check = |wish, terminal, to_file, vars: &[(&str, &str)]| {
            let env = Env::new(vars.iter().map(|(name, value)| ((*name).into(), (*value).into())));
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let io = Io { terminal, width: Some(72), ..Io::plain(&mut out, &mut err) };
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
