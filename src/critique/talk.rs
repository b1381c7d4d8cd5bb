//! The critique of one document as a talk in rounds: what is kept is taken, what is open is asked, what would be reported is
//! asked a second time, and only what both readings say is said. Pure: somebody else carries the calls.

use std::collections::BTreeSet;

use super::answer;
use super::entry::Entry;
use super::input::{Reading, Sheet};
use super::judge::{judge, refuse_echo};
use super::kept::{Readings, Record};
use super::own::Own;
use super::risk_pass::RiskPass;
use super::sentence::Forbidden;
use super::{Ask, Closed, Pass, Question, Questionnaire, ReplyType, Verdict, prompt, reply};
use crate::text::sha256_hex;

/// Most questions of a call of the first reading: narrow calls are answered better.
const FIRST: usize = 4;
/// After an edit few questions are open; so many may share one call, whose instructions cost more than they do.
const FEW: usize = 8;
/// Most questions of a call of the second reading.
const SECOND: usize = 5;
/// Most bytes of sections in a call that joins groups of questions.
const JOINED: usize = 16_000;

/// A critique under way.
pub struct Talk<'a> {
    reading: Reading<'a>,
    book: &'a Questionnaire,
    own: Own,
    nonce: String,
    entries: Vec<Entry<'a>>,
    risks: Option<RiskPass<'a>>,
    round: u8,
    policy_changed: BTreeSet<String>,
}

impl<'a> Talk<'a> {
    /// Opens the talk. `model` is the name of who is asked; `nonce` is random text that delimits the document, so that the
    /// document cannot close it. Whether the document is a specification at all is for the caller to know.
    #[must_use]
    pub fn open(sheet: Sheet<'a>, book: &'a Questionnaire, model: &str, nonce: &str) -> Self {
        let reading = Reading::new(sheet, nonce);
        let (profile, names_metric) = (&sheet.facts.profile, reading.names_metric());
        let shown = book.questions.iter().find(|question| question.rubric.reply == ReplyType::Score);
        let policy = |question: &Question| {
            let templates = match question.rubric.reply {
                ReplyType::Score => [book.first.words(), book.second.words()].concat(),
                ReplyType::Risks => book.risks.words(),
            };
            let example = shown.map(|shown| shown.rubric.example.to_string()).unwrap_or_default();
            sha256_hex([question.wording(), templates, example, model.to_owned()].join("\u{1f}").as_bytes())
        };
        let applies = |question: &&Question| question.applies_to(profile, names_metric);
        let of = |wanted: ReplyType| {
            book.questions.iter().filter(applies).filter(move |question| question.rubric.reply == wanted)
        };
        let entries = of(ReplyType::Score).map(|question| Entry {
            question,
            parts: reading.reads(question),
            inputs: reading.inputs(question),
            policy: policy(question),
            readings: Readings::default(),
            document: sha256_hex(format!("{}\n{}", question.id, reading.title()).as_bytes()),
            searched: Vec::new(),
            is_kept: false,
            is_new: false,
            dropped: 0,
            failure: None,
        });
        let entries: Vec<Entry<'_>> = entries.filter(|entry| !entry.parts.is_empty()).collect();
        let risks = of(ReplyType::Risks)
            .next()
            .filter(|_| !sheet.risks.is_empty())
            .map(|question| RiskPass::new(&reading, question, &policy(question)));
        let own = Own::new(reading.parts.iter().map(|part| part.text.as_str()));
        Self { reading, book, own, nonce: nonce.to_owned(), entries, risks, round: 0, policy_changed: BTreeSet::new() }
    }

    /// Hashes of all inputs: what can be looked up in what is kept.
    #[must_use]
    pub fn inputs(&self) -> Vec<String> {
        let questions = self.entries.iter().flat_map(|entry| [entry.inputs.clone(), entry.document.clone()]);
        questions.chain(self.risks.iter().flat_map(RiskPass::inputs)).collect()
    }

    /// Takes what is kept. A record with other words or another model behind it is not used: its question is asked anew, and
    /// [`Closed::policy_changed`] names it.
    pub fn recall(&mut self, records: &[Record]) {
        for entry in &mut self.entries {
            let searched =
                records.iter().find(|record| record.inputs == entry.document && record.policy == entry.policy);
            entry.searched = searched.and_then(Record::read).unwrap_or_default();
            let same: Vec<&Record> = records.iter().filter(|record| record.inputs == entry.inputs).collect();
            let exact = same.iter().find(|record| record.policy == entry.policy);
            if exact.is_none() && !same.is_empty() {
                self.policy_changed.insert(entry.question.id.clone());
            }
            let kept = exact.and_then(|record| record.read::<Readings>());
            if let Some(readings) = kept.and_then(|readings| readings.standing(&self.reading)) {
                entry.readings = readings;
                entry.is_kept = true;
            }
        }
        if let Some(risks) = &mut self.risks
            && risks.recall(records)
        {
            self.policy_changed.insert(risks.question.id.clone());
        }
    }

