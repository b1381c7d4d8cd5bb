//! The log on standard error. Never document text, prompts, replies or tokens: crates that would show them stay quiet, and what has
//! the form of a secret is taken out of every line.

use std::io::{self, Write};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::args::LogFormat;
use super::error::without_runner_commands;
use super::traces::Traces;
use crate::text::without_secrets;

/// Quiet whatever is asked for: these crates write requests, headers or statements when told to say more.
const QUIET: &[&str] = &[
    "async_openai::error=off",
    "async_openai=warn",
    // What failed is in the error that the caller tells.
    "octocrab=off",
    "h2=warn",
    "hyper=warn",
    "hyper_util=warn",
    "opentelemetry=warn",
    "reqwest=warn",
    "rustls=warn",
    "sqlx=warn",
    "tower=warn",
];

/// Starts logging, and sending spans where `traces` says so. `wanted` is a filter of the user (`SPECREVIEW_LOG`); the words of one
/// that cannot be read come back.
pub(super) fn start(
    format: LogFormat,
    wanted: Option<&str>,
    is_server: bool,
    traces: Option<&Traces>,
) -> Option<String> {
    // A command that ends says what happened in its report; a server has nothing but its log.
    let (filter, wrong) = filter(wanted, if is_server { "info" } else { "error" });
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Redacted(io::stderr));
    let lines = match format {
        LogFormat::Text if is_server => lines.with_target(false).boxed(),
        LogFormat::Text => lines.with_target(false).without_time().boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).with(traces.map(Traces::layer)).try_init();
    wrong
}

fn filter(wanted: Option<&str>, level: &str) -> (EnvFilter, Option<String>) {
    let (mut filter, wrong) = match wanted.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(_)) => (EnvFilter::new(level), wanted.map(str::to_owned)),
        None => (EnvFilter::new(level), None),
    };
    for directive in QUIET {
        if let Ok(directive) = directive.parse() {
            filter = filter.add_directive(directive);
        }
    }
    (filter, wrong)
}

/// Takes secrets out of lines on their way. A line comes in one piece.
#[derive(Clone)]
struct Redacted<M>(M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Redacted<M> {
    type Writer = Redacted<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Redacted(self.0.make_writer())
    }
}

impl<W: Write> Write for Redacted<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(without_runner_commands(redacted(&String::from_utf8_lossy(line))).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn redacted(line: &str) -> String {
    let plain = without_secrets(line);
    if plain == line {
        return plain.into_owned();
    }
    // What is JSON stays JSON: a form that has lost its end would take the rest of the line along.
    if let Ok(mut value) = serde_json::from_str::<Value>(line) {
        redact(&mut value);
        return format!("{value}\n");
    }
    if line.ends_with('\n') && !plain.ends_with('\n') { format!("{plain}\n") } else { plain.into_owned() }
}

fn redact(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_secrets(text).into_owned(),
        Value::Array(values) => values.iter_mut().for_each(redact),
        Value::Object(fields) => fields.values_mut().for_each(redact),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn talkative_crates_stay_quiet_whatever_is_asked_for() {
        let (filter, wrong) = filter(Some("trace"), "info");
        assert_eq!(wrong, None);
        let filter = filter.to_string();
        for directive in QUIET {
            assert!(filter.contains(directive), "{directive} is not in {filter}");
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_named_and_the_usual_level_holds() {
        let (filter, wrong) = filter(Some("loud=very=much"), "warn");
        assert_eq!(wrong.as_deref(), Some("loud=very=much"));
        assert!(filter.to_string().contains("warn"));
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_that_has_the_form_of_a_secret_gets_into_a_line() {
        let canary = "aB3dE5fG7hI9jK1mN3pQ5rS7tU9vW1xY3zA5";
        let key = "PRIVATE KEY";
        let secrets = [
            format!("ghp_{canary}"),
            format!("ghs_123_eyJ{canary}.eyJ{canary}.{canary}"),
            format!("github_pat_{canary}"),
            format!("whsec_{canary}"),
            format!("sk-{canary}"),
            format!("Bearer {canary}"),
            format!("https://user:{canary}@db.example/x"),
            format!("eyJ{canary}.eyJ{canary}.{canary}"),
            format!("-----BEGIN RSA {key}-----\n{canary}\n-----END RSA {key}-----"),
            // Cut off, as by a limit on the length of an error.
            format!("-----BEGIN RSA {key}-----\n{canary}"),
        ];
        for is_json in [false, true] {
            let kept = Kept::default();
            let (lines, writer) = (kept.clone(), Redacted(move || kept.clone()));
            let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
            let layer = if is_json { layer.json().flatten_event(true).boxed() } else { layer.boxed() };
            tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
                for secret in &secrets {
                    let _span = tracing::info_span!("request", said = %secret).entered();
                    tracing::error!(error = %format!("refused: {secret} was sent"), "it failed with {secret}");
                }
            });
            let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            assert!(!text.contains(canary), "{text}");
            assert!(text.contains("it failed with") && text.contains("[secret]"), "{text}");
            if is_json {
                assert_eq!(text.lines().count(), secrets.len());
                for line in text.lines() {
                    let line: Value = serde_json::from_str(line).expect("every line is JSON");
                    assert!(
                        line["timestamp"].is_string() && line["level"] == "ERROR" && line["span"]["name"] == "request"
                    );
                }
            }
        }
    }
}
