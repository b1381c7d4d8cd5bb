//! Forms in which documents are written, and each of them as Markdown with its own lines kept. Known from the ending of the path, else
//! from the text. Judges nothing.

mod asciidoc;
mod guess;
mod html;
pub(super) mod manuscript;
mod mdx;
mod notebook;
mod page;
pub(super) mod phrase;
mod plain;
mod rst;
mod scan;
mod table;

pub use self::html::{canonical, charset};
use std::collections::BTreeSet;

use self::guess::guess;
use self::page::{Finished, Page};
use super::front;
use crate::text::{Lines, Places};

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Markdown as GitHub reads it.
    Markdown,
    /// Markdown with components and expressions.
    Mdx,
    /// `AsciiDoc`.
    AsciiDoc,
    /// `reStructuredText`.
    ReStructuredText,
    /// A page of HTML.
    Html,
    /// A Jupyter notebook.
    Notebook,
    /// Words without markup.
    Text,
    /// A Word file, read as a [`super::Manuscript`].
    Word,
    /// A PDF, read as a [`super::Manuscript`].
    Pdf,
}

/// Whether a file is looked at where nobody named it: in folders, in changes, behind links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looked {
    /// Its ending is that of documents.
    Always,
    /// Its ending is that of many things: it is looked at where its name says that it is a specification.
    WhereCalledSo,
}

/// An ending of paths: its form, and whether a file with it is looked at.
const ENDINGS: &[(&str, Form, Looked)] = &[
    ("md", Form::Markdown, Looked::Always),
    ("markdown", Form::Markdown, Looked::Always),
    ("mdown", Form::Markdown, Looked::Always),
    ("mkd", Form::Markdown, Looked::Always),
    ("mdx", Form::Mdx, Looked::Always),
    ("adoc", Form::AsciiDoc, Looked::Always),
    ("asciidoc", Form::AsciiDoc, Looked::Always),
    // Signatures have this ending too.
    ("asc", Form::AsciiDoc, Looked::WhereCalledSo),
    ("rst", Form::ReStructuredText, Looked::Always),
    ("rest", Form::ReStructuredText, Looked::WhereCalledSo),
    // Mostly made by programs from other documents.
    ("html", Form::Html, Looked::WhereCalledSo),
    ("htm", Form::Html, Looked::WhereCalledSo),
    ("xhtml", Form::Html, Looked::WhereCalledSo),
    ("ipynb", Form::Notebook, Looked::WhereCalledSo),
    // Lists of requirements of programs, licences, logs.
    ("txt", Form::Text, Looked::WhereCalledSo),
    ("text", Form::Text, Looked::WhereCalledSo),
    ("docx", Form::Word, Looked::Always),
    // Mostly printed from other documents, and other people's papers.
    ("pdf", Form::Pdf, Looked::WhereCalledSo),
];

/// Words in the name of a file that say what it is.
const CALLED: [&str; 6] = ["spec", "specs", "specification", "specifications", "prd", "srs"];

/// Endings of files that hold no text, or none that is read: pictures, archives, programs, and files of other offices.
const FOREIGN: &[&str] = &[
    "7z",
    "avi",
    "bmp",
    "bz2",
    "dll",
    "doc",
    "dmg",
    "exe",
    "gif",
    "gz",
    "heic",
    "iso",
    "jar",
    "jpeg",
    "jpg",
    "mov",
    "mp3",
    "mp4",
    "odp",
    "ods",
    "odt",
    "onnx",
    "parquet",
    "pickle",
    "pkl",
    "png",
    "pps",
    "ppt",
    "pptx",
    "pt",
    "rar",
    "rtf",
    "safetensors",
    "tar",
    "tgz",
    "tif",
    "tiff",
    "wasm",
    "wav",
    "webm",
    "webp",
    "whl",
    "xls",
    "xlsx",
    "xz",
    "zip",
    "zst",
];

/// All forms, those before others that more people write in.
const ALL: [Form; 9] = [
    Form::Markdown,
    Form::Word,
    Form::Pdf,
    Form::Html,
    Form::AsciiDoc,
    Form::ReStructuredText,
    Form::Mdx,
    Form::Notebook,
    Form::Text,
];

impl Form {
    /// The forms that are read, for people: `Markdown, Word (DOCX), … or plain text`.
    #[must_use]
    pub fn all_named() -> String {
        let names = ALL.map(Self::name);
        names.split_last().map_or_else(String::new, |(last, rest)| format!("{} or {last}", rest.join(", ")))
    }

