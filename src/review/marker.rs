//! Hidden marks in the bot's own comments, by which it finds them again. Bound to this bot by a key, so that a mark that
//! somebody else writes is ignored.

use std::sync::Arc;

/// Secret key of this bot's marks. Never printed.
#[derive(Clone)]
pub struct MarkerKey(Arc<[u8]>);

impl MarkerKey {
    /// A key from secret bytes; the same bytes find the same marks again.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }
}

impl std::fmt::Debug for MarkerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MarkerKey(*** {} bytes)", self.0.len())
    }
}
