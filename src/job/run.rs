//! Reviews: of texts by hand, and of a change on a platform.

use tokio::time::Instant;

use super::announce::Announcer;
use super::ask::{self, Spent};
use super::compared::{alone, as_specification, compared, is_specification, reporting};
use super::idle::idle;
use super::imported::imported;
use super::key::{inputs_key, run_key};
use super::limits::keep_within;
use super::linked::{Judged, Library, Shelf, apart};
use super::payload::ReviewJob;
use super::settings::{configuration, proposed, settings, today, wanted};
use super::{Deps, Options, Step, newcomer};
use crate::config::{Config, Paths};
use crate::critique::ledger::Ledger;
use crate::critique::{AskedRisk, Sheet};
use crate::document::Document;
use crate::engine::{Assessment, Settings, standing_waivers};
use crate::facts::{Facts, Kind};
use crate::finding::{Problem, RiskLevel};
use crate::meter;
use crate::output::{Entry, Imported, Run};
use crate::platform::{Fetched, Platform, PlatformError};
use crate::review::render::words::tally::Tally;
use crate::review::{
    Catalogue, ChangeRef, ChangedFile, Options as PlanOptions, Posted, Pressure, Review, Reviewed, gather,
};
use crate::rules::{self, RawRisk, RuleSet};
use crate::source::Loaded;
use crate::text::sha256_hex;

/// Reviews texts: every input gets an entry, in the order given. Without a base everything found is new.
pub async fn review_texts(
    deps: &Deps,
    inputs: Vec<Loaded>,
    config: &Config,
    problems: Vec<Problem>,
    options: &Options,
) -> Run {
    let (deps, purse) = &deps.for_run(None, None);
    let mut run = Run { problems, ..Run::new(deps.version, &deps.rules.hash) };
    run.problems.extend(options.imports.problems.iter().cloned());
    let paths = Paths::new(config);
    let mut spent = Spent::new(None);
    let mut library = Library::new(if options.alone { Shelf::Nowhere } else { Shelf::Files });
    let of = inputs.len();
    for (before, input) in inputs.into_iter().enumerate() {
        let (path, text, sha256) = match input {
            Loaded::Text { path, text, sha256, opened } => {
                if let Some(opened) = opened {
                    run.opened.insert(path.clone(), opened);
                }
                (path, text, sha256)
            }
            Loaded::Unread { path, reason } => {
                run.leave_out(path, reason);
                continue;
            }
        };
        options.progress.tell(Step::Reading { number: before + 1, of, path: &path });
        let place = options.place(&path);
        let settings = Settings {
            claims: options.imports.of(&path),
            ..settings(deps, config, &paths, place.as_deref().unwrap_or(&path), options)
        };
        let Judged { document, facts, assessment: head } = library.judge(deps, &path, text, settings).await;
        options.progress.tell(Step::Rules(Tally::of(&head.findings)));
        let mut reviewed = Reviewed {
            path,
            form: document.form,
            sha256,
            comparison: alone(&head),
            head,
            base: None,
            critique: crate::critique::Critique::default(),
        };
        ask_about(deps, options, (&paths, place.as_deref()), (&document, &facts), &mut reviewed, &mut spent).await;
        run.usage = spent.usage;
        if let Some(why) = &reviewed.critique.incomplete {
            run.incomplete.get_or_insert_with(|| why.clone());
        }
        run.documents.push(Entry::Reviewed(Box::new(reviewed), document));
    }
    // One document tells nothing of a waiver that is meant for another.
    if options.is_survey && run.reviewed().any(Reviewed::is_spec) {
        let heads: Vec<&Assessment> = run.reviewed().map(|reviewed| &reviewed.head).collect();
        run.problems.extend(idle(&deps.rules, Some(config), &[], &heads, today(deps)));
    }
    // Another model may have taken over.
    run.model = deps.model.as_ref().filter(|_| !options.no_model).map(|model| model.name().to_owned());
    run.imported = imported(&options.imports, run.reviewed());
    run.cost = purse.ledger();
    run
}

/// Why no model is asked where the platform is short of room for what it would say.
const NO_ROOM: &str = "no model was asked, because the platform lets the bot write little more in this hour";

