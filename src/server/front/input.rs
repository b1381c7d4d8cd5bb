//! From the body of a request to a wish: JSON, or a form with a file. Reads within limits before it looks at anything.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::stream;
use multer::Multipart;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::SemaphorePermit;

use super::problem::{Kind, Problem, UNWANTED};
use super::{Front, LIMITS};
use crate::job::by_hand::{
    Input, LARGEST_TEXT, LONGEST_ADDRESS, LONGEST_NAME, MOST_PACKS, TreatAs, Unwanted, Wish, Wishes,
};
use crate::server::body;

/// Fields of one form: every pack there is, and the rest.
const FIELDS: usize = 64;
/// Most bytes of a form without files: that of a report has a field for each finding, nearly all of them empty.
const PAIRS: usize = 256 << 10;
/// Most bytes of a field that is no document.
const SHORT: usize = 16 << 10;

/// Addresses as the description has them: of a host by its name, or by four numbers, with or without a port. Whether it is fetched from
/// is for the operator to say.
pub(super) const ADDRESS: &str = concat!(
    r"^https?://(([a-z0-9]+(-[a-z0-9]+)*\.)*[a-z][a-z0-9]*(-[a-z0-9]+)*",
    r"|((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))",
    r"(:([1-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(/[!-~]*)?$",
);
/// One line of text, as the description has it.
pub(super) const LINE: &str = "^[ -~]*$";

/// A review that is asked for: exactly one of `address` and `text`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReviewRequest", extend("oneOf" = [{"required": ["address"]}, {"required": ["text"]}]))]
pub(super) struct Ask {
    /// Address of a document, whose host the operator allows; other schemes and ports only where the operator trusts the host.
    #[schemars(with = "String", length(max = LONGEST_ADDRESS), extend("pattern" = ADDRESS))]
    #[serde(default)]
    address: Option<String>,
    /// The text of a document.
    #[schemars(with = "String", length(min = 1, max = LARGEST_TEXT), extend("pattern" = "[!-~]"))]
    #[serde(default)]
    text: Option<String>,
    /// Name of the text; its ending says which form it has (`spec.md`, `spec.rst`). Reviews of the same name are the history of one
    /// document.
    #[schemars(with = "String", length(max = LONGEST_NAME), extend("pattern" = LINE))]
    #[serde(default)]
    name: Option<String>,
    /// `spec` treats the document as a specification whatever it looks like.
    #[schemars(with = "TreatAs")]
    #[serde(default, rename = "as")]
    treat_as: Option<TreatAs>,
    /// Packs of rules beside the core.
    #[schemars(length(max = MOST_PACKS))]
    #[serde(default)]
    packs: Vec<String>,
    /// `false` leaves the model out even where the operator has configured one.
    #[schemars(with = "bool")]
    #[serde(default)]
    llm: Option<bool>,
}

/// What a form has said.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) address: String,
    pub(super) text: String,
    pub(super) name: String,
    /// Name and content of the file, until it is wished for: it is held once.
    file: Option<(String, Bytes)>,
    is_file: bool,
    pub(super) is_spec: bool,
    pub(super) packs: Vec<String>,
    /// What it says about the model; nothing where it was not asked.
    pub(super) llm: Option<bool>,
    /// What it carries to prove that it is ours.
    pub(super) token: String,
}

impl Form {
    /// A file was chosen.
    pub(super) fn is_file(&self) -> bool {
        self.is_file
    }

    /// What it asks for. The file goes with it.
    pub(super) fn wish(&mut self) -> Result<(Input, Wishes), Unwanted> {
        let address = Some(self.address.trim()).filter(|address| !address.is_empty());
        let text = Some(&self.text).filter(|text| !text.trim().is_empty());
        let input = match (address, text, self.file.take()) {
            (Some(address), None, None) => Input::Address(address.to_owned()),
            (None, Some(text), None) => Wish::text(Some(self.name.clone()), text.clone())?,
            (None, None, Some((name, bytes))) => Input::Bytes {
                name: if self.name.trim().is_empty() { name } else { self.name.clone() },
                bytes: bytes.into(),
            },
            // A file without a word in it is said to be empty, and not to be missing.
            (None, None, None) if !self.text.is_empty() => return Err(Unwanted::Empty),
            (None, None, None) => return Err(Unwanted::Nothing),
            _ => return Err(Unwanted::Several),
        };
        let treat_as = self.is_spec.then_some(TreatAs::Spec);
        let packs = Wishes::named(self.packs.iter().cloned())?;
        Ok((input, Wishes { treat_as, packs, llm: self.llm }))
    }
}

