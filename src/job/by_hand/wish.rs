//! What somebody asks to have reviewed, and how. Says what is wrong with a wish; fetches and reviews nothing.

use std::collections::BTreeSet;

use crate::config::Limits;
use crate::document::Form;
use crate::net::guard::{Policy, Refused};
use crate::review::Opened;
use crate::rules::RuleSet;
use crate::source::url::{Address, recognise};
use crate::source::{foreign, give, unfit};
use crate::store::{NewReview, pack};
use crate::text::sha256_hex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most characters of an address: browsers and proxies take hardly more.
pub const LONGEST_ADDRESS: usize = 2_000;
/// Most characters of a name.
pub const LONGEST_NAME: usize = 200;
/// Most bytes of a text: as much as is read of a file of a pull request.
pub const LARGEST_TEXT: usize = Limits::MOST.file_bytes;
/// Most bytes of a file, whose text may be far less: as much as is read of one of a pull request.
pub const LARGEST_FILE: usize = Limits::FILE;

/// Most packs that are named.
pub const MOST_PACKS: usize = 32;

/// The name of a text that has none: two of them have no history together. It has no ending, so that the text says which form it has.
fn unnamed(bytes: &[u8]) -> String {
    let digest = sha256_hex(bytes);
    format!("pasted text {}", digest.get(..8).unwrap_or(&digest))
}

/// How a document is to be reviewed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Wishes {
    /// `spec` treats the document as a specification of an AI project whatever it looks like; otherwise the text decides.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub treat_as: Option<TreatAs>,
    /// Packs of rules beside the core, by name.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<String>", length(max = MOST_PACKS))]
    pub packs: BTreeSet<String>,
    /// `false` leaves the model out even where the operator has configured one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub llm: Option<bool>,
}

impl Wishes {
    /// The packs that somebody names, each once.
    ///
    /// # Errors
    /// When they are too many.
    pub fn named(packs: impl IntoIterator<Item = String>) -> Result<BTreeSet<String>, Unwanted> {
        let packs: Vec<String> = packs.into_iter().collect();
        few(packs.len())?;
        Ok(packs.into_iter().collect())
    }
}

fn few(packs: usize) -> Result<(), Unwanted> {
    if packs > MOST_PACKS { Err(Unwanted::ManyPacks) } else { Ok(()) }
}

/// What a document is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TreatAs {
    /// A specification of an AI project.
    Spec,
}

impl TreatAs {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Spec];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Spec => "spec",
        }
    }
}

/// What is to be reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A document of the web.
    Address(String),
    /// The bytes of a file, or a text, with a name whose ending says what form it has.
    Bytes {
        /// Name.
        name: String,
        /// Content.
        bytes: Vec<u8>,
    },
}

