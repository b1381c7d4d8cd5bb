//! Texts that are made to be slow, in two sizes: the time must grow no faster than the text.

#![expect(clippy::format_collect, reason = "texts of a benchmark, made once")]

use specreview::rules::RuleSet;

use crate::{review, timed};

/// A family: its name, and the text for a size.
type Family = (&'static str, fn(usize) -> String);

const FAMILIES: &[Family] = &[
    ("quotes", |n| "> ".repeat(n) + "a\n"),
    ("lists", |n| {
        let nested: String = (0..n.min(2000)).map(|depth| "  ".repeat(depth) + "- a\n").collect();
        nested + &"- a\n".repeat(n)
    }),
    ("list-markers", |n| "- ".repeat(n) + "a\n"),
    ("stars", |n| "*a **a ".repeat(n) + "\n"),
    ("underscores", |n| "_a __a ".repeat(n) + "\n"),
    ("open-brackets", |n| "[".repeat(n) + "a\n"),
    ("link-pairs", |n| "[a](".repeat(n) + "\n"),
    ("images", |n| "![".repeat(n) + "a" + &"](b)".repeat(n) + "\n"),
    ("references", |n| (0..n).map(|i| format!("[a{i}]: /u\n")).collect::<String>() + &"[b]".repeat(n) + "\n"),
    ("backticks", |n| (0..n).map(|i| "`".repeat(i % 50 + 1) + "a ").collect::<String>() + "\n"),
    ("fences", |n| "```\n".repeat(2 * n + 1)),
    ("html-open", |n| "<a ".repeat(n) + "\n"),
    ("comments", |n| "<!-- ".repeat(n) + "\n"),
    ("cdata", |n| "<![CDATA[".repeat(n) + "\n"),
    ("processing", |n| "<?".repeat(n) + "\n"),
    ("table-columns", |n| "|a".repeat(n) + "|\n" + &"|-".repeat(n) + "|\n" + &"|b".repeat(n) + "|\n"),
    ("table-rows", |n| String::from("|a|b|\n|-|-|\n") + &"|1|\n".repeat(n)),
    ("footnotes", |n| "[^a".repeat(n) + "\n" + &(0..n).map(|i| format!("[^{i}]: x\n")).collect::<String>()),
    ("entities", |n| "&amp;&#x41;&bogus;".repeat(n) + "\n"),
    ("strike", |n| "~~a ~b ".repeat(n) + "\n"),
    ("autolinks", |n| "<http://a".repeat(n) + "\n"),
    ("escapes", |n| "\\".repeat(n) + "\n"),
    ("setext", |n| "a\n".repeat(n) + "===\n"),
    ("headings", |n| "# a\n".repeat(n)),
    ("one-line", |n| "recall 0.9 precision 0.8 ".repeat(n) + "\n"),
    ("numbers", |n| "1,000.5 % of 3/4 between 0.1 and 0.2 ".repeat(n) + "\n"),
    ("table-numbers", |n| {
        String::from("| Metric | Baseline | PoC | Target |\n|-|-|-|-|\n") + &"| Recall | 0.5 | 0.6 | 0.7 |\n".repeat(n)
    }),
    ("closed-comments", |n| "<!--a-->".repeat(n) + "\n"),
    ("comment-lines", |n| String::from("<div>\n") + &"<!-- a -->\n".repeat(n) + "</div>\n"),
    ("colours", |n| "\\color{white}".repeat(n) + "\n"),
    ("open-groups", |n| "\\color{".repeat(n) + "\n"),
    ("phantoms", |n| "\\phantom{".repeat(n) + &"}".repeat(n) + "\n"),
    ("bold-open", |n| "<b>x".repeat(n) + "\n"),
    ("bold-closed", |n| "<b>x".repeat(n) + &"</i>".repeat(n) + "\n"),
    ("hidden-nested", |n| "<b hidden>".repeat(n) + "\n"),
    ("hidden-blocks", |n| "<div hidden>\n\na\n\n".repeat(n)),
    ("formulas-in-code", |n| "`\\phantom{a}` ".repeat(n) + "\n"),
    ("images-on-lines", |n| "![\n".repeat(n) + "a" + &"](b)".repeat(n) + "\n"),
    ("directives", |n| "<!-- specreview: waive MET-002 reason=\"x\" -->\n\n".repeat(n)),
];

/// The smaller size in units of the family; the larger one is four times as much.
const UNITS: usize = 8_000;

pub(crate) fn measure(rules: &RuleSet) {
    println!("hostile families, {UNITS} units and {}", 4 * UNITS);
    for (name, text) in FAMILIES {
        let best = |n: usize| {
            let text = text(n);
            let times = (0..2).map(|_| timed(|| review(&text, rules)).1.as_secs_f64());
            (text.len() as f64, times.fold(f64::MAX, f64::min))
        };
        let ((few, short), (many, long)) = (best(UNITS), best(4 * UNITS));
        // The nested part of a list has the same size in both.
        let grows = many > 1.5 * few;
        let slope = if grows { format!("{:.2}", (long / short).ln() / (many / few).ln()) } else { String::from("–") };
        println!("{name:>14} {:>8.2} MB/s {:>8.1} ms  slope {slope}", many / 1e6 / long, long * 1e3);
    }
}