impl Ask {
    fn wish(self) -> Result<(Input, Wishes), Unwanted> {
        let input = match (self.address, self.text) {
            (Some(address), None) => Input::Address(address),
            (None, Some(text)) => Wish::text(self.name, text)?,
            (None, None) => return Err(Unwanted::Nothing),
            (Some(_), Some(_)) => return Err(Unwanted::Several),
        };
        Ok((input, Wishes { treat_as: self.treat_as, packs: Wishes::named(self.packs)?, llm: self.llm }))
    }
}

/// The place that a body takes in what the page keeps in memory: free again when it is dropped, which is not before the body is kept.
pub(super) type Room<'a> = SemaphorePermit<'a>;

/// What a program asks for, and whether it has sent a file.
pub(super) async fn of_program(front: &Front, request: Request) -> Result<((Input, Wishes), bool, Room<'_>), Problem> {
    let kind = kind(request.headers());
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => {
            let (body, room) = read(front, request).await?;
            let ask: Ask = parsed(&body, UNWANTED)?;
            Ok((ask.wish()?, false, room))
        }
        "multipart/form-data" => {
            let (mut form, room) = form(front, request, &kind).await?;
            Ok((form.wish()?, form.is_file(), room))
        }
        _ => Err(Problem::media_type(
            "the body is neither application/json nor multipart/form-data",
            "send JSON with `address` or `text`, or a form with a field `file`",
        )),
    }
}

/// A JSON object that says what it should.
pub(super) async fn json<T: DeserializeOwned>(front: &Front, request: Request, name: Kind) -> Result<T, Problem> {
    let kind = kind(request.headers());
    if kind.split(';').next().unwrap_or_default().trim() != "application/json" {
        return Err(Problem::media_type("the body is not application/json", "send one JSON object"));
    }
    let (body, _room) = read(front, request).await?;
    parsed(&body, name)
}

/// JSON that says something else is a problem of this kind.
fn parsed<T: DeserializeOwned>(body: &[u8], kind: Kind) -> Result<T, Problem> {
    // A list would be taken for the fields in their order.
    if body.trim_ascii_start().first().is_some_and(|first| matches!(first, b'[')) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            kind,
            "the body is a list",
            "send one JSON object; /api/v1/openapi.json describes it",
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let said = serde_path_to_error::deserialize(&mut reader).map_err(|error| (field(&error), error.into_inner()));
    let said = said.and_then(|said| reader.end().map(|()| said).map_err(|error| (None, error)));
    said.map_err(|(field, error)| match error.classify() {
        serde_json::error::Category::Data => {
            let detail = format!("the body does not say what it should: {error}");
            let advice = "/api/v1/openapi.json describes it";
            Problem { field, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, kind, detail, advice) }
        }
        _ => Problem::bad(format!("the body is no JSON: {error}"), "send one JSON object"),
    })
}

/// Most characters of the name of a field that is said again: none of ours is longer, and others may be as long as the body.
const LONGEST_FIELD: usize = 64;

/// The field of the body at which it is not what it should be; none where it is about the whole of it.
fn field(error: &serde_path_to_error::Error<serde_json::Error>) -> Option<Cow<'static, str>> {
    let said = error.inner().to_string();
    // What is missing, or there twice, stands in no place of the body: only the message has its name.
    let named = || ["missing field `", "duplicate field `"].iter().find_map(|begin| said.strip_prefix(begin));
    let name = match error.path().iter().next() {
        Some(serde_path_to_error::Segment::Map { key }) => key.as_str(),
        _ => named()?.split_once('`')?.0,
    };
    (name.chars().count() <= LONGEST_FIELD).then(|| name.to_owned().into())
}

/// What a person has sent with the form of the page.
pub(super) async fn of_person(front: &Front, request: Request) -> Result<(Form, Room<'_>), Problem> {
    let kind = kind(request.headers());
    if !kind.starts_with("multipart/form-data") {
        let advice = "send the form of the page; programs send to /api/v1/reviews";
        return Err(Problem::media_type("the body is no multipart/form-data", advice));
    }
    form(front, request, &kind).await
}

fn kind(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split_once(';').map_or_else(
        || kind.trim().to_ascii_lowercase(),
        // The boundary is taken as it is.
        |(kind, rest)| format!("{};{rest}", kind.trim().to_ascii_lowercase()),
    )
}

