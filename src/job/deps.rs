//! What a job needs, as values: rules, questions, model, key, and where randomness and time come from.

use std::path::PathBuf;
use std::sync::Arc;

use super::purse::{Money, RunPurse};
use crate::critique::Questionnaire;
use crate::engine::GrantedWaiver;
use crate::finding::Severity;
use crate::model::{Model, Purse};
use crate::review::marker::MarkerKey;
use crate::rules::RuleSet;
use crate::source::file;
use crate::store::{Account, Millis, Verdicts};

/// Milliseconds of a day.
pub const DAY: Millis = 24 * 60 * 60 * 1000;

/// Everything that jobs share.
#[derive(Clone)]
pub struct Deps {
    /// Version of the program.
    pub version: &'static str,
    /// The checklist.
    pub rules: Arc<RuleSet>,
    /// Questions of the critique.
    pub questions: Arc<Questionnaire>,
    /// The model, if one is configured.
    pub model: Option<Arc<dyn Model>>,
    /// Where verdicts of the critique are kept between runs, if anywhere.
    pub verdicts: Option<Arc<dyn Verdicts>>,
    /// What models may cost in money and tokens, over all runs.
    pub money: Money,
    /// Key that binds hidden marks to this bot.
    pub marker: MarkerKey,
    /// Fresh random text, at least 16 characters: delimiters of prompts, jitter.
    pub random: Arc<dyn Fn() -> String + Send + Sync>,
    /// Now.
    pub clock: Arc<dyn Fn() -> Millis + Send + Sync>,
}

impl Deps {
    /// The same for one run about a change, or about none: a purse of its own pays for the model.
    pub(super) fn for_run(&self, change: Option<String>) -> (Self, Arc<RunPurse>) {
        let account = Account { day: (self.clock)().div_euclid(DAY), change };
        let purse = Arc::new(RunPurse::new(self.money.clone(), account));
        let payer: Arc<dyn Purse> = purse.clone();
        let paid = |model: &Arc<dyn Model>| model.paid_by(&payer).unwrap_or_else(|| model.clone());
        (Self { model: self.model.as_ref().map(paid), ..self.clone() }, purse)
    }
}

/// What a caller can ask of one run, above the configuration of the repository.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Treat every input as a specification.
    pub is_spec: bool,
    /// Leave the model out even where one is configured.
    pub no_model: bool,
    /// Least severity that fails; `Some(None)` never fails; `None` leaves it to the configuration.
    pub fail_on: Option<Option<Severity>>,
    /// An incomplete reading fails, whatever the configuration says.
    pub require_complete: bool,
    /// Folder that the globs of the configuration start from, where files are reviewed; without one, paths are taken as they are.
    pub root: Option<PathBuf>,
    /// Whole folders are reviewed: a waiver of the configuration that does nothing for any of their documents is told.
    pub is_survey: bool,
    /// Waivers that were given by command on the change that is reviewed, by people who may.
    pub granted: Vec<GrantedWaiver>,
}

impl Options {
    /// Where the globs of the configuration see the file at `path`; `None` where that is not known.
    pub(super) fn place(&self, path: &str) -> Option<String> {
        self.root.as_deref().map_or_else(|| Some(path.to_owned()), |root| file::below(root, path))
    }
}
