//! Word files made here, part by part, and what is read out of them.

use std::io::{Cursor, Write as _};

use super::read;
use crate::document::{BlockKind, Document};
use crate::office::Unreadable;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"#;

/// An archive of parts.
fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*path, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn document(body: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="x"><w:body>{body}</w:body></w:document>"#
    )
}

const STYLES: &str = r#"<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:basedOn w:val="Standard"/></w:style>
<w:style w:type="paragraph" w:styleId="Eigen"><w:name w:val="Our chapters"/><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="Ebene"><w:name w:val="Level"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="V1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Quelle"><w:name w:val="Source Code"/></w:style>
<w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style>
<w:style w:type="paragraph" w:styleId="Liste"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="Code"><w:name w:val="Verbatim Char"/></w:style>
<w:style w:type="character" w:styleId="Fett"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
</w:styles>"#;

const NUMBERING: &str = r#"<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl><w:lvl w:ilvl="2"><w:numFmt w:val="none"/></w:lvl></w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#;

const NOTES: &str = r#"<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote>
<w:footnote w:id="2"><w:p><w:r><w:t>a reason</w:t></w:r></w:p></w:footnote>
<w:footnote w:id="3"><w:p><w:r><w:t>nobody refers to it</w:t></w:r></w:p></w:footnote></w:footnotes>"#;

