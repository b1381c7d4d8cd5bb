//! One editor: which documents are open, when they are reviewed, what is answered. Reviews what the editor holds, saved or not.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProvider, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, HoverParams, HoverProvider,
    MessageType, PositionEncodingKind, PublishDiagnosticsParams, Save, ServerCapabilities, ShowMessageParams,
    TextDocumentContentChangeEvent, TextDocumentSync, TextDocumentSyncKind, TextDocumentSyncOptions, Uri,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::Url;

use super::action::Fillings;
use super::place::Places;
use super::{action, diagnose, hover};
use crate::cli::desk::Desk;
use crate::cli::env::Env;
use crate::cli::error::{CliError, plain};
use crate::cli::{baseline, config};
use crate::document::{Document, Link};
use crate::output::Entry;
use crate::review::Reviewed;
use crate::source::{Loaded, file};

/// A document that the editor holds.
struct Open {
    text: String,
    version: i32,
    /// When it is to be reviewed, if it changed since.
    due: Option<Instant>,
    judged: Option<Judgement>,
}

/// A document as it was reviewed, with what can be put into it: made when it is first asked for, and kept until the text changes.
pub(super) struct Judgement {
    pub(super) document: Document,
    pub(super) reviewed: Box<Reviewed>,
    pub(super) fillings: Fillings,
}

