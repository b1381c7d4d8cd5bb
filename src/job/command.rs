//! Answers the commands of one comment: who may, what is decided, what is said. A decision is kept before it is answered, and an
//! answer that is there already is not given twice.

use std::time::Duration;

use super::explain::{explain, nearest_code};
use super::failure::Failure;
use super::payload::{AskedBy, CommandJob, Payload, ReviewJob};
use super::refusal::Refusal;
use super::settings::today;
use super::worker::Worker;
use super::written::sent;
use super::{give_up, question};
use crate::document::{Form, waiver_line};
use crate::platform::{Now, Platform, PlatformError, Role};
use crate::review::command::{Command, Said};
use crate::review::render::escape::Md;
use crate::review::render::reply::reply;
use crate::review::render::words::commands as words;
use crate::review::{Action, Asked, ChangeRef, Outcome, ReplyTo};
use crate::rules::{self, RuleKey};
use crate::store::{Asker, Decision, DecisionKind, Millis};
use crate::text::Date;
use crate::text::nearest::nearest;

/// Most commands that are answered on a change within [`HOUR`], for people who may write; and for all others together.
const MOST: u32 = 30;
const MOST_OF_OTHERS: u32 = 10;
/// So many comments more are told that it was enough; after them nothing is said.
const TOLD: u64 = 3;
const HOUR: Millis = 60 * 60 * 1000;
/// When an answer whose outcome is unknown is looked for again.
const LOOK: Duration = Duration::from_secs(20);

/// What the person may do, as far as it was looked up.
enum Right {
    Known(Role),
    Unknown(String),
}

/// One comment while it is answered.
struct Desk<'a> {
    worker: &'a Worker,
    platform: &'a dyn Platform,
    job: &'a CommandJob,
    now: Now,
    right: Right,
}

pub(super) async fn answer(worker: &Worker, job: &CommandJob) -> Result<(), Failure> {
    if job.by.is_bot {
        return Ok(());
    }
    let platform = worker.platforms.open(&job.at, job.installation).await?;
    let now = platform.now(&job.at).await?;
    if now.posted.replies.contains(&key(job)) {
        return Ok(());
    }
    // Also where everybody may: whoever may write takes nothing from what all others together may ask.
    let right = match platform.role(&job.at, &job.by).await {
        Ok(role) => Right::Known(role),
        Err(error) => Right::Unknown(error.to_string()),
    };
    let desk = Desk { worker, platform: platform.as_ref(), job, now, right };
    // What was done is not done again because its answer did not get through: a model is asked, and a pause taken back, once.
    if let Some(body) = worker.decisions.answer(&job.at.to_string(), place(job)).await? {
        return desk.post(body).await;
    }
    let Some(told) = desk.told().await? else {
        tracing::info!(change = %job.at, comment = job.comment, "too many commands: not answered");
        return Ok(());
    };
    desk.reply(told).await
}

/// Tells whoever wrote the comment that nothing came of it, once.
///
/// # Errors
/// When it cannot be told.
pub(super) async fn give_up(worker: &Worker, job: &CommandJob, reason: &str) -> Result<(), PlatformError> {
    let platform = worker.platforms.open(&job.at, job.installation).await?;
    let now = platform.now(&job.at).await?;
    if job.by.is_bot || now.posted.replies.contains(&key(job)) {
        return Ok(());
    }
    let body = reply(&worker.deps.marker, &job.at, &key(job), words::answer(None, words::given_up(reason)));
    sent(platform.carry_out(&job.at, &Action::Reply { to: job.to.clone(), body }).await, "to answer a comment")
}

/// Tells who asked for a review of `seen` that it became that of `head`, once.
///
/// # Errors
/// When it cannot be told, or is not known to be.
pub(super) async fn moved_on(
    worker: &Worker,
    platform: &dyn Platform,
    at: &ChangeRef,
    (seen, by): (&str, &AskedBy),
    head: &str,
) -> Result<(), PlatformError> {
    let key = format!("{}-moved", by.comment);
    if platform.now(at).await?.posted.replies.contains(&key) {
        return Ok(());
    }
    tracing::info!(change = %at, by = %by.login, seen, head, "the review that was asked for is that of a newer head");
    let body = reply(&worker.deps.marker, at, &key, words::answer(None, words::moved(seen, head)));
    sent(platform.carry_out(at, &Action::Reply { to: by.to.clone(), body }).await, "to answer a comment")
}

