//! Word files and PDFs by the real program: read in a process apart, with places that their readers see, and one message where that fails.

use std::io::{Cursor, Write as _};

use crate::program::World;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

fn word(body: &str) -> Vec<u8> {
    let document = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in [("_rels/.rels", RELATIONS), ("word/document.xml", &document)] {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn paragraph(style: &str, words: &str) -> String {
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"#)
}

fn spec(goal: &str) -> Vec<u8> {
    let cell = |words: &str| format!("<w:tc><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>");
    let row = |one: &str, two: &str| format!("<w:tr>{}{}</w:tr>", cell(one), cell(two));
    let body = [
        paragraph("Heading1", "Fraud model"),
        paragraph("Normal", "We train a binary classifier on card payments."),
        paragraph("Heading2", "Metrics"),
        paragraph("Normal", goal),
        format!("<w:tbl>{}{}</w:tbl>", row("Metric", "Target"), row("Recall", "0.9")),
        paragraph("Normal", "The model must have a good precision."),
    ];
    word(&body.concat())
}

#[test]
fn findings_in_a_word_file_name_the_paragraph_and_the_row() {
    let world = World::new(&[("docs/fraud.docx", &spec("Recall matters more than precision."))]);
    // In a folder it is found as other documents are.
    let done = world.run(&["review", "--no-llm", "--as", "spec", "docs"]);
    assert_eq!(done.status, 0, "{done:?}");
    assert!(done.out.contains("--> docs/fraud.docx, table 1, row 2") && !done.out.contains("(line "), "{}", done.out);
    assert!(done.out.contains("MET-002 metric target (table 1, row 2)"), "{}", done.out);
    let done = world.run(&["review", "--no-llm", "--format", "json", "--as", "spec", "docs/fraud.docx"]);
    let report: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    let document = &report["documents"][0];
    let row = document["findings"].as_array().unwrap().iter().find(|one| one["place"] == "table 1, row 2").unwrap();
    assert_eq!((row["rule"].as_str(), row["quote"].as_str()), (Some("MET-011"), Some("| Recall | 0.9 |")));
    let recall = document["measures"].as_array().unwrap().iter().find(|one| one["metric"] == "recall").unwrap();
    assert_eq!((recall["value"].as_f64(), recall["place"].as_str()), (Some(0.9), Some("table 1, row 2")));
    for (format, words) in
        [("sarif", "\"name\": \"table 1, row 2\""), ("html", "table 1, row 2"), ("markdown", "table 1, row 2")]
    {
        let done = world.run(&["review", "--no-llm", "--as", "spec", "--format", format, "docs/fraud.docx"]);
        assert!(done.out.contains(words), "{format}: {}", done.out);
    }
}

/// A Word file of at least so many bytes, most of them a picture.
fn with_picture(bytes: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new_append(Cursor::new(spec("Recall matters more than precision."))).unwrap();
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("word/media/picture.png", stored).unwrap();
    zip.write_all(&vec![7; bytes]).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_job_reads_as_large_a_word_file_as_a_pull_request_may_have() {
    let world = World::new(&[
        ("docs/fraud.docx", &with_picture(2 << 20)),
        ("docs/large.docx", &with_picture(10 << 20)),
        ("docs/text.md", &vec![b'a'; (1 << 20) + 1]),
    ]);
    for args in [&["ci", "--path", "docs", "--report", "report.json"][..], &["ci", "--report", "report.json"]] {
        let done = world.run(args);
        let report: serde_json::Value = serde_json::from_str(&world.read("report.json")).unwrap();
        let documents = report["documents"].as_array().unwrap();
        let paths: Vec<&str> = documents.iter().filter_map(|document| document["path"].as_str()).collect();
        assert!(paths.contains(&"docs/fraud.docx"), "{done:?}");
        let skipped = report["run"]["skipped"].to_string();
        assert!(!skipped.contains("fraud.docx"), "{skipped}");
        assert!(skipped.contains("large.docx") && skipped.contains("text.md"), "{skipped}");
    }
}

#[test]
fn a_file_that_gives_no_text_is_one_message() {
    let bomb = word(&" ".repeat(80 << 20));
    let entity = word("<w:p><w:r><w:t>&xxe;</w:t></w:r></w:p>");
    let world = World::new(&[
        ("old.doc", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]),
        ("cut.docx", &spec("x")[..300]),
        ("bomb.docx", &bomb),
        ("entity.docx", &entity),
        ("damaged.pdf", b"%PDF-1.7\nnothing of it is left"),
        ("bad.docx", b"# Fraud model\n\nRecall of at least 0.9.\n"),
        ("Bad.PDF", b"Fraud model\n"),
        ("torn.docx", b"\0\x01\x02\xff"),
        ("none.docx", b""),
    ]);
    for (input, words) in [
        ("old.doc", "old Word file"),
        ("cut.docx", "damaged"),
        ("bomb.docx", "holds more than"),
        ("entity.docx", "entities of its own"),
        ("damaged.pdf", "damaged"),
        (
            "bad.docx",
            "it is named as a Word file and holds plain text; name it .md or .txt, or save it again as a Word",
        ),
        ("Bad.PDF", "it is named as a PDF and holds plain text"),
        ("torn.docx", "it is named as a Word file and is none, or is damaged"),
        ("none.docx", "the file is empty"),
    ] {
        let done = world.run(&["review", input]);
        done.says(2, &["error: nothing could be reviewed", input, words]);
        assert_eq!(done.err.lines().count(), 1, "{done:?}");
    }
    // From a pipe the first bytes tell what it is.
    world.run_with(&["review", "--no-llm", "-"], &spec("Recall is 0.9.")).says(0, &[]);
}

#[cfg(unix)]
#[test]
fn the_process_that_reads_can_neither_open_nor_outgrow_anything() {
    use std::process::{Command, Stdio};
    // Its limits are those that it set itself: seen from outside while it waits for its bytes.
    let mut child = Command::new(env!("CARGO_BIN_EXE_specreview"))
        .arg("read-file-apart")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let seen = || std::fs::read_to_string(format!("/proc/{}/limits", child.id()));
    if seen().is_ok() {
        let limit = |name: &str| {
            let limits = seen().unwrap();
            let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
            line.get(26..).unwrap().split_whitespace().next().unwrap().to_owned()
        };
        // The address space is what it limits last.
        for _ in 0..600 {
            if limit("Max address space") == (1_u64 << 30).to_string() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(limit("Max open files"), "3");
        assert_eq!(limit("Max file size"), "0");
        assert_eq!(limit("Max cpu time"), "15");
        assert_eq!(limit("Max address space"), (1_u64 << 30).to_string());
    }
    child.stdin.take().unwrap().write_all(&spec("x")).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success() && done.stdout.starts_with(b"T\x01docx\n"), "{done:?}");
}
