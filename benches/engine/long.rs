//! A specification as long as wanted, as Markdown and as the page of a wiki. Systems, sentences, numbers, headings, lists and tables
//! vary, for one file said again and again would keep every cache warm and every key equal.

use std::fmt::Write as _;

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 33) % end.max(1) as u64).unwrap_or_default()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let at = self.below(all.len());
        all.get(at).copied().unwrap_or_default()
    }
}

const KINDS: &[&str] = &[
    "parcel", "invoice", "fraud", "churn", "claim", "ticket", "pallet", "meter", "contract", "price", "lead", "shelf",
    "visit", "turbine", "crop", "leak", "order", "route", "review", "photo", "record", "payment", "shipment", "sensor",
];
const JOBS: &[&str] = &[
    "classifier",
    "ranker",
    "forecaster",
    "router",
    "scorer",
    "assistant",
    "detector",
    "matcher",
    "planner",
    "reader",
];
const METRICS: &[&str] = &[
    "recall",
    "precision",
    "F1",
    "ROC AUC",
    "PR AUC",
    "macro F1",
    "accuracy",
    "specificity",
    "NDCG@10",
    "MRR",
    "precision@5",
    "balanced accuracy",
    "Cohen's kappa",
    "hit rate@20",
    "mean average precision",
];
const PARTS: &[&str] = &[
    "damaged goods",
    "new customers",
    "night shifts",
    "small shops",
    "the north region",
    "foreign invoices",
    "rare defects",
    "wet roads",
    "returning patients",
    "the mobile app",
    "long documents",
    "first orders",
    "bulk orders",
    "old contracts",
];
const OWNERS: &[&str] = &[
    "Head of Operations",
    "the data team",
    "Finance",
    "the risk office",
    "Customer Care",
    "the plant manager",
    "Legal",
    "the product owner",
    "Logistics IT",
    "Maria Lindqvist",
    "the works council",
    "the claims desk",
    "Site Reliability",
];
const STORES: &[&str] = &[
    "Snowflake",
    "the billing archive",
    "SAP",
    "the event log",
    "Salesforce",
    "the camera archive",
    "Kafka",
    "BigQuery",
    "the ticket system",
    "the meter database",
    "the old mainframe",
    "PostgreSQL",
];
const MONTHS: &[&str] = &["January", "March", "April", "June", "July", "September", "October", "December"];
const WORKS: &[&str] = &[
    "marks",
    "sorts",
    "reads",
    "scores",
    "routes",
    "summarises",
    "compares",
    "predicts",
    "flags",
    "matches",
    "groups",
    "checks",
];
const ENDS: &[&str] = &[
    "before the next shift begins",
    "within the same screen",
    "once an hour",
    "as soon as it arrives",
    "in batches at night",
    "whenever the queue is empty",
    "after a clerk has opened it",
    "only for sites that have agreed",
];

