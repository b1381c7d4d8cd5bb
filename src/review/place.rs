//! Where each finding is shown: on a line of the diff, in the summary, or in the check. Exactly one place. Posts nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Catalogue, FilePatch, Review, Reviewed};
use crate::diff::{self, Anchor};
use crate::finding::{CheckState, Confidence, Finding, Severity, Source};
use crate::text::LineRange;

/// A place for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// An inline comment on lines of the diff.
    Inline(Anchor),
    /// In a comment on its file as a whole, of which the platform shows no lines: a new one, or one that still stands.
    File,
    /// In an inline comment of this bot that was posted earlier and still stands.
    Kept,
    /// As [`Placement::Kept`], but somebody marked the conversation as done: it is known, and counts all the same.
    Acknowledged,
    /// Only in the summary.
    Summary,
    /// An annotation of the check (and a line in the fold of the summary).
    Check,
}

/// A finding with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Index of the document in the review.
    pub document: usize,
    /// Index of the finding among the head's findings, or, from `head.findings.len()` on, among the critique's.
    pub finding: usize,
    /// Where.
    pub placement: Placement,
    /// The change brought it; false for what was there before.
    pub introduced: bool,
}

/// A comment to be written: one finding, or all items of one family that are missing or only named; on a file as a whole, its worst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Index of the document in the review.
    pub document: usize,
    /// Indices of its findings, worst first.
    pub findings: Vec<usize>,
    /// Where it stands; none for the file as a whole.
    pub lines: Option<LineRange>,
}

/// A finding as a mark names it: path of the document, fingerprint.
pub type Named = (String, String);

/// What stands in comments of this bot already.
#[derive(Debug, Clone, Default)]
pub struct Stands {
    /// How many comments those are.
    pub comments: usize,
    /// Findings, and how often each.
    pub told: BTreeMap<Named, usize>,
    /// The same for comments whose conversation somebody else marked as done.
    pub acknowledged: BTreeMap<Named, usize>,
}

/// Every finding with its place, and the inline comments that hold the inline ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Every finding of every document, once, in order.
    pub placed: Vec<Placed>,
    /// New comments, worst first.
    pub comments: Vec<Comment>,
}

/// What decides about places besides the review itself.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    /// Most inline comments on the change, those that stand already included.
    pub inline: usize,
    /// The check can carry annotations.
    pub checks: bool,
    /// A comment can stand on a file as a whole.
    pub files: bool,
    /// What stands already.
    pub stands: &'a Stands,
    /// Findings whose place the platform refused.
    pub refused: &'a BTreeSet<Named>,
    /// Families of rules.
    pub catalogue: &'a Catalogue,
}

/// Longest range that a comment marks; a longer one is marked by its first line.
const LONGEST_RANGE: u32 = 12;

/// Places every finding of the review exactly once. At most `inline_cap` comments are inline, ranked by severity, confidence,
/// line.
#[must_use]
pub fn place(review: &Review, inline_cap: usize) -> Vec<Placed> {
    let (stands, refused, catalogue) = (Stands::default(), BTreeSet::new(), Catalogue::default());
    let room = Room {
        inline: inline_cap,
        checks: true,
        files: false,
        stands: &stands,
        refused: &refused,
        catalogue: &catalogue,
    };
    layout(review, &room).placed
}

/// Rank of a comment: notes last, and before them what other tools say; worst severity, then confidence, then document and line.
type Rank = (bool, bool, Reverse<Severity>, Reverse<Confidence>, usize, u32);

/// A finding that gets a comment, and where its lines are shown: none for the file as a whole.
type Member = (usize, Option<Anchor>);

