//! From flags and environment to a model that may be asked, and what it may cost. Half a setting asks nobody: who has set a cap
//! must not pay because of a slip of the pen.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

use super::args::ModelFlags;
use super::env::{Env, Io};
use super::error::{CliError, plain};
use super::setup::now;
use crate::critique::ledger::{Caps, MicroUsd};
use crate::job::Money;
use crate::model::egress::{Sent, Sink};
use crate::model::openai::{Auth, OpenAi, Settings};
use crate::model::{Catalogue, Fallback, Model, ModelError, Watched};
use crate::store::{Folder, Spend, SpendFolder, Verdicts};

/// The endpoint that is asked when only a model is named.
const OPENAI: &str = "https://api.openai.com/v1";

/// Where a model is and who asks.
#[derive(Debug)]
struct Place {
    url: String,
    model: String,
    key: Option<SecretString>,
}

/// The clients, before anybody pays.
pub(super) struct Clients {
    /// The model that is asked.
    pub(super) first: OpenAi,
    /// The one in reserve.
    pub(super) second: Option<OpenAi>,
    /// Prices, limits and caps, the operator's words included.
    pub(super) catalogue: Catalogue,
}

/// A model and what it may cost.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) model: Option<Arc<dyn Model>>,
    pub(super) money: Money,
    /// Where its verdicts are kept.
    pub(super) verdicts: Option<Arc<dyn Verdicts>>,
    /// Why there is no model where one is half configured.
    pub(super) left_out: Option<String>,
    /// Requests at once that the operator allows; none where nothing is said.
    pub(super) at_once: Option<usize>,
}

/// For a run by hand or in CI: what is half configured is said and does not stop a review.
pub(super) fn asked(flags: &ModelFlags, env: &Env, io: &mut Io<'_>) -> Asked {
    match open(flags, env, Memory::Folder) {
        Ok(None) => Asked::default(),
        Ok(Some((asked, notes))) => {
            for note in notes {
                let _ = writeln!(io.err, "warning: {}", plain(&note));
            }
            asked
        }
        Err(reasons) => {
            for reason in &reasons {
                let _ = writeln!(io.err, "warning: reviewed without a model: {}", plain(reason));
            }
            Asked { left_out: Some(one(reasons)), ..Asked::default() }
        }
    }
}

/// For a command that is of no use without a model: half a setting ends it.
pub(super) fn needed(flags: &ModelFlags, env: &Env, io: &mut Io<'_>) -> Result<Asked, CliError> {
    let setting = |reason: String| CliError::Setting { what: "the model", reason };
    let opened = open(flags, env, Memory::Folder).map_err(|reasons| setting(reasons.join("; ")))?;
    let (asked, notes) = opened.ok_or_else(|| setting("none is named: set --model or SPECREVIEW_MODEL".into()))?;
    for note in notes {
        let _ = writeln!(io.err, "warning: {}", plain(&note));
    }
    Ok(asked)
}

/// For a server, which does not start on half a setting, and which puts its database into the place of the memory afterwards.
/// The error says all that is wrong.
pub(super) fn strict(flags: &ModelFlags, env: &Env) -> Result<Asked, String> {
    match open(flags, env, Memory::Later) {
        Ok(None) => Ok(Asked::default()),
        Ok(Some((asked, notes))) => {
            for note in notes {
                tracing::warn!("{note}");
            }
            Ok(asked)
        }
        Err(reasons) => Err(reasons.join("; ")),
    }
}

fn one(mut reasons: Vec<String>) -> String {
    match reasons.len() {
        1 => reasons.remove(0),
        many => format!("{many} settings of the model cannot be used"),
    }
}

/// Where spending will be remembered.
#[derive(Clone, Copy)]
enum Memory {
    /// In a folder, if one is given.
    Folder,
    /// The caller sees to it.
    Later,
}

type Opened = Option<(Asked, Vec<String>)>;

