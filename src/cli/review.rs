//! `review`: files, folders, an address, standard input, or a pull request. Reads, asks the conductor, writes the report.

use std::path::Path;

use super::args::{FailOn, Review as Args};
use super::env::{Env, Io};
use super::error::{CliError, Exit, count, plain};
use super::report::{self, Report};
use super::{baseline, change, compared, config, import, load, model, progress, rules, setup};
use crate::import::Imports;
use crate::job::{self, Options};
use crate::output::{Entry, Run, by_reason, exit};
use crate::platform::local::is_unborn;
use crate::review::Skipped;
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
        ([(host, at)], 1) if args.base.is_none() => return change::review(args, host, at, env, io).await,
        _ if args.base.is_some() => {}
        _ => return Err(CliError::MixedInputs),
    }
    let mut inputs = args.inputs.clone();
    if let Some(base) = &args.base {
        if base != "HEAD" || !is_unborn(Path::new(".")) {
            return compared::review(args, base, env, io).await;
        }
        let _ = writeln!(io.err, "note: there is no commit yet to compare with: everything is new");
    }
    // Only a repository without a commit gets here with nothing named: all of it is meant.
    let is_whole = inputs.is_empty();
    if is_whole {
        inputs.push(everything());
    }
    let baseline = baseline::open(&args.baseline)?;
    let imports = import::read(&args.import, inputs.iter().any(|input| input == "-"), io)?;
    let mut asked = model::asked(&args.model, env, io);
    let left_out = asked.left_out.take();
    let mut deps = setup::deps(asked, env, "specreview");
    let line = progress::Line::of(env, io);
    let progress = line.progress(io.width.unwrap_or(report::WIDTH), std::time::Instant::now());
    let mut problems = rules::add(&mut deps, true, &args.gate.rules, env).await?;
    let (config, more) = config::read(args.gate.config.as_deref(), args.gate.org.as_deref(), &deps.rules)?;
    problems.extend(more);
    let root = config::root(config::place(args.gate.config.as_deref()).as_deref());
    let most = |_: &str| args.max_bytes;
    let mut loaded = load::load(&inputs, &most, &config, &root, (env, args.github.github_url.as_deref()), io).await;
    load::leave_out_written(&mut loaded, &inputs, &args.written());
    let passed_over = load::passed_over(&inputs, &config, &root);
    let is_survey = inputs.iter().any(|input| Path::new(input).is_dir());
    let wished = options(args);
    // By the configuration, where that is wished.
    let fail_on = Some(wished.fail_on.unwrap_or(config.fail_on));
    let options = Options { root: Some(root), is_survey, progress, imports: imports.clone(), fail_on, ..wished };
    let mut run = job::review_texts(&deps, loaded, &config, problems, &options).await;
    drop(line);
    run.incomplete = run.incomplete.or(left_out);
    if is_whole {
        // A folder without documents is not something that could not be read.
        run.skipped.retain(|skipped| !inputs.contains(&skipped.what));
        run.documents.retain(|entry| !matches!(entry, Entry::Unread { path, .. } if inputs.contains(path)));
    }
    if let Some(said) = baseline.map(|file| file.apply(&mut run)).transpose()?.flatten() {
        let _ = writeln!(io.err, "{}", plain(&said));
    }
    let gate = options.gate(&config);
    let nothing = run.reviewed().next().is_none();
    let catalogue = job::catalogue(&deps.rules);
    let is_quiet = nothing && is_whole && run.is_complete();
    let exit = if is_quiet { Exit::Good } else { exit(&run, gate) };
    let told = Report { run: &run, catalogue: &catalogue, rules: &deps.rules, gate, exit };
    let mut written = Ok(());
    if !nothing || args.format.is_kept() {
        let look = report::look(args.color, args.output.is_some(), env, io);
        written = report::write(&told.render(args.format, look), args.format, args.output.as_deref(), io);
    }
    warn(told.also(&args.more.also), io);
    if is_quiet {
        let _ = writeln!(io.err, "there is no document here");
    } else if nothing {
        return Err(CliError::NothingReviewed(run.unopened()));
    }
    not_whole(&run, io);
    if passed_over > 0 {
        let files = count(passed_over, "file");
        let _ = writeln!(io.err, "note: {files} of other forms passed over; name a file to have it read");
    }
    import::whole(&imports, ended(exit, written, io)?)
}

/// The folder of the repository, as it is spelled from here.
fn everything() -> String {
    let root = config::nearest(|folder| folder.join(".git").exists().then(|| folder.to_owned()));
    let root = root.filter(|root| !root.as_os_str().is_empty());
    root.map_or_else(|| ".".to_owned(), |root| root.to_string_lossy().into_owned())
}

/// What was not reviewed, what became of other tools' findings, and mistakes of the configuration.
pub(super) fn not_whole(run: &Run, io: &mut Io<'_>) {
    if let Some(told) = import::told(run) {
        let _ = writeln!(io.err, "note: {told}");
    }
    for Skipped { what, why } in by_reason(&run.unopened()) {
        let _ = writeln!(io.err, "warning: not reviewed: {}: {}", plain(&what), plain(&why));
    }
    // A report that was not imported is the error that ends the command.
    for problem in run.problems.iter().filter(|problem| !Imports::is_refusal(problem)) {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
}

/// Further reports that could not be written.
pub(super) fn warn(unwritten: Vec<CliError>, io: &mut Io<'_>) {
    for error in unwritten {
        let _ = writeln!(io.err, "warning: {}", error.line());
    }
}

/// The verdict stands where the report could not be written. Where it would be good the caller has to know that there is no report.
pub(super) fn ended(exit: Exit, written: Result<(), CliError>, io: &mut Io<'_>) -> Result<Exit, CliError> {
    match written {
        Err(error @ CliError::Unwritten { .. }) if exit != Exit::Good => {
            let _ = io.err.write_all(error.report().as_bytes());
            Ok(exit)
        }
        written => written.map(|()| exit),
    }
}

/// What the flags ask of the conductor. `review` is a report: no finding fails it unless a flag says so.
pub(super) fn options(args: &Args) -> Options {
    Options {
        is_spec: args.treat_as.is_some(),
        no_model: args.model.no_llm,
        fail_on: args.gate.fail_on.map_or(Some(None), FailOn::asked),
        require_complete: args.gate.require_complete,
        ..Options::default()
    }
}
