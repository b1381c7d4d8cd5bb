//! Looks into JSON of strangers: what has another type than expected is not there.

use serde_json::Value;

/// Longest message, in characters.
const MESSAGE: usize = 1000;
/// Longest remark on a rule.
const WHY: usize = 400;
/// Longest text to paste.
const PASTE: usize = 2000;
/// Longest address.
const URL: usize = 1000;

/// The text below `key`.
pub(super) fn text<'a>(of: &'a Value, key: &str) -> Option<&'a str> {
    of.get(key)?.as_str()
}

/// The items below `key`; none where there is no list.
pub(super) fn items<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The number below `key`; what is no number of lines or columns is one that no text has.
pub(super) fn number(of: &Value, key: &str) -> Option<u32> {
    let number = of.get(key).filter(|value| value.is_number())?;
    Some(number.as_u64().map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX)))
}

/// An index below `key`.
pub(super) fn index(of: &Value, key: &str) -> Option<usize> {
    usize::try_from(of.get(key)?.as_u64()?).ok()
}

/// A message: one line.
pub(super) fn message(text: &str) -> String {
    one_line(text, MESSAGE)
}

/// What is said of a rule: one line, and nothing that the message says already.
pub(super) fn why(text: &str, message: &str) -> String {
    let why = one_line(text, WHY);
    if message.contains(why.trim_end_matches('.')) { String::new() } else { why }
}

/// Text to paste; none where there is nothing of it, or too much.
pub(super) fn paste(text: &str) -> Option<String> {
    let fits = text.chars().nth(PASTE).is_none() && !text.trim().is_empty();
    fits.then(|| text.replace("\r\n", "\n"))
}

/// An address that may be shown to programs; no page links it.
pub(super) fn url(text: &str) -> String {
    let is_web = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    let is_plain = text.chars().nth(URL).is_none() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if is_web && is_plain { text.to_owned() } else { String::new() }
}

fn one_line(text: &str, most: usize) -> String {
    // White space may be most of it.
    let near: String = text.chars().take(8 * most).collect();
    let words = near.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(most).collect();
    if short.len() < line.len() { format!("{}…", short.trim_end()) } else { short }
}
