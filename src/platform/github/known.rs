//! What the program remembers of GitHub between calls: texts, which never change under their id; what was refused a moment
//! ago for want of rights; how far a check was written; the owner's defaults. Bounded, and lost with the process.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::auth::Scope;
use crate::review::{ConfigText, ObjectId};

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Values of which the least lately used are forgotten: two generations, of which the elder goes when the younger is full.
#[derive(Debug)]
pub(super) struct Generations<K, V> {
    young: HashMap<K, (V, usize)>,
    old: HashMap<K, (V, usize)>,
    weight: usize,
    /// Weight of one generation.
    most: usize,
}

impl<K: Hash + Eq, V: Clone> Generations<K, V> {
    /// Keeps at most `most` in weight.
    pub(super) fn new(most: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), weight: 0, most: most / 2 }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        if let Some((value, _)) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, (value, weight)) = self.old.remove_entry(key)?;
        self.put(key, value.clone(), weight);
        Some(value)
    }

    pub(super) fn put(&mut self, key: K, value: V, weight: usize) {
        if self.weight.saturating_add(weight) > self.most {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight = self.weight.saturating_add(weight);
        if let Some((_, before)) = self.young.insert(key, (value, weight)) {
            self.weight = self.weight.saturating_sub(before);
        }
    }
}

/// What is kept of a file, of whatever commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// Its text.
    Read(std::sync::Arc<str>),
    /// Why it has none.
    Left(String),
}

/// A path of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// The file that is there.
    Blob(String),
    /// Nothing.
    Absent,
    /// Something that is no file, in words.
    Other(String),
}

/// Bytes of the texts that are kept.
const TEXTS: usize = 32 << 20;
/// Paths of commits that are kept.
const ENTRIES: usize = 20_000;

/// Texts by repository and id, and which file lay where. A repository only finds what was read through it.
#[derive(Debug)]
pub(super) struct Shelf {
    texts: Mutex<Generations<(String, String), Text>>,
    entries: Mutex<Generations<(String, String, String), Entry>>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { texts: Mutex::new(Generations::new(TEXTS)), entries: Mutex::new(Generations::new(ENTRIES)) }
    }
}

impl Shelf {
    pub(super) fn text(&self, repo: &str, blob: &str) -> Option<Text> {
        lock(&self.texts).get(&(repo.to_owned(), blob.to_owned()))
    }

    pub(super) fn keep_text(&self, repo: &str, blob: &str, text: &Text) {
        let weight = 100 + if let Text::Read(text) = text { text.len() } else { 0 };
        lock(&self.texts).put((repo.to_owned(), blob.to_owned()), text.clone(), weight);
    }

    pub(super) fn entry(&self, repo: &str, commit: &str, path: &str) -> Option<Entry> {
        lock(&self.entries).get(&(repo.to_owned(), commit.to_owned(), path.to_owned()))
    }

    pub(super) fn keep_entry(&self, repo: &str, commit: &str, path: &str, entry: &Entry) {
        lock(&self.entries).put((repo.to_owned(), commit.to_owned(), path.to_owned()), entry.clone(), 1);
    }
}

/// Something that is done where the rights allow it, and left otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Courtesy {
    Hide,
    Resolve,
}

/// Repositories and courtesies whose refusal is remembered.
const REFUSALS: usize = 4_000;

/// What the rights in a repository did not allow, and until when that is believed: the owner may grant them at any time.
#[derive(Debug, Default)]
pub(super) struct Refused(Mutex<HashMap<(Scope, Courtesy), i64>>);

impl Refused {
    pub(super) fn holds(&self, scope: &Scope, courtesy: Courtesy, now: i64) -> bool {
        lock(&self.0).get(&(scope.clone(), courtesy)).is_some_and(|until| *until > now)
    }

    /// Where there is no room it is not remembered: it costs one more call.
    pub(super) fn remember(&self, scope: &Scope, courtesy: Courtesy, now: i64) {
        let mut refused = lock(&self.0);
        if refused.len() >= REFUSALS {
            refused.retain(|_, until| *until > now);
        }
        if refused.len() < REFUSALS {
            refused.insert((scope.clone(), courtesy), now.saturating_add(FRESH));
        }
    }
}

