//! `page`, and what `serve --page` has of it: the page and its API, with workers of their own. Needs no platform.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::env::{Env, Io};
use super::error::{CliError, Exit};
use super::page_args::{Page, PageFlags};
use super::serve::{Parts, Signals, bind, told, unbound};
use super::{load, model, setup};
use crate::job::Deps;
use crate::job::by_hand::{Desk, Fetch, Hosts};
use crate::job::shift::{Pulse, Shift};
use crate::server::front::Front;
use crate::server::{self, Token};
use crate::source::Loaded;
use crate::source::url;
use crate::source::url::hosts::Hosts as Platforms;
use crate::store::DAY;
use crate::store::{Database, MOST_REVIEWS, Millis, Reviews};

/// How long a review that is under way may take to be handed back.
const MARGIN: Duration = Duration::from_secs(3);
/// How often old reviews are removed.
const TIDY: Duration = Duration::from_hours(1);

/// The token of the page, if one is set.
pub(super) fn token(env: &Env) -> Result<Option<Token>, CliError> {
    let token = env.get("SPECREVIEW_PAGE_TOKEN").map(Token::new).transpose();
    token.map_err(|weak| CliError::Setting { what: "SPECREVIEW_PAGE_TOKEN", reason: weak.to_string() })
}

/// Where nobody asks for a token nobody else may come in.
pub(super) fn is_safe(address: SocketAddr, token: Option<&Token>) -> Result<(), CliError> {
    if token.is_some() || address.ip().is_loopback() {
        return Ok(());
    }
    let reason = format!(
        "others can reach {address}, and no token is asked for; set SPECREVIEW_PAGE_TOKEN, or listen on 127.0.0.1"
    );
    Err(CliError::Setting { what: "the page", reason })
}

/// A server that webhooks reach is reached by strangers too, through whatever stands before it: its page always asks for a token.
pub(super) fn is_asked_for(token: Option<&Token>) -> Result<(), CliError> {
    token.map(|_| ()).ok_or_else(|| CliError::Setting {
        what: "the page",
        reason: "beside the webhooks it is reached by whoever reaches them; set SPECREVIEW_PAGE_TOKEN, or run \
                 `specreview page` by itself"
            .to_owned(),
    })
}

/// The hosts that are fetched from: `default` where nobody says.
pub(super) fn hosts(flags: &PageFlags, env: &Env, default: &str) -> Hosts {
    let named = flags.hosts.as_deref().or_else(|| env.get("SPECREVIEW_PAGE_HOSTS")).unwrap_or(default);
    Hosts::parse(named).trusting(load::trusted(env))
}

/// What the page works with, complete.
pub(super) fn desk(deps: Deps, store: Arc<Database>, hosts: Hosts) -> Result<Desk, CliError> {
    let fetch = if hosts.is_none() { None } else { Some(fetch(&hosts)?) };
    Ok(Desk::new(deps, store, fetch, hosts))
}

fn fetch(hosts: &Hosts) -> Result<Fetch, CliError> {
    let refused = |reason: String| CliError::Setting { what: "--page-hosts", reason };
    let fetcher = load::fetcher_by(hosts.policy().clone()).map_err(|error| refused(error.to_string()))?;
    // Without the operator's tokens: whoever may open the page need not be whoever may read the document.
    let platforms = Platforms::read(|_| None).map_err(|error| refused(error.to_string()))?;
    Ok(Arc::new(move |address: String| {
        let (fetcher, platforms) = (fetcher.clone(), platforms.clone());
        Box::pin(async move { one(&address, url::load(&fetcher, &platforms, &address, url::Audience::Page).await) })
    }))
}

/// The document at an address that may lead to several.
fn one(address: &str, mut loaded: Vec<Loaded>) -> Loaded {
    let reason = match loaded.len() {
        0 => "no specification is there".to_owned(),
        1 => return loaded.swap_remove(0),
        count => format!("{count} documents are there, and the page reviews one at a time; give the address of one"),
    };
    Loaded::Unread { path: address.to_owned(), reason }
}

