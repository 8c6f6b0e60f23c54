//! Automatic answers to customers: at most one per sender and ticket, never to machines, capped.

use diesel::prelude::*;
use jiff::SignedDuration;

use super::{brake::subject_shape, prepare::Prepared, record::Steps};
use crate::{
    clock::public_id,
    db::{
        AgentId, AnswerKind, Channel, Conn, Delivery, EventKind, LetterLanguage, OutboxKind, Sender, Ts, Tx,
        schema::{articles, auto_responses, outbox as outbox_table, tickets},
    },
    error::Result,
    notify::{
        answers::{self, About},
        letters::Letter,
    },
    outbox, people,
    queues::{self, Queue},
    tickets::{Moment, NewArticle, Person, Recipients, Ticket, bin, reply::domain_of, store},
};

/// What the recorder says when the answer's row is written.
pub(super) const SENT: &str = "sent";
/// So many automatic answers an address gets within a day.
const PER_ADDRESS: i64 = 5;
/// So many automatic answers leave within an hour to addresses that no agent ever answered.
const TO_STRANGERS: i64 = 60;
/// Whoever answers our automatic mail sooner is no person, or has just read it.
const TOO_SOON: SignedDuration = SignedDuration::from_mins(10);
/// How much of a text is searched for our own words, in bytes.
const SEARCHED: usize = 64 * 1024;

/// What there is to say.
#[derive(Clone, Copy)]
pub(super) struct Occasion<'a> {
    pub kind: AnswerKind,
    /// The closed ticket that a new one goes on from.
    pub old: Option<&'a Ticket>,
    pub echo: Option<&'a Echo>,
}

/// Answers a mail, or says why not.
pub(super) fn send(
    tx: &mut Tx<'_>,
    occasion: Occasion<'_>,
    ticket: &mut Ticket,
    mail: &Prepared,
    steps: &mut Steps,
    at: &Moment,
) -> Result<String> {
    let Occasion { kind, old, echo } = occasion;
    let queue = queues::get(tx, ticket.queue_id)?;
    if !answers::enabled(tx, &queue, kind)? {
        return Ok(format!("the queue sends none ({kind})"));
    }
    if let Some(why) = refused(tx, kind, ticket, mail, echo, at)? {
        return Ok(why);
    }
    let from = queues::sender(tx, &queue)?;
    let language = language(tx, mail, &queue, steps)?;
    let (text, _) = answers::template(tx, Some(queue.id), kind, language)?;
    let subject = subject(mail, ticket).to_owned();
    let about = About {
        ticket,
        to: &mail.author,
        from: &from,
        subject: &subject,
        old_ticket: old.map_or("", |old| &old.number),
        signature: &queue.signature,
    };
    let letter = answers::write(tx, &text, about)?;
    enqueue(tx, ticket, mail, &from, &letter, at)?;
    Ok(SENT.into())
}

fn subject<'a>(mail: &'a Prepared, ticket: &'a Ticket) -> &'a str {
    match crate::tickets::open::without_prefixes(&mail.mail.subject) {
        "" => &ticket.title,
        subject => subject,
    }
}

/// What the customer chose before, else what he writes in, else the queue's; each with its reason.
fn language(tx: &mut Tx<'_>, mail: &Prepared, queue: &Queue, steps: &mut Steps) -> Result<LetterLanguage> {
    let known = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase().parse().ok();
    let chosen = people::customers::language(tx, &mail.author.address)?;
    if let Some(language) = chosen.as_deref().and_then(known) {
        steps.add("language", language_word(language), "the customer's own choice");
        return Ok(language);
    }
    let mut why = chosen.map_or_else(String::new, |tag| format!("no texts in the customer's choice {tag}; "));
    let written: String = mail_ingest::quote::fold(&mail.mail.text)
        .into_iter()
        .filter(|segment| segment.kind == mail_ingest::quote::SegmentKind::Visible)
        .map(|segment| segment.text)
        .collect();
    match mail_ingest::language::guess(&written) {
        Some(guess) => {
            let share =
                format!("{} of {} words are commonest ones of {}", guess.hits, guess.words, guess.tag);
            if let Some(language) = known(guess.tag) {
                steps.add("language", language_word(language), format!("{why}its text: {share}"));
                return Ok(language);
            }
            why.push_str(&format!("no texts in the mail's language ({share}); "));
        }
        None => why.push_str("its text does not tell; "),
    }
    steps.add("language", language_word(queue.language), format!("{why}the queue's default"));
    Ok(queue.language)
}

