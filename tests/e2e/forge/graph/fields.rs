//! The types and fields of GitHub's schema that the pretend forge has, and who may read them.

use serde_json::{Value, json};

use super::super::git::blob_id;
use super::super::whole;
use super::super::world::{Check, Comment, Grant, Inline, Pull, Review, WEB, World};
use super::{Args, Fault, mutate};

/// A thing that fields can be asked of.
#[derive(Debug, Clone)]
pub enum Node {
    Query,
    Mutation,
    Viewer,
    Repository(String),
    Pull(At),
    Ref(String, String),
    Commit(String, String),
    /// Commit and path.
    Entry(String, String),
    Blob(Vec<u8>),
    Tree,
    Actor(String),
    Label(String),
    Comment(At, u64),
    Review(At, u64),
    Thread(At, u64),
    Inline(At, u64),
    PullCommit(String, String),
    Suite(String, String),
    Run(String, u64),
    App,
    /// A page, and how many there are in all.
    List {
        of: &'static str,
        rows: Vec<Node>,
        from: usize,
        total: usize,
    },
    Page {
        from: usize,
        rows: usize,
        total: usize,
    },
    Payload(&'static str),
}

/// Repository and number of a pull request.
pub type At = (String, u64);

pub enum Out {
    Value(Value),
    Node(Node),
    List(Vec<Node>),
}

fn value(value: impl Into<Value>) -> Out {
    Out::Value(value.into())
}

const NULL: Out = Out::Value(Value::Null);
/// What git says of ordinary files and of symbolic links, in decimal as GitHub does.
const FILE_MODE: u32 = 0o100_644;
const LINK_MODE: u32 = 0o120_000;
/// Bytes of a text that GraphQL gives.
const TEXT: usize = 512_000;

impl Node {
    fn kind(&self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::Mutation => "Mutation",
            Self::Repository(_) => "Repository",
            Self::Pull(_) => "PullRequest",
            Self::Ref(..) => "Ref",
            Self::Commit(..) => "Commit",
            Self::Entry(..) => "TreeEntry",
            Self::Blob(_) => "Blob",
            Self::Tree => "Tree",
            Self::Actor(login) if login.ends_with("[bot]") => "Bot",
            Self::Actor(_) | Self::Viewer => "User",
            Self::Label(_) => "Label",
            Self::Comment(..) => "IssueComment",
            Self::Review(..) => "PullRequestReview",
            Self::Thread(..) => "PullRequestReviewThread",
            Self::Inline(..) => "PullRequestReviewComment",
            Self::PullCommit(..) => "PullRequestCommit",
            Self::Suite(..) => "CheckSuite",
            Self::Run(..) => "CheckRun",
            Self::App => "App",
            Self::List { of, .. } | Self::Payload(of) => of,
            Self::Page { .. } => "PageInfo",
        }
    }

    /// True when a condition on this type or interface holds.
    pub fn is(&self, on: &str) -> bool {
        let interfaces: &[&str] = match self {
            Self::Commit(..) | Self::Blob(_) | Self::Tree => &["GitObject", "Node"],
            Self::Actor(_) => &["Actor", "Node"],
            Self::Comment(..) | Self::Review(..) | Self::Inline(..) => &["Comment", "Minimizable", "Node"],
            _ => &[],
        };
        self.kind() == on || interfaces.contains(&on)
    }

