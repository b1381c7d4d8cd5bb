//! The report for a person at a terminal: verdict, checklist, findings as compilers show them, numbers, what to do next.
//! Decides nothing; text of others cannot steer the terminal.

mod matrix;
mod snippet;
mod tables;

use std::fmt::Write as _;

pub use super::paint::Look;
use super::paint::{Ink, line, wrap};
use super::{Entry, Run, by_reason, said};
use crate::document::{Document, Form, waiver_setting};
use crate::facts::Kind;
use crate::finding::{Confidence, Evidence, Finding, Severity, Source};
use crate::review::render::words::tally::{Tally, plural};
use crate::review::{Catalogue, Reviewed, Skipped};

/// The report.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue, look: Look) -> String {
    let mut desk = Desk { run, catalogue, look, out: String::new() };
    let mut short = true;
    for (at, entry) in run.documents.iter().enumerate() {
        let is_short = !matches!(entry, Entry::Reviewed(reviewed, _) if reviewed.is_spec());
        if at > 0 && !(short && is_short) {
            desk.out.push('\n');
        }
        short = is_short;
        match entry {
            Entry::Reviewed(reviewed, document) if reviewed.is_spec() => desk.spec(reviewed, document),
            Entry::Reviewed(reviewed, document) => desk.other(reviewed, document),
            Entry::Unread { path, reason } => desk.unread(path, reason),
        }
    }
    desk.end();
    desk.out
}

struct Desk<'a> {
    run: &'a Run,
    catalogue: &'a Catalogue,
    look: Look,
    out: String,
}

