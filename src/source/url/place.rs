//! What stands behind an address, and how it is asked for: one file, or several that belong together. Knows no platform.

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use super::at::At;
use super::charset::utf8;
use super::csv;
use crate::document::{Form, endings};
use crate::net::client::{Answer, Ask, FetchError, Fetcher};
use crate::review::Opened;
use crate::source::{Loaded, decode};

/// Most documents that one address leads to.
const MOST_DOCUMENTS: usize = 50;
/// Bytes of all of them together.
pub(super) const MOST_BYTES: usize = 5 * 1024 * 1024;

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
        Ok(self.weighed(ask).await?.0)
    }

    /// The same, with the bytes that it took.
    pub(super) async fn weighed<T: DeserializeOwned>(&self, ask: &Ask) -> Result<(T, usize), Failed> {
        let answer = self.fetcher.ask(ask).await?;
        let read = serde_json::from_slice(&answer.bytes).map_err(|error| {
            Failed::Said(format!("the answer of {} was not understood: {error}; give the raw file", ask.address))
        })?;
        Ok((read, answer.bytes.len()))
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
        let (mut loaded, mut room) = (Vec::new(), Room::default());
        if !is_whole {
            let reason =
                format!("it changes more than the {listed} files that are looked at; give the addresses of the others");
            loaded.push(Loaded::Unread { path: self.at.given.clone(), reason });
        }
        for file in documents {
            let path = file.opened.address.clone();
            loaded.push(if room.is_full() {
                Room::over(&path)
            } else {
                let answer = self.first(&file.asks).await;
                room.take(&path, answer, file.opened).await
            });
        }
        Ok(loaded)
    }
}

/// What the documents that one address leads to take together.
#[derive(Debug, Default)]
pub(super) struct Room {
    documents: usize,
    bytes: usize,
}

impl Room {
    /// True where nothing more is asked for.
    pub(super) fn is_full(&self) -> bool {
        self.documents >= MOST_DOCUMENTS || self.bytes >= MOST_BYTES
    }

    /// A document for which there is no room.
    pub(super) fn over(path: &str) -> Loaded {
        let reason = format!(
            "at most {MOST_DOCUMENTS} documents and {} MiB are read of what one address leads to; give its own address",
            MOST_BYTES >> 20
        );
        Loaded::Unread { path: path.to_owned(), reason }
    }

    /// One of the documents. What it lacks does not keep the others back.
    pub(super) async fn take(&mut self, path: &str, answer: Result<Answer, Failed>, opened: Opened) -> Loaded {
        self.documents += 1;
        let reason = match answer {
            Ok(answer) if self.bytes + answer.bytes.len() > MOST_BYTES => return Self::over(path),
            Ok(answer) => {
                self.bytes += answer.bytes.len();
                return piece(path, &answer, opened).await;
            }
            Err(Failed::Said(reason)) => reason,
            Err(Failed::Closed(what, advice)) => format!("{what}; {advice}"),
            Err(Failed::Fetch(error)) => format!("{error}; give its own address"),
        };
        Loaded::Unread { path: path.to_owned(), reason }
    }
}

/// A document from an answer.
pub(super) async fn piece(path: &str, answer: &Answer, opened: Opened) -> Loaded {
    let sheet = Some(&answer.bytes).filter(|_| answer.kind == "text/csv");
    let table = sheet.and_then(|bytes| Some(csv::table(std::str::from_utf8(bytes).ok()?).into_bytes()));
    let (at, bytes) = (path.to_owned(), table.unwrap_or_else(|| utf8(answer).into_owned()));
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
