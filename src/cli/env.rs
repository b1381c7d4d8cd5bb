//! The world around the program as values: variables and streams. Built once in `main`; everything else is given it.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use secrecy::SecretString;

/// Environment variables.
#[derive(Clone, Default)]
pub struct Env {
    vars: BTreeMap<String, String>,
}

impl Env {
    /// Exactly these variables.
    pub fn new(vars: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { vars: vars.into_iter().collect() }
    }

    /// The variables of the process; what is no Unicode is left out.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self::new(std::env::vars_os().filter_map(text))
    }

    /// These above `lower`: what is set here stands.
    pub(super) fn over(&self, lower: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut vars: BTreeMap<String, String> = lower.into_iter().collect();
        for (name, value) in &self.vars {
            // A blank one counts as unset.
            if !value.trim().is_empty() || !vars.contains_key(name) {
                vars.insert(name.clone(), value.clone());
            }
        }
        Self { vars }
    }

    /// The value of a variable; a blank one counts as unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The value of the first of `names` that is set.
    #[must_use]
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    /// A variable that must not be shown.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }

    /// True when the variable holds anything, even white space: what `NO_COLOR` asks for.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.vars.get(name).is_some_and(|value| !value.is_empty())
    }
}

impl std::fmt::Debug for Env {
    /// Values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env").field("vars", &self.vars.keys()).finish()
    }
}

/// The streams of the program.
pub struct Io<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output: reports.
    pub out: &'a mut dyn Write,
    /// Standard error: messages.
    pub err: &'a mut dyn Write,
    /// Standard output is a terminal.
    pub terminal: bool,
    /// Its width in columns, where known.
    pub width: Option<usize>,
    /// The terminal behind standard error, where progress is shown; none where standard error leads elsewhere.
    pub ticker: Option<super::Ticker>,
}

#[cfg(test)]
impl<'a> Io<'a> {
    /// No input, no terminal: what is written can be read afterwards.
    pub(super) fn plain(out: &'a mut Vec<u8>, err: &'a mut Vec<u8>) -> Self {
        // A reader of nothing has no size: nothing is left behind.
        let stdin = Box::leak(Box::new(std::io::empty()));
        Self { stdin, out, err, terminal: false, width: None, ticker: None }
    }
}

impl std::fmt::Debug for Io<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Io").field("terminal", &self.terminal).field("width", &self.width).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_variable_is_unset_and_values_are_never_shown() {
        let env = Env::new([("A".into(), " ".into()), ("B".into(), "s3cret\n".into())]);
        assert_eq!(env.get("A"), None);
        assert_eq!(env.first(&["A", "B"]), Some("s3cret"));
        assert!(!format!("{env:?}").contains("s3cret"));
    }
}
