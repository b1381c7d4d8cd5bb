//! `doctor`: looks at everything that a server needs and says what is missing and how to mend it. Every check is made, whatever the
//! others say. Nothing is mended, but for the database, which is opened as the server opens it: an older schema is brought forward.

mod app;
mod endpoint;
mod machine;

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;

use super::args::TableFormat;
use super::credentials;
use super::env::{Env, Io};
use super::error::{CliError, Exit, plain};
use super::setup::{github_url, now};
use super::setup_args::Doctor;
use crate::platform::github::app::Desk;
use crate::platform::github::{AppKey, Settings};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ok,
    /// It works, and should be better; or it could not be looked at.
    Warn,
    /// The server cannot do its work.
    Fail,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One check, told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    check: &'static str,
    state: State,
    /// What was found.
    said: String,
    /// How it is mended.
    mend: Option<String>,
}

impl Row {
    fn ok(check: &'static str, said: impl Into<String>) -> Self {
        Self { check, state: State::Ok, said: said.into(), mend: None }
    }

    fn warn(check: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Warn, said: said.into(), mend: Some(mend.into()) }
    }

    fn fail(check: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Fail, said: said.into(), mend: Some(mend.into()) }
    }
}

/// Makes all checks, or asks for health only.
pub(super) async fn doctor(args: &Doctor, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let rows = match &args.health {
        Some(address) => vec![endpoint::health(address).await],
        None => all(args, env).await?,
    };
    let text = match args.format {
        TableFormat::Text => text(&rows),
        TableFormat::Json => json(&rows),
    };
    io.out.write_all(text.as_bytes()).map_err(CliError::Output)?;
    Ok(if rows.iter().any(|row| row.state == State::Fail) { Exit::Findings } else { Exit::Good })
}

async fn all(args: &Doctor, env: &Env) -> Result<Vec<Row>, CliError> {
    let mut rows = Vec::new();
    rows.extend(machine::settings(&args.serve, env));
    rows.extend(machine::secrets(env));
    rows.extend(machine::files(&args.serve, env));
    rows.extend(machine::database(&args.serve, env).await);
    rows.extend(machine::model(&args.serve.model, env).await);

    let api = github_url(&args.serve.github, env).trim_end_matches('/').to_owned();
    // What is wrong with the key stands among the settings.
    let key = match (credentials::app_id(&args.serve, env), credentials::app_key(&args.serve, env)) {
        (Some(id), Ok(Some(key))) => AppKey::new(id, secrecy::ExposeSecret::expose_secret(&key)).ok(),
        _ => None,
    };
    let has_key = key.is_some();
    let settings = Settings { api: api.clone(), ..Settings::default() };
    let desk = Desk::new(&settings, key, Arc::new(|| now() / 1000))?;
    rows.extend(app::greeting(&desk, &api, now() / 1000).await);
    if has_key {
        rows.extend(app::app(&desk, &args.serve, env).await);
        rows.extend(app::hook(&desk, args.url.as_deref()).await);
    } else {
        rows.push(Row::warn("app", "not looked at: its id or key is missing or of no use", "see settings above"));
    }
    if let Some(url) = &args.url {
        rows.push(endpoint::endpoint(url).await);
    }
    Ok(rows)
}

fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    for Row { check, state, said, mend } in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<5} {check:<14} {}", state.word(), plain(said));
        if let Some(mend) = mend {
            let _ = writeln!(text, "{:<20} → {}", "", plain(mend));
        }
    }
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    text + &format!("\n{} ok, {} to look at, {} to mend\n", count(State::Ok), count(State::Warn), count(State::Fail))
}

fn json(rows: &[Row]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| json!({ "check": row.check, "state": row.state.word(), "message": row.said, "advice": row.mend }))
        .collect();
    format!("{:#}\n", json!({ "schema": "specreview/doctor/v1", "checks": rows }))
}
