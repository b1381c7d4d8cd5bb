//! Words that answer commands: what was done, or why nothing was, and what to do.

use super::{NAME, QUOTE, SENTENCE, at, path, quote};
use crate::critique::FreeAnswer;
use crate::review::command::{Mistake, Verb};
use crate::review::render::escape::{Md, code, fence, link, md, prose};
use crate::review::render::links::Links;

/// Longest line that is offered to be copied.
const COPIED: usize = 1_000;
/// Longest text to paste.
const PASTE: usize = 4_000;

/// How a command is written.
const fn form(verb: Verb) -> &'static str {
    match verb {
        Verb::Review => "`review`",
        Verb::Rerun => "`rerun`",
        Verb::Explain => "`explain RULE`",
        Verb::Waive => "`waive RULE because REASON`, perhaps with `until 2027-01-31` at its end",
        Verb::Accept => {
            "`accept QUESTION because REASON`, or `accept because REASON` in the conversation of the question"
        }
        Verb::Ask => "`ask QUESTION`",
        Verb::Pause => "`pause`",
        Verb::Resume => "`resume`",
        Verb::Help => "`help`",
    }
}

/// What a command does, for the list.
const fn does(verb: Verb) -> &'static str {
    match verb {
        Verb::Review => "reviews the head, where that was not done yet",
        Verb::Rerun => "reviews the head once more",
        Verb::Explain => "says what a rule, a criterion or a risk asks for, why, and what could be written",
        Verb::Waive => "leaves a rule out on this change; somebody other than its author says so",
        Verb::Accept => "closes a question as it is; somebody other than the author of the change says so",
        Verb::Ask => "asks the model about the specifications of this change; the answer comes with quotations",
        Verb::Pause => "keeps quiet from now on; the check goes on",
        Verb::Resume => "ends the pause",
        Verb::Help => "shows this list",
    }
}

/// One answer of several, with the command that it is about.
#[must_use]
pub fn answer(verb: Option<Verb>, text: Md) -> Md {
    let about = verb.map_or_else(Md::default, |verb| md!["**", verb.word(), "**: "]);
    md![about, text, "\n\n"]
}

/// The commands of a comment came to nothing.
#[must_use]
pub fn given_up(reason: &str) -> Md {
    md!["this could not be done: ", prose(reason.trim_end_matches('.'), SENTENCE), ". It may be asked again."]
}

/// What can be asked.
#[must_use]
pub fn help() -> Md {
    let row = |verb: &Verb| md!["- ", form(*verb), ": ", does(*verb), "\n"];
    md![
        "a line of a comment that begins with ",
        slash(),
        " or with a mention of this bot is a command:\n\n",
        Md::join(Verb::ALL.iter().map(row), ""),
        "\nEverybody may use `explain` and `help`; the others need write access to the repository. Comments that are edited later are \
         not read again.",
    ]
}

/// The word that commands begin with; not at the start of a line, where it would be one.
fn slash() -> Md {
    code("/specreview", NAME)
}

/// Why a line that begins like a command is none.
#[must_use]
pub fn mistake(mistake: &Mistake) -> Md {
    match mistake {
        Mistake::Unknown { said, nearest } => {
            let near = nearest.map_or_else(
                || md![slash(), " `help` lists what there is."],
                |verb| md!["did you mean ", form(verb), "?"],
            );
            md!["there is no command ", code(said, NAME), "; ", near]
        }
        Mistake::Form(verb) => md!["not understood. It is written so: ", form(*verb), "."],
        Mistake::TooLong(_) => {
            md!["too long: ", crate::review::command::WORDS, " characters at most, in one line."]
        }
        Mistake::TooMany => {
            md!["a comment may have ", crate::review::command::MOST, " commands; the others were not read."]
        }
    }
}

/// The person may not do that.
pub const DENIED: &str = "this needs write access to the repository. Nothing was done.";

/// It could not be found out whether the person may.
#[must_use]
pub fn unsure(why: &str) -> Md {
    md![
        "whether you may do that could not be found out (",
        prose(why, QUOTE),
        "), so nothing was done. Please try again in a new comment."
    ]
}

/// Enough for now.
#[must_use]
pub fn too_often(most: u32) -> Md {
    md![
        "more than ",
        most,
        " commands were answered here within an hour. Nothing was done; later ones are not answered for a while."
    ]
}

/// The change is closed.
pub const CLOSED: &str = "this change is closed. Nothing was done.";

/// A review was started.
#[must_use]
pub fn started(head: &str) -> Md {
    md!["the review of ", commit(head), " begins."]
}

/// The review that was asked for is that of another head.
#[must_use]
pub fn moved(seen: &str, head: &str) -> Md {
    md![
        commit(seen),
        " was overtaken by a push before its turn. The review that you asked for is that of ",
        commit(head),
        "."
    ]
}

/// The head has its review.
#[must_use]
pub fn reviewed(head: &str) -> Md {
    md![commit(head), " is reviewed already; `rerun` does it once more."]
}

/// Nothing is said from now on.
#[must_use]
pub fn paused(by: &str) -> Md {
    md![
        "paused by ",
        prose(by, NAME),
        ". There will be no summary, no comment and no question until `resume`. The check goes on, by rules alone."
    ]
}

/// The end of a pause.
pub const RESUMED: &str = "the pause is over, and the review of the head begins.";
/// There was no pause.
pub const NOT_PAUSED: &str = "there was no pause. Nothing was done.";

