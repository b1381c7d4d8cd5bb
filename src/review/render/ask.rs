//! The section with the questions to the author: asked here, asked elsewhere, closed. Words are in `words`.

use super::escape::{Md, md, prose};
use super::sheet::Sheet;
use super::spot::place_link;
use super::summary::item;
use super::{Page, inline, words};
use crate::finding::Finding;
use crate::review::{Placed, Placement, Question, QuestionState, Reviewed};

/// Questions and what became of earlier ones. `here` are those that the summary has to tell; returns what did not fit.
pub(super) fn questions(
    sheet: &mut Sheet,
    page: &Page<'_>,
    document: &Reviewed,
    questions: &[Question],
    here: &[Placed],
) -> Vec<Placed> {
    if questions.is_empty() {
        return Vec::new();
    }
    let of = |question: &Question| here.iter().find(|placed| Some(placed.finding) == question.finding);
    let open = questions.iter().filter(|question| question.state == QuestionState::Open).count();
    let mut overflow = Vec::new();
    let mut told: Vec<&Finding> = Vec::new();
    // The title stands only above something.
    let mut title = Some(words::questions_title(open));
    let mut add = |sheet: &mut Sheet, row: Md| {
        let fits = match &title {
            Some(words) => sheet.add(md![words.clone(), row]),
            None => sheet.add(row),
        };
        if fits {
            title = None;
        }
        fits
    };
    let asked = questions.iter().filter(|question| question.state == QuestionState::Open);
    for (placed, finding) in asked.clone().filter_map(of).filter_map(|at| Some((at, page.finding(at)?))) {
        if add(sheet, item(page, document, finding)) {
            told.push(finding);
        } else {
            overflow.push(*placed);
        }
    }
    for question in questions {
        let place = question.place.as_ref().map(|place| place_link(page, document, place));
        let row = match &question.state {
            QuestionState::Open if of(question).is_none() => elsewhere(page, document, question, place),
            QuestionState::Open | QuestionState::Unseen => continue,
            QuestionState::Answered { place } => {
                let place = place.as_ref().map(|at| (at.quote.as_str(), place_link(page, document, at)));
                words::answered(&question.key(), place)
            }
            QuestionState::Accepted { by, reason } => words::accepted(&question.key(), by, reason),
        };
        add(sheet, row);
    }
    let unseen = questions.iter().filter(|question| question.state == QuestionState::Unseen);
    let unseen: Vec<Md> = unseen.map(|question| prose(&question.key(), 60)).collect();
    if !unseen.is_empty() {
        add(sheet, words::unseen(unseen));
    }
    let paste = inline::paste(&told);
    if title.is_none() {
        sheet.add(md![paste, "\n"]);
    }
    overflow
}

/// A question whose words stand in a comment on a line or in the check.
fn elsewhere(page: &Page<'_>, document: &Reviewed, question: &Question, place: Option<Md>) -> Md {
    let index = page.documents.iter().position(|other| std::ptr::eq(*other, document));
    let placed = page.placed.iter().find(|at| Some(at.document) == index && Some(at.finding) == question.finding);
    let in_check = placed.is_some_and(|at| at.placement == Placement::Check);
    words::asked_elsewhere(&question.key(), place, in_check)
}
