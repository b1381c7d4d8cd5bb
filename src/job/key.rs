//! What makes two runs the same: of one commit, and of one text whatever the commit is called.

use sha2::{Digest as _, Sha256};

use super::{Deps, Options};
use crate::engine::GrantedWaiver;
use crate::finding::Severity;
use crate::review::{Change, FilePatch, Gate, Review};
use crate::text::{hex, sha256_hex};

/// One review is posted per key: change, head and base, configuration, gate, engine, model, and the request to do it again.
pub(super) fn run_key(deps: &Deps, change: &Change, options: &Options, gate: Gate, again: Option<&str>) -> String {
    let mut parts = policy(deps, change, options, gate, again);
    parts.extend([change.head.clone(), change.base.clone()]);
    hash(&parts)
}

/// The same but for the names of the commits: it stays while the texts, and what is said of them, stay.
pub(super) fn inputs_key(deps: &Deps, review: &Review, options: &Options, again: Option<&str>) -> String {
    let change = &review.change;
    let mut parts = policy(deps, change, options, review.gate, again);
    for document in &review.documents {
        let file = change.files.iter().find(|file| file.path == document.path);
        let base = file.and_then(|file| file.base.as_deref()).map(|text| sha256_hex(text.as_bytes()));
        let shown = file.is_some_and(|file| matches!(file.patch, FilePatch::Known(_)));
        let asked = format!("{:?} {}", document.critique.model, document.critique.incomplete.is_some());
        parts.extend([
            document.path.clone(),
            document.sha256.clone(),
            base.unwrap_or_default(),
            shown.to_string(),
            asked,
        ]);
    }
    parts.push(format!("proposed {:?}", change.proposed_config));
    parts.push("removed".into());
    parts.extend(review.removed.iter().cloned());
    parts.push("skipped".into());
    parts.extend(change.skipped.iter().flat_map(|skipped| [skipped.what.clone(), skipped.why.clone()]));
    hash(&parts)
}

/// By what a change is reviewed.
fn policy(deps: &Deps, change: &Change, options: &Options, gate: Gate, again: Option<&str>) -> Vec<String> {
    let model = deps.model.as_ref().filter(|_| !options.no_model).map_or("", |model| model.name());
    let config = format!("{:?} {:?}", change.config, change.defaults);
    let fail_on = gate.fail_on.map_or("never", Severity::word);
    let flags = format!("{fail_on} {} {}", gate.require_complete, options.is_spec);
    let granted = options.granted.iter().map(granted_key);
    let accepted = options.accepted.iter().map(|one| format!("{:?}", [&one.fingerprint, &one.by, &one.reason]));
    let paused = options.paused.iter().map(|by| format!("paused {by:?}"));
    let imported = options.imports.digest();
    let decided = granted.chain(accepted).chain(paused).collect::<Vec<_>>().join("\n");
    // The number, for the repository may be renamed: a run is looked for only where it was posted.
    let at = change.at.number.to_string();
    [&at, &config, deps.version, &deps.rules.hash, model, &flags, &decided, again.unwrap_or_default(), &imported]
        .map(str::to_owned)
        .to_vec()
}

/// What a waiver given by command changes about a review.
fn granted_key(one: &GrantedWaiver) -> String {
    let until = one.until.map(|until| until.to_string()).unwrap_or_default();
    let path = one.path.as_deref().unwrap_or_default();
    format!("{:?}", [&one.rule, path, &one.reason, &one.by, &until])
}

fn hash(parts: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    // 16 digits of 64: a change has few runs.
    hex(hash.finalize().get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::testing::deps;
    use crate::review::testing::{added, at_line, change, review, reviewed};

    #[test]
    fn whatever_can_change_the_result_changes_the_key() {
        let gate = Gate { fail_on: Some(Severity::Error), require_complete: false };
        let plain = Options::default();
        let mut keys = std::collections::BTreeSet::new();
        let mut retargeted = change(&[]);
        retargeted.base = "1".repeat(40);
        let waiver = GrantedWaiver {
            rule: "MET-009".into(),
            path: None,
            reason: "the regulator sets it".into(),
            by: "lena".into(),
            until: None,
            url: String::new(),
        };
        for (what, change, options, gate, again) in [
            ("plain", change(&[]), plain.clone(), gate, None),
            ("another base", retargeted, plain.clone(), gate, None),
            ("a milder gate", change(&[]), plain.clone(), Gate { fail_on: None, ..gate }, None),
            ("a stricter gate", change(&[]), plain.clone(), Gate { require_complete: true, ..gate }, None),
            ("every file a specification", change(&[]), Options { is_spec: true, ..plain.clone() }, gate, None),
            ("a waiver by command", change(&[]), Options { granted: vec![waiver], ..plain.clone() }, gate, None),
            ("asked for again", change(&[]), plain.clone(), gate, Some("delivery-1")),
            ("and again", change(&[]), plain.clone(), gate, Some("delivery-2")),
        ] {
            let key = run_key(&deps(), &change, &options, gate, again);
            assert_eq!(key, run_key(&deps(), &change, &options, gate, again));
            assert!(keys.insert(key), "{what}");
        }
    }

    #[test]
    fn the_name_of_the_repository_changes_no_key_and_the_number_does() {
        let gate = Gate { fail_on: None, require_complete: false };
        let key = |change: &Change| run_key(&deps(), change, &Options::default(), gate, None);
        let (here, mut there, mut next) = (change(&[]), change(&[]), change(&[]));
        (there.at.owner, there.at.repo) = ("another".into(), "name".into());
        next.at.number += 1;
        assert!(key(&here) == key(&there) && key(&here) != key(&next));
    }

    #[test]
    fn the_names_of_commits_are_no_part_of_what_was_looked_at() {
        let of = |text: &str| {
            let mut review = review(
                change(&[("a.md", added(1..=3))]),
                vec![reviewed("a.md", vec![at_line("MET-002", 3, "x")], None)],
            );
            review.documents[0].sha256 = sha256_hex(text.as_bytes());
            review
        };
        let key = |review: &Review| inputs_key(&deps(), review, &Options::default(), None);
        let mut later = of("one");
        (later.change.head, later.change.base) = ("f".repeat(40), "e".repeat(40));
        assert_eq!(key(&of("one")), key(&later));
        assert_ne!(key(&of("one")), key(&of("two")));
        let mut hidden = of("one");
        hidden.change.files[0].patch = FilePatch::Unknown("too large".into());
        let mut without = of("one");
        without.documents.clear();
        without.removed = vec!["a.md".into()];
        for other in [hidden, without] {
            assert_ne!(key(&of("one")), key(&other));
        }
    }
}
