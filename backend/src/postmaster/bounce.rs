//! Reports about mails of ours: the very mail is marked, its owner told, nobody answered.

use diesel::prelude::*;

use super::{
    clues, filing,
    prepare::{Prepared, clean, key},
    reasons,
    record::{self, Outcome, Steps},
};
use crate::{
    access::{self, Reply, TicketAccess},
    db::{ArticleId, Disposition, OutboxKind, State, TicketId, Tx, schema::articles},
    error::Result,
    notify,
    outbox::returned::{self, Returned},
    tickets::{Moment, follow_up},
};

/// Finds the mail of ours that a report is about. `None`: the mail is no report, or one about nothing that we sent.
pub(super) fn take(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Option<Outcome>> {
    let Some(bounced) = &mail.class.bounced else { return Ok(None) };
    // Where a report names no mail, the address that it came to does.
    let tokens = clues::tokens(&mail.mail, &mail.envelope_to);
    for id in bounced.message_ids.iter().chain(&tokens) {
        if let Some(ours) = returned::find(tx, &key(id))? {
            return about(tx, mail, &ours, id, steps, at).map(Some);
        }
    }
    steps.add("bounce", "not ours", "no mail of ours has the id that it names");
    Ok(None)
}

fn about(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    ours: &Returned,
    id: &str,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Outcome> {
    let Some(bounced) = &mail.class.bounced else { return Ok(Outcome::ignored("no report")) };
    let ticket = ticket_of(tx, ours)?;
    if !bounced.permanent {
        let result = if bounced.action == "delayed" { "delayed" } else { "arrived" };
        steps.add("bounce", result, format!("our mail {id}: {} {}", bounced.action, bounced.diagnostic));
        return match ticket {
            // Nothing has happened yet, but whoever reads the ticket should know.
            Some(ticket) if result == "delayed" && ours.kind == OutboxKind::Reply => {
                attach(tx, mail, ticket, steps, at)
            }
            _ => Ok(ignored(ticket)),
        };
    }
    let missed = ours.missed(&bounced.recipients);
    if ours.is_known(&missed) {
        steps.add("bounce", "known", format!("that our mail {id} came back was reported before"));
        return Ok(ignored(ticket));
    }
    let said = said(mail);
    let why = why(&said, &missed);
    ours.mark(tx, &missed, (&said, &why), at.ts())?;
    steps.add("bounce", "marked", format!("our mail {id} came back: {why}"));
    let (Some(ticket), OutboxKind::Reply) = (ticket, ours.kind) else {
        // Nobody waits for an answer to these: a mark on the mail itself is enough.
        steps.add("ticket", "none", format!("it was no person's mail that came back, but a {}", ours.kind));
        return Ok(ignored(ticket));
    };
    let outcome = attach(tx, mail, ticket, steps, at)?;
    if let Some(article) = ours.article_id {
        let access: TicketAccess<Reply> = access::for_mail(tx, ticket)?;
        let told = notify::delivery_failure(tx, access.ticket(), article, at.ts())?;
        reasons::told(steps, mail, Some(&told));
    }
    Ok(outcome)
}

/// The ticket on whose page the mail of ours stands now; `None` for one that is deleted.
fn ticket_of(tx: &mut Tx<'_>, ours: &Returned) -> Result<Option<TicketId>> {
    let carried: Option<TicketId> = match ours.article_id {
        Some(article) => articles::table
            .find::<ArticleId>(article)
            .select(articles::ticket_id)
            .first(&mut **tx)
            .optional()?,
        None => None,
    };
    let Some(ticket) = carried.or(ours.ticket_id) else { return Ok(None) };
    let ticket = access::survivor(tx, ticket)?;
    Ok(Some(ticket.id).filter(|_| ticket.state != State::Removed))
}

fn attach(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    ticket: TicketId,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Outcome> {
    let mut access: TicketAccess<Reply> = access::for_mail(tx, ticket)?;
    let number = access.ticket().number.clone();
    let new = filing::article(tx, mail, ticket, filing::As::SYSTEM, at)?;
    let (stored, _) = follow_up::follow_up(tx, &mut access, new, &mail.files, None, at)?;
    steps.add("match", format!("ticket {number}"), "the mail of ours that it is about belongs to it");
    Ok(Outcome {
        disposition: Disposition::FollowUp,
        ticket: Some(ticket),
        article: Some(stored.id),
        auto_response: no_answer(mail),
        by_rule: false,
    })
}

fn ignored(ticket: Option<TicketId>) -> Outcome {
    Outcome { ticket, ..Outcome::ignored(record::ABOUT_OURS) }
}

fn no_answer(mail: &Prepared) -> String {
    mail.class.no_answer.clone().unwrap_or_default()
}

/// What the server said.
fn said(mail: &Prepared) -> String {
    match &mail.class.bounced {
        Some(bounced) if !bounced.diagnostic.is_empty() => clean(&bounced.diagnostic),
        _ => clean(&mail.class.reason),
    }
}

/// Whom it did not reach, and what the server said.
fn why(said: &str, missed: &[String]) -> String {
    let whom = missed.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    if whom.is_empty() { said.to_owned() } else { clean(&format!("{whom}: {said}")) }
}
