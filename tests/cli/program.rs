//! Calls the program in a folder of its own, with exactly the environment that a test gives.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The example that README shows.
pub const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

/// A ZIP archive of files.
pub fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A folder with files, in which the program runs.
pub struct World {
    folder: tempfile::TempDir,
    vars: Vec<(String, String)>,
}

/// What one call did.
#[derive(Debug)]
pub struct Done {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl World {
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), vars: Vec::new() };
        for (name, bytes) in files {
            world.file(name, bytes);
        }
        world
    }

    pub fn file(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.into(), value.into()));
        self
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_specreview"));
        command.args(args).current_dir(self.folder.path()).env_clear();
        command.envs(self.vars.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Done {
        done(self.command(args).output().unwrap())
    }

    pub fn run_with(&self, args: &[&str], stdin: &[u8]) -> Done {
        self.run_in(".", args, stdin)
    }

    /// In a folder of this one.
    pub fn run_in(&self, folder: &str, args: &[&str], stdin: &[u8]) -> Done {
        let mut child = self.command(args).current_dir(self.path(folder)).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        done(child.wait_with_output().unwrap())
    }

    /// Nobody reads what it writes.
    pub fn run_unread(&self, args: &[&str]) -> Done {
        let mut child = self.command(args).spawn().unwrap();
        drop(child.stdout.take());
        done(child.wait_with_output().unwrap())
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn done(output: std::process::Output) -> Done {
    let text = |bytes| String::from_utf8(bytes).expect("only UTF-8 is written");
    let done = Done {
        status: output.status.code().expect("ended by itself"),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    assert!(!done.err.contains("panicked"), "{}", done.err);
    done
}

impl Done {
    /// The report as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// One message on standard error, with all `words` in it.
    #[track_caller]
    pub fn says(&self, status: i32, words: &[&str]) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in {self:?}");
        }
        assert!(self.err.matches("error:").count() <= 1, "one message: {self:?}");
        self
    }
}
