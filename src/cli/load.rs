//! Reads the inputs of `review` and `ci` with the edges of `source`; every input gets an entry, in the order given.

use std::collections::HashSet;
use std::path::Path;

use super::env::{Env, Io};
use crate::config::{Config, Paths};
use crate::net::client::{Fetcher, Limits};
use crate::net::guard::Policy;
use crate::source::url::{Bases, recognise};
use crate::source::{Loaded, file, url};

/// Reads all inputs. What the configuration, whose globs start from `root`, excludes is left out of folders; an input that is named is
/// read.
pub(super) async fn load(
    inputs: &[String],
    max_bytes: u64,
    config: &Config,
    root: &Path,
    env: &Env,
    io: &mut Io<'_>,
) -> Vec<Loaded> {
    let mut loaded = Vec::new();
    for group in inputs.chunk_by(|a, b| recognise(a).is_none() == recognise(b).is_none()) {
        if group.iter().any(|input| recognise(input).is_none()) {
            loaded.extend(file::load(group, io.stdin, max_bytes));
        } else {
            loaded.extend(fetch(group, env).await);
        }
    }
    let named: HashSet<&str> = inputs.iter().map(String::as_str).collect();
    let paths = Paths::new(config);
    let is_excluded = |path: &str| paths.is_excluded(file::below(root, path).as_deref().unwrap_or(path));
    loaded.retain(|one| named.contains(path(one)) || !is_excluded(path(one)));
    loaded
}

async fn fetch(addresses: &[String], env: &Env) -> Vec<Loaded> {
    // Hosts of the company's own network, which no address of the world may reach by accident.
    let trusted = env.get("SPECREVIEW_TRUSTED_HOSTS").unwrap_or_default();
    let policy = Policy {
        trusted: trusted.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect(),
    };
    let fetcher = match Fetcher::new(policy, Limits::default()) {
        Ok(fetcher) => fetcher,
        Err(error) => {
            let unread = |path: &String| Loaded::Unread { path: path.clone(), reason: error.to_string() };
            return addresses.iter().map(unread).collect();
        }
    };
    let mut loaded = Vec::with_capacity(addresses.len());
    for address in addresses {
        loaded.push(url::load(&fetcher, address, &Bases::default()).await);
    }
    loaded
}

fn path(loaded: &Loaded) -> &str {
    match loaded {
        Loaded::Text { path, .. } | Loaded::Unread { path, .. } => path,
    }
}
