//! Which addresses may be fetched: https to public hosts. Decides before a connection and again about what a name
//! resolves to; never connects itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why an address is not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not an address at all.
    #[error("this is not a web address")]
    NotAnAddress,
    /// Another scheme than https.
    #[error("only https addresses are fetched, not {0}")]
    Scheme(String),
    /// `https://user:password@host`.
    #[error("an address with a user name in it is not fetched; take the part before `@` out")]
    Credentials,
    /// Another port than 443.
    #[error("port {0} is not fetched; only the usual port of https is")]
    Port(u16),
    /// A host that is not public by its name.
    #[error("{0} is not a public host")]
    Host(String),
    /// A host that the operator does not let be fetched from.
    #[error("{0} is not among the hosts that this server fetches from")]
    NotAllowed(String),
    /// A host that is, or resolves to, an address that is not public.
    #[error("{0} is not a public address")]
    Address(IpAddr),
    /// A host that is trusted on another port: which one a name is resolved for is not known where its addresses are looked at.
    #[error("{0} is trusted on another port only; name that port")]
    OtherPort(String),
    /// A trusted host that a server of the world points at: trust is for who names it.
    #[error("{0} is fetched only when it is named itself")]
    Crossing(String),
}

/// What may be fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// `host` or `host:port` that the operator trusts, a forge in the company's own network perhaps: any scheme, port and
    /// address.
    pub trusted: Vec<String>,
    /// The only hosts that are fetched from, as [`is_among`] understands them; none for every public host.
    pub only: Option<Vec<String>>,
}

impl Policy {
    /// Every public host, and these hosts that the operator trusts.
    #[must_use]
    pub fn trusting(trusted: Vec<String>) -> Self {
        Self { trusted, only: None }
    }

    /// Checks an address before anything is sent. A name still has to pass the [`Guard`] when it is resolved.
    ///
    /// # Errors
    /// With the first reason not to fetch it.
    pub fn check(&self, address: &str) -> Result<Url, Refused> {
        let url = Url::parse(address).map_err(|_| Refused::NotAnAddress)?;
        let host = url.host().ok_or_else(|| match url.scheme() {
            "http" | "https" => Refused::NotAnAddress,
            other => Refused::Scheme(other.to_owned()),
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme(url.scheme().to_owned()));
        }
        if let Some(only) = &self.only {
            let host = url.host_str().unwrap_or_default();
            let with_port = url.port().map(|port| format!("{host}:{port}"));
            if !is_among(only, host) && !with_port.as_ref().is_some_and(|host| is_among(only, host)) {
                return Err(Refused::NotAllowed(with_port.unwrap_or_else(|| host.to_owned())));
            }
        }
        if self.trusts(&url) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(Refused::Scheme(url.scheme().to_owned()));
        }
        if let Some(port) = url.port() {
            return Err(Refused::Port(port));
        }
        match host {
            Host::Ipv4(ip) if !is_public(IpAddr::V4(ip)) => Err(Refused::Address(IpAddr::V4(ip))),
            Host::Ipv6(ip) if !is_public(IpAddr::V6(ip)) => Err(Refused::Address(IpAddr::V6(ip))),
            Host::Domain(name) if !is_public_name(name) => Err(Refused::Host(name.to_owned())),
            Host::Domain(name) if self.trusts_name(name) => Err(Refused::OtherPort(name.to_owned())),
            _ => Ok(url),
        }
    }

    /// Checks where the server at `from` sends us: as [`Policy::check`], but nobody else's server leads to a trusted host.
    ///
    /// # Errors
    /// With the first reason not to follow.
    pub fn check_redirect(&self, from: &Url, address: &str) -> Result<Url, Refused> {
        let url = self.check(address)?;
        let host = url.host_str().unwrap_or_default();
        if self.trusts_name(host) && !self.trusts(from) {
            return Err(Refused::Crossing(host.to_owned()));
        }
        Ok(url)
    }

    fn trusts(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}")).unwrap_or_default();
        self.trusted
            .iter()
            .any(|trusted| trusted.eq_ignore_ascii_case(host) || trusted.eq_ignore_ascii_case(&with_port))
    }

    /// A trusted host by its name alone: the resolver is not told the port, which was checked before.
    fn trusts_name(&self, name: &str) -> bool {
        self.trusted.iter().any(|trusted| {
            let host = trusted.rsplit_once(':').map_or(trusted.as_str(), |(host, _)| host);
            trusted.eq_ignore_ascii_case(name) || host.eq_ignore_ascii_case(name)
        })
    }
}

