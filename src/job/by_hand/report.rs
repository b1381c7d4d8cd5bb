//! The report of a review by hand in all its forms, made once when the review is done. Judges nothing.

use serde::{Deserialize, Serialize};

use super::board::Told;
use crate::finding::{Finding, Severity, Source};
use crate::job::{Deps, catalogue, guide_of};
use crate::output::{Run, exit, html, json, markdown, sarif};
use crate::review::Gate;
use crate::review::render::words::tally::Tally;
use crate::store::{pack, unpack};

/// A report says what there is and fails nothing.
const GATE: Gate = Gate::NEVER;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Contract version 1.
    Json,
    /// The page.
    Html,
    /// SARIF 2.1.0.
    Sarif,
    /// Markdown.
    Markdown,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Html, Self::Json, Self::Sarif, Self::Markdown];

    /// The ending of its name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Sarif => "sarif",
            Self::Markdown => "md",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Sarif => "application/sarif+json",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }

    /// The form of a name with this ending.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.ending() == ending)
    }
}

/// All forms of one report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Forms {
    json: String,
    html: String,
    sarif: String,
    markdown: String,
    /// The phases that came before the report.
    #[serde(default)]
    told: Vec<Told>,
}

/// The phases of a review without a report, as they lie in the store.
pub(super) fn packed(told: &[Told]) -> String {
    pack(&serde_json::to_vec(told).unwrap_or_default())
}

/// The phases of a review without a report as `packed` packed them; none for anything else.
#[must_use]
pub fn told_before(text: &str) -> Vec<Told> {
    unpack(text).and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

impl Forms {
    /// Renders a run, which had these phases.
    #[must_use]
    pub fn of(deps: &Deps, run: &Run, told: Vec<Told>) -> Self {
        let catalogue = catalogue(&deps.rules);
        Self {
            json: json::render(run, &catalogue),
            html: html::render(run, &catalogue, GATE),
            sarif: sarif::render(run, &catalogue, &guide_of(run, &deps.rules), exit(run, GATE)),
            markdown: markdown::render(run, &catalogue, GATE, usize::MAX),
            told,
        }
    }

    /// The phases that came before the report; none in reports of former versions.
    #[must_use]
    pub fn told(&self) -> &[Told] {
        &self.told
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, form: Form) -> &str {
        match form {
            Form::Json => &self.json,
            Form::Html => &self.html,
            Form::Sarif => &self.sarif,
            Form::Markdown => &self.markdown,
        }
    }

    /// As it lies in the store.
    #[must_use]
    pub fn packed(&self) -> String {
        pack(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// What [`Forms::packed`] packed; none for anything else.
    #[must_use]
    pub fn unpacked(text: &str) -> Option<Self> {
        serde_json::from_slice(&unpack(text)?).ok()
    }
}

/// What a review comes to, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A rule found an error.
    Errors,
    /// Nothing worse than a warning.
    Warnings,
    /// Nothing worse than a note.
    Notes,
    /// Nothing at all.
    Clean,
    /// The document is no specification of an AI project.
    None,
}

impl Verdict {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [Self::Errors, Self::Warnings, Self::Notes, Self::Clean, Self::None];

    /// The word in the store, in addresses and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Warnings => "warnings",
            Self::Notes => "notes",
            Self::Clean => "clean",
            Self::None => "none",
        }
    }

    /// The verdict of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    /// What a run comes to. A model adds findings up to warnings; errors are of the rules alone.
    #[must_use]
    pub fn of(run: &Run) -> (Self, Tally) {
        let specs = || run.reviewed().filter(|reviewed| reviewed.is_spec());
        let tally = Tally::of(specs().flat_map(crate::review::Reviewed::news));
        let is_error = |finding: &Finding| finding.severity == Severity::Error && finding.source == Source::Rule;
        let verdict = if specs().next().is_none() {
            Self::None
        } else if run.introduced().any(is_error) {
            Self::Errors
        } else if tally.errors + tally.warnings > 0 {
            Self::Warnings
        } else if tally.notes > 0 {
            Self::Notes
        } else {
            Self::Clean
        };
        (verdict, tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::of_word(verdict.word()), Some(verdict));
        }
        for form in Form::ALL {
            assert_eq!(Form::of_ending(form.ending()), Some(form));
        }
    }

    #[test]
    fn forms_come_back_as_they_were_and_nothing_else_does() {
        let deps = crate::job::testing::deps();
        let told = vec![Told { at: 5, phase: crate::job::by_hand::Phase::Fetched { bytes: 7 } }];
        let forms = Forms::of(&deps, &Run::new("1", "r"), told.clone());
        let back = Forms::unpacked(&forms.packed()).unwrap();
        for form in Form::ALL {
            assert!(!forms.get(form).is_empty() && forms.get(form) == back.get(form));
        }
        assert_eq!(back.told(), told);
        assert_eq!(told_before(&packed(&told)), told);
        assert!(told_before("").is_empty());
        assert!(Forms::unpacked("").is_none() && Forms::unpacked(&pack(b"{}")).is_none());
    }
}
