//! Brings a review to its platform: reads what is posted, plans, carries out, and reads back whatever has an unknown outcome
//! before anything is sent again.

use std::collections::BTreeSet;

use super::announce::{intend, last, take_back};
use super::kind::{EVERYTHING, creates, is_check, name};
use super::refusal::Refusal;
use super::written::{Written, begun, ended, shows};
use super::{ChangeReview, Deps, bisect};
use crate::meter::{self, Demotion};
use crate::platform::{Now, Platform, PlatformError};
use crate::review::marker::{MarkKind, MarkerKey};
use crate::review::{
    Action, Capabilities, ChangeRef, Event, Named, ObjectId, Options, Outcome, Posted, PostedCheck, Review,
    SUMMARY_URL, plan,
};
use crate::store::{Intent, Millis};

/// Pauses before each reading after an unknown outcome, in units of the platform: twenty seconds in all on GitHub.
pub(super) const LOOKS: [u32; 4] = [2, 6, 12, 20];
/// Rounds of plan and write: each refusal and each unknown outcome takes one.
const ROUNDS: usize = 8;
/// Comments that are looked for, one after the other, when a platform refuses a review; then none is left inline.
const SEARCHES: usize = 3;
/// Texts are not made shorter than this for a platform that finds them too long, in characters.
const SHORTEST: usize = 10_000;
/// How long a write of another run may take to show, in milliseconds.
pub(super) const SHOWS_WITHIN: Millis = 30_000;

/// How publishing ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The platform shows this review; how many writes that took.
    Done {
        /// Writes that were carried out.
        writes: usize,
        /// Address of the summary, if there is one.
        summary: Option<String>,
    },
    /// The change has a newer head: nothing was posted for the old one.
    Superseded {
        /// The head now.
        head: String,
    },
}

/// Publishes a review. Every round starts from what the platform shows, so a repeated call finds nothing left to do. What was
/// posted when the change was read is enough where nothing but the check has to be written.
///
/// # Errors
/// When the platform cannot be read, refuses the review in every form, or the outcome of a write stays unknown: the job is
/// tried again later.
pub async fn publish(
    deps: &Deps,
    platform: &dyn Platform,
    reviewed: &ChangeReview,
) -> Result<Published, PlatformError> {
    let review = &reviewed.review;
    let at = &review.change.at;
    take_back(deps, platform, at, (&review.change.head, Some(&review.key))).await?;
    let last = last(deps, at).await?;
    // What was written a moment ago, by whichever run, may not show yet.
    let wrote = last.as_ref().filter(|last| last.wrote_at > (deps.clock)() - SHOWS_WITHIN);
    let wrote = wrote.map(|last| last.wrote.clone()).unwrap_or_default();
    let noted = last.filter(|last| last.key == review.key);
    let before = noted.as_ref().filter(|last| !last.done);
    let started = before.and_then(|last| last.check.clone()).map(ObjectId);
    let mut press = Press {
        deps,
        platform,
        review,
        can: platform.capabilities(),
        options: reviewed.plan.clone().under(platform.pressure()),
        searches: 0,
        cleared: false,
        lagged: false,
        started,
        wrote: Vec::new(),
        wrote_before: wrote.clone(),
    };
    // A run that broke off a moment ago may have written what does not show yet.
    let recent = before.is_some_and(|last| last.at > (deps.clock)() - SHOWS_WITHIN && last.check.is_none());
    let mut doubtful: Vec<&'static str> = if recent { EVERYTHING.to_vec() } else { Vec::new() };
    let shown = |seen: &Posted| shows(seen, &review.change.head, &wrote);
    let mut seen = Some(press.with_started(reviewed.seen.clone()))
        .filter(|seen| !recent && shown(seen) && press.plan(seen).iter().all(is_check));
    let mut intended = false;
    let (mut writes, mut trouble) = (0, String::new());
    for round in 0..ROUNDS {
        let mut posted = match seen.take() {
            Some(seen) => seen,
            None => match press.now().await? {
                Ok(posted) => posted,
                Err(head) => return press.superseded(head).await,
            },
        };
        let mut actions = press.plan(&posted);
        // What was just written may take a while to show: a second one is made only when it surely is not there.
        for factor in LOOKS {
            let doubted = |action: &Action| doubtful.contains(&name(action)) || !shown(&posted);
            if !actions.iter().any(|action| creates(action) && doubted(action)) {
                break;
            }
            tokio::time::sleep(platform.pause() * factor).await;
            posted = match press.now().await? {
                Ok(posted) => posted,
                Err(head) => return press.superseded(head).await,
            };
            actions = press.plan(&posted);
        }
        let made: Vec<&'static str> = actions.iter().filter(|action| creates(action)).map(name).collect();
        let mut summary = posted.summaries.first().map(|summary| summary.url.clone());
        if !actions.is_empty() {
            if !intended {
                press.note(&posted, false).await?;
                intended = true;
            }
            let mut done = Written { summary: &mut summary, count: &mut writes, ids: &mut press.wrote };
            match carry_out((platform, &deps.marker), at, actions, &posted, &mut done).await {
                Ok(()) => {}
                Err(Stop::Refused { action, reason }) => {
                    let name = name(&action);
                    tracing::warn!(change = %at, action = name, %reason, "the platform refused a write");
                    doubtful = made.into_iter().take_while(|other| *other != name).collect();
                    match press.give_way(*action, &reason, &posted).await? {
                        Way::On => trouble = reason,
                        Way::Doubtful => {
                            doubtful.push(name);
                            trouble = reason;
                        }
                        Way::Superseded(head) => return press.superseded(head).await,
                    }
                    continue;
                }
                Err(Stop::Unknown { action, reason }) => {
                    tracing::warn!(change = %at, action, %reason, round, "the outcome of a write is unknown: reading back");
                    trouble = reason;
                    let before = made.into_iter().take_while(|name| *name != action);
                    doubtful = before.chain([action]).collect();
                    continue;
                }
                Err(Stop::Delayed { seconds, reason }) => {
                    return Err(PlatformError::RateLimited { seconds, detail: reason });
                }
            }
        }
        // Where this is noted already, it is noted for this head: the run before said the same.
        if intended || noted.as_ref().is_none_or(|last| !last.done) {
            // A check that may have been started and never showed may still: the run is taken up once more, later.
            press.note(&posted, !reviewed.is_doubtful).await?;
        }
        return Ok(Published::Done { writes, summary });
    }
    Err(PlatformError::Unavailable { what: "the review".into(), detail: trouble })
}