impl Desk<'_> {
    /// Everything about one specification.
    fn spec(&mut self, reviewed: &Reviewed, document: &Document) {
        let verdict = said::verdict(reviewed);
        let ink = ink_of_tally(Tally::of(reviewed.news()));
        let path = self.look.paint(Ink::Strong, &line(&reviewed.path));
        let verdict = self.look.paint(ink, &verdict);
        self.put(&format!("{path}: {verdict}"));
        self.faint(&said::read_as(reviewed));
        if let Some(opened) = self.run.opened.get(&reviewed.path).filter(|opened| opened.address != reviewed.path) {
            self.faint(&format!("to be read at {}", line(&opened.address)));
        }
        self.out.push_str(&tables::checklist(reviewed, self.catalogue, self.look));
        let (new, old): (Vec<_>, Vec<_>) = reviewed.findings().enumerate().partition(|(at, _)| reviewed.is_new(*at));
        let mut told: Vec<(String, String)> = Vec::new();
        for (_, finding) in &new {
            self.finding(finding, reviewed, document, &mut told);
        }
        self.baseline(reviewed);
        let carried = |at: &usize| reviewed.comparison.carried.contains(at);
        self.comparison(
            reviewed,
            &old.iter().filter(|(at, _)| carried(at)).map(|(_, finding)| *finding).collect::<Vec<_>>(),
        );
        self.out.push_str(&matrix::chains(&reviewed.head.chains, self.look));
        self.out.push_str(&tables::numbers(&reviewed.head.measures, &reviewed.head.places, self.look));
        self.out.push_str(&matrix::risks(&reviewed.risks(), self.look));
        for limit in &reviewed.head.limits {
            self.note("not read", &line(limit));
        }
    }

    /// A document that no rule was applied to: one line, and what it was told nevertheless.
    fn other(&mut self, reviewed: &Reviewed, document: &Document) {
        let path = self.look.paint(Ink::Strong, &line(&reviewed.path));
        let what = match reviewed.head.profile.kind {
            Kind::Related => "about AI, but not a specification of a project",
            _ => "not a specification of an AI project",
        };
        let because = line(&reviewed.head.profile.because);
        let because = if because.is_empty() { because } else { format!(" ({})", because.trim_end_matches('.')) };
        let text = format!("{what}{because}: no rule applied; --as spec to review it anyway");
        let mut lines = wrap(&text, super::paint::width(&reviewed.path) + 2, self.look.columns()).into_iter();
        self.put(&format!("{path}: {}", lines.next().unwrap_or_default()));
        for more in lines {
            self.put(&format!("  {more}"));
        }
        let mut told = Vec::new();
        for finding in reviewed.findings() {
            self.finding(finding, reviewed, document, &mut told);
        }
    }

    fn unread(&mut self, path: &str, reason: &str) {
        let path = self.look.paint(Ink::Strong, &line(path));
        let what = self.look.paint(Ink::Bad, "not read");
        self.put(&format!("{path}: {what}: {}", line(reason)));
    }

    /// One finding as a compiler shows it. `told` holds the texts to paste that stand above already, with their rule.
    fn finding(
        &mut self,
        finding: &Finding,
        reviewed: &Reviewed,
        document: &Document,
        told: &mut Vec<(String, String)>,
    ) {
        let ink = ink(finding.severity);
        self.out.push('\n');
        let name = self.catalogue.name(&finding.rule).map(|name| format!(" {name}")).unwrap_or_default();
        let doubt = match (finding.source, finding.confidence) {
            (Source::Model, _) => ", from the model",
            (Source::Tool, Confidence::High) => ", imported",
            (Source::Tool, _) => ", imported, never fails",
            (_, Confidence::High) => "",
            (_, Confidence::Medium) => ", medium confidence",
            (_, Confidence::Low) => ", low confidence",
        };
        let head = format!("{}[{}{name}{doubt}]", finding.severity, line(&finding.key()));
        let used = super::paint::width(&head) + 2;
        let mut message = wrap(&line(&finding.message), used, self.look.columns()).into_iter();
        let first = self.look.paint(Ink::Strong, &message.next().unwrap_or_default());
        let head = self.look.paint(ink, &head);
        self.put(&format!("{head}: {first}"));
        for more in message {
            let more = self.look.paint(Ink::Strong, &more);
            self.put(&format!("  {more}"));
        }
        let places = || finding.place.iter().chain(&finding.related);
        let gutter =
            places().map(|place| place.seen_lines().map_or(1, |at| at.end.to_string().len())).max().unwrap_or(1).max(2);
        let arrow = self.look.paint(Ink::Faint, "-->");
        let path = line(&reviewed.path);
        for (at, place) in places().enumerate() {
            let arrow = if at == 0 { arrow.clone() } else { self.look.paint(Ink::Faint, ":::") };
            let shown = match self.run.opened.get(&reviewed.path).filter(|opened| opened.line.is_some()) {
                Some(opened) => line(&opened.at(Some(place.lines.start))),
                None => matrix::in_document(place, &reviewed.path),
            };
            self.put(&format!("{}{arrow} {shown}", " ".repeat(gutter)));
            let ink = if at == 0 { ink } else { Ink::Note };
            self.out.push_str(&snippet::snippet(document, place, gutter, ink, self.look));
        }
        if finding.place.is_none() && finding.related.is_empty() {
            self.put(&format!("{}{arrow} {path}", " ".repeat(gutter)));
        }
        let text = finding.suggestion.as_deref().map(str::trim).filter(|text| !text.is_empty());
        // Parts of one rule share reason and text: neither is said twice.
        if let Some((rule, _)) = told.iter().find(|(_, known)| Some(known.as_str()) == text) {
            let rule = rule.clone();
            self.remark(gutter, "help", &format!("reason and text to paste as under {rule}"));
            return;
        }
        self.remark(gutter, "why", &line(&finding.why));
        let Some(text) = text else { return };
        self.remark(gutter, "help", "paste and fill in");
        let bar = self.look.paint(Ink::Faint, "|");
        for row in text.lines() {
            let row = crate::review::render::escape::visible(row, false);
            // A row of a table must stay in one piece.
            let table = row.trim_start().starts_with('|');
            let rows = if table { vec![row] } else { wrap(&row, gutter + 5, self.look.columns()) };
            for (at, row) in rows.into_iter().enumerate() {
                let indent = if at == 0 { "   " } else { "     " };
                self.put(format!("{} {bar}{indent}{row}", " ".repeat(gutter)).trim_end());
            }
        }
        told.push((line(&finding.key()), text.to_owned()));
    }

    /// `   = why: …`
    fn remark(&mut self, gutter: usize, what: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let indent = gutter + 3 + what.len() + 2;
        let mut lines = wrap(text, indent, self.look.columns()).into_iter();
        let mark = self.look.paint(Ink::Faint, "=");
        let what = self.look.paint(Ink::Strong, &format!("{what}:"));
        self.put(&format!("{} {mark} {what} {}", " ".repeat(gutter), lines.next().unwrap_or_default()));
        for more in lines {
            self.put(&format!("{}{more}", " ".repeat(indent)));
        }
    }

    /// What the baseline holds, by its rules, and what can go from it.
    fn baseline(&mut self, reviewed: &Reviewed) {
        let Some(held) = &reviewed.comparison.held else { return };
        let findings = held.known.iter().filter_map(|at| reviewed.head.findings.get(*at));
        let mut keys: Vec<String> = findings.map(|finding| line(&finding.key())).collect();
        keys.sort();
        keys.dedup();
        let stale = said::stale(reviewed);
        if !keys.is_empty() || !stale.is_empty() {
            self.out.push('\n');
        }
        if !keys.is_empty() {
            self.wrapped("in the baseline, never fails", &keys.join(", "));
        }
        if !stale.is_empty() {
            self.wrapped("in the baseline, no longer found", &format!("{stale}; --write-baseline drops it"));
        }
    }

    fn wrapped(&mut self, what: &str, text: &str) {
        let mut lines = wrap(text, what.len() + 2, self.look.columns()).into_iter();
        self.note(what, &lines.next().unwrap_or_default());
        for more in lines {
            self.put(&format!("  {more}"));
        }
    }

    /// What was there before the change, by its base or by the word of another tool, and what the change mended.
    fn comparison(&mut self, reviewed: &Reviewed, old: &[&Finding]) {
        if !old.is_empty() {
            self.out.push('\n');
            self.put(&self.look.paint(Ink::Strong, "From before this change (never fails it)"));
        }
        for finding in old {
            let place = finding.place.as_ref().map(|at| format!(" ({})", begins(at))).unwrap_or_default();
            let text = format!("{}[{}]{place}: {}", finding.severity, line(&finding.key()), line(&finding.message));
            for (at, row) in wrap(&text, 2, self.look.columns()).into_iter().enumerate() {
                self.put(&format!("{}{row}", if at == 0 { "  " } else { "    " }));
            }
        }
        let Some(base) = &reviewed.base else { return };
        let mut fixed: Vec<String> =
            reviewed.comparison.fixed.iter().filter_map(|at| base.findings.get(*at)).map(Finding::key).collect();
        fixed.sort();
        fixed.dedup();
        if !fixed.is_empty() {
            self.note("fixed by this change", &line(&fixed.join(", ")));
        }
    }

    /// Totals, what was not read, how the model took part, and what to do next.
    fn end(&mut self) {
        let specs: Vec<&Reviewed> = self.run.reviewed().filter(|reviewed| reviewed.is_spec()).collect();
        if self.run.documents.len() > 1 {
            self.out.push('\n');
            let others = self.run.reviewed().count() - specs.len();
            let unread = self.run.documents.len() - others - specs.len();
            let tally = Tally::of(specs.iter().flat_map(|reviewed| reviewed.news()));
            let found = tally.words().unwrap_or_else(|| "nothing to report".to_owned());
            let mut parts = vec![format!("{} ({found})", plural(specs.len(), "specification", "specifications"))];
            if others > 0 {
                parts.push(format!("{others} of another kind"));
            }
            if unread > 0 {
                parts.push(format!("{unread} not read"));
            }
            let text = format!("{}: {}", plural(self.run.documents.len(), "document", "documents"), parts.join(", "));
            self.put(&self.look.paint(Ink::Strong, &text));
        }
        let listed = |path: &str| {
            self.run.documents.iter().any(|entry| matches!(entry, Entry::Unread { path: known, .. } if known == path))
        };
        let skipped: Vec<Skipped> = self.run.skipped.iter().filter(|one| !listed(&one.what)).cloned().collect();
        for Skipped { what, why } in by_reason(&skipped) {
            self.note("not read", &format!("{}: {}", line(&what), line(&why)));
        }
        for problem in &self.run.problems {
            self.note("configuration", &line(&problem.to_string()));
        }
        if !specs.is_empty() {
            self.next(&specs);
            self.out.push('\n');
            self.faint(&said::model(self.run, "checklist above"));
        }
    }

    /// What to do next.
    fn next(&mut self, specs: &[&Reviewed]) {
        let mut found: Vec<&Finding> = specs.iter().flat_map(|reviewed| reviewed.news()).collect();
        found.retain(|finding| finding.source == Source::Rule);
        let Some(worst) = found.iter().map(|finding| finding.severity).max() else { return };
        // In the order in which they stand above.
        found.retain(|finding| finding.severity == worst);
        let Some(first) = found.first() else { return };
        let mut keys: Vec<String> = Vec::new();
        for finding in &found {
            let place = finding.place.as_ref().map(|at| format!(" ({})", begins(at))).unwrap_or_default();
            let key = format!("{}{place}", line(&finding.key()));
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let more = keys.len().saturating_sub(8);
        keys.truncate(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let rule = line(&first.rule);
        let form = specs.first().map_or(Form::Markdown, |reviewed| reviewed.form);
        let waiver = format!("specreview: waive {rule} reason=\"…\"");
        self.out.push('\n');
        self.put(&self.look.paint(Ink::Strong, "What to do next"));
        let what = match worst {
            Severity::Error => "errors",
            Severity::Warning => "warnings",
            Severity::Info => "notes",
        };
        for (number, step) in [
            format!("Start with the {what}: {}{more}.", keys.join(", ")),
            format!("`specreview rules explain {rule}` shows what the rule wants, with good and bad examples."),
            match form.comment(&waiver) {
                Some(comment) => format!("Left out on purpose? Say so in the document: {comment}"),
                None => format!(
                    "Left out on purpose? Say so at the end of .specreview.toml, a line each: {}",
                    waiver_setting(&rule).join(" · ")
                ),
            },
        ]
        .into_iter()
        .enumerate()
        {
            for (at, row) in wrap(&step, 5, self.look.columns()).into_iter().enumerate() {
                let lead = if at == 0 { format!("  {}. ", number + 1) } else { "     ".to_owned() };
                self.put(&format!("{lead}{row}"));
            }
        }
    }

    fn put(&mut self, row: &str) {
        self.out.push_str(row);
        self.out.push('\n');
    }

    fn faint(&mut self, text: &str) {
        for row in wrap(text, 0, self.look.columns()) {
            let row = self.look.paint(Ink::Faint, &row);
            self.put(&row);
        }
    }

    fn note(&mut self, what: &str, text: &str) {
        let head = self.look.paint(Ink::Note, &format!("{what}:"));
        let _ = writeln!(self.out, "{head} {text}");
    }
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Error => Ink::Bad,
        Severity::Warning => Ink::Doubtful,
        Severity::Info => Ink::Note,
    }
}

