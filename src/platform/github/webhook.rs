//! From raw request to verified event: the signature is checked over the raw bytes, in constant time, before anything is
//! parsed. Pure: stores nothing, asks nobody.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::event::read;
use super::named::named;
use crate::platform::watch::Named;

pub use super::event::{ChangeAction, ChangeEvent, CheckEvent, CommentEvent, Event, GroupEvent};

/// Header with the signature. The older `X-Hub-Signature` (SHA-1) is never looked at.
pub const SIGNATURE: &str = "x-hub-signature-256";
/// Header with the name of the event.
pub const EVENT: &str = "x-github-event";
/// Header with the id of the delivery; a delivery that is sent again keeps it.
pub const DELIVERY: &str = "x-github-delivery";

/// The secrets that a signature may be made with: one, or two while the secret is being changed. Never empty, never printed.
#[derive(Clone)]
pub struct WebhookSecrets(Vec<SecretString>);

/// No usable webhook secret: without one every request of anybody would be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the webhook secret is missing or blank: set the one that the App's settings page shows as \"Webhook secret\"")]
pub struct NoSecret;

impl WebhookSecrets {
    /// Takes the secrets that are valid now.
    ///
    /// # Errors
    /// When there is none, or one is blank.
    pub fn new<S: Into<String>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, NoSecret> {
        let secrets: Vec<String> = secrets.into_iter().map(Into::into).collect();
        if secrets.is_empty() || secrets.iter().any(|secret| secret.trim().is_empty()) {
            return Err(NoSecret);
        }
        Ok(Self(secrets.into_iter().map(SecretString::from).collect()))
    }

    /// True when `given` is the MAC of `body` under one of the secrets. Looks at all of them, whichever fits.
    fn fit(&self, body: &[u8], given: &[u8; 32]) -> bool {
        self.0.iter().fold(false, |fits, secret| {
            let fit = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
                .is_ok_and(|mac| mac.chain_update(body).verify_slice(given).is_ok());
            fits | fit
        })
    }
}

impl std::fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookSecrets(*** {} of them)", self.0.len())
    }
}

/// A delivery that GitHub has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id: the same for every attempt to deliver it.
    pub id: String,
    /// What happened.
    pub event: Event,
    /// In which repository, where that is of interest.
    pub repository: Option<Named>,
}

/// Why a request is not believed or not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// No signature, or more than one.
    #[error("exactly one X-Hub-Signature-256 header is needed")]
    NoSignature,
    /// Not `sha256=` and 64 lower-case hexadecimal digits.
    #[error("the signature is not of the form sha256=<64 lower-case hexadecimal digits>")]
    SignatureForm,
    /// Signed with another secret, or the body was changed on its way.
    #[error("the signature does not fit the body: check that the webhook secret is the same on both sides")]
    WrongSignature,
    /// Signed, but a header that GitHub always sends is missing, double or unreadable.
    #[error("exactly one readable {0} header is needed")]
    Header(&'static str),
    /// Signed, but in another form than JSON.
    #[error(
        "the body is sent as {0}, and only application/json is read: on the settings page of the App's or repository's webhook, \
         choose the content type application/json"
    )]
    Form(String),
    /// Signed, but not what GitHub sends.
    #[error("the body cannot be read: {0}")]
    Malformed(String),
}

impl Reject {
    /// True when the sender did not prove to be GitHub (401); otherwise the request itself is wrong (400).
    #[must_use]
    pub fn is_unauthorised(&self) -> bool {
        matches!(self, Self::NoSignature | Self::SignatureForm | Self::WrongSignature)
    }
}

/// Checks the signature of `body`, then reads the event.
///
/// # Errors
/// When the signature is missing or wrong, or a signed body is not an event.
pub fn verify(headers: &HeaderMap, body: &[u8], secrets: &WebhookSecrets) -> Result<Delivery, Reject> {
    let given = only(headers, SIGNATURE).ok_or(Reject::NoSignature)?;
    let given = parse_signature(given).ok_or(Reject::SignatureForm)?;
    if !secrets.fit(body, &given) {
        return Err(Reject::WrongSignature);
    }
    let text = |name: &'static str, shown: &'static str| {
        only(headers, name)
            .and_then(|value| std::str::from_utf8(value).ok())
            .filter(|value| !value.is_empty() && value.len() <= 200 && value.chars().all(|c| c.is_ascii_graphic()))
            .ok_or(Reject::Header(shown))
    };
    json_only(headers)?;
    let id = text(DELIVERY, "X-GitHub-Delivery")?.to_owned();
    let name = text(EVENT, "X-GitHub-Event")?;
    let event = read(name, body)?;
    let repository = if matches!(event, Event::Ping | Event::Ignored { .. }) { None } else { named(body) };
    Ok(Delivery { id, event, repository })
}

