//! From cues to the role of one value: nearest words first, then label and lead, then heading. Never looks for metrics.

use super::context::Context;
use super::role::{Cue, Purpose, sets_a_bar};
use super::{Measure, Role};
use crate::facts::{Comparator, Metric, Quantity, Unit};

/// What was decided about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ruling {
    /// Its role.
    pub role: Role,
    /// Words said so.
    pub explicit: bool,
    /// Step on the way.
    pub phase: Option<String>,
    /// The comparator states the failure ("no launch below 0.9"): the bound is its opposite.
    pub flipped: bool,
}

impl Ruling {
    pub(super) fn of(role: Role, explicit: bool, phase: Option<&str>) -> Self {
        Self { role, explicit, phase: phase.map(str::to_owned), flipped: false }
    }

    fn unknown() -> Self {
        Self::of(Role::Unknown, false, None)
    }
}

/// What is known about a value when its role is decided.
pub(super) struct Case<'a> {
    /// Its metric.
    pub metric: &'a Metric,
    /// The value.
    pub quantity: &'a Quantity,
    /// Cues in the same clause, nearest first.
    pub near: Vec<Cue>,
    /// Cues elsewhere in the sentence, nearest first.
    pub far: Vec<Cue>,
    /// Surroundings.
    pub context: Context,
    /// The sentence speaks of annotators or labels.
    pub about_labels: bool,
    /// The sentence forbids, stops or sets a condition.
    pub forbids: bool,
    /// The sentence says what must hold for a step to be passed.
    pub passes: bool,
    /// The step that is passed is a trial, by its name.
    pub of_trial: bool,
}

/// How a comparator stands to the direction of the metric: `Some(true)` bounds what is good.
pub(super) fn bounds_well(metric: &Metric, comparator: Option<Comparator>) -> Option<bool> {
    let up = matches!(comparator?, Comparator::AtLeast | Comparator::MoreThan);
    let down = matches!(comparator?, Comparator::AtMost | Comparator::LessThan);
    (up || down).then(|| metric.higher_is_better.map(|better| better == up)).flatten()
}

/// Which way a comparator bounds: `Some(true)` from below.
pub(super) fn comparator_of(comparator: Option<Comparator>) -> Option<bool> {
    match comparator? {
        Comparator::AtLeast | Comparator::MoreThan => Some(true),
        Comparator::AtMost | Comparator::LessThan => Some(false),
        _ => None,
    }
}

/// How far the data have drifted is no quality to be reached: its bounds are limits in operation.
pub(super) fn fitting(metric: &Metric, ruling: Ruling) -> Ruling {
    let drift = metric.families.iter().any(|family| family == "drift");
    match ruling.role {
        Role::Target | Role::Poc | Role::Stretch if drift => Ruling { role: Role::Slo, phase: None, ..ruling },
        _ => ruling,
    }
}

