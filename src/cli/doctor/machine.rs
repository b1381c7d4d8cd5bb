//! Checks of what is on this machine: settings, secrets, files, database, model.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;

use super::Row;
use crate::cli::args::{ModelFlags, Serve};
use crate::cli::credentials::{self, WEBHOOK_SECRETS};
use crate::cli::env::Env;
use crate::cli::error::Missing;
use crate::cli::model::{self, Clients};
use crate::cli::setup;
use crate::cli::setup::now;
use crate::model::Model as _;
use crate::platform::github::AppKey;
use crate::store::Store as _;
use crate::store::{Address, Database, StoreError};

/// Characters of a secret that cannot be guessed.
const STRONG: usize = 24;
/// Free bytes below which a database is soon in need, and below which it is now.
const LOW: u64 = 1 << 30;
const NONE: u64 = 50 << 20;

/// Everything that a server cannot start without.
pub(super) fn settings(args: &Serve, env: &Env) -> Vec<Row> {
    let missing = |one: Missing| Row::fail("settings", format!("the {} is missing", one.what), one.how);
    let mut rows = Vec::new();
    if credentials::webhook_secrets(env).is_none() {
        rows.push(missing(credentials::NO_SECRET));
    }
    let id = credentials::app_id(args, env);
    if id.is_none() {
        rows.push(missing(credentials::NO_ID));
    }
    match credentials::app_key(args, env) {
        Ok(None) => rows.push(missing(credentials::NO_KEY)),
        Err(error) => rows.push(Row::fail("settings", error.to_string(), credentials::NO_KEY.how)),
        Ok(Some(key)) => {
            if let Err(error) = AppKey::new(id.unwrap_or("1"), key.expose_secret()) {
                rows.push(Row::fail(
                    "settings",
                    error.to_string(),
                    "make a new private key on the App's settings page",
                ));
            }
        }
    }
    if rows.is_empty() {
        rows.push(Row::ok("settings", "webhook secret, id and private key of the App are there"));
    }
    rows
}

/// Can the secrets be guessed, and is one left over?
pub(super) fn secrets(env: &Env) -> Vec<Row> {
    let mut rows = Vec::new();
    for name in WEBHOOK_SECRETS.into_iter().chain(["SPECREVIEW_MARKER_KEY"]) {
        if env.get(name).is_some_and(|secret| !is_strong(secret)) {
            let said = format!("{name} can be guessed: shorter than {STRONG} characters, or few different ones");
            rows.push(Row::warn("secrets", said, "take a random one, as from: openssl rand -hex 32"));
        }
    }
    if env.get("SPECREVIEW_MARKER_KEY").is_none() {
        rows.push(Row::warn(
            "secrets",
            "SPECREVIEW_MARKER_KEY is not set: anybody can write the hidden marks by which the bot finds its comments, and verdicts of the model into its cache",
            "set it to a random text and keep it for good",
        ));
    }
    if env.get("SPECREVIEW_WEBHOOK_SECRET_NEXT").is_some() {
        rows.push(Row::warn(
            "secrets",
            "two webhook secrets are accepted",
            "when GitHub has the next one, make it SPECREVIEW_WEBHOOK_SECRET and remove SPECREVIEW_WEBHOOK_SECRET_NEXT",
        ));
    }
    if rows.is_empty() {
        rows.push(Row::ok("secrets", "long enough, and one of each"));
    }
    rows
}

fn is_strong(secret: &str) -> bool {
    let different: std::collections::BTreeSet<char> = secret.chars().collect();
    secret.chars().count() >= STRONG && different.len() >= 8
}

