//! PDFs made here, operator by operator, and what is read out of them.

use std::fmt::Write as _;

use super::read;
use crate::document::{BlockKind, Document};
use crate::office::Unreadable;

/// A PDF of pages, each given by its content; `F1` is a plain font, `F2` a bold one. Neither is
/// embedded: how such a font looks is not known.
fn pdf(pages: &[&str]) -> Vec<u8> {
    file(pages, "", &[])
}

/// The same with more in the catalog, and with objects behind the last one of the pages.
fn file(pages: &[&str], catalog: &str, more: &[&str]) -> Vec<u8> {
    let font = |name: &str| format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>");
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
        String::new(),
        font("Helvetica"),
        font("Helvetica-Bold"),
    ];
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
    objects.extend(more.iter().map(|object| (*object).to_owned()));
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
fn at(font: &str, size: u32, x: i32, y: i32, words: &str) -> String {
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

/// A line of a table at each of the places.
fn cells(y: i32, cells: &[(i32, &str)]) -> String {
    cells.iter().map(|(x, text)| at("F1", 11, *x, y, text)).collect()
}

#[test]
fn cells_of_several_lines_are_one_row() {
    let page = [
        // The first name is empty, the second one has three lines, the others stand at the bottom.
        cells(700, &[(200, "Rule of")]),
        cells(687, &[(200, "five")]),
        cells(674, &[(200, "(today)"), (300, "Phase 0"), (400, "Use")]),
        "0 G 72 668 m 500 668 l S\n".to_owned(),
        cells(650, &[(72, "Sensitivity,")]),
        cells(637, &[(72, "in time"), (200, "0.61"), (300, "0.70"), (400, "0.75")]),
        // Cells that stand in the middle of their row.
        cells(610, &[(72, "Precision of")]),
        cells(597, &[(72, "an alarm,")]),
        cells(584, &[(72, "all wards")]),
        cells(597, &[(200, "0.11"), (300, "0.17"), (400, "0.20")]),
        cells(540, &[(72, "Words below the table that reach over all of its columns and further.")]),
        cells(527, &[(72, "They go on here.")]),
    ]
    .concat();
    assert_eq!(
        show(&[&page]),
        [
            "t0|page 1| | Rule of five (today) | Phase 0 | Use",
            "t1|page 1|Sensitivity, in time | 0.61 | 0.70 | 0.75",
            "t2|page 1|Precision of an alarm, all wards | 0.11 | 0.17 | 0.20",
            "p|page 1|Words below the table that reach over all of its columns and further. They go on here.",
        ]
    );
}

/// Lines around cells: from left to right at these heights, from top to bottom at these places.
fn lines(across: &[(i32, i32, i32)], down: &[(i32, i32, i32)]) -> String {
    let across = across.iter().map(|(y, from, to)| format!("{from} {y} m {to} {y} l S\n"));
    let down = down.iter().map(|(x, from, to)| format!("{x} {from} m {x} {to} l S\n"));
    across.chain(down).collect()
}

#[test]
fn lines_around_cells_tell_what_is_joined() {
    let page = [
        lines(
            &[(700, 70, 470), (680, 170, 370), (660, 70, 470), (640, 70, 470), (620, 70, 370), (600, 70, 470)],
            &[(70, 600, 700), (170, 600, 700), (270, 600, 680), (370, 600, 700), (470, 600, 700)],
        ),
        cells(676, &[(75, "Metric")]),
        cells(686, &[(240, "Values")]),
        cells(676, &[(375, "Data set")]),
        cells(666, &[(175, "Today"), (275, "Goal")]),
        cells(646, &[(75, "Recall"), (175, "0.61"), (275, "0.80"), (375, "test")]),
        cells(626, &[(75, "Precision"), (175, "0.40"), (275, "0.55")]),
        cells(616, &[(375, "calls of May")]),
        cells(606, &[(75, "F1"), (175, "0.48"), (275, "0.65")]),
    ]
    .concat();
    assert_eq!(
        show(&[&page]),
        [
            "t0|page 1|Metric | Values Today | Values Goal | Data set",
            "t1|page 1|Recall | 0.61 | 0.80 | test",
            "t2|page 1|Precision | 0.40 | 0.55 | calls of May",
            "t3|page 1|F1 | 0.48 | 0.65 | calls of May",
        ]
    );
    // A frame around a passage is no table.
    let framed =
        lines(&[(700, 70, 470), (640, 70, 470)], &[(70, 640, 700), (470, 640, 700)]) + &cells(670, &[(75, "Words.")]);
    assert_eq!(show(&[&framed]), ["p|page 1|Words."]);
}

#[test]
fn tags_tell_the_cells_of_a_table() {
    let marked = |part: u32, content: &str| format!("/P << /MCID {part} >> BDC\n{content}EMC\n");
    let page = [
        marked(0, &cells(760, &[(72, "Before.")])),
        // Whatever the order and the places are.
        marked(5, &cells(640, &[(200, "0.80")])),
        marked(1, &cells(690, &[(72, "Metric")])),
        marked(2, &cells(700, &[(200, "Values")])),
        marked(3, &cells(680, &[(200, "Goal")])),
        marked(4, &(cells(650, &[(72, "Recall")]) + &cells(636, &[(72, "per case")]))),
        marked(6, &cells(560, &[(72, "Behind.")])),
        cells(20, &[(72, "file:///tmp/a.html 1/1")]),
    ]
    .concat();
    let cell =
        |kind: &str, parts: &str, more: &str| format!("<< /Type /StructElem /S /{kind} /Pg 5 0 R /K {parts} {more} >>");
    let span = |name: &str| format!("/A [<< /O /Table /{name} 2 >>]");
    let elements = [
        "<< /Type /StructTreeRoot /K [8 0 R] /RoleMap << /Grid /Table >> >>".to_owned(),
        "<< /S /Document /K [<< /S /P /Pg 5 0 R /K 0 >> 9 0 R << /S /P /Pg 5 0 R /K [<< /Type /MCR /MCID 6 >>] >>] >>"
            .to_owned(),
        "<< /S /Grid /K [<< /S /THead /K [10 0 R 11 0 R] >> 12 0 R] >>".to_owned(),
        format!("<< /S /TR /K [{} {}] >>", cell("TH", "1", &span("RowSpan")), cell("TH", "2", "")),
        format!("<< /S /TR /K [{}] >>", cell("TH", "[3]", "")),
        format!("<< /S /TR /K [{} {}] >>", cell("TD", "4", ""), cell("TD", "5", "")),
    ];
    let elements: Vec<&str> = elements.iter().map(String::as_str).collect();
    let text = read(&file(&[&page], "/StructTreeRoot 7 0 R", &elements)).unwrap();
    let document = Document::read("a.pdf", &text);
    let blocks: Vec<&str> = document.blocks.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(blocks, ["Before.", "Metric | Values Goal", "Recall per case | 0.80", "Behind."]);
    // Elements within themselves end.
    let circle = ["<< /Type /StructTreeRoot /K [8 0 R] >>", "<< /S /Table /K [8 0 R 8 0 R 8 0 R] >>"];
    let text = read(&file(&[&page], "/StructTreeRoot 7 0 R", &circle)).unwrap();
    assert!(text.contains("Recall"), "{text}");
}

#[test]
fn a_table_goes_on_on_the_next_page() {
    let head = |y| cells(y, &[(72, "Office"), (300, "Answers for")]) + &lines(&[(y - 5, 72, 500)], &[]);
    let first = head(700) + &cells(682, &[(72, "Director"), (300, "benefit to patients, end or")]);
    let next = head(780) + &cells(762, &[(300, "continuation")]) + &cells(744, &[(72, "Nurse"), (300, "rules")]);
    assert_eq!(
        show(&[&first, &next]),
        [
            "t0|page 1|Office | Answers for",
            "t1|page 1|Director | benefit to patients, end or continuation",
            "t2|page 2|Nurse | rules",
        ]
    );
    // The first cell of a row may end there, too.
    let first = head(700) + &cells(682, &[(72, "Grade 4"), (300, "0.74")]);
    let next = cells(780, &[(72, "defects found")])
        + &cells(766, &[(72, "per pipe")])
        + &cells(744, &[(72, "Alerts"), (300, "0.50")])
        + &cells(727, &[(72, "Codes"), (300, "0.63")]);
    for next in [next.clone(), head(798) + &next] {
        assert_eq!(
            show(&[&first, &next]),
            [
                "t0|page 1|Office | Answers for",
                "t1|page 1|Grade 4 defects found per pipe | 0.74",
                "t2|page 2|Alerts | 0.50",
                "t3|page 2|Codes | 0.63",
            ]
        );
    }
}

#[test]
fn labels_in_brackets_begin_passages() {
    let page = [
        at("F1", 11, 72, 700, "(a)"),
        at("F1", 11, 100, 700, "Each release bears a tag, see"),
        at("F1", 11, 72, 686, "(c) of this part."),
        at("F1", 11, 72, 672, "(b)"),
        at("F1", 11, 100, 672, "Each delivery is kept."),
    ]
    .concat();
    assert_eq!(
        show(&[&page]),
        ["p|page 1|(a) Each release bears a tag, see (c) of this part.", "p|page 1|(b) Each delivery is kept."]
    );
}

#[test]
fn what_only_tells_the_page_is_no_text_on_a_single_one() {
    for line in [
        at("F1", 8, 72, 20, "file:///tmp/spec.html 1/1"),
        at("F1", 8, 24, 826, "11/29/26, 2:55 PM Spec"),
        at("F1", 11, 280, 30, "Page 1 of 1"),
        at("F1", 11, 280, 30, "- 1 -"),
        at("F1", 9, 72, 815, "Harbour of Linnholm, port operations"),
        at("F1", 11, 72, 815, "Linnholm \\251 2026"),
    ] {
        let page = line.clone()
            + &at("F1", 11, 72, 700, "Words of the text, of which there are more than in margins.")
            + &at("F1", 11, 72, 60, "Last words.");
        assert_eq!(
            show(&[&page]),
            ["p|page 1|Words of the text, of which there are more than in margins.", "p|page 1|Last words."],
            "{line}"
        );
    }
    let page = at("F1", 11, 72, 815, "Words near the edge.") + &at("F1", 11, 72, 30, "2 of 3 are met.");
    assert_eq!(show(&[&page]).len(), 2);
}

#[test]
fn what_was_drawn_late_is_read_where_it_stands() {
    let page = [
        at("F1", 11, 72, 700, "First."),
        at("F2", 16, 72, 600, "A heading"),
        at("F1", 11, 72, 570, "Last."),
        // A frame, drawn after all else.
        at("F1", 11, 72, 650, "In a frame."),
        at("F1", 11, 72, 624, "And more."),
    ]
    .concat();
    assert_eq!(
        show(&[&page]),
        ["p|page 1|First.", "p|page 1|In a frame.", "p|page 1|And more.", "h1|page 1|A heading", "p|page 1|Last."]
    );
    // Columns are read one after the other.
    let columns = [
        at("F1", 11, 72, 700, "Left above."),
        at("F1", 11, 72, 400, "Left below."),
        at("F1", 11, 320, 760, "Right above."),
        at("F1", 11, 320, 500, "Right below."),
    ]
    .concat();
    let texts: Vec<String> =
        show(&[&columns]).iter().filter_map(|line| line.rsplit('|').next().map(str::to_owned)).collect();
    assert_eq!(texts, ["Left above.", "Left below.", "Right above.", "Right below."]);
}

#[test]
fn words_at_the_beginning_of_a_line_are_as_they_were_written() {
    let page = [
        at("F1", 11, 72, 700, "The register of 2022 to 2024-12-"),
        at("F1", 11, 72, 686, "31. The data set has 900 letters, of version"),
        at("F1", 11, 72, 672, "3. It is kept."),
        at("F1", 11, 72, 640, "Steps:"),
        at("F1", 11, 72, 626, "1. Read."),
        at("F1", 11, 72, 612, "2. Sort."),
        cells(580, &[(72, "Recall and Precision are counted per letter, see the table.")]),
        cells(540, &[(72, "Precisio")]),
        cells(527, &[(72, "n")]),
        cells(540, &[(140, "Latenc")]),
        cells(527, &[(140, "y")]),
        cells(500, &[(72, "0.9"), (140, "3 s")]),
    ]
    .concat();
    let shown = show(&[&page]);
    assert_eq!(
        &shown[..4],
        [
            "p|page 1|The register of 2022 to 2024-12-31. The data set has 900 letters, of version 3. It is kept.",
            "p|page 1|Steps:",
            "o0|page 1|Read.",
            "o0|page 1|Sort.",
        ]
    );
    assert!(shown.iter().any(|line| line.ends_with("Precision | Latency")), "{shown:?}");
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
