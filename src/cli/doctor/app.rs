//! Checks of what GitHub says: reachable, clock, App, permissions, events, installations, webhook, deliveries.

use super::Row;
use crate::cli::args::Serve;
use crate::cli::credentials;
use crate::cli::env::Env;
use crate::platform::PlatformError;
use crate::platform::github::app::{self, Desk, Installation, Known, Sent};
use crate::platform::github::rights::{self, Difference, EVENTS};

/// Seconds by which this machine's clock may be ahead: a signature claims to be a minute old.
const AHEAD: i64 = 60;
/// And behind: a signature holds for nine minutes.
const BEHIND: i64 = -540;
/// From which on it is told.
const NOTICED: i64 = 30;
const UNNOTICED: i64 = -NOTICED;
/// Latest deliveries that are judged.
const LATEST: usize = 20;

/// Does GitHub answer, which one is it, and do the clocks agree? `now` in seconds since 1970.
pub(super) async fn greeting(desk: &Desk, api: &str, now: i64) -> Vec<Row> {
    let greeting = match desk.greet().await {
        Ok(greeting) => greeting,
        Err(error) => {
            return vec![Row::fail(
                "github",
                format!("{api}: {error}"),
                "check the address (--github-url), the name service and the firewall of this machine",
            )];
        }
    };
    let which =
        greeting.enterprise.map_or_else(|| "GitHub".to_owned(), |version| format!("GitHub Enterprise {version}"));
    let said = format!("{which} answers at {api}");
    let first = if greeting.status >= 500 {
        Row::warn("github", format!("{said}, with status {}", greeting.status), "see https://www.githubstatus.com")
    } else {
        Row::ok("github", said)
    };
    vec![first, clock(greeting.date.map(|date| now - date))]
}

/// `skew`: seconds by which this machine is ahead of GitHub.
fn clock(skew: Option<i64>) -> Row {
    let mend = "set the clock of this machine by a time service (timedatectl set-ntp true)";
    let Some(skew) = skew else {
        return Row::warn("clock", "GitHub's answer has no date to compare with", mend);
    };
    let said = match skew {
        ahead @ 0.. => format!("this machine is {ahead} s ahead of GitHub"),
        behind => format!("this machine is {} s behind GitHub", behind.unsigned_abs()),
    };
    match skew {
        AHEAD.. => Row::fail("clock", said + ": the App's signatures are refused as made in the future", mend),
        ..=BEHIND => Row::fail("clock", said + ": the App's signatures are over before they arrive", mend),
        NOTICED.. | ..=UNNOTICED => Row::warn("clock", said, mend),
        _ => Row::ok("clock", said),
    }
}

/// The App, and what it may do where.
pub(super) async fn app(desk: &Desk, args: &Serve, env: &Env) -> Vec<Row> {
    let known = match desk.app().await {
        Ok(known) => known,
        Err(error) => return vec![refused("app", &error)],
    };
    let mention = credentials::mention(args, env);
    let said = format!("{} (id {}), {}", known.slug, known.id, known.html_url);
    let mut rows = vec![if mention == known.slug {
        Row::ok("app", said)
    } else {
        let mend = format!("set SPECREVIEW_MENTION={}", known.slug);
        Row::warn("app", format!("{said}; but commands are read as @{mention}"), mend)
    }];
    rows.push(permissions("permissions", "the App", &known.permissions, args.resolve_threads));
    rows.push(events(&known));
    rows.extend(match desk.installations().await {
        Ok(found) => installations(&found, &known, args.resolve_threads),
        Err(error) => vec![refused("installations", &error)],
    });
    rows
}

