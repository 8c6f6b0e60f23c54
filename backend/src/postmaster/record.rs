//! The recorder: each step of a mail with its result and its reason.

use std::time::Instant;

use diesel::prelude::*;

use crate::{
    db::{
        ArticleId, Direct, Disposition, InboundId, InboundStatus, Keep, TicketId, Ts, Tx,
        schema::inbound_mails,
    },
    error::Result,
};

/// One step of a mail's way.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    /// Which step.
    pub step: String,
    /// What came out.
    pub result: String,
    /// Why.
    pub reason: String,
    /// How long it took, in microseconds.
    #[serde(default)]
    pub took_us: u64,
}

/// Steps as they are taken.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    list: Vec<Step>,
    /// Whether anybody will read them.
    kept: bool,
    /// When the last one ended.
    at: Instant,
}

impl Default for Steps {
    fn default() -> Self {
        Self { list: Vec::new(), kept: true, at: Instant::now() }
    }
}

impl Steps {
    /// For a mail that is only played through: nobody reads them.
    pub(super) fn unkept() -> Self {
        Self { kept: false, ..Self::default() }
    }

    pub(super) fn add(&mut self, step: &str, result: impl Into<String>, reason: impl Into<String>) {
        if !self.kept {
            return;
        }
        let clean = |text: String| crate::tickets::store::without_nul(text.chars().take(500).collect());
        let took_us = u64::try_from(self.at.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.at = Instant::now();
        let (result, reason) = (clean(result.into()), clean(reason.into()));
        self.list.push(Step { step: step.into(), result, reason, took_us });
    }

    /// The last step took this long: it was done before, in another place.
    pub(super) fn took(&mut self, took_us: i64) {
        if let Some(last) = self.list.last_mut() {
            last.took_us = took_us.unsigned_abs();
        }
    }

    pub(super) fn into_list(self) -> Vec<Step> {
        self.list
    }

    fn json(&self) -> Result<String> {
        Ok(serde_json::to_string(&self.list)?)
    }
}

/// What became of a mail.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub disposition: Disposition,
    pub ticket: Option<TicketId>,
    pub article: Option<ArticleId>,
    pub auto_response: String,
    /// A rule put it aside, as `auto_response` says.
    pub by_rule: bool,
}

/// Why a mail about a known ticket was only recorded, as the balance sheet counts it; else its ticket is closed for good.
pub(super) const ABOUT_OURS: &str = "a report about a mail of ours: nothing to add to its ticket";
pub(super) const BRAKED: &str = "the loop brake";

impl Outcome {
    pub(super) fn ignored(why: &str) -> Self {
        Self {
            disposition: Disposition::Ignored,
            ticket: None,
            article: None,
            auto_response: why.to_owned(),
            by_rule: false,
        }
    }

    /// Why it was not filed, in words that many mails share; empty where it was.
    fn reason(&self) -> String {
        match (self.disposition, self.ticket) {
            (Disposition::Ignored, Some(_))
                if [ABOUT_OURS, BRAKED].contains(&self.auto_response.as_str()) =>
            {
                self.auto_response.clone()
            }
            _ if self.by_rule => short(&self.auto_response),
            (Disposition::Ignored, Some(_)) => "its ticket takes no answers any more".to_owned(),
            (Disposition::Ignored, None) => short(&self.auto_response),
            _ => String::new(),
        }
    }

    /// A mail that a rule put into quarantine is not done.
    fn status(&self) -> InboundStatus {
        match self.disposition {
            Disposition::Quarantined => InboundStatus::Quarantined,
            _ => InboundStatus::Done,
        }
    }
}

/// A reason as the balance sheet counts it.
fn short(why: &str) -> String {
    crate::tickets::store::without_nul(why.chars().take(120).collect())
}

/// What the mail said of itself, for the list of mails.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub message_id: String,
    pub content_hash: String,
    pub subject: String,
    pub sender: String,
    pub automatic: bool,
    pub bounce: bool,
    /// As JSON; empty where nobody looked.
    pub authentication: String,
    /// By these a person finds the mail again.
    pub words: String,
}

/// Closes a mail's record.
pub(super) fn done(
    tx: &mut Tx<'_>,
    id: InboundId,
    facts: &Facts,
    outcome: &Outcome,
    steps: &Steps,
    now: Ts,
    duration_us: i64,
) -> Result<()> {
    diesel::update(inbound_mails::table.find(id))
        .set((
            inbound_mails::status.eq(outcome.status()),
            inbound_mails::message_id.eq(&facts.message_id),
            inbound_mails::content_hash.eq(&facts.content_hash),
            inbound_mails::subject.eq(&facts.subject),
            inbound_mails::sender.eq(&facts.sender),
            inbound_mails::automatic.eq(facts.automatic),
            inbound_mails::bounce.eq(facts.bounce),
            inbound_mails::authentication.eq(&facts.authentication),
            inbound_mails::disposition.eq(outcome.disposition),
            inbound_mails::ticket_id.eq(outcome.ticket),
            inbound_mails::article_id.eq(outcome.article),
            inbound_mails::auto_response.eq(&outcome.auto_response),
            inbound_mails::reason.eq(outcome.reason()),
            inbound_mails::steps.eq(steps.json()?),
            inbound_mails::processed_at.eq(now),
            inbound_mails::duration_us.eq(duration_us),
        ))
        .kept()
        .exec(tx)?;
    tx.mail_is_found_by(id, &facts.words);
    Ok(())
}

/// Puts a mail aside for a person to look at; nothing of it is lost. What it said of itself, where that could be
/// read, tells the person which mail it is.
pub(super) fn quarantine(tx: &mut Tx<'_>, id: InboundId, facts: &Facts, why: &str, now: Ts) -> Result<()> {
    let mut steps = Steps::default();
    steps.add("quarantine", "put aside", why);
    diesel::update(inbound_mails::table.find(id).filter(inbound_mails::status.eq(InboundStatus::Waiting)))
        .set((
            inbound_mails::status.eq(InboundStatus::Quarantined),
            inbound_mails::disposition.eq(Disposition::Quarantined),
            inbound_mails::message_id.eq(&facts.message_id),
            inbound_mails::subject.eq(&facts.subject),
            inbound_mails::sender.eq(&facts.sender),
            inbound_mails::authentication.eq(&facts.authentication),
            inbound_mails::reason.eq(short(why)),
            inbound_mails::steps.eq(steps.json()?),
            inbound_mails::processed_at.eq(now),
        ))
        .exec(tx)?;
    tx.mail_is_found_by(id, &facts.words);
    tx.wake(crate::db::Wake::EVENTS);
    Ok(())
}