pub(super) enum Stop {
    Refused { action: Box<Action>, reason: String },
    Unknown { action: &'static str, reason: String },
    Delayed { seconds: u64, reason: String },
}

/// How it goes on after a refusal.
enum Way {
    /// With another plan.
    On,
    /// With the same, but what was refused may be there.
    Doubtful,
    /// The change has this head now.
    Superseded(String),
}

/// One review on its way to its platform, and in which form it is tried.
struct Press<'a> {
    deps: &'a Deps,
    platform: &'a dyn Platform,
    review: &'a Review,
    can: Capabilities,
    options: Options,
    searches: usize,
    /// What is pending was removed once already.
    cleared: bool,
    /// The change was said not to be there once already.
    lagged: bool,
    /// The check of this run that was shown as under way.
    started: Option<ObjectId>,
    /// What this run wrote, as [`Intent::wrote`] keeps it.
    wrote: Vec<String>,
    /// What was written a moment before this run.
    wrote_before: Vec<String>,
}

impl Press<'_> {
    fn plan(&self, posted: &Posted) -> Vec<Action> {
        plan(posted, self.review, &self.can, &self.deps.marker, &self.options)
    }

    /// What is posted now, or the head that the change has instead.
    async fn now(&self) -> Result<Result<Posted, String>, PlatformError> {
        let Now { head, posted, .. } = self.platform.now(&self.review.change.at).await?;
        let posted = self.with_started(posted);
        Ok(if head == self.review.change.head { Ok(posted) } else { Err(head) })
    }

    /// What is posted, with the check that was started: it is there, also where a reading does not show it yet.
    fn with_started(&self, mut posted: Posted) -> Posted {
        let hidden = self.started.as_ref().filter(|id| posted.checks.iter().all(|check| check.id != **id));
        let (key, id) = (self.review.key.clone(), hidden.cloned());
        posted.checks.extend(id.map(|id| PostedCheck { id, key, ..PostedCheck::default() }));
        posted
    }

    /// Writes down what is about to be posted, or that it is.
    async fn note(&self, posted: &Posted, done: bool) -> Result<(), PlatformError> {
        let Review { change, key, .. } = self.review;
        let running = posted.checks.iter().find(|check| !check.completed && check.key == *key);
        let (change, head, key) = (change.at.to_string(), change.head.clone(), key.clone());
        let wrote = if done {
            ended(posted, &head, &self.wrote_before, &self.wrote)
        } else {
            begun(&[&self.wrote_before[..], &self.wrote].concat())
        };
        let (check, at) = (running.map(|check| check.id.0.clone()), (self.deps.clock)());
        intend(self.deps, Intent { change, key, head, check, done, at, wrote, wrote_at: at, left: Vec::new() }).await
    }

    /// Nothing is posted for an older head, and what says that it is under way is ended.
    async fn superseded(&self, head: String) -> Result<Published, PlatformError> {
        take_back(self.deps, self.platform, &self.review.change.at, (&head, None)).await?;
        Ok(Published::Superseded { head })
    }

    /// Finds a form that the platform may take: without the comment it refuses, shorter, without any comment, without a summary.
    async fn give_way(&mut self, action: Action, reason: &str, posted: &Posted) -> Result<Way, PlatformError> {
        let refusal = Refusal::of(reason);
        match (action, refusal) {
            (_, Refusal::Hurried) => return Ok(Way::Doubtful),
            (_, Refusal::CommitGone) => {
                return match self.now().await? {
                    Err(head) => Ok(Way::Superseded(head)),
                    Ok(_) => Err(PlatformError::Unavailable { what: "the commit".into(), detail: reason.to_owned() }),
                };
            }
            // Nothing can be put where the change is not, or is no longer for this token: reading it says which. Where it can be
            // read it was a moment's lag, once.
            (action, Refusal::Gone) if creates(&action) && !self.lagged => {
                self.lagged = true;
                return Ok(self.now().await?.map_or_else(Way::Superseded, |_| Way::Doubtful));
            }
            // The next plan begins with the removal of what is pending.
            (Action::CreateReview { .. }, Refusal::Pending) if self.can.checks && !self.cleared => self.cleared = true,
            (
                Action::CreateSummary { .. } | Action::UpdateSummary { .. } | Action::CreateReview { .. },
                Refusal::TooLong,
            ) if self.can.body_chars > SHORTEST => {
                meter::demoted(Demotion::Shorter);
                self.can.body_chars /= 2;
            }
            (Action::CreateReview { event: Event::RequestChanges, .. }, _) => {
                meter::demoted(Demotion::NoRequest);
                self.options.request_changes = false;
            }
            (Action::CreateReview { commit, body, comments, .. }, Refusal::Place) if self.searches < SEARCHES => {
                self.searches += 1;
                let at = &self.review.change.at;
                match bisect::refused(self.platform, at, (&commit, &body), &comments).await {
                    Ok(Some(comment)) => self.refuse(&comment.path, &comment.body),
                    Ok(None) => self.without_inline(),
                    Err(Stop::Delayed { seconds, reason }) => {
                        return Err(PlatformError::RateLimited { seconds, detail: reason });
                    }
                    // What the drafts have left behind is removed first; then it is tried once more.
                    Err(Stop::Refused { .. } | Stop::Unknown { .. }) => {}
                }
            }
            (Action::UpdateComment { id, body }, _) => {
                meter::demoted(Demotion::Comment);
                let at = &self.review.change.at;
                self.options.refused.extend(brought(&self.deps.marker, at, posted, &id, &body));
            }
            (Action::CreateFileComment { path, body, .. }, _) => self.refuse(&path, &body),
            (Action::CreateReview { .. }, _) if self.options.inline => self.without_inline(),
            (Action::CreateSummary { .. } | Action::UpdateSummary { .. }, _)
                if self.can.checks && self.options.summary =>
            {
                meter::demoted(Demotion::CheckOnly);
                (self.options.summary, self.options.inline) = (false, false);
            }
            (action, _) => {
                let what = format!("to post the {}", name(&action));
                return Err(PlatformError::Denied { what, detail: reason.to_owned() });
            }
        }
        Ok(Way::On)
    }

    fn without_inline(&mut self) {
        meter::demoted(Demotion::Inline);
        self.options.inline = false;
    }

    /// The findings of this comment are told elsewhere.
    fn refuse(&mut self, path: &str, body: &str) {
        meter::demoted(Demotion::Comment);
        let items = self.deps.marker.read(&self.review.change.at, body).map(|mark| mark.items).unwrap_or_default();
        let named: BTreeSet<Named> = items.into_iter().map(|item| (path.to_owned(), item.fingerprint)).collect();
        self.options.inline &= !named.is_empty();
        self.options.refused.extend(named);
    }
}

