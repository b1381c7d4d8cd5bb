//! The one process that a review starts: this program again, with an empty environment and limits set as its first act. It gets the bytes of
//! one file and gives back text; whatever becomes of it, the caller has an answer in time.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use super::{Kind, Unreadable, kind, read};

/// The first argument of the process: no command of a person.
pub const COMMAND: &str = "read-file-apart";
/// How long the process may take, all in all. A PDF of 1,000 pages takes about 5 s.
const DEADLINE: Duration = Duration::from_secs(20);
/// Seconds of a processor that it may use.
#[cfg(unix)]
const CPU_SECONDS: u64 = 15;
/// Bytes of memory that it may address. The largest file that is read, unpacked, with its text, takes less than half.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;
/// Most bytes of an answer: the text with its places.
const ANSWER: u64 = 16 << 20;
/// What an answer begins with.
const TEXT: u8 = b'T';
const REASON: u8 = b'R';

/// The program to start. One for the whole process, like its environment: known to whoever began it, and the same for all.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says which program answers to [`COMMAND`]: this one. Said once, by the entrance; a second time changes nothing.
pub fn start_with(program: PathBuf) {
    let _ = PROGRAM.set(program);
}

/// Whether bytes are of a kind that is read apart, or never; none where they are of no such kind. Starts nothing.
///
/// # Errors
/// One line: why there is no text, and what to do.
#[must_use]
pub fn known(bytes: &[u8]) -> Option<Result<(), String>> {
    Some(match kind(bytes)? {
        Kind::Old => Err(Unreadable::Old.to_string()),
        Kind::Archive | Kind::Pdf => Ok(()),
    })
}

/// The text of a file, read in a process apart; none where the bytes are of no kind that is read here. Waits for the process.
///
/// # Errors
/// One line: why there is no text, and what to do.
#[must_use]
pub fn read_apart(bytes: &[u8]) -> Option<Result<String, String>> {
    match kind(bytes)? {
        Kind::Old => Some(Err(Unreadable::Old.to_string())),
        Kind::Archive | Kind::Pdf => Some(started(bytes)),
    }
}

/// What the process is told when it fails on its own.
fn failed(what: &str) -> String {
    format!("reading it {what}; save the file again, or give the specification alone")
}

fn started(bytes: &[u8]) -> Result<String, String> {
    let Some(program) = PROGRAM.get() else {
        return Err("Word files and PDFs are read by the command `specreview` only; save it as Markdown".to_owned());
    };
    let mut command = Command::new(program);
    command.arg(COMMAND).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().map_err(|error| failed(&format!("needs a process that cannot be started: {error}")))?;
    let mut child = Ended(child);
    let (input, output) = (child.0.stdin.take(), child.0.stdout.take());
    let (said, answer) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            // A process that ended early has said why, or will be seen to have ended.
            let _ = input.map(|mut input| input.write_all(bytes));
        });
        scope.spawn(move || {
            let mut text = Vec::new();
            let whole = output.map(|output| output.take(ANSWER + 1).read_to_end(&mut text));
            let _ = said.send(whole.is_some_and(|read| read.is_ok()).then_some(text));
        });
        let answer = answer.recv_timeout(DEADLINE);
        // Ended here, so that no thread of this scope waits for it.
        let ended = child.end();
        match answer {
            Err(_) => Err(failed("takes longer than is allowed")),
            Ok(Some(text)) if text.len() as u64 > ANSWER => Err(Unreadable::too_much_text().to_string()),
            Ok(Some(text)) if ended => answered(text),
            Ok(_) => Err(failed("takes more memory or time than is allowed, or fails")),
        }
    })
}

fn answered(mut text: Vec<u8>) -> Result<String, String> {
    let strange = || failed("gave no answer that is understood");
    let first = text.first().copied().ok_or_else(strange)?;
    text.remove(0);
    let text = String::from_utf8(text).map_err(|_| strange())?;
    match first {
        TEXT => Ok(text),
        REASON => Err(text),
        _ => Err(strange()),
    }
}

/// A process that does not outlive its owner.
struct Ended(Child);

impl Ended {
    /// Ends it; true where it had ended well by itself. A process whose answer is complete gets a moment to leave.
    fn end(&mut self) -> bool {
        for _ in 0..100 {
            match self.0.try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) => thread::sleep(Duration::from_millis(1)),
                Err(_) => break,
            }
        }
        let _ = self.0.kill();
        self.0.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.end();
    }
}

/// The process itself: limits first, then the bytes of standard input as an answer on standard output.
#[must_use]
pub fn serve(input: &mut dyn Read, output: &mut dyn Write) -> ExitCode {
    if !limit() {
        return ExitCode::FAILURE;
    }
    let mut bytes = Vec::new();
    if input.read_to_end(&mut bytes).is_err() {
        return ExitCode::FAILURE;
    }
    let (first, text) = match read(&bytes) {
        Ok(text) => (TEXT, text),
        Err(why) => (REASON, why.to_string()),
    };
    let said =
        output.write_all(&[first]).and_then(|()| output.write_all(text.as_bytes())).and_then(|()| output.flush());
    if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Gives up what reading one file does not need: no more files, no writing, little memory and time. False where that failed.
#[cfg(unix)]
fn limit() -> bool {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let all = [
        // Standard input, output and error are open already.
        (Resource::Nofile, 3),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Cpu, CPU_SECONDS),
        (Resource::As, MEMORY),
    ];
    all.into_iter().all(|(resource, most)| {
        let set = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        // macOS takes no limit of the address space: the deadline is what holds there.
        set.is_ok() || (cfg!(target_os = "macos") && matches!(resource, Resource::As))
    })
}

/// Without limits of the system the deadline of the caller is what holds.
#[cfg(not(unix))]
fn limit() -> bool {
    true
}
