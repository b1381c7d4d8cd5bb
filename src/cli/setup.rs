//! From flags and environment to what jobs need: rules, questions, platform, randomness, clock.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::args::GitHubFlags;
use super::env::Env;
use super::error::CliError;
use super::model::Asked;
use crate::critique;
use crate::job::Deps;
use crate::platform::github::{AppKey, Credentials, GitHub, Settings, Token};
use crate::review::marker::MarkerKey;
use crate::rules;
use crate::store::{Address, Millis, NoJournal, millis};

/// GitHub with a token: for one change by hand or in CI.
pub(super) fn github(token: &str, api: &str, marker: &MarkerKey) -> Result<GitHub, CliError> {
    open(Credentials::Token(Token::new(token)?), api, marker, false)
}

/// GitHub as an App, which marks conversations as done where `resolve` says so.
pub(super) fn app(id: &str, key: &str, api: &str, marker: &MarkerKey, resolve: bool) -> Result<GitHub, CliError> {
    open(Credentials::App(AppKey::new(id, key)?), api, marker, resolve)
}

fn open(credentials: Credentials, api: &str, marker: &MarkerKey, resolve: bool) -> Result<GitHub, CliError> {
    let settings = Settings { api: api.trim_end_matches('/').to_owned(), resolve, ..Settings::default() };
    Ok(GitHub::new(&settings, credentials, marker.clone(), Arc::new(|| now() / 1000))?)
}

/// The address of GitHub's API: by flag, by environment, else github.com.
pub(super) fn github_url(flags: &GitHubFlags, env: &Env) -> String {
    let given = flags.github_url.as_deref().or_else(|| env.get("GITHUB_API_URL"));
    given.unwrap_or("https://api.github.com").to_owned()
}

/// What jobs share. `identity` makes the bot's hidden marks its own; the same one finds them again.
pub(super) fn deps(asked: Asked, env: &Env, identity: &str) -> Deps {
    let (rules, mut problems) = rules::builtin();
    let (questions, more) = critique::builtin();
    problems.extend(more);
    // A test holds that a release has none of these.
    for problem in &problems {
        tracing::debug!(%problem, "a page that comes with the program is broken");
    }
    if let Some(first) = problems.first() {
        tracing::error!(pages = problems.len(), %first, "pages that come with the program are broken and left out");
    }
    let marker = env.get("SPECREVIEW_MARKER_KEY").unwrap_or(identity);
    Deps {
        version: env!("CARGO_PKG_VERSION"),
        rules: Arc::new(rules),
        questions: Arc::new(questions),
        model: asked.model,
        verdicts: asked.verdicts,
        journal: Arc::new(NoJournal),
        money: asked.money,
        marker: MarkerKey::new(marker.as_bytes()),
        random: Arc::new(random),
        clock: Arc::new(now),
    }
}

/// Where the server's database is.
pub(super) fn database(flag: Option<&SecretString>, env: &Env) -> Result<Address, CliError> {
    let given = flag.map(ExposeSecret::expose_secret).or_else(|| env.get("SPECREVIEW_DATABASE"));
    let address = Address::parse(given.unwrap_or("specreview.db"));
    address.map_err(|error| CliError::Setting { what: "the database", reason: error.to_string() })
}

/// Milliseconds since 1970.
pub(super) fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    millis(since)
}

/// 32 hexadecimal digits that nobody can foresee.
pub(super) fn random() -> String {
    let mut bytes = [0_u8; 16];
    if rustls::crypto::aws_lc_rs::default_provider().secure_random.fill(&mut bytes).is_err() {
        // The system has no randomness to give; the standard library's hasher is seeded from what there is.
        use std::hash::{BuildHasher as _, RandomState};
        let (one, two) = (RandomState::new().hash_one(1_u8), RandomState::new().hash_one(2_u8));
        return format!("{one:016x}{two:016x}");
    }
    crate::text::hex(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_text_is_long_and_never_the_same() {
        let (a, b) = (random(), random());
        assert_eq!(a.len(), 32);
        assert_ne!(a, b);
    }
}
