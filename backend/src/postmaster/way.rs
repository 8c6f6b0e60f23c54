//! The way of a mail, in its transaction: what is decided about it is done.

use diesel::prelude::*;
use mail_ingest::Kind;

use super::{
    auto_response::{self, Occasion},
    bounce,
    decide::{self, Verdict},
    filing, filtering, joins, opens,
    prepare::Prepared,
    record::{self, Outcome, Steps},
    round_trip,
    world::Real,
};
use crate::{
    access::{self, Reply, TicketAccess},
    db::{AnswerKind, Direct, Disposition, Tx, schema::outbox as outbox_table},
    error::Result,
    tickets::{Moment, Ticket, follow_up},
};

/// All that is decided and done about a mail, save closing its record.
pub(super) fn way(tx: &mut Tx<'_>, mail: &Prepared, at: &Moment) -> Result<(Outcome, Steps)> {
    let mut steps = Steps::default();
    steps.add("parse", if mail.mail.unreadable { "unreadable" } else { "read" }, mail.mail.notes.join("; "));
    steps.took(mail.took_us);
    steps.add("classify", kind_word(mail.class.kind), &mail.class.reason);
    let origin = &mail.authentication;
    let words = format!("SPF {}, DKIM {}, DMARC {}", origin.spf, origin.dkim, origin.dmarc);
    let by = if origin.by.is_empty() { String::new() } else { format!(" (by {})", origin.by) };
    steps.add("authentication", format!("{words}{by}"), &origin.detail);
    steps.took(mail.origin_us);
    let outcome = go(tx, mail, &mut steps, at)?;
    steps.add(
        "auto_response",
        if outcome.auto_response == auto_response::SENT { "sent" } else { "none" },
        if outcome.auto_response == auto_response::SENT { "" } else { &outcome.auto_response },
    );
    Ok((outcome, steps))
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "person",
        Kind::AutoReply => "automatic reply",
        Kind::Bounce => "bounce",
        Kind::List => "list",
        Kind::OwnEcho => "our own address",
    }
}

fn go(tx: &mut Tx<'_>, mail: &Prepared, steps: &mut Steps, at: &Moment) -> Result<Outcome> {
    if let Some((ticket, article)) = decide::first_copy(&mut Real::of(tx, mail), &mail.clues, at)? {
        steps.add("duplicate", "known", "the same mail came before on another way");
        return Ok(Outcome {
            disposition: Disposition::Duplicate,
            ticket,
            article,
            auto_response: "the same mail came before".into(),
            by_rule: false,
        });
    }
    steps.add("duplicate", "no", "");
    if let Some(test) = round_trip::came_back(tx, mail.row.id, &mail.mail, at.now)? {
        let which = match test {
            round_trip::Test::Mailbox => "this is the test mail of a mailbox",
            round_trip::Test::Relay => "this is the test mail of the relay",
        };
        steps.add("test", "came back", which);
        return Ok(Outcome::ignored("a test mail draws none"));
    }
    if sent_by_us(tx, mail)? {
        steps.add("echo", "ignored", "this is a mail that we sent ourselves");
        return Ok(Outcome::ignored("our own mail came back"));
    }
    if let Some(outcome) = bounce::take(tx, mail, steps, at)? {
        return Ok(outcome);
    }
    let mut world = Real::of(tx, mail);
    let (verdict, rules) = decide::decide(&mut world, &mail.clues, at, steps, |world, arrival, steps| {
        filtering::decide(world.tx, mail, arrival, steps, at)
    })?;
    if rules.aside.is_none() {
        filtering::pass(tx, mail)?;
    }
    let (outcome, new) = match verdict {
        Verdict::Aside { place, aside, why } => {
            return filtering::put_aside(tx, mail, &place, aside, &why);
        }
        Verdict::Joins(joining) => (joins::join(tx, mail, &joining, &rules, steps, at)?, false),
        Verdict::Braked { ticket, count } => (braked(tx, mail, &ticket, count, steps, at)?, true),
        Verdict::Flood { ticket, count } => {
            steps.add("brake", "ignored", format!("mail {count} of this sender and shape within an hour"));
            (Outcome { ticket: Some(ticket.id), ..Outcome::ignored(record::BRAKED) }, true)
        }
        Verdict::Opens(opening) => (opens::open(tx, mail, &opening, &rules, steps, at)?, true),
        Verdict::Rejected { mut ticket, echo } => {
            let to = &mail.author;
            let occasion = Occasion { kind: AnswerKind::Rejected, to, old: None, echo: echo.as_ref() };
            let auto_response = match &rules.quiet {
                Some(why) => filtering::quiet(why),
                None => auto_response::send(tx, occasion, &mut ticket, mail, steps, at)?,
            };
            return Ok(Outcome {
                disposition: Disposition::Ignored,
                ticket: Some(ticket.id),
                article: None,
                auto_response,
                by_rule: false,
            });
        }
    };
    filtering::carry_out(tx, outcome.ticket, &rules, new, steps, at)?;
    Ok(outcome)
}

fn sent_by_us(tx: &mut Tx<'_>, mail: &Prepared) -> Result<bool> {
    if mail.facts.message_id.is_empty() {
        return Ok(false);
    }
    let ours: i64 =
        outbox_table::table.filter(outbox_table::message_id.eq(&mail.facts.message_id)).count().row(tx)?;
    Ok(ours > 0)
}

/// Joins a mail to the last ticket of its shape.
fn braked(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    ticket: &Ticket,
    count: i32,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Outcome> {
    let mut access: TicketAccess<Reply> = access::for_mail(tx, ticket.id)?;
    let mut new = filing::article(tx, mail, access.ticket().id, filing::As::CUSTOMER_UNSEEN, at)?;
    // Whatever it says of itself: it neither reopens nor notifies, and nobody outside is shown it.
    new.automatic = true;
    let (stored, _) = follow_up::follow_up(tx, &mut access, new, &mail.files, None, at)?;
    steps.add(
        "brake",
        format!("ticket {}", ticket.number),
        format!("mail {count} of this sender and shape within an hour: no further ticket"),
    );
    Ok(Outcome {
        disposition: Disposition::FollowUp,
        ticket: Some(stored.ticket_id),
        article: Some(stored.id),
        auto_response: mail.class.no_answer.clone().unwrap_or_else(|| record::BRAKED.into()),
        by_rule: false,
    })
}
