//! Answers to reads.

use serde_json::{Value, json};

use super::git::Changed;
use super::routes::{Answer, Call};
use super::whole::{self, with};
use super::world::World;

pub fn installation(world: &mut World, call: &Call) -> Answer {
    match world.installations.get(&call.captures["owner"]) {
        Some(id) if world.repos.contains_key(&call.repo()) && !world.left_out.contains(&call.repo()) => {
            let account = world.user_json(&call.captures["owner"]);
            Answer::ok(&whole::installation(&world.api, *id, &world.app_json(), &account))
        }
        _ => Answer::not_found(),
    }
}

pub fn user(world: &mut World, call: &Call) -> Answer {
    let login = call.login();
    if login.ends_with("[bot]") {
        return Answer::refuse(403, "Resource not accessible by integration");
    }
    Answer::ok(&whole::account(world.user_json(&login)))
}

pub fn pull(world: &mut World, call: &Call) -> Answer {
    let (repo, number) = (call.repo(), call.number("number"));
    if !world.repos[&repo].pulls.contains_key(&number) {
        return Answer::not_found();
    }
    Answer::ok(&world.pull_json(&repo, number))
}

/// At most 3,000 rows. After 20,000 lines of diff on a page the rows come back empty and unmarked.
pub fn files(world: &mut World, call: &Call) -> Answer {
    let (repo, number) = (call.repo(), call.number("number"));
    if !world.repos[&repo].pulls.contains_key(&number) {
        return Answer::not_found();
    }
    let mut changes = world.changes(&repo, number);
    changes.truncate(3_000);
    let head = world.repos[&repo].pulls[&number].head.clone();
    page(world, call, changes, rows(world, &repo, &head))
}

/// Shows rows of one answer.
fn rows<'w>(world: &'w World, repo: &'w str, head: &'w str) -> impl FnMut(Changed) -> Value + 'w {
    let mut lines = 0;
    move |changed| {
        lines += changed.patch.as_ref().map_or(0, |patch| patch.lines().count());
        let cut = lines > 20_000;
        let (additions, deletions) = if cut { (0, 0) } else { (changed.additions, changed.deletions) };
        let mut row = json!({
            "sha": changed.blob,
            "filename": changed.path,
            "status": changed.status,
            "additions": additions,
            "deletions": deletions,
            "changes": additions + deletions,
        });
        row = with(row, whole::row(&world.api, repo, &changed.path, head));
        if let Some(previous) = &changed.previous {
            row["previous_filename"] = json!(previous);
        }
        if let Some(patch) = changed.patch.as_ref().filter(|_| !cut) {
            row["patch"] = json!(patch);
        }
        row
    }
}

/// Pending reviews are seen by their author only.
pub fn reviews(world: &mut World, call: &Call) -> Answer {
    let (repo, number, login) = (call.repo(), call.number("number"), call.login());
    let Some(pull) = world.repos[&repo].pulls.get(&number) else { return Answer::not_found() };
    let seen = pull.reviews.iter().filter(|review| review.state != "PENDING" || review.author == login);
    let rows = seen.map(|review| world.review_json(&repo, number, review)).collect();
    page(world, call, rows, |row: Value| row)
}

pub fn inline(world: &mut World, call: &Call) -> Answer {
    let (repo, number) = (call.repo(), call.number("number"));
    let Some(pull) = world.repos[&repo].pulls.get(&number) else { return Answer::not_found() };
    let pending: Vec<u64> = pull.reviews.iter().filter(|one| one.state == "PENDING").map(|one| one.id).collect();
    let seen = pull.inline.iter().filter(|inline| !pending.contains(&inline.review));
    let rows = seen.map(|inline| world.inline_json(&repo, number, inline)).collect();
    page(world, call, rows, |row: Value| row)
}

pub fn comments(world: &mut World, call: &Call) -> Answer {
    let (repo, number) = (call.repo(), call.number("number"));
    let Some(pull) = world.repos[&repo].pulls.get(&number) else { return Answer::not_found() };
    let rows = pull.comments.iter().map(|comment| world.comment_json(&repo, number, comment)).collect();
    page(world, call, rows, |row: Value| row)
}

