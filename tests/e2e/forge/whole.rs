//! GitHub's objects in full: what stands in its answers beside the few fields that stories are about, so that each of them fits
//! GitHub's own description (`tests/oracle/github_api.py`).

use serde_json::{Map, Value, json};

use super::world::{User, WEB};

/// When everything happened.
pub const DATE: &str = "2026-11-20T09:00:00Z";

/// An id as GraphQL names things: the kind, and the number that REST has.
pub fn node(kind: &str, id: u64) -> String {
    format!("{kind}_kw{id:08}")
}

/// Both objects as one; what `fields` says goes before.
pub fn with(mut object: Value, fields: Value) -> Value {
    if let (Value::Object(into), Value::Object(from)) = (&mut object, fields) {
        into.extend(from);
    }
    object
}

/// Addresses below `base`: the name of a field, `_url` left out, and how its address goes on.
fn addresses(base: &str, table: &[(&str, &str)]) -> Value {
    let one = |(name, rest): &(&str, &str)| (format!("{name}_url"), json!(format!("{base}{rest}")));
    Value::Object(table.iter().map(one).collect::<Map<_, _>>())
}

pub fn user(api: &str, user: &User) -> Value {
    const BELOW: &[(&str, &str)] = &[
        ("followers", "/followers"),
        ("following", "/following{/other_user}"),
        ("gists", "/gists{/gist_id}"),
        ("starred", "/starred{/owner}{/repo}"),
        ("subscriptions", "/subscriptions"),
        ("organizations", "/orgs"),
        ("repos", "/repos"),
        ("events", "/events{/privacy}"),
        ("received_events", "/received_events"),
    ];
    let at = user.login.replace('[', "%5B").replace(']', "%5D");
    let base = format!("{api}/users/{at}");
    let own = json!({
        "login": user.login,
        "id": user.id,
        "node_id": node(if user.kind == "Bot" { "BOT" } else { "U" }, user.id),
        "avatar_url": format!("{WEB}/avatars/{}", user.id),
        "gravatar_id": "",
        "url": base,
        "html_url": format!("{WEB}/{at}"),
        "type": user.kind,
        "site_admin": false,
    });
    with(addresses(&base, BELOW), own)
}

/// An account as it sees itself.
pub fn account(user: Value) -> Value {
    let own = json!({
        "name": null, "company": null, "blog": "", "location": null, "email": null, "hireable": null, "bio": null,
        "public_repos": 1, "public_gists": 0, "followers": 0, "following": 0, "created_at": DATE, "updated_at": DATE,
    });
    with(user, own)
}

/// A repository of `owner`; `full_name` is `owner/name`.
pub fn repo(api: &str, id: u64, full_name: &str, owner: &Value) -> Value {
    const BELOW: &[(&str, &str)] = &[
        ("archive", "/{archive_format}{/ref}"),
        ("assignees", "/assignees{/user}"),
        ("blobs", "/git/blobs{/sha}"),
        ("branches", "/branches{/branch}"),
        ("collaborators", "/collaborators{/collaborator}"),
        ("comments", "/comments{/number}"),
        ("commits", "/commits{/sha}"),
        ("compare", "/compare/{base}...{head}"),
        ("contents", "/contents/{+path}"),
        ("contributors", "/contributors"),
        ("deployments", "/deployments"),
        ("downloads", "/downloads"),
        ("events", "/events"),
        ("forks", "/forks"),
        ("git_commits", "/git/commits{/sha}"),
        ("git_refs", "/git/refs{/sha}"),
        ("git_tags", "/git/tags{/sha}"),
        ("hooks", "/hooks"),
        ("issue_comment", "/issues/comments{/number}"),
        ("issue_events", "/issues/events{/number}"),
        ("issues", "/issues{/number}"),
        ("keys", "/keys{/key_id}"),
        ("labels", "/labels{/name}"),
        ("languages", "/languages"),
        ("merges", "/merges"),
        ("milestones", "/milestones{/number}"),
        ("notifications", "/notifications{?since,all,participating}"),
        ("pulls", "/pulls{/number}"),
        ("releases", "/releases{/id}"),
        ("stargazers", "/stargazers"),
        ("statuses", "/statuses/{sha}"),
        ("subscribers", "/subscribers"),
        ("subscription", "/subscription"),
        ("tags", "/tags"),
        ("teams", "/teams"),
        ("trees", "/git/trees{/sha}"),
    ];
    let (base, web) = (format!("{api}/repos/{full_name}"), format!("{WEB}/{full_name}"));
    let own = json!({
        "id": id,
        "node_id": node("R", id),
        "name": full_name.rsplit('/').next(),
        "full_name": full_name,
        "private": true,
        "visibility": "private",
        "owner": owner,
        "url": base,
        "html_url": web,
        "git_url": format!("git://forge.test/{full_name}.git"),
        "ssh_url": format!("git@forge.test:{full_name}.git"),
        "clone_url": format!("{web}.git"),
        "svn_url": web,
        "mirror_url": null,
        "homepage": null,
        "description": null,
        "language": null,
        "license": null,
        "fork": false,
        "default_branch": "main",
    });
    let counts = json!({
        "forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0,
        "open_issues": 1, "open_issues_count": 1, "size": 10,
        "topics": [],
        "is_template": false, "allow_forking": true, "web_commit_signoff_required": false,
        "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": true,
        "has_discussions": false, "archived": false, "disabled": false,
        "created_at": DATE, "updated_at": DATE, "pushed_at": DATE,
    });
    with(with(addresses(&base, BELOW), own), counts)
}

