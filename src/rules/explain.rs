//! A rule page as plain text for a terminal, and an empty page to begin with.

use std::fmt::Write as _;

use super::{Part, Rule, RuleKey};

impl Rule {
    /// The page as plain text: what the rule asks, why, what to write, and its examples.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut out = format!("{} {}\n", self.code, self.name);
        for (what, value) in self.facts() {
            line(&mut out, &format!("{what}: {value}"));
        }
        out.push_str(&self.measured_words());
        out.push('\n');
        for part in self.page.parts() {
            match part {
                Part::Line(text) => line(&mut out, text.trim_start_matches('#').trim_start()),
                Part::Fence { info, inside, .. } => {
                    let words: Vec<&str> = info.split_whitespace().skip(1).collect();
                    let words = if words.is_empty() { "text".to_owned() } else { words.join(" ") };
                    line(&mut out, &format!("  [{words}]"));
                    for text in inside {
                        line(&mut out, &format!("  {text}"));
                    }
                }
            }
        }
        if !self.docs.is_empty() {
            line(&mut out, "");
            line(&mut out, &self.docs);
        }
        out
    }

    /// What the front matter says for a reader beside code and name: what, and its words.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let keys = |keys: &[RuleKey]| keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut facts = vec![
            ("pack", self.pack.clone()),
            ("family", self.family.clone()),
            ("worst severity", self.worst().to_string()),
            ("confidence", self.confidence.to_string()),
            ("since", self.since.clone()),
            ("parts", self.parts.join(", ")),
            ("applies to", self.applies.words().unwrap_or_default()),
            ("satisfied by", keys(&self.satisfied_by)),
            ("yields to", keys(&self.yields_to)),
            ("maps to", keys(self.check.rests_on())),
        ];
        facts.extend(self.source.iter().map(|source| ("stands for", source.clone())));
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }
}

impl super::Applies {
    /// When it applies, in words; `None` for "always".
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let mut pieces = Vec::new();
        if !self.any.is_empty() {
            pieces.push(self.any.join(" or "));
        }
        if !self.all.is_empty() {
            pieces.push(self.all.join(" and "));
        }
        if !self.none.is_empty() {
            pieces.push(format!("not {}", self.none.join(", not ")));
        }
        if self.production_only {
            pieces.push("one step milder for a brief".to_owned());
        }
        (!pieces.is_empty()).then(|| pieces.join("; "))
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}

/// A page to begin with: it loads once the author has replaced the examples. `name` in kebab-case.
#[must_use]
pub fn new_page(name: &str, code: &str) -> String {
    let title = name.replace('-', " ");
    let mut letters = title.chars();
    let title: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    format!(
        "---\n\
         code: {code}\n\
         name: {name}\n\
         item: data retention\n\
         pack: own\n\
         family: Own rules\n\
         severity: warning\n\
         confidence: medium\n\
         since: \"1\"\n\
         source: \"who asks for this, and where it is written\"\n\
         check:\n  \
           kind: section\n  \
           headings: [data retention, retention]\n  \
           words: 5\n\
         message: The specification has no section on data retention.\n\
         mentioned: The section \"{{title}}\" is empty.\n\
         ---\n\n\
         # {title}\n\n\
         What the rule asks for, in one or two sentences.\n\n\
         ## Why\n\n\
         What goes wrong where it is missing. The first paragraph is shown with every finding.\n\n\
         ## What to do\n\n\
         ```markdown skeleton\n\
         ## Data retention\n\n\
         ‹data› is kept for ‹period› and then ‹deleted by whom›.\n\
         ```\n\n\
         ## Examples\n\n\
         ```markdown bad\n\
         # Goal\n\n\
         We keep what we need.\n\
         ```\n\n\
         ```markdown good\n\
         # Data retention\n\n\
         Tickets are kept for 24 months and then deleted by the platform team.\n\
         ```\n"
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Source, test_sources};
    use super::*;

    #[test]
    fn a_new_page_loads_and_its_examples_behave() {
        let page = Source { path: "rules/own.md".into(), text: new_page("missing-data-retention", "OWN-001") };
        let report = test_sources(&[page]);
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(report.examples.len(), 2);
    }
}
