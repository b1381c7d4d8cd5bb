//! Where a story takes place: a store that can be shut and opened again on the same data, as after a crash.

use std::sync::Arc;

use specreview::store::{Address, Database};

use crate::postgres::{self, Fresh};

pub struct Place {
    address: Address,
    kind: Kind,
}

enum Kind {
    File(tempfile::TempDir),
    Server(Fresh),
}

impl Place {
    pub async fn open(&self) -> Arc<Database> {
        Arc::new(Database::open(self.address.clone()).await.unwrap())
    }

    /// As `--database` takes it.
    pub fn address(&self) -> String {
        match &self.kind {
            Kind::File(_) => self.address.to_string(),
            Kind::Server(fresh) => fresh.url.clone(),
        }
    }

    /// Runs a script on the data, past the tested program.
    pub async fn tell(&self, script: &str) {
        match &self.kind {
            Kind::File(_) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.address.to_string());
                let options = options.create_if_missing(true).busy_timeout(std::time::Duration::from_secs(5));
                let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(script.to_owned())).execute(&pool).await.unwrap();
                pool.close().await;
            }
            Kind::Server(fresh) => fresh.tell(script).await,
        }
    }

    /// What a statement says, one word a row.
    pub async fn ask(&self, statement: &str) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let url = match &self.kind {
            Kind::File(_) => format!("sqlite:{}", self.address),
            Kind::Server(fresh) => fresh.url.clone(),
        };
        let pool = sqlx::AnyPool::connect(&url).await.unwrap();
        let said = sqlx::query_scalar(sqlx::AssertSqlSafe(statement.to_owned())).fetch_all(&pool).await.unwrap();
        pool.close().await;
        said
    }

    /// Leaves nothing of the data.
    pub async fn clear(&self) {
        match &self.kind {
            Kind::File(folder) => {
                for file in std::fs::read_dir(folder.path()).unwrap() {
                    std::fs::remove_file(file.unwrap().path()).unwrap();
                }
            }
            Kind::Server(fresh) => fresh.tell("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await,
        }
    }

    pub fn is_server(&self) -> bool {
        matches!(self.kind, Kind::Server(_))
    }
}

pub fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place { address: folder.path().join("jobs.db").into(), kind: Kind::File(folder) }
}

/// None where there is no PostgreSQL.
pub async fn postgres() -> Option<Place> {
    let fresh = postgres::fresh().await?;
    Some(Place { address: Address::parse(&fresh.url).unwrap(), kind: Kind::Server(fresh) })
}

/// Tells each story on both.
#[macro_export]
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&$crate::place::sqlite()).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(place) = $crate::place::postgres().await {
                    super::$name(&place).await;
                }
            })+
        }
    };
}
