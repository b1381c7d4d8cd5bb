//! Names of checks as people write them: `MON-002`, or one part of it, `MON-002:data`. Knows no rule.

use std::fmt;

use crate::finding::tool_of;

/// A rule, perhaps one part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleKey {
    /// Code of the rule.
    pub code: String,
    /// The part; `None` is the whole rule.
    pub part: Option<String>,
}

impl RuleKey {
    /// Reads `MON-002` or `MON-002:data`, whatever the case; a rule of another tool (`vale/Google.Passive`) stays as it is written.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if tool_of(text.trim()).is_some() {
            return Self { code: text.trim().to_owned(), part: None };
        }
        match text.trim().split_once(':') {
            Some((code, part)) => Self { code: code.trim().to_uppercase(), part: Some(part.trim().to_lowercase()) },
            None => Self { code: text.trim().to_uppercase(), part: None },
        }
    }

    /// The name of a check, or of what a finding speaks of.
    #[must_use]
    pub fn of(code: &str, part: Option<&str>) -> Self {
        Self { code: code.to_owned(), part: part.map(str::to_owned) }
    }

    /// True when it names the rule as a whole, or exactly this part.
    #[must_use]
    pub fn covers(&self, code: &str, part: Option<&str>) -> bool {
        self.code.eq_ignore_ascii_case(code) && (self.part.is_none() || self.part.as_deref() == part)
    }
}

impl fmt::Display for RuleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some(part) => f.pad(&format!("{}:{part}", self.code)),
            None => f.pad(&self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_rule_covers_its_parts_and_a_part_only_itself() {
        let (whole, data) = (RuleKey::parse("mon-002"), RuleKey::parse(" MON-002 : Data "));
        assert_eq!((whole.to_string(), data.to_string()), ("MON-002".into(), "MON-002:data".into()));
        for (part, by_whole, by_data) in [(None, true, false), (Some("data"), true, true), (Some("model"), true, false)]
        {
            assert_eq!((whole.covers("MON-002", part), data.covers("MON-002", part)), (by_whole, by_data), "{part:?}");
        }
        assert!(!whole.covers("MON-001", None));
        assert_eq!(RuleKey::of("MON-002", Some("data")), data);
        let of_tool = RuleKey::parse(" vale/Google.We ");
        assert_eq!(of_tool.to_string(), "vale/Google.We");
        assert!(of_tool.covers("vale/google.we", None) && !of_tool.covers("vale/Google.Will", None));
    }
}
