//! Everything that the engine says of some files, one line of JSON each: two versions that say the same print the same.

use specreview::document::Document;
use specreview::engine::{Settings, assess_with_facts};
use specreview::rules::RuleSet;

pub(crate) fn print(rules: &RuleSet, paths: &[String]) {
    for path in paths {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let document = Document::read(path, &text);
        for is_spec in [false, true] {
            let settings = Settings { is_spec, ..Settings::default() };
            let (found, facts) = assess_with_facts(&document, rules, &settings);
            let line = serde_json::json!({
                "path": path,
                "checks": found.checks,
                "findings": found.findings,
                "risks": found.risks,
                "facts": format!("{facts:?}"),
                "limits": found.limits,
            });
            println!("{line}");
        }
    }
}
