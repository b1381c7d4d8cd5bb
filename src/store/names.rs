//! Under which name the rows of a repository stand. Everything is kept by name, for people; by its id it is found out that a repository
//! has another one, and its rows follow. Knows no platform.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _, query};

use super::db::Alone;
use super::{Database, Millis, StoreError, names_sql as sql};

/// How long ago a job may have been given up that is taken up again when its repository is found under another name: until then it is
/// looked for what was missed some times.
const GIVEN_UP: Millis = 60 * 60 * 1000;

/// A repository, and the name that it had at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its id, which it keeps.
    pub id: u64,
    /// Its name, `owner/name`.
    pub name: String,
    /// When it had this name, by the platform's clock: what is told later counts.
    pub at: Millis,
}

struct Known {
    id: i64,
    name: String,
    told_at: Millis,
}

impl Known {
    fn of(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self { id: row.try_get(0)?, name: row.try_get(1)?, told_at: row.try_get(2)? })
    }

    /// Its name, unless another repository took that and nobody knows the new one.
    fn name(self) -> Option<String> {
        (!is_aside(&self.name)).then_some(self.name)
    }
}

/// A name that no repository has: there stands what belongs to one whose name another one has taken, until its new one is told.
fn aside(id: i64) -> String {
    format!("~/{id}")
}

fn is_aside(name: &str) -> bool {
    name.starts_with("~/")
}

fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

impl Database {
    /// See [`super::Store::heed`].
    pub(super) async fn heeded(&self, told: &Repository, now: Millis) -> Result<Option<String>, StoreError> {
        let Ok(id) = i64::try_from(told.id) else { return Ok(Some(told.name.clone())) };
        // Most often there is no news: nobody waits for anybody then.
        let known = self.db.row("looking for a repository", query(sql::KNOWN).bind(id), Known::of).await?;
        match known {
            Some(known) if known.name == told.name => return Ok(known.name()),
            Some(known) if known.told_at > told.at => return Ok(known.name()),
            _ => {}
        }
        let work = || async {
            let mut write = self.db.begin().await?;
            self.db.alone(&mut write, Alone::Names).await?;
            let name = settle(&mut write, id, told, now).await?;
            write.commit().await?;
            Ok(name)
        };
        self.db.write("moving what is kept of a repository to its new name", work).await
    }

    /// The change as it is called today: a run that began before its repository was renamed speaks of it by the name of then.
    pub(super) async fn today(&self, change: &str) -> Result<String, StoreError> {
        let Some((place, number)) = change.split_once('#') else { return Ok(change.to_owned()) };
        let read = |row: &AnyRow| row.try_get::<String, _>(0);
        let name = folded(place);
        let today = self.db.row("looking for a name", query(sql::TODAY).bind(&name), read).await?;
        Ok(today.map_or_else(|| change.to_owned(), |place| format!("{place}#{number}")))
    }
}

async fn settle(
    write: &mut AnyConnection,
    id: i64,
    told: &Repository,
    now: Millis,
) -> Result<Option<String>, sqlx::Error> {
    let new = folded(&told.name);
    let known = query(sql::KNOWN).bind(id).fetch_optional(&mut *write).await?;
    let known = known.as_ref().map(Known::of).transpose()?;
    if known.as_ref().is_some_and(|known| known.told_at > told.at) {
        return Ok(known.and_then(Known::name));
    }
    let holder = query(sql::HOLDER).bind(&new).bind(id).fetch_optional(&mut *write).await?;
    if let Some(holder) = holder.as_ref().map(Known::of).transpose()? {
        if holder.told_at > told.at {
            // It had the name before the one that has it now.
            return Ok(known.and_then(Known::name));
        }
        let Known { id, name, told_at } = holder;
        rename(write, (id, &name), &aside(id), now).await?;
        keep(write, id, &aside(id), told_at).await?;
    }
    if let Some(known) = known.filter(|known| known.name != told.name) {
        rename(write, (id, &known.name), &told.name, now).await?;
    }
    keep(write, id, &told.name, told.at).await?;
    query(sql::IS_NOT_FORMER).bind(&new).execute(&mut *write).await?;
    Ok(Some(told.name.clone()))
}

async fn keep(write: &mut AnyConnection, id: i64, name: &str, at: Millis) -> Result<(), sqlx::Error> {
    query(sql::KEEP).bind(id).bind(name).bind(folded(name)).bind(at).execute(write).await.map(|_| ())
}

/// Moves everything that is kept under a name.
async fn rename(write: &mut AnyConnection, (id, from): (i64, &str), to: &str, now: Millis) -> Result<(), sqlx::Error> {
    let (of, changes) = (format!("{from}#"), format!("{to}#"));
    for statement in sql::DROP_CHANGES {
        query(*statement).bind(&changes).execute(&mut *write).await?;
    }
    for statement in sql::MOVE_CHANGES {
        query(*statement).bind(&of).bind(&changes).execute(&mut *write).await?;
    }
    query(sql::COPY_SPEND).bind(&of).bind(&changes).bind(to).execute(&mut *write).await?;
    query(sql::DROP_SPEND).bind(&of).execute(&mut *write).await?;
    // Jobs are about a change, or about a commit.
    for end in ["#", " "] {
        let (of, jobs) = (format!("github:{from}{end}"), format!("github:{to}{end}"));
        query(sql::DROP_JOBS).bind(&of).bind(&jobs).execute(&mut *write).await?;
        let (was, is) = (in_payload(from), in_payload(to));
        query(sql::MOVE_JOBS).bind(&of).bind(&jobs).bind(was).bind(is).execute(&mut *write).await?;
        if !is_aside(to) {
            let since = now.saturating_sub(GIVEN_UP);
            query(sql::REVIVE).bind(&jobs).bind(since).bind(now).execute(&mut *write).await?;
        }
    }
    if !is_aside(from) {
        query(sql::IS_FORMER).bind(folded(from)).bind(id).execute(&mut *write).await?;
    }
    tracing::info!(from, to, "a repository has another name: what is kept of it follows");
    Ok(())
}

/// How the payload of a job names its repository; a quote in a text of a person is never bare there.
fn in_payload(name: &str) -> String {
    let (owner, repo) = name.split_once('/').unwrap_or((name, ""));
    format!(r#""at":{{"owner":"{owner}","repo":"{repo}""#)
}
