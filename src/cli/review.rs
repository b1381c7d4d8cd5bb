//! `review`: files, folders, an address, standard input, or a pull request. Reads, asks the conductor, writes the report.

use super::args::{Format, Review as Args};
use super::env::{Env, Io};
use super::error::{CliError, Exit, plain};
use super::{change, config, load, model, report, rules, setup};
use crate::job::{self, Options};
use crate::output::{Run, exit_status};
use crate::review::{Gate, Skipped};
use crate::source::url::{Address, recognise};

/// Reviews the inputs.
pub(super) async fn review(args: &Args, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let changes = args.inputs.iter().filter_map(|input| match recognise(input) {
        Some(Address::Change { host, at }) => Some((host, at)),
        _ => None,
    });
    match (changes.collect::<Vec<_>>().as_slice(), args.inputs.len()) {
        ([], _) if args.post => return Err(CliError::PostWithoutChange),
        ([], _) => {}
        ([(host, at)], 1) => return change::review(args, host, at, env, io).await,
        _ => return Err(CliError::MixedInputs),
    }
    let mut asked = model::asked(&args.model, env, io);
    let left_out = asked.left_out.take();
    let mut deps = setup::deps(asked, env, "specreview");
    let mut problems = rules::add_own(&mut deps)?;
    let (config, more) = config::read(args.gate.config.as_deref(), args.gate.org.as_deref(), &deps.rules)?;
    problems.extend(more);
    let root = config::root(config::place(args.gate.config.as_deref()).as_deref());
    let loaded = load::load(&args.inputs, args.max_bytes, &config, &root, env, io).await;
    let is_survey = args.inputs.iter().any(|input| std::path::Path::new(input).is_dir());
    let options = Options { root: Some(root), is_survey, ..options(args) };
    let mut run = job::review_texts(&deps, loaded, &config, problems, &options).await;
    run.incomplete = run.incomplete.or(left_out);
    let gate = Gate { fail_on: options.fail_on.flatten(), require_complete: options.require_complete };
    let nothing = run.reviewed().next().is_none();
    // A program that reads JSON gets its report whatever happened.
    if !nothing || args.format == Format::Json {
        let look = report::look(args.color, args.output.is_some(), env, io);
        let text = report::render(&run, &job::catalogue(&deps.rules), args.format, look, gate);
        report::write(&text, args.output.as_deref(), io)?;
    }
    if nothing {
        return Err(CliError::NothingReviewed(run.unopened()));
    }
    for Skipped { what, why } in run.unopened() {
        let _ = writeln!(io.err, "warning: not reviewed: {}: {}", plain(&what), plain(&why));
    }
    for problem in &run.problems {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
    Ok(exit(&run, gate))
}

/// What the flags ask of the conductor. `review` is a report: nothing fails it unless somebody says so.
pub(super) fn options(args: &Args) -> Options {
    Options {
        is_spec: args.treat_as.is_some(),
        no_model: args.model.no_llm,
        fail_on: Some(args.gate.fail_on.and_then(super::args::FailOn::severity)),
        require_complete: args.gate.require_complete,
        root: None,
        is_survey: false,
        granted: Vec::new(),
    }
}

/// The exit status of a report.
pub(super) fn exit(run: &Run, gate: Gate) -> Exit {
    match exit_status(run, gate) {
        0 => Exit::Good,
        1 => Exit::Findings,
        4 => Exit::Incomplete,
        _ => Exit::Unusable,
    }
}
