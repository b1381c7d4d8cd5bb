//! `feedback add | list | export`: what readers say of findings, kept in the server's database, shown by rule, and written as labelled
//! documents. What a label means is the business of `eval`.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::args::{Format, TableFormat};
use super::desk::Desk;
use super::env::{Env, Io};
use super::error::{CliError, Exit, count, plain};
use super::jobs::Database;
use super::{load, report, rules};
use crate::eval::judged::{self, Judged};
use crate::finding::{Finding, tool_of};
use crate::job::by_hand::{Remark, Remarkable};
use crate::output::Entry;
use crate::review::Reviewed;
use crate::rules::{RuleKey, Share};
use crate::source::{Loaded, file};
use crate::store::DAY;
use crate::store::{Feedback as _, Millis, Opinion, Wanted, Worth};
use crate::text::Date;
use crate::text::nearest::nearest;

/// Reasons against a rule that are shown with it.
const SHOWN: usize = 3;

#[derive(Debug, Subcommand)]
pub(super) enum Feedback {
    /// Say what a finding is worth
    Add(Add),
    /// What was said, the oldest first
    List {
        #[command(flatten)]
        of: Of,
        /// Form of the list
        #[arg(long, value_enum, default_value_t = TableFormat::Text)]
        format: TableFormat,
    },
    /// Write what was said as labelled documents, for `specreview eval FOLDER`
    Export {
        /// Folder to write; it must not be there, or be empty
        folder: PathBuf,
        #[command(flatten)]
        of: Of,
    },
}

/// Say what a finding is worth
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  specreview feedback add specs/fraud.md MET-009 wrong --because 'section 4 fixes the threshold'"
)]
pub(super) struct Add {
    /// The document that was reviewed: a file or an address
    #[arg(value_name = "PATH|URL")]
    document: String,
    /// The rule, with its part where it has parts, as MON-002:data
    #[arg(value_name = "RULE")]
    rule: String,
    /// What the finding is worth
    #[arg(value_enum)]
    worth: WorthArg,
    /// Why
    #[arg(long, value_name = "REASON", required_if_eq_any([("worth", "wrong"), ("worth", "not-applicable")]))]
    because: Option<String>,
    /// Line of the finding, where the rule has several
    #[arg(long, value_name = "LINE")]
    line: Option<u32>,
    /// Who says it [env: USER]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    database: Database,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WorthArg {
    /// It is right, and helped
    Useful,
    /// The document does say it
    Wrong,
    /// The document need not say it
    NotApplicable,
}

/// Which of what was said
#[derive(Debug, Args)]
pub(super) struct Of {
    /// Of one rule, with its parts
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Of one document, as the list names it
    #[arg(long, value_name = "PATH|URL")]
    document: Option<String>,
    #[command(flatten)]
    database: Database,
}

impl Of {
    fn wanted(&self) -> Wanted<'_> {
        Wanted { rule: self.rule.as_deref(), document: self.document.as_deref() }
    }
}

/// Does what the command line asks.
pub(super) async fn feedback(command: &Feedback, env: &Env, now: Millis, io: &mut Io<'_>) -> Result<Exit, CliError> {
    match command {
        Feedback::Add(args) => add(args, env, now, io).await,
        Feedback::List { of, format } => {
            let opinions = of.database.open_existing(env).await?.said(of.wanted()).await?;
            let text = match format {
                TableFormat::Json => json(&opinions),
                TableFormat::Text if opinions.is_empty() => "nothing was said\n".to_owned(),
                TableFormat::Text => opinions.iter().map(line).collect(),
            };
            report::write(&text, (*format).into(), None, io)?;
            Ok(Exit::Good)
        }
        Feedback::Export { folder, of } => export(folder, of, env, io).await,
    }
}

