//! The file of settings and secrets that `setup` writes and `--env-file` reads: a line `NAME=value` each, of a form that a shell, systemd
//! and container engines read alike.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::env::Env;
use super::error::CliError;
use super::setup_app::SetupError;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// `env` with the settings of a file below it: what the environment has already stands.
pub(super) fn load(path: Option<&Path>, env: &Env) -> Result<Env, CliError> {
    let Some(path) = path else { return Ok(env.clone()) };
    let unread = |source| CliError::Unread { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unread)?.len() > LARGEST {
        return Err(unread(io::Error::other("it is too large for a file of settings")));
    }
    let text = std::fs::read_to_string(path).map_err(unread)?;
    let pairs = parse(&text).map_err(|line| {
        // The line is not quoted: it may be a secret.
        unread(io::Error::other(format!("line {line} is not NAME=value")))
    })?;
    Ok(env.over(pairs))
}

/// Names and values; the number of the first line that is none.
fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let mut pairs = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let pair = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = pair.split_once('=').ok_or(number)?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err(number);
        }
        let value = value.trim();
        let bare = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        pairs.push((name.to_owned(), bare.unwrap_or(value).to_owned()));
    }
    Ok(pairs)
}

/// A private key (PEM) on one line.
pub(super) fn one_line(pem: &SecretString) -> SecretString {
    SecretString::from(STANDARD.encode(pem.expose_secret()))
}

/// A private key that stands on one line: in base64, or with `\n` for its line ends; or as it is.
pub(super) fn whole_key(value: &str) -> SecretString {
    let compact: String = value.split_whitespace().collect();
    let decoded = STANDARD.decode(compact).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.filter(|text| text.starts_with("-----BEGIN")) {
        Some(pem) => SecretString::from(pem),
        None => SecretString::from(value.replace("\\n", "\n")),
    }
}

/// A file that only its owner may read, begun beside its place: nothing stands there before all of it does.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    part: PathBuf,
    file: std::fs::File,
    done: bool,
}

impl Draft {
    /// Begins the file at `path`; `force` takes the place of one that is there.
    pub(super) fn begin(path: &Path, force: bool) -> Result<Self, CliError> {
        if !force && path.symlink_metadata().is_ok() {
            return Err(SetupError::Taken { path: path.to_owned() }.into());
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part).map_err(|source| CliError::Unwritten { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), part, file, done: false })
    }

    /// Puts it in its place, on disk.
    pub(super) fn finish(mut self, pairs: &[(&str, &SecretString)]) -> Result<(), CliError> {
        let unwritten = |source| CliError::Unwritten { path: self.path.clone(), source };
        let mut text =
            String::from("# Settings and secrets of specreview: `specreview serve --env-file` reads them.\n");
        for (name, value) in pairs {
            text.extend([*name, "=", value.expose_secret(), "\n"]);
        }
        self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all()).map_err(unwritten)?;
        std::fs::rename(&self.part, &self.path).map_err(unwritten)?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.done {
            // It holds nothing, or what could not be written.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_a_shell_does() {
        let text = "# words\n\nA=1\n export B=\"two words\" \nC='x=y'\nD=\n";
        let pairs = [("A", "1"), ("B", "two words"), ("C", "x=y"), ("D", "")];
        assert_eq!(parse(text), Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()));
        for (text, line) in [("A=1\nsecret", 2), ("=1", 1), ("A B=1", 1)] {
            assert_eq!(parse(text), Err(line), "{text}");
        }
    }

    #[test]
    fn a_key_is_the_same_in_every_form() {
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n";
        let line = one_line(&SecretString::from(pem));
        assert!(line.expose_secret().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
        for form in [pem, &pem.replace('\n', "\\n"), line.expose_secret(), &format!(" {}\n", line.expose_secret())] {
            assert_eq!(whole_key(form).expose_secret().trim(), pem.trim());
        }
    }

    #[test]
    fn a_draft_that_is_given_up_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("s.env");
        drop(Draft::begin(&path, false).unwrap());
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
        Draft::begin(&path, false).unwrap().finish(&[("A", &SecretString::from("1"))]).unwrap();
        assert!(matches!(Draft::begin(&path, false), Err(CliError::Setup(SetupError::Taken { .. }))));
        Draft::begin(&path, true).unwrap().finish(&[("A", &SecretString::from("2"))]).unwrap();
        assert_eq!(load(Some(&path), &Env::default()).unwrap().get("A"), Some("2"));
        assert_eq!(load(Some(&path), &Env::new([("A".into(), "3".into())])).unwrap().get("A"), Some("3"));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
