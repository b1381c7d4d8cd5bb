//! From the configuration files to what holds, and to the settings of one document.

use super::{Deps, Options};
use crate::config::{self, Config, Effective, Known, Layer, Paths};
use crate::document::Form;
use crate::engine::{Settings, Waiver};
use crate::finding::Problem;
use crate::platform::{Choice, Worth};
use crate::review::{Change, ConfigText, ProposedSettings};
use crate::rules::RuleSet;
use crate::store::DAY;
use crate::text::Date;

/// What names in a configuration file can mean with these rules.
#[must_use]
pub fn known(rules: &RuleSet) -> Known {
    let packs = rules.rules.iter().map(|rule| rule.pack.clone()).collect();
    let parts = rules.rules.iter().flat_map(|rule| rule.parts.iter().map(|part| format!("{}:{part}", rule.code)));
    Known { codes: rules.codes().map(str::to_owned).chain(parts).collect(), packs }
}

/// What holds by the file of the target branch and that of its owner, as far as there are any.
#[must_use]
pub fn effective(
    rules: &RuleSet,
    repository: Option<&ConfigText>,
    organisation: Option<&ConfigText>,
    today: Date,
) -> Effective {
    let known = known(rules);
    Effective::of(organisation.map(|file| layer(file, &known)), repository.map(|file| layer(file, &known)), today)
}

fn layer(file: &ConfigText, known: &Known) -> Layer {
    config::parse(&file.path, file.text.as_deref().map_err(String::as_str), known)
}

/// As [`effective`], on the day of the review.
pub(super) fn configuration(
    deps: &Deps,
    repository: Option<&ConfigText>,
    organisation: Option<&ConfigText>,
) -> (Config, Vec<Problem>) {
    let all = effective(&deps.rules, repository, organisation, today(deps));
    (all.config, all.problems)
}

/// What the files of a change are worth, by its configuration.
pub(super) fn wanted(deps: &Deps) -> impl Fn(Option<&ConfigText>, Option<&ConfigText>) -> Choice + Send + Sync {
    |repository, organisation| {
        let paths = Paths::new(&configuration(deps, repository, organisation).0);
        Box::new(move |path| {
            if paths.is_spec(path) {
                Worth::Named
            } else if Form::is_looked_for(path) && !paths.is_excluded(path) {
                Worth::Document
            } else {
                Worth::Nothing
            }
        })
    }
}

/// The mistakes of the configuration that the change would leave.
pub(super) fn proposed(deps: &Deps, change: &Change) -> Option<ProposedSettings> {
    let file = change.proposed_config.as_ref()?;
    let problems = layer(file, &known(&deps.rules)).problems(today(deps));
    Some(ProposedSettings { path: file.path.clone(), problems })
}

/// The day of the review (UTC).
pub(super) fn today(deps: &Deps) -> Date {
    Date::of_day((deps.clock)().div_euclid(DAY))
}

/// The settings for the document at `path`, as the globs of the configuration see it. Every waiver in it counts; what a change
/// adds is for the caller to say.
pub(super) fn settings(deps: &Deps, config: &Config, paths: &Paths, path: &str, options: &Options) -> Settings {
    let waiver = |one: &config::Waiver| Waiver {
        rule: one.rule.clone(),
        reason: one.reason.clone(),
        by: one.by.clone(),
        until: one.until,
    };
    let is_here = |path_of: Option<&str>| path_of.is_none_or(|at| at == path);
    Settings {
        is_spec: options.is_spec || paths.is_spec(path),
        packs: config.packs.clone(),
        off: config.off.clone(),
        severity: config.severity.clone(),
        waivers: config.waivers.iter().map(waiver).collect(),
        granted: options.granted.iter().filter(|one| is_here(one.path.as_deref())).cloned().collect(),
        before: None,
        claims: None,
        today: Some(today(deps)),
    }
}
