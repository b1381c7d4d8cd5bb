//! What a code stands for: a rule, a criterion of the critique, or a risk. Decides nothing.

use crate::critique::Questionnaire;
use crate::review::render::words::commands::Explained;
use crate::rules::{REMARKS, RuleKey, RuleSet};
use crate::text::nearest::nearest;

/// What this code asks for; none where nothing has it.
#[must_use]
pub fn explain(rules: &RuleSet, questions: &Questionnaire, code: &str) -> Option<Explained> {
    let key = RuleKey::parse(code);
    if let Some(rule) = rules.get(&key.code) {
        return Some(Explained {
            title: format!("{} {} ({}, {})", rule.code, rule.name, rule.family, rule.worst()),
            asks: rule.asks(),
            why: rule.why.clone(),
            paste: rule.skeleton.clone().unwrap_or_default(),
        });
    }
    if let Some(remark) = REMARKS.iter().find(|remark| remark.code == key.code) {
        return Some(Explained {
            title: format!("{} {} ({}, {})", remark.code, remark.name, remark.family, remark.level()),
            asks: remark.about.to_owned(),
            why: remark.why.to_owned(),
            paste: String::new(),
        });
    }
    if let Some(question) = questions.questions.iter().find(|question| question.id == key.code) {
        let rubric = &question.rubric;
        return Some(Explained {
            title: format!("{} {}", question.id, question.title),
            asks: rubric.question.clone(),
            why: rubric.why.clone(),
            paste: rubric.skeleton.clone().unwrap_or_default(),
        });
    }
    let risk = rules.risks.iter().find(|risk| risk.id.to_uppercase() == key.code)?;
    Some(Explained {
        title: format!("{} {} ({})", risk.id, risk.name, risk.risk),
        asks: risk.question.clone(),
        why: risk.why.clone(),
        paste: String::new(),
    })
}

/// The code that was probably meant.
#[must_use]
pub fn nearest_code<'a>(rules: &'a RuleSet, questions: &'a Questionnaire, code: &str) -> Option<&'a str> {
    let criteria = questions.questions.iter().map(|question| question.id.as_str());
    let risks = rules.risks.iter().map(|risk| risk.id.as_str());
    nearest(&code.to_uppercase(), rules.codes().chain(criteria).chain(risks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_risk_is_named_and_says_why_it_matters() {
        let rules = crate::rules::builtin().0;
        let questions = crate::critique::builtin().0;
        for risk in &rules.risks {
            let told = explain(&rules, &questions, &risk.id).unwrap();
            assert!(told.title.contains(&risk.risk), "{}", told.title);
            assert!(told.why.ends_with('.') && told.why.split_whitespace().count() > 8, "{}: {}", risk.id, told.why);
        }
    }
}