    pub fn field(&self, world: &mut World, grant: &Grant, name: &str, args: &Args) -> Result<Out, Fault> {
        if name == "__typename" {
            return Ok(value(self.kind()));
        }
        let found = match self {
            Self::Query => query(world, grant, name, args)?,
            Self::Mutation => mutate::field(world, grant, name, args)?,
            Self::Viewer => match name {
                "login" => Some(value(grant.login.as_str())),
                _ => None,
            },
            Self::Repository(repo) => repository(world, grant, repo, name, args)?,
            Self::Pull(at) => pull(world, grant, at, name, args)?,
            Self::Ref(repo, branch) => match name {
                "name" => Some(value(branch.as_str())),
                "target" => {
                    let sha = world.repos[repo].branches.get(branch).cloned();
                    Some(sha.map_or(NULL, |sha| Out::Node(Self::Commit(repo.clone(), sha))))
                }
                _ => None,
            },
            Self::Commit(repo, sha) => commit(world, grant, repo, sha, name, args)?,
            Self::Entry(sha, path) => entry(world, sha, path, name)?,
            Self::Blob(bytes) => blob(bytes, name)?,
            Self::Tree => None,
            Self::Actor(login) => match name {
                "login" => Some(value(login.trim_end_matches("[bot]"))),
                "databaseId" => Some(value(world.user(login).id)),
                _ => None,
            },
            Self::Label(label) => match name {
                "name" => Some(value(label.as_str())),
                _ => None,
            },
            Self::Comment(at, id) => comment(world, grant, at, *id, name),
            Self::Review(at, id) => review(world, grant, at, *id, name),
            Self::Thread(at, id) => thread(world, grant, at, *id, name, args)?,
            Self::Inline(at, id) => inline(world, grant, at, *id, name),
            Self::PullCommit(repo, sha) => match name {
                "commit" => Some(Out::Node(Self::Commit(repo.clone(), sha.clone()))),
                _ => None,
            },
            Self::Suite(repo, sha) => suite(world, repo, sha, name, args)?,
            Self::Run(repo, id) => run(world, repo, *id, name, args)?,
            Self::App => match name {
                "databaseId" => Some(value(world.app_id)),
                "slug" => Some(value(world.app_slug)),
                _ => None,
            },
            Self::List { rows, from, total, .. } => match name {
                "nodes" => Some(Out::List(rows.clone())),
                "totalCount" => Some(value(*total)),
                "pageInfo" => Some(Out::Node(Self::Page { from: *from, rows: rows.len(), total: *total })),
                _ => None,
            },
            Self::Page { from, rows, total } => match name {
                "hasNextPage" => Some(value(from + rows < *total)),
                "endCursor" => Some(value((*rows > 0).then(|| cursor(from + rows)))),
                _ => None,
            },
            Self::Payload(_) => match name {
                "clientMutationId" => Some(NULL),
                _ => None,
            },
        };
        found.ok_or_else(|| Fault::Query(format!("Field '{name}' doesn't exist on type '{}'", self.kind())))
    }
}

type Found = Result<Option<Out>, Fault>;

/// The token opens this permission.
pub fn may(grant: &Grant, permission: &str, write: bool) -> bool {
    grant.permissions.get(permission).is_some_and(|its| *its || !write)
}

fn need(grant: &Grant, permission: &str) -> Result<(), Fault> {
    if may(grant, permission, false) { Ok(()) } else { Err(Fault::forbidden()) }
}

fn query(world: &World, grant: &Grant, name: &str, args: &Args) -> Found {
    Ok(Some(match name {
        "viewer" => Out::Node(Node::Viewer),
        "repository" => {
            let owner = args.need(name, "owner")?;
            let full_name =
                format!("{}/{}", owner.as_str().unwrap_or(""), args.need(name, "name")?.as_str().unwrap_or(""));
            let full_name = world.called_now(&full_name).unwrap_or(full_name);
            let opened = grant.repos.is_empty() || grant.repos.contains(&full_name);
            match world.repos.get(&full_name) {
                Some(repo) if opened || !repo.private => Out::Node(Node::Repository(full_name)),
                _ => return Err(Fault::not_found(&format!("a Repository with the name '{full_name}'"))),
            }
        }
        _ => return Ok(None),
    }))
}

fn repository(world: &World, grant: &Grant, repo: &str, name: &str, args: &Args) -> Found {
    Ok(Some(match name {
        "nameWithOwner" => Out::Value(json!(repo)),
        "url" => Out::Value(json!(format!("{WEB}/{repo}"))),
        "isPrivate" => Out::Value(json!(world.repos[repo].private)),
        "pullRequest" => {
            need(grant, "pull_requests")?;
            let number = args.need(name, "number")?.as_u64().unwrap_or(0);
            if !world.repos[repo].pulls.contains_key(&number) {
                return Err(Fault::not_found(&format!("a PullRequest with the number of {number}")));
            }
            Out::Node(Node::Pull((repo.to_owned(), number)))
        }
        "object" => {
            need(grant, "contents")?;
            let sha = match (args.text("oid"), args.text("expression")) {
                (Some(oid), None) => Some(oid),
                (None, Some(named)) if named == "HEAD" => world.repos[repo].branches.get("main").cloned(),
                (None, Some(named)) => Some(named),
                _ => return Err(Fault::Query("object takes an oid or an expression".into())),
            };
            let known = sha.filter(|sha| world.objects.commits.contains_key(sha));
            known.map_or(NULL, |sha| Out::Node(Node::Commit(repo.to_owned(), sha)))
        }
        _ => return Ok(None),
    }))
}

