//! Carries the questions of the critique to the model and brings verdicts back. A model that fails leaves a visible gap,
//! never an error.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use super::announce::Announcer;
use super::{Deps, Options, Progress, Step};
use crate::config::{self, Paths};
use crate::critique::{Ask, Critique, Pass, Record, Sheet, Talk, Usage, Verdict};
use crate::document::Document;
use crate::model::Model;
use crate::text::front_matter;

/// How long the critique of a change, or of all documents of one run, may take in all, the reading of them included: what the checklist
/// found is never late because of it.
const TOTAL: Duration = Duration::from_mins(2);
/// What is said of a document that is too long.
const IN_PART: &str = "the document is longer than a model is shown: nothing is said of what it does not hold";
/// Calls that are under way at once. The endpoint's own limits are kept by the model.
const AT_ONCE: usize = 4;

/// What the critique of one change has used up, and whether it goes on.
pub(super) struct Spent<'a> {
    /// Tells that the review takes a while, before the first call; none where nobody is told.
    pub(super) announcer: Option<Announcer<'a>>,
    /// Calls and tokens so far.
    pub(super) usage: Usage,
    /// Why no further question is asked, about no document.
    stopped: Option<String>,
    /// How long it was asked so far.
    pub(super) took: Duration,
    until: Instant,
}

impl<'a> Spent<'a> {
    /// Nothing yet; the time runs from now.
    pub(super) fn new(announcer: Option<Announcer<'a>>) -> Self {
        Self { announcer, ..Self::within(TOTAL) }
    }

    fn within(total: Duration) -> Self {
        Self {
            announcer: None,
            usage: Usage::default(),
            stopped: None,
            took: Duration::ZERO,
            until: Instant::now() + total,
        }
    }
}

/// The model that may be asked about the document at `place`, or why none may, as what is said of the document.
pub(super) fn may_ask(
    deps: &Deps,
    paths: &Paths,
    place: Option<&str>,
    document: &Document,
) -> Result<Arc<dyn Model>, String> {
    let model = deps.model.as_ref().ok_or_else(|| "is not read by a model, because there is none".to_owned())?;
    // Front matter that is none by its form may still hold the document back.
    let front = document.front_matter.as_ref().map(|front| front.text.as_str());
    // What was written is asked: a rewriting of it keeps no rules that hold no settings. Of a notebook only the rewriting has any.
    let texts = [document.written(), &document.source];
    let front = front.or_else(|| texts.into_iter().find_map(front_matter).map(|front| front.front));
    let may_go = |is_local: bool| config::egress(paths, place, front, is_local);
    // A document that stays in the house is asked about without the model in reserve that is elsewhere.
    let local = if may_go(false).is_err() { model.local_part() } else { None };
    match may_go(local.is_some() || model.is_local()) {
        Ok(()) => Ok(local.unwrap_or_else(|| model.clone())),
        Err(held) => Err(format!("is not sent to a model, because {}", held.because)),
    }
}

/// The critique of one document. `spent` belongs to the whole change; it is raised by this call. Every answer is kept as soon as it is
/// heard, and its cost is settled with the answer: whoever is stopped in the middle, even killed, leaves to the next run only what was not
/// answered. Calls that were under way at that moment are paid again.
pub(super) async fn critique(deps: &Deps, options: &Options, sheet: Sheet<'_>, spent: &mut Spent<'_>) -> Critique {
    let Some(model) = deps.model.as_deref().filter(|_| !options.no_model) else { return Critique::default() };
    let (before, begun) = (spent.usage, Instant::now());
    let asked = model.name().to_owned();
    let mut talk = Talk::open(sheet, &deps.questions, &asked, &(deps.random)());
    talk.recall(&kept(deps, &talk.inputs()).await);
    let asking = Asking { deps, model, name: &asked, progress: &options.progress };
    loop {
        let asks = talk.asks();
        if asks.is_empty() {
            break;
        }
        if let Some(announcer) = &mut spent.announcer {
            announcer.begin().await;
        }
        round(&asking, &mut talk, asks, spent).await;
    }
    spent.took += begun.elapsed();
    let closed = talk.close();
    let useless = closed.verdicts.iter().find_map(|verdict| {
        let failure = verdict.failure.as_ref()?;
        Some(format!("the model's reply to {} was of no use: {failure}", verdict.question))
    });
    Critique {
        model: Some(model.name().to_owned()),
        incomplete: spent.stopped.clone().or(useless).or_else(|| closed.read_in_part.then(|| IN_PART.to_owned())),
        verdicts: closed.verdicts,
        risks: closed.risks,
        cached: closed.cached,
        policy_changed: closed.policy_changed,
        usage: spent.usage.since(before),
    }
}

