//! The report as one HTML page: no network, no script but the one that copies text. Every word of a document is escaped by the
//! template engine; the policy of the page allows its own style and script by their hashes, and nothing else.

mod hosted;
mod line;
mod sheet;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub use self::hosted::{Around, hosted, with_bar};
use self::sheet::Sheet;
use super::Run;
use crate::review::{Catalogue, Gate};

const PAGE: &str = include_str!("html/page.html");
/// The style of the page, for pages beside it.
pub const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/copy.js");

#[derive(Serialize)]
struct Values<'a> {
    sheet: Sheet,
    style: &'a str,
    style_hash: String,
    script: &'a str,
    script_hash: String,
}

/// The page.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue, gate: Gate) -> String {
    let values = Values {
        sheet: sheet::sheet(run, catalogue, gate),
        style: STYLE,
        style_hash: source_hash(STYLE),
        script: SCRIPT,
        script_hash: source_hash(SCRIPT),
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // The template is our own, and a test renders every part of it. It writes slashes as numbers: nothing ends at one, and they cost bytes.
    environment.render_named_str("page.html", PAGE, Serde(&values)).unwrap_or_default().replace("&#x2f;", "/")
}

/// A hash as a content security policy names it.
fn source_hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| (group << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = usize::try_from((group >> (18 - 6 * place)) & 63).unwrap_or_default();
            let digit = DIGITS.get(digit).copied().map_or('=', char::from);
            out.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::facts::Role;
    use crate::finding::{
        Chain, CheckState, Evidence, Link, LinkName, LinkState, Problem, Risk, RiskLevel, Severity, Source,
    };
    use crate::review::testing::{at_line, check, loosened, measure, missing, named, reviewed, said_by_model};
    use crate::text::LineRange;

    const GATE: Gate = Gate { fail_on: Some(Severity::Error), require_complete: false };

    /// Everything that the page can show.
    fn sample() -> Run {
        let place = |line| Some(Evidence::new(LineRange::single(line), "we will monitor it"));
        let mut document = reviewed(
            "specs/parcel.md",
            vec![missing("BIZ-001"), named("MON-001", 7, "we will monitor it"), at_line("ARI-003", 11, "0.85")],
            Some(vec![missing("BIZ-001"), missing("GOV-001")]),
        );
        document.head.findings[2].related.push(Evidence::new(LineRange::single(7), "a good recall"));
        document.head.checks.extend([
            check("VER-001", Some("data"), CheckState::NotApplicable, None),
            check("BIZ-002", None, CheckState::Specified, Some(3)),
            check("FAI-001", None, CheckState::Waived, Some(13)),
        ]);
        document.head.measures =
            vec![measure("recall", Role::Baseline, 0.31, 11), measure("recall", Role::Target, 0.85, 11)];
        document.head.chains = vec![Chain {
            metric: "recall".into(),
            name: "Recall".into(),
            links: vec![
                Link { name: LinkName::Goal, state: LinkState::Stated, place: place(7), rule: None },
                Link { name: LinkName::Owner, state: LinkState::Missing, place: None, rule: Some("GOV-002".into()) },
                Link { name: LinkName::Threshold, state: LinkState::NotApplicable, place: None, rule: None },
            ],
        }];
        document.head.risks = vec![Risk {
            id: "SR18".into(),
            name: "drift".into(),
            risk: "SR18 Degradation and drift".into(),
            level: RiskLevel::Mentioned,
            judged_by: Some(Source::Rule),
            place: place(7),
            mitigation: None,
            measured_by: None,
            owner: Some("Head of hub".into()),
            reason: None,
            open: vec!["MON-001".into()],
        }];
        document.comparison.commitments = vec![loosened("recall", ">= 0.9", ">= 0.85", 11)];
        document.critique.verdicts.push(crate::critique::Verdict {
            question: "MR1".into(),
            score: Some(1),
            findings: vec![said_by_model("MR1", 7, "a good recall")],
            evidence: Vec::new(),
            dropped: 0,
            failure: None,
        });
        let mut note = reviewed("notes.md", vec![], None);
        note.head.profile.kind = crate::facts::Kind::Related;
        let mut run = run_of(vec![document, note], &["gone.md"]);
        run.problems.push(Problem {
            code: "unknown-key".into(),
            file: ".specreview.toml".into(),
            line: Some(3),
            column: None,
            message: "there is no key `x`".into(),
            advice: "remove it".into(),
        });
        run
    }

    #[test]
    fn the_page_shows_every_part() {
        // The template engine writes slashes as numbers.
        let page = render(&sample(), &catalogue(), GATE).replace("&#x2f;", "/");
        for part in [
            "2 errors",
            "specs/parcel.md",
            "id=\"coverage-1\"",
            "id=\"findings-1\"",
            "id=\"checklist-1\"",
            "id=\"chain-1\"",
            "id=\"risks-1\"",
            "id=\"numbers-1\"",
            "we will monitor it",
            "MON-001: ‹value› by ‹date›",
            "SR18</span> Degradation and drift",
            "Head of hub",
            "notes.md",
            "gone.md",
            "there is no key `x`",
            "GOV-001",
            "≥ 0.85",
            "A reader doubts MR1.",
            "From before this change",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }

    #[test]
    fn what_is_known_is_said_to_be_in_a_baseline_only_where_there_is_one() {
        let page = |carried: bool, held: Option<Vec<usize>>| {
            let findings = vec![at_line("MET-002", 7, "a good recall"), at_line("BIZ-001", 1, "parcels")];
            let mut document = reviewed("a.md", findings, None);
            crate::review::carry(&mut document.comparison, |at| carried && at == 0);
            let known = held.iter().flatten().copied().collect::<Vec<_>>();
            document.comparison.introduced.retain(|at| !known.contains(at));
            document.comparison.held = held.map(|known| crate::review::Held { known, stale: Vec::new() });
            render(&run_of(vec![document], &[]), &catalogue(), GATE)
        };
        for (page, title, label) in [
            (page(true, None), "Known before", "From before this change, never fails it (1)"),
            (page(false, Some(vec![1])), "Baseline", "In the baseline, never fails (1)"),
            (page(true, Some(vec![1])), "Baseline", "In the baseline, or from before this change: never fails (2)"),
        ] {
            assert!(page.contains(&format!("<h3>{title}</h3>")) && page.contains(label), "{label}: {page}");
        }
    }

    #[test]
    fn the_document_and_what_was_found_come_first() {
        let page = render(&sample(), &catalogue(), GATE);
        assert!(page.contains("<h1>Parcel sorting</h1>\n<p class=\"verdict\">2 errors"), "{page}");
        assert!(page.contains("specs/parcel.md</span></h2>"), "its path is not lost: {page}");
        let at = |id: &str| page.find(&format!("id=\"{id}-1\"")).unwrap();
        assert!(at("findings") < at("coverage") && at("coverage") < at("checklist"));
        // Whoever goes to a place of the page has all of it laid out: nothing else lets a link land where it leads.
        let lazy =
            STYLE.lines().filter(|line| line.contains("content-visibility: auto") || line.contains("scroll-behavior"));
        assert!(lazy.clone().count() == 1 && lazy.clone().all(|line| line.starts_with(":root:not(:has(:target)) ")));
    }

    #[test]
    fn what_findings_of_one_rule_have_in_common_is_said_once() {
        let finding = |line| {
            let mut finding = at_line("MET-002", line, "a good recall");
            finding.why = "Nobody can check it.".into();
            finding.suggestion = Some("Recall: ‹value›".into());
            finding
        };
        let mut other = at_line("MET-009", 11, "x");
        other.why = "Nobody can check it.".into();
        let run = run_of(vec![reviewed("a.md", vec![finding(7), other, finding(9)], None)], &[]);
        let page = render(&run, &catalogue(), GATE);
        assert_eq!(
            (page.matches("Nobody can check it.").count(), page.matches("Recall: ‹value›").count()),
            (2, 1),
            "{page}"
        );
        let link = "<a href=\"#finding-1-0\">Why it matters, and text to paste: as for the first MET-002</a>";
        assert!(page.split_once("id=\"finding-1-2\"").unwrap().1.contains(link), "{page}");
    }

    #[test]
    fn a_run_without_documents_is_a_page_too() {
        let page = render(&run_of(vec![], &["gone.md"]), &catalogue(), GATE);
        assert!(page.contains("</html>") && page.contains("gone.md"), "{page}");
        assert!(render(&run_of(vec![], &[]), &catalogue(), GATE).contains("</html>"));
    }

    #[test]
    fn the_policy_names_what_the_page_holds_and_nothing_else() {
        use ::base64::Engine as _;
        let wanted = |text: &str| ::base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()));
        let page = render(&sample(), &catalogue(), GATE).replace("&#x2f;", "/");
        let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let style = format!("style-src 'sha256-{}'", wanted(between("<style>", "</style>")));
        let script = format!("script-src 'sha256-{}'", wanted(between("<script>", "</script>")));
        assert!(page.contains(&style) && page.contains(&script), "{style} {script}");
        // An attribute that the policy would refuse.
        for attribute in [" style=\"", " onclick=\"", "src=\"", "url("] {
            assert!(!page.contains(attribute), "{attribute}");
        }
    }

    #[test]
    fn a_server_puts_its_own_below_each_finding_and_the_policy_allows_just_that() {
        let page = render(&sample(), &catalogue(), GATE);
        let below = |number: usize| Some(format!("<p>below {number}</p>"));
        let around =
            Around { bar: "<nav>bar</nav>", about: "<p>about</p>", style: "p{}", script: "say()", below: &below };
        let with = hosted(&page, &around);
        let cards = page.matches("id=\"finding-1-").count();
        assert!(cards > 2 && with.matches("<p>below ").count() == cards, "{with}");
        for (number, card) in with.split("<article class=\"card").skip(1).enumerate() {
            let id = card.split_once("finding-1-").unwrap().1.split_once('"').unwrap().0;
            assert!(card.split_once("</article>").unwrap().0.ends_with(&format!("<p>below {id}</p>")), "{number}");
        }
        let policy = with.split_once("Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
        for part in [&source_hash("p{}"), &source_hash("say()"), "default-src 'none'; ", "form-action 'self'"] {
            assert!(policy.contains(part), "{part}: {policy}");
        }
        assert!(!policy.contains("unsafe") && policy.matches("sha256-").count() == 4, "{policy}");
        assert!(with.split_once("<main").unwrap().0.contains("<p>about</p></div>\n</header>"), "below the verdict");
        assert!(with.contains("<nav>bar</nav><header") && with.contains("<script>say()</script>\n</body>"));
    }

    #[test]
    fn base64_is_that_of_others() {
        use ::base64::Engine as _;
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
            assert_eq!(base64(text.as_bytes()), ::base64::engine::general_purpose::STANDARD.encode(text));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_becomes_markup(text in "([<>&\"'`{}%#/a ]|</?script>|<!--|-->|javascript:|\\PC){0,30}") {
            let mut finding = at_line("MET-002", 7, &text);
            finding.message.clone_from(&text);
            finding.why.clone_from(&text);
            finding.docs = format!("javascript:{text}");
            finding.suggestion = Some(text.clone());
            let mut document = reviewed(&text, vec![finding], None);
            document.head.checks.push(check(&text, Some(&text), CheckState::Mentioned, Some(1)));
            let with = render(&run_of(vec![document], &[&text]), &catalogue(), GATE);
            let bare = {
                let mut finding = at_line("MET-002", 7, "x");
                finding.docs = "javascript:x".into();
                finding.suggestion = Some("x".into());
                let mut document = reviewed("x", vec![finding], None);
                document.head.checks.push(check("x", Some("x"), CheckState::Mentioned, Some(1)));
                render(&run_of(vec![document], &["x"]), &catalogue(), GATE)
            };
            // However the words are, the page has the same scripts, links and comments.
            for mark in ["<script", "</script", "<a ", "<!--", "<img", " href="] {
                proptest::prop_assert_eq!(with.matches(mark).count(), bare.matches(mark).count(), "{}", mark);
            }
        }
    }
}
