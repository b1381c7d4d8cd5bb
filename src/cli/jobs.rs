//! `jobs`: lists what the server gave up, and has it done once more. Works on the database itself, whether a server runs or not.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use secrecy::SecretString;

use super::args::TableFormat;
use super::env::{Env, Io};
use super::error::{CliError, Exit, count, plain};
use super::setup;
use crate::job::parked;
use crate::store::DAY;
use crate::store::{self, Millis, Parked, Store};
use crate::text::{Date, without_secrets};

#[derive(Debug, Subcommand)]
pub(super) enum Jobs {
    /// Jobs that were given up, the latest first
    List {
        #[command(flatten)]
        database: Database,
        /// Form of the list
        #[arg(long, value_enum, default_value_t = TableFormat::Text)]
        format: TableFormat,
    },
    /// Have jobs that were given up done once more
    Retry {
        /// Ids as `jobs list` shows them
        #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "ID")]
        ids: Vec<i64>,
        /// All of them
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        database: Database,
    },
}

/// Where the server keeps what it knows
#[derive(Debug, Args)]
pub(super) struct Database {
    /// Database of the server [env: SPECREVIEW_DATABASE] [default: specreview.db]
    #[arg(long, value_name = "FILE|URL")]
    pub(super) database: Option<SecretString>,
}

impl Database {
    /// True where somebody says which one.
    fn is_given(&self, env: &Env) -> bool {
        self.database.is_some() || env.get("SPECREVIEW_DATABASE").is_some()
    }

    /// True where it is there to be read: a file that nobody names may be missing.
    pub(super) fn is_there(&self, env: &Env) -> bool {
        let address = setup::database(self.database.as_ref(), env);
        self.is_given(env) || address.is_ok_and(|address| address.path().is_some_and(std::path::Path::exists))
    }

    /// The store, which must be there: one that is not would be made by looking.
    pub(super) async fn open_existing(&self, env: &Env) -> Result<store::Database, CliError> {
        open(self.database.as_ref(), env).await
    }

    /// The store, made where there is none: for whoever writes into it.
    pub(super) async fn open_or_make(&self, env: &Env) -> Result<store::Database, CliError> {
        Ok(store::Database::open(setup::database(self.database.as_ref(), env)?).await?)
    }
}

/// Does what the command line asks.
pub(super) async fn jobs(command: &Jobs, env: &Env, now: Millis, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let (Jobs::List { database, .. } | Jobs::Retry { database, .. }) = command;
    let store = database.open_existing(env).await?;
    match command {
        Jobs::List { format, .. } => list(&store, *format, io).await,
        Jobs::Retry { all: true, .. } => retry_all(&store, now, io).await,
        Jobs::Retry { ids, .. } => retry(&store, ids, now, io).await,
    }
}

/// The database of a server; one that is not there is not made.
pub(super) async fn open(given: Option<&SecretString>, env: &Env) -> Result<store::Database, CliError> {
    let address = setup::database(given, env)?;
    if let Some(path) = address.path().filter(|path| !path.exists()) {
        return Err(CliError::NoDatabase { path: path.to_owned() });
    }
    Ok(store::Database::open(address).await?)
}

/// What a list shows, until a list shows nothing new: a server that works beside this may give a job up again.
async fn retry_all(store: &dyn Store, now: Millis, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut seen = BTreeSet::new();
    let mut exit = Exit::Good;
    loop {
        let parked = store.parked(parked::MOST).await?;
        let ids: Vec<i64> = parked.iter().map(|job| job.id).filter(|id| seen.insert(*id)).collect();
        if ids.is_empty() {
            return Ok(exit);
        }
        if retry(store, &ids, now, io).await? != Exit::Good {
            exit = Exit::Unusable;
        }
    }
}

async fn list(store: &dyn Store, format: TableFormat, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let jobs = store.parked(parked::MOST).await?;
    let text = match format {
        TableFormat::Json => format!("{:#}\n", parked::json(&jobs)),
        TableFormat::Text if jobs.is_empty() => "no job was given up\n".to_owned(),
        TableFormat::Text => jobs.iter().map(line).collect(),
    };
    io.out.write_all(text.as_bytes()).map_err(CliError::Output)?;
    Ok(Exit::Good)
}

