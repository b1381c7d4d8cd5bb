//! What an App can find out by itself: events that did not reach it, and changes that it may have missed. Reviews nothing.

use async_trait::async_trait;

use super::PlatformError;
use crate::review::ChangeRef;

/// A point in time by the platform's clock, milliseconds since 1970-01-01 UTC.
pub type Moment = i64;

/// An event that the platform tried to tell and could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The id under which it can be asked for.
    pub attempt: u64,
    /// The id that all attempts to tell it share.
    pub delivery: String,
    /// What it is about, for people.
    pub event: String,
    /// It tells of a label, and nobody knows of which: it means work only where one of them does.
    pub is_label: bool,
    /// When it was last tried.
    pub at: Moment,
}

/// What the platform remembers of what it told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What did not arrive in any attempt and would mean work, oldest first.
    pub missed: Vec<Missed>,
    /// Deliveries that did arrive, whatever they mean.
    pub arrived: Vec<String>,
    /// The newest entry; none where there is none.
    pub newest: Option<Moment>,
}

/// An account whose changes the App may act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// Its id.
    pub id: u64,
    /// Since when.
    pub since: Moment,
}

/// A repository by its id, which it keeps, and the name that it had at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// Its id.
    pub id: u64,
    /// Its owner.
    pub owner: String,
    /// Its name.
    pub repo: String,
    /// When it was called so: of two names the later one counts.
    pub at: Moment,
}

/// A repository that the App may act on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The repository.
    pub named: Named,
    /// The installation through which it is seen.
    pub installation: u64,
}

/// A change that can still be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenChange {
    /// The change.
    pub at: ChangeRef,
    /// Its newest commit.
    pub head: String,
    /// When anything last happened to it.
    pub updated: Moment,
}

/// Looks after what was missed, with least rights: it reads lists and has events told once more.
#[async_trait]
pub trait Watch: Send + Sync {
    /// What was told since then.
    ///
    /// # Errors
    /// When the platform does not say.
    async fn told(&self, since: Moment) -> Result<Told, PlatformError>;

    /// Has an event told once more. It comes as any other does.
    ///
    /// # Errors
    /// When the platform refuses, as it does after some days.
    async fn tell_again(&self, missed: &Missed) -> Result<(), PlatformError>;

    /// Where the App is installed and may act.
    ///
    /// # Errors
    /// When the platform does not say.
    async fn installations(&self) -> Result<Vec<Installation>, PlatformError>;

    /// The repositories of an installation, by name.
    ///
    /// # Errors
    /// When the platform does not say.
    async fn places(&self, installation: u64) -> Result<Vec<Place>, PlatformError>;

    /// The open changes of a repository to which something happened since then.
    ///
    /// # Errors
    /// When the platform does not say.
    async fn open_changes(&self, place: &Place, since: Moment) -> Result<Vec<OpenChange>, PlatformError>;

    /// The installation through which a change is seen.
    ///
    /// # Errors
    /// When there is none, or the platform does not say.
    async fn installation_of(&self, at: &ChangeRef) -> Result<u64, PlatformError>;
}
