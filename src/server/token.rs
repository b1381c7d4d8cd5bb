//! Secrets that open a door of the server: the operator's, and that of the page. Compared in constant time, never printed.

use axum::http::{HeaderMap, header};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// A token is at least this long, in characters: a shorter one could be guessed.
const SHORTEST: usize = 16;

/// What opens a door. Never printed.
#[derive(Clone)]
pub struct Token(SecretString);

/// The token is no good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it must have at least {SHORTEST} characters, none of them white space")]
pub struct WeakToken;

impl Token {
    /// Takes a token.
    ///
    /// # Errors
    /// When it is too short, or could not stand in a header.
    pub fn new(token: &str) -> Result<Self, WeakToken> {
        let good = token.len() >= SHORTEST && token.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Self(SecretString::from(token))) } else { Err(WeakToken) }
    }

    /// In constant time, whatever is given.
    pub(super) fn fits(&self, given: &[u8]) -> bool {
        let mac = |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(b"token"));
        match (mac(self.0.expose_secret().as_bytes()), mac(given)) {
            (Ok(own), Ok(given)) => own.verify(&given.finalize().into_bytes()).is_ok(),
            _ => false,
        }
    }

    /// True when exactly one `Authorization` header bears it.
    pub(super) fn is_borne_by(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let bearer = given.next().and_then(|value| {
            // The name of a scheme is the same in any case (RFC 9110), the token behind it is not.
            let (scheme, token) = value.as_bytes().split_at_checked(b"Bearer ".len())?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii_start())
        });
        given.next().is_none() && bearer.is_some_and(|bearer| self.fits(bearer))
    }

    /// A key for seals that hold as long as the token does.
    pub(super) fn key(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_has_any_case_and_a_token_its_own() {
        let token = Token::new("A-token-of-16-ch").unwrap();
        let borne =
            |given: &str| token.is_borne_by(&HeaderMap::from_iter([(header::AUTHORIZATION, given.parse().unwrap())]));
        for good in ["Bearer A-token-of-16-ch", "bearer A-token-of-16-ch", "BEARER  A-token-of-16-ch"] {
            assert!(borne(good), "{good}");
        }
        for bad in [
            "Bearer a-token-of-16-ch",
            "BearerA-token-of-16-ch",
            "Basic A-token-of-16-ch",
            "Bearer",
            "A-token-of-16-ch",
            "",
        ] {
            assert!(!borne(bad), "{bad}");
        }
        let twice =
            [(header::AUTHORIZATION, "Bearer A-token-of-16-ch"), (header::AUTHORIZATION, "bearer A-token-of-16-ch")];
        let mut headers = HeaderMap::new();
        for (name, value) in twice {
            headers.append(name, value.parse().unwrap());
        }
        assert!(!token.is_borne_by(&headers), "two of them");
    }
}