/// As [`place`], knowing what stands already.
#[must_use]
pub fn layout(review: &Review, room: &Room<'_>) -> Layout {
    let (mut told, mut acknowledged) = (room.stands.told.clone(), room.stands.acknowledged.clone());
    let mut placed = Vec::new();
    let mut groups: BTreeMap<(usize, String), Vec<Member>> = BTreeMap::new();
    for (document, reviewed) in review.documents.iter().enumerate() {
        let shown = &Shown::of(review, &reviewed.path);
        for (index, finding) in reviewed.findings().enumerate() {
            let introduced = is_introduced(reviewed, shown.lines(), index, finding);
            let named = (reviewed.path.clone(), finding.fingerprint.as_str().to_owned());
            let placement = if take(&mut told, &named) {
                if matches!(shown, Shown::Unknown) { Placement::File } else { Placement::Kept }
            } else if take(&mut acknowledged, &named) {
                Placement::Acknowledged
            // Where readers see no lines, no comment stands on one.
            } else if introduced && let Some(at) = finding.place.as_ref().filter(|at| at.seen_lines().is_some()) {
                let wish = if room.refused.contains(&named) { None } else { room.wish(shown, finding, at.lines) };
                if let Some((placement, anchor)) = wish {
                    let group = anchor.map_or_else(String::new, |_| group(reviewed, index, finding, room.catalogue));
                    groups.entry((document, group)).or_default().push((index, anchor));
                    placement
                } else {
                    room.off_the_diff()
                }
            } else {
                Placement::Summary
            };
            placed.push(Placed { document, finding: index, placement, introduced });
        }
    }
    let mut comments: Vec<(Rank, Comment)> = groups
        .into_iter()
        .filter_map(|((document, _), members)| comment(review.documents.get(document)?, document, &members))
        .collect();
    comments.sort_by_key(|(rank, _)| *rank);
    // A note alone is not worth a comment; beside something worse of its family it is told there.
    let free = room.inline.saturating_sub(room.stands.comments);
    let worth = comments.iter().take_while(|((is_note, ..), _)| !is_note).count();
    let over = comments.split_off(free.min(worth).min(comments.len()));
    let mut comments: Vec<Comment> = comments.into_iter().map(|(_, comment)| comment).collect();
    let mut left_over: BTreeMap<(usize, usize), Placement> = BTreeMap::new();
    for (_, Comment { document, findings, lines }) in over {
        let instead = if lines.is_some() { Placement::Summary } else { room.off_the_diff() };
        left_over.extend(findings.into_iter().map(|finding| ((document, finding), instead)));
    }
    for Comment { document, findings, .. } in comments.iter_mut().filter(|at| at.lines.is_none()) {
        let rest = findings.split_off(findings.len().min(room.inline));
        left_over.extend(rest.into_iter().map(|finding| ((*document, finding), room.off_the_diff())));
    }
    for at in &mut placed {
        if let Some(instead) = left_over.get(&(at.document, at.finding)) {
            at.placement = *instead;
        }
    }
    Layout { placed, comments }
}

impl Room<'_> {
    /// A place for a finding that no comment can hold.
    fn off_the_diff(&self) -> Placement {
        if self.checks { Placement::Check } else { Placement::Summary }
    }

    /// The comment that a finding on these lines may have.
    fn wish(&self, shown: &Shown, finding: &Finding, lines: LineRange) -> Option<(Placement, Option<Anchor>)> {
        match shown {
            Shown::Lines(of) => anchor(of, lines).map(|anchor| (Placement::Inline(anchor), Some(anchor))),
            Shown::Unknown if self.files && finding.severity > Severity::Info => Some((Placement::File, None)),
            Shown::Unknown | Shown::Not => None,
        }
    }
}