fn language_word(language: LetterLanguage) -> &'static str {
    match language {
        LetterLanguage::English => "English",
        LetterLanguage::German => "German",
        LetterLanguage::French => "French",
    }
}

/// Our own automatic mail that a mail answers.
pub(super) struct Echo {
    ticket: String,
    last: Ts,
}

/// Whether a mail answers an automatic mail that its author had from us within a day: by its id, by the number that only
/// it told him, or by its subject behind a mark of an answer. However little a machine marks, this it cannot help.
pub(super) fn echo(conn: &mut Conn, mail: &Prepared, at: &Moment) -> Result<Option<Echo>> {
    if mail.class.automatic {
        return Ok(None);
    }
    let had: Vec<(String, String, Ts)> = auto_responses::table
        .inner_join(tickets::table)
        .filter(auto_responses::address.eq(counted(&mail.author.address)))
        .filter(auto_responses::at.gt(ago(at, 24)))
        .order(auto_responses::at.desc())
        .limit(PER_ADDRESS)
        .select((tickets::number, tickets::title, auto_responses::at))
        .load(conn)?;
    let Some((_, _, last)) = had.first() else { return Ok(None) };
    let ids: Vec<String> = mail.mail.in_reply_to.iter().take(10).map(|id| super::prepare::key(id)).collect();
    let answered: Option<Option<crate::db::TicketId>> = outbox_table::table
        .filter(outbox_table::message_id.eq_any(ids))
        .filter(outbox_table::kind.eq(OutboxKind::AutoResponse))
        .select(outbox_table::ticket_id)
        .first(conn)
        .optional()?;
    let text = mail.mail.text.get(..mail.mail.text.floor_char_boundary(SEARCHED)).unwrap_or_default();
    let names = |number: &str| is_word(text, number) || is_word(&mail.mail.subject, number);
    let subject = subject_shape(&mail.mail.subject);
    // Without its mark "Re:" it is a subject of its own that happens to be the same.
    let is_answer = crate::tickets::open::without_prefixes(&mail.mail.subject) != mail.mail.subject.trim()
        || mail.mail.subject.to_lowercase().contains(" re: ");
    let found = had.iter().find(|(number, title, _)| {
        let title = subject_shape(title);
        names(number) || is_answer && !title.is_empty() && subject.contains(&title)
    });
    Ok(match found {
        Some((number, _, _)) => Some(Echo { ticket: number.clone(), last: *last }),
        None if answered.is_some() => {
            had.first().map(|(number, _, _)| Echo { ticket: number.clone(), last: *last })
        }
        None => None,
    })
}

fn is_word(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + number.len()..).and_then(|text| text.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// An address as its answers are counted: what follows a `+` names the same mailbox.
fn counted(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let base = local.split('+').next().filter(|base| !base.is_empty()).unwrap_or(local);
            format!("{base}@{domain}")
        }
        None => address.to_owned(),
    }
}

fn ago(at: &Moment, hours: i64) -> Ts {
    Ts(at.now.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(at.now))
}