/// What a pull request has beside its own words: identifiers, addresses and counts.
pub fn pull(api: &str, full_name: &str, number: u64, id: u64, head: &str) -> Value {
    let (repo, web) = (format!("{api}/repos/{full_name}"), format!("{WEB}/{full_name}/pull/{number}"));
    let (own, issue) = (format!("{repo}/pulls/{number}"), format!("{repo}/issues/{number}"));
    let comment = format!("{repo}/pulls/comments{{/number}}");
    let link = |address: &str| json!({ "href": address });
    json!({
        "node_id": node("PR", id),
        "url": own,
        "html_url": web,
        "diff_url": format!("{web}.diff"),
        "patch_url": format!("{web}.patch"),
        "issue_url": issue,
        "commits_url": format!("{own}/commits"),
        "review_comments_url": format!("{own}/comments"),
        "review_comment_url": comment,
        "comments_url": format!("{issue}/comments"),
        "statuses_url": format!("{repo}/statuses/{head}"),
        "_links": {
            "self": link(&own),
            "html": link(&web),
            "issue": link(&issue),
            "comments": link(&format!("{issue}/comments")),
            "review_comments": link(&format!("{own}/comments")),
            "review_comment": link(&comment),
            "commits": link(&format!("{own}/commits")),
            "statuses": link(&format!("{repo}/statuses/{head}")),
        },
        "locked": false, "active_lock_reason": null, "labels": [], "milestone": null, "assignee": null, "assignees": [],
        "requested_reviewers": [], "requested_teams": [], "author_association": "CONTRIBUTOR", "auto_merge": null,
        "created_at": DATE, "updated_at": DATE, "closed_at": null, "merged_at": null, "merge_commit_sha": null,
        "merged": false, "merged_by": null, "mergeable": null, "mergeable_state": "unknown", "rebaseable": null,
        "maintainer_can_modify": false, "commits": 1,
    })
}

/// A label of a repository.
pub fn label(api: &str, repo: &str, name: &str) -> Value {
    json!({
        "id": 20_001, "node_id": node("LA", 20_001), "url": format!("{api}/repos/{repo}/labels/{name}"), "name": name,
        "color": "ededed", "default": false, "description": "What is done with it",
    })
}

/// Nobody has reacted.
pub fn reactions(url: &str) -> Value {
    let mut none = json!({ "url": format!("{url}/reactions"), "total_count": 0 });
    for name in ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"] {
        none[name] = json!(0);
    }
    none
}

