//! Generated files equal the code they come from. `UPDATE=1 cargo test --test fresh` writes them anew.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::expect_used, clippy::indexing_slicing)] // A test on files.

use std::path::Path;

/// Compares the file `path` with `text`, or writes it when `UPDATE` is set.
fn fresh(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, text).expect("the file can be written");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == text, "{path} is stale: run `UPDATE=1 cargo test --test fresh` and commit the file");
}

#[test]
fn the_schema_of_the_configuration_is_fresh() {
    let schema = serde_json::to_string_pretty(&specreview::config::schema()).expect("a schema is JSON");
    fresh("docs/specreview.schema.json", &format!("{schema}\n"));
}

/// A key that nobody documented is a key that nobody finds.
#[test]
fn every_key_of_the_configuration_is_documented() {
    let page = include_str!("../docs/configuration.md");
    let schema = specreview::config::schema();
    let sections = schema["$defs"].as_object().expect("the schema has definitions");
    let keys = sections.values().filter_map(|section| section["properties"].as_object()).flat_map(|keys| keys.keys());
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "docs/configuration.md does not explain `{key}`");
    }
}

/// The example of the page is read as it stands there.
#[test]
fn the_example_of_the_configuration_page_is_sound() {
    let page = include_str!("../docs/configuration.md");
    let example =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page has an example");
    let rules = specreview::rules::builtin().0.rules;
    let codes = rules.iter().map(|rule| rule.code.clone()).collect();
    let known = specreview::config::Known { codes, packs: rules.into_iter().map(|rule| rule.pack).collect() };
    let today = specreview::text::Date::parse("2026-01-01").expect("a day");
    let layer = specreview::config::parse(".specreview.toml", Ok(example), &known);
    let all = specreview::config::Effective::of(None, Some(layer), today);
    assert_eq!(all.problems, []);
    assert_ne!(all.config, specreview::config::Config::default());
}

/// A question that reads a concept nobody defines would take every absence for granted.
#[test]
fn every_concept_and_rule_that_a_question_names_exists() {
    let (rules, _) = specreview::rules::builtin();
    let known: Vec<&str> = rules.lexicon.concepts().iter().map(|(_, concept)| concept.concept.as_str()).collect();
    for question in specreview::critique::builtin().0.questions {
        for concept in question.inputs.iter().chain(&question.rubric.absence) {
            assert!(known.contains(&concept.as_str()), "{}: no concept `{concept}` among {known:?}", question.id);
        }
        for code in &question.rubric.repeats {
            assert!(rules.rules.iter().any(|rule| rule.code == *code), "{}: no rule {code}", question.id);
        }
    }
}

/// The catalogue falls back on names of its own: they are those of the pages.
#[test]
fn families_have_one_name_and_one_order() {
    let (rules, _) = specreview::rules::builtin();
    let fallback = specreview::review::Catalogue::default();
    for rule in rules.rules.iter().filter(|rule| rule.pack == "core") {
        assert_eq!(fallback.family(&rule.code), rule.family, "{}", rule.code);
    }
}

/// README shows what its first command prints: the verdict, the checklist, the first two findings, and the end.
#[test]
#[cfg(feature = "service")]
fn the_readme_shows_a_real_review() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_specreview"));
    let done = command.args(["review", "docs/examples/parcel-damage.md"]).current_dir(root).env_clear().output();
    let printed = String::from_utf8(done.expect("the program runs").stdout).expect("the report is text");
    let blocks: Vec<&str> = printed.trim_end().split("\n\n").collect();
    let (end, rest) = (blocks.iter().position(|block| block.starts_with("Numbers read")), "[…]");
    let shown = [blocks.get(..4).expect("two findings"), &[rest][..], &blocks[end.expect("numbers were read")..]];
    let shown = shown.concat().join("\n\n");

    let readme = std::fs::read_to_string(root.join("README.md")).expect("there is a README").replace("\r\n", "\n");
    let (head, tail) = readme.split_once("<!-- review:begin -->\n").expect("the README has a place for the review");
    let (_, tail) = tail.split_once("<!-- review:end -->").expect("the place has an end");
    fresh("README.md", &format!("{head}<!-- review:begin -->\n```text\n{shown}\n```\n<!-- review:end -->{tail}"));
}

/// The words that tie a passage to no project: every word of four letters and more that a tenth of the specifications use that the
/// recogniser learns from. `UPDATE=1` writes them anew.
#[test]
fn common_words_are_those_of_the_specifications_at_hand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let mut papers = 0;
    let mut open = vec![root.join("tests/corpus/learnt")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() && !entry.ends_with("others") {
                open.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "md") {
                let text = std::fs::read_to_string(&entry).expect("a text").to_lowercase();
                let words = text.split(|c: char| !c.is_ascii_lowercase()).filter(|word| word.len() >= 4);
                let words: std::collections::BTreeSet<&str> = words.map(|word| word.trim_end_matches('s')).collect();
                papers += 1;
                for word in words.into_iter().filter(|word| word.len() >= 3) {
                    *count.entry(word.to_owned()).or_default() += 1;
                }
            }
        }
    }
    let common: Vec<&str> = count.iter().filter(|(_, n)| **n * 10 >= papers).map(|(word, _)| word.as_str()).collect();
    let file = root.join("prompts/common.txt");
    if std::env::var_os("UPDATE").is_some() {
        let mut text = String::new();
        let mut width = 0;
        for word in &common {
            let fits = width > 0 && width + word.len() < 118;
            width = if fits { width + word.len() + 1 } else { word.len() };
            text.push_str(if text.is_empty() {
                ""
            } else if fits {
                " "
            } else {
                "\n"
            });
            text.push_str(word);
        }
        std::fs::write(&file, text + "\n").expect("the file is written");
    }
    let kept = std::fs::read_to_string(&file).expect("the file is there");
    assert_eq!(kept.split_whitespace().collect::<Vec<_>>(), common, "run `UPDATE=1 cargo test --test fresh`");
}
