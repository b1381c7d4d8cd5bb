//! Connections to SQLite or PostgreSQL, transactions on them, and how long anything may take. Knows no table.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use sqlx::any::{AnyArguments, AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions as _, Connection as _};
use tokio::time::{Instant, timeout_at};

use super::{Address, StoreError};

/// How long a statement waits for a lock that others hold, and a caller for a connection.
const WAIT: Duration = Duration::from_secs(3);
/// How long a whole transaction may take with all its tries: with the wait before it ([`super::group`]) less than the ten seconds that a platform waits
/// for an answer. A network that swallows packets tells nobody that the other side is gone.
const TOTAL: Duration = Duration::from_secs(5);
/// How long the first connection may take: at the start nobody waits for an answer, and a machine has much else to do.
const START: Duration = Duration::from_secs(30);
/// Pause before a file that another program holds is opened once more.
const AGAIN: Duration = Duration::from_millis(20);
/// How often a transaction is tried that the database gave up because of another one.
const TRIES: u32 = 4;
/// Portions of one piece of work at a time; what is left waits for the next time.
const PORTIONS: u32 = 250;
/// Connections that read a file: health, metrics, a worker and commands ask at the same time, seldom more.
const READERS: u32 = 4;
/// Connections to a server, for the same and for writing. A server has a hundred by default, for all replicas together.
const CONNECTIONS: u32 = 8;

/// What SQLite is told on each connection: readers do not wait for writers, and a commit is on disk before it counts.
const SQLITE: &str = "PRAGMA busy_timeout = 3000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
const SQLITE_READER: &str = "PRAGMA busy_timeout = 3000; PRAGMA query_only = ON;";
/// What PostgreSQL is told: a transaction whose program is gone gives up its locks, and a commit is on disk before it counts, also
/// where the server is set to answer earlier.
const POSTGRES: &str = "SET statement_timeout = 3000; SET lock_timeout = 3000; SET idle_in_transaction_session_timeout = 10000; \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// A statement with what is bound to it.
pub(super) type Statement<'q> = Query<'q, Any, AnyArguments>;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

/// Work of which only one may go on at a time, whichever program does it: what one reads, another must not be just about to add to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub(super) enum Alone {
    /// The schema is brought forward.
    Schema = 7_310_030_894,
    /// Spending is added and summed.
    Spend,
    /// Commands are counted.
    Count,
    /// Opinions are kept, and texts that nobody speaks of are forgotten.
    Feedback,
    /// The queue of reviews by hand is measured and added to.
    Submit,
    /// A repository gets another name.
    Names,
}

/// The connections.
#[derive(Clone)]
pub(super) struct Db {
    pub(super) kind: Kind,
    write: AnyPool,
    read: AnyPool,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Db {
    /// Connects. The address is used here and never shown.
    pub(super) async fn connect(address: &Address) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        if let Address::File(path) = address {
            make_private(path);
        }
        let options = address.url().expose_secret().parse::<AnyConnectOptions>()?.disable_statement_logging();
        let (kind, told) = match address {
            Address::File(_) => (Kind::Sqlite, SQLITE),
            Address::Server(_) => (Kind::Postgres, POSTGRES),
        };
        // A pool that cannot connect tries until its time is over and hides why: the first connection says it.
        tokio::time::timeout(START, first(&options, told)).await.map_err(late)??;
        match kind {
            Kind::Sqlite => {
                let write = pool(1, SQLITE).min_connections(1).idle_timeout(None).max_lifetime(None);
                // SQLite ends a transaction by itself when the disk is full: such a connection never begins another.
                let write = write.after_release(|connection, _| {
                    Box::pin(async move {
                        connection.ping().await?;
                        Ok(!connection.is_in_transaction())
                    })
                });
                let read = pool(READERS, SQLITE_READER).idle_timeout(None).max_lifetime(None);
                let write = write.connect_lazy_with(options.clone());
                Ok(Self { kind, write, read: read.connect_lazy_with(options) })
            }
            Kind::Postgres => {
                let pool = pool(CONNECTIONS, POSTGRES).test_before_acquire(true).connect_lazy_with(options);
                Ok(Self { kind, write: pool.clone(), read: pool })
            }
        }
    }

