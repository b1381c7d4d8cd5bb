//! Asks once more for events that the platform could not deliver. Looks at its log only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BACK, Broken, MARGIN, Pass, Reconciler};
use crate::platform::watch::{Missed, Moment, Told};
use crate::store::Millis;

/// Under which the place in the log is noted.
const NOTE: &str = "log of deliveries";
/// How often an event is asked for at most.
const TRIES: u32 = 3;
/// How many are asked for in one pass: at one a second they leave time for the rest of it.
const MOST: usize = 500;

/// How many of these tell of labels: hardly any means work, and none of them keeps what does waiting.
const LABELS: usize = 50;

/// How far the log was read, and what was asked for and has not arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// By the platform's clock. Everything older has arrived, was asked for, or was given up.
    read_to: Option<Moment>,
    asked: BTreeMap<String, Asked>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    times: u32,
    last: Millis,
}

impl Place {
    /// What is to be asked for now; `given_up` counts what was asked for often enough.
    fn wanted(&self, missed: Vec<Missed>, given_up: &mut usize) -> Vec<Missed> {
        let times = |missed: &Missed| self.asked.get(&missed.delivery).map_or(0, |asked| asked.times);
        let (wanted, enough): (Vec<_>, Vec<_>) = missed.into_iter().partition(|missed| times(missed) < TRIES);
        for missed in &enough {
            tracing::warn!(delivery = %missed.delivery, event = %missed.event, "an event never arrived: it is not asked for again");
        }
        *given_up += enough.len();
        wanted
    }

    /// What arrived, and what the platform has forgotten by now, is remembered no more.
    fn forget(&mut self, arrived: &[String], now: Millis) {
        for delivery in arrived {
            self.asked.remove(delivery);
        }
        self.asked.retain(|_, asked| asked.last > now - BACK);
    }
}

impl Reconciler {
    /// Reads the log from where it was read to, and asks for what did not arrive.
    pub(super) async fn log(&self, pass: &mut Pass) -> Result<(), Broken> {
        let now = self.worker.now();
        let mut place: Place = self.note(NOTE).await?.unwrap_or_default();
        // What came in while the log was read last may have been listed after it.
        let since = place.read_to.map_or(now - BACK, |read| read - MARGIN);
        let Told { missed, arrived, newest } = self.watch.told(since).await?;
        place.forget(&arrived, now);
        let is_read = |missed: &Missed| !missed.is_label || self.worker.options.newcomer_label.is_some();
        let missed = missed.into_iter().filter(is_read).collect();
        let (wanted, left) = chosen(place.wanted(missed, &mut pass.given_up));
        let mut result = Ok(());
        for missed in &wanted {
            if let Err(error) = self.watch.tell_again(missed).await {
                // One that is refused for itself is not asked for again; a wait ends the pass.
                if error.is_retryable() {
                    result = Err(Broken::from(error));
                    break;
                }
                tracing::warn!(delivery = %missed.delivery, event = %missed.event, %error, "an event cannot be had again");
                place.asked.insert(missed.delivery.clone(), Asked { times: TRIES, last: now });
                continue;
            }
            pass.redelivered += 1;
            let asked = place.asked.entry(missed.delivery.clone()).or_insert(Asked { times: 0, last: now });
            *asked = Asked { times: asked.times + 1, last: now };
            tracing::info!(delivery = %missed.delivery, event = %missed.event, times = asked.times, "an event was missed: asked for");
        }
        if left == 0 && result.is_ok() {
            place.read_to = newest.or(place.read_to);
        } else {
            pass.left += left;
        }
        self.write_note(NOTE, &place).await?;
        result
    }
}

/// What is asked for in this pass, in this order, and how many are left. The newest say what holds now. They are asked for first: at one a
/// second the last of them waits for minutes. Labels come behind everything else.
fn chosen(wanted: Vec<Missed>) -> (Vec<Missed>, usize) {
    let all = wanted.len();
    let (labels, others): (Vec<_>, Vec<_>) = wanted.into_iter().rev().partition(|missed| missed.is_label);
    let chosen: Vec<Missed> = others.into_iter().chain(labels.into_iter().take(LABELS)).take(MOST).collect();
    let left = all - chosen.len();
    (chosen, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_asked_for_first_and_labels_last_and_not_all_at_once() {
        let missed = |at: u64, is_label| {
            let (delivery, event) = (at.to_string(), String::new());
            Missed { attempt: at, delivery, event, is_label, at: 0 }
        };
        let told = |wanted| {
            let (chosen, left) = chosen(wanted);
            (chosen.iter().map(|one| one.attempt).collect::<Vec<_>>(), left)
        };
        assert_eq!(told(vec![missed(1, false), missed(2, true), missed(3, false)]), (vec![3, 1, 2], 0));
        let many: Vec<Missed> = (0..60).map(|at| missed(at, at > 0)).collect();
        let (chosen, left) = told(many);
        assert_eq!((chosen[0], chosen.len(), left), (0, 1 + LABELS, 59 - LABELS));
        let (chosen, left) = told((0..700).map(|at| missed(at, at % 2 == 0)).collect());
        assert_eq!((chosen.len(), chosen[0], left), (350 + LABELS, 699, 350 - LABELS));
    }

    #[test]
    fn an_event_is_asked_for_a_number_of_times_and_forgotten_when_it_has_arrived() {
        let missed = |delivery: &str| Missed {
            attempt: 1,
            delivery: delivery.into(),
            event: "e".into(),
            is_label: false,
            at: 0,
        };
        let asked = |times| Asked { times, last: 100 };
        let asked = BTreeMap::from([("twice".to_owned(), asked(2)), ("often".to_owned(), asked(TRIES))]);
        let mut place = Place { read_to: None, asked };
        let mut given_up = 0;
        let wanted = place.wanted(vec![missed("new"), missed("twice"), missed("often")], &mut given_up);
        let names: Vec<_> = wanted.iter().map(|missed| missed.delivery.as_str()).collect();
        assert_eq!((names, given_up), (vec!["new", "twice"], 1));
        place.forget(&["often".to_owned()], 100);
        assert_eq!(place.asked.len(), 1);
        place.forget(&[], 100 + BACK);
        assert!(place.asked.is_empty());
    }
}
