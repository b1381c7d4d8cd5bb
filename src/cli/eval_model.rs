//! `eval --model`: labelled passages in, figures of a model out. What is counted is the business of `eval::rubric`.

use std::path::Path;
use std::sync::Arc;

use super::args::{Eval as Args, TableFormat};
use super::env::{Env, Io};
use super::error::{CliError, Exit, plain};
use super::eval::{is_file, is_folder, sorted, text};
use super::{config, model, report, rules, setup};
use crate::config::{Paths, egress};
use crate::critique::{self, AskedRisk, Critique, Questionnaire, ReplyType};
use crate::eval::rubric::{self, Figures, Files, Heard, PaperFiles, RiskFigures, RiskHeard, Rubric, Run};
use crate::finding::{Problem, RiskLevel};
use crate::job::measure::{self, Measured, Text};
use crate::job::{Deps, asked_risk};
use crate::rules::{RuleSet, Source};
use crate::source::file;
use crate::text::front_matter;

/// Folder with papers whose risks are labelled.
const RISKS: &str = "risks";
/// Texts at once where the operator sets no limit; the model keeps its own.
const AT_ONCE: usize = 4;

/// Runs the command.
pub(super) async fn measure(args: &Args, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let (rules, problems) = rules::known()?;
    for problem in &problems {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
    let (book, _) = critique::builtin();
    let (mut files, mut problems) = (Files::default(), Vec::new());
    for folder in &args.folders {
        find(folder, &mut files, &mut problems, io)?;
    }
    let rubric = labels(args, &files, (&book, &rules), &mut problems, io)?;
    let asked = model::needed(&args.model, env, io)?;
    let is_local = asked.model.as_ref().is_some_and(|model| model.is_local());
    may_leave(&files, is_local, &rules, io)?;
    let at_once = asked.at_once.unwrap_or(AT_ONCE);
    let deps = Deps { rules: Arc::new(rules), ..setup::deps(asked, env, "specreview") };
    let run = ask(&deps, &book, &rubric, at_once, io).await;
    let text = match args.format {
        TableFormat::Text => rubric::text(&run, args.verbose),
        TableFormat::Json => rubric::json(&run, deps.version, &problems),
    };
    report::write(&text, args.format.into(), None, io)?;
    if args.format == TableFormat::Json {
        let _ = writeln!(io.err, "{}", run.cost().words());
    }
    Ok(exit(args, &run, &problems, io))
}

/// Mistakes in labels count first, then gaps, then the limit that was asked for.
fn exit(args: &Args, run: &Run, problems: &[Problem], io: &mut Io<'_>) -> Exit {
    let total = run.total();
    let papers = run.risks.as_ref().map_or(0, |risks| risks.unanswered);
    if !problems.is_empty() {
        return Exit::Unusable;
    }
    if total.unanswered + papers > 0 {
        return Exit::Incomplete;
    }
    match args.min_agreement {
        // Without a sample nothing is shown to hold.
        Some(least) if total.exact().value().is_none_or(|value| value < least) => {
            let _ = writeln!(io.err, "agreement is {}, --min-agreement asks for {least}", total.exact());
            Exit::Findings
        }
        _ => Exit::Good,
    }
}

/// Labelled texts go to a model under the same conditions as specifications: what the configuration holds back stays here.
fn may_leave(files: &Files, is_local: bool, rules: &RuleSet, io: &mut Io<'_>) -> Result<(), CliError> {
    let (config, problems) = config::read(None, None, rules)?;
    for problem in &problems {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
    let paths = Paths::new(&config);
    let root = config::root(config::place(None).as_deref());
    let passages = files.criteria.iter().map(|source| (source, None));
    let papers = files.papers.iter().filter_map(|paper| paper.text.as_ref());
    let papers = papers.map(|source| (source, front_matter(&source.text).map(|front| front.front)));
    for (source, front) in passages.chain(papers) {
        let place = file::below(&root, &source.path);
        egress(&paths, place.as_deref(), front, is_local).map_err(|held| {
            let reason = format!("{} is not sent to it, because {}", source.path, held.because);
            CliError::Setting { what: "the model", reason }
        })?;
    }
    Ok(())
}

/// The labels that are asked for; the mistakes in all of them are told and added.
fn labels(
    args: &Args,
    files: &Files,
    (book, rules): (&Questionnaire, &RuleSet),
    problems: &mut Vec<Problem>,
    io: &mut Io<'_>,
) -> Result<Rubric, CliError> {
    let (mut rubric, more) = rubric::read(files, book, rules);
    problems.extend(more);
    for problem in problems.iter() {
        let _ = writeln!(io.err, "{}", plain(&problem.to_string()));
    }
    if !args.questions.is_empty() {
        let risks = of_risks(book).filter(|_| !rubric.papers.is_empty());
        let known = rubric.criteria.iter().map(|criterion| criterion.question.as_str()).chain(risks);
        let known: Vec<&str> = known.collect();
        if let Some(id) = args.questions.iter().find(|id| !known.contains(&id.as_str())) {
            return Err(CliError::UnknownCriterion { id: id.clone(), known: known.join(", ") });
        }
        let wanted = |id: &str| args.questions.iter().any(|wanted| wanted == id);
        rubric.criteria.retain(|criterion| wanted(&criterion.question));
        if !of_risks(book).is_some_and(wanted) {
            rubric.papers.clear();
        }
    }
    if let Some(most) = args.limit.and_then(|most| usize::try_from(most).ok()) {
        for criterion in &mut rubric.criteria {
            thin(&mut criterion.passages, most);
        }
        thin(&mut rubric.papers, most);
    }
    if rubric.criteria.is_empty() && rubric.papers.is_empty() {
        let folders: Vec<String> = args.folders.iter().map(|folder| folder.display().to_string()).collect();
        return Err(CliError::NoPassages { folders: folders.join(", ") });
    }
    Ok(rubric)
}

/// Id of the question about risks.
fn of_risks(book: &Questionnaire) -> Option<&str> {
    book.questions
        .iter()
        .find(|question| question.rubric.reply == ReplyType::Risks)
        .map(|question| question.id.as_str())
}

/// Keeps so many, evenly spread: files stand in order of the score.
fn thin<T>(all: &mut Vec<T>, most: usize) {
    let (len, mut at) = (all.len(), 0);
    all.retain(|_| {
        let keeps = len <= most || (at * most) / len != ((at + 1) * most) / len;
        at += 1;
        keeps
    });
}

/// The files of labels in a folder; links are not followed.
fn find(folder: &Path, files: &mut Files, problems: &mut Vec<Problem>, io: &mut Io<'_>) -> Result<(), CliError> {
    for path in sorted(folder)?.iter().filter(|path| is_file(path)) {
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        if path.extension().is_none_or(|ending| ending != "jsonl") {
            continue;
        }
        // Two letters and a number: a criterion, known or misspelt.
        let looks_so = name.starts_with(|c: char| c.is_alphabetic()) && name.ends_with(|c: char| c.is_ascii_digit());
        if looks_so {
            files.criteria.extend(source(path, problems));
        } else {
            let _ = writeln!(
                io.err,
                "note: {} is not named after a criterion and left alone",
                plain(&path.display().to_string())
            );
        }
    }
    let papers = if folder.ends_with(RISKS) { folder.to_owned() } else { folder.join(RISKS) };
    if !is_folder(&papers) {
        return Ok(());
    }
    for path in sorted(&papers)?.iter().filter(|path| is_file(path)) {
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        let is_text = match path.extension().and_then(|ending| ending.to_str()) {
            Some("md") if name != "README" => true,
            Some("json") => false,
            _ => continue,
        };
        let Some(source) = source(path, problems) else { continue };
        let dir = path.parent().unwrap_or(path).display().to_string();
        let own = |paper: &PaperFiles| {
            let known = paper.text.as_ref().or(paper.key.as_ref());
            paper.name == name && known.is_some_and(|known| known.path.starts_with(&dir))
        };
        let at = files.papers.iter().position(own).unwrap_or_else(|| {
            files.papers.push(PaperFiles { name: name.to_owned(), ..PaperFiles::default() });
            files.papers.len() - 1
        });
        if let Some(paper) = files.papers.get_mut(at) {
            *(if is_text { &mut paper.text } else { &mut paper.key }) = Some(source);
        }
    }
    Ok(())
}

/// One file; where it cannot be used, a problem says why.
fn source(path: &Path, problems: &mut Vec<Problem>) -> Option<Source> {
    let file = path.display().to_string();
    match text(path, &mut std::io::empty()) {
        Ok(text) => Some(Source { path: file, text }),
        Err(message) => {
            let code = "unreadable-file".to_owned();
            problems.push(Problem { code, file, line: None, column: None, message, advice: String::new() });
            None
        }
    }
}

/// Asks about everything; what was not asked when a cap or a failure ended it has no answer.
async fn ask(deps: &Deps, book: &Questionnaire, rubric: &Rubric, at_once: usize, io: &mut Io<'_>) -> Run {
    let (mut run, mut is_over) = (Run::default(), false);
    for criterion in &rubric.criteria {
        let of = |passage: &rubric::Passage| Text { text: passage.text.clone(), risks: Vec::new() };
        let texts: Vec<Text> = criterion.passages.iter().map(of).collect();
        let measured = carry(deps, book, &criterion.question, &texts, at_once, (&mut run, &mut is_over), io).await;
        let heard: Vec<Option<Heard>> =
            measured.heard.iter().map(|critique| critique.as_ref().and_then(heard)).collect();
        run.criteria.push((criterion.question.clone(), Figures::count(criterion, &heard, measured.cost)));
    }
    if let Some(id) = of_risks(book).filter(|_| !rubric.papers.is_empty()) {
        let of = |paper: &rubric::Paper| Text { text: paper.text.clone(), risks: asked_risks(&deps.rules, paper) };
        let texts: Vec<Text> = rubric.papers.iter().map(of).collect();
        let measured = carry(deps, book, id, &texts, at_once, (&mut run, &mut is_over), io).await;
        let heard: Vec<Option<RiskHeard>> =
            measured.heard.iter().map(|critique| critique.as_ref().map(risks)).collect();
        run.risks = Some(RiskFigures::count(&rubric.papers, &heard, measured.cost));
    }
    // Another model may have taken over.
    run.model = deps.model.as_ref().map(|model| model.name().to_owned()).unwrap_or_default();
    run
}

/// One question about these texts. After a stop nothing more is asked.
async fn carry(
    deps: &Deps,
    book: &Questionnaire,
    id: &str,
    texts: &[Text],
    at_once: usize,
    (run, is_over): (&mut Run, &mut bool),
    io: &mut Io<'_>,
) -> Measured {
    let Some(alone) = book.alone(id).filter(|_| !*is_over) else { return Measured::default() };
    let shows = io.terminal;
    let mut done = |count: usize| {
        if shows {
            let _ = write!(io.err, "\r{id}: {count} of {} ", texts.len());
            let _ = io.err.flush();
        }
    };
    let measured = measure::measure(deps, alone, texts, at_once, &mut done).await;
    if shows {
        let _ = write!(io.err, "\r\x1b[K");
    }
    run.cached += measured.heard.iter().flatten().map(|critique| critique.cached as u64).sum::<u64>();
    run.incomplete = run.incomplete.take().or_else(|| measured.gap.clone());
    *is_over = measured.is_over;
    measured
}

fn heard(critique: &Critique) -> Option<Heard> {
    critique.verdicts.first().map(Heard::from)
}

fn risks(critique: &Critique) -> RiskHeard {
    let verdict = critique.verdicts.first();
    RiskHeard {
        said: critique.risks.clone(),
        dropped: verdict.map_or(0, |verdict| verdict.dropped),
        failure: verdict.and_then(|verdict| verdict.failure.clone()),
    }
}

/// The labelled risks, as if no rule had found anything of them.
fn asked_risks(rules: &RuleSet, paper: &rubric::Paper) -> Vec<AskedRisk> {
    let labelled = rules.risks.iter().filter(|row| paper.risks.iter().any(|(id, _)| *id == row.id));
    labelled.map(|row| asked_risk(row, RiskLevel::Absent, false)).collect()
}
