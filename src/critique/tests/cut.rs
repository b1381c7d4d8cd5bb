//! A talk that is cut off: what was heard of it is there for the next, which asks the rest.

use super::super::{Pass, Record};
use super::rounds::{SPEC, risky, said};
use super::*;

#[test]
fn a_talk_that_is_cut_off_anywhere_is_taken_up_where_it_was_and_ends_the_same() {
    let (world, book) = (risky(SPEC).measure_at("recall", 0.92, Role::Target, "0.92", 8), builtin().0);
    let (whole, calls) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |ask| said(ask, 1));
    let asked = |calls: &[Ask]| {
        let of = |ask: &Ask| ask.questions.iter().map(|id| (ask.pass == Pass::Second, id.clone())).collect::<Vec<_>>();
        calls.iter().flat_map(of).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(calls.len() > 5, "{}", calls.len());
    for cut in 0..calls.len() {
        let mut talk = Talk::open(world.sheet(), &book, "m", "4f1e");
        let (mut kept, mut heard) = (Vec::new(), Vec::new());
        while heard.len() < cut {
            for ask in talk.asks() {
                if heard.len() < cut {
                    assert!(talk.hear(&ask, &said(&ask, 1)).is_none());
                    let learnt = talk.learnt();
                    assert!(!learnt.is_empty() && talk.learnt().is_empty(), "told once: {cut}");
                    kept.retain(|old: &Record| learnt.iter().all(|new| new.inputs != old.inputs));
                    kept.extend(learnt);
                    heard.push(ask);
                }
            }
        }
        drop(talk);
        let mut talk = Talk::open(world.sheet(), &book, "m", "9c2d");
        talk.recall(&kept);
        let (closed, rest) = carried(talk, |ask| said(ask, 1));
        assert!(asked(&heard).is_disjoint(&asked(&rest)), "nothing is asked twice: cut after {cut}");
        assert_eq!(asked(&[heard, rest].concat()), asked(&calls), "cut after {cut}");
        let said = |closed: &Closed| closed.verdicts.iter().map(|v| (v.score, v.findings.clone())).collect::<Vec<_>>();
        assert_eq!((said(&closed), closed.risks.clone()), (said(&whole), whole.risks.clone()), "cut after {cut}");
    }
}
