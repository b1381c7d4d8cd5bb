//! The words of stories for what people do to a pull request beside pushing: hide, resolve, close, retarget, rebase, squash.

use std::collections::BTreeMap;

use super::lock;
use super::story::{Pull, Repo};
use super::world::Check;

impl Repo {
    /// Gives an account a role: `admin`, `maintain`, `write`, `triage` or `read`.
    pub fn collaborator(&self, login: &str, role: &str) {
        let mut world = lock(&self.world);
        world.user(login);
        world.repos.get_mut(&self.full_name).unwrap().roles.insert(login.to_owned(), role.to_owned());
    }

    /// Takes its role away again.
    pub fn dismiss(&self, login: &str) {
        lock(&self.world).repos.get_mut(&self.full_name).unwrap().roles.remove(login);
    }

    /// Everybody sees it from now on.
    pub fn make_public(&self) {
        lock(&self.world).repos.get_mut(&self.full_name).unwrap().private = false;
    }

    /// A new branch where another one is.
    pub fn branch(&self, name: &str, from: &str) {
        let mut world = lock(&self.world);
        let repo = world.repos.get_mut(&self.full_name).unwrap();
        let sha = repo.branches[from].clone();
        repo.branches.insert(name.to_owned(), sha);
    }

    /// The tip of a branch.
    pub fn tip(&self, branch: &str) -> String {
        lock(&self.world).repos[&self.full_name].branches[branch].clone()
    }

    /// All checks on a commit; they count as looked at.
    pub fn checks_on(&self, commit: &str) -> Vec<Check> {
        let mut world = lock(&self.world);
        let runs = world.repos.get_mut(&self.full_name).unwrap().checks.iter_mut().filter(|run| run.head == commit);
        runs.map(|run| {
            run.read = true;
            run.clone()
        })
        .collect()
    }
}

impl Pull {
    pub fn close(&self) {
        self.with(|pull| pull.open = false);
    }

    pub fn reopen(&self) {
        self.with(|pull| pull.open = true);
    }

    /// Aims it at another branch.
    pub fn retarget(&self, branch: &str) {
        let mut world = lock(&self.world);
        let repo = world.repos.get_mut(&self.repo).unwrap();
        let tip = repo.branches[branch].clone();
        let pull = repo.pulls.get_mut(&self.number).unwrap();
        (pull.base, pull.base_sha) = (branch.to_owned(), tip);
    }

    /// Its changes as one commit upon the newest of its base.
    pub fn rebase(&self) -> String {
        self.replay(true)
    }

    /// Its commits as one, on the same ground.
    pub fn squash(&self) -> String {
        self.replay(false)
    }

    fn replay(&self, newest: bool) -> String {
        let (ground, tree) = {
            let world = lock(&self.world);
            let pull = &world.repos[&self.repo].pulls[&self.number];
            let tip = world.repos[&self.repo].branches[&pull.base].clone();
            let fork = world.objects.merge_base(&tip, &pull.head).expect("a common commit");
            let head = &world.objects.commits[&pull.head].tree;
            if newest {
                let before = &world.objects.commits[&fork].tree;
                let mut tree = world.objects.commits[&tip].tree.clone();
                tree.retain(|path, _| head.contains_key(path) || !before.contains_key(path));
                let changed = head.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes));
                tree.extend(changed.map(|(path, bytes)| (path.clone(), bytes.clone())));
                (tip, tree)
            } else {
                (fork, head.clone())
            }
        };
        let head = lock(&self.world).objects.commit(&[ground], tree);
        self.put_head(&head);
        head
    }

    /// Somebody marks the conversation that this comment began as done.
    pub fn resolve_as(&self, login: &str, comment: u64) {
        lock(&self.world).user(login);
        self.with(|pull| {
            let first = pull.inline.iter_mut().find(|one| one.id == comment).expect("a comment to resolve");
            first.resolved_by = Some(login.to_owned());
        });
    }

    /// Somebody takes that back.
    pub fn unresolve(&self, comment: u64) {
        self.with(|pull| {
            pull.inline.iter_mut().filter(|one| one.id == comment).for_each(|one| one.resolved_by = None);
        });
    }

    /// Ids of comments, reviews and inline comments that are hidden, and why.
    pub fn minimised(&self) -> BTreeMap<u64, String> {
        self.with(|pull| {
            let comments = pull.comments.iter().map(|one| (one.id, &one.minimised));
            let reviews = pull.reviews.iter().map(|one| (one.id, &one.minimised));
            let inline = pull.inline.iter().map(|one| (one.id, &one.minimised));
            let all = comments.chain(reviews).chain(inline);
            all.filter_map(|(id, why)| Some((id, why.clone()?))).collect()
        })
    }

    /// First comments of conversations that are marked as done, and who marked them.
    pub fn resolved(&self) -> BTreeMap<u64, String> {
        self.with(|pull| pull.inline.iter().filter_map(|one| Some((one.id, one.resolved_by.clone()?))).collect())
    }

    /// Somebody removes a comment, wherever it stands.
    pub fn delete(&self, comment: u64) {
        self.with(|pull| {
            pull.comments.retain(|one| one.id != comment);
            pull.inline.retain(|one| one.id != comment);
        });
    }
}
