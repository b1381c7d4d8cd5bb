//! From values to pages. Every word of a document is escaped by the template engine.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::problem::Problem;
use super::rows::{Changes, PhaseRow, Row, phases, says, sentence, show};
use crate::job::by_hand::{Desk, Form, Told, Verdict, Wish};
use crate::output::html;
use crate::store::{KeptReview, ReviewState};

macro_rules! templates {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("html/", $name)))),+] };
}

const TEMPLATES: &[(&str, &str)] = templates!(
    "layout.html",
    "form.html",
    "list.html",
    "progress.html",
    "failed.html",
    "document.html",
    "login.html",
    "problem.html",
    "bar.html",
    "about.html",
    "said_by.html",
    "say.html",
    "feedback.html",
);

/// The script of the page.
pub(super) const SCRIPT: &str = include_str!("html/page.js");
/// The sign in the tab.
pub(super) const ICON: &str = include_str!("html/icon.svg");

/// The templates, and what is the same on every page.
pub(super) struct View {
    pub(super) environment: Environment<'static>,
    /// The style of the report, and what pages have beside it.
    pub(super) style: String,
    has_token: bool,
    hosts: Vec<String>,
    packs: Vec<PackRow>,
    model: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct PackRow {
    name: String,
    title: String,
    about: String,
}

/// What every page is given.
#[derive(Serialize)]
struct Page<'a, T> {
    /// Whoever sees it may use the page.
    inside: bool,
    has_token: bool,
    here: &'a str,
    token: &'a str,
    problem: Option<ProblemRow<'a>>,
    #[serde(flatten)]
    values: T,
}

#[derive(Serialize)]
pub(super) struct ProblemRow<'a> {
    title: &'a str,
    pub(super) detail: String,
    advice: &'a str,
    /// The field that it stands beside; empty where it stands above the form.
    field: &'a str,
}

impl<'a> ProblemRow<'a> {
    /// What happened begins a sentence here.
    pub(super) fn new(problem: &'a Problem) -> Self {
        Self {
            title: problem.title,
            detail: sentence(&problem.detail),
            advice: &problem.advice,
            field: problem.field.as_deref().unwrap_or_default(),
        }
    }
}

/// What was typed before, to be mended.
#[derive(Debug, Default, Serialize)]
pub(super) struct Typed {
    pub(super) address: String,
    pub(super) text: String,
    pub(super) name: String,
    pub(super) is_spec: bool,
    pub(super) packs: Vec<String>,
    pub(super) no_llm: bool,
}

/// The filter of the list, as its fields show it.
#[derive(Debug, Default, Serialize)]
pub(super) struct AskedRow {
    pub(super) document: String,
    pub(super) verdict: String,
    pub(super) state: &'static str,
    pub(super) since: String,
}

/// Values of the list.
#[derive(Debug, Default, Serialize)]
pub(super) struct List {
    pub(super) asked: AskedRow,
    pub(super) rows: Vec<Row>,
    pub(super) next: Option<String>,
    pub(super) filtered: bool,
}

/// Values of the history of a document.
#[derive(Debug, Serialize)]
pub(super) struct History {
    pub(super) title: String,
    pub(super) document: String,
    pub(super) document_id: String,
    pub(super) changes: Option<Changes>,
    pub(super) rows: Vec<Row>,
    /// Those with a report: any two of them can be compared.
    pub(super) done: Vec<Row>,
    /// The filter that shows all of them, where there are more.
    pub(super) more: Option<String>,
}