    /// Ends the connections; what was committed is on disk already.
    pub(super) async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }

    /// Does `work`, which is one transaction from [`Db::begin`] to its commit, within the time that a transaction may take, and once
    /// more from the start when the database gave it up because of another one.
    pub(super) async fn write<T, F>(&self, what: &'static str, work: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        self.write_until(Self::deadline(), what, work).await
    }

    /// When a transaction that begins now has to be done.
    pub(super) fn deadline() -> Instant {
        Instant::now() + TOTAL
    }

    /// As [`Db::write`], for one of several transactions that share a time.
    pub(super) async fn write_until<T, F>(
        &self,
        deadline: Instant,
        what: &'static str,
        work: impl Fn() -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let mut tries = 1;
        loop {
            match timeout_at(deadline, work()).await.map_err(late).flatten() {
                Err(error) if tries < TRIES && gave_way(&error) => tries += 1,
                done => return done.map_err(|source| failed(what, source)),
            }
        }
    }

    /// Begins a transaction. On SQLite it holds the write lock from its first statement: one that begins reading cannot wait for it.
    pub(super) async fn begin(&self) -> Result<sqlx::Transaction<'static, Any>, sqlx::Error> {
        match self.kind {
            Kind::Sqlite => self.write.begin_with("BEGIN IMMEDIATE").await,
            Kind::Postgres => self.write.begin().await,
        }
    }

    /// Waits until this transaction alone does such work, and holds off others until it ends. SQLite's transactions are alone as they are.
    pub(super) async fn alone(&self, write: &mut AnyConnection, work: Alone) -> Result<(), sqlx::Error> {
        if self.kind == Kind::Postgres {
            // The driver has no type for what the function gives back, which is nothing.
            let lock = sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)").bind(work as i64);
            lock.execute(write).await?;
        }
        Ok(())
    }

    /// A transaction of one statement; how many rows it changed.
    pub(super) async fn change<'q>(
        &self,
        what: &'static str,
        statement: impl Fn() -> Statement<'q>,
    ) -> Result<u64, StoreError> {
        let work = || async {
            let mut write = self.begin().await?;
            let changed = statement().execute(&mut *write).await?.rows_affected();
            write.commit().await?;
            Ok(changed)
        };
        self.write(what, work).await
    }

    /// Does a statement over and over, each time as a transaction of its own, until it changes fewer than `most` rows: what cannot be done
    /// within the time of one transaction gets done all the same, and others write in between. How many rows it changed.
    pub(super) async fn change_in_portions<'q>(
        &self,
        what: &'static str,
        most: i64,
        statement: impl Fn() -> Statement<'q>,
    ) -> Result<u64, StoreError> {
        let mut all = 0_u64;
        for _ in 0..PORTIONS {
            let changed = self.change(what, &statement).await?;
            all = all.saturating_add(changed);
            if changed < most.unsigned_abs() {
                break;
            }
        }
        Ok(all)
    }

    /// The rows of a statement that only reads. Never waits for those who write.
    pub(super) async fn rows<T>(
        &self,
        what: &'static str,
        statement: Statement<'_>,
        read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = tokio::time::timeout(TOTAL, statement.fetch_all(&self.read)).await.map_err(late).flatten();
        rows.and_then(|rows| rows.iter().map(read).collect()).map_err(|source| failed(what, source))
    }

    /// The first row of a statement that only reads.
    pub(super) async fn row<T>(
        &self,
        what: &'static str,
        statement: Statement<'_>,
        read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(what, statement, read).await?.into_iter().next())
    }
}

/// Makes the file where there is none, for its owner alone: it quotes documents that not everybody on the machine may read. SQLite gives the
/// files beside it the same rights. What cannot be made says why when it is opened.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

