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

/// True for what is worth asking for once more where it did not arrive. Of labels the log does not tell which it was, and hardly any
/// means work: after an outage all of them would use up the limits of what does.
pub(super) fn is_missed(name: &str, action: &str) -> bool {
    is_taken(name, action) && action != "labeled"
}
