//! The end of a job whose review could not be made: the message, once, and everything else that the job was to leave behind, with the reason.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::CommandFactory as _;

use super::super::args::{Also, Cli, Command};
use super::super::env::{Env, Io};
use super::super::error::CliError;
use super::super::report::Report;
use super::super::setup;
use super::say::{append, append_outputs, files, say, write};
use crate::job;
use crate::output::Run;
use crate::review::render::escape::{Md, md, prose};
use crate::review::{Exit, Gate, Skipped};
use crate::rules;

/// What was not done, in a report.
const REVIEW: &str = "the review";
/// What stands above the reason.
const NOT_MADE: &str = "The review could not be made";
/// Longest reason in a summary, in characters.
const REASON: usize = 4_000;
/// Most reasons in a summary.
const REASONS: usize = 50;

/// Why a job ends without a verdict.
struct End<'a> {
    /// What stands above it in the summary.
    title: &'static str,
    /// On one line, with what to do.
    line: &'a str,
    /// What happened.
    reason: String,
    /// What is listed below it.
    details: Vec<String>,
    /// The next step.
    advice: Option<String>,
    /// The reports that are to be written; none where they are.
    files: Vec<Also>,
}

/// The reports that a command of a job was asked for; none where it is no such command.
pub(in super::super) fn asked(command: &Command) -> Option<Vec<Also>> {
    match command {
        Command::Ci(args) => Some(files(args.report.as_deref(), &args.more.also)),
        Command::Publish(_) => Some(Vec::new()),
        _ => None,
    }
}

/// The same of a command line that is wrong, as far as it is understood.
fn asked_by(args: &[OsString]) -> Vec<Also> {
    let known = Cli::command().ignore_errors(true).try_get_matches_from(args).ok();
    let Some((_, known)) = known.as_ref().and_then(clap::ArgMatches::subcommand) else { return Vec::new() };
    let report = known.try_get_one::<PathBuf>("report").ok().flatten();
    let also = known.try_get_many::<Also>("also").ok().flatten();
    files(report.map(PathBuf::as_path), &also.into_iter().flatten().cloned().collect::<Vec<_>>())
}

/// Ends the job with the message of an error. One that comes after everything was said finds the reports written.
pub(in super::super) fn with(error: &CliError, files: Vec<Also>, env: &Env, io: &mut Io<'_>) {
    let is_written = matches!(error, CliError::NotImported { .. } | CliError::NothingReviewed(_) | CliError::Output(_));
    let (line, files) = (error.line(), if is_written { Vec::new() } else { files });
    let title = if matches!(error, CliError::NotImported { .. }) { "The review is not whole" } else { NOT_MADE };
    let (reason, details, advice) = (error.to_string(), error.details(), error.advice());
    End { title, line: &line, reason, details, advice, files }.tell(env, io);
}

/// Ends the job with what is wrong with its command line.
pub(in super::super) fn of_usage(line: &str, args: &[OsString], env: &Env, io: &mut Io<'_>) {
    let advice = Some("correct the step that calls it; docs/action.md lists the inputs".to_owned());
    let files = asked_by(args);
    End { title: NOT_MADE, line, reason: line.to_owned(), details: Vec::new(), advice, files }.tell(env, io);
}

impl End<'_> {
    /// Says it, and writes what is known: outputs, summary, reports.
    fn tell(&self, env: &Env, io: &mut Io<'_>) {
        let is_said = say(io, "error", &format!("specreview: {}", self.line)).is_ok() && io.out.flush().is_ok();
        if !is_said {
            // Standard output is gone.
            let _ = writeln!(io.err, "error: {}", self.line);
        }
        let mut values = vec![("verdict", "error".to_owned())];
        values.extend(self.write(io));
        for told in [
            append_outputs(&values, &setup::random, env),
            env.get("GITHUB_STEP_SUMMARY").map_or(Ok(()), |path| append(path, self.summary().as_str())),
        ] {
            if let Err(error) = told {
                let _ = say(io, "warning", &error.line());
            }
        }
    }

    fn write(&self, io: &mut Io<'_>) -> Vec<(&'static str, String)> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let (rules, _) = rules::builtin();
        let mut run = Run::new(env!("CARGO_PKG_VERSION"), &rules.hash);
        run.skipped.push(Skipped { what: REVIEW.to_owned(), why: self.line.to_owned() });
        let catalogue = job::catalogue(&rules);
        let told = Report { run: &run, catalogue: &catalogue, rules: &rules, gate: Gate::NEVER, exit: Exit::Unusable };
        write(told, &self.files, io).unwrap_or_default()
    }

    fn summary(&self) -> Md {
        let mut text = md!["### ", self.title, "\n\n", prose(&self.reason, REASON), "\n\n"];
        for detail in self.details.iter().take(REASONS) {
            text.push(md!["- ", prose(detail, REASON), "\n"]);
        }
        match self.details.len() {
            0 => {}
            all if all > REASONS => text.push(md!["- and ", all - REASONS, " more\n\n"]),
            _ => text.push("\n"),
        }
        if let Some(advice) = &self.advice {
            text.push(md!["**What to do:** ", prose(advice, REASON), "\n"]);
        }
        text
    }
}