/// A wish that cannot be fulfilled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwanted {
    /// Nothing was given.
    #[error("nothing was given to review")]
    Nothing,
    /// More than one thing was given.
    #[error("more than one thing was given to review")]
    Several,
    /// It is no address that can be fetched.
    #[error("this is not an address of the web")]
    NotAnAddress,
    /// A pull request is reviewed elsewhere.
    #[error("this is the address of a pull request")]
    Change,
    /// The operator does not let this host be fetched from.
    #[error("this server fetches no documents from {0}")]
    Host(String),
    /// It is not fetched from there, or not in this way.
    #[error("{}", parted(&.0.to_string()).0)]
    Refused(Refused),
    /// Files of this kind are no documents.
    #[error("{}", parted(&foreign(.0)).0)]
    Foreign(String),
    /// The bytes cannot be read as a document.
    #[error("{}", parted(.0).0)]
    Unreadable(String),
    /// A name that is too long, or holds what no name does.
    #[error("a name has at most {LONGEST_NAME} characters, none of them a control character")]
    Name,
    /// An address that is too long.
    #[error("an address has at most {LONGEST_ADDRESS} characters")]
    LongAddress,
    /// Too many bytes.
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Too many packs.
    #[error("more than {MOST_PACKS} packs are named")]
    ManyPacks,
    /// No pack has this name.
    #[error("there is no pack {name:?}")]
    Pack {
        /// As given.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

impl Unwanted {
    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::Nothing => "give an address, a text or a file",
            Self::Several => "give one of address, text and file",
            Self::NotAnAddress => "give an address that begins with https:// and names a host",
            Self::Change => "give the address of the document itself, or run `specreview review` with this one",
            Self::Host(_) => "paste the text, send the file, or ask the operator to add the host",
            Self::Name => "give a shorter name, or none",
            Self::LongAddress => "give the address of the document without what follows it",
            Self::TooLarge(_) => "give the specification alone",
            Self::Empty => "write the specification first",
            Self::ManyPacks => "name each pack that is wanted once",
            Self::Refused(Refused::Scheme(_)) => "give its https address, paste the text, or send the file",
            Self::Refused(refused) => {
                let said = refused.to_string();
                return parted(&said).1.unwrap_or("paste the text, or send the file").to_owned();
            }
            Self::Foreign(ending) => return parted(&foreign(ending)).1.unwrap_or_default().to_owned(),
            Self::Unreadable(reason) => match parted(reason).1 {
                Some(advice) => advice,
                None => return give(),
            },
            Self::Pack { known, .. } => return format!("name one of {}", known.join(", ")),
        }
        .to_owned()
    }

    /// The field of the wish that it is about; none where it is about all of them. A file counts as a text.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Nothing | Self::Several => None,
            Self::NotAnAddress
            | Self::Change
            | Self::Host(_)
            | Self::LongAddress
            | Self::Refused(_)
            | Self::Foreign(_) => Some("address"),
            Self::Name => Some("name"),
            Self::TooLarge(_) | Self::Empty | Self::Unreadable(_) => Some("text"),
            Self::ManyPacks | Self::Pack { .. } => Some("packs"),
        }
    }
}

/// What happened, and what to do, of a reason that says both.
fn parted(reason: &str) -> (&str, Option<&str>) {
    reason.split_once("; ").map_or((reason, None), |(what, advice)| (what, Some(advice)))
}

/// Hosts that documents are fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts(Policy);

impl Default for Hosts {
    fn default() -> Self {
        Self::parse("")
    }
}

impl Hosts {
    /// Reads names that commas part: `example.org`, `*.example.org` for every host below it, `*` for every public host.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let names = text.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty());
        Self(Policy { only: Some(names.map(str::to_ascii_lowercase).collect()), ..Policy::default() })
    }

    /// With hosts that the operator trusts, in the company's own network perhaps: those of them that are named by themselves. `*` never
    /// covers hosts of a private network.
    #[must_use]
    pub fn trusting(self, trusted: Vec<String>) -> Self {
        let is_named = |host: &String| self.names().iter().any(|name| name.eq_ignore_ascii_case(host));
        let trusted = trusted.into_iter().filter(is_named).collect();
        Self(Policy { trusted, ..self.0 })
    }

    /// What may be fetched, for who fetches.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0
    }

    /// Nothing is fetched.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.names().is_empty()
    }

    /// The patterns, for people and for who checks redirects.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.0.only.as_deref().unwrap_or_default()
    }
}

/// A wish that can be put into the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What.
    pub input: Input,
    /// How.
    pub wishes: Wishes,
}

