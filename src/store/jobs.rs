//! The database of the server: deliveries and jobs, in a SQLite file or on a PostgreSQL server. Every commit is on disk before it counts.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::db::{Db, Kind, Statement};
use super::inbox::{self, Inbox};
use super::migrate::migrate;
use super::reviews::inbox as submits;
use super::{
    Accepted, Address, DAY, DELIVERIES_KEPT, Depth, JOBS_KEPT, Leased, MAX_CRASHES, Millis, NewDelivery, NewJob,
    OVERDUE, Parked, Repository, SPEND_KEPT, Store, StoreError, group, spend_sql, sql,
};

/// How long a job waits that took its process down twice; three times, twice as long, and so on.
const AFTER_CRASHES: Millis = 30_000;

/// Most jobs that one transaction makes ready, or takes readiness from, and most rows that one removes: milliseconds of work.
const AT_ONCE: i64 = 1000;

/// A database, opened. Copies share its connections.
#[derive(Debug, Clone)]
pub struct Database {
    pub(super) db: Db,
    inbox: Inbox,
    pub(super) submits: submits::Inbox,
}

impl Database {
    /// Opens the database, makes the file when it is not there, and brings the schema up to date.
    ///
    /// # Errors
    /// When it cannot be opened or is no database, and when a newer program has written it.
    pub async fn open(address: impl Into<Address>) -> Result<Self, StoreError> {
        let address = address.into();
        let open = |source| StoreError::Open { at: address.to_string(), source };
        let db = Db::connect(&address).await.map_err(open)?;
        migrate(&db, &address).await?;
        let inbox = group::start(inbox::Deliveries(db.clone()));
        let submits = group::start(submits::Submits(db.clone()));
        Ok(Self { db, inbox, submits })
    }

    /// Ends the connections; what was accepted is on disk already.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

impl Database {
    /// Ends a lease by `statement`. Where newer work takes over, what was asked for goes over first. False when the lease was lost.
    async fn back<'q>(
        &self,
        what: &'static str,
        job: &'q Leased,
        statement: impl Fn() -> Statement<'q>,
    ) -> Result<bool, StoreError> {
        let work = || async {
            let mut write = self.db.begin().await?;
            query(sql::HAND_ON).bind(job.id).bind(&job.lease).execute(&mut *write).await?;
            let changed = statement().execute(&mut *write).await?.rows_affected();
            write.commit().await?;
            Ok(changed == 1)
        };
        self.db.write(what, work).await
    }
}

