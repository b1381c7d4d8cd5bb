//! What people say of findings: useful, wrong, or not applicable, and why; with the texts that they read. Keeps; judges no rule.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::db::Alone;
use super::{Database, Millis, StoreError, sql};
use crate::text::sha256_hex;

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 1000;

/// What a finding is worth to a reader.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Worth {
    /// It is right, and helped.
    Useful,
    /// The document does say it, or does not say what the finding says.
    Wrong,
    /// The document need not say it.
    NotApplicable,
}

impl Worth {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Useful, Self::Wrong, Self::NotApplicable];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::Wrong => "wrong",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Reads what [`Worth::word`] wrote.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|worth| worth.word() == word)
    }
}

/// What one person says of one finding. A later one of the same person about the same finding replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// Which document: the address that people open, or the path as given.
    pub document: String,
    /// Which finding of it, as reports name it.
    pub fingerprint: String,
    /// Who; empty where nobody says.
    pub person: String,
    /// Rule with its part, as `MET-003` or `MON-002:data`.
    pub rule: String,
    /// How far the document went, in the word of the check; empty where no check says.
    pub state: String,
    /// What it is worth.
    pub worth: Worth,
    /// Why, in words of the person; may be empty where it is useful.
    pub reason: String,
    /// The words that the finding quotes; empty where it quotes none.
    pub quote: String,
    /// Hexadecimal SHA-256 of the text that was read.
    pub sha256: String,
    /// When.
    pub at: Millis,
}

/// Which opinions are wanted; none of a kind for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Of a rule with all its parts, or of one part.
    pub rule: Option<&'a str>,
    /// Of a document.
    pub document: Option<&'a str>,
}

/// Where opinions are kept.
#[async_trait]
pub trait Feedback: Send + Sync {
    /// Keeps an opinion, and the text that it is about where that is given. A text that is not the one of the opinion's hash is not kept.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn say(&self, opinion: &Opinion, text: Option<&str>) -> Result<(), StoreError>;

    /// The opinions, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn said(&self, wanted: Wanted<'_>) -> Result<Vec<Opinion>, StoreError>;

    /// A text that opinions are about, by its hash; none where none was kept.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn read_text(&self, sha256: &str) -> Result<Option<String>, StoreError>;
}

#[async_trait]
impl Feedback for Database {
    async fn say(&self, opinion: &Opinion, text: Option<&str>) -> Result<(), StoreError> {
        let text = text.filter(|text| sha256_hex(text.as_bytes()) == opinion.sha256);
        let work = || async {
            let mut write = self.db.begin().await?;
            // A text that nobody speaks of is not forgotten while somebody begins to.
            self.db.alone(&mut write, Alone::Feedback).await?;
            let Opinion { document, fingerprint, person, rule, state, worth, reason, quote, sha256, at } = opinion;
            let say = query(sql::SAY).bind(document).bind(fingerprint).bind(person).bind(rule).bind(state);
            let say = say.bind(worth.word()).bind(reason).bind(quote).bind(sha256).bind(at);
            say.execute(&mut *write).await?;
            if let Some(text) = text {
                query(sql::KEEP_TEXT).bind(sha256).bind(text).execute(&mut *write).await?;
            }
            // Nobody speaks of it any more.
            query(sql::FORGET_TEXTS).execute(&mut *write).await?;
            write.commit().await
        };
        self.db.write("keeping an opinion", work).await
    }

    async fn said(&self, wanted: Wanted<'_>) -> Result<Vec<Opinion>, StoreError> {
        let read = |row: &AnyRow| {
            let word: String = row.try_get(5)?;
            let Some(worth) = Worth::of(&word) else { return Ok(None) };
            Ok(Some(Opinion {
                document: row.try_get(0)?,
                fingerprint: row.try_get(1)?,
                person: row.try_get(2)?,
                rule: row.try_get(3)?,
                state: row.try_get(4)?,
                worth,
                reason: row.try_get(6)?,
                quote: row.try_get(7)?,
                sha256: row.try_get(8)?,
                at: row.try_get(9)?,
            }))
        };
        let (rule, document) = (wanted.rule.unwrap_or_default(), wanted.document.unwrap_or_default());
        let statement = query(sql::SAID).bind(rule).bind(format!("{rule}:")).bind(document);
        let all = self.db.rows("reading opinions", statement, read).await?;
        Ok(all.into_iter().flatten().collect())
    }

    async fn read_text(&self, sha256: &str) -> Result<Option<String>, StoreError> {
        let read = |row: &AnyRow| row.try_get(0);
        self.db.row("reading a text", query(sql::READ_TEXT).bind(sha256), read).await
    }
}
