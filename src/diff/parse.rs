//! Reads the hunks of a unified diff. Never looks at the changed words.

use super::{DiffLine, Hunk, Patch};

/// A patch that is not a unified diff.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the patch is not part of a unified diff: {what}")]
pub struct DiffError {
    /// Line of the patch, from 1.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

/// A hunk in work: what its header still promises, and the next line numbers.
#[derive(Default)]
struct Open {
    old: u32,
    new: u32,
    old_left: u32,
    new_left: u32,
}

impl Open {
    fn is_full(&self) -> bool {
        self.old_left == 0 && self.new_left == 0
    }
}

/// Reads hunks (`@@ -a,b +c,d @@`, counts optional) of one file. Lines before the first hunk (`---`, `+++`, `index`) are
/// passed over; `\ No newline at end of file` belongs to the line before it. An empty line inside a hunk is an empty
/// context line whose blank was lost on the way. A patch without any hunk (a rename) is empty.
///
/// # Errors
/// When a hunk header cannot be read, or a hunk has more or fewer lines than its header says.
pub fn parse_patch(patch: &str) -> Result<Patch, DiffError> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut open = Open::default();
    let mut number = 0_u32;
    for line in patch.split('\n') {
        number = number.saturating_add(1);
        let wrong = |what: &str| DiffError { line: number, what: what.to_owned() };
        let line = line.strip_suffix('\r').unwrap_or(line);
        if open.is_full() {
            if line.starts_with("@@") {
                open = header(line).ok_or_else(|| wrong("the hunk header cannot be read"))?;
                hunks.push(Hunk { lines: Vec::new() });
            } else if hunks.is_empty() || line.is_empty() || line.starts_with('\\') {
                // Before the first hunk, between hunks.
            } else if matches!(line, "--" | "-- ") {
                break; // The signature of a mailed patch.
            } else if line.starts_with("diff ") || line.starts_with("Index: ") {
                return Err(wrong("a second file begins"));
            } else {
                return Err(wrong("the hunk has more lines than its header says"));
            }
            continue;
        }
        let Some(hunk) = hunks.last_mut() else { continue };
        let (old, new) = match line.chars().next() {
            None | Some(' ') => (true, true),
            Some('-') => (true, false),
            Some('+') => (false, true),
            Some('\\') => continue,
            Some(_) => return Err(wrong("the hunk has fewer lines than its header says")),
        };
        if (old && open.old_left == 0) || (new && open.new_left == 0) {
            return Err(wrong("the hunk has other lines than its header says"));
        }
        hunk.lines.push(match (old, new) {
            (true, true) => DiffLine::Context(open.old, open.new),
            (true, false) => DiffLine::Deleted(open.old),
            (false, _) => DiffLine::Added(open.new),
        });
        open.old += u32::from(old);
        open.old_left -= u32::from(old);
        open.new += u32::from(new);
        open.new_left -= u32::from(new);
    }
    if open.is_full() {
        Ok(Patch { hunks })
    } else {
        Err(DiffError { line: number, what: "the hunk has fewer lines than its header says".to_owned() })
    }
}

/// `@@ -1,2 +3,4 @@ …`, with counts left out where they are 1.
fn header(line: &str) -> Option<Open> {
    let inner = line.strip_prefix("@@ -")?;
    let (ranges, _) = inner.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let (old, old_left) = range(old)?;
    let (new, new_left) = range(new)?;
    Some(Open { old, new, old_left, new_left })
}