/// Who is asked about one document, and what for.
struct Asking<'a> {
    deps: &'a Deps,
    model: &'a dyn Model,
    /// Its name when the talk began.
    name: &'a str,
    progress: &'a Progress,
}

impl Asking<'_> {
    /// Takes a reply and keeps what it says; what comes back is the call that repeats it.
    async fn hear(&self, talk: &Mutex<&mut Talk<'_>>, ask: &Ask, text: &str) -> Option<Ask> {
        let (again, learnt) = {
            let mut talk = talk.lock().unwrap_or_else(PoisonError::into_inner);
            (talk.hear(ask, text), talk.learnt())
        };
        // When another model took over midway, nobody can say whose words these are: they are not kept.
        if self.model.name() == self.name {
            keep(self.deps, learnt).await;
        }
        again
    }
}

/// Carries the calls of one round, and once more those whose replies were of no use. The very first call of a change goes
/// alone: from it the endpoint's ways are learnt, and one that is down or talks nonsense is not asked by all at once.
async fn round(asking: &Asking<'_>, talk: &mut Talk<'_>, mut open: Vec<Ask>, spent: &mut Spent<'_>) {
    let Asking { model, progress, .. } = *asking;
    let (of, done) = (open.iter().map(|ask| ask.questions.len()).sum(), AtomicUsize::new(0));
    let again = open.first().is_some_and(|ask| ask.pass == Pass::Second);
    progress.tell(Step::Questions { done: 0, of, again });
    let (mut told, answered) = (BTreeSet::new(), &done);
    let mut alone = spent.usage.calls == 0;
    while !open.is_empty() {
        let later = if alone { open.split_off(1) } else { Vec::new() };
        if let Some(reason) = spent.stopped.clone() {
            open.iter().chain(&later).for_each(|ask| stop(talk, spent, ask, reason.clone()));
            return;
        }
        let (until, heard) = (spent.until, Mutex::new(&mut *talk));
        let hears = &heard;
        let calls = open.into_iter().enumerate().map(|(nth, ask)| {
            // What is asked once more was counted when its first answer came.
            let counts = if told.insert(ask.name()) { ask.questions.len() } else { 0 };
            async move {
                let (cost, reply) = call(model, &ask, until).await;
                // Here, and not where replies are gathered: while that waited for the store, nobody would go on with the other calls,
                // one of which may have the store.
                let reply = match reply {
                    Ok(text) => Ok(asking.hear(hears, &ask, &text).await),
                    Err(reason) => Err(reason),
                };
                let done = answered.fetch_add(counts, Ordering::Relaxed) + counts;
                progress.tell(Step::Questions { done, of, again });
                (nth, ask, cost, reply)
            }
        });
        // An answer does not wait to be heard until a slower one before it has come, and is not lost with it.
        let mut replies: Vec<_> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
        // Whichever came first: what is told and what is asked once more keeps its order.
        replies.sort_by_key(|(nth, ..)| *nth);
        let mut again = Vec::new();
        for (_, ask, cost, reply) in replies {
            spent.usage.add(cost);
            match reply {
                Ok(repeated) => again.extend(repeated),
                // One endpoint serves all questions about all documents: when it fails, the review is not held up by the rest.
                Err(reason) => stop(talk, spent, &ask, reason),
            }
        }
        // Who answers the first call with nonsense, and its repeat too, is not asked five more times.
        if alone && again.is_empty() {
            alone = false;
            if let Some(failure) = talk.nonsense() {
                spent.stopped.get_or_insert_with(|| format!("the model's replies are of no use: {failure}"));
            }
        }
        open = again.into_iter().chain(later).collect();
    }
}

fn stop(talk: &mut Talk<'_>, spent: &mut Spent<'_>, ask: &Ask, reason: String) {
    talk.fail(&ask.questions, &reason);
    if spent.stopped.is_none() {
        tracing::warn!(questions = %ask.name(), reason, "the critique stops");
        spent.stopped = Some(reason);
    }
}

/// One call, and what it cost.
async fn call(model: &dyn Model, ask: &Ask, until: Instant) -> (Usage, Result<String, String>) {
    // What a failed call has cost nobody tells; for caps the purse counts the most that it can be.
    let failed = Usage { calls: 1, ..Usage::default() };
    match tokio::time::timeout_at(until, model.ask(ask)).await {
        Ok(Ok(answer)) => (answer.usage, Ok(answer.text)),
        Ok(Err(error)) => {
            tracing::warn!(questions = %ask.name(), %error, "the model did not answer");
            (failed, Err(error.for_readers().to_owned()))
        }
        Err(_) => (failed, Err("the time for the model's questions is over".to_owned())),
    }
}

