//! The file of models: prices, contexts and quirks by name, limits of speed and caps of spending. What is wrong is reported with
//! its line and left out, and takes nothing sound with it.

use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::governor::Limits;
use crate::config::page::{Page, one_line};
use crate::critique::ledger::{Cap, Caps, MicroUsd, Price};
use crate::finding::Problem;
use crate::text::nearest::nearest;

const BUILTIN: &str = include_str!("models.toml");

/// What is known about a model before it is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// What a million tokens cost; none when unknown.
    pub price: Option<Price>,
    /// Tokens of prompt and reply together.
    pub context: Option<u64>,
    /// It refuses a temperature.
    pub no_temperature: bool,
    /// Tokens of the reply that it uses up before it writes.
    pub thinking_tokens: u32,
}

/// One entry: a pattern and what is known about the models that fit it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    name: String,
    known: Known,
}

/// Everything that the files say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalogue {
    /// The operator's entries, then those that come with the program.
    own: Vec<Entry>,
    builtin: Vec<Entry>,
    /// Date of the prices that come with the program.
    pub prices_as_of: String,
    /// How fast an endpoint is asked.
    pub limits: Limits,
    /// What may be spent.
    pub caps: Caps,
}

impl Catalogue {
    /// What comes with the program. The problems are empty for a released version: a test holds that.
    #[must_use]
    pub fn builtin() -> (Self, Vec<Problem>) {
        let (file, problems) = read("models.toml", BUILTIN);
        let catalogue = Self {
            builtin: file.entries,
            prices_as_of: file.prices_as_of,
            limits: file.limits,
            caps: file.caps,
            own: Vec::new(),
        };
        (catalogue, problems)
    }

    /// With the operator's file: its entries go before those of the program, its limits and caps replace them key by key.
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> (Self, Vec<Problem>) {
        let (file, problems) = read(path, text);
        self.own = file.entries;
        self.limits = file.limits.or(self.limits);
        self.caps = file.caps.or(self.caps);
        (self, problems)
    }

    /// What is known about a model; nothing for one that no entry fits.
    #[must_use]
    pub fn known(&self, model: &str) -> Known {
        let longest = |entries: &[Entry]| {
            let fitting = entries.iter().filter(|entry| fits(&entry.name, model));
            fitting.max_by_key(|entry| entry.name.len()).map(|entry| entry.known.clone())
        };
        longest(&self.own).or_else(|| longest(&self.builtin)).unwrap_or_default()
    }
}

/// True when `name` is `pattern` with any characters for each `*`, whatever the case.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    true
}