pub(super) fn failed(what: &'static str, source: sqlx::Error) -> StoreError {
    StoreError::Database { what, source: Arc::new(source) }
}

fn pool(most: u32, told: &'static str) -> AnyPoolOptions {
    let pool = AnyPoolOptions::new().max_connections(most).acquire_timeout(WAIT).test_before_acquire(false);
    pool.after_connect(move |connection, _| {
        Box::pin(async move { sqlx::raw_sql(told).execute(connection).await.map(|_| ()) })
    })
}

/// Whether a connection can be used.
async fn first(options: &AnyConnectOptions, told: &'static str) -> Result<(), sqlx::Error> {
    let mut connection = AnyConnection::connect_with(options).await?;
    loop {
        match sqlx::raw_sql(told).execute(&mut connection).await {
            // SQLite's change to the write-ahead log does not wait for another program that makes it at the same moment.
            Err(error) if code(&error).as_deref() == Some("5") => tokio::time::sleep(AGAIN).await,
            done => {
                done?;
                return connection.close().await;
            }
        }
    }
}

fn late(_: tokio::time::error::Elapsed) -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the database took too long"))
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// PostgreSQL gave the transaction up because of another one: it could not be put in an order, it stood in a ring of locks, or a row of
/// the same key came in between.
fn gave_way(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01" | "23505"))
}

/// The database refused a value and not the work: PostgreSQL's classes of data, constraints and limits, SQLite's of size and constraints.
pub(super) fn is_about_a_row(error: &sqlx::Error) -> bool {
    let Some(code) = code(error) else { return false };
    match code.len() {
        5 => ["22", "23", "54"].iter().any(|class| code.starts_with(class)),
        // SQLite adds details above the lowest byte.
        _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18 | 19)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::borrow::Cow;
    use std::error::Error;

    use super::*;

    /// What a database says, by its code.
    #[derive(Debug, thiserror::Error)]
    #[error("the database says {0}")]
    pub(in crate::store) struct Says(pub(in crate::store) &'static str);

    impl sqlx::error::DatabaseError for Says {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> sqlx::error::ErrorKind {
            sqlx::error::ErrorKind::Other
        }
    }

    #[tokio::test]
    async fn what_is_written_to_a_file_is_on_disk_before_it_counts_and_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("jobs.db");
        let db = Db::connect(&file.clone().into()).await.unwrap();
        let mut connection = db.write.acquire().await.unwrap();
        let asked = async |what: &'static str, connection: &mut AnyConnection| {
            let row = sqlx::query(what).fetch_one(connection).await.unwrap();
            sqlx::Row::try_get::<String, _>(&row, 0)
                .or_else(|_| sqlx::Row::try_get::<i64, _>(&row, 0).map(|n| n.to_string()))
                .unwrap()
        };
        assert_eq!(asked("PRAGMA synchronous", &mut connection).await, "2", "full");
        assert_eq!(asked("PRAGMA journal_mode", &mut connection).await, "wal");
        sqlx::query("CREATE TABLE word (text TEXT)").execute(&mut *connection).await.unwrap();
        #[cfg(unix)]
        for name in ["jobs.db", "jobs.db-wal"] {
            let mode = std::fs::metadata(home.path().join(name)).unwrap().permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600, "{name}");
        }
    }

    #[tokio::test]
    async fn all_tries_of_a_transaction_share_one_time() {
        let home = tempfile::tempdir().unwrap();
        let db = Db::connect(&home.path().join("jobs.db").into()).await.unwrap();
        let try_ = Duration::from_millis(200);
        let work = || async move {
            tokio::time::sleep(try_).await;
            Err::<(), _>(sqlx::Error::Database(Box::new(Says("40001"))))
        };
        let begun = Instant::now();
        db.write_until(begun + try_ * 5 / 2, "trying", work).await.unwrap_err();
        assert!(begun.elapsed() >= try_ * 2 && begun.elapsed() < try_ * 3, "{:?}", begun.elapsed());
    }
}
