//! Keeps a change within what the configuration lets be read of it. What is left out is named.

use crate::config::Limits;
use crate::review::{Change, ChangedFile, Skipped};

/// Takes the documents out that are over a limit, in the order of the change.
pub(super) fn keep_within(change: &mut Change, limits: Limits) {
    let (mut documents, mut head, mut base) = (0, 0, 0);
    let size = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let mut over = |file: &ChangedFile| {
        let (new, old) = (size(&file.head), size(&file.base));
        let (Limits { documents: most, .. }, all) = (limits, limits.change_bytes);
        if new.max(old) > limits.file_bytes {
            return Some(format!("larger than {} bytes (`limits.file-bytes`)", limits.file_bytes));
        }
        if documents >= most {
            return Some(format!(
                "the configuration has at most {most} documents of a change read (`limits.documents`)"
            ));
        }
        if head + new > all || base + old > all {
            return Some(format!("the documents of the change are larger than {all} bytes (`limits.change-bytes`)"));
        }
        documents += 1;
        head += new;
        base += old;
        None
    };
    let skipped = &mut change.skipped;
    change.files.retain(|file| match over(file) {
        Some(why) => {
            skipped.push(Skipped { what: file.path.clone(), why });
            false
        }
        None => true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Patch;
    use crate::review::testing::change;

    #[test]
    fn what_is_over_a_limit_is_left_out_and_named() {
        let at = |documents, file_bytes, change_bytes| Limits { documents, file_bytes, change_bytes };
        for (limits, kept, why) in [
            (Limits::MOST, &["a.md", "b.md", "c.md"][..], ""),
            (at(2, 100, 1000), &["a.md", "b.md"], "limits.documents"),
            (at(9, 19, 1000), &["a.md", "c.md"], "limits.file-bytes"),
            (at(9, 100, 29), &["a.md", "c.md"], "limits.change-bytes"),
            (at(9, 100, 30), &["a.md", "b.md"], "limits.change-bytes"),
        ] {
            let mut of = change(&[("a.md", Patch::default()), ("b.md", Patch::default()), ("c.md", Patch::default())]);
            for (file, length) in of.files.iter_mut().zip([10, 20, 15]) {
                file.head = Some("x".repeat(length));
            }
            keep_within(&mut of, limits);
            assert_eq!(of.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), kept, "{limits:?}");
            assert!(of.skipped.iter().all(|skipped| skipped.why.contains(why)), "{:?}", of.skipped);
            assert_eq!(of.skipped.len() + kept.len(), 3);
        }
    }
}