fn ink_of_tally(tally: Tally) -> Ink {
    match tally {
        Tally { errors: 1.., .. } => Ink::Bad,
        Tally { warnings: 1.., .. } => Ink::Doubtful,
        Tally { notes: 1.., .. } => Ink::Note,
        _ => Ink::Good,
    }
}

/// Where a place begins, in words.
fn begins(place: &Evidence) -> String {
    place.spot.clone().unwrap_or_else(|| format!("line {}", place.lines.start))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::facts::Role;
    use crate::finding::CheckState;
    use crate::review::testing::{at_line, check, measure, missing, named, reviewed, said_by_model};

    fn sample() -> Reviewed {
        let mut document = reviewed(
            "specs/parcel.md",
            vec![
                missing("BIZ-001"),
                named("MON-001", 7, "we will monitor it"),
                named("MON-002", 7, "monitor"),
                at_line("MET-002", 7, "a good recall"),
                at_line("INF-003", 15, "at most 400 ms for each parcel"),
            ],
            None,
        );
        document.head.findings[4].severity = Severity::Warning;
        document.head.findings[2].suggestion = document.head.findings[1].suggestion.clone();
        for (rule, part, state, line) in [
            ("BIZ-002", None, CheckState::Specified, Some(3)),
            ("DAT-001", None, CheckState::Specified, Some(13)),
            ("VER-001", Some("code"), CheckState::Absent, None),
            ("VER-001", Some("data"), CheckState::Mentioned, Some(13)),
            ("ANN-001", None, CheckState::NotApplicable, None),
            ("FAI-001", None, CheckState::Waived, Some(13)),
        ] {
            document.head.checks.push(check(rule, part, state, line));
        }
        if let Some(waived) = document.head.checks.last_mut() {
            waived.reason = Some("parcels are not people\u{1b}[2J".into());
        }
        document.head.measures =
            vec![measure("recall", Role::Baseline, 0.31, 11), measure("recall", Role::Target, 0.85, 11)];
        document
    }

    #[test]
    fn one_specification_reads_well() {
        let text = render(&run_of(vec![sample()], &[]), &catalogue(), Look { colour: false, width: 100 });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_to_start_with_stands_in_the_order_of_the_findings() {
        let mut document = sample();
        document.head.findings[0].confidence = Confidence::Medium;
        let text = render(&run_of(vec![document], &[]), &catalogue(), Look { colour: false, width: 100 });
        let shown = text.lines().filter_map(|line| line.strip_prefix("error[")?.split(['\u{20}', ']']).next());
        let start = text.lines().find_map(|line| line.split_once("errors: ")).map_or("", |(_, list)| list);
        let started = start.split(", ").filter_map(|key| key.split(['\u{20}', '.']).next());
        assert_eq!(started.collect::<Vec<_>>(), shown.collect::<Vec<_>>(), "{text}");
    }

    #[test]
    fn what_another_tool_knows_from_before_is_listed_without_a_base() {
        let mut document = reviewed("old.md", vec![missing("BIZ-001"), missing("GOV-001")], None);
        crate::review::carry(&mut document.comparison, |at| at == 1);
        let text = render(&run_of(vec![document], &[]), &catalogue(), Look { colour: false, width: 90 });
        let (_, listed) = text.split_once("From before this change (never fails it)\n").unwrap_or_default();
        assert!(text.contains("1 more from before this change"), "{text}");
        assert!(listed.trim_start().starts_with("error[GOV-001]"), "{text}");
    }

    #[test]
    fn a_document_of_signs_without_words_is_rendered() {
        for text in ["\u{200b}".repeat(300), "*".repeat(300), format!("{}\n", "|".repeat(300)), "\u{ad}…".repeat(200)]
        {
            let quote = Evidence::new(crate::text::LineRange::single(1), &text).quote;
            let mut run = run_of(vec![reviewed("a.md", vec![at_line("MET-002", 1, &quote)], None)], &[]);
            for entry in &mut run.documents {
                if let Entry::Reviewed(_, document) = entry {
                    *document = Document::parse(&text);
                }
            }
            let shown = render(&run, &catalogue(), Look { colour: false, width: 80 });
            assert!(shown.contains("MET-002"), "{shown}");
        }
    }

    #[test]
    fn a_narrow_terminal_wraps() {
        let text = render(&run_of(vec![sample()], &[]), &catalogue(), Look { colour: false, width: 60 });
        let long: Vec<&str> = text.lines().filter(|line| super::super::paint::width(line) > 60).collect();
        assert_eq!(long, [""; 0]);
    }

    #[test]
    fn several_inputs_end_in_a_total() {
        let mut other = reviewed("notes.md", vec![], None);
        other.head.profile.kind = Kind::Other;
        other.head.profile.because = "It tells how to install a library.".into();
        let mut cut = reviewed("clean.md", vec![], None);
        cut.head.limits.push("block quotes nested deeper than 100 levels".into());
        let mut said = reviewed("said.md", vec![], None);
        said.critique.verdicts.push(crate::critique::Verdict {
            question: "MR1".into(),
            score: Some(1),
            findings: vec![said_by_model("MR1", 7, "a good recall")],
            evidence: Vec::new(),
            dropped: 0,
            failure: None,
        });
        let old = reviewed("old.md", vec![missing("BIZ-001")], Some(vec![missing("BIZ-001"), missing("GOV-001")]));
        let mut run = run_of(vec![other, cut, said, old], &["gone.md"]);
        run.model = Some("small-model".into());
        run.usage.calls = 1;
        insta::assert_snapshot!(render(&run, &catalogue(), Look { colour: false, width: 90 }));
    }

    #[test]
    fn colour_changes_no_word() {
        let run = run_of(vec![sample()], &["gone.md"]);
        let plain = render(&run, &catalogue(), Look { colour: false, width: 100 });
        let painted = render(&run, &catalogue(), Look { colour: true, width: 100 });
        assert_ne!(plain, painted);
        let bare = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&painted, "").into_owned();
        assert_eq!(bare, plain);
    }

    #[test]
    fn nothing_in_a_document_steers_the_terminal() {
        let mut document = sample();
        for finding in &mut document.head.findings {
            finding.message.push_str(" \u{1b}[2J\u{7}\r\n");
            finding.suggestion = Some("\u{1b}]0;title\u{7}".into());
        }
        document.path = "a\u{1b}[31m\nb.md".into();
        let text = render(&run_of(vec![document], &[]), &catalogue(), Look { colour: false, width: 100 });
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
}
