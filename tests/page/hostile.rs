//! Senders who mean harm, or know no better: each is told one thing, soon, and holds nothing up.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{SPEC, World, multipart};

/// Sends the head of a request and as much of `body` as is taken; what comes back, and how much was sent.
async fn pour(world: &World, head: &str, chunk: &[u8], times: usize) -> (String, usize) {
    let stream = TcpStream::connect(&world.address).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let head = format!("POST /api/v1/reviews HTTP/1.1\r\nhost: {}\r\n{head}\r\n", world.address);
    let chunk = chunk.to_vec();
    let sending = tokio::spawn(async move {
        let mut sent = 0;
        if write.write_all(head.as_bytes()).await.is_err() {
            return sent;
        }
        for _ in 0..times {
            if write.write_all(&chunk).await.is_err() {
                break;
            }
            sent += chunk.len();
        }
        sent
    });
    let mut answer = vec![0; 2000];
    let length = tokio::time::timeout(Duration::from_secs(45), read.read(&mut answer)).await.unwrap().unwrap_or(0);
    answer.truncate(length);
    // Whoever goes on is cut off.
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), read.read_to_end(&mut rest)).await;
    drop(read);
    let sent = tokio::time::timeout(Duration::from_secs(10), sending).await.map_or(usize::MAX, Result::unwrap);
    (String::from_utf8_lossy(&answer).into_owned(), sent)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_is_refused_before_or_while_it_comes() {
    let world = World::open().await;
    let begun = Instant::now();
    let declared = "content-type: application/json\r\ncontent-length: 1073741824\r\n";
    let (answer, _) = pour(&world, declared, &vec![b'x'; 65_536], 16).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("larger than 10 MiB"), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains("give the specification alone"), "{answer}");

    for (kind, field) in [("application/json", "text"), ("multipart/form-data; boundary=XbX", "file")] {
        let declared = format!("content-type: {kind}\r\ncontent-length: 11534336\r\n");
        let (answer, _) = pour(&world, &declared, b"--XbX\r\n", 1).await;
        let named = format!("\"field\":\"{field}\"");
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains(&named), "{kind}: {answer}");
    }

    let mut chunk = format!("{:x}\r\n", 65_536).into_bytes();
    chunk.extend(vec![b'x'; 65_536]);
    chunk.extend(b"\r\n");
    let streamed = "content-type: application/json\r\ntransfer-encoding: chunked\r\n";
    let (answer, sent) = pour(&world, streamed, &chunk, 16_384).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(sent < 64 << 20, "{sent} bytes were taken");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    world.over_with(&world.submit("after.md", SPEC).await).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_packed_are_not_unpacked() {
    let world = World::open().await;
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let request = world.post("/api/v1/reviews").header("content-type", "application/json");
        let answer = request.header("content-encoding", encoding).body(vec![0x1f, 0x8b]).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 415, "{encoding}");
        assert!(answer.text().await.unwrap().contains("compressed"));
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_are_no_text_are_refused_at_once_or_fail_with_one_clear_reason() {
    let world = World::open().await;
    // An archive that holds a thousand times its size, a program, UTF-16, and Latin-1.
    let mut zip = b"PK\x03\x04\x14\x00\x00\x00\x08\x00".to_vec();
    zip.extend(vec![0; 100_000]);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(SPEC.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (name, bytes, expected, part) in [
        // What is in an archive is seen when it is read.
        ("bomb.docx", zip.clone(), 202, "the file is damaged"),
        ("bomb.zip", zip, 422, "ends with .zip"),
        ("program", b"\x7fELF\x00\x00\x01".to_vec(), 422, "binary file"),
        ("old.md", utf16, 422, "UTF-16"),
        ("older.md", b"caf\xe9 au lait".to_vec(), 422, "not UTF-8"),
    ] {
        let begun = Instant::now();
        let (kind, body) = multipart(&[("file", Some(name), &bytes)]);
        let answer = world.post("/api/v1/reviews").header("content-type", kind).body(body).send().await.unwrap();
        let (status, body) = crate::world::told(answer).await;
        assert_eq!(status, expected, "{name}: {body}");
        if status != 202 {
            assert!(body["detail"].as_str().unwrap().contains(part) && body["field"] == "file", "{name}: {body}");
            if !part.contains("UTF") {
                let advice = body["advice"].as_str().unwrap();
                assert!(["Markdown", "Word (DOCX)", "PDF", "HTML"].iter().all(|form| advice.contains(form)), "{body}");
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "{name}: {:?}", begun.elapsed());
            continue;
        }
        let failed = world.over_with(body["id"].as_str().unwrap()).await;
        assert_eq!(failed["state"], "failed", "{name}");
        assert!(failed["error"].as_str().unwrap().contains(part), "{name}: {failed}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{name}: {:?}", begun.elapsed());
        let page = world.get(failed["links"]["page"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("No report about") && page.contains("<p>The file is damaged"), "{name}: {page}");
        let list = world.get("/reviews").send().await.unwrap().text().await.unwrap();
        assert!(list.contains("<p class=\"failure\">The file is damaged"), "the list says why: {list}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_of_a_megabyte_is_reviewed_and_a_byte_more_is_not() {
    let world = World::open().await;
    let line = "The recall is at least 0.9 on the test set of 2025.\n";
    let most = 1 << 20;
    let text = line.repeat(most / line.len() + 1)[..most].to_owned();
    let id = world.submit("long.md", &text).await;
    assert_eq!(world.over_with(&id).await["state"], "done");
    let more = serde_json::json!({ "text": text + "." });
    let answer = world.post("/api/v1/reviews").json(&more).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 413);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_a_document_never_become_markup() {
    let world = World::open().await;
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let id = world.submit(evil, &format!("# {evil}\n\n{SPEC}")).await;
    world.over_with(&id).await;
    let history = world.over_with(&id).await["links"]["history"].as_str().unwrap().to_owned();
    for path in [
        format!("/reviews/{id}"),
        "/reviews".to_owned(),
        history,
        format!("/reviews?document={}", "%22%3E%3Cscript%3E"),
    ] {
        let page = world.get(&path).send().await.unwrap().text().await.unwrap();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
    }
    world.end().await;
}
