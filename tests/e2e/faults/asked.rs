//! What people ask for while things go wrong: commands, a check once more, the check of a merge queue. Each of it is answered once.

use std::collections::BTreeSet;

use specreview::review::marker::{MarkKind, MarkerKey};

use crate::bot::MARKER;
use crate::forge::{Delivery, Dice, Forge, Pull};

/// Who asks: an account that may write.
pub const ASKER: &str = "ann";

const COMMANDS: &[&str] = &["help", "explain MET-003", "review", "rerun", "waive MET-009 until 2020-01-01 because x"];

/// Something that was asked for, by the id of the delivery that told of it.
struct Wish {
    told: String,
    what: What,
}

enum What {
    /// An answer to this comment on the pull request of this number.
    Answer(u64, u64),
    /// A check on this commit.
    Check(String),
}

/// All that was asked for in a schedule.
#[derive(Default)]
pub struct Asked(Vec<Wish>);

impl Asked {
    /// Somebody asks for something; how GitHub tells of it.
    pub fn happen(&mut self, dice: &mut Dice, pull: &mut Pull) -> Vec<Delivery> {
        pull.follow();
        let (delivery, what) = match dice.below(6) {
            0..=3 => {
                let words = format!("/specreview {}", dice.one_of(COMMANDS));
                let comment = pull.comment_as(ASKER, &words);
                (pull.comment_told(ASKER, "created", comment), What::Answer(pull.number, comment))
            }
            4 if pull.check().is_some() => return vec![pull.rerequest()],
            _ => {
                let (commit, delivery) = pull.merge_group();
                (delivery, What::Check(commit))
            }
        };
        self.0.push(Wish { told: delivery.id.clone(), what });
        vec![delivery]
    }

    /// What was not answered, or twice. `heard` are deliveries that were acknowledged. A comment may be without an answer where the App could
    /// not write for a time or something was given up; the check of a queue only where the App lost a right, for it says also that.
    pub fn broken(
        &self,
        forge: &Forge,
        pulls: &[&Pull],
        heard: &BTreeSet<String>,
        (may_be_mute, lost_rights): (bool, bool),
    ) -> Vec<String> {
        let mut broken = Vec::new();
        let mut say = |times: usize, most: usize, (told, is_excused): (&str, bool), what: String| {
            let least = usize::from(heard.contains(told) && !is_excused);
            if times < least || times > most {
                broken.push(format!("{what}: {times} answers"));
            }
        };
        for Wish { told, what } in &self.0 {
            match what {
                What::Answer(number, comment) => {
                    let pull = pulls.iter().find(|pull| pull.number == *number).expect("a pull request of the story");
                    say(answers(pull, *comment), 1, (told, may_be_mute), format!("comment {comment} on #{number}"));
                }
                // Of two checks of one name the newer one counts.
                What::Check(commit) => {
                    let checks = forge.all_checks().into_iter().filter(|check| check.head == *commit);
                    say(checks.count(), usize::MAX, (told, lost_rights), format!("the merge queue's commit {commit}"));
                }
            }
        }
        broken
    }
}

/// How often a comment was answered.
fn answers(pull: &Pull, comment: u64) -> usize {
    let key = MarkerKey::new(MARKER);
    let marks = pull.comments().into_iter().filter_map(|one| key.read(&pull.at(), &one.body));
    marks.filter(|mark| mark.kind == MarkKind::Reply && mark.key == format!("c{comment}")).count()
}
