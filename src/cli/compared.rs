//! `review --base`: what differs from a commit, reviewed as on a pull request, from the repository on this machine.

use std::path::Path;

use super::args::Review as Args;
use super::env::{Env, Io};
use super::error::{CliError, Exit, plain};
use super::report::{self, Report};
use super::review::{ended, not_whole, options, warn};
use super::{change, config, given, import, model, rules, setup};
use crate::job::{self, Options};
use crate::platform::local::{Checkout, Head};
use crate::review::ChangeRef;
use crate::source::url::recognise;

/// Reviews the working tree against `base`.
pub(super) async fn review(args: &Args, base: &str, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    if let Some(input) = args.inputs.iter().find(|input| *input == "-" || recognise(input).is_some()) {
        return Err(CliError::BaseElsewhere { input: input.clone() });
    }
    if args.baseline.is_asked_for() {
        return Err(CliError::BaselineOfChange);
    }
    let imports = import::of_change(&import::read(&args.import, false, io)?);
    let mut asked = model::asked(&args.model, env, io);
    let left_out = asked.left_out.take();
    let mut deps = setup::deps(asked, env, "specreview");
    rules::add(&mut deps, false, &args.gate.rules, env).await?;
    let checkout = Checkout::open(Path::new("."), base, &Head::WorkingTree, &args.inputs)?;
    let config = config::given(args.gate.config.as_deref())?;
    let org = config::given(args.gate.org.as_deref())?;
    let at = ChangeRef { owner: "local".to_owned(), repo: checkout.root().display().to_string(), number: 0 };
    let platform = given::config(Box::new(checkout), config, org);
    let reviewed =
        job::review_change(&deps, platform.as_ref(), &at, &Options { imports: imports.clone(), ..options(args) })
            .await?;
    let run = change::run(&deps, &reviewed, left_out);
    let (gate, exit) = (reviewed.review.gate, change::exit(&reviewed.review));
    let told = Report { run: &run, catalogue: &reviewed.plan.catalogue, rules: &deps.rules, gate, exit };
    let mut written = Ok(());
    if run.reviewed().next().is_some() || args.format.is_kept() {
        let look = report::look(args.color, args.output.is_some(), env, io);
        written = report::write(&told.render(args.format, look), args.format, args.output.as_deref(), io);
    } else if run.is_complete() {
        let _ = writeln!(io.err, "no specification differs from {}", plain(base));
    } else {
        let _ = writeln!(io.err, "no specification differs from {} among what could be read", plain(base));
    }
    warn(told.also(&args.more.also), io);
    not_whole(&run, io);
    if let Some(own) = rules::own() {
        let own = plain(&own.display().to_string());
        let _ = writeln!(io.err, "note: the rules in {own} do not count here, as they do not on a pull request");
    }
    import::whole(&imports, ended(exit, written, io)?)
}
