//! Tables that stand in other things, boxes that stand around the text, and values that only a program knows.

use super::{check, show};
use crate::document::{Document, Form};

#[test]
fn programs_of_a_notebook_are_code_whatever_it_says_of_itself() {
    let with = |metadata: &str| {
        format!(
            "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": \"assert recall >= 0.99\"}}], \"metadata\": {metadata}, \"nbformat\": 4}}"
        )
    };
    for (metadata, language) in [
        ("{\"language_info\": {\"name\": \"julia\"}, \"kernelspec\": {\"language\": \"python\"}}", "julia"),
        ("{\"kernelspec\": {\"language\": \"python\", \"name\": \"python3\"}}", "python"),
        ("{}", "code"),
    ] {
        assert_eq!(show("a.ipynb", &with(metadata)), [format!("1 f:{language} assert recall >= 0.99")]);
    }
    assert_eq!(Form::of("a.ipynb", ""), Form::Notebook);
}
