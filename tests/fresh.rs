//! Generated files equal the code they come from. `UPDATE=1 cargo test --test fresh` writes them anew.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)] // A test on files.

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

/// What a value may be, in the words of the types.
fn value(schema: &serde_json::Value, property: &serde_json::Value) -> String {
    let named = |property: &serde_json::Value| {
        let name = property["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        name.map_or_else(|| property.clone(), |name| schema["$defs"][name].clone())
    };
    let property = named(property);
    let words = property["enum"].as_array().cloned();
    let consts = property["oneOf"].as_array();
    let consts = consts.map(|all| all.iter().map(|one| one["const"].clone()).collect::<Vec<_>>());
    if let Some(words) = words.or(consts) {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    match property["type"].as_str().expect("a value has a type") {
        "boolean" => "`true`, `false`".to_owned(),
        "integer" => format!("{} to {}", property["minimum"], property["maximum"]),
        "array" => format!("list of {}s", value(schema, &property["items"])),
        "object" => format!("table of code and {}", value(schema, &property["additionalProperties"])),
        other => other.to_owned(),
    }
}

/// The keys of every section, with what each may say, its default and what it means: as the types have it.
#[test]
fn the_page_of_the_configuration_lists_its_keys() {
    use std::fmt::Write as _;

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut page = std::fs::read_to_string(root.join("docs/configuration.md")).expect("a page").replace("\r\n", "\n");
    let schema = specreview::config::schema();
    for (name, section) in schema["properties"].as_object().expect("the schema has sections") {
        let path = section["$ref"].as_str().or_else(|| section["items"]["$ref"].as_str()).expect("a section is a type");
        let section = &schema["$defs"][path.trim_start_matches("#/$defs/")];
        let mut table = "| Key | Value | Default | Meaning |\n|---|---|---|---|\n".to_owned();
        for (key, property) in section["properties"].as_object().expect("a section has keys") {
            let text = property["description"].as_str().expect("a key is described").replace('\n', " ");
            let (meaning, default) = match text.split_once(" Default: ") {
                Some((meaning, default)) => (meaning, default.strip_suffix('.').expect("the default comes last")),
                None => panic!("{name}.{key} does not tell its default"),
            };
            let value = value(&schema, property);
            writeln!(table, "| `{key}` | {value} | {default} | {meaning} |").expect("a string takes it");
        }
        let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
        let (head, tail) = page.split_once(&begin).expect("the page has a place for the section");
        let (_, tail) = tail.split_once(&end).expect("the place has an end");
        page = format!("{head}{begin}{table}{end}{tail}");
    }
    fresh("docs/configuration.md", &page);
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

/// Every rule of a pack with its page and the rules that it rests on.
#[test]
fn the_page_of_the_packs_lists_their_rules() {
    use std::fmt::Write as _;

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/packs.md")).expect("a page").replace("\r\n", "\n");
    let (head, tail) = page.split_once("<!-- packs:begin -->\n").expect("the page has a place for the packs");
    let (_, tail) = tail.split_once("<!-- packs:end -->").expect("the place has an end");
    let (rules, _) = specreview::rules::builtin();
    let mut tables = String::new();
    for pack in rules.packs.iter().filter(|pack| pack.name != specreview::rules::CORE) {
        writeln!(tables, "## `{}`: {}\n\n{}\n", pack.name, pack.title, pack.about).expect("a string takes it");
        tables.push_str("| Rule | Asks for | Stands for | Rests on |\n|---|---|---|---|\n");
        for rule in rules.rules.iter().filter(|rule| rule.pack == pack.name) {
            let how = if rule.check.rests_on().is_empty() { "satisfied by " } else { "maps to " };
            let others = rule.rests_on().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let others = if others.is_empty() { "its own words".to_owned() } else { format!("{how}{others}") };
            let source = rule.source.join("; ");
            let (code, path) = (&rule.code, &rule.page.path);
            writeln!(tables, "| [{code}](../{path}) | {} | {source} | {others} |", rule.item)
                .expect("a string takes it");
        }
        tables.push('\n');
    }
    fresh("docs/packs.md", &format!("{head}<!-- packs:begin -->\n{tables}<!-- packs:end -->{tail}"));
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

/// What the App asks of GitHub stands in the code once; the page shows it.
#[test]
#[cfg(feature = "service")]
fn the_page_of_the_server_lists_the_rights_of_the_app() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/server.md")).expect("a page").replace("\r\n", "\n");
    let (head, tail) = page.split_once("<!-- rights:begin -->\n").expect("the page has a place for the rights");
    let (_, tail) = tail.split_once("<!-- rights:end -->").expect("the place has an end");
    let table = specreview::platform::github::rights::table();
    fresh("docs/server.md", &format!("{head}<!-- rights:begin -->\n{table}<!-- rights:end -->{tail}"));
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

#[cfg(feature = "service")]
mod metrics {
    use std::fmt::Write as _;

    use specreview::meter::{Kind, TABLE};

    #[test]
    fn the_table_of_metrics_is_fresh() {
        let mut page = String::from(
            "# Metrics\n\nWhat `GET /metrics` shows. This page is written by a test from the table in `src/meter/table.rs`.\n\n\
             | metric | kind | labels | meaning |\n|---|---|---|---|\n",
        );
        for metric in TABLE {
            let kind = match metric.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram(_) => "histogram",
            };
            let labels = metric.labels.iter().map(|(label, words)| format!("`{label}`: {}", words.join(", ")));
            let labels = labels.collect::<Vec<_>>().join("; ");
            writeln!(page, "| `{}` | {kind} | {labels} | {} |", metric.name, metric.help).expect("a string takes it");
        }
        super::fresh("docs/operations/metrics.md", &page);
    }

    /// What the dashboard asks for is there, and it leaves nothing out.
    #[test]
    fn the_dashboard_asks_for_metrics_of_the_table() {
        let text = include_str!("../docs/operations/grafana.json");
        let _: serde_json::Value = serde_json::from_str(text).expect("a dashboard is JSON");
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let asked: Vec<&str> = words.filter(|word| word.starts_with("specreview_")).collect();
        let series = |name: &str, kind: Kind| match kind {
            Kind::Histogram(_) => ["_bucket", "_sum", "_count"].map(|end| format!("{name}{end}")).to_vec(),
            Kind::Counter | Kind::Gauge => vec![name.to_owned()],
        };
        let known: Vec<String> = TABLE.iter().flat_map(|metric| series(metric.name, metric.kind)).collect();
        for word in &asked {
            assert!(known.iter().any(|name| name == word), "the dashboard asks for {word}, which no metric is");
        }
        for metric in TABLE {
            let shown = series(metric.name, metric.kind).iter().any(|name| asked.contains(&name.as_str()));
            assert!(shown, "the dashboard does not show {}", metric.name);
        }
    }
}

#[test]
fn every_page_of_the_documentation_is_in_the_book() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let summary = std::fs::read_to_string(root.join("SUMMARY.md")).expect("a page");
    let links = |text: &str| -> Vec<String> {
        // What stands between backticks is shown and leads nowhere.
        let text: String = text.split('`').step_by(2).collect();
        let behind = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
        behind.filter(|link| !link.is_empty() && !link.contains(':')).map(str::to_owned).collect()
    };
    for link in links(&summary) {
        assert!(root.join(&link).is_file(), "SUMMARY.md leads to {link}, which is not there");
    }
    for entry in
        std::fs::read_dir(&root).expect("docs").chain(std::fs::read_dir(root.join("operations")).expect("docs"))
    {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|end| end != "md") || path.ends_with("SUMMARY.md") {
            continue;
        }
        let name = path.strip_prefix(&root).expect("below docs").to_string_lossy().replace('\\', "/");
        assert!(links(&summary).contains(&name), "{name} is not in docs/SUMMARY.md");
        let text = std::fs::read_to_string(&path).expect("a page");
        for link in links(&text) {
            let target = path.parent().expect("a folder").join(&link);
            assert!(target.exists(), "{name} links to {link}, which is not there");
        }
    }
}

#[test]
fn our_own_specification_draws_no_warning() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_specreview"));
    let arguments = ["review", "--no-llm", "--fail-on", "warning", "docs/specification.md"];
    let done = command.args(arguments).current_dir(root).env_clear().output().expect("it runs");
    let report = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && report.contains("nothing to report"), "{report}");
}

