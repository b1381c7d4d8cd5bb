//! What tests of all floors ask of the time that something takes: no more than in proportion to how much there is.

use cpu_time::ThreadTime;

/// Shortest time that is compared, in seconds: below it the clock says little.
const LEAST: f64 = 0.005;
/// Eight times as much may take so many times as long; each against each would take sixty-four.
const MOST: f64 = 24.0;

/// Seconds that this thread works on it.
pub(crate) fn seconds(work: impl FnOnce()) -> f64 {
    let start = ThreadTime::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Asserts it of `large`, which is eight times as much as `small`; `time` says the seconds that one of them takes.
#[track_caller]
pub(crate) fn in_proportion<T>(what: &str, (small, large): (&T, &T), time: impl Fn(&T) -> f64) {
    let (short, mut long) = (time(small).min(time(small)).max(LEAST), time(large));
    // A machine that does something else at the moment is no defect of ours.
    for _ in 0..4 {
        if long < MOST * short {
            break;
        }
        long = long.min(time(large));
    }
    assert!(long < MOST * short, "{what}: {short:.3} s, with eight times as much {long:.3} s");
}
