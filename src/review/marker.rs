//! Hidden marks in the bot's own comments, by which it finds them again. Bound to this bot and to one change by a key, so that a
//! mark that somebody else writes, or copies from another change, is ignored. A repository may be renamed: its marks stay.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{Asked, ChangeRef, REMEMBERED};
use crate::finding::{Finding, Source};
use crate::text::{hex, unhex};

/// Secret key of this bot's marks. Never printed.
#[derive(Clone)]
pub struct MarkerKey(Arc<[u8]>);

impl std::fmt::Debug for MarkerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MarkerKey(*** {} bytes)", self.0.len())
    }
}

/// What a marked text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// The summary comment.
    Summary,
    /// The body of a review.
    Review,
    /// An inline comment whose findings stand.
    Inline,
    /// An inline comment whose findings are fixed.
    Fixed,
    /// An answer to the commands of a comment, which is its key.
    Reply,
}

const KINDS: &[(MarkKind, &str)] = &[
    (MarkKind::Summary, "summary"),
    (MarkKind::Review, "review"),
    (MarkKind::Inline, "inline"),
    (MarkKind::Fixed, "fixed"),
    (MarkKind::Reply, "reply"),
];

/// A finding that a marked text carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Rule with part.
    pub rule: String,
    /// Said by a model: it may be missing from a run that did not ask one.
    pub model: bool,
    /// Its fingerprint.
    pub fingerprint: String,
}

impl Item {
    /// The item of a finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.key(),
            model: finding.source == Source::Model,
            fingerprint: finding.fingerprint.as_str().to_owned(),
        }
    }
}

/// A mark, read and found to be ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What the text is.
    pub kind: MarkKind,
    /// The change it was written on, as [`ChangeRef`] showed itself then.
    pub change: String,
    /// Key of the run that wrote it.
    pub key: String,
    /// Digest of the text above the mark when it was written.
    pub digest: String,
    /// Findings that it carries.
    pub items: Vec<Item>,
    /// Questions to the author that a summary remembers.
    pub asked: Vec<Asked>,
}

/// A mark as text: one line, an HTML comment that nothing inside can close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text of an own comment that still reads as it was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unchanged<'a>(&'a str);

impl<'a> Unchanged<'a> {
    /// The text above the mark.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.0
    }
}

const OPEN: &str = "<!-- specreview:v1 ";
const CLOSE: &str = " -->";

impl MarkerKey {
    /// A key from secret bytes; the same bytes find the same marks again.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }

    /// The mark for `text`, a text of `kind` on change `at` by run `key`, carrying `items`.
    #[must_use]
    pub fn seal(&self, at: &ChangeRef, kind: MarkKind, key: &str, items: &[Item], text: &str) -> Sealed {
        self.seal_asked(at, kind, key, items, &[], text)
    }

