//! Any OpenAI-compatible endpoint, through async-openai. Never writes a prompt, a reply or a key to a log or an error.

mod carrier;
mod endpoint;
mod probe;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_openai::Client;
use async_openai::middleware::HttpRequestFactory;
use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use self::carrier::{Carrier, from_client, late};
use self::endpoint::Endpoint;
use super::catalogue::Known;
use super::completion::{self, Completion};
use super::dialect::{Dialect, Prompt};
use super::governor::{Governor, Limits};
use super::silence::{Call, Rest, Silence};
use super::{Model, ModelError, Purse};
use crate::critique::ledger::{Ledger, Tokens};
use crate::critique::{Answer, Ask, Usage, estimate_tokens};
use crate::net::retry::{self, Decision};

pub use self::endpoint::Auth;
pub use self::probe::Found;

/// What the operator says about the endpoint.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the API, such as `https://api.openai.com/v1` or `http://localhost:11434/v1`; of an older deployment of Azure
    /// `https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=VERSION`.
    pub base_url: String,
    /// Key; none for servers that want none.
    pub api_key: Option<SecretString>,
    /// How the key is sent; told from the address where nothing is said.
    pub auth: Option<Auth>,
    /// Name of the model.
    pub model: String,
    /// What is known about it.
    pub known: Known,
    /// How fast it is asked.
    pub limits: Limits,
    /// Find out what the endpoint can do before its first question.
    pub probe: bool,
    /// Time for one question, every try included.
    pub timeout: Duration,
    /// Tries after the first for failures that pass.
    pub max_retries: u32,
    /// Pause before the first retry, doubled with each; the endpoint's own wish is stronger.
    pub pause: Duration,
    /// How long an endpoint that said nothing is let alone, so that what is asked meanwhile does not wait for it.
    pub rest: Rest,
}

impl Settings {
    /// Settings with the usual limits: 60 seconds for a question, two retries, two questions at once, no probe, a rest of a minute.
    #[must_use]
    pub fn new(base_url: impl Into<String>, api_key: Option<SecretString>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key,
            auth: None,
            model: model.into(),
            known: Known::default(),
            limits: Limits::default(),
            probe: false,
            timeout: Duration::from_mins(1),
            max_retries: 2,
            pause: Duration::from_millis(500),
            rest: Rest::default(),
        }
    }
}

/// A model behind an OpenAI-compatible endpoint.
pub struct OpenAi {
    shared: Arc<Shared>,
    /// Who pays in this run.
    purse: Option<Arc<dyn Purse>>,
}

/// What all runs of the process share about an endpoint and its model.
struct Shared {
    client: Client<Endpoint>,
    carrier: Carrier,
    endpoint: Endpoint,
    model: String,
    known: Known,
    governor: Arc<Governor>,
    silence: Silence,
    timeout: Duration,
    max_retries: u32,
    pause: Duration,
    probes: bool,
    /// What the endpoint has understood so far.
    dialect: Mutex<Dialect>,
    found: OnceCell<Found>,
}

impl Shared {
    fn dialect(&self) -> Dialect {
        self.dialect.lock().map(|dialect| *dialect).unwrap_or_default()
    }

    fn remember(&self, dialect: Dialect) {
        if let Ok(mut known) = self.dialect.lock() {
            *known = dialect;
        }
    }
}

impl OpenAi {
    /// Base URL of the endpoint, without credentials.
    #[must_use]
    pub fn url(&self) -> &str {
        self.shared.endpoint.base()
    }

