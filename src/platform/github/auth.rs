//! Credentials for GitHub: a token that was given, or an App that mints tokens for one repository with least permissions, each kept for as
//! long as a job uses it. Nothing in here is ever printed.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{Client, Failure, JSON, Pass, segment};
use super::rate::{Lanes, Limits, Whose};
use super::rights::{PERMISSIONS, Permission, in_words};
use crate::platform::PlatformError;

/// Seconds since 1970, as the caller's clock says.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The credentials of this program.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A personal access token, or the one that a job of GitHub Actions is given.
    Token(Token),
    /// A GitHub App.
    App(AppKey),
}

/// A token. Opaque: its form changes over the years.
#[derive(Clone)]
pub struct Token(pub(super) SecretString);

impl Token {
    /// Takes a token; white space around it (a line end from a file) is dropped.
    ///
    /// # Errors
    /// When nothing is left, or it could not stand in a header.
    pub fn new(token: &str) -> Result<Self, PlatformError> {
        let token = token.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(PlatformError::Misconfigured(
                "the GitHub token is empty or has characters no token has".into(),
            ));
        }
        Ok(Self(SecretString::from(token)))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

/// The id and private key of a GitHub App.
#[derive(Clone)]
pub struct AppKey {
    issuer: String,
    key: EncodingKey,
}

impl AppKey {
    /// `issuer` is the App's id or its client id; `pem` the private key that its settings page lets you download.
    ///
    /// # Errors
    /// When the id is blank or the text is no RSA private key.
    pub fn new(issuer: &str, pem: &str) -> Result<Self, PlatformError> {
        let issuer = issuer.trim();
        if issuer.is_empty() {
            return Err(PlatformError::Misconfigured("the id of the GitHub App is empty".into()));
        }
        // The parser's own message may quote the input: it is left out.
        let key = EncodingKey::from_rsa_pem(pem.trim().as_bytes()).map_err(|_| {
            PlatformError::Misconfigured(
                "the private key of the GitHub App cannot be read: expected the PEM file from the App's settings page, \
                 with its BEGIN and END lines and line ends"
                    .into(),
            )
        })?;
        let app = Self { issuer: issuer.to_owned(), key };
        // A public key has the same form and cannot sign: better known now than at the first event.
        app.claim(0)?;
        Ok(app)
    }

    /// A signed claim to be the App: from a minute ago (clocks differ) for ten minutes, the longest GitHub takes.
    pub(super) fn claim(&self, now: i64) -> Result<SecretString, PlatformError> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iat: i64,
            exp: i64,
            iss: &'a str,
        }
        let claims = Claims { iat: now - 60, exp: now + 9 * 60, iss: &self.issuer };
        encode(&Header::new(Algorithm::RS256), &claims, &self.key).map(SecretString::from).map_err(|_| {
            PlatformError::Misconfigured("the private key of the GitHub App cannot sign: is it the public key?".into())
        })
    }
}

impl std::fmt::Debug for AppKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AppKey({}, ***)", self.issuer)
    }
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Rights {
    /// Read a change, and write a review and a check on it.
    Review,
    /// As before, and mark conversations as done: GitHub wants the right to write contents for that.
    Resolve,
    /// Read files.
    Read,
    /// Read the names of repositories and lists of pull requests.
    Watch,
}

impl Rights {
    fn permissions(self) -> serde_json::Value {
        let wanted = PERMISSIONS.iter().filter(|one| match self {
            Self::Read => matches!(one.name, "contents" | "metadata"),
            Self::Watch => matches!(one.name, "metadata" | "pull_requests"),
            Self::Review | Self::Resolve => one.in_tokens,
        });
        let level = |one: &Permission| match (self, one.name) {
            (Self::Resolve, "contents") => "write",
            (Self::Watch, _) => "read",
            _ => one.level.as_str(),
        };
        wanted.map(|one| (one.name.to_owned(), level(one).into())).collect::<serde_json::Map<_, _>>().into()
    }
}

/// A repository as the credentials see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) owner: String,
    pub(super) repo: String,
    pub(super) rights: Rights,
}

struct Minted {
    token: SecretString,
    installation: u64,
    expires: i64,
    /// The installation that was told of, which has the repository no longer.
    instead_of: Option<u64>,
}

impl Minted {
    fn is_good(&self, now: i64) -> bool {
        self.expires - MARGIN > now
    }

    /// Is this the token of whoever was told of this installation?
    fn serves(&self, told: Option<u64>) -> bool {
        told.is_none_or(|told| told == self.installation || Some(told) == self.instead_of)
    }
}

/// Keeps a token for as long as somebody has it, and for whoever else asks meanwhile; then nothing in memory has the token.
#[derive(Default)]
pub(super) struct Slot(tokio::sync::Mutex<Option<Minted>>);

