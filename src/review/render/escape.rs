//! The one way by which text gets into Markdown that leaves the bot. Text of documents, models, file names and rule packs never
//! becomes markup, a link, an image, a mention, a reference or a command to another bot.
//!
//! [`Md`] is Markdown that may be posted. It is made from words of this program (`&'static str`) or by one of the functions
//! below; there is no other way, so the compiler finds text that was not escaped.

use std::fmt::Write as _;

use crate::text::{is_hidden, is_joiner};

/// Markdown that may leave the bot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Md(String);

impl Md {
    /// The Markdown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Markdown, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// True when there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length as platforms count it: UTF-16 code units, which is never less than characters.
    #[must_use]
    pub fn units(&self) -> usize {
        self.0.encode_utf16().count()
    }

    /// Appends.
    pub fn push(&mut self, more: impl Into<Md>) {
        self.0.push_str(&more.into().0);
    }

    /// Joins with words of this program between.
    #[must_use]
    pub fn join(parts: impl IntoIterator<Item = Md>, between: &'static str) -> Self {
        let mut out = Self::default();
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                out.push(between);
            }
            out.push(part);
        }
        out
    }
}

impl From<&'static str> for Md {
    fn from(words: &'static str) -> Self {
        Self(words.to_owned())
    }
}

impl From<usize> for Md {
    fn from(number: usize) -> Self {
        Self(number.to_string())
    }
}

impl From<u32> for Md {
    fn from(number: u32) -> Self {
        Self(number.to_string())
    }
}

/// Puts pieces of [`Md`] together: words of this program, numbers, and what the functions of this module made.
macro_rules! md {
    ($($part:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "an empty list of parts changes nothing")]
        let mut out = $crate::review::render::escape::Md::default();
        $(out.push($part);)*
        out
    }};
}
pub(crate) use md;

/// A hidden mark made by [`crate::review::marker`]: its own alphabet cannot close the comment it stands in.
pub(crate) fn marker(sealed: &crate::review::marker::Sealed) -> Md {
    Md(sealed.as_str().to_owned())
}

/// Carries on the text of a comment of our own whose digest proved that nobody changed it.
/// A suggestion in it can be read, and no longer applied.
pub(crate) fn own_words(unchanged: &crate::review::marker::Unchanged<'_>) -> Md {
    let mut out = String::with_capacity(unchanged.text().len());
    for line in unchanged.text().split_inclusive('\n') {
        let ticks =
            line.strip_suffix("suggestion\n").filter(|ticks| ticks.len() >= 3 && ticks.chars().all(|c| c == '`'));
        match ticks {
            Some(ticks) => out.extend([ticks, "markdown\n"]),
            None => out.push_str(line),
        }
    }
    Md(out)
}

