//! Finds out once what an endpoint can do: one tiny question, and what the server says about itself. Sends nothing of a document.

use async_openai::config::Config as _;
use serde_json::{Value, json};

use super::OpenAi;
use crate::critique::estimate_tokens;
use crate::critique::ledger::Tokens;
use crate::model::ModelError;
use crate::model::completion;
use crate::model::dialect::Prompt;
use crate::model::silence::Call;

/// What an endpoint can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How replies are bound to their schema: `json_schema`, `json_object` or `none`.
    pub format: &'static str,
    /// A system message is understood.
    pub has_system: bool,
    /// A temperature is taken.
    pub has_temperature: bool,
    /// Name of the field that limits the reply.
    pub limit: &'static str,
    /// Tokens of prompt and reply together, and who says so.
    pub context: Option<(u64, &'static str)>,
    /// Requests that it took.
    pub calls: u32,
    /// Their tokens, as the server counts them.
    pub tokens: Tokens,
}

const SYSTEM: &str = "You answer with one JSON object and nothing else.";
const USER: &str = "Set \"ready\" to true.";
/// Most tokens of the reply: enough for the object in any spelling.
const REPLY: u32 = 64;

impl OpenAi {
    /// Asks what the endpoint can do, or says what is known from the first time.
    ///
    /// # Errors
    /// When the tiny question is not answered.
    pub async fn probe(&self) -> Result<Found, ModelError> {
        self.found(&mut self.shared.silence.begin()?).await.cloned()
    }

    pub(super) async fn found(&self, call: &mut Call<'_>) -> Result<&Found, ModelError> {
        self.shared.found.get_or_try_init(|| self.find(call)).await
    }

    async fn find(&self, call: &mut Call<'_>) -> Result<Found, ModelError> {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["ready"],
            "properties": { "ready": { "type": "boolean" } },
        });
        let prompt = Prompt { system: SYSTEM, user: USER, schema_name: "probe", schema: &schema, max_tokens: REPLY };
        let most = Tokens {
            input: estimate_tokens(SYSTEM) + estimate_tokens(USER) + estimate_tokens(&schema.to_string()),
            cached: 0,
            output: u64::from(REPLY),
        };
        let (done, calls) = self.converse(&prompt, most, call).await?;
        let text = done.text.trim();
        let bound =
            serde_json::from_str::<Value>(text).is_ok_and(|reply| reply.get("ready").is_some_and(Value::is_boolean));
        // A reply that was cut off or left out proves nothing about the server.
        if !bound && !text.is_empty() && text.len() < 64 {
            self.shared.remember(self.shared.dialect().unbound());
        }
        let context = match self.shared.known.context {
            Some(context) => Some((context, "the file of models")),
            None => self.context().await,
        };
        let dialect = self.shared.dialect();
        Ok(Found {
            format: dialect.format(),
            has_system: dialect.has_system(),
            has_temperature: dialect.has_temperature(),
            limit: dialect.limit(),
            context,
            calls,
            tokens: done.tokens(most),
        })
    }

    /// The context as the server tells it. Servers of one's own do; where several pages do, the one that says what is in force
    /// goes before the one that says what the model could take.
    async fn context(&self) -> Option<(u64, &'static str)> {
        let (endpoint, model) = (&self.shared.endpoint, self.shared.model.as_str());
        let about = async |path: String, body: Option<Value>| {
            self.shared.carrier.about(&path, endpoint.headers(), body.as_ref()).await
        };
        let (base, root) = (endpoint.base(), endpoint.root());
        if let Some(context) = about(format!("{root}/props"), None).await.as_ref().and_then(of_props) {
            return Some((context, "/props"));
        }
        if let Some(context) = about(format!("{base}/models"), None).await.and_then(|list| of_list(&list, model)) {
            return Some((context, "/models"));
        }
        if let Some(context) = about(format!("{root}/api/ps"), None).await.and_then(|list| of_running(&list, model)) {
            return Some((context, "/api/ps"));
        }
        let shown = about(format!("{root}/api/show"), Some(json!({ "model": model }))).await?;
        of_show(&shown).map(|context| (context, "/api/show"))
    }
}

