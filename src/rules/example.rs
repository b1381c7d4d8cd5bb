//! Examples of a page: passages on which a rule must fire, or must stay silent. They are its tests.

/// What an example expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expectation {
    /// The rule fires.
    Bad,
    /// The rule stays silent.
    Good,
}

/// A fenced passage of a page: ```` ```markdown bad ```` or ```` ```markdown good ````, further words of the info string set the
/// profile (`task=forecasting`, `stage=brief`, `part=data`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it expects.
    pub expect: Expectation,
    /// Its text.
    pub text: String,
    /// Line of its fence in the page, from 1.
    pub line: u32,
    /// `key=value` words of the info string.
    pub options: Vec<(String, String)>,
}

/// What became of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExampleOutcome {
    /// As expected.
    Right,
    /// The rule stays silent where it must fire.
    Missing,
    /// The rule fires where it must stay silent; what it says.
    Noisy(String),
}
