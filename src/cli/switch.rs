//! `model off`, `on` and `status`: a switch that every request to a model reads, in the database of a server or in a folder of spending.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::env::{Env, Io};
use super::error::{CliError, Exit, plain};
use super::jobs;
use crate::store::{Spend, SpendFolder};

/// Where the switch is
#[derive(Debug, Args)]
pub(super) struct Place {
    /// Database of the server [env: SPECREVIEW_DATABASE] [default: specreview.db]
    #[arg(long, value_name = "FILE|URL", conflicts_with = "spend_dir")]
    database: Option<SecretString>,

    /// Folder of spending instead, for runs by hand and in CI
    #[arg(long, value_name = "FOLDER")]
    spend_dir: Option<PathBuf>,
}

/// What is done with it.
pub(super) enum Turn<'a> {
    On,
    Off(&'a str),
    Look,
}

/// Turns the switch, and says how it stands.
pub(super) async fn switch(place: &Place, turn: Turn<'_>, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let spend: Box<dyn Spend> = match &place.spend_dir {
        Some(folder) => Box::new(SpendFolder::open(folder)?),
        None => Box::new(jobs::open(place.database.as_ref(), env).await?),
    };
    match turn {
        Turn::On => spend.switch(None).await?,
        Turn::Off(reason) => spend.switch(Some(reason)).await?,
        Turn::Look => {}
    }
    let told = spend.is_off().await?.map_or_else(
        || "models are asked where one is configured".to_owned(),
        |reason| format!("models are switched off: {}", plain(&reason)),
    );
    writeln!(io.out, "{told}").map_err(CliError::Output)?;
    Ok(Exit::Good)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command, Model};
    use crate::store::Database;

    /// Standard output of `model …`, or the error.
    async fn told(args: &[&str]) -> String {
        let cli = Cli::try_parse_from(["specreview", "model"].iter().chain(args)).unwrap();
        let Command::Model(command) = cli.command else { panic!("not model") };
        let (place, turn) = match &command {
            Model::Off { reason, place } => (place, Turn::Off(reason)),
            Model::On { place } => (place, Turn::On),
            Model::Status { place } => (place, Turn::Look),
            Model::Probe(_) => panic!("no switch"),
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Io::plain(&mut out, &mut err);
        match switch(place, turn, &Env::new([]), &mut io).await {
            Ok(exit) => assert_eq!(exit, Exit::Good),
            Err(error) => return error.report(),
        }
        String::from_utf8(out).unwrap()
    }

    #[tokio::test]
    async fn it_stays_as_it_was_turned_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (database, spend) = (folder.path().join("jobs.db"), folder.path().join("spend"));
        let (database, spend) = (database.to_str().unwrap(), spend.to_str().unwrap());
        let missing = told(&["off", "--database", database]).await;
        assert!(missing.contains("jobs.db") && !std::path::Path::new(database).exists(), "{missing}");
        Database::open(std::path::Path::new(database)).await.unwrap();
        for place in [["--database", database], ["--spend-dir", spend]] {
            let told = async |words: &[&str]| told(&[words, &place].concat()).await;
            let on = "models are asked where one is configured\n";
            assert_eq!(told(&["status"]).await, on);
            assert_eq!(
                told(&["off", "--reason", "the bill\u{1b}[2J"]).await,
                "models are switched off: the bill [2J\n"
            );
            assert_eq!(told(&["status"]).await, "models are switched off: the bill [2J\n");
            assert_eq!(told(&["on"]).await, on);
            assert_eq!(told(&["on"]).await, on, "also where it is on");
        }
    }
}