    /// As [`MarkerKey::seal`], with questions to remember: the first ones, as many as a mark takes.
    #[must_use]
    pub fn seal_asked(
        &self,
        at: &ChangeRef,
        kind: MarkKind,
        key: &str,
        items: &[Item],
        asked: &[Asked],
        text: &str,
    ) -> Sealed {
        let items: Vec<String> = items
            .iter()
            .map(|item| {
                let source = if item.model { 'm' } else { 'r' };
                format!("{source}:{}:{}", shield(&item.rule), shield(&item.fingerprint))
            })
            .collect();
        let (at, key) = (shield(&at.to_string()), shield(key));
        let mut payload = format!("c={at};k={key};b={};f={}", digest(text), items.join(","));
        if !asked.is_empty() {
            let asked: Vec<String> = asked.iter().take(REMEMBERED).map(asked_words).collect();
            payload.push_str(";q=");
            payload.push_str(&asked.join(","));
        }
        let kind = KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, word)| word);
        let seal = self.mac(kind, &payload).map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default();
        Sealed(format!("{OPEN}{kind} {payload} {seal}{CLOSE}"))
    }

    /// The mark at the end of `body`, when it is ours and belongs to change `at`. Ask of texts only whose author the platform says is this
    /// bot.
    ///
    /// The repository may have had another name when the mark was made, so its number stands for the change. The seal covers both; a mark
    /// that somebody copies from another repository must come from a change of the same number, and get into a comment that the bot wrote
    /// here. Who can edit that may close what it says by command as well, and no check depends on it.
    #[must_use]
    pub fn read(&self, at: &ChangeRef, body: &str) -> Option<Mark> {
        let is_here = |mark: &Mark| mark.change.parse::<ChangeRef>().is_ok_and(|of| of.number == at.number);
        self.recognise(body).filter(is_here)
    }

    /// The mark at the end of `body`, when it is ours, whatever change it was made for.
    #[must_use]
    pub fn recognise(&self, body: &str) -> Option<Mark> {
        let (_, mark) = split(body)?;
        let mut words = mark.split(' ');
        let (kind, payload, seal) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        self.mac(kind, payload)?.verify_slice(&unhex(seal)?).ok()?;
        let kind = KINDS.iter().find(|(_, word)| *word == kind)?.0;
        let field = |name: &str| payload.split(';').find_map(|field| field.strip_prefix(name));
        Some(Mark {
            kind,
            change: unshield(field("c=")?),
            key: unshield(field("k=")?),
            digest: field("b=")?.to_owned(),
            items: items(field("f=")?),
            asked: asked(field("q=").unwrap_or_default()),
        })
    }

    /// The text above the mark of `body`, when it still reads as it was posted.
    #[must_use]
    pub fn unchanged<'a>(&self, at: &ChangeRef, body: &'a str) -> Option<Unchanged<'a>> {
        let mark = self.read(at, body)?;
        let (text, _) = split(body)?;
        (digest(text) == mark.digest).then_some(Unchanged(text))
    }

    /// `text` with a seal in front, by which [`MarkerKey::unsealed`] knows that this bot wrote it about these things.
    #[must_use]
    pub fn sealed(&self, about: [&str; 2], text: &str) -> String {
        let seal = self.mac_of(about, text).map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default();
        format!("{seal} {text}")
    }

    /// The text behind a seal of this bot about the same things; none where somebody else wrote or changed it.
    #[must_use]
    pub fn unsealed<'a>(&self, about: [&str; 2], sealed: &'a str) -> Option<&'a str> {
        let (seal, text) = sealed.split_once(' ')?;
        self.mac_of(about, text)?.verify_slice(&unhex(seal)?).ok()?;
        Some(text)
    }

    fn mac_of(&self, about: [&str; 2], text: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        // Its own first words: a mark of a comment is never a seal of something that is kept. Lengths: no part runs into the next.
        let [one, two] = about;
        for part in ["specreview kept v1", one, two, text] {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }

    fn mac(&self, kind: &str, payload: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in ["specreview marker v1", kind, payload] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        Some(mac)
    }
}

/// True for a line that is a mark of this program, whoever wrote it.
#[must_use]
pub fn is_mark(line: &str) -> bool {
    line.starts_with(OPEN)
}

/// True when `body` ends in something that looks like a mark of this program, whoever wrote it.
#[must_use]
pub fn is_marked(body: &str) -> bool {
    split(body).is_some()
}

/// Digest of a text as it is compared: platforms may change line ends and outer white space.
#[must_use]
pub fn digest(text: &str) -> String {
    let mut hash = Sha256::new();
    for line in text.trim().lines() {
        hash.update(line.trim_end().as_bytes());
        hash.update(b"\n");
    }
    hex(hash.finalize().get(..8).unwrap_or_default())
}

