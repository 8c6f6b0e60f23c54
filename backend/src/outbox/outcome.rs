//! What became of a mail, recipient by recipient, and how that is recorded.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Outgoing, record};
use crate::{
    db::{
        Delivery, EventKind, OutboxKind, Ts, Tx,
        schema::{articles, blobs, outbox, tickets},
    },
    desk::Desk,
    error::Result,
    notify,
    people::links,
    tickets::Ticket,
};

/// Waits between attempts, in minutes; the last one repeats.
const RETRY_MINUTES: [u64; 6] = [1, 2, 5, 15, 30, 60];
/// A mail that could not be handed over for so long is given up.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(5 * 24);
/// The longest text of a relay that is kept, in characters.
const TEXT: usize = 1_000;

/// What the relay said to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The mail is the relay's now.
    Taken,
    /// Never.
    Refused(String),
    /// Not now.
    Later(String),
    /// The line broke after the text was sent and before the relay answered.
    Unclear(String),
}

impl Word {
    fn is_unclear(&self) -> bool {
        matches!(self, Self::Unclear(_))
    }
}

/// What finally became of one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The address in the envelope.
    pub address: String,
    /// Whether the relay took the mail for him.
    pub taken: bool,
    /// Why not.
    #[serde(default)]
    pub text: String,
    /// Whether a report came back, of which its sender was told then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reported: bool,
    /// Whether it came back before anything was known of the attempt: it counts only if the relay may have taken the mail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) early: bool,
}

impl Settled {
    /// What the relay itself said.
    fn said(address: String, taken: bool, text: String) -> Self {
        Self { address, taken, text, reported: false, early: false }
    }

    /// What a report says; `early`: of an attempt of which nothing is known yet.
    pub(super) fn returned(address: String, text: &str, early: bool) -> Self {
        Self { address, taken: false, text: shortened(text), reported: true, early }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// The relay was asked, or the mail cannot be written.
    Tried(Vec<(String, Word)>),
    /// It did not come to that: nothing is counted, it waits for the relay.
    NoRelay { why: String, wait: SignedDuration },
    /// Nobody wants it any more.
    NotWanted,
}

/// What is written down after an attempt.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub state: Delivery,
    error: String,
    settled: Vec<Settled>,
    /// Who still waits, and why.
    waits: Vec<(String, String)>,
    /// Those of them who may have it already.
    unclear: Vec<String>,
    attempts: i32,
    try_at: Timestamp,
    now: Timestamp,
}

impl Outcome {
    /// `since`: since when a page names the relay; before that there was nobody to ask.
    pub(super) fn of(desk: &Desk, mail: &Outgoing, ended: End, since: Option<Ts>) -> Self {
        let now = desk.clock.now();
        let mut outcome = Self {
            state: Delivery::Cancelled,
            error: String::new(),
            settled: mail.settled(),
            waits: Vec::new(),
            unclear: Vec::new(),
            attempts: mail.attempts,
            try_at: now,
            now,
        };
        let words = match ended {
            End::NotWanted => {
                outcome.error = "its reader may no longer read the ticket".to_owned();
                return outcome;
            }
            End::NoRelay { why, wait } => {
                outcome.attempts = mail.attempts.saturating_sub(1);
                outcome.try_at = now.checked_add(wait).unwrap_or(now);
                mail.left().into_iter().map(|address| (address, Word::Later(why.clone()))).collect()
            }
            End::Tried(words) => {
                let wait = delay(mail.attempts, desk.config.test.retry_seconds.as_deref());
                outcome.try_at = now.checked_add(wait).unwrap_or(now);
                words
            }
        };
        let asked = since.map_or(mail.created_at.0, |since| since.0.max(mail.created_at.0));
        outcome.unclear =
            words.iter().filter(|(_, word)| word.is_unclear()).map(|(to, _)| to.clone()).collect();
        let words = if now.duration_since(asked) > patience(desk) { given_up(words) } else { words };
        outcome.take(words);
        outcome
    }

