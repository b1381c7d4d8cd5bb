//! Which events of GitHub may mean work. Everything else is ignored by its name alone.

/// What is taken of what GitHub sends: events and their actions.
const TAKEN: &[(&str, &[&str])] = &[
    ("pull_request", &["opened", "reopened", "synchronize", "ready_for_review", "edited", "labeled", "closed"]),
    ("check_run", &["rerequested", "requested_action"]),
    ("check_suite", &["rerequested"]),
    ("issue_comment", &["created"]),
    ("pull_request_review_comment", &["created"]),
    ("merge_group", &["checks_requested"]),
];

/// Some action of this event may mean work.
pub(super) fn is_known(name: &str) -> bool {
    TAKEN.iter().any(|(event, _)| *event == name)
}

/// True for what may mean work.
pub(super) fn is_taken(name: &str, action: &str) -> bool {
    TAKEN.iter().any(|(event, actions)| *event == name && actions.contains(&action))
}

/// True for events of labels. Of them the log does not tell which it was, and hardly any means work.
pub(super) fn is_label(name: &str, action: &str) -> bool {
    (name, action) == ("pull_request", "labeled")
}