/// What the new text of a comment says that the posted one does not: reworded findings, which stand nowhere else.
fn brought(marker: &MarkerKey, at: &ChangeRef, posted: &Posted, id: &ObjectId, body: &str) -> BTreeSet<Named> {
    let Some(old) = posted.comments.iter().find(|comment| comment.id == *id) else { return BTreeSet::new() };
    let items = |body: &str| {
        let mark = marker.read(at, body).filter(|mark| mark.kind == MarkKind::Inline);
        mark.map(|mark| mark.items).unwrap_or_default()
    };
    let known = items(&old.body);
    let new = items(body).into_iter().filter(|item| !known.contains(item));
    new.map(|item| (old.path.clone(), item.fingerprint)).collect()
}

async fn carry_out(
    (platform, marker): (&dyn Platform, &MarkerKey),
    at: &ChangeRef,
    actions: Vec<Action>,
    posted: &Posted,
    written: &mut Written<'_>,
) -> Result<(), Stop> {
    for action in actions {
        let name = name(&action);
        let action = with_summary_url(action, written.summary.as_deref().unwrap_or(""));
        match platform.carry_out(at, &action).await {
            Outcome::Done { id, url } => {
                written.done(&action, id.as_ref());
                if matches!(action, Action::DeletePending(_) | Action::DeleteSummary(_) | Action::DeleteComment(_)) {
                    meter::healed();
                }
                if matches!(action, Action::CreateSummary { .. }) {
                    *written.summary = url;
                }
            }
            Outcome::Rejected(reason) => match action {
                Action::UpdateComment { ref id, ref body } if !brought(marker, at, posted, id, body).is_empty() => {
                    return Err(Stop::Refused { action: Box::new(action), reason });
                }
                // Tidying up is not worth a lost review: what is already gone is as good as removed.
                Action::DeletePending(_)
                | Action::DeleteSummary(_)
                | Action::DeleteComment(_)
                | Action::Minimise { .. }
                | Action::Resolve(_)
                | Action::CancelCheck { .. }
                | Action::UpdateComment { .. } => {
                    tracing::info!(change = %at, action = name, %reason, "tidying up was refused");
                }
                // Somebody deleted the summary in between: it is posted anew.
                Action::UpdateSummary { body, .. }
                    if posted.summaries.len() == 1 && Refusal::of(&reason) == Refusal::Gone =>
                {
                    let action = Action::CreateSummary { body };
                    match platform.carry_out(at, &action).await {
                        Outcome::Done { id, url } => {
                            written.done(&action, id.as_ref());
                            *written.summary = url;
                        }
                        Outcome::Rejected(reason) => return Err(Stop::Refused { action: Box::new(action), reason }),
                        Outcome::Unknown(reason) => return Err(Stop::Unknown { action: name, reason }),
                        Outcome::Delayed { seconds, reason } => return Err(Stop::Delayed { seconds, reason }),
                    }
                }
                action => return Err(Stop::Refused { action: Box::new(action), reason }),
            },
            Outcome::Unknown(reason) => return Err(Stop::Unknown { action: name, reason }),
            Outcome::Delayed { seconds, reason } => return Err(Stop::Delayed { seconds, reason }),
        }
    }
    Ok(())
}