/// One editor.
pub(super) struct Session<'a> {
    connection: &'a Connection,
    runtime: &'a Runtime,
    env: &'a Env,
    rest: Duration,
    open: HashMap<Uri, Open>,
    /// What applies in each folder; none where it cannot be read.
    desks: HashMap<PathBuf, Option<Desk>>,
    /// What was shown to be wrong with each folder, and with the baseline of each document, so that it is shown once and not at every pause.
    told: HashMap<PathBuf, Vec<String>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(connection: &'a Connection, runtime: &'a Runtime, env: &'a Env, rest: Duration) -> Self {
        let (open, desks, told) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { connection, runtime, env, rest, open, desks, told }
    }

    /// Serves until the editor says good-bye, or is gone.
    pub(super) fn serve(mut self) -> Result<(), CliError> {
        let strange = |error: lsp_server::ProtocolError| CliError::Editor { why: error.to_string() };
        let (id, _) = self.connection.initialize_start().map_err(strange)?;
        let about = json!({
            "capabilities": capabilities(),
            "serverInfo": { "name": "specreview", "version": env!("CARGO_PKG_VERSION") },
        });
        self.connection.initialize_finish(id, about).map_err(strange)?;
        loop {
            let due = self.open.values().filter_map(|open| open.due).min();
            let message = match due {
                Some(due) => match self.connection.receiver.recv_timeout(due.saturating_duration_since(Instant::now()))
                {
                    Ok(message) => message,
                    Err(error) if error.is_timeout() => {
                        self.review_what_rests();
                        continue;
                    }
                    Err(_) => return Ok(()),
                },
                None => match self.connection.receiver.recv() {
                    Ok(message) => message,
                    Err(_) => return Ok(()),
                },
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request).map_err(strange)? {
                        return Ok(());
                    }
                    let answer = self.answer(request);
                    self.send(answer.into());
                }
                Message::Notification(note) if note.method == "exit" => {
                    return Err(CliError::Editor { why: "it ended the server without a shutdown".to_owned() });
                }
                Message::Notification(note) => self.hear(note),
                Message::Response(_) => {}
            }
        }
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let answer = match method.as_str() {
            "textDocument/hover" => read(params).map(|asked: HoverParams| {
                let at = asked.text_document_position_params;
                self.with_review(&at.text_document.uri, |desk, judged| {
                    let (rules, questions) = (&desk.deps.rules, &desk.deps.questions);
                    json!(hover::hover(&judged.document, &judged.reviewed, rules, questions, at.position))
                })
            }),
            "textDocument/codeAction" => read(params).map(|asked: CodeActionParams| {
                self.with_review(&asked.text_document.uri, |desk, judged| {
                    json!(action::actions(&asked, judged, &desk.deps.rules))
                })
            }),
            other => {
                let said = format!("specreview does not answer {other}");
                return Response::new_err(id, ErrorCode::MethodNotFound as i32, said);
            }
        };
        match answer {
            Ok(value) => Response::new_ok(id, value.unwrap_or(Value::Null)),
            Err(why) => Response::new_err(id, ErrorCode::InvalidParams as i32, format!("{method}: {why}")),
        }
    }

    fn hear(&mut self, note: Notification) {
        let Notification { method, params } = note;
        let heard = match method.as_str() {
            "textDocument/didOpen" => read(params).map(|said: DidOpenTextDocumentParams| {
                let item = said.text_document;
                let open = Open { text: item.text, version: item.version, due: Some(Instant::now()), judged: None };
                self.open.insert(item.uri, open);
            }),
            "textDocument/didChange" => read(params).map(|said: DidChangeTextDocumentParams| {
                let uri = said.text_document.text_document_identifier.uri;
                if let Some(open) = self.open.get_mut(&uri) {
                    open.version = said.text_document.version;
                    open.due = Some(Instant::now() + self.rest);
                    said.content_changes.into_iter().for_each(|change| open.take(change));
                }
            }),
            // The configuration, own rules or a linked document may have changed on disk meanwhile.
            "textDocument/didSave" => read(params).map(|said: DidSaveTextDocumentParams| {
                self.desks.clear();
                let saved = said.text_document.uri;
                let now = Instant::now();
                for (uri, open) in &mut self.open {
                    if *uri == saved || open.rests_on(uri, &saved) {
                        open.due = Some(now);
                    }
                }
            }),
            "textDocument/didClose" => read(params).map(|said: DidCloseTextDocumentParams| {
                let uri = said.text_document.uri;
                if let Some(open) = self.open.remove(&uri) {
                    self.publish(PublishDiagnosticsParams {
                        uri,
                        version: Some(open.version),
                        diagnostics: Vec::new(),
                    });
                }
            }),
            _ => Ok(()),
        };
        if let Err(why) = heard {
            tracing::warn!(method, why, "a message of the editor is not understood");
        }
    }

    fn review_what_rests(&mut self) {
        let now = Instant::now();
        let due = |open: &Open| open.due.is_some_and(|due| due <= now);
        let resting: Vec<Uri> = self.open.iter().filter(|(_, open)| due(open)).map(|(uri, _)| uri.clone()).collect();
        for uri in resting {
            self.review(&uri);
        }
    }

    /// Reviews a document as it stands in the editor, and says what was found.
    fn review(&mut self, uri: &Uri) {
        let path = path_of(uri);
        let desk = self.desk(path.as_deref());
        let Some(open) = self.open.get_mut(uri) else { return };
        open.due = None;
        open.judged = None;
        let version = Some(open.version);
        let mut wrong = None;
        let mut diagnostics = Vec::new();
        if let Some(desk) = desk
            && !open.text.trim().is_empty()
        {
            let name = path.as_deref().and_then(Path::to_str).unwrap_or("-").to_owned();
            let loaded = vec![Loaded::text(&name, open.text.clone())];
            let mut run = self.runtime.block_on(desk.review(loaded, false));
            // Read each time: the command line writes it while the editor is open.
            let baseline = path.as_deref().map(baseline::around).transpose().map(Option::flatten);
            wrong = baseline.and_then(|file| file.map(|file| file.apply(&mut run)).transpose()).err();
            if let Some(Entry::Reviewed(reviewed, document)) = run.documents.into_iter().next() {
                diagnostics = diagnose::diagnostics(uri, &document, &reviewed);
                open.judged = Some(Judgement { document, reviewed, fillings: Fillings::default() });
            }
        }
        if let Some(path) = path {
            self.tell(path, wrong.iter().map(CliError::line).collect());
        }
        self.publish(PublishDiagnosticsParams { uri: uri.clone(), version, diagnostics });
    }

    /// Answers about a document as it stands, reviewed first where it changed since; nothing about one that is not open.
    fn with_review(&mut self, uri: &Uri, answer: impl FnOnce(&Desk, &mut Judgement) -> Value) -> Option<Value> {
        if self.open.get(uri)?.due.is_some() {
            self.review(uri);
        }
        let desk = self.desk(path_of(uri).as_deref())?;
        let judged = self.open.get_mut(uri)?.judged.as_mut()?;
        Some(answer(&desk, judged))
    }

    /// What applies to the file at `path`. What is wrong with it is shown once, and again only after it was right.
    fn desk(&mut self, path: Option<&Path>) -> Option<Desk> {
        let folder = path.and_then(root_of).unwrap_or_default();
        if let Some(desk) = self.desks.get(&folder) {
            return desk.clone();
        }
        let opened = Desk::open(&folder, None, self.env);
        let wrong: Vec<String> = match &opened {
            Ok(desk) => desk.problems.iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.line()],
        };
        self.tell(folder.clone(), wrong);
        let desk = opened.ok();
        self.desks.insert(folder, desk.clone());
        desk
    }

    /// Shows what is wrong with a folder, or with the baseline of a document, unless it was so before.
    fn tell(&mut self, about: PathBuf, wrong: Vec<String>) {
        let told = self.told.remove(&about).unwrap_or_default();
        wrong.iter().filter(|one| !told.contains(one)).for_each(|one| self.show(one));
        self.told.insert(about, wrong);
    }

    fn show(&self, message: &str) {
        let message = format!("specreview: {}", plain(message));
        self.note("window/showMessage", ShowMessageParams { kind: MessageType::Warning, message });
    }

    fn publish(&self, params: PublishDiagnosticsParams) {
        self.note("textDocument/publishDiagnostics", params);
    }

    fn note(&self, method: &str, params: impl Serialize) {
        self.send(Notification::new(method.to_owned(), params).into());
    }

    /// An editor that is gone is noticed where it is listened to.
    fn send(&self, message: Message) {
        let _ = self.connection.sender.send(message);
    }
}