/// What chapters are made of: a heading, and sentences that may stand below it.
const TOPICS: &[(&str, &[&str])] = &[
    (
        "Why the {it} is needed",
        &[
            "Every {unit} {n} {kind}s are handled by hand, and {n} of them come back.",
            "Each mistake costs €{few} in refunds and a second visit.",
            "{Owner} loses about {n} hours a {unit} to work that nobody asked for.",
            "**Goal.** Wrong {kind}s fall from {n} to {few} a {unit} by the end of {year}. Owner: {owner}.",
            "We expect savings of {n} EUR per {unit} once {part} are covered.",
            "Until now a list of rules {works} every {kind}; it was written in {year} and nobody maintains it.",
        ],
    ),
    (
        "What the {it} does",
        &[
            "The {it} {works} each {kind} {ends}.",
            "It shall answer within {few}0 ms and must never block {part}.",
            "It should show {owner} the reason, and may leave out what is certain.",
            "When the score lies below {ratio} the {kind} goes to a person.",
            "Users can undo each step; the {it} keeps what they chose.",
            "{Owner} decides what happens with {part}, case by case.",
            "The screen lists at most {few} {kind}s, newest first, and tells how many were left out.",
        ],
    ),
    (
        "Data for the {it}",
        &[
            "Training data comes from {store}, {month} {year} to {month} {year}, {n} rows, owned by {owner}.",
            "About {share} % of the {kind}s are positive.",
            "{few} annotators label {n} examples; a tenth is labelled twice and kappa must be at least {ratio}.",
            "Personal data is removed before storage, and {owner} agreed to this use until {year}.",
            "Duplicates of one {kind} are merged; rows without a date are dropped.",
            "The test set is split by time: everything after {month} {year} is held out.",
            "{store} is refreshed every {few} hours, and gaps of more than {few} days are filled by {owner}.",
        ],
    ),
    (
        "How good the {it} has to be",
        &[
            "The {metric} for {part} must be at least {ratio} on the test set.",
            "Today the rules reach a {metric} of {ratio}; people reach {ratio}.",
            "For the proof of concept a {metric} of {ratio} is enough.",
            "A missed {kind} costs €{few}, a false alarm {few} minutes, which is why {metric} leads.",
            "Go-live needs {metric} ≥ {ratio} and p95 latency below {few}0 ms.",
            "If {metric} on {part} falls under {ratio}, {owner} is told within {few} hours.",
            "We report {metric} with a confidence interval over {few} folds.",
        ],
    ),
    (
        "Plan of the {it}",
        &[
            "The proof of concept takes {few} weeks and uses recorded {kind}s only.",
            "A pilot with {few} users of {owner} follows in {month} {year}.",
            "We stop when the {metric} stays below {ratio} after {few} weeks.",
            "After the pilot {owner} and {owner} decide together whether the goal still stands.",
            "The budget is {n} EUR for {few} months, with {few} people from the data team.",
            "All sites follow, {few} per month, the largest last.",
        ],
    ),
    (
        "Running the {it}",
        &[
            "The service runs next to {store} and writes its answers back once a {unit}.",
            "Code is tagged in git; each model gets a number in the registry.",
            "If the {it} misbehaves, {owner} switches back to the former model within {few} minutes.",
            "Drift of the inputs is measured every {unit} with PSI; above 0.{few} an alert goes to {owner}.",
            "Availability is {share}.9 % per month; planned work is announced {few} days ahead.",
            "Logs are kept for {few} months and then deleted.",
            "The model is trained again each {unit}, or earlier when {metric} drops by {few} points.",
        ],
    ),
    (
        "Risks of the {it}",
        &[
            "The labels of {part} may be wrong; {owner} checks {few} of them every {unit}.",
            "People may trust the {it} too much, so a tenth of all answers is reviewed without showing the score.",
            "{store} may be late: the {it} then answers from the day before and says so.",
            "Fairness is compared between {part} and {part}; a gap of more than {few} points stops the launch.",
            "Prompt injection through a {kind} is possible: text of users is never treated as an instruction.",
            "Nothing is known yet about {part}.",
        ],
    ),
];

/// A form of the text.
trait Form {
    fn heading(&mut self, level: usize, text: &str);
    fn paragraph(&mut self, text: &str);
    fn list(&mut self, items: &[String]);
    fn table(&mut self, rows: &[Vec<String>]);
    fn len(&self) -> usize;
}

struct Markdown(String);

impl Form for Markdown {
    fn heading(&mut self, level: usize, text: &str) {
        let _ = write!(self.0, "{} {text}\n\n", "#".repeat(level));
    }

    fn paragraph(&mut self, text: &str) {
        let _ = write!(self.0, "{text}\n\n");
    }

    fn list(&mut self, items: &[String]) {
        for item in items {
            let _ = writeln!(self.0, "- {item}");
        }
        self.0.push('\n');
    }

    fn table(&mut self, rows: &[Vec<String>]) {
        for (at, row) in rows.iter().enumerate() {
            let _ = writeln!(self.0, "| {} |", row.join(" | "));
            if at == 0 {
                let _ = writeln!(self.0, "|{}", "---|".repeat(row.len()));
            }
        }
        self.0.push('\n');
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// What a wiki gives: attributes on every element, and around the text what every page has.
struct Page(String);

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('≥', "&ge;");
    let mut parts = text.split("**");
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let (Some(strong), Some(rest)) = (parts.next(), parts.next()) {
        let _ = write!(out, "<strong>{strong}</strong>{rest}");
    }
    out
}

impl Form for Page {
    fn heading(&mut self, level: usize, text: &str) {
        let anchor = text.replace(' ', "-");
        let _ = writeln!(self.0, "<h{level} id=\"{anchor}\" class=\"wiki-h\">{}</h{level}>", escaped(text));
    }

    fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.0, "<p class=\"auto-cursor-target\">{}</p>", escaped(text));
    }

    fn list(&mut self, items: &[String]) {
        self.0.push_str("<ul>\n");
        for item in items {
            let _ = writeln!(self.0, "<li><span>{}</span></li>", escaped(item));
        }
        self.0.push_str("</ul>\n");
    }

    fn table(&mut self, rows: &[Vec<String>]) {
        self.0.push_str("<div class=\"table-wrap\"><table class=\"wrapped confluenceTable\"><tbody>\n");
        for (at, row) in rows.iter().enumerate() {
            let cell = if at == 0 { "th" } else { "td" };
            self.0.push_str("<tr>");
            for text in row {
                let _ = write!(self.0, "<{cell} class=\"cell\">{}</{cell}>", escaped(text));
            }
            self.0.push_str("</tr>\n");
        }
        self.0.push_str("</tbody></table></div>\n");
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// A number with its thousands apart.
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

/// One chapter's system and its kind of thing.
struct Subject {
    it: String,
    kind: &'static str,
}

fn filled(template: &str, subject: &Subject, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(template.len() + 40);
    let mut rest = template;
    while let Some((before, (slot, after))) = rest.split_once('{').and_then(|(a, b)| Some((a, b.split_once('}')?))) {
        out.push_str(before);
        rest = after;
        match slot {
            "it" => out.push_str(&subject.it),
            "kind" => out.push_str(subject.kind),
            "n" => out.push_str(&thousands(100 + dice.below(90_000))),
            "few" => _ = write!(out, "{}", 2 + dice.below(38)),
            "share" => _ = write!(out, "{}", 1 + dice.below(99)),
            "ratio" => _ = write!(out, "0.{}", 50 + dice.below(50)),
            "year" => _ = write!(out, "{}", 2024 + dice.below(6)),
            "unit" => out.push_str(dice.of(&["day", "week", "month", "year"])),
            "metric" => out.push_str(dice.of(METRICS)),
            "part" => out.push_str(dice.of(PARTS)),
            "owner" => out.push_str(dice.of(OWNERS)),
            "Owner" => out.push_str(dice.of(&["Finance", "Customer Care", "Legal", "Head Office", "Logistics IT"])),
            "store" => out.push_str(dice.of(STORES)),
            "month" => out.push_str(dice.of(MONTHS)),
            "works" => out.push_str(dice.of(WORKS)),
            _ => out.push_str(dice.of(ENDS)),
        }
    }
    out.push_str(rest);
    out
}

fn write(form: &mut dyn Form, bytes: usize) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    form.heading(1, "Machine learning in operations: specification of all systems");
    for chapter in 1.. {
        let kind = dice.of(KINDS);
        let it = format!("{kind} {} {chapter}", dice.of(JOBS));
        let subject = Subject { it, kind };
        form.heading(2, &format!("{chapter}. The {}", subject.it));
        for (title, sentences) in TOPICS {
            if form.len() >= bytes {
                return;
            }
            form.heading(3, &filled(title, &subject, &mut dice));
            let some = |least: usize, dice: &mut Dice| -> Vec<String> {
                let count = least + dice.below(4);
                (0..count)
                    .map(|_| {
                        let template = dice.of(sentences);
                        filled(template, &subject, dice)
                    })
                    .collect()
            };
            for _ in 0..=dice.below(2) {
                form.paragraph(&some(2, &mut dice).join(" "));
            }
            if dice.below(3) == 0 {
                form.list(&some(2, &mut dice));
            }
        }
        let mut rows = vec![["Measure", "Today", "Proof of concept", "Go-live"].map(str::to_owned).to_vec()];
        for _ in 0..3 + dice.below(4) {
            let name = filled("{metric}, {part}", &subject, &mut dice);
            let values = (0..3).map(|_| filled("{ratio}", &subject, &mut dice));
            rows.push(std::iter::once(name).chain(values).collect());
        }
        form.table(&rows);
    }
}

/// At least so many bytes of Markdown, and not much more.
pub(crate) fn markdown(bytes: usize) -> String {
    let mut form = Markdown(String::with_capacity(bytes + 4_000));
    write(&mut form, bytes);
    form.0
}

/// At least so many bytes of HTML, and not much more.
pub(crate) fn page(bytes: usize) -> String {
    let head = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Machine learning in operations</title>\n\
        <style>.wiki-h { color: #172b4d }</style><script>window.wiki = { space: \"ML\" };</script></head>\n<body>\n\
        <nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/spaces\">Spaces</a></li></ul></nav>\n<main>\n";
    let mut form = Page(head.to_owned());
    write(&mut form, bytes.saturating_sub(60));
    form.0 + "</main>\n<footer>Powered by a wiki</footer>\n</body></html>\n"
}
