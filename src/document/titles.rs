//! What a title says about the text below it. Knows the usual titles of specifications, not their content.

use super::Mark;

/// What a title makes of the text below it.
pub(super) fn title(title: &str) -> Mark {
    let words = plain(title);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let joined = words.join(" ");
    let only = |core: &[&str], around: &[&str]| {
        words.iter().any(|word| core.contains(word))
            && words.iter().all(|word| core.contains(word) || around.contains(word))
    };
    if only(GLOSSARY, GLOSSARY_AROUND) {
        Mark::Glossary
    } else if APPARATUS.contains(&joined.as_str()) {
        Mark::Apparatus
    } else if is_example_title(&words) {
        Mark::Example
    } else {
        Mark::Content
    }
}

const GLOSSARY: &[&str] = &[
    "glossary",
    "definitions",
    "abbreviations",
    "acronyms",
    "terms",
    "terminology",
    "vocabulary",
    "nomenclature",
    "glossar",
    "begriffe",
    "abkürzungen",
    "glossaire",
    "glosario",
    "glossário",
    "глоссарий",
    "термины",
    "сокращения",
];
const GLOSSARY_AROUND: &[&str] = &[
    "and",
    "of",
    "the",
    "key",
    "list",
    "used",
    "common",
    "in",
    "this",
    "document",
    "words",
    "explanations",
    "und",
    "der",
    "et",
    "y",
    "e",
    "и",
    "important",
    "main",
    "our",
];
const APPARATUS: &[&str] = &[
    "references",
    "bibliography",
    "further reading",
    "literature",
    "table of contents",
    "contents",
    "toc",
    "change log",
    "changelog",
    "change history",
    "revision history",
    "version history",
    "document history",
    "revisions",
    "document control",
    "links",
    "useful links",
    "related links",
    "see also",
    "related documents",
    "related reading",
    "acknowledgements",
    "acknowledgments",
    "footnotes",
    "list of figures",
    "list of tables",
    "inhaltsverzeichnis",
    "inhalt",
    "literatur",
    "содержание",
    "оглавление",
    "ссылки",
    "литература",
    "referencias",
    "referências",
    "índice",
    "références",
    "sommaire",
];

/// "Examples", "A worked example", "Example: refund request", "Sample output", "Template"; but not "Training examples" or
/// "Sample size", which are about data.
fn is_example_title(words: &[&str]) -> bool {
    const ALONE: &[&str] =
        &["example", "examples", "template", "templates", "beispiel", "beispiele", "пример", "примеры"];
    const BEFORE: &[&str] = &[
        "a",
        "an",
        "the",
        "some",
        "simple",
        "worked",
        "usage",
        "code",
        "another",
        "more",
        "further",
        "full",
        "output",
        "input",
        "request",
        "response",
        "api",
        "illustrative",
    ];
    const SHOWN: &[&str] = &[
        "output",
        "outputs",
        "input",
        "response",
        "request",
        "report",
        "dialogue",
        "dialogues",
        "conversation",
        "conversations",
        "code",
        "payload",
        "query",
        "queries",
        "message",
        "messages",
        "email",
        "json",
        "usage",
        "call",
    ];
    match words {
        [word] => ALONE.contains(word),
        ["example" | "examples", rest @ ..] => rest.len() <= 5 && !rest.contains(&"data"),
        ["sample", rest @ ..] => rest.iter().all(|word| SHOWN.contains(word)),
        [first, rest @ ..] if BEFORE.contains(first) => {
            is_example_title(rest) && *first != "the"
                || (first == &"an" || first == &"a") && rest.first().is_some_and(|word| word.starts_with("example"))
        }
        _ => false,
    }
}

/// Lower-case words of a title without its number, "appendix", and signs.
pub(super) fn plain(title: &str) -> Vec<String> {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
    let mut words: Vec<String> = words.collect();
    let numbers = words.iter().take(words.len().saturating_sub(1)).take_while(|word| is_number(word)).count();
    words.drain(..numbers);
    words
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
        || word.chars().all(|c| matches!(c, 'i' | 'v' | 'x'))
        || (word.chars().count() == 1 && word != "a")
        || matches!(word, "section" | "chapter")
        || APPENDIX.contains(&word)
}

/// Words with which the title of an appendix begins.
const APPENDIX: &[&str] = &["appendix", "appendices", "annex", "attachment", "anhang", "anlage", "приложение"];

/// True for the title of an appendix, whatever its number: what stands behind the document and is no part of what it says.
#[must_use]
pub fn is_appendix(title: &str) -> bool {
    let title = title.trim_start_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    APPENDIX.iter().any(|word| title.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appendix_is_one_for_whoever_asks() {
        for (title, expected) in [
            ("Appendix A: Glossary", true),
            ("7. Annex: Glossary", true),
            ("Anlage 2: Glossar", true),
            ("Attachments", true),
            ("The appendix of the patient", false),
            ("Data", false),
        ] {
            assert_eq!(is_appendix(title), expected, "{title}");
        }
        for word in APPENDIX {
            assert_eq!(plain(&format!("{word} B: terms")), ["terms"], "{word}");
        }
    }
}