/// Gives out a token for each call.
pub(super) struct Keyring {
    credentials: Credentials,
    clock: Clock,
    /// Tokens for one repository. They are kept by the jobs that use them.
    repositories: std::sync::Mutex<HashMap<Scope, Weak<Slot>>>,
    /// Tokens for the lists of an installation, which is all that they open: looked through again and again.
    lists: std::sync::Mutex<HashMap<u64, Arc<Slot>>>,
    lanes: Lanes,
}

/// Seconds that a token must still be good for.
const MARGIN: i64 = 60;
/// Installations whose tokens for lists are kept at most.
const LISTS: usize = 1_000;

impl Keyring {
    pub(super) fn new(credentials: Credentials, clock: Clock, limits: Limits) -> Self {
        let (repositories, lists) = (std::sync::Mutex::default(), std::sync::Mutex::default());
        Self { credentials, clock, repositories, lists, lanes: Lanes::new(limits) }
    }

    pub(super) fn is_app(&self) -> bool {
        matches!(self.credentials, Credentials::App(_))
    }

    /// A token for `scope`, minted once however many ask at the same time.
    pub(super) async fn token(
        &self,
        client: &Client,
        scope: &Scope,
        installation: Option<u64>,
    ) -> Result<Pass, PlatformError> {
        let app = match &self.credentials {
            Credentials::Token(token) => return Ok(self.pass(token.0.clone(), Whose::Token)),
            Credentials::App(app) => app,
        };
        let slot = self.slot(scope);
        let mut kept = slot.0.lock().await;
        let good = |minted: &&Minted| minted.serves(installation) && minted.is_good((self.clock)());
        if let Some(minted) = kept.as_ref().filter(good) {
            return Ok(self.pass(minted.token.clone(), Whose::Installation(minted.installation)));
        }
        *kept = None;
        let claim = self.pass(app.claim((self.clock)())?, Whose::App);
        let what = format!("a token for {}/{}", scope.owner, scope.repo);
        let body = json!({ "repositories": [scope.repo], "permissions": scope.rights.permissions() });
        let by = async |id| mint(client, &claim, (&what, &body), id, (self.clock)()).await;
        let minted = match installation {
            None => by(find_installation(client, &claim, scope).await?).await?,
            Some(told) => match by(told).await {
                // An event that comes late tells of the owner that the repository had.
                Err(refused @ (PlatformError::Denied { .. } | PlatformError::NotFound { .. })) => {
                    match find_installation(client, &claim, scope).await {
                        Ok(now) if now != told => Minted { instead_of: Some(told), ..by(now).await? },
                        Err(error) if error.is_retryable() => return Err(error),
                        _ => return Err(refused),
                    }
                }
                minted => minted?,
            },
        };
        let pass = self.pass(minted.token.clone(), Whose::Installation(minted.installation));
        *kept = Some(minted);
        Ok(pass)
    }

    /// What the App itself asks with.
    pub(super) fn claim(&self) -> Result<Pass, PlatformError> {
        match &self.credentials {
            Credentials::App(app) => Ok(self.pass(app.claim((self.clock)())?, Whose::App)),
            Credentials::Token(_) => {
                Err(PlatformError::Misconfigured("only a GitHub App has a log and installations".into()))
            }
        }
    }

    /// A token for the lists of an installation, and for nothing in them.
    pub(super) async fn to_watch(&self, client: &Client, installation: u64) -> Result<Pass, PlatformError> {
        let whose = Whose::Installation(installation);
        let slot = self.lists(installation);
        let mut kept = slot.0.lock().await;
        if let Some(minted) = kept.as_ref().filter(|minted| minted.is_good((self.clock)())) {
            return Ok(self.pass(minted.token.clone(), whose));
        }
        *kept = None;
        let body = json!({ "permissions": Rights::Watch.permissions() });
        let what = "a token for the lists of an installation";
        let minted = mint(client, &self.claim()?, (what, &body), installation, (self.clock)()).await?;
        let pass = self.pass(minted.token.clone(), whose);
        *kept = Some(minted);
        Ok(pass)
    }

    fn pass(&self, token: SecretString, whose: Whose) -> Pass {
        Pass { token, lane: self.lanes.of(whose) }
    }

    /// Asks GitHub whether it believes that this program is the App: then tokens can be minted. A token that was given is taken as
    /// it is.
    pub(super) async fn prove(&self, client: &Client) -> Result<(), PlatformError> {
        if !self.is_app() {
            return Ok(());
        }
        let claim = self.claim()?;
        client.read(&claim, "/app", JSON).await.map(drop).map_err(|failure| refused_claim(failure, "the App"))
    }

    /// Forgets the token of `scope` after the platform has refused it. False when there is no other one to be had.
    pub(super) async fn forget(&self, scope: &Scope) -> bool {
        if !self.is_app() {
            return false;
        }
        *self.slot(scope).0.lock().await = None;
        true
    }