/// A review of a change, with what the configuration of its base says about posting it.
#[derive(Debug, Clone)]
pub struct ChangeReview {
    /// What there is to say.
    pub review: Review,
    /// How it is to be said.
    pub plan: PlanOptions,
    /// What was posted when the change was read.
    pub seen: Posted,
    /// A check may have been started, and does not show yet.
    pub is_doubtful: bool,
    /// What the model cost.
    pub cost: Ledger,
    /// What became of the reports of other tools; none where none was imported.
    pub imported: Option<Imported>,
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
    let fetched = fetched(deps, platform, at).await?;
    reviewed(deps, platform, fetched, options, &ReviewJob::of(at.clone(), None), Showing::Nothing).await
}

/// What others see of a review while it goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Showing {
    Nothing,
    /// A check that is under way, once a model is asked.
    Check,
}

/// As [`review_change`]; `asked` may be the request of a person to do it once more, so that what is posted for the same state
/// does not stand in its way. Where a model is asked, the check on the head shows meanwhile that the review is under way. A change
/// that is closed by now has no review.
pub(super) async fn review_asked(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    options: &Options,
    asked: &ReviewJob,
) -> Result<Option<ChangeReview>, PlatformError> {
    let fetched = fetched(deps, platform, at).await?;
    if !fetched.is_open {
        return Ok(None);
    }
    reviewed(deps, platform, fetched, options, asked, Showing::Check).await.map(Some)
}

async fn fetched(deps: &Deps, platform: &dyn Platform, at: &ChangeRef) -> Result<Fetched, PlatformError> {
    let begun = Instant::now();
    let fetched = platform.fetch(at, &wanted(deps)).await?;
    meter::phase(meter::Phase::Fetch, begun.elapsed());
    Ok(fetched)
}

async fn reviewed(
    deps: &Deps,
    platform: &dyn Platform,
    Fetched { mut change, posted, origin, .. }: Fetched,
    options: &Options,
    asked: &ReviewJob,
    showing: Showing,
) -> Result<ChangeReview, PlatformError> {
    let (config, mut problems) = configuration(deps, change.config.as_ref(), change.defaults.as_ref());
    problems.extend(options.imports.problems.iter().cloned());
    keep_within(&mut change, config.limits);
    let paths = Paths::new(&config);
    let (paid, purse) = deps.for_run(Some(&change.at), origin.by.as_ref().map(|by| by.id));
    let pressure = platform.pressure();
    let held = match &options.newcomer_label {
        _ if deps.model.is_none() || options.no_model || options.paused.is_some() => None,
        _ if pressure >= Pressure::NoModel => Some(NO_ROOM.to_owned()),
        label => newcomer::held(platform, &change.at, &origin, label.as_deref()).await,
    };
    let no_model = options.no_model || options.paused.is_some() || held.is_some();
    let options = &Options { no_model, ..options.clone() };
    let (mut documents, mut removed) = (Vec::new(), Vec::new());
    let gate = options.gate(&config);
    let again = asked.again_at(&change.head);
    let key = run_key(deps, &change, options, gate, again);
    tracing::Span::current().record("head", change.head.as_str()).record("run", key.as_str());
    let (at, head, done) = (change.at.clone(), change.head.clone(), showing == Showing::Nothing);
    let announcer = Announcer { deps, platform, at, head, key: key.clone(), posted, done, is_doubtful: false };
    let mut spent = Spent::new(Some(announcer));
    let shelf = |base| Library::new(Shelf::Change { platform, change: &change, base });
    let mut sides = Sides { base: shelf(true), head: shelf(false) };
    let begun = Instant::now();
    for file in &change.files {
        match review_file(&paid, file, &config, &paths, options, &mut sides, &mut spent).await {
            Fate::Reviewed(reviewed) => documents.push(*reviewed),
            Fate::Removed => removed.push(file.path.clone()),
            Fate::NoSpec => {}
        }
    }
    meter::phase(meter::Phase::Rules, begun.elapsed().saturating_sub(spent.took));
    if !spent.took.is_zero() {
        meter::phase(meter::Phase::Critique, spent.took);
    }
    let Sides { base, head } = sides;
    // Once each, whichever side wanted it.
    for unread in base.unread.into_iter().chain(head.unread) {
        if !change.skipped.contains(&unread) {
            change.skipped.push(unread);
        }
    }
    let is_doubtful = spent.announcer.as_ref().is_some_and(|announcer| announcer.is_doubtful);
    let seen = spent.announcer.map(|announcer| announcer.posted).unwrap_or_default();
    let cost = purse.ledger();
    let plan = PlanOptions {
        inline: options.paused.is_none(),
        accepted: options.accepted.clone(),
        paused: options.paused.clone(),
        inline_comments: config.inline_comments,
        request_changes: config.request_changes,
        check_without_spec: config.check_without_spec,
        catalogue: catalogue(&deps.rules),
        docs: vec![rules::DOCS.to_owned()],
        version: deps.version.to_owned(),
        rules: deps.rules.hash.clone(),
        cost: if cost.calls > 0 { cost.words() } else { String::new() },
        ..PlanOptions::default()
    }
    .under(pressure);
    for document in &mut documents {
        document.critique.incomplete = held.clone().or(document.critique.incomplete.take());
    }
    let heads: Vec<&Assessment> = documents.iter().map(|document: &Reviewed| &document.head).collect();
    problems.extend(idle(&deps.rules, None, &options.granted, &heads, today(deps)));
    let proposed = proposed(deps, &change);
    let mut review = Review { removed, proposed, ..gather(change, documents, problems, gate, key) };
    review.inputs = inputs_key(deps, &review, options, again);
    if cost.calls > 0 {
        tracing::info!(change = %review.change.at, cost = %plan.cost, "asked the model");
    }
    let imported = imported(&options.imports, review.documents.iter());
    Ok(ChangeReview { review, plan, seen, is_doubtful, cost, imported })
}

