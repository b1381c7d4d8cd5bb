//! Reviews: of texts by hand, and of a change on a platform.

use sha2::{Digest as _, Sha256};

use super::{Deps, Options, ask};
use crate::config::{self, Config, Paths};
use crate::critique::{Sheet, Usage};
use crate::document::Document;
use crate::engine::{Assessment, Date, Settings, Waiver, assess};
use crate::facts::{Facts, Kind};
use crate::finding::Problem;
use crate::output::{Entry, Run};
use crate::platform::{Platform, PlatformError};
use crate::review::{
    Catalogue, Change, ChangeRef, ChangedFile, Gate, Options as PlanOptions, Review, Reviewed, Skipped, compare, gather,
};
use crate::rules::{self, RuleSet};
use crate::source::{Loaded, sha256_hex};
use crate::text::hex;

/// Endings of files that may be specifications.
const ENDINGS: &[&str] = &["md", "markdown", "mdown", "mkd"];

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Reviews texts: every input gets an entry, in the order given. Without a base everything found is new.
pub async fn review_texts(
    deps: &Deps,
    inputs: Vec<Loaded>,
    config: &Config,
    problems: Vec<Problem>,
    options: &Options,
) -> Run {
    let mut run = Run {
        version: deps.version.to_owned(),
        rules: deps.rules.hash.clone(),
        model: deps.model.as_ref().filter(|_| !options.no_model).map(|model| model.name().to_owned()),
        documents: Vec::with_capacity(inputs.len()),
        skipped: Vec::new(),
        problems,
        usage: Usage::default(),
        incomplete: None,
    };
    let paths = Paths::new(config);
    for input in inputs {
        let (path, text, sha256) = match input {
            Loaded::Text { path, text, sha256 } => (path, text, sha256),
            Loaded::Unread { path, reason } => {
                run.skipped.push(Skipped { what: path.clone(), why: reason.clone() });
                run.documents.push(Entry::Unread { path, reason });
                continue;
            }
        };
        let settings = settings(deps, config, &paths, &path, options);
        let (document, head) = read(deps, text, settings).await;
        let mut reviewed = Reviewed {
            path,
            sha256,
            comparison: compare(&head, None),
            head,
            base: None,
            critique: crate::critique::Critique::default(),
        };
        ask_about(deps, options, config, &document, &mut reviewed, &mut run.usage).await;
        if let Some(why) = &reviewed.critique.incomplete {
            run.incomplete.get_or_insert_with(|| why.clone());
        }
        run.documents.push(Entry::Reviewed(Box::new(reviewed), document));
    }
    run
}

/// A review of a change, with what the configuration of its base says about posting it.
#[derive(Debug, Clone)]
pub struct ChangeReview {
    /// What there is to say.
    pub review: Review,
    /// How it is to be said.
    pub plan: PlanOptions,
}

/// Fetches and reviews a change. Nothing is posted.
///
/// # Errors
/// When the change cannot be fetched.
pub async fn review_change(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    options: &Options,
) -> Result<ChangeReview, PlatformError> {
    let change = platform.fetch(at, &may_be_document).await?;
    let codes = deps.rules.codes().map(str::to_owned).collect();
    let (config, problems) = match &change.config {
        Some(file) => config::parse(&file.path, &file.text, &codes),
        None => (Config::default(), Vec::new()),
    };
    let paths = Paths::new(&config);
    let mut documents = Vec::new();
    let mut spent = Usage::default();
    for file in &change.files {
        if let Some(reviewed) = review_file(deps, file, &config, &paths, options, &mut spent).await {
            documents.push(reviewed);
        }
    }
    let gate = Gate {
        fail_on: options.fail_on.unwrap_or(config.fail_on),
        require_complete: options.require_complete || config.require_complete,
    };
    let key = run_key(deps, &change, options);
    let plan = PlanOptions {
        inline: true,
        inline_comments: config.inline_comments,
        check_without_spec: config.check_without_spec,
        catalogue: catalogue(&deps.rules),
        docs: vec![rules::DOCS.to_owned()],
        version: deps.version.to_owned(),
        rules: deps.rules.hash.clone(),
    };
    Ok(ChangeReview { review: gather(change, documents, problems, gate, key), plan })
}

