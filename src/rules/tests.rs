//! What the loader says about broken pages, and what it lets through.

use super::*;
use crate::finding::Severity;

const FRONT: &str = "code: OWN-001
name: missing-retention
pack: own
family: Own
severity: warning
confidence: medium
since: \"1\"
source: policy 7
check:
  kind: section
  headings: [retention]
message: There is no section on retention.
";

const BODY: &str = "# Missing retention

## Why

Data is kept for ever.

```markdown bad
# Goal

Nothing.
```

```markdown good
# Retention

We keep the letters for two years and delete them then.
```
";

fn page(path: &str, front: &str, body: &str) -> Source {
    Source { path: path.into(), text: format!("---\n{front}---\n{body}") }
}

fn problems(sources: &[Source]) -> Vec<String> {
    compile(sources).1.iter().map(ToString::to_string).collect()
}

/// Compiles the sound page with one change of its front matter.
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(FRONT.contains(from), "{from}");
    assert_eq!(problems(&[page("a.md", &FRONT.replace(from, to), BODY)]), expected, "{from} -> {to}");
}

#[test]
fn a_sound_page_becomes_a_rule() {
    let (set, problems) = compile(&[page("a.md", FRONT, BODY)]);
    assert_eq!(problems, []);
    let rule = set.get("own-001").unwrap();
    assert_eq!((rule.why.as_str(), rule.docs.as_str()), ("Data is kept for ever.", ""));
    assert_eq!(set.hash.len(), 16);
    assert_ne!(set.hash, compile(&[page("b.md", FRONT, BODY)]).0.hash);
}

#[test]
fn every_mistake_has_a_place_and_advice() {
    check(
        "severity: warning",
        "severty: warning",
        &[
            "a.md:2:1: a rule page has no `severity` (error, warning or info)",
            "a.md:6:1: a rule page has no key `severty` (did you mean `severity`?)",
        ],
    );
    check(
        "severity: warning",
        "severity: fatal",
        &["a.md:6:11: `severity` cannot be `fatal` (known: error, info, warning)"],
    );
    check(
        "code: OWN-001",
        "code: own1",
        &["a.md:2:7: `own1` is not a rule code (capital letters, a hyphen and three digits: `ACME-001`)"],
    );
    check(
        "kind: section",
        "kind: sektion",
        &["a.md:11:9: there is no kind of check called `sektion` (did you mean `section`?)"],
    );
    check(
        "  headings: [retention]",
        "  headings: [retention]\n  wrods: 4",
        &["a.md:13:3: check has no key `wrods` (did you mean `words`?)"],
    );
    check(
        "  kind: section\n  headings: [retention]",
        "  kind: concept\n  concept: retention",
        &["a.md:12:12: there is no concept `retention`"],
    );
    check(
        "pack: own",
        "pack: own\napplies: {any: [trans]}",
        &["a.md:5:17: there is no trait `trans` (did you mean `trains`?)"],
    );
    check(
        "on retention.",
        "on {titel}.",
        &["a.md:13:10: nothing fills `{titel}` in this message (did you mean `title`?)"],
    );
    check(
        "  kind: section\n  headings: [retention]",
        "  kind: pattern\n  pattern: '(a'",
        &[
            "a.md:12:12: the pattern does not compile: error: unclosed group (put the pattern in single quotes; look-around and back-references do not exist here)",
        ],
    );
    check(
        "name: missing-retention",
        "name: [a, b]",
        &["a.md:3:7: `name` must be a text, not a list (put it in quotes)"],
    );
    check(
        "source: policy 7\n",
        "",
        &[
            "a.md:2:1: a rule page has no `source` (name the requirement that the rule stands for: publication and section)",
        ],
    );
}

