//! The App's credentials from flags, environment and files: what is there, and how to set what is not.

use std::path::PathBuf;

use secrecy::SecretString;

use super::args::Serve;
use super::env::Env;
use super::env_file::whole_key;
use super::error::{CliError, Missing};
use crate::platform::github::webhook::WebhookSecrets;

/// Names of the secrets that a signature may be made with.
pub(super) const WEBHOOK_SECRETS: [&str; 2] = ["SPECREVIEW_WEBHOOK_SECRET", "SPECREVIEW_WEBHOOK_SECRET_NEXT"];

pub(super) const NO_SECRET: Missing =
    Missing { what: "secret of the App's webhook", how: "set SPECREVIEW_WEBHOOK_SECRET" };
pub(super) const NO_ID: Missing = Missing { what: "id of the GitHub App", how: "set --app-id or SPECREVIEW_APP_ID" };
pub(super) const NO_KEY: Missing = Missing {
    what: "private key of the GitHub App",
    how: "set --app-key-file, SPECREVIEW_APP_KEY_FILE or SPECREVIEW_APP_KEY",
};

/// The secrets of the webhook, where there are any.
pub(super) fn webhook_secrets(env: &Env) -> Option<WebhookSecrets> {
    WebhookSecrets::new(WEBHOOK_SECRETS.iter().filter_map(|name| env.get(name))).ok()
}

/// Name of its account, by which commands call it.
pub(super) fn mention<'a>(args: &'a Serve, env: &'a Env) -> &'a str {
    args.mention.as_deref().or_else(|| env.get("SPECREVIEW_MENTION")).unwrap_or("specreview")
}

/// Id of the App.
pub(super) fn app_id<'a>(args: &'a Serve, env: &'a Env) -> Option<&'a str> {
    args.app_id.as_deref().or_else(|| env.get("SPECREVIEW_APP_ID"))
}

/// The file with its private key, where one is named.
pub(super) fn key_file(args: &Serve, env: &Env) -> Option<PathBuf> {
    args.app_key_file.clone().or_else(|| env.get("SPECREVIEW_APP_KEY_FILE").map(PathBuf::from))
}

/// Its private key.
///
/// # Errors
/// When the file that is named cannot be read.
pub(super) fn app_key(args: &Serve, env: &Env) -> Result<Option<SecretString>, CliError> {
    match key_file(args, env) {
        Some(path) => match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(SecretString::from(text))),
            Err(source) => Err(CliError::Unread { path, source }),
        },
        None => Ok(env.get("SPECREVIEW_APP_KEY").map(whole_key)),
    }
}