impl completion::Completion {
    /// Tokens as the server counts them; `most` where it does not count.
    pub(super) fn tokens(&self, most: Tokens) -> Tokens {
        Tokens {
            input: self.input_tokens.unwrap_or(most.input),
            cached: self.cached_tokens,
            output: self.output_tokens.unwrap_or_else(|| estimate_tokens(&self.text)),
        }
    }
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64().filter(|count| *count > 0)
}

/// llama.cpp: the context of one slot.
fn of_props(props: &Value) -> Option<u64> {
    props.pointer("/default_generation_settings/n_ctx").and_then(count)
}

/// The list of models: vLLM, `OpenRouter`, Groq, Mistral, LM Studio, llama.cpp.
fn of_list(list: &Value, model: &str) -> Option<u64> {
    let models = list.get("data").or_else(|| list.get("models"))?.as_array()?;
    let named = |entry: &&Value| entry.get("id").or_else(|| entry.get("name")).and_then(Value::as_str) == Some(model);
    let entry = models.iter().find(named).or_else(|| models.first().filter(|_| models.len() == 1))?;
    [
        "/max_model_len",
        "/context_length",
        "/context_window",
        "/max_context_length",
        "/top_provider/context_length",
        "/meta/n_ctx",
        "/meta/n_ctx_train",
    ]
    .iter()
    .find_map(|path| entry.pointer(path).and_then(count))
}

/// Ollama: the models that are loaded.
fn of_running(list: &Value, model: &str) -> Option<u64> {
    let models = list.get("models")?.as_array()?;
    let named = |entry: &&Value| {
        ["name", "model"]
            .iter()
            .filter_map(|key| entry.get(key)?.as_str())
            .any(|name| name == model || name.strip_suffix(":latest") == Some(model))
    };
    models.iter().find(named)?.get("context_length").and_then(count)
}

/// Ollama: the parameters of a model, else what it could take.
fn of_show(shown: &Value) -> Option<u64> {
    let parameters = shown.get("parameters").and_then(Value::as_str).unwrap_or_default();
    let set = parameters.lines().find_map(|line| line.trim().strip_prefix("num_ctx")?.trim().parse::<u64>().ok());
    let info = || shown.get("model_info")?.as_object()?.iter().find(|(key, _)| key.ends_with(".context_length"));
    set.filter(|n| *n > 0).or_else(|| info().and_then(|(_, value)| count(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_say_their_context_in_many_places() {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(of_props(&read(r#"{"default_generation_settings":{"n_ctx":4096}}"#)), Some(4096));
        assert_eq!(of_props(&read(r#"{"n_ctx":1}"#)), None);
        for (list, expected) in [
            (r#"{"data":[{"id":"m","max_model_len":8192}]}"#, Some(8192)),
            (r#"{"data":[{"id":"x","context_length":1},{"id":"m","context_length":131072}]}"#, Some(131_072)),
            (r#"{"data":[{"id":"other","meta":{"n_ctx_train":32768}}]}"#, Some(32_768)),
            (r#"{"data":[{"id":"m","context_window":7}]}"#, Some(7)),
            (r#"{"models":[{"name":"m","max_context_length":9}]}"#, Some(9)),
            (r#"{"data":[{"id":"a","max_model_len":1},{"id":"b","max_model_len":2}]}"#, None),
            (r#"{"data":[{"id":"m","object":"model"}]}"#, None),
            (r#"{"data":[{"id":"m","max_model_len":0}]}"#, None),
            (r#"{"data":{}}"#, None),
            ("[]", None),
        ] {
            assert_eq!(of_list(&read(list), "m"), expected, "{list}");
        }
        let running = read(r#"{"models":[{"name":"m:latest","model":"m:latest","context_length":4096}]}"#);
        assert_eq!((of_running(&running, "m"), of_running(&running, "n")), (Some(4096), None));
        for (shown, expected) in [
            (r#"{"parameters":"stop \"x\"\nnum_ctx    2048","model_info":{"llama.context_length":9}}"#, Some(2048)),
            (r#"{"model_info":{"general.a":1,"qwen3.context_length":40960}}"#, Some(40_960)),
            (r"{}", None),
        ] {
            assert_eq!(of_show(&read(shown)), expected, "{shown}");
        }
    }
}