fn permissions(
    check: &'static str,
    who: &str,
    had: &std::collections::BTreeMap<String, String>,
    may_resolve: bool,
) -> Row {
    let Difference { missing, needless } = rights::compare(had, may_resolve);
    if !missing.is_empty() {
        let list: Vec<String> =
            missing.iter().map(|one| format!("{}: {} ({})", one.title, one.level.as_str(), one.why)).collect();
        let mend = "set them on the App's settings page under Permissions & events; each owner then accepts them";
        return Row::fail(check, format!("{who} lacks {}", list.join("; ")), mend);
    }
    if !needless.is_empty() {
        let list: Vec<String> = needless.iter().map(|(name, level)| format!("{name}: {level}")).collect();
        let mend = "take them away on the App's settings page under Permissions & events";
        return Row::warn(check, format!("{who} may more than is needed: {}", list.join("; ")), mend);
    }
    Row::ok(check, format!("{who} has what is needed and no more"))
}

fn events(known: &Known) -> Row {
    let missing: Vec<&str> =
        EVENTS.iter().filter(|one| !known.events.iter().any(|event| event == one.name)).map(|one| one.title).collect();
    let needless: Vec<&str> =
        known.events.iter().map(String::as_str).filter(|event| !EVENTS.iter().any(|one| one.name == *event)).collect();
    let mend = "set them on the App's settings page under Permissions & events";
    match (missing.as_slice(), needless.as_slice()) {
        ([], []) => Row::ok("events", "those that are read, and no more"),
        ([], needless) => Row::warn("events", format!("{} are sent and not read", needless.join(", ")), mend),
        (missing, _) => Row::fail("events", format!("{} are not sent", missing.join(", ")), mend),
    }
}

fn installations(found: &[Installation], known: &Known, may_resolve: bool) -> Vec<Row> {
    const CHECK: &str = "installations";
    let name = |one: &Installation| one.account.as_ref().map_or("an account", |account| &account.login).to_owned();
    if found.is_empty() {
        let mend = format!("install it: {}/installations/new", known.html_url.trim_end_matches('/'));
        return vec![Row::warn(CHECK, "the App is installed nowhere", mend)];
    }
    let mut rows = Vec::new();
    for one in found {
        if one.suspended_at.is_some() {
            rows.push(Row::warn(
                CHECK,
                format!("{} has switched the App off", name(one)),
                "an owner can switch it on again",
            ));
            continue;
        }
        // What the App itself lacks is told above.
        let lacking: Vec<&str> = rights::compare(&one.permissions, may_resolve)
            .missing
            .into_iter()
            .filter(|missing| known.permissions.contains_key(missing.name))
            .map(|missing| missing.title)
            .collect();
        if !lacking.is_empty() {
            let said = format!("{} has not accepted {}", name(one), lacking.join(", "));
            rows.push(Row::fail(
                CHECK,
                said,
                "an owner accepts them in the settings of the account, under GitHub Apps",
            ));
        }
    }
    if rows.is_empty() {
        let names: Vec<String> = found.iter().map(name).collect();
        rows.push(Row::ok(CHECK, names.join(", ")));
    }
    rows
}

/// The webhook as GitHub has it, and what became of the latest deliveries. `url`: where the operator says that the server is.
pub(super) async fn hook(desk: &Desk, url: Option<&str>) -> Vec<Row> {
    const MEND: &str = "set it on the App's settings page, under Webhook";
    let mut rows = Vec::new();
    match desk.hook().await {
        Err(error) => rows.push(refused("webhook", &error)),
        Ok(hook) => {
            let at = hook.url.unwrap_or_default();
            let wanted = url.map(app::hook);
            let mut wrong = Vec::new();
            if at.is_empty() {
                wrong.push("there is no address: the webhook is not active".to_owned());
            } else if wanted.as_ref().is_some_and(|wanted| *wanted != at) {
                wrong.push(format!("deliveries go to {at}, not to {}", wanted.unwrap_or_default()));
            } else if !at.ends_with("/webhook") {
                wrong.push(format!("deliveries go to {at}; the server takes them at /webhook"));
            }
            if hook.content_type.as_deref().is_some_and(|kind| kind != "json") {
                wrong.push("the content type is not application/json".into());
            }
            if hook.secret.is_none_or(|secret| secret.is_empty()) {
                wrong.push("it has no secret: every delivery is refused".into());
            }
            let insecure = hook.insecure_ssl.is_some_and(|flag| flag == "1" || flag == 1);
            rows.push(match (wrong.is_empty(), insecure) {
                (false, _) => Row::fail("webhook", wrong.join("; "), MEND),
                (true, true) => Row::warn("webhook", format!("{at}, whose certificate GitHub does not check"), MEND),
                (true, false) => Row::ok("webhook", at),
            });
        }
    }
    rows.push(match desk.sent().await {
        Ok(sent) => deliveries(&sent),
        Err(error) => refused("deliveries", &error),
    });
    rows
}