/// Why no answer may go out.
fn refused(
    tx: &mut Tx<'_>,
    kind: AnswerKind,
    ticket: &Ticket,
    mail: &Prepared,
    echo: Option<&Echo>,
    at: &Moment,
) -> Result<Option<String>> {
    if let Some(why) = &mail.class.no_answer {
        return Ok(Some(why.clone()));
    }
    let to = &mail.author.address;
    if to.is_empty() {
        return Ok(Some("the mail names no address to answer to".into()));
    }
    if mail.own.contains(to) {
        return Ok(Some("its author is one of our own addresses".into()));
    }
    if bin::is_spammer(tx, to)? {
        return Ok(Some("a ticket of its author was marked as spam".into()));
    }
    let address = counted(to);
    if let Some(echo) = echo {
        let soon = at.now.duration_since(echo.last.0) < TOO_SOON;
        // A confirmation says nothing new to whoever has just had one; what else there is to say must be said.
        if kind == AnswerKind::Received || soon {
            return Ok(Some(format!("it answers our own automatic mail about ticket {}", echo.ticket)));
        }
    }
    let here: i64 = auto_responses::table
        .filter(auto_responses::address.eq(&address).and(auto_responses::ticket_id.eq(ticket.id)))
        .count()
        .get_result(&mut **tx)?;
    // Whoever writes to a closed ticket again must hear again that nobody reads it.
    let each_time = matches!(kind, AnswerKind::Rejected | AnswerKind::Reopened);
    if here > 0 && !each_time {
        return Ok(Some("its author has had one for this ticket".into()));
    }
    let today: i64 = auto_responses::table
        .filter(auto_responses::address.eq(&address).and(auto_responses::at.gt(ago(at, 24))))
        .count()
        .get_result(&mut **tx)?;
    if today >= PER_ADDRESS {
        return Ok(Some(format!("its author has had {PER_ADDRESS} within 24 hours")));
    }
    let this_hour: i64 =
        auto_responses::table.filter(auto_responses::at.gt(ago(at, 1))).count().get_result(&mut **tx)?;
    if this_hour >= TO_STRANGERS && is_stranger(tx, ticket)? {
        return Ok(Some(format!(
            "{TO_STRANGERS} have gone out within an hour, and no agent has ever answered its author"
        )));
    }
    Ok(None)
}

/// Whether no agent has ever answered this customer.
fn is_stranger(conn: &mut Conn, ticket: &Ticket) -> Result<bool> {
    let Some(customer) = ticket.customer_id else { return Ok(true) };
    let answered: Option<Option<AgentId>> = articles::table
        .inner_join(tickets::table)
        .filter(tickets::customer_id.eq(customer).and(articles::sender.eq(Sender::Agent)))
        .filter(articles::visible.eq(true))
        .select(articles::agent_id)
        .first(conn)
        .optional()?;
    Ok(answered.is_none())
}

fn enqueue(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    mail: &Prepared,
    from: &Person,
    letter: &Letter,
    at: &Moment,
) -> Result<()> {
    let recipients = Recipients { to: vec![mail.author.clone()], ..Recipients::default() };
    let new = NewArticle {
        ticket_id: ticket.id,
        sender: Sender::System,
        channel: Channel::Mail,
        visible: true,
        automatic: true,
        agent_id: None,
        from_name: from.name.clone(),
        from_address: from.address.clone(),
        recipients: serde_json::to_string(&recipients)?,
        subject: letter.subject.clone(),
        message_id: format!("{}.auto@{}", public_id(at.now).simple(), domain_of(&from.address)),
        body_text: letter.body.clone(),
        html_digest: None,
        inbound_id: None,
        created_at: at.ts(),
    };
    let article = store::add_article(tx, ticket, new, &[])?;
    let who = crate::access::Who::machine(crate::db::Cause::Mail);
    store::record(
        tx,
        ticket,
        &who,
        at.ts(),
        store::Change::of(EventKind::AutoResponded).article(article.id),
    )?;
    diesel::insert_into(auto_responses::table)
        .values((
            auto_responses::address.eq(counted(&mail.author.address)),
            auto_responses::ticket_id.eq(ticket.id),
            auto_responses::at.eq(at.ts()),
        ))
        .execute(&mut **tx)?;
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::AutoResponse,
            state: Delivery::Due,
            ticket: Some(ticket.id),
            article: Some(article.id),
            agent: None,
            event: String::new(),
            envelope_from: String::new(),
            envelope_to: vec![mail.author.address.clone()],
            message_id: article.message_id,
            subject: String::new(),
            body_text: String::new(),
            try_at: at.ts(),
        },
        at.ts(),
    )
}
