//! A forge on which anything may go wrong with any request, by dice that always fall the same way for one seed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fault::Fault;
use super::routes::{Answer, Call};
use super::world::World;

/// Dice: the same seed, the same throws (`SplitMix64`).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.throw() % end.max(1)
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = usize::try_from(self.below(all.len() as u64)).unwrap();
        all[at]
    }
}

/// Something that somebody does between two requests of the program.
pub struct Meanwhile {
    /// Requests that are answered before.
    after: u64,
    does: Box<dyn FnOnce() + Send>,
}

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "something after {} requests", self.after)
    }
}

/// What goes wrong, and what is watched meanwhile.
#[derive(Debug)]
pub struct Chaos {
    dice: Dice,
    /// Requests in a hundred that something happens to.
    percent: u64,
    /// Things that were written a moment ago and do not show yet: id and readings that are left.
    unseen: Vec<(u64, u64)>,
    /// What happens in the middle of a job.
    meanwhile: Option<Meanwhile>,
    /// Heads that were told last, by repository and number.
    told: BTreeMap<(String, u64), String>,
    /// What must never happen and did.
    pub broken: Vec<String>,
    /// How often each fault struck.
    pub struck: BTreeMap<String, usize>,
}

/// What a place that GitHub does not take is refused with.
const WORDS: &[&str] = &[
    "Pull request review thread line must be part of the diff",
    "Pull request review thread start line must precede the end line.",
    "Review comments is invalid and Review threads is invalid",
    "User can only have one pending review per pull request",
    "body is too long (maximum is 65536 characters)",
    "was submitted too quickly",
    "No commit found for SHA",
];

impl Chaos {
    pub fn new(seed: u64, percent: u64) -> Self {
        let (dice, unseen, told) = (Dice::new(seed), Vec::new(), BTreeMap::new());
        Self { dice, percent, unseen, meanwhile: None, told, broken: Vec::new(), struck: BTreeMap::new() }
    }

    /// What happens to this request.
    pub fn fault(&mut self, method: &str, route: &str, mutates: bool) -> Option<Fault> {
        if !self.dice.chance(self.percent) {
            return None;
        }
        let writes = mutates || (method != "GET" && route != "/graphql");
        let fault = match self.dice.below(if writes { 14 } else { 12 }) {
            0 => Fault::DropBefore,
            1 => Fault::DropAfterCommit,
            2 => Fault::Status(self.dice.one_of(&[500, 502, 503])),
            3 => Fault::StatusAfterCommit(self.dice.one_of(&[500, 502, 504])),
            4 => Fault::Limit(429, Some(1 + self.dice.below(90))),
            5 => Fault::Limit(403, None),
            6 => Fault::Limit(403, Some(30)),
            7 => Fault::Late(Duration::from_millis(250)),
            8 => Fault::Truncated,
            9 => Fault::Revoked,
            10 => Fault::Status(404),
            11 => Fault::Quoted,
            12 => Fault::StatusAfterCommit(502),
            _ => Fault::Refused(self.dice.one_of(WORDS)),
        };
        // A request for a token is not about any text.
        let fault = match fault {
            Fault::Refused(_) | Fault::Status(404) if route.ends_with("/access_tokens") => Fault::Status(502),
            // What was just told of is missing for a moment, wherever it is read; a review is not refused with 404 there.
            Fault::Status(404) if writes => Fault::Status(503),
            Fault::Refused(_) if mutates => Fault::Status(502),
            Fault::Refused(words) if !route.ends_with("/reviews") && words != WORDS[5] => Fault::Status(502),
            other => other,
        };
        *self.struck.entry(name(fault)).or_default() += 1;
        Some(fault)
    }

    /// Something was written: it may take some readings to show.
    fn written(&mut self, ids: std::ops::RangeInclusive<u64>) {
        if self.percent > 0 && self.dice.chance(50) {
            let readings = 1 + self.dice.below(4);
            self.unseen.extend(ids.map(|id| (id, readings)));
            *self.struck.entry("stale reading".into()).or_default() += 1;
        }
    }

    /// Heads that were told are told of the same repository.
    pub fn renamed(&mut self, from: &str, to: &str) {
        *self.struck.entry("repository renamed".into()).or_default() += 1;
        let told = std::mem::take(&mut self.told).into_iter();
        let called = |name: String| if name == from { to.to_owned() } else { name };
        self.told = told.map(|((name, number), head)| ((called(name), number), head)).collect();
    }

    pub fn settle(&mut self) {
        self.unseen.clear();
    }

