//! Under which name a repository is known by now. The store moves what is kept of it; nobody is asked.

use crate::platform::watch::Named;
use crate::store::{Millis, Repository, Store, StoreError};

/// The repository under the name that it has by now, once all that is kept of it has followed; none where another one has that name.
///
/// # Errors
/// When the database fails.
pub async fn called(store: &dyn Store, named: Named, now: Millis) -> Result<Option<Named>, StoreError> {
    let told = Repository { id: named.id, name: format!("{}/{}", named.owner, named.repo), at: named.at };
    let name = store.heed(&told, now).await?;
    let parts = name.as_deref().and_then(|name| name.split_once('/'));
    Ok(parts.map(|(owner, repo)| Named { owner: owner.into(), repo: repo.into(), ..named }))
}