    /// The calls of the next round; empty when all is said. First what is open, then what would be reported a second time.
    pub fn asks(&mut self) -> Vec<Ask> {
        while self.round < 2 {
            self.round += 1;
            let asks = if self.round == 1 { self.first() } else { self.second() };
            if !asks.is_empty() {
                return asks;
            }
        }
        Vec::new()
    }

    fn first(&self) -> Vec<Ask> {
        let open: Vec<&Entry<'_>> = self.entries.iter().filter(|entry| entry.readings.first.is_none()).collect();
        let mut groups: Vec<Vec<&Entry<'_>>> = Vec::new();
        for entry in open {
            let same = |group: &&mut Vec<&Entry<'_>>| {
                group.len() < FIRST && group.first().is_some_and(|one| one.question.group == entry.question.group)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(entry),
                None => groups.push(vec![entry]),
            }
        }
        let most = if groups.iter().map(Vec::len).sum::<usize>() <= FEW { FEW } else { FIRST };
        let mut calls: Vec<Vec<&Entry<'_>>> = Vec::new();
        for group in groups {
            let fits = |call: &&mut Vec<&Entry<'_>>| {
                call.len() + group.len() <= most && self.bytes(call.iter().chain(&group)) <= JOINED
            };
            match calls.iter_mut().find(fits) {
                Some(call) => call.extend(group),
                None => calls.push(group),
            }
        }
        let ask = |call: &Vec<&Entry<'_>>| {
            let parts = union(call.iter().flat_map(|entry| &entry.parts));
            self.ask(call, &parts, Pass::First)
        };
        let risks = self.risks.iter().flat_map(|risks| risks.first(&self.reading, &self.book.risks, &self.nonce));
        calls.iter().filter_map(ask).chain(risks).collect()
    }

    fn second(&self) -> Vec<Ask> {
        let mut due: Vec<(&Entry<'_>, Vec<usize>)> = self
            .entries
            .iter()
            .map(|entry| (entry, entry.unseen(&self.reading)))
            .filter(|(_, parts)| !parts.is_empty())
            .collect();
        due.sort_by_key(|(entry, _)| entry.is_known());
        let most = if due.len() <= FEW && due.iter().all(|(entry, _)| entry.is_known()) { FEW } else { SECOND };
        let ask = |call: &[(&Entry<'_>, Vec<usize>)]| {
            // Of a question that was heard twice only what is new is read: does it change anything?
            let parts = union(call.iter().flat_map(|(entry, parts)| match entry.readings.second {
                None => entry.parts.iter().chain(parts),
                Some(_) => [].iter().chain(parts),
            }));
            let entries: Vec<&Entry<'_>> = call.iter().map(|(entry, _)| *entry).collect();
            self.ask(&entries, &parts, Pass::Second)
        };
        let risks = self.risks.iter().flat_map(|risks| risks.second(&self.reading, &self.book.risks, &self.nonce));
        due.chunks(most).filter_map(ask).chain(risks).collect()
    }

    fn ask(&self, entries: &[&Entry<'_>], parts: &[usize], pass: Pass) -> Option<Ask> {
        let questions: Vec<&Question> = entries.iter().map(|entry| entry.question).collect();
        let template = if pass == Pass::First { &self.book.first } else { &self.book.second };
        let shown = self.book.shown()?;
        // Of questions that were heard twice the passages are known already.
        let heard = entries.iter().filter(|entry| pass == Pass::Second && entry.readings.second.is_some());
        let known: BTreeSet<&str> = heard.flat_map(|entry| entry.readings.quotes()).collect();
        prompt::questions(&self.reading, template, &questions, shown, (parts, &known, pass, &self.nonce))
    }

    fn bytes<'b>(&self, entries: impl Iterator<Item = &'b &'b Entry<'a>>) -> usize
    where
        'a: 'b,
    {
        let parts = union(entries.flat_map(|entry| &entry.parts));
        parts.iter().filter_map(|at| self.reading.parts.get(*at)).map(|part| part.text.len()).sum()
    }

    /// Takes the reply to `ask`. What comes back is the same call for the questions that it left open, to be asked once more; a
    /// second useless reply leaves them without a verdict.
    pub fn hear(&mut self, ask: &Ask, text: &str) -> Option<Ask> {
        let is_risks = self.risks.as_ref().is_some_and(|risks| ask.questions.contains(&risks.question.id));
        let failure = if is_risks { self.hear_risks(ask, text) } else { self.hear_answers(ask, text) };
        let (open, failure) = failure?;
        if !ask.is_repair {
            return Some(prompt::repair(ask, open, &failure));
        }
        self.fail(&open, &failure);
        None
    }

    fn hear_risks(&mut self, ask: &Ask, text: &str) -> Option<(Vec<String>, String)> {
        let risks = self.risks.as_mut()?;
        let failure = risks.hear(&self.reading, ask, text).err()?;
        Some((ask.questions.clone(), failure))
    }

    fn hear_answers(&mut self, ask: &Ask, text: &str) -> Option<(Vec<String>, String)> {
        let mut answers = match reply::read(text, answer::answers) {
            Ok(answers) => answers,
            Err(failure) => return Some((ask.questions.clone(), failure)),
        };
        // Who asks one thing gets one answer, whatever name it bears.
        if let ([id], [only]) = (ask.questions.as_slice(), answers.as_mut_slice()) {
            only.question.clone_from(id);
        }
        let shown = self.book.shown().map(|question| &question.rubric.example);
        let all: Vec<String> = self
            .reading
            .all()
            .iter()
            .filter_map(|at| self.reading.parts.get(*at))
            .map(|part| part.hash.clone())
            .collect();
        let document = &self.reading.sheet.document.source;
        let forbidden = Forbidden::new(&[&ask.system, &ask.user, document], &self.reading.seen());
        let mut open = Vec::new();
        let mut failure = None;
        for id in &ask.questions {
            let Some(entry) = self.entries.iter_mut().find(|entry| entry.question.id == *id) else { continue };
            let answer = answers.iter().rev().find(|answer| answer.question.trim().eq_ignore_ascii_case(id));
            let judged = answer
                .ok_or_else(|| format!("the reply has no answer to {id}"))
                .and_then(|answer| refuse_echo(shown, answer))
                .and_then(|answer| judge(entry.question, answer, &self.reading, &self.own, &forbidden));
            match judged {
                Ok(judged) => {
                    entry.dropped += judged.dropped;
                    (entry.is_kept, entry.is_new) = (false, true);
                    match ask.pass {
                        Pass::First => entry.readings.first = Some(judged),
                        Pass::Second => {
                            // New sections can answer what was open; that they do not proves nothing new.
                            let answers =
                                judged.score.is_some() && !entry.would_report(Some(&judged), self.reading.sheet);
                            if answers || entry.readings.second.is_none() {
                                entry.readings.second = Some(judged);
                            }
                            entry.readings.seen.clone_from(&all);
                        }
                    }
                }
                Err(why) => {
                    open.push(id.clone());
                    failure.get_or_insert(why);
                }
            }
        }
        failure.map(|failure| (open, failure))
    }

    /// What was wrong with the replies, when there were some and none of them could be used.
    #[must_use]
    pub fn nonsense(&self) -> Option<&str> {
        let is_answered = |entry: &Entry<'_>| entry.readings.first.is_some();
        let treated = self.risks.as_ref().is_some_and(RiskPass::is_answered);
        let failure = self.entries.iter().find_map(|entry| entry.failure.as_deref());
        failure.filter(|_| !treated && !self.entries.iter().any(is_answered))
    }

    /// These questions get no answer, for this reason.
    pub fn fail(&mut self, questions: &[String], why: &str) {
        for entry in self.entries.iter_mut().filter(|entry| questions.contains(&entry.question.id)) {
            entry.failure.get_or_insert_with(|| why.to_owned());
        }
        if let Some(risks) = self.risks.as_mut().filter(|risks| questions.contains(&risks.question.id)) {
            risks.failure.get_or_insert_with(|| why.to_owned());
        }
    }

    /// What was heard since this was last called, to be kept before anything else is waited for: who is stopped in the middle of a talk
    /// has paid for it.
    pub fn learnt(&mut self) -> Vec<Record> {
        let Self { reading, entries, risks, .. } = self;
        let answers = entries.iter_mut().flat_map(|entry| entry.records(reading));
        answers.chain(risks.iter_mut().flat_map(RiskPass::records)).collect()
    }

    /// What there is to say.
    #[must_use]
    pub fn close(self) -> Closed {
        let Self { reading, book, entries, risks, policy_changed, .. } = self;
        let mut closed = Closed {
            policy_changed: policy_changed.into_iter().collect(),
            read_in_part: reading.is_partial && entries.iter().any(|entry| !entry.is_kept),
            ..Closed::default()
        };
        for entry in entries {
            closed.cached += usize::from(entry.is_kept);
            closed.verdicts.push(entry.verdict(&reading));
        }
        say_once(&mut closed.verdicts, &book.questions);
        if let Some(risks) = risks {
            risks.close(&reading, &mut closed);
        }
        closed
    }
}

/// A model that asks several things in the same words is not repeated: from the second time on the page of the question speaks.
fn say_once(verdicts: &mut [Verdict], questions: &[Question]) {
    let mut said = BTreeSet::new();
    for verdict in verdicts {
        let page = questions.iter().find(|question| question.id == verdict.question);
        for finding in &mut verdict.findings {
            if !said.insert(finding.message.clone())
                && let Some(page) = page
            {
                finding.message.clone_from(&page.rubric.question);
            }
        }
    }
}

fn union<'b>(parts: impl Iterator<Item = &'b usize>) -> Vec<usize> {
    let parts: BTreeSet<usize> = parts.copied().collect();
    parts.into_iter().collect()
}