    /// Forgets the token for the lists of an installation after the platform has refused it.
    pub(super) async fn forget_lists(&self, installation: u64) {
        *self.lists(installation).0.lock().await = None;
    }

    /// True for the App of these credentials: by its id, or, where a client id was given, by the account that acts.
    pub(super) fn is_app_of(&self, id: u64, slug: &str, viewer: &str) -> bool {
        let Credentials::App(app) = &self.credentials else { return false };
        match app.issuer.parse::<u64>() {
            Ok(issuer) => issuer == id,
            Err(_) => slug == viewer.strip_suffix("[bot]").unwrap_or(viewer),
        }
    }

    /// What keeps the token of `scope`.
    pub(super) fn slot(&self, scope: &Scope) -> Arc<Slot> {
        let mut slots = self.repositories.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(slot) = slots.get(scope).and_then(Weak::upgrade) {
            return slot;
        }
        slots.retain(|_, slot| slot.strong_count() > 0);
        let slot = Arc::default();
        slots.insert(scope.clone(), Arc::downgrade(&slot));
        slot
    }

    fn lists(&self, installation: u64) -> Arc<Slot> {
        let mut slots = self.lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if slots.len() >= LISTS && !slots.contains_key(&installation) {
            // Whatever nobody is using can be minted again.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(installation).or_default().clone()
    }
}

async fn find_installation(client: &Client, claim: &Pass, scope: &Scope) -> Result<u64, PlatformError> {
    #[derive(Deserialize)]
    struct Installation {
        id: u64,
    }
    let path = format!("/repos/{}/{}/installation", segment(&scope.owner), segment(&scope.repo));
    let what = format!("the App's installation on {}/{}", scope.owner, scope.repo);
    let answer = client.read(claim, &path, JSON).await.map_err(|failure| refused_claim(failure, &what))?;
    answer.json::<Installation>().map(|found| found.id).map_err(|failure| failure.error(&what))
}

async fn mint(
    client: &Client,
    claim: &Pass,
    (what, body): (&str, &serde_json::Value),
    installation: u64,
    now: i64,
) -> Result<Minted, PlatformError> {
    #[derive(Deserialize)]
    struct Answer {
        token: SecretString,
        expires_at: Option<String>,
    }
    let path = format!("/app/installations/{installation}/access_tokens");
    let answer = client
        .write(claim, http::Method::POST, &path, Some(body))
        .await
        .map_err(|failure| refused_claim(failure, what))?;
    let answer: Answer = answer.json().map_err(|failure| failure.error(what))?;
    // An unreadable date: short enough for any token.
    let expires = answer.expires_at.as_deref().and_then(seconds).unwrap_or(now + 10 * 60);
    Ok(Minted { token: answer.token, installation, expires, instead_of: None })
}

/// A 401 for a claim means that the program itself is set up wrongly.
pub(super) fn refused_claim(failure: Failure, what: &str) -> PlatformError {
    match failure {
        Failure::Refused { status: 401, message, .. } => PlatformError::Misconfigured(format!(
            "GitHub refused the App's credentials when asked for {what}: {message}. Check the App id, the private key and \
             the clock of this machine"
        )),
        Failure::Refused { status: 422, message, .. } => PlatformError::Denied {
            what: what.to_owned(),
            detail: format!(
                "{message}. The App needs: {}; an owner of the repository must accept them",
                in_words(true)
            ),
        },
        other => other.error(what),
    }
}

/// Seconds since 1970 of `2026-11-23T21:00:00Z`. GitHub writes all times in this form.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.splitn(3, ':').map(|part| part.split('.').next()?.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let fits = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !fits {
        return None;
    }
    // Days since 1970-01-01, counted in years that begin in March so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_nonsense_is_not() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:30:01Z", Some(951_827_401)),
            ("2026-11-23T22:08:58Z", Some(1_795_471_738)),
            ("2026-11-23T22:08:58.123Z", Some(1_795_471_738)),
            ("2024-12-31T23:59:60Z", Some(1_735_689_600)),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-23T22:08:58", None),
            ("2026-11-23", None),
            ("", None),
            ("T:Z", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let token = Token::new(" ghs_1_abc.def-ghi\n").unwrap();
        assert_eq!(format!("{:?}", Credentials::Token(token)), "Token(Token(***))");
    }

    #[test]
    fn useless_credentials_are_refused_without_being_quoted() {
        for token in ["", " \n", "two words", "tok\u{e9}n"] {
            assert!(Token::new(token).is_err(), "{token:?}");
        }
        let error =
            AppKey::new("1", "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----").unwrap_err();
        assert!(!error.to_string().contains("c2VjcmV0"));
        assert!(AppKey::new(" ", "").is_err());
    }
}
