//! Which number belongs to which name within one sentence. Never asks what the number is for.

use super::name::Name;
use super::purpose::{Fit, fit};
use super::role::{Place, cues};
use crate::facts::quantity::token::{Kind, Tokens};
use crate::facts::{Comparator, Metric, Quantity, Unit};

/// A name with a number: positions in the lists that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub name: usize,
    pub quantity: usize,
}

/// One sentence with its names and numbers; offsets are those of the block's text.
pub(super) struct Clause<'a> {
    pub text: &'a str,
    pub names: &'a [Name],
    pub metrics: Vec<Option<&'a Metric>>,
    pub quantities: Vec<&'a Quantity>,
}

/// How two places hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Nothing but connecting words.
    Tight,
    /// Connecting words and a few others.
    Loose,
    /// They do not belong together.
    Broken,
}

fn connects(word: &str) -> bool {
    const WORDS: &str = " of is are was were be been being at to the a an must shall should will would can need needs needed has have had stay stays stayed remain remains reach reaches \
        reached reaching exceed exceeds exceeding score scores scored scoring rate value values level levels target targets goal baseline currently today now not never no from by up down \
        achieve achieves achieved achieving stand stands stood lie lies set kept keep hold holds held least most less more higher lower better worse than minimum min max maximum floor ceiling cap \
        below above under over about around approximately roughly nearly almost rise rises rose fall falls fell drop drops dropped go goes went improve improves improved improving increase \
        increases increased decrease decreases decreased reduces reduced cut only just even still already again our its their average mean median overall final new this that it which we require \
        requires required expect expects expected want get gets moves moved raised raise brought bring beat beats beating pass passes hit hits show shows shown equals equal exactly within between \
        geq leq ge le lt gt itself then also respectively both each all as estimated some measured ≥ ";
    let mut padded = String::with_capacity(word.len() + 2);
    padded.push(' ');
    padded.push_str(word);
    padded.push(' ');
    WORDS.contains(padded.as_str())
}

fn breaks(word: &str) -> bool {
    matches!(word, "because" | "since" | "so" | "if" | "when" | "unless" | "while" | "whereas" | "although" | "though" | "where" | "who" | "whose" | "why" | "how" | "whether" | "until" | "once" | "whenever" | ";" | "|" | "?" | "!")
}

fn verb_or_link(word: &str) -> bool {
    matches!(
        word,
        "is" | "are" | "was" | "were" | "be" | "of" | "=" | ":" | "at" | "to" | "reaches" | "reach" | "reached" | "exceed" | "exceeds" | "stays" | "stay" | "remains" | "scores" | "scored" | "achieves" | "achieved"
            | "hits" | "than" | "above" | "below" | "under" | "over" | "least" | "most" | "from" | "equals" | "beat" | "beats" | "stands"
    )
}