async fn add(args: &Add, env: &Env, now: Millis, io: &mut Io<'_>) -> Result<Exit, CliError> {
    // Opened first: a store that cannot be used is no reason to read a document.
    let store = args.database.open_or_make(env).await?;
    let (text, document, reviewed) = read(&args.document, env, io).await?;
    let finding = Remarkable::of(find(args, &reviewed)?, &reviewed);
    let remark = Remark {
        finding: finding.fingerprint.clone(),
        worth: match args.worth {
            WorthArg::Useful => Worth::Useful,
            WorthArg::Wrong => Worth::Wrong,
            WorthArg::NotApplicable => Worth::NotApplicable,
        },
        reason: args.because.clone().unwrap_or_default(),
        by: args.by.as_deref().or_else(|| env.get("USER")).unwrap_or_default().to_owned(),
    };
    let opinion = remark.of(&finding, (&document, &text), now).map_err(|unsaid| CliError::Setting {
        what: "what was said",
        reason: format!("{unsaid}; {}", unsaid.advice()),
    })?;
    store.say(&opinion, Some(&text)).await?;
    report::write(&line(&opinion), Format::Text, None, io)?;
    Ok(Exit::Good)
}

/// The text of one document, what people call it, and its review by rules alone.
async fn read(input: &str, env: &Env, io: &mut Io<'_>) -> Result<(String, String, Reviewed), CliError> {
    let desk = Desk::open(Path::new(""), None, env)?;
    let inputs = [input.to_owned()];
    let loaded = load::load(&inputs, &|_| file::LIMIT, &desk.config, &desk.root, (env, None), io).await;
    let text = match loaded.as_slice() {
        [Loaded::Text { text, .. }] => text.clone(),
        [Loaded::Unread { path, reason }] => {
            let skipped = crate::review::Skipped { what: path.clone(), why: reason.clone() };
            return Err(CliError::NothingReviewed(vec![skipped]));
        }
        several => return Err(CliError::SeveralDocuments { input: input.to_owned(), count: several.len() }),
    };
    let run = desk.review(loaded, true).await;
    let named = run.opened.get(input).map_or_else(|| input.to_owned(), |opened| opened.address.clone());
    let reviewed = run.documents.into_iter().find_map(|entry| match entry {
        Entry::Reviewed(reviewed, _) => Some(*reviewed),
        Entry::Unread { .. } => None,
    });
    reviewed.map(|reviewed| (text, named, reviewed)).ok_or_else(|| CliError::NothingReviewed(Vec::new()))
}

/// The finding that is meant.
fn find<'a>(args: &Add, reviewed: &'a Reviewed) -> Result<&'a Finding, CliError> {
    let at = |finding: &Finding| finding.place.as_ref().map(|place| place.lines.start);
    let key = RuleKey::parse(&args.rule);
    let meant = |finding: &&Finding| key.covers(&finding.rule, finding.part.as_deref());
    let of_rule: Vec<&Finding> = reviewed.findings().filter(meant).collect();
    let of_line: Vec<&Finding> =
        of_rule.iter().copied().filter(|finding| args.line.is_none() || at(finding) == args.line).collect();
    match of_line.as_slice() {
        [only] => Ok(only),
        [] => {
            let rules = &rules::known()?.0;
            if tool_of(&key.code).is_none() && rules.get(&key.code).is_none() {
                let codes = rules.rules.iter().map(|rule| rule.code.as_str());
                let nearest = nearest(&key.code, codes).map(str::to_owned);
                return Err(CliError::UnknownRule { code: args.rule.clone(), nearest });
            }
            let mut known: Vec<String> = reviewed.findings().map(Finding::key).collect();
            known.sort();
            known.dedup();
            Err(CliError::NoFinding { rule: args.rule.clone(), known: known.join(", ") })
        }
        several => {
            let lines = several.iter().filter_map(|finding| Some(format!("{} --line {}", finding.key(), at(finding)?)));
            Err(CliError::ManyFindings { rule: args.rule.clone(), lines: lines.collect() })
        }
    }
}