fn deliveries(sent: &[Sent]) -> Row {
    let sent = sent.get(..LATEST).unwrap_or(sent);
    let failed: Vec<&Sent> = sent.iter().filter(|one| !(200..300).contains(&one.status_code)).collect();
    match (sent.first(), failed.first()) {
        (None, _) => Row::ok("deliveries", "none in GitHub's log yet"),
        (Some(_), None) => Row::ok("deliveries", format!("the latest {} arrived", sent.len())),
        (Some(latest), Some(newest_failed)) => {
            let said = format!(
                "{} of the latest {} failed, last {} at {}: {} ({})",
                failed.len(),
                sent.len(),
                newest_failed.event,
                newest_failed.delivered_at,
                newest_failed.status,
                newest_failed.status_code
            );
            let mend = match newest_failed.status_code {
                401 => "the webhook secret is not the same on both sides: set SPECREVIEW_WEBHOOK_SECRET to GitHub's",
                0 => "GitHub cannot reach the server: check name, certificate, reverse proxy and firewall",
                _ => "see the server's log of that time; missed deliveries are asked for again by the server itself",
            };
            if (200..300).contains(&latest.status_code) {
                Row::warn("deliveries", said, mend)
            } else {
                Row::fail("deliveries", said, mend)
            }
        }
    }
}

fn refused(check: &'static str, error: &PlatformError) -> Row {
    let mend = match error {
        PlatformError::Misconfigured(_) => "take id and private key from the App's settings page; see the clock above",
        PlatformError::RateLimited { .. } | PlatformError::Unavailable { .. } => "try again later",
        PlatformError::NotFound { .. } | PlatformError::Denied { .. } => "check the App's id and the address of GitHub",
    };
    Row::fail(check, error.to_string(), mend)
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_clock_is_judged_by_how_long_a_signature_holds() {
        for (skew, state) in [
            (Some(0), State::Ok),
            (Some(29), State::Ok),
            (Some(-29), State::Ok),
            (Some(30), State::Warn),
            (Some(-30), State::Warn),
            (Some(59), State::Warn),
            (Some(60), State::Fail),
            (Some(-539), State::Warn),
            (Some(-540), State::Fail),
            (None, State::Warn),
        ] {
            assert_eq!(clock(skew).state, state, "{skew:?}");
        }
    }

    #[test]
    fn deliveries_are_judged_by_the_latest() {
        let sent = |code: u16| Sent {
            event: "pull_request".into(),
            delivered_at: "2026-11-27T20:00:00Z".into(),
            status_code: code,
            status: "x".into(),
        };
        for (codes, state, word) in [
            (&[][..], State::Ok, "none"),
            (&[202, 200], State::Ok, "latest 2"),
            (&[202, 401], State::Warn, "1 of the latest 2"),
            (&[401, 202], State::Fail, "1 of the latest 2"),
        ] {
            let row = deliveries(&codes.iter().map(|code| sent(*code)).collect::<Vec<_>>());
            assert_eq!(row.state, state, "{codes:?}");
            assert!(row.said.contains(word), "{row:?}");
        }
    }
}
