//! A second model that is asked when the first fails for good in this run. Never when the money is out: that is a decision, not a
//! failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use super::{Model, ModelError, Purse};
use crate::critique::{Answer, Ask};

/// Two models, the second in reserve.
pub struct Fallback {
    first: Arc<dyn Model>,
    second: Arc<dyn Model>,
    /// What the pair is called once the second has taken over.
    changed: String,
    /// The first is not asked again in this run.
    is_down: AtomicBool,
}

impl Fallback {
    /// `second` in reserve for `first`.
    #[must_use]
    pub fn new(first: Arc<dyn Model>, second: Arc<dyn Model>) -> Self {
        let changed = format!("{} in place of {}", second.name(), first.name());
        Self { first, second, changed, is_down: AtomicBool::new(false) }
    }
}

#[async_trait]
impl Model for Fallback {
    /// The first; after it has failed both, so that the report and the key of a verdict say who answered.
    fn name(&self) -> &str {
        if self.is_down.load(Ordering::Relaxed) { &self.changed } else { self.first.name() }
    }

    /// Only when both are: nobody knows beforehand which of them will be asked.
    fn is_local(&self) -> bool {
        self.first.is_local() && self.second.is_local()
    }

    /// The first alone, where only it is local and it has not failed yet.
    fn local_part(&self) -> Option<Arc<dyn Model>> {
        let is_alone = self.first.is_local() && !self.second.is_local();
        (is_alone && !self.is_down.load(Ordering::Relaxed)).then(|| self.first.clone())
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, ModelError> {
        if self.is_down.load(Ordering::Relaxed) {
            return self.second.ask(ask).await;
        }
        match self.first.ask(ask).await {
            Err(error) if error.is_for_good() => {
                tracing::warn!(model = self.first.name(), %error, second = self.second.name(), "the second model takes over");
                self.is_down.store(true, Ordering::Relaxed);
                self.second.ask(ask).await
            }
            other => other,
        }
    }

    fn paid_by(&self, purse: &Arc<dyn Purse>) -> Option<Arc<dyn Model>> {
        let paid = |model: &Arc<dyn Model>| model.paid_by(purse).unwrap_or_else(|| model.clone());
        Some(Arc::new(Self::new(paid(&self.first), paid(&self.second))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::critique::Usage;
    use crate::critique::ledger::{Ledger, Limit, OverCap, Scope};
    use crate::model::Watched;

    /// Fails as told, then answers.
    struct Scripted(&'static str, Mutex<Vec<ModelError>>, Mutex<u32>);

    #[async_trait]
    impl Model for Scripted {
        fn name(&self) -> &str {
            self.0
        }

        async fn ask(&self, _: &Ask) -> Result<Answer, ModelError> {
            *self.2.lock().unwrap() += 1;
            match self.1.lock().unwrap().pop() {
                Some(error) => Err(error),
                None => Ok(Answer { text: self.0.into(), usage: Usage::default() }),
            }
        }
    }

    struct Free;

    #[async_trait]
    impl Purse for Free {
        async fn hold(&self, _: Ledger) -> Result<(), ModelError> {
            Ok(())
        }

        async fn settle(&self, _: Ledger, _: Ledger) {}
    }

    #[tokio::test]
    async fn what_stays_in_the_house_is_asked_of_the_first_alone_where_only_that_is_local() {
        let scripted = |name, errors| Arc::new(Scripted(name, Mutex::new(errors), Mutex::new(0)));
        let at = |model: &Arc<Scripted>, url: &str| -> Arc<dyn Model> {
            Arc::new(Watched::new(model.clone(), url, false, None, Arc::new(|| 0)))
        };
        let (here, away) = ("http://localhost/v1", "https://api.example/v1");
        for (urls, whole, part) in [
            ((here, here), true, false),
            ((here, away), false, true),
            ((away, here), false, false),
            ((away, away), false, false),
        ] {
            let pair = Fallback::new(at(&scripted("first", vec![]), urls.0), at(&scripted("second", vec![]), urls.1));
            assert_eq!((pair.is_local(), pair.local_part().is_some()), (whole, part), "{urls:?}");
        }
        let down = ModelError::Unreachable { endpoint: String::new(), detail: String::new() };
        let (first, second) = (scripted("first", vec![down]), scripted("second", vec![]));
        let pair = Fallback::new(at(&first, here), at(&second, away));
        let ask = crate::model::tests::ask();
        // It has failed then; nobody else is asked.
        assert!(pair.local_part().unwrap().ask(&ask).await.is_err());
        assert_eq!(*second.2.lock().unwrap(), 0);
        // And one that is known to be down is not tried again.
        first.1.lock().unwrap().push(refused(401, "bad key"));
        assert!(pair.ask(&ask).await.is_ok() && pair.local_part().is_none());
    }

    fn refused(status: u16, detail: &str) -> ModelError {
        ModelError::Refused { status, detail: detail.into(), retry_after: None }
    }

    #[tokio::test]
    async fn the_second_answers_when_the_first_is_gone_for_good_and_only_then() {
        let ask = crate::model::tests::ask();
        let over = OverCap { scope: Scope::Day, limit: Limit::Calls(1) };
        let unreachable = || ModelError::Unreachable { endpoint: String::new(), detail: String::new() };
        for (error, takes_over) in [
            (unreachable(), true),
            (ModelError::Resting { endpoint: String::new(), wait: std::time::Duration::from_secs(9) }, true),
            (refused(401, "bad key"), true),
            (refused(404, "no such model"), true),
            (refused(429, "insufficient_quota"), true),
            (refused(503, "overloaded"), true),
            // Another question may be answered: the first stays.
            (refused(400, "content filter"), false),
            (ModelError::Unusable("no JSON".into()), false),
            (ModelError::TooLong { tokens: 9, context: 8 }, false),
            // The money is out: nobody else may spend it.
            (ModelError::OverCap(over), false),
            (ModelError::Unaccounted("the disk is full".into()), false),
        ] {
            let shown = format!("{error:?}");
            let first = Arc::new(Scripted("first", Mutex::new(vec![error]), Mutex::new(0)));
            let second = Arc::new(Scripted("second", Mutex::new(Vec::new()), Mutex::new(0)));
            let pair = Fallback::new(first.clone(), second.clone());
            let answer = pair.ask(&ask).await;
            assert_eq!(answer.is_ok(), takes_over, "{shown}");
            let next = pair.ask(&ask).await.unwrap().text;
            let (expected, name) = if takes_over { ("second", "second in place of first") } else { ("first", "first") };
            assert_eq!((next.as_str(), pair.name()), (expected, name), "{shown}");
            assert_eq!(*first.2.lock().unwrap(), if takes_over { 1 } else { 2 }, "{shown}");
            // The next run begins with the first again.
            let purse: Arc<dyn Purse> = Arc::new(Free);
            assert_eq!(pair.paid_by(&purse).unwrap().name(), "first", "{shown}");
        }
    }
}
