//! What the pretend forge tells an App about itself: its log of deliveries, its installations, their repositories and pull requests.

use serde_json::{Value, json};

use super::desk;
use super::hooks::Delivery;
use super::people::short;
use super::read::page;
use super::routes::{Answer, Call};
use super::whole;
use super::world::World;
use super::write::rfc3339;
use super::{Forge, lock};

/// One attempt to deliver something.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: u64,
    pub at: i64,
    /// `OK`, or why it did not arrive.
    pub status: String,
    pub status_code: u16,
    pub redelivery: bool,
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub installation: Option<u64>,
    /// What can be sent again.
    pub delivery: Option<Delivery>,
}

impl Attempt {
    fn of(world: &mut World, delivery: &Delivery, status_code: u16, redelivery: bool) -> Self {
        let payload: Value = serde_json::from_slice(&delivery.body).unwrap_or(Value::Null);
        let status = match status_code {
            200..=299 => "OK".to_owned(),
            0 => "failed to connect to host".to_owned(),
            code => format!("Invalid HTTP Response: {code}"),
        };
        Self {
            id: world.id(),
            at: world.now(),
            status,
            status_code,
            redelivery,
            guid: delivery.id.clone(),
            event: delivery.event.clone(),
            action: payload["action"].as_str().map(str::to_owned),
            installation: payload["installation"]["id"].as_u64(),
            delivery: Some(delivery.clone()),
        }
    }

    /// One of which only event and status are of interest.
    pub fn told(world: &mut World, event: &str, status_code: u16) -> Self {
        let id = world.id();
        Self {
            id,
            at: world.now(),
            status: if status_code == 202 { "OK" } else { "Invalid HTTP Response" }.into(),
            status_code,
            redelivery: false,
            guid: format!("{id:08x}-0000-4000-8000-00000000f00d"),
            event: event.into(),
            action: Some("opened".into()),
            installation: Some(1),
            delivery: None,
        }
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "guid": self.guid,
            "delivered_at": rfc3339(self.at),
            "redelivery": self.redelivery,
            "duration": 0.03,
            "status": self.status,
            "status_code": self.status_code,
            "event": self.event,
            "action": self.action,
            "installation_id": self.installation,
            "repository_id": null,
            "throttled_at": null,
        })
    }
}

impl Forge {
    /// From now on what is asked for once more is sent to this address.
    pub fn hook_to(&self, url: &str) {
        lock(&self.world).hook = Some(url.to_owned());
    }

    /// A delivery that does not arrive: nobody listens.
    pub fn lose(&self, delivery: &Delivery) {
        let mut world = lock(&self.world);
        let attempt = Attempt::of(&mut world, delivery, 0, false);
        world.attempts.push(attempt);
    }

    /// Deliveries that are of no interest, and do not arrive either.
    pub fn lose_others(&self, count: usize) {
        let mut world = lock(&self.world);
        let at = world.now();
        for nth in 0..count {
            let id = world.id();
            let (event, action) =
                [("star", Some("created")), ("push", None), ("pull_request", Some("labeled"))][nth % 3];
            world.attempts.push(Attempt {
                id,
                at,
                status: "failed to connect to host".into(),
                status_code: 0,
                redelivery: false,
                guid: format!("{id:08x}-0000-4000-8000-0000000000ff"),
                event: event.into(),
                action: action.map(str::to_owned),
                installation: None,
                delivery: None,
            });
        }
    }

    /// Attempts that were asked for once more, and their statuses.
    pub fn redelivered(&self) -> Vec<u16> {
        let world = lock(&self.world);
        world.attempts.iter().filter(|one| one.redelivery).map(|one| one.status_code).collect()
    }

    /// Sends what is asked for once more, as long as the forge stands.
    pub(super) async fn post(
        world: super::Shared,
        mut outbox: tokio::sync::mpsc::UnboundedReceiver<(String, Delivery)>,
    ) {
        while let Some((url, delivery)) = outbox.recv().await {
            let status = delivery.try_send(&url).await;
            let mut world = lock(&world);
            let attempt = Attempt::of(&mut world, &delivery, status, true);
            world.attempts.push(attempt);
        }
    }
}