/// Names and families of the rules, and which metrics are ratios, for the words that people read.
#[must_use]
pub fn catalogue(rules: &RuleSet) -> Catalogue {
    let named = rules.rules.iter().fold(Catalogue::default(), |catalogue, rule| {
        catalogue.with_rule(&rule.code, &rule.name, &rule.family).with_item(&rule.code, &rule.item)
    });
    let named = rules::REMARKS
        .iter()
        .fold(named, |catalogue, remark| catalogue.with_rule(remark.code, remark.name, remark.family));
    let ratios = rules.lexicon.metrics().iter().filter(|metric| metric.max == Some(1.0));
    ratios.fold(named, |catalogue, metric| catalogue.with_ratio(&metric.id))
}

/// What a changed file is to a review.
enum Fate {
    /// A specification, reviewed.
    Reviewed(Box<Reviewed>),
    /// It was a specification, and the change removes it.
    Removed,
    /// None, before and after.
    NoSpec,
}

/// Documents that others leave content to, before and after the change.
struct Sides<'a> {
    base: Library<'a>,
    head: Library<'a>,
}

async fn review_file(
    deps: &Deps,
    file: &ChangedFile,
    config: &Config,
    paths: &Paths,
    options: &Options,
    sides: &mut Sides<'_>,
    spent: &mut Spent<'_>,
) -> Fate {
    if paths.is_excluded(&file.path) {
        return Fate::NoSpec;
    }
    let mut settings = settings(deps, config, paths, &file.path, options);
    // The base speaks first: a specification that the change empties or guts is still one.
    let mut base = None;
    // Without a base every waiver of the document is the change's own.
    let mut stood = Vec::new();
    let before = file.previous.as_deref().unwrap_or(&file.path);
    if let Some(text) = &file.base {
        let as_it_was = Settings { is_spec: options.is_spec || paths.is_spec(before), ..settings.clone() };
        let judged = sides.base.judge(deps, before, text.clone(), as_it_was).await;
        settings.is_spec |= is_specification(&judged);
        stood = standing_waivers(&judged.document);
        base = Some(judged);
    }
    let Some(text) = file.head.clone() else {
        return if base.is_some() && settings.is_spec { Fate::Removed } else { Fate::NoSpec };
    };
    let sha256 = sha256_hex(text.as_bytes());
    let of_head = Settings { before: Some(stood), claims: options.imports.of(&file.path), ..settings.clone() };
    let judged = sides.head.judge(deps, &file.path, text, of_head).await;
    if !is_specification(&judged) && !settings.is_spec {
        return Fate::NoSpec;
    }
    let reporting = reporting(&settings);
    if let (Some(text), Some(was)) = (&file.base, base.take()) {
        base = Some(as_specification(&mut sides.base, deps, (before, text), settings, was).await);
    }
    let (judged, base, comparison) = apart(move || compared(judged, base, reporting.as_ref())).await;
    let Judged { document, facts, assessment: head } = judged;
    let mut reviewed = Reviewed {
        path: file.path.clone(),
        form: document.form,
        sha256,
        comparison,
        head,
        base,
        critique: crate::critique::Critique::default(),
    };
    ask_about(deps, options, (paths, Some(&file.path)), (&document, &facts), &mut reviewed, spent).await;
    Fate::Reviewed(Box::new(reviewed))
}

