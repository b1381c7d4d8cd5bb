//! Answers to writes, with the refusals of GitHub in its own words.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::git::shown;
use super::routes::{Answer, Call};
use super::world::{Check, Comment, Grant, Inline, Review, World};

const BODY: usize = 65_536;
const CHECK_TEXT: usize = 65_535;
const ANNOTATIONS: usize = 50;

pub(super) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

pub(super) fn too_long(body: &str) -> Option<String> {
    (body.chars().count() > BODY).then(|| format!("body is too long (maximum is {BODY} characters)"))
}

/// Kinds of tokens that the program asks for, and the most that each may do. One repository each; but for the lists that it looks
/// through by itself.
const DECLARED: &[(usize, &[(&str, &str)])] = &[
    (
        1,
        &[
            ("contents", "write"),
            ("metadata", "read"),
            ("issues", "read"),
            ("pull_requests", "write"),
            ("checks", "write"),
        ],
    ),
    (0, &[("metadata", "read"), ("pull_requests", "read")]),
];

fn is_declared(repositories: &Value, asked: &[(&str, &str)]) -> bool {
    let count = repositories.as_array().map_or(0, Vec::len);
    DECLARED.iter().any(|(repositories, most)| {
        let within = |one: &(&str, &str)| most.contains(one) || (one.1 == "read" && most.contains(&(one.0, "write")));
        *repositories == count && !asked.is_empty() && asked.iter().all(within)
    })
}

pub fn access_token(world: &mut World, call: &Call) -> Answer {
    let id = call.number("id");
    let Some(owner) = world.installations.iter().find(|(_, its)| **its == id).map(|(owner, _)| owner.clone()) else {
        return Answer::not_found();
    };
    let mut repos = Vec::new();
    for name in call.body["repositories"].as_array().into_iter().flatten() {
        let full_name = format!("{owner}/{}", name.as_str().unwrap_or_default());
        if !world.repos.contains_key(&full_name) || world.left_out.contains(&full_name) {
            return Answer::refuse(
                422,
                "There is at least one repository that does not exist or is not accessible to the parent installation.",
            );
        }
        repos.push(full_name);
    }
    let all = repos.is_empty();
    if all {
        repos = world.repos.keys().filter(|name| name.starts_with(&format!("{owner}/"))).cloned().collect();
    }
    let mut permissions = world.granted.clone();
    if let Some(wanted) = call.body["permissions"].as_object() {
        permissions = wanted.iter().map(|(name, level)| (name.clone(), level == "write")).collect();
        let granted = |(name, write): (&String, &bool)| world.granted.get(name).is_some_and(|its| *its || !write);
        if !permissions.iter().all(granted) {
            return Answer::refuse(422, "The permissions requested are not granted to this installation.");
        }
    }
    let wanted = call.body["permissions"].as_object();
    let asked: Vec<(&str, &str)> =
        wanted.into_iter().flatten().map(|(name, level)| (name.as_str(), level.as_str().unwrap_or(""))).collect();
    if !is_declared(&call.body["repositories"], &asked) {
        world.wrong.push(format!("a token that opens more than any job needs: {}", call.body));
    }
    let serial = world.id();
    let token =
        format!("ghs_{}_eyJ{}.{serial}-{}", world.app_id, "x".repeat(40), super::git::blob_id(&serial.to_be_bytes()));
    let login = world.bot();
    let body = json!({
        "token": token,
        "expires_at": rfc3339(super::now() + world.token_seconds),
        "permissions": call.body["permissions"],
    });
    world.tokens.insert(token, Grant { login, repos, all, permissions, app: true, installation: Some(id) });
    Answer::json(201, &body)
}