    fn take(&mut self, words: Vec<(String, Word)>) {
        for (address, word) in words {
            let settled = match word {
                Word::Taken => Settled::said(address, true, String::new()),
                Word::Refused(text) => Settled::said(address, false, shortened(&text)),
                Word::Later(text) | Word::Unclear(text) => {
                    self.waits.push((address, text));
                    continue;
                }
            };
            self.settled.push(settled);
        }
        self.conclude();
    }

    /// What all that was said comes to.
    fn conclude(&mut self) {
        let is_unclear = self.waits.iter().any(|(address, _)| self.unclear.contains(address));
        self.state = match (self.waits.is_empty(), is_unclear) {
            (false, true) => Delivery::Uncertain,
            (false, false) => Delivery::Deferred,
            (true, _) if self.settled.iter().any(|one| one.reported) => Delivery::Bounced,
            (true, _) if self.is_taken() => Delivery::Sent,
            (true, _) => Delivery::Failed,
        };
        if self.waits.is_empty() {
            self.try_at = self.now;
        }
        let refused = self.settled.iter().filter(|one| !one.taken);
        let refused = refused.map(|one| (one.address.clone(), one.text.clone()));
        let texts: Vec<(String, String)> = refused.chain(self.waits.iter().cloned()).collect();
        let everybody = texts.len() + self.settled.iter().filter(|one| one.taken).count();
        self.error = sentence(&texts, everybody);
    }

    /// Whether anybody has got it.
    fn is_taken(&self) -> bool {
        self.settled.iter().any(|one| one.taken)
    }

    /// Reports may have come while the mail was on its way: they hold for those whom the relay took it for, or may have.
    /// Whoever it did not take it for is told by nobody's report.
    fn heed_reports(&mut self, tx: &mut Tx<'_>, mail: &Outgoing) -> Result<()> {
        let mut reports = super::reports(&super::outcomes_held(tx, mail.id)?);
        reports.retain(|report| {
            let taken = self.settled.iter().any(|one| one.address == report.address && one.taken);
            taken || self.unclear.contains(&report.address)
        });
        self.settled.retain(|one| !reports.iter().any(|report| report.address == one.address));
        self.waits.retain(|(address, _)| !reports.iter().any(|report| report.address == *address));
        self.settled.extend(reports);
        if self.state != Delivery::Cancelled {
            self.conclude();
        }
        Ok(())
    }

    /// Only whoever still has the mail may say what became of it.
    pub(super) fn write(&self, tx: &mut Tx<'_>, mail: &Outgoing) -> Result<()> {
        let mut outcome = self.clone();
        outcome.heed_reports(tx, mail)?;
        outcome.put(tx, mail)
    }

    fn put(&self, tx: &mut Tx<'_>, mail: &Outgoing) -> Result<()> {
        let left = matches!(self.state, Delivery::Sent | Delivery::Bounced);
        let sent_at = left.then_some(Ts(self.now));
        let mine = diesel::update(outbox::table.find(mail.id).filter(outbox::lease.eq(mail.lease)))
            .set((
                outbox::state.eq(self.state),
                outbox::error.eq(shortened(&self.error)),
                outbox::outcomes.eq(serde_json::to_string(&self.settled)?),
                outbox::attempts.eq(self.attempts),
                outbox::try_at.eq(Ts(self.try_at)),
                outbox::sent_at.eq(sent_at),
            ))
            .execute(&mut **tx)?;
        let ended = left || matches!(self.state, Delivery::Failed | Delivery::Cancelled);
        if mine == 1 && ended && mail.event == links::EVENT {
            forget(tx, mail)?;
        }
        if mine == 1
            && mail.kind == OutboxKind::Reply
            && let Some(ticket) = mail.ticket_id
        {
            // Who looks at the ticket sees the mark on the mail change.
            let kind = match self.state {
                Delivery::Failed => EventKind::DeliveryFailed,
                // The relay took it: that it came back stands there already.
                Delivery::Sent | Delivery::Bounced => EventKind::Delivered,
                _ => return Ok(()),
            };
            record(tx, ticket, mail.article_id, kind, &self.error, Ts(self.now))?;
            // Of a mail that was sent: some got it, and some were refused.
            if self.settled.iter().any(|one| !one.taken && !one.reported) {
                tell(tx, mail, Ts(self.now))?;
            }
        }
        Ok(())
    }
}