/// Names and families of the rules, and which metrics are ratios, for the words that people read.
#[must_use]
pub fn catalogue(rules: &RuleSet) -> Catalogue {
    let named = rules.rules.iter().fold(Catalogue::default(), |catalogue, rule| {
        catalogue.with_rule(&rule.code, &rule.name, &rule.family).with_item(&rule.code, &rule.item)
    });
    let named = rules::REMARKS
        .iter()
        .fold(named, |catalogue, remark| catalogue.with_rule(remark.code, remark.name, rules::REMARK_FAMILY));
    let ratios = rules.lexicon.metrics().iter().filter(|metric| metric.max == Some(1.0));
    ratios.fold(named, |catalogue, metric| catalogue.with_ratio(&metric.id))
}

/// True for paths whose ending says Markdown.
fn may_be_document(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

async fn review_file(
    deps: &Deps,
    file: &ChangedFile,
    config: &Config,
    paths: &Paths,
    options: &Options,
    spent: &mut Usage,
) -> Option<Reviewed> {
    let text = file.head.clone()?;
    if paths.is_excluded(&file.path) {
        return None;
    }
    let settings = settings(deps, config, paths, &file.path, options);
    let sha256 = sha256_hex(text.as_bytes());
    let (document, head) = read(deps, text, settings.clone()).await;
    if head.profile.kind != Kind::AiSpec && !settings.is_spec {
        return None;
    }
    let base = match &file.base {
        // The base is judged as a specification too: a text that has just become one would else look all new.
        Some(base) => Some(read(deps, base.clone(), Settings { is_spec: true, ..settings }).await.1),
        None => None,
    };
    let mut reviewed = Reviewed {
        path: file.path.clone(),
        sha256,
        comparison: compare(&head, base.as_ref()),
        head,
        base,
        critique: crate::critique::Critique::default(),
    };
    ask_about(deps, options, config, &document, &mut reviewed, spent).await;
    Some(reviewed)
}

/// Parses and assesses away from the threads that serve requests.
async fn read(deps: &Deps, text: String, settings: Settings) -> (Document, Assessment) {
    let rules = deps.rules.clone();
    let work = move || {
        let document = Document::parse(&text);
        let assessment = assess(&document, &rules, &settings);
        (document, assessment)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // A panic of the engine is a defect of this program: it goes on to the job's own boundary, with its message.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

async fn ask_about(
    deps: &Deps,
    options: &Options,
    config: &Config,
    document: &Document,
    reviewed: &mut Reviewed,
    spent: &mut Usage,
) {
    if !config.model || deps.model.is_none() || options.no_model || reviewed.head.checks.is_empty() {
        return;
    }
    if reviewed.head.profile.kind != Kind::AiSpec && !options.is_spec {
        return;
    }
    let facts = Facts::read(document, &deps.rules.lexicon);
    let sheet = Sheet { document, facts: &facts, checks: &reviewed.head.checks };
    reviewed.critique = ask::critique(deps, options, sheet, spent).await;
    tracing::debug!(
        path = %reviewed.path,
        dropped = ask::dropped(&reviewed.critique.verdicts),
        calls = reviewed.critique.usage.calls,
        "critique done"
    );
}

fn settings(deps: &Deps, config: &Config, paths: &Paths, path: &str, options: &Options) -> Settings {
    Settings {
        is_spec: options.is_spec || paths.is_spec(path),
        off: config.off.clone(),
        severity: config.severity.clone(),
        waivers: config
            .waivers
            .iter()
            .map(|(rule, reason)| Waiver { rule: rule.clone(), reason: reason.clone() })
            .collect(),
        today: Some(Date::of_day((deps.clock)().div_euclid(DAY))),
    }
}

/// One review is posted per key: change, head, configuration, engine, model.
fn run_key(deps: &Deps, change: &Change, options: &Options) -> String {
    let mut hash = Sha256::new();
    let model = deps.model.as_ref().filter(|_| !options.no_model).map_or("", |model| model.name());
    let config = change.config.as_ref().map_or("", |config| config.text.as_str());
    for part in [&change.at.to_string(), &change.head, config, deps.version, &deps.rules.hash, model] {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    // 16 digits of 64: a change has few runs.
    hex(hash.finalize().get(..8).unwrap_or_default())
}
