//! A talk with an editor that sits in the same process: opens, changes, asks, applies what it is given.
#![allow(clippy::string_slice, reason = "a place that is no boundary fails the test")]

use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value, json};

use super::session::Session;
use crate::cli::env::Env;

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