/// A pull request as events of its conversation tell of it: an issue.
pub fn issue(pull: &Value) -> Value {
    let mut issue =
        json!({ "pull_request": {}, "locked": false, "active_lock_reason": null, "labels": [], "milestone": null });
    for name in ["number", "title", "state", "user", "html_url", "draft", "created_at", "updated_at", "closed_at"] {
        issue[name] = pull[name].clone();
    }
    for name in ["url", "html_url", "diff_url", "patch_url"] {
        issue["pull_request"][name] = pull[name].clone();
    }
    let url = pull["issue_url"].as_str().unwrap_or_default();
    let repo = url.rsplit_once("/issues/").map_or(url, |(repo, _)| repo);
    issue["url"] = json!(url);
    issue["repository_url"] = json!(repo);
    for (name, below) in [("labels_url", "/labels{/name}"), ("comments_url", "/comments"), ("events_url", "/events")] {
        issue[name] = json!(format!("{url}{below}"));
    }
    issue["id"] = pull["id"].clone();
    issue["node_id"] = pull["node_id"].clone();
    issue["reactions"] = reactions(url);
    with(
        issue,
        json!({
            "assignee": null, "assignees": [], "comments": 0, "body": null, "author_association": "CONTRIBUTOR",
            "timeline_url": format!("{url}/timeline"), "performed_via_github_app": null, "state_reason": null,
        }),
    )
}

/// The App: what `GET /app` tells, and what stands where the App has acted.
pub fn app(id: u64, slug: &str, owner: &Value, permissions: &Value) -> Value {
    json!({
        "id": id,
        "slug": slug,
        "node_id": node("A", id),
        "owner": owner,
        "name": "Spec review",
        "description": null,
        "external_url": format!("{WEB}/about"),
        "html_url": format!("{WEB}/apps/{slug}"),
        "created_at": DATE,
        "updated_at": DATE,
        "permissions": permissions,
        "events": specreview::platform::github::rights::EVENTS.iter().map(|one| one.name).collect::<Vec<_>>(),
    })
}

/// The App installed at an account.
pub fn installation(api: &str, id: u64, app: &Value, account: &Value) -> Value {
    json!({
        "id": id,
        "account": account,
        "repository_selection": "all",
        "access_tokens_url": format!("{api}/app/installations/{id}/access_tokens"),
        "repositories_url": format!("{api}/installation/repositories"),
        "html_url": format!("{WEB}/settings/installations/{id}"),
        "app_id": app["id"],
        "app_slug": app["slug"],
        "target_id": account["id"],
        "target_type": account["type"],
        "permissions": app["permissions"],
        "events": app["events"],
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": DATE,
        "single_file_name": null,
        "suspended_by": null,
        "suspended_at": null,
    })
}

pub fn commit(api: &str, full_name: &str, sha: &str, parents: &[String]) -> Value {
    let base = format!("{api}/repos/{full_name}");
    let url = |sha: &str| format!("{base}/commits/{sha}");
    let person = json!({ "name": "Dora", "email": "dora@forge.test", "date": DATE });
    let parents: Vec<Value> = parents.iter().map(|sha| json!({ "sha": sha, "url": url(sha) })).collect();
    json!({
        "sha": sha,
        "node_id": format!("C_kw{sha}"),
        "url": url(sha),
        "html_url": format!("{WEB}/{full_name}/commit/{sha}"),
        "comments_url": format!("{}/comments", url(sha)),
        "commit": {
            "url": format!("{base}/git/commits/{sha}"),
            "author": person,
            "committer": person,
            "message": "A commit",
            "comment_count": 0,
            "tree": { "sha": sha, "url": format!("{base}/git/trees/{sha}") },
        },
        "author": {},
        "committer": {},
        "parents": parents,
    })
}

/// Where a file of a change is to be had.
pub fn row(api: &str, full_name: &str, path: &str, head: &str) -> Value {
    let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let path = path.replace("%2F", "/").replace('+', "%20");
    json!({
        "blob_url": format!("{WEB}/{full_name}/blob/{head}/{path}"),
        "raw_url": format!("{WEB}/{full_name}/raw/{head}/{path}"),
        "contents_url": format!("{api}/repos/{full_name}/contents/{path}?ref={head}"),
    })
}