    /// A client for the endpoint; connects to nothing yet.
    ///
    /// # Errors
    /// When address, key or name cannot be used; the message says what to do.
    pub fn new(settings: Settings) -> Result<Self, ModelError> {
        let endpoint = Endpoint::new(&settings.base_url, settings.api_key.as_ref(), settings.auth)?;
        let model = settings.model.trim().to_owned();
        if model.is_empty() {
            return Err(ModelError::Misconfigured(
                "the model has no name: say which one the endpoint shall use".into(),
            ));
        }
        let governor = Arc::new(Governor::new(settings.limits));
        let carrier = Carrier::new(endpoint.base(), settings.timeout, governor.clone())?;
        let below = carrier.clone();
        let service = tower::service_fn(move |request: HttpRequestFactory| {
            let carrier = below.clone();
            async move { carrier.carry(request).await }
        });
        let dialect = Dialect::default();
        let dialect = if settings.known.no_temperature { dialect.without_temperature() } else { dialect };
        let silence = Silence::new(endpoint.base(), settings.rest, settings.timeout);
        let shared = Shared {
            client: Client::with_config(endpoint.clone()).with_http_service(service),
            carrier,
            endpoint,
            model,
            known: settings.known,
            governor,
            silence,
            timeout: settings.timeout,
            max_retries: settings.max_retries,
            pause: settings.pause,
            probes: settings.probe,
            dialect: Mutex::new(dialect),
            found: OnceCell::new(),
        };
        Ok(Self { shared: Arc::new(shared), purse: None })
    }

    /// Sends a prompt until it is answered or there is no sense in going on: simpler words where the endpoint does not
    /// understand, the same again where a failure passes. Also says how many requests it took.
    async fn converse(
        &self,
        prompt: &Prompt<'_>,
        most: Tokens,
        call: &mut Call<'_>,
    ) -> Result<(Completion, u32), ModelError> {
        let mut dialect = self.shared.dialect();
        let mut refused: Option<ModelError> = None;
        let (mut calls, mut retries) = (0, 0);
        loop {
            calls += 1;
            let error = match self.send(dialect.body(&self.shared.model, prompt), most, call).await {
                Ok(done) => {
                    self.shared.remember(dialect);
                    return Ok((done, calls));
                }
                Err(error) => error,
            };
            let next = match &error {
                ModelError::Refused { status: 400 | 422, detail, .. } => dialect.after(detail),
                _ => None,
            };
            if let Some(next) = next {
                dialect = next;
                // The first complaint is the one that tells most when nothing helps.
                refused.get_or_insert(error);
            } else if let Some(pause) = self.wait(&error, retries, call.left()) {
                retries += 1;
                if error.retry_after().is_some() {
                    // It holds for all who ask.
                    self.shared.governor.pause(pause);
                }
                tokio::time::sleep(pause).await;
            } else {
                let is_refusal = matches!(error, ModelError::Refused { status: 400 | 422, .. });
                return Err(refused.filter(|_| is_refusal).unwrap_or(error));
            }
        }
    }

    /// One request, when its turn has come and the purse allows it.
    async fn send(&self, body: Value, most: Tokens, call: &mut Call<'_>) -> Result<Completion, ModelError> {
        let shared = &*self.shared;
        let turn = shared.governor.enter(most.input.saturating_add(most.output));
        let _pass = timeout(call.left(), turn).await.map_err(|_| ModelError::Crowded(shared.timeout))?;
        call.goes_on()?;
        let held = Ledger::of(most, shared.known.price);
        if let Some(purse) = &self.purse {
            purse.hold(held).await?;
        }
        call.sends();
        let left = call.left();
        let answer = self.carry(body, left).await;
        call.came(&answer, left);
        if let Some(purse) = &self.purse {
            match &answer {
                Ok(done) => purse.settle(held, Ledger::of(done.tokens(most), shared.known.price)).await,
                // Turned away before anything was read.
                Err(ModelError::Refused { status: ..500, .. }) => {
                    purse.settle(held, Ledger::of(Tokens::default(), None)).await;
                }
                // What came to nothing may have been paid for all the same: nobody tells.
                Err(_) => {}
            }
        }
        answer
    }

