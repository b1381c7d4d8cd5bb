//! GitHub's limits, really counted: points and content of each installation, in any stretch of time. Time may run faster here.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::routes::{Answer, Call};
use super::world::World;
use super::{Forge, lock};

/// So much in so long.
#[derive(Debug, Clone, Copy)]
pub struct Within(pub u32, pub Duration);

/// What one installation may do.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub rest: Within,
    pub graph: Within,
    pub content: Within,
    pub content_long: Within,
    /// What a refusal says of the wait; none says nothing.
    pub retry_after: Option<u64>,
}

impl Limits {
    /// GitHub's own, where an hour takes an hour by `pace`.
    pub fn github(pace: u32) -> Self {
        let (minute, hour) = (Duration::from_mins(1) / pace, Duration::from_hours(1) / pace);
        Self {
            rest: Within(900, minute),
            graph: Within(2_000, minute),
            content: Within(80, minute),
            content_long: Within(500, hour),
            retry_after: Some(1),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Spent {
    at: Instant,
    points: u32,
    graph: bool,
    content: u32,
    write: bool,
}

/// What was spent by whom.
#[derive(Debug)]
pub struct Limiter {
    limits: Limits,
    spent: HashMap<String, Vec<Spent>>,
    refused: usize,
}

/// What a story wants to know of one installation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peak {
    /// Most content in a stretch of the short length, and of the long one.
    pub content: u32,
    pub content_long: u32,
    /// Most points for REST in a stretch.
    pub points: u32,
    /// Least time between two writes.
    pub gap: Option<Duration>,
    pub writes: usize,
}

impl Limiter {
    /// A refusal where this call is over a limit.
    fn refuse(&mut self, whose: &str, call: &Call, graph: bool) -> Option<Answer> {
        let mutation = call.body["query"].as_str().is_some_and(|query| query.trim_start().starts_with("mutation"));
        let write = if graph { mutation } else { call.method != "GET" };
        let comments = call.body["comments"].as_array().map_or(0, Vec::len);
        let content = if write && !call.path.starts_with("/app") { 1 + u32::try_from(comments).unwrap() } else { 0 };
        let points = if write { 5 } else { 1 };
        let write = write && !call.path.ends_with("/access_tokens");
        let now = Spent { at: Instant::now(), points, graph, content, write };
        let spent = self.spent.entry(whose.to_owned()).or_default();
        let limits = self.limits;
        let over = |Within(most, per): Within, of: &dyn Fn(&Spent) -> u32| {
            let sum: u32 = spent.iter().rev().take_while(|one| now.at - one.at < per).map(of).sum();
            of(&now) > 0 && sum + of(&now) > most
        };
        let refused = over(limits.rest, &|one| if one.graph { 0 } else { one.points })
            || over(limits.graph, &|one| if one.graph { one.points } else { 0 })
            || over(limits.content, &|one| one.content)
            || over(limits.content_long, &|one| one.content);
        if refused {
            self.refused += 1;
            let mut answer =
                Answer::refuse(403, "You have exceeded a secondary rate limit. Please wait a few minutes.");
            answer.headers.extend(limits.retry_after.map(|seconds| ("retry-after", seconds.to_string())));
            return Some(answer);
        }
        spent.push(now);
        None
    }

    fn peak(&self, spent: &[Spent]) -> Peak {
        let most = |Within(_, per): Within, of: &dyn Fn(&Spent) -> u32| {
            let within =
                |at: usize| -> u32 { spent[at..].iter().take_while(|one| one.at - spent[at].at < per).map(of).sum() };
            (0..spent.len()).map(within).max().unwrap_or(0)
        };
        let writes: Vec<Instant> = spent.iter().filter(|one| one.write).map(|one| one.at).collect();
        Peak {
            content: most(self.limits.content, &|one| one.content),
            content_long: most(self.limits.content_long, &|one| one.content),
            points: most(self.limits.rest, &|one| if one.graph { 0 } else { one.points }),
            gap: writes.windows(2).map(|pair| pair[1] - pair[0]).min(),
            writes: writes.len(),
        }
    }
}

impl World {
    /// A refusal where the call is over a limit, if there are any.
    pub fn over_limit(&mut self, call: &Call, graph: bool) -> Option<Answer> {
        let whose = match &call.grant {
            None => "the App".to_owned(),
            Some(grant) => format!("{} {:?}", grant.login, grant.installation),
        };
        self.limiter.as_mut()?.refuse(&whose, call, graph)
    }
}

impl Forge {
    /// From now on these limits hold for each installation, and for the App itself.
    pub fn limit(&self, limits: Limits) {
        lock(&self.world).limiter = Some(Limiter { limits, spent: HashMap::new(), refused: 0 });
    }

    /// Calls that were refused because of limits.
    pub fn refused(&self) -> usize {
        lock(&self.world).limiter.as_ref().map_or(0, |limiter| limiter.refused)
    }

    /// What was spent at most, by whom.
    pub fn peaks(&self) -> Vec<(String, Peak)> {
        let world = lock(&self.world);
        let limiter = world.limiter.as_ref().expect("limits that hold: Forge::limit");
        limiter.spent.iter().map(|(whose, spent)| (whose.clone(), limiter.peak(spent))).collect()
    }
}
