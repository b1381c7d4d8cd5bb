//! What a job needs, as values: rules, questions, model, key, and where randomness and time come from.

use std::path::PathBuf;
use std::sync::Arc;

use super::progress::Progress;
use super::purse::{Money, RunPurse};
use crate::config::Config;
use crate::critique::Questionnaire;
use crate::engine::GrantedWaiver;
use crate::finding::Severity;
use crate::import::Imports;
use crate::model::{Model, Purse};
use crate::review::marker::MarkerKey;
use crate::review::{Acceptance, ChangeRef, Gate};
use crate::rules::RuleSet;
use crate::source::file;
use crate::store::{Account, DAY, Journal, Millis, Verdicts};
use crate::text::sha256_hex;

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
    /// What runs were about to post, for the next one to know after a crash.
    pub journal: Arc<dyn Journal>,
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
    /// A number from 0 to 1, for waits that are not to end at the same moment everywhere.
    #[must_use]
    pub fn dice(&self) -> f64 {
        let digits = sha256_hex((self.random)().as_bytes());
        let drawn = digits.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
        f64::from(drawn) / f64::from(u32::MAX)
    }

    /// The same for one run about a change that this account causes, or about none: a purse of its own pays for the model.
    pub(super) fn for_run(&self, change: Option<&ChangeRef>, author: Option<u64>) -> (Self, Arc<RunPurse>) {
        let account = Account {
            day: (self.clock)().div_euclid(DAY),
            change: change.map(ToString::to_string),
            repository: change.map(|at| format!("{}/{}", at.owner, at.repo)),
            author: author.map(|id| id.to_string()),
        };
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
    /// Questions that such people accept as they are.
    pub accepted: Vec<Acceptance>,
    /// The label that somebody with the right to put it on has to give a change of somebody new before a model is asked about it; none
    /// where that needs nothing.
    pub newcomer_label: Option<String>,
    /// Who had the change paused: nothing is said then, and rules alone decide the check.
    pub paused: Option<String>,
    /// Documents that others leave content to are not looked for: who sends a text may read no file of this machine.
    pub alone: bool,
    /// What other tools found.
    pub imports: Arc<Imports>,
    /// Who is told how far the review has come.
    pub progress: Progress,
}

impl Options {
    /// The gate: what the caller asks, else what the configuration says.
    #[must_use]
    pub fn gate(&self, config: &Config) -> Gate {
        Gate {
            fail_on: self.fail_on.unwrap_or(config.fail_on),
            require_complete: self.require_complete || config.require_complete,
        }
    }

    /// Where the globs of the configuration see the file at `path`; `None` where that is not known.
    pub(super) fn place(&self, path: &str) -> Option<String> {
        self.root.as_deref().map_or_else(|| Some(path.to_owned()), |root| file::below(root, path))
    }
}