    async fn carry(&self, body: Value, left: Duration) -> Result<Completion, ModelError> {
        let shared = &*self.shared;
        let late =
            || ModelError::Unreachable { endpoint: shared.endpoint.base().to_owned(), detail: late(shared.timeout) };
        let answer = timeout(left, shared.client.chat().create_byot::<Value, Value>(body)).await;
        let without_key = |error| shared.endpoint.without_key(error);
        let body = answer.map_err(|_| late())?.map_err(|error| without_key(from_client(error)))?;
        completion::read(&body).map_err(without_key)
    }

    /// How long to wait before the next try; none when there is no sense in one.
    fn wait(&self, error: &ModelError, retries: u32, left: Duration) -> Option<Duration> {
        let limits = retry::Limits {
            attempts: self.shared.max_retries.saturating_add(1),
            first_wait: self.shared.pause,
            longest_wait: left,
        };
        // Few questions are asked at once, and the governor spreads them: no dice are needed here.
        match retry::decide(limits, error.attempt(retries.saturating_add(1))?, 1.0) {
            Decision::Wait(pause) => (pause < left).then_some(pause),
            Decision::GiveUp => None,
        }
    }
}

#[async_trait]
impl Model for OpenAi {
    fn name(&self) -> &str {
        &self.shared.model
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, ModelError> {
        let mut call = self.shared.silence.begin()?;
        let mut context = self.shared.known.context;
        if self.shared.probes {
            context = self.found(&mut call).await?.context.map(|(tokens, _)| tokens).or(context);
        }
        let prompt =
            Prompt { max_tokens: ask.max_tokens.saturating_add(self.shared.known.thinking_tokens), ..Prompt::of(ask) };
        let most = Tokens { output: u64::from(prompt.max_tokens), ..Tokens::most(ask) };
        let tokens = most.input.saturating_add(most.output);
        if let Some(context) = context.filter(|context| tokens > *context) {
            return Err(ModelError::TooLong { tokens, context });
        }
        let (done, calls) = self.converse(&prompt, most, &mut call).await?;
        let usage = Usage {
            calls,
            input_tokens: done
                .input_tokens
                .unwrap_or_else(|| estimate_tokens(&ask.system) + estimate_tokens(&ask.user)),
            output_tokens: done.output_tokens.unwrap_or_else(|| estimate_tokens(&done.text)),
        };
        Ok(Answer { text: done.text, usage })
    }

    fn paid_by(&self, purse: &Arc<dyn Purse>) -> Option<Arc<dyn Model>> {
        Some(Arc::new(Self { shared: self.shared.clone(), purse: Some(purse.clone()) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_end_with_the_tries_and_with_the_time() {
        const MS: fn(u64) -> Duration = Duration::from_millis;
        let model = OpenAi::new(Settings::new("http://localhost/v1", None, "m")).unwrap();
        let refused = |status, after: Option<u64>| ModelError::Refused {
            status,
            detail: String::new(),
            retry_after: after.map(MS),
        };
        for (error, retries, left, expected) in [
            (refused(503, None), 0, MS(60_000), Some(MS(500))),
            (refused(503, None), 1, MS(60_000), Some(MS(1_000))),
            (refused(503, None), 2, MS(60_000), None),
            (refused(429, Some(7_000)), 0, MS(60_000), Some(MS(7_000))),
            (refused(429, Some(7_000)), 0, MS(5_000), None),
            (refused(503, None), 0, MS(400), None),
            (refused(400, None), 0, MS(60_000), None),
            (ModelError::Unusable(String::new()), 0, MS(60_000), None),
        ] {
            assert_eq!(model.wait(&error, retries, left), expected, "{error:?} after {retries} in {left:?}");
        }
    }

    #[test]
    fn a_client_needs_a_model_and_shows_no_key() {
        let error = OpenAi::new(Settings::new("http://localhost/v1", None, " ")).err();
        assert!(error.is_some_and(|error| error.to_string().contains("no name")));
        assert!(OpenAi::new(Settings::new("http://localhost/v1", None, "m")).is_ok());
        let settings = Settings::new("http://localhost/v1", Some(SecretString::from("sk-canary")), "m");
        assert!(!format!("{settings:?}").contains("sk-canary"));
    }
}