pub fn compare(world: &mut World, call: &Call) -> Answer {
    let Some((base, head)) = call.captures["range"].split_once("...") else { return Answer::not_found() };
    let resolve = |name: &str| {
        let branch = world.repos[&call.repo()].branches.get(name).cloned().unwrap_or_else(|| name.to_owned());
        world.objects.commits.contains_key(&branch).then_some(branch)
    };
    let (Some(base), Some(head)) = (resolve(base), resolve(head)) else { return Answer::not_found() };
    match world.objects.merge_base(&base, &head) {
        Some(sha) => {
            let repo = call.repo();
            let commit = |sha: &str| whole::commit(&world.api, &repo, sha, &world.objects.commits[sha].parents);
            let changed = world.objects.diff(&base, &head).into_iter().take(300);
            let files: Vec<Value> = changed.map(rows(world, &repo, &head)).collect();
            let web = format!("{}/{repo}/compare/{base}...{head}", super::world::WEB);
            Answer::ok(&json!({
                "url": format!("{}/repos/{repo}/compare/{base}...{head}", world.api),
                "html_url": web,
                "permalink_url": web,
                "diff_url": format!("{web}.diff"),
                "patch_url": format!("{web}.patch"),
                "base_commit": commit(&base),
                "merge_base_commit": commit(&sha),
                "status": "ahead",
                "ahead_by": 1, "behind_by": 0, "total_commits": 1,
                "commits": [commit(&head)],
                "files": files,
            }))
        }
        None => Answer::refuse(404, "No common ancestor between the two commits"),
    }
}

pub fn contents(world: &mut World, call: &Call) -> Answer {
    let path = &call.captures["path"];
    let repo = &world.repos[&call.repo()];
    let wanted = call.query.get("ref").map_or("main", String::as_str);
    let sha = repo.branches.get(wanted).map_or(wanted, String::as_str);
    let Some(commit) = world.objects.commits.get(sha) else {
        return Answer::refuse(404, &format!("No commit found for the ref {wanted}"));
    };
    match commit.tree.get(path) {
        Some(bytes) if call.wants_raw() => Answer::raw(bytes),
        Some(_) => Answer::ok(&json!({ "type": "file", "path": path })),
        None if commit.tree.keys().any(|one| one.starts_with(&format!("{path}/"))) => Answer::ok(&json!([])),
        None => Answer::not_found(),
    }
}

pub fn blob(world: &mut World, call: &Call) -> Answer {
    match world.objects.blobs.get(&call.captures["sha"]) {
        Some(bytes) if call.wants_raw() => Answer::raw(bytes),
        Some(_) => Answer::ok(&json!({ "encoding": "base64" })),
        None => Answer::not_found(),
    }
}

/// Without `filter=all` only the newest run of each name is told.
pub fn checks(world: &mut World, call: &Call) -> Answer {
    let repo = call.repo();
    let mut runs: Vec<_> = world.repos[&repo].checks.iter().filter(|run| run.head == call.captures["sha"]).collect();
    if let Some(name) = call.query.get("check_name") {
        runs.retain(|run| run.name == *name);
    }
    if call.query.get("filter").map(String::as_str) != Some("all") {
        let newest = runs.iter().map(|run| (run.name.clone(), run.id)).collect::<std::collections::BTreeMap<_, _>>();
        runs.retain(|run| newest[&run.name] == run.id);
    }
    let runs: Vec<_> = runs.into_iter().map(|run| world.check_json(&repo, run)).collect();
    Answer::ok(&json!({ "total_count": runs.len(), "check_runs": runs }))
}

pub fn check(world: &mut World, call: &Call) -> Answer {
    let repo = call.repo();
    match world.repos[&repo].checks.iter().find(|run| run.id == call.number("id")) {
        Some(run) => Answer::ok(&world.check_json(&repo, run)),
        None => Answer::not_found(),
    }
}

/// One page of a list, with GitHub's absolute links to the others.
pub(super) fn page<T>(world: &World, call: &Call, all: Vec<T>, row: impl FnMut(T) -> Value) -> Answer {
    let number = |name: &str| call.query.get(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let at = number("page").unwrap_or(1).max(1);
    let more = all.len() > at * size;
    let rows: Vec<Value> = all.into_iter().skip((at - 1) * size).take(size).map(row).collect();
    let mut answer = Answer::ok(&Value::Array(rows));
    if more {
        let next = format!("{}{}?per_page={size}&page={}", world.api, call.path, at + 1);
        answer.headers.push(("link", format!("<{next}>; rel=\"next\"")));
    }
    answer
}