/// Hosts that hand out what the pages of another one show: who allows the one means the other.
const KIN: &[(&str, &str)] = &[
    ("github.com", "raw.githubusercontent.com"),
    ("gist.github.com", "gist.githubusercontent.com"),
    ("docs.google.com", "*.googleusercontent.com"),
    ("drive.google.com", "drive.usercontent.google.com"),
];

/// True when one of the patterns means this host: a name (with a port, for a host on that port), `*.name` for every host below it, `*`
/// for every host. Where the pages of a host are allowed, so is what they show.
#[must_use]
pub fn is_among(patterns: &[String], host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_meant = |pattern: &str| match pattern.strip_prefix("*.") {
        Some(end) => host.strip_suffix(end).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => pattern == "*" || pattern.eq_ignore_ascii_case(&host),
    };
    patterns.iter().any(|pattern| {
        let mut kin = KIN.iter().filter(|(pages, _)| pattern.eq_ignore_ascii_case(pages));
        is_meant(pattern) || kin.any(|(_, raw)| is_meant(raw))
    })
}

/// Resolves a name to its addresses.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// A resolver that hands out addresses only when all of them are public. What it hands out is what is connected to, so
/// a name cannot change its mind in between.
#[derive(Clone)]
pub struct Guard {
    policy: Policy,
    lookup: Lookup,
}

impl Guard {
    /// A guard over the resolver of the system.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let lookup = |name: String| -> BoxFuture<'static, _> {
            Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
        };
        Self::over(policy, Arc::new(lookup))
    }

    /// A guard over another resolver.
    #[must_use]
    pub fn over(policy: Policy, lookup: Lookup) -> Self {
        Self { policy, lookup }
    }

    async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found = (self.lookup)(name.to_owned()).await?;
        if found.is_empty() {
            return Err(Box::new(std::io::Error::from(std::io::ErrorKind::NotFound)));
        }
        if !self.policy.trusts_name(name) {
            // One bad address among good ones is a trap, not a spare.
            if let Some(bad) = found.iter().map(SocketAddr::ip).find(|ip| !is_public(*ip)) {
                return Err(Box::new(Refused::Address(bad)));
            }
        }
        Ok(found)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = guard.addresses(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// False for names that only mean something inside a machine or network.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let inside = [
        "localhost",
        "local",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "home.arpa",
        "localdomain",
        "test",
        "invalid",
        "example",
        "onion",
    ];
    let within = |end: &str| name == end || name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    name.contains('.') && !inside.into_iter().any(within)
}

/// True for addresses of the public internet only.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// IPv4 networks that are not the public internet, with the length of their prefix.
const CLOSED_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),            // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // shared by carriers
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // a cloud's host services
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 3),      // multicast, reserved, broadcast
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let same = |net: Ipv4Addr, len: u32| (ip.to_bits() ^ net.to_bits()).leading_zeros() >= len;
    !CLOSED_V4.iter().any(|(net, len)| same(*net, *len))
}