/// The text between a name and the number after it.
fn left_gap(text: &str, quantity: &Quantity) -> Gap {
    let tokens = Tokens::new(text);
    let cues = cues(text, Place::Sentence);
    let in_cue = |at: usize| cues.iter().any(|cue| cue.start <= at && at < cue.end);
    let (mut unknown, mut depth, mut aside) = (0usize, 0usize, false);
    let commas: Vec<usize> = tokens.list.iter().enumerate().filter(|(_, t)| t.low == ",").map(|(n, _)| n).collect();
    let mut modal = false;
    let mut slice_left = 0usize;
    for (n, token) in tokens.list.iter().enumerate() {
        let low = token.low.as_str();
        match low {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 || matches!(low, ")" | "]") {
            // "F1 (≥ 0.65": the number itself stands in the bracket.
            continue;
        }
        if breaks(low) {
            return Gap::Broken;
        }
        if low == "," {
            let opens = matches!(tokens.low(n + 1), "which" | "that" | "the" | "our" | "i" | "e" | "defined" | "computed" | "taken" | "averaged");
            aside = if aside { false } else { opens && commas.iter().any(|comma| *comma > n) };
            slice_left = 0;
            continue;
        }
        if aside {
            continue;
        }
        if matches!(low, "must" | "shall" | "will" | "should" | "needs" | "need") {
            modal = true;
        }
        if connects(low) || token.kind == Kind::Mark || in_cue(token.start) {
            slice_left = if matches!(low, "of" | "the" | "a" | "an" | "all" | "our" | "each") { slice_left.max(if low == "of" { 6 } else { 0 }) } else { 0 };
            continue;
        }
        if matches!(low, "for" | "on" | "in" | "over" | "among" | "across" | "per" | "with" | "and" | "or") && n + 1 < tokens.len() {
            slice_left = 6;
            continue;
        }
        if slice_left > 0 {
            slice_left -= 1;
            continue;
        }
        unknown += 1;
    }
    // A preposition right before the number makes it the number of something else: "measured on 10 %".
    let mut last = tokens.len();
    while last > 0 && (matches!(tokens.before(last, 1), "the" | "a" | "an" | "about" | "~" | "only" | "just" | "around" | "roughly" | "(")) {
        last -= 1;
    }
    let last = tokens.before(last, 1);
    if matches!(last, "on" | "in" | "for" | "with" | "per" | "after" | "during" | "and" | "or" | "every") {
        return Gap::Broken;
    }
    let bound = matches!(quantity.comparator, Some(Comparator::AtLeast | Comparator::MoreThan | Comparator::AtMost | Comparator::LessThan)) || modal;
    match unknown {
        0 if tokens.len() <= 40 => Gap::Tight,
        1..=8 if bound => Gap::Loose,
        1..=5 if verb_or_link(last) => Gap::Loose,
        _ => Gap::Broken,
    }
}

/// The text between a number and the name after it.
fn right_gap(text: &str, name: &str) -> Gap {
    let tokens = Tokens::new(text);
    let mut words = 0;
    for (n, token) in tokens.list.iter().enumerate() {
        let low = token.low.as_str();
        if token.kind != Kind::Word {
            if matches!(low, "-" | "“" | "\"" | "”" | "&" | "'" | "‑") {
                continue;
            }
            return Gap::Broken;
        }
        let of = low == "of" && (name.contains(' ') || tokens.len() > 1 && n == 0 && matches!(tokens.low(1), "all" | "the" | "our") && name.contains(' '));
        let change = matches!(low, "improvement" | "increase" | "decrease" | "drop" | "gain" | "uplift" | "rise" | "reduction" | "fall" | "loss" | "in" | "of" | "more" | "less" | "higher" | "lower" | "better");
        let article = matches!(low, "the" | "all" | "our" | "a" | "an" | "in") && n > 0 || low == "in";
        if of || article || change && n < 3 && (low != "of" || n > 0) {
            continue;
        }
        if crate::facts::quantity::unit::is_stop(low) || connects(low) {
            return Gap::Broken;
        }
        words += 1;
    }
    match words {
        0 => Gap::Tight,
        1..=3 => Gap::Loose,
        _ => Gap::Broken,
    }
}

/// Between two names that share a number: "precision and recall", "precision / recall".
fn joined(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    !text.contains(['.', ';', ':', '|'])
        && words.len() <= 3
        && (!words.is_empty() || text == "/")
        && words.iter().all(|word| matches!(word.as_str(), "and" | "," | "/" | "&" | "or" | "as" | "well" | "both" | "a" | "the" | "+" | ",and"))
}

/// Between two numbers of a list: "0.9 and 0.85".
fn listed(text: &str) -> bool {
    let trimmed = text.trim();
    matches!(trimmed, "and" | "," | "/" | "&" | ", and" | "or")
}

/// Between two values of one name: "0.64 today, 0.85 in the PoC and 0.95 at launch".
fn continues(text: &str, first: &Quantity, second: &Quantity) -> bool {
    let same = std::mem::discriminant(&first.unit) == std::mem::discriminant(&second.unit)
        || matches!((&first.unit, &second.unit), (Unit::Plain, Unit::Count(_)) | (Unit::Count(_), Unit::Plain));
    if !same {
        return false;
    }
    let tokens = Tokens::new(text);
    let cues = cues(text, Place::Label);
    let mut unknown = 0;
    for token in &tokens.list {
        let low = token.low.as_str();
        if breaks(low) && low != "when" && low != "once" {
            return false;
        }
        let cue = cues.iter().any(|cue| cue.start <= token.start && token.start < cue.end);
        let link = connects(low) || matches!(low, "and" | "or" | "in" | "for" | "during" | "after" | "before" | "against" | "versus" | "vs" | "with" | "on" | "but" | "instead" | "until" | "by" | "later" | "next");
        if !(cue || link || token.kind == Kind::Mark) {
            unknown += 1;
        }
    }
    let last = tokens.before(tokens.len(), 1);
    unknown <= 2 && !matches!(last, "on" | "in" | "for" | "during" | "after" | "with" | "every")
}

impl Clause<'_> {
    fn between(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end.max(start)).unwrap_or_default()
    }

    fn fit(&self, name: usize, quantity: usize) -> Fit {
        match (self.metrics.get(name).copied().flatten(), self.quantities.get(quantity)) {
            (Some(metric), Some(quantity)) => fit(metric, quantity),
            _ => Fit::No,
        }
    }

    /// "10 % of the tickets": a share of something.
    fn is_share(&self, quantity: &Quantity) -> bool {
        let after = self.text.get(quantity.end..).unwrap_or_default().trim_start();
        after.starts_with("of ") && !after.starts_with("of which") && !matches!(quantity.unit, Unit::Points)
    }

    /// Pairs names and numbers.
    pub(super) fn pairs(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut done = vec![false; self.quantities.len()];
        for at in 0..self.quantities.len() {
            if done.get(at).copied().unwrap_or(true) {
                continue;
            }
            let Some(quantity) = self.quantities.get(at).copied() else { continue };
            let left = self.names.iter().rposition(|name| name.end <= quantity.start);
            let right = self.names.iter().position(|name| name.start >= quantity.end);
            let left_ok = left.map_or(Gap::Broken, |name| self.left(name, at, &pairs));
            let right_ok = right.map_or(Gap::Broken, |name| self.right(name, at));
            let used = left.is_some_and(|left| pairs.iter().any(|pair| pair.name == left));
            let take_right = match (left_ok, right_ok) {
                (_, Gap::Broken) => false,
                (Gap::Broken, _) => true,
                (Gap::Tight, _) => used && right_ok == Gap::Tight,
                (Gap::Loose, _) => true,
            };
            if take_right && let Some(name) = right {
                pairs.push(Pair { name, quantity: at });
                self.share_right(name, at, &mut pairs);
            } else if left_ok != Gap::Broken && let Some(name) = left {
                self.share_left(name, at, &mut pairs, &mut done);
            }
        }
        pairs
    }

    fn left(&self, name: usize, at: usize, pairs: &[Pair]) -> Gap {
        let (Some(found), Some(quantity)) = (self.names.get(name), self.quantities.get(at)) else { return Gap::Broken };
        let fit = self.fit(name, at);
        if fit == Fit::No {
            return Gap::Broken;
        }
        let previous = pairs.iter().rev().find(|pair| pair.name == name).and_then(|pair| self.quantities.get(pair.quantity));
        let gap = match previous {
            Some(first) if first.end <= quantity.start => {
                let text = self.between(first.end, quantity.start);
                if continues(text, first, quantity) && self.names.iter().all(|other| other.start < first.start || other.start >= quantity.end) { Gap::Tight } else { Gap::Broken }
            }
            Some(first) if first.end <= found.start => left_gap(self.between(found.end, quantity.start), quantity),
            _ => left_gap(self.between(found.end, quantity.start), quantity),
        };
        let share = self.is_share(quantity) && gap != Gap::Tight;
        let doubtful = fit == Fit::Doubtful && (gap != Gap::Tight || self.between(found.end, quantity.start).len() > 24 || matches!(quantity.unit, Unit::Count(_)));
        if share || doubtful { Gap::Broken } else { gap }
    }

    fn right(&self, name: usize, at: usize) -> Gap {
        let (Some(found), Some(quantity)) = (self.names.get(name), self.quantities.get(at)) else { return Gap::Broken };
        let written = self.text.get(found.start..found.end).unwrap_or_default();
        match self.fit(name, at) {
            Fit::No | Fit::Doubtful => {
                // "85 recall": the noun behind the number is the metric itself.
                let noun = matches!(&quantity.unit, Unit::Count(_)) && quantity.decimals > 0 && quantity.value <= 1.0;
                if noun { right_gap(self.between(quantity.end, found.start), written) } else { Gap::Broken }
            }
            _ => right_gap(self.between(quantity.end, found.start), written),
        }
    }

    fn share_left(&self, name: usize, at: usize, pairs: &mut Vec<Pair>, done: &mut [bool]) {
        let mut group = vec![name];
        while let Some(first) = group.first().copied()
            && let Some(before) = first.checked_sub(1)
            && let (Some(a), Some(b)) = (self.names.get(before), self.names.get(first))
            && joined(self.between(a.end, b.start))
            && !pairs.iter().any(|pair| pair.name == before)
        {
            group.insert(0, before);
        }
        // "precision and recall of 0.9 and 0.85": as many numbers as names.
        if group.len() > 1 {
            let numbers: Vec<usize> = (at..at + group.len()).collect();
            let zipped = numbers.windows(2).all(|pair| {
                let [a, b] = pair else { return false };
                match (self.quantities.get(*a), self.quantities.get(*b)) {
                    (Some(a), Some(b)) => listed(self.between(a.end, b.start)),
                    _ => false,
                }
            });
            if zipped && numbers.iter().zip(&group).all(|(quantity, name)| self.fit(*name, *quantity) != Fit::No) {
                for (quantity, name) in numbers.into_iter().zip(group) {
                    pairs.push(Pair { name, quantity });
                    if let Some(done) = done.get_mut(quantity) {
                        *done = true;
                    }
                }
                return;
            }
        }
        for name in group {
            if self.fit(name, at) != Fit::No {
                pairs.push(Pair { name, quantity: at });
            }
        }
    }

    /// "at least 0.9 precision and recall": the second name shares the number unless it has its own.
    fn share_right(&self, name: usize, at: usize, pairs: &mut Vec<Pair>) {
        let mut last = name;
        while let (Some(a), Some(b)) = (self.names.get(last), self.names.get(last + 1)) {
            let own = self.quantities.iter().enumerate().any(|(n, quantity)| {
                n != at && quantity.start >= b.end && left_gap(self.between(b.end, quantity.start), quantity) == Gap::Tight && self.names.get(last + 2).is_none_or(|next| quantity.end <= next.start)
            });
            if !joined(self.between(a.end, b.start)) || own || self.fit(last + 1, at) == Fit::No {
                break;
            }
            last += 1;
            pairs.push(Pair { name: last, quantity: at });
        }
    }
}