fn open(flags: &ModelFlags, env: &Env, memory: Memory) -> Result<Opened, Vec<String>> {
    let Some(Clients { first, second, catalogue }) = clients(flags, env)? else { return Ok(None) };
    let mut caps = catalogue.caps;
    let spend = match (memory, folder(flags, env)) {
        (Memory::Later, _) => None,
        (Memory::Folder, Some(folder)) => {
            let opened = SpendFolder::open(&folder).map_err(|error| vec![error.to_string()])?;
            Some(Arc::new(opened) as Arc<dyn Spend>)
        }
        (Memory::Folder, None) => {
            let usual = Catalogue::builtin().0.caps;
            if (Caps { review: usual.review, ..caps }) != usual {
                let what = "a cap of a change, an author, a repository or a day holds only where spending is remembered: \
                            set --spend-dir or SPECREVIEW_SPEND_DIR";
                return Err(vec![what.to_owned()]);
            }
            caps = Caps { review: caps.review, ..Caps::default() };
            None
        }
    };
    let mut notes = Vec::new();
    let all = [caps.review, caps.change, caps.author, caps.repository, caps.day];
    let in_dollars = all.iter().any(|cap| cap.cost.is_some());
    let names = [Some(first.name()), second.as_ref().map(Model::name)];
    for name in names.into_iter().flatten().filter(|name| in_dollars && catalogue.known(name).price.is_none()) {
        notes.push(format!(
            "the price of {name} is unknown: caps in dollars cannot hold for it, those in tokens do (add it to --models)"
        ));
    }
    let sink = flags.egress_log.clone().or_else(|| env.get("SPECREVIEW_EGRESS_LOG").map(PathBuf::from));
    let sink = sink.map(|path| append_to(&path)).transpose().map_err(|error| vec![error.to_string()])?;
    let local = flags.model_local || env.get("SPECREVIEW_MODEL_LOCAL") == Some("true");
    let endpoint = first.url().to_owned();
    let watched = |client: OpenAi| -> Arc<dyn Model> {
        let url = client.url().to_owned();
        // The operator's word is about the first endpoint; where the second one is, its own address says.
        let declared = local && url == endpoint;
        Arc::new(Watched::new(Arc::new(client), &url, declared, sink.clone(), Arc::new(now)))
    };
    let first = watched(first);
    let model = match second {
        Some(second) => Arc::new(Fallback::new(first, watched(second))),
        None => first,
    };
    let (money, verdicts, at_once) = (Money { caps, spend }, verdicts(flags, env), catalogue.limits.at_once);
    Ok(Some((Asked { model: Some(model), money, verdicts, left_out: None, at_once }, notes)))
}

/// Appends a line to the file for each record; opened once, so that a mistake in its name is told before anything is sent.
fn append_to(path: &Path) -> Result<Sink, ModelError> {
    let failed = |error: std::io::Error| {
        ModelError::Misconfigured(format!("the egress log {} cannot be written: {error}", path.display()))
    };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    let file = Mutex::new(file);
    Ok(Arc::new(move |sent: &Sent| {
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // One write for a line, so that several processes can share the file.
        file.write_all(format!("{}\n", sent.line()).as_bytes())
    }))
}

/// The folder that is named, else one in the user's cache; `none` keeps nothing.
fn verdicts(flags: &ModelFlags, env: &Env) -> Option<Arc<dyn Verdicts>> {
    let given = flags.verdicts.clone().or_else(|| env.get("SPECREVIEW_VERDICTS").map(PathBuf::from));
    let usual = || {
        let home = env.get("HOME").map(|home| Path::new(home).join(".cache"));
        let cache =
            ["XDG_CACHE_HOME", "LOCALAPPDATA"].iter().find_map(|name| env.get(name)).map(PathBuf::from).or(home);
        cache.map(|cache| cache.join("specreview").join("verdicts"))
    };
    let folder = given.or_else(usual).filter(|folder| folder != Path::new("none"))?;
    Some(Arc::new(Folder::new(folder)))
}

fn folder(flags: &ModelFlags, env: &Env) -> Option<PathBuf> {
    flags.spend_dir.clone().or_else(|| env.get("SPECREVIEW_SPEND_DIR").map(Into::into))
}

/// The clients that flags and environment describe; none where no model is wanted. Nothing is connected yet.
pub(super) fn clients(flags: &ModelFlags, env: &Env) -> Result<Option<Clients>, Vec<String>> {
    let Some((first, second)) = places(flags, env).map_err(|reason| vec![reason])? else { return Ok(None) };
    let catalogue = catalogue(flags, env)?;
    let auth = match env.get("SPECREVIEW_MODEL_AUTH") {
        None => None,
        Some("bearer") => Some(Auth::Bearer),
        Some("api-key") => Some(Auth::ApiKey),
        Some(other) => return Err(vec![format!("SPECREVIEW_MODEL_AUTH is {other}: use bearer or api-key")]),
    };
    let client = |place: Place, auth| {
        let known = catalogue.known(&place.model);
        let limits = catalogue.limits;
        let usual = Settings::new(place.url, place.key, place.model);
        let timeout = limits.timeout.unwrap_or(usual.timeout);
        let settings = Settings { auth, known, limits, timeout, probe: true, ..usual };
        OpenAi::new(settings).map_err(|error| vec![error.to_string()])
    };
    let first = client(first, auth)?;
    let second = second.map(|place| client(place, None)).transpose()?;
    Ok(Some(Clients { first, second, catalogue }))
}

