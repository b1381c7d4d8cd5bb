//! What GitHub remembers and lists for an App: its log of deliveries, its installations, their repositories and open pull requests.
//! Asks for nothing else, with a token that reads those lists only.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;

use super::auth::seconds;
use super::client::{Answer, Client, Failure, JSON, Pass, segment};
use super::known::Generations;
use super::taken::{is_label, is_taken};
use super::{GitHub, PAGES, Shared, is_commit, is_name};
use crate::platform::PlatformError;
use crate::platform::watch::{Installation, Missed, Moment, Named, OpenChange, Place, Told, Watch};
use crate::review::ChangeRef;

/// Entries of a page.
const PER_PAGE: usize = 100;
/// Pages of the log that are read at most: a fifth of an hour's calls, and a hundred thousand deliveries.
const LOG: usize = 1_000;
/// Longest wait for the next page that is sat out.
const PATIENCE: u64 = 60;
/// Lists of open pull requests that are remembered, in entries.
const LISTS: usize = 20_000;

/// A list as it was last read, and the tag by which GitHub knows whether it has changed.
#[derive(Debug, Clone)]
struct List {
    tag: String,
    changes: Arc<Vec<OpenChange>>,
}

/// The lists that are remembered, by their address. A list that has not changed costs nothing to ask for.
#[derive(Debug)]
pub(super) struct Lists(Mutex<Generations<String, List>>);

impl Default for Lists {
    fn default() -> Self {
        Self(Mutex::new(Generations::new(LISTS)))
    }
}

impl Lists {
    fn get(&self, path: &String) -> Option<List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path)
    }

    fn keep(&self, path: String, list: List) {
        let weight = list.changes.len() + 1;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(path, list, weight);
    }
}

#[derive(Deserialize)]
struct Entry {
    id: u64,
    guid: String,
    delivered_at: String,
    status: String,
    status_code: Option<u16>,
    event: String,
    action: Option<String>,
}

#[derive(Deserialize)]
struct Installed {
    id: u64,
    created_at: String,
    suspended_at: Option<String>,
}

#[derive(Deserialize)]
struct Repositories {
    repositories: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: u64,
    name: String,
    owner: Owner,
    #[serde(default)]
    updated_at: String,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    disabled: bool,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
    updated_at: String,
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    sha: String,
}

#[derive(Deserialize)]
struct Id {
    id: u64,
}

#[async_trait]
impl Watch for GitHub {
    async fn told(&self, since: Moment) -> Result<Told, PlatformError> {
        let Shared { client, keyring, .. } = &*self.0;
        let what = "the log of deliveries";
        let mut log = Log::default();
        let mut path = format!("/app/hook/deliveries?per_page={PER_PAGE}");
        for _ in 0..LOG {
            // A claim is good for some minutes only.
            let pass = keyring.claim()?;
            let answer = patiently(client, &pass, &path).await.map_err(|failure| failure.error(what))?;
            let entries: Vec<Entry> = answer.json().map_err(|failure| failure.error(what))?;
            let older = entries.into_iter().filter(|entry| !log.read(entry, since)).count() > 0;
            match answer.next_cursor().filter(|_| !older) {
                Some(cursor) => path = format!("/app/hook/deliveries?per_page={PER_PAGE}&cursor={cursor}"),
                None => return Ok(log.told()),
            }
        }
        // What is older is found by its state.
        tracing::warn!(
            pages = LOG,
            "the log of deliveries is longer than is read: what is older in it is not asked for again"
        );
        Ok(log.told())
    }

    async fn tell_again(&self, missed: &Missed) -> Result<(), PlatformError> {
        let Shared { client, keyring, .. } = &*self.0;
        let path = format!("/app/hook/deliveries/{}/attempts", missed.attempt);
        let sent = client.write(&keyring.claim()?, Method::POST, &path, None).await;
        sent.map(drop).map_err(|failure| failure.error(&format!("delivery {} once more", missed.delivery)))
    }

