//! What has to be done so that the platform shows this review and nothing twice. Pure: (what is posted, the new review,
//! what the platform can do) → actions. Never reads a platform and never sends anything.

use std::collections::BTreeSet;

use super::action::{
    Action, Capabilities, CheckOutput, Event, InlineComment, Posted, PostedCheck, PostedComment, PostedReview,
    PostedSummary,
};
use super::marker::{Item, Mark, MarkKind, MarkerKey, digest, is_marked};
use super::place::{Layout, Named, Placed, Placement, Room, Stands, layout};
use super::render::escape::{Md, md};
use super::render::{Page, check, inline, summary, words};
use super::standing::{Fate, Standing, standing};
use super::{
    Acceptance, Asked, Catalogue, Conclusion, Pressure, Question, REMEMBERED, Review, Reviewed, document_key, questions,
};
use crate::finding::{DOCS, Finding, Source};

/// What the caller wants of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Comments are wanted; false after the platform refused them all: everything goes into the summary then.
    pub inline: bool,
    /// A summary is wanted; false after the platform refused it: everything goes into the check then.
    pub summary: bool,
    /// Findings whose places the platform refused.
    pub refused: BTreeSet<Named>,
    /// A review of a change that fails asks for changes.
    pub request_changes: bool,
    /// Most inline comments on the change; the platform's own limit applies too.
    pub inline_comments: usize,
    /// Complete a check on changes without a specification.
    pub check_without_spec: bool,
    /// Names and families of the rules that ran.
    pub catalogue: Catalogue,
    /// Addresses below which rules are documented: the only foreign ones that are linked.
    pub docs: Vec<String>,
    /// Version of the program, for the last line of the summary.
    pub version: String,
    /// Hash of the rules, for the same line.
    pub rules: String,
    /// What the model cost, for the same line; empty where none was asked.
    pub cost: String,
    /// Questions that are accepted as they are.
    pub accepted: Vec<Acceptance>,
    /// Who had the change paused: nothing but the check is written.
    pub paused: Option<String>,
    /// What is left out for want of room on the platform; see [`Options::under`].
    pub pressure: Pressure,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            inline: true,
            summary: true,
            refused: BTreeSet::new(),
            request_changes: false,
            inline_comments: 10,
            check_without_spec: true,
            catalogue: Catalogue::default(),
            docs: vec![DOCS.to_owned()],
            version: String::new(),
            rules: String::new(),
            cost: String::new(),
            accepted: Vec::new(),
            paused: None,
            pressure: Pressure::Calm,
        }
    }
}

/// The actions in their order: pending reviews, the summary (its address goes into the review), comments on files, the review,
/// what stands in earlier ones, the check.
///
/// Every round may start from here again: what is posted under the key of this review is not posted twice.
#[must_use]
pub fn plan(posted: &Posted, review: &Review, can: &Capabilities, key: &MarkerKey, options: &Options) -> Vec<Action> {
    let desk = Desk { review, can, key, options, mine: Mine::of(posted, review, key) };
    let mut actions: Vec<Action> = desk.pending(posted).map(|old| Action::DeletePending(old.id.clone())).collect();
    // A draft may have shown only after all else was done.
    if desk.is_done(posted) {
        return actions;
    }
    let placed = if review.documents.is_empty() { Layout::default() } else { desk.layout() };
    let mut page = Page::of(review, placed.placed.clone(), options, can.checks);
    page.questions = desk.questions();
    let asked = remembered(&page);
    let (on_lines, on_files) = desk.comments(&mut page, &placed);
    let removed = words::removed(&review.removed);
    let told = summary::summary(&page, desk.room_for_summary(&asked).saturating_sub(removed.units()));
    let mut overflow = told.overflow;
    if !options.summary {
        overflow = page.placed.iter().filter(|placed| placed.placement == Placement::Summary).copied().collect();
    } else if !review.documents.is_empty() {
        actions.extend(desk.summary(md![told.text, removed], &asked));
    } else if !desk.mine.summaries.is_empty() {
        let gone = match (&review.change.skipped[..], &review.removed[..]) {
            ([], []) => words::NO_SPEC.into(),
            ([], _) => removed,
            (skipped, _) => md![words::none_read(skipped), removed],
        };
        actions.extend(desk.summary(gone, &[]));
    }
    // The review comes last among the comments: where it is there, all of them are.
    actions.extend(on_files);
    if !on_lines.is_empty() {
        let blocks = options.request_changes && review.conclusion == Conclusion::Failure;
        actions.push(Action::CreateReview {
            commit: review.change.head.clone(),
            event: if blocks { Event::RequestChanges } else { Event::Comment },
            body: desk.sealed(MarkKind::Review, &[], words::review(on_lines.len())),
            comments: on_lines,
        });
    }
    actions.extend(desk.mend(posted, &page));
    actions.extend(desk.check(posted, || desk.output(&page, overflow)));
    if options.paused.is_some() || options.pressure == Pressure::CheckOnly {
        actions.retain(Action::is_of_check);
    }
    actions
}

/// What the summary has to remember of the questions of its page.
fn remembered(page: &Page<'_>) -> Vec<Asked> {
    let of = |(document, questions): (&&Reviewed, &Vec<Question>)| {
        let key = document_key(&document.path);
        questions.iter().filter_map(|question| question.remembered(&key)).collect::<Vec<_>>()
    };
    page.documents.iter().zip(&page.questions).flat_map(of).take(REMEMBERED).collect()
}