fn of<'w>(world: &'w World, at: &At) -> &'w Pull {
    &world.repos[&at.0].pulls[&at.1]
}

fn pull(world: &World, grant: &Grant, at: &At, name: &str, args: &Args) -> Found {
    let pull = of(world, at);
    let repo = &at.0;
    Ok(Some(match name {
        "number" => Out::Value(json!(at.1)),
        "state" => Out::Value(json!(if pull.open { "OPEN" } else { "CLOSED" })),
        "isDraft" => Out::Value(json!(pull.draft)),
        "url" => Out::Value(json!(format!("{WEB}/{repo}/pull/{}", at.1))),
        "changedFiles" => Out::Value(json!(world.changes(repo, at.1).len())),
        "headRefOid" => Out::Value(json!(pull.head)),
        "baseRefOid" => Out::Value(json!(pull.base_sha)),
        "baseRefName" => Out::Value(json!(pull.base)),
        "baseRef" => {
            if world.repos[repo].branches.contains_key(&pull.base) {
                Out::Node(Node::Ref(repo.clone(), pull.base.clone()))
            } else {
                NULL
            }
        }
        "author" => Out::Node(Node::Actor(pull.author.clone())),
        "authorAssociation" if pull.is_first => Out::Value(json!("FIRST_TIME_CONTRIBUTOR")),
        "authorAssociation" => Out::Value(json!(world.association(repo, &pull.author))),
        "labels" => {
            page("LabelConnection", name, pull.labels.iter().map(|name| Node::Label(name.clone())).collect(), args)?
        }
        "headRepository" => pull.head_repo.clone().map_or(NULL, |name| Out::Node(Node::Repository(name))),
        "comments" => {
            let rows = pull.comments.iter().map(|one| Node::Comment(at.clone(), one.id)).collect();
            page("IssueCommentConnection", name, rows, args)?
        }
        "reviews" => {
            let seen = pull.reviews.iter().filter(|one| one.state != "PENDING" || one.author == grant.login);
            page("PullRequestReviewConnection", name, seen.map(|one| Node::Review(at.clone(), one.id)).collect(), args)?
        }
        "reviewThreads" => {
            let hidden = |one: &Inline| pull.reviews.iter().any(|of| of.id == one.review && of.state == "PENDING");
            let first = pull.inline.iter().filter(|one| one.reply_to.is_none() && !hidden(one));
            let rows = first.map(|one| Node::Thread(at.clone(), one.id)).collect();
            page("PullRequestReviewThreadConnection", name, rows, args)?
        }
        "commits" => {
            need(grant, "contents")?;
            // Its newest is all that is ever asked for.
            page("PullRequestCommitConnection", name, vec![Node::PullCommit(repo.clone(), pull.head.clone())], args)?
        }
        _ => return Ok(None),
    }))
}

fn commit(world: &World, grant: &Grant, repo: &str, sha: &str, name: &str, args: &Args) -> Found {
    Ok(Some(match name {
        "oid" => Out::Value(json!(sha)),
        "file" => {
            need(grant, "contents")?;
            let path = args.need(name, "path")?.as_str().unwrap_or("").to_owned();
            let tree = &world.objects.commits[sha].tree;
            let folder = format!("{path}/");
            if tree.contains_key(&path) || tree.keys().any(|one| one.starts_with(&folder)) {
                Out::Node(Node::Entry(sha.to_owned(), path))
            } else {
                NULL
            }
        }
        "checkSuites" => {
            need(grant, "checks")?;
            let filter = args.get("filterBy");
            let wanted = filter["checkName"].as_str();
            let own = filter["appId"].as_u64().is_none_or(|id| id == world.app_id);
            let runs = world.repos[repo].checks.iter();
            let any = runs.filter(|run| run.head == sha).any(|run| wanted.is_none_or(|name| run.name == name));
            let rows = if any && own { vec![Node::Suite(repo.to_owned(), sha.to_owned())] } else { Vec::new() };
            page("CheckSuiteConnection", name, rows, args)?
        }
        _ => return Ok(None),
    }))
}