/// `2026-11-23T21:00:00Z`.
pub fn rfc3339(seconds: i64) -> String {
    let (mut day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let mut year = 1970;
    while day >= if leap(year) { 366 } else { 365 } {
        day -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, day + 1)
}

pub fn comment(world: &mut World, call: &Call) -> Answer {
    let (repo, number) = (call.repo(), call.number("number"));
    let body = text(&call.body, "body");
    if !world.repos[&repo].pulls.contains_key(&number) {
        return Answer::not_found();
    }
    if body.trim().is_empty() {
        return Answer::invalid_comment("body can't be blank");
    }
    if let Some(message) = too_long(&body) {
        return Answer::invalid_comment(&message);
    }
    let comment = Comment { id: world.id(), author: call.login(), body, minimised: None, read: false };
    let shown = world.comment_json(&repo, number, &comment);
    world.repos.get_mut(&repo).unwrap().pulls.get_mut(&number).unwrap().comments.push(comment);
    Answer::json(201, &shown)
}

pub fn edit_comment(world: &mut World, call: &Call) -> Answer {
    let (repo, id, body) = (call.repo(), call.number("id"), text(&call.body, "body"));
    if let Some(message) = too_long(&body) {
        return Answer::invalid_comment(&message);
    }
    let pulls = world.repos.get_mut(&repo).unwrap().pulls.values_mut();
    let mut found = None;
    for pull in pulls {
        for comment in pull.comments.iter_mut().filter(|comment| comment.id == id) {
            if comment.author != call.login() {
                return Answer::refuse(403, "Resource not accessible by integration");
            }
            (comment.body, comment.read) = (body.clone(), false);
            found = Some((pull.number, comment.clone()));
        }
    }
    match found {
        Some((number, comment)) => Answer::ok(&world.comment_json(&repo, number, &comment)),
        None => Answer::not_found(),
    }
}

pub fn delete_comment(world: &mut World, call: &Call) -> Answer {
    let (id, login) = (call.number("id"), call.login());
    for pull in world.repos.get_mut(&call.repo()).unwrap().pulls.values_mut() {
        if let Some(at) = pull.comments.iter().position(|comment| comment.id == id) {
            if pull.comments[at].author != login {
                return Answer::refuse(403, "Resource not accessible by integration");
            }
            pull.comments.remove(at);
            return Answer::none();
        }
    }
    Answer::not_found()
}

/// All or nothing: one comment in a wrong place and there is no review.
pub fn review(world: &mut World, call: &Call) -> Answer {
    let (repo, number, login) = (call.repo(), call.number("number"), call.login());
    let Some(pull) = world.repos[&repo].pulls.get(&number) else { return Answer::not_found() };
    let body = text(&call.body, "body");
    let state = match call.body["event"].as_str() {
        None => "PENDING",
        Some("COMMENT") => "COMMENTED",
        Some("APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some(_) => return Answer::unprocessable(&["event is not included in the list".to_owned()]),
    };
    if pull.reviews.iter().any(|review| review.state == "PENDING" && review.author == login) {
        return Answer::unprocessable(&["User can only have one pending review per pull request".to_owned()]);
    }
    if matches!(state, "APPROVED" | "CHANGES_REQUESTED") && pull.author == login {
        return Answer::unprocessable(&["Can not approve your own pull request".to_owned()]);
    }
    if matches!(state, "COMMENTED" | "CHANGES_REQUESTED") && body.trim().is_empty() {
        return Answer::unprocessable(&["body can't be blank".to_owned()]);
    }
    if let Some(message) = too_long(&body) {
        return Answer::unprocessable(&[message]);
    }
    let commit = call.body["commit_id"].as_str().unwrap_or(&pull.head).to_owned();
    let base = world.repos[&repo].branches[&pull.base].clone();
    if !world.objects.history(&pull.head).contains(&commit) || world.objects.history(&base).contains(&commit) {
        return Answer::unprocessable(&["commit_id is not part of the pull request".to_owned()]);
    }
    let changes = world.objects.diff(&base, &commit);
    let wanted = call.body["comments"].as_array().cloned().unwrap_or_default();
    let mut errors = Vec::new();
    for comment in &wanted {
        let patch = changes.iter().find(|changed| changed.path == text(comment, "path"));
        match patch {
            Some(changed) => errors.extend(misplaced(comment, changed.patch.as_deref().unwrap_or(""))),
            None => errors.push("Path could not be resolved".to_owned()),
        }
        if text(comment, "body").trim().is_empty() {
            errors.push("Pull request review thread body can't be blank".to_owned());
        }
        if text(comment, "body").chars().count() > BODY {
            errors.push(format!("body is too long (maximum is {BODY} characters)"));
        }
    }
    if !errors.is_empty() {
        return Answer::unprocessable(&errors);
    }
    let review = Review {
        id: world.id(),
        author: login.clone(),
        commit: commit.clone(),
        state,
        body,
        minimised: None,
        read: false,
    };
    let mut inline = Vec::new();
    for comment in &wanted {
        inline.push(Inline {
            id: world.id(),
            review: review.id,
            author: login.clone(),
            commit: commit.clone(),
            path: text(comment, "path"),
            on_file: false,
            start_line: comment["start_line"].as_u64(),
            line: comment["line"].as_u64().unwrap_or(0),
            side: comment["side"].as_str().unwrap_or("RIGHT").to_owned(),
            body: text(comment, "body"),
            reply_to: None,
            minimised: None,
            resolved_by: None,
            read: false,
        });
    }
    let shown = world.review_json(&repo, number, &review);
    let pull = world.repos.get_mut(&repo).unwrap().pulls.get_mut(&number).unwrap();
    pull.reviews.push(review);
    pull.inline.extend(inline);
    Answer::ok(&shown)
}

/// Why GitHub would not place this comment.
pub(super) fn misplaced(comment: &Value, patch: &str) -> Option<String> {
    if comment.get("position").is_some() || comment.get("subject_type").is_some() {
        return Some("Pull request review thread position is closing down; use line".to_owned());
    }
    let side = comment["side"].as_str().unwrap_or("RIGHT");
    let lines = shown(patch, side);
    let line = comment["line"].as_u64().unwrap_or(0);
    let Some(hunk) = lines.get(&line) else {
        return Some("Pull request review thread line must be part of the diff".to_owned());
    };
    let start = comment["start_line"].as_u64()?;
    if start >= line {
        return Some("Pull request review thread start line must precede the end line.".to_owned());
    }
    (lines.get(&start) != Some(hunk))
        .then(|| "Pull request review thread start line must be part of the same hunk as the line.".to_owned())
}

pub fn delete_review(world: &mut World, call: &Call) -> Answer {
    let (number, id, login) = (call.number("number"), call.number("id"), call.login());
    let repo = world.repos.get_mut(&call.repo()).unwrap();
    let Some(pull) = repo.pulls.get_mut(&number) else { return Answer::not_found() };
    let Some(at) = pull.reviews.iter().position(|review| review.id == id && review.author == login) else {
        return Answer::not_found();
    };
    if pull.reviews[at].state != "PENDING" {
        return Answer::unprocessable(&["Can not delete a non-pending pull request review".to_owned()]);
    }
    let review = pull.reviews.remove(at);
    pull.inline.retain(|inline| inline.review != id);
    Answer::ok(&world.review_json(&call.repo(), number, &review))
}

/// What is wrong with the output of a check.
fn output_fault(output: &Value) -> Option<Answer> {
    if output.is_null() {
        return None;
    }
    if !output["title"].is_string() || !output["summary"].is_string() {
        return Some(Answer::unprocessable(&["output requires title and summary".to_owned()]));
    }
    for field in ["summary", "text"] {
        let length = text(output, field).chars().count();
        if length > CHECK_TEXT {
            let message = format!("Only {CHECK_TEXT} characters are allowed; {length} were supplied.");
            return Some(Answer::unprocessable(&[message]));
        }
    }
    let annotations = output["annotations"].as_array().map_or(&[][..], Vec::as_slice);
    if annotations.len() > ANNOTATIONS {
        let message = format!("No more than {ANNOTATIONS} items are allowed; {} were supplied.", annotations.len());
        return Some(Answer::unprocessable(&[message]));
    }
    let bad = annotations.iter().any(|one| {
        let (start, end) = (one["start_line"].as_u64(), one["end_line"].as_u64());
        let level = one["annotation_level"].as_str();
        text(one, "path").is_empty()
            || text(one, "message").is_empty()
            || text(one, "message").len() > 65_536
            || text(one, "title").chars().count() > 255
            || start.is_none_or(|start| start == 0)
            || end < start
            || !matches!(level, Some("notice" | "warning" | "failure"))
    });
    bad.then(|| Answer::unprocessable(&["annotations is invalid".to_owned()]))
}

fn check_fault(body: &Value) -> Option<Answer> {
    output_fault(&body["output"]).or_else(|| conclusion_fault(body)).or_else(|| super::talk::button_fault(body))
}

fn fill(run: &mut Check, body: &Value) {
    let output = &body["output"];
    if !output.is_null() {
        (run.title, run.summary) = (text(output, "title"), text(output, "summary"));
        // Each call adds to what is there.
        run.annotations.extend(output["annotations"].as_array().cloned().unwrap_or_default());
    }
    if let Some(id) = body["external_id"].as_str() {
        id.clone_into(&mut run.external_id);
    }
    if let Some(status) = body["status"].as_str() {
        status.clone_into(&mut run.status);
    }
    if let Some(conclusion) = body["conclusion"].as_str() {
        run.conclusion = Some(conclusion.to_owned());
        "completed".clone_into(&mut run.status);
    }
    if let Some(actions) = body["actions"].as_array() {
        run.actions.clone_from(actions);
    }
    run.read = false;
}

fn conclusion_fault(body: &Value) -> Option<Answer> {
    const KNOWN: [&str; 7] = ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];
    match (body["status"].as_str(), body["conclusion"].as_str()) {
        (Some("completed"), None) => Some(Answer::unprocessable(&["conclusion is required".to_owned()])),
        (_, Some(word)) if !KNOWN.contains(&word) => {
            Some(Answer::unprocessable(&["conclusion is not included in the list".to_owned()]))
        }
        _ => None,
    }
}

pub fn check(world: &mut World, call: &Call) -> Answer {
    let (repo, head) = (call.repo(), text(&call.body, "head_sha"));
    if let Some(refused) = check_fault(&call.body) {
        return refused;
    }
    if text(&call.body, "name").is_empty() {
        return Answer::unprocessable(&["name is required".to_owned()]);
    }
    if !world.objects.commits.contains_key(&head) {
        return Answer::unprocessable(&[format!("No commit found for SHA: {head}")]);
    }
    let mut run = Check {
        id: world.id(),
        name: text(&call.body, "name"),
        head,
        external_id: String::new(),
        status: "queued".into(),
        conclusion: None,
        title: String::new(),
        summary: String::new(),
        annotations: Vec::new(),
        actions: Vec::new(),
        read: false,
    };
    fill(&mut run, &call.body);
    let shown = world.check_json(&repo, &run);
    world.repos.get_mut(&repo).unwrap().checks.push(run);
    Answer::json(201, &shown)
}

pub fn edit_check(world: &mut World, call: &Call) -> Answer {
    let repo = call.repo();
    if let Some(refused) = check_fault(&call.body) {
        return refused;
    }
    let runs = &mut world.repos.get_mut(&repo).unwrap().checks;
    let Some(run) = runs.iter_mut().find(|run| run.id == call.number("id")) else { return Answer::not_found() };
    fill(run, &call.body);
    let run = run.clone();
    Answer::ok(&world.check_json(&repo, &run))
}

/// Rights by name, for grants.
pub fn rights(list: &[(&str, bool)]) -> BTreeMap<String, bool> {
    list.iter().map(|(name, write)| ((*name).to_owned(), *write)).collect()
}
