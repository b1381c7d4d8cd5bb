//! The command line: reads flags and environment, calls what is below, writes reports and messages. Decides nothing about a
//! specification.

mod args;
mod baseline;
mod book;
mod change;
mod ci;
mod compared;
mod config;
mod credentials;
mod desk;
mod desk_args;
mod doctor;
mod env;
mod env_file;
mod error;
mod eval;
mod eval_args;
mod eval_model;
mod feedback;
mod fix;
mod gate_args;
mod given;
mod import;
mod jobs;
mod learn;
mod load;
mod logs;
mod lsp;
mod model;
mod model_args;
mod out;
mod packs;
mod page;
mod page_args;
mod probe;
mod progress;
mod put;
mod report;
mod report_args;
mod review;
mod rules;
mod rules_args;
mod runner;
mod serve;
mod serve_args;
mod setup;
mod setup_app;
mod setup_args;
mod shell;
mod start;
mod switch;
mod traces;
mod watch;

use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal as _};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::Parser as _;

use args::{Cli, Command, Config, Model, Rules};
pub use env::{Env, Io};
pub use error::Exit;
use error::{CliError, plain};
use out::Out;
pub use progress::Ticker;
use switch::Turn;
use traces::Traces;

use crate::office;

/// The program: process in, exit status out. Nothing else in it reads the process's own environment and streams.
#[must_use]
pub fn main() -> ExitCode {
    // Limits of memory and time are its first act, so that nothing else of this program runs in that process.
    if std::env::args_os().nth(1).is_some_and(|first| first == office::COMMAND) {
        return office::serve(&mut std::io::stdin(), &mut std::io::stdout());
    }
    if let Ok(program) = std::env::current_exe() {
        office::start_with(program);
    }
    // One provider for all TLS of the process, before anybody opens a connection; a second call is refused and harmless.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let env = Env::of_process();
    let mut stdin = std::io::stdin();
    let stdout = std::io::stdout();
    let terminal = stdout.is_terminal();
    // Not locked for good: the language server writes from a thread of its own.
    let mut out = BufWriter::new(stdout);
    let mut io = Io {
        stdin: &mut stdin,
        out: &mut out,
        err: &mut std::io::stderr(),
        terminal,
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
        ticker: std::io::stderr().is_terminal().then(|| Arc::new(Mutex::new(std::io::stderr())) as Ticker),
    };
    ExitCode::from(run(std::env::args_os(), &env, &mut io).status())
}

/// Runs one command line. Whoever stops to read standard output stops no work: the exit status is that of all of it.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &Env, io: &mut Io<'_>) -> Exit {
    let io = &mut Io {
        out: &mut Out::new(&mut *io.out),
        stdin: &mut *io.stdin,
        err: &mut *io.err,
        ticker: io.ticker.clone(),
        ..*io
    };
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(said) => return usage(&said, Some(&args[..]).filter(|args| is_of_job(args)), env, io),
    };
    let is_server = matches!(cli.command, Command::Serve(_) | Command::Page(_));
    let loaded = env_file::load(cli.command.env_file(), env);
    let known = loaded.as_ref().unwrap_or(env);
    let traces = match traces(&cli.command, known).transpose() {
        Ok(traces) => traces,
        Err(error) => {
            let _ = io.err.write_all(error.report().as_bytes());
            return Exit::Unusable;
        }
    };
    if let Some(wrong) = logs::start(cli.log_format, known.get("SPECREVIEW_LOG"), is_server, traces.as_ref()) {
        let _ = writeln!(io.err, "warning: SPECREVIEW_LOG is not understood and not used: {}", plain(&wrong));
    }
    let result = loaded.and_then(|env| dispatch(&cli.command, &env, io));
    if let Some(traces) = traces {
        traces.end();
    }
    // Whoever reads the report has seen enough (`| head`): that is no error, and nobody is left to tell.
    let is_enough = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    match result {
        Ok(exit) => match io.out.flush() {
            Err(error) if !is_enough(&error) => {
                let _ = io.err.write_all(CliError::Output(error).report().as_bytes());
                if exit == Exit::Good { Exit::Unusable } else { exit }
            }
            _ => exit,
        },
        Err(CliError::Output(error)) if is_enough(&error) => Exit::Good,
        Err(error) => {
            // A job has one log: the message stands there once.
            if let Some(files) = ci::end::asked(&cli.command) {
                ci::end::with(&error, files, env, io);
            } else {
                let _ = io.out.flush();
                let _ = io.err.write_all(error.report().as_bytes());
            }
            Exit::Unusable
        }
    }
}