/// Newest first; the cursor is the id to go on with.
pub fn deliveries(world: &mut World, call: &Call) -> Answer {
    let size = call.query.get("per_page").and_then(|text| text.parse().ok()).unwrap_or(30_usize).clamp(1, 100);
    let from = match call.query.get("cursor") {
        Some(cursor) => match cursor.strip_prefix("v1_").and_then(|id| id.parse().ok()) {
            Some(id) => id,
            None => return Answer::refuse(400, "Invalid cursor"),
        },
        None => u64::MAX,
    };
    let mut rest = world.attempts.iter().rev().filter(|one| one.id <= from);
    let rows: Vec<Value> = rest.by_ref().take(size).map(Attempt::json).collect();
    let mut answer = Answer::ok(&Value::Array(rows));
    if let Some(next) = rest.next() {
        let next = format!("{}/app/hook/deliveries?per_page={size}&cursor=v1_{}", world.api, next.id);
        answer.headers.push(("link", format!("<{next}>; rel=\"next\"")));
    }
    answer
}

pub fn redeliver(world: &mut World, call: &Call) -> Answer {
    let id = call.number("id");
    let Some(attempt) = world.attempts.iter().find(|one| one.id == id) else { return Answer::not_found() };
    let Some(delivery) = attempt.delivery.clone() else {
        world
            .wrong
            .push(format!("a delivery of no interest is asked for again: {} {:?}", attempt.event, attempt.action));
        return Answer::json(202, &json!({}));
    };
    let url = world.hook.clone().expect("an address to deliver to: Forge::hook_to");
    world.outbox.send((url, delivery)).expect("the forge sends while it stands");
    Answer::json(202, &json!({}))
}

pub fn installations(world: &mut World, call: &Call) -> Answer {
    let all: Vec<(String, u64)> = world.installations.iter().map(|(owner, id)| (owner.clone(), *id)).collect();
    let app = desk::app_json(world);
    let rows: Vec<Value> = all
        .into_iter()
        .map(|(owner, id)| {
            let account = world.user_json(&owner);
            let mut one = whole::installation(&world.api, id, &app, &account);
            world.desk.alter(&mut one, &account);
            one
        })
        .collect();
    page(world, call, rows, |row| row)
}

pub fn repositories(world: &mut World, call: &Call) -> Answer {
    let seen = call.grant.as_ref().map(|grant| grant.repos.clone()).unwrap_or_default();
    let rows: Vec<Value> =
        seen.iter().filter(|name| world.repos.contains_key(*name)).map(|name| world.repo_json(name)).collect();
    let count = rows.len();
    let mut answer = page(world, call, rows, |row| row);
    let rows: Value = serde_json::from_slice(&answer.body).expect("a list");
    let body = json!({ "total_count": count, "repository_selection": "all", "repositories": rows });
    answer.body = body.to_string().into_bytes();
    answer
}

pub fn pulls(world: &mut World, call: &Call) -> Answer {
    let repo = call.repo();
    if let Some((owner, branch)) = call.query.get("head").and_then(|head| head.split_once(':')) {
        let from = |pull: &&super::world::Pull| {
            let its = pull.head_repo.as_deref().and_then(|home| home.split_once('/')).map(|(owner, _)| owner);
            pull.open && pull.head_branch == branch && its == Some(owner)
        };
        let found: Vec<u64> = world.repos[&repo].pulls.values().filter(from).map(|pull| pull.number).collect();
        return page(world, call, found, |number| short(world, &repo, number));
    }
    assert_eq!(call.query.get("sort").map(String::as_str), Some("updated"), "the forge lists in no other order");
    let mut open: Vec<(i64, u64)> =
        world.repos[&repo].pulls.values().filter(|pull| pull.open).map(|pull| (pull.updated, pull.number)).collect();
    open.sort_by(|one, other| other.cmp(one));
    let mut answer = page(world, call, open, |(_, number)| short(world, &repo, number));
    let tag = format!("W/\"{}\"", super::git::blob_id(&answer.body));
    if call.headers.get("if-none-match") == Some(&tag) {
        answer = Answer { status: 304, headers: Vec::new(), body: Vec::new() };
    }
    answer.headers.push(("etag", tag));
    answer
}