async fn export(folder: &Path, of: &Of, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let is_taken = folder.exists() && !std::fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_none());
    if is_taken {
        return Err(CliError::FolderExists { path: folder.to_owned() });
    }
    let store = of.database.open_existing(env).await?;
    let opinions = newest(&store.said(of.wanted()).await?);
    let mut with_text = Vec::new();
    for opinion in &opinions {
        if let Some(text) = store.read_text(&opinion.sha256).await? {
            with_text.push((opinion, text));
        }
    }
    let judged: Vec<Judged<'_>> = with_text.iter().map(|(opinion, text)| of_opinion(opinion, text)).collect();
    let export = judged::export(&judged, &rules::known()?.0);
    for labelled in &export.folders {
        let inside = folder.join(&labelled.name);
        let written = std::fs::create_dir_all(&inside)
            .and_then(|()| std::fs::write(inside.join("weak.md"), &labelled.weak))
            .and_then(|()| std::fs::write(inside.join("weak_key.json"), &labelled.key));
        written.map_err(|source| CliError::Unwritten { path: inside, source })?;
    }
    let without = opinions.len() - judged.len();
    let left_out = [
        (export.disputed, "not labelled, because as many readers say otherwise"),
        (export.unknown, "left out, because no rule has this code"),
        (without, "left out, because its text was not kept"),
    ];
    let left_out =
        left_out.into_iter().filter(|(number, _)| *number > 0).map(|(number, why)| format!("{number} {why}"));
    let left_out: Vec<String> = left_out.collect();
    if export.folders.is_empty() {
        return Err(CliError::NothingSaid { why: left_out.join("; ") });
    }
    let written = format!("{} written", count(export.folders.len(), "labelled document"));
    let said = std::iter::once(written).chain(left_out).collect::<Vec<_>>().join("; ");
    report::write(&format!("{said}\n"), Format::Text, None, io)?;
    Ok(Exit::Good)
}

/// Of each reader the newest word on a finding, however its document was named; given and given back with the oldest first.
fn newest(opinions: &[Opinion]) -> Vec<Opinion> {
    let name = |one: &Opinion| -> PathBuf {
        Path::new(&one.document).components().filter(|part| *part != Component::CurDir).collect()
    };
    let is_same = |a: &Opinion, b: &Opinion| {
        a.person == b.person && a.fingerprint == b.fingerprint && (a.sha256 == b.sha256 || name(a) == name(b))
    };
    let is_last = |at: usize, one: &Opinion| !opinions.iter().skip(at + 1).any(|newer| is_same(newer, one));
    opinions.iter().enumerate().filter(|(at, one)| is_last(*at, one)).map(|(_, one)| one.clone()).collect()
}

fn of_opinion<'a>(opinion: &'a Opinion, text: &'a str) -> Judged<'a> {
    Judged {
        document: &opinion.document,
        text,
        rule: &opinion.rule,
        state: &opinion.state,
        said: match opinion.worth {
            Worth::Useful => judged::Said::Useful,
            Worth::Wrong => judged::Said::Wrong,
            Worth::NotApplicable => judged::Said::NotApplicable,
        },
        reason: &opinion.reason,
        quote: &opinion.quote,
    }
}

/// An opinion for people. What it quotes neither steers the terminal nor looks like another line.
fn line(opinion: &Opinion) -> String {
    let Opinion { document, person, rule, worth, reason, at, .. } = opinion;
    let day = Date::of_day(at.div_euclid(DAY));
    let by = if person.is_empty() { String::new() } else { format!(" by {person}") };
    let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    format!("{}\n", plain(&format!("{day}  {rule}  {}  {document}{by}{because}", worth.word())))
}

