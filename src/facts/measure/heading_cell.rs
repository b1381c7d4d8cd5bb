//! What a header cell makes of the numbers below it, given the headings around the table. Never reads values.

use super::Role;
use super::context;
use super::purpose::{Ruling, bounds_well, metric_is_agreement};
use super::role::{Cue, Purpose};
use super::table::Grid;
use crate::facts::{Metric, Quantity};

impl Grid<'_> {
    pub(super) fn labelled(&self, cue: Cue, metric: &Metric, quantity: &Quantity) -> Ruling {
        let cue = self.effective(cue);
        let Purpose::For(role) = cue.purpose else { return Ruling::of(Role::Unknown, true, None) };
        let adverse = bounds_well(metric, quantity.comparator) == Some(false);
        if metric_is_agreement(metric)
            && role == Role::Target
            && self.surroundings().iter().any(|cue| cue.purpose == Purpose::Other)
        {
            return Ruling::of(Role::Human, true, None);
        }
        if role == Role::Target && adverse {
            return Ruling::of(Role::Unknown, true, cue.phase);
        }
        Ruling::of(role, true, cue.phase)
    }

    fn surroundings(&self) -> Vec<Cue> {
        self.context.near.into_iter().chain(self.context.heading).collect()
    }

    /// A column called "Threshold" holds the gate of the trial below a heading on the trial, and an alarm below one on operation.
    pub(super) fn effective(&self, cue: Cue) -> Cue {
        if cue.purpose != Purpose::For(Role::Target) {
            return cue;
        }
        let text = self
            .columns
            .iter()
            .find(|column| column.cue == Some(cue))
            .map(|column| column.header.to_lowercase())
            .unwrap_or_default();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let launch = context::names_launch(&text);
        let aim = says(&["target", "goal"]);
        let here = |role: Role| {
            self.columns.iter().any(|column| column.cue.is_some_and(|cue| cue.purpose == Purpose::For(role)))
        };
        let outer = self.surroundings().into_iter().find(|outer| match outer.purpose {
            Purpose::For(Role::Poc | Role::Stretch) => !launch,
            Purpose::For(Role::Slo) | Purpose::Other => !launch && !aim,
            Purpose::For(_) => false,
        });
        match outer {
            Some(outer) if !matches!(outer.purpose, Purpose::For(role) if here(role)) => outer,
            _ => cue,
        }
    }
}
