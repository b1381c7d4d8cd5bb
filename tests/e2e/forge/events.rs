//! The deliveries that a pull request makes: what GitHub sends when something happened to it.

use serde_json::{Value, json};

use super::hooks::{self, Delivery};
use super::story::Pull;
use super::whole;
use super::world::World;
use super::{SECRET, lock};

impl Pull {
    /// The delivery that GitHub makes of `action` (`opened`, `synchronize`, …) on the state of now.
    pub fn event(&self, action: &str) -> Delivery {
        let mut world = lock(&self.world);
        let serial = world.id();
        let pull = world.pull_json(&self.repo, self.number);
        let repository = world.repo_json(&self.repo);
        let installation = world.installations.get(&world.repos[&self.repo].owner).copied();
        let payload = hooks::pull_request(action, &pull, &repository, installation);
        Delivery::new(serial, "pull_request", &payload, SECRET)
    }

    /// Somebody puts a label on it, and GitHub tells of it.
    pub fn label_event(&self, login: &str, label: &str) -> Delivery {
        self.with(|pull| pull.labels.push(label.to_owned()));
        self.delivery("pull_request", login, "labeled", |world| {
            json!({
                "number": self.number,
                "pull_request": world.pull_json(&self.repo, self.number),
                "label": whole::label(&world.api, &self.repo, label),
            })
        })
    }

    /// It now aims at another branch than `from`.
    pub fn retarget_event(&self, from: &str) -> Delivery {
        self.delivery("pull_request", "dora", "edited", |world| {
            let pull = world.pull_json(&self.repo, self.number);
            json!({
                "number": self.number,
                "changes": { "base": { "ref": { "from": from }, "sha": { "from": "0".repeat(40) } } },
                "pull_request": pull,
            })
        })
    }

    /// The delivery that GitHub makes when somebody asks for the newest check once more.
    pub fn rerequest(&self) -> Delivery {
        self.delivery("check_run", "dora", "rerequested", |world| json!({ "check_run": self.run(world, true) }))
    }

    /// Somebody presses a button of the newest check. As GitHub does, it names no pull request where the head lies in a fork.
    pub fn requested_action(&self, login: &str, identifier: &str) -> Delivery {
        self.delivery("check_run", login, "requested_action", |world| {
            let fork = world.repos[&self.repo].pulls[&self.number].head_repo.as_deref() != Some(self.repo.as_str());
            let run = self.run(world, !fork);
            json!({ "check_run": run, "requested_action": { "identifier": identifier } })
        })
    }

    /// The newest check on the head, as events carry it.
    fn run(&self, world: &World, named: bool) -> Value {
        let repo = &world.repos[&self.repo];
        let pull = &repo.pulls[&self.number];
        let run = repo.checks.iter().rfind(|run| run.head == pull.head).expect("a check that is asked for again");
        let place = |branch: &str, sha: &str| {
            let url = format!("{}/repos/{}", world.api, self.repo);
            json!({ "ref": branch, "sha": sha, "repo": { "id": repo.id, "url": url, "name": repo.name } })
        };
        let listed = json!({
            "id": 10_000 + self.number,
            "number": self.number,
            "url": format!("{}/repos/{}/pulls/{}", world.api, self.repo, self.number),
            "head": place(&pull.head_branch, &pull.head),
            "base": place(&pull.base, &pull.base_sha),
        });
        let pulls = if named { json!([listed]) } else { json!([]) };
        whole::with(world.check_json(&self.repo, run), json!({ "pull_requests": pulls }))
    }

    /// Somebody writes in the conversation, and GitHub tells of it.
    pub fn comment_event(&self, login: &str, body: &str) -> Delivery {
        let id = self.comment_as(login, body);
        self.comment_told(login, "created", id)
    }

    /// Somebody changes their comment, and GitHub tells of it.
    pub fn edit_event(&self, login: &str, comment: u64, body: &str) -> Delivery {
        self.with(|pull| {
            let found = pull.comments.iter_mut().filter(|one| one.id == comment);
            found.for_each(|one| body.clone_into(&mut one.body));
        });
        self.comment_told(login, "edited", comment)
    }

