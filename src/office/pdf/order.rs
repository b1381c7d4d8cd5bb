//! The order in which a page is read. Mostly that in which it was drawn; what was drawn late, as browsers do with frames, is read where it
//! stands.

use super::group::Group;

/// Most groups of a page whose order is looked at.
const MOST: usize = 3_000;

/// Puts what was drawn after something that stands below it in its column where it stands.
pub(super) fn order(groups: Vec<Group>) -> Vec<Group> {
    if groups.len() > MOST {
        return groups;
    }
    let mut placed: Vec<Group> = Vec::with_capacity(groups.len());
    let mut lowest = 0.0_f64;
    // Where the last one was put that was drawn late: what belongs to it follows there.
    for group in groups {
        let (top, bottom) = (group.top(), group.bottom());
        if top.is_finite() && top < lowest {
            let first = placed.iter().position(|other| other.top() > bottom && is_same_column(&group, other));
            match first {
                Some(at) => placed.insert(at, group),
                None => placed.push(group),
            }
        } else {
            placed.push(group);
        }
        lowest = lowest.max(bottom);
    }
    placed
}

/// One stands above the other, and not in the column beside it.
fn is_same_column(a: &Group, b: &Group) -> bool {
    let shared = a.right().min(b.right()) - a.left().max(b.left());
    shared > 0.5 * (a.right() - a.left()).min(b.right() - b.left())
}
