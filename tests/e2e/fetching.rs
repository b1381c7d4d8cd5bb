//! What is fetched from the web, safely: names that change their mind, redirects that lead inside, bombs, servers that are slow. A
//! listener inside must never be touched.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use specreview::net::client::{Fetcher, Limits};
use specreview::net::guard::{Lookup, Policy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

/// Listens inside, on every port that it can have, and counts who comes.
struct Inside {
    at: SocketAddr,
    touched: Arc<AtomicUsize>,
}

impl Inside {
    async fn start() -> Self {
        let touched = Arc::new(AtomicUsize::new(0));
        let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = first.local_addr().unwrap();
        let mut listeners = vec![first];
        // Where an address without a port would arrive; not every machine gives these away.
        for usual in ["127.0.0.1:443", "127.0.0.1:80", "[::1]:443", "[::1]:80"] {
            listeners.extend(TcpListener::bind(usual).await);
        }
        for listener in listeners {
            let count = touched.clone();
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    count.fetch_add(1, Ordering::SeqCst);
                    drop(stream);
                }
            });
        }
        Self { at, touched }
    }

    fn touched(&self) -> usize {
        self.touched.load(Ordering::SeqCst)
    }
}

/// A server of names, over UDP as they are, that answers each name with one list of addresses after the other, and with the last for good.
struct Names {
    at: SocketAddr,
    asked: Arc<Mutex<HashMap<String, usize>>>,
}

impl Names {
    async fn start(script: &[(&str, &[&[&str]])]) -> Self {
        let script: HashMap<String, Vec<Vec<IpAddr>>> = script
            .iter()
            .map(|(name, turns)| {
                let turns = turns.iter().map(|ips| ips.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
                ((*name).to_owned(), turns)
            })
            .collect();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap();
        let asked: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let count = asked.clone();
        tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok((read, from)) = socket.recv_from(&mut question).await {
                let (name, end) = name_in(&question[..read]);
                let turn = {
                    let mut asked = count.lock().unwrap();
                    let turn = asked.entry(name.clone()).or_default();
                    *turn += 1;
                    *turn - 1
                };
                let turns = &script[&name];
                let ips = &turns[turn.min(turns.len() - 1)];
                let mut answer = question[..2].to_vec();
                answer.extend([0x81, 0x80, 0, 1, 0, u8::try_from(ips.len()).unwrap(), 0, 0, 0, 0]);
                answer.extend(&question[12..end]);
                for ip in ips {
                    let (kind, bytes) = match ip {
                        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
                        IpAddr::V6(ip) => (28, ip.octets().to_vec()),
                    };
                    // The name above, type, class, no time to live, length.
                    answer.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, u8::try_from(bytes.len()).unwrap()]);
                    answer.extend(bytes);
                }
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        Self { at, asked }
    }

    /// A resolver that asks it each time; what it finds inside arrives at the listener.
    fn lookup(&self, inside: &Inside) -> Lookup {
        let (server, port) = (self.at, inside.at.port());
        Arc::new(move |name| {
            Box::pin(async move {
                let socket = UdpSocket::bind("127.0.0.1:0").await?;
                let mut question = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
                for label in name.trim_end_matches('.').split('.') {
                    question.push(u8::try_from(label.len()).unwrap());
                    question.extend(label.bytes());
                }
                // Any kind of address.
                question.extend([0, 0, 255, 0, 1]);
                socket.send_to(&question, server).await?;
                let mut answer = [0; 512];
                let read = socket.recv(&mut answer).await?;
                let (_, mut at) = name_in(&answer[..read]);
                let mut found = Vec::new();
                for _ in 0..answer[7] {
                    let length = usize::from(answer[at + 11]);
                    let bytes = &answer[at + 12..at + 12 + length];
                    let ip: IpAddr = match <[u8; 4]>::try_from(bytes) {
                        Ok(four) => four.into(),
                        Err(_) => <[u8; 16]>::try_from(bytes).unwrap().into(),
                    };
                    found.push(SocketAddr::new(ip, port));
                    at += 12 + length;
                }
                Ok(found)
            })
        })
    }
}

/// The name that is asked for, and where the question ends.
fn name_in(message: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while message[at] > 0 {
        let length = usize::from(message[at]);
        labels.push(String::from_utf8(message[at + 1..=at + length].to_vec()).unwrap());
        at += length + 1;
    }
    (labels.join("."), at + 5)
}

fn quick() -> Limits {
    Limits { connect: Duration::from_millis(300), total: Duration::from_secs(2), bytes: 64 * 1024, redirects: 3 }
}

