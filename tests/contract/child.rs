//! Another process: this test program once more, with one test that is no test by itself. It may be killed.

use std::process::{Child, Command, Stdio};

use specreview::store::Address;

use crate::place::Place;

const DATABASE: &str = "SPECREVIEW_TEST_DATABASE";

/// For a shell: what follows is not done as root, who may write everything.
pub const NOT_ROOT: &str =
    "if [ \"$(id -u)\" = 0 ]; then set -- setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"; fi";

/// Starts the part `test` on the data of `place`, with further variables, in a shell that first does what `before` says.
pub fn start(test: &str, place: &Place, vars: &[(&str, String)], before: &str) -> Child {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{before}\nexec \"$@\"")).arg("sh").arg(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]).env(DATABASE, place.address());
    command.envs(vars.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// The same to its end: what it told. It must end well.
pub fn run(test: &str, place: &Place, vars: &[(&str, String)], before: &str) -> String {
    let output = start(test, place, vars, before).wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}");
    told
}

/// In the part: where the data is.
pub fn address() -> Address {
    Address::parse(&var(DATABASE)).unwrap()
}

/// In the part: a variable that it was given.
pub fn var(name: &str) -> String {
    std::env::var(name).unwrap()
}

/// In the part: says something to who started it.
pub fn tell(what: &str) {
    println!("{what}");
}
