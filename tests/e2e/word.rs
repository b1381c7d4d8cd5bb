//! A Word file on a pull request: larger than a text may be, without lines to comment on, and reviewed all the same.

use std::io::{Cursor, Write as _};

use specreview::job::worker::Step;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::bot::Bot;
use crate::forge::{Edit, Forge};

const PATH: &str = "specs/fraud.docx";
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

/// A specification with this last sentence, and a picture of so many bytes.
fn spec(last: &str, picture: usize) -> Vec<u8> {
    let paragraph = |style: &str, words: &str| {
        format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"#)
    };
    let cell = |words: &str| format!("<w:tc><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>");
    let row = |one: &str, two: &str| format!("<w:tr>{}{}</w:tr>", cell(one), cell(two));
    let body = [
        paragraph("Heading1", "Fraud model specification"),
        paragraph("Normal", "We train a binary classifier on card payments to find fraud."),
        paragraph("Heading2", "Metrics"),
        format!("<w:tbl>{}{}</w:tbl>", row("Metric", "Target"), row("Recall", "0.9")),
        paragraph("Normal", last),
    ]
    .concat();
    let document = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in [("_rels/.rels", RELATIONS), ("word/document.xml", &document)] {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file("word/media/image1.png", SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
        .unwrap();
    zip.write_all(&vec![7; picture]).unwrap();
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_word_file_of_two_megabytes_gets_one_review_whose_places_are_those_that_its_readers_see() {
    specreview::office::start_with(env!("CARGO_BIN_EXE_specreview").into());
    let forge = std::sync::Arc::new(Forge::start().await);
    let bot = Bot::start(&forge).await;
    let vague = spec("We will monitor the model in operation.", 2 << 20);
    let pull = forge.repo("acme/specs").open_pull_with("fraud", &[Edit::Write(PATH, &vague)]);
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
    let summary = || {
        let comments = pull.comments();
        assert_eq!(comments.len(), 1, "one summary: {comments:#?}");
        comments[0].body.clone()
    };
    let first = summary();
    assert!(first.contains("fraud.docx") && !first.contains("larger than 1 MiB"), "{first}");
    assert!(
        first.contains("[paragraph 4](") && first.contains("[table 1, row 2]("),
        "places are those of readers: {first}"
    );
    assert!(
        first.contains("monitor the model in operation") && !first.contains("#L"),
        "no link to a line that is not there: {first}"
    );
    assert!(pull.inline().is_empty(), "there is no line to comment on: {:#?}", pull.inline());
    let check = pull.check().expect("a check on the head");
    assert_eq!(check.status, "completed");

    // What the next push mends is not said any more, and nothing is said a second time.
    let exact =
        spec("Every week we compare the precision with 0.8; below it the engineer on call rolls back.", 2 << 20);
    pull.push_edits(&[Edit::Write(PATH, &exact)]);
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
    let second = summary();
    assert!(!second.contains("monitor the model in operation") && second.contains("fraud.docx"), "{second}");
    assert!(pull.inline().is_empty());

    // Beyond what is read of a file the reason is told, and nothing that was said before stays.
    let huge = spec("The precision is good.", 11 << 20);
    pull.push_edits(&[Edit::Write(PATH, &huge)]);
    bot.review(&pull.event("synchronize")).await;
    let third = summary();
    assert!(third.contains("could be read") && third.contains("larger than 10 MiB"), "{third}");
    assert!(!third.contains("precision"), "{third}");
    let check = pull.check().expect("a check on the head");
    assert!(check.summary.contains("larger than 10 MiB"), "{check:#?}");
    pull.look_away();
    bot.finish().await;
    std::sync::Arc::into_inner(forge).expect("the bot has let go of the forge").finish();
}
