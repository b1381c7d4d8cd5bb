//! The page on which people have documents reviewed, and the same for programs: takes wishes, shows how far they are, hands reports out.
//! Reviews nothing itself.

mod apart;
mod api;
mod events;
mod feedback;
mod gate;
mod input;
mod openapi;
mod page;
mod problem;
mod rows;
mod say;
mod session;
mod shape;
mod time;
mod view;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::sync::{Semaphore, watch};
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use self::session::Seal;
use super::{Limits, Token, body};
use crate::job::by_hand::{Desk, LARGEST_FILE};

pub use openapi::openapi;

/// What the page allows: a file, with what a form puts around it, within the time that a slow line takes for it.
pub const LIMITS: Limits = Limits {
    body_bytes: LARGEST_FILE + (64 << 10),
    body_time: Duration::from_secs(30),
    head_time: Duration::from_secs(10),
    write_time: Duration::from_secs(30),
    connections: 1024,
    silence: Duration::from_mins(5),
    requests: 256,
    held_bytes: 128 << 20,
};

/// Listeners of events at the same time: they hold their connections, and others have to come through.
const LISTENERS: usize = 256;

/// Answers of at least so many bytes are packed.
const WORTH_PACKING: u64 = 1400;

fn packed() -> impl Predicate {
    SizeAbove::new(WORTH_PACKING).and(NotForContentType::SSE)
}

/// The page and its API.
#[derive(Clone)]
pub struct Front(Arc<Inner>);

struct Inner {
    desk: Desk,
    token: Option<Token>,
    seal: Seal,
    view: view::View,
    slots: Semaphore,
    memory: Semaphore,
    listeners: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

impl Front {
    /// Without a token it answers on this machine only; `stop` ends what listens to events.
    #[must_use]
    pub fn new(desk: Desk, token: Option<Token>, stop: watch::Receiver<bool>) -> Self {
        let seal = match &token {
            Some(token) => Seal::new(token.key()),
            // Forms that were opened before a restart are to be opened again.
            None => Seal::new(((desk.deps.random)() + &(desk.deps.random)()).as_bytes()),
        };
        Self(Arc::new(Inner {
            view: view::View::new(&desk, token.is_some()),
            desk,
            token,
            seal,
            slots: Semaphore::new(LIMITS.requests),
            memory: Semaphore::new(body::units(LIMITS.held_bytes)),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            turns: Arc::new(Semaphore::new(apart::at_once())),
            stop,
        }))
    }

    /// The routes, behind the gate.
    pub(super) fn router(self) -> Router {
        let api = Router::new()
            .route("/api/v1/reviews", get(api::list).post(api::submit))
            .route("/api/v1/reviews/{id}", get(api::review))
            .route("/api/v1/reviews/{id}/events", get(events::events))
            .route("/api/v1/reviews/{id}/feedback", post(feedback::of_program))
            .route("/api/v1/reviews/{id}/{report}", get(api::report))
            .route("/api/v1/documents/{id}/changes", get(api::changes));
        let page = Router::new()
            .route("/", get(page::form))
            .route("/reviews", get(page::list).post(page::submit))
            .route("/reviews/{id}", get(page::review))
            .route("/reviews/{id}/events", get(events::events))
            .route("/reviews/{id}/feedback", post(feedback::of_person))
            .route("/reviews/{id}/{report}", get(page::report))
            .route("/documents/{id}", get(page::document))
            .route("/documents/{id}/changes", get(page::changes))
            .route("/logout", post(page::logout));
        let open = Router::new()
            .route("/login", get(page::login).post(page::log_in))
            .route("/page/page.css", get(page::style))
            .route("/page/page.js", get(page::script))
            .route("/page/icon.svg", get(page::icon))
            .route("/api/v1/openapi.json", get(api::description));
        let api = api.route_layer(from_fn_with_state(self.clone(), gate::bearer));
        let page = page.route_layer(from_fn_with_state(self.clone(), gate::session));
        let app = Router::new().merge(page).merge(api).merge(open);
        app.fallback(gate::nothing)
            .layer(from_fn_with_state(self.clone(), gate::gate))
            // What is longer than one packet is sent packed to whoever takes that; events go out as they come. Its length tells another site
            // nothing: for whoever is sent from there the token of a form is a new one each time.
            .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(packed()))
            // Bodies are read within limits of our own.
            .layer(DefaultBodyLimit::disable())
            .with_state(self)
    }
}
