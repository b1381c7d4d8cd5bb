//! What stands behind an address, and how it is asked for: one file, or several that belong together. Knows no platform.

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use super::at::At;
use super::csv;
use crate::document::{Form, endings};
use crate::net::client::{Answer, Ask, FetchError, Fetcher};
use crate::review::Opened;
use crate::source::{Loaded, decode};

/// Most documents of one change.
const MOST_DOCUMENTS: usize = 50;
/// Bytes of all of them together.
const MOST_BYTES: usize = 5 * 1024 * 1024;

/// What fetches, and for which address.
pub(super) struct Desk<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) at: &'a At,
}

/// Why nothing was read.
#[derive(Debug)]
pub(super) enum Failed {
    /// It could not be fetched.
    Fetch(FetchError),
    /// Anything else, with what to do.
    Said(String),
    /// It happened, and this is to be done by whoever has set the program up; others are told only what happened.
    Closed(&'static str, &'static str),
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Self::Fetch(error)
    }
}

/// What stands behind an address.
#[async_trait]
pub(super) trait Place: Send + Sync {
    /// The requests that it begins with, in the order in which they are tried.
    fn asks(&self) -> Vec<Ask>;

    /// Reads it.
    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed>;

    /// What to do where it may not be read, or is not found.
    fn remedy(&self) -> Option<String> {
        None
    }
}

/// One file.
pub(super) struct File {
    /// The ways to it; the next is tried where one does not find it.
    pub(super) asks: Vec<Ask>,
    /// Where people open it.
    pub(super) opened: Opened,
    /// What to do where it may not be read.
    pub(super) remedy: Option<String>,
}

#[async_trait]
impl Place for File {
    fn asks(&self) -> Vec<Ask> {
        self.asks.clone()
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let answer = desk.first(&self.asks()).await?;
        Ok(vec![piece(&desk.at.given, &answer, self.opened.clone()).await])
    }

    fn remedy(&self) -> Option<String> {
        self.remedy.clone()
    }
}

/// An address whose document is read only where the program was set up for it.
pub(super) struct Closed(pub(super) &'static str, pub(super) &'static str);

#[async_trait]
impl Place for Closed {
    fn asks(&self) -> Vec<Ask> {
        Vec::new()
    }

    async fn read(&self, _: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        Err(Failed::Closed(self.0, self.1))
    }
}

/// An address at which there is no document, and what to do instead.
pub(super) struct Nothing(pub(super) String);

#[async_trait]
impl Place for Nothing {
    fn asks(&self) -> Vec<Ask> {
        Vec::new()
    }

    async fn read(&self, _: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        Err(Failed::Said(self.0.clone()))
    }
}

/// A folder of a repository.
pub(super) fn folder() -> Box<dyn Place> {
    Box::new(Nothing("this is a folder of a repository; give the address of a document in it".to_owned()))
}

/// A file that a change touches, as it stands at the head.
pub(super) struct Touched {
    /// Its path in the repository.
    pub(super) path: String,
    /// The ways to it.
    pub(super) asks: Vec<Ask>,
    /// Where people open it.
    pub(super) opened: Opened,
}

impl Desk<'_> {
    /// The answer to the first of `asks` that finds a file.
    pub(super) async fn first(&self, asks: &[Ask]) -> Result<Answer, Failed> {
        let mut failed = FetchError::Status(404);
        for ask in asks {
            match self.fetcher.ask(ask).await {
                Ok(answer) if is_other_page(&answer.begin(), &self.at.given, &ask.address) => failed = FetchError::Page,
                Ok(answer) => return Ok(answer),
                Err(error @ FetchError::Status(401 | 403 | 404)) => failed = error,
                Err(error) => return Err(error.into()),
            }
        }
        Err(failed.into())
    }

    /// The answer of a platform's interface.
    pub(super) async fn json<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, Failed> {
        let answer = self.fetcher.ask(ask).await?;
        serde_json::from_slice(&answer.bytes).map_err(|error| {
            Failed::Said(format!("the answer of {} was not understood: {error}; give the raw file", ask.address))
        })
    }

    /// The documents among the files of a change, of which not all came where the list is not whole. What one of them lacks does
    /// not keep the others back.
    pub(super) async fn documents(&self, touched: Vec<Touched>, is_whole: bool) -> Result<Vec<Loaded>, Failed> {
        let listed = touched.len();
        let documents: Vec<Touched> = touched.into_iter().filter(|file| Form::is_looked_for(&file.path)).collect();
        if documents.is_empty() {
            let reason = format!("it changes no document ({}); give the address of the document itself", endings());
            return Err(Failed::Said(reason));
        }
        let (mut loaded, mut bytes) = (Vec::new(), 0_usize);
        if !is_whole {
            let reason =
                format!("it changes more than the {listed} files that are looked at; give the addresses of the others");
            loaded.push(Loaded::Unread { path: self.at.given.clone(), reason });
        }
        for (at, file) in documents.into_iter().enumerate() {
            let path = file.opened.address.clone();
            let unread = |reason: String| Loaded::Unread { path: path.clone(), reason };
            if at >= MOST_DOCUMENTS || bytes > MOST_BYTES {
                let most =
                    format!("at most {MOST_DOCUMENTS} documents and {} MiB of one change are read", MOST_BYTES >> 20);
                loaded.push(unread(format!("{most}; give its own address")));
                continue;
            }
            match self.first(&file.asks).await {
                Ok(answer) => {
                    bytes += answer.bytes.len();
                    loaded.push(piece(&path, &answer, file.opened).await);
                }
                Err(Failed::Said(reason)) => loaded.push(unread(reason)),
                Err(Failed::Closed(what, advice)) => loaded.push(unread(format!("{what}; {advice}"))),
                Err(Failed::Fetch(error)) => loaded.push(unread(format!("{error}; give its own address"))),
            }
        }
        Ok(loaded)
    }
}

/// A document from an answer.
pub(super) async fn piece(path: &str, answer: &Answer, opened: Opened) -> Loaded {
    if answer.kind == "text/csv"
        && let Ok(text) = std::str::from_utf8(&answer.bytes)
    {
        return Loaded::text(path, csv::table(text)).opened_at(opened);
    }
    let (at, bytes) = (path.to_owned(), answer.bytes.clone());
    // What takes a process is waited for by a thread of its own.
    let decoded = tokio::task::spawn_blocking(move || decode(&at, bytes)).await;
    let failed = |error: tokio::task::JoinError| Loaded::Unread { path: path.to_owned(), reason: error.to_string() };
    decoded.unwrap_or_else(failed).opened_at(opened)
}

/// A page of HTML where a file of another form was asked for, such as a page to log in: no document that was meant.
pub(super) fn is_other_page(text: &str, given: &str, asked: &str) -> bool {
    let named = Form::named(given).or_else(|| Form::named(asked));
    Form::of("", text) == Form::Html && named.map_or(asked != given, |form| form != Form::Html)
}
