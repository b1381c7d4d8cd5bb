//! Faults that a story seeds: what goes wrong with the next request of a kind.

use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Answers with this status and does nothing.
    Status(u16),
    /// Does nothing; GraphQL says 200 and an error of this type with these words.
    Graph(&'static str, &'static str),
    /// Does it and answers with this status.
    StatusAfterCommit(u16),
    /// Does it; the answer breaks off.
    DropAfterCommit,
    /// Does nothing; the answer breaks off.
    DropBefore,
    /// Does it and answers late.
    Late(Duration),
    /// Does it; half of the answer arrives, and looks whole.
    Truncated,
    /// Does nothing; a proxy in between quotes the request with its token.
    Quoted,
    /// Does nothing; the token is no longer good.
    Revoked,
    /// Refuses with 422 and these words.
    Refused(&'static str),
    /// Refuses with a request to wait so many seconds; none leaves the header out.
    Limit(u16, Option<u64>),
}

impl Fault {
    /// The request is carried out all the same.
    pub fn commits(self) -> bool {
        matches!(self, Self::StatusAfterCommit(_) | Self::DropAfterCommit | Self::Late(_) | Self::Truncated)
    }
}

#[derive(Debug)]
pub struct Seeded {
    pub method: String,
    /// End of the route.
    pub route: String,
    pub fault: Fault,
}
