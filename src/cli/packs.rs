//! Rule pages that whoever runs the program names with `--rules`: a folder, or an archive pinned by its digest. What a page means is the
//! business of `rules`.

use std::path::{Path, PathBuf};

use super::env::Env;
use super::error::CliError;
use super::{load, rules};
use crate::rules::Source;
use crate::source::archive;
use crate::text::sha256_hex;

/// What begins the digest behind an address.
const DIGEST: &str = "#sha256=";
/// Endings of pages and tables.
const ENDINGS: [&str; 2] = [".md", ".toml"];

/// Where pages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pages {
    /// A folder, or one page.
    Folder(PathBuf),
    /// An archive on this machine, with its digest where one is given.
    File(PathBuf, Option<String>),
    /// An archive on the web. Without a digest, whoever can change it could change the verdict.
    Address(String, String),
}

/// Reads all of them.
pub(super) async fn read(given: &[String], env: &Env) -> Result<Vec<Source>, CliError> {
    let mut found = Vec::new();
    for given in given {
        let refused = |reason: String| CliError::Pages { given: given.clone(), reason };
        let (bytes, digest) = match pages(given).map_err(refused)? {
            Pages::Folder(path) => {
                let before = found.len();
                rules::collect(&path, &mut found).map_err(|source| CliError::Unread { path: path.clone(), source })?;
                if found.len() == before {
                    return Err(CliError::NoPages { path });
                }
                continue;
            }
            Pages::File(path, digest) => {
                (std::fs::read(&path).map_err(|source| CliError::Unread { path, source })?, digest)
            }
            Pages::Address(address, digest) => {
                let fetcher = load::fetcher(env, Vec::new()).map_err(|error| refused(error.to_string()))?;
                let bytes = fetcher.archive(&address).await.map_err(|error| refused(error.to_string()))?;
                (bytes, Some(digest))
            }
        };
        let got = sha256_hex(&bytes);
        if let Some(digest) = digest.filter(|digest| *digest != got) {
            return Err(refused(format!("its SHA-256 is {got}, not {digest}")));
        }
        let name = given.split(DIGEST).next().unwrap_or(given);
        let texts = archive::texts(&bytes, &ENDINGS).map_err(|error| refused(error.to_string()))?;
        if texts.is_empty() {
            return Err(refused("it holds no page (.md)".to_owned()));
        }
        found.extend(texts.into_iter().map(|(path, text)| Source { path: format!("{name}!/{path}"), text }));
    }
    Ok(found)
}

fn pages(given: &str) -> Result<Pages, String> {
    let (place, digest) = match given.split_once(DIGEST) {
        Some((place, digest)) => (place, Some(digest.to_ascii_lowercase())),
        None => (given, None),
    };
    let sound = |digest: &String| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digest.as_ref().is_some_and(|digest| !sound(digest)) {
        return Err(format!("what stands behind {DIGEST} is no digest: 64 hexadecimal digits"));
    }
    if place.contains("://") {
        let digest = digest.ok_or_else(|| format!("an archive on the web needs its digest: {place}{DIGEST}…"))?;
        return Ok(Pages::Address(place.to_owned(), digest));
    }
    let path = Path::new(place);
    let low = place.to_ascii_lowercase();
    if digest.is_some() && path.is_dir() {
        return Err(format!("a folder has no digest: name an archive of it, or leave {DIGEST}… out"));
    }
    let is_archive = digest.is_some() || [".tar.gz", ".tgz", ".zip"].iter().any(|ending| low.ends_with(ending));
    Ok(if is_archive && !path.is_dir() { Pages::File(path.to_owned(), digest) } else { Pages::Folder(path.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_on_the_web_is_pinned() {
        let digest = "ab".repeat(32);
        let address = "https://example.org/acme.tar.gz";
        let pinned = Pages::Address(address.into(), digest.clone());
        assert_eq!(pages(&format!("{address}#sha256={}", digest.to_uppercase())), Ok(pinned));
        assert!(pages(address).is_err_and(|reason| reason.contains("needs its digest")));
        assert!(pages(&format!("{address}#sha256=abc")).is_err_and(|reason| reason.contains("64 hexadecimal digits")));
        assert!(pages(&format!("src#sha256={digest}")).is_err_and(|reason| reason.contains("a folder has no digest")));
        for name in ["acme.tgz", "acme.tar.gz", "acme.ZIP"] {
            assert_eq!(pages(name), Ok(Pages::File(name.into(), None)));
        }
        assert_eq!(pages("policies/rules"), Ok(Pages::Folder("policies/rules".into())));
    }
}
