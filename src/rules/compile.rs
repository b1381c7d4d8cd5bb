//! From pages to rules: every check of the data happens here, every mistake is reported.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::check::Names;
use super::fields::Faults;
use super::named::Named;
use super::node::{self, Node, Value};
use super::pack::{Pack, Packs};
use super::page::{Page, Source};
use super::tables::Tables;
use super::{ConceptPage, ExampleOutcome, Expectation, Rule, RuleSet, build, define};
use crate::facts::Lexicon;
use crate::finding::Problem;
use crate::text::hex;

/// Most files of one set of user rules.
const MOST_SOURCES: usize = 1000;
/// Longest page or table in bytes.
const LONGEST_SOURCE: usize = 256 * 1024;

/// Compiles pages and tables of a user. What is broken is left out and reported; a page whose examples do not behave is broken.
#[must_use]
pub fn compile(sources: &[Source]) -> (RuleSet, Vec<Problem>) {
    compile_all(&[], sources)
}

/// Compiles `shipped` sources together with those of a user. The examples of shipped pages are not run: tests do that, and a
/// program should start at once.
pub(super) fn compile_all(shipped: &[Source], user: &[Source]) -> (RuleSet, Vec<Problem>) {
    let mut loader = Loader::default();
    for source in shipped {
        loader.take(source, false);
    }
    if user.len() > MOST_SOURCES {
        loader.problems.push(Problem {
            code: "too-many-files".to_owned(),
            file: user.first().map(|source| source.path.clone()).unwrap_or_default(),
            line: None,
            column: None,
            message: format!("{} rule files are more than {MOST_SOURCES}", user.len()),
            advice: "the rest is left out; use fewer, larger pages".to_owned(),
        });
    }
    for source in user.iter().take(MOST_SOURCES) {
        loader.take(source, true);
    }
    let (mut set, mut problems, broken) = loader.finish();
    if !broken.is_empty() {
        // A concept is woven into all that names it: the rest is compiled as if its page were not there.
        let rest: Vec<Source> = user.iter().filter(|source| !broken.contains(&source.path)).cloned().collect();
        problems.retain(|problem| broken.contains(&problem.file));
        let (without, more) = compile_all(shipped, &rest);
        set = without;
        problems.extend(more);
    }
    set.hash = hash(shipped.iter().chain(user));
    (set, problems)
}