fn part_relations() -> String {
    let one = |id: &str, kind: &str, target: &str, mode: &str| {
        format!(r#"<Relationship Id="{id}" Type="http://x/{kind}" Target="{target}"{mode}/>"#)
    };
    let all = [
        one("r1", "styles", "styles.xml", ""),
        one("r2", "numbering", "/word/numbering.xml", ""),
        one("r3", "footnotes", "../word/footnotes.xml", ""),
        one("r4", "hyperlink", "https://example.org/plan?a=1&amp;b=2", r#" TargetMode="External""#),
    ];
    format!(r#"<Relationships xmlns="x">{}</Relationships>"#, all.concat())
}

fn word(body: &str) -> Vec<u8> {
    archive(&[
        ("_rels/.rels", RELATIONS),
        ("word/document.xml", &document(body)),
        ("word/_rels/document.xml.rels", &part_relations()),
        ("word/styles.xml", STYLES),
        ("word/numbering.xml", NUMBERING),
        ("word/footnotes.xml", NOTES),
    ])
}

fn p(style: &str, inner: &str) -> String {
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{inner}</w:p>"#)
}

fn r(text: &str) -> String {
    format!("<w:r><w:t>{text}</w:t></w:r>")
}

/// Kind, place and words of each block.
fn show(body: &str) -> Vec<String> {
    let document = Document::read("a.docx", &read(&word(body)).unwrap());
    let one = |block: &crate::document::Block| {
        let kind = match &block.kind {
            BlockKind::Heading => format!("h{}", document.sections[block.section].level),
            BlockKind::Item { depth, ordered, task, .. } => {
                format!(
                    "{}{depth}{}",
                    if *ordered { "o" } else { "i" },
                    task.map_or("", |done| if done { "x" } else { "_" })
                )
            }
            BlockKind::TableRow { row, .. } => format!("t{row}"),
            BlockKind::Fence { .. } => "code".into(),
            BlockKind::Footnote => "note".into(),
            _ if block.quoted => "quote".into(),
            _ => "p".into(),
        };
        format!("{kind}|{}|{}", document.places.say(block.lines), block.text.replace('\n', "/"))
    };
    document.blocks.iter().map(one).collect()
}

#[test]
fn headings_lists_quotations_and_code_are_known_by_their_styles() {
    let item = |list: u8, level: u8, text: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr>{}</w:p>"#,
            r(text)
        )
    };
    let body = [
        p("Titel", &r("Fraud")),
        p("V1", &r("Goal ... 3")),
        p("berschrift1", &r("Goal")),
        p("Eigen", &r("Data")),
        p("Ebene", &r("Labels")),
        r#"<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>Own</w:t></w:r></w:p>"#.into(),
        "<w:p/><w:p><w:r><w:t> </w:t></w:r></w:p>".into(),
        item(3, 0, "first"),
        item(3, 1, "\u{2610} open"),
        item(3, 2, "goes on"),
        item(0, 0, "no item"),
        p("Liste", &r("by style")),
        p("Zitat", &r("they said")),
        p("Quelle", &r("x = 1")),
        p("Quelle", &r("y = 2")),
        p("Unknown", &r("end")),
    ];
    assert_eq!(
        show(&body.concat()),
        [
            "h1|paragraph 1|Fraud",
            "h2|paragraph 2|Goal",
            "h2|paragraph 3|Data",
            "h4|paragraph 4|Labels",
            "h3|paragraph 5|Own",
            "o0|paragraph 6|first",
            "i1_|paragraph 7|open",
            "p|paragraph 8|goes on",
            "p|paragraph 9|no item",
            "i0|paragraph 10|by style",
            "quote|paragraph 11|they said",
            "code|paragraphs 12\u{2013}13|x = 1/y = 2",
            "p|paragraph 14|end",
        ]
    );
}

#[test]
fn tables_are_tables_with_or_without_a_grid() {
    let cell = |of: &str, text: &str| format!("<w:tc><w:tcPr>{of}</w:tcPr><w:p>{}</w:p></w:tc>", r(text));
    let body = format!(
        "<w:tbl><w:tblPr><w:tblLook w:val=\"0420\"/></w:tblPr>\
         <w:tr>{}{}{}</w:tr><w:tr>{}{}</w:tr><w:tr>{}{}{}</w:tr>\
         <w:tr><w:trPr><w:del/></w:trPr>{}</w:tr></w:tbl><w:p>{}</w:p>\
         <w:tbl><w:tr><w:tc><w:p>{}</w:p><w:tbl><w:tr>{}{}</w:tr></w:tbl><w:p>{}</w:p></w:tc></w:tr></w:tbl>",
        cell("", "Metric"),
        cell("", "Slice"),
        cell("", "Target"),
        cell("<w:vMerge w:val=\"restart\"/>", "recall"),
        cell("<w:gridSpan w:val=\"2\"/>", "all 0.9"),
        cell("<w:vMerge/>", ""),
        cell("", "new"),
        cell("", "0.8"),
        cell("", "deleted"),
        r("between"),
        r("outer"),
        cell("", "in"),
        cell("", "ner"),
        r("after"),
    );
    assert_eq!(
        show(&body),
        [
            "t0|table 1, row 1|Metric | Slice | Target",
            "t1|table 1, row 2|recall | all 0.9 | ",
            "t2|table 1, row 3|recall | new | 0.8",
            "p|paragraph 1|between",
            "t0|table 2, row 1|",
            "t1|table 2, row 1|outer in ner after",
        ]
    );
}

#[test]
fn a_header_of_two_rows_names_each_column() {
    let cell = |of: &str, text: &str| format!("<w:tc><w:tcPr>{of}</w:tcPr><w:p>{}</w:p></w:tc>", r(text));
    let body = format!(
        "<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}{}</w:tr><w:tr>{}{}{}</w:tr></w:tbl>",
        cell("<w:vMerge w:val=\"restart\"/>", "Metric"),
        cell("<w:gridSpan w:val=\"2\"/>", "Value"),
        cell("<w:vMerge/>", ""),
        cell("", "Baseline"),
        cell("", "Target"),
        cell("", "recall"),
        cell("", "0.3"),
        cell("", "0.8"),
    );
    assert_eq!(
        show(&body),
        ["t0|table 1, row 1|Metric | Value Baseline | Value Target", "t1|table 1, row 3|recall | 0.3 | 0.8"]
    );
}

#[test]
fn words_keep_their_looks_links_and_notes() {
    let body = format!(
        "<w:p>{}<w:r><w:rPr><w:rStyle w:val=\"Fett\"/></w:rPr><w:t>bold</w:t></w:r>\
         <w:r><w:rPr><w:b w:val=\"0\"/><w:rStyle w:val=\"Fett\"/></w:rPr><w:t xml:space=\"preserve\"> not &lt;b&gt; &#x41; </w:t></w:r>\
         <w:r><w:rPr><w:rStyle w:val=\"Code\"/></w:rPr><w:t>x_1</w:t></w:r>\
         <w:hyperlink r:id=\"r4\"><w:r><w:t>plan</w:t></w:r></w:hyperlink>\
         <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \"https://example.org/b\" </w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>field</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>\
         <w:r><w:footnoteReference w:id=\"2\"/></w:r></w:p>",
        "<w:r><w:t xml:space=\"preserve\">very </w:t></w:r>"
    );
    let document = Document::read("a.docx", &read(&word(&body)).unwrap());
    assert_eq!(
        document.source.trim(),
        "very **bold** not \\<b> A `x_1`[plan](<https://example.org/plan?a=1&b=2>)[field](<https://example.org/b>)[^f2]\n\n\
         [^f2]: a reason"
    );
    assert_eq!(document.places.say(document.blocks.last().unwrap().lines), "footnote 1");
}

#[test]
fn what_was_deleted_is_gone_and_what_hides_is_hidden() {
    let hidden = |of: &str, text: &str| format!("<w:p><w:r><w:rPr>{of}</w:rPr><w:t>{text}</w:t></w:r></w:p>");
    let body = [
        "<w:p><w:del><w:r><w:delText>old</w:delText><w:t>older</w:t></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>\
         <w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p>"
            .into(),
        hidden("<w:vanish/>", "veiled1"),
        hidden("<w:color w:val=\"FFFFFF\"/>", "veiled2"),
        hidden("<w:sz w:val=\"2\"/>", "veiled3"),
        hidden("<w:vanish w:val=\"false\"/><w:color w:val=\"FFFFFF\"/><w:shd w:fill=\"000000\"/>", "seen"),
        "<w:p><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></mc:Choice>\
         <mc:Fallback><w:p><w:r><w:t>box again</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent><w:r><w:t>around</w:t></w:r></w:p>"
            .into(),
    ];
    let document = Document::read("a.docx", &read(&word(&body.concat())).unwrap());
    let seen: Vec<&str> =
        document.blocks.iter().map(|block| block.text.as_str()).filter(|text| !text.is_empty()).collect();
    assert_eq!(seen, ["new", "seen", "box", "around"]);
    let unseen = |words: &str| document.unseen.iter().any(|one| one.span.of(&document.source).contains(words));
    assert!(["veiled1", "veiled2", "veiled3"].into_iter().all(unseen), "{:?}", document.unseen);
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let part = |text: &str| archive(&[("_rels/.rels", RELATIONS), ("word/document.xml", text)]);
    let whole = word(&p("Titel", &r("Fraud")));
    let deep = "<w:p>".repeat(500) + &"</w:p>".repeat(500);
    let entity = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>";
    let book = RELATIONS.replace("word/document.xml", "xl/workbook.xml");
    let large = document(&p("x", &r(&"0.9 ".repeat(1_500_000))));
    for (name, bytes, expected) in [
        ("no relations", archive(&[("a.txt", "a")]), Unreadable::NoWord),
        ("a workbook", archive(&[("_rels/.rels", &book), ("xl/workbook.xml", "<workbook/>")]), Unreadable::NoWord),
        ("no words", word("<w:p/>"), Unreadable::Empty),
        (
            "an entity",
            part(&format!("{entity}{}", document("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>"))),
            Unreadable::Declares,
        ),
        ("an unknown name", part(&document("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>")), Unreadable::Declares),
        ("deep", part(&document(&deep)), Unreadable::TooDeep),
        ("too much text", part(&large), Unreadable::too_much_text()),
        ("a bomb", part(&" ".repeat(80 << 20)), Unreadable::TooLarge("64 MiB of text, or 400 times its size")),
    ] {
        assert_eq!(read(&bytes), Err(expected), "{name}");
    }
    for (name, bytes) in [
        ("cut", &whole[..whole.len() / 2]),
        ("cut xml", &part(&document("<w:p>").replace("</w:body></w:document>", ""))),
        ("no text part", &archive(&[("_rels/.rels", RELATIONS)])),
    ] {
        assert!(matches!(read(bytes), Err(Unreadable::Damaged(_))), "{name}: {:?}", read(bytes));
    }
}
