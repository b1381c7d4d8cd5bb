//! What changed between two texts of one document: the same rules on both, without a model. Posts nothing and keeps nothing.

use super::wish::Wishes;
use super::work::{config, options};
use crate::config::Paths;
use crate::critique::Critique;
use crate::job::Deps;
use crate::job::compared::{as_specification, compared, is_specification, reporting};
use crate::job::linked::{Judged, Library, Shelf, apart};
use crate::job::settings::settings;
use crate::output::{Commits, Entry, Run};
use crate::review::Reviewed;
use crate::text::sha256_hex;

/// One of the two.
#[derive(Debug, Clone)]
pub struct Side {
    /// What the text is called: when it was reviewed.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Compares the text of `document` as it was with what it is now, by the rules that `wishes` ask for.
pub async fn compare(deps: &Deps, document: &str, before: Side, after: Side, wishes: &Wishes) -> Run {
    let config = config(wishes);
    let paths = Paths::new(&config);
    let mut settings = settings(deps, &config, &paths, document, &options(wishes));
    let reporting = reporting(&settings);
    let mut library = Library::new(Shelf::Nowhere);
    let sha256 = sha256_hex(after.text.as_bytes());
    // Where either is a specification, by itself or because whoever asked says so, both are judged as one.
    let mut base = library.judge(deps, document, before.text.clone(), settings.clone()).await;
    settings.is_spec |= is_specification(&base);
    let head = library.judge(deps, document, after.text, settings.clone()).await;
    if is_specification(&head) {
        base = as_specification(&mut library, deps, (document, &before.text), settings, base).await;
    }
    let (judged, base, comparison) = apart(move || compared(head, Some(base), reporting.as_ref())).await;
    let Judged { document: read, assessment: head, .. } = judged;
    let path = document.to_owned();
    let form = read.form;
    let reviewed = Reviewed { path, form, sha256, comparison, head, base, critique: Critique::default() };
    Run {
        documents: vec![Entry::Reviewed(Box::new(reviewed), read)],
        answered: true,
        commits: Some(Commits { head: Some(after.name), base: before.name }),
        ..Run::new(deps.version, &deps.rules.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::testing::{SPEC, deps};

    #[tokio::test]
    async fn a_target_that_got_lower_and_a_section_that_went_are_seen() {
        let side = |name: &str, text: String| Side { name: name.into(), text };
        let (without, _) = SPEC.split_once("## 4.").unwrap();
        let run = compare(
            &deps(),
            "parcel.md",
            side("before", SPEC.to_owned()),
            side("after", without.to_owned()),
            &Wishes::default(),
        )
        .await;
        let reviewed = run.reviewed().next().unwrap();
        assert!(!reviewed.comparison.introduced.is_empty(), "what the section said is missing now");
        assert!(!reviewed.comparison.carried.is_empty());
        assert!(
            reviewed.comparison.commitments.iter().any(|change| change.after.is_none()),
            "{:?}",
            reviewed.comparison
        );

        // A note that becomes a specification, and the way back: what the note has not is not news, and what it had not was not mended.
        let note = "# Parcels\n\nWe want to know which parcels are damaged.\n";
        for (before, after, news) in [(note, SPEC, false), (SPEC, note, true)] {
            let sides = (side("1", before.into()), side("2", after.into()));
            let run = compare(&deps(), "parcel.md", sides.0, sides.1, &Wishes::default()).await;
            let comparison = &run.reviewed().next().unwrap().comparison;
            let missing = |at: &usize| run.reviewed().next().unwrap().head.findings[*at].rule == "DAT-001";
            assert_eq!(comparison.introduced.iter().any(missing), news, "{comparison:?}");
            assert!(!comparison.fixed.is_empty() || news, "the note lacked what the specification says");
        }

        let same = compare(&deps(), "a.md", side("1", SPEC.into()), side("2", SPEC.into()), &Wishes::default()).await;
        let same = &same.reviewed().next().unwrap().comparison;
        assert!(same.introduced.is_empty() && same.fixed.is_empty() && same.commitments.is_empty(), "{same:?}");
    }
}
