//! Asks once more for events that the platform could not deliver. Looks at its log only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BACK, Broken, EVERY, MARGIN, Pass, Reconciler};
use crate::platform::watch::{Missed, Moment, Told};
use crate::store::{Millis, millis};

/// Under which the place in the log is noted.
const NOTE: &str = "log of deliveries";
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

/// An event that was asked for and has not arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    times: u32,
    last: Millis,
    /// When it was missed first; 0 where a note does not say it.
    #[serde(default)]
    first: Millis,
    /// The platform will not tell it again.
    #[serde(default)]
    is_refused: bool,
    /// Under which it is asked for; 0 where only the log says it.
    #[serde(default)]
    attempt: u64,
    #[serde(default)]
    event: String,
    #[serde(default)]
    is_label: bool,
}

impl Asked {
    /// It is time to ask again. The way in may be broken for hours while the program runs, or the program be started over and over:
    /// each time twice as long as before is waited, until the platform has forgotten it.
    fn is_due(&self, now: Millis) -> bool {
        let wait = 1_i64.checked_shl(self.times.saturating_sub(1)).and_then(|times| millis(EVERY).checked_mul(times));
        !self.is_refused && wait.is_some_and(|wait| now >= self.last.saturating_add(wait).saturating_sub(MARGIN))
    }

    fn missed(&self, delivery: &str) -> Missed {
        let Self { attempt, event, is_label, last, .. } = self.clone();
        Missed { attempt, delivery: delivery.to_owned(), event, is_label, at: last }
    }
}

impl Place {
    /// What is to be asked for now: what was never asked for, and what is due once more.
    fn wanted(&self, missed: Vec<Missed>, now: Millis) -> Vec<Missed> {
        let again = self.asked.iter().filter(|(_, asked)| asked.attempt > 0 && asked.is_due(now));
        let mut wanted: Vec<Missed> = again.map(|(delivery, asked)| asked.missed(delivery)).collect();
        wanted.extend(missed.into_iter().filter(|missed| match self.asked.get(&missed.delivery) {
            None => true,
            Some(asked) => asked.attempt == 0 && asked.is_due(now),
        }));
        wanted
    }

    /// What arrived, and what the platform has forgotten by now, is remembered no more. How many never arrived.
    fn forget(&mut self, arrived: &[String], now: Millis) -> usize {
        for delivery in arrived {
            self.asked.remove(delivery);
        }
        let mut given_up = 0;
        self.asked.retain(|delivery, asked| {
            let since = if asked.first > 0 { asked.first } else { asked.last };
            let stays = since > now - BACK;
            if !stays && !asked.is_refused {
                tracing::warn!(%delivery, event = %asked.event, "an event never arrived: it is not asked for again");
                given_up += 1;
            }
            stays
        });
        given_up
    }

    /// It was asked for, or refused for itself.
    fn note(&mut self, missed: &Missed, now: Millis, is_refused: bool) -> u32 {
        let (before, first) = self.asked.get(&missed.delivery).map_or((0, now), |asked| (asked.times, asked.first));
        let times = before.saturating_add(1);
        let Missed { attempt, event, is_label, .. } = missed.clone();
        let asked = Asked { times, last: now, first, is_refused, attempt, event, is_label };
        self.asked.insert(missed.delivery.clone(), asked);
        times
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
        pass.given_up += place.forget(&arrived, now);
        let is_read = |missed: &Missed| !missed.is_label || self.worker.options.newcomer_label.is_some();
        let missed = missed.into_iter().filter(is_read).collect();
        let (wanted, left) = chosen(place.wanted(missed, now));
        let mut result = Ok(());
        for missed in &wanted {
            if let Err(error) = self.watch.tell_again(missed).await {
                // One that is refused for itself is not asked for again; a wait ends the pass.
                if error.is_retryable() {
                    result = Err(Broken::from(error));
                    break;
                }
                tracing::warn!(delivery = %missed.delivery, event = %missed.event, %error, "an event cannot be had again");
                place.note(missed, now, true);
                continue;
            }
            pass.redelivered += 1;
            let times = place.note(missed, now, false);
            tracing::info!(delivery = %missed.delivery, event = %missed.event, times, "an event was missed: asked for");
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
    fn an_event_is_asked_for_ever_more_seldom_until_it_arrives_or_is_forgotten() {
        let missed =
            |attempt| Missed { attempt, delivery: attempt.to_string(), event: "e".into(), is_label: false, at: 0 };
        let mut place = Place::default();
        // In each slot it is looked: once early, as a program does that was started anew, and once in time.
        let (every, mut asked) = (millis(EVERY), Vec::new());
        let slots = BACK / every;
        for slot in 0..2 * slots {
            for now in [slot * every + 1000, slot * every + 60_000] {
                let given_up = place.forget(&[], now);
                // The log tells of it the first time; what failed again may be listed once more.
                let told = if slot == 0 && asked.is_empty() || slot == 3 { vec![missed(7)] } else { Vec::new() };
                let told = if given_up == 0 && slot < slots { told } else { Vec::new() };
                for missed in place.wanted(told, now) {
                    place.note(&missed, now, false);
                    asked.push(slot);
                }
                if given_up > 0 {
                    assert_eq!(place, Place::default());
                    assert_eq!(asked, [0, 1, 3, 7, 15, 31, 63, 127, 255, 511], "until {slot}");
                    return;
                }
            }
        }
        panic!("it is asked for for ever: {asked:?}");
    }

    #[test]
    fn what_arrived_or_was_refused_is_not_asked_for_again() {
        let missed = |delivery: &str| Missed {
            attempt: 1,
            delivery: delivery.into(),
            event: "e".into(),
            is_label: false,
            at: 0,
        };
        let mut place = Place::default();
        place.note(&missed("here"), 100, false);
        place.note(&missed("refused"), 100, true);
        assert_eq!(place.forget(&["here".to_owned()], 100), 0);
        assert_eq!(place.wanted(vec![missed("refused")], BACK), []);
        assert_eq!(place.forget(&[], 100 + BACK), 0, "nobody waited for it");
        assert!(place.asked.is_empty());
        // A note of an earlier program says less.
        let place: Place =
            serde_json::from_str(r#"{"read_to": 5, "asked": {"old": {"times": 1, "last": 0}}}"#).unwrap();
        assert_eq!(place.wanted(Vec::new(), BACK / 2), []);
        assert_eq!(place.wanted(vec![missed("old")], BACK / 2).len(), 1);
    }
}
