//! Counts the placeholders that a question was sent with. Knows nothing of what they stand for.

use super::Ask;
use crate::text::PrivateKind;

/// How many placeholders stand in the question.
#[must_use]
pub fn redactions(ask: &Ask) -> usize {
    count(&ask.user)
}

fn count(text: &str) -> usize {
    use PrivateKind::{Card, Email, Iban, Phone, Secret};
    let kinds = [Secret, Email, Phone, Iban, Card];
    let is_name = |inside: &str| {
        let (word, number) = inside.split_once(' ').unwrap_or((inside, "1"));
        kinds.iter().any(|kind| kind.word() == word) && number.parse::<usize>().is_ok()
    };
    text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).filter(|(inside, _)| is_name(inside)).count()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn placeholders_are_counted_and_other_brackets_are_not() {
        assert_eq!(count("[email 1], [secret 12] [iban] [x] [email one] [email 2"), 3);
    }
}
