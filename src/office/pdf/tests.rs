//! PDFs made here, operator by operator, and what is read out of them.

use std::fmt::Write as _;

use super::read;
use crate::document::{BlockKind, Document};
use crate::office::Unreadable;

/// A PDF of pages, each given by its content; `F1` is a plain font, `F2` a bold one. Neither is
/// embedded: how such a font looks is not known.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let font = |name: &str| format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>");
    let mut objects =
        vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), String::new(), font("Helvetica"), font("Helvetica-Bold")];
    let mut kids = String::new();
    for content in pages {
        let page = objects.len() + 1;
        let _ = write!(kids, "{page} 0 R ");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
            page + 1
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len());
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(out.len());
        out.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).bytes());
    out
}

/// Words at a place from the lower left corner.
fn at(font: &str, size: u32, x: u32, y: u32, words: &str) -> String {
    format!("BT /{font} {size} Tf {x} {y} Td ({words}) Tj ET\n")
}

/// Kind, place and words of each block.
fn show(pages: &[&str]) -> Vec<String> {
    let document = Document::read("a.pdf", &read(&pdf(pages)).unwrap());
    let one = |block: &crate::document::Block| {
        let kind = match &block.kind {
            BlockKind::Heading => format!("h{}", document.sections[block.section].level),
            BlockKind::Item { depth, ordered, .. } => format!("{}{depth}", if *ordered { "o" } else { "i" }),
            BlockKind::TableRow { row, .. } => format!("t{row}"),
            BlockKind::Fence { .. } => "code".into(),
            _ => "p".into(),
        };
        format!("{kind}|{}|{}", document.places.say(block.lines), block.text.replace('\n', "/"))
    };
    document.blocks.iter().map(one).collect()
}

#[test]
fn sizes_signs_and_columns_make_headings_lists_and_tables() {
    let page = [
        at("F2", 20, 72, 780, "Fraud"),
        at("F2", 14, 72, 750, "1. Goal"),
        at("F1", 11, 72, 730, "Recall of fraud cases is at least 0.9 on the"),
        at("F1", 11, 72, 716, "test set of March."),
        at("F1", 11, 72, 690, "Another paragraph."),
        at("F1", 11, 72, 670, "- first item, which"),
        at("F1", 11, 80, 656, "goes on"),
        at("F1", 11, 90, 642, "- inner"),
        at("F1", 11, 72, 628, "2. second"),
        at("F2", 11, 72, 600, "Metric"),
        at("F2", 11, 200, 600, "Target"),
        at("F1", 11, 72, 586, "Recall,"),
        at("F1", 11, 72, 572, "all cases"),
        at("F1", 11, 200, 586, "0.9"),
        at("F1", 11, 72, 558, "Precision"),
        at("F1", 11, 200, 558, "0.8"),
        at("F1", 11, 72, 500, "It ends in the mid-"),
    ]
    .concat();
    let next = at("F1", 11, 72, 780, "dle of a page.");
    assert_eq!(
        show(&[&page, &next]),
        [
            "h1|page 1|Fraud",
            "h2|page 1|1. Goal",
            "p|page 1|Recall of fraud cases is at least 0.9 on the test set of March.",
            "p|page 1|Another paragraph.",
            "i0|page 1|first item, which goes on",
            "i1|page 1|inner",
            "o0|page 1|second",
            "t0|page 1|Metric | Target",
            "t1|page 1|Recall, all cases | 0.9",
            "t2|page 1|Precision | 0.8",
            "p|page 1|It ends in the mid-dle of a page.",
        ]
    );
}

#[test]
fn what_stands_on_every_page_is_no_text() {
    let page = |number: u32| {
        at("F1", 9, 72, 820, "Secret plan")
            + &at("F1", 11, 72, 700, &format!("Words {number}."))
            + &at("F1", 9, 300, 20, &number.to_string())
    };
    let pages: Vec<String> = (1..=4).map(page).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    assert_eq!(show(&pages), ["p|page 1|Words 1.", "p|page 2|Words 2.", "p|page 3|Words 3.", "p|page 4|Words 4."]);
}

#[test]
fn what_no_reader_sees_hides() {
    let page = [
        at("F1", 11, 72, 700, "seen"),
        format!("1 1 1 rg {} 0 g\n", at("F1", 11, 72, 660, "white on paper")),
        format!("0 0 0 rg 60 600 300 30 re f 1 1 1 rg {} 0 g\n", at("F1", 11, 72, 610, "white on black")),
        format!("3 Tr {} 0 Tr\n", at("F1", 11, 72, 560, "not drawn")),
        at("F1", 1, 72, 520, "tiny"),
        at("F1", 11, 72, 2000, "off the page"),
    ]
    .concat();
    let document = Document::read("a.pdf", &read(&pdf(&[&page])).unwrap());
    let seen: Vec<&str> =
        document.blocks.iter().map(|block| block.text.as_str()).filter(|text| !text.is_empty()).collect();
    assert_eq!(seen, ["seen", "white on black"]);
    for words in ["white on paper", "not drawn", "tiny", "off the page"] {
        let is_found = document.unseen.iter().any(|one| one.span.of(&document.source).contains(words));
        assert!(is_found, "{words}: {:?}", document.unseen);
    }
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let whole = pdf(&[&at("F1", 11, 72, 700, "words")]);
    assert!(read(&whole).is_ok());
    assert_eq!(read(&pdf(&[""])), Err(Unreadable::Empty));
    let picture = "100 0 0 100 72 600 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u{7f} EI";
    assert_eq!(read(&pdf(&[picture])), Err(Unreadable::Scanned));
    assert_eq!(read(&pdf(&vec![""; 2_001])), Err(Unreadable::TooLarge("2,000 pages")));
    assert!(matches!(read(b"%PDF-1.7\nnothing"), Err(Unreadable::Damaged(_))));
    // A table of objects that is gone is found again; what is left of a text is read.
    for cut in (0..whole.len()).step_by(37) {
        let _ = read(&whole[..cut]);
    }
}
