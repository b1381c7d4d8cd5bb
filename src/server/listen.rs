//! Takes connections within limits: so many at once, their heads within a time and a size, their answers read within a time. Never looks
//! into a request.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::Limits;
use super::heard::Heard;
use crate::meter;

/// Lines of a head, and its size in bytes: GitHub's have about fifteen and two thousand.
const HEADERS: usize = 64;
const HEAD: usize = 32 * 1024;
/// Pause after a failure to take a connection that is not the sender's doing, as when there are no more file handles.
const PAUSE: Duration = Duration::from_millis(500);

/// Whether connections are told as those of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Yes,
    No,
}

impl Counted {
    fn tell(self, open: usize) {
        if self == Self::Yes {
            meter::connections(open);
        }
    }
}

/// Serves until `shutdown` ends; requests that have begun are answered.
pub(super) async fn listen(
    listener: TcpListener,
    app: Router,
    (limits, counted): (Limits, Counted),
    shutdown: impl Future<Output = ()> + Send,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (close, closing) = watch::channel(false);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head_time).max_headers(HEADERS).max_buf_size(HEAD);
    let mut shutdown = pin!(shutdown);
    loop {
        // Whoever finds no room waits at the door of the system: slow ones are put out soon.
        let next = async {
            let slot = slots.clone().acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, stream) = tokio::select! {
            () = &mut shutdown => break,
            next = next => next,
        };
        let (Ok(slot), stream) = (slot, stream) else { break };
        let stream = match stream {
            Ok((stream, _)) => stream,
            Err(error) if is_senders(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (app, http, closing) = (app.clone(), http.clone(), closing.clone());
        counted.tell(limits.connections - slots.available_permits());
        let slots = slots.clone();
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            connection(Heard::new(stream, limits.write_time), app, &http, closing).await;
            drop(slot);
            counted.tell(limits.connections.saturating_sub(slots.available_permits()));
        });
    }
    drop(listener);
    let _ = close.send(true);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    let _ = slots.acquire_many(all).await;
}

async fn connection(stream: Heard<TcpStream>, app: Router, http: &http1::Builder, mut closing: watch::Receiver<bool>) {
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)));
    let result = tokio::select! {
        result = &mut connection => result,
        () = async { let _ = closing.wait_for(|close| *close).await; } => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection broke off");
    }
}

fn is_senders(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