/// What is posted and proven to be ours.
pub(super) struct Mine<'a> {
    summaries: Vec<(&'a PostedSummary, Mark)>,
    pub(super) reviews: Vec<(&'a PostedReview, Mark)>,
    /// Comments whose findings stood.
    pub(super) comments: Vec<Standing<'a>>,
    /// Comments that say already that theirs are fixed.
    pub(super) fixed: Vec<(&'a PostedComment, Mark)>,
}

impl<'a> Mine<'a> {
    fn of(posted: &'a Posted, review: &'a Review, key: &MarkerKey) -> Self {
        let read = |body: &str, kinds: &[MarkKind]| {
            key.read(&review.change.at, body).filter(|mark| kinds.contains(&mark.kind))
        };
        let marked = |kind: MarkKind| {
            let comments = posted.comments.iter();
            comments.filter_map(move |old| Some((old, read(&old.body, &[kind])?)))
        };
        let submitted = posted.reviews.iter().filter(|old| !old.pending);
        let summaries = posted.summaries.iter();
        Self {
            summaries: summaries.filter_map(|old| Some((old, read(&old.body, &[MarkKind::Summary])?))).collect(),
            reviews: submitted.filter_map(|old| Some((old, read(&old.body, &[MarkKind::Review])?))).collect(),
            comments: standing(review, marked(MarkKind::Inline).collect()),
            fixed: marked(MarkKind::Fixed).collect(),
        }
    }
}

/// Everything that a decision looks at.
pub(super) struct Desk<'a> {
    pub(super) review: &'a Review,
    can: &'a Capabilities,
    pub(super) key: &'a MarkerKey,
    pub(super) options: &'a Options,
    pub(super) mine: Mine<'a>,
}

impl Desk<'_> {
    /// The check is written last: where it is complete for this key, all else was done or refused before it.
    fn is_done(&self, posted: &Posted) -> bool {
        let checked = self.is_checked(posted) && posted.checks.iter().all(|check| check.completed);
        let silent = !self.options.summary || self.options.paused.is_some();
        let told = match self.mine.summaries.first() {
            Some((_, mark)) => silent || mark.key == self.review.inputs,
            None => silent || self.review.documents.is_empty(),
        };
        checked && told && self.mine.summaries.len() < 2 && !self.is_there_twice()
    }

    /// The newest completed check says what this run says. Platforms go by the newest one of a name: an older one of this run, from
    /// before the change had another base or another head in between, stands for nothing.
    fn is_checked(&self, posted: &Posted) -> bool {
        posted.checks.iter().rfind(|check| check.completed).is_some_and(|check| self.stands_for_this_run(check))
    }

    /// A check of this run; one that was ended without a verdict stands for nothing.
    fn stands_for_this_run(&self, check: &PostedCheck) -> bool {
        check.key == self.review.key && (!check.completed || check.conclusion == Some(self.review.conclusion))
    }

    /// Pending reviews of this bot: all of an app's, for nobody else drafts with it; of a person's only those with a mark.
    fn pending<'p>(&self, posted: &'p Posted) -> impl Iterator<Item = &'p PostedReview> {
        let app = self.can.checks;
        posted.reviews.iter().filter(move |old| old.pending && (app || is_marked(&old.body)))
    }

    /// One review for what was looked at: after it is posted, nothing further goes into comments. An earlier one may be about the
    /// same texts, which were others in between: then the summary tells of those.
    fn layout(&self) -> Layout {
        let inputs = &self.review.inputs;
        let posted = self.mine.reviews.iter().any(|(_, mark)| mark.key == *inputs)
            && self.mine.summaries.first().is_some_and(|(_, mark)| mark.key == *inputs);
        let wanted = self.options.inline && !posted;
        let mut stands = Stands::default();
        for comment in &self.mine.comments {
            let Some(document) = comment.document else { continue };
            stands.comments += usize::from(comment.fates.iter().any(|fate| !matches!(fate, Fate::Gone | Fate::Twice)));
            let told = if comment.is_acknowledged() { &mut stands.acknowledged } else { &mut stands.told };
            for finding in comment.fates.iter().filter_map(|fate| document.finding(fate.finding()?)) {
                let named = (document.path.clone(), finding.fingerprint.as_str().to_owned());
                // What the platform did not let the comment say stands elsewhere.
                if !self.options.refused.contains(&named) {
                    *told.entry(named).or_default() += 1;
                }
            }
        }
        let most = self.options.inline_comments.min(self.can.inline_per_review + stands.comments);
        let room = Room {
            inline: if wanted { most } else { 0 },
            checks: self.can.checks,
            files: self.can.file_comments,
            stands: &stands,
            refused: &self.options.refused,
            catalogue: &self.options.catalogue,
        };
        self.without_accepted(layout(self.review, &room))
    }

    /// What is accepted as it is has a row in the summary, and no comment.
    fn without_accepted(&self, mut layout: Layout) -> Layout {
        let is_accepted = |document: usize, finding: usize| {
            let finding = self.review.documents.get(document).and_then(|document| document.finding(finding));
            let accepted = &self.options.accepted;
            finding.is_some_and(|finding| {
                finding.source == Source::Model
                    && accepted.iter().any(|one| one.fingerprint == finding.fingerprint.as_str())
            })
        };
        for comment in &mut layout.comments {
            let document = comment.document;
            comment.findings.retain(|finding| !is_accepted(document, *finding));
        }
        layout.comments.retain(|comment| !comment.findings.is_empty());
        for placed in &mut layout.placed {
            if is_accepted(placed.document, placed.finding) {
                placed.placement = Placement::Summary;
            }
        }
        layout
    }

    /// The new comments, on lines and on files. One that is too long for the platform moves into the summary.
    fn comments(&self, page: &mut Page<'_>, layout: &Layout) -> (Vec<InlineComment>, Vec<Action>) {
        let (mut on_lines, mut on_files) = (Vec::new(), Vec::new());
        for wanted in &layout.comments {
            let Some(document) = self.review.documents.get(wanted.document) else { continue };
            let findings: Vec<&Finding> = wanted.findings.iter().filter_map(|at| document.finding(*at)).collect();
            let items: Vec<Item> = findings.iter().map(|finding| Item::of(finding)).collect();
            let limit = self.room(MarkKind::Inline, &items);
            let text = inline::comment(page, document, &findings, wanted.lines, limit);
            if text.units() > limit {
                for placed in &mut page.placed {
                    if placed.document == wanted.document && wanted.findings.contains(&placed.finding) {
                        placed.placement = Placement::Summary;
                    }
                }
                continue;
            }
            let (path, body) = (document.path.clone(), self.sealed(MarkKind::Inline, &items, text));
            if let Some(lines) = wanted.lines {
                on_lines.push(InlineComment { path, lines, body });
            } else {
                let commit = self.review.change.head.clone();
                on_files.push(Action::CreateFileComment { commit, path, body });
            }
        }
        (on_lines, on_files)
    }

    /// Creates or updates the one summary; removes further ones. Nothing when it reads as it should.
    fn summary(&self, text: Md, asked: &[Asked]) -> Vec<Action> {
        let now = digest(&self.said(text.as_str()));
        let body = self.sealed_asked(MarkKind::Summary, &[], asked, text);
        let Some(((oldest, mark), others)) = self.mine.summaries.split_first() else {
            return vec![Action::CreateSummary { body }];
        };
        let mut actions = Vec::new();
        if mark.key != self.review.inputs || mark.digest != now {
            actions.push(Action::UpdateSummary { id: oldest.id.clone(), body });
        }
        actions.extend(others.iter().map(|(old, _)| Action::DeleteSummary(old.id.clone())));
        actions
    }

    /// What a summary says, whatever the commit is called that its links point into, and whatever the run cost: while it
    /// says the same, the older one stands, and its links stay right.
    fn said(&self, text: &str) -> String {
        let above = text.rfind("\n---\n<sub>").and_then(|footer| text.get(..footer)).unwrap_or(text);
        above.replace(&self.review.change.head, "")
    }

    /// What the check shows; `overflow` did not fit into the summary.
    fn output(&self, page: &Page<'_>, overflow: Vec<Placed>) -> CheckOutput {
        if let Some(by) = &self.options.paused {
            return check::paused(page, by, &self.review.removed);
        }
        if self.review.documents.is_empty() {
            return check::without_spec(page, &self.review.removed);
        }
        let in_check = page.placed.iter().filter(|placed| placed.placement == Placement::Check);
        let mut output = check::output(page, &in_check.copied().chain(overflow).collect::<Vec<_>>());
        if !self.options.summary {
            let why = if self.options.pressure == Pressure::CheckOnly { "" } else { words::SUMMARY_REFUSED };
            output.summary = output.summary.replace(words::see_summary().as_str(), why);
        }
        output
    }

    /// Completes the check of this run: the one that is under way, or a new one. Whatever else is under way on this head, or was
    /// ended for this run with another verdict, is completed alike.
    fn check(&self, posted: &Posted, output: impl FnOnce() -> CheckOutput) -> Vec<Action> {
        if !self.can.checks {
            return Vec::new();
        }
        let done = self.is_checked(posted);
        let mine = |check: &&PostedCheck| check.key == self.review.key;
        let other_verdict = |check: &PostedCheck| check.conclusion.is_some_and(|word| word != self.review.conclusion);
        let mut open: Vec<&PostedCheck> = posted.checks.iter().filter(|check| !check.completed).collect();
        open.sort_by_key(|check| !mine(check));
        open.extend(posted.checks.iter().filter(|check| check.completed && mine(check) && other_verdict(check)));
        let spoken_of = !self.review.documents.is_empty() || !self.review.removed.is_empty();
        let wanted = spoken_of || self.options.check_without_spec || !open.is_empty();
        if !wanted || (done && open.is_empty()) {
            return Vec::new();
        }
        let output = output();
        let complete = |id: Option<super::ObjectId>, output: CheckOutput| Action::CompleteCheck {
            id,
            commit: self.review.change.head.clone(),
            key: self.review.key.clone(),
            conclusion: self.review.conclusion,
            output,
        };
        let bare = CheckOutput { annotations: Vec::new(), ..output.clone() };
        let mut open = open.into_iter().map(|check| Some(check.id.clone()));
        let first = if done { None } else { Some(complete(open.next().flatten(), output)) };
        first.into_iter().chain(open.map(|id| complete(id, bare.clone()))).collect()
    }

    /// UTF-16 units that a text may have beside its marker.
    pub(super) fn room(&self, kind: MarkKind, items: &[Item]) -> usize {
        let seal = self.key.seal(&self.review.change.at, kind, self.run(kind), items, "");
        self.can.body_chars.saturating_sub(seal.as_str().len() + 2)
    }

    fn room_for_summary(&self, asked: &[Asked]) -> usize {
        let (at, key) = (&self.review.change.at, self.run(MarkKind::Summary));
        let seal = self.key.seal_asked(at, MarkKind::Summary, key, &[], asked, "");
        self.can.body_chars.saturating_sub(seal.as_str().len() + 2)
    }

    /// The key that a mark carries: a summary and a review stand for what was looked at, a comment for the run that wrote it.
    fn run(&self, kind: MarkKind) -> &str {
        match kind {
            MarkKind::Summary | MarkKind::Review => &self.review.inputs,
            MarkKind::Inline | MarkKind::Fixed | MarkKind::Reply => &self.review.key,
        }
    }

    /// The questions of each document, with what the own summary remembers of earlier ones. What was answered is listed once:
    /// by the run that found the answer.
    fn questions(&self) -> Vec<Vec<Question>> {
        let marks = self.mine.summaries.iter().map(|(_, mark)| mark);
        let earlier: Vec<Asked> = marks
            .flat_map(|mark| mark.asked.iter().filter(|asked| !asked.answered || mark.key == self.review.inputs))
            .cloned()
            .collect();
        self.review.documents.iter().map(|document| questions(document, &earlier, &self.options.accepted)).collect()
    }

    /// The text with its marker on a line of its own.
    pub(super) fn sealed(&self, kind: MarkKind, items: &[Item], text: Md) -> String {
        self.sealed_asked(kind, items, &[], text)
    }

    fn sealed_asked(&self, kind: MarkKind, items: &[Item], asked: &[Asked], text: Md) -> String {
        let (at, key) = (&self.review.change.at, self.run(kind));
        let said = if kind == MarkKind::Summary { self.said(text.as_str()) } else { text.as_str().to_owned() };
        let seal = self.key.seal_asked(at, kind, key, items, asked, &said);
        md![text, "\n", super::render::escape::marker(&seal)].into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Patch;
    use crate::review::testing::{added, at_line, change, missing, named, review, reviewed, said_by_model};
    use crate::review::{ChangeRef, FilePatch, Hidden, ObjectId, PostedCheck, Skipped, Thread};
    use proptest::prelude::*;

    const APP: Capabilities = Capabilities {
        inline_per_review: 25,
        body_chars: 60_000,
        annotations_per_call: 50,
        checks: true,
        file_comments: true,
    };

    fn key() -> MarkerKey {
        MarkerKey::new(b"secret")
    }

    fn options() -> Options {
        Options {
            docs: vec!["https://docs.example/rules".into()],
            version: "0.1.0".into(),
            rules: "1234abcd".into(),
            ..Options::default()
        }
    }

    fn plan_of(posted: &Posted, review: &Review) -> Vec<Action> {
        plan(posted, review, &APP, &key(), &options())
    }

    /// A short word per action.
    fn words(actions: &[Action]) -> Vec<String> {
        actions
            .iter()
            .map(|action| match action {
                Action::DeletePending(id) => format!("delete pending {}", id.0),
                Action::CreateSummary { .. } => "create summary".into(),
                Action::UpdateSummary { id, .. } => format!("update summary {}", id.0),
                Action::DeleteSummary(id) => format!("delete summary {}", id.0),
                Action::CreateReview { comments, .. } => format!("review with {}", comments.len()),
                Action::CreateFileComment { path, .. } => format!("comment on {path}"),
                Action::DeleteComment(id) => format!("delete comment {}", id.0),
                Action::Minimise { node, .. } => format!("hide {node}"),
                Action::Resolve(id) => format!("resolve {}", id.0),
                Action::Reply { .. } => "reply".into(),
                Action::StartCheck { .. } => "start check".into(),
                Action::CancelCheck { id, .. } => format!("cancel check {}", id.0),
                Action::UpdateComment { id, .. } => format!("update comment {}", id.0),
                Action::CompleteCheck { id, conclusion, output, .. } => format!(
                    "check {} {} +{}",
                    id.as_ref().map_or("new", |id| id.0.as_str()),
                    conclusion.word(),
                    output.annotations.len()
                ),
            })
            .collect()
    }

    /// What a platform shows after the actions.
    fn apply(mut posted: Posted, review: &Review, actions: Vec<Action>) -> Posted {
        let mut fresh = (1..).map(|n| ObjectId(format!("{}-{n}", review.key)));
        for action in actions {
            let id = fresh.next().unwrap();
            match action {
                Action::DeletePending(old) => posted.reviews.retain(|at| at.id != old),
                Action::CreateSummary { body } => {
                    let url = "https://git.example/s".into();
                    posted.summaries.push(PostedSummary { id, url, body, ..PostedSummary::default() });
                }
                Action::UpdateSummary { id, body } => {
                    posted.summaries.iter_mut().filter(|at| at.id == id).for_each(|at| at.body.clone_from(&body));
                }
                Action::DeleteSummary(old) => posted.summaries.retain(|at| at.id != old),
                Action::CreateReview { commit, body, comments, .. } => {
                    for (n, at) in comments.into_iter().enumerate() {
                        posted.comments.push(PostedComment {
                            id: ObjectId(format!("{}.{n}", id.0)),
                            path: at.path,
                            fingerprints: vec![],
                            body: at.body,
                            has_replies: false,
                            ..PostedComment::default()
                        });
                    }
                    posted.reviews.push(PostedReview { id, commit, body, ..PostedReview::default() });
                }
                Action::UpdateComment { id, body } => {
                    posted.comments.iter_mut().filter(|at| at.id == id).for_each(|at| at.body.clone_from(&body));
                }
                Action::DeleteComment(old) => posted.comments.retain(|at| at.id != old),
                Action::CreateFileComment { path, body, .. } => {
                    posted.comments.push(PostedComment { id, path, body, ..PostedComment::default() });
                }
                Action::Minimise { node, .. } => {
                    posted.comments.iter_mut().filter(|at| at.node == node).for_each(|at| at.is_minimised = true);
                    posted.reviews.iter_mut().filter(|at| at.node == node).for_each(|at| at.is_minimised = true);
                }
                Action::Resolve(thread) => {
                    let threads = posted.comments.iter_mut().filter_map(|at| at.thread.as_mut());
                    threads.filter(|at| at.id == thread).for_each(|at| at.is_resolved = true);
                }
                Action::StartCheck { key, .. } => {
                    posted.checks.push(PostedCheck { id, key, ..PostedCheck::default() });
                }
                Action::CancelCheck { id: old, .. } => posted.checks.retain(|at| at.id != old),
                Action::Reply { .. } => {}
                Action::CompleteCheck { id: old, key, conclusion, .. } => {
                    posted.checks.retain(|at| Some(&at.id) != old.as_ref());
                    posted.checks.push(PostedCheck {
                        id: old.unwrap_or(id),
                        key,
                        completed: true,
                        conclusion: Some(conclusion),
                    });
                }
            }
        }
        posted
    }

    /// A review of one file whose first ten lines are new.
    fn first(findings: Vec<Finding>) -> Review {
        review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)])
    }

    /// The same change at its next head.
    fn next(findings: Vec<Finding>) -> Review {
        let mut review = first(findings);
        rekey(&mut review, "run-2");
        review.change.head = "fff9999".into();
        review
    }

    /// Another run that looked at something else.
    fn rekey(review: &mut Review, key: &str) {
        (review.key, review.inputs) = (key.into(), key.into());
    }

    fn two() -> Vec<Finding> {
        vec![missing("BIZ-001"), at_line("MET-002", 3, "good recall"), at_line("MET-009", 40, "off the diff")]
    }

    fn after(review: &Review) -> Posted {
        apply(Posted::default(), review, plan_of(&Posted::default(), review))
    }

    fn body_of(actions: &[Action], nth: usize) -> String {
        match &actions[nth] {
            Action::CreateSummary { body }
            | Action::UpdateSummary { body, .. }
            | Action::UpdateComment { body, .. } => body.clone(),
            other => panic!("no body: {other:?}"),
        }
    }

    #[test]
    fn a_first_review_posts_summary_review_and_check() {
        let actions = plan_of(&Posted::default(), &first(two()));
        assert_eq!(words(&actions), ["create summary", "review with 1", "check new failure +1"]);
        let Action::CreateReview { body, comments, .. } = &actions[1] else { panic!() };
        assert!(body.contains(super::super::SUMMARY_URL));
        assert_eq!((comments[0].path.as_str(), comments[0].lines.start), ("a.md", 3));
    }

    #[test]
    fn the_same_review_again_writes_nothing() {
        let review = first(two());
        assert_eq!(words(&plan_of(&after(&review), &review)), [""; 0]);
        let ci = Capabilities { checks: false, ..APP };
        let once = plan(&Posted::default(), &review, &ci, &key(), &options());
        assert_eq!(words(&once), ["create summary", "review with 1"]);
        let shown = apply(Posted::default(), &review, once);
        assert_eq!(words(&plan(&shown, &review, &ci, &key(), &options())), [""; 0], "without a check too");
    }

    #[test]
    fn a_run_that_broke_off_is_finished_and_not_repeated() {
        let review = first(two());
        let all = plan_of(&Posted::default(), &review);
        for done in 0..all.len() {
            let shown = apply(Posted::default(), &review, all[..done].to_vec());
            assert_eq!(words(&plan_of(&shown, &review)), words(&all)[done..], "after {done} actions");
        }
    }

    #[test]
    fn nothing_inline_means_no_review() {
        let actions = plan_of(&Posted::default(), &first(vec![missing("BIZ-001")]));
        assert_eq!(words(&actions), ["create summary", "check new failure +0"]);
        let clean = plan_of(&Posted::default(), &first(vec![]));
        assert_eq!(words(&clean), ["create summary", "check new success +0"]);
    }

    #[test]
    fn a_new_head_updates_in_place_and_comments_only_what_is_new() {
        let mut findings = two();
        let shown = after(&first(findings.clone()));
        findings.push(at_line("ARI-003", 5, "no better than today"));
        let mut review = next(findings);
        let actions = plan_of(&Posted { checks: vec![], ..shown.clone() }, &review);
        assert_eq!(words(&actions), ["update summary run-1-1", "review with 1", "check new failure +1"]);
        let Action::CreateReview { comments, .. } = &actions[1] else { panic!() };
        assert!(comments[0].body.contains("ARI-003") && !comments[0].body.contains("MET-002"));
        rekey(&mut review, "run-3");
        let quiet = plan_of(&apply(shown, &next(two()), actions), &review);
        assert_eq!(
            words(&quiet),
            ["update summary run-1-1", "check new failure +1"],
            "known findings are not repeated"
        );
    }

    #[test]
    fn a_fixed_finding_is_told_in_its_comment_once() {
        let shown = after(&first(two()));
        let review = next(vec![missing("BIZ-001")]);
        let actions = plan_of(&shown, &review);
        assert_eq!(words(&actions), ["update summary run-1-1", "update comment run-1-2.0", "check new failure +0"]);
        let body = body_of(&actions, 1);
        assert!(body.starts_with("**Fixed in `fff9999`**: MET-002"), "{body}");
        assert!(body.contains("What it said") && body.contains("good recall"), "{body}");
        let mut later = next(vec![missing("BIZ-001")]);
        rekey(&mut later, "run-3");
        let again = plan_of(&apply(shown, &review, actions), &later);
        assert_eq!(words(&again), ["update summary run-1-1", "check new failure +0"]);
    }

    #[test]
    fn words_that_somebody_put_into_a_comment_are_not_carried_on() {
        let mut shown = after(&first(two()));
        shown.comments[0].body = shown.comments[0].body.replace("good recall", "@everyone look");
        let body = body_of(&plan_of(&shown, &next(vec![missing("BIZ-001")])), 1);
        assert!(body.starts_with("**Fixed in") && !body.contains("@everyone"), "{body}");
    }

    #[test]
    fn a_shared_comment_loses_what_is_fixed_and_keeps_the_rest() {
        let findings = || vec![named("MON-001", 4, "we monitor"), named("MON-002", 6, "drift")];
        let shown = after(&first(findings()));
        let review = next(findings().split_off(1));
        let actions = plan_of(&shown, &review);
        assert_eq!(words(&actions), ["update summary run-1-1", "update comment run-1-2.0", "check new failure +0"]);
        let body = body_of(&actions, 1);
        assert!(body.starts_with("Fixed in `fff9999`: MON-001. What is left:"), "{body}");
        assert!(body.contains("MON-002"));
        let mut later = next(vec![]);
        rekey(&mut later, "run-3");
        let last = plan_of(&apply(shown, &review, actions), &later);
        assert!(body_of(&last, 1).starts_with("**Fixed in `fff9999`**: MON-002"), "{last:?}");
    }

    #[test]
    fn a_passage_that_is_reworded_but_not_mended_keeps_its_comment() {
        let shown = after(&first(vec![at_line("MET-002", 3, "good recall"), at_line("ARI-004", 5, "0.90")]));
        let review = next(vec![at_line("MET-002", 4, "very good recall")]);
        let actions = plan_of(&shown, &review);
        let expected = ["update summary run-1-1", "update comment run-1-2.0", "update comment run-1-2.1"];
        assert_eq!(words(&actions)[..3], expected, "no second comment");
        let bodies = [body_of(&actions, 1), body_of(&actions, 2)];
        assert!(
            bodies.iter().any(|body| body.contains("very good recall") && !body.contains("Fixed in")),
            "{bodies:?}"
        );
        assert!(bodies.iter().any(|body| body.starts_with("**Fixed in `fff9999`**: ARI-004")), "{bodies:?}");
        let mut later = next(vec![at_line("MET-002", 4, "very good recall")]);
        rekey(&mut later, "run-3");
        let again = plan_of(&apply(shown, &review, actions), &later);
        assert_eq!(words(&again), ["update summary run-1-1", "check new failure +0"]);
    }

    #[test]
    fn what_was_there_before_does_not_stand_in_for_what_is_fixed() {
        let old = at_line("MET-002", 9, "an old target");
        let with = |key: &str, findings: Vec<Finding>| {
            let document = reviewed("a.md", findings, Some(vec![old.clone()]));
            let mut review = review(change(&[("a.md", added(1..=10))]), vec![document]);
            rekey(&mut review, key);
            review
        };
        let shown = after(&with("run-1", vec![old.clone(), at_line("MET-002", 3, "good recall")]));
        let actions = plan_of(&shown, &with("run-2", vec![old.clone()]));
        assert!(body_of(&actions, 1).starts_with("**Fixed in"), "{actions:?}");
    }

    #[test]
    fn silence_of_a_model_fixes_nothing() {
        let with = |key: &str, said: Vec<Finding>, model: Option<&str>, incomplete: Option<&str>| {
            let mut review = first(vec![]);
            rekey(&mut review, key);
            let critique = &mut review.documents[0].critique;
            critique.model = model.map(str::to_owned);
            critique.incomplete = incomplete.map(str::to_owned);
            critique.verdicts = vec![crate::critique::Verdict {
                question: "MR1".into(),
                score: None,
                findings: said,
                evidence: Vec::new(),
                dropped: 0,
                failure: None,
            }];
            review
        };
        let said = vec![said_by_model("MR1", 3, "because it is good")];
        let shown = after(&with("run-1", said, Some("m"), None));
        assert_eq!(shown.comments.len(), 1);
        let cases = [
            (None, None, false),
            (Some("m"), Some("the model endpoint did not answer"), false),
            (Some("m"), None, true),
        ];
        for (model, incomplete, fixed) in cases {
            let actions = plan_of(&shown, &with("run-2", vec![], model, incomplete));
            let updated = actions.iter().any(|action| matches!(action, Action::UpdateComment { .. }));
            assert_eq!(updated, fixed, "{model:?} {incomplete:?}");
        }
    }

    /// As a platform shows it that knows second ids, reviews and conversations.
    fn dressed(mut posted: Posted) -> Posted {
        let review = posted.reviews.first().map(|review| review.id.clone());
        for comment in &mut posted.comments {
            comment.node = format!("n{}", comment.id.0);
            comment.review.clone_from(&review);
            comment.thread = Some(Thread {
                id: ObjectId(format!("t{}", comment.id.0)),
                is_resolved: false,
                by_another: false,
                may_resolve: true,
            });
        }
        posted.reviews.iter_mut().for_each(|review| review.node = format!("n{}", review.id.0));
        posted
    }

    #[test]
    fn a_push_that_changes_no_specification_writes_only_the_check() {
        let shown = after(&first(two()));
        let mut review = next(two());
        review.inputs = "run-1".into();
        let actions = plan_of(&Posted { checks: vec![], ..shown.clone() }, &review);
        assert_eq!(words(&actions), ["check new failure +1"]);
        let Action::CompleteCheck { key, output, .. } = &actions[0] else { panic!() };
        assert_eq!((key.as_str(), output.annotations[0].lines.start), ("run-2", 40));
    }

    #[test]
    fn what_is_fixed_is_hidden_and_resolved_where_nobody_answered() {
        let shown = dressed(after(&first(vec![at_line("MET-002", 3, "good recall"), at_line("ARI-004", 5, "0.90")])));
        let mut some = next(vec![at_line("ARI-004", 5, "0.90")]);
        let mut actions = plan_of(&shown, &some);
        let expected = ["update summary run-1-1", "update comment run-1-2.0", "hide nrun-1-2.0", "resolve trun-1-2.0"];
        let at = body_of(&actions, 1).contains("MET-002");
        assert!(at && words(&actions)[..4] == expected, "{:?}", words(&actions));
        // Broken off after the text was changed: the same head goes on from there, another one lets it be.
        let half = apply(shown.clone(), &some, actions.drain(..2).collect());
        assert_eq!(words(&plan_of(&half, &some))[..2], ["hide nrun-1-2.0", "resolve trun-1-2.0"]);
        rekey(&mut some, "run-3");
        assert!(!words(&plan_of(&half, &some)).iter().any(|word| word.starts_with("hide")));
        // Somebody answered, or the bot may not resolve.
        let mut shown = shown;
        shown.comments[0].has_replies = true;
        shown.comments[1].thread.as_mut().unwrap().may_resolve = false;
        let actions = words(&plan_of(&shown, &next(vec![])));
        let expected = [
            "update summary run-1-1",
            "update comment run-1-2.0",
            "update comment run-1-2.1",
            "hide nrun-1-2.1",
            "hide nrun-1-2",
            "check new success +0",
        ];
        assert_eq!(actions, expected, "the body of the review is outdated when all its comments are");
    }

    #[test]
    fn a_conversation_that_a_person_resolved_is_not_raised_again_but_counts() {
        let mut shown = dressed(after(&first(two())));
        let thread = shown.comments[0].thread.as_mut().unwrap();
        (thread.is_resolved, thread.by_another) = (true, true);
        for quote in ["good recall", "very good recall"] {
            let review = next(vec![missing("BIZ-001"), at_line("MET-002", 4, quote)]);
            let actions = plan_of(&shown, &review);
            assert!(
                actions.iter().all(|action| !matches!(action, Action::CreateReview { .. })),
                "{:?}",
                words(&actions)
            );
            let told = body_of(&actions, 0);
            assert!(told.contains("1 finding is acknowledged") && told.contains("MET-002"), "{told}");
            assert!(words(&actions).last().unwrap().contains("failure"));
        }
    }

    #[test]
    fn what_comes_back_after_it_was_fixed_is_told_again_once() {
        let (one, mut none, mut back) = (first(two()), next(vec![missing("BIZ-001")]), first(two()));
        rekey(&mut none, "run-2");
        let fixed = after(&one);
        let fixed = apply(fixed.clone(), &none, plan_of(&fixed, &none));
        // The very texts of the first run, at another commit.
        (back.key, back.change.head) = ("run-3".into(), "eee7777".into());
        let actions = plan_of(&Posted { checks: vec![], ..fixed.clone() }, &back);
        assert_eq!(words(&actions), ["update summary run-1-1", "review with 1", "check new failure +1"]);
        let shown = apply(Posted { checks: vec![], ..fixed }, &back, actions);
        (back.key, back.change.head) = ("run-4".into(), "ddd6666".into());
        assert_eq!(words(&plan_of(&shown, &back)), ["check new failure +1"], "once");
    }

    #[test]
    fn comments_and_reviews_that_are_there_twice_are_healed() {
        let review = first(two());
        let shown = after(&review);
        let twice = |answered: bool| {
            let mut shown = dressed(shown.clone());
            let (mut comment, mut second) = (shown.comments[0].clone(), shown.reviews[0].clone());
            (second.id, second.node) = (ObjectId("r2".into()), "nr2".into());
            (comment.id, comment.review, comment.has_replies) =
                (ObjectId("c2".into()), Some(second.id.clone()), answered);
            shown.comments.push(comment);
            shown.reviews.push(second);
            shown
        };
        let actions = plan_of(&twice(false), &review);
        assert_eq!(words(&actions), ["delete comment c2", "hide nr2"]);
        assert!(matches!(&actions[1], Action::Minimise { why: Hidden::Duplicate, .. }));
        assert_eq!(words(&plan_of(&apply(twice(false), &review, actions), &review)), [""; 0]);
        assert_eq!(words(&plan_of(&twice(true), &review)), [""; 0], "what somebody answered stays");
    }

    #[test]
    fn every_check_of_the_head_ends_alike_and_a_cancelled_one_counts_for_nothing() {
        let review = first(two());
        let check = |id: &str, key: &str, completed: bool, conclusion: Option<Conclusion>| PostedCheck {
            id: ObjectId(id.into()),
            key: key.into(),
            completed,
            conclusion,
        };
        let mut shown = after(&review);
        shown.checks = vec![check("a", "run-1", true, None)];
        assert_eq!(words(&plan_of(&shown, &review)), ["check new failure +1"]);
        shown.checks = vec![check("a", "old", false, None), check("b", "run-1", false, None)];
        assert_eq!(words(&plan_of(&shown, &review)), ["check b failure +1", "check a failure +0"]);
        let done = check("c", "run-1", true, Some(Conclusion::Failure));
        shown.checks = vec![check("b", "run-1", false, None), done.clone()];
        assert_eq!(words(&plan_of(&shown, &review)), ["check b failure +0"]);
        shown.checks = vec![check("b", "run-1", true, Some(Conclusion::Neutral)), done];
        assert_eq!(words(&plan_of(&shown, &review)), [""; 0]);
    }

    #[test]
    fn changes_are_asked_for_only_where_wanted_and_something_blocks() {
        let event = |review: &Review, request_changes: bool| {
            let options = Options { request_changes, ..options() };
            let actions = plan(&Posted::default(), review, &APP, &key(), &options);
            actions
                .iter()
                .find_map(|action| if let Action::CreateReview { event, .. } = action { Some(*event) } else { None })
        };
        let mut warning = at_line("MET-002", 3, "good recall");
        warning.severity = crate::finding::Severity::Warning;
        assert_eq!(event(&first(two()), false), Some(Event::Comment));
        assert_eq!(event(&first(two()), true), Some(Event::RequestChanges));
        assert_eq!(event(&first(vec![warning]), true), Some(Event::Comment));
    }

    #[test]
    fn a_file_without_a_diff_has_one_comment_that_stays() {
        let with = |key: &str, findings: Vec<Finding>| {
            let mut review = first(findings);
            review.change.files[0].patch = FilePatch::Unknown("too large".into());
            rekey(&mut review, key);
            review
        };
        let two = || vec![at_line("MET-002", 3, "good recall"), at_line("MET-009", 40, "threshold")];
        let one = with("run-1", two());
        let actions = plan_of(&Posted::default(), &one);
        assert_eq!(words(&actions), ["create summary", "comment on a.md", "check new failure +0"]);
        let Action::CreateFileComment { body, .. } = &actions[1] else { panic!() };
        assert!(body.contains("good recall") && body.contains("threshold"), "{body}");
        let mut shown = apply(Posted::default(), &one, actions);
        assert_eq!(words(&plan_of(&shown, &one)), [""; 0]);
        shown.checks.clear();
        let later = Review { key: "run-2".into(), ..one };
        assert_eq!(words(&plan_of(&shown, &later)), ["check new failure +0"], "it reads the same as when it was new");
        let fixed = with("run-2", two().split_off(1));
        assert_eq!(words(&plan_of(&shown, &fixed))[1], "update comment run-1-2");
    }

    #[test]
    fn pending_reviews_go_first_and_drafts_of_people_stay() {
        let pending = |body: &str| Posted {
            reviews: vec![PostedReview {
                id: ObjectId("p".into()),
                commit: "x".into(),
                pending: true,
                body: body.into(),
                ..PostedReview::default()
            }],
            ..Posted::default()
        };
        let review = first(two());
        let marked = format!("x\n{}", key().seal(&review.change.at, MarkKind::Review, "old", &[], "x").as_str());
        let person = Capabilities { checks: false, ..APP };
        for (body, can, deleted) in [("", &APP, true), ("my draft", &person, false), (&marked, &person, true)] {
            let actions = plan(&pending(body), &review, can, &key(), &options());
            assert_eq!(words(&actions).first().is_some_and(|word| word == "delete pending p"), deleted, "{body}");
        }
        // One that did not show while the review was posted goes when it does.
        let mut late = after(&review);
        late.reviews.extend(pending("").reviews);
        assert_eq!(words(&plan_of(&late, &review)), ["delete pending p"]);
    }

    #[test]
    fn an_older_check_of_this_run_does_not_stand_for_it_once_another_run_spoke_last() {
        let review = first(two());
        let mut shown = after(&review);
        assert_eq!(plan_of(&shown, &review), []);
        let laxer = PostedCheck {
            id: ObjectId("z".into()),
            key: "of another base".into(),
            completed: true,
            conclusion: Some(Conclusion::Success),
        };
        shown.checks.push(laxer);
        let actions = words(&plan_of(&shown, &review));
        assert!(actions.iter().any(|word| word.starts_with("check new failure")), "{actions:?}");
    }

    #[test]
    fn two_summaries_are_healed_to_the_oldest() {
        let review = first(two());
        let mut shown = after(&review);
        let mut second = shown.summaries[0].clone();
        second.id = ObjectId("second".into());
        shown.summaries.push(second);
        assert_eq!(words(&plan_of(&shown, &review)), ["delete summary second"]);
    }

    #[test]
    fn marks_of_others_are_as_if_nothing_were_there() {
        let review = first(two());
        let mut shown = after(&review);
        shown.checks.clear();
        let other = |body: &mut String| *body = body.replace("v1 ", "v1 x");
        shown.summaries.iter_mut().for_each(|at| other(&mut at.body));
        shown.comments.iter_mut().for_each(|at| other(&mut at.body));
        shown.reviews.iter_mut().for_each(|at| other(&mut at.body));
        assert_eq!(words(&plan_of(&shown, &review)), ["create summary", "review with 1", "check new failure +1"]);
    }

    #[test]
    fn a_change_without_a_specification_gets_only_a_check() {
        let none = review(change(&[]), vec![]);
        let actions = plan_of(&Posted::default(), &none);
        assert_eq!(words(&actions), ["check new success +0"]);
        let Action::CompleteCheck { output, .. } = &actions[0] else { panic!() };
        assert_eq!(output.title, "No specification changed");
        assert_eq!(words(&plan_of(&apply(Posted::default(), &none, actions), &none)), [""; 0]);
        let off = Options { check_without_spec: false, ..options() };
        assert_eq!(plan(&Posted::default(), &none, &APP, &key(), &off), []);
        let mut big = change(&[]);
        big.skipped = vec![Skipped { what: "big.md".into(), why: "over 1 MiB".into() }];
        let actions = plan_of(&Posted::default(), &review(big, vec![]));
        assert_eq!(words(&actions), ["check new neutral +0"]);
        let Action::CompleteCheck { output, .. } = &actions[0] else { panic!() };
        assert!(output.title.contains("not everything could be read") && output.summary.contains("big.md"));
    }

    #[test]
    fn a_specification_that_left_the_change_leaves_no_stale_text() {
        let shown = after(&first(two()));
        let mut none = review(change(&[]), vec![]);
        rekey(&mut none, "run-2");
        let actions = plan_of(&shown, &none);
        assert_eq!(words(&actions), ["update summary run-1-1", "update comment run-1-2.0", "check new success +0"]);
        assert!(body_of(&actions, 1).starts_with("**No longer part of this change"));
        let mut unread = review(change(&[("a.md", Patch::default())]), vec![]);
        rekey(&mut unread, "run-2");
        let quiet = plan_of(&shown, &unread);
        assert_eq!(words(&quiet), ["update summary run-1-1", "check new success +0"], "unread proves nothing");
    }

    #[test]
    fn a_running_check_is_completed() {
        let mut posted = Posted::default();
        posted.checks.push(PostedCheck { id: ObjectId("c".into()), key: "run-1".into(), ..PostedCheck::default() });
        assert!(words(&plan_of(&posted, &first(two()))).contains(&"check c failure +1".to_owned()));
    }

    #[test]
    fn refused_places_move_everything_into_summary_and_check() {
        let refused = Options { inline: false, ..options() };
        let review = first(two());
        let shown = apply(Posted::default(), &review, plan_of(&Posted::default(), &review)[..1].to_vec());
        let actions = plan(&shown, &review, &APP, &key(), &refused);
        assert_eq!(words(&actions), ["update summary run-1-1", "check new failure +1"]);
        assert!(body_of(&actions, 0).contains("good recall"));
    }

    /// Every text that the actions show, without markers.
    fn shown(actions: &[Action]) -> Vec<String> {
        let mut texts = Vec::new();
        for action in actions {
            match action {
                Action::CreateSummary { body } => texts.push(body.clone()),
                Action::CreateReview { comments, .. } => texts.extend(comments.iter().map(|at| at.body.clone())),
                Action::CompleteCheck { output, .. } => {
                    texts.extend(output.annotations.iter().map(|at| at.message.clone()));
                }
                _ => {}
            }
        }
        texts
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn every_finding_is_shown_exactly_once_within_the_limits(
            kinds in prop::collection::vec((0u32..60, 0u8..3, any::<bool>()), 0..60),
            body_chars in prop::sample::select(vec![5_000usize, 12_000, 60_000]),
            inline_comments in 0usize..12,
        ) {
            let head: Vec<Finding> = kinds.iter().enumerate().map(|(n, (line, kind, _))| {
                let mut finding = match (line, kind) {
                    (0, _) => missing("BIZ-001"),
                    (line, 0) => named("MON-001", *line, &format!("words {n}")),
                    (line, _) => at_line("MET-002", *line, &format!("words {n}")),
                };
                finding.message = format!("{} token-{n}-end", finding.message);
                finding
            }).collect();
            let base = head.iter().zip(&kinds).filter(|(_, (.., old))| *old).map(|(f, _)| f.clone()).collect();
            let review = review(change(&[("a.md", added(1..=30))]), vec![reviewed("a.md", head, Some(base))]);
            let can = Capabilities { body_chars, ..APP };
            let options = Options { inline_comments, ..options() };
            let actions = plan(&Posted::default(), &review, &can, &key(), &options);
            let texts = shown(&actions);
            for n in 0..kinds.len() {
                let token = format!("token-{n}-end");
                let times: usize = texts.iter().map(|text| text.matches(&token).count()).sum();
                prop_assert_eq!(times, 1, "{} is shown {} times", token, times);
            }
            for action in &actions {
                let bodies = match action {
                    Action::CreateSummary { body } => vec![body],
                    Action::CreateReview { body, comments, .. } => {
                        prop_assert!(comments.len() <= inline_comments);
                        std::iter::once(body).chain(comments.iter().map(|at| &at.body)).collect()
                    }
                    _ => vec![],
                };
                for body in bodies {
                    prop_assert!(body.encode_utf16().count() <= body_chars);
                    prop_assert!(key().read(&review.change.at, body).is_some(), "the marker is kept");
                    prop_assert_eq!(body.matches("<details>").count(), body.matches("</details>").count());
                    prop_assert_eq!(body.lines().filter(|line| line.starts_with("```")).count() % 2, 0);
                }
            }
            prop_assert_eq!(plan(&apply(Posted::default(), &review, actions), &review, &can, &key(), &options), vec![]);
        }
    }

    #[test]
    fn long_reviews_are_cut_between_blocks_and_lose_nothing() {
        for (count, long) in [(10_usize, Some(3)), (60, None), (3_000, None)] {
            let findings: Vec<Finding> = (0..count)
                .map(|n| {
                    let line = u32::try_from(n % 40 + 1).unwrap();
                    let mut finding = match n % 3 {
                        0 => missing("BIZ-001"),
                        1 => named("MON-001", line, &format!("words {n}")),
                        _ => at_line("MET-002", line, &format!("| cell {n} | `code` |")),
                    };
                    finding.message = format!("token-{n}-end {}", finding.message);
                    if long == Some(n) {
                        finding.message.push_str(&" ``` | words | of | a | table | <details>".repeat(1_700));
                        finding.suggestion = Some(finding.message.clone());
                    }
                    finding
                })
                .collect();
            let review = review(change(&[("a.md", added(1..=30))]), vec![reviewed("a.md", findings, None)]);
            let actions = plan_of(&Posted::default(), &review);
            let texts = shown(&actions);
            for n in 0..count {
                let token = format!("token-{n}-end");
                let places = texts.iter().filter(|text| text.contains(&token)).count();
                assert_eq!(places, 1, "{token} of {count}");
            }
            for action in &actions {
                let (bodies, limit): (Vec<&String>, _) = match action {
                    Action::CreateSummary { body } => (vec![body], 60_000),
                    Action::CreateReview { comments, .. } => (comments.iter().map(|at| &at.body).collect(), 60_000),
                    Action::CompleteCheck { output, .. } => {
                        let messages = output.annotations.iter().map(|at| &at.message);
                        assert!(messages.clone().all(|message| message.len() <= 60_000));
                        (vec![&output.summary], 65_000)
                    }
                    _ => (vec![], 0),
                };
                for body in bodies {
                    assert!(body.encode_utf16().count() <= limit);
                    assert_eq!(body.matches("\n<details>").count(), body.matches("\n</details>").count(), "{count}");
                    assert_eq!(body.lines().filter(|line| line.starts_with("```")).count() % 2, 0, "{count}");
                    let rows = body.lines().filter(|line| line.starts_with('|'));
                    assert!(rows.clone().all(|row| row.ends_with('|')), "a row is cut open");
                }
            }
        }
    }

    #[test]
    fn the_change_is_part_of_the_mark() {
        let review = first(two());
        let mut elsewhere = first(two());
        elsewhere.change.at = ChangeRef { number: 8, ..elsewhere.change.at };
        assert_eq!(words(&plan_of(&after(&review), &elsewhere)).first().map(String::as_str), Some("create summary"));
        assert_eq!(review.conclusion, Conclusion::Failure);
    }
}
