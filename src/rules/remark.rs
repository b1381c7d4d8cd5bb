//! Remarks of the program on its own instructions in a document: they have codes, as rules have, and no page. Finds nothing.

use std::fmt::Write as _;

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
}

/// The family of remarks, in words.
pub const REMARK_FAMILY: &str = "Waivers";

/// An instruction of the document that is not understood, or that names no rule.
pub const UNKNOWN: Remark = Remark {
    code: "REV-001",
    name: "instruction-not-understood",
    about: "A comment `<!-- specreview: … -->` that is not understood, that names no rule, or whose end date is no date.",
    why: "An instruction that is not understood changes nothing, although its author thinks it does.",
};

/// A waiver in the document that has nothing to waive.
pub const UNUSED: Remark = Remark {
    code: "REV-002",
    name: "waiver-without-effect",
    about: "A waiver in the document whose rule has nothing to say there.",
    why: "A waiver that is no longer needed would hide the item when it goes missing again.",
};

/// Every remark, in order of code.
pub const REMARKS: &[Remark] = &[UNKNOWN, UNUSED];

impl Remark {
    /// The remark as plain text, as [`super::Rule::explain`] shows a rule.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} {}\n{REMARK_FAMILY} · info · confidence high\n", self.code, self.name);
        let _ = writeln!(out, "{}\n\nWhy\n{}\n\n{}{}", self.about, self.why, super::DOCS, super::WAIVER_GUIDE);
        out
    }
}
