//! How something is left out on purpose: in the document, in the configuration, or as an answer. Waives nothing itself.

use super::NAME;
use crate::document::{Form, waiver_setting};
use crate::review::render::escape::{Md, code, md};

/// What to do about a finding that does not apply, where neither the document nor any settings can say so.
pub const ANSWER: &str = "Does a finding not apply? Say “not applicable” below it, on the page of this review";

/// How to waive one rule in a document of this form.
#[must_use]
pub fn waive(rule: &str, form: Form) -> Md {
    md!["<sub>", left_out(rule, form, false), "</sub>\n"]
}

/// How to say it: in the document, or where that takes no comments as an answer to the report, if `answered`, or else in the configuration.
pub(super) fn left_out(rule: &str, form: Form, answered: bool) -> Md {
    match form.comment(&format!("specreview: waive {rule} reason=\"…\"")) {
        Some(comment) => md!["Left out on purpose? Say so in the document: ", code(&comment, NAME)],
        None if answered => Md::from(ANSWER),
        None => {
            let lines = Md::join(waiver_setting(rule).map(|line| code(&line, NAME)), ", ");
            md!["Left out on purpose? Say so at the end of `.specreview.toml`, a line each: ", lines]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_settings_apply_none_is_named() {
        let said = |form, answered| left_out("CODE", form, answered).into_string();
        assert!(
            said(Form::Markdown, true).contains("<!-- specreview: waive CODE"),
            "a document that can say so says so"
        );
        assert!(said(Form::Word, false).contains(".specreview.toml"));
        assert!(
            said(Form::Word, true).contains("“not applicable” below it") && !said(Form::Word, true).contains("toml")
        );
    }
}
