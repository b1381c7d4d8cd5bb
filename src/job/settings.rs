//! From the configuration to the settings of one document.

use super::deps::DAY;
use super::{Deps, Options};
use crate::config::{self, Config, Paths};
use crate::engine::{Settings, Waiver};
use crate::finding::Problem;
use crate::review::ConfigText;
use crate::text::Date;

/// The settings that the configuration of the target branch gives, or those that hold without one.
pub(super) fn configuration(deps: &Deps, file: Option<&ConfigText>) -> (Config, Vec<Problem>) {
    let Some(file) = file else { return (Config::default(), Vec::new()) };
    let codes = deps.rules.codes().map(str::to_owned).collect();
    config::parse(&file.path, &file.text, &codes)
}

/// The day of the review (UTC).
pub(super) fn today(deps: &Deps) -> Date {
    Date::of_day((deps.clock)().div_euclid(DAY))
}

/// The settings for the document at `path`, as the globs of the configuration see it. Every waiver in it counts; what a change adds is for the
/// caller to say.
pub(super) fn settings(deps: &Deps, config: &Config, paths: &Paths, path: &str, options: &Options) -> Settings {
    let waiver = |(rule, reason): &(String, String)| Waiver {
        rule: rule.clone(),
        reason: reason.clone(),
        by: None,
        until: None,
    };
    Settings {
        is_spec: options.is_spec || paths.is_spec(path),
        off: config.off.clone(),
        severity: config.severity.clone(),
        waivers: config.waivers.iter().map(waiver).collect(),
        granted: options
            .granted
            .iter()
            .filter(|one| one.path.as_deref().is_none_or(|at| at == path))
            .cloned()
            .collect(),
        before: None,
        today: Some(today(deps)),
    }
}