#[derive(Debug, Default)]
struct File {
    entries: Vec<Entry>,
    prices_as_of: String,
    limits: Limits,
    caps: Caps,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawModel {
    name: String,
    input: Option<f64>,
    cached: Option<f64>,
    output: Option<f64>,
    context: Option<u64>,
    #[serde(default = "yes")]
    temperature: bool,
    #[serde(default)]
    thinking_tokens: u32,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawLimits {
    at_once: Option<usize>,
    requests_per_minute: Option<u32>,
    tokens_per_minute: Option<u64>,
    timeout_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawCap {
    calls: Option<u64>,
    tokens: Option<u64>,
    usd: Option<f64>,
}

fn read(path: &str, text: &str) -> (File, Vec<Problem>) {
    let mut reader = Reader(Page::new(path, text));
    let file = reader.file();
    (file, reader.0.problems())
}

struct Reader<'a>(Page<'a>);

impl<'a> Reader<'a> {
    fn bad(&mut self, code: &str, at: Option<Range<usize>>, message: impl Into<String>, advice: &str) {
        self.0.bad(code, at, message, advice);
    }

    fn file(&mut self) -> File {
        let mut file = File::default();
        for (key, value) in self.0.entries("keep it short; none of it is used") {
            match key.get_ref().as_ref() {
                "prices-as-of" => file.prices_as_of = self.value("prices-as-of", value).unwrap_or_default(),
                "model" => file.entries = self.models(value),
                "limits" => file.limits = self.limits(value),
                "caps" => file.caps = self.caps(value),
                other => {
                    let known = nearest(other, ["prices-as-of", "model", "limits", "caps"]);
                    let message = format!("`{other}` is no key of this file");
                    let advice = known.map_or_else(|| "take it out".into(), |known| format!("is `{known}` meant?"));
                    self.bad("unknown-key", Some(key.span()), message, &advice);
                }
            }
        }
        file
    }

    fn models(&mut self, value: Spanned<DeValue<'a>>) -> Vec<Entry> {
        let place = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            self.bad(
                "wrong-type",
                Some(place),
                "`model` is no list of tables",
                "write [[model]], then name and prices",
            );
            return Vec::new();
        };
        let mut entries: Vec<Entry> = Vec::new();
        for item in items {
            let place = item.span();
            let Some(raw) = self.value::<RawModel>("model", item) else { continue };
            if raw.name.trim().is_empty() {
                self.bad("no-name", Some(place), "the model has no name", "add name = \"NAME\", perhaps with *");
            } else if entries.iter().any(|known| known.name.eq_ignore_ascii_case(raw.name.trim())) {
                let message = format!("{} stands here twice; the first counts", raw.name.trim());
                self.bad("duplicate-name", Some(place), message, "take one of them out");
            } else {
                entries.extend(self.entry(place, &raw));
            }
        }
        entries
    }

    fn entry(&mut self, place: Range<usize>, raw: &RawModel) -> Option<Entry> {
        let name = raw.name.trim().to_owned();
        let mut money = |of: &str, dollars: Option<f64>| match dollars.map(MicroUsd::from_usd) {
            Some(None) => {
                let message = format!("the price `{of}` of {name} is no amount");
                self.bad("no-amount", Some(place.clone()), message, "give US dollars for a million tokens");
                Err(())
            }
            other => Ok(other.flatten()),
        };
        let input = money("input", raw.input).ok()?;
        let cached = money("cached", raw.cached).ok()?;
        let output = money("output", raw.output).ok()?;
        let price = match (input, output) {
            (Some(input), Some(output)) => Some(Price { input, cached: cached.unwrap_or(input), output }),
            (None, None) if cached.is_none() => None,
            _ => {
                let message = format!("the price of {name} is not whole");
                self.bad(
                    "half-a-price",
                    Some(place),
                    message,
                    "give input and output, in US dollars for a million tokens",
                );
                return None;
            }
        };
        let known = Known {
            price,
            context: raw.context.filter(|context| *context > 0),
            no_temperature: !raw.temperature,
            thinking_tokens: raw.thinking_tokens,
        };
        Some(Entry { name, known })
    }

    fn limits(&mut self, value: Spanned<DeValue<'a>>) -> Limits {
        let place = value.span();
        let Some(raw) = self.value::<RawLimits>("limits", value) else { return Limits::default() };
        let is_nought = raw.at_once == Some(0)
            || raw.requests_per_minute == Some(0)
            || raw.tokens_per_minute == Some(0)
            || raw.timeout_seconds == Some(0);
        if is_nought {
            self.bad("no-limit", Some(place), "a limit of 0 would let nothing through", "use --no-llm to ask no model");
        }
        Limits {
            at_once: raw.at_once.filter(|n| *n > 0),
            requests_per_minute: raw.requests_per_minute.filter(|n| *n > 0),
            tokens_per_minute: raw.tokens_per_minute.filter(|n| *n > 0),
            timeout: raw.timeout_seconds.filter(|n| *n > 0).map(Duration::from_secs),
        }
    }

    fn caps(&mut self, value: Spanned<DeValue<'a>>) -> Caps {
        let place = value.span();
        let mut caps = Caps::default();
        let DeValue::Table(table) = value.into_inner() else {
            self.bad(
                "wrong-type",
                Some(place),
                "`caps` is no table",
                "write [caps.review], [caps.change], [caps.author], [caps.repository] or [caps.day]",
            );
            return caps;
        };
        for (key, value) in table {
            let cap = match key.get_ref().as_ref() {
                "review" => &mut caps.review,
                "change" => &mut caps.change,
                "author" => &mut caps.author,
                "repository" => &mut caps.repository,
                "day" => &mut caps.day,
                other => {
                    let message = format!("`caps.{other}` is no cap");
                    self.bad("unknown-key", Some(key.span()), message, "use review, change, author, repository or day");
                    continue;
                }
            };
            let place = value.span();
            let Some(raw) = self.value::<RawCap>("cap", value) else { continue };
            let cost = raw.usd.map(MicroUsd::from_usd);
            if cost == Some(None) {
                self.bad("no-amount", Some(place), "`usd` is no amount", "give US dollars, 0 or more");
            }
            *cap = Cap { calls: raw.calls, tokens: raw.tokens, cost: cost.flatten() };
        }
        caps
    }

    fn value<T: DeserializeOwned>(&mut self, what: &str, value: Spanned<DeValue<'a>>) -> Option<T> {
        let place = value.span();
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(read) => Some(read),
            Err(error) => {
                let message = format!("`{what}` cannot be read: {}", one_line(error.message()));
                let at = error.span().filter(|span| span.end > 0).unwrap_or(place);
                self.bad("wrong-value", Some(at), message, "mend it, or take it out");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_program_is_sound_and_dated() {
        let (catalogue, problems) = Catalogue::builtin();
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(catalogue.prices_as_of.len(), "2026-06-21".len());
        for (model, expected) in [
            ("gpt-4o", Some(2_500_000)),
            ("gpt-4o-mini", Some(150_000)),
            ("GPT-4o-mini-2024-07-18", Some(150_000)),
            ("gpt-5-mini", Some(250_000)),
            // A name that only begins alike is another model.
            ("gpt-5-pro", None),
            ("llama3.2:1b", None),
            ("", None),
        ] {
            assert_eq!(catalogue.known(model).price.map(|price| price.input.0), expected, "{model}");
        }
        assert!(catalogue.known("gpt-5").no_temperature && !catalogue.known("gpt-4.1").no_temperature);
    }

    #[test]
    fn the_operators_file_goes_first() {
        let text = "[[model]]\nname = 'gpt-*'\ninput = 1\noutput = 2\n[[model]]\nname = 'gpt-4o-m*'\ncontext = 8000\n\
                    [limits]\nat-once = 5\n[caps.day]\nusd = 0.5\n";
        let (catalogue, problems) = Catalogue::builtin().0.with("own.toml", text);
        assert!(problems.is_empty(), "{problems:?}");
        let wide = catalogue.known("gpt-4.1").price.unwrap();
        assert_eq!((wide.input.0, wide.cached.0, wide.output.0), (1_000_000, 1_000_000, 2_000_000));
        let narrow = catalogue.known("gpt-4o-mini");
        assert_eq!((narrow.price, narrow.context), (None, Some(8000)), "the longest of the operator's own counts");
        assert_eq!(catalogue.limits.at_once, Some(5));
        assert_eq!(catalogue.caps.day.cost, Some(MicroUsd(500_000)));
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*", "", true),
            ("*b", "aab", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn every_mistake_is_named_with_its_line_and_takes_nothing_sound_with_it() {
        let text = "modl = 1\n[[model]]\nname = 'a'\ninput = -1\noutput = 2\n[[model]]\nname = 'b'\ninput = 1\n\
                    [[model]]\nname = 'c'\ninput = 1\noutput = 1\n[[model]]\nname = 'C'\n[[model]]\nnam = 'd'\n\
                    [limits]\nat-once = 0\n[caps.day]\nusd = nan\ntokens = 7\n[caps.week]\nusd = 1\n[caps.review]\ntokens = 'x'\n";
        let (catalogue, problems) = Catalogue::default().with("own.toml", text);
        let told: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.line.unwrap_or(0))).collect();
        for expected in [
            ("unknown-key", 1),
            ("no-amount", 2),
            ("half-a-price", 6),
            ("duplicate-name", 13),
            ("wrong-value", 16),
            ("no-limit", 17),
            ("no-amount", 19),
            ("unknown-key", 22),
            ("wrong-value", 25),
        ] {
            assert!(told.contains(&expected), "{expected:?} is missing: {problems:#?}");
        }
        assert_eq!(told.len(), 9, "{problems:#?}");
        assert!(catalogue.known("c").price.is_some() && catalogue.known("a") == Known::default());
        assert_eq!(catalogue.caps.day, Cap { tokens: Some(7), ..Cap::default() });
        let (_, problems) = Catalogue::default().with("own.toml", "[[model]\nname = ");
        assert!(!problems.is_empty());
    }
}