#[derive(Default)]
struct Loader {
    tables: Tables,
    concepts: Vec<ConceptPage>,
    /// Rule pages: page, front matter, whether a user wrote it.
    pages: Vec<(Page, Node, bool)>,
    user_concepts: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Loader {
    fn take(&mut self, source: &Source, is_user: bool) {
        if source.text.len() > LONGEST_SOURCE {
            let faults = Faults::new(&source.path, 1);
            faults.report_line("too-long", 1, format!("the file is longer than {LONGEST_SOURCE} bytes"), "split it");
            self.problems.extend(faults.into_problems());
            return;
        }
        if is_table(&source.path) {
            let faults = Faults::new(&source.path, 1);
            self.tables.read(source, &faults);
            self.problems.extend(faults.into_problems());
            return;
        }
        let Some(page) = Page::split(&source.path, &source.text) else {
            // A readme beside the pages is no mistake.
            if !source.path.to_lowercase().ends_with("readme.md") {
                let faults = Faults::new(&source.path, 1);
                let message = "the page has no front matter";
                faults.report_line(
                    "no-front-matter",
                    1,
                    message,
                    "begin with a `---` line, `key: value` lines and another `---` line",
                );
                self.problems.extend(faults.into_problems());
            }
            return;
        };
        let faults = Faults::new(&source.path, page.front_line);
        for (line, word) in &page.strange_fences {
            let message = format!("nothing is known of a block marked `{word}`");
            let words = ["bad", "good", "skeleton", "specified", "mentioned", "absent", "waived"];
            faults.report_line("unknown-block", *line, message, super::nearest::advice(word, words));
        }
        let front = node::parse(&page.front, &faults);
        let is_concept = matches!(&front, Some(Node { value: Value::Map(pairs), .. })
            if pairs.iter().any(|(key, _)| key.text == "concept") && !pairs.iter().any(|(key, _)| key.text == "code"));
        match front {
            Some(front) if is_concept => self.take_concept(page, &front, is_user, &faults),
            Some(front) => self.pages.push((page, front, is_user)),
            None => {}
        }
        self.problems.extend(faults.into_problems());
    }

    fn take_concept(&mut self, page: Page, front: &Node, is_user: bool, faults: &Faults<'_>) {
        let Some(concept) = build::concept(&page, front, faults) else { return };
        if let Some((file, line)) = self.tables.places.get(&concept.concept) {
            let message = format!("the concept `{}` is defined twice", concept.concept);
            faults.report_line(
                "duplicate-concept",
                page.front_line,
                message,
                format!("the other one is {file}:{line}"),
            );
            return;
        }
        for example in page.examples.iter().filter(|example| !matches!(example.expect, Expectation::State(_))) {
            let message = format!("`{}` belongs on rule pages", example.expect.word());
            faults.report_line(
                "wrong-example",
                example.line,
                message,
                "examples of concepts are specified, mentioned, absent or waived",
            );
        }
        self.tables.places.insert(concept.concept.clone(), (page.path.clone(), page.front_line));
        if is_user {
            self.user_concepts.insert(concept.concept.clone());
        }
        self.concepts.push(ConceptPage { concept: concept.concept.clone(), page: page.clone() });
        self.tables.lexicon.concepts.push((page.path, concept));
    }

    /// The rules, every mistake, and pages of concepts whose examples do not behave.
    fn finish(mut self) -> (RuleSet, Vec<Problem>, BTreeSet<String>) {
        let places = std::mem::take(&mut self.tables.places);
        let (lexicon, mistakes) = Lexicon::compile(std::mem::take(&mut self.tables.lexicon));
        for mistake in mistakes {
            let (file, line) = places.get(&mistake.id).cloned().unwrap_or_default();
            let message = format!("`{}`: {}", mistake.id, mistake.message);
            let line = (line > 0).then_some(line);
            self.problems.push(Problem {
                code: "lexicon".into(),
                file,
                line,
                column: None,
                message,
                advice: String::new(),
            });
        }
        let mut names = Names::of(&lexicon);
        names.concepts.extend(self.pages.iter().flat_map(|(_, front, _)| define::ids(front)));
        let mut set = RuleSet { concepts: self.concepts, lexicon, ..RuleSet::default() };
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        let declared: BTreeSet<String> =
            self.pages.iter().filter_map(|(_, front, _)| define::text(front, "code")).collect();
        let told = std::mem::take(&mut self.tables.packs);
        let peopled: BTreeSet<String> =
            self.pages.iter().filter_map(|(_, front, _)| define::text(front, "pack")).collect();
        let mut packs = Packs::new(told.clone());
        let mut to_try = Vec::new();
        for (page, front, is_user) in self.pages {
            let faults = Faults::new(&page.path, page.front_line);
            let own = define::concepts(&front, &faults);
            let rule = build::rule(&page, &front, is_user, &names, &self.tables.families, &faults);
            let rule = rule.filter(|rule| packs.allows(rule, &faults));
            if let Some(rule) = rule.filter(|rule| is_new(rule, &front, &mut taken, &faults) && faults.is_empty()) {
                if is_user {
                    to_try.push(rule.code.clone());
                }
                packs.add(&rule, own);
                set.rules.push(rule);
            }
            self.problems.extend(faults.into_problems());
        }
        set.rules.sort_by(|a, b| a.code.cmp(&b.code));
        set.packs = packs.finish();
        let has_own = |pack: &&Pack| set.rules.iter().any(|rule| rule.is_own && rule.pack == pack.name);
        for pack in set.packs.iter().filter(has_own) {
            self.problems.extend(pack.mistakes(&set.lexicon));
        }
        set.rank(&declared, &mut self.problems);
        let (mistakes, broken) = try_examples(&mut set, &to_try, &self.user_concepts);
        self.problems.extend(mistakes);
        // A page that is broken is reported already; a table that names it is not wrong as well.
        let named = Named { declared, places };
        named.packs(&told, &peopled, &mut self.problems);
        named.risks(self.tables.risks, &names.traits, &mut set, &mut self.problems);
        named.items(self.tables.items, &mut set, &mut self.problems);
        named.figures(&self.tables.figures, &mut set, &mut self.problems);
        (set, self.problems, broken)
    }
}

fn is_new(rule: &Rule, front: &Node, taken: &mut BTreeMap<String, String>, faults: &Faults<'_>) -> bool {
    let mut new = true;
    for (what, key) in [("code", &rule.code), ("name", &rule.name)] {
        if let Some(other) = taken.get(key) {
            let spot = match &front.value {
                Value::Map(pairs) => pairs.iter().find(|(name, _)| name.text == what).map(|(_, node)| node.spot),
                _ => None,
            };
            let message = format!("the {what} `{key}` is taken");
            faults.report(&format!("duplicate-{what}"), spot, message, format!("by {other}; choose another one"));
            new = false;
        } else {
            taken.insert(key.clone(), rule.page.path.clone());
        }
    }
    new
}

/// Runs the examples of user pages; a rule with an example that does not behave is taken out again. The mistakes, and the pages of concepts
/// that have such an example.
fn try_examples(set: &mut RuleSet, codes: &[String], concepts: &BTreeSet<String>) -> (Vec<Problem>, BTreeSet<String>) {
    let mut problems = Vec::new();
    let (mut broken, mut pages) = (BTreeSet::new(), BTreeSet::new());
    for test in
        super::testing::outcomes(set, |code| codes.iter().any(|other| other == code), |id| concepts.contains(id))
    {
        let (code, advice) = match &test.outcome {
            ExampleOutcome::Right => continue,
            ExampleOutcome::Missing(_) => {
                ("example-missing", "change the example or the check; the page does not load like this")
            }
            ExampleOutcome::Noisy(_) => {
                ("example-noisy", "change the example or the check; the page does not load like this")
            }
        };
        if concepts.contains(&test.subject) {
            pages.insert(test.file.clone());
        } else {
            broken.insert(test.subject.clone());
        }
        problems.push(Problem {
            code: code.to_owned(),
            file: test.file.clone(),
            line: Some(test.line),
            column: None,
            message: test.to_string(),
            advice: advice.to_owned(),
        });
    }
    set.rules.retain(|rule| !broken.contains(&rule.code));
    (problems, pages)
}

/// Whether a path names a data table.
fn is_table(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("toml"))
}

fn hash<'a>(sources: impl Iterator<Item = &'a Source>) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        for text in [&source.path, &source.text] {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
    hex(hash.finalize().get(..8).unwrap_or_default())
}
