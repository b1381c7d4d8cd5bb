//! What the front matter of a rule page says: read with every mistake reported, not yet checked against the lexicon.

use super::check::{self, Kind};
use super::fields::{Faults, Fields, Word};
use super::message;
use super::nearest::advice;
use crate::facts::{Profile, Stage};
use crate::finding::{Confidence, Severity};

/// Front matter of a rule page.
#[derive(Debug, Clone)]
pub(super) struct RawRule {
    /// `MET-003`: never changes, never reused.
    pub(super) code: Word,
    /// Kebab-case name of the flaw; reads well after "allow".
    pub(super) name: Word,
    /// `core` or the name of another pack.
    pub(super) pack: String,
    /// Rules that ask for the same thing.
    pub(super) satisfied_by: Vec<Word>,
    /// Rules that may complain of the same lines.
    pub(super) yields_to: Vec<Word>,
    /// What the rule looks for, in two or three words ("baseline"): what the checklist shows.
    pub(super) item: Option<String>,
    /// Family in words ("Metrics"); rules of one family are grouped for the reader.
    pub(super) family: String,
    /// Worst severity it reports.
    pub(super) severity: Severity,
    /// How sure it is.
    pub(super) confidence: Confidence,
    /// Version it came with.
    pub(super) since: String,
    /// When it applies; always, for specifications, where nothing is said.
    pub(super) applies: Applies,
    /// Names of traits in `applies`, with their places.
    pub(super) trait_words: Vec<Word>,
    /// The requirement it stands for.
    pub(super) source: Vec<String>,
    /// Sentence per case: empty name for "absent", then `mentioned` and the cases of the check.
    pub(super) messages: Vec<(String, String)>,
    /// One severity step less unless the document has one of these traits.
    pub(super) lower_unless: Vec<String>,
    /// Words of headings below which the missing text would stand.
    pub(super) sections: Vec<String>,
}

/// Which profiles a rule or a risk applies to. Empty lists mean "any".
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Applies {
    /// At least one of these traits ([`crate::facts::Profile::traits`]).
    pub any: Vec<String>,
    /// All of these traits.
    pub all: Vec<String>,
    /// None of these traits.
    pub none: Vec<String>,
    /// Drops one severity step while the document is only a brief. Rules alone have severities: no key of a table.
    #[serde(skip)]
    pub production_only: bool,
}

impl Applies {
    /// Why the rule does not apply to `profile`; `None` when it does.
    #[must_use]
    pub fn excuse(&self, profile: &Profile) -> Option<String> {
        let has = |name: &String| profile.traits.contains(name);
        if let Some(name) = self.none.iter().find(|name| has(name)) {
            return Some(format!("does not apply to documents that are {name}"));
        }
        if let Some(name) = self.all.iter().find(|name| !has(name)) {
            return Some(format!("applies only to documents that are {name}"));
        }
        if self.any.is_empty() || self.any.iter().any(has) {
            return None;
        }
        Some(format!("applies only to documents that are {}", self.any.join(" or ")))
    }

    /// True when findings lose a step for this profile because it is only a brief.
    #[must_use]
    pub fn is_early(&self, profile: &Profile) -> bool {
        self.production_only && profile.stage == Stage::Brief
    }
}