/// Text above and inside of the mark. Only a mark at the very end counts: what a text quotes is not its mark.
fn split(body: &str) -> Option<(&str, &str)> {
    let inner = body.trim_end().strip_suffix(CLOSE)?;
    let (text, mark) = inner.rsplit_once(OPEN)?;
    let whole = !mark.contains("--") && !mark.contains('\n') && (text.is_empty() || text.ends_with('\n'));
    whole.then_some((text, mark))
}

fn items(field: &str) -> Vec<Item> {
    let item = |text: &str| {
        let mut parts = text.split(':');
        let (source, rule, fingerprint) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Item { rule: unshield(rule), model: source == "m", fingerprint: unshield(fingerprint) })
    };
    field.split(',').filter_map(item).collect()
}

/// A question as a mark has it: open or answered, criterion, fingerprint, document.
fn asked_words(asked: &Asked) -> String {
    let state = if asked.answered { 'a' } else { 'o' };
    let [criterion, fingerprint, document] =
        [&asked.criterion, &asked.fingerprint, &asked.document].map(|at| shield(at));
    format!("{state}:{criterion}:{fingerprint}:{document}")
}

fn asked(field: &str) -> Vec<Asked> {
    let one = |text: &str| {
        let mut parts = text.split(':');
        let (state, criterion) = (parts.next()?, unshield(parts.next()?));
        let (fingerprint, document) = (unshield(parts.next()?), unshield(parts.next()?));
        Some(Asked { document, criterion, fingerprint, answered: state == "a" })
    };
    field.split(',').filter_map(one).take(REMEMBERED).collect()
}

/// Percent-encodes everything but letters, digits, `.`, `_`, so that no field can close the comment or its neighbours.
fn shield(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"._".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex(&[byte]));
        }
    }
    out
}

