//! Jobs that were given up, as operators are shown them. No secret that a reason may quote is shown.

use serde_json::{Value, json};

use crate::store::Parked;
use crate::text::without_secrets;

/// So many are shown at most.
pub const MOST: u32 = 500;

/// Why a job is not taken up again.
pub const NOT_TAKEN_UP: &str = "no job with this id was given up, or newer work about the same waits already";

/// For machines.
#[must_use]
pub fn json(parked: &[Parked]) -> Value {
    let one = |job: &Parked| {
        json!({
            "id": job.id, "job": job.key, "reason": without_secrets(&job.reason), "failures": job.failures,
            "crashes": job.crashes, "given_up_at_ms": job.at,
        })
    };
    parked.iter().map(one).collect()
}