/// Decides.
pub(super) fn rule(case: &Case<'_>) -> Ruling {
    let agreement = metric_is_agreement(case.metric);
    let well = bounds_well(case.metric, case.quantity.comparator);
    let strong = |cues: &[Cue]| -> Vec<Cue> { cues.iter().copied().filter(|cue| !cue.weak).collect() };
    let near = strong(&case.near);
    let adverse = well == Some(false);
    if agreement
        && (case.about_labels || !near.iter().any(|cue| matches!(cue.purpose, Purpose::For(Role::Target | Role::Poc))))
    {
        return Ruling::of(Role::Human, case.about_labels, None);
    }
    if let Some(cue) = choose(&near, adverse, well) {
        return from_cue(case, cue, well, true);
    }
    if case.passes
        && !adverse
        && let Some(ruling) = of_step(case)
    {
        return ruling;
    }
    let is_modal = |cue: &&Cue| cue.weak && !sets_a_bar(cue);
    let modal = case.near.iter().any(|cue| is_modal(&cue));
    let context = case.context.purpose();
    let special = matches!(
        context,
        Some(Purpose::Other | Purpose::For(Role::Poc | Role::Slo | Role::Stretch | Role::Human | Role::Random))
    );
    let weak = || case.near.iter().filter(is_modal);
    let should = weak()
        .next()
        .and_then(|cue| cue.phase)
        .filter(|_| weak().all(|cue| matches!(cue.phase, Some("should" | "SHOULD"))));
    if modal
        && !adverse
        && !special
        && case
            .far
            .iter()
            .all(|cue| cue.weak || !matches!(cue.purpose, Purpose::For(Role::Slo | Role::Poc) | Purpose::Other))
    {
        return Ruling::of(Role::Target, true, should);
    }
    let far: Vec<Cue> = strong(&case.far)
        .into_iter()
        .filter(|cue| {
            !(well == Some(true)
                && matches!(cue.purpose, Purpose::For(Role::Baseline | Role::Reported | Role::Human | Role::Random)))
        })
        .collect();
    if let Some(cue) = choose(&far, adverse, well) {
        return from_cue(case, cue, well, true);
    }
    if let Some(cue) = case.context.near.or(case.context.heading) {
        // Under "Results" or "Current state" a bound is still a demand.
        let demand =
            (modal || well == Some(true)) && matches!(cue.purpose, Purpose::For(Role::Baseline | Role::Reported));
        if adverse && cue.purpose == Purpose::For(Role::Target) {
            let alarm = Ruling::of(Role::Slo, false, None);
            return if case.forbids { alarm } else { Ruling::unknown() };
        }
        if !demand {
            // A heading such as "Acceptance" does not turn every figure below it into a target: a bound or modal is needed.
            let bare = case.context.near.is_none()
                && cue.purpose == Purpose::For(Role::Target)
                && well.is_none()
                && !modal
                && case.quantity.upper.is_none();
            return if bare {
                Ruling::unknown()
            } else {
                from_cue(
                    case,
                    cue,
                    well,
                    case.context.near.is_some() || !matches!(cue.purpose, Purpose::For(Role::Slo)),
                )
            };
        }
    }
    if modal && !adverse {
        return Ruling::of(Role::Target, true, should);
    }
    match well {
        Some(true) => Ruling::of(Role::Target, false, None),
        Some(false) if case.forbids => Ruling::of(Role::Slo, false, None),
        _ => Ruling::unknown(),
    }
}

/// "It has succeeded if recall reaches 0.8": the gate of the step that is spoken of; of the launch, where that is named. Under the
/// heading of a proof of concept it surely is its gate.
fn of_step(case: &Case<'_>) -> Option<Ruling> {
    let says = |role: Role| case.far.iter().any(|cue| !cue.weak && cue.purpose == Purpose::For(role));
    if case.far.iter().any(|cue| cue.purpose == Purpose::Other) || says(Role::Slo) {
        return None;
    }
    if says(Role::Target) {
        return Some(Ruling::of(Role::Target, true, None));
    }
    if case.of_trial {
        return Some(Ruling::of(Role::Poc, true, Some("poc")));
    }
    match case.context.purpose() {
        Some(Purpose::For(Role::Poc)) => Some(Ruling::of(Role::Poc, true, case.context.phase().or(Some("poc")))),
        Some(Purpose::For(Role::Target)) => Some(Ruling::of(Role::Target, true, None)),
        None | Some(Purpose::For(Role::Baseline | Role::Reported)) => {
            Some(Ruling::of(Role::Poc, says(Role::Poc), Some("poc")))
        }
        _ => None,
    }
}

pub(super) fn metric_is_agreement(metric: &Metric) -> bool {
    metric.families.iter().any(|family| family == "agreement")
}