fn unshield(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(unhex) {
            Some(byte) => {
                bytes.extend(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => rest = after,
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(number: u64) -> ChangeRef {
        ChangeRef { owner: "o".into(), repo: "r".into(), number }
    }

    fn key() -> MarkerKey {
        MarkerKey::new(b"a secret of this bot")
    }

    fn item(rule: &str) -> Item {
        Item { rule: rule.into(), model: false, fingerprint: "0123456789abcdef".into() }
    }

    fn body(text: &str) -> String {
        let seal = key().seal(&at(1), MarkKind::Inline, "run-1", &[item("MON-002:data"), item("BIZ-001")], text);
        format!("{text}\n{}", seal.as_str())
    }

    #[test]
    fn a_mark_is_read_back() {
        let body = body("words");
        let mark = key().read(&at(1), &body).unwrap();
        assert_eq!((mark.kind, mark.change.as_str()), (MarkKind::Inline, "o/r#1"));
        assert_eq!(mark.key, "run-1");
        assert_eq!(mark.items, [item("MON-002:data"), item("BIZ-001")]);
        assert!(body.lines().any(is_mark) && !is_mark("words"));
        assert!(is_marked(&body));
    }

    #[test]
    fn a_mark_stays_that_of_its_change_when_the_repository_is_renamed_or_transferred() {
        for (owner, repo) in [("o", "renamed"), ("O", "R"), ("another", "r")] {
            let at = |number| ChangeRef { owner: owner.into(), repo: repo.into(), number };
            assert!(key().read(&at(1), &body("words")).is_some() && key().read(&at(2), &body("words")).is_none());
            assert!(key().unchanged(&at(1), &body("words")).is_some());
        }
    }

    #[test]
    fn marks_that_are_not_ours_are_ignored() {
        let good = body("words");
        let cases = [
            ("another key", MarkerKey::new(b"another").read(&at(1), &good)),
            ("another change", key().read(&at(2), &good)),
            ("a change rewritten", key().read(&at(2), &good.replace("%231;", "%232;"))),
            ("another kind", key().read(&at(1), &good.replace("v1 inline", "v1 summary"))),
            ("another run", key().read(&at(1), &good.replace("k=run", "k=ran"))),
            ("another version", key().read(&at(1), &good.replace("specreview:v1", "specreview:v2"))),
            ("no seal", key().read(&at(1), "x\n<!-- specreview:v1 inline k=a;b=b;f= -->")),
            ("empty seal", key().read(&at(1), "x\n<!-- specreview:v1 inline k=a;b=b;f=  -->")),
            ("short seal", key().read(&at(1), "x\n<!-- specreview:v1 inline k=a;b=b;f= 00 -->")),
            ("not at the end", key().read(&at(1), &format!("{good}\nthanks!"))),
            ("quoted", key().read(&at(1), &format!("> {}", good.lines().last().unwrap()))),
            ("nothing", key().read(&at(1), "")),
        ];
        for (what, read) in cases {
            assert_eq!(read, None, "{what}");
        }
    }

    #[test]
    fn a_platform_may_change_line_ends_but_nobody_may_change_words() {
        let good = body("one\ntwo");
        assert!(key().unchanged(&at(1), &good).is_some());
        assert!(key().unchanged(&at(1), &good.replace('\n', "\r\n")).is_some());
        assert!(key().unchanged(&at(1), &good.replace("two", "2")).is_none());
    }

    #[test]
    fn the_key_is_never_printed() {
        assert_eq!(format!("{:?}", MarkerKey::new(b"hush")), "MarkerKey(*** 4 bytes)");
    }

    #[test]
    fn only_what_this_bot_wrote_about_the_same_things_is_taken_back() {
        let (key, other) = (MarkerKey::new(b"key"), MarkerKey::new(b"other"));
        let sealed = key.sealed(["a", "b"], "{\"text\": 1}");
        assert_eq!(key.unsealed(["a", "b"], &sealed), Some("{\"text\": 1}"));
        assert_eq!(other.unsealed(["a", "b"], &sealed), None);
        for about in [["b", "a"], ["ab", ""], ["", "ab"], ["a", "c"]] {
            assert_eq!(key.unsealed(about, &sealed), None, "{about:?}");
        }
        for changed in
            [sealed.replace('1', "2"), sealed.to_uppercase(), "{\"text\": 1}".into(), " {}".into(), String::new()]
        {
            assert_eq!(key.unsealed(["a", "b"], &changed), None, "{changed}");
        }
    }

    proptest! {
        #[test]
        fn no_field_closes_the_comment(run in any::<String>(), rule in any::<String>(), text in any::<String>()) {
            let items = [Item { rule: rule.clone(), model: true, fingerprint: "f--f -->".into() }];
            let seal = key().seal(&at(1), MarkKind::Review, &run, &items, &text);
            let inner = seal.as_str().strip_prefix("<!--").unwrap().strip_suffix("-->").unwrap();
            prop_assert!(!inner.contains("--") && !inner.contains('>') && !inner.contains('\n'));
            let mark = key().read(&at(1), &format!("{text}\n{}", seal.as_str())).unwrap();
            prop_assert_eq!(&mark.key, &run);
            let asked = [Asked { document: text.clone(), criterion: rule.clone(), fingerprint: run.clone(), answered: true }];
            let seal = key().seal_asked(&at(1), MarkKind::Summary, &run, &items, &asked, &text);
            let inner = seal.as_str().strip_prefix("<!--").unwrap().strip_suffix("-->").unwrap();
            prop_assert!(!inner.contains("--") && !inner.contains('>') && !inner.contains('\n'));
            let read = key().read(&at(1), &format!("{text}\n{}", seal.as_str())).unwrap();
            prop_assert_eq!((read.asked.as_slice(), &read.items), (asked.as_slice(), &mark.items));
            prop_assert_eq!(&mark.items[0].rule, &rule);
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            prop_assert_eq!(key().read(&at(1), &text), None);
            let _ = key().read(&at(1), &format!("{OPEN}{text}{CLOSE}"));
            let _ = key().read(&at(1), &format!("{OPEN}inline f={text} 00{CLOSE}"));
        }
    }
}
