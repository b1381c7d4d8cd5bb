//! Answers to writes of comments on files and lines, and of replies to them.

use serde_json::Value;

use super::routes::{Answer, Call};
use super::world::{Inline, Review, World};
use super::write::{misplaced, text, too_long};

/// One comment by itself. GitHub makes a review without words around it.
pub fn create(world: &mut World, call: &Call) -> Answer {
    let (repo, number, login) = (call.repo(), call.number("number"), call.login());
    let Some(pull) = world.repos[&repo].pulls.get(&number) else { return Answer::not_found() };
    let (body, path) = (text(&call.body, "body"), text(&call.body, "path"));
    if let Some(refused) = unfit(&body) {
        return refused;
    }
    let commit = text(&call.body, "commit_id");
    let base = &world.repos[&repo].branches[&pull.base];
    if !world.objects.history(&pull.head).contains(&commit) || world.objects.history(base).contains(&commit) {
        return Answer::unprocessable(&["commit_id is not part of the pull request".to_owned()]);
    }
    let changes = world.objects.diff(base, &commit);
    let Some(changed) = changes.iter().find(|changed| changed.path == path) else {
        return Answer::unprocessable(&["pull_request_review_thread.path could not be resolved".to_owned()]);
    };
    let on_file = call.body["subject_type"] == "file";
    if on_file && (call.body.get("line").is_some() || call.body.get("position").is_some()) {
        return Answer::unprocessable(&["line is not a permitted key for a comment on a file".to_owned()]);
    }
    let place = if on_file { None } else { misplaced(&call.body, changed.patch.as_deref().unwrap_or("")) };
    if let Some(fault) = place {
        return Answer::unprocessable(&[fault]);
    }
    let review = Review {
        id: world.id(),
        author: login.clone(),
        commit: commit.clone(),
        state: "COMMENTED",
        body: String::new(),
        minimised: None,
        read: true,
    };
    let inline = Inline {
        id: world.id(),
        review: review.id,
        author: login,
        commit,
        path,
        on_file,
        start_line: call.body["start_line"].as_u64(),
        line: call.body["line"].as_u64().unwrap_or(0),
        side: call.body["side"].as_str().unwrap_or("RIGHT").to_owned(),
        body,
        reply_to: None,
        minimised: None,
        resolved_by: None,
        read: false,
    };
    let shown = world.inline_json(&repo, number, &inline);
    let pull = world.repos.get_mut(&repo).unwrap().pulls.get_mut(&number).unwrap();
    pull.reviews.push(review);
    pull.inline.push(inline);
    Answer::json(201, &shown)
}

/// An answer to the first comment of a conversation.
pub fn reply(world: &mut World, call: &Call) -> Answer {
    let (repo, number, to) = (call.repo(), call.number("number"), call.number("id"));
    let Some(pull) = world.repos[&repo].pulls.get(&number) else { return Answer::not_found() };
    let Some(first) = pull.inline.iter().find(|one| one.id == to).cloned() else { return Answer::not_found() };
    if first.reply_to.is_some() {
        return Answer::unprocessable(&["in_reply_to must be the first comment of a conversation".to_owned()]);
    }
    let body = text(&call.body, "body");
    if let Some(refused) = unfit(&body) {
        return refused;
    }
    let author = call.login();
    let (reply_to, resolved_by) = (Some(to), None);
    let inline = Inline { id: world.id(), author, body, reply_to, minimised: None, resolved_by, read: false, ..first };
    let shown = world.inline_json(&repo, number, &inline);
    world.repos.get_mut(&repo).unwrap().pulls.get_mut(&number).unwrap().inline.push(inline);
    Answer::json(201, &shown)
}

pub fn edit(world: &mut World, call: &Call) -> Answer {
    let (repo, id, body) = (call.repo(), call.number("id"), text(&call.body, "body"));
    if let Some(refused) = unfit(&body) {
        return refused;
    }
    let mut found = None;
    for pull in world.repos.get_mut(&repo).unwrap().pulls.values_mut() {
        for inline in pull.inline.iter_mut().filter(|inline| inline.id == id) {
            if inline.author != call.login() {
                return Answer::refuse(403, "Resource not accessible by integration");
            }
            (inline.body, inline.read) = (body.clone(), false);
            found = Some((pull.number, inline.clone()));
        }
    }
    match found {
        Some((number, inline)) => Answer::ok(&world.inline_json(&repo, number, &inline)),
        None => Answer::not_found(),
    }
}

pub fn delete(world: &mut World, call: &Call) -> Answer {
    let (id, login) = (call.number("id"), call.login());
    for pull in world.repos.get_mut(&call.repo()).unwrap().pulls.values_mut() {
        if let Some(at) = pull.inline.iter().position(|one| one.id == id) {
            if pull.inline[at].author != login {
                return Answer::refuse(403, "Resource not accessible by integration");
            }
            pull.inline.remove(at);
            return Answer::none();
        }
    }
    Answer::not_found()
}

fn unfit(body: &str) -> Option<Answer> {
    let blank = body.trim().is_empty().then(|| Answer::unprocessable(&["body can't be blank".to_owned()]));
    blank.or_else(|| too_long(body).map(|message| Answer::unprocessable(&[message])))
}

/// What is wrong with the buttons of a check.
pub fn button_fault(body: &Value) -> Option<Answer> {
    let buttons = body["actions"].as_array().map_or(&[][..], Vec::as_slice);
    let fits = |one: &Value, name: &str, most: usize| {
        one[name].as_str().is_some_and(|text| !text.is_empty() && text.chars().count() <= most)
    };
    let good = buttons.len() <= 3
        && buttons
            .iter()
            .all(|one| fits(one, "label", 20) && fits(one, "description", 40) && fits(one, "identifier", 20));
    (!good).then(|| Answer::unprocessable(&["actions is invalid".to_owned()]))
}