/// What opens an account lies here no longer than it has to.
fn forget(tx: &mut Tx<'_>, mail: &Outgoing) -> Result<()> {
    let row = outbox::table.find(mail.id);
    let digest: Option<String> = row.select(outbox::digest).first(&mut **tx)?;
    diesel::update(row)
        .set((outbox::body_text.eq(""), outbox::digest.eq(None::<String>)))
        .execute(&mut **tx)?;
    // The bytes hold a secret that was made for this mail: no other row names them.
    diesel::delete(blobs::table.filter(blobs::digest.nullable().eq(digest))).execute(&mut **tx)?;
    Ok(())
}

/// Whose answer did not arrive hears of it.
fn tell(tx: &mut Tx<'_>, mail: &Outgoing, now: Ts) -> Result<()> {
    let Some(article) = mail.article_id else { return Ok(()) };
    let ticket: Option<Ticket> = articles::table
        .inner_join(tickets::table)
        .filter(articles::id.eq(article))
        .select(Ticket::as_select())
        .first(&mut **tx)
        .optional()?;
    match ticket {
        Some(ticket) => notify::delivery_failure(tx, &ticket, article, now).map(|_| ()),
        None => Ok(()),
    }
}

/// One text where all say the same of everybody, else each with its address.
fn sentence(texts: &[(String, String)], everybody: usize) -> String {
    let alike = texts.iter().all(|(_, text)| Some(text) == texts.first().map(|(_, first)| first));
    if alike && texts.len() == everybody {
        return texts.first().map(|(_, text)| text.clone()).unwrap_or_default();
    }
    texts.iter().map(|(address, text)| format!("{address}: {text}")).collect::<Vec<_>>().join("; ")
}

fn given_up(words: Vec<(String, Word)>) -> Vec<(String, Word)> {
    let end = |word| match word {
        Word::Later(text) | Word::Unclear(text) => {
            Word::Refused(format!("given up after many tries: {text}"))
        }
        other => other,
    };
    words.into_iter().map(|(address, word)| (address, end(word))).collect()
}

/// For how long a mail is tried.
pub(super) fn patience(desk: &Desk) -> SignedDuration {
    desk.config
        .test
        .give_up_seconds
        .map_or(GIVE_UP, |seconds| SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// What a stranger's server said, for a column of text.
fn shortened(text: &str) -> String {
    text.chars().take(TEXT).collect::<String>().replace('\0', "")
}

/// Grows with each attempt; spread a little, so that not everything comes back at once.
fn delay(attempts: i32, test: Option<&[u64]>) -> SignedDuration {
    let at = usize::try_from(attempts - 1).unwrap_or(0);
    if let Some(seconds) = test {
        let wait = seconds.get(at).or(seconds.last()).copied().unwrap_or(1);
        return SignedDuration::from_secs(i64::try_from(wait).unwrap_or(i64::MAX));
    }
    let minutes = RETRY_MINUTES.get(at).or(RETRY_MINUTES.last()).copied().unwrap_or(60);
    spread(SignedDuration::from_secs(i64::try_from(minutes * 60).unwrap_or(3_600)))
}

/// Up to a tenth longer.
pub(super) fn spread(wait: SignedDuration) -> SignedDuration {
    let [dice] = crate::clock::random_bytes::<1>();
    wait.saturating_add(wait.saturating_mul(i32::from(dice)) / 2_550)
}
