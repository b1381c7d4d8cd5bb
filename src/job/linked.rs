//! Reads the documents of the same repository that a specification leaves content to, and has it judged together with them. Only
//! those, each once, and no link of theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Deps;
use crate::document::{Document, Form};
use crate::engine::{Assessment, Settings, assess_linked, assess_with_facts};
use crate::facts::{Facts, Linked};
use crate::platform::Platform;
use crate::review::{Change, ChangedFile, Skipped};
use crate::source::{Loaded, file, url};
use crate::text::linked_path;

/// Linked documents of one document; for a change, of all its documents together.
const DOCUMENTS: usize = 5;
/// Bytes of one of them.
const BYTES: usize = 256 << 10;

/// Where documents stand that others leave content to.
pub(super) enum Shelf<'a> {
    /// Nowhere: the document stands alone. Whoever sends a text may not read the files of this machine.
    Nowhere,
    /// Beside the files that are reviewed.
    Files,
    /// In the repository of a change.
    Change {
        platform: &'a dyn Platform,
        change: &'a Change,
        /// The texts before the change, and not after it.
        base: bool,
    },
}

/// A shelf, with what was taken from it.
pub(super) struct Library<'a> {
    shelf: Shelf<'a>,
    /// Texts by path; none where there is no such document.
    known: BTreeMap<String, Option<Arc<str>>>,
    /// Texts that may still be fetched from a platform.
    left: usize,
    /// Those that the platform did not give.
    pub(super) unread: Vec<Skipped>,
}

/// A document, as it was read and judged.
pub(super) struct Judged {
    pub(super) document: Document,
    pub(super) facts: Facts,
    pub(super) assessment: Assessment,
}

impl<'a> Library<'a> {
    pub(super) fn new(shelf: Shelf<'a>) -> Self {
        Self { shelf, known: BTreeMap::new(), left: DOCUMENTS, unread: Vec::new() }
    }

    /// Parses and assesses `text`, which stands at `path`, and once more with the documents that it leaves content to.
    pub(super) async fn judge(&mut self, deps: &Deps, path: &str, text: String, settings: Settings) -> Judged {
        let (rules, at) = (deps.rules.clone(), path.to_owned());
        let mut judged = apart(move || {
            let document = Document::read(&at, &text);
            let (assessment, facts) = assess_with_facts(&document, &rules, &settings);
            (Judged { document, facts, assessment }, settings)
        })
        .await;
        let (mut tried, mut linked) = (BTreeSet::new(), Vec::new());
        loop {
            let targets = judged.0.assessment.deferred().into_iter().map(str::to_owned);
            let targets: Vec<String> = targets.filter(|target| tried.insert(target.clone())).collect();
            if !self.take(deps, path, targets, &mut linked).await {
                return judged.0;
            }
            let rules = deps.rules.clone();
            let (Judged { document, facts, .. }, settings) = judged;
            (judged, linked) = apart(move || {
                let assessment = assess_linked(&document, &facts, &rules, &settings, &linked);
                ((Judged { document, facts, assessment }, settings), linked)
            })
            .await;
        }
    }

    /// Adds the documents that `targets` lead to; false where there are none.
    async fn take(&mut self, deps: &Deps, from: &str, targets: Vec<String>, linked: &mut Vec<Linked>) -> bool {
        let mut any = false;
        for target in targets {
            let Some(path) = self.path(from, &target) else { continue };
            if let Some(other) = linked.iter_mut().find(|other| other.path == path) {
                other.targets.push(target);
                any = true;
            } else if linked.len() < DOCUMENTS
                && let Some(text) = self.text(&path).await
            {
                let rules = deps.rules.clone();
                let read = move || {
                    let document = Document::read(&path, &text);
                    let facts = Facts::read(&document, &rules.lexicon);
                    Linked { targets: vec![target], path, document, facts }
                };
                linked.push(apart(read).await);
                any = true;
            }
        }
        any
    }

    /// Where a link of the document at `from` leads; `None` unless that is another document of the same repository.
    fn path(&self, from: &str, target: &str) -> Option<String> {
        match self.shelf {
            Shelf::Nowhere => None,
            Shelf::Files if from == "-" || url::recognise(from).is_some() => None,
            Shelf::Files => file::linked(from, target),
            Shelf::Change { .. } => linked_path(from, target).filter(|path| path != from && Form::is_looked_for(path)),
        }
    }

    async fn text(&mut self, path: &str) -> Option<Arc<str>> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let text = match &self.shelf {
            Shelf::Nowhere => None,
            Shelf::Files => {
                file::load(&[path.to_owned()], &mut std::io::empty(), &|_| BYTES as u64).pop().and_then(|one| match one
                {
                    Loaded::Text { text, .. } => Some(text),
                    Loaded::Unread { .. } => None,
                })
            }
            Shelf::Change { platform, change, base } => match in_change(change, path, *base) {
                Some(file) => {
                    let text = if *base { file.base.as_ref() } else { file.head.as_ref() };
                    text.filter(|text| text.len() <= BYTES).cloned()
                }
                None if self.left == 0 => None,
                None => {
                    self.left -= 1;
                    let commit = if *base { &change.base } else { &change.head };
                    match platform.text(&change.at, commit, path, BYTES).await {
                        Ok(text) => text,
                        // The document that leads there is reviewed all the same, as if the other were not there.
                        Err(error) => {
                            tracing::warn!(path, %error, "a linked document was not read");
                            let why = "a specification leaves content to it, and the platform did not give it: what it \
                                       states does not count here; ask for the review again";
                            self.unread.push(Skipped { what: path.to_owned(), why: why.to_owned() });
                            None
                        }
                    }
                }
            },
        };
        let text: Option<Arc<str>> = text.map(Arc::from);
        self.known.insert(path.to_owned(), text.clone());
        text
    }
}

/// The file of a change that stands at `path` before it or after it: its text is there already, or is none.
fn in_change<'a>(change: &'a Change, path: &str, base: bool) -> Option<&'a ChangedFile> {
    let before = |file: &ChangedFile| file.previous.as_deref().unwrap_or(&file.path) == path;
    change.files.iter().find(|file| if base { before(file) } else { file.path == path })
}

/// Work away from the threads that serve requests.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // A panic of the engine is a defect of this program: it goes on to the job's own boundary, with its message.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
