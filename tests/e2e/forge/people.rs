//! Who may do what, and which pull requests a commit belongs to.

use serde_json::{Value, json};

use super::routes::{Answer, Call};
use super::world::World;

/// GitHub tells the right of a name; triage and maintain are told as the next lower and higher of the old four.
pub fn permission(world: &mut World, call: &Call) -> Answer {
    let login = &call.captures["login"];
    let Some(user) = world.users.get(login) else { return Answer::not_found() };
    if user.kind == "Bot" {
        return Answer::refuse(404, &format!("{login} is not a user"));
    }
    let role = world.role(&call.repo(), login);
    let permission = match role {
        "maintain" => "write",
        "triage" => "read",
        other => other,
    };
    let user = super::whole::with(world.user_json(login), json!({ "role_name": role }));
    Answer::ok(&json!({ "permission": permission, "role_name": role, "user": user }))
}

/// A list tells less of each than its own address does.
const OWN: &[&str] = &[
    "additions",
    "changed_files",
    "comments",
    "commits",
    "deletions",
    "maintainer_can_modify",
    "mergeable",
    "mergeable_state",
    "merged",
    "merged_by",
    "rebaseable",
    "review_comments",
];

/// A pull request as lists show it.
pub fn short(world: &World, repo: &str, number: u64) -> Value {
    let mut row = world.pull_json(repo, number);
    row.as_object_mut().expect("an object").retain(|name, _| !OWN.contains(&name.as_str()));
    row
}

/// Every pull request that the commit is part of, open or not, as head or not.
pub fn pulls_of_commit(world: &mut World, call: &Call) -> Answer {
    let (repo, sha) = (call.repo(), &call.captures["sha"]);
    let pulls = world.repos[&repo].pulls.values();
    let holds = pulls.filter(|pull| world.objects.history(&pull.head).contains(sha)).map(|pull| pull.number);
    let numbers: Vec<u64> = holds.collect();
    let rows: Vec<Value> = numbers.into_iter().map(|number| short(world, &repo, number)).collect();
    super::read::page(world, call, rows, |row| row)
}

impl World {
    /// What an account may do: its role, else what everybody may.
    pub fn role(&self, full_name: &str, login: &str) -> &str {
        let repo = &self.repos[full_name];
        let everybody = if repo.private { "none" } else { "read" };
        repo.roles.get(login).map_or(everybody, String::as_str)
    }

    /// The word that events carry of an author; it says nothing about rights.
    pub fn association(&self, full_name: &str, login: &str) -> &'static str {
        match self.role(full_name, login) {
            "admin" if self.repos[full_name].owner == login => "OWNER",
            "admin" | "maintain" | "write" | "triage" => "COLLABORATOR",
            _ => "CONTRIBUTOR",
        }
    }
}