/// An address that counts as public and that nobody has.
const NOWHERE: &str = "2000::1";

#[tokio::test]
async fn a_name_that_changes_its_mind_leads_nowhere_inside() {
    let inside = Inside::start().await;
    let names = Names::start(&[
        // Public while it is looked at, inside when it is used.
        ("rebind.example.org", &[&[NOWHERE], &["127.0.0.1"]]),
        ("inside.example.org", &[&["127.0.0.1"]]),
        ("both.example.org", &[&[NOWHERE, "127.0.0.1"], &["127.0.0.1", NOWHERE]]),
        ("mapped.example.org", &[&["::ffff:127.0.0.1"]]),
        ("nat64.example.org", &[&["64:ff9b::7f00:1"]]),
        ("six.example.org", &[&["2002:7f00:1::"]]),
        ("cloud.example.org", &[&["169.254.169.254"], &["fd00:ec2::254"]]),
        ("zero.example.org", &[&["0.0.0.0"], &["::"]]),
        ("empty.example.org", &[&[]]),
        ("own.example.org", &[&["127.0.0.1"]]),
    ])
    .await;
    let fetcher = Fetcher::resolving(names.lookup(&inside), Policy::default(), quick()).unwrap();
    for name in ["rebind", "inside", "both", "mapped", "nat64", "six", "cloud", "zero", "empty"] {
        for turn in 0..3 {
            let error = fetcher.get(&format!("https://{name}.example.org/spec.md")).await.unwrap_err().to_string();
            // The first answer of this name was sound, and is what was connected to.
            let was_sound = name == "empty" || (name == "rebind" && turn == 0);
            assert_eq!(error.contains("is not a public address"), !was_sound, "{name} {turn}: {error}");
        }
        assert_eq!(names.asked.lock().unwrap()[&format!("{name}.example.org")], 3, "looked up once a fetch: {name}");
    }
    assert_eq!(inside.touched(), 0);
    // The listener would have noticed.
    let policy = Policy::trusting(vec!["own.example.org".into()]);
    let trusting = Fetcher::resolving(names.lookup(&inside), policy, quick()).unwrap();
    trusting.get("https://own.example.org/spec.md").await.unwrap_err();
    assert_eq!(inside.touched(), 1);
}

/// A server that answers every target as `answer` says, with the pause that it wants between pieces.
async fn server(answer: impl Fn(&str) -> (Vec<Vec<u8>>, Duration) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let (pieces, pause) = answer(request.split(' ').nth(1).unwrap_or_default());
                for piece in pieces {
                    if stream.write_all(&piece).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(pause).await;
                }
            });
        }
    });
    host
}