fn with_summary_url(action: Action, url: &str) -> Action {
    let fill = |text: String| text.replace(SUMMARY_URL, url);
    match action {
        Action::CreateReview { commit, event, body, comments } => {
            Action::CreateReview { commit, event, body: fill(body), comments }
        }
        Action::CompleteCheck { id, commit, key, conclusion, mut output } => {
            output.summary = fill(output.summary);
            Action::CompleteCheck { id, commit, key, conclusion, output }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::job::announce::Announcer;
    use crate::job::testing::{Stage, deps};
    use crate::review::testing::{added, at_line, change, review, reviewed};
    use crate::store::Database;
    use crate::store::Journal as _;

    /// A review with a finding on each of the first `count` lines.
    fn told(count: u32) -> ChangeReview {
        let findings = (1..=count).map(|line| at_line("MET-002", line, &format!("recall {line}"))).collect();
        let review = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)]);
        ChangeReview {
            review,
            plan: Options::default(),
            seen: Posted::default(),
            is_doubtful: false,
            cost: crate::critique::ledger::Ledger::default(),
            imported: None,
        }
    }

    async fn post(stage: &Stage) -> (Result<Published, PlatformError>, Vec<&'static str>) {
        let published = publish(&deps(), stage, &told(1)).await;
        (published, stage.sent().iter().map(name).collect())
    }

    #[tokio::test]
    async fn a_refused_comment_is_found_by_halves_and_the_others_stand_in_one_review() {
        for count in 1..=10_u32 {
            for bad in 1..=count {
                let stage = Stage::default();
                stage.0.refused.lock().unwrap().push(bad);
                let published = publish(&deps(), &stage, &told(count)).await;
                assert!(matches!(published, Ok(Published::Done { .. })), "{published:?}");
                let sent = stage.sent();
                let reviews = sent.iter().filter(|action| matches!(action, Action::CreateReview { .. })).count();
                // The first one, the drafts, and the one that is taken, where a comment is left for it.
                let most = 1 + count.next_power_of_two().trailing_zeros() + u32::from(count > 1);
                assert!(reviews <= most as usize, "{reviews} calls for {count} comments");
                let shown = stage.shown();
                let of: Vec<usize> = shown.reviews.iter().map(|_| shown.comments.len()).collect();
                assert_eq!(of, if count > 1 { vec![count as usize - 1] } else { vec![] }, "{bad} of {count}");
                assert!(shown.reviews.iter().all(|review| !review.pending));
                let Some(Action::CompleteCheck { output, .. }) = sent.last() else { panic!("{sent:?}") };
                let lines: Vec<u32> = output.annotations.iter().map(|at| at.lines.start).collect();
                assert_eq!(lines, [bad], "the refused one is told by the check");
            }
        }
    }

    #[tokio::test]
    async fn a_reworded_finding_whose_comment_cannot_be_rewritten_is_told_by_the_check() {
        let stage = Stage::default();
        publish(&deps(), &stage, &told(1)).await.unwrap();
        let mut again = told(1);
        again.review.documents[0].head.findings[0] = at_line("MET-002", 1, "very good recall");
        (again.review.key, again.review.inputs) = ("next".into(), "next".into());
        let done = Outcome::Done { id: None, url: Some("u".into()) };
        *stage.0.outcomes.lock().unwrap() = vec![done, Outcome::Rejected("HTTP 404: Not Found".into())];
        let before = stage.sent().len();
        publish(&deps(), &stage, &again).await.unwrap();
        let sent = stage.sent().split_off(before);
        let Some(Action::CompleteCheck { output, .. }) = sent.last() else { panic!("{sent:?}") };
        assert_eq!(output.annotations.len(), 1, "{sent:?}");
        let updates = sent.iter().filter(|action| matches!(action, Action::UpdateComment { .. })).count();
        assert_eq!(updates, 1, "what was refused is not tried again: {sent:?}");
    }

    #[tokio::test]
    async fn several_refused_comments_are_found_too_and_never_without_end() {
        for (bad, inline) in [(vec![2, 9], 8), (vec![1, 2, 3, 4, 5], 0)] {
            let stage = Stage::default();
            stage.0.refused.lock().unwrap().extend(&bad);
            publish(&deps(), &stage, &told(10)).await.unwrap();
            assert_eq!(stage.shown().comments.len(), inline, "{bad:?}");
            assert!(stage.sent().len() <= 40, "{}", stage.sent().len());
        }
    }

    #[tokio::test]
    async fn a_second_run_on_the_same_head_reads_and_writes_nothing_more() {
        let stage = Stage::default();
        publish(&deps(), &stage, &told(2)).await.unwrap();
        let (looks, sent) = (stage.0.looks.load(Ordering::Relaxed), stage.sent().len());
        let mut again = told(2);
        again.seen = stage.shown();
        let published = publish(&deps(), &stage, &again).await.unwrap();
        assert_eq!(published, Published::Done { writes: 0, summary: Some("u".into()) });
        assert_eq!((stage.0.looks.load(Ordering::Relaxed), stage.sent().len()), (looks, sent));
        // Another commit with the same texts: one write, and nothing is read before it.
        again.review.key = "of the next head".into();
        let published = publish(&deps(), &stage, &again).await.unwrap();
        assert_eq!(published, Published::Done { writes: 1, summary: Some("u".into()) });
        assert_eq!(stage.0.looks.load(Ordering::Relaxed), looks);
    }

    #[tokio::test]
    async fn what_a_platform_refuses_is_said_in_another_form() {
        let done = || Outcome::Done { id: Some(ObjectId("9".into())), url: Some("u".into()) };
        let no = |reason: &str| Outcome::Rejected(reason.to_owned());
        let all = ["summary", "review", "check"];
        for (outcomes, expected, counted) in [
            // Asking for changes is taken back.
            (
                vec![done(), no("HTTP 422: Can not request changes on your own pull request")],
                vec!["summary", "review", "review", "check"],
                "without_request",
            ),
            // A conversation that is locked leaves the check.
            (
                vec![no("HTTP 403: Unable to create comment because issue is locked.")],
                vec!["summary", "check"],
                "check_only",
            ),
            (
                vec![no("HTTP 422: body is too long (maximum is 65536 characters)")],
                [&["summary"], &all[..]].concat(),
                "shorter",
            ),
            (
                vec![done(), no("HTTP 422: User can only have one pending review per pull request")],
                vec!["summary", "review", "review", "check"],
                "",
            ),
            // Too quick is not refused: it is looked whether it is there.
            (vec![done(), Outcome::Unknown("HTTP 502".into())], all.to_vec(), ""),
        ] {
            let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
            let _counting = metrics::set_default_local_recorder(&recorder);
            let stage = Stage::default();
            *stage.0.outcomes.lock().unwrap() = outcomes;
            let mut told = told(1);
            told.plan.request_changes = true;
            let published = publish(&deps(), &stage, &told).await;
            assert!(matches!(published, Ok(Published::Done { .. })), "{published:?}");
            assert_eq!(stage.sent().iter().map(name).collect::<Vec<_>>(), expected);
            let sent = stage.sent();
            let Some(Action::CompleteCheck { output, .. }) = sent.last() else { panic!("{sent:?}") };
            let alone = expected.len() == 2;
            assert_eq!(output.annotations.len(), usize::from(alone), "every finding is told once");
            assert_eq!(output.summary.contains("could not be posted"), alone, "{}", output.summary);
            let text = recorder.handle().render();
            let forms: Vec<&str> =
                text.lines().filter(|line| line.starts_with("specreview_demotions_total{")).collect();
            let line = format!("specreview_demotions_total{{form=\"{counted}\"}} 1");
            assert_eq!(forms, if counted.is_empty() { vec![] } else { vec![line.as_str()] });
        }
    }

    /// A store, and what jobs share with it.
    async fn with_journal() -> (tempfile::TempDir, Database, Deps) {
        let folder = tempfile::tempdir().unwrap();
        let store = Database::open(&folder.path().join("jobs.db")).await.unwrap();
        let journal = std::sync::Arc::new(store.clone());
        (folder, store, Deps { journal, ..deps() })
    }

    /// Says that this review is under way.
    async fn announce(deps: &Deps, stage: &Stage, told: &ChangeReview) -> Posted {
        let Review { change, key, .. } = &told.review;
        let (at, head, key, posted) = (change.at.clone(), change.head.clone(), key.clone(), told.seen.clone());
        let mut announcer = Announcer { deps, platform: stage, at, head, key, posted, done: false, is_doubtful: false };
        announcer.begin().await;
        announcer.begin().await;
        announcer.posted
    }

    #[tokio::test]
    async fn a_check_that_is_under_way_is_ended_when_the_head_moves_on() {
        for is_known in [true, false] {
            let (_folder, store, deps) = with_journal().await;
            let stage = Stage::default();
            if !is_known {
                // It is started, nobody says so, and no reading of the newest head shows it.
                stage.0.outcomes.lock().unwrap().push(Outcome::Unknown("cut".into()));
                stage.0.lag.store(LOOKS.len(), Ordering::Relaxed);
            }
            let mut old = told(1);
            old.review.change.head = "an older head".into();
            old.seen = announce(&deps, &stage, &old).await;
            assert_eq!(old.seen.checks.len(), usize::from(is_known));
            let newer = change(&[]).head;
            assert_eq!(publish(&deps, &stage, &old).await.unwrap(), Published::Superseded { head: newer });
            let sent = stage.sent();
            let [Action::StartCheck { .. }, Action::CancelCheck { id, output }] = sent.as_slice() else {
                panic!("{sent:?}")
            };
            assert_eq!(*id, stage.shown().checks[0].id);
            assert!(output.summary.contains("Superseded by `abc1234`"), "{}", output.summary);
            let last = store.last(&old.review.change.at.to_string()).await.unwrap().unwrap();
            assert!(last.done, "{last:?}");
        }
    }

    #[tokio::test]
    async fn a_run_that_comes_back_within_seconds_has_one_check_although_nothing_shows_yet() {
        // It broke off once the check was started; or it was brought to its end.
        for ends in [false, true] {
            let (_folder, _store, deps) = with_journal().await;
            let stage = Stage::default();
            let first = announce(&deps, &stage, &told(1)).await;
            if ends {
                publish(&deps, &stage, &ChangeReview { seen: first, ..told(1) }).await.unwrap();
            }
            let seen = announce(&deps, &stage, &told(1)).await;
            stage.0.lag.store(2, Ordering::Relaxed);
            publish(&deps, &stage, &ChangeReview { seen, ..told(1) }).await.unwrap();
            let sent: Vec<_> = stage.sent().iter().map(name).collect();
            assert_eq!(sent.iter().filter(|name| **name == "check").count(), 2, "begun and ended: {sent:?}");
            assert_eq!(stage.shown().checks.len(), 1);
            assert_eq!(sent.iter().filter(|name| **name == "summary").count(), 1, "{sent:?}");
        }
    }

    #[tokio::test]
    async fn what_is_about_to_be_posted_is_written_down_first_and_a_crash_leaves_no_check_under_way() {
        let (_folder, store, deps) = with_journal().await;
        let at = told(1).review.change.at;
        let intent = Intent {
            change: at.to_string(),
            key: "k".into(),
            head: "old".into(),
            check: Some("77".into()),
            ..Intent::default()
        };
        store.intend(&intent).await.unwrap();
        let stage = Stage::default();
        let wait = Outcome::Delayed { seconds: 30, reason: "later".into() };
        *stage.0.outcomes.lock().unwrap() = vec![Outcome::Done { id: None, url: None }, wait];
        publish(&deps, &stage, &told(1)).await.unwrap_err();
        assert_eq!(stage.sent().iter().map(name).collect::<Vec<_>>(), ["check", "summary"]);
        let last = store.last(&at.to_string()).await.unwrap().unwrap();
        assert_eq!((last.key.as_str(), last.done), ("run-1", false), "nothing is posted before this stands");
        publish(&deps, &stage, &told(1)).await.unwrap();
        assert!(store.last(&at.to_string()).await.unwrap().unwrap().done);
    }

    #[tokio::test]
    async fn a_write_that_shows_late_is_not_sent_again() {
        for before in 0..3 {
            let stage = Stage::default();
            let done = Outcome::Done { id: None, url: Some("u".into()) };
            let mut outcomes = vec![done; before];
            outcomes.push(Outcome::Unknown("cut".into()));
            *stage.0.outcomes.lock().unwrap() = outcomes;
            stage.0.lag.store(4, Ordering::Relaxed);
            let (published, sent) = post(&stage).await;
            assert!(matches!(published, Ok(Published::Done { .. })), "{published:?}");
            assert_eq!(sent, ["summary", "review", "check"]);
        }
    }

    #[tokio::test]
    async fn a_request_to_wait_brings_the_job_back_after_that_time() {
        let stage = Stage::default();
        let wait = Outcome::Delayed { seconds: 30, reason: "secondary rate limit".into() };
        stage.0.outcomes.lock().unwrap().push(wait);
        let (published, sent) = post(&stage).await;
        let waits = published.err().and_then(|error| error.retry_after());
        assert_eq!((waits, sent), (Some(std::time::Duration::from_secs(30)), vec!["summary"]));
    }
}