/// May others on this machine read the files with secrets?
pub(super) fn files(args: &Serve, env: &Env) -> Vec<Row> {
    let files: Vec<PathBuf> =
        args.settings.env_file.clone().into_iter().chain(credentials::key_file(args, env)).collect();
    let mut rows: Vec<Row> = files.iter().filter_map(|path| open_to_others(path)).collect();
    if rows.is_empty() && !files.is_empty() {
        rows.push(Row::ok("files", "only their owner may read the files with secrets"));
    }
    rows
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<Row> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let said = |who: &str| format!("{} of this machine may read or change {} (mode {mode:03o})", who, path.display());
    let mend = format!("chmod 600 {}", path.display());
    if mode & 0o007 != 0 {
        return Some(Row::fail("files", said("everybody"), mend));
    }
    // systemd hands credentials over readable for a group.
    (mode & 0o070 != 0).then(|| Row::warn("files", said("a group"), mend))
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<Row> {
    None
}

/// Opens the database as the server would, writes to it, and looks at the space that is left.
pub(super) async fn database(args: &Serve, env: &Env) -> Vec<Row> {
    const UPGRADES: &str = "see docs/server.md: upgrades and backups";
    let address = match setup::database(args.database.as_ref(), env) {
        Ok(address) => address,
        Err(error) => {
            return vec![Row::fail("database", error.to_string(), "give a path or postgres://… with --database")];
        }
    };
    let shown = address.to_string();
    let opens = |opened: Result<(), StoreError>, mend: &'static str| match opened {
        Ok(()) => Row::ok("database", format!("{shown} opens, has the schema of this version, and can be written")),
        Err(error) => Row::fail("database", error.to_string(), mend),
    };
    let Some(path) = address.path().map(Path::to_owned) else {
        return vec![opens(open(address).await, "is the server there, and may this user make tables?")];
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut rows = Vec::new();
    if path.exists() {
        rows.push(opens(open(address).await, UPGRADES));
    } else {
        rows.push(match tempfile_in(folder) {
            Ok(()) => Row::ok("database", format!("{shown} is not there yet: the server makes it")),
            Err(error) => Row::fail(
                "database",
                format!("{shown} is not there, and cannot be made: {error}"),
                "make the folder, and let the server's user write there; or give another path with --database",
            ),
        });
    }
    rows.extend(space(folder));
    rows
}

async fn open(address: Address) -> Result<(), StoreError> {
    let store = Database::open(address).await?;
    store.write_note("doctor", &now().to_string()).await?;
    store.close().await;
    Ok(())
}

fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".specreview-doctor-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    std::fs::remove_file(path)
}

#[cfg(unix)]
fn space(folder: &Path) -> Option<Row> {
    let found = rustix::fs::statvfs(folder).ok()?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let said = format!("{} MiB are free where the database is", free >> 20);
    let mend = "make room: without it no delivery is accepted";
    Some(match free {
        ..NONE => Row::fail("disk", said, mend),
        NONE..LOW => Row::warn("disk", said, mend),
        _ => Row::ok("disk", said),
    })
}

#[cfg(not(unix))]
fn space(_: &Path) -> Option<Row> {
    None
}

/// Asks the models one tiny question each.
pub(super) async fn model(flags: &ModelFlags, env: &Env) -> Vec<Row> {
    let clients = match model::clients(flags, env) {
        Ok(None) => return vec![Row::ok("model", "none is named: reviews are made by the checklist alone")],
        Ok(Some(clients)) => clients,
        Err(reasons) => return vec![Row::fail("model", reasons.join("; "), "see docs/critique.md")],
    };
    let Clients { first, second, .. } = clients;
    let mut rows = Vec::new();
    for client in [Some(first), second].into_iter().flatten() {
        rows.push(match client.probe().await {
            Ok(found) => Row::ok("model", format!("{} answers ({})", client.name(), found.format)),
            Err(error) => Row::warn(
                "model",
                format!("{}: {error}; reviews are posted without it", client.name()),
                "specreview model probe says more",
            ),
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_of_many_characters() {
        for (secret, strong) in [
            ("0f1e2d3c4b5a69788796a5b4c3d2e1f0", true),
            ("short", false),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("correct horse battery staple", true),
        ] {
            assert_eq!(is_strong(secret), strong, "{secret}");
        }
    }
}
