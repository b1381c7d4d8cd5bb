//! From flags and environment to what jobs need: rules, questions, model, randomness, clock.

use std::sync::Arc;

use secrecy::SecretString;

use super::args::{GitHubFlags, ModelFlags};
use super::env::Env;
use super::error::CliError;
use crate::critique::{self, Budget};
use crate::job::Deps;
use crate::model::Model;
use crate::model::openai::{self, OpenAi};
use crate::platform::github::{AppKey, Credentials, GitHub, Settings, Token};
use crate::review::marker::MarkerKey;
use crate::rules;
use crate::store::Millis;

/// The endpoint that is asked when only a model is named.
const OPENAI: &str = "https://api.openai.com/v1";

/// What the critique of one change may cost.
const BUDGET: Budget = Budget { calls: 40, tokens: 400_000 };

/// Where the model is and who asks; none when no model is configured.
#[derive(Debug)]
pub(super) struct ModelSettings {
    pub(super) url: String,
    pub(super) model: String,
    pub(super) key: Option<SecretString>,
}

/// What the model's settings come to.
#[derive(Debug)]
pub(super) enum ModelChoice {
    /// No critique is wanted.
    None,
    /// All that is needed.
    Ready(ModelSettings),
    /// Something is missing; what to do.
    Unfinished(String),
}

/// Reads flags and environment. A key for OpenAI's own endpoint is also taken from `OPENAI_API_KEY`; it is never sent anywhere
/// else.
pub(super) fn model_choice(flags: &ModelFlags, env: &Env) -> ModelChoice {
    if flags.no_llm {
        return ModelChoice::None;
    }
    let model = flags.model.as_deref().or_else(|| env.get("SPECREVIEW_MODEL"));
    let url = flags.model_url.as_deref().or_else(|| env.get("SPECREVIEW_MODEL_URL"));
    let key = env.secret("SPECREVIEW_MODEL_KEY");
    match (model, url) {
        (None, None) => ModelChoice::None,
        (None, Some(_)) => ModelChoice::Unfinished("no model is named: set --model or SPECREVIEW_MODEL".into()),
        (Some(model), Some(url)) => {
            ModelChoice::Ready(ModelSettings { url: url.to_owned(), model: model.to_owned(), key })
        }
        (Some(model), None) => match key.or_else(|| env.secret("OPENAI_API_KEY")) {
            Some(key) => {
                ModelChoice::Ready(ModelSettings { url: OPENAI.to_owned(), model: model.to_owned(), key: Some(key) })
            }
            None => ModelChoice::Unfinished(format!(
                "there is no key for {OPENAI}: set SPECREVIEW_MODEL_KEY, or --model-url to an endpoint that needs none"
            )),
        },
    }
}

/// The model, ready to be asked.
pub(super) fn model(settings: ModelSettings) -> Result<Arc<dyn Model>, CliError> {
    let ModelSettings { url, model, key } = settings;
    Ok(Arc::new(OpenAi::new(openai::Settings::new(url, key, model))?))
}

/// GitHub with a token: for one change by hand or in CI.
pub(super) fn github(token: &str, api: &str, marker: &MarkerKey) -> Result<GitHub, CliError> {
    open(Credentials::Token(Token::new(token)?), api, marker)
}

/// GitHub as an App.
pub(super) fn app(id: &str, key: &str, api: &str, marker: &MarkerKey) -> Result<GitHub, CliError> {
    open(Credentials::App(AppKey::new(id, key)?), api, marker)
}

fn open(credentials: Credentials, api: &str, marker: &MarkerKey) -> Result<GitHub, CliError> {
    let settings = Settings { api: api.trim_end_matches('/').to_owned(), ..Settings::default() };
    Ok(GitHub::new(&settings, credentials, marker.clone(), Arc::new(|| now() / 1000))?)
}

/// The address of GitHub's API: by flag, by environment, else github.com.
pub(super) fn github_url(flags: &GitHubFlags, env: &Env) -> String {
    let given = flags.github_url.as_deref().or_else(|| env.get("GITHUB_API_URL"));
    given.unwrap_or("https://api.github.com").to_owned()
}

/// What jobs share. `identity` makes the bot's hidden marks its own; the same one finds them again.
pub(super) fn deps(model: Option<Arc<dyn Model>>, env: &Env, identity: &str) -> Deps {
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
        model,
        verdicts: None,
        budget: BUDGET,
        marker: MarkerKey::new(marker.as_bytes()),
        random: Arc::new(random),
        clock: Arc::new(now),
    }
}

/// Milliseconds since 1970.
pub(super) fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// 32 hexadecimal digits that nobody can foresee.
fn random() -> String {
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

    fn choose(flags: (Option<&str>, Option<&str>, bool), vars: &[(&str, &str)]) -> String {
        use secrecy::ExposeSecret as _;
        let (model, url, no_llm) = flags;
        let flags = ModelFlags { no_llm, model: model.map(Into::into), model_url: url.map(Into::into) };
        let env = Env::new(vars.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        match model_choice(&flags, &env) {
            ModelChoice::None => "none".into(),
            ModelChoice::Unfinished(why) => why,
            ModelChoice::Ready(ready) => {
                let key = ready.key.as_ref().map_or("-", |key| key.expose_secret());
                format!("{} {} {key}", ready.model, ready.url)
            }
        }
    }

    #[test]
    fn the_model_is_chosen_from_flags_then_environment() {
        let both = &[("SPECREVIEW_MODEL", "m"), ("SPECREVIEW_MODEL_URL", "http://a/v1")];
        let open = &[("OPENAI_API_KEY", "sk-1")];
        let cases = [
            ((None, None, false), &[][..], "none"),
            ((None, None, false), &both[..], "m http://a/v1 -"),
            ((Some("n"), Some("http://b"), false), &both[..], "n http://b -"),
            ((None, None, true), &both[..], "none"),
            ((Some("gpt"), None, false), &open[..], "gpt https://api.openai.com/v1 sk-1"),
            // The key of one service is never sent to another.
            ((Some("gpt"), Some("http://b"), false), &open[..], "gpt http://b -"),
        ];
        for (flags, vars, expected) in cases {
            assert_eq!(choose(flags, vars), expected, "{flags:?} {vars:?}");
        }
        assert!(choose((Some("gpt"), None, false), &[]).contains("SPECREVIEW_MODEL_KEY"));
        assert!(choose((None, Some("http://b"), false), &[]).contains("--model"));
    }

    #[test]
    fn random_text_is_long_and_never_the_same() {
        let (a, b) = (random(), random());
        assert_eq!(a.len(), 32);
        assert_ne!(a, b);
    }
}
