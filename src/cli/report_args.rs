//! In which forms a report is wanted, and what old documents may keep. Values only; nothing is done or read here.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a terminal
    Text,
    /// Everything, for programs (specreview/report/v1)
    Json,
    /// As on a pull request
    Markdown,
    /// One page to read, print and send
    Html,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// GitLab's code quality report
    Gitlab,
    /// A test for each check, for CI servers
    Junit,
    /// For reviewdog
    Rdjson,
    /// Annotations of GitHub Actions
    Github,
}

impl Format {
    /// True for what a program reads or somebody opens later: it is written whatever could be reviewed.
    pub(super) fn is_kept(self) -> bool {
        matches!(self, Self::Json | Self::Html | Self::Sarif | Self::Gitlab | Self::Junit | Self::Rdjson)
    }
}

/// What old documents may keep.
#[derive(Debug, Default, Args)]
pub(super) struct BaselineFlags {
    /// File of accepted findings, which fail nothing [default: .specreview-baseline.json, where there is one here or above in
    /// the repository]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Accept everything that is found now, and write it to that file
    #[arg(long)]
    pub(super) write_baseline: bool,
}

impl BaselineFlags {
    /// True where somebody asks for one.
    pub(super) fn is_asked_for(&self) -> bool {
        self.baseline.is_some() || self.write_baseline
    }
}

/// Reports beside the first one.
#[derive(Debug, Args)]
pub(super) struct MoreReports {
    /// Also write the report in another form to a file, as sarif=review.sarif (may be repeated)
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(super) also: Vec<Also>,
}

/// A report in a form of its own, in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Also {
    pub(super) format: Format,
    pub(super) file: PathBuf,
}

impl std::str::FromStr for Also {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((format, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
            return Err("a form and a file are needed, as in sarif=review.sarif".to_owned());
        };
        let known = || Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names = || known().map(|one| one.get_name().to_owned()).collect::<Vec<_>>().join(", ");
        let format = Format::from_str(format, false).map_err(|_| format!("the form is one of {}", names()))?;
        Ok(Self { format, file: file.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_and_a_file_are_read() {
        let also = |text: &str| text.parse::<Also>();
        assert_eq!(also("sarif=a=b.json"), Ok(Also { format: Format::Sarif, file: "a=b.json".into() }));
        for (text, words) in [("sarif", "sarif=review.sarif"), ("sarif=", "a file"), ("pdf=x", "one of text, json")] {
            assert!(also(text).is_err_and(|said| said.contains(words)), "{text}");
        }
    }
}