fn entry(world: &World, sha: &str, path: &str, name: &str) -> Found {
    let commit = &world.objects.commits[sha];
    let bytes = commit.tree.get(path).cloned();
    Ok(Some(Out::Value(match name {
        "path" => json!(path),
        "type" => json!(if bytes.is_some() { "blob" } else { "tree" }),
        "mode" => match bytes {
            None => json!(0o040_000),
            Some(_) if world.objects.links.contains(path) => json!(LINK_MODE),
            Some(_) => json!(FILE_MODE),
        },
        "oid" => json!(blob_id(bytes.as_deref().unwrap_or(b"a folder"))),
        "object" => {
            return Ok(Some(Out::Node(bytes.map_or(Node::Tree, |bytes| Node::Blob(bytes.to_vec())))));
        }
        _ => return Ok(None),
    })))
}

/// GitHub cuts long texts, has none of binary ones, and turns other encodings into UTF-8.
fn blob(bytes: &[u8], name: &str) -> Found {
    let binary = bytes.contains(&0);
    let shown = &bytes[..bytes.len().min(TEXT)];
    Ok(Some(Out::Value(match name {
        "oid" => json!(blob_id(bytes)),
        "byteSize" => json!(bytes.len()),
        "isBinary" => json!(binary),
        "isTruncated" => json!(bytes.len() > TEXT),
        "text" if binary => Value::Null,
        "text" => json!(String::from_utf8_lossy(shown)),
        _ => return Ok(None),
    })))
}

/// What comments of all kinds have: kind and number, author, text, and whether it is hidden.
fn said(grant: &Grant, (kind, id): (&str, u64), author: &str, body: &str, hidden: bool, name: &str) -> Option<Out> {
    Some(match name {
        "id" => value(whole::node(kind, id)),
        "fullDatabaseId" => value(id.to_string()),
        "body" => value(body),
        "viewerDidAuthor" => value(author == grant.login),
        "isMinimized" => value(hidden),
        "author" => Out::Node(Node::Actor(author.to_owned())),
        _ => return None,
    })
}

fn comment(world: &World, grant: &Grant, at: &At, id: u64, name: &str) -> Option<Out> {
    let Comment { author, body, minimised, .. } =
        of(world, at).comments.iter().find(|one| one.id == id).unwrap().clone();
    match name {
        "url" => Some(Out::Value(json!(format!("{WEB}/{}/pull/{}#issuecomment-{id}", at.0, at.1)))),
        _ => said(grant, ("IC", id), &author, &body, minimised.is_some(), name),
    }
}

fn review(world: &World, grant: &Grant, at: &At, id: u64, name: &str) -> Option<Out> {
    let review = of(world, at).reviews.iter().find(|one| one.id == id).unwrap().clone();
    let Review { author, body, minimised, state, commit, .. } = review;
    match name {
        "state" => Some(Out::Value(json!(state))),
        "commit" => Some(Out::Node(Node::Commit(at.0.clone(), commit))),
        _ => said(grant, ("PRR", id), &author, &body, minimised.is_some(), name),
    }
}

fn thread(world: &World, grant: &Grant, at: &At, id: u64, name: &str, args: &Args) -> Found {
    let pull = of(world, at);
    let first = pull.inline.iter().find(|one| one.id == id).unwrap();
    Ok(Some(match name {
        "id" => Out::Value(json!(whole::node("PRRT", id))),
        "path" => Out::Value(json!(first.path)),
        "isResolved" => Out::Value(json!(first.resolved_by.is_some())),
        // GitHub tells of people only.
        "resolvedBy" => match &first.resolved_by {
            Some(login) if !login.ends_with("[bot]") => Out::Node(Node::Actor(login.clone())),
            _ => NULL,
        },
        "viewerCanResolve" => Out::Value(json!(
            first.resolved_by.is_none() && may(grant, "contents", true) && may(grant, "pull_requests", true)
        )),
        "comments" => {
            let all = pull.inline.iter().filter(|one| one.id == id || one.reply_to == Some(id));
            let rows = all.map(|one| Node::Inline(at.clone(), one.id)).collect();
            page("PullRequestReviewCommentConnection", name, rows, args)?
        }
        _ => return Ok(None),
    }))
}

