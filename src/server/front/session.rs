//! Who has logged in, and which form a request was sent from: two cookies whose values are sealed, so that nothing is kept here.

use axum::http::{HeaderMap, header};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::store::Millis;
use crate::text::{hex, sha256_hex, unhex};

/// The cookie of who has logged in: sent along when a link of another site is followed, for reading only.
const SESSION: &str = "specreview_session";
/// The cookie that a form is bound to: never sent along from another site.
const FORM: &str = "specreview_form";
/// The cookie that tells one reader from another, so that a new remark of the same reader on a finding replaces the old one. Opens nothing.
const READER: &str = "specreview_reader";
/// How long a reader is known, in seconds.
const READER_LASTS: u32 = 365 * 24 * 60 * 60;
/// How long a login lasts.
const LASTS: Millis = 12 * 60 * 60 * 1000;

/// Seals values with a key that only this server has.
pub(super) struct Seal(Hmac<Sha256>);

impl Seal {
    pub(super) fn new(key: &[u8]) -> Self {
        // HMAC takes a key of any length.
        let mac = Hmac::<Sha256>::new_from_slice(key);
        Self(mac.unwrap_or_else(|_| Hmac::<Sha256>::new(&sha2::digest::Key::<Hmac<Sha256>>::default())))
    }

    fn of(&self, purpose: &str, value: &str) -> Hmac<Sha256> {
        self.0.clone().chain_update(purpose).chain_update([0]).chain_update(value)
    }

    fn seal(&self, purpose: &str, value: &str) -> String {
        hex(&self.of(purpose, value).finalize().into_bytes())
    }

    /// In constant time.
    fn holds(&self, purpose: &str, value: &str, seal: &str) -> bool {
        unhex(seal).is_some_and(|bytes| self.of(purpose, value).verify_slice(&bytes).is_ok())
    }

    /// `Set-Cookie` of who has logged in now.
    pub(super) fn session(&self, random: &str, now: Millis, is_https: bool) -> String {
        let value = format!("{random}.{}", now.saturating_add(LASTS));
        let seal = self.seal("session", &value);
        let secure = if is_https { "; Secure" } else { "" };
        format!("{SESSION}={value}.{seal}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", LASTS / 1000)
    }

    /// True when the request is of somebody who has logged in.
    pub(super) fn is_session(&self, headers: &HeaderMap, now: Millis) -> bool {
        cookies(headers, SESSION).any(|cookie| {
            let Some((value, seal)) = cookie.rsplit_once('.') else { return false };
            let until = value.rsplit_once('.').and_then(|(_, until)| until.parse::<Millis>().ok());
            until.is_some_and(|until| now < until) && self.holds("session", value, seal)
        })
    }

    /// What a form carries, and the `Set-Cookie` that binds it, where the browser has none yet.
    pub(super) fn form(&self, headers: &HeaderMap, random: &str) -> (String, Option<String>) {
        match cookies(headers, FORM).find(|value| is_nonce(value)) {
            Some(nonce) => (self.seal("form", nonce), None),
            None => (self.seal("form", random), Some(format!("{FORM}={random}; Path=/; HttpOnly; SameSite=Strict"))),
        }
    }

    /// True when the form was one of ours, in this browser.
    pub(super) fn is_form(&self, headers: &HeaderMap, token: &str) -> bool {
        cookies(headers, FORM).any(|nonce| is_nonce(nonce) && self.holds("form", nonce, token))
    }
}

/// What a reader is called in the store, and the `Set-Cookie` that makes him known, where he is not yet. The name tells nobody the cookie.
/// Without a cookie and without a random word he is nobody.
pub(super) fn reader(headers: &HeaderMap, random: &str) -> (String, Option<String>) {
    let name = |nonce: &str| format!("reader-{}", sha256_hex(nonce.as_bytes()).get(..12).unwrap_or_default());
    match cookies(headers, READER).find(|value| is_nonce(value)) {
        Some(nonce) => (name(nonce), None),
        None if random.is_empty() => (String::new(), None),
        None => {
            let cookie = format!("{READER}={random}; Path=/; HttpOnly; SameSite=Lax; Max-Age={READER_LASTS}");
            (name(random), Some(cookie))
        }
    }
}

/// `Set-Cookie` that ends a login.
pub(super) fn ended() -> String {
    format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

fn is_nonce(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.split("; Path").next().unwrap().parse().unwrap());
        headers
    }

    #[test]
    fn a_login_lasts_for_its_time_and_is_of_this_key_only() {
        let (seal, other) = (Seal::new(b"key"), Seal::new(b"other"));
        let cookie = seal.session("0123", 1000, false);
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"));
        assert!(seal.session("0123", 1000, true).contains("; Secure"));
        let headers = with(&cookie);
        assert!(seal.is_session(&headers, 1000) && seal.is_session(&headers, 999 + LASTS));
        assert!(!seal.is_session(&headers, 1000 + LASTS) && !other.is_session(&headers, 1000));
        let longer = cookie.replacen(&(1000 + LASTS).to_string(), &(9000 + LASTS).to_string(), 1);
        for forged in
            [longer.as_str(), "specreview_session=", "specreview_session=..", "specreview_session=é", &ended(), ""]
        {
            let headers = forged.parse().map_or_else(|_| HeaderMap::new(), |_: header::HeaderValue| with(forged));
            assert!(!seal.is_session(&headers, 1000), "{forged}");
        }
    }

    #[test]
    fn a_form_is_bound_to_its_browser() {
        let (seal, nonce) = (Seal::new(b"key"), "0123456789abcdef0123456789abcdef");
        let (token, set) = seal.form(&HeaderMap::new(), nonce);
        let set = set.unwrap();
        assert!(set.contains("SameSite=Strict") && set.contains("HttpOnly"));
        let browser = with(&format!("other=1; {set}"));
        assert_eq!(seal.form(&browser, "else"), (token.clone(), None), "a second form of the same browser");
        assert!(seal.is_form(&browser, &token));
        let another = with("specreview_form=ffffffffffffffffffffffffffffffff");
        for (headers, token) in [
            (&browser, ""),
            (&browser, nonce),
            (&browser, "zz"),
            (&another, token.as_str()),
            (&HeaderMap::new(), &token),
        ] {
            assert!(!seal.is_form(headers, token), "{token}");
        }
    }
}
