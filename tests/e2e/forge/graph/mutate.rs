//! Mutations: hiding what was said, and closing and opening conversations.

use serde_json::Value;

use super::super::world::{Grant, World};
use super::fields::{Node, Out, may};
use super::{Args, Fault};

pub fn field(world: &mut World, grant: &Grant, name: &str, args: &Args) -> Result<Option<Out>, Fault> {
    let payload = match name {
        "minimizeComment" => {
            let input = args.need(name, "input")?;
            minimise(world, grant, &input)?;
            "MinimizeCommentPayload"
        }
        "resolveReviewThread" => {
            let input = args.need(name, "input")?;
            resolve(world, grant, &input)?;
            "ResolveReviewThreadPayload"
        }
        _ => return Ok(None),
    };
    Ok(Some(Out::Node(Node::Payload(payload))))
}

fn known(input: &Value, fields: &[&str]) -> Result<(), Fault> {
    let given: Vec<&String> = input.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    match given.iter().find(|name| !fields.contains(&name.as_str())) {
        Some(name) => Err(Fault::Query(format!("InputObject doesn't accept argument '{name}'"))),
        None => Ok(()),
    }
}

/// The number in an id of this kind.
fn number(id: &str, kind: &str) -> Option<u64> {
    id.strip_prefix(kind)?.strip_prefix("_kw")?.parse().ok()
}

fn minimise(world: &mut World, grant: &Grant, input: &Value) -> Result<(), Fault> {
    const REASONS: [&str; 6] = ["SPAM", "ABUSE", "OFF_TOPIC", "OUTDATED", "DUPLICATE", "RESOLVED"];
    known(input, &["subjectId", "classifier"])?;
    let (id, why) = (input["subjectId"].as_str().unwrap_or(""), input["classifier"].as_str().unwrap_or(""));
    if !REASONS.contains(&why) {
        return Err(Fault::Query(format!("'{why}' is no ReportedContentClassifiers")));
    }
    let mut found = None;
    for (name, repo) in &mut world.repos {
        for pull in repo.pulls.values_mut() {
            let comments = pull.comments.iter_mut().filter(|one| number(id, "IC") == Some(one.id));
            let comments = comments.map(|one| (&one.author, &mut one.minimised));
            let reviews = pull.reviews.iter_mut().filter(|one| number(id, "PRR") == Some(one.id));
            let reviews = reviews.map(|one| (&one.author, &mut one.minimised));
            let inline = pull.inline.iter_mut().filter(|one| number(id, "PRRC") == Some(one.id));
            let inline = inline.map(|one| (&one.author, &mut one.minimised));
            for (author, minimised) in comments.chain(reviews).chain(inline) {
                let opened = grant.repos.is_empty() || grant.repos.contains(name);
                if !opened || !may(grant, "pull_requests", true) {
                    return Err(Fault::forbidden());
                }
                *minimised = Some(why.to_owned());
                found = Some(author.clone());
            }
        }
    }
    found.map(|_| ()).ok_or_else(|| Fault::not_found(&format!("a node with the global id of '{id}'")))
}

/// Needs the right to write contents, however odd that is.
fn resolve(world: &mut World, grant: &Grant, input: &Value) -> Result<(), Fault> {
    known(input, &["threadId"])?;
    let id = input["threadId"].as_str().unwrap_or("");
    for (name, repo) in &mut world.repos {
        for pull in repo.pulls.values_mut() {
            let first = pull.inline.iter_mut().find(|one| number(id, "PRRT") == Some(one.id));
            let Some(first) = first else { continue };
            let opened = grant.repos.is_empty() || grant.repos.contains(name);
            if !opened || !may(grant, "pull_requests", true) || !may(grant, "contents", true) {
                return Err(Fault::forbidden());
            }
            first.resolved_by = Some(grant.login.clone());
            return Ok(());
        }
    }
    Err(Fault::not_found(&format!("a node with the global id of '{id}'")))
}