async fn ask_about(
    deps: &Deps,
    options: &Options,
    (paths, place): (&Paths, Option<&str>),
    (document, facts): (&Document, &Facts),
    reviewed: &mut Reviewed,
    spent: &mut Spent<'_>,
) {
    if deps.model.is_none() || options.no_model || reviewed.head.checks.is_empty() {
        return;
    }
    if reviewed.head.profile.kind != Kind::AiSpec && !options.is_spec {
        return;
    }
    let asked = match ask::may_ask(deps, paths, place, document) {
        Ok(model) => Deps { model: Some(model), ..deps.clone() },
        Err(held) => {
            reviewed.critique.incomplete = Some(format!("{} {held}", reviewed.path));
            return;
        }
    };
    let risks = asked_risks(&deps.rules, &reviewed.head);
    let sheet = Sheet { document, facts, checks: &reviewed.head.checks, risks: &risks };
    reviewed.critique = ask::critique(&asked, options, sheet, spent).await;
    tracing::debug!(
        path = %reviewed.path,
        dropped = ask::dropped(&reviewed.critique.verdicts),
        calls = reviewed.critique.usage.calls,
        "critique done"
    );
}

/// A risk as the model is asked about it. `level` is how well rules find it covered, `reported` that one of them says it is not.
#[must_use]
pub fn asked_risk(row: &RawRisk, level: RiskLevel, reported: bool) -> AskedRisk {
    AskedRisk {
        id: row.id.clone(),
        name: row.name.clone(),
        risk: row.risk.clone(),
        question: row.question.clone(),
        hint: row.hint.clone(),
        level,
        reported,
    }
}

/// The risks that arise for this document, with what the rules found.
#[must_use]
pub fn asked_risks(rules: &RuleSet, head: &Assessment) -> Vec<AskedRisk> {
    let rows = rules.risks.iter().filter_map(|row| Some((row, head.risks.iter().find(|risk| risk.id == row.id)?)));
    let asked = rows.filter(|(_, found)| found.level != RiskLevel::NotApplicable);
    asked.map(|(row, found)| asked_risk(row, found.level, !found.open.is_empty())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Patch;
    use crate::job::testing::{SPEC, Stage, deps};
    use crate::review::testing::change;

    #[tokio::test]
    async fn a_linked_document_that_the_platform_does_not_give_is_skipped_and_the_review_goes_on() {
        let (before, rest) = SPEC.split_once("Labels: three").unwrap();
        let (_, after) = rest.split_once("## 4.").unwrap();
        let spec = format!("{before}Labels: see [the plan](../docs/labels.md).\n\n## 4.{after}");
        let mut of = change(&[("specs/a.md", Patch::default()), ("specs/b.md", Patch::default())]);
        of.files.iter_mut().for_each(|file| file.head = Some(spec.clone()));
        let stage = Stage::default();
        *stage.0.change.lock().unwrap() = Some(of.clone());
        let found = review_change(&deps(), &stage, &of.at, &Options::default()).await.unwrap();
        assert_eq!(found.review.documents.len(), 2);
        let skipped = &found.review.change.skipped;
        assert_eq!(skipped.len(), 1, "once for both: {skipped:?}");
        assert!(skipped[0].what == "docs/labels.md" && skipped[0].why.contains("did not give it"), "{skipped:?}");
    }
}
