//! A rule that can run, and the set of them. What a rule says about a flaw; never how a document is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check::{Answer, Check, Flaw, one_less};
use super::page::Page;
use super::words::Phrases;
use super::{Applies, Pack, RawItem, RawRisk, RuleKey, Tally, message};
use crate::document::{Document, Mark, SectionId};
use crate::facts::{Lexicon, Profile};
use crate::finding::{Confidence, Severity};

/// A rule that can run.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it looks for, in two or three words ("baseline").
    pub item: String,
    /// Pack.
    pub pack: String,
    /// Its page lies in the repository that is reviewed.
    pub is_own: bool,
    /// Rules that ask for the same: what one of them finds is enough, and what it complains of is not said twice.
    pub satisfied_by: Vec<RuleKey>,
    /// Rules that speak for it where they complain.
    pub yields_to: Vec<RuleKey>,
    /// How many rules it rests on, one behind the other.
    pub(super) rank: u32,
    /// Family.
    pub family: String,
    /// Worst severity.
    pub severity: Severity,
    /// Confidence.
    pub confidence: Confidence,
    /// Version it came with.
    pub since: String,
    /// When it applies.
    pub applies: Applies,
    /// Requirements it stands for.
    pub source: Vec<String>,
    /// Parts, each with its own state; empty for a rule without parts.
    pub parts: Vec<String>,
    /// Sentence for the state "absent".
    pub message: String,
    /// Sentence for the state "mentioned".
    pub mentioned: String,
    /// Sentences for the other cases of its check.
    pub cases: BTreeMap<String, String>,
    /// Why it matters.
    pub why: String,
    /// Text to paste.
    pub skeleton: Option<String>,
    /// One severity step less unless the document has one of these traits.
    pub lower_unless: Vec<String>,
    /// Heading of a section that is written for its family; none where rules of the family only compare what others state.
    pub section_title: Option<String>,
    /// Words of headings below which the missing text would stand, the best first.
    pub(super) homes: Vec<Phrases>,
    /// Address of its page; empty for rules of a user.
    pub docs: String,
    /// How it looks.
    pub check: Arc<dyn Check>,
    /// The whole page, for `rules explain`.
    pub page: Page,
    /// What was measured about it, by part; the empty part is the rule itself.
    pub measured: BTreeMap<String, Tally>,
    /// Parts that cried wolf too often where they were measured, the empty one for the whole rule: what they report is advice.
    pub demoted: BTreeSet<String>,
}

impl Rule {
    /// Severity of a flaw of one part (of the rule itself: none) in a document of this profile, before settings.
    #[must_use]
    pub fn severity_of(&self, part: Option<&str>, flaw: &Flaw, profile: &Profile) -> Severity {
        if self.is_demoted(part.unwrap_or_default()) { Severity::Info } else { self.severity_by_page(flaw, profile) }
    }

    /// The same as the page has it, whatever was measured: its examples are judged by this.
    pub(super) fn severity_by_page(&self, flaw: &Flaw, profile: &Profile) -> Severity {
        let mut most = self.severity;
        if !self.lower_unless.is_empty() && !self.lower_unless.iter().any(|name| profile.traits.contains(name)) {
            most = one_less(most);
        }
        let severity = flaw.severity.map_or(most, |severity| severity.min(most));
        if self.applies.is_early(profile) { one_less(severity) } else { severity }
    }

    /// What it asks for: the first paragraph of its page.
    #[must_use]
    pub fn asks(&self) -> String {
        let words = self.page.body.lines().skip_while(|line| line.trim().is_empty() || line.starts_with('#'));
        let lines: Vec<&str> = words.take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
        lines.join(" ")
    }

    /// The section that would hold what is missing, judged by its heading.
    #[must_use]
    pub fn home(&self, document: &Document) -> Option<SectionId> {
        let fits = |words: &Phrases| {
            let mut sections = document.sections.iter();
            sections.position(|section| {
                section.level > 1 && section.mark == Mark::Content && words.first_in(&section.title).is_some()
            })
        };
        self.homes.iter().find_map(fits)
    }

    /// What a flaw says, in words.
    #[must_use]
    pub fn words_of(&self, answer: &Answer, flaw: &Flaw) -> String {
        let elsewhere = |but: &str| {
            let item = &self.item;
            format!("The text leaves this ({item}) to {{deferred_to}}, which {but}; state the essential part here.")
        };
        let (unread, unkept) = (elsewhere("was not read"), elsewhere("does not state it"));
        let template = match flaw.case {
            "" => &self.message,
            "mentioned" => &self.mentioned,
            case => self.cases.get(case).unwrap_or(match case {
                "vague" | "elsewhere" => &self.mentioned,
                "deferred" => &unread,
                "unkept" => &unkept,
                _ => &self.message,
            }),
        };
        let mut values: Vec<(&str, &str)> = flaw.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if let Some(part) = &answer.part {
            values.push(("part", part));
        }
        if let Some(place) = &flaw.place {
            values.push(("quote", &place.evidence.quote));
        }
        message::fill(template, &values)
    }
}

/// A concept page with its examples.
#[derive(Debug, Clone)]
pub struct ConceptPage {
    /// Id of the concept.
    pub concept: String,
    /// The page.
    pub page: Page,
}

/// Compiled rules with the words they read with.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// In order of code.
    pub rules: Vec<Rule>,
    /// Pages of the concepts, in order of path.
    pub concepts: Vec<ConceptPage>,
    /// Concepts, metrics, tasks, signals.
    pub lexicon: Lexicon,
    /// Packs, in order of name.
    pub packs: Vec<Pack>,
    /// Risk table.
    pub risks: Vec<RawRisk>,
    /// Names of labelled items and their rules.
    pub items: Vec<RawItem>,
    /// 16 hexadecimal digits over all sources.
    pub hash: String,
}

impl RuleSet {
    /// A rule by code, whatever its case.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
    }

    /// Every code that a finding of the program can have: rules, and remarks on instructions.
    pub fn codes(&self) -> impl Iterator<Item = &str> + Clone {
        let remarks = super::REMARKS.iter().map(|remark| remark.code);
        self.rules.iter().map(|rule| rule.code.as_str()).chain(remarks)
    }

    /// A code for a page of one's own that no rule has yet: `OWN-001`, `OWN-002`, …
    #[must_use]
    pub fn free_code(&self) -> String {
        let numbers = self.rules.iter().filter_map(|rule| rule.code.strip_prefix("OWN-")?.parse::<u32>().ok());
        format!("OWN-{:03}", numbers.max().map_or(1, |last| last.saturating_add(1)))
    }

    /// A rule or a remark as plain text for a terminal, by its code (perhaps with a part, as reviews name it) or its name.
    #[must_use]
    pub fn explain(&self, code: &str) -> Option<String> {
        let code = RuleKey::parse(code).code;
        let named = || self.rules.iter().find(|rule| rule.name.eq_ignore_ascii_case(&code));
        let remark = || super::REMARKS.iter().find(|remark| remark.code.eq_ignore_ascii_case(&code));
        self.get(&code).or_else(named).map(Rule::explain).or_else(|| remark().map(super::Remark::explain))
    }
}
