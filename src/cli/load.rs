//! Reads the inputs of `review` and `ci` with the edges of `source`; every input gets an entry, in the order given.

use std::collections::HashSet;
use std::path::Path;

use super::env::{Env, Io};
use crate::config::{Config, Paths};
use crate::net::client::{FetchError, Fetcher, Limits};
use crate::net::guard::Policy;
use crate::source::url::hosts::{BadHost, Hosts};
use crate::source::url::recognise;
use crate::source::{Loaded, file, url};
use ::url::Url;

/// Reads all inputs. What the configuration, whose globs start from `root`, excludes is left out of folders; an input that is named is
/// read. `most` says how many bytes of the file at a path are.
pub(super) async fn load(
    inputs: &[String],
    most: &dyn Fn(&str) -> u64,
    config: &Config,
    root: &Path,
    (env, github_url): (&Env, Option<&str>),
    io: &mut Io<'_>,
) -> Vec<Loaded> {
    let inputs: Vec<String> = inputs.iter().map(|input| local(input)).collect();
    let mut loaded = Vec::new();
    for group in inputs.chunk_by(|a, b| recognise(a).is_none() == recognise(b).is_none()) {
        if group.iter().any(|input| recognise(input).is_none()) {
            loaded.extend(file::load(group, io.stdin, most));
        } else {
            loaded.extend(fetch(group, env, github_url).await);
        }
    }
    let named: HashSet<&str> = inputs.iter().map(String::as_str).collect();
    // An address was named, whatever it stands for.
    let paths = Paths::new(config);
    loaded.retain(|one| {
        named.contains(path(one)) || recognise(path(one)).is_some() || !is_excluded(&paths, root, path(one))
    });
    loaded
}

/// How many files of the folders are of a form that is read only where a file is named.
pub(super) fn passed_over(inputs: &[String], config: &Config, root: &Path) -> usize {
    let inputs: Vec<String> = inputs.iter().map(|input| local(input)).collect();
    let paths = Paths::new(config);
    file::passed_over(&inputs, |path| is_excluded(&paths, root, path))
}

/// Leaves out what the command itself writes into the folders that it reads: reports are no documents. What is named is read.
pub(super) fn leave_out_written(loaded: &mut Vec<Loaded>, inputs: &[String], written: &[&Path]) {
    let written = file::Written::of(written);
    let is_named = |path: &str| inputs.iter().any(|input| input == path);
    loaded.retain(|one| is_named(path(one)) || !written.has(Path::new(path(one))));
}

fn is_excluded(paths: &Paths, root: &Path, path: &str) -> bool {
    paths.is_excluded(file::below(root, path).as_deref().unwrap_or(path))
}

/// The path that a `file://` address stands for; anything else as it is.
fn local(input: &str) -> String {
    let is_file = input.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file://"));
    let address = is_file.then(|| Url::parse(input).ok()).flatten();
    let path = address.and_then(|address| address.to_file_path().ok());
    path.and_then(|path| path.to_str().map(str::to_owned)).unwrap_or_else(|| input.to_owned())
}

/// What fetches from any host of the web. The hosts of `own` may be in the company's own
/// network.
pub(super) fn fetcher(env: &Env, own: Vec<String>) -> Result<Fetcher, FetchError> {
    // Further hosts there, which no address of the world may reach by accident.
    Fetcher::new(Policy::trusting(trusted(env).into_iter().chain(own).collect()), Limits::default())
}

/// What fetches as a policy has it.
pub(super) fn fetcher_by(policy: Policy) -> Result<Fetcher, FetchError> {
    Fetcher::new(policy, Limits::default())
}

/// Hosts that the operator trusts.
pub(super) fn trusted(env: &Env) -> Vec<String> {
    let hosts = env.get("SPECREVIEW_TRUSTED_HOSTS").unwrap_or_default();
    hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect()
}

/// The platforms as the environment has them.
fn hosts(env: &Env, github_url: Option<&str>) -> Result<Hosts, BadHost> {
    let flag = |name: &str| github_url.filter(|_| name == "GITHUB_API_URL");
    Hosts::read(|name| flag(name).or_else(|| env.get(name)).map(str::to_owned))
}

async fn fetch(addresses: &[String], env: &Env, github_url: Option<&str>) -> Vec<Loaded> {
    let desk = hosts(env, github_url).map_err(|error| error.to_string());
    let desk = desk.and_then(|hosts| Ok((fetcher(env, hosts.own()).map_err(|error| error.to_string())?, hosts)));
    let mut loaded = Vec::with_capacity(addresses.len());
    for address in addresses {
        match &desk {
            Ok((fetcher, hosts)) => loaded.extend(url::load(fetcher, hosts, address, url::Audience::Command).await),
            Err(reason) => loaded.push(Loaded::Unread { path: address.clone(), reason: reason.clone() }),
        }
    }
    loaded
}

fn path(loaded: &Loaded) -> &str {
    match loaded {
        Loaded::Text { path, .. } | Loaded::Unread { path, .. } => path,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::local;

    #[test]
    fn a_file_may_be_named_by_its_address() {
        for (input, path) in [
            ("file:///a/b%20c.md", "/a/b c.md"),
            ("FILE:///a.md", "/a.md"),
            ("file://elsewhere/a.md", "file://elsewhere/a.md"),
            ("docs/a.md", "docs/a.md"),
            ("https://example.org/a.md", "https://example.org/a.md"),
        ] {
            assert_eq!(local(input), path, "{input}");
        }
    }
}
