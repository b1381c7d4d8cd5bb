//! `review --watch`: reviews again when something changes and for no other reason, and ends cleanly.

use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::program::{SPEC, World};

fn world() -> World {
    World::new(&[("specs/parcel.md", SPEC.as_bytes()), ("README.md", b"# A shop\n\nIt sells things.\n")])
}

#[test]
fn what_cannot_be_watched_is_refused() {
    for input in ["-", "https://example.org/spec.md", "https://github.com/owner/repo/pull/1"] {
        world().run(&["review", "--watch", input]).says(2, &["cannot be watched", "--watch takes files and folders"]);
    }
}

#[test]
fn what_no_change_of_a_file_can_mend_ends_it_at_once() {
    for (args, words) in [
        (&["--post", "specs"][..], "--post needs the address of a pull request"),
        (&["--base", "main", "--write-baseline", "specs"], "takes no baseline"),
        (&["--base", "main", "--baseline", "b.json"], "takes no baseline"),
    ] {
        world().run(&[&["review", "--watch"], args].concat()).says(2, &[words]);
    }
}

#[test]
fn a_watched_folder_is_reviewed_again_when_something_changes_and_until_it_is_stopped() {
    let world = world();
    let mut watched = Watched::start(&world, &["review", "--watch", "specs", "--fail-on", "error"]);
    let mut review = || watched.review().expect("a review");
    let first = review();
    assert!(first.iter().any(|line| line.contains("ARI-004")), "{first:?}");
    assert!(!first.iter().any(|line| line.contains('\u{1b}')), "nothing is cleared in a pipe");
    world.file("specs/parcel.md", SPEC.replace("| 0.90 | 0.85 |", "| 0.80 | 0.85 |").as_bytes());
    assert!(!review().iter().any(|line| line.starts_with("error[ARI-004")));
    // A rule of one's own is read as well.
    world.run(&["rules", "new", "no-exit-plan"]).says(0, &[]);
    assert!(review().iter().any(|line| line.contains("OWN-001")));
    assert_eq!(watched.stop(), Some(1), "the status of the last review");
}

/// A review that watches, and what it said.
struct Watched {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Watched {
    fn start(world: &World, args: &[&str]) -> Self {
        let mut child = world.command(args).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    /// The lines of the next report; none where there is none in time.
    fn review(&mut self) -> Option<Vec<String>> {
        until(&self.out, "No model was asked", 60)
    }

    /// What was said on standard error until it rests again; none where that does not come in time.
    fn rests(&mut self, seconds: u64) -> Option<Vec<String>> {
        until(&self.err, "watching; Ctrl-C ends it", seconds)
    }

    /// Waits until it has a say in what Ctrl-C does: before, the system ends it.
    fn listens(&self) {
        let status = format!("/proc/{}/status", self.child.id());
        for _ in 0..600 {
            let Ok(said) = std::fs::read_to_string(&status) else { break };
            let caught = said.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
            // SIGINT is signal 2, and the first signal is the lowest bit.
            if caught.is_some_and(|caught| caught & 0b10 != 0) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(!std::path::Path::new("/proc/self/status").exists(), "it does not listen");
        std::thread::sleep(Duration::from_secs(2));
    }

    /// The exit status after Ctrl-C.
    fn stop(mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

/// A test that fails leaves nothing behind.
impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(from: impl std::io::Read + Send + 'static) -> Receiver<String> {
    use std::io::BufRead as _;
    let (send, lines) = channel();
    std::thread::spawn(move || {
        let all = std::io::BufReader::new(from).lines().map_while(Result::ok);
        all.map(|line| send.send(line)).find(Result::is_err)
    });
    lines
}

fn until(lines: &Receiver<String>, last: &str, seconds: u64) -> Option<Vec<String>> {
    let mut seen = Vec::new();
    loop {
        seen.push(lines.recv_timeout(Duration::from_secs(seconds)).ok()?);
        if seen.last().is_some_and(|line| line.starts_with(last)) {
            return Some(seen);
        }
    }
}

#[test]
fn what_a_watching_review_writes_is_no_reason_to_review_again_and_no_document() {
    let world = world();
    let args = ["review", "--watch", "specs", "--format", "markdown", "--output", "specs/report.md"];
    let also = ["--also", "markdown=specs/again.md", "--write-baseline", "--baseline", "specs/base.md"];
    let mut watched = Watched::start(&world, &[&args[..], &also].concat());
    assert!(watched.rests(60).is_some());
    assert_eq!(watched.rests(2), None, "its own reports lie in the folder");
    world.file("specs/parcel.md", SPEC.replace("| 0.90 | 0.85 |", "| 0.80 | 0.85 |").as_bytes());
    assert!(watched.rests(60).is_some());
    assert_eq!(watched.rests(2), None);
    let report = world.read("specs/report.md");
    assert!(report.contains("parcel.md") && !report.contains("report.md") && !report.contains("again.md"), "{report}");
    assert_eq!(watched.stop(), Some(0));
}

#[test]
fn a_comparison_is_watched_too() {
    let world = world();
    for args in [
        &["init", "--quiet"][..],
        &["add", "-A"],
        &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one"],
    ] {
        assert!(Command::new("git").args(args).current_dir(world.folder()).status().unwrap().success());
    }
    world.file("specs/parcel.md", SPEC.replace("| 0.31 | 0.90 |", "| 0.31 | 0.40 |").as_bytes());
    let mut watched = Watched::start(&world, &["review", "--base", "HEAD", "--watch"]);
    assert!(watched.review().is_some());
    assert!(watched.rests(60).is_some());
    world.file("specs/second.md", SPEC.as_bytes());
    let second = watched.review().expect("what is new is reviewed");
    assert!(second.iter().any(|line| line.contains("second.md")), "{second:?}");
    assert_eq!(watched.stop(), Some(0));
}

#[test]
fn a_review_under_way_ends_with_ctrl_c_as_well() {
    let world = world();
    for number in 0..400 {
        world.file(&format!("many/{number}.md"), SPEC.as_bytes());
    }
    let watched = Watched::start(&world, &["review", "--watch", "many", "--fail-on", "error"]);
    watched.listens();
    assert_eq!(watched.out.try_recv().ok(), None, "it is still at work");
    assert_eq!(watched.stop(), Some(0), "no review came to its end");
}
