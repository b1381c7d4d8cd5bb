//! Commands that people write in comments: which lines are one, and what they ask. Pure; decides nothing about who may.
//!
//! A command begins a line of a paragraph. Code, quotations, lists, tables, links, HTML and its comments hold none, so that a text
//! which is shown or quoted does nothing. Free words are the last part of a command and mean nothing to the program.

use serde::{Deserialize, Serialize};

use crate::document::spoken_lines;
use crate::text::nearest::nearest;

/// Most commands of one comment.
pub const MOST: usize = 5;
/// Most characters of free words.
pub const WORDS: usize = 500;
/// Most characters of a name: a rule, a criterion, a word that is no command.
const NAME: usize = 40;

/// What a command asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// A review of the head, unless it has one.
    Review,
    /// A review of the head once more.
    Rerun,
    /// What a rule or a criterion asks for.
    Explain {
        /// Its code.
        code: String,
    },
    /// A rule is left out on this change.
    Waive {
        /// Rule code, perhaps with a part.
        rule: String,
        /// Why.
        reason: String,
        /// The last day, as it was written.
        until: Option<String>,
    },
    /// A question of the critique is closed as it is.
    Accept {
        /// Its criterion; none where the reply stands in the conversation of the question.
        question: Option<String>,
        /// Why.
        reason: String,
    },
    /// A question about the specifications of the change.
    Ask {
        /// The question.
        question: String,
    },
    /// Nothing is said until [`Command::Resume`].
    Pause,
    /// The end of a pause.
    Resume,
    /// What can be asked.
    Help,
}

/// Why a line that begins like a command is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mistake {
    /// There is no such command.
    Unknown {
        /// The word.
        said: String,
        /// The command that was probably meant.
        nearest: Option<Verb>,
    },
    /// Something is missing, or stands where nothing belongs.
    Form(Verb),
    /// The free words are too long.
    TooLong(Verb),
    /// There are more than [`MOST`] in the comment: this one and those after it were not read.
    TooMany,
}

/// One line that begins like a command.
pub type Said = Result<Command, Mistake>;

/// The first word of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    /// [`Command::Review`].
    Review,
    /// [`Command::Rerun`].
    Rerun,
    /// [`Command::Explain`].
    Explain,
    /// [`Command::Waive`].
    Waive,
    /// [`Command::Accept`].
    Accept,
    /// [`Command::Ask`].
    Ask,
    /// [`Command::Pause`].
    Pause,
    /// [`Command::Resume`].
    Resume,
    /// [`Command::Help`].
    Help,
}

impl Verb {
    /// All, in the order in which help lists them.
    pub const ALL: [Self; 9] = [
        Self::Review,
        Self::Rerun,
        Self::Explain,
        Self::Waive,
        Self::Accept,
        Self::Ask,
        Self::Pause,
        Self::Resume,
        Self::Help,
    ];

    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Rerun => "rerun",
            Self::Explain => "explain",
            Self::Waive => "waive",
            Self::Accept => "accept",
            Self::Ask => "ask",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Help => "help",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.word().eq_ignore_ascii_case(word))
    }
}

impl Command {
    /// Its first word.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Review => Verb::Review,
            Self::Rerun => Verb::Rerun,
            Self::Explain { .. } => Verb::Explain,
            Self::Waive { .. } => Verb::Waive,
            Self::Accept { .. } => Verb::Accept,
            Self::Ask { .. } => Verb::Ask,
            Self::Pause => Verb::Pause,
            Self::Resume => Verb::Resume,
            Self::Help => Verb::Help,
        }
    }

    /// Everybody who can comment may ask it: it changes nothing and costs nothing.
    #[must_use]
    pub const fn is_open_to_all(&self) -> bool {
        matches!(self, Self::Explain { .. } | Self::Help)
    }
}

/// The commands of a comment, in order. `mention` is the name of the bot's account: `@name review` is the same as
/// `/specreview review`.
#[must_use]
pub fn commands(body: &str, mention: &str) -> Vec<Said> {
    let mut found = Vec::new();
    for line in spoken_lines(body) {
        let Some(rest) = address(&line, mention) else { continue };
        if found.len() == MOST {
            found.push(Err(Mistake::TooMany));
            break;
        }
        found.push(read(rest));
    }
    found
}

/// What follows the name of the bot; none where the line is not addressed to it.
fn address<'l>(line: &'l str, mention: &str) -> Option<&'l str> {
    let after = |name: &str, sign: char| {
        let rest = line.strip_prefix(sign).filter(|_| !name.is_empty())?;
        let (said, rest) = rest.split_at_checked(name.len())?;
        said.eq_ignore_ascii_case(name).then_some(rest)
    };
    let named = |rest: &'l str| rest.strip_prefix("[bot]").unwrap_or(rest);
    let rest = after("specreview", '/').or_else(|| after(mention, '@').map(named))?;
    let rest = rest.strip_prefix([',', ':']).unwrap_or(rest);
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