/// Each kind says what it lacks, and where a name is unknown.
#[test]
fn kinds_of_checks_name_what_is_wrong_with_their_keys() {
    let kind = |keys: &str| {
        let front = FRONT.replace("  kind: section\n  headings: [retention]\n", &format!("  kind: {keys}\n"));
        problems(&[page("a.md", &front, BODY)]).join("\n")
    };
    for (keys, expected) in [
        ("aspects\n  terms: [data]\n  aspects: {owner: [who]}\n  enough: [ownr]", "there is no aspect `ownr`"),
        ("aspects\n  terms: [data]\n  aspects: {owner: ['@nosuchlist']}", "there is no signal `nosuchlist`"),
        ("aspects\n  aspects: {owner: [who]}", "this check has nothing to look for"),
        ("aspects\n  terms: [data]", "this check asks for no aspect"),
        ("kpi\n  by: [until]", "this check knows no words of time"),
        ("limit\n  raw: [m]", "this check has no `families`"),
        ("percentile\n  longest: 60", "this check has no `metrics`"),
        ("fit\n  divides: [m]", "this check has no `misfits`"),
        ("definition\n  points: [pp]", "this check has no `asks`"),
        ("definition\n  asks: {k: {feld: at}}", "a question has no key `feld`"),
        ("volume\n  least: 10", "this check has no `terms`"),
        ("concept\n  concept: c\n  variant: {states: [gone]}", "there is no state `gone`"),
        ("concept\n  concept: c\n  moot: {words: [x]}", "moot has no `because`"),
    ] {
        let said = kind(keys);
        assert!(said.contains(expected), "{keys}: {said}");
    }
}

#[test]
fn several_mistakes_of_several_files_are_all_reported() {
    let broken = FRONT.replace("OWN-001", "x").replace("kind: section", "kind: y").replace("pack: own", "pakc: own");
    let all = problems(&[
        page("a.md", &broken, BODY),
        page("b.md", FRONT, "# No examples\n"),
        Source { path: "c.md".into(), text: "no front matter".into() },
        Source {
            path: "metrics.toml".into(),
            text: "[[metric]]\nid = 'm'\n\n[[metric]]\nid = 'n'\nnames = ['n']\nbeter = 'up'\n".into(),
        },
        page("d.md", "a: [\n", BODY),
        page("e.md", "concept: own-thing\ntitle: T\nqueues: [a]\nweek: [b]\n", ""),
    ]);
    let places: Vec<&str> = all.iter().filter_map(|problem| problem.split(": ").next()).collect();
    let count = |file: &str| places.iter().filter(|place| place.starts_with(file)).count();
    assert_eq!(
        (count("a.md"), count("b.md"), count("c.md"), count("metrics.toml"), count("d.md"), count("e.md")),
        (4, 3, 1, 2, 1, 2),
        "{all:#?}"
    );
}

#[test]
fn a_page_whose_examples_do_not_behave_does_not_load() {
    let body =
        BODY.replace("# Retention", "# Storage").replace("# Goal", "# Retention\n\nAs long as the law asks for it.");
    let (set, problems) = compile(&[page("a.md", FRONT, &body)]);
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let advice = "(change the example or the check; the page does not load like this)";
    assert_eq!(
        said,
        [
            format!("a.md:21: OWN-001/bad/1: missing: the rule stays silent {advice}"),
            format!("a.md:29: OWN-001/good/1: noisy: warning: There is no section on retention. {advice}"),
        ]
    );
    assert!(set.rules.is_empty());
}

#[test]
fn a_concept_whose_examples_do_not_behave_does_not_load_nor_does_what_names_it() {
    let concept = |example: &str| {
        let body = format!("What is deleted.\n\n```markdown specified\n{example}\n```\n");
        page(
            "c.md",
            "concept: own-deletion\ntitle: Deletion\ncues: [\"are deleted\"]\nneeds:\n  - [cue, number]\n",
            &body,
        )
    };
    let front = FRONT.replace("  kind: section\n  headings: [retention]", "  kind: concept\n  concept: own-deletion");
    let body = BODY.replace("delete them then.", "they are deleted by the platform team after 24 months.");
    let rule = page("r.md", &front, &body);
    let (set, problems) =
        compile(&[concept("Letters are deleted after 24 months by the platform team."), rule.clone()]);
    assert_eq!((problems.as_slice(), set.rules.len(), set.concepts.len()), ([].as_slice(), 1, 1));
    let (set, problems) = compile(&[
        concept("We like letters."),
        rule,
        page("a.md", &FRONT.replace("OWN-001", "OWN-002").replace("missing-ret", "no-ret"), BODY),
    ]);
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(said[0].starts_with("c.md:10: own-deletion/specified/1: "), "{said:?}");
    assert!(said.iter().any(|one| one.starts_with("r.md:") && one.contains("own-deletion")), "{said:?}");
    let codes: Vec<&str> = set.rules.iter().map(|rule| rule.code.as_str()).collect();
    assert_eq!((codes, set.concepts.len()), (vec!["OWN-002"], 0));
}

