//! Where people open a document that was read by its address.

/// An address for people, and how a line is named there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The address that shows the document.
    pub address: String,
    /// What stands between it and the number of a line; none where lines have no address.
    pub line: Option<&'static str>,
    /// The document itself says that this is its address, and may say so: it lies on the host that it was read from.
    pub is_own: bool,
}

impl Opened {
    /// A page whose lines have no address.
    #[must_use]
    pub fn page(address: impl Into<String>) -> Self {
        Self { address: address.into(), line: None, is_own: false }
    }

    /// A page that gives itself this address.
    #[must_use]
    pub fn own(address: impl Into<String>) -> Self {
        Self { is_own: true, ..Self::page(address) }
    }

    /// A file whose lines have one.
    #[must_use]
    pub fn file(address: impl Into<String>, line: &'static str) -> Self {
        Self { address: address.into(), line: Some(line), is_own: false }
    }

    /// The address of line `number`, counted from 1; that of the document where there is none.
    #[must_use]
    pub fn at(&self, number: Option<u32>) -> String {
        match (self.line, number) {
            (Some(before), Some(number)) => format!("{}{before}{number}", self.address),
            _ => self.address.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_addresses_where_the_platform_gives_them() {
        let file = Opened::file("https://github.com/o/r/blob/main/a.md", "?plain=1#L");
        assert_eq!(file.at(Some(7)), "https://github.com/o/r/blob/main/a.md?plain=1#L7");
        assert_eq!(file.at(None), "https://github.com/o/r/blob/main/a.md");
        assert_eq!(Opened::page("https://example.org/a").at(Some(7)), "https://example.org/a");
    }
}