fn read(text: &str) -> Said {
    let (word, rest) = first(text);
    if word.is_empty() {
        return Ok(Command::Help);
    }
    let Some(verb) = Verb::of(word) else {
        let near = nearest(word, Verb::ALL.map(Verb::word)).and_then(Verb::of);
        return Err(Mistake::Unknown { said: word.chars().take(NAME).collect(), nearest: near });
    };
    let form = || Mistake::Form(verb);
    let alone = |command| if rest.is_empty() { Ok(command) } else { Err(form()) };
    match verb {
        Verb::Review => alone(Command::Review),
        Verb::Rerun => alone(Command::Rerun),
        Verb::Pause => alone(Command::Pause),
        Verb::Resume => alone(Command::Resume),
        Verb::Help => alone(Command::Help),
        Verb::Explain => {
            let (code, more) = first(rest);
            if more.is_empty() { Ok(Command::Explain { code: name(code).ok_or_else(form)? }) } else { Err(form()) }
        }
        Verb::Ask => Ok(Command::Ask { question: words(verb, rest)? }),
        Verb::Waive => {
            let (rule, rest) = first(rest);
            let (reason, until) = because(rest).map(ends).ok_or_else(form)?;
            let until = match until {
                Some(until) => Some(name(until).ok_or_else(form)?),
                None => None,
            };
            Ok(Command::Waive { rule: name(rule).ok_or_else(form)?, reason: words(verb, reason)?, until })
        }
        Verb::Accept => {
            if let Some(reason) = because(rest) {
                return Ok(Command::Accept { question: None, reason: words(verb, reason)? });
            }
            let (question, rest) = first(rest);
            let reason = words(verb, because(rest).ok_or_else(form)?)?;
            Ok(Command::Accept { question: Some(name(question).ok_or_else(form)?), reason })
        }
    }
}

/// The first word, and what follows it.
fn first(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim())
}

/// What follows the word "because".
fn because(text: &str) -> Option<&str> {
    let (word, rest) = first(text);
    word.trim_end_matches(':').eq_ignore_ascii_case("because").then_some(rest)
}

/// A reason and its last day: "until" and one word at the very end, which looks like a day.
fn ends(text: &str) -> (&str, Option<&str>) {
    let mut words = text.rsplitn(3, char::is_whitespace);
    let (last, until, reason) = (words.next(), words.next(), words.next());
    match (last, until) {
        (Some(day), Some(until))
            if until.eq_ignore_ascii_case("until") && day.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            (reason.unwrap_or_default().trim(), Some(day.trim_end_matches('.')))
        }
        _ => (text, None),
    }
}

/// A word that can be the name of something.
fn name(word: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c);
    (!word.is_empty() && word.len() <= NAME && word.chars().all(plain)).then(|| word.to_owned())
}

