//! What becomes of own comments and reviews: rewritten, marked as fixed, hidden, resolved, and removed where they are there
//! twice. A comment that somebody answered stays where it is, in sight.

use std::collections::BTreeSet;

use super::action::{Action, Hidden, ObjectId, Posted, PostedComment, PostedReview};
use super::marker::{Item, Mark, MarkKind};
use super::plan::Desk;
use super::render::escape::{Md, md, prose};
use super::render::{Page, inline, words};
use super::standing::{Fate, Standing};
use super::{FileStatus, Reviewed};
use crate::finding::Finding;

/// What is to be done with one comment.
#[derive(Default)]
struct Mended {
    actions: Vec<Action>,
    /// All that it said is fixed, or it goes.
    settled: bool,
}

impl Desk<'_> {
    /// Comments first, then the reviews of which every comment is settled.
    pub(super) fn mend(&self, posted: &Posted, page: &Page<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut settled: BTreeSet<&ObjectId> = BTreeSet::new();
        // A run that broke off after it wrote that something is fixed goes on from there; an older one is not taken up again.
        for (comment, _) in self.mine.fixed.iter().filter(|(_, mark)| mark.key == self.review.key) {
            actions.extend(hide(comment, Hidden::Resolved));
            settled.insert(&comment.id);
        }
        for standing in &self.mine.comments {
            let mended = self.mended(page, standing);
            if mended.settled {
                settled.insert(&standing.comment.id);
            }
            actions.extend(mended.actions);
        }
        let fixed: BTreeSet<&ObjectId> = self.mine.fixed.iter().map(|(comment, _)| &comment.id).collect();
        for (review, mark) in &self.mine.reviews {
            let mut of_review = posted.comments.iter().filter(|comment| comment.review.as_ref() == Some(&review.id));
            let now = of_review.clone().any(|comment| settled.contains(&comment.id));
            let all = of_review.all(|comment| settled.contains(&comment.id) || fixed.contains(&comment.id));
            let why = if self.is_second(review, mark) { Hidden::Duplicate } else { Hidden::Outdated };
            if all && (now || why == Hidden::Duplicate) && !review.is_minimised && !review.node.is_empty() {
                actions.push(Action::Minimise { node: review.node.clone(), why });
            }
        }
        actions
    }

    /// A comment, or a review that can be hidden, is there twice.
    pub(super) fn is_there_twice(&self) -> bool {
        let comments = self.mine.comments.iter();
        let second = |(review, mark): &(&PostedReview, Mark)| {
            self.is_second(review, mark) && !review.is_minimised && !review.node.is_empty()
        };
        comments.filter(|standing| !standing.comment.has_replies).any(|standing| is_twice(standing))
            || self.mine.reviews.iter().any(second)
    }

    /// An older review says the same of the same commit.
    fn is_second(&self, review: &PostedReview, mark: &Mark) -> bool {
        let older = self.mine.reviews.iter().take_while(|(other, _)| other.id != review.id);
        older.into_iter().any(|(other, its)| its.key == mark.key && other.commit == review.commit)
    }

    fn mended(&self, page: &Page<'_>, standing: &Standing<'_>) -> Mended {
        let Standing { comment, mark, document, fates } = standing;
        let head = &self.review.change.head;
        let Some(document) = document else {
            let left = self.left_the_change(&comment.path);
            return if left {
                self.fixed(comment, mark, &mark.items.iter().collect::<Vec<_>>(), false)
            } else {
                Mended::default()
            };
        };
        if is_twice(standing) {
            let remove = (!comment.has_replies).then(|| Action::DeleteComment(comment.id.clone()));
            return Mended { settled: remove.is_some(), actions: remove.into_iter().collect() };
        }
        let gone: Vec<&Item> =
            mark.items.iter().zip(fates).filter(|(_, fate)| **fate == Fate::Gone).map(|(item, _)| item).collect();
        if fates.iter().all(|fate| matches!(fate, Fate::Gone | Fate::Twice)) {
            return self.fixed(comment, mark, &gone, true);
        }
        let changed = fates.iter().any(|fate| matches!(fate, Fate::Gone | Fate::Reworded(_)));
        if !changed || fates.contains(&Fate::Unknown) {
            return Mended::default();
        }
        // The platform keeps the comment as it is: what it should say by now is told elsewhere.
        let is_refused = |index: usize| {
            let named = |finding: &Finding| (document.path.clone(), finding.fingerprint.as_str().to_owned());
            document.finding(index).is_some_and(|finding| self.options.refused.contains(&named(finding)))
        };
        if fates.iter().any(|fate| matches!(fate, Fate::Reworded(index) if is_refused(*index))) {
            return Mended::default();
        }
        let findings: Vec<&Finding> = fates.iter().filter_map(|fate| document.finding(fate.finding()?)).collect();
        let text = if gone.is_empty() { Md::default() } else { words::partly_fixed(head, rules(&gone)) };
        Mended { actions: vec![self.rewritten(page, document, comment, &findings, text)], settled: false }
    }

    /// What is left of a comment, or reads differently now.
    fn rewritten(
        &self,
        page: &Page<'_>,
        document: &Reviewed,
        comment: &PostedComment,
        findings: &[&Finding],
        mut text: Md,
    ) -> Action {
        let items: Vec<Item> = findings.iter().map(|finding| Item::of(finding)).collect();
        let limit = self.room(MarkKind::Inline, &items);
        text.push(inline::comment(page, document, findings, None, limit.saturating_sub(text.units())));
        Action::UpdateComment { id: comment.id.clone(), body: self.sealed(MarkKind::Inline, &items, text) }
    }

    /// A comment whose findings are all gone; what it said stays readable when nobody changed it since.
    fn fixed(&self, comment: &PostedComment, mark: &Mark, gone: &[&Item], in_change: bool) -> Mended {
        let mut text = words::fixed_comment(&self.review.change.head, rules(gone), in_change);
        if let Some(unchanged) = self.key.unchanged(&self.review.change.at, &comment.body) {
            let was = super::render::escape::own_words(&unchanged);
            let fold = md!["<details>\n<summary>", words::WAS_SAID, "</summary>\n\n", was, "\n</details>\n"];
            if text.units() + fold.units() <= self.room(MarkKind::Fixed, &mark.items) {
                text.push(fold);
            }
        }
        let body = self.sealed(MarkKind::Fixed, &mark.items, text);
        let mut actions = vec![Action::UpdateComment { id: comment.id.clone(), body }];
        actions.extend(hide(comment, if in_change { Hidden::Resolved } else { Hidden::Outdated }));
        Mended { actions, settled: true }
    }

    /// True when nothing of the file is in the change any more; a file that is there but was not reviewed proves nothing.
    fn left_the_change(&self, path: &str) -> bool {
        let change = &self.review.change;
        match change.files.iter().find(|file| file.path == path) {
            Some(file) => file.status == FileStatus::Removed,
            None => change.skipped.is_empty(),
        }
    }
}

/// Everything that the comment says stands in an older one.
fn is_twice(standing: &Standing<'_>) -> bool {
    !standing.fates.is_empty() && standing.fates.iter().all(|fate| *fate == Fate::Twice)
}

/// Takes a settled comment out of the way, unless somebody answered it.
fn hide(comment: &PostedComment, why: Hidden) -> Vec<Action> {
    if comment.has_replies {
        return Vec::new();
    }
    let minimise = !comment.node.is_empty() && !comment.is_minimised;
    let minimise = minimise.then(|| Action::Minimise { node: comment.node.clone(), why });
    let thread = comment.thread.as_ref().filter(|thread| thread.may_resolve && !thread.is_resolved);
    minimise.into_iter().chain(thread.map(|thread| Action::Resolve(thread.id.clone()))).collect()
}

fn rules(items: &[&Item]) -> Vec<Md> {
    items.iter().map(|item| prose(&item.rule, 60)).collect()
}
