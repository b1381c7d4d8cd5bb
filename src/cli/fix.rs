//! `fix`: puts skeletons in where a specification misses something. Only adds; what is put in, and where, is `draft`'s business.

use std::io;
use std::path::Path;

use similar::TextDiff;

use super::args::Fix as Args;
use super::desk::Desk;
use super::env::{Env, Io};
use super::error::{CliError, Exit, count, plain};
use super::put::put;
use super::runner;
use crate::document::Document;
use crate::draft::{Draft, Which, can_fill, fill, open_rules};
use crate::output::{Entry, Run, by_reason};
use crate::review::{Reviewed, Skipped};
use crate::rules::{Rule, RuleSet};
use crate::source::{Loaded, file, url::recognise};
use crate::text::nearest::nearest;

/// How often a text is read again with what was put in: a handful of sentences may read otherwise below new headings.
const ROUNDS: usize = 4;

/// Fills in the files, each on its own: one that cannot be used does not hold up the others.
pub(super) async fn fix(args: &Args, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let paths: Vec<String> = args.files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    if let Some(path) = paths.iter().find(|path| *path == "-" || recognise(path).is_some() || Path::new(path).is_dir())
    {
        return Err(CliError::NoFile { what: path.clone() });
    }
    let desk = Desk::open(Path::new(""), args.config.as_deref(), env)?;
    let rules = &desk.deps.rules;
    for code in &args.rules {
        asked_for(code, rules)?;
    }
    let loaded = file::load(&paths, &mut io::empty(), &|_| file::LIMIT);
    let run = desk.review(loaded, args.treat_as.is_some()).await;
    for problem in &run.problems {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
    let (mut would, mut refused) = (false, false);
    for (reviewed, document) in reviewed(&run) {
        if !can_fill(document) {
            refused = true;
            let said = "nothing is put in: text is put into Markdown, MDX, AsciiDoc and reStructuredText only";
            writeln!(io.err, "warning: {}: {said}", plain(&reviewed.path)).map_err(CliError::Output)?;
            continue;
        }
        if !reviewed.is_spec() {
            let why = plain(&reviewed.head.profile.because);
            let said = format!(
                "{}: no specification, so nothing is put in: {why} (--as spec says that it is one)",
                reviewed.path
            );
            writeln!(io.err, "{said}").map_err(CliError::Output)?;
            continue;
        }
        let draft = fill_up(&desk, args, reviewed, document).await;
        would |= draft.count() > 0 || !draft.unplaced.is_empty();
        let text = draft.apply(document.written());
        if args.diff {
            let shown = TextDiff::from_lines(document.written(), text.as_str());
            let (old, new) = (format!("a/{}", reviewed.path), format!("b/{}", reviewed.path));
            let shown = shown.unified_diff().header(&old, &new).to_string();
            // A patch stays what it is; in the log of a job its lines are somebody else's words.
            let is_job = env.get("GITHUB_ACTIONS") == Some("true");
            let shown = if is_job { runner::harmless(&shown) } else { shown.as_str().into() };
            io.out.write_all(shown.as_bytes()).map_err(CliError::Output)?;
            tell_unplaced(&reviewed.path, &draft, io)?;
            continue;
        }
        if !args.check
            && draft.count() > 0
            && let Err(source) = replace(Path::new(&reviewed.path), document.written(), &text)
        {
            refused = true;
            let error = CliError::Unwritten { path: reviewed.path.clone().into(), source };
            writeln!(io.err, "warning: {}", error.line()).map_err(CliError::Output)?;
            continue;
        }
        tell(&reviewed.path, document, &draft, rules, args.check, io)?;
    }
    let unread = run.unopened();
    if reviewed(&run).next().is_none() {
        return Err(CliError::NothingReviewed(unread));
    }
    for Skipped { what, why } in by_reason(&unread) {
        let _ = writeln!(io.err, "warning: not read: {}: {}", plain(&what), plain(&why));
    }
    Ok(if refused || !unread.is_empty() {
        Exit::Unusable
    } else if args.check && would {
        Exit::Findings
    } else {
        Exit::Good
    })
}

/// Everything that is to be put in, also what a short text is only asked for once it has more around it.
async fn fill_up(desk: &Desk, args: &Args, given: &Reviewed, document: &Document) -> Draft {
    let mut draft = filled(desk, args, given, document);
    for _ in 1..ROUNDS {
        if draft.count() == 0 {
            break;
        }
        let text = draft.apply(document.written());
        let run = desk.review(vec![Loaded::text(&given.path, text)], args.treat_as.is_some()).await;
        let more = reviewed(&run).map(|(reviewed, document)| filled(desk, args, reviewed, document)).next();
        let Some(more) = more.filter(|more| more.count() > 0) else { break };
        draft = draft.and_then(&more);
    }
    draft
}

fn filled(desk: &Desk, args: &Args, reviewed: &Reviewed, document: &Document) -> Draft {
    let rules = &desk.deps.rules;
    let which = if args.named { Which::Named } else { Which::Missing };
    let mut wanted = open_rules(document, &reviewed.head, rules, which);
    wanted.retain(|rule| args.rules.is_empty() || args.rules.iter().any(|code| rule.code.eq_ignore_ascii_case(code)));
    fill(document, &reviewed.head, rules, &wanted)
}

fn reviewed(run: &Run) -> impl Iterator<Item = (&Reviewed, &Document)> {
    run.documents.iter().filter_map(|entry| match entry {
        Entry::Reviewed(reviewed, document) => Some((&**reviewed, document)),
        Entry::Unread { .. } => None,
    })
}

/// There is such a rule, and it has a text to put in.
fn asked_for(code: &str, rules: &RuleSet) -> Result<(), CliError> {
    let Some(rule) = rules.get(code) else {
        let nearest = nearest(code, rules.rules.iter().map(|rule| rule.code.as_str())).map(str::to_owned);
        return Err(CliError::UnknownRule { code: code.to_owned(), nearest });
    };
    let asks = |rule: &Rule| rule.check.wants() && rule.skeleton.is_some();
    if asks(rule) { Ok(()) } else { Err(CliError::NothingToPutIn { code: rule.code.clone() }) }
}

/// What was put in, and where.
fn tell(
    path: &str,
    document: &Document,
    draft: &Draft,
    rules: &RuleSet,
    check: bool,
    io: &mut Io<'_>,
) -> Result<(), CliError> {
    let number = draft.count();
    let done = match (number, check) {
        (0, _) if !draft.unplaced.is_empty() => "nothing can be put in".to_owned(),
        (0, _) => "nothing to put in".to_owned(),
        (_, true) => format!("{} would be put in", count(number, "text")),
        (_, false) => format!("{} to fill in", count(number, "text")),
    };
    let mut text = format!("{}: {done}\n", plain(path));
    let mut added = 0;
    for insertion in draft.insertions() {
        let before = document.written_lines().line_of(insertion.at) as usize;
        let first = before
            + added
            + usize::from(!document.written().get(..insertion.at).is_some_and(|text| text.ends_with('\n')));
        added += insertion.text.matches('\n').count();
        let heading = insertion.heading.as_deref().unwrap_or("the beginning");
        let place =
            if insertion.is_new { format!("new section \"{heading}\"") } else { format!("below \"{heading}\"") };
        text.push_str(&plain(&format!("  line {:<5} {place}", first + 1)));
        text.push('\n');
        for code in &insertion.rules {
            let item = rules.get(code).map_or("", |rule| rule.item.as_str());
            text.push_str(&plain(&format!("             {code} {item}")));
            text.push('\n');
        }
    }
    if number > 0 && !check {
        text.push_str("Replace what stands between ‹ and ›; `specreview review` shows what is still missing.\n");
    }
    io.out.write_all(text.as_bytes()).map_err(CliError::Output)?;
    tell_unplaced(path, draft, io)
}

fn tell_unplaced(path: &str, draft: &Draft, io: &mut Io<'_>) -> Result<(), CliError> {
    for one in &draft.unplaced {
        writeln!(io.err, "warning: {}: {} is not put in: {}", plain(path), one.rule, one.why)
            .map_err(CliError::Output)?;
    }
    Ok(())
}

/// Puts the text into the place of what was read. A file that somebody changed since is left alone.
fn replace(path: &Path, read: &str, text: &str) -> io::Result<()> {
    if std::fs::read(path)? != read.as_bytes() {
        return Err(io::Error::other("it changed while it was read; run the command again"));
    }
    put(path, text)
}
