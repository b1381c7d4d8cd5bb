//! A repository gets another name or another owner: what GitHub answers under the old name, and how a story finds it again.

use std::collections::HashMap;

use super::routes::Answer;
use super::story::{Pull, Repo};
use super::world::World;
use super::{Forge, lock};

impl Forge {
    /// A repository gets another name, or another owner.
    pub fn rename_repository(&self, from: &str, to: &str) {
        lock(&self.world).rename(from, to);
    }
}

impl Repo {
    /// Finds it again under the name that it has now.
    pub fn follow(&mut self) {
        self.full_name = lock(&self.world).called_now(&self.full_name).expect("a repository that is there");
    }
}

impl Pull {
    /// Finds it again under the name that its repository has now.
    pub fn follow(&mut self) {
        self.repo = lock(&self.world).called_now(&self.repo).expect("a repository that is there");
    }

    /// Its repository gets another name, or another owner.
    pub fn rename_repository(&mut self, to: &str) {
        lock(&self.world).rename(&self.repo, to);
        self.follow();
    }
}

impl World {
    fn rename(&mut self, from: &str, to: &str) {
        if from == to {
            return;
        }
        let (owner, name) = to.split_once('/').expect("owner/name");
        self.user(owner);
        let installation = self.id();
        let installation = *self.installations.entry(owner.to_owned()).or_insert(installation);
        let now = self.now();
        let mut repo = self.repos.remove(from).expect("a repository to rename");
        let is_transfer = repo.owner != owner;
        (repo.owner, repo.name) = (owner.to_owned(), name.to_owned());
        repo.updated = now.max(repo.updated + 1);
        repo.roles.insert(owner.to_owned(), "admin".to_owned());
        self.former.insert(from.to_owned(), repo.id);
        self.repos.insert(to.to_owned(), repo);
        for pull in self.repos.values_mut().flat_map(|repo| repo.pulls.values_mut()) {
            pull.head_repo.iter_mut().filter(|home| *home == from).for_each(|home| to.clone_into(home));
        }
        for grant in self.tokens.values_mut().filter(|grant| grant.app) {
            let goes_on = if is_transfer { "gone/gone" } else { to };
            grant.repos.iter_mut().filter(|one| *one == from).for_each(|one| goes_on.clone_into(one));
            if is_transfer && grant.all && grant.installation == Some(installation) {
                grant.repos.push(to.to_owned());
            }
        }
        if let Some(chaos) = self.chaos.as_mut() {
            chaos.renamed(from, to);
        }
    }

    /// The name that a repository has now which has or had this one.
    pub fn called_now(&self, name: &str) -> Option<String> {
        if self.repos.contains_key(name) {
            return Some(name.to_owned());
        }
        let id = self.former.get(name)?;
        self.repos.iter().find(|(_, repo)| repo.id == *id).map(|(name, _)| name.clone())
    }

    /// The path as the routes know it: by id a repository is found under its name.
    pub fn by_name(&self, path: &str) -> String {
        let found = || {
            let rest = path.strip_prefix("/repositories/")?;
            let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
            let (name, _) = self.repos.iter().find(|(_, repo)| repo.id.to_string() == id)?;
            Some(format!("/repos/{name}/{rest}"))
        };
        found().unwrap_or_else(|| path.to_owned())
    }

    /// Under a former name: a read is sent on for good, a write is to be sent once more.
    pub fn sent_on(&self, method: &str, path: &str, query: &HashMap<String, String>) -> Option<Answer> {
        let (owner, rest) = path.strip_prefix("/repos/")?.split_once('/')?;
        let (repo, rest) = rest.split_once('/')?;
        let now = self.called_now(&format!("{owner}/{repo}")).filter(|now| *now != format!("{owner}/{repo}"))?;
        let query = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let url = format!("{}/repositories/{}/{rest}?{query}", self.api, self.repos[&now].id);
        let mut answer = Answer::refuse(if method == "GET" { 301 } else { 307 }, "Moved Permanently");
        answer.headers.push(("location", url));
        Some(answer)
    }
}