/// The cue that counts among strong ones, nearest first.
fn choose(cues: &[Cue], adverse: bool, well: Option<bool>) -> Option<Cue> {
    let first = cues.first().copied()?;
    let find = |purpose: Purpose| cues.iter().copied().find(|cue| cue.purpose == purpose);
    if let Some(cue) = find(Purpose::Other) {
        return Some(cue);
    }
    if let Some(slo) = find(Purpose::For(Role::Slo)) {
        let others = cues.iter().any(|cue| cue.purpose != Purpose::For(Role::Slo));
        // "must not fall below 0.9 at launch, otherwise we roll back" is a target.
        if adverse || well.is_none() || !others {
            return Some(slo);
        }
        return cues.iter().copied().find(|cue| cue.purpose != Purpose::For(Role::Slo));
    }
    Some(first)
}

fn from_cue(case: &Case<'_>, cue: Cue, well: Option<bool>, explicit: bool) -> Ruling {
    let Purpose::For(role) = cue.purpose else { return Ruling { explicit, ..Ruling::unknown() } };
    let mut ruling = Ruling::of(role, explicit, cue.phase);
    if well == Some(false) {
        match role {
            Role::Target if case.forbids => ruling.flipped = true,
            Role::Target => return Ruling::unknown(),
            // "Stop if F1 < 50 %" after the trial: a second, lower line; never mixed up with the gate.
            Role::Poc | Role::Stretch => {
                return Ruling { phase: cue.phase.map(|phase| format!("{phase} stop")), ..Ruling::unknown() };
            }
            _ => {}
        }
    }
    if role == Role::Slo
        && well == Some(true)
        && case.near.iter().chain(&case.far).all(|cue| cue.weak || cue.purpose != Purpose::For(Role::Slo))
    {
        // Only the heading speaks of operation.
        ruling.explicit = false;
    }
    ruling
}

/// "no worse than 0.8", "0.8 or better", "better than 0.8": the bound depends on the direction of the metric.
pub(super) fn directed(metric: &Metric, quantity: &Quantity, before: &str, after: &str) -> Quantity {
    use Comparator::{AtLeast, AtMost, LessThan, MoreThan};
    let mut quantity = quantity.clone();
    let Some(up) = metric.higher_is_better else { return quantity };
    let before = before.trim_end().to_lowercase();
    let after = after.trim_start().to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    if ends(&["no worse than", "not worse than", "never worse than", "not be worse than", "as good as"])
        || after.starts_with("or better")
    {
        quantity.comparator = Some(if up { AtLeast } else { AtMost });
    } else if ends(&["better than", "beat", "beats", "beat the"]) {
        quantity.comparator = Some(if up { MoreThan } else { LessThan });
    } else if ends(&["worse than"]) {
        quantity.comparator = Some(if up { LessThan } else { MoreThan });
    }
    quantity
}

/// The comparator of a measure.
pub(super) fn comparator(metric: &Metric, role: Role, quantity: &Quantity, flipped: bool) -> Comparator {
    use Comparator::{AtLeast, AtMost, Between, Equal, LessThan, MoreThan};
    if quantity.upper.is_some() {
        return Between;
    }
    let up = metric.higher_is_better;
    let demanded = match (role, up) {
        (Role::Target | Role::Poc | Role::Stretch, Some(true)) => AtLeast,
        (Role::Target | Role::Poc | Role::Stretch, Some(false)) => AtMost,
        _ => Equal,
    };
    match quantity.comparator {
        None | Some(Equal) => demanded,
        Some(found) if flipped => match found {
            LessThan => AtLeast,
            AtMost => MoreThan,
            MoreThan => AtMost,
            AtLeast => LessThan,
            other => other,
        },
        Some(found) => found,
    }
}

/// A distance between groups: points are its unit, and no change of it.
pub(super) fn is_gap(metric: &Metric) -> bool {
    metric.families.iter().any(|family| family == "fairness")
}

/// Does the unit of the number fit the metric?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// A level.
    Level,
    /// A level, but only right beside the name: a bare number out of range.
    Doubtful,
    /// A change.
    Change,
    /// No.
    No,
}