fn inline(world: &World, grant: &Grant, at: &At, id: u64, name: &str) -> Option<Out> {
    let inline = of(world, at).inline.iter().find(|one| one.id == id).unwrap().clone();
    match name {
        "path" => Some(Out::Value(json!(inline.path))),
        "pullRequestReview" => Some(Out::Node(Node::Review(at.clone(), inline.review))),
        _ => said(grant, ("PRRC", id), &inline.author, &inline.body, inline.minimised.is_some(), name),
    }
}

/// The runs of the App on one commit.
fn suite(world: &World, repo: &str, sha: &str, name: &str, args: &Args) -> Found {
    Ok(Some(match name {
        "app" => Out::Node(Node::App),
        "checkRuns" => {
            let filter = args.get("filterBy");
            let wanted = filter["checkName"].as_str();
            let all = world.repos[repo].checks.iter().filter(|run| run.head == sha);
            let mut runs: Vec<&Check> = all.filter(|run| wanted.is_none_or(|name| run.name == name)).collect();
            if filter["checkType"] != "ALL" {
                runs = runs.split_off(runs.len().saturating_sub(1));
            }
            page("CheckRunConnection", name, runs.iter().map(|run| Node::Run(repo.to_owned(), run.id)).collect(), args)?
        }
        _ => return Ok(None),
    }))
}

fn run(world: &World, repo: &str, id: u64, name: &str, args: &Args) -> Found {
    let run = world.repos[repo].checks.iter().find(|run| run.id == id).unwrap();
    Ok(Some(match name {
        "databaseId" => Out::Value(json!(id)),
        "url" => Out::Value(json!(format!("{WEB}/{repo}/runs/{id}"))),
        "externalId" => Out::Value(json!(run.external_id)),
        "status" => Out::Value(json!(run.status.to_uppercase())),
        "conclusion" => Out::Value(json!(run.conclusion.as_ref().map(|word| word.to_uppercase()))),
        "annotations" => {
            let _ = args.get("first");
            let total = run.annotations.len();
            Out::Node(Node::List { of: "CheckAnnotationConnection", rows: Vec::new(), from: 0, total })
        }
        _ => return Ok(None),
    }))
}

fn cursor(at: usize) -> String {
    format!("Y3Vyc29yOnYyOpHO{at:06}")
}

/// A page of a list; GitHub wants to be told how long it may be.
fn page(of: &'static str, field: &str, rows: Vec<Node>, args: &Args) -> Result<Out, Fault> {
    let (first, last, after) = (args.number("first"), args.number("last"), args.text("after"));
    let size = match (first, last) {
        (Some(size), None) | (None, Some(size)) if size <= 100 => usize::try_from(size).unwrap(),
        (Some(size), None) | (None, Some(size)) => {
            let words =
                format!("Requesting {size} records on the `{field}` connection exceeds the limit of 100 records.");
            return Err(Fault::Query(words));
        }
        _ => {
            let words = "You must provide a `first` or `last` value to properly paginate the";
            return Err(Fault::Query(format!("{words} `{field}` connection.")));
        }
    };
    let total = rows.len();
    let from = match after {
        Some(after) => match after.strip_prefix("Y3Vyc29yOnYyOpHO").and_then(|at| at.parse().ok()) {
            Some(at) => at,
            None => return Err(Fault::Place("INVALID_CURSOR_ARGUMENTS", format!("`{after}` is not a valid cursor."))),
        },
        None if last.is_some() => total.saturating_sub(size),
        None => 0,
    };
    let rows = rows.into_iter().skip(from).take(size).collect();
    Ok(Out::Node(Node::List { of, rows, from, total }))
}