/// What is kept for these inputs. A cache that cannot be read holds nothing, and what somebody else wrote into it counts for nothing.
pub(super) async fn kept(deps: &Deps, inputs: &[String]) -> Vec<Record> {
    let Some(verdicts) = &deps.verdicts else { return Vec::new() };
    let found = verdicts.find(inputs, (deps.clock)()).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "kept verdicts cannot be read; the questions are asked again");
        Vec::new()
    });
    let rows = found.len();
    let ours: Vec<Record> = found
        .into_iter()
        .filter_map(|record| {
            let value = deps.marker.unsealed([&record.inputs, &record.policy], &record.value)?.to_owned();
            Some(Record { value, ..record })
        })
        .collect();
    if ours.len() < rows {
        tracing::warn!(rows = rows - ours.len(), "kept verdicts that this bot did not write are left alone");
    }
    ours
}

/// Keeps verdicts under the seal of this bot, for whoever asks the same next.
pub(super) async fn keep(deps: &Deps, mut records: Vec<Record>) {
    let Some(verdicts) = deps.verdicts.as_ref().filter(|_| !records.is_empty()) else { return };
    for record in &mut records {
        record.value = deps.marker.sealed([&record.inputs, &record.policy], &record.value);
    }
    if let Err(error) = verdicts.keep(&records, (deps.clock)()).await {
        tracing::warn!(%error, "verdicts cannot be kept; they will be asked for again");
    }
}