impl Open {
    /// True where the file that was saved says something about this document: one that it links to, or settings and rules of its folder.
    fn rests_on(&self, uri: &Uri, saved: &Uri) -> bool {
        let (Some(path), Some(saved)) = (path_of(uri), path_of(saved)) else { return false };
        let folder = root_of(&path);
        let is_setting = folder.is_some_and(|folder| {
            saved.starts_with(folder.join(".specreview")) || config::find_in(&folder).is_some_and(|at| at == saved)
        });
        is_setting
            || self.judged.as_ref().zip(path.to_str()).is_some_and(|(judged, from)| {
                let saved = saved.canonicalize().ok();
                let leads =
                    |link: &Link| file::linked(from, &link.target).and_then(|to| Path::new(&to).canonicalize().ok());
                saved.is_some() && judged.document.links.iter().any(|link| leads(link) == saved)
            })
    }

    fn take(&mut self, change: TextDocumentContentChangeEvent) {
        match change {
            TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => self.text = whole.text,
            // Not asked for, and understood all the same.
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                let places = Places::new(&self.text);
                let (start, end) = (places.byte(part.range.start), places.byte(part.range.end));
                self.text.replace_range(start..end.max(start), &part.text);
            }
        }
    }
}

fn capabilities() -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Full),
        save: Some(Save::Bool(true)),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QuickFix, action::FILL]),
        ..CodeActionOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(PositionEncodingKind::UTF16),
        text_document_sync: Some(TextDocumentSync::Options(sync)),
        hover_provider: Some(HoverProvider::Bool(true)),
        code_action_provider: Some(CodeActionProvider::CodeActionOptions(actions)),
        ..ServerCapabilities::default()
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

/// The file that an address stands for; none for a document that has no file yet.
fn path_of(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_ref()).ok()?.to_file_path().ok()
}

/// The folder whose configuration and rules apply: the nearest around the file that has some, or the repository; else that of the file.
fn root_of(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let has_own = |folder: &&Path| config::find_in(folder).is_some() || folder.join(".specreview").is_dir();
    let around = folder.ancestors().find(|at| has_own(at) || at.join(".git").exists());
    Some(around.unwrap_or(folder).to_owned())
}