/// Where the spans of a server go, if anywhere.
fn traces(command: &Command, env: &Env) -> Option<Result<Traces, CliError>> {
    let Command::Serve(args) = command else { return None };
    let endpoint = args.otlp_endpoint.as_deref().or_else(|| env.get("SPECREVIEW_OTLP_ENDPOINT"))?;
    Some(Traces::to(endpoint).map_err(|reason| CliError::Setting { what: "--otlp-endpoint", reason }))
}

fn dispatch(command: &Command, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    match command {
        Command::Review(args) if args.watch => runtime()?.block_on(watch::watch(args, env, io)),
        Command::Review(args) => runtime()?.block_on(review::review(args, env, io)),
        Command::Ci(args) => runtime()?.block_on(ci::ci(args, env, io)),
        Command::Publish(args) => runtime()?.block_on(ci::publish(args, env, io)),
        Command::Serve(args) => {
            let runtime = runtime()?;
            let result = runtime.block_on(serve::serve(args, env));
            // A review that would not end must not hold the process.
            runtime.shutdown_background();
            result
        }
        Command::Page(args) => {
            let runtime = runtime()?;
            let result = runtime.block_on(page::page(args, env, io));
            runtime.shutdown_background();
            result
        }
        Command::Setup(args) => {
            let runtime = runtime()?;
            let result = runtime.block_on(setup_app::setup(args, env, io));
            runtime.shutdown_background();
            result
        }
        Command::Fix(args) => runtime()?.block_on(fix::fix(args, env, io)),
        Command::Completions(args) => shell::completions(args, io),
        Command::Man(args) => shell::man(args, io),
        Command::Lsp(_) => lsp::lsp(&runtime()?, env),
        Command::New(args) => start::new(args, io),
        Command::Doctor(args) => runtime()?.block_on(doctor::doctor(args, env, io)),
        Command::Jobs(command) => runtime()?.block_on(jobs::jobs(command, env, setup::now(), io)),
        Command::Feedback(command) => runtime()?.block_on(feedback::feedback(command, env, setup::now(), io)),
        Command::Rules(Rules::Explain { code, database }) => {
            let exit = rules::explain(code, &rules::known()?.0, io)?;
            runtime()?.block_on(feedback::of_rule(code, database, env, io))?;
            Ok(exit)
        }
        Command::Rules(command) => rules::rules(command, &rules::known()?.0, io),
        Command::Eval(args) if args.model.model.is_some() => runtime()?.block_on(eval_model::measure(args, env, io)),
        Command::Eval(args) => eval::eval(args, io),
        Command::Config(Config::Show(args)) => {
            let rules = runtime()?.block_on(rules::all(true, &args.gate.rules, env))?.0;
            config::show(&args.settled(), &rules, env, io)
        }
        Command::Config(Config::Check { file }) => config::check(file.as_deref(), &rules::known()?.0, io),
        Command::Model(Model::Probe(args)) => runtime()?.block_on(probe::probe(args, env, io)),
        Command::Model(Model::Off { reason, place }) => {
            runtime()?.block_on(switch::switch(place, Turn::Off(reason), env, io))
        }
        Command::Model(Model::On { place }) => runtime()?.block_on(switch::switch(place, Turn::On, env, io)),
        Command::Model(Model::Status { place }) => runtime()?.block_on(switch::switch(place, Turn::Look, env, io)),
        Command::Version => {
            let line = format!("specreview {} (rules {})", env!("CARGO_PKG_VERSION"), crate::rules::builtin().0.hash);
            writeln!(io.out, "{line}").map_err(CliError::Output)?;
            Ok(Exit::Good)
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)
}

/// True for the commands that a job of GitHub Actions calls, however wrong the rest of the line is.
fn is_of_job(args: &[OsString]) -> bool {
    let mut words = args.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        match &*word {
            "ci" | "publish" => return true,
            "--log-format" => drop(words.next()),
            word if word.starts_with('-') => {}
            _ => return false,
        }
    }
    false
}

/// Help and version go to standard output; a wrong command line to standard error, with status 2, and in a job to its log and outputs.
fn usage(said: &clap::Error, of_job: Option<&[OsString]>, env: &Env, io: &mut Io<'_>) -> Exit {
    let text = said.render();
    if said.use_stderr() {
        if let Some(args) = of_job {
            // What is wrong and what would be right, without the lines that show how the command is called.
            let text = text.to_string();
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let lines: Vec<_> =
                lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more")).collect();
            let line = lines.join(" ");
            let line = plain(line.strip_prefix("error: ").unwrap_or(&line));
            ci::end::of_usage(&line, args, env, io);
            return Exit::Unusable;
        }
        let _ = write!(io.err, "{text}");
        return Exit::Unusable;
    }
    let _ = write!(io.out, "{text}");
    let _ = io.out.flush();
    Exit::Good
}