const SEVERITIES: &[(&str, Severity)] =
    &[("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];
const CONFIDENCES: &[(&str, Confidence)] =
    &[("high", Confidence::High), ("medium", Confidence::Medium), ("low", Confidence::Low)];

/// Reads the front matter of a rule page; `None` when something that every rule needs is missing or malformed. The kind of
/// the check is returned beside it, since its own keys can only be read with the lexicon at hand.
pub(super) fn read(top: Fields<'_>) -> Option<(RawRule, &'static Kind, Fields<'_>)> {
    let faults = top.faults();
    let code = top.text("code", "for example `MET-003`").filter(|word| code_is_sound(word, faults));
    let name = top.text("name", "kebab-case name of the flaw, for example `missing-baseline`");
    let name = name.filter(|word| name_is_sound(word, faults));
    let item = top.optional_text("item");
    let pack = top.text("pack", "`core`, or the name of your pack");
    let family = top.text("family", "for example `Metrics`");
    for key in ["severity", "confidence"] {
        top.text(key, if key == "severity" { "error, warning or info" } else { "high, medium or low" });
    }
    let severity = top.choice("severity", SEVERITIES);
    let confidence = top.choice("confidence", CONFIDENCES);
    let since = top.text("since", "the version it came with, in quotes");
    let source = top.list("source");
    if source.is_empty() {
        let advice = "name the requirement that the rule stands for: publication and section";
        faults.report("missing-key", Some(top.spot()), "a rule page has no `source`", advice);
    }
    let message = top.text("message", "one sentence for the author: what is wrong");
    let mentioned = top.optional_text("mentioned");
    let (applies, trait_words) = read_applies(&top);
    let lower_unless = top.list("lower-unless");
    let sections = texts(&top.list("sections"));
    let satisfied_by = top.list("satisfied-by");
    let yields_to = top.list("yields-to");
    // The loader has read it: checks name what it defines.
    top.get("define");
    let check = top.table("check");
    if check.is_none() && top.get("check").is_none() {
        let advice = format!("add `check:` with `kind:` ({})", kind_names().join(", "));
        faults.report("missing-key", Some(top.spot()), "a rule page has no `check`", advice);
    }
    let found = check.and_then(|check| kind_of(&check).map(|kind| (kind, check)));
    let more = top.table("messages");
    let mut messages = Vec::new();
    if let Some((kind, _)) = &found {
        for (case, text) in [("", &message), ("mentioned", &mentioned)] {
            if let Some(text) = text {
                message::check(text, kind.variables, faults);
                messages.push((case.to_owned(), text.text.clone()));
            }
        }
        if let Some(more) = &more {
            read_cases(more, kind, &mut messages);
        }
    }
    top.finish();
    let (kind, check) = found?;
    let mut trait_words = trait_words;
    trait_words.extend(lower_unless.iter().cloned());
    message?;
    let rule = RawRule {
        code: code?,
        name: name?,
        item: item.map(|word| word.text),
        pack: pack?.text,
        family: family?.text,
        severity: severity?,
        confidence: confidence?,
        since: since?.text,
        applies,
        trait_words,
        source: texts(&source),
        messages,
        satisfied_by,
        yields_to,
        lower_unless: texts(&lower_unless),
        sections,
    };
    Some((rule, kind, check))
}

fn texts(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.text.clone()).collect()
}

fn read_applies(top: &Fields<'_>) -> (Applies, Vec<Word>) {
    let Some(fields) = top.table("applies") else { return (Applies::default(), Vec::new()) };
    let lists = ["any", "all", "none"].map(|key| fields.list(key));
    let production_only = fields.flag("production-only");
    fields.finish();
    let words = lists.iter().flatten().cloned().collect();
    let [any, all, none] = lists.map(|list| texts(&list));
    (Applies { any, all, none, production_only }, words)
}

fn read_cases(more: &Fields<'_>, kind: &Kind, messages: &mut Vec<(String, String)>) {
    for (case, node) in more.pairs() {
        if !kind.cases.contains(&case.text.as_str()) {
            let message = format!("the check `{}` has no case `{}`", kind.name, case.text);
            more.faults().report(
                "unknown-case",
                Some(case.spot),
                message,
                advice(&case.text, kind.cases.iter().copied()),
            );
            continue;
        }
        for text in more.words(&case.text, node) {
            message::check(&text, kind.variables, more.faults());
            messages.push((case.text.clone(), text.text));
        }
    }
}

fn kind_names() -> Vec<&'static str> {
    check::KINDS.iter().map(|kind| kind.name).collect()
}

fn kind_of(check: &Fields<'_>) -> Option<&'static Kind> {
    let word = check.text("kind", &format!("one of {}", kind_names().join(", ")))?;
    let found = check::KINDS.iter().find(|kind| kind.name == word.text);
    if found.is_none() {
        let message = format!("there is no kind of check called `{}`", word.text);
        check.faults().report("unknown-kind", Some(word.spot), message, advice(&word.text, kind_names()));
    }
    found
}

/// Two to eight capital letters, a hyphen, three digits.
fn code_is_sound(word: &Word, faults: &Faults<'_>) -> bool {
    let sound = word.text.split_once('-').is_some_and(|(letters, digits)| {
        (2..=8).contains(&letters.len())
            && letters.bytes().all(|byte| byte.is_ascii_uppercase())
            && digits.len() == 3
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !sound {
        let message = format!("`{}` is not a rule code", word.text);
        faults.report(
            "malformed-code",
            Some(word.spot),
            message,
            "capital letters, a hyphen and three digits: `ACME-001`",
        );
    }
    sound
}

fn name_is_sound(word: &Word, faults: &Faults<'_>) -> bool {
    let sound = word
        .text
        .split('-')
        .all(|piece| !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    if !sound {
        let message = format!("`{}` is not a rule name", word.text);
        faults.report("malformed-name", Some(word.spot), message, "small letters, digits and single hyphens");
    }
    sound
}