    fn name(self) -> &'static str {
        match self {
            Form::Markdown => "Markdown",
            Form::Word => "Word (DOCX)",
            Form::Pdf => "PDF",
            Form::Html => "HTML",
            Form::AsciiDoc => "AsciiDoc",
            Form::ReStructuredText => "reStructuredText",
            Form::Mdx => "MDX",
            Form::Notebook => "a Jupyter notebook",
            Form::Text => "plain text",
        }
    }

    /// The media type of files of this form.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Form::Word => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Form::Pdf => "application/pdf",
            Form::Html => "text/html",
            Form::Notebook => "application/x-ipynb+json",
            Form::AsciiDoc => "text/asciidoc",
            Form::ReStructuredText => "text/x-rst",
            Form::Mdx => "text/mdx",
            Form::Text => "text/plain",
            Form::Markdown => "text/markdown",
        }
    }

    /// The media types of all forms, each once.
    #[must_use]
    pub fn media_types() -> BTreeSet<&'static str> {
        ENDINGS.iter().map(|(_, form, _)| form.media_type()).collect()
    }

    /// The ending of a path, which may be an address, where no file with it is a document; in lower case.
    #[must_use]
    pub fn foreign(path: &str) -> Option<String> {
        let ending = ending(path)?.to_ascii_lowercase();
        FOREIGN.contains(&ending.as_str()).then_some(ending)
    }

    /// The form of the document at `path`, which may be an address; where its ending says nothing, what `text` looks like.
    #[must_use]
    pub fn of(path: &str, text: &str) -> Self {
        manuscript::form(text).or_else(|| Self::named(path)).unwrap_or_else(|| guess(text))
    }

    /// The form that the ending of a path says, which may be an address.
    #[must_use]
    pub fn named(path: &str) -> Option<Self> {
        by_ending(path).map(|(_, form, _)| *form)
    }

    /// True for files that are looked at although nobody named them: in folders, in changes, behind links. Of a form that many things
    /// have those whose name says that they are specifications: the folder alone holds printed copies and other people's papers, too.
    #[must_use]
    pub fn is_looked_for(path: &str) -> bool {
        by_ending(path).is_some_and(|(_, _, looked)| *looked == Looked::Always || is_called_so(path))
    }

    /// A comment that readers of this form do not see, where it has such; `words` hold no line break.
    #[must_use]
    pub fn comment(self, words: &str) -> Option<String> {
        match self {
            Self::Markdown | Self::Html | Self::Notebook | Self::Text => Some(format!("<!-- {words} -->")),
            Self::Mdx => Some(format!("{{/* {} */}}", words.replace("*/", "* /"))),
            Self::AsciiDoc => Some(format!("// {words}")),
            Self::ReStructuredText => Some(format!(".. {words}")),
            Self::Word | Self::Pdf => None,
        }
    }

    /// True for files whose bytes are no text: they are read out of the file first, and places in them are not lines.
    #[must_use]
    pub fn is_file(self) -> bool {
        matches!(self, Self::Word | Self::Pdf)
    }

    /// True where a file of this form cannot hold such a text: it was cut or changed by something that does not know the form.
    #[must_use]
    pub fn is_damaged(self, text: &str) -> bool {
        self == Self::Notebook && !notebook::is_one(text)
    }

    /// True where text in Markdown may be put into the document as it is.
    #[must_use]
    pub fn takes_markdown(self) -> bool {
        matches!(self, Self::Markdown)
    }
}

/// Endings of files that are looked at whatever they are called, for people.
#[must_use]
pub fn endings() -> String {
    let all: Vec<String> = ENDINGS
        .iter()
        .filter(|(.., looked)| *looked == Looked::Always)
        .map(|(ending, ..)| format!(".{ending}"))
        .collect();
    all.join(", ")
}

fn is_called_so(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).any(|word| CALLED.contains(&word))
}

fn by_ending(path: &str) -> Option<&'static (&'static str, Form, Looked)> {
    let ending = ending(path)?;
    ENDINGS.iter().find(|(known, ..)| ending.eq_ignore_ascii_case(known))
}

/// What stands behind the last dot of the last part.
fn ending(path: &str) -> Option<&str> {
    let path = match path.split_once("://") {
        // The host of an address has an ending too.
        Some((_, rest)) => {
            rest.split(['?', '#']).next().and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path)
        }
        None => path,
    };
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, ending)| ending)
}

/// A document as Markdown.
#[derive(Debug)]
pub(super) struct Rewritten {
    /// The Markdown.
    pub(super) markdown: String,
    /// Where in it the lines of the text as written begin.
    pub(super) lines: Lines,
    /// Quotations are taken from the text as written: a reader of it sees the words there.
    pub(super) is_quoted: bool,
    /// Something that the text shows several times was not repeated as often.
    pub(super) is_cut: bool,
    /// How its places are said.
    pub(super) places: Places,
}

/// `text` as Markdown; `None` for what is Markdown already. Cost is linear in its length.
pub(super) fn rewrite(form: Form, text: &str) -> Option<Rewritten> {
    if form == Form::Markdown || form.is_file() {
        return None;
    }
    let mut page = Page::new(text.len());
    if form == Form::Notebook {
        let (places, count) = notebook::rewrite(text, &mut page)?;
        let Finished { markdown, lines, is_cut } = page.finish(count.unwrap_or_else(|| text.split('\n').count()));
        return Some(Rewritten { markdown, lines, is_quoted: false, is_cut, places });
    }
    let (_, body) = front::split(text);
    let (head, body) = text.split_at_checked(body).unwrap_or(("", text));
    let mut first = 0;
    for line in head.split_inclusive('\n') {
        page.at(first);
        page.push(line);
        first += usize::from(line.ends_with('\n'));
    }
    let lines: Vec<&str> = body.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut counted = None;
    match form {
        Form::Markdown | Form::Notebook | Form::Word | Form::Pdf => {}
        Form::Html => counted = html::rewrite(body, first, &mut page),
        Form::Mdx => mdx::rewrite(&lines, first, &mut page),
        Form::AsciiDoc => asciidoc::rewrite(&lines, first, &mut page),
        Form::ReStructuredText => rst::rewrite(&lines, first, &mut page),
        Form::Text => plain::rewrite(&lines, first, &mut page),
    }
    let Finished { markdown, lines, is_cut } = page.finish(counted.unwrap_or(first + lines.len()));
    Some(Rewritten { markdown, lines, is_quoted: form != Form::Html, is_cut, places: Places::default() })
}

#[cfg(test)]
mod tests;
