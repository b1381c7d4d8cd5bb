//! A token and the one place it belongs to. Hands it out for requests to that place only, and never shows it.

use std::net::IpAddr;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Origin, Url};

/// How a token is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Bearer …`.
    Bearer,
    /// `Authorization: token …`.
    Token,
    /// `Authorization: Basic …` where the token is `user:secret`, else as [`Scheme::Bearer`].
    BasicOrBearer,
    /// In a header of its own.
    Header(&'static str),
}

/// A token for one scheme, host and port.
#[derive(Debug)]
pub struct Credential {
    origin: Origin,
    name: HeaderName,
    value: SecretString,
}

/// Why a token is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Its place is no address.
    #[error("this is not a web address")]
    NotAnAddress,
    /// Anybody on the way could read it.
    #[error("a token is sent over https only")]
    Readable,
    /// A line break, or something else that no header holds.
    #[error("the token holds characters that no token has")]
    Garbled,
}

impl Credential {
    /// The `token` of the server at `base`.
    ///
    /// # Errors
    /// When it cannot be sent there, or should not: plain http is for servers on this machine.
    pub fn new(base: &str, scheme: Scheme, token: &str) -> Result<Self, Unusable> {
        let url = Url::parse(base).map_err(|_| Unusable::NotAnAddress)?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
            return Err(Unusable::Readable);
        }
        let (name, value) = match scheme {
            Scheme::BasicOrBearer if token.contains(':') => (AUTHORIZATION, format!("Basic {}", base64(token))),
            Scheme::Bearer | Scheme::BasicOrBearer => (AUTHORIZATION, format!("Bearer {token}")),
            Scheme::Token => (AUTHORIZATION, format!("token {token}")),
            Scheme::Header(name) => (HeaderName::from_static(name), token.to_owned()),
        };
        let credential = Self { origin: url.origin(), name, value: SecretString::from(value) };
        credential.header_for(&url).map(|_| ()).ok_or(Unusable::Garbled)?;
        Ok(credential)
    }

    /// The header of a request to `url`; none where the token does not belong there.
    pub(super) fn header_for(&self, url: &Url) -> Option<(HeaderName, HeaderValue)> {
        if url.origin() != self.origin {
            return None;
        }
        let mut value = HeaderValue::from_str(self.value.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some((self.name.clone(), value))
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// True for loopback addresses.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(scheme: Scheme, token: &str) -> String {
        let credential = Credential::new("https://forge.example.org/api", scheme, token).unwrap();
        let (name, value) = credential.header_for(&Url::parse("https://forge.example.org/x").unwrap()).unwrap();
        assert!(value.is_sensitive() && !format!("{credential:?}").contains(token));
        format!("{name}: {}", value.to_str().unwrap())
    }

    #[test]
    fn each_platform_is_told_in_its_own_way() {
        assert_eq!(said(Scheme::Bearer, "abc"), "authorization: Bearer abc");
        assert_eq!(said(Scheme::Token, "abc"), "authorization: token abc");
        assert_eq!(said(Scheme::BasicOrBearer, "abc"), "authorization: Bearer abc");
        assert_eq!(
            said(Scheme::BasicOrBearer, "ann@example.org:abc"),
            "authorization: Basic YW5uQGV4YW1wbGUub3JnOmFiYw=="
        );
        assert_eq!(said(Scheme::Header("private-token"), "abc"), "private-token: abc");
    }

    #[test]
    fn a_token_belongs_to_one_scheme_host_and_port() {
        let credential = Credential::new("https://forge.example.org", Scheme::Bearer, "abc").unwrap();
        for (address, sent) in [
            ("https://forge.example.org/a/b?c", true),
            ("https://FORGE.example.org:443/", true),
            ("http://forge.example.org/", false),
            ("https://forge.example.org:8443/", false),
            ("https://forge.example.org.evil.example/", false),
            ("https://api.forge.example.org/", false),
            ("https://evil.example/?https://forge.example.org", false),
        ] {
            assert_eq!(credential.header_for(&Url::parse(address).unwrap()).is_some(), sent, "{address}");
        }
    }

    #[test]
    fn a_token_that_others_could_read_is_not_taken() {
        for (base, token, expected) in [
            ("http://forge.example.org", "abc", Some(Unusable::Readable)),
            ("ftp://127.0.0.1", "abc", Some(Unusable::Readable)),
            ("http://127.0.0.1:3000", "abc", None),
            ("http://[::1]:3000", "abc", None),
            ("forge", "abc", Some(Unusable::NotAnAddress)),
            ("https://forge.example.org", "a\nb: c", Some(Unusable::Garbled)),
        ] {
            assert_eq!(Credential::new(base, Scheme::Bearer, token).err(), expected, "{base}");
        }
    }
}
