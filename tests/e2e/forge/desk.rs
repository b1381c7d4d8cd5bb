//! What the pretend forge tells the App about itself: how it is made from a manifest, where it is installed, its webhook.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::app::Attempt;
use super::routes::{Answer, Call};
use super::whole::with;
use super::world::World;
use super::{Forge, PRIVATE_KEY, SECRET, lock};

/// The App's own affairs.
#[derive(Debug, Default)]
pub struct Desk {
    /// Codes that a browser was given, and the manifest that each stands for. Each is good once.
    codes: BTreeMap<String, Value>,
    /// What differs from a webhook that is set well.
    hook: Value,
    /// Events that are sent, where they are not those of the table.
    events: Option<Vec<&'static str>>,
    /// What one account has accepted, where it differs from the App.
    accepted: Option<Value>,
    suspended: bool,
    /// Seconds by which the forge's clock is ahead.
    skew: i64,
}

impl Forge {
    /// The owner agrees on GitHub's page: the code that the browser is sent back with.
    pub fn agree(&self, manifest: &Value) -> String {
        let mut world = lock(&self.world);
        let code = format!("{:040x}", world.id());
        world.desk.codes.insert(code.clone(), manifest.clone());
        code
    }

    pub fn set_hook(&self, differs: Value) {
        lock(&self.world).desk.hook = differs;
    }

    pub fn set_deliveries(&self, latest_first: &[(&'static str, u16)]) {
        let mut world = lock(&self.world);
        for (event, status) in latest_first.iter().rev() {
            let attempt = Attempt::told(&mut world, event, *status);
            world.attempts.push(attempt);
        }
    }

    pub fn set_events(&self, events: &[&'static str]) {
        lock(&self.world).desk.events = Some(events.to_vec());
    }

    pub fn set_accepted(&self, permissions: Value) {
        lock(&self.world).desk.accepted = Some(permissions);
    }

    pub fn suspend(&self) {
        lock(&self.world).desk.suspended = true;
    }

    pub fn set_clock_ahead(&self, seconds: i64) {
        lock(&self.world).desk.skew = seconds;
    }
}

impl Desk {
    /// What differs in the installation of an account.
    pub fn alter(&self, installation: &mut Value, account: &Value) {
        if let Some(accepted) = &self.accepted {
            installation["permissions"] = accepted.clone();
        }
        if self.suspended {
            installation["suspended_at"] = json!("2026-11-01T00:00:00Z");
            installation["suspended_by"] = account.clone();
        }
    }
}

pub fn meta(world: &mut World, _: &Call) -> Answer {
    let mut answer = Answer::ok(&json!({ "verifiable_password_authentication": false }));
    if !world.prefix.is_empty() {
        answer.headers.push(("x-github-enterprise-version", "3.14.2".into()));
    }
    if world.desk.skew != 0 {
        let at = std::time::SystemTime::now();
        let skew = std::time::Duration::from_secs(world.desk.skew.unsigned_abs());
        let at = if world.desk.skew > 0 { at + skew } else { at - skew };
        answer.headers.push(("date", httpdate::fmt_http_date(at)));
    }
    answer
}

/// The App from its manifest; GitHub tells key and secret this once.
pub fn conversion(world: &mut World, call: &Call) -> Answer {
    let Some(manifest) = world.desk.codes.remove(&call.captures["code"]) else { return Answer::not_found() };
    let told = json!({
        "name": manifest["name"],
        "permissions": manifest["default_permissions"],
        "events": manifest["default_events"],
        "html_url": format!("{}/apps/{}", "https://forge.test", world.app_slug),
        "client_id": "Iv1.0123456789abcdef",
        "client_secret": "0123456789012345678901234567890123456789",
        "webhook_secret": SECRET,
        "pem": PRIVATE_KEY,
    });
    Answer::json(201, &with(app_json(world), told))
}

pub fn app_json(world: &World) -> Value {
    let mut app = world.app_json();
    if let Some(events) = &world.desk.events {
        app["events"] = json!(events);
    }
    app
}

pub fn app(world: &mut World, _: &Call) -> Answer {
    Answer::ok(&app_json(world))
}

pub fn hook(world: &mut World, _: &Call) -> Answer {
    let well = json!({
        "url": "https://specreview.example/webhook",
        "content_type": "json",
        "insecure_ssl": "0",
        "secret": "********",
    });
    Answer::ok(&with(well, world.desk.hook.clone()))
}