/// Names of the model and of the one in reserve; none where no model is wanted.
///
/// # Errors
/// Why what is configured asks nobody.
pub(super) fn names(flags: &ModelFlags, env: &Env) -> Result<Vec<String>, String> {
    let places = places(flags, env)?;
    Ok(places.into_iter().flat_map(|(first, second)| std::iter::once(first).chain(second)).map(|at| at.model).collect())
}

/// Where the model is and the one in reserve. A key for OpenAI's own endpoint is also taken from `OPENAI_API_KEY`; it is never
/// sent anywhere else, and neither is the key of one endpoint sent to another.
fn places(flags: &ModelFlags, env: &Env) -> Result<Option<(Place, Option<Place>)>, String> {
    if flags.no_llm {
        return Ok(None);
    }
    let model = flags.model.as_deref().or_else(|| env.get("SPECREVIEW_MODEL"));
    let url = flags.model_url.as_deref().or_else(|| env.get("SPECREVIEW_MODEL_URL"));
    let key = env.secret("SPECREVIEW_MODEL_KEY");
    let first = match (model, url) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err("no model is named: set --model or SPECREVIEW_MODEL".into()),
        (Some(model), Some(url)) => Place { url: url.to_owned(), model: model.to_owned(), key },
        (Some(model), None) => match key.or_else(|| env.secret("OPENAI_API_KEY")) {
            Some(key) => Place { url: OPENAI.to_owned(), model: model.to_owned(), key: Some(key) },
            None => {
                return Err(format!(
                    "there is no key for {OPENAI}: set SPECREVIEW_MODEL_KEY, or --model-url to an endpoint that needs none"
                ));
            }
        },
    };
    let model = flags.fallback_model.as_deref().or_else(|| env.get("SPECREVIEW_FALLBACK_MODEL"));
    let url = flags.fallback_url.as_deref().or_else(|| env.get("SPECREVIEW_FALLBACK_URL"));
    let key = env.secret("SPECREVIEW_FALLBACK_KEY");
    let second = match (model, url) {
        (None, None) => None,
        (None, Some(_)) => {
            return Err("the second model has no name: set --fallback-model or SPECREVIEW_FALLBACK_MODEL".into());
        }
        (Some(model), Some(url)) => Some(Place { url: url.to_owned(), model: model.to_owned(), key }),
        // Another model of the same endpoint.
        (Some(model), None) => {
            Some(Place { url: first.url.clone(), model: model.to_owned(), key: key.or_else(|| first.key.clone()) })
        }
    };
    Ok(Some((first, second)))
}

