//! A talk with an editor that sits in the same process: opens, changes, asks, applies what it is given.
#![allow(clippy::string_slice, reason = "a place that is no boundary fails the test")]

use std::path::Path;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value, json};

use super::action::{Fillings, actions};
use super::session::{Judgement, Session};
use crate::cli::desk::Desk;
use crate::cli::env::Env;
use crate::draft::waive;
use crate::output::Entry;
use crate::source::Loaded;

const SPEC: &str = include_str!("../../../docs/examples/parcel-damage.md");

/// The editor's side.
struct Editor {
    connection: Connection,
    asked: i32,
}

impl Editor {
    /// Talks with a server in another thread, as `talk` does, and ends as editors do.
    fn talk(talk: impl FnOnce(&mut Self)) {
        let (server, client) = Connection::memory();
        let served = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            Session::new(&server, &runtime, &Env::default(), Duration::from_millis(200))
                .serve()
                .map_err(|error| error.report())
        });
        let mut editor = Self { connection: client, asked: 0 };
        let about = editor.ask("initialize", json!({ "capabilities": {} }));
        assert_eq!(about["serverInfo"]["name"], "specreview");
        assert_eq!(about["capabilities"]["positionEncoding"], "utf-16");
        editor.say("initialized", json!({}));
        talk(&mut editor);
        assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
        editor.say("exit", Value::Null);
        assert_eq!(served.join().unwrap(), Ok(()));
    }

    fn say(&self, method: &str, params: Value) {
        self.connection.sender.send(Notification::new(method.into(), params).into()).unwrap();
    }

    /// The result of a request.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.asked += 1;
        let request = Request::new(self.asked.into(), method.into(), params);
        self.connection.sender.send(request.into()).unwrap();
        loop {
            match self.connection.receiver.recv_timeout(Duration::from_mins(1)).unwrap() {
                Message::Response(response) => {
                    assert_eq!(response.id, self.asked.into());
                    return response.response_result.map_err(|error| error.message);
                }
                Message::Notification(_) => {}
                Message::Request(request) => panic!("{request:?}"),
            }
        }
    }

    /// The next diagnostics.
    fn published(&self) -> Value {
        loop {
            match self.connection.receiver.recv_timeout(Duration::from_mins(1)).unwrap() {
                Message::Notification(note) if note.method == "textDocument/publishDiagnostics" => return note.params,
                Message::Notification(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The warnings that are shown before the next diagnostics.
    fn shown(&self) -> Vec<String> {
        let mut shown = Vec::new();
        loop {
            match self.connection.receiver.recv_timeout(Duration::from_mins(1)).unwrap() {
                Message::Notification(note) if note.method == "textDocument/publishDiagnostics" => return shown,
                Message::Notification(note) if note.method == "window/showMessage" => {
                    shown.push(note.params["message"].as_str().unwrap().to_owned());
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// The documents of which something is published until nothing more is, in order of their names.
    fn all_published(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut patience = Duration::from_mins(1);
        while let Ok(message) = self.connection.receiver.recv_timeout(patience) {
            let Message::Notification(note) = message else { panic!("{message:?}") };
            all.push(note.params["uri"].as_str().unwrap().to_owned());
            patience = Duration::from_millis(1500);
        }
        all.sort();
        all
    }

    fn save(&self, uri: &str) {
        self.say("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    }

    fn open(&self, uri: &str, text: &str) -> Value {
        let item = json!({ "uri": uri, "languageId": "markdown", "version": 1, "text": text });
        self.say("textDocument/didOpen", json!({ "textDocument": item }));
        self.published()
    }

    fn change(&self, uri: &str, version: i32, text: &str) {
        let changes = json!([{ "text": text }]);
        self.say(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }),
        );
    }

    fn actions(&mut self, uri: &str, range: &Value, only: Option<&str>) -> Vec<Value> {
        let context = json!({ "diagnostics": [], "only": only.map(|only| vec![only]) });
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
        self.ask("textDocument/codeAction", params).as_array().unwrap().clone()
    }
}

const URI: &str = "untitled:spec";

fn of<'a>(published: &'a Value, code: &str) -> Option<&'a Value> {
    published["diagnostics"].as_array().unwrap().iter().find(|diagnostic| diagnostic["code"] == code)
}

/// The text after the edits of an action, applied from the end as editors do.
fn applied(text: &str, action: &Value) -> String {
    let mut edits: Vec<(usize, String)> = Vec::new();
    for edit in action["edit"]["changes"][URI].as_array().unwrap() {
        assert_eq!(edit["range"]["start"], edit["range"]["end"], "only insertions");
        let line = usize::try_from(edit["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
        let column = edit["range"]["start"]["character"].as_u64().unwrap();
        let units = text[start..].char_indices().scan(0, |units, (at, c)| {
            let here = (*units, at);
            *units += c.len_utf16() as u64;
            Some(here)
        });
        let at = units.into_iter().find(|(units, _)| *units == column).map_or(text.len(), |(_, at)| start + at);
        edits.push((at, edit["newText"].as_str().unwrap().to_owned()));
    }
    let mut text = text.to_owned();
    for (at, new) in edits.iter().rev() {
        text.insert_str(*at, new);
    }
    text
}

#[test]
fn findings_come_when_a_document_is_opened_and_go_when_it_is_closed() {
    Editor::talk(|editor| {
        let published = editor.open(URI, SPEC);
        assert_eq!((&published["uri"], &published["version"]), (&json!(URI), &json!(1)));
        let gate = of(&published, "ARI-004").unwrap();
        let line = SPEC.lines().position(|line| line.starts_with("| Recall")).unwrap();
        assert_eq!(gate["range"]["start"], json!({ "line": line, "character": 0 }));
        assert_eq!(gate["range"]["end"]["character"], SPEC.lines().nth(line).unwrap().encode_utf16().count());
        assert_eq!((&gate["severity"], &gate["source"]), (&json!(1), &json!("specreview")));
        assert!(
            gate["codeDescription"]["href"].as_str().unwrap().ends_with("/poc-threshold-above-target.md"),
            "{gate}"
        );
        // What is missing everywhere stands at the title.
        assert_eq!(of(&published, "FAI-001").unwrap()["range"]["start"]["line"], 0);
        editor.say("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
        assert_eq!(editor.published()["diagnostics"], json!([]));
        assert_eq!(editor.open(URI, "# Shopping\n\nMilk.\n")["diagnostics"], json!([]));
    });
}

#[test]
fn a_burst_of_changes_is_reviewed_once() {
    Editor::talk(|editor| {
        editor.open(URI, SPEC);
        for version in 2..=6 {
            editor.change(URI, version, &SPEC.replace("| 0.90 | 0.85 |", "| 0.80 | 0.85 |"));
        }
        let published = editor.published();
        assert_eq!(published["version"], 6);
        assert!(of(&published, "ARI-004").is_none());
        let more = editor.connection.receiver.recv_timeout(Duration::from_millis(600));
        assert!(more.is_err(), "nothing more is said: {more:?}");
    });
}

#[test]
fn places_are_counted_in_code_units() {
    // A character outside the basic plane in front, and lines that end as on Windows.
    let text = SPEC.replace("| Recall, damaged |", "| 📦 Recall, damaged |").replace('\n', "\r\n");
    Editor::talk(|editor| {
        let published = editor.open(URI, &text);
        let gate = of(&published, "ARI-004").unwrap();
        let line = text.lines().find(|line| line.contains('📦')).unwrap();
        assert_eq!(gate["range"]["end"]["character"], line.encode_utf16().count());
        assert_ne!(line.encode_utf16().count(), line.chars().count());
        let action = &editor.actions(URI, &gate["range"], Some("quickfix"))[0];
        let after = applied(&text, action);
        assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    });
}

#[test]
fn the_page_of_a_rule_is_shown_at_its_finding_and_at_its_code() {
    Editor::talk(|editor| {
        let text = format!("{SPEC}\n<!-- specreview: waive MET-008 reason=\"few parcels\" -->\n");
        let published = editor.open(URI, &text);
        let at = |editor: &mut Editor, position: &Value| {
            let said =
                editor.ask("textDocument/hover", json!({ "textDocument": { "uri": URI }, "position": position }));
            said["contents"]["value"].as_str().unwrap_or_default().to_owned()
        };
        let gate = of(&published, "ARI-004").unwrap()["range"]["start"].clone();
        let page = at(editor, &gate);
        assert!(page.contains("**ARI-004 poc-threshold-above-target") && page.contains("## Why"), "{page}");
        let line = text.lines().position(|line| line.contains("waive MET-008")).unwrap();
        assert!(at(editor, &json!({ "line": line, "character": 27 })).contains("**MET-008 "));
        assert_eq!(at(editor, &json!({ "line": 2, "character": 1 })), "");
    });
}

#[test]
fn quick_fixes_put_in_the_skeleton_or_a_waiver_and_are_offered_once() {
    Editor::talk(|editor| {
        let published = editor.open(URI, SPEC);
        let range = of(&published, "DAT-004").unwrap()["range"].clone();
        let find = |actions: &[Value], words: &[&str]| {
            let fits = |action: &&Value| words.iter().all(|word| action["title"].as_str().unwrap().contains(word));
            actions.iter().find(fits).cloned()
        };
        let actions = editor.actions(URI, &range, None);
        let fill = find(&actions, &["Put in", "DAT-004"]).unwrap();
        assert_eq!((&fill["kind"], &fill["isPreferred"]), (&json!("quickfix"), &json!(true)));
        assert_eq!(fill["diagnostics"][0]["code"], "DAT-004");
        let after = applied(SPEC, &fill);
        assert!(after.contains("TODO DAT-004") && after.len() > SPEC.len());
        editor.change(URI, 2, &after);
        let range = of(&editor.published(), "DAT-004").unwrap()["range"].clone();
        let actions = editor.actions(URI, &range, Some("quickfix"));
        assert_eq!(find(&actions, &["Put in", "DAT-004"]), None);

        let waive = find(&actions, &["Leave DAT-004 out"]).unwrap();
        let open = applied(&after, &waive);
        editor.change(URI, 3, &open);
        assert!(of(&editor.published(), "DAT-004").is_some(), "a waiver whose reason is open waives nothing");
        editor.change(URI, 4, &open.replace("‹why›", "the sample is all there is"));
        assert!(of(&editor.published(), "DAT-004").is_none());

        let all = editor.actions(URI, &range, Some("source"));
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0]["kind"], "source.specreview.fill");
        assert!(editor.actions(URI, &range, Some("source.fixAll")).is_empty(), "nothing is put in on saving");
    });
}

#[test]
fn what_is_wrong_with_a_folder_is_shown_once_and_again_after_it_was_right() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join(".specreview.toml");
    std::fs::write(&settings, b"\xff").unwrap();
    let uri = uri_in(folder.path(), "a.md");
    Editor::talk(|editor| {
        let item = json!({ "uri": uri, "languageId": "markdown", "version": 1, "text": SPEC });
        editor.say("textDocument/didOpen", json!({ "textDocument": item }));
        let shown = editor.shown();
        assert!(shown.len() == 1 && shown[0].contains("not UTF-8"), "{shown:?}");
        for version in 2..4 {
            editor.change(&uri, version, SPEC);
            assert_eq!(editor.shown(), Vec::<String>::new());
        }
        editor.save(&uri);
        assert_eq!(editor.shown(), Vec::<String>::new());
        std::fs::remove_file(&settings).unwrap();
        editor.save(&uri);
        assert_eq!(editor.shown(), Vec::<String>::new());
        std::fs::write(&settings, b"\xff").unwrap();
        editor.save(&uri);
        assert_eq!(editor.shown().len(), 1);
    });
}

fn uri_in(folder: &Path, name: &str) -> String {
    url::Url::from_file_path(folder.join(name)).unwrap().to_string()
}

#[test]
fn what_is_saved_is_reviewed_with_the_documents_that_rest_on_it_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let texts = [
        ("a.md", format!("{SPEC}\nThe data is described in [data](b.md).\n")),
        ("b.md", SPEC.into()),
        ("c.md", SPEC.into()),
    ];
    Editor::talk(|editor| {
        for (name, text) in &texts {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        for (name, text) in &texts {
            editor.open(&uri_in(folder.path(), name), text);
        }
        let of = |names: &[&str]| -> Vec<String> { names.iter().map(|name| uri_in(folder.path(), name)).collect() };
        editor.save(&uri_in(folder.path(), "b.md"));
        assert_eq!(editor.all_published(), of(&["a.md", "b.md"]));
        editor.save(&uri_in(folder.path(), "c.md"));
        assert_eq!(editor.all_published(), of(&["c.md"]));
        // What applies to all of them.
        std::fs::write(folder.path().join(".specreview.toml"), "[rules]\noff = [\"MET-003\"]\n").unwrap();
        editor.save(&uri_in(folder.path(), ".specreview.toml"));
        assert_eq!(editor.all_published(), of(&["a.md", "b.md", "c.md"]));
    });
}

#[test]
fn what_the_baseline_holds_is_a_hint_and_a_broken_one_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join(".git")).unwrap();
    std::fs::create_dir_all(folder.path().join("specs")).unwrap();
    std::fs::write(folder.path().join("specs/a.md"), SPEC).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let desk = Desk::open(folder.path(), None, &Env::default()).unwrap();
    let run = runtime.block_on(desk.review(vec![Loaded::text("specs/a.md", SPEC.to_owned())], false));
    let mut baseline = crate::review::Baseline::default();
    run.reviewed().for_each(|reviewed| baseline.accept("specs/a.md", reviewed));
    let (file, uri) = (folder.path().join(".specreview-baseline.json"), uri_in(folder.path(), "specs/a.md"));
    std::fs::write(&file, baseline.render()).unwrap();
    Editor::talk(|editor| {
        let loud = |published: &Value| {
            let all = published["diagnostics"].as_array().unwrap();
            assert!(all.len() > 5);
            all.iter().filter(|one| one["severity"] != 4).count()
        };
        assert_eq!(loud(&editor.open(&uri, SPEC)), 0);
        // A target that gets worse is new.
        editor.change(&uri, 2, &SPEC.replace("| 0.31 | 0.90 | 0.85 |", "| 0.31 | 0.90 | 0.25 |"));
        assert!((1..4).contains(&loud(&editor.published())));
        std::fs::write(&file, "{").unwrap();
        editor.change(&uri, 3, SPEC);
        let shown = editor.shown();
        assert!(
            shown.len() == 1 && shown[0].contains("the baseline ") && shown[0].contains("cannot be used"),
            "{shown:?}"
        );
        editor.change(&uri, 4, SPEC);
        assert_eq!(editor.shown(), [""; 0]);
        std::fs::remove_file(&file).unwrap();
        editor.change(&uri, 5, SPEC);
        assert!(loud(&editor.published()) > 5);
    });
}

#[test]
fn what_can_be_put_in_is_made_once_for_a_version() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let desk = Desk::open(Path::new(""), None, &Env::default()).unwrap();
    let run = runtime.block_on(desk.review(vec![Loaded::text("a.md", SPEC.to_owned())], true));
    let Some(Entry::Reviewed(reviewed, document)) = run.documents.into_iter().next() else { panic!("not read") };
    let kept = waive(&document, "FAI-001", "KEPT", None).unwrap();
    let mut judged = Judgement { document, reviewed, fillings: Fillings::default() };
    let at = json!({ "line": 0, "character": 0 });
    let asked = json!({
        "textDocument": { "uri": URI }, "range": { "start": at, "end": at }, "context": { "diagnostics": [] },
    });
    let asked = serde_json::from_value(asked).unwrap();
    let mut offered = || json!(actions(&asked, &mut judged, &desk.deps.rules)).to_string();
    let first = offered();
    assert!(first.contains("TODO FAI-001") && first.contains("Put in everything"), "{first}");
    assert_eq!(offered(), first);
    assert!(judged.fillings.all.is_some() && judged.fillings.of_rule.contains_key("FAI-001"));
    judged.fillings.all = Some(kept.clone());
    judged.fillings.of_rule.insert("FAI-001".to_owned(), kept);
    let said = json!(actions(&asked, &mut judged, &desk.deps.rules)).to_string();
    assert_eq!(said.matches("KEPT").count(), 2, "{said}");
}

#[test]
fn what_is_not_understood_is_refused_and_the_talk_goes_on() {
    Editor::talk(|editor| {
        assert!(editor.try_ask("textDocument/rename", json!({})).unwrap_err().contains("does not answer"));
        assert!(editor.try_ask("textDocument/hover", json!({ "x": 1 })).unwrap_err().contains("textDocument/hover"));
        editor.say("textDocument/didChange", json!("nonsense"));
        let closed = json!({ "textDocument": { "uri": "file:///gone.md" }, "position": { "line": 0, "character": 0 } });
        assert_eq!(editor.ask("textDocument/hover", closed), Value::Null);
        assert_eq!(editor.open(URI, "")["diagnostics"], json!([]));
    });
}
