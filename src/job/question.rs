//! Carries a person's question about the specifications of a change to the model. What comes back is shown with passages of the
//! document, or not at all. Costs are the change's, and those of whoever asks.

use std::time::Duration;

use super::ask::{keep, kept, may_ask};
use super::limits::keep_within;
use super::linked::apart;
use super::settings::{configuration, settings, wanted};
use super::{Deps, Options};
use crate::config::Paths;
use crate::critique::{FreeAnswer, FreeTalk, Record, Sheet};
use crate::document::Document;
use crate::engine::{Settings, assess_with_facts};
use crate::facts::{Facts, Kind};
use crate::finding::Check;
use crate::model::Model;
use crate::platform::{Platform, PlatformError};
use crate::review::ChangeRef;
use crate::review::render::escape::Md;
use crate::review::render::links::Links;
use crate::review::render::words::commands as words;
use crate::rules::{self, RuleSet};

/// Most documents that are asked about.
const DOCUMENTS: usize = 3;
/// How long the model may take for one of them.
const TOTAL: Duration = Duration::from_mins(1);

/// What the model answers to the account that asks in `comment`, ready to be shown. Each answer is kept as soon as it is there, so that a
/// comment that is answered once more, since the program stopped, asks only about the documents that are left; the call that was under
/// way is paid again.
///
/// # Errors
/// When the change cannot be read.
pub(super) async fn ask(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    options: &Options,
    (by, comment, question): (u64, &str, &str),
) -> Result<Md, PlatformError> {
    if deps.model.is_none() || options.no_model {
        return Ok(words::NO_MODEL.into());
    }
    let mut change = platform.fetch(at, &wanted(deps)).await?.change;
    let (config, _) = configuration(deps, change.config.as_ref(), change.defaults.as_ref());
    keep_within(&mut change, config.limits);
    let paths = Paths::new(&config);
    let (paid, purse) = deps.for_run(Some(at), Some(by));
    let links = Links::new(&change.head_repo_url, &change.head, &[rules::DOCS.to_owned()]);
    let asker = format!("{at} {comment}");
    let (mut told, mut documents) = (Md::default(), 0);
    for file in change.files.iter().filter(|file| !paths.is_excluded(&file.path)) {
        let Some(text) = file.head.clone() else { continue };
        let settings = settings(&paid, &config, &paths, &file.path, options);
        let (path, rules) = (file.path.clone(), paid.rules.clone());
        let Some(specification) = apart(move || Specification::read(path, &text, &rules, &settings)).await else {
            continue;
        };
        if documents == DOCUMENTS {
            told.push(words::more_documents());
            break;
        }
        documents += 1;
        told.push(match specification.ask(&paid, &paths, (&asker, question)).await {
            Ok(answer) => words::asked(&file.path, &answer, &links),
            Err(why) => words::unanswered(&file.path, &why),
        });
    }
    let cost = purse.ledger();
    tracing::info!(change = %at, documents, cost = %cost.words(), "answered a question");
    Ok(if documents == 0 { words::NO_DOCUMENT.into() } else { told })
}

/// A document that may be asked about.
struct Specification {
    path: String,
    document: Document,
    facts: Facts,
    checks: Vec<Check>,
}

impl Specification {
    /// Reads and judges a document; none where it is no specification.
    fn read(path: String, text: &str, rules: &RuleSet, settings: &Settings) -> Option<Self> {
        let document = Document::read(&path, text);
        let (head, facts) = assess_with_facts(&document, rules, settings);
        let is_spec = settings.is_spec || head.profile.kind == Kind::AiSpec;
        is_spec.then_some(Self { path, document, facts, checks: head.checks })
    }

    /// The answer to this asker, or why there is none.
    async fn ask(&self, deps: &Deps, paths: &Paths, (asker, question): (&str, &str)) -> Result<FreeAnswer, String> {
        let model = may_ask(deps, paths, Some(&self.path), &self.document)?;
        let sheet = Sheet { document: &self.document, facts: &self.facts, checks: &self.checks, risks: &[] };
        let unasked = || "the question could not be put".to_owned();
        let talk = FreeTalk::open(sheet, &deps.questions, question, &(deps.random)()).ok_or_else(unasked)?;
        let record = talk.record(asker, model.name());
        let before = kept(deps, std::slice::from_ref(&record.inputs)).await;
        let before = before.iter().find(|before| before.policy == record.policy);
        if let Some(answer) = before.and_then(|before| talk.hear(&before.value).ok()) {
            return Ok(answer);
        }
        let late = |_| "the time for the model's answer is over".to_owned();
        let reply = tokio::time::timeout(TOTAL, Model::ask(model.as_ref(), talk.ask())).await.map_err(late)?;
        let reply = reply.map_err(|error| {
            tracing::warn!(%error, "the model did not answer");
            error.for_readers().to_owned()
        })?;
        let answer = talk.hear(&reply.text).map_err(|why| {
            tracing::info!(why, "the model's answer is of no use");
            "the model's answer could not be used".to_owned()
        })?;
        keep(deps, vec![Record { value: reply.text, ..record }]).await;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::critique::{Answer, Ask, Usage};
    use crate::diff::Patch;
    use crate::job::testing::{SPEC, Stage, deps};
    use crate::model::ModelError;
    use crate::review::testing::change;
    use crate::store::Folder;

    /// Answers so many calls and none after them; counts them.
    struct Dying(usize, Mutex<usize>);

    #[async_trait::async_trait]
    impl Model for Dying {
        fn name(&self) -> &'static str {
            "dying"
        }

        async fn ask(&self, _: &Ask) -> Result<Answer, ModelError> {
            let calls = {
                let mut calls = self.1.lock().unwrap();
                *calls += 1;
                *calls
            };
            if calls > self.0 {
                std::future::pending::<()>().await;
            }
            let text = serde_json::json!({ "quotes": [], "answer": "" }).to_string();
            Ok(Answer { text, usage: Usage::default() })
        }
    }

    #[tokio::test]
    async fn an_answer_is_paid_once_by_whoever_asks_however_often_the_program_stops() {
        let mut of = change(&[("specs/a.md", Patch::default()), ("specs/b.md", Patch::default())]);
        for (file, nth) in of.files.iter_mut().zip(1..) {
            file.head = Some(format!("{SPEC}\nRevision {nth}.\n"));
        }
        let stage = Stage::default();
        *stage.0.change.lock().unwrap() = Some(of.clone());
        let folder = tempfile::tempdir().unwrap();
        for (what, comment, answers, asked) in [
            ("it stops at the second document", "c1", 1, 2),
            ("the second is left", "c1", 9, 1),
            ("both are there", "c1", 9, 0),
            ("somebody asks the same again", "c2", 9, 2),
        ] {
            let model = Arc::new(Dying(answers, Mutex::new(0)));
            let verdicts: Arc<dyn crate::store::Verdicts> = Arc::new(Folder::new(folder.path()));
            let deps = Deps { model: Some(model.clone()), verdicts: Some(verdicts), ..deps() };
            let options = Options::default();
            let answer = ask(&deps, &stage, &of.at, &options, (7, comment, "Who owns the threshold?"));
            let is_mute = async {
                while *model.1.lock().unwrap() <= answers {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            let ended = tokio::select! {
                _ = answer => true,
                () = is_mute => false,
            };
            assert_eq!(ended, answers > 1, "{what}");
            assert_eq!(*model.1.lock().unwrap(), asked, "{what}");
        }
    }
}
