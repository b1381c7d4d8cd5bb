//! The same delivery many times at once.

use std::sync::Arc;

use specreview::model::Replay;

use super::machine::Machine;
use crate::forge::Forge;

const SPEC: &str = include_str!("../../../docs/examples/parcel-damage.md");

/// Reviews that are posted, questions that a model is paid for, and writes, when a delivery comes `copies` times at once.
async fn copies(copies: usize) -> (usize, usize, usize) {
    let forge = Arc::new(Forge::start().await);
    let model = Arc::new(Replay::new("pretend"));
    let machine = Machine::start(&forge, 1, 0, Some(model.clone())).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    let delivery = pull.event("opened");
    let statuses = machine.receive_at_once(&delivery, copies).await;
    assert!(statuses.iter().all(|status| *status == 202), "{statuses:?}");
    machine.crowd(4).await;
    // A late copy, when all is done.
    assert_eq!(machine.receive_at_once(&delivery, 1).await, [202]);
    machine.crowd(4).await;
    let seen = (pull.reviews().len(), model.asked().len(), forge.writes());
    drop(machine);
    forge.look_away();
    Arc::into_inner(forge).expect("nobody else holds the forge").finish();
    seen
}

#[tokio::test]
async fn the_same_delivery_a_hundred_times_at_once_is_one_review_and_one_charge() {
    let once = copies(1).await;
    assert!(once.0 == 1 && once.1 > 0, "{once:?}");
    assert_eq!(copies(100).await, once);
}
