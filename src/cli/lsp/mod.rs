//! `lsp`: a language server over standard input and output. What editors see is what `review --no-llm` says of the same text; no
//! model is asked and no file is written.

mod action;
mod diagnose;
mod hover;
mod place;
mod session;
#[cfg(test)]
mod tests;

use std::time::Duration;

use lsp_server::Connection;
use tokio::runtime::Runtime;

use super::env::Env;
use super::error::{CliError, Exit};
use session::Session;

/// How long a document must rest before it is reviewed again.
const REST: Duration = Duration::from_millis(250);

/// Serves one editor until it says good-bye.
pub(super) fn lsp(runtime: &Runtime, env: &Env) -> Result<Exit, CliError> {
    let (connection, threads) = Connection::stdio();
    let served = Session::new(&connection, runtime, env, REST).serve();
    drop(connection);
    let ended = threads.join();
    served.and_then(|()| ended.map_err(|error| CliError::Editor { why: error.to_string() }))?;
    Ok(Exit::Good)
}