impl Wish {
    /// Media types of the files that are taken.
    #[must_use]
    pub fn media_types() -> BTreeSet<&'static str> {
        Form::media_types()
    }

    /// The forms that a document may have, for people.
    #[must_use]
    pub fn forms() -> String {
        Form::all_named()
    }

    /// Checks what was given: against the rules that there are, and the hosts that are fetched from.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn new(input: Input, wishes: Wishes, rules: &RuleSet, hosts: &Hosts) -> Result<Self, Unwanted> {
        few(wishes.packs.len())?;
        for name in &wishes.packs {
            if !rules.packs.iter().any(|pack| pack.name == *name) {
                let known = rules.packs.iter().map(|pack| pack.name.clone()).collect();
                return Err(Unwanted::Pack { name: name.clone(), known });
            }
        }
        let input = match input {
            Input::Address(address) => Input::Address(canonical(&address, hosts)?),
            Input::Bytes { name, bytes } => {
                let name = name.trim();
                let own = if name.is_empty() { unnamed(&bytes) } else { String::new() };
                let name = if name.is_empty() { &own } else { name };
                if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
                    return Err(Unwanted::Name);
                }
                if bytes.len() > LARGEST_FILE {
                    return Err(Unwanted::TooLarge(LARGEST_FILE));
                }
                if bytes.iter().all(u8::is_ascii_whitespace) {
                    return Err(Unwanted::Empty);
                }
                if let Some(reason) = unfit(name, &bytes) {
                    return Err(Unwanted::Unreadable(reason));
                }
                Input::Bytes { name: name.to_owned(), bytes }
            }
        };
        Ok(Self { input, wishes })
    }

    /// A text.
    ///
    /// # Errors
    /// When it is too long.
    pub fn text(name: Option<String>, text: String) -> Result<Input, Unwanted> {
        if text.len() > LARGEST_TEXT {
            return Err(Unwanted::TooLarge(LARGEST_TEXT));
        }
        Ok(Input::Bytes { name: name.unwrap_or_default(), bytes: text.into_bytes() })
    }

    /// The review that is put into the queue under `id`.
    #[must_use]
    pub fn into_review(self, id: String, once: Option<String>) -> NewReview {
        let wish = serde_json::to_string(&self.wishes).unwrap_or_default();
        let (document, kind, bytes) = match self.input {
            Input::Address(address) => (address, "address", Vec::new()),
            Input::Bytes { name, bytes } => (name, "bytes", bytes),
        };
        let digest = sha256_hex(&bytes);
        let body_hash = sha256_hex(format!("{kind}\n{document}\n{digest}\n{wish}").as_bytes());
        NewReview {
            id,
            document_id: document_id(&document),
            title: title(&document),
            wish,
            input: if kind == "address" { String::new() } else { pack(&bytes) },
            input_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            once,
            body_hash,
            document,
        }
    }
}

/// A short word for a document, the same for the same document.
#[must_use]
pub fn document_id(document: &str) -> String {
    let mut digest = sha256_hex(document.as_bytes());
    digest.truncate(16);
    digest
}

/// What a document is kept under that was asked for as `asked` and gives itself an address: that one, where it is of the same host. Whoever
/// asks for the same page by another address finds its history.
pub(super) fn own_key(asked: &str, opened: &Opened) -> Option<String> {
    let host = |address: &str| {
        let (scheme, rest) = address.split_once("://")?;
        Some(format!("{scheme}://{}", rest.split(['/', '?', '#']).next()?))
    };
    let own = opened.address.split('#').next().filter(|_| opened.is_own)?;
    let good = host(own).is_some() && host(own) == host(asked) && own.chars().count() <= LONGEST_ADDRESS;
    (good && own != asked).then(|| own.to_owned())
}

/// What a document is called before it was read: the last part of its address or name.
fn title(document: &str) -> String {
    let without = document.split(['?', '#']).next().unwrap_or(document);
    let last = without.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(document);
    if last.is_empty() { document.to_owned() } else { last.to_owned() }
}

