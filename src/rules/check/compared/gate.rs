//! The gate of a proof of concept lies above the baseline and below the target. Where there is no target to compare it with, the answer
//! says which of the reasons it is, and never that all is well.

use super::{Best, Level, NO_PAIR, Same, Told, Words, contradiction, explicit, rows_too};
use crate::document::BlockKind;
use crate::facts::Role;
use crate::finding::Severity;
use crate::rules::check::Context;

/// The target is wrong already.
const UNSOUND: &str = "the target of launch is no better than the baseline, so the gate has nothing to stay below";
/// There is no target.
const NO_TARGET: &str = "the gate has a baseline beside it, and no target for launch to stay below";

pub(super) fn poc_below_target<'a>(cx: &Context<'a>) -> Told<'a> {
    let mut words = Words::default();
    let (gates, targets) = (rows_too(cx, &[Role::Poc], &mut words), rows_too(cx, &[Role::Target], &mut words));
    let baselines = rows_too(cx, &[Role::Baseline, Role::Random], &mut words);
    let all = Best::of(baselines.iter());
    // A target that does not even beat the baseline is a finding of its own; the gate is not wrong as well.
    let is_sound = |target: &&Level<'a>| all.equal(&target.key).is_none_or(|baseline| baseline.score < target.score);
    let (sound, unsound) = targets.iter().partition::<Vec<_>, _>(is_sound);
    let (sound, unsound) = (Best::of(sound.into_iter()), Best::of(unsound.into_iter()));
    let rivals = Best::of(baselines.iter().filter(|baseline| explicit(baseline)));
    let (mut compared, mut flaws, mut why_not) = (Vec::new(), Vec::new(), NO_PAIR);
    for gate in &gates {
        // The strictest target of the same key: earlier stages may be as easy as the gate.
        if let Some((target, same)) = sound.rival(gate).filter(|(target, _)| !is_far(gate, target)) {
            compared.push(gate.measure);
            let sure = same == Same::Yes && explicit(gate) && explicit(target);
            let gap = gate.score - target.score;
            if gap > f64::EPSILON {
                let mut flaw = contradiction(cx, gate, target, if sure { "" } else { "not-comparable" });
                flaw.severity = (!sure).then_some(Severity::Warning);
                flaws.push(flaw);
                continue;
            }
            // What a drawn box is the gate of, its lines do not say.
            let drawn = matches!(
                cx.document.blocks.get(gate.measure.block).map(|block| &block.kind),
                Some(BlockKind::Fence { .. })
            );
            if gap.abs() <= f64::EPSILON && sure && !drawn {
                let mut flaw = contradiction(cx, gate, target, "equal");
                flaw.severity = Some(Severity::Warning);
                flaws.push(flaw);
                continue;
            }
        }
        if unsound.equal(&gate.key).is_some() {
            why_not = UNSOUND;
            continue;
        }
        if let Some(best) = rivals.equal(&gate.key) {
            // A gate above the baseline is half of what is asked: that it lies below the target, nobody can tell.
            if why_not == NO_PAIR {
                why_not = NO_TARGET;
            }
            if gate.score <= best.score + f64::EPSILON && explicit(gate) {
                compared.push(gate.measure);
                let mut flaw = contradiction(cx, gate, best, "gate-proves-nothing");
                flaw.severity = Some(Severity::Warning);
                flaws.push(flaw);
            }
        }
    }
    (compared, flaws, why_not)
}

/// Nobody asks a trial for so many times what the launch needs: the smaller number is a distance or a step, and no level.
const FAR: f64 = 3.0;

fn is_far(gate: &Level<'_>, target: &Level<'_>) -> bool {
    let (gate, target) = (gate.score, target.score);
    if gate >= 0.0 { gate > FAR * target } else { target < FAR * gate }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::facts::Facts;
    use crate::finding::CheckState;
    use crate::rules::builtin;
    use crate::rules::check::Shared;

    #[test]
    fn a_gate_without_a_sound_target_is_not_ticked_and_the_reason_is_true() {
        let rules = builtin().0;
        let rule = rules.get("ARI-004").unwrap();
        for (row, expected, reason) in [
            ("0.62 | 0.75 | 0.90", CheckState::Specified, None),
            ("0.62 | 0.75 | ", CheckState::NotApplicable, Some(NO_TARGET)),
            ("0.62 | 0.75 | 0.60", CheckState::NotApplicable, Some(UNSOUND)),
            (" | 0.75 | ", CheckState::NotApplicable, Some(NO_PAIR)),
            ("0.62 | 0.60 | ", CheckState::Mentioned, None),
            ("0.62 | 0.95 | 0.90", CheckState::Absent, None),
        ] {
            let text = format!(
                "| Metric | Baseline | PoC gate | Target for launch |\n|---|---|---|---|\n| Recall | {row} |\n"
            );
            let document = Document::parse(&text);
            let facts = Facts::read(&document, &rules.lexicon);
            let shared = Shared::default();
            let answers = rule.check.run(&Context::new(&document, &facts, &rules.lexicon, &shared));
            let said: Vec<(CheckState, Option<&str>)> =
                answers.iter().map(|answer| (answer.state, answer.reason.as_deref())).collect();
            assert_eq!(said, [(expected, reason)], "{row}");
        }
    }
}
