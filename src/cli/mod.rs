//! The command line: reads flags and environment, calls what is below, writes reports and messages. Decides nothing about a
//! specification.

mod args;
mod change;
mod ci;
mod config;
mod env;
mod error;
mod eval;
mod eval_args;
mod eval_model;
mod given;
mod learn;
mod load;
mod logs;
mod model;
mod probe;
mod report;
mod review;
mod rules;
mod serve;
mod setup;

use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal as _};
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command, Config, Model};
pub use env::{Env, Io};
pub use error::Exit;
use error::{CliError, plain};

/// The program: process in, exit status out. Nothing else in it reads the process's own environment and streams.
#[must_use]
pub fn main() -> ExitCode {
    // One provider for all TLS of the process, before anybody opens a connection; a second call is refused and harmless.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let env = Env::of_process();
    let mut stdin = std::io::stdin();
    let stdout = std::io::stdout();
    let terminal = stdout.is_terminal();
    let mut out = BufWriter::new(stdout.lock());
    let mut io = Io {
        stdin: &mut stdin,
        out: &mut out,
        err: &mut std::io::stderr(),
        terminal,
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
    };
    ExitCode::from(run(std::env::args_os(), &env, &mut io).status())
}

/// Runs one command line.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &Env, io: &mut Io<'_>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(said) => return usage(&said, io),
    };
    let is_server = matches!(cli.command, Command::Serve(_));
    if let Some(wrong) = logs::start(cli.log_format, env.get("SPECREVIEW_LOG"), is_server) {
        let _ = writeln!(io.err, "warning: SPECREVIEW_LOG is not understood and not used: {}", plain(&wrong));
    }
    let result =
        dispatch(&cli.command, env, io).and_then(|exit| io.out.flush().map_err(CliError::Output).map(|()| exit));
    match result {
        Ok(exit) => exit,
        // Whoever reads the report has seen enough (`| head`): that is no error, and nobody is left to tell.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Good,
        Err(error) => {
            if matches!(cli.command, Command::Ci(_)) {
                ci::fail(io, &error);
            }
            let _ = io.out.flush();
            let _ = io.err.write_all(error.report().as_bytes());
            Exit::Unusable
        }
    }
}

fn dispatch(command: &Command, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    match command {
        Command::Review(args) => runtime()?.block_on(review::review(args, env, io)),
        Command::Ci(args) => runtime()?.block_on(ci::ci(args, env, io)),
        Command::Serve(args) => {
            let runtime = runtime()?;
            let result = runtime.block_on(serve::serve(args, env));
            // A review that would not end must not hold the process.
            runtime.shutdown_background();
            result
        }
        Command::Rules(command) => rules::rules(command, &rules::known()?.0, io),
        Command::Eval(args) if args.model.model.is_some() => runtime()?.block_on(eval_model::measure(args, env, io)),
        Command::Eval(args) => eval::eval(args, io),
        Command::Config(Config::Show(args)) => config::show(args, &rules::known()?.0, io),
        Command::Config(Config::Check { file }) => config::check(file.as_deref(), &rules::known()?.0, io),
        Command::Model(Model::Probe(args)) => runtime()?.block_on(probe::probe(args, env, io)),
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

/// Help and version go to standard output; a wrong command line to standard error, with status 2.
fn usage(said: &clap::Error, io: &mut Io<'_>) -> Exit {
    let text = said.render();
    if said.use_stderr() {
        let _ = write!(io.err, "{text}");
        return Exit::Unusable;
    }
    let _ = write!(io.out, "{text}");
    let _ = io.out.flush();
    Exit::Good
}
