//! Small builders for the tests of reports. Compiled for tests only.

use super::{Entry, Run};
use crate::document::Document;
use crate::review::{Catalogue, Reviewed};

/// The document that the findings of a test point at.
pub(crate) const TEXT: &str = "# Parcel sorting\n\n\
    Every night parcels are lost.\n\n\
    ## Quality\n\n\
    The model has a good recall and we will monitor it.\n\n\
    | Measure | Today | Go-live |\n|---|---|---|\n| Recall | 0.31 | 0.85 |\n\n\
    ## Operation\n\n\
    The service runs on the edge servers of the hub, next to the belt controllers, and it reads frames from the camera \
    bus and writes the divert signal to the belt controller, which takes at most 400 ms for each parcel on the belt.\n";

/// A run over reviewed documents, each with [`TEXT`], and inputs that could not be read.
pub(crate) fn run_of(documents: Vec<Reviewed>, unread: &[&str]) -> Run {
    let mut entries: Vec<Entry> =
        documents.into_iter().map(|reviewed| Entry::Reviewed(Box::new(reviewed), Document::parse(TEXT))).collect();
    entries.extend(
        unread.iter().map(|path| Entry::Unread { path: (*path).into(), reason: "no such file; check the path".into() }),
    );
    Run { documents: entries, ..Run::new("0.1.0", "1234abcd1234abcd") }
}

/// Names of the rules that tests use.
pub(crate) fn catalogue() -> Catalogue {
    Catalogue::default()
        .with_rule("BIZ-001", "missing-business-problem", "Business")
        .with_rule("MET-002", "missing-metric-target", "Metrics")
        .with_rule("MON-001", "missing-performance-monitoring", "Monitoring")
        .with_rule("MON-002", "missing-drift-detection", "Monitoring")
        .with_rule("ARI-003", "target-not-better-than-baseline", "Arithmetic")
        .with_ratio("recall")
}
