//! The closed list of what the pretend forge answers, who may ask, and with which right.

use std::collections::{BTreeMap, HashMap};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::world::{Grant, World};
use super::{app, desk, graph, people, read, talk, write};

/// One request, taken apart.
pub struct Call {
    pub method: String,
    pub path: String,
    pub captures: BTreeMap<&'static str, String>,
    pub query: HashMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    /// What the token opens; none for the App itself.
    pub grant: Option<Grant>,
}

impl Call {
    pub fn repo(&self) -> String {
        format!("{}/{}", self.captures["owner"], self.captures["repo"])
    }

    pub fn number(&self, name: &str) -> u64 {
        self.captures[name].parse().unwrap_or(0)
    }

    pub fn login(&self) -> String {
        self.grant.as_ref().map(|grant| grant.login.clone()).unwrap_or_default()
    }

    pub fn wants_raw(&self) -> bool {
        self.headers.get("accept").is_some_and(|accept| accept.contains(".raw"))
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes() }
    }

    pub fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    pub fn none() -> Self {
        Self { status: 204, headers: Vec::new(), body: Vec::new() }
    }

    pub fn raw(body: &[u8]) -> Self {
        let headers = vec![("content-type", "application/vnd.github.raw+json; charset=utf-8".to_owned())];
        Self { status: 200, headers, body: body.to_vec() }
    }

    pub fn refuse(status: u16, message: &str) -> Self {
        let body = json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string() });
        Self::json(status, &body)
    }

    pub fn not_found() -> Self {
        Self::refuse(404, "Not Found")
    }

    /// 422 as GitHub writes it: a list of plain sentences.
    pub fn unprocessable(errors: &[String]) -> Self {
        let body = json!({
            "message": "Unprocessable Entity",
            "errors": errors,
            "documentation_url": "https://docs.github.com/rest",
            "status": "422",
        });
        Self::json(422, &body)
    }

    /// 422 as GitHub writes it of a comment in the conversation: what is wrong with which field.
    pub fn invalid_comment(message: &str) -> Self {
        let error = json!({ "resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message });
        let body = json!({
            "message": "Validation Failed",
            "errors": [error],
            "documentation_url": "https://docs.github.com/rest",
            "status": "422",
        });
        Self::json(422, &body)
    }
}

/// What is needed to ask.
enum Need {
    /// Nothing: anybody may ask.
    Nothing,
    /// The App's own signature.
    App,
    /// Any token.
    Token,
    /// One of these permissions on the repository; `true` for writing.
    Right(&'static [(&'static str, bool)]),
}

type Handler = fn(&mut World, &Call) -> Answer;

const READ_PULLS: Need = Need::Right(&[("pull_requests", false)]);
const WRITE_PULLS: Need = Need::Right(&[("pull_requests", true)]);
const COMMENT: Need = Need::Right(&[("pull_requests", true), ("issues", true)]);
const CONTENTS: Need = Need::Right(&[("contents", false)]);

#[rustfmt::skip]
const ROUTES: &[(&str, &str, Need, Handler)] = &[
    ("GET", "/meta", Need::Nothing, desk::meta),
    ("POST", "/app-manifests/{code}/conversions", Need::Nothing, desk::conversion),
    ("GET", "/app", Need::App, desk::app),
    ("GET", "/app/installations", Need::App, app::installations),
    ("GET", "/app/hook/config", Need::App, desk::hook),
    ("GET", "/app/hook/deliveries", Need::App, app::deliveries),
    ("GET", "/repos/{owner}/{repo}/installation", Need::App, read::installation),
    ("POST", "/app/installations/{id}/access_tokens", Need::App, write::access_token),
    ("POST", "/app/hook/deliveries/{id}/attempts", Need::App, app::redeliver),
    ("GET", "/installation/repositories", Need::Token, app::repositories),
    ("GET", "/repos/{owner}/{repo}/pulls", READ_PULLS, app::pulls),
    ("GET", "/user", Need::Token, read::user),
    ("POST", "/graphql", Need::Token, graph::answer),
    ("GET", "/repos/{owner}/{repo}/pulls/{number}", READ_PULLS, read::pull),
    ("GET", "/repos/{owner}/{repo}/pulls/{number}/files", READ_PULLS, read::files),
    ("GET", "/repos/{owner}/{repo}/pulls/{number}/reviews", READ_PULLS, read::reviews),
    ("GET", "/repos/{owner}/{repo}/pulls/{number}/comments", READ_PULLS, read::inline),
    ("GET", "/repos/{owner}/{repo}/issues/{number}/comments", Need::Right(&[("issues", false), ("pull_requests", false)]), read::comments),
    ("GET", "/repos/{owner}/{repo}/compare/{range}", CONTENTS, read::compare),
    ("GET", "/repos/{owner}/{repo}/contents/{path...}", CONTENTS, read::contents),
    ("GET", "/repos/{owner}/{repo}/git/blobs/{sha}", CONTENTS, read::blob),
    ("GET", "/repos/{owner}/{repo}/commits/{sha}/check-runs", Need::Right(&[("checks", false)]), read::checks),
    ("GET", "/repos/{owner}/{repo}/check-runs/{id}", Need::Right(&[("checks", false)]), read::check),
    ("POST", "/repos/{owner}/{repo}/issues/{number}/comments", COMMENT, write::comment),
    ("PATCH", "/repos/{owner}/{repo}/issues/comments/{id}", COMMENT, write::edit_comment),
    ("DELETE", "/repos/{owner}/{repo}/issues/comments/{id}", COMMENT, write::delete_comment),
    ("POST", "/repos/{owner}/{repo}/pulls/{number}/reviews", WRITE_PULLS, write::review),
    ("DELETE", "/repos/{owner}/{repo}/pulls/{number}/reviews/{id}", WRITE_PULLS, write::delete_review),
    ("POST", "/repos/{owner}/{repo}/pulls/{number}/comments", WRITE_PULLS, talk::create),
    ("POST", "/repos/{owner}/{repo}/pulls/{number}/comments/{id}/replies", WRITE_PULLS, talk::reply),
    ("PATCH", "/repos/{owner}/{repo}/pulls/comments/{id}", WRITE_PULLS, talk::edit),
    ("DELETE", "/repos/{owner}/{repo}/pulls/comments/{id}", WRITE_PULLS, talk::delete),
    ("GET", "/repos/{owner}/{repo}/collaborators/{login}/permission", Need::Right(&[("metadata", false)]), people::permission),
    ("GET", "/repos/{owner}/{repo}/commits/{sha}/pulls", READ_PULLS, people::pulls_of_commit),
    ("POST", "/repos/{owner}/{repo}/check-runs", Need::Right(&[("checks", true)]), write::check),
    ("PATCH", "/repos/{owner}/{repo}/check-runs/{id}", Need::Right(&[("checks", true)]), write::edit_check),
];