#[test]
fn codes_and_names_are_taken_once() {
    let other = FRONT.replace("missing-retention", "missing-deletion");
    let (set, problems) = compile(&[page("a.md", FRONT, BODY), page("b.md", &other, BODY)]);
    assert_eq!(set.rules.len(), 1);
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["b.md:2:7: the code `OWN-001` is taken (by a.md; choose another one)"]);
}

#[test]
fn what_strangers_write_is_bounded_and_never_stops_the_loader() {
    let deep = format!("a: {}", "[".repeat(5000));
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let regex =
        FRONT.replace("  kind: section\n  headings: [retention]", "  kind: pattern\n  pattern: '(\\w{500}){500}'");
    let long = "x".repeat(300_000);
    for (front, part) in
        [(deep.as_str(), "front matter"), (bomb, ""), (&regex, "does not compile"), (&long, "longer than")]
    {
        let said = problems(&[page("a.md", &format!("{front}\n"), BODY)]);
        assert!(said.iter().any(|problem| problem.contains(part)), "{part}: {said:?}");
    }
    let many: Vec<Source> = (0..1001).map(|n| Source { path: format!("{n}.toml"), text: String::new() }).collect();
    assert!(problems(&many).iter().any(|problem| problem.contains("more than 1000")));
}

fn measured(text: &str) -> Source {
    Source { path: "measured.toml".into(), text: text.into() }
}

#[test]
fn a_rule_that_cries_wolf_is_demoted_and_says_so() {
    let front = FRONT.replace("severity: warning", "severity: error");
    let body = BODY.replace("markdown bad", "markdown bad severity=error");
    let figures =
        |hits, noise| measured(&format!("[[figures]]\nrule = 'OWN-001'\nhits = {hits}\nmisses = 4\nnoise = {noise}\n"));
    for (hits, noise, demoted) in [(10, 9, false), (10, 10, true), (19, 1, true), (24, 1, true), (30, 1, false)] {
        let (set, problems) = compile(&[page("a.md", &front, &body), figures(hits, noise)]);
        assert_eq!(problems, [], "the examples of a page do not depend on what was measured");
        let rule = set.get("OWN-001").unwrap();
        let low = Share::new(hits, hits + noise).interval().0;
        assert_eq!(rule.is_demoted(""), demoted && low < LEAST_PRECISION, "{hits} {noise}: {low}");
        assert_eq!(rule.worst() == Severity::Info, rule.is_demoted(""));
        let text = rule.explain();
        assert!(text.contains("measured precision 0.") && text.contains("measured recall"), "{text}");
        assert_eq!(text.contains("demoted from error to info"), rule.is_demoted(""), "{text}");
        let flaw = check::Flaw::default();
        let nothing = crate::document::Document::parse("");
        let profile = crate::facts::Facts::read(&nothing, &set.lexicon).profile;
        assert_eq!(rule.severity_of(None, &flaw, &profile) == Severity::Info, rule.is_demoted(""));
        assert!(!set.without_demotion().get("OWN-001").unwrap().is_demoted(""));
    }
}

#[test]
fn parts_are_judged_by_their_own_figures_and_the_later_table_counts() {
    let table = |noise: u64| {
        measured(&format!(
            "[[figures]]\nrule = 'VER-001:code'\nhits = 10\nmisses = 0\nnoise = {noise}\n\n\
             [[figures]]\nrule = 'VER-001:data'\nhits = 12\nmisses = 0\nnoise = 1\n"
        ))
    };
    let second = Source { path: "later/measured.toml".into(), ..table(1) };
    let (set, problems) = with_user(&[table(12)]);
    assert_eq!(problems, []);
    let rule = set.get("VER-001").unwrap();
    assert!(rule.is_demoted("code") && !rule.is_demoted("data") && !rule.is_demoted(""));
    assert_eq!(rule.worst(), rule.severity, "what it says of the data still counts");
    let mut all = rule.clone();
    all.demoted = all.parts.iter().cloned().collect();
    assert_eq!(all.worst(), Severity::Info);
    let text = rule.explain();
    assert!(text.contains("  code: precision 0.45") && text.contains("code demoted from"), "{text}");
    let nothing = crate::document::Document::parse("");
    let profile = crate::facts::Facts::read(&nothing, &set.lexicon).profile;
    let severity = |part| rule.severity_of(Some(part), &check::Flaw::default(), &profile);
    assert_eq!(severity("code"), Severity::Info);
    assert_ne!(severity("data"), Severity::Info);
    assert!(!with_user(&[table(12), second]).0.get("VER-001").unwrap().is_demoted("code"));
}