/// An address that may be linked: made by [`super::links`] only, from parts that were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Takes `url` when it begins with http(s) and holds nothing that could end the link or hide in it.
    pub(crate) fn checked(url: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#&'*+,;=%@!$".contains(c);
        let schemed = url.starts_with("https://") || url.starts_with("http://");
        (schemed && url.chars().all(plain)).then(|| Self(url.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Percent-encodes a path for an address; `/` stays.
#[must_use]
pub fn percent(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    out
}

/// A link with a visible text.
#[must_use]
pub fn link(text: impl Into<Md>, to: Option<&Address>) -> Md {
    let text = text.into();
    match to {
        Some(address) => Md(format!("[{}]({})", text.0, address.0)),
        None => text,
    }
}

/// Joins words that no reader sees but that take the meaning from a sign before a name.
const JOINER: char = '\u{2060}';

/// Phrases to other bots that need no sign before them.
const COMMANDS: &[&str] = &["bors", "homu", "recheck", "retest", "ok to test", "test this please", "add to whitelist"];

/// Bots that listen for their name even inside code.
const LISTENERS: &[&str] = &[
    "bors",
    "dependabot",
    "renovate",
    "mergify",
    "rustbot",
    "homu",
    "coderabbitai",
    "copilot",
    "claude",
    "codex",
    "gemini",
    "specreview",
];

/// Makes characters visible that hide, reorder or steer: controls, bidirectional overrides, zero-width characters, tags.
/// Line breaks and tabs stay when `lines` is true and become a space otherwise.
#[must_use]
pub fn visible(text: &str, lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\t' if lines => out.push(c),
            '\r' if lines => out.push('\n'),
            '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if is_hidden(c) && !is_joiner(c) => {
                let _ = write!(out, "‹U+{:04X}›", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// At most `most` characters, with an ellipsis where something was cut.
#[must_use]
pub fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", short.trim_end())
}

/// Text as one line of plain words, at most `most` characters.
#[must_use]
pub fn prose(text: &str, most: usize) -> Md {
    let shown = visible(text, false);
    let line = clip(&shown.split_whitespace().collect::<Vec<_>>().join(" "), most);
    let chars: Vec<char> = line.chars().collect();
    let broken = breaks(&chars);
    let at = |index: usize| chars.get(index).copied();
    let numbered = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let mut out = String::with_capacity(line.len() + line.len() / 8);
    for (index, c) in chars.iter().copied().enumerate() {
        if broken.contains(&index) {
            out.push(JOINER);
        }
        let next = at(index + 1);
        let names =
            next.is_some_and(|next| !next.is_whitespace() && (!next.is_ascii_punctuation() || "_\"'[-".contains(next)));
        let leads = index == 0 && "-+=:/".contains(c);
        let counts = numbered > 0 && index == numbered && ".)".contains(c);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '$' | '#' | '!' | '^' => out.extend(['\\', c]),
            c if leads || counts => out.extend(['\\', c]),
            c => out.push(c),
        }
        // What follows the text is not known here: no word may attach itself to a sign at its end.
        let open = next.is_none() && "@#".contains(c);
        let sigil = "@#!$%~&^".contains(c) && names || open;
        let scheme = c == ':' && (next == Some('/') || index == 0);
        if sigil || scheme {
            out.push(JOINER);
        }
    }
    Md(out)
}

/// Places before which a joiner takes the meaning away: commit hashes, `GH-1`, `www.`, commands without a sign.
fn breaks(chars: &[char]) -> std::collections::BTreeSet<usize> {
    let mut places = std::collections::BTreeSet::new();
    let mut start = 0;
    while start < chars.len() {
        let word: Vec<char> = chars.iter().skip(start).take_while(|c| c.is_ascii_alphanumeric()).copied().collect();
        if word.is_empty() {
            start += 1;
            continue;
        }
        let end = start + word.len();
        let text: String = word.iter().map(char::to_ascii_lowercase).collect();
        let (after, then) = (chars.get(end), chars.get(end + 1));
        let hash = word.len() >= 7
            && text.chars().all(|c| c.is_ascii_hexdigit())
            && text.chars().any(|c| c.is_ascii_alphabetic());
        let issue = text == "gh" && after == Some(&'-') && then.is_some_and(char::is_ascii_digit);
        let site = text == "www" && after == Some(&'.');
        if hash {
            // Every rest must be too short to be a hash again.
            places.extend((start + 6..end).step_by(6));
        }
        if issue || site {
            places.insert(end);
        }
        if COMMANDS.iter().any(|command| begins_with(chars.get(start..).unwrap_or_default(), command)) {
            places.insert(start + 1);
        }
        start = end;
    }
    places
}

fn begins_with(chars: &[char], phrase: &str) -> bool {
    let mut chars = chars.iter();
    phrase.chars().all(|wanted| chars.next().is_some_and(|c| c.eq_ignore_ascii_case(&wanted)))
        && chars.next().is_none_or(|c| !c.is_ascii_alphanumeric())
}

/// Text as a code span on one line, at most `most` characters. Safe in a table cell too: a bar becomes a broken bar.
#[must_use]
pub fn code(text: &str, most: usize) -> Md {
    let shown = visible(text, false).replace('|', "¦");
    let shown = clip(shown.trim(), most);
    if shown.is_empty() {
        return Md::default();
    }
    let shown = quiet_names(&shown);
    let ticks = "`".repeat(longest_run(&shown, '`') + 1);
    let pad = if shown.starts_with('`') || shown.ends_with('`') { " " } else { "" };
    Md(format!("{ticks}{pad}{shown}{pad}{ticks}"))
}

/// Text as a fenced block of Markdown to copy, at most `most` characters, cut at a line. Ends with a line feed.
#[must_use]
pub fn fence(text: &str, most: usize) -> Md {
    let shown = visible(text.trim_matches(['\n', '\r']), true);
    let mut body = String::with_capacity(shown.len());
    let mut left = most;
    for line in shown.lines() {
        let length = line.chars().count() + 1;
        if length > left {
            body.push_str("…\n");
            break;
        }
        left -= length;
        if line.starts_with('/') {
            body.push(' ');
        }
        body.push_str(&quiet_commands(&quiet_names(line)));
        body.push('\n');
    }
    let ticks = "`".repeat((longest_run(&body, '`') + 1).max(3));
    Md(format!("{ticks}markdown\n{body}{ticks}\n"))
}

/// A block that a platform applies to the lines it stands at: `kept`, lines of the document without their ends, byte for byte, and
/// `added` below them; nothing of both takes the lines out. None where a line cannot pass as it is: it hides characters, or speaks
/// to a bot.
#[must_use]
pub fn suggestion(kept: &[&str], added: &str, most: usize) -> Option<Md> {
    let harmless = |line: &str| {
        !line.trim_start().starts_with('/')
            && !line.chars().any(|c| is_hidden(c) && c != '\t')
            && quiet_names(line) == line
            && quiet_commands(line) == line
    };
    let mut body = String::new();
    for line in kept.iter().copied().chain(added.lines()) {
        if !harmless(line) {
            return None;
        }
        body.push_str(line);
        body.push('\n');
    }
    let ticks = "`".repeat((longest_run(&body, '`') + 1).max(3));
    (body.chars().count() <= most).then(|| Md(format!("{ticks}suggestion\n{body}{ticks}\n")))
}

/// Breaks the names of bots that read code too. Other names stay: code mentions nobody, and an address must stay an address.
fn quiet_names(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('@') {
        out.push_str(before);
        out.push('@');
        let chars: Vec<char> = after.chars().take(16).collect();
        if LISTENERS.iter().any(|name| begins_with(&chars, name)) {
            out.push(JOINER);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Breaks a command that a line begins with.
fn quiet_commands(line: &str) -> String {
    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
    let chars: Vec<char> = line.chars().collect();
    let words = chars.get(indent..).unwrap_or_default();
    if !COMMANDS.iter().any(|command| begins_with(words, command)) {
        return line.to_owned();
    }
    let mut out: String = chars.iter().take(indent + 1).collect();
    out.push(JOINER);
    out.extend(chars.iter().skip(indent + 1));
    out
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    /// What platforms and bots look for in visible text.
    static PATTERNS: std::sync::LazyLock<Vec<(&str, regex::Regex)>> = std::sync::LazyLock::new(|| {
        [
            ("mention", r"(?i)(^|[^a-z0-9_`])@[a-z0-9]"),
            ("reference", r"(?i)(^|[^\w])#\d+|\bgh-\d+"),
            ("merge request or snippet", r"(^|[^\w])[!$%~&]\w"),
            ("hash", r"(?i)\b(?:[0-9]*[a-f][0-9a-f]*)\b"),
            ("address", r"(?i)(https?|ftp)://|\bwww\."),
            ("command", r"(?im)^\s*(bors|homu|recheck)\b"),
        ]
        .map(|(what, pattern)| (what, regex::Regex::new(pattern).unwrap()))
        .into()
    });

    /// What a reader sees of `md`: text outside code, and faults that must not be there.
    fn read(md: &str) -> (String, Vec<String>) {
        let mut text = String::new();
        let mut faults = Vec::new();
        let mut in_code = false;
        let mut tables = usize::from(md.starts_with("| a | b |\n"));
        for event in Parser::new_ext(md, Options::all()) {
            match event {
                Event::Start(Tag::Table(columns)) if tables == 1 && columns.len() == 2 => tables = 0,
                Event::Start(Tag::Image { dest_url, .. }) => faults.push(format!("image {dest_url}")),
                Event::Start(Tag::Link { dest_url, .. }) => faults.push(format!("link {dest_url}")),
                Event::Start(Tag::CodeBlock(_)) => in_code = true,
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
                Event::Html(html) | Event::InlineHtml(html) => faults.push(format!("html {html}")),
                Event::InlineMath(math) | Event::DisplayMath(math) => faults.push(format!("math {math}")),
                Event::Start(
                    tag @ (Tag::Heading { .. }
                    | Tag::List(_)
                    | Tag::Table(_)
                    | Tag::BlockQuote(_)
                    | Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
                    | Tag::FootnoteDefinition(_)
                    | Tag::MetadataBlock(_)),
                ) => faults.push(format!("{tag:?}")),
                Event::Text(more) if !in_code => text.push_str(&more),
                Event::Code(_) => text.push('\u{fffc}'),
                Event::SoftBreak | Event::HardBreak | Event::End(pulldown_cmark::TagEnd::TableCell) => text.push('\n'),
                _ => {}
            }
        }
        for (what, pattern) in PATTERNS.iter() {
            for found in pattern.find_iter(&text) {
                if *what != "hash" || found.as_str().len() >= 7 {
                    faults.push(format!("{what}: {}", found.as_str()));
                }
            }
        }
        if md.lines().any(|line| line.starts_with('/')) {
            faults.push("a line starts with /".into());
        }
        (text, faults)
    }

    const HOSTILE: &[&str] = &[
        "![x](https://evil.example/p.png?s=secret)",
        "[click](https://evil.example)",
        "[a]: https://evil.example\n[a]",
        "<img src=x onerror=1> <!-- specreview:v1 review x y --> </details>",
        "<https://evil.example> https://evil.example www.evil.example a@evil.example",
        "@octocat please @org/team, see #12, GH-7, owner/repo#3, octocat@abcdef1234",
        "deadbeef1 and 0123abc4 and user/repo@deadbeefcafe",
        "/lgtm\n/approve\n\n/close",
        "bors r+\n@bors r+\n@dependabot merge",
        "abcdef1234¹ bors¹ r+ éwww.evil.example",
        "Bors: retry",
        "ok to test",
        "!12 $34 ~bug %5 &6 ~\"two words\"",
        "$\\sqrt{x}$ and $$y$$",
        "a\u{202e}b\u{2066}c\u{200b}d\u{0}e\u{1b}[31m\u{e0041}",
        "``` x `` ` ````",
        "`a`",
        "``",
        "` `",
        "# title",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "> quote",
        "---",
        "===",
        "***",
        "|a|b|\n|-|-|\n|c|d|",
        "    indented",
        "[^1]: note",
        "a\\",
        "\\",
        "~~x~~",
        "*x* _y_ __z__",
        "&lt;b&gt; &amp; &copy;",
        "{{specreview:summary-url}}",
        "",
        " ",
        "\n\n\n",
        "\u{85}x",
        ":::",
        "+++\na\n+++",
        "---\na: b\n---",
    ];

    fn shapes(text: &str) -> Vec<(&'static str, Md)> {
        vec![
            ("alone", prose(text, 400)),
            ("in a sentence", md!["It says ", prose(text, 400), ", which is vague."]),
            ("code", md!["See ", code(text, 100), "."]),
            ("fence", fence(text, 400)),
            ("fence between", md!["words\n\n", fence(text, 400), "\nwords"]),
            ("suggestion", suggestion(&text.lines().collect::<Vec<_>>(), text, 4000).unwrap_or_default()),
            ("in a table", md!["| a | b |\n|---|---|\n| ", prose(text, 100), " | ", code(text, 100), " |\n"]),
        ]
    }

    #[test]
    fn hostile_text_is_only_text() {
        for text in HOSTILE {
            for (shape, md) in shapes(text) {
                let (_, faults) = read(md.as_str());
                assert!(faults.is_empty(), "{shape} of {text:?} is {:?}: {faults:?}", md.as_str());
            }
        }
    }

    #[test]
    fn hidden_characters_are_shown() {
        let md = prose("a\u{202e}b\u{1b}c\u{e0041}", 99);
        assert_eq!(md.as_str(), "a‹U+202E›b‹U+001B›c‹U+E0041›");
        for c in ['\u{34f}', '\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{e0100}', '\u{e0fff}'] {
            let text = format!("a{c}b");
            for md in [prose(&text, 99), code(&text, 99), fence(&text, 99)] {
                assert!(!md.as_str().contains(c), "{:04X}", u32::from(c));
            }
        }
        // Emoji and scripts whose letters join stay as they are written.
        assert_eq!(prose("👩\u{200d}🔬 می\u{200c}شود", 99).as_str(), "👩\u{200d}🔬 می\u{200c}شود");
    }

    #[test]
    fn ordinary_words_stay_as_they_are() {
        let text = "Recall of fraud is at least 0.92 (today 0.85), measured weekly; owner: A. Weber, 3-5 people.";
        assert_eq!(prose(text, 400).as_str(), text);
        assert_eq!(code("specs/fraud.md", 99).as_str(), "`specs/fraud.md`");
        assert_eq!(read(prose("a < b & c > d, 5 * 3 = 15", 99).as_str()).0, "a < b & c > d, 5 * 3 = 15");
    }

    #[test]
    fn a_suggestion_repeats_its_lines_byte_for_byte_or_is_none() {
        let kept = ["## 3. *Data* <b> @octocat `x` | #12", "a\tb ```` c"];
        let md = suggestion(&kept, "\n‹owner› by ‹date›", 400).unwrap();
        let body = md.as_str().strip_prefix("`````suggestion\n").and_then(|rest| rest.strip_suffix("`````\n"));
        assert_eq!(body, Some("## 3. *Data* <b> @octocat `x` | #12\na\tb ```` c\n\n‹owner› by ‹date›\n"));
        assert_eq!(suggestion(&[], "", 400).unwrap().as_str(), "```suggestion\n```\n");
        for refused in
            ["/lgtm", "  /close", "a\u{200b}b", "a\u{202e}b", "a\rb", "@dependabot merge", "bors r+", "a\u{1b}b"]
        {
            assert_eq!(suggestion(&[refused], "", 400), None, "{refused:?}");
            assert_eq!(suggestion(&["## Data"], refused, 400), None, "{refused:?}");
        }
        assert_eq!(suggestion(&["## Data"], &"x".repeat(400), 400), None);
    }

    #[test]
    fn fences_are_longer_than_what_is_inside() {
        let md = fence("```python\nx\n```\n````", 400);
        assert!(md.as_str().starts_with("`````markdown\n"), "{}", md.as_str());
        let blocks = Parser::new(md.as_str()).filter(|event| matches!(event, Event::Start(Tag::CodeBlock(_)))).count();
        assert_eq!(blocks, 1);
    }

    #[test]
    fn long_text_is_cut_with_an_ellipsis() {
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(fence("one\ntwo\nthree", 8).as_str(), "```markdown\none\ntwo\n…\n```\n");
    }

    #[test]
    fn addresses_hold_only_what_an_address_may_hold() {
        for bad in
            ["javascript:alert(1)", "https://a b", "https://x/)", "https://x/\n", "ftp://x", "//x", "https://x/<"]
        {
            assert_eq!(Address::checked(bad), None, "{bad}");
        }
        assert_eq!(percent("a b/(ü)#.md"), "a%20b/%28%C3%BC%29%23.md");
    }

    proptest! {
        #![proptest_config(ProptestConfig::default())]
        #[test]
        fn no_text_becomes_markup(pieces in prop::collection::vec(prop_oneof![
            prop::sample::select(HOSTILE).prop_map(str::to_owned),
            "[ -~\n]{0,8}",
            "[@#!$%~&/:<>\\[\\]()`*_|\\\\a-f0-9 \n-]{0,10}",
            any::<String>(),
        ], 0..5)) {
            let text = pieces.concat();
            for (shape, md) in shapes(&text) {
                let (_, faults) = read(md.as_str());
                prop_assert!(faults.is_empty(), "{} of {:?} is {:?}: {:?}", shape, text, md.as_str(), faults);
            }
        }
    }
}