/// Starts the workers of the page, and who removes what is old.
pub(super) fn start(parts: &mut Parts, desk: &Desk, flags: &PageFlags, shift: &Shift, stopped: watch::Receiver<bool>) {
    let random = (desk.deps.random)();
    for number in 1..=flags.workers {
        parts.start("worker of the page", desk.clone().work(format!("page-{random}-{number}"), shift.clone()));
    }
    let keep = Millis::from(flags.keep) * DAY;
    parts.start("removal of old reviews", tidy(desk.reviews.clone(), keep, stopped));
}

async fn tidy(reviews: Arc<dyn Reviews>, keep: Millis, mut stopped: watch::Receiver<bool>) {
    loop {
        match reviews.forget(setup::now() - keep, MOST_REVIEWS).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "old reviews were removed"),
            Err(error) => tracing::warn!(%error, "old reviews could not be removed"),
        }
        tokio::select! {
            () = tokio::time::sleep(TIDY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// Serves the page until SIGINT or SIGTERM; a second one ends at once.
pub(super) async fn page(args: &Page, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut signals = Signals::new().map_err(CliError::Runtime)?;
    let token = token(env)?;
    let asked = model::strict(&args.model, env).map_err(|reason| CliError::Setting { what: "the model", reason })?;
    let mut deps = setup::deps(asked, env, "specreview");
    let at = args.bind.as_deref().or_else(|| env.get("SPECREVIEW_BIND")).unwrap_or("127.0.0.1:8180");
    let listener = bind(at).await?;
    let address = listener.local_addr().map_err(|source| unbound(at, source))?;
    is_safe(address, token.as_ref())?;
    // Whoever sits at this machine could open any public address all the same.
    let hosts = hosts(&args.flags, env, if token.is_none() { "*" } else { "" });
    let kept_in = setup::database(args.database.as_ref(), env)?;
    let place = kept_in.to_string();
    let database = Database::open(kept_in).await?;
    deps.money.spend = Some(Arc::new(database.clone()));
    deps.verdicts = Some(Arc::new(database.clone()));
    let desk = desk(deps, Arc::new(database), hosts)?;

    let (stop, stopped) = watch::channel(false);
    let pulse = Pulse::default();
    let shift = Shift::new(stopped.clone(), pulse.clone());
    let mut parts = Parts::default();
    start(&mut parts, &desk, &args.flags, &shift, stopped.clone());
    let fetched = match desk.hosts.names() {
        [] => "Addresses are not fetched: --page-hosts names hosts that are.".to_owned(),
        [all] if all == "*" => "Addresses of every public host are fetched.".to_owned(),
        names => format!("Addresses are fetched from {}.", names.join(", ")),
    };
    let model = desk.deps.model.as_ref().map_or_else(
        || "No model is asked: no text leaves this machine.".to_owned(),
        |model| format!("{} is asked as well.", model.name()),
    );
    let front = Front::new(desk, token, stopped.clone());
    parts.start("listener", server::serve_page(listener, front, pulse, told(stopped)));
    let said =
        format!("Open http://{address}/ in a browser. Ctrl+C ends it.\nReviews are kept in {place}. {fetched} {model}");
    writeln!(io.out, "{said}").and_then(|()| io.out.flush()).map_err(CliError::Output)?;
    tracing::info!(%address, "the page is open");

    tokio::select! {
        () = signals.next() => {}
        ended = parts.first_end() => return Err(CliError::Stopped(ended)),
    }
    let _ = stop.send(true);
    tokio::select! {
        ended = tokio::time::timeout(MARGIN, parts.all_end()) => if ended.is_err() {
            tracing::warn!("not everything ended in time: it is taken up again at the next start");
        },
        () = signals.next() => {}
    }
    Ok(Exit::Good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_elsewhere_needs_a_token() {
        let token = Token::new("a-token-of-24-characters").unwrap();
        for (address, alone, with) in [
            ("127.0.0.1:80", true, true),
            ("[::1]:80", true, true),
            ("0.0.0.0:80", false, true),
            ("10.0.0.1:80", false, true),
        ] {
            let address = address.parse().unwrap();
            assert_eq!(is_safe(address, None).is_ok(), alone, "{address}");
            assert_eq!(is_safe(address, Some(&token)).is_ok(), with, "{address}");
        }
        let report = is_safe("0.0.0.0:80".parse().unwrap(), None).unwrap_err().report();
        assert!(report.contains("SPECREVIEW_PAGE_TOKEN"), "{report}");
    }
}