#[test]
fn tables_that_name_what_is_not_there_are_reported() {
    let said = problems(&[
        page("a.md", FRONT, BODY),
        measured("[[figures]]\nrule = 'OWN-002'\nhits = 1\nmisses = 0\nnoise = 0\n\n[[figures]]\nrule = 'OWN-001'\nhits = -1\n"),
        Source {
            path: "items.toml".into(),
            text: "[[item]]\nitem = 'a'\nrules = ['OWN-001:x']\n\n[[item]]\nitem = 'b'\nrules = []\n\n[[item]]\nitem = 'c'\nrules \
                   = ['own-001']\n\n[[item]]\nitem = 'c'\nrules = ['OWN-001']\n"
                .into(),
        },
    ]);
    for words in [
        "measured.toml:1: a measured figure names the check `OWN-002`",
        "measured.toml:7: ",
        "items.toml:1: item a names the check `OWN-001:x`",
        "items.toml:5: the item b has no rule",
        "items.toml:13: the item c is there twice",
    ] {
        assert!(said.iter().any(|problem| problem.starts_with(words)), "{words}: {said:#?}");
    }
    assert_eq!(said.len(), 5, "{said:#?}");
}

#[test]
fn items_are_found_by_name_and_by_code() {
    let set = builtin().0;
    let keys = |item: &str| set.checks_of(item).map(|keys| keys.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(keys("poc-threshold"), Some(vec!["POC-002".into(), "POC-001".into()]));
    assert_eq!(keys("ver-001:data"), Some(vec!["VER-001:data".into()]));
    assert_eq!((keys("ARI-003").map(|keys| keys.len()), keys("VER-001:x"), keys("baselin")), (Some(1), None, None));
}

#[test]
fn a_user_adds_risks_and_every_mistake_has_its_line() {
    let own = |text: &str| Source { path: ".specreview/rules/risks.toml".into(), text: text.into() };
    let sound = "[[risk]]\nid = \"ACME-1\"\nname = \"frozen-pipes\"\nrisk = \"Pipes freeze\"\nquestion = \"Who drains them?\"\n\
                 hint = \"a date\"\nmitigated-by = [\"MON-001\"]\napplies = {any = [\"decides\"]}\n";
    let (set, problems) = with_user(&[own(sound)]);
    assert_eq!(problems, []);
    let last = set.risks.last().unwrap();
    assert_eq!((last.id.as_str(), last.question.as_str()), ("ACME-1", "Who drains them?"));
    assert!(set.risks.len() > 1, "those of the program stay");
    for (from, to, expected) in [
        ("ACME-1", "SR1", "the id or the name of risk SR1 is that of risk SR1 (choose another one)"),
        ("ACME-1", "A B", "`A B` is not an id of a risk (at most 16 letters, digits and hyphens: `ACME-1`)"),
        ("frozen-pipes", "Frozen", "risk ACME-1: `Frozen` is not a name (small letters, digits and single hyphens)"),
        ("them?", "them", "risk ACME-1: its question asks nothing (end it with a question mark)"),
        ("Pipes freeze", "", "risk ACME-1 says no `risk` (name it in a few words)"),
        ("decides", "decide", "risk ACME-1: there is no trait `decide` (did you mean `decides`?)"),
        ("MON-001", "MON-009", "risk ACME-1 names the check `MON-009`, which does not exist (did you mean `MON-001`?)"),
    ] {
        let (set, problems) = with_user(&[own(&format!("\n{}", sound.replace(from, to)))]);
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, [format!(".specreview/rules/risks.toml:2: {expected}")], "{from} -> {to}");
        assert!(set.risks.iter().all(|risk| risk.risk != "Pipes freeze"), "{to}: what is broken is left out");
    }
    let (_, problems) = with_user(&[own(&sound.replace("hint = \"a date\"\n", ""))]);
    assert!(problems[0].message.contains("missing field `hint`"), "{problems:?}");
    let (_, problems) = with_user(&[own(&sound.replace("any =", "some ="))]);
    assert!(problems[0].message.contains("unknown field `some`"), "{problems:?}");
    let many: Vec<String> = (0..101)
        .map(|n| format!("[[risk]]\nid = \"A{n}\"\nname = \"a{n}\"\nrisk = \"x\"\nquestion = \"y?\"\nhint = \"z\"\n"))
        .collect();
    let (set, problems) = with_user(&[own(&many.concat())]);
    assert_eq!((set.risks.len(), problems.len()), (100, 1), "{problems:?}");
}

