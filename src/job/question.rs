//! Carries a person's question about the specifications of a change to the model. What comes back is shown with passages of the
//! document, or not at all. Costs are the change's, and those of whoever asks.

use std::time::Duration;

use super::ask::may_ask;
use super::limits::keep_within;
use super::linked::apart;
use super::settings::{configuration, settings, wanted};
use super::{Deps, Options};
use crate::config::Paths;
use crate::critique::{FreeAnswer, FreeTalk, Sheet};
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

/// What the model answers to the account that asks, ready to be shown.
///
/// # Errors
/// When the change cannot be read.
pub(super) async fn ask(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    options: &Options,
    (by, question): (u64, &str),
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
        told.push(match specification.ask(&paid, &paths, question).await {
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

    /// The answer, or why there is none.
    async fn ask(&self, deps: &Deps, paths: &Paths, question: &str) -> Result<FreeAnswer, String> {
        let model = may_ask(deps, paths, Some(&self.path), &self.document)?;
        let sheet = Sheet { document: &self.document, facts: &self.facts, checks: &self.checks, risks: &[] };
        let unasked = || "the question could not be put".to_owned();
        let talk = FreeTalk::open(sheet, &deps.questions, question, &(deps.random)()).ok_or_else(unasked)?;
        let late = |_| "the time for the model's answer is over".to_owned();
        let reply = tokio::time::timeout(TOTAL, Model::ask(model.as_ref(), talk.ask())).await.map_err(late)?;
        let reply = reply.map_err(|error| {
            tracing::warn!(%error, "the model did not answer");
            error.for_readers().to_owned()
        })?;
        talk.hear(&reply.text).map_err(|why| {
            tracing::info!(why, "the model's answer is of no use");
            "the model's answer could not be used".to_owned()
        })
    }
}