impl View {
    pub(super) fn new(desk: &Desk, has_token: bool) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, source) in TEMPLATES {
            // They are our own, and a test renders every one.
            if let Err(error) = environment.add_template(name, source) {
                tracing::error!(%error, name, "a template of the page is broken");
            }
        }
        let packs = desk.deps.rules.packs.iter().filter(|pack| pack.name != "core").map(|pack| PackRow {
            name: pack.name.clone(),
            title: pack.title.clone(),
            about: pack.about.clone(),
        });
        Self {
            environment,
            style: [html::STYLE, include_str!("html/page.css"), super::say::STYLE].concat(),
            has_token,
            hosts: if desk.fetch.is_some() { desk.hosts.names().to_vec() } else { Vec::new() },
            packs: packs.collect(),
            model: desk.deps.model.as_ref().map(|model| model.name().to_owned()),
        }
    }

    pub(super) fn page<T: Serialize>(
        &self,
        name: &str,
        here: &str,
        token: &str,
        problem: Option<&Problem>,
        values: T,
    ) -> String {
        let problem = problem.map(ProblemRow::new);
        let inside = name != "login.html";
        let page = Page { inside, has_token: self.has_token, here, token, problem, values };
        self.rendered(name, &page)
    }

    /// A template filled in; nothing, and a word in the log, where it has a defect.
    pub(super) fn rendered(&self, name: &str, values: &impl Serialize) -> String {
        let rendered = self.environment.get_template(name).and_then(|template| template.render(Serde(values)));
        rendered.unwrap_or_else(|error| {
            tracing::error!(%error, name, "a page could not be made");
            String::new()
        })
    }

    pub(super) fn form(&self, token: &str, typed: &Typed, problem: Option<&Problem>) -> String {
        #[derive(Serialize)]
        struct Values<'a> {
            form: &'a Typed,
            hosts: &'a [String],
            packs: &'a [PackRow],
            model: Option<&'a str>,
            forms: String,
        }
        let (model, forms) = (self.model.as_deref(), Wish::forms());
        let values = Values { form: typed, hosts: &self.hosts, packs: &self.packs, model, forms };
        self.page("form.html", "form", token, problem, values)
    }

    pub(super) fn list(&self, token: &str, list: &List, problem: Option<&Problem>) -> String {
        #[derive(Serialize)]
        struct Values<'a> {
            #[serde(flatten)]
            list: &'a List,
            verdicts: Vec<VerdictRow>,
            states: [&'static str; 4],
        }
        #[derive(Serialize)]
        struct VerdictRow {
            word: &'static str,
            says: &'static str,
        }
        let verdicts = Verdict::ALL.map(|one| VerdictRow { word: one.word(), says: says(one.word()).0 });
        let states = ReviewState::ALL.map(ReviewState::word);
        self.page("list.html", "list", token, problem, Values { list, verdicts: verdicts.into(), states })
    }

    pub(super) fn progress(&self, token: &str, kept: &KeptReview, told: &[Told]) -> String {
        #[derive(Serialize)]
        struct Values {
            row: Row,
            phases: Vec<PhaseRow>,
            status: String,
        }
        let phases = phases(told, self.model.is_some());
        let now = phases.iter().find(|phase| phase.mood == "now");
        let status = now.map_or_else(String::new, |phase| format!("{} {}", phase.what, phase.said));
        self.page("progress.html", "", token, None, Values { row: Row::new(kept), status, phases })
    }

    pub(super) fn failed(&self, token: &str, kept: &KeptReview) -> String {
        #[derive(Serialize)]
        struct Values {
            row: Row,
        }
        self.page("failed.html", "", token, None, Values { row: Row::new(kept) })
    }

    pub(super) fn history(&self, token: &str, history: History) -> String {
        let history = History { title: show(&history.title), document: show(&history.document), ..history };
        self.page("document.html", "", token, None, history)
    }

    pub(super) fn login(&self, token: &str, to: &str, problem: Option<&Problem>) -> String {
        #[derive(Serialize)]
        struct Values<'a> {
            to: &'a str,
        }
        self.page("login.html", "", token, problem, Values { to })
    }

    pub(super) fn problem(&self, problem: &Problem) -> String {
        #[derive(Serialize)]
        struct Values {}
        self.page("problem.html", "", "", Some(problem), Values {})
    }

    /// What stands above a report, and what below its verdict: where one came from; what it is of, and its other forms where it has an id.
    pub(super) fn around(&self, document_id: &str, id: Option<&str>, about: &str) -> [String; 2] {
        #[derive(Serialize)]
        struct Values<'a> {
            document_id: &'a str,
            id: Option<&'a str>,
            about: &'a str,
            forms: Vec<&'static str>,
        }
        let forms = Form::ALL.into_iter().map(Form::ending).collect();
        let values = Values { document_id, id, about, forms };
        ["bar.html", "about.html"].map(|name| self.rendered(name, &values))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::job::by_hand::Hosts;
    use crate::store::Database;

    async fn view(has_token: bool) -> View {
        let folder = tempfile::tempdir().unwrap();
        let store = Database::open(&*folder.path().join("r.db")).await.unwrap();
        let desk = Desk::new(crate::job::testing::deps(), Arc::new(store), None, Hosts::default());
        View::new(&desk, has_token)
    }

    fn kept(state: ReviewState) -> KeptReview {
        KeptReview {
            id: "0123456789abcdef0123456789abcdef".into(),
            document: "<b>.md".into(),
            document_id: "0123456789abcdef".into(),
            title: "<i>\u{202e}".into(),
            wish: "{}".into(),
            state,
            asked_at: 1,
            finished_at: None,
            verdict: "errors".into(),
            findings: [1, 2, 0],
            failure: "<u>".into(),
            policy: String::new(),
        }
    }

    #[tokio::test]
    async fn every_page_is_made_whole_and_escapes_what_it_shows() {
        for has_token in [false, true] {
            let view = view(has_token).await;
            let (kept, problem) = (kept(ReviewState::Failed), Problem::not_found());
            let list = || List { rows: vec![Row::new(&kept)], next: Some("cursor=1".into()), ..List::default() };
            let history = History {
                title: kept.title.clone(),
                document: kept.document.clone(),
                document_id: kept.document_id.clone(),
                changes: None,
                rows: vec![Row::new(&kept).after(Some("x".into()))],
                done: (0..3).map(|_| Row::new(&kept)).collect(),
                more: Some("<b>".into()),
            };
            for page in [
                view.form("t", &Typed::default(), Some(&problem)),
                view.list("t", &list(), None),
                view.list("t", &List::default(), Some(&problem)),
                view.progress("t", &kept, &[]),
                view.failed("t", &kept),
                view.history("t", history),
                view.login("t", "/\"><b>", Some(&problem)),
                view.problem(&problem),
            ] {
                assert!(page.trim_end().ends_with("</html>"), "{page}");
                assert_eq!(
                    page.contains("action=\"/logout\""),
                    has_token && !page.contains("Token of the page"),
                    "{page}"
                );
                assert!(!["<b>", "<i>", "<u>", "\u{202e}"].iter().any(|evil| page.contains(evil)), "{page}");
            }
            let [bar, about] = view.around(&kept.document_id, Some(&kept.id), "<b>");
            assert!(bar.trim_end().ends_with("</nav>") && about.trim_end().ends_with("</p>") && !about.contains("<b>"));
        }
    }
}
