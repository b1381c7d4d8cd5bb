//! Names of what other tools find: `vale/Google.Passive`. No rule of the house has a slash, so the two never meet.

/// Longest name of a tool, in characters.
const TOOL: usize = 40;
/// Longest name of one of its rules.
const ID: usize = 80;

/// The rule `id` of `tool` as one word that can be waived, switched off and shown anywhere: letters, digits, `.`, `_`, `-` and `/`.
#[must_use]
pub fn tool_rule(tool: &str, id: &str) -> String {
    let tool = word(&tool.to_lowercase().replace('/', "-"), TOOL, "tool");
    format!("{tool}/{}", word(id, ID, "finding"))
}

/// The tool of a rule that another tool has; none for a rule of the house.
#[must_use]
pub fn tool_of(rule: &str) -> Option<&str> {
    let (tool, id) = rule.split_once('/')?;
    let is_sound = |text: &str| !text.is_empty() && text.chars().all(is_of_word);
    (is_sound(tool) && is_sound(id) && !id.starts_with('/') && !id.ends_with('/')).then_some(tool)
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/')
}

/// `text` in the letters of such a name; `instead` where nothing of it is left.
fn word(text: &str, most: usize, instead: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(4 * most) {
        let c = if is_of_word(c) { c } else { '-' };
        if !(matches!(c, '-' | '/') && (out.is_empty() || out.ends_with(['-', '/']))) {
            out.push(c);
        }
    }
    out.truncate(most);
    let word = out.trim_end_matches(['-', '/', '.']);
    if word.is_empty() { instead.to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_tools_are_plain_words() {
        for (tool, id, name) in [
            ("Vale", "Google.Passive", "vale/Google.Passive"),
            ("markdownlint", "MD013/line-length", "markdownlint/MD013/line-length"),
            ("ESLint (web)", "@typescript-eslint/no-any", "eslint-web/typescript-eslint/no-any"),
            ("a/b", "x:y", "a-b/x-y"),
            ("", "", "tool/finding"),
            ("\u{202e}", "<!-- -->", "tool/finding"),
            ("x", "//..//", "x/finding"),
        ] {
            assert_eq!(tool_rule(tool, id), name);
            assert_eq!(tool_of(name), name.split('/').next());
        }
    }

    #[test]
    fn rules_of_the_house_are_of_no_tool() {
        for rule in ["MET-003", "VER-001:data", "MR1", "/x", "x/", "x//y", "a/b c", "<a/b>", ""] {
            assert_eq!(tool_of(rule), None, "{rule}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_tool_is_called_its_rules_have_a_name(tool in ".{0,60}", id in ".{0,200}") {
            let name = tool_rule(&tool, &id);
            prop_assert!(tool_of(&name).is_some(), "{}", name);
            prop_assert!(name.len() <= TOOL + ID + 1);
            prop_assert_eq!(tool_rule(name.split_once('/').unwrap().0, name.split_once('/').unwrap().1), name);
        }
    }
}
