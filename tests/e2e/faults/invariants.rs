//! What holds after every schedule, whatever went wrong in it.

use std::collections::{BTreeMap, BTreeSet};

use specreview::review::marker::{Mark, MarkKind, MarkerKey};
use specreview::store::Depth;

use super::machine::Machine;
use crate::bot::MARKER;
use crate::forge::{Forge, Pull};
use crate::log::Log;

/// What an undisturbed world shows of a text.
pub struct Calm {
    /// Where the App may comment.
    pub whole: Seen,
    /// Where it may not: the check says so, and everything that was found.
    pub check_alone: Seen,
}

/// What a reader sees on a change.
#[derive(Debug, Default)]
pub struct Seen {
    /// Summaries.
    summaries: Vec<Mark>,
    /// Reviews by commit and key.
    reviews: Vec<(String, String, &'static str)>,
    /// Inline findings that stand, by fingerprint.
    inline: BTreeMap<String, usize>,
    /// Checks on the head: key, status, conclusion, whether its words tell a reason.
    checks: Vec<(String, String, Option<String>)>,
    /// Rules that are spoken of anywhere.
    rules: BTreeSet<String>,
    /// The newest check says that the App may not comment.
    pub may_not_comment: bool,
}

impl Seen {
    pub fn of(pull: &Pull) -> Self {
        let key = MarkerKey::new(MARKER);
        let mark = |body: &str| key.read(&pull.at(), body);
        let mut seen = Self::default();
        let mut text = String::new();
        for one in pull.comments().into_iter().filter(|one| one.minimised.is_none()) {
            if let Some(mark) = mark(&one.body).filter(|mark| mark.kind == MarkKind::Summary) {
                seen.summaries.push(mark);
                text.push_str(&one.body);
            }
        }
        for one in pull.reviews() {
            let key = mark(&one.body).map(|mark| mark.key).unwrap_or_default();
            seen.reviews.push((one.commit, key, one.state));
        }
        for one in pull.inline().into_iter().filter(|one| one.minimised.is_none()) {
            let Some(mark) = mark(&one.body).filter(|mark| mark.kind == MarkKind::Inline) else { continue };
            for item in mark.items {
                *seen.inline.entry(item.fingerprint).or_default() += 1;
            }
            text.push_str(&one.body);
        }
        for one in pull.checks() {
            text.push_str(&one.summary);
            one.annotations.iter().for_each(|note| text.push_str(&note.to_string()));
            seen.may_not_comment = one.summary.contains(REFUSED);
            seen.checks.push((one.external_id, one.status, one.conclusion));
        }
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        seen.rules = words.filter(|word| is_code(word)).map(str::to_owned).collect();
        seen
    }
}

/// How a check says that a comment was refused.
const REFUSED: &str = "every finding is an annotation here";

/// `MET-003`.
fn is_code(word: &str) -> bool {
    word.split_once('-').is_some_and(|(family, number)| {
        number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && (2..=4).contains(&family.len())
            && family.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}

/// What holds of the program as a whole.
pub fn check(forge: &Forge, machine: &Machine, log: &Log, depth: Depth) -> Vec<String> {
    let mut broken = Vec::new();
    if (depth.queued, depth.running) != (0, 0) {
        broken.push(format!("it never comes to rest: {depth:?}"));
    }
    for check in forge.all_checks().iter().filter(|check| check.status != "completed") {
        broken.push(format!("the check of {} is stuck: {}", check.head, check.status));
    }
    let mut kept = log.text();
    for file in std::fs::read_dir(machine.folder.path()).unwrap().flatten() {
        kept.push_str(&String::from_utf8_lossy(&std::fs::read(file.path()).unwrap_or_default()));
    }
    for sent in forge.recorded() {
        kept.push_str(&sent.body.to_string());
    }
    for secret in forge.secrets() {
        if kept.contains(&secret) {
            broken.push("a secret stands in the log, in the database, or in what was sent".into());
        }
    }
    broken
}

/// What holds of one change whose text ends as `calm` shows it. `was_refused`: the App could not comment for a time; `was_asked`: somebody
/// asked for a review beside the one of the head.
pub fn of_pull(pull: &Pull, calm: &Calm, nothing_given_up: bool, was_refused: bool, was_asked: bool) -> Vec<String> {
    let seen = Seen::of(pull);
    let is_mute = was_refused && seen.may_not_comment && seen.summaries.is_empty();
    let calm = if is_mute { &calm.check_alone } else { &calm.whole };
    let mut broken = Vec::new();
    let mut say = |what: String| broken.push(format!("#{}: {what}", pull.number));
    // Where the work on this head was given up, its check says so, and may be all there is.
    let is_given_up = seen.checks.iter().any(|(key, ..)| key == "given-up");
    if seen.summaries.len() != 1 && !((is_given_up || is_mute) && seen.summaries.is_empty()) {
        say(format!("{} summaries", seen.summaries.len()));
    }
    let mut keys = BTreeSet::new();
    for (commit, key, state) in &seen.reviews {
        if *state == "PENDING" {
            say(format!("a review of {commit} was never submitted"));
        } else if !keys.insert((commit, key)) {
            say(format!("two reviews of {commit} by one run"));
        }
    }
    for (fingerprint, times) in seen.inline.iter().filter(|(_, times)| **times > 1) {
        say(format!("the finding {fingerprint} is said {times} times"));
    }
    // The newest check counts: a run that comes back behind another one (the settings were away for a while) shows its verdict anew.
    for (one, next) in seen.checks.iter().zip(seen.checks.iter().skip(1)) {
        // What was under way when another review was asked for ends as that one does.
        let ends_alike = was_asked && one.2 == next.2;
        if one.0 == next.0 && !ends_alike {
            say(format!("two checks of the run {}", one.0));
        }
    }
    let verdict = |seen: &Seen| seen.checks.last().and_then(|(_, _, conclusion)| conclusion.clone());
    let is_told = |conclusion: &str| !nothing_given_up && ["neutral", "failure"].contains(&conclusion);
    match verdict(&seen) {
        None => say("no check on the head".into()),
        Some(found) if Some(&found) != verdict(calm).as_ref() && !is_told(&found) => {
            say(format!("the check says {found}, calm it says {:?}", verdict(calm)));
        }
        Some(_) => {}
    }
    if nothing_given_up {
        let lost: Vec<&String> = calm.rules.difference(&seen.rules).collect();
        if !lost.is_empty() {
            say(format!("nothing is said of {lost:?}"));
        }
    }
    broken
}