fn json(opinions: &[Opinion]) -> String {
    let all: Vec<serde_json::Value> = opinions
        .iter()
        .map(|one| {
            serde_json::json!({
                "rule": one.rule, "worth": one.worth.word(), "reason": one.reason, "document": one.document,
                "quote": one.quote, "fingerprint": one.fingerprint, "state": one.state, "sha256": one.sha256,
                "person": one.person, "at": one.at,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(all))
}

/// Writes what readers said of a rule, for `rules explain`; nothing where no store is there, or nobody said anything. A store that cannot
/// be asked takes nothing from the explanation: one line says so.
pub(super) async fn of_rule(code: &str, database: &Database, env: &Env, io: &mut Io<'_>) -> Result<(), CliError> {
    if !database.is_there(env) {
        return Ok(());
    }
    match opinions_of(&RuleKey::parse(code).to_string(), database, env).await {
        Ok(opinions) => report::write(&summary(&newest(&opinions)), Format::Text, None, io),
        Err(error) => {
            let _ = writeln!(io.err, "note: how useful it is to readers is not known: {}", error.line());
            Ok(())
        }
    }
}

async fn opinions_of(rule: &str, database: &Database, env: &Env) -> Result<Vec<Opinion>, CliError> {
    Ok(database.open_existing(env).await?.said(Wanted { rule: Some(rule), document: None }).await?)
}

/// How useful a rule is to its readers: the share of those who found it useful, with its interval, and the latest reasons against it.
fn summary(opinions: &[Opinion]) -> String {
    if opinions.is_empty() {
        return String::new();
    }
    let of = |worth: Worth| opinions.iter().filter(|one| one.worth == worth).count();
    let share = Share::new(of(Worth::Useful) as u64, opinions.len() as u64);
    let mut out = format!(
        "\nusefulness to readers {share}: {} useful, {} wrong, {} not applicable\n",
        of(Worth::Useful),
        of(Worth::Wrong),
        of(Worth::NotApplicable)
    );
    let against = opinions.iter().rev().filter(|one| one.worth != Worth::Useful && !one.reason.is_empty());
    for one in against.take(SHOWN) {
        let _ = writeln!(out, "  {}: {}", one.worth.word(), plain(&one.reason));
    }
    out
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};

    const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/parcel-damage.md");

    /// Exit, standard output and standard error of `feedback` on this database.
    async fn run(path: &str, args: &[&str]) -> (Exit, String, String) {
        let cli = Cli::try_parse_from(["specreview", "feedback"].iter().chain(args)).unwrap();
        let Command::Feedback(command) = cli.command else { panic!("not feedback") };
        let env = Env::new([("SPECREVIEW_DATABASE".into(), path.into()), ("USER".into(), "ann".into())]);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Io::plain(&mut out, &mut err);
        let exit = match feedback(&command, &env, 2000, &mut io).await {
            Ok(exit) => exit,
            Err(error) => {
                io.err.write_all(error.report().as_bytes()).unwrap();
                Exit::Unusable
            }
        };
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[tokio::test]
    async fn what_readers_say_is_kept_shown_and_measured_on() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let store = at("s.db");
        let (exit, _, err) = run(&store, &["list"]).await;
        assert!(exit == Exit::Unusable && err.contains("s.db") && !Path::new(&store).exists(), "{err}");
        assert!(err.contains("there is no database at") && err.contains("feedback add"), "what to do: {err}");

        let (exit, out, err) =
            run(&store, &["add", SPEC, "ALG-001", "wrong", "--because", "the edge\u{1b}[2J servers need it"]).await;
        assert_eq!((exit, err.as_str()), (Exit::Good, ""));
        assert_eq!(out, format!("1970-01-01  ALG-001  wrong  {SPEC} by ann: the edge [2J servers need it\n"));
        assert_eq!(run(&store, &["add", SPEC, "ALG-001", "useful", "--by", "bob"]).await.0, Exit::Good);
        assert_eq!(
            run(&store, &["add", SPEC, "ALG-001", "wrong", "--by", "eve", "--because", "no choice"]).await.0,
            Exit::Good
        );

        let (exit, _, err) = run(&store, &["add", SPEC, "ARI-001", "useful"]).await;
        assert!(exit == Exit::Unusable && err.contains("ARI-001 finds nothing") && err.contains("these do: "), "{err}");
        let (exit, _, err) = run(&store, &["add", SPEC, "ARI-999", "useful"]).await;
        assert!(exit == Exit::Unusable && err.contains("there is no rule ARI-999"), "{err}");
        let (_, text, _) = run(&store, &["list", "--rule", "ALG-001"]).await;
        assert_eq!(text.lines().count(), 3, "{text}");
        assert_eq!(run(&store, &["list", "--rule", "MET-001"]).await.1, "nothing was said\n");
        let (_, json, _) = run(&store, &["list", "--format", "json"]).await;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json[0]["worth"], &json[0]["quote"]), (&"wrong".into(), &"The model must be a ResNet-50.".into()));

        let database = Database { database: Some(store.clone().into()) };
        let told = async |database: &Database| {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut io = Io::plain(&mut out, &mut err);
            of_rule("alg-001", database, &Env::new([]), &mut io).await.unwrap();
            (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
        };
        let (said, _) = told(&database).await;
        assert!(
            said.starts_with(
                "\nusefulness to readers 0.33 (95 % interval 0.06 to 0.79, 3 samples): 1 useful, 2 wrong, 0"
            ),
            "{said}"
        );
        assert!(said.contains("  wrong: no choice\n") && !said.contains('\u{1b}'), "{said}");
        assert_eq!(told(&Database { database: None }).await, (String::new(), String::new()));
        let (said, note) = told(&Database { database: Some(at("gone.db").into()) }).await;
        assert!(said.is_empty() && note.starts_with("note: how useful it is to readers is not known: "), "{note}");
        assert_eq!((note.lines().count(), Path::new(&at("gone.db")).exists()), (1, false));

        let (exit, _, err) = run(&store, &["export", &at("none"), "--rule", "MET-001"]).await;
        assert!(exit == Exit::Unusable && err.contains("nothing was said") && err.contains("feedback add"), "{err}");
        assert!(!Path::new(&at("none")).exists(), "no folder is made for nothing");

        let labelled = at("labelled");
        let (exit, out, err) = run(&store, &["export", &labelled]).await;
        assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Good, "1 labelled document written\n", ""));
        let (exit, _, err) = run(&store, &["export", &labelled]).await;
        assert!(exit == Exit::Unusable && err.contains("is there already"), "{err}");
        let Command::Eval(args) =
            Cli::try_parse_from(["specreview", "eval", &labelled, "--format", "json"]).unwrap().command
        else {
            panic!("not eval")
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Io::plain(&mut out, &mut err);
        assert_eq!(crate::cli::eval::eval(&args, &mut io).unwrap(), Exit::Good);
        assert_eq!(String::from_utf8(err).unwrap(), "");
    }

    #[test]
    fn a_reader_counts_once_for_a_finding_with_the_newest_word() {
        let said = |person: &str, document: &str, sha256: &str, worth, at| Opinion {
            document: document.to_owned(),
            fingerprint: "f".to_owned(),
            person: person.to_owned(),
            rule: "MET-003".to_owned(),
            state: String::new(),
            worth,
            reason: String::new(),
            quote: String::new(),
            sha256: sha256.to_owned(),
            at,
        };
        let all = vec![
            said("ann", "a.md", "1", Worth::Wrong, 1),
            said("ann", "./a.md", "2", Worth::Wrong, 2),
            said("bob", "a.md", "1", Worth::Wrong, 3),
            said("ann", "https://example.org/a.md", "2", Worth::Useful, 4),
            said("ann", "b.md", "3", Worth::Useful, 5),
        ];
        let kept: Vec<_> = newest(&all).into_iter().map(|one| one.at).collect();
        // Ann named the same document in three ways, and read two versions of it.
        assert_eq!(kept, [3, 4, 5]);
        assert!(summary(&newest(&all)).contains(": 2 useful, 1 wrong"), "{}", summary(&newest(&all)));
    }

    #[test]
    fn who_finds_it_wrong_says_why() {
        for (args, sound) in [
            (&["add", "a.md", "MET-003", "wrong"][..], false),
            (&["add", "a.md", "MET-003", "not-applicable"], false),
            (&["add", "a.md", "MET-003", "useful"], true),
            (&["add", "a.md", "MET-003", "wrong", "--because", "it is there"], true),
            (&["add", "a.md", "MET-003", "splendid"], false),
        ] {
            assert_eq!(Cli::try_parse_from(["specreview", "feedback"].iter().chain(args)).is_ok(), sound, "{args:?}");
        }
    }
}