/// Claims that were dropped because their evidence did not hold.
pub(super) fn dropped(verdicts: &[Verdict]) -> usize {
    verdicts.iter().map(|verdict| verdict.dropped).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Settings, assess_with_facts};
    use crate::job::testing::{SPEC, deps};
    use crate::model::{ModelError, Replay};

    /// Never answers.
    struct Mute;

    #[async_trait::async_trait]
    impl Model for Mute {
        fn name(&self) -> &'static str {
            "mute"
        }

        async fn ask(&self, _: &Ask) -> Result<crate::critique::Answer, ModelError> {
            std::future::pending().await
        }
    }

    /// Two documents are asked about; what each was told, and what all of it cost.
    async fn two(model: Arc<dyn Model>, total: Duration) -> ([Critique; 2], Usage) {
        let deps = Deps { model: Some(model), ..deps() };
        let document = Document::parse(SPEC);
        let settings = Settings { is_spec: true, ..Settings::default() };
        let (head, facts) = assess_with_facts(&document, &deps.rules, &settings);
        let sheet = Sheet { document: &document, facts: &facts, checks: &head.checks, risks: &[] };
        let (options, mut spent) = (Options::default(), Spent::within(total));
        let first = critique(&deps, &options, sheet, &mut spent).await;
        let second = critique(&deps, &options, sheet, &mut spent).await;
        ([first, second], spent.usage)
    }

    /// Answers so many calls and none after them.
    struct Dying(Mutex<(usize, Vec<Ask>)>);

    impl Dying {
        fn after(calls: usize) -> Arc<Self> {
            Arc::new(Self(Mutex::new((calls, Vec::new()))))
        }

        /// Pass and id of each question so far.
        fn asked(&self) -> Vec<(bool, String)> {
            let asks = self.0.lock().unwrap().1.clone();
            let of = |ask: Ask| ask.questions.into_iter().map(move |id| (ask.pass == Pass::Second, id));
            asks.into_iter().flat_map(of).collect()
        }
    }

    #[async_trait::async_trait]
    impl Model for Dying {
        fn name(&self) -> &'static str {
            "dying"
        }

        async fn ask(&self, ask: &Ask) -> Result<crate::critique::Answer, ModelError> {
            let answers = {
                let mut state = self.0.lock().unwrap();
                state.1.push(ask.clone());
                state.1.len() <= state.0
            };
            if !answers {
                std::future::pending::<()>().await;
            }
            let answer = |id: &String| {
                serde_json::json!({ "question": id, "quotes": [], "searched": ["all of it"], "answer": "no", "score": 0,
                    "fits_any_project": false, "claim": "c", "why_it_matters": "It costs the shop money.",
                    "question_to_author": "What does a missed dent cost?", "confidence": "high" })
            };
            let answers: Vec<_> = ask.questions.iter().map(answer).collect();
            let text = if ask.schema_name == "risks" {
                serde_json::json!({ "passages": [] })
            } else {
                serde_json::json!({ "answers": answers })
            };
            Ok(crate::critique::Answer { text: text.to_string(), usage: Usage { calls: 1, ..Usage::default() } })
        }
    }

    #[tokio::test]
    async fn a_process_that_dies_in_the_middle_has_not_paid_in_vain() {
        let document = Document::parse(SPEC);
        let settings = Settings { is_spec: true, ..Settings::default() };
        let (head, facts) = assess_with_facts(&document, &deps().rules, &settings);
        let risks = super::super::run::asked_risks(&deps().rules, &head);
        let sheet = Sheet { document: &document, facts: &facts, checks: &head.checks, risks: &risks };
        let run = async |deps: &Deps| critique(deps, &Options::default(), sheet, &mut Spent::new(None)).await;
        let on = |model: &Arc<Dying>, folder: &tempfile::TempDir| {
            let verdicts: Arc<dyn crate::store::Verdicts> = Arc::new(crate::store::Folder::new(folder.path()));
            Deps { model: Some(model.clone()), verdicts: Some(verdicts), ..deps() }
        };
        let folder = || tempfile::tempdir().unwrap();
        let whole = Dying::after(usize::MAX);
        let expected = run(&on(&whole, &folder())).await;
        let n = whole.asked().len();
        for answered in [1, 2, 5, 8] {
            let (dying, kept) = (Dying::after(answered), folder());
            let is_mute = async {
                while dying.0.lock().unwrap().1.len() <= answered {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            // Nothing goes on but what is never answered, and the process ends there.
            let deps = on(&dying, &kept);
            tokio::select! {
                _ = run(&deps) => panic!("it ended with {answered} answers"),
                () = is_mute => {}
            }
            let calls = dying.0.lock().unwrap().1.clone();
            let k: usize = calls.iter().take(answered).map(|ask| ask.questions.len()).sum();
            let next = Dying::after(usize::MAX);
            let got = run(&on(&next, &kept)).await;
            assert_eq!(next.asked().len(), n - k, "{k} of {n} answers were there");
            let heard = calls.iter().take(answered);
            let heard: Vec<_> =
                heard.flat_map(|ask| ask.questions.iter().map(|id| (ask.pass == Pass::Second, id))).collect();
            assert!(next.asked().iter().all(|(second, id)| !heard.contains(&(*second, id))), "none is asked twice");
            let said = |critique: &Critique| -> Vec<_> {
                critique.verdicts.iter().map(|verdict| (verdict.score, verdict.findings.clone())).collect()
            };
            assert_eq!(said(&got), said(&expected), "{answered}");
        }
    }

    #[test]
    fn what_holds_a_document_back_is_read_as_it_was_written() {
        let deps = Deps { model: Some(Arc::new(Replay::new("empty"))), ..deps() };
        let cell = r#"{"cells": [{"cell_type": "raw", "source": "---\nllm: never\n---"}], "nbformat": 4}"#;
        for ending in ["md", "mdx", "adoc", "rst", "txt", "html", "ipynb"] {
            for told in ["---\nllm: never\n---\n\nwords\n", "---\nllm: never\nand no settings\n---\n\nwords\n"] {
                let text = if ending == "ipynb" { cell } else { told };
                let document = Document::read(&format!("a.{ending}"), text);
                let refused = may_ask(&deps, &Paths::default(), None, &document).err();
                assert!(refused.is_some_and(|why| why.contains("llm: never")), "{ending}: {text}");
            }
            let free = Document::read(&format!("a.{ending}"), "words\n");
            assert!(may_ask(&deps, &Paths::default(), None, &free).is_ok(), "{ending}");
        }
    }

    #[tokio::test]
    async fn a_model_that_fails_is_not_asked_about_the_next_document() {
        let model = Arc::new(Replay::new("empty"));
        let (told, usage) = two(model.clone(), TOTAL).await;
        assert_eq!(model.asked().len(), 1);
        assert!(told.iter().all(|critique| critique.incomplete.is_some()), "{told:?}");
        assert_eq!(usage.calls, 1);
    }

    #[tokio::test]
    async fn a_model_that_is_slow_stops_when_the_time_of_the_change_is_over() {
        let (told, usage) = two(Arc::new(Mute), Duration::from_millis(20)).await;
        for critique in told {
            assert_eq!(critique.incomplete.as_deref(), Some("the time for the model's questions is over"));
        }
        assert_eq!(usage.calls, 1);
    }
}
