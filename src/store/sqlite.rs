//! The store in one SQLite file: write-ahead log, every commit on disk before it counts, one connection that writes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Row as _, Sqlite, Transaction};

use super::{Accepted, Depth, Leased, MAX_CRASHES, Millis, NewDelivery, NewJob, Store, StoreError, sql};

/// How long one statement waits for another process, and a caller for the connection: shorter than the ten seconds that a
/// platform waits for an answer.
const WAIT: Duration = Duration::from_secs(5);

/// Pause before a file that another program holds is opened once more.
const AGAIN: Duration = Duration::from_millis(20);

/// SQLite's `SQLITE_BUSY`.
fn is_busy(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "5")
}

/// Deliveries and jobs in a file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, makes it when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or is no database, and when a newer program has written it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(WAIT)
            .foreign_keys(true)
            .disable_statement_logging();
        let connect = || {
            let pool = SqlitePoolOptions::new().max_connections(1).min_connections(1).acquire_timeout(WAIT);
            pool.idle_timeout(None).max_lifetime(None).connect_with(options.clone())
        };
        // The change to the write-ahead log does not wait for another program that makes it at the same moment.
        let until = tokio::time::Instant::now() + WAIT;
        let pool = loop {
            match connect().await {
                Err(source) if is_busy(&source) && tokio::time::Instant::now() < until => {
                    tokio::time::sleep(AGAIN).await;
                }
                done => break done.map_err(|source| StoreError::Open { path: path.to_owned(), source })?,
            }
        };
        let store = Self { pool };
        store.migrate(path.to_owned()).await?;
        Ok(store)
    }

    /// Ends the connection; what was accepted is on disk already.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn migrate(&self, path: PathBuf) -> Result<(), StoreError> {
        // The lock is taken before the version is read: two programs that start at once do not both migrate.
        let mut write = match self.write("reading the schema version").await {
            Err(StoreError::Database { source, .. }) => return Err(StoreError::Open { path, source }),
            other => other?,
        };
        let what = "bringing the schema up to date";
        let failed = |source| StoreError::Database { what, source };
        sqlx::query(sql::CREATE_META).execute(&mut *write).await.map_err(failed)?;
        let version: i64 =
            sqlx::query_scalar(sql::READ_VERSION).fetch_optional(&mut *write).await.map_err(failed)?.unwrap_or(0);
        if version > sql::VERSION {
            return Err(StoreError::Newer { path, found: version, known: sql::VERSION });
        }
        let done = usize::try_from(version).unwrap_or(0);
        for script in sql::MIGRATIONS.iter().skip(done) {
            sqlx::raw_sql(*script).execute(&mut *write).await.map_err(failed)?;
        }
        if version < sql::VERSION {
            sqlx::query(sql::WRITE_VERSION).bind(sql::VERSION).execute(&mut *write).await.map_err(failed)?;
        }
        write.commit().await.map_err(failed)
    }

    /// A transaction that holds the write lock from its first statement: one that begins reading cannot wait for it.
    pub(super) async fn write(&self, what: &'static str) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(|source| StoreError::Database { what, source })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn accept(&self, delivery: NewDelivery, job: Option<NewJob>, now: Millis) -> Result<Accepted, StoreError> {
        let what = "storing a delivery";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let new = sqlx::query(sql::INSERT_DELIVERY)
            .bind(&delivery.id)
            .bind(&delivery.body_sha256)
            .bind(&delivery.event)
            .bind(now)
            .execute(&mut *write)
            .await
            .map_err(failed)?
            .rows_affected();
        let accepted = if new == 0 {
            let revived =
                sqlx::query(sql::REVIVE).bind(&delivery.id).bind(now).execute(&mut *write).await.map_err(failed)?;
            if revived.rows_affected() == 0 { Accepted::Duplicate } else { Accepted::Revived }
        } else {
            if let Some(job) = job {
                let id: i64 = sqlx::query_scalar(sql::ENQUEUE)
                    .bind(&job.key)
                    .bind(&job.payload)
                    .bind(now)
                    .fetch_one(&mut *write)
                    .await
                    .map_err(failed)?;
                sqlx::query(sql::LINK_DELIVERY)
                    .bind(&delivery.id)
                    .bind(id)
                    .execute(&mut *write)
                    .await
                    .map_err(failed)?;
            }
            Accepted::Stored
        };
        write.commit().await.map_err(failed)?;
        Ok(accepted)
    }

    async fn enqueue(&self, job: NewJob, now: Millis) -> Result<(), StoreError> {
        let failed = |source| StoreError::Database { what: "storing a job", source };
        let query = sqlx::query(sql::ENQUEUE).bind(&job.key).bind(&job.payload).bind(now);
        query.execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }

    async fn call_off(&self, key: &str, reason: &str, now: Millis) -> Result<bool, StoreError> {
        let failed = |source| StoreError::Database { what: "calling a job off", source };
        let query = sqlx::query(sql::CALL_OFF).bind(key).bind(reason).bind(now);
        Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
    }

    async fn claim(&self, worker: &str, now: Millis, lease_ms: i64) -> Result<Option<Leased>, StoreError> {
        let what = "taking a job";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let reason = format!("the program stopped {MAX_CRASHES} times while it worked on this job");
        sqlx::query(sql::BURY)
            .bind(now)
            .bind(i64::from(MAX_CRASHES))
            .bind(reason)
            .execute(&mut *write)
            .await
            .map_err(failed)?;
        let row = sqlx::query(sql::CLAIM)
            .bind(worker)
            .bind(now)
            .bind(now.saturating_add(lease_ms))
            .fetch_optional(&mut *write)
            .await
            .map_err(failed)?;
        write.commit().await.map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let count = |column| row.try_get::<i64, _>(column).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        Ok(Some(Leased {
            id: row.try_get("id").map_err(failed)?,
            key: row.try_get("key").map_err(failed)?,
            payload: row.try_get("payload").map_err(failed)?,
            lease: row.try_get("lease").map_err(failed)?,
            failures: count("failures").map_err(failed)?,
            crashes: count("crashes").map_err(failed)?,
        }))
    }

    async fn renew(&self, job: &Leased, until: Millis) -> Result<bool, StoreError> {
        let failed = |source| StoreError::Database { what: "renewing a lease", source };
        let query = sqlx::query(sql::RENEW).bind(job.id).bind(&job.lease).bind(until);
        Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
    }

    async fn finish(&self, job: &Leased, now: Millis) -> Result<bool, StoreError> {
        let what = "finishing a job";
        let failed = |source| StoreError::Database { what, source };
        let done = sqlx::query(sql::FINISH)
            .bind(job.id)
            .bind(&job.lease)
            .bind(now)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn fail(&self, job: &Leased, reason: &str, run_at: Option<Millis>, now: Millis) -> Result<bool, StoreError> {
        let what = "putting a job back";
        let failed = |source| StoreError::Database { what, source };
        let query = match run_at {
            Some(run_at) => sqlx::query(sql::RETRY).bind(job.id).bind(&job.lease).bind(reason).bind(run_at).bind(now),
            None => sqlx::query(sql::GIVE_UP).bind(job.id).bind(&job.lease).bind(reason).bind(now),
        };
        Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
    }

    async fn depth(&self) -> Result<Depth, StoreError> {
        let what = "counting jobs";
        let failed = |source| StoreError::Database { what, source };
        let rows: Vec<(String, i64)> = sqlx::query_as(sql::DEPTH).fetch_all(&self.pool).await.map_err(failed)?;
        let mut depth = Depth::default();
        for (state, count) in rows {
            let count = u64::try_from(count).unwrap_or(0);
            match state.as_str() {
                "queued" => depth.queued = count,
                "running" => depth.running = count,
                _ => depth.dead = count,
            }
        }
        Ok(depth)
    }

    async fn reason(&self, key: &str) -> Result<Option<String>, StoreError> {
        let failed = |source| StoreError::Database { what: "reading why a job failed", source };
        let reason: Option<Option<String>> =
            sqlx::query_scalar(sql::LAST_REASON).bind(key).fetch_optional(&self.pool).await.map_err(failed)?;
        Ok(reason.flatten())
    }

    async fn prune(&self, before: Millis) -> Result<u64, StoreError> {
        let what = "removing what is long done";
        let failed = |source| StoreError::Database { what, source };
        let mut write = self.write(what).await?;
        let mut removed = 0;
        for statement in [sql::PRUNE_DELIVERIES, sql::PRUNE_JOBS] {
            removed += sqlx::query(statement).bind(before).execute(&mut *write).await.map_err(failed)?.rows_affected();
        }
        write.commit().await.map_err(failed)?;
        Ok(removed)
    }
}
