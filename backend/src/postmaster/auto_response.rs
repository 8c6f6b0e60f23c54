//! Automatic answers to customers: what they say, and putting them into the outbox.

use diesel::prelude::*;

use super::{
    caps::{self, Echo},
    prepare::Prepared,
    record::Steps,
    world::Real,
};
use crate::{
    clock::public_id,
    db::{
        AnswerKind, Channel, Delivery, Direct, EventKind, LetterLanguage, OutboxKind, Sender, Tx,
        schema::auto_responses,
    },
    error::Result,
    notify::{
        answers::{self, About},
        letters::Letter,
    },
    outbox, people,
    queues::{self, Queue},
    tickets::{Moment, NewArticle, Person, Recipients, Ticket, reply::domain_of, store},
};

/// What the recorder says when the answer's row is written.
pub(super) const SENT: &str = "sent";
/// What there is to say.
#[derive(Clone, Copy)]
pub(super) struct Occasion<'a> {
    pub kind: AnswerKind,
    /// Who is to hear it.
    pub to: &'a Person,
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
    let Occasion { kind, to, old, echo } = occasion;
    let mut world = Real::of(tx, mail);
    if let Some(why) = caps::refused(&mut world, kind, ticket, &mail.clues, &to.address, echo, at)? {
        return Ok(why);
    }
    let at_hand = queues::at_hand(tx, ticket.queue_id)?;
    let (queue, from) = (&at_hand.queue, &at_hand.sender);
    let language = language(tx, mail, to, queue, steps)?;
    let text = tx.at_hand((queue.id.0, kind.as_str(), language.as_str()), |tx| {
        Ok(answers::template(tx, Some(queue.id), kind, language)?.0)
    })?;
    let subject = subject(mail, ticket).to_owned();
    let about = About {
        ticket,
        to,
        from,
        subject: &subject,
        old_ticket: old.map_or("", |old| &old.number),
        signature: &queue.signature,
    };
    let letter = answers::write(tx, &text, about)?;
    enqueue(tx, ticket, to, from, &letter, at)?;
    Ok(SENT.into())
}

fn subject<'a>(mail: &'a Prepared, ticket: &'a Ticket) -> &'a str {
    match crate::tickets::open::without_prefixes(&mail.mail.subject) {
        "" => &ticket.title,
        subject => subject,
    }
}

/// What the customer chose before, else what he writes in, else the queue's; each with its reason.
fn language(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    to: &Person,
    queue: &Queue,
    steps: &mut Steps,
) -> Result<LetterLanguage> {
    let known = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase().parse().ok();
    let chosen = people::customers::language(tx, &to.address)?;
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

fn enqueue(
    tx: &mut Tx<'_>,
    ticket: &mut Ticket,
    to: &Person,
    from: &Person,
    letter: &Letter,
    at: &Moment,
) -> Result<()> {
    let recipients = Recipients { to: vec![to.clone()], ..Recipients::default() };
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
            auto_responses::address.eq(caps::counted(&to.address)),
            auto_responses::ticket_id.eq(ticket.id),
            auto_responses::at.eq(at.ts()),
        ))
        .exec(tx)?;
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
            envelope_to: vec![to.address.clone()],
            message_id: article.message_id,
            subject: String::new(),
            body_text: String::new(),
            try_at: at.ts(),
        },
        at.ts(),
    )
}