/// A reason, which may quote what somebody else's server said: a text of PostgreSQL holds no NUL.
fn told(reason: &str) -> String {
    reason.replace('\0', "\u{fffd}")
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn leased(row: &AnyRow) -> Result<Leased, sqlx::Error> {
    Ok(Leased {
        id: row.try_get("id")?,
        key: row.try_get("key")?,
        payload: row.try_get("payload")?,
        lane: row.try_get("lane")?,
        lease: row.try_get("lease")?,
        failures: count(row.try_get("failures")?),
        crashes: count(row.try_get("crashes")?),
    })
}

fn parked(row: &AnyRow) -> Result<Parked, sqlx::Error> {
    Ok(Parked {
        id: row.try_get("id")?,
        key: row.try_get("key")?,
        reason: row.try_get::<Option<String>, _>("reason")?.unwrap_or_default(),
        failures: count(row.try_get("failures")?),
        crashes: count(row.try_get("crashes")?),
        at: row.try_get("updated_at")?,
    })
}

#[async_trait]
impl Store for Database {
    async fn accept(&self, delivery: NewDelivery, job: Option<NewJob>, now: Millis) -> Result<Accepted, StoreError> {
        group::hand_over(&self.inbox, inbox::Asked { delivery, job, now }).await
    }

    async fn enqueue(&self, job: NewJob, now: Millis) -> Result<(), StoreError> {
        let work = || async {
            let mut write = self.db.begin().await?;
            inbox::enqueue(&mut write, &[(&job, now)]).await?;
            write.commit().await
        };
        self.db.write("storing a job", work).await
    }

    async fn heed(&self, repository: &Repository, now: Millis) -> Result<Option<String>, StoreError> {
        self.heeded(repository, now).await
    }

    async fn claim(&self, worker: &str, now: Millis, lease_ms: i64) -> Result<Option<Leased>, StoreError> {
        let buried = format!("the program stopped {MAX_CRASHES} times while it worked on this job");
        let (make_ready, claim) = match self.db.kind {
            Kind::Sqlite => (sql::MAKE_READY, sql::CLAIM),
            Kind::Postgres => (sql::MAKE_READY_BESIDE_OTHERS, sql::CLAIM_BESIDE_OTHERS),
        };
        let work = || async {
            let mut write = self.db.begin().await?;
            query(sql::HAND_ON_LOST).bind(now).execute(&mut *write).await?;
            let reap = query(sql::REAP).bind(now).bind(i64::from(MAX_CRASHES)).bind(&buried).bind(AFTER_CRASHES);
            reap.execute(&mut *write).await?;
            query(make_ready).bind(now).bind(AT_ONCE).execute(&mut *write).await?;
            let claim = query(claim).bind(worker).bind(now).bind(now.saturating_add(lease_ms));
            let row = claim.bind(now.saturating_sub(OVERDUE)).fetch_optional(&mut *write).await?;
            let done = row.as_ref().map(leased).transpose()?;
            write.commit().await?;
            Ok(done)
        };
        self.db.write("taking a job", work).await
    }

    async fn renew(&self, job: &Leased, until: Millis) -> Result<bool, StoreError> {
        let statement = || query(sql::RENEW).bind(job.id).bind(&job.lease).bind(until);
        Ok(self.db.change("renewing a lease", statement).await? == 1)
    }

    async fn finish(&self, job: &Leased, now: Millis) -> Result<bool, StoreError> {
        let statement = || query(sql::FINISH).bind(job.id).bind(&job.lease).bind(now);
        Ok(self.db.change("finishing a job", statement).await? == 1)
    }

    async fn fail(&self, job: &Leased, reason: &str, run_at: Option<Millis>, now: Millis) -> Result<bool, StoreError> {
        let reason = told(reason);
        let statement = || match run_at {
            Some(run_at) => {
                query(sql::RETRY).bind(job.id).bind(&job.lease).bind(reason.as_str()).bind(run_at).bind(now)
            }
            None => query(sql::GIVE_UP).bind(job.id).bind(&job.lease).bind(reason.as_str()).bind(now),
        };
        self.back("putting a job back", job, statement).await
    }

    async fn put_off(&self, job: &Leased, reason: &str, run_at: Millis, now: Millis) -> Result<bool, StoreError> {
        let reason = told(reason);
        let statement =
            || query(sql::PUT_OFF).bind(job.id).bind(&job.lease).bind(reason.as_str()).bind(run_at).bind(now);
        self.back("putting a job off", job, statement).await
    }

    async fn give_back(&self, job: &Leased, now: Millis) -> Result<bool, StoreError> {
        let statement = || query(sql::GIVE_BACK).bind(job.id).bind(&job.lease).bind(now);
        self.back("giving a job back", job, statement).await
    }

    async fn is_overtaken(&self, job: &Leased) -> Result<bool, StoreError> {
        let statement = query(sql::IS_OVERTAKEN).bind(&job.key);
        let count = |row: &AnyRow| row.try_get::<i64, _>(0);
        Ok(self.db.row("looking for newer work", statement, count).await?.is_some_and(|count| count > 0))
    }

    async fn depth(&self) -> Result<Depth, StoreError> {
        let read = |row: &AnyRow| Ok((row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?));
        let mut depth = Depth::default();
        for (state, count) in self.db.rows("counting jobs", query(sql::DEPTH), read).await? {
            let count = u64::try_from(count).unwrap_or(0);
            match state.as_str() {
                "queued" => depth.queued = count,
                "running" => depth.running = count,
                _ => depth.dead = count,
            }
        }
        Ok(depth)
    }

    async fn parked(&self, most: u32) -> Result<Vec<Parked>, StoreError> {
        self.db.rows("listing what was given up", query(sql::PARKED).bind(i64::from(most)), parked).await
    }

    async fn unpark(&self, id: i64, now: Millis) -> Result<bool, StoreError> {
        let statement = || query(sql::UNPARK).bind(id).bind(now);
        Ok(self.db.change("taking a job up again", statement).await? == 1)
    }

    async fn oldest(&self) -> Result<Option<Millis>, StoreError> {
        let oldest = self.db.row("looking for the oldest job", query(sql::OLDEST), |row| row.try_get(0)).await?;
        Ok(oldest.flatten())
    }

    async fn is_under_way(&self, key: &str) -> Result<bool, StoreError> {
        let statement = query(sql::IS_UNDER_WAY).bind(key);
        let count: Option<i64> = self.db.row("looking for a job", statement, |row| row.try_get(0)).await?;
        Ok(count.is_some_and(|count| count > 0))
    }

    async fn hold(&self, lane: &str, until: Millis, reason: &str) -> Result<(), StoreError> {
        let (what, reason) = ("holding a lane", told(reason));
        self.db.change(what, || query(sql::HOLD).bind(lane).bind(until).bind(reason.as_str())).await?;
        let make_wait = match self.db.kind {
            Kind::Sqlite => sql::MAKE_WAIT,
            Kind::Postgres => sql::MAKE_WAIT_BESIDE_OTHERS,
        };
        // Little by little: nobody who hands over a delivery waits for all of them. A claim passes over what is left.
        let some = || query(make_wait).bind(lane).bind(until).bind(AT_ONCE);
        while self.db.change(what, some).await? > 0 {}
        Ok(())
    }

    async fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.db.row("reading a note", query(sql::READ_NOTE).bind(name), |row| row.try_get(0)).await
    }

    async fn write_note(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let statement = || query(sql::WRITE_NOTE).bind(name).bind(value);
        self.db.change("writing a note", statement).await.map(|_| ())
    }

    async fn reason(&self, key: &str) -> Result<Option<String>, StoreError> {
        let statement = query(sql::LAST_REASON).bind(key);
        Ok(self.db.row("reading why a job failed", statement, |row| row.try_get(0)).await?.flatten())
    }

    async fn prune(&self, now: Millis) -> Result<u64, StoreError> {
        let mut removed = 0_u64;
        for (statement, before) in [
            (sql::PRUNE_DELIVERIES, now.saturating_sub(DELIVERIES_KEPT)),
            (sql::PRUNE_JOBS, now.saturating_sub(JOBS_KEPT)),
            (sql::PRUNE_LANES, now.saturating_sub(JOBS_KEPT)),
            (spend_sql::PRUNE, now.div_euclid(DAY).saturating_sub(SPEND_KEPT)),
        ] {
            let some = || query(statement).bind(before).bind(AT_ONCE);
            removed =
                removed.saturating_add(self.db.change_in_portions("removing what is long done", AT_ONCE, some).await?);
        }
        Ok(removed)
    }
}