/// The address without what names no document, if it may be fetched.
fn canonical(address: &str, hosts: &Hosts) -> Result<String, Unwanted> {
    let address = address.trim();
    if address.chars().count() > LONGEST_ADDRESS {
        return Err(Unwanted::LongAddress);
    }
    match recognise(address) {
        None => return Err(Unwanted::NotAnAddress),
        Some(Address::Change { .. }) => return Err(Unwanted::Change),
        Some(Address::Document(_)) => {}
    }
    // What is refused whenever it is fetched is refused before it waits for that.
    let mut url = hosts.policy().check(address).map_err(|refused| match refused {
        Refused::NotAnAddress => Unwanted::NotAnAddress,
        Refused::NotAllowed(host) => Unwanted::Host(host),
        refused => Unwanted::Refused(refused),
    })?;
    url.set_fragment(None);
    match Form::foreign(url.as_str()) {
        Some(ending) => Err(Unwanted::Foreign(ending)),
        None => Ok(url.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(input: Input, packs: &[&str], hosts: &str) -> Result<Wish, Unwanted> {
        static RULES: std::sync::LazyLock<RuleSet> = std::sync::LazyLock::new(|| crate::rules::builtin().0);
        let packs = packs.iter().map(|pack| (*pack).to_owned()).collect();
        let wishes = Wishes { packs, ..Wishes::default() };
        let hosts = Hosts::parse(hosts).trusting(vec!["127.0.0.1:8080".into(), "127.0.0.1:9090".into()]);
        Wish::new(input, wishes, &RULES, &hosts)
    }

    #[test]
    fn addresses_are_made_canonical_and_only_those_of_allowed_hosts_are_taken() {
        let refused = |why: &str| Err(why.to_owned());
        for (address, hosts, expected) in [
            ("https://Example.org/a.md#part", "example.org", Ok("https://example.org/a.md")),
            (" https://example.org/a.md?x=1 ", "other.org, example.org", Ok("https://example.org/a.md?x=1")),
            ("https://docs.example.org/a", "*.example.org", Ok("https://docs.example.org/a")),
            ("https://example.org/a", "*", Ok("https://example.org/a")),
            ("http://127.0.0.1:8080/a", "127.0.0.1:8080", Ok("http://127.0.0.1:8080/a")),
            ("http://127.0.0.1:9090/a", "*", refused("only https")),
            ("http://example.org/a", "*", refused("only https")),
            ("https://ann:secret@example.org/a", "*", refused("a user name in it")),
            ("https://example.org:8443/a", "*", refused("port 8443 is not fetched")),
            ("https://169.254.169.254/latest", "*", refused("169.254.169.254 is not a public address")),
            ("https://[::1]/a", "*", refused("::1 is not a public address")),
            ("https://2130706433/a", "*", refused("127.0.0.1 is not a public address")),
            ("https://wiki.internal/a", "*", refused("not a public host")),
            ("https://example.org/spec.PPTX?raw=1", "*", refused("ends with .pptx")),
            ("https://example.org/a", "", refused("fetches no documents from example.org")),
            ("https://example.org/a", "*.example.org", refused("fetches no documents from example.org")),
            ("https://evilexample.org/a", "*.example.org", refused("fetches no documents from evilexample.org")),
            ("https://example.org:8443/a", "other.org", refused("fetches no documents from example.org:8443")),
            ("https://github.com/o/r/pull/7", "*", refused("pull request")),
            ("file:///etc/passwd", "*", refused("not an address of the web")),
            ("ftp://example.org/", "*", refused("not an address of the web")),
            ("https://", "*", refused("not an address of the web")),
            ("", "*", refused("not an address of the web")),
        ] {
            let found = wish(Input::Address(address.into()), &[], hosts);
            match (found, expected) {
                (Ok(wish), Ok(expected)) => assert_eq!(wish.input, Input::Address(expected.into()), "{address}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(&part), "{address}: {error}"),
                (found, _) => panic!("{address}: {found:?}"),
            }
        }
        let long = format!("https://example.org/{}", "a".repeat(LONGEST_ADDRESS));
        assert_eq!(wish(Input::Address(long), &[], "*"), Err(Unwanted::LongAddress));
    }

    #[test]
    fn texts_have_a_name_and_a_size() {
        let bytes = |name: &str, bytes: &[u8]| wish(Input::Bytes { name: name.into(), bytes: bytes.into() }, &[], "");
        assert!(matches!(bytes(" ", b"x").unwrap().input, Input::Bytes { name, .. } if name == "pasted text 2d711642"));
        assert_eq!(bytes("a\nb.md", b"x"), Err(Unwanted::Name));
        assert_eq!(bytes(&"a".repeat(201), b"x"), Err(Unwanted::Name));
        assert_eq!(bytes("a.md", b" \n\t"), Err(Unwanted::Empty));
        for (name, content, part) in [
            ("a.md", &b"caf\xe9 au lait"[..], "not UTF-8"),
            ("a.md", b"\x7fELF\0\0", "binary file"),
            ("a.md", b"\xff\xfea\0", "UTF-16"),
            ("a.md", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word"),
            ("a.xlsx", b"PK\x03\x04", "ends with .xlsx"),
            ("a.rtf", b"{\\rtf1 words}", "ends with .rtf"),
            ("", b"{\\rtf1 words}", "ends with .rtf"),
            ("a.ipynb", b"{\"cells\": 1}", "the notebook is damaged"),
        ] {
            let unwanted = bytes(name, content).unwrap_err();
            assert!(unwanted.to_string().contains(part) && !unwanted.advice().is_empty(), "{name}: {unwanted:?}");
            assert_eq!(unwanted.field(), Some("text"));
        }
        assert!(bytes("a.docx", b"PK\x03\x04").is_ok(), "what is in an archive is seen when it is read");
        assert_eq!(bytes("a.md", &vec![b'x'; LARGEST_FILE + 1]), Err(Unwanted::TooLarge(LARGEST_FILE)));
        assert_eq!(Wish::text(None, "x".repeat(LARGEST_TEXT + 1)), Err(Unwanted::TooLarge(LARGEST_TEXT)));
    }

    #[test]
    fn a_page_is_kept_under_the_address_that_it_gives_itself_on_its_own_host() {
        let asked = "https://docs.example.org/spec?utm_source=mail";
        for (opened, expected) in [
            (Opened::own("https://docs.example.org/spec#top"), Some("https://docs.example.org/spec")),
            (Opened::own("https://docs.example.org"), Some("https://docs.example.org")),
            (Opened::own(asked), None),
            (Opened::own("https://evil.example/spec"), None),
            (Opened::own("http://docs.example.org/spec"), None),
            (Opened::own("https://docs.example.org:8443/spec"), None),
            (Opened::own(format!("https://docs.example.org/{}", "a".repeat(LONGEST_ADDRESS))), None),
            (Opened::page("https://docs.example.org/after-a-redirect"), None),
        ] {
            assert_eq!(own_key(asked, &opened).as_deref(), expected, "{opened:?}");
        }
    }

    #[test]
    fn a_pack_that_is_not_there_is_named_with_those_that_are() {
        let input = || Input::Bytes { name: "a.md".into(), bytes: b"x".to_vec() };
        assert!(wish(input(), &["genai"], "").is_ok());
        let error = wish(input(), &["genai", "gen-ai"], "").unwrap_err();
        assert!(error.to_string().contains("\"gen-ai\"") && error.advice().contains("requirement-quality"), "{error}");
    }

    #[test]
    fn packs_are_counted_before_anybody_looks_for_them() {
        let input = || Input::Bytes { name: "a.md".into(), bytes: b"x".to_vec() };
        let names: Vec<String> = (0..=MOST_PACKS).map(|number| format!("pack-{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(wish(input(), &names, ""), Err(Unwanted::ManyPacks));
        assert!(matches!(wish(input(), &names[1..], ""), Err(Unwanted::Pack { .. })));
        let same = |times: usize| Wishes::named(std::iter::repeat_n("genai".to_owned(), times));
        assert_eq!(same(MOST_PACKS).unwrap().len(), 1);
        assert_eq!(same(MOST_PACKS + 1), Err(Unwanted::ManyPacks), "however often it is the same one");
        assert_eq!((Unwanted::ManyPacks.field(), Unwanted::ManyPacks.advice().is_empty()), (Some("packs"), false));
    }

    #[test]
    fn the_same_wish_has_the_same_hash_and_any_other_another() {
        let hash = |name: &str, text: &str, packs: &[&str]| {
            let input = Input::Bytes { name: name.into(), bytes: text.into() };
            wish(input, packs, "").unwrap().into_review("id".into(), None).body_hash
        };
        let one = hash("a.md", "text", &[]);
        assert_eq!(one, hash("a.md", "text", &[]));
        for other in [hash("b.md", "text", &[]), hash("a.md", "texts", &[]), hash("a.md", "text", &["genai"])] {
            assert_ne!(one, other);
        }
        let of = |address: &str| wish(Input::Address(address.into()), &[], "*").unwrap().into_review("i".into(), None);
        let review = of("https://example.org/specs/fraud.md?plain=1");
        assert_eq!((review.title.as_str(), review.document_id.len()), ("fraud.md", 16));
        assert_eq!(of("https://example.org/").title, "example.org");
    }
}
