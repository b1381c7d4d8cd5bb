//! The only conductor: fetch → read → assess → critique → gather → plan → publish. Everything it needs comes in as a value.

mod ask;
mod deps;
mod publish;
mod run;
pub mod worker;

pub use deps::{Deps, Options};
pub use publish::{Published, publish};
pub use run::{ChangeReview, catalogue, review_change, review_texts};
