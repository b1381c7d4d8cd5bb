//! The workers of reviews by hand: take one, fetch and read its document, have it reviewed, keep the report. What ends without a word is
//! taken up again by whoever comes next.

use std::time::Duration;

use super::board::{Phase, Turn};
use super::report::{Forms, Verdict, packed};
use super::wish::{TreatAs, Wishes, document_id, own_key};
use super::{Board, Desk};
use crate::config::Config;
use crate::job::linked::apart;
use crate::job::shift::Shift;
use crate::job::{Options, Progress, review_texts};
use crate::output::{Entry, Run};
use crate::source::{Loaded, decode};
use crate::store::{Ended, Millis, TakenReview, pack, unpack};
use crate::text::sha256_hex;

/// How long a worker holds a review without a word. It says one five times as often.
const LEASE: Millis = 15_000;
const RENEW: Duration = Duration::from_secs(3);
/// How often the queue is looked at where no bell rang: another process may have put something in, or have stopped.
const LOOK: Duration = Duration::from_secs(1);
/// Pause after the store failed.
const PAUSE: Duration = Duration::from_secs(5);
/// Largest report that is kept, packed: that of a document of a megabyte has a tenth of it.
const LARGEST_REPORT: usize = 16 << 20;

impl Desk {
    /// Works until the shift is over. A review that is under way then is handed back.
    pub async fn work(self, name: String, mut shift: Shift) {
        while !shift.is_over() {
            shift.beat(&name);
            let now = (self.deps.clock)();
            match self.reviews.take(&name, now, LEASE).await {
                Ok(Some(taken)) => {
                    // Where one waits more may: each worker wakes the next.
                    self.bell.notify_one();
                    if self.one(&taken, &name, &mut shift).await {
                        continue;
                    }
                    break;
                }
                Ok(None) => {
                    tokio::select! {
                        () = shift.over() => break,
                        () = self.bell.notified() => {}
                        () = tokio::time::sleep(LOOK) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the queue of reviews by hand cannot be read");
                    tokio::select! {
                        () = shift.over() => break,
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
            }
        }
        shift.leave(&name);
    }

    /// Works on one review; false when the shift ended before it did.
    async fn one(&self, taken: &TakenReview, name: &str, shift: &mut Shift) -> bool {
        let mut ticks = tokio::time::interval(RENEW);
        let turn = self.board.put_on(&taken.id);
        // On a task of its own: a defect of the program ends that one review and not the worker.
        let (desk, of) = (self.clone(), taken.clone());
        let mut review = tokio::spawn(async move { desk.review(&of).await });
        let ended = loop {
            tokio::select! {
                ended = &mut review => break ended,
                _ = ticks.tick() => {
                    shift.beat(name);
                    let until = (self.deps.clock)().saturating_add(LEASE);
                    match self.reviews.hold_on(taken, until).await {
                        Ok(true) => {}
                        Ok(false) => {
                            review.abort();
                            self.board.take_off(&taken.id, &turn);
                            tracing::warn!(review = taken.short(), "a review was taken over by another worker");
                            return true;
                        }
                        Err(error) => tracing::warn!(%error, "the hold on a review could not be renewed"),
                    }
                }
                () = shift.over() => {
                    review.abort();
                    self.board.take_off(&taken.id, &turn);
                    if let Err(error) = self.reviews.hand_back(taken).await {
                        tracing::warn!(%error, "a review could not be handed back: it is taken up again when its lease ends");
                    }
                    return false;
                }
            }
        };
        let ended = ended.unwrap_or_else(|error| {
            tracing::error!(%error, review = taken.short(), "a defect of the program ended a review");
            Ended::Failed {
                reason: "a defect of the program ended this review; the server's log says which: tell the operator"
                    .into(),
                told: String::new(),
            }
        });
        self.keep(taken, turn, ended).await;
        true
    }

    async fn keep(&self, taken: &TakenReview, turn: Turn, mut ended: Ended) {
        if let Ended::Failed { told, .. } = &mut ended {
            *told = packed(&self.board.told(&taken.id));
        }
        let now = (self.deps.clock)();
        let last = match &ended {
            Ended::Done { verdict, .. } => Phase::Done { verdict: verdict.clone() },
            Ended::Failed { reason, .. } => Phase::Failed { reason: reason.clone() },
        };
        match self.reviews.conclude(taken, &ended, now).await {
            // Who is told that it is done finds the report.
            Ok(true) => self.board.tell(&taken.id, last, now),
            Ok(false) => self.board.take_off(&taken.id, &turn),
            Err(error) => {
                tracing::error!(%error, review = taken.short(), "a report cannot be kept: the review is done again later");
                self.board.take_off(&taken.id, &turn);
            }
        }
    }

    async fn review(&self, taken: &TakenReview) -> Ended {
        let failed = |reason: &str| Ended::Failed { reason: reason.to_owned(), told: String::new() };
        let Ok(wishes) = serde_json::from_str::<Wishes>(&taken.wish) else {
            return failed("another version of the program put this review into the queue: ask for it again");
        };
        let tell = |phase| self.board.tell(&taken.id, phase, (self.deps.clock)());
        tell(Phase::Started);
        let loaded = if taken.input.is_empty() {
            match &self.fetch {
                Some(fetch) => fetch(taken.document.clone()).await,
                None => return failed("this server fetches no documents: paste the text or send the file"),
            }
        } else {
            match unpack(&taken.input) {
                Some(bytes) => {
                    tell(Phase::Fetched { bytes: bytes.len() });
                    let at = taken.document.clone();
                    apart(move || decode(&at, bytes)).await
                }
                None => return failed("what was sent cannot be read back from the store: send it again"),
            }
        };
        let (text, opened) = match loaded {
            Loaded::Unread { reason, .. } => return failed(&reason),
            Loaded::Text { text, .. } if text.len() > super::LARGEST_TEXT => {
                let most = super::LARGEST_TEXT >> 20;
                return failed(&format!(
                    "the text of the document is larger than {most} MiB: give the specification alone"
                ));
            }
            Loaded::Text { text, opened, .. } => (text, opened),
        };
        if taken.input.is_empty() {
            tell(Phase::Fetched { bytes: text.len() });
        }
        tell(Phase::Read { lines: text.lines().count() });
        let own = opened.as_ref().and_then(|opened| own_key(&taken.document, opened));
        let read = Loaded::text(&taken.document, text.clone());
        let read = opened.into_iter().fold(read, Loaded::opened_at);
        let run = self.run(taken, &wishes, read).await;
        let text = apart(move || pack(text.as_bytes())).await;
        let (verdict, tally) = Verdict::of(&run);
        let deps = self.deps.clone();
        let policy = policy(&run, &taken.wish);
        let title = heading(&run).unwrap_or_else(|| taken.title.clone());
        // Pages of a megabyte are rendered and packed apart from those who serve requests.
        let told = self.board.told(&taken.id);
        let report = apart(move || Forms::of(&deps, &run, told).packed()).await;
        if report.len() > LARGEST_REPORT {
            return failed("the report is larger than the server keeps: give a part of the document");
        }
        Ended::Done {
            document: own.map(|key| (key.clone(), document_id(&key))),
            title,
            verdict: verdict.word().to_owned(),
            findings: [tally.errors, tally.warnings, tally.notes].map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
            policy,
            report,
            text,
        }
    }

    async fn run(&self, taken: &TakenReview, wishes: &Wishes, read: Loaded) -> Run {
        let (board, clock, id): (Board, _, _) = (self.board.clone(), self.deps.clock.clone(), taken.id.clone());
        let options = Options {
            no_model: wishes.llm == Some(false),
            progress: Progress::to(move |step| {
                if let Some(phase) = Phase::of(step) {
                    board.tell(&id, phase, clock());
                }
            }),
            ..options(wishes)
        };
        let run = review_texts(&self.deps, vec![read], &config(wishes), Vec::new(), &options).await;
        Run { answered: true, ..run }
    }
}

/// No repository's settings apply: the wish is all there is.
pub(super) fn config(wishes: &Wishes) -> Config {
    let packs = wishes.packs.iter().cloned().chain([crate::rules::CORE.to_owned()]).collect();
    Config { packs: Some(packs), ..Config::default() }
}

pub(super) fn options(wishes: &Wishes) -> Options {
    Options { is_spec: wishes.treat_as == Some(TreatAs::Spec), fail_on: Some(None), alone: true, ..Options::default() }
}

/// What a run was judged by.
fn policy(run: &Run, wish: &str) -> String {
    let model = run.model.as_deref().unwrap_or_default();
    let mut digest = sha256_hex(format!("{}\n{}\n{model}\n{wish}", run.version, run.rules).as_bytes());
    digest.truncate(16);
    digest
}

/// Longest title in characters.
const TITLE: usize = 120;

/// The first heading of the document, if it has one.
fn heading(run: &Run) -> Option<String> {
    let Some(Entry::Reviewed(_, document)) = run.documents.first() else { return None };
    let title = document.sections.iter().map(|section| section.title.trim()).find(|title| !title.is_empty())?;
    Some(title.chars().filter(|c| !c.is_control()).take(TITLE).collect())
}