/// Ids of comments in conversations and on lines are numbered apart.
fn place(job: &CommandJob) -> u64 {
    job.comment.rotate_left(1) ^ u64::from(matches!(job.to, ReplyTo::Thread(_)))
}

/// The name under which an answer is found again.
fn key(job: &CommandJob) -> String {
    match job.to {
        ReplyTo::Conversation => format!("c{}", job.comment),
        ReplyTo::Thread(_) => format!("t{}", job.comment),
    }
}

impl Desk<'_> {
    /// What to say; none where enough was said.
    async fn told(&self) -> Result<Option<Md>, Failure> {
        let Self { worker, job, .. } = self;
        let may = matches!(self.right, Right::Known(Role::Write));
        let (asker, most) = if may { (Asker::Writer, MOST) } else { (Asker::Other, MOST_OF_OTHERS) };
        let (now, asked) = (worker.now(), u32::try_from(job.said.len()).unwrap_or(u32::MAX));
        let change = job.at.to_string();
        let before = worker.decisions.count(&change, place(job), asker, asked, now - HOUR..now).await?;
        if before >= u64::from(most) + TOLD {
            return Ok(None);
        }
        if before >= u64::from(most) {
            return Ok(Some(words::answer(None, words::too_often(most))));
        }
        let mut told = Md::default();
        for said in &job.said {
            told.push(self.answer_to(said).await?);
        }
        Ok(Some(told))
    }

    async fn answer_to(&self, said: &Said) -> Result<Md, Failure> {
        let command = match said {
            Ok(command) => command,
            Err(mistake) => return Ok(words::answer(None, words::mistake(mistake))),
        };
        let text = match &self.right {
            _ if command.is_open_to_all() => self.open(command),
            Right::Known(Role::Write) if !self.now.is_open => words::CLOSED.into(),
            Right::Known(Role::Write) => self.carry_out(command).await?,
            Right::Unknown(why) => words::unsure(why),
            Right::Known(_) => words::DENIED.into(),
        };
        Ok(words::answer(Some(command.verb()), text))
    }

    /// What everybody may ask.
    fn open(&self, command: &Command) -> Md {
        let deps = &self.worker.deps;
        match command {
            Command::Explain { code } => explain(&deps.rules, &deps.questions, code).map_or_else(
                || words::no_code(code, nearest_code(&deps.rules, &deps.questions, code)),
                |told| words::explained(&told),
            ),
            _ => words::help(),
        }
    }

    async fn carry_out(&self, command: &Command) -> Result<Md, Failure> {
        let paused = self.decisions().await?.into_iter().any(|one| one.kind == DecisionKind::Pause);
        match command {
            Command::Review if !paused && self.is_reviewed() => Ok(words::reviewed(self.head())),
            Command::Review if !paused => {
                self.review(self.asked()).await?;
                Ok(words::started(self.head()))
            }
            Command::Review | Command::Rerun => {
                let again = Some(format!("comment {}", key(self.job)));
                self.review(ReviewJob { again, despite_pause: true, ..self.asked() }).await?;
                Ok(words::started(self.head()))
            }
            Command::Pause => {
                self.decide(DecisionKind::Pause, String::new(), "", None).await?;
                Ok(words::paused(&self.job.by.login))
            }
            Command::Resume if !paused => {
                // A try before this one may have ended between the end of the pause and the review that is due since.
                self.review(self.plain()).await?;
                Ok(words::NOT_PAUSED.into())
            }
            Command::Resume => {
                self.revoke(DecisionKind::Pause, "").await?;
                self.review(self.plain()).await?;
                Ok(words::RESUMED.into())
            }
            Command::Waive { rule, reason, until } => self.waive(rule, reason, until.as_deref()).await,
            Command::Accept { question, reason } => self.accept(question.as_deref(), reason).await,
            Command::Ask { question } => {
                let Self { worker, platform, job, .. } = self;
                let (deps, options, comment) = (&worker.deps, &worker.options, key(job));
                Ok(question::ask(deps, *platform, &job.at, options, (job.by.id, &comment, question)).await?)
            }
            Command::Explain { .. } | Command::Help => Ok(self.open(command)),
        }
    }

    async fn waive(&self, said: &str, reason: &str, until: Option<&str>) -> Result<Md, Failure> {
        let Self { worker, job, .. } = self;
        let deps = &worker.deps;
        let key = RuleKey::parse(said);
        // A document has no waiver for it: the reason belongs beside the text.
        let is_loosened = key.part.is_none() && key.code == rules::LOOSENED.code;
        if !deps.rules.has(&key) && !is_loosened {
            if deps.questions.questions.iter().any(|question| question.id == key.code) {
                return Ok(words::is_question(said));
            }
            return Ok(words::no_rule(said, nearest(&key.code, deps.rules.codes())));
        }
        let rule = key.to_string();
        let last = until.map(Date::parse);
        match (until, last) {
            (Some(said), Some(None)) => return Ok(words::no_date(said)),
            (Some(said), Some(Some(last))) if last < today(deps) => {
                return Ok(words::past(said));
            }
            _ => {}
        }
        if self.is_author() {
            return Ok(words::proposed(&rule));
        }
        self.decide(DecisionKind::Waiver, rule.clone(), reason, until).await?;
        self.review(self.plain()).await?;
        let line = if is_loosened { None } else { waiver_line(self.form(), &rule, reason, until, Some(&job.by.login)) };
        Ok(words::waived(&rule, &job.by.login, until, line.as_deref()))
    }

    async fn accept(&self, said: Option<&str>, reason: &str) -> Result<Md, Failure> {
        if self.is_author() {
            return Ok(words::NOT_BY_AUTHOR.into());
        }
        let open = self.open_questions();
        let here = self.asked_here();
        let is_meant = |asked: &&Asked| match said {
            Some(said) => {
                let (criterion, _) = asked.criterion.split_once(':').unwrap_or((&asked.criterion, ""));
                asked.criterion.eq_ignore_ascii_case(said) || criterion.eq_ignore_ascii_case(said)
            }
            None => here.contains(&asked.fingerprint),
        };
        let meant: Vec<&Asked> = open.iter().filter(is_meant).collect();
        let names = |all: &[&Asked]| {
            let mut names: Vec<String> = all.iter().map(|asked| asked.criterion.clone()).collect();
            names.sort();
            names.dedup();
            names
        };
        if meant.is_empty() {
            return Ok(words::no_question(&names(&open.iter().collect::<Vec<_>>())));
        }
        for asked in &meant {
            self.decide(DecisionKind::Question, asked.fingerprint.clone(), reason, None).await?;
        }
        self.review(self.plain()).await?;
        Ok(words::accepted(&names(&meant), &self.job.by.login))
    }

    /// The questions that the summary remembers as open.
    fn open_questions(&self) -> Vec<Asked> {
        let marker = &self.worker.deps.marker;
        let marks = self.now.posted.summaries.iter().filter_map(|summary| marker.read(&self.job.at, &summary.body));
        marks.flat_map(|mark| mark.asked).filter(|asked| !asked.answered).collect()
    }

    /// Fingerprints of what the conversation that the command stands in is about.
    fn asked_here(&self) -> Vec<String> {
        let ReplyTo::Thread(first) = self.job.to else { return Vec::new() };
        let first = first.to_string();
        let own = self.now.posted.comments.iter().filter(|comment| comment.id.0 == first);
        own.flat_map(|comment| comment.fingerprints.clone()).collect()
    }

    /// How the document is written that the conversation is about; outside of one, those of the change, where all are written alike.
    fn form(&self) -> Form {
        let comments = &self.now.posted.comments;
        let here = match self.job.to {
            ReplyTo::Thread(first) => comments.iter().find(|comment| comment.id.0 == first.to_string()),
            ReplyTo::Conversation => None,
        };
        let mut forms = here
            .map_or(comments.as_slice(), std::slice::from_ref)
            .iter()
            .filter_map(|comment| Form::named(&comment.path));
        let form = forms.next().unwrap_or(Form::Markdown);
        if forms.all(|other| other == form) { form } else { Form::Markdown }
    }

    fn is_author(&self) -> bool {
        self.job.author == Some(self.job.by.id)
    }

    /// The head when the command was written, as far as it is known.
    fn head(&self) -> &str {
        self.job.head.as_deref().unwrap_or(&self.now.head)
    }

    fn is_reviewed(&self) -> bool {
        let is_current = self.head() == self.now.head;
        is_current && self.now.posted.checks.iter().any(|check| check.conclusion.is_some() && check.key != give_up::KEY)
    }

    async fn decisions(&self) -> Result<Vec<Decision>, Failure> {
        Ok(self.worker.decisions.decided(&self.job.at.to_string()).await?)
    }

    async fn decide(
        &self,
        kind: DecisionKind,
        subject: String,
        reason: &str,
        until: Option<&str>,
    ) -> Result<(), Failure> {
        let Self { worker, job, .. } = self;
        let decision = Decision {
            kind,
            subject,
            by: job.by.login.clone(),
            reason: reason.to_owned(),
            until: until.map(str::to_owned),
            url: job.url.clone(),
            at: worker.now(),
        };
        tracing::info!(change = %job.at, by = %job.by.login, ?kind, subject = %decision.subject, "decided by command");
        Ok(worker.decisions.decide(&job.at.to_string(), &decision).await?)
    }

    async fn revoke(&self, kind: DecisionKind, subject: &str) -> Result<(), Failure> {
        Ok(self.worker.decisions.revoke(&self.job.at.to_string(), kind, subject).await?)
    }

    /// Has the change reviewed. Whatever was decided is kept by now, and a review that is under way is followed by this one.
    async fn review(&self, review: ReviewJob) -> Result<(), Failure> {
        self.worker.enqueue(&Payload::Review(review)).await
    }

    /// A review of the head as it is then.
    fn plain(&self) -> ReviewJob {
        ReviewJob::of(self.job.at.clone(), self.job.installation)
    }

    /// A review that whoever wrote the comment waits for.
    fn asked(&self) -> ReviewJob {
        let Self { job, .. } = self;
        let by = AskedBy { login: job.by.login.clone(), comment: key(job), to: job.to.clone() };
        ReviewJob { head: Some(self.head().to_owned()), by: Some(by), ..self.plain() }
    }

    async fn reply(&self, told: Md) -> Result<(), Failure> {
        let Self { worker, job, .. } = self;
        let body = reply(&worker.deps.marker, &job.at, &key(job), told);
        worker.decisions.keep_answer(&job.at.to_string(), place(job), &body).await?;
        self.post(body).await
    }

    async fn post(&self, body: String) -> Result<(), Failure> {
        let Self { platform, job, .. } = self;
        let action = Action::Reply { to: job.to.clone(), body };
        match platform.carry_out(&job.at, &action).await {
            Outcome::Done { .. } => {
                tracing::info!(change = %job.at, comment = job.comment, "answered");
                Ok(())
            }
            // The platform was in a hurry: it is looked for, and said again if need be.
            Outcome::Rejected(reason) if Refusal::of(&reason) == Refusal::Hurried => {
                Err(Failure::Passing { reason, wait: Some(LOOK) })
            }
            // The change is not here any more, or not yet: reading it says so. Else the comment is gone.
            Outcome::Rejected(reason) if Refusal::of(&reason) == Refusal::Gone => {
                platform.head(&job.at).await?;
                tracing::info!(change = %job.at, comment = job.comment, %reason, "a comment is gone before its answer");
                Ok(())
            }
            // The conversation is locked: there is nobody to be told.
            Outcome::Rejected(reason) => {
                tracing::warn!(change = %job.at, comment = job.comment, %reason, "an answer was refused");
                Ok(())
            }
            Outcome::Delayed { seconds, reason } => Err(Failure::limited(Duration::from_secs(seconds), reason)),
            Outcome::Unknown(reason) => Err(Failure::Passing { reason, wait: Some(LOOK) }),
        }
    }
}