#[test]
fn pages_that_rest_on_others_name_rules_that_there_are_and_never_in_a_circle() {
    let named = |code: &str, name: &str, more: &str| {
        let front = FRONT.replace("OWN-001", code).replace("missing-retention", name);
        page(&format!("{code}.md"), &format!("{more}{front}"), BODY)
    };
    let sound = [named("OWN-001", "a", ""), named("OWN-002", "b", "satisfied-by: OWN-001\n")];
    assert_eq!(problems(&sound), Vec::<String>::new());
    let unknown = problems(&[named("OWN-002", "b", "satisfied-by: OWN-003\n")]);
    assert!(
        unknown.len() == 1 && unknown[0].contains("rests on the check `OWN-003`, which does not exist"),
        "{unknown:?}"
    );
    let circle = [named("OWN-001", "a", "satisfied-by: OWN-002\n"), named("OWN-002", "b", "satisfied-by: OWN-001\n")];
    let (set, found) = compile(&circle);
    assert_eq!(found.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["circle", "circle"]);
    assert!(set.rules.is_empty());
}

#[test]
fn a_page_brings_words_of_its_own() {
    let define = "define: {cues: [\"kept for\"], headings: [\"retention*\"]}\n";
    let check = FRONT.replace("  kind: section\n  headings: [retention]\n", "  kind: concept\n  concept: OWN-001\n");
    let (set, problems) = compile(&[page("a.md", &format!("{define}{check}"), BODY)]);
    assert_eq!(problems, []);
    assert!(set.get("OWN-001").is_some());
    assert!(set.lexicon.concepts().is_empty(), "the words of a page are read apart from all others");
    let nested = define.replace("cues: [", "words: {odd: [\"a (b|c (d|e))\"]}, cues: [\"@odd\", ");
    let told = test_sources(&[page("a.md", &format!("{nested}{check}"), BODY)]).problems;
    assert!(told.iter().any(|problem| problem.message.contains("brackets do not nest")), "{told:?}");
    let wrong = define.replace("cues", "cue");
    let said = compile(&[page("a.md", &format!("{wrong}{check}"), BODY)]).1;
    assert!(said.iter().any(|problem| problem.message == "`define` has no key `cue`"), "{said:?}");
}

#[test]
fn a_pack_without_pages_and_an_exception_that_nothing_has_are_reported() {
    let said = |rows: &str| {
        let text = format!("[[pack]]\npack = 'own'\ntitle = 'Own'\nabout = 'All.'\nworst = 'error'\n{rows}");
        problems(&[page("a.md", FRONT, BODY), Source { path: "packs.toml".into(), text }])
    };
    assert_eq!(said("except = ['OWN-001']\n"), [""; 0]);
    let wrong =
        said("except = ['OWN-010']\n\n[[pack]]\npack = 'owm'\ntitle = 'Own'\nabout = 'All.'\nworst = 'error'\n");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(
        wrong[0].starts_with("packs.toml:1: pack own excepts the rule `OWN-010`, which does not exist"),
        "{wrong:?}"
    );
    assert!(wrong[1].starts_with("packs.toml:8: the pack owm has no page (did you mean `own`?)"), "{wrong:?}");
}

#[test]
fn the_limit_of_a_pack_is_not_one_for_pages_of_the_repository_and_switches_no_other_page_on() {
    let front = FRONT.replace("pack: own", "pack: genai").replace("severity: warning", "severity: error");
    let (set, problems) = with_user(&[page("a.md", &front, BODY)]);
    assert_eq!(problems, []);
    let on: Vec<&str> = set
        .rules
        .iter()
        .filter(|rule| rule.pack == "genai" && set.is_on(rule, None))
        .map(|rule| rule.code.as_str())
        .collect();
    assert_eq!(on, ["OWN-001"]);
}