/// The whole body, within the limits of the page.
async fn read(front: &Front, request: Request) -> Result<(Bytes, Room<'_>), Problem> {
    let headers = request.headers();
    let encoding = headers.get(header::CONTENT_ENCODING).map(header::HeaderValue::as_bytes);
    if encoding.is_some_and(|encoding| encoding != b"identity") {
        return Err(Problem::media_type("the body is compressed", "send it as it is"));
    }
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let Ok(_slot) = front.0.slots.try_acquire() else { return Err(Problem::busy("too many requests at once")) };
    let (bytes, room) = body::read(request.into_body(), declared, LIMITS, &front.0.memory).await?;
    Ok((bytes.into(), room))
}

async fn form<'a>(front: &'a Front, request: Request, kind: &str) -> Result<(Form, Room<'a>), Problem> {
    let broken = |error: &dyn std::fmt::Display| {
        Problem::bad(format!("the form is broken: {error}"), "send it as multipart/form-data with its boundary")
    };
    let boundary = multer::parse_boundary(kind).map_err(|error| broken(&error))?;
    // What is too large as a whole is so by its file.
    let (body, room) = read(front, request).await.map_err(|problem| problem.of_file(true))?;
    let mut parts = Multipart::new(stream::iter([Ok::<_, std::convert::Infallible>(body)]), boundary);
    let (mut form, mut fields, mut seen) = (Form::default(), 0, Vec::new());
    while let Some(field) = parts.next_field().await.map_err(|error| broken(&error))? {
        fields += 1;
        if fields > FIELDS {
            return Err(Problem::bad(format!("the form has more than {FIELDS} fields"), "send the fields of the page"));
        }
        let (name, file) = (field.name().unwrap_or_default().to_owned(), field.file_name().map(str::to_owned));
        let bytes = field.bytes().await.map_err(|error| broken(&error))?;
        if name == "file" {
            // Browsers send an empty part where no file was chosen.
            let file = file.unwrap_or_default();
            if !file.is_empty() || !bytes.is_empty() {
                if form.is_file {
                    let advice = "send each by itself: a review is about one document";
                    return Err(unwanted("file", "there are two files", advice));
                }
                (form.file, form.is_file) = (Some((base(&file), bytes)), true);
            }
            continue;
        }
        if name != "text" && bytes.len() > SHORT {
            return Err(unwanted(&name, &format!("the field {name:?} is longer than {SHORT} bytes"), "shorten it"));
        }
        let utf8 = || unwanted(&name, &format!("the field {name:?} is not UTF-8"), "send it as UTF-8");
        let value = String::from_utf8(bytes.to_vec()).map_err(|_| utf8())?;
        if name != "packs" && seen.contains(&name) {
            return Err(unwanted(&name, &format!("the field {name:?} is there twice"), "give it once"));
        }
        seen.push(name.clone());
        match name.as_str() {
            "address" => form.address = value,
            "text" => form.text = value,
            "name" => form.name = value,
            "as" if value.is_empty() => {}
            "as" if value == TreatAs::Spec.word() => form.is_spec = true,
            "packs" => form.packs.push(value),
            "llm" if matches!(value.as_str(), "true" | "false") => form.llm = Some(value == "true"),
            "token" => form.token = value,
            "as" => return Err(unwanted("as", "`as` is another word than `spec`", "send `spec`, or leave it out")),
            "llm" => {
                return Err(unwanted("llm", "`llm` is neither true nor false", "send one of them, or leave it out"));
            }
            _ => {
                let advice = "there are file, address, text, name, as, packs and llm";
                let name: String = name.chars().take(LONGEST_FIELD + 1).collect();
                return Err(unwanted(&name, &format!("there is no field {name:?}"), advice));
            }
        }
    }
    Ok((form, room))
}

/// The same mistake in a form is the same problem as in JSON.
fn unwanted(field: &str, detail: &str, advice: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, UNWANTED, detail, advice).at(field)
}

/// The last part of a path: some browsers send the whole.
fn base(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
}