/// What the pages on security and reliability say that something is held by, and lies in, is there.
#[test]
fn every_test_and_module_that_a_promise_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    read_all(&root.join("src"), &mut code);
    read_all(&root.join("tests"), &mut code);
    for page in ["docs/security.md", "docs/reliability.md"] {
        let text = std::fs::read_to_string(root.join(page)).expect("the page is there");
        let mut held = 0;
        for row in text.lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
            let [name, _, places, tests] = cells[..] else { continue };
            if name.trim() == "attack" || name.trim() == "promise" {
                continue;
            }
            held += 1;
            let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
            assert!(!quoted(places).is_empty() && !quoted(tests).is_empty(), "{page}: nothing is named for {name}");
            for place in quoted(places) {
                assert!(root.join(&place).exists(), "{page}: {place} is not there");
            }
            for test in quoted(tests).iter().filter(|test| !test.contains(' ')) {
                let is_there =
                    if test.contains('/') { root.join(test).exists() } else { code.contains(&format!("fn {test}(")) };
                assert!(is_there, "{page}: there is no test {test}");
            }
        }
        assert!(held > 10, "{page} has a table of four columns");
    }
}

/// All sources of Rust below a folder, one after the other.
fn read_all(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

/// What the server hands out at `/api/v1/openapi.json`.
#[test]
#[cfg(feature = "service")]
fn the_description_of_the_api_is_fresh() {
    let (rules, _) = specreview::rules::builtin();
    let packs: Vec<&str> = rules.packs.iter().map(|pack| pack.name.as_str()).collect();
    let description = serde_json::to_string_pretty(&specreview::server::front::openapi(&packs)).expect("it is JSON");
    fresh("docs/openapi.json", &format!("{description}\n"));
}
