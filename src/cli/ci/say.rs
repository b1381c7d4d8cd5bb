//! What a job says: workflow commands, step summary, outputs, report. What cannot be written is told, and changes no verdict.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::super::args::{Also, Format};
use super::super::env::{Env, Io};
use super::super::error::{CliError, count};
use super::super::import;
use super::super::report::{self, Report};
use crate::finding::Severity;
use crate::import::Imports;
use crate::output::{Run, by_reason, exit};
use crate::review::{Catalogue, Conclusion, Exit, Gate};
use crate::rules::RuleSet;

/// What was reviewed, in the form that is reported.
pub(super) struct Done {
    pub(super) run: Run,
    pub(super) catalogue: Catalogue,
    pub(super) gate: Gate,
    pub(super) conclusion: Conclusion,
    pub(super) exit: Exit,
}

impl Done {
    /// Judged anew, when it is known what was there before.
    pub(super) fn judged(self) -> Self {
        let exit = match self.run.reviewed().next() {
            Some(_) => exit(&self.run, self.gate),
            None => self.exit,
        };
        Self { conclusion: self.run.conclusion(self.gate), exit, ..self }
    }
}

/// Whether findings stand on lines of the commit that the job belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Annotated,
    /// The job belongs to another commit.
    Elsewhere,
}

/// The files of reports that are asked for: that of `--report`, and further ones.
pub(super) fn files(json: Option<&Path>, more: &[Also]) -> Vec<Also> {
    let json = json.iter().map(|file| Also { format: Format::Json, file: (*file).to_owned() });
    json.chain(more.iter().cloned()).collect()
}

/// Says everything. `random` makes delimiters that nobody can foresee.
pub(super) fn report(
    done: &Done,
    (rules, files): (&RuleSet, &[Also]),
    lines: Lines,
    random: &dyn Fn() -> String,
    env: &Env,
    io: &mut Io<'_>,
) -> Result<(), CliError> {
    let Done { run, catalogue, gate, .. } = done;
    if lines == Lines::Annotated {
        io.out.write_all(report::annotations(run, catalogue).as_bytes()).map_err(CliError::Output)?;
    }
    let unread = run.unread();
    for skipped in by_reason(&unread) {
        say(io, "warning", &format!("not reviewed: {}: {}", skipped.what, skipped.why))?;
    }
    if let Some(told) = import::told(run) {
        say(io, "notice", &told)?;
    }
    // A report that was not imported is the error that ends the job.
    for problem in run.problems.iter().filter(|problem| !Imports::is_refusal(problem)) {
        say(io, "warning", &problem.to_string())?;
    }
    let written = write(Report { run, catalogue, rules, gate: *gate, exit: done.exit }, files, io)?;
    if let Some(path) = env.get("GITHUB_STEP_SUMMARY")
        && let Err(error) = append(path, &report::summary(run, catalogue, *gate))
    {
        say(io, "warning", &error.line())?;
    }
    let number = |severity| run.introduced().filter(|finding| finding.severity == severity).count();
    let [errors, warnings, infos] = [Severity::Error, Severity::Warning, Severity::Info].map(number);
    let documents = run.reviewed().filter(|one| one.is_spec()).count();
    let values = vec![
        ("verdict", done.conclusion.word().to_owned()),
        ("errors", errors.to_string()),
        ("warnings", warnings.to_string()),
        ("infos", infos.to_string()),
        ("specifications", documents.to_string()),
    ];
    outputs(&[values, written].concat(), random, env, io)?;
    let line = format!(
        "specreview: {}: {}, {}, {}{}",
        done.conclusion.word(),
        count(documents, "specification"),
        count(errors, "error"),
        count(warnings, "warning"),
        // No specification among them is none only as far as they were read.
        if unread.is_empty() { "" } else { "; not everything was read" }
    );
    writeln!(io.out, "{line}").map_err(CliError::Output)
}

/// Writes the files of reports; the outputs that name them, empty where none was written.
pub(super) fn write(
    told: Report<'_>,
    files: &[Also],
    io: &mut Io<'_>,
) -> Result<Vec<(&'static str, String)>, CliError> {
    let mut lost = Vec::new();
    for error in told.also(files) {
        say(io, "warning", &error.line())?;
        if let CliError::Unwritten { path, .. } = error {
            lost.push(path);
        }
    }
    let written = |format| {
        let file = told.wanted(files).find(|also| also.format == format).map(|also| &also.file);
        file.filter(|file| !lost.contains(file)).map(|file| file.display().to_string()).unwrap_or_default()
    };
    Ok(vec![("report", written(Format::Json)), ("sarif", written(Format::Sarif))])
}

/// Outputs of the step. Where they cannot be written the job says so.
pub(super) fn outputs(
    values: &[(&str, String)],
    random: &dyn Fn() -> String,
    env: &Env,
    io: &mut Io<'_>,
) -> Result<(), CliError> {
    append_outputs(values, random, env).or_else(|error| say(io, "warning", &error.line()))
}

/// The same, where nobody is told that they cannot be.
pub(super) fn append_outputs(
    values: &[(&str, String)],
    random: &dyn Fn() -> String,
    env: &Env,
) -> Result<(), CliError> {
    let Some(to) = env.get("GITHUB_OUTPUT") else { return Ok(()) };
    let mut text = String::new();
    for (name, value) in values {
        // A delimiter that nobody can foresee: no value can end the block and begin another.
        let mark = format!("end-{}", random());
        let _ = writeln!(text, "{name}<<{mark}\n{value}\n{mark}");
    }
    append(to, &text)
}

/// One line of the job's log as a workflow command. Words of others are escaped: none can begin a command of its own.
pub(super) fn say(io: &mut Io<'_>, level: &str, text: &str) -> Result<(), CliError> {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    writeln!(io.out, "::{level}::{text}").map_err(CliError::Output)
}

pub(super) fn append(path: &str, text: &str) -> Result<(), CliError> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| CliError::Unwritten { path: Path::new(path).to_owned(), source })
}
