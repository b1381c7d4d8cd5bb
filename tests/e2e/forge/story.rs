//! The words of stories: what happens in a repository and on a pull request, and what can be seen there.

use std::collections::BTreeMap;

use specreview::review::ChangeRef;

use super::git::Edit;
use super::world::{self, Check, Comment, Inline, Review};
use super::{Shared, lock};

pub struct Repo {
    pub(super) world: Shared,
    pub full_name: String,
}

#[derive(Clone)]
pub struct Pull {
    pub(super) world: Shared,
    pub repo: String,
    pub number: u64,
}

impl Repo {
    pub(super) fn new(world: &Shared, full_name: &str) -> Self {
        Self { world: world.clone(), full_name: full_name.to_owned() }
    }

    /// Commits texts to a branch; an empty list of files is an empty commit.
    pub fn commit(&self, branch: &str, files: &[(&str, &str)]) -> String {
        self.edit(branch, &writes(files))
    }

    pub fn edit(&self, branch: &str, edits: &[Edit<'_>]) -> String {
        let mut world = lock(&self.world);
        let parent = world.repos[&self.full_name].branches[branch].clone();
        let sha = world.objects.edit(Some(&parent), edits);
        world.repos.get_mut(&self.full_name).unwrap().branches.insert(branch.to_owned(), sha.clone());
        sha
    }

    /// A pull request from a new branch off `main`.
    pub fn open_pull(&self, branch: &str, files: &[(&str, &str)]) -> Pull {
        self.open_pull_with(branch, &writes(files))
    }

    pub fn open_pull_with(&self, branch: &str, edits: &[Edit<'_>]) -> Pull {
        self.open(&self.full_name, branch, edits)
    }

    /// A pull request from the fork of `login`.
    pub fn open_pull_from_fork(&self, login: &str, branch: &str, edits: &[Edit<'_>]) -> Pull {
        let fork = self.fork(login);
        self.open(&fork, branch, edits)
    }

    /// The fork of `login`, as it is made now.
    fn fork(&self, login: &str) -> String {
        let mut world = lock(&self.world);
        world.user(login);
        let id = world.id();
        let name = world.repos[&self.full_name].name.clone();
        let branches = world.repos[&self.full_name].branches.clone();
        let full_name = format!("{login}/{name}");
        let fork = world::Repo {
            id,
            updated: world.now(),
            owner: login.to_owned(),
            name,
            branches,
            pulls: BTreeMap::new(),
            checks: Vec::new(),
            next_number: 1,
            private: false,
            roles: BTreeMap::from([(login.to_owned(), "admin".to_owned())]),
        };
        world.repos.insert(full_name.clone(), fork);
        full_name
    }

    /// Takes a commit over from a real repository, under the id that it has there.
    pub fn import(&self, sha: &str, parents: Vec<String>, files: impl Iterator<Item = (String, Vec<u8>)>) {
        let mut world = lock(&self.world);
        let tree: super::git::Tree = files.map(|(path, bytes)| (path, bytes.into())).collect();
        for bytes in tree.values() {
            world.objects.blobs.insert(super::git::blob_id(bytes), bytes.clone());
        }
        world.objects.commits.insert(sha.to_owned(), super::git::Commit { parents, tree });
    }

    /// Puts a branch on a commit.
    pub fn put(&self, branch: &str, sha: &str) {
        lock(&self.world).repos.get_mut(&self.full_name).unwrap().branches.insert(branch.to_owned(), sha.to_owned());
    }

    /// A pull request of a commit that is there, from the fork of `login` where one is named.
    pub fn open_at(&self, login: Option<&str>, branch: &str, head: &str) -> Pull {
        let home = login.map_or_else(|| self.full_name.clone(), |login| self.fork(login));
        self.open_on(&home, branch, head.to_owned())
    }

    fn open(&self, head_repo: &str, branch: &str, edits: &[Edit<'_>]) -> Pull {
        let head = {
            let mut world = lock(&self.world);
            let base = world.repos[&self.full_name].branches["main"].clone();
            world.objects.edit(Some(&base), edits)
        };
        self.open_on(head_repo, branch, head)
    }

    fn open_on(&self, head_repo: &str, branch: &str, head: String) -> Pull {
        let mut world = lock(&self.world);
        let now = world.now();
        let base_sha = world.repos[&self.full_name].branches["main"].clone();
        world.repos.get_mut(head_repo).unwrap().branches.insert(branch.to_owned(), head.clone());
        let author = if head_repo == self.full_name { "dora".to_owned() } else { world.repos[head_repo].owner.clone() };
        world.user(&author);
        let repo = world.repos.get_mut(&self.full_name).unwrap();
        let number = repo.next_number;
        repo.next_number += 1;
        let pull = world::Pull {
            number,
            author,
            base: "main".into(),
            base_sha,
            head_repo: Some(head_repo.to_owned()),
            head_branch: branch.to_owned(),
            head,
            draft: false,
            open: true,
            is_first: false,
            labels: Vec::new(),
            updated: now,
            comments: Vec::new(),
            reviews: Vec::new(),
            inline: Vec::new(),
        };
        repo.pulls.insert(number, pull);
        Pull { world: self.world.clone(), repo: self.full_name.clone(), number }
    }
}

impl Pull {
    pub fn at(&self) -> ChangeRef {
        let (owner, repo) = self.repo.split_once('/').unwrap();
        ChangeRef { owner: owner.to_owned(), repo: repo.to_owned(), number: self.number }
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut world::Pull) -> T) -> T {
        work(lock(&self.world).repos.get_mut(&self.repo).unwrap().pulls.get_mut(&self.number).unwrap())
    }

    pub fn head(&self) -> String {
        self.with(|pull| pull.head.clone())
    }

    /// Another commit on its branch.
    pub fn push(&self, files: &[(&str, &str)]) -> String {
        self.push_edits(&writes(files))
    }

    pub fn push_edits(&self, edits: &[Edit<'_>]) -> String {
        let parent = self.head();
        self.move_head(&parent, edits)
    }

    /// Other commits in place of its own.
    pub fn force_push(&self, files: &[(&str, &str)]) -> String {
        let parent = lock(&self.world).repos[&self.repo].branches["main"].clone();
        self.move_head(&parent, &writes(files))
    }

    fn move_head(&self, parent: &str, edits: &[Edit<'_>]) -> String {
        let head = lock(&self.world).objects.edit(Some(parent), edits);
        self.put_head(&head);
        head
    }

    /// Puts the branch on this commit.
    pub(super) fn put_head(&self, head: &str) {
        let mut world = lock(&self.world);
        let now = world.now();
        let repo = world.repos.get_mut(&self.repo).unwrap();
        let pull = repo.pulls.get_mut(&self.number).unwrap();
        (pull.head, pull.base_sha) = (head.to_owned(), repo.branches[&pull.base].clone());
        pull.updated = now;
        let (repo, branch) = (pull.head_repo.clone(), pull.head_branch.clone());
        if let Some(repo) = repo.and_then(|name| world.repos.get_mut(&name)) {
            repo.branches.insert(branch, head.to_owned());
        }
    }

    /// The fork that holds its head is deleted.
    pub fn lose_fork(&self) {
        self.with(|pull| pull.head_repo = None);
    }

    /// The `nth` of several that something happened to at about the same time.
    pub fn touched(&self, nth: usize) {
        let nth = i64::try_from(nth).unwrap();
        let now = lock(&self.world).now();
        self.with(|pull| pull.updated = now - 3_600 + nth * 10);
    }

    /// A check of the bot's on the head that shows only now.
    pub fn start_check(&self, key: &str) {
        let head = self.head();
        let mut world = lock(&self.world);
        let id = world.id();
        let check = Check {
            id,
            name: "specreview".into(),
            head,
            external_id: key.to_owned(),
            status: "in_progress".into(),
            conclusion: None,
            title: String::new(),
            summary: String::new(),
            annotations: Vec::new(),
            actions: Vec::new(),
            read: true,
        };
        world.repos.get_mut(&self.repo).unwrap().checks.push(check);
    }

    /// It is closed without being merged, or opened again.
    pub fn set_open(&self, open: bool) {
        let now = lock(&self.world).now();
        self.with(|pull| (pull.open, pull.updated) = (open, now));
    }

    /// Nothing of its author was merged in the repository before.
    pub fn is_first(&self) {
        self.with(|pull| pull.is_first = true);
    }

    pub fn set_draft(&self, draft: bool) {
        self.with(|pull| pull.draft = draft);
    }

    /// The conversation; what is returned counts as looked at.
    pub fn comments(&self) -> Vec<Comment> {
        self.with(|pull| {
            pull.comments.iter_mut().for_each(|one| one.read = true);
            pull.comments.clone()
        })
    }

    pub fn reviews(&self) -> Vec<Review> {
        self.with(|pull| {
            pull.reviews.iter_mut().for_each(|one| one.read = true);
            pull.reviews.clone()
        })
    }

    pub fn inline(&self) -> Vec<Inline> {
        self.with(|pull| {
            pull.inline.iter_mut().for_each(|one| one.read = true);
            pull.inline.clone()
        })
    }

    /// The newest check on the head.
    pub fn check(&self) -> Option<Check> {
        self.checks().pop()
    }

    /// All checks on the head.
    pub fn checks(&self) -> Vec<Check> {
        let head = self.head();
        let mut world = lock(&self.world);
        let runs = world.repos.get_mut(&self.repo).unwrap().checks.iter_mut().filter(|run| run.head == head);
        runs.map(|run| {
            run.read = true;
            run.clone()
        })
        .collect()
    }

    /// Says in so many words that what the bot has written here is of no interest to this story.
    pub fn look_away(&self) {
        self.comments();
        self.reviews();
        self.inline();
        lock(&self.world).repos.get_mut(&self.repo).unwrap().checks.iter_mut().for_each(|run| run.read = true);
    }

    /// Somebody writes in the conversation.
    pub fn comment_as(&self, login: &str, body: &str) -> u64 {
        let id = self.new_id(login);
        let comment = Comment { id, author: login.to_owned(), body: body.to_owned(), minimised: None, read: true };
        self.with(|pull| pull.comments.push(comment));
        id
    }

    /// Somebody reviews; with an empty state the review stays pending.
    pub fn review_as(&self, login: &str, state: &'static str, body: &str) -> u64 {
        let id = self.new_id(login);
        let commit = self.head();
        let review =
            Review { id, author: login.to_owned(), commit, state, body: body.to_owned(), minimised: None, read: true };
        self.with(|pull| pull.reviews.push(review));
        id
    }

    /// Somebody answers an inline comment.
    pub fn reply_as(&self, login: &str, to: u64, body: &str) -> u64 {
        let id = self.new_id(login);
        self.with(|pull| {
            let first = pull.inline.iter().find(|one| one.id == to).expect("a comment to answer").clone();
            let (author, body, reply_to) = (login.to_owned(), body.to_owned(), Some(to));
            pull.inline.push(Inline { id, author, body, reply_to, minimised: None, read: true, ..first });
        });
        id
    }

    fn new_id(&self, login: &str) -> u64 {
        let mut world = lock(&self.world);
        world.user(login);
        world.id()
    }
}

fn writes<'a>(files: &[(&'a str, &'a str)]) -> Vec<Edit<'a>> {
    files.iter().map(|(path, text)| Edit::Write(path, text.as_bytes())).collect()
}
