//! A repository made with git, checked out as a job finds it, and the same commits on the pretend forge under the same ids.
#![allow(dead_code, reason = "the vocabulary is shared by stories of two kinds")]

use std::path::Path;
use std::process::Command;

use crate::forge::{Pull, Repo};

pub struct Checkout(tempfile::TempDir);

impl Checkout {
    /// A repository with `files` on `main`.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let made = Self(tempfile::tempdir().unwrap());
        made.git(&["init", "-q", "-b", "main"]);
        made.commit(files);
        made
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn git(&self, args: &[&str]) -> String {
        String::from_utf8(self.bytes(args)).unwrap().trim().to_owned()
    }

    fn bytes(&self, args: &[&str]) -> Vec<u8> {
        let mut git = Command::new("git");
        git.current_dir(self.path()).args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(args);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let done = git.output().unwrap();
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }

    /// Commits these files to what is checked out; the commit.
    pub fn commit(&self, files: &[(&str, &str)]) -> String {
        for (path, text) in files {
            let path = self.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "a commit"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A branch off `main` with these files; its commit.
    pub fn branch(&self, name: &str, files: &[(&str, &str)]) -> String {
        self.git(&["checkout", "-q", "-b", name, "main"]);
        self.commit(files)
    }

    /// What `actions/checkout` makes of a pull request: the merge of both and nothing before it.
    pub fn merged(&self, branch: &str) -> tempfile::TempDir {
        self.git(&["checkout", "-q", "-B", "merge", "main"]);
        self.git(&["merge", "-q", "--no-ff", "--no-edit", branch]);
        self.clone_of("merge", &["--depth", "1"])
    }

    /// A clone with this branch checked out.
    pub fn clone_of(&self, branch: &str, how: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (format!("file://{}", self.path().display()), folder.path().display().to_string());
        self.git(&[&["clone", "-q", "--branch", branch], how, &[&from, &to]].concat());
        folder
    }

    /// Puts a branch of the forge on the same commit, with everything before it.
    pub fn push(&self, repo: &Repo, branch: &str) -> String {
        for line in self.git(&["rev-list", "--reverse", "--parents", branch]).lines() {
            let mut ids = line.split(' ').map(str::to_owned);
            let commit = ids.next().unwrap();
            let paths = self.git(&["ls-tree", "-r", "-z", "--name-only", &commit]);
            let files = paths
                .split('\0')
                .filter(|path| !path.is_empty())
                .map(|path| (path.to_owned(), self.bytes(&["show", &format!("{commit}:{path}")])));
            repo.import(&commit, ids.collect(), files);
        }
        let tip = self.git(&["rev-parse", branch]);
        repo.put(branch, &tip);
        tip
    }

    /// A pull request of this branch, from the fork of `login` where one is named.
    pub fn open(&self, repo: &Repo, login: Option<&str>, branch: &str) -> Pull {
        self.push(repo, "main");
        let head = self.push(repo, branch);
        repo.open_at(login, branch, &head)
    }
}