/// Start and count. Their sum must be a line number too.
fn range(text: &str) -> Option<(u32, u32)> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let (start, count) = match text.split_once(',') {
        Some((start, count)) => (number(start)?, number(count)?),
        None => (number(text)?, 1),
    };
    start.checked_add(count)?;
    Some((start, count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use DiffLine::{Added, Context, Deleted};

    fn check(patch: &str, expected: &[&[DiffLine]]) {
        let hunks: Vec<_> = expected.iter().map(|lines| Hunk { lines: lines.to_vec() }).collect();
        assert_eq!(parse_patch(patch), Ok(Patch { hunks }), "{patch:?}");
    }

    #[test]
    fn hunks_number_the_lines_of_both_texts() {
        check("@@ -1 +1 @@\n-a\n+b", &[&[Deleted(1), Added(1)]]);
        check("@@ -0,0 +1,2 @@\n+a\n+b\n", &[&[Added(1), Added(2)]]);
        check("@@ -4,2 +4,1 @@ fn x() @@ y\n-a\n b\n", &[&[Deleted(4), Context(5, 4)]]);
        check(
            "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n a\n+b\n@@ -9 +10 @@\n-c\n+d\n",
            &[&[Context(1, 1), Added(2)], &[Deleted(9), Added(10)]],
        );
        check("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n", &[&[Deleted(1), Added(1)]]);
        check("@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file", &[&[Deleted(1), Added(1)]]);
        check("@@ -1,3 +1,3 @@\r\n a\r\n\r\n-b\r\n+c\r\n", &[&[Context(1, 1), Context(2, 2), Deleted(3), Added(3)]]);
        check("@@ -1,2 +1,1 @@\n-a\n", &[&[Deleted(1), Context(2, 1)]]);
        check("@@ -1 +1 @@\n--- a\n+++ b\n", &[&[Deleted(1), Added(1)]]);
        check("@@ -1 +1 @@\n-a\n+b\n-- \n2.40.0\n", &[&[Deleted(1), Added(1)]]);
        check("similarity index 100%\nrename from a\n", &[]);
        check("", &[]);
    }

    #[test]
    fn what_is_no_diff_is_refused_with_its_line() {
        for (patch, line) in [
            ("@@ -1 +1 @@\n-a\n", 3),
            ("@@ -1 +1 @@\n-a\n+b\n+c\n", 4),
            ("@@ -1,2 +1 @@\n-a\n+b\n+c\n", 4),
            ("@@ -1 +1 @@\nxyz\n", 2),
            ("@@ -a +1 @@\n", 1),
            ("@@ -1 +1\n", 1),
            ("@@@ -1 -1 +1 @@@\n", 1),
            ("@@ -1,-1 +1 @@\n", 1),
            ("@@ -4294967295,9 +1 @@\n", 1),
            ("@@ -1 +99999999999 @@\n", 1),
            ("@@ -1 +1 @@\n-a\n+b\ndiff --git a/y b/y\n", 4),
        ] {
            assert_eq!(parse_patch(patch).map_err(|error| error.line), Err(line), "{patch:?}");
        }
    }

    /// Writes a patch from steps, and what must be read from it.
    fn write(hunks: &[(u32, Vec<u8>)]) -> (String, Patch) {
        let (mut text, mut patch) = (String::new(), Patch::default());
        let (mut old, mut new) = (1, 1);
        for (gap, steps) in hunks {
            (old, new) = (old + gap, new + gap);
            let (mut lines, mut body) = (Vec::new(), String::new());
            let (first_old, first_new) = (old, new);
            for step in steps {
                let (sign, line) = match step {
                    0 => (" same", Context(old, new)),
                    1 => ("-@@ -1 +1 @@", Deleted(old)),
                    2 => ("+diff ", Added(new)),
                    _ => ("", Context(old, new)),
                };
                old += u32::from(!matches!(line, Added(_)));
                new += u32::from(!matches!(line, Deleted(_)));
                body.push_str(sign);
                body.push('\n');
                lines.push(line);
            }
            let counts = (old - first_old, new - first_new);
            let head = format!("@@ -{first_old},{} +{first_new},{} @@\n", counts.0, counts.1);
            text.push_str(&head);
            text.push_str(&body);
            patch.hunks.push(Hunk { lines });
        }
        (text, patch)
    }

    proptest! {
        #[test]
        fn a_written_patch_is_read_back(hunks in prop::collection::vec((0_u32..9, prop::collection::vec(0_u8..4, 1..9)), 0..5)) {
            let (text, patch) = write(&hunks);
            prop_assert_eq!(parse_patch(&text), Ok(patch.clone()));
            prop_assert_eq!(parse_patch(&text.replace('\n', "\r\n")), Ok(patch));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+ @0-9,a\n\\\\]{0,80}") {
            let _ = parse_patch(&text);
        }
    }
}
