//! The report as a server shows it: with a bar above it, and something of the server's own below each finding. A file has neither.

use super::source_hash;

/// What a server puts around a report. All of it is markup that escapes what it shows.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// What leads back to where it is shown, above everything.
    pub bar: &'a str,
    /// What there is to say of it, below its verdict.
    pub about: &'a str,
    /// A style beside the report's own.
    pub style: &'a str,
    /// A script beside the report's own.
    pub script: &'a str,
    /// What stands below a finding of the first document, by its place among them.
    pub below: &'a dyn Fn(usize) -> Option<String>,
}

/// The report with that around it. Its policy allows the added style and script by their hashes, and forms that lead to the server itself.
#[must_use]
pub fn hosted(page: &str, around: &Around<'_>) -> String {
    let page = with_bar(page, around.bar, around.about);
    let page = page.replacen("style-src '", &format!("style-src '{}' '", source_hash(around.style)), 1);
    let page = page.replacen("script-src '", &format!("script-src '{}' '", source_hash(around.script)), 1);
    let page = page.replacen("form-action 'none'", "form-action 'self'; connect-src 'self'", 1);
    let page = page.replacen("</head>", &format!("<style>{}</style>\n</head>", around.style), 1);
    let page = page.replacen("</body>", &format!("<script>{}</script>\n</body>", around.script), 1);
    below_cards(&page, around.below)
}

/// The page with a bar of our own markup above it, which leads back to where it is shown, and something about it below its verdict.
#[must_use]
pub fn with_bar(page: &str, bar: &str, about: &str) -> String {
    const TOP: &str = "<header class=\"top";
    const END: &str = "</div>\n</header>";
    page.replacen(TOP, &format!("{bar}{TOP}"), 1).replacen(END, &format!("{about}{END}"), 1)
}

/// Words of a document are escaped: what looks like a card is one, and the next end of an article is its own.
fn below_cards(page: &str, below: &dyn Fn(usize) -> Option<String>) -> String {
    const ID: &str = "id=\"finding-1-";
    const END: &str = "</article>";
    let mut out = String::with_capacity(page.len() * 2);
    let mut rest = page;
    while let Some((before, card)) = rest.split_once(ID) {
        let Some((card, after)) = card.split_once(END) else { break };
        let number = card.split_once('"').and_then(|(number, _)| number.parse().ok());
        out.extend([before, ID, card]);
        out.extend(number.and_then(below));
        out.push_str(END);
        rest = after;
    }
    out + rest
}
