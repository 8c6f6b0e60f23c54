//! What the postmaster filters say is done: before the mail has its place in a ticket, and once it has.

use std::sync::Arc;

use diesel::prelude::*;

use super::{
    auto_response,
    matching::Place,
    prepare::Prepared,
    record::{Outcome, Steps},
};
use crate::{
    access::{self, Actor, TicketAccess},
    db::{
        Cause, Direct, Disposition, InboundId, InboundStatus, InstallationRight, Right, RuleOutcome,
        TicketId, Ts, Tx, Wake, schema::inbound_mails,
    },
    error::{Error, Result, say},
    filters::{Arrival, Aside, Compiled, Decision, Facts, Names, Question},
    tickets::{Moment, assign, move_to, priority, state, tags},
};

/// Finds the rules whose conditions hold: all that takes time, before the transaction.
///
/// # Errors
/// When the work could not be done.
pub(super) async fn look(rules: Arc<Compiled>, mut mail: Prepared) -> Result<Prepared> {
    mail.rules = rules;
    if mail.rules.rules.is_empty() {
        return Ok(mail);
    }
    let looked = tokio::task::spawn_blocking(move || {
        mail.hits = mail.rules.look(&Facts {
            mail: &mail.mail,
            class: &mail.class,
            envelope_from: &mail.row.envelope_from,
            envelope_to: &mail.envelope_to,
            size: mail.row.size,
            authentication: &mail.authentication,
        });
        mail
    });
    looked.await.map_err(|error| Error::Unexpected(error.into()))
}

/// Asks the rules, now that it is known where the mail belongs; each answer leaves a line.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    arrival: Arrival,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Decision> {
    let question = Question {
        rules: &mail.rules,
        hits: &mail.hits,
        wishes: mail.wishes.as_ref(),
        mail: &mail.mail,
        own: &mail.own,
        arrival,
        let_in: mail.row.rule_outcome == RuleOutcome::LetIn,
        explain: true,
    };
    let decision = question.decide(|| Ok::<_, Error>(Arc::new(Names::load(tx, at.now)?)))?;
    for line in &decision.lines {
        steps.add("filter", &line.result, &line.reason);
    }
    Ok(decision)
}

/// A rule says that the mail goes nowhere. Where it would have gone is kept with it.
pub(super) fn put_aside(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    place: &Place,
    aside: Aside,
    why: &str,
) -> Result<Outcome> {
    let (disposition, done) = match aside {
        Aside::Ignore => (Disposition::Ignored, RuleOutcome::Ignored),
        Aside::Quarantine => (Disposition::Quarantined, RuleOutcome::Quarantined),
    };
    let ticket = match place {
        Place::Ticket { ticket, .. } | Place::Rejected(ticket) => Some(ticket.id),
        Place::New { .. } => None,
    };
    set(tx, mail.row.id, done)?;
    let does = if aside == Aside::Ignore { "ignores it" } else { "puts it into quarantine" };
    Ok(Outcome { disposition, ticket, article: None, auto_response: format!("{why} {does}"), by_rule: true })
}

/// Notes that no rule puts a mail aside, where one did before.
pub(super) fn pass(tx: &mut Tx<'_>, mail: &Prepared) -> Result<()> {
    if mail.row.rule_outcome == RuleOutcome::None { Ok(()) } else { set(tx, mail.row.id, RuleOutcome::None) }
}

fn set(tx: &mut Tx<'_>, id: InboundId, done: RuleOutcome) -> Result<()> {
    diesel::update(inbound_mails::table.find(id)).set(inbound_mails::rule_outcome.eq(done)).exec(tx)?;
    Ok(())
}

/// Why there is no automatic answer.
pub(super) fn quiet(why: &str) -> String {
    debug_assert_ne!(why, auto_response::SENT);
    format!("{why}: no automatic answer")
}

