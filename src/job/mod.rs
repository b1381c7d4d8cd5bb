//! The only conductor: fetch → read → assess → critique → gather → plan → publish. Everything it needs comes in as a value.

mod ask;
mod deps;
mod give_up;
mod idle;
mod limits;
mod linked;
pub mod measure;
mod publish;
mod purse;
mod run;
mod settings;
#[cfg(test)]
mod testing;
pub mod worker;

pub use deps::{DAY, Deps, Options};
pub use publish::{Published, publish};
pub use purse::Money;
pub use run::{ChangeReview, asked_risk, asked_risks, catalogue, review_change, review_texts};
pub use settings::{effective, known};
