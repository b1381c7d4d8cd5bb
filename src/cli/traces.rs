//! Sends the spans of requests and jobs to an OpenTelemetry collector (OTLP over HTTP). Whether it is there or not, nothing waits for
//! it: spans that find no room are dropped.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tokio::runtime::Runtime;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// How long one sending may take, and the last one at the end.
const SEND: Duration = Duration::from_secs(5);
/// Where collectors take spans, below their address.
const PATH: &str = "/v1/traces";
/// The spans that are sent are the program's own: those of its parts say too much and mean too little.
const OWN: &str = env!("CARGO_PKG_NAME");

/// Where spans go.
#[derive(Debug)]
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// To the collector at `endpoint`, as `http://127.0.0.1:4318`. Asks nobody yet.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub(super) fn to(endpoint: &str) -> Result<Self, String> {
        let endpoint = endpoint.trim_end_matches('/');
        let whole = if endpoint.ends_with(PATH) { endpoint.to_owned() } else { format!("{endpoint}{PATH}") };
        let url = url::Url::parse(&whole).map_err(|error| format!("{endpoint} is no address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("{endpoint} begins with neither http:// nor https://"));
        }
        let client = reqwest::Client::builder().timeout(SEND).build().map_err(|error| error.to_string())?;
        let sender = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(whole)
            .with_timeout(SEND)
            .build()
            .map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let resource = Resource::builder()
            .with_service_name(OWN)
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder().with_resource(resource);
        Ok(Self(provider.with_batch_exporter(Apart { sender, runtime }).build()))
    }

    /// Hears of spans. Events go to the log alone.
    pub(super) fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(&self) -> impl Layer<S> + use<S> {
        let own = filter_fn(|meta| meta.is_span() && meta.target().starts_with(OWN));
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer(OWN));
        layer.with_location(false).with_threads(false).with_filter(own)
    }

    /// Sends what is left, as long as that may take.
    pub(super) fn end(self) {
        if let Err(error) = self.0.shutdown_with_timeout(SEND) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// Sends from the thread that gathers spans, which is no part of the program's runtime.
#[derive(Debug)]
struct Apart {
    sender: opentelemetry_otlp::SpanExporter,
    runtime: Runtime,
}

impl SpanExporter for Apart {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.runtime.block_on(self.sender.export(batch))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.sender.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.sender.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::time::Instant;

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    fn spans(traces: &Traces) {
        tracing::subscriber::with_default(tracing_subscriber::registry().with(traces.layer()), || {
            let span = tracing::info_span!("job", id = 7, job = "github:o/r#7", head = tracing::field::Empty);
            span.record("head", "0123456789abcdef");
            let _inside = span.entered();
            tracing::info!("canary-event");
            tracing::info_span!(target: "sqlx::query", "canary-foreign").in_scope(|| {});
        });
    }

    #[test]
    fn a_collector_is_sent_the_spans_with_their_ids_and_nothing_else() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let collector = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let (mut said, mut part) = (Vec::new(), [0; 4096]);
            // Until the whole body is there: its length stands in the head.
            loop {
                let read = stream.read(&mut part).unwrap();
                said.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&said).into_owned();
                let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.to_ascii_lowercase().lines().find_map(|line| {
                    line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok())
                });
                if read == 0 || said.len() >= head.len() + 4 + length.unwrap() {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                    return text;
                }
            }
        });
        let traces = Traces::to(&format!("http://{address}/")).unwrap();
        spans(&traces);
        traces.end();
        let said = collector.join().unwrap();
        assert!(said.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{said}");
        assert!(said.contains("content-type: application/x-protobuf"), "{said}");
        for word in ["service.name", "specreview", "service.version", "job", "github:o/r#7", "0123456789abcdef"] {
            assert!(said.contains(word), "{word} in {said}");
        }
        assert!(!said.contains("canary"), "{said}");
    }

    #[test]
    fn a_collector_that_is_away_or_silent_holds_nobody_up() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        for address in ["http://127.0.0.1:9".to_owned(), format!("http://{}", silent.local_addr().unwrap())] {
            let traces = Traces::to(&address).unwrap();
            let begun = Instant::now();
            for _ in 0..5000 {
                spans(&traces);
            }
            assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
            traces.end();
            assert!(begun.elapsed() < SEND * 3, "{:?}", begun.elapsed());
        }
    }

    #[test]
    fn what_is_no_address_is_said() {
        for (address, word) in
            [("collector", "no address"), ("ftp://x", "neither http"), ("grpc://x:4317", "neither http")]
        {
            let said = Traces::to(address).unwrap_err();
            assert!(said.contains(word), "{said}");
        }
    }
}