    /// How GitHub tells of a comment that is there.
    pub fn comment_told(&self, login: &str, action: &str, id: u64) -> Delivery {
        self.delivery("issue_comment", login, action, |world| {
            let pull = world.pull_json(&self.repo, self.number);
            let comment = world.repos[&self.repo].pulls[&self.number].comments.iter().find(|one| one.id == id);
            let mut comment = world.comment_json(&self.repo, self.number, comment.expect("a comment to tell of"));
            comment["author_association"] = json!(world.association(&self.repo, login));
            let url = comment["url"].as_str().unwrap_or_default().to_owned();
            comment["reactions"] = whole::reactions(&url);
            let told = json!({ "issue": whole::issue(&pull), "comment": comment });
            if action == "edited" { whole::with(told, json!({ "changes": { "body": { "from": "" } } })) } else { told }
        })
    }

    /// Somebody answers an inline comment, and GitHub tells of it.
    pub fn review_comment_event(&self, login: &str, to: u64, body: &str) -> Delivery {
        let id = self.reply_as(login, to, body);
        self.delivery("pull_request_review_comment", login, "created", |world| {
            let inline = world.repos[&self.repo].pulls[&self.number].inline.iter().find(|one| one.id == id);
            let mut comment = world.inline_json(&self.repo, self.number, inline.expect("a comment to tell of"));
            comment["author_association"] = json!(world.association(&self.repo, login));
            json!({ "comment": comment, "pull_request": world.pull_json(&self.repo, self.number) })
        })
    }

    /// GitHub tells that a conversation was `resolved` or `unresolved` by somebody.
    pub fn thread_event(&self, login: &str, action: &str, comment: u64) -> Delivery {
        self.delivery("pull_request_review_thread", login, action, |world| {
            let all = world.repos[&self.repo].pulls[&self.number].inline.iter();
            let of = all.filter(|one| one.id == comment || one.reply_to == Some(comment));
            let comments: Vec<Value> = of.map(|one| world.inline_json(&self.repo, self.number, one)).collect();
            json!({
                "thread": { "node_id": whole::node("PRRT", comment), "comments": comments },
                "pull_request": world.pull_json(&self.repo, self.number),
            })
        })
    }

    /// The merge queue asks for the checks of a group that this pull request is in; the commit of the group comes with it.
    pub fn merge_group(&self) -> (String, Delivery) {
        let (base, base_sha, head) = {
            let mut world = lock(&self.world);
            let pull = &world.repos[&self.repo].pulls[&self.number];
            let (base, head) = (pull.base.clone(), pull.head.clone());
            let base_sha = world.repos[&self.repo].branches[&base].clone();
            let tree = world.objects.commits[&head].tree.clone();
            let group = world.objects.commit(&[base_sha.clone(), head], tree);
            (base, base_sha, group)
        };
        let branch = format!("refs/heads/gh-readonly-queue/{base}/pr-{}-{base_sha}", self.number);
        let delivery = self.delivery("merge_group", "dora", "checks_requested", |_| {
            json!({
                "merge_group": {
                    "head_sha": head,
                    "head_ref": branch,
                    "base_sha": base_sha,
                    "base_ref": format!("refs/heads/{base}"),
                    "head_commit": {
                        "id": head, "tree_id": head, "message": "Merge", "timestamp": whole::DATE,
                        "author": { "name": "dora", "email": "dora@example.org" },
                        "committer": { "name": "GitHub", "email": "noreply@example.org" },
                    },
                },
            })
        });
        (head, delivery)
    }

    /// A delivery with what all of them carry.
    fn delivery(&self, event: &str, sender: &str, action: &str, more: impl FnOnce(&World) -> Value) -> Delivery {
        let mut world = lock(&self.world);
        let serial = world.id();
        world.user(sender);
        let mut payload = json!({ "action": action });
        let fields = more(&world);
        payload.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        payload["repository"] = world.repo_json(&self.repo);
        payload["sender"] = world.user_json(sender);
        if let Some(id) = world.installations.get(&world.repos[&self.repo].owner) {
            payload["installation"] = json!({ "id": id, "node_id": whole::node("I", 1) });
        }
        Delivery::new(serial, event, &payload, SECRET)
    }
}
