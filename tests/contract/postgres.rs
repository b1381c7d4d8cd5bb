//! A PostgreSQL of the tests' own: a cluster in a temporary folder, reached by a socket in it, gone when this process is, however it
//! ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection as _, Executor as _};

/// An empty database on the cluster.
pub struct Fresh {
    pub url: String,
}

/// A fresh database; none where there is no PostgreSQL, which is said aloud. With `SPECREVIEW_NEED_POSTGRES` that is a failure.
pub async fn fresh() -> Option<Fresh> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = cluster()?;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = sqlx::PgConnection::connect(&url(folder, "postgres")).await.unwrap();
    admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    Some(Fresh { url: url(folder, &name) })
}

impl Fresh {
    /// Says something to the server as its owner, beside the tested program.
    pub async fn tell(&self, statement: &str) {
        let mut admin = sqlx::PgConnection::connect(&self.url).await.unwrap();
        admin.execute(sqlx::AssertSqlSafe(statement.to_owned())).await.unwrap();
    }
}

fn url(folder: &Path, database: &str) -> String {
    format!("postgres://specreview@{}/{database}", folder.display().to_string().replace('/', "%2F"))
}

/// The folder of the cluster, with its socket.
fn cluster() -> Option<&'static Path> {
    static CLUSTER: OnceLock<Option<PathBuf>> = OnceLock::new();
    CLUSTER.get_or_init(start).as_deref()
}

fn start() -> Option<PathBuf> {
    let Some(programs) = programs() else {
        let needed = std::env::var_os("SPECREVIEW_NEED_POSTGRES").is_some();
        assert!(!needed, "PostgreSQL is needed, and there is no initdb in PATH or /usr/lib/postgresql/*/bin");
        // Straight to the terminal: what a passing test prints is kept from it.
        let _ = writeln!(std::io::stderr(), "LEFT OUT: no PostgreSQL here, so its half of the tests does nothing");
        return None;
    };
    let folder = tempfile::Builder::new().prefix("specreview-pg-").tempdir().unwrap().keep();
    // PostgreSQL refuses to run as root.
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if is_root {
        assert!(Command::new("chown").arg("postgres").arg(&folder).status().unwrap().success());
    }
    let run = |program: &str, args: &[&str]| {
        let program = programs.join(program);
        let mut command = if is_root { Command::new("runuser") } else { Command::new(&program) };
        if is_root {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        let output = command.args(args).current_dir(&folder).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    };
    run("initdb", &["-D", "data", "-A", "trust", "-U", "specreview", "-E", "UTF8", "--locale=C", "-N"]);
    // The machine does not fail under the tests, and they end it as they please: nothing needs to reach the disk.
    let fsync = if std::env::var_os("SPECREVIEW_FSYNC").is_some() { "on" } else { "off" };
    let options = format!(
        "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync={fsync} -c max_connections=200",
        folder.display()
    );
    run("pg_ctl", &["-D", "data", "-l", "log", "-w", "-o", &options, "start"]);
    watch(&folder, &programs, is_root);
    Some(folder)
}

/// Ends the cluster when this process is gone: the pipe to the watcher closes then, also when it is killed. What ends a group of
/// processes is not heard by the watcher.
fn watch(folder: &Path, programs: &Path, is_root: bool) {
    let stop = format!("{}/pg_ctl -D {1}/data -m immediate stop", programs.display(), folder.display());
    let stop = if is_root { format!("runuser -u postgres -- {stop}") } else { stop };
    let script = format!("trap '' INT TERM HUP; read -r _; {stop} >/dev/null 2>&1; rm -rf {}", folder.display());
    let watcher = Command::new("sh").arg("-c").arg(script).current_dir("/").stdin(Stdio::piped()).spawn().unwrap();
    std::mem::forget(watcher);
}

/// Where PostgreSQL's programs are: the newest, where there are several.
fn programs() -> Option<PathBuf> {
    let in_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut of_debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|it| it.path().join("bin"))
        .collect();
    of_debian.sort();
    in_path
        .chain(of_debian.into_iter().rev())
        .find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}