/// Fit of `quantity` for `metric`.
pub(super) fn fit(metric: &Metric, quantity: &Quantity) -> Fit {
    let bounded = metric.max.is_some_and(|max| max <= 2.0);
    let timed = matches!(metric.id.as_str(), "latency" | "handling-time" | "detection-delay");
    let inside =
        metric.min.is_none_or(|min| quantity.value >= min) && metric.max.is_none_or(|max| quantity.value <= max);
    match &quantity.unit {
        Unit::Date => Fit::No,
        Unit::Points if is_gap(metric) => Fit::Level,
        Unit::Points | Unit::Times => Fit::Change,
        Unit::Money(_) => {
            if metric.id == "cost" || (!bounded && !timed) {
                Fit::Level
            } else {
                Fit::No
            }
        }
        Unit::Duration => {
            // A percentage of error has no unit of time; "over the 151 days" is not its value.
            let share = matches!(metric.id.as_str(), "mape" | "mdape" | "smape" | "wape" | "r2" | "forecast-accuracy");
            if timed || (!bounded && metric.quality && !share) { Fit::Level } else { Fit::No }
        }
        Unit::Percent if timed => Fit::Change,
        Unit::Count(_) if timed => Fit::No,
        Unit::Count(_) if bounded => {
            if inside && quantity.decimals > 0 {
                Fit::Level
            } else {
                Fit::No
            }
        }
        Unit::Count(_) | Unit::Percent => Fit::Level,
        Unit::Plain if timed => Fit::Doubtful,
        Unit::Plain if inside || !bounded => {
            if quantity.decimals == 0
                && bounded
                && !matches!(
                    quantity.comparator,
                    Some(
                        Comparator::AtLeast
                            | Comparator::MoreThan
                            | Comparator::AtMost
                            | Comparator::LessThan
                            | Comparator::Equal
                    )
                )
            {
                Fit::Doubtful
            } else {
                Fit::Level
            }
        }
        Unit::Plain => Fit::Doubtful,
    }
}

/// Last look at all measures: an MVP is a step of its own where a proof of concept stands beside it, and the gate itself where not.
/// A minimum is a step of its own only where another target stands beside it.
pub(super) fn settle(measures: &mut [Measure]) {
    let targets: Vec<Measure> =
        measures.iter().filter(|measure| measure.role == Role::Target && measure.phase.is_none()).cloned().collect();
    for measure in measures.iter_mut().filter(|measure| measure.phase.as_deref() == Some("minimum")) {
        if !targets.iter().any(|target| target.same_key(measure)) {
            measure.phase = None;
        }
    }
    // "MUST … 0.8, SHOULD … 0.9": the second is a wish; alone it is the target. A plain "should" is one only beside its "must".
    for measure in measures.iter_mut().filter(|measure| matches!(measure.phase.as_deref(), Some("should" | "SHOULD"))) {
        let anywhere = measure.phase.take().as_deref() == Some("SHOULD");
        let musts = targets.iter().filter(|target| anywhere || target.block == measure.block);
        if musts.into_iter().any(|target| target.same_key(measure)) {
            measure.role = Role::Stretch;
        }
    }
    let poc = measures.iter().any(|measure| measure.role == Role::Poc && measure.phase.as_deref() != Some("mvp"));
    if poc {
        for measure in
            measures.iter_mut().filter(|measure| measure.role == Role::Poc && measure.phase.as_deref() == Some("mvp"))
        {
            measure.role = Role::Target;
        }
    }
}

/// A change is measured from the baseline and is not one: "5 points better than the baseline" is a target, "drops by 5 %
/// from the baseline" an alarm.
pub(super) fn of_change(ruling: Ruling, metric: &Metric, falls: bool) -> Ruling {
    let bad = falls && metric.higher_is_better == Some(true);
    match ruling.role {
        Role::Target | Role::Baseline | Role::Unknown if bad => Ruling::of(Role::Slo, ruling.explicit, None),
        Role::Baseline => Ruling { role: Role::Target, explicit: false, ..ruling },
        Role::Unknown if metric.families.iter().any(|family| family == "business") => {
            Ruling::of(Role::Target, false, ruling.phase.as_deref())
        }
        _ => ruling,
    }
}
