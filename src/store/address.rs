//! Where the database is: a file, or a PostgreSQL server by its address. Never shows what the address holds in secret.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// Parameters of an address that are understood. Any other would be passed over with a word in the log, value and all.
const PARAMETERS: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Where the database is.
#[derive(Clone)]
pub enum Address {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL server.
    Server(Server),
}

/// The address of a PostgreSQL server, `postgres://user:password@host/database?sslmode=…`.
#[derive(Clone)]
pub struct Server {
    url: SecretString,
    shown: String,
}

/// Why a text is no address of a database. Says nothing of what it holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It cannot be read.
    #[error("its address cannot be read: {0}; it has the form postgres://user:password@host:5432/database")]
    Unread(url::ParseError),
    /// What stands behind `?` or `#` belongs to the password, most likely.
    #[error(
        "its address has `@` where no password ends; in a user name or password `?`, `#` and `/` are written %3F, %23 and %2F"
    )]
    Unescaped,
    /// It has a parameter that nobody knows.
    #[error("its address has the parameter `{0}`, which is not known; known are {known}", known = PARAMETERS.join(", "))]
    Parameter(String),
}

impl Address {
    /// The path of a file; none for a server.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }

    /// Reads what an operator wrote: `postgres://…` and `postgresql://…` are servers, anything else is a path.
    ///
    /// # Errors
    /// When the address of a server cannot be read.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let is_server = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if !is_server {
            return Ok(Self::File(text.into()));
        }
        let mut url = Url::parse(text).map_err(AddressError::Unread)?;
        let unknown = url
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .find(|name| !(PARAMETERS.contains(&name.as_str()) || name.starts_with("options[") && name.ends_with(']')));
        let is_secret = |text: &str| text.contains('@');
        // A password that was cut off at one of its own characters: the rest of it would be shown, as a parameter or as the path.
        if url.query_pairs().any(|(name, value)| is_secret(&name) || unknown.is_some() && is_secret(&value))
            || url.fragment().is_some_and(is_secret)
            || url.username().is_empty() && is_secret(url.path())
        {
            return Err(AddressError::Unescaped);
        }
        if let Some(name) = unknown {
            return Err(AddressError::Parameter(name.chars().take(40).collect()));
        }
        // The address of a server has a place for a password, so neither of these fails.
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self::Server(Server { url: text.into(), shown: url.into() }))
    }

    /// The address as the driver reads it.
    pub(super) fn url(&self) -> SecretString {
        match self {
            Self::File(path) => {
                // Every byte that is no letter or digit is escaped: a path holds what would end it in an address.
                let path = path.to_string_lossy();
                let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
                format!("sqlite:{}?mode=rwc", path.replace('+', "%20")).into()
            }
            Self::Server(server) => server.url.expose_secret().into(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.shown.fmt(f),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for Address {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_file_and_an_address_a_server() {
        for path in ["specreview.db", "/var/lib/x y/ä?#%.db", "postgres.db", ":memory:", "C:\\x.db"] {
            let address = Address::parse(path).unwrap();
            assert!(matches!(&address, Address::File(file) if file == Path::new(path)), "{address:?}");
            assert_eq!(address.to_string(), path);
        }
        for url in ["postgres://h/d", "postgresql://u@%2Frun%2Fpostgresql/d", "postgres:///d?host=/run/x&options[a]=b"]
        {
            assert!(matches!(Address::parse(url).unwrap(), Address::Server(_)), "{url}");
        }
    }

    #[test]
    fn what_is_secret_is_never_shown() {
        for url in
            ["postgres://u:hunter2@h:1/d?sslmode=require", "postgres://u@h/d?password=hunter2&user=hunter2#hunter2"]
        {
            let address = Address::parse(url).unwrap();
            let shown = format!("{address} {address:?} {:?}", address.url());
            assert!(!shown.contains("hunter2") && shown.contains("postgres://u@h"), "{shown}");
        }
        for wrong in ["postgres://u:hunter2@h:port/d", "postgres://u:hunter2@[h/d", "postgres://u@h/d?pasword=hunter2"]
        {
            let error = Address::parse(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
        for cut in
            ["u:12?hunter2@h/d", "u:12?hunter2&a=b@h@/d", "u:12#hunter2@h/d", "u:12/hunter2@h/d", "u:1?hunter2&x@h"]
        {
            let error = Address::parse(&format!("postgres://{cut}")).map(|address| address.to_string());
            let told = format!("{error:?}");
            assert!(error.is_err() && !told.contains("hunter2"), "{cut}: {told}");
        }
        assert!(Address::parse("postgres:///d?user=a@b").is_ok(), "some providers name servers so");
        assert!(Address::parse("postgres://h/d?pasword=x").unwrap_err().to_string().contains("`pasword`"));
    }
}