    /// Lets somebody do something once so many requests are answered; what was to be done before is left.
    pub fn meanwhile(&mut self, after: u64, does: Box<dyn FnOnce() + Send>) {
        self.meanwhile = Some(Meanwhile { after, does });
    }

    /// A request comes: what somebody does before it.
    pub fn before_a_request(&mut self) -> Option<Box<dyn FnOnce() + Send>> {
        let due = self.meanwhile.as_mut().is_some_and(|meanwhile| match meanwhile.after.checked_sub(1) {
            Some(left) => {
                meanwhile.after = left;
                false
            }
            None => true,
        });
        let meanwhile = self.meanwhile.take_if(|_| due)?;
        *self.struck.entry("somebody acts in the middle of a job".into()).or_default() += 1;
        Some(meanwhile.does)
    }

    /// Nobody does anything in the middle of a job any more.
    pub fn let_be(&mut self) {
        self.meanwhile = None;
    }

    pub fn calm(&mut self) {
        self.percent = 0;
        self.let_be();
        self.settle();
    }
}

fn name(fault: Fault) -> String {
    match fault {
        Fault::Refused(words) => format!("422 {words}"),
        Fault::Limit(status, wait) => {
            format!("{status} {}", if wait.is_some() { "with a wait" } else { "without a wait" })
        }
        other => format!("{other:?}"),
    }
}

/// Whether a reading shows what was written: any other takes nothing from how long that is hidden.
pub fn lists(route: &str, body: &serde_json::Value) -> bool {
    let query = body["query"].as_str().unwrap_or_default();
    ["/comments", "/reviews", "/check-runs"].iter().any(|end| route.ends_with(end))
        || ["comments(", "reviews(", "reviewThreads(", "checkSuites("].iter().any(|field| query.contains(field))
}

impl World {
    /// Answers a request while things that were written a moment ago do not show.
    pub fn in_chaos(&mut self, lists: bool, answer: impl FnOnce(&mut Self) -> Answer) -> Answer {
        let Some(chaos) = self.chaos.as_mut() else { return answer(self) };
        let hidden: Vec<u64> = chaos.unseen.iter().map(|(id, _)| *id).collect();
        if !lists || hidden.is_empty() {
            let before = self.last_id;
            let answered = answer(self);
            let written = before + 1..=self.last_id;
            if let Some(chaos) = self.chaos.as_mut().filter(|_| !written.is_empty()) {
                chaos.written(written);
            }
            return answered;
        }
        chaos.unseen.retain_mut(|(_, left)| {
            *left -= 1;
            *left > 0
        });
        self.without(&hidden, answer)
    }

    /// Watches what the program was told of which head, and that it posts nothing about another one.
    pub fn watch_heads(&mut self, call: &Call, answer: &Answer, reached: bool) {
        let Some(mut chaos) = self.chaos.take() else { return };
        if call.method == "POST" && call.path.ends_with("/reviews") && answer.status == 200 {
            let at = (call.repo(), call.number("number"));
            let commit = call.body["commit_id"].as_str().unwrap_or("none");
            if chaos.told.get(&at).is_some_and(|told| told != commit) {
                chaos.broken.push(format!("a review of {commit} was posted after another head had been told"));
            }
        } else if reached {
            let text = String::from_utf8_lossy(&answer.body);
            for (name, repo) in &self.repos {
                for pull in repo.pulls.values().filter(|pull| text.contains(&pull.head)) {
                    chaos.told.insert((name.clone(), pull.number), pull.head.clone());
                }
            }
        }
        self.chaos = Some(chaos);
    }

    /// As if what has these ids were not there.
    fn without<T>(&mut self, hidden: &[u64], work: impl FnOnce(&mut Self) -> T) -> T {
        let mut kept = Vec::new();
        for repo in self.repos.values_mut() {
            let checks = repo.checks.clone();
            repo.checks.retain(|one| !hidden.contains(&one.id));
            let mut pulls = Vec::new();
            for pull in repo.pulls.values_mut() {
                pulls.push((pull.comments.clone(), pull.reviews.clone(), pull.inline.clone()));
                pull.comments.retain(|one| !hidden.contains(&one.id));
                pull.inline.retain(|one| !hidden.contains(&one.id) && !hidden.contains(&one.review));
                pull.reviews.retain(|one| !hidden.contains(&one.id));
            }
            kept.push((checks, pulls));
        }
        let done = work(self);
        for (repo, (checks, pulls)) in self.repos.values_mut().zip(kept) {
            repo.checks = checks;
            for (pull, (comments, reviews, inline)) in repo.pulls.values_mut().zip(pulls) {
                (pull.comments, pull.reviews, pull.inline) = (comments, reviews, inline);
            }
        }
        done
    }
}
