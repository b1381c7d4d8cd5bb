//! The log on standard error. Never document text, prompts, replies or tokens: crates that would show them stay quiet.

use tracing_subscriber::EnvFilter;

use super::args::LogFormat;

/// Quiet whatever is asked for: these crates write requests, headers or statements when told to say more.
const QUIET: &[&str] = &[
    "async_openai::error=off",
    "async_openai=warn",
    // What failed is in the error that the caller tells.
    "octocrab=off",
    "h2=warn",
    "hyper=warn",
    "hyper_util=warn",
    "reqwest=warn",
    "rustls=warn",
    "sqlx=warn",
    "tower=warn",
];

/// Starts logging. `wanted` is a filter of the user (`SPECREVIEW_LOG`); the words of one that cannot be read come back.
pub(super) fn start(format: LogFormat, wanted: Option<&str>, is_server: bool) -> Option<String> {
    // A command that ends says what happened in its report; a server has nothing but its log.
    let (filter, wrong) = filter(wanted, if is_server { "info" } else { "error" });
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = match format {
        LogFormat::Text if is_server => builder.with_ansi(false).with_target(false).try_init(),
        LogFormat::Text => builder.with_ansi(false).with_target(false).without_time().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    wrong
}

fn filter(wanted: Option<&str>, level: &str) -> (EnvFilter, Option<String>) {
    let (mut filter, wrong) = match wanted.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(_)) => (EnvFilter::new(level), wanted.map(str::to_owned)),
        None => (EnvFilter::new(level), None),
    };
    for directive in QUIET {
        if let Ok(directive) = directive.parse() {
            filter = filter.add_directive(directive);
        }
    }
    (filter, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talkative_crates_stay_quiet_whatever_is_asked_for() {
        let (filter, wrong) = filter(Some("trace"), "info");
        assert_eq!(wrong, None);
        let filter = filter.to_string();
        for directive in QUIET {
            assert!(filter.contains(directive), "{directive} is not in {filter}");
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_named_and_the_usual_level_holds() {
        let (filter, wrong) = filter(Some("loud=very=much"), "warn");
        assert_eq!(wrong.as_deref(), Some("loud=very=much"));
        assert!(filter.to_string().contains("warn"));
    }
}