/// Refuses a form, and a body that is packed. A content type that is missing or new is let through: the body decides.
fn json_only(headers: &HeaderMap) -> Result<(), Reject> {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_ascii_lowercase);
    if let Some(form) = value(CONTENT_TYPE).filter(|form| form.starts_with("application/x-www-form-urlencoded")) {
        return Err(Reject::Form(form.split(';').next().unwrap_or_default().to_owned()));
    }
    match value(CONTENT_ENCODING) {
        Some(packed) if packed != "identity" => {
            Err(Reject::Form(packed.chars().filter(char::is_ascii_graphic).take(20).collect()))
        }
        _ => Ok(()),
    }
}

/// The value of a header that is there exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h [u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

fn parse_signature(value: &[u8]) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = value.strip_prefix(b"sha256=")?.try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::string_slice)] // Digits and short texts of the tests' own.

    use super::*;
    use crate::review::ChangeRef;

    const SECRET: &str = "It's a Secret to Everybody";
    const HEAD: &str = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12";

    fn sign(secret: &str, body: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body).finalize();
        mac.into_bytes().iter().fold(String::from("sha256="), |text, byte| format!("{text}{byte:02x}"))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn secrets() -> WebhookSecrets {
        WebhookSecrets::new([SECRET]).unwrap()
    }

    fn event(name: &str, body: &str) -> Result<Event, Reject> {
        let map = headers(&[(SIGNATURE, &sign(SECRET, body)), (EVENT, name), (DELIVERY, "72d3162e-cc78")]);
        verify(&map, body.as_bytes(), &secrets()).map(|delivery| {
            assert_eq!(delivery.id, "72d3162e-cc78");
            delivery.event
        })
    }

    fn pull(action: &str, extra: &str) -> String {
        format!(
            r#"{{"action":"{action}","number":7,"pull_request":{{"head":{{"sha":"{HEAD}"}},"draft":true,"new_key":[1]}},
            "repository":{{"name":"specs","full_name":"acme/specs","owner":{{"login":"acme"}}}},
            "installation":{{"id":99}}{extra}}}"#
        )
    }

    #[test]
    fn the_published_vector_holds() {
        let published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(sign(SECRET, "Hello, World!"), published);
        // The signature is right, so the body is what is refused.
        let map = headers(&[(SIGNATURE, published), (EVENT, "ping"), (DELIVERY, "1")]);
        let result = verify(&map, b"Hello, World!", &secrets());
        assert!(matches!(result, Err(Reject::Malformed(_))), "{result:?}");
    }

    #[test]
    fn only_one_exact_signature_is_believed() {
        let body = "{}";
        let right = sign(SECRET, body);
        let digits = right.strip_prefix("sha256=").unwrap();
        let cases: &[(&str, Vec<String>, Reject)] = &[
            ("none", vec![], Reject::NoSignature),
            ("twice", vec![right.clone(), right.clone()], Reject::NoSignature),
            ("right and wrong", vec![right.clone(), "sha256=00".into()], Reject::NoSignature),
            ("empty", vec![String::new()], Reject::SignatureForm),
            ("only the prefix", vec!["sha256=".into()], Reject::SignatureForm),
            ("no prefix", vec![digits.into()], Reject::SignatureForm),
            ("short", vec![right[..right.len() - 1].into()], Reject::SignatureForm),
            ("long", vec![format!("{right}0")], Reject::SignatureForm),
            ("upper case", vec![format!("sha256={}", digits.to_uppercase())], Reject::SignatureForm),
            ("prefix in upper case", vec![format!("SHA256={digits}")], Reject::SignatureForm),
            ("not hexadecimal", vec![format!("sha256={}", "g".repeat(64))], Reject::SignatureForm),
            ("old digest", vec![format!("sha1={}", &digits[..40])], Reject::SignatureForm),
            ("space", vec![format!("sha256= {}", &digits[1..])], Reject::SignatureForm),
            ("other secret", vec![sign("another", body)], Reject::WrongSignature),
            ("other body", vec![sign(SECRET, "{} ")], Reject::WrongSignature),
            ("no secret at all", vec![sign("", body)], Reject::WrongSignature),
        ];
        for (name, given, expected) in cases {
            let mut map = headers(&[(EVENT, "ping"), (DELIVERY, "1"), ("x-hub-signature", "sha1=00")]);
            for value in given {
                map.append(SIGNATURE, value.parse().unwrap());
            }
            let result = verify(&map, body.as_bytes(), &secrets());
            assert_eq!(result, Err(expected.clone()), "{name}");
            assert!(expected.is_unauthorised());
        }
    }

    #[test]
    fn nothing_is_parsed_before_the_signature_is_right() {
        let map = headers(&[(SIGNATURE, &sign("another", "not json"))]);
        assert_eq!(verify(&map, b"not json", &secrets()), Err(Reject::WrongSignature));
    }

    #[test]
    fn both_secrets_are_good_while_they_are_changed() {
        let both = WebhookSecrets::new(["old", "new"]).unwrap();
        for secret in ["old", "new"] {
            let map = headers(&[(SIGNATURE, &sign(secret, "{}")), (EVENT, "ping"), (DELIVERY, "1")]);
            assert_eq!(verify(&map, b"{}", &both).map(|delivery| delivery.event), Ok(Event::Ping));
        }
    }

    #[test]
    fn a_blank_secret_is_no_secret_and_none_is_printed() {
        assert!(WebhookSecrets::new(Vec::<String>::new()).is_err());
        assert!(WebhookSecrets::new(["good", " \n"]).is_err());
        assert!(!format!("{:?}", secrets()).contains("Secret to"));
    }

    #[test]
    fn a_signed_request_still_needs_its_headers() {
        let signature = sign(SECRET, "{}");
        for (pairs, missing) in [
            (vec![(EVENT, "ping")], "X-GitHub-Delivery"),
            (vec![(DELIVERY, "1")], "X-GitHub-Event"),
            (vec![(EVENT, "ping"), (DELIVERY, "1"), (DELIVERY, "2")], "X-GitHub-Delivery"),
            (vec![(EVENT, "ping"), (DELIVERY, "")], "X-GitHub-Delivery"),
        ] {
            let mut map = headers(&pairs);
            map.append(SIGNATURE, signature.parse().unwrap());
            let result = verify(&map, b"{}", &secrets());
            assert_eq!(result, Err(Reject::Header(missing)));
            assert!(!Reject::Header(missing).is_unauthorised());
        }
    }

    #[test]
    fn a_signed_form_is_refused_with_what_to_do_and_an_unsigned_one_without() {
        let body = "payload=%7B%7D";
        for (name, value) in [
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-type", "Application/X-WWW-Form-Urlencoded; charset=utf-8"),
            ("content-encoding", "gzip"),
        ] {
            let signed =
                |secret| headers(&[(SIGNATURE, &sign(secret, body)), (EVENT, "ping"), (DELIVERY, "1"), (name, value)]);
            let result = verify(&signed(SECRET), body.as_bytes(), &secrets());
            assert!(matches!(&result, Err(Reject::Form(_))), "{result:?}");
            assert!(result.unwrap_err().to_string().contains("application/json"));
            assert_eq!(verify(&signed("another"), body.as_bytes(), &secrets()), Err(Reject::WrongSignature));
        }
    }

    #[test]
    fn pull_request_events_are_read() {
        let at = ChangeRef { owner: "acme".into(), repo: "specs".into(), number: 7 };
        for (action, extra, expected) in [
            ("opened", "", ChangeAction::Opened),
            ("reopened", "", ChangeAction::Reopened),
            ("synchronize", r#","before":"x","after":"y""#, ChangeAction::Synchronized),
            ("ready_for_review", "", ChangeAction::ReadyForReview),
            ("edited", r#","changes":{"base":{"ref":{"from":"main"}}}"#, ChangeAction::BaseChanged),
            ("closed", "", ChangeAction::Closed),
        ] {
            let change =
                ChangeEvent { action: expected, at: at.clone(), installation: Some(99), updated: None, label: None };
            assert_eq!(event("pull_request", &pull(action, extra)), Ok(Event::Change(change)), "{action}");
        }
    }

    #[test]
    fn what_is_new_or_of_no_concern_is_ignored_with_a_reason() {
        let edited = pull("edited", r#","changes":{"title":{"from":"x"}}"#);
        for (name, body, why) in [
            ("pull_request", edited.as_str(), "pull_request edited: only its title or description"),
            ("pull_request", r#"{"action":"stacked"}"#, "pull_request stacked"),
            ("check_run", r#"{"action":"created"}"#, "check_run created"),
            ("star", r#"{"action":"created"}"#, "star created"),
            ("push", r#"{"ref":"refs/heads/main"}"#, "push"),
            ("weird", r#"{"action":"a\nb::c\u001b"}"#, "weird ab::c"),
        ] {
            assert_eq!(event(name, body), Ok(Event::Ignored { why: why.into() }), "{name} {body}");
        }
    }

    #[test]
    fn a_check_asked_for_again_names_its_pull_requests() {
        for (name, key) in [("check_run", "check_run"), ("check_suite", "check_suite")] {
            let body = format!(
                r#"{{"action":"rerequested","{key}":{{"head_sha":"{HEAD}","pull_requests":[{{"number":3}}]}},
                "repository":{{"name":"specs","owner":{{"login":"acme"}}}},"installation":{{"id":1}}}}"#
            );
            let Ok(Event::CheckRerequested(check)) = event(name, &body) else { panic!("{name}") };
            assert_eq!(check.changes, [ChangeRef { owner: "acme".into(), repo: "specs".into(), number: 3 }]);
        }
    }

    #[test]
    fn a_signed_body_that_is_no_event_is_refused() {
        let bad_name = pull("opened", "").replace("\"name\":\"specs\"", "\"name\":\"../../user\"");
        let bad_number = pull("opened", "").replace("\"number\":7", "\"number\":0");
        let deep = "[".repeat(100_000);
        for body in ["", "not json", "{}", "[]", "payload=%7B%7D", &bad_name, &bad_number, &deep] {
            let result = event("pull_request", body);
            assert!(matches!(result, Err(Reject::Malformed(_))), "{} gave {result:?}", &body[..body.len().min(80)]);
        }
    }

    /// Whether a signature is wrong at its first or at its last digit must not show in the time (Welch's t-test on interleaved
    /// samples, the slowest tenth left out; 4.5 is the bound that is usual for such tests).
    #[test]
    #[ignore = "takes a while, and wants the release build: run by .ci/full"]
    fn how_wrong_a_signature_is_does_not_show_in_the_time() {
        let body = "x".repeat(200);
        let right = sign(SECRET, &body);
        let turned = |at: usize| {
            let digit = if &right[at..=at] == "0" { "1" } else { "0" };
            let given = format!("{}{digit}{}", &right[..at], &right[at + 1..]);
            headers(&[(SIGNATURE, &given), (EVENT, "ping"), (DELIVERY, "1")])
        };
        let (classes, secrets) = ([turned("sha256=".len()), turned(right.len() - 1)], secrets());
        let mut times = [Vec::new(), Vec::new()];
        let mut state = 1_u64;
        for _ in 0..400_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let class = usize::from(state >> 63 == 1);
            let begun = std::time::Instant::now();
            let result = std::hint::black_box(verify(&classes[class], body.as_bytes(), &secrets));
            let took = begun.elapsed().as_nanos();
            assert_eq!(result, Err(Reject::WrongSignature));
            times[class].push(took as f64);
        }
        let [(n, mean, var), (m, other, spread)] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times.truncate(times.len() * 9 / 10);
            let n = times.len() as f64;
            let mean = times.iter().sum::<f64>() / n;
            (n, mean, times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0))
        });
        let t = (mean - other) / (var / n + spread / m).sqrt();
        println!("t = {t:.2} over {n} and {m} samples, means {mean:.1} and {other:.1} ns");
        assert!(t.abs() < 4.5, "t = {t:.2}");
    }
}