    async fn installations(&self) -> Result<Vec<Installation>, PlatformError> {
        let Shared { client, keyring, .. } = &*self.0;
        let what = "the installations of the App";
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let path = format!("/app/installations?per_page={PER_PAGE}&page={page}");
            let answer = patiently(client, &keyring.claim()?, &path).await.map_err(|failure| failure.error(what))?;
            let more: Vec<Installed> = answer.json().map_err(|failure| failure.error(what))?;
            let last = more.len() < PER_PAGE;
            all.extend(
                more.into_iter()
                    .filter(|one| one.suspended_at.is_none())
                    .map(|one| Installation { id: one.id, since: moment(&one.created_at) }),
            );
            if last {
                break;
            }
        }
        Ok(all)
    }

    async fn places(&self, installation: u64) -> Result<Vec<Place>, PlatformError> {
        let Shared { client, keyring, .. } = &*self.0;
        let what = "the repositories of an installation";
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let pass = keyring.to_watch(client, installation).await?;
            let path = format!("/installation/repositories?per_page={PER_PAGE}&page={page}");
            let answer = match patiently(client, &pass, &path).await {
                Err(failure) => return Err(self.unseen(installation, failure, what).await),
                Ok(answer) => answer,
            };
            let more: Repositories = answer.json().map_err(|failure| failure.error(what))?;
            let last = more.repositories.len() < PER_PAGE;
            let open = more.repositories.into_iter().filter(|one| !one.archived && !one.disabled);
            all.extend(open.filter(|one| is_name(&one.owner.login) && is_name(&one.name)).map(|one| Place {
                named: Named { id: one.id, at: moment(&one.updated_at), owner: one.owner.login, repo: one.name },
                installation,
            }));
            if last {
                break;
            }
        }
        all.sort_by(|one, other| one.named.repo.cmp(&other.named.repo));
        Ok(all)
    }

    async fn open_changes(&self, place: &Place, since: Moment) -> Result<Vec<OpenChange>, PlatformError> {
        let Shared { client, keyring, lists, .. } = &*self.0;
        let Named { owner, repo, .. } = &place.named;
        let what = format!("the open pull requests of {owner}/{repo}");
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let pass = keyring.to_watch(client, place.installation).await?;
            let path = format!(
                "/repos/{}/{}/pulls?state=open&sort=updated&direction=desc&per_page={PER_PAGE}&page={page}",
                segment(owner),
                segment(repo)
            );
            let known = lists.get(&path);
            let tag = known.as_ref().map(|list| list.tag.as_str());
            let answer = match client.read_if_changed(&pass, &path, tag).await {
                Err(failure) => return Err(self.unseen(place.installation, failure, &what).await),
                Ok(answer) => answer,
            };
            let changes = match (answer, known) {
                (None, Some(list)) => list.changes,
                (None, None) => break,
                (Some(answer), _) => {
                    let pulls: Vec<Pull> = answer.json().map_err(|failure| failure.error(&what))?;
                    let changes: Arc<Vec<OpenChange>> =
                        Arc::new(pulls.into_iter().map(|pull| open_change(place, pull)).collect());
                    if let Some(tag) = answer.tag() {
                        lists.keep(path, List { tag, changes: changes.clone() });
                    }
                    changes
                }
            };
            let news = changes.iter().filter(|change| change.updated >= since);
            found.extend(news.filter(|change| change.at.number > 0 && is_commit(&change.head)).cloned());
            let older = changes.last().is_none_or(|oldest| oldest.updated < since);
            if older || changes.len() < PER_PAGE {
                break;
            }
        }
        Ok(found)
    }

    async fn installation_of(&self, at: &ChangeRef) -> Result<u64, PlatformError> {
        let Shared { client, keyring, .. } = &*self.0;
        if !is_name(&at.owner) || !is_name(&at.repo) {
            return Err(PlatformError::Misconfigured(format!("{at} has a name that GitHub gives to none")));
        }
        let path = format!("/repos/{}/{}/installation", segment(&at.owner), segment(&at.repo));
        let what = format!("the App's installation on {}/{}", at.owner, at.repo);
        let answer = client.read(&keyring.claim()?, &path, JSON).await;
        answer.and_then(|answer| answer.json::<Id>()).map(|found| found.id).map_err(|failure| failure.error(&what))
    }
}

impl GitHub {
    /// Why a list cannot be read. A token that is no longer good is not used again.
    async fn unseen(&self, installation: u64, failure: Failure, what: &str) -> PlatformError {
        if failure.status() == Some(401) {
            self.0.keyring.forget_lists(installation).await;
        }
        failure.error(what)
    }
}