/// Does to the ticket what the rules say, by the verbs that an agent's click uses, with the rule as the cause.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    ticket: Option<TicketId>,
    rules: &Decision,
    new: bool,
    steps: &mut Steps,
    at: &Moment,
) -> Result<()> {
    let Some(ticket) = ticket.filter(|_| rules.changes()) else { return Ok(()) };
    if let Some((queue, _)) = rules.queue.as_ref().filter(|_| !new) {
        let mut access: TicketAccess<access::Move> = access::for_machine(tx, ticket, Cause::Rule)?;
        let target = access::queue_for_machine(*queue, Right::MoveInto);
        move_to::move_to(tx, &mut access, &target, at)?;
    }
    if let Some(level) = rules.priority {
        let mut access: TicketAccess<access::Priority> = access::for_machine(tx, ticket, Cause::Rule)?;
        let set = priority::set_priority(tx, &mut access, level, at);
        unless_refused(set, steps)?;
    }
    if let Some(owner) = rules.owner {
        let mut access: TicketAccess<access::Owner> = access::for_machine(tx, ticket, Cause::Rule)?;
        let given = assign::assign(tx, &mut access, Some(owner), at);
        unless_refused(given, steps)?;
    }
    if !rules.tags.is_empty() {
        let mut access: TicketAccess<access::Reply> = access::for_machine(tx, ticket, Cause::Rule)?;
        for tag in &rules.tags {
            let put = tags::add(tx, &mut access, tag, at);
            unless_refused(put, steps)?;
        }
    }
    if let Some((to, hours)) = rules.state {
        let mut access: TicketAccess<access::Reply> = access::for_machine(tx, ticket, Cause::Rule)?;
        let until = hours.filter(|_| to.is_pending()).map(|hours| {
            let wait = jiff::SignedDuration::from_hours(hours.into());
            at.now.checked_add(wait).unwrap_or(jiff::Timestamp::MAX)
        });
        let set = state::set_state(tx, &mut access, to, until, at);
        unless_refused(set, steps)?;
    }
    Ok(())
}

/// What cannot be done is said, and holds up neither the mail nor the rest.
fn unless_refused(done: Result<()>, steps: &mut Steps) -> Result<()> {
    match done {
        Err(error @ Error::Invalid(_)) => {
            steps.add("filter", "not done", error.to_string());
            Ok(())
        }
        other => other,
    }
}

/// Processes a mail once more that a rule put aside, and this time no rule does: neither into quarantine nor out.
///
/// # Errors
/// [`Error::Forbidden`] without the right to see the recorder; [`Error::Conflict`] for a mail that no rule put aside.
pub fn let_in(tx: &mut Tx<'_>, actor: &Actor, id: InboundId, now: Ts) -> Result<()> {
    actor.require(InstallationRight::Recorder)?;
    let aside = [RuleOutcome::Ignored, RuleOutcome::Quarantined];
    let done = diesel::update(
        inbound_mails::table
            .find(id)
            .filter(
                inbound_mails::status.ne(InboundStatus::Waiting).and(inbound_mails::forgotten_at.is_null()),
            )
            .filter(inbound_mails::rule_outcome.eq_any(aside))
            .filter(inbound_mails::disposition.eq_any([Disposition::Ignored, Disposition::Quarantined])),
    )
    .set((
        inbound_mails::status.eq(InboundStatus::Waiting),
        inbound_mails::disposition.eq(None::<Disposition>),
        inbound_mails::rule_outcome.eq(RuleOutcome::LetIn),
        inbound_mails::ticket_id.eq(None::<TicketId>),
        inbound_mails::reason.eq(""),
        inbound_mails::attempts.eq(0),
        inbound_mails::try_at.eq(now),
    ))
    .exec(tx)?;
    if done == 0 {
        super::view::detail(tx, actor, id)?;
        return Err(Error::Conflict(say!("refused-not-aside")));
    }
    tx.wake(Wake::POSTMASTER);
    Ok(())
}