/// A rule is left out on this change.
#[must_use]
pub fn waived(rule: &str, by: &str, until: Option<&str>, line: Option<&str>) -> Md {
    let until = until.map_or_else(Md::default, |until| md![" until ", prose(until, NAME)]);
    let mut told = md![
        code(rule, NAME),
        " is waived on this change by ",
        prose(by, NAME),
        until,
        ". The next review, which begins now, applies it.",
    ];
    let Some(line) = line else { return told };
    told.push(md![
        "\n\nThe command line and other changes know only what stands in the document. To keep the waiver, put this line there, \
         unless it has one already:\n\n",
        fence(line, COPIED),
    ]);
    told
}

/// The author of the change asks for a waiver.
#[must_use]
pub fn proposed(rule: &str) -> Md {
    md![
        "nothing is lifted yet: the author of a change cannot waive ",
        code(rule, NAME),
        " alone. Somebody else with write access approves it with the same command."
    ]
}

/// There is no such rule.
#[must_use]
pub fn no_rule(said: &str, nearest: Option<&str>) -> Md {
    let near = nearest.map_or_else(Md::default, |near| md![" Did you mean ", code(near, NAME), "?"]);
    md!["there is no rule ", code(said, NAME), ".", near, " Nothing was done."]
}

/// The code is that of a question.
#[must_use]
pub fn is_question(said: &str) -> Md {
    md![code(said, NAME), " is a question and no rule: `accept` closes it. Nothing was done."]
}

/// The last day is none.
#[must_use]
pub fn no_date(said: &str) -> Md {
    md![code(said, NAME), " is no date as `2027-01-31` is one. Nothing was done."]
}

/// The last day is over.
#[must_use]
pub fn past(said: &str) -> Md {
    md![code(said, NAME), " is over already. Nothing was done."]
}

/// Questions are closed.
#[must_use]
pub fn accepted(questions: &[String], by: &str) -> Md {
    let all = Md::join(questions.iter().map(|question| code(question, NAME)), ", ");
    md![all, " accepted by ", prose(by, NAME), ". The summary follows with the next review, which begins now."]
}

/// There is no such question.
#[must_use]
pub fn no_question(open: &[String]) -> Md {
    if open.is_empty() {
        return "no question is open on this change. Nothing was done.".into();
    }
    let all = Md::join(open.iter().map(|question| code(question, NAME)), ", ");
    md!["no open question is meant by that. Open are: ", all, ". Nothing was done."]
}

/// The author closes no question.
pub const NOT_BY_AUTHOR: &str = "the author of a change answers a question in the document; somebody else with write access can accept it as it is. Nothing \
     was done.";

/// What a code stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explained {
    /// Code, name.
    pub title: String,
    /// What is asked for.
    pub asks: String,
    /// Why.
    pub why: String,
    /// Text to paste; empty where there is none.
    pub paste: String,
}

impl Explained {
    /// As plain text, for a terminal.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut text = format!("{}\n\n{}\n", self.title, self.asks.trim());
        if !self.why.is_empty() {
            text.extend(["\nWhy\n\n", self.why.trim(), "\n"]);
        }
        if !self.paste.is_empty() {
            text.push_str("\nA text to begin with\n\n");
            for line in self.paste.trim().lines() {
                text.extend(["  ", line, "\n"]);
            }
        }
        text
    }
}

/// What a rule, a criterion or a risk asks for.
#[must_use]
pub fn explained(told: &Explained) -> Md {
    let mut text = md!["**", prose(&told.title, NAME), "**\n\n", prose(&told.asks, 2 * SENTENCE), "\n"];
    if !told.why.is_empty() {
        text.push(md!["\nWhy: ", prose(&told.why, 2 * SENTENCE), "\n"]);
    }
    if !told.paste.is_empty() {
        text.push(md!["\nA text to begin with:\n\n", fence(&told.paste, PASTE)]);
    }
    text
}

/// Nothing has this code.
#[must_use]
pub fn no_code(said: &str, nearest: Option<&str>) -> Md {
    let near = nearest.map_or_else(Md::default, |near| md![" Did you mean ", code(near, NAME), "?"]);
    md!["no rule, criterion or risk is called ", code(said, NAME), ".", near]
}

/// No model is there to be asked.
pub const NO_MODEL: &str = "no model is configured here, so nobody can answer. `explain` and the summary need none.";

/// A model's answer about one document: its passages, and what it makes of them.
#[must_use]
pub fn asked(document: &str, answer: &FreeAnswer, links: &Links) -> Md {
    if answer.passages.is_empty() {
        let why = if answer.dropped > 0 {
            "the model's answer is not shown, because what it quotes does not stand in the document."
        } else {
            "the model found no passage that answers this."
        };
        return md![path(document), ": ", why, "\n\n"];
    }
    let told = answer.text.as_ref().map_or_else(
        || Md::from(", passages that bear on it:"),
        |said| md![", in the model's words: ", prose(said, SENTENCE)],
    );
    let mut text = md![path(document), told, "\n\n"];
    for passage in &answer.passages {
        let to = links.lines(document, passage.seen_lines());
        let place = link(at(passage.lines, passage.spot.as_deref()), to.as_ref());
        text.push(md!["> ", quote(&passage.quote), "\n>\n> ", place, "\n\n"]);
    }
    if answer.dropped > 0 {
        text.push("More was quoted that does not stand in the document, so nothing else of the answer is shown.\n\n");
    }
    text
}

/// Why a document was not asked about.
#[must_use]
pub fn unanswered(document: &str, why: &str) -> Md {
    md![path(document), ": ", prose(why, SENTENCE), ".\n\n"]
}

/// What is left of the documents.
#[must_use]
pub fn more_documents() -> Md {
    "There are more specifications in this change; they were not asked about.\n\n".into()
}

/// The change has nothing to ask about.
pub const NO_DOCUMENT: &str = "this change touches no specification, so there is nothing to ask about.";

fn commit(head: &str) -> Md {
    code(head.get(..7).unwrap_or(head), NAME)
}
