//! Where the program comes from: the release of the action's own commit, checked, or its source.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::runner::{Done, Job, root};
use crate::{BINARY, SPEC, event, workspace};

/// A curl that keeps what it was called with, and gives the file that lies beside it or fails.
const CURL: &str = r#"#!/usr/bin/env bash
set -eu
here=$(dirname "$0")
printf '%s\n' "$@" >> "$here/asked"
while [ "$1" != --output ]; do shift; done
[ -f "$here/release.tar.gz" ] || { echo "curl: (22) The requested URL returned error: 404" >&2; exit 22; }
cp "$here/release.tar.gz" "$2"
"#;

/// A cargo that obeys the settings it finds as the real one does: from the folder it is called in upwards.
const CARGO: &str = r#"#!/usr/bin/env bash
set -eu
at=$PWD
while true; do
  if [ -f "$at/.cargo/config.toml" ]; then
    wrapper=$(sed -n 's/^rustc-wrapper = "\(.*\)"$/\1/p' "$at/.cargo/config.toml")
    [ -z "$wrapper" ] || "$wrapper"
  fi
  [ "$at" != / ] || break
  at=$(dirname "$at")
done
[ -f Cargo.toml ]
mkdir -p "$CARGO_TARGET_DIR/release"
ln -s "BINARY" "$CARGO_TARGET_DIR/release/specreview"
"#;

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The action with this table, and tools that take the place of curl and cargo.
struct Shop {
    action: tempfile::TempDir,
    tools: tempfile::TempDir,
    workspace: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop = Self {
            action: tempfile::tempdir().unwrap(),
            tools: tempfile::tempdir().unwrap(),
            workspace: workspace(&[("specs/parcel.md", SPEC)]),
        };
        fs::copy(root().join("action.yml"), shop.action.path().join("action.yml")).unwrap();
        fs::copy(root().join(".checksums"), shop.action.path().join(".checksums")).unwrap();
        fs::write(shop.action.path().join("Cargo.toml"), "").unwrap();
        script(&shop.tool("curl"), CURL);
        script(&shop.tool("cargo"), &CARGO.replace("BINARY", BINARY.1));
        shop
    }

    fn tool(&self, name: &str) -> PathBuf {
        self.tools.path().join(name)
    }

    /// Releases the program for a target, as the release does: the archive, and its row in the table.
    fn release(&self, target: &str, name: &str) {
        let folder = tempfile::tempdir().unwrap();
        script(&folder.path().join(name), &format!("#!/bin/sh\nexec '{}' \"$@\"\n", BINARY.1));
        let archive = self.tool("release.tar.gz");
        let tar =
            Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(folder.path()).arg(name).status().unwrap();
        assert!(tar.success());
        let sum = specreview::text::sha256_hex(&fs::read(&archive).unwrap());
        let table = self.action.path().join(".checksums");
        let others = "0".repeat(64);
        let rows = format!("{others}  specreview-1.2.3-riscv64.tar.gz\n{sum}  specreview-1.2.3-{target}.tar.gz\n");
        fs::write(&table, fs::read_to_string(&table).unwrap() + &rows).unwrap();
    }

    fn run(&self, runner: &'static str) -> Done {
        let mut job = Job::new(self.workspace.path(), "workflow_dispatch", event(&json!({})));
        (job.action, job.tools, job.runner) =
            (self.action.path().to_owned(), Some(self.tools.path().to_owned()), runner);
        job.run(&[("paths", "specs"), ("fail-on", "never")])
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.tool("asked")).unwrap_or_default()
    }
}

#[test]
fn every_runner_gets_the_release_that_was_made_for_it() {
    for (runner, target, name) in [
        ("Linux-X64", "x86_64-unknown-linux-musl", "specreview"),
        ("Linux-ARM64", "aarch64-unknown-linux-musl", "specreview"),
        ("macOS-X64", "x86_64-apple-darwin", "specreview"),
        ("macOS-ARM64", "aarch64-apple-darwin", "specreview"),
        ("Windows-X64", "x86_64-pc-windows-msvc", "specreview.exe"),
        ("Windows-ARM64", "aarch64-pc-windows-msvc", "specreview.exe"),
    ] {
        let shop = Shop::new();
        shop.release(target, name);
        let done = shop.run(runner);
        assert_eq!(done.status, 0, "{runner}: {done:?}");
        assert_eq!(done.outputs["verdict"], "success");
        let asked = shop.asked();
        let file = format!("/releases/download/v1.2.3/specreview-1.2.3-{target}.tar.gz");
        assert!(asked.contains(&file) && asked.contains("--proto\n=https\n"), "{asked}");
    }
}

#[test]
fn a_release_that_is_not_what_it_was_or_is_not_there_ends_with_status_two() {
    let shop = Shop::new();
    shop.release("x86_64-unknown-linux-musl", "specreview");
    let archive = shop.tool("release.tar.gz");
    let mut bytes = fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, bytes).unwrap();
    for word in ["its SHA-256 differs", "could not be downloaded"] {
        let done = shop.run("Linux-X64");
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{done:?}");
        assert!(done.said("error").iter().any(|text| text.contains(word)), "{word}: {done:?}");
        let _ = fs::remove_file(&archive);
    }
}

#[test]
fn without_a_row_for_the_runner_it_is_built_from_source() {
    let shop = Shop::new();
    shop.release("x86_64-apple-darwin", "specreview");
    let done = shop.run("Linux-X64");
    assert_eq!(done.status, 0, "{done:?}");
    assert!(done.stdout.contains("is built from source") && shop.asked().is_empty(), "{done:?}");
    fs::remove_file(shop.action.path().join("Cargo.toml")).unwrap();
    let done = shop.run("Linux-X64");
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{done:?}");
    assert!(done.said("error").iter().any(|text| text.contains("could not be built")), "{done:?}");
}

#[test]
fn settings_for_cargo_in_the_checkout_run_nothing() {
    let shop = Shop::new();
    let checkout = shop.workspace.path();
    let (trap, owned) = (checkout.join("trap.sh"), checkout.join("owned"));
    script(&trap, &format!("#!/bin/sh\ntouch '{}'\n", owned.display()));
    fs::create_dir(checkout.join(".cargo")).unwrap();
    let settings = format!("[build]\nrustc-wrapper = \"{}\"\n", trap.display());
    fs::write(checkout.join(".cargo/config.toml"), settings).unwrap();

    let done = shop.run("Linux-X64");
    assert_eq!(done.status, 0, "{done:?}");
    assert!(!owned.exists(), "a pull request has run a program");
    // The trap does work where cargo is called in the checkout.
    fs::write(checkout.join("Cargo.toml"), "").unwrap();
    let cargo = Command::new(shop.tool("cargo"))
        .current_dir(checkout)
        .env("CARGO_TARGET_DIR", shop.tools.path().join("target"))
        .status();
    assert!(cargo.unwrap().success() && owned.exists());
}

/// What the release has to write, and nothing else.
#[test]
fn the_table_holds_what_sha256sum_writes() {
    for line in fs::read_to_string(root().join(".checksums")).unwrap().lines().filter(|line| !line.starts_with('#')) {
        let (sum, file) = line.split_once("  ").unwrap();
        assert!(sum.len() == 64 && sum.bytes().all(|digit| digit.is_ascii_hexdigit()), "{line}");
        assert!(file.starts_with("specreview-") && file.ends_with(".tar.gz"), "{line}");
    }
}
