//! `new`: writes a specification to fill in. What stands in it is `draft`'s business.

use std::path::Path;

use super::args::New;
use super::env::Io;
use super::error::{CliError, Exit, plain};
use super::{config, rules};
use crate::document::Form;
use crate::draft::template;
use crate::rules::Rule;

/// Writes the template.
pub(super) fn new(args: &New, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let (known, mut problems) = rules::known()?;
    let (config, more) = config::read(args.config.as_deref(), None, &known)?;
    problems.extend(more);
    for problem in &problems {
        let _ = writeln!(io.err, "warning: {}", plain(&problem.to_string()));
    }
    let is_on = |rule: &Rule| !config.off.contains(&rule.code) && known.is_on(rule, config.packs.as_ref());
    let text = template(&known, args.profile, env!("CARGO_PKG_VERSION"), is_on);
    if args.file == Path::new("-") {
        io.out.write_all(text.as_bytes()).map_err(CliError::Output)?;
        return Ok(Exit::Good);
    }
    let path = &args.file;
    if !Form::of(&path.to_string_lossy(), "").takes_markdown() {
        return Err(CliError::NotMarkdown { path: path.clone() });
    }
    rules::write_new(path, &text).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists if path.symlink_metadata().is_ok() => CliError::Taken { path: path.clone() },
        _ => CliError::Unwritten { path: path.clone(), source },
    })?;
    let shown = plain(&path.display().to_string());
    let slots = args.profile.rules(&known, is_on).len();
    let said = format!(
        "{shown} is written, with a slot for {slots} rules; what is still open shows: specreview review {shown}"
    );
    writeln!(io.out, "{said}").map_err(CliError::Output)?;
    Ok(Exit::Good)
}