/// Pairs of a short form without files, as logging in sends it.
pub(super) async fn pairs(front: &Front, request: Request) -> Result<Vec<(String, String)>, Problem> {
    let kind = kind(request.headers());
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Problem::media_type("the body is no form", "send the form of the page"));
    }
    let (parts, body) = request.into_parts();
    let short = Body::new(http_body_util::Limited::new(body, PAIRS));
    let (body, _room) = read(front, Request::from_parts(parts, short)).await?;
    Ok(url::form_urlencoded::parse(&body).into_owned().collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex, OnceLock};

    use axum::extract::State;
    use tokio::sync::watch;

    use super::super::{api, page};
    use super::*;
    use crate::job::by_hand::{Desk, Hosts};
    use crate::job::testing::{SPEC, deps};
    use crate::store::Database;

    /// A page that notes how much of its memory is free whenever somebody looks at the clock, which is what keeping a review begins with.
    async fn watched(folder: &std::path::Path) -> (Front, Arc<Mutex<Vec<usize>>>) {
        let store = Database::open(&*folder.join("r.db")).await.unwrap();
        let (place, free) = (Arc::new(OnceLock::<Front>::new()), Arc::new(Mutex::new(Vec::new())));
        let (seen, noted) = (place.clone(), free.clone());
        let clock = move || {
            noted.lock().unwrap().extend(seen.get().map(|front| front.0.memory.available_permits()));
            1
        };
        let drawn = AtomicU64::new(0);
        let random = move || format!("{:032x}", drawn.fetch_add(1, Ordering::Relaxed));
        let deps = crate::job::Deps { clock: Arc::new(clock), random: Arc::new(random), ..deps() };
        let front = Front::new(Desk::new(deps, Arc::new(store), None, Hosts::default()), None, watch::channel(false).1);
        assert!(place.set(front.clone()).is_ok());
        (front, free)
    }

    fn sent(fields: &[(&str, &str)], cookie: &str) -> (Request, usize) {
        let part = |(name, value): &(&str, &str)| {
            format!("--XbX\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = fields.iter().map(part).collect::<String>() + "--XbX--\r\n";
        let long = body.len();
        let request = Request::post("/reviews").header(header::COOKIE, cookie);
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=XbX");
        (request.body(Body::from(body)).unwrap(), long)
    }

    #[tokio::test]
    async fn a_body_has_its_place_in_memory_until_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (front, free) = watched(folder.path()).await;
        let all = front.0.memory.available_permits();
        let look = |long: usize, who: &str| {
            let seen = std::mem::take(&mut *free.lock().unwrap());
            assert!(
                !seen.is_empty() && seen.iter().all(|left| *left == all - body::units(long)),
                "{who}: {seen:?} of {all}"
            );
            assert_eq!(front.0.memory.available_permits(), all, "{who}: the place is free again");
        };
        let (request, long) = sent(&[("text", SPEC), ("name", "a.md")], "");
        let taken = api::submit(State(front.clone()), request).await.unwrap();
        assert_eq!(taken.status(), StatusCode::ACCEPTED);
        look(long, "a program");

        let (token, cookie) = front.0.seal.form(&HeaderMap::new(), &(front.0.desk.deps.random)());
        let cookie = cookie.unwrap();
        let cookie = cookie.split(';').next().unwrap();
        let (request, long) = sent(&[("text", SPEC), ("name", "b.md"), ("token", &token)], cookie);
        let taken = page::submit(State(front.clone()), request).await.unwrap_or_else(|_| panic!("it is taken"));
        assert_eq!(taken.status(), StatusCode::SEE_OTHER);
        look(long, "a person");
    }

    #[test]
    fn a_file_is_handed_on_as_it_is_held() {
        let held = Bytes::from(b"# A spec".to_vec());
        let at = held.as_ptr();
        let mut form = Form { file: Some(("a.md".into(), held)), is_file: true, ..Form::default() };
        let Ok((Input::Bytes { name, bytes }, _)) = form.wish() else { panic!("it is a file") };
        assert_eq!((name.as_str(), bytes.as_slice(), bytes.as_ptr()), ("a.md", &b"# A spec"[..], at));
        assert!(form.is_file(), "what is said of it later names its field");
    }

    #[test]
    fn what_is_wrong_with_a_body_names_its_field() {
        let long = "x".repeat(1000);
        let strange = format!("{{\"{long}\": 1}}");
        for (body, status, expected) in [
            (r#"{"text": 7}"#, 422, Some("text")),
            (r#"{"text": "a", "packs": ["x", 1]}"#, 422, Some("packs")),
            (r#"{"text": "a", "llm": "yes"}"#, 422, Some("llm")),
            (r#"{"text": "a", "as": "poem"}"#, 422, Some("as")),
            (r#"{"text": "a", "colour": 1}"#, 422, Some("colour")),
            (r#"{"text": "a", "text": "b"}"#, 422, Some("text")),
            (r#""text""#, 422, None),
            (strange.as_str(), 422, None),
            (r#"{"text": "a""#, 400, None),
            (r#"{"text": "a"} and more"#, 400, None),
        ] {
            let problem = parsed::<Ask>(body.as_bytes(), UNWANTED).unwrap_err();
            let short = body.get(..60).unwrap_or(body);
            assert_eq!((problem.status.as_u16(), problem.field.as_deref()), (status, expected), "{short}: {problem:?}");
        }
        assert!(parsed::<Ask>(br#" {"text": "a"} "#, UNWANTED).is_ok());
    }
}
