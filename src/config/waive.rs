//! Reads the waivers of a file. One of which anything is broken does not count: a mistake must lift nothing.

use toml::Spanned;
use toml::de::DeValue;

use super::raw::RawWaiver;
use super::read::{Reader, kind, shown};
use super::{Config, Waiver};
use crate::text::Date;

impl<'a> Reader<'a> {
    pub(super) fn waivers(&mut self, config: &mut Config, value: Spanned<DeValue<'a>>) {
        let span = value.span();
        let start = span.start;
        let items: Vec<_> = match value.into_inner() {
            DeValue::Array(items) => items.into_iter().collect(),
            one @ DeValue::Table(_) => vec![Spanned::new(span, one)],
            other => {
                let message = format!("`waive` is {}, not a list of tables", kind(&other));
                self.bad("wrong-type", Some(span), message, "write [[waive]], then rule and reason");
                return;
            }
        };
        self.says("waive", items.first().map_or(start, |item| item.span().start));
        for item in items {
            let place = item.span();
            let before = self.page.count();
            let raw: RawWaiver = self.section("waive", item);
            let is_sound = self.page.count() == before;
            let Some(rule) = raw.rule else {
                if is_sound {
                    self.bad("no-rule", Some(place), "the waiver names no rule", "add rule = \"CODE\"");
                }
                continue;
            };
            if !self.is_known(&rule) {
                continue;
            }
            let reason = raw.reason.map(|reason| reason.get_ref().trim().to_owned()).unwrap_or_default();
            if reason.is_empty() {
                if is_sound {
                    let message = format!("the waiver of {} has no reason and does not count", rule.get_ref());
                    self.bad("no-reason", Some(rule.span()), message, "add reason = \"…\" for the next reader");
                }
                continue;
            }
            let until = match raw.until {
                None => None,
                Some(until) => {
                    let word = until.get_ref().to_string();
                    let Some(day) = Date::parse(&word) else {
                        let message =
                            format!("the waiver of {} ends on `{}`, and does not count", rule.get_ref(), shown(&word));
                        self.bad("bad-date", Some(until.span()), message, "write the last day as 2027-01-31");
                        continue;
                    };
                    Some(day)
                }
            };
            // What is wrong about an end must not make a waiver that counts for good.
            if !is_sound {
                continue;
            }
            let at = rule.span();
            let place = self.page.position(at.start);
            self.waived.push(at);
            let by = raw.by.map(|by| by.get_ref().trim().to_owned()).filter(|by| !by.is_empty());
            config.waivers.push(Waiver {
                rule: rule.into_inner(),
                reason,
                by,
                until,
                file: self.path.to_owned(),
                line: place.line,
                column: place.column,
            });
        }
    }

    /// Waivers that never do anything, whatever the documents say.
    pub(super) fn idle_waivers(&mut self, config: &Config) {
        let mut seen: Vec<&Waiver> = Vec::new();
        for (waiver, at) in config.waivers.iter().zip(std::mem::take(&mut self.waived)) {
            let code = waiver.rule.split(':').next().unwrap_or_default();
            let twin = seen.iter().find(|first| first.rule.eq_ignore_ascii_case(&waiver.rule));
            if config.off.iter().any(|off| off.eq_ignore_ascii_case(code)) {
                let message = format!("the waiver of {} has no effect: the rule is switched off", waiver.rule);
                self.bad("waiver-without-effect", Some(at), message, "take one of the two out");
            } else if let Some(first) = twin {
                let message = format!("{} is waived in line {} already", waiver.rule, first.line);
                self.bad("waived-twice", Some(at), message, "keep the one that holds");
            }
            seen.push(waiver);
        }
    }
}
