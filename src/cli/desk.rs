//! What the commands for the author's desk read with: the rules and the configuration of a folder, and the conductor, without a model.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::env::Env;
use super::error::CliError;
use super::model::Asked;
use super::{config, rules, setup};
use crate::config::Config;
use crate::finding::Problem;
use crate::job::{self, Deps, Options};
use crate::output::Run;
use crate::source::Loaded;

/// Rules, configuration and conductor of one folder.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) deps: Deps,
    pub(super) config: Config,
    /// Mistakes of own rules and of the configuration.
    pub(super) problems: Vec<Problem>,
    /// The folder that its globs start from.
    pub(super) root: PathBuf,
}

impl Desk {
    /// Reads what applies in `folder` (empty: where the program runs, with what it finds above). `given` takes the place of its
    /// configuration.
    pub(super) fn open(folder: &Path, given: Option<&Path>, env: &Env) -> Result<Self, CliError> {
        let mut deps = setup::deps(Asked::default(), env, "specreview");
        let is_here = folder.as_os_str().is_empty();
        let (rules, mut problems) = if is_here { rules::known() } else { rules::known_in(folder) }?;
        deps.rules = Arc::new(rules);
        let place =
            if is_here { config::place(given) } else { given.map(Path::to_owned).or_else(|| config::find_in(folder)) };
        let effective = config::effective(&deps.rules, config::given(place.as_deref())?.as_ref(), None);
        problems.extend(effective.problems);
        let root = config::root(place.as_deref());
        Ok(Self { deps, config: effective.config, problems, root })
    }

    /// Reviews texts as `review --no-llm` does.
    pub(super) async fn review(&self, loaded: Vec<Loaded>, is_spec: bool) -> Run {
        let options = Options { is_spec, no_model: true, root: Some(self.root.clone()), ..Options::default() };
        job::review_texts(&self.deps, loaded, &self.config, self.problems.clone(), &options).await
    }
}