#[tokio::test]
async fn no_redirect_leads_inside() {
    let inside = Inside::start().await;
    let port = inside.at.port();
    let names = Names::start(&[
        ("inside.example.org", &[&["127.0.0.1"]]),
        ("mapped.example.org", &[&["::ffff:10.0.0.1"]]),
        ("rebind.example.org", &[&["127.0.0.1"], &[NOWHERE]]),
    ])
    .await;
    let targets: Vec<String> = [
        "https://127.0.0.1/",
        "http://127.0.0.1/",
        "https://127.0.0.1:PORT/",
        "http://127.0.0.1:PORT/",
        "//127.0.0.1/",
        "//127.0.0.1:PORT/",
        "\\\\127.0.0.1:PORT/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://%31%32%37.0.0.1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://0.0.0.0/",
        "https://0/",
        "https://[::1]/",
        "https://[::]/",
        "http://[::1]:PORT/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[fec0::1]/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://metadata.google.internal/computeMetadata/v1/",
        "https://localhost/",
        "https://localhost:PORT/",
        "https://a.localhost/",
        "https://user:secret@inside.example.org/",
        "https://example.org@127.0.0.1/",
        "https://inside.example.org/",
        "https://mapped.example.org/",
        "https://rebind.example.org/",
        "https://inside.example.org:PORT/",
        "http://inside.example.org/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:PORT/_x",
        "data:text/plain,x",
        "javascript:alert(1)",
    ]
    .map(|target| target.replace("PORT", &port.to_string()))
    .into();
    let many = targets.len();
    let list = targets.clone();
    let host = server(move |target| {
        // `/STATUS/NUMBER/HOPS`: leads there after so many steps of its own.
        let parts: Vec<usize> = target.split('/').filter_map(|part| part.parse().ok()).collect();
        let [status, number, hops] = parts[..] else { return (vec![], Duration::ZERO) };
        let to = if hops == 0 { list[number].clone() } else { format!("/{status}/{number}/{}", hops - 1) };
        let head =
            format!("HTTP/1.1 {status} Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        (vec![head.into_bytes()], Duration::ZERO)
    })
    .await;
    let policy = Policy::trusting(vec![host.clone()]);
    let fetcher = Fetcher::resolving(names.lookup(&inside), policy, quick()).unwrap();
    for (number, target) in targets.iter().enumerate() {
        for status in [301, 302, 303, 307, 308] {
            let hops = number % 3;
            let got = fetcher.get(&format!("http://{host}/{status}/{number}/{hops}")).await;
            assert!(got.is_err(), "{status} {target}: {got:?}");
        }
    }
    assert!(many >= 50, "{many}");
    assert_eq!(inside.touched(), 0);
}

#[tokio::test]
async fn what_is_compressed_is_refused_unread() {
    let bomb = {
        use std::io::Write as _;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b'#'; 16 << 20]).unwrap();
        packed.finish().unwrap()
    };
    let bytes = bomb.len();
    let encodings =
        ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "GZIP", "aes128gcm", "identity, gzip"];
    let host = server(move |target| {
        let encoding = encodings[target.trim_start_matches('/').parse::<usize>().unwrap()];
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/markdown\r\ncontent-encoding: {encoding}\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n");
        (vec![head.into_bytes(), bomb.clone()], Duration::ZERO)
    })
    .await;
    let fetcher = Fetcher::new(Policy::trusting(vec![host.clone()]), quick()).unwrap();
    for (number, encoding) in encodings.iter().enumerate() {
        let begun = Instant::now();
        let error = fetcher.get(&format!("http://{host}/{number}")).await.unwrap_err().to_string();
        assert!(error.contains(&format!("compressed data ({encoding})")), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{encoding}");
    }
}

#[tokio::test]
async fn a_server_that_is_slow_or_never_ends_is_cut_off() {
    let ok = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n".to_vec();
    let host = server(move |target| match target {
        // A letter at a time, headers and body.
        "/headers" => (ok.iter().map(|byte| vec![*byte]).collect(), Duration::from_millis(200)),
        "/body" => {
            let mut pieces = vec![ok.clone()];
            pieces.extend(vec![b"x".to_vec(); 600]);
            (pieces, Duration::from_millis(50))
        }
        "/endless" => {
            let mut pieces = vec![ok.clone()];
            pieces.extend(vec![vec![b'x'; 16 * 1024]; 1000]);
            (pieces, Duration::ZERO)
        }
        // Each step is in time, all of them together are not.
        "/steps" => (
            vec![
                vec![],
                b"HTTP/1.1 302 Found\r\nlocation: /steps\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
            ],
            Duration::from_millis(800),
        ),
        "/busy" => (
            vec![b"HTTP/1.1 429 Later\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec()],
            Duration::ZERO,
        ),
        "/never" => (
            vec![
                b"HTTP/1.1 503 Later\r\nretry-after: 86400\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
            ],
            Duration::ZERO,
        ),
        _ => (vec![], Duration::from_mins(1)),
    })
    .await;
    let fetcher = Fetcher::new(Policy::trusting(vec![host.clone()]), quick()).unwrap();
    for (path, expected) in [
        ("/headers", "no complete answer within 2 s"),
        ("/body", "no complete answer within 2 s"),
        ("/endless", "it is larger than 0 MiB"),
        ("/steps", "no complete answer within 2 s"),
        ("/busy", "no complete answer within 2 s"),
        ("/never", "the server answered with status 503"),
    ] {
        let begun = Instant::now();
        let error = fetcher.get(&format!("http://{host}{path}")).await.unwrap_err().to_string();
        assert_eq!(error, expected, "{path}");
        assert!(begun.elapsed() < Duration::from_secs(3), "{path}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used() {
    let proxy = Inside::start().await;
    let spec = include_str!("../../docs/examples/parcel-damage.md");
    let host = server(move |_| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/markdown\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{spec}",
            spec.len()
        );
        (vec![head.into_bytes()], Duration::ZERO)
    })
    .await;
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_specreview"));
    command.args(["review", &format!("http://{host}/spec.md")]).env_clear().env("SPECREVIEW_TRUSTED_HOSTS", &host);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, format!("http://{}", proxy.at));
    }
    let output = command.output().await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(proxy.touched(), 0);
}