/// Free words: some, and not too many.
fn words(verb: Verb, text: &str) -> Result<String, Mistake> {
    if !text.chars().any(char::is_alphanumeric) {
        return Err(Mistake::Form(verb));
    }
    if text.chars().count() > WORDS { Err(Mistake::TooLong(verb)) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(body: &str, expected: &[Said]) {
        assert_eq!(commands(body, "specreview"), expected, "{body:?}");
    }

    fn waive(rule: &str, reason: &str, until: Option<&str>) -> Command {
        Command::Waive { rule: rule.into(), reason: reason.into(), until: until.map(Into::into) }
    }

    #[test]
    fn a_command_begins_a_line_of_a_paragraph() {
        let pause: &[Said] = &[Ok(Command::Pause)];
        for body in [
            "/specreview pause",
            "@specreview pause",
            "@specreview[bot] pause",
            "@SpecReview, PAUSE",
            "/SPECREVIEW   Pause  ",
            "Too much noise.\n/specreview pause",
            "Too much noise.\r\n   /specreview pause\r\nThank you.",
            "# Title\n\n/specreview pause",
            "> quoted\n\n/specreview pause",
            "<!-- x -->\n/specreview pause",
            "/specreview **pause**",
            "/specreview `pause`",
        ] {
            check(body, pause);
        }
    }

    #[test]
    fn what_is_shown_quoted_or_hidden_is_no_command() {
        for body in [
            "",
            "Please /specreview pause",
            "`/specreview pause`",
            "`code over\n/specreview pause`",
            "    /specreview pause",
            "```\n/specreview pause\n```",
            "~~~\n/specreview pause",
            "> /specreview pause",
            "> quoted\n/specreview pause",
            "- /specreview pause",
            "- item\n/specreview pause",
            "1. item\n\n   /specreview pause",
            "# /specreview pause",
            "/specreview pause\n===",
            "<!-- /specreview pause -->",
            "<!--\n/specreview pause\n-->",
            "text <!--\n/specreview pause\n--> text",
            "<div>\n/specreview pause\n</div>",
            "[text\n/specreview pause](https://example.org)",
            "![text\n/specreview pause](https://example.org)",
            "[/specreview pause](https://example.org)",
            "[x]: https://example.org 'title\n/specreview pause'",
            "| a |\n|---|\n| /specreview pause |",
            "| a |\n|---|\n/specreview pause",
            "[^1]: note\n/specreview pause",
            "**/specreview pause**",
            "**strong\n/specreview pause**",
            "~~old\n/specreview pause~~",
            "\\/specreview pause",
            "&#47;specreview pause",
            "$$\n/specreview pause\n$$",
            "/specreviews pause",
            "/specreview-pause",
            "@specreview2 pause",
            "@other pause",
            "//specreview pause",
        ] {
            check(body, &[]);
        }
    }

    #[test]
    fn each_command_has_its_form() {
        let of = |text: &str| commands(&format!("/specreview {text}"), "x").pop().unwrap();
        let form = |verb| Err(Mistake::Form(verb));
        for (text, expected) in [
            ("review", Ok(Command::Review)),
            ("rerun", Ok(Command::Rerun)),
            ("resume", Ok(Command::Resume)),
            ("help", Ok(Command::Help)),
            ("", Ok(Command::Help)),
            ("review now", form(Verb::Review)),
            ("explain met-009", Ok(Command::Explain { code: "met-009".into() })),
            ("explain", form(Verb::Explain)),
            ("explain MET-009 please", form(Verb::Explain)),
            ("explain a/b", form(Verb::Explain)),
            ("waive MET-009 because it is a pilot", Ok(waive("MET-009", "it is a pilot", None))),
            (
                "waive VER-001:data because a pilot until 2027-01-31",
                Ok(waive("VER-001:data", "a pilot", Some("2027-01-31"))),
            ),
            ("waive MET-009 because a pilot until 31.1.2027", Ok(waive("MET-009", "a pilot", Some("31.1.2027")))),
            ("waive MET-009 because we wait until launch", Ok(waive("MET-009", "we wait until launch", None))),
            ("waive MET-009", form(Verb::Waive)),
            ("waive MET-009 it is a pilot", form(Verb::Waive)),
            ("waive MET-009 because", form(Verb::Waive)),
            ("waive MET-009 because …", form(Verb::Waive)),
            ("waive MET-009 because until 2027-01-31", form(Verb::Waive)),
            ("waive because it is a pilot", form(Verb::Waive)),
            (
                "accept MR3 because we know",
                Ok(Command::Accept { question: Some("MR3".into()), reason: "we know".into() }),
            ),
            ("accept because we know", Ok(Command::Accept { question: None, reason: "we know".into() })),
            ("accept MR3", form(Verb::Accept)),
            ("ask Who owns the threshold?", Ok(Command::Ask { question: "Who owns the threshold?".into() })),
            ("ask", form(Verb::Ask)),
            ("puase", Err(Mistake::Unknown { said: "puase".into(), nearest: Some(Verb::Pause) })),
            ("dance", Err(Mistake::Unknown { said: "dance".into(), nearest: None })),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
        assert_eq!(of(&format!("ask {}", "é".repeat(WORDS))), Ok(Command::Ask { question: "é".repeat(WORDS) }));
        assert_eq!(of(&format!("ask {}", "é".repeat(WORDS + 1))), Err(Mistake::TooLong(Verb::Ask)));
    }

    #[test]
    fn several_commands_stand_in_one_comment_up_to_a_number() {
        check(
            "/specreview pause\n/specreview help\n\n@specreview resume",
            &[Ok(Command::Pause), Ok(Command::Help), Ok(Command::Resume)],
        );
        let found = commands(&"/specreview help\n".repeat(20), "specreview");
        assert_eq!((found.len(), found.last()), (MOST + 1, Some(&Err(Mistake::TooMany))));
    }

    #[test]
    fn the_name_of_the_account_is_the_operators() {
        assert_eq!(commands("@our-reviewer pause", "our-reviewer"), [Ok(Command::Pause)]);
        assert_eq!(commands("@specreview pause", "our-reviewer"), []);
        assert_eq!(commands("@ pause", ""), []);
    }

    proptest! {
        #[test]
        fn no_text_stops_the_reading(body in "([ -~]|/specreview |@specreview |\n|`|<!--|-->|because|until|é|\u{202e}){0,60}") {
            let found = commands(&body, "specreview");
            prop_assert!(found.len() <= MOST + 1);
        }

        #[test]
        fn nothing_in_a_quotation_or_a_fence_is_a_command(line in "[ -_a-}]{0,40}") {
            prop_assert_eq!(commands(&format!("> /specreview pause {line}\n"), "x"), vec![]);
            prop_assert_eq!(commands(&format!("~~~~\n/specreview pause {line}\n~~~~\n"), "x"), vec![]);
        }
    }
}