/// The route of a request, with what its path names; the handler comes with what it needs.
pub struct Found {
    pub route: &'static str,
    pub captures: BTreeMap<&'static str, String>,
    need: &'static Need,
    handler: Handler,
}

pub fn find(method: &str, path: &str) -> Option<Found> {
    ROUTES.iter().find_map(|(its_method, route, need, handler)| {
        let captures = if *its_method == method { capture(route, path)? } else { return None };
        Some(Found { route, captures, need, handler: *handler })
    })
}

fn capture(route: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let mut captures = BTreeMap::new();
    let mut parts = path.split('/');
    for expected in route.split('/') {
        if let Some(name) = expected.strip_prefix('{').and_then(|name| name.strip_suffix("...}")) {
            let rest: Vec<_> = parts.by_ref().map(percent_decoded).collect();
            captures.insert(name, rest.join("/"));
            return Some(captures);
        }
        let part = parts.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !part.is_empty() => {
                captures.insert(name, percent_decoded(part));
            }
            None if expected == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(captures)
}

pub fn percent_decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%').then(|| tail.get(..2)).flatten();
        let decoded = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap()
}

#[derive(Deserialize)]
struct Claims {
    iat: u64,
    exp: u64,
}

/// Who asks. None in the grant is the App itself.
pub fn authenticate(found: &Found, world: &World, headers: &BTreeMap<String, String>) -> Result<Option<Grant>, Answer> {
    if matches!(found.need, Need::Nothing) && !headers.contains_key("authorization") {
        return Ok(None);
    }
    let bad = || Answer::refuse(401, "Bad credentials");
    let given = headers.get("authorization").ok_or_else(|| Answer::refuse(401, "Requires authentication"))?;
    let token = given.strip_prefix("Bearer ").ok_or_else(bad)?;
    if let Some(grant) = world.tokens.get(token) {
        let mut grant = grant.clone();
        if grant.app {
            world.leave_what_is_granted(&mut grant.permissions);
        }
        return Ok(Some(grant));
    }
    let key = DecodingKey::from_rsa_pem(super::PUBLIC_KEY.as_bytes()).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_issuer(&[world.app_id]);
    rules.set_required_spec_claims(&["exp", "iss"]);
    let claims = decode::<Claims>(token, &key, &rules).map_err(|_| bad())?.claims;
    let now = jsonwebtoken::get_current_timestamp();
    if claims.iat > now {
        return Err(Answer::refuse(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        ));
    }
    if claims.exp > now + 600 {
        return Err(Answer::refuse(401, "'Expiration time' claim ('exp') is too far in the future"));
    }
    Ok(None)
}

impl Found {
    /// Carries the call out, if its token opens this.
    pub fn answer(&self, world: &mut World, call: &Call) -> Answer {
        if let Err(answer) = self.allowed(world, call) {
            return answer;
        }
        (self.handler)(world, call)
    }

    fn allowed(&self, world: &World, call: &Call) -> Result<(), Answer> {
        match (self.need, &call.grant) {
            (Need::Nothing, _) | (Need::App, None) | (Need::Token, Some(_)) => Ok(()),
            (Need::App, Some(_)) => Err(Answer::refuse(401, "A JSON web token could not be decoded")),
            (Need::Token | Need::Right(_), None) => {
                Err(Answer::refuse(403, "This endpoint requires you to be authenticated with an installation token"))
            }
            (Need::Right(rights), Some(grant)) => {
                let repo = call.repo();
                let seen = grant.repos.is_empty() || grant.repos.contains(&repo);
                if !seen || !world.repos.contains_key(&repo) {
                    return Err(Answer::not_found());
                }
                let has = |(name, write): &(&str, bool)| grant.permissions.get(*name).is_some_and(|its| *its || !write);
                if !rights.iter().any(has) {
                    return Err(Answer::refuse(403, "Resource not accessible by integration"));
                }
                if rights.contains(&("checks", true)) && !grant.app {
                    return Err(Answer::refuse(403, "You must authenticate via a GitHub App."));
                }
                Ok(())
            }
        }
    }
}
