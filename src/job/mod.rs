//! The only conductor: fetch → read → assess → critique → gather → plan → publish. Everything it needs comes in as a value.

mod announce;
mod ask;
mod bisect;
pub mod by_hand;
mod called;
mod closed;
mod command;
mod compared;
mod decided;
mod deps;
mod explain;
mod give_up;
mod group;
mod guide;
mod idle;
mod imported;
mod key;
mod kind;
mod limits;
mod linked;
pub mod measure;
mod newcomer;
pub mod parked;
pub mod payload;
mod progress;
mod publish;
mod purse;
mod question;
pub mod reconcile;
mod refusal;
mod run;
mod settings;
pub mod shift;
#[cfg(test)]
pub(crate) mod testing;
pub mod worker;
mod written;

pub use called::called;
pub use deps::{DAY, Deps, Options};
pub use explain::{explain, nearest_code};
pub use guide::guide_of;
pub use progress::{Progress, Step};
pub use publish::{Published, publish};
pub use purse::Money;
pub use run::{ChangeReview, asked_risk, asked_risks, catalogue, review_change, review_texts};
pub use settings::{effective, known};