/// What comes with the program, the operator's file, and caps from the environment. Every mistake is named.
fn catalogue(flags: &ModelFlags, env: &Env) -> Result<Catalogue, Vec<String>> {
    let (mut catalogue, problems) = Catalogue::builtin();
    // A test holds that a release has none of these.
    let mut wrong: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if let Some(path) = flags.models.clone().or_else(|| env.get("SPECREVIEW_MODELS").map(Into::into)) {
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let problems;
                (catalogue, problems) = catalogue.with(&path.to_string_lossy(), &text);
                wrong.extend(problems.iter().map(ToString::to_string));
            }
            Err(error) => wrong.push(format!("the file of models {} cannot be read: {error}", path.display())),
        }
    }
    let caps = &mut catalogue.caps;
    for (cap, of) in [
        (&mut caps.review, "REVIEW"),
        (&mut caps.change, "CHANGE"),
        (&mut caps.author, "AUTHOR"),
        (&mut caps.repository, "REPOSITORY"),
        (&mut caps.day, "DAY"),
    ] {
        let name = format!("SPECREVIEW_MAX_USD_PER_{of}");
        if let Some(text) = env.get(&name) {
            cap.cost = text.parse().ok().and_then(MicroUsd::from_usd);
            if cap.cost.is_none() {
                wrong.push(format!("{name} is {text}: give US dollars, as 0.50"));
            }
        }
        let name = format!("SPECREVIEW_MAX_TOKENS_PER_{of}");
        if let Some(text) = env.get(&name) {
            cap.tokens = text.parse().ok();
            if cap.tokens.is_none() {
                wrong.push(format!("{name} is {text}: give a number of tokens"));
            }
        }
    }
    if wrong.is_empty() { Ok(catalogue) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(vars: &[(&str, &str)]) -> Env {
        Env::new(vars.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    fn flags(model: Option<&str>, url: Option<&str>) -> ModelFlags {
        ModelFlags { model: model.map(Into::into), model_url: url.map(Into::into), ..ModelFlags::default() }
    }

    fn choose(flags: &ModelFlags, vars: &[(&str, &str)]) -> String {
        use secrecy::ExposeSecret as _;
        let shown = |place: &Place| {
            let key = place.key.as_ref().map_or("-", |key| key.expose_secret());
            format!("{} {} {key}", place.model, place.url)
        };
        match places(flags, &env(vars)) {
            Ok(None) => "none".into(),
            Err(why) => why,
            Ok(Some((first, None))) => shown(&first),
            Ok(Some((first, Some(second)))) => format!("{} | {}", shown(&first), shown(&second)),
        }
    }

    #[test]
    fn the_model_is_chosen_from_flags_then_environment() {
        let both = &[("SPECREVIEW_MODEL", "m"), ("SPECREVIEW_MODEL_URL", "http://a/v1")];
        let open = &[("OPENAI_API_KEY", "sk-1")];
        let keyed = &[("SPECREVIEW_MODEL_KEY", "k1"), ("SPECREVIEW_FALLBACK_KEY", "k2")];
        let no_llm = ModelFlags { no_llm: true, ..ModelFlags::default() };
        let second = |url: Option<&str>| ModelFlags {
            fallback_model: Some("f".into()),
            fallback_url: url.map(Into::into),
            ..flags(Some("m"), Some("http://a"))
        };
        for (flags, vars, expected) in [
            (flags(None, None), &[][..], "none"),
            (flags(None, None), &both[..], "m http://a/v1 -"),
            (flags(Some("n"), Some("http://b")), &both[..], "n http://b -"),
            (no_llm, &both[..], "none"),
            (flags(Some("gpt"), None), &open[..], "gpt https://api.openai.com/v1 sk-1"),
            // The key of one service is never sent to another.
            (flags(Some("gpt"), Some("http://b")), &open[..], "gpt http://b -"),
            (second(Some("http://b")), &keyed[..1], "m http://a k1 | f http://b -"),
            (second(Some("http://b")), &keyed[..], "m http://a k1 | f http://b k2"),
            (second(None), &keyed[..1], "m http://a k1 | f http://a k1"),
        ] {
            assert_eq!(choose(&flags, vars), expected, "{flags:?} {vars:?}");
        }
        assert!(choose(&flags(Some("gpt"), None), &[]).contains("SPECREVIEW_MODEL_KEY"));
        assert!(choose(&flags(None, Some("http://b")), &[]).contains("--model"));
        let unnamed = ModelFlags { fallback_url: Some("http://b".into()), ..flags(Some("m"), Some("http://a")) };
        assert!(choose(&unnamed, &[]).contains("--fallback-model"));
    }

    #[test]
    fn caps_come_from_the_environment_and_a_slip_asks_nobody() {
        let flags = flags(Some("m"), Some("http://a/v1"));
        let told = |vars: &[(&str, &str)]| match open(&flags, &env(vars), Memory::Folder) {
            Ok(Some((asked, notes))) => Ok((asked.money.caps, notes)),
            Ok(None) => panic!("a model is named"),
            Err(reasons) => Err(reasons.join("\n")),
        };
        let (caps, notes) = told(&[("SPECREVIEW_MAX_USD_PER_REVIEW", "0.5")]).unwrap();
        assert_eq!(caps.review.cost, Some(MicroUsd(500_000)));
        assert!(notes.iter().any(|note| note.contains("the price of m is unknown")), "{notes:?}");
        assert!(told(&[]).unwrap().1.is_empty());
        for (name, value, part) in [
            ("SPECREVIEW_MAX_USD_PER_DAY", "cheap", "give US dollars"),
            ("SPECREVIEW_MAX_TOKENS_PER_REVIEW", "1.5", "number of tokens"),
            ("SPECREVIEW_MAX_TOKENS_PER_DAY", "1000", "--spend-dir"),
            ("SPECREVIEW_MODELS", "/no/such/file", "cannot be read"),
            ("SPECREVIEW_MODEL_AUTH", "basic", "bearer or api-key"),
        ] {
            let reason = told(&[(name, value)]).unwrap_err();
            assert!(reason.contains(part), "{name}: {reason}");
        }
        let folder = tempfile::tempdir().unwrap();
        let spend = folder.path().join("spend");
        let vars = [("SPECREVIEW_MAX_TOKENS_PER_DAY", "1000"), ("SPECREVIEW_SPEND_DIR", spend.to_str().unwrap())];
        assert_eq!(told(&vars).unwrap().0.day.tokens, Some(1000));
    }

    #[test]
    fn every_mistake_of_the_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.toml");
        std::fs::write(&file, "[[model]]\nname = 'm'\ninput = -1\noutput = 1\n[caps.dya]\nusd = 1\n").unwrap();
        let flags = ModelFlags { models: Some(file), ..flags(Some("m"), Some("http://a/v1")) };
        let reasons = clients(&flags, &env(&[])).err().unwrap();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons[0].contains("own.toml:1:") && reasons[1].contains("own.toml:5:"), "{reasons:?}");
    }
}