/// Reads; a wait that is not long is sat out, so that a list of many pages is read to its end.
async fn patiently(client: &Client, pass: &Pass, path: &str) -> Result<Answer, Failure> {
    let mut answer = client.read(pass, path, JSON).await;
    for _ in 0..2 {
        match &answer {
            Err(Failure::Refused { wait: Some(seconds), .. }) if *seconds <= PATIENCE => {
                tokio::time::sleep(pass.lane.lasting(*seconds)).await;
            }
            _ => break,
        }
        answer = client.read(pass, path, JSON).await;
    }
    answer
}

fn open_change(place: &Place, pull: Pull) -> OpenChange {
    let Named { owner, repo, .. } = place.named.clone();
    let at = ChangeRef { owner, repo, number: pull.number };
    OpenChange { at, head: pull.head.sha, updated: moment(&pull.updated_at) }
}

/// GitHub's time; the beginning of all where it cannot be read.
fn moment(text: &str) -> Moment {
    seconds(text).unwrap_or(0).saturating_mul(1_000)
}

/// The log of deliveries, while it is read from its newest entry on.
#[derive(Default)]
struct Log {
    arrived: HashSet<String>,
    /// The newest attempt of each that would mean work.
    tried: BTreeMap<String, Missed>,
    newest: Option<Moment>,
}

impl Log {
    /// Takes an entry in; false where it is older than `since`.
    fn read(&mut self, entry: &Entry, since: Moment) -> bool {
        let at = moment(&entry.delivered_at);
        if at < since {
            return false;
        }
        self.newest = self.newest.max(Some(at));
        // The word is GitHub's, the number is what the receiver answered.
        if entry.status == "OK" || entry.status_code.is_some_and(|code| (200..300).contains(&code)) {
            self.arrived.insert(entry.guid.clone());
            return true;
        }
        let (name, action) = (entry.event.as_str(), entry.action.as_deref().unwrap_or_default());
        if is_taken(name, action) {
            let (attempt, delivery, event) = (entry.id, entry.guid.clone(), format!("{name} {action}"));
            let missed = Missed { attempt, delivery, event, is_label: is_label(name, action), at };
            self.tried.entry(entry.guid.clone()).or_insert(missed);
        }
        true
    }

    fn told(self) -> Told {
        let Self { arrived, tried, newest } = self;
        let mut missed: Vec<Missed> =
            tried.into_values().filter(|missed| !arrived.contains(&missed.delivery)).collect();
        missed.sort_by_key(|missed| (missed.at, missed.attempt));
        Told { missed, arrived: arrived.into_iter().collect(), newest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrived_in_any_attempt_or_means_no_work_is_not_missed() {
        let entry = |id, guid: &str, at: &str, status: &str, event: &str, action: Option<&str>| Entry {
            id,
            guid: guid.into(),
            delivered_at: format!("2026-11-20T09:0{at}:00Z"),
            status: status.into(),
            status_code: (status == "Accepted").then_some(202),
            event: event.into(),
            action: action.map(str::to_owned),
        };
        let entries = [
            entry(10, "taken", "9", "Accepted", "pull_request", Some("opened")),
            entry(9, "again", "9", "OK", "pull_request", Some("opened")),
            entry(8, "late", "8", "timed out", "pull_request", Some("synchronize")),
            entry(7, "star", "7", "Service Unavailable", "star", Some("created")),
            entry(6, "label", "6", "Service Unavailable", "pull_request", Some("labeled")),
            entry(5, "early", "5", "Service Unavailable", "issue_comment", Some("created")),
            entry(4, "late", "4", "Service Unavailable", "pull_request", Some("synchronize")),
            entry(3, "again", "3", "Service Unavailable", "pull_request", Some("opened")),
            entry(2, "old", "2", "Service Unavailable", "pull_request", Some("opened")),
        ];
        let mut log = Log::default();
        let since = moment("2026-11-20T09:03:00Z");
        let taken = entries.iter().filter(|entry| log.read(entry, since)).count();
        let told = log.told();
        let missed: Vec<_> = told.missed.iter().map(|one| (one.attempt, one.delivery.as_str())).collect();
        assert_eq!(
            (taken, missed),
            (8, vec![(5, "early"), (6, "label"), (8, "late")]),
            "oldest first, by its newest attempt"
        );
        assert_eq!(told.missed.iter().map(|one| one.is_label).collect::<Vec<_>>(), [false, true, false]);
        let mut arrived = told.arrived;
        arrived.sort();
        assert_eq!(
            (arrived, told.newest),
            (vec!["again".into(), "taken".into()], Some(moment("2026-11-20T09:09:00Z")))
        );
    }
}