/// A check run as it was last read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) key: String,
    pub(super) annotations: usize,
}

/// Check runs of one change.
#[derive(Debug, Default)]
pub(super) struct Runs(Mutex<HashMap<String, Run>>);

impl Runs {
    pub(super) fn get(&self, id: &str) -> Option<Run> {
        lock(&self.0).get(id).cloned()
    }

    pub(super) fn remember(&self, id: &ObjectId, key: &str, annotations: usize) {
        lock(&self.0).insert(id.0.clone(), Run { key: key.to_owned(), annotations });
    }

    pub(super) fn forget(&self, id: &str) {
        lock(&self.0).remove(id);
    }
}

/// Seconds for which the defaults of an owner hold, or that there are none, and for which a refusal is believed.
const FRESH: i64 = 15 * 60;
/// Owners whose defaults are kept.
const OWNERS: usize = 1_000;

/// What is known of an owner: the defaults, or that there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known(pub(super) Option<ConfigText>);

/// The defaults of owners, and until when they hold.
#[derive(Debug, Default)]
pub(super) struct Defaults(Mutex<HashMap<String, (i64, Option<ConfigText>)>>);

impl Defaults {
    /// What is known at `now`; none where it has to be asked.
    pub(super) fn fresh(&self, owner: &str, now: i64) -> Option<Known> {
        lock(&self.0).get(owner).filter(|(until, _)| *until > now).map(|(_, known)| Known(known.clone()))
    }

    /// What was last known, however long ago.
    pub(super) fn last(&self, owner: &str) -> Option<Known> {
        lock(&self.0).get(owner).map(|(_, known)| Known(known.clone()))
    }

    pub(super) fn keep(&self, owner: &str, now: i64, found: Option<ConfigText>) {
        let mut kept = lock(&self.0);
        if kept.len() >= OWNERS {
            kept.retain(|_, (until, _)| *until > now);
        }
        kept.insert(owner.to_owned(), (now.saturating_add(FRESH), found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut kept = Generations::new(20);
        for n in 0..100 {
            kept.put(n, n, 1);
            assert_eq!(kept.get(&0), Some(0), "used at every step");
            assert!(kept.young.len() + kept.old.len() <= 20);
        }
        assert_eq!((kept.get(&50), kept.get(&99)), (None, Some(99)));
    }

    #[test]
    fn a_refusal_is_believed_for_a_quarter_of_an_hour_and_many_take_no_more_room() {
        let scope =
            |n: i64| Scope { owner: "acme".into(), repo: n.to_string(), rights: super::super::auth::Rights::Resolve };
        let kept = Refused::default();
        kept.remember(&scope(0), Courtesy::Hide, 0);
        assert!(kept.holds(&scope(0), Courtesy::Hide, 899) && !kept.holds(&scope(0), Courtesy::Resolve, 899));
        assert!(!kept.holds(&scope(0), Courtesy::Hide, 900), "the owner may have granted it");
        for n in 0..10_000 {
            kept.remember(&scope(n), Courtesy::Hide, 1000);
        }
        assert!(kept.holds(&scope(1), Courtesy::Hide, 1000) && lock(&kept.0).len() <= REFUSALS);
        kept.remember(&scope(9_999), Courtesy::Hide, 2000);
        assert!(kept.holds(&scope(9_999), Courtesy::Hide, 2000), "what has ended makes room");
    }

    #[test]
    fn defaults_hold_for_a_quarter_of_an_hour() {
        let kept = Defaults::default();
        assert_eq!(kept.fresh("acme", 0), None);
        kept.keep("acme", 0, None);
        assert_eq!((kept.fresh("acme", 899), kept.fresh("acme", 900)), (Some(Known(None)), None));
        assert_eq!(
            (kept.last("acme"), kept.last("other")),
            (Some(Known(None)), None),
            "none is not the same as unknown"
        );
    }
}