fn take(from: &mut BTreeMap<Named, usize>, named: &Named) -> bool {
    match from.get_mut(named) {
        Some(left @ 1..) => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

/// The comment of one group: it stands where the first of its findings stands.
fn comment(reviewed: &Reviewed, document: usize, members: &[Member]) -> Option<(Rank, Comment)> {
    let lines = members.iter().filter_map(|(_, anchor)| anchor.map(|anchor| anchor.lines)).min();
    let mut ranked: Vec<(Rank, usize)> = members
        .iter()
        .filter_map(|(index, anchor)| {
            let finding = reviewed.finding(*index)?;
            let lines = anchor.map_or_else(|| finding.place.as_ref().map(|place| place.lines), |at| Some(at.lines))?;
            let (is_note, is_foreign) = (finding.severity == Severity::Info, finding.source == Source::Tool);
            let rank = (Reverse(finding.severity), Reverse(finding.confidence), document, lines.start);
            Some(((is_note, is_foreign, rank.0, rank.1, rank.2, rank.3), *index))
        })
        .collect();
    ranked.sort();
    let (first, _) = *ranked.first()?;
    let rank = (first.0, first.1, first.2, first.3, document, lines.map_or(first.5, |lines| lines.start));
    Some((rank, Comment { document, findings: ranked.into_iter().map(|(_, index)| index).collect(), lines }))
}

/// Items that are missing or only named share one comment per family; everything else stands alone.
fn group(reviewed: &Reviewed, index: usize, finding: &Finding, catalogue: &Catalogue) -> String {
    if is_missing(reviewed, finding) { catalogue.family_of(finding).to_owned() } else { format!("#{index}") }
}

/// True when the finding says that something of the checklist is missing or only named.
#[must_use]
pub fn is_missing(reviewed: &Reviewed, finding: &Finding) -> bool {
    let same = |check: &&crate::finding::Check| {
        check.rule == finding.rule && (finding.part.is_none() || check.part == finding.part)
    };
    let missing = |check: &crate::finding::Check| matches!(check.state, CheckState::Absent | CheckState::Mentioned);
    finding.source == Source::Rule && reviewed.head.checks.iter().filter(same).any(missing)
}

/// What the change shows of a file.
enum Shown {
    /// These lines.
    Lines(diff::Shown),
    /// It is part of the change, but its diff is not given.
    Unknown,
    /// It is no part of the change.
    Not,
}

impl Shown {
    fn of(review: &Review, path: &str) -> Self {
        match review.change.files.iter().find(|file| file.path == path).map(|file| &file.patch) {
            Some(FilePatch::Known(patch)) => Self::Lines(patch.shown()),
            Some(FilePatch::Unknown(_)) => Self::Unknown,
            None => Self::Not,
        }
    }

    fn lines(&self) -> Option<&diff::Shown> {
        if let Self::Lines(lines) = self { Some(lines) } else { None }
    }
}

fn anchor(shown: &diff::Shown, lines: LineRange) -> Option<Anchor> {
    let long = lines.end - lines.start >= LONGEST_RANGE;
    shown.anchor(if long { LineRange::single(lines.start) } else { lines })
}

/// A deterministic finding is compared with the base; a finding of the critique, which never saw the base, belongs to the
/// change when the change wrote one of its lines.
fn is_introduced(reviewed: &Reviewed, shown: Option<&diff::Shown>, index: usize, finding: &Finding) -> bool {
    if index < reviewed.head.findings.len() {
        return reviewed.is_new(index);
    }
    match (shown, &finding.place) {
        (Some(shown), Some(place)) if reviewed.base.is_some() => shown.adds_to(place.lines),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{DiffLine, Hunk, Patch};
    use crate::review::testing::{added, at_line, change, missing, named, review, reviewed};
    use crate::text::testing::{in_proportion, seconds};
    use proptest::prelude::*;

    fn places(review: &Review, cap: usize) -> Vec<Placement> {
        place(review, cap).into_iter().map(|placed| placed.placement).collect()
    }

    fn layout_in(review: &Review, inline: usize, files: bool, stands: &Stands, refused: &[Named]) -> Layout {
        let (catalogue, refused) = (Catalogue::default(), refused.iter().cloned().collect());
        layout(review, &Room { inline, checks: true, files, stands, refused: &refused, catalogue: &catalogue })
    }

    fn inline(line: u32) -> Placement {
        Placement::Inline(Anchor { lines: LineRange::single(line), exact: true })
    }

    #[test]
    fn each_kind_of_finding_has_its_place() {
        let carried = at_line("MET-007", 5, "an old quarrel");
        let head = vec![
            missing("BIZ-001"),
            at_line("MET-002", 3, "good recall"),
            at_line("MET-009", 40, "far away"),
            carried.clone(),
        ];
        let review = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", head, Some(vec![carried]))]);
        assert_eq!(places(&review, 10), [Placement::Summary, inline(3), Placement::Check, Placement::Summary]);
        assert_eq!(
            places(&review, 0),
            [Placement::Summary, Placement::Summary, Placement::Check, Placement::Summary],
            "what is over the cap goes into the summary"
        );
    }

    #[test]
    fn what_other_tools_say_takes_no_place_from_ours() {
        let theirs = crate::finding::FindingBuilder::new("vale/A.B", Source::Tool, "m")
            .level(Severity::Error, Confidence::Medium)
            .at(Some(crate::finding::Evidence::new(LineRange::single(2), "x")), vec![])
            .build();
        let mut ours = at_line("MET-002", 9, "w");
        (ours.severity, ours.confidence) = (Severity::Warning, Confidence::Low);
        let of = |cap| {
            let head = vec![theirs.clone(), ours.clone()];
            places(&review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", head, None)]), cap)
        };
        assert_eq!(of(1), [Placement::Summary, inline(9)]);
        assert_eq!(of(2), [inline(2), inline(9)]);
    }

    #[test]
    fn an_unknown_diff_takes_no_inline_comment() {
        let mut change = change(&[("a.md", added(1..=10))]);
        change.files[0].patch = FilePatch::Unknown("too large".into());
        let review = review(change, vec![reviewed("a.md", vec![at_line("MET-002", 3, "x")], None)]);
        assert_eq!(places(&review, 10), [Placement::Check]);
    }

    #[test]
    fn a_file_without_a_diff_gets_one_comment_with_its_worst_findings() {
        let mut note = at_line("MET-012", 1, "n");
        note.severity = Severity::Info;
        let mut warning = at_line("MET-007", 2, "w");
        warning.severity = Severity::Warning;
        let carried = at_line("ARI-003", 5, "old");
        let findings = vec![
            note,
            warning,
            at_line("MET-002", 9, "e"),
            at_line("MET-009", 8, "e"),
            missing("BIZ-001"),
            carried.clone(),
        ];
        let mut change = change(&[("a.md", added(1..=10))]);
        change.files[0].patch = FilePatch::Unknown("too large".into());
        let review = review(change, vec![reviewed("a.md", findings, Some(vec![carried]))]);
        let places = |inline| {
            let layout = layout_in(&review, inline, true, &Stands::default(), &[]);
            let of = |wanted| -> Vec<usize> {
                layout.placed.iter().filter(|at| at.placement == wanted).map(|at| at.finding).collect()
            };
            let comments: Vec<_> = layout.comments.iter().map(|at| (at.findings.clone(), at.lines)).collect();
            (comments, of(Placement::File), of(Placement::Check), of(Placement::Summary))
        };
        assert_eq!(places(9), (vec![(vec![3, 2, 1], None)], vec![1, 2, 3], vec![0], vec![4, 5]));
        assert_eq!(places(2), (vec![(vec![3, 2], None)], vec![2, 3], vec![0, 1], vec![4, 5]), "no more than the cap");
        assert_eq!(places(0), (vec![], vec![], vec![0, 1, 2, 3], vec![4, 5]));
    }

    #[test]
    fn a_place_that_was_refused_is_not_tried_again() {
        let findings = vec![at_line("MET-002", 3, "good recall"), at_line("MET-009", 4, "threshold")];
        let refused = [("a.md".to_owned(), findings[0].fingerprint.to_string())];
        let review = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)]);
        let layout = layout_in(&review, 9, true, &Stands::default(), &refused);
        let places: Vec<_> = layout.placed.iter().map(|at| at.placement).collect();
        assert_eq!(places, [Placement::Check, inline(4)]);
    }

    #[test]
    fn the_worst_come_first_when_room_is_short() {
        let mut warning = at_line("MET-012", 1, "w");
        warning.severity = Severity::Warning;
        let mut unsure = at_line("MET-007", 2, "u");
        unsure.confidence = Confidence::Medium;
        let findings = vec![warning, unsure, at_line("ARI-003", 3, "e")];
        let review = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)]);
        assert_eq!(places(&review, 1), [Placement::Summary, Placement::Summary, inline(3)]);
        assert_eq!(places(&review, 2), [Placement::Summary, inline(2), inline(3)]);
    }

    #[test]
    fn a_note_alone_is_no_comment() {
        let mut note = named("MON-001", 2, "n");
        note.severity = Severity::Info;
        let alone = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", vec![note.clone()], None)]);
        assert_eq!(places(&alone, 9), [Placement::Summary]);
        let findings = vec![note, named("MON-002", 3, "e")];
        let beside = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)]);
        assert_eq!(places(&beside, 9), [inline(2), inline(3)]);
    }

    #[test]
    fn missing_items_of_one_family_share_a_comment() {
        let findings = vec![
            named("MON-001", 8, "we will monitor"),
            named("MON-002", 4, "drift"),
            at_line("MON-003", 6, "an alert"),
        ];
        let review = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)]);
        let comments: Vec<_> = layout_in(&review, 9, false, &Stands::default(), &[])
            .comments
            .into_iter()
            .map(|at| (at.findings, at.lines.unwrap().start))
            .collect();
        assert_eq!(comments, [(vec![1, 0], 4), (vec![2], 6)]);
    }

    #[test]
    fn what_stands_already_is_not_said_again() {
        let twice = at_line("MET-002", 3, "good recall");
        let findings = vec![twice.clone(), twice.clone(), at_line("MET-009", 4, "threshold")];
        let review = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)]);
        let told = BTreeMap::from([(("a.md".to_owned(), twice.fingerprint.to_string()), 1)]);
        let stands = Stands { comments: 1, told, ..Stands::default() };
        let places = |inline| -> Vec<_> {
            layout_in(&review, inline, false, &stands, &[]).placed.iter().map(|at| at.placement).collect()
        };
        assert_eq!(places(9), [Placement::Kept, inline(3), inline(4)]);
        assert_eq!(places(1), [Placement::Kept, Placement::Summary, Placement::Summary]);
    }

    #[test]
    fn the_time_grows_no_faster_than_the_findings_and_the_hunks() {
        let of = |count: u32| {
            let hunk = |at: u32| Hunk { lines: vec![DiffLine::Deleted(at), DiffLine::Added(9 * at)] };
            let findings = (1..=count).map(|at| at_line("MET-002", 9 * at, "words")).collect();
            let patch = Patch { hunks: (1..=count).map(hunk).collect() };
            review(change(&[("a.md", patch)]), vec![reviewed("a.md", findings, None)])
        };
        in_proportion("places", (&of(1_000), &of(8_000)), |review| {
            seconds(|| assert!(place(review, 10).iter().all(|at| at.introduced)))
        });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn every_finding_has_exactly_one_place_and_inline_ones_stand_in_the_diff(
            documents in prop::collection::vec(
                (prop::collection::vec((0u32..30, 0u8..3, any::<bool>()), 0..8), 1u32..20, 0u32..15), 0..4),
            cap in 0usize..6,
        ) {
            let paths: Vec<String> = (0..documents.len()).map(|n| format!("{n}.md")).collect();
            let files: Vec<_> = documents.iter().zip(&paths)
                .map(|((_, from, more), path)| (path.as_str(), added(*from..=from + more))).collect();
            let reviews = documents.iter().zip(&paths).map(|((findings, ..), path)| {
                let head: Vec<_> = findings.iter().map(|(line, kind, _)| match (line, kind) {
                    (0, _) => missing("BIZ-001"),
                    (line, 0) => named("MON-001", *line, "words"),
                    (line, _) => at_line("MET-002", *line, "words"),
                }).collect();
                let base = findings.iter().zip(&head).filter(|((.., old), _)| *old).map(|(_, f)| f.clone()).collect();
                reviewed(path, head, Some(base))
            }).collect();
            let review = review(change(&files), reviews);
            let layout = layout_in(&review, cap, true, &Stands::default(), &[]);
            let seen: Vec<_> = layout.placed.iter().map(|at| (at.document, at.finding)).collect();
            let wanted: Vec<_> = review.documents.iter().enumerate()
                .flat_map(|(d, doc)| (0..doc.findings().count()).map(move |f| (d, f))).collect();
            prop_assert_eq!(seen, wanted);
            prop_assert!(layout.comments.len() <= cap);
            let mut commented: Vec<_> = layout.comments.iter()
                .flat_map(|at| at.findings.iter().map(|f| (at.document, *f))).collect();
            commented.sort_unstable();
            let inline: Vec<_> = layout.placed.iter()
                .filter(|at| matches!(at.placement, Placement::Inline(_))).map(|at| (at.document, at.finding)).collect();
            prop_assert_eq!(commented, inline);
            for comment in &layout.comments {
                let FilePatch::Known(patch) = &review.change.files[comment.document].patch else { unreachable!() };
                prop_assert!(patch.anchor(comment.lines.unwrap()).is_some_and(|anchor| anchor.exact));
            }
            prop_assert!(layout.placed.iter().all(|at| at.introduced || at.placement == Placement::Summary));
        }
    }
}