/// A job for people. What a reason quotes neither steers the terminal nor looks like another line.
fn line(job: &Parked) -> String {
    let day = Date::of_day(job.at.div_euclid(DAY));
    let tries = usize::try_from(job.failures.saturating_add(job.crashes)).unwrap_or(usize::MAX);
    let tries = count(tries, "attempt");
    format!("{}  {day}  {}  after {tries}: {}\n", job.id, job.key, plain(&without_secrets(&job.reason)))
}

/// Every id is tried; one that is not taken up makes the command fail.
async fn retry(store: &dyn Store, ids: &[i64], now: Millis, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut exit = Exit::Good;
    for id in ids {
        if store.unpark(*id, now).await? {
            writeln!(io.out, "{id} waits again").map_err(CliError::Output)?;
        } else {
            let _ = writeln!(io.err, "{id}: {}", parked::NOT_TAKEN_UP);
            exit = Exit::Unusable;
        }
    }
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};
    use crate::store::NewJob;

    /// Exit, standard output and standard error of `jobs` on this database.
    async fn run(path: &str, args: &[&str]) -> (Exit, String, String) {
        let cli = Cli::try_parse_from(["specreview", "jobs"].iter().chain(args)).unwrap();
        let Command::Jobs(command) = cli.command else { panic!("not jobs") };
        let env = Env::new([("SPECREVIEW_DATABASE".into(), path.into())]);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Io::plain(&mut out, &mut err);
        let exit = match jobs(&command, &env, 2000, &mut io).await {
            Ok(exit) => exit,
            Err(error) => {
                io.err.write_all(error.report().as_bytes()).unwrap();
                Exit::Unusable
            }
        };
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[tokio::test]
    async fn what_was_given_up_is_listed_and_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db");
        let path = path.to_str().unwrap();
        let (exit, _, err) = run(path, &["list"]).await;
        assert!(exit == Exit::Unusable && err.contains("jobs.db"), "{err}");
        assert!(!std::path::Path::new(path).exists(), "nothing is made by looking");

        let env = Env::new([("SPECREVIEW_DATABASE".into(), path.into())]);
        let store = store::Database::open(setup::database(None, &env).unwrap()).await.unwrap();
        assert_eq!(run(path, &["list"]).await.1, "no job was given up\n");
        for number in [7, 8] {
            let key = format!("github:o/r#{number}");
            store.enqueue(NewJob::new(key, "{}"), 1).await.unwrap();
            let job = store.claim("w", 2, 1000).await.unwrap().unwrap();
            store.fail(&job, "the App may not write\u{1b}[2J\nchecks", None, 86_400_000).await.unwrap();
        }
        let (_, text, _) = run(path, &["list"]).await;
        assert!(
            text.contains("1  1970-01-02  github:o/r#7  after 1 attempt: the App may not write [2J checks\n"),
            "{text}"
        );
        let (_, json, _) = run(path, &["list", "--format", "json"]).await;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((json[1]["id"].as_i64(), json[1]["job"].as_str()), (Some(1), Some("github:o/r#7")));

        assert_eq!(run(path, &["retry", "1"]).await, (Exit::Good, "1 waits again\n".into(), String::new()));
        let (exit, out, err) = run(path, &["retry", "1", "2"]).await;
        assert_eq!((exit, out.as_str()), (Exit::Unusable, "2 waits again\n"));
        assert!(err.starts_with("1: no job with this id was given up"), "{err}");
        assert_eq!(run(path, &["retry", "--all"]).await, (Exit::Good, String::new(), String::new()));
        assert_eq!(store.depth().await.unwrap().queued, 2);
    }

    #[tokio::test]
    async fn all_is_all_and_not_what_one_list_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db");
        let path = path.to_str().unwrap();
        let env = Env::new([("SPECREVIEW_DATABASE".into(), path.into())]);
        let store = store::Database::open(setup::database(None, &env).unwrap()).await.unwrap();
        let all = u64::from(parked::MOST) + 1;
        for number in 0..all {
            let key = format!("github:o/r#{number}");
            store.enqueue(NewJob::new(key, "{}"), 1).await.unwrap();
            let job = store.claim("w", 2, 1000).await.unwrap().unwrap();
            store.fail(&job, "no right to write", None, 3).await.unwrap();
        }
        let (exit, out, err) = run(path, &["retry", "--all"]).await;
        assert_eq!((exit, out.lines().count() as u64, err.as_str()), (Exit::Good, all, ""));
    }
}