/// Global unicast.
const OPEN_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Networks within global unicast that lead elsewhere.
const CLOSED_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: an IPv4 address in disguise
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let same = |(net, len): &(Ipv6Addr, u32)| (ip.to_bits() ^ net.to_bits()).leading_zeros() >= *len;
    same(&OPEN_V6) && !CLOSED_V6.iter().any(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses that must never be fetched, in all the forms that people have tried.
    const HOSTILE: &[&str] = &[
        // Loopback in every notation.
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://0177.1/",
        "https://017700000001/",
        "https://127.000.000.001/",
        "https://127.255.255.254/",
        "https://127.0.0.1./",
        "https://%31%32%37.0.0.1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https://127｡0｡0｡1/",
        "https://0x7F.0x0.0x0.0x1/",
        "https://127.0.0.1:443/",
        "https://0/",
        "https://0.0.0.0/",
        "https://0x0/",
        "https://00/",
        "https://[::1]/",
        "https://[::]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[0:0:0:0:0:ffff:7f00:0001]/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://localhost.localdomain/",
        "https://ⓛocalhost/",
        "https://ip6-localhost/",
        "https://loopback/",
        // Private and carrier networks.
        "https://10.0.0.1/",
        "https://10.255.255.255/",
        "https://0xa.1/",
        "https://167772161/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.0.1/",
        "https://192.168.1/",
        "https://3232235521/",
        "https://0xc0a80001/",
        "https://0300.0250.0.1/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://[fc00::1]/",
        "https://[fd12:3456::1]/",
        "https://[fe80::1]/",
        "https://[febf::1]/",
        "https://[fec0::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:192.168.0.1]/",
        // Metadata services of clouds.
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.170.2/",
        "https://0xa9fea9fe/",
        "https://2852039166/",
        "https://0251.0376.0251.0376/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fd00:ec2::254]/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://metadata/",
        "https://metadata.google.internal/",
        "https://metadata.google.internal./",
        "https://instance-data/",
        "https://instance-data.ec2.internal/",
        "https://kubernetes.default.svc.cluster.local/",
        // Ranges that lead elsewhere.
        "https://192.0.0.1/",
        "https://192.0.0.170/",
        "https://192.0.2.1/",
        "https://192.88.99.1/",
        "https://198.18.0.1/",
        "https://198.19.255.255/",
        "https://198.51.100.1/",
        "https://203.0.113.1/",
        "https://224.0.0.1/",
        "https://239.255.255.250/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[ff02::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[64:ff9b:1::a00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2002:c0a8:1::]/",
        "https://[2001::1]/",
        "https://[2001:0:53aa:64c::1]/",
        "https://[2001:db8::1]/",
        "https://[2001:10::1]/",
        "https://[100::1]/",
        "https://[3fff::1]/",
        "https://[5f00::1]/",
        "https://[4000::1]/",
        // Schemes, ports, credentials, nonsense.
        "http://example.org/a.md",
        "HTTP://EXAMPLE.ORG/",
        "ftp://example.org/a.md",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "gopher://example.org/",
        "data:text/plain,a",
        "javascript:alert(1)",
        "about:blank",
        "ws://example.org/",
        "blob:https://example.org/1",
        "unix:///run/x.sock",
        "https://example.org:22/",
        "https://example.org:8443/",
        "https://example.org:80/",
        "https://example.org:0/",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org@127.0.0.1/",
        "https://:secret@example.org/",
        "https://127.0.0.1#@example.org/",
        "https://127.0.0.1\\@example.org/",
        "https:127.0.0.1",
        "https:/127.0.0.1/",
        "https:///127.0.0.1/",
        "\thttps://127.0.0.1/",
        "https://127.0.\n0.1/",
        "https://",
        "https:///",
        "//127.0.0.1/",
        "127.0.0.1",
        "",
        " ",
        "https://[::1",
        "https://256.1.1.1/",
        "https://exa mple.org/",
        "https://router/",
        "https://printer.local/",
        "https://wiki.corp/",
        "https://nas.lan/",
        "https://x.home.arpa/",
        "https://x.onion/",
    ];

    #[test]
    fn no_hostile_address_passes() {
        let policy = Policy::default();
        assert!(HOSTILE.len() >= 120, "{}", HOSTILE.len());
        for address in HOSTILE {
            assert!(policy.check(address).is_err(), "{address:?} must be refused");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "https://example.org/specs/a.md",
            "https://example.org:443/a",
            "https://raw.githubusercontent.com/o/r/main/a%20b.md",
            "https://8.8.8.8/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
            "https://[2606:4700::1111]/",
            "https://bücher.example.org/",
            "https://nolocal.org/",
            "https://internal.example.org/",
        ] {
            assert!(Policy::default().check(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn trust_is_for_one_host_and_port_and_never_for_credentials() {
        let policy = Policy { trusted: vec!["127.0.0.1:8080".into(), "forge.corp".into()], only: None };
        assert!(policy.check("http://127.0.0.1:8080/a").is_ok());
        assert!(policy.check("http://forge.corp:3000/a").is_ok());
        assert_eq!(policy.check("http://127.0.0.1:8081/a"), Err(Refused::Scheme("http".into())));
        assert_eq!(policy.check("http://u@127.0.0.1:8080/a"), Err(Refused::Credentials));
        assert_eq!(policy.check("ftp://forge.corp/a"), Err(Refused::Scheme("ftp".into())));
        assert!(policy.check("https://other.corp/a").is_err());
        // The resolver hands out whatever a trusted name has, so that no other port of it may get there.
        let policy = Policy::trusting(vec!["git.example.com:8443".into()]);
        assert!(policy.check("https://git.example.com:8443/a").is_ok());
        for address in ["https://git.example.com/a", "https://GIT.example.com:443/a"] {
            assert_eq!(policy.check(address), Err(Refused::OtherPort("git.example.com".into())), "{address}");
        }
    }

    #[test]
    fn no_page_of_the_world_leads_to_a_trusted_host() {
        let policy = Policy::trusting(vec!["forge.corp".into(), "10.0.0.7:3000".into()]);
        let check = |from: &str, to: &str| policy.check_redirect(&Url::parse(from).unwrap(), to).map(|_| ());
        let crossing = |host: &str| Err(Refused::Crossing(host.into()));
        for (from, to, expected) in [
            ("http://forge.corp/a", "http://forge.corp/b", Ok(())),
            ("http://forge.corp/a", "http://10.0.0.7:3000/b", Ok(())),
            ("http://forge.corp/a", "https://example.org/b", Ok(())),
            ("https://example.org/a", "https://example.com/b", Ok(())),
            ("https://example.org/a", "http://forge.corp/admin", crossing("forge.corp")),
            ("https://example.org/a", "https://FORGE.corp./admin", Err(Refused::Host("forge.corp.".into()))),
            ("https://example.org/a", "http://10.0.0.7:3000/", crossing("10.0.0.7")),
            ("https://example.org/a", "https://10.0.0.7/", Err(Refused::Address("10.0.0.7".parse().unwrap()))),
            ("http://forge.corp/a", "http://10.0.0.7:3001/", Err(Refused::Scheme("http".into()))),
        ] {
            assert_eq!(check(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn what_the_pages_of_a_host_show_is_allowed_with_them() {
        let allowed = |pattern: &str, host: &str| is_among(&[pattern.to_owned()], host);
        for (pages, raw) in [
            ("github.com", "raw.githubusercontent.com"),
            ("docs.google.com", "doc-0s-1k-sheets.googleusercontent.com"),
            ("drive.google.com", "drive.usercontent.google.com"),
        ] {
            assert!(allowed(pages, pages) && allowed(pages, raw), "{pages}");
            assert!(!allowed("example.org", raw) && !allowed(raw, pages), "{pages}");
        }
    }

    async fn resolve(policy: Policy, name: &str, found: &[&str]) -> Result<usize, String> {
        let found: Vec<SocketAddr> = found.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        let lookup: Lookup = Arc::new(move |_| {
            let found = found.clone();
            Box::pin(async move { Ok(found) })
        });
        let addresses = Guard::over(policy, lookup).resolve(name.parse().unwrap()).await;
        addresses.map(Iterator::count).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_name_is_as_bad_as_its_worst_address() {
        let refused = |ip: &str| Err(format!("{ip} is not a public address"));
        let none = Policy::default;
        assert_eq!(resolve(none(), "a.org", &["8.8.8.8", "2606:4700::1111"]).await, Ok(2));
        assert_eq!(resolve(none(), "a.org", &["8.8.8.8", "10.0.0.1"]).await, refused("10.0.0.1"));
        assert_eq!(resolve(none(), "a.org", &["::ffff:127.0.0.1"]).await, refused("::ffff:127.0.0.1"));
        assert!(resolve(none(), "a.org", &[]).await.is_err());
        let trusting = Policy { trusted: vec!["forge.corp:443".into()], only: None };
        assert_eq!(resolve(trusting.clone(), "forge.corp", &["10.0.0.1"]).await, Ok(1));
        assert_eq!(resolve(trusting, "a.org", &["10.0.0.1"]).await, refused("10.0.0.1"));
    }

    #[tokio::test]
    async fn the_systems_own_resolver_is_guarded_too() {
        let found = Guard::new(Policy::default()).resolve("localhost".parse().unwrap()).await;
        assert!(found.is_err_and(|error| error.to_string().contains("is not a public address")));
    }
}
