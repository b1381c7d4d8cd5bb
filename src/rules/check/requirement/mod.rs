//! Kinds that read requirements one by one: which sentences are requirements, and how they are worded. Knows no system and no metric.

mod acronym;
mod identifier;
mod keywords;
mod placeholder;
mod reference;
mod statement;
#[cfg(test)]
mod tests;
mod worded;

pub(super) use acronym::KIND as ACRONYM;
pub(super) use identifier::KIND as IDENTIFIER;
pub(super) use keywords::KIND as KEYWORDS;
pub(super) use placeholder::KIND as PLACEHOLDER;
pub(super) use reference::KIND as REFERENCE;
pub(super) use worded::KIND as REQUIREMENT;

/// Most findings of one rule in one document.
const MOST: usize = 5;
