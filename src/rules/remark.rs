//! Remarks that are no rules of the checklist: on instructions to this program, and on text that hides. They have codes, as rules
//! have, and no page. Finds nothing.

use std::fmt::Write as _;

use crate::finding::{Confidence, Severity};

/// A remark that is no rule of the checklist.
#[derive(Debug, PartialEq, Eq)]
pub struct Remark {
    /// Code, used as the code of a rule is: it can be switched off, set to another severity, and explained.
    pub code: &'static str,
    /// What is wrong, in kebab-case.
    pub name: &'static str,
    /// What sets it off.
    pub about: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Its family, in words.
    pub family: &'static str,
    /// How much it weighs, where no configuration says otherwise.
    pub severity: Severity,
    /// How sure it is; where that goes by the case, the surest first.
    pub confidence: &'static [Confidence],
    /// Where it is documented: a path of the repository.
    pub guide: &'static str,
}

/// An instruction of the document that is not understood, or that names no rule.
pub const UNKNOWN: Remark = Remark {
    code: "REV-001",
    name: "instruction-not-understood",
    about: "A comment `<!-- specreview: … -->` that is not understood, that names no rule, or whose end date is no date.",
    why: "An instruction that is not understood changes nothing, although its author thinks it does.",
    family: "Waivers",
    severity: Severity::Info,
    confidence: &[Confidence::High],
    guide: super::WAIVER_GUIDE,
};

/// A waiver in the document that has nothing to waive.
pub const UNUSED: Remark = Remark {
    code: crate::finding::UNUSED_WAIVER,
    name: "waiver-without-effect",
    about: "A waiver in the document whose rule has nothing to say there.",
    why: "A waiver that is no longer needed would hide the item when it goes missing again.",
    family: "Waivers",
    severity: Severity::Info,
    confidence: &[Confidence::High],
    guide: super::WAIVER_GUIDE,
};

/// Text that a reader does not see and that is meant for a machine, or hidden on purpose.
pub const HIDDEN: Remark = Remark {
    code: crate::finding::HIDDEN_TEXT,
    name: "hidden-text",
    about: "Words in markup that shows nothing, characters without width that carry text, or a comment, picture text, link title \
            or attribute that gives orders to a machine.",
    why: "People approve what they see. Text that only a machine reads can steer it, and a reviewer cannot object to it.",
    family: "Hidden text",
    severity: Severity::Warning,
    confidence: &[Confidence::High, Confidence::Medium],
    guide: "docs/critique.md#hidden-text",
};

/// A commitment that a change loosens without saying why.
pub const LOOSENED: Remark = Remark {
    code: crate::finding::LOOSENED,
    name: "loosened-commitment",
    about: "A change lowers a target, moves a date back, weakens a word that binds (MUST to SHOULD), or takes away an owner, and neither \
            the sentence nor those right before and after it say why, or who decided it. Only changes have it: it needs both versions.",
    why: "A promise that is lowered quietly is missed when it is too late. Who approves the change should see why it asks for less.",
    family: "Commitments",
    severity: Severity::Warning,
    confidence: &[Confidence::Medium],
    guide: "docs/commitments.md#loosened-commitment",
};

/// Every remark, in order of code.
pub const REMARKS: &[Remark] = &[LOOSENED, HIDDEN, UNKNOWN, UNUSED];

impl Remark {
    /// Severity and confidence, in words.
    #[must_use]
    pub fn level(&self) -> String {
        let confidence: Vec<String> = self.confidence.iter().map(ToString::to_string).collect();
        format!("{} · confidence {}", self.severity, confidence.join(" or "))
    }

    /// The remark as plain text, as [`super::Rule::explain`] shows a rule.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} {}\n{} · {}\n", self.code, self.name, self.family, self.level());
        let _ = writeln!(out, "{}\n\nWhy\n{}\n\n{}{}", self.about, self.why, super::DOCS, self.guide);
        out
    }
}
