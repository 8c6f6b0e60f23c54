//! From a raw mail to a ticket: one transaction per mail, in the order in which they came.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::prelude::*;
use jiff::SignedDuration;
use mail_ingest::{Kind, authentication::Verifier};
use tokio::sync::watch;

use super::{
    auto_response::{self, Occasion},
    bounce, brake, filtering,
    matching::{self, Part, Place},
    origin,
    prepare::{Prepared, Waiting, person_of, prepare},
    reasons,
    record::{self, Outcome, Steps},
    round_trip,
};
use crate::{
    access::{self, Reply, TicketAccess, Who},
    config::DatabaseUrl,
    db::{
        AnswerKind, ArticleId, Cause, Channel, Disposition, EventKind, InboundId, InboundStatus, LinkKind,
        Priority, Right, Sender, State, TicketId, Ts, Tx, Wake, backend,
        schema::{inbound_mails, outbox as outbox_table},
    },
    desk::Desk,
    error::{Error, Result},
    filters::{Cache, Compiled, Decision},
    notify, outbox, people,
    queues::OwnAddresses,
    tickets::{Moment, NewArticle, Person, Recipients, Ticket, follow_up, open, store},
};

/// So many mails are prepared together.
const BATCH: usize = 32;
/// Mail that comes in a stream is taken some at a time: a round costs a commit and several wake-ups, however few it takes.
const GATHER: Duration = Duration::from_millis(4);
/// Mails that are no larger together are read one after the other on the same thread.
const SMALL: i64 = 64 * 1024;
/// So many bytes of raw mail are prepared together; a single larger mail goes alone.
const BATCH_BYTES: i64 = 32 * 1024 * 1024;
/// A mail during whose reading the process ended so often is put aside. Read alone, it takes milliseconds: whoever kills
/// a busy server again and again hits the same one now and then, and must not have it taken for the cause.
const STRIKES: i32 = 9;
/// For how long a second copy of a mail is recognised.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So many people of a mail's To and Cc are taken into the conversation.
pub(super) const PARTICIPANTS: usize = 50;

/// Processes mail until told to stop.
pub async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    if let Err(error) = suspect_survivors(&desk).await {
        tracing::warn!(%error, "could not look for mails that a crash interrupted");
    }
    let verifier = Verifier::new(desk.config.dns_resolver);
    let rules = Cache::default();
    while !*stop.borrow() {
        match batch(&desk, &verifier, &rules).await {
            Ok(done) if done > 0 => {
                // What waits already is not kept waiting.
                if done < BATCH {
                    tokio::time::sleep(GATHER).await;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "received mail waits: the database does not answer");
                tokio::time::sleep(desk.poll()).await;
            }
        }
        tokio::select! {
            () = desk.db.wakers().sleep(Wake::POSTMASTER, desk.poll()) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Whatever waits at the start may be what ended the process before, and is read with care from now on.
async fn suspect_survivors(desk: &Desk) -> Result<()> {
    desk.db
        .write(move |tx| {
            let waiting = inbound_mails::table
                .filter(inbound_mails::status.eq(InboundStatus::Waiting).and(inbound_mails::attempts.eq(0)));
            diesel::update(waiting).set(inbound_mails::attempts.eq(1)).execute(&mut **tx)?;
            Ok(())
        })
        .await
}

/// Before suspects are read it is noted that they are: whoever ends the process now has one strike more. From the
/// second on each is read alone, so that only the culprit collects the others.
async fn strike(desk: &Desk, mut rows: Vec<Waiting>) -> Result<Vec<Waiting>> {
    let alone = |row: &Waiting| row.attempts >= 2;
    let together = rows.iter().take_while(|row| !alone(row)).count();
    rows.truncate(together.max(1));
    if rows.iter().all(|row| row.attempts == 0) {
        return Ok(rows);
    }
    let (culprits, rows): (Vec<Waiting>, Vec<Waiting>) =
        rows.into_iter().partition(|row| row.attempts >= STRIKES);
    let ids = |rows: &[Waiting]| rows.iter().map(|row| row.id).collect::<Vec<InboundId>>();
    let suspects: Vec<InboundId> = rows.iter().filter(|row| row.attempts > 0).map(|row| row.id).collect();
    let (culprits, now) = (ids(&culprits), Ts(desk.clock.now()));
    desk.db
        .write(move |tx| {
            diesel::update(inbound_mails::table.filter(inbound_mails::id.eq_any(suspects.clone())))
                .set(inbound_mails::attempts.eq(inbound_mails::attempts + 1))
                .execute(&mut **tx)?;
            for id in &culprits {
                let why = "Turnstone stopped each time it read this mail";
                record::quarantine(tx, *id, &record::Facts::default(), why, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(rows)
}

/// Processes what waits, for a command that does not leave it to a running server.
///
/// # Errors
/// When the database does not answer.
pub async fn process_waiting(desk: &Desk) -> Result<()> {
    let verifier = Verifier::new(desk.config.dns_resolver);
    let rules = Cache::default();
    while batch(desk, &verifier, &rules).await? > 0 {}
    Ok(())
}

/// Processes what waits; how many mails.
async fn batch(desk: &Desk, verifier: &Verifier, rules: &Cache) -> Result<usize> {
    let Some(round) = next_round(desk, rules).await? else { return Ok(0) };
    let (own, rules) = (round.own, round.rules);
    // A culprit that was put aside counts as done.
    let count = round.rows.len() + round.ready.len();
    let read = round.ready.into_iter().map(|(id, ready)| (id, Reading::Done(Box::new(ready))));
    let unread = strike(desk, round.rows).await?.into_iter().map(|row| (row.id, Reading::Row(Box::new(row))));
    let preparing = read.chain(unread).map(|(id, reading)| {
        let (desk, own, rules) = (desk.clone(), own.clone(), rules.clone());
        async move {
            let blobs = desk.db.blobs().clone();
            let ready = match reading {
                Reading::Done(ready) => *ready,
                Reading::Row(row) => desk.db.read(move |conn| prepare(conn, &blobs, *row, own)).await,
            };
            let ready = match ready {
                Ok(mut mail) => match origin::establish(&desk, verifier, &mut mail).await {
                    Ok(()) => filtering::look(rules, mail).await,
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            };
            (id, ready)
        }
    });
    let prepared = futures_util::future::join_all(preparing).await;
    if matches!(desk.config.database, DatabaseUrl::Postgres(_)) {
        // Transactions of their own, on any connection: side by side an answer might overtake its question.
        for (id, ready) in prepared {
            finish(desk, id, ready).await?;
        }
        return Ok(count);
    }
    // Handed to the one writer in the order of arrival, without waiting for each other: they share a commit.
    let writing = prepared.into_iter().map(|(id, ready)| finish(desk, id, ready));
    let ended = futures_util::future::join_all(writing).await;
    ended.into_iter().find(Result::is_err).unwrap_or(Ok(())).map(|()| count)
}

/// What a round has before it, and what all of its mails need.
struct Round {
    own: OwnAddresses,
    rules: Arc<Compiled>,
    /// Not read yet.
    rows: Vec<Waiting>,
    /// Read on the way, because they are small: handing each to a thread of its own takes longer.
    ready: Vec<(InboundId, Result<Prepared>)>,
}

enum Reading {
    Row(Box<Waiting>),
    Done(Box<Result<Prepared>>),
}

/// What to do next; `None`: nothing waits.
async fn next_round(desk: &Desk, rules: &Cache) -> Result<Option<Round>> {
    let (now, rules, blobs) = (Ts(desk.clock.now()), rules.clone(), desk.db.blobs().clone());
    desk.db
        .read(move |conn| {
            let rows = waiting(conn, now)?;
            if rows.is_empty() {
                return Ok(None);
            }
            let (own, rules) = (OwnAddresses::load(conn)?, rules.get(conn)?);
            let small = rows.iter().map(|row| row.size).sum::<i64>() <= SMALL;
            if !small || rows.iter().any(|row| row.attempts > 0) {
                return Ok(Some(Round { own, rules, rows, ready: Vec::new() }));
            }
            let ready = rows
                .into_iter()
                .map(|row| {
                    let (id, own) = (row.id, own.clone());
                    // A mail that makes the reader panic is put aside alone.
                    (id, crate::db::guarded(|| prepare(conn, &blobs, row, own)))
                })
                .collect();
            Ok(Some(Round { own, rules, rows: Vec::new(), ready }))
        })
        .await
}

fn waiting(conn: &mut crate::db::Conn, now: Ts) -> Result<Vec<Waiting>> {
    let mut rows: Vec<Waiting> = inbound_mails::table
        .filter(inbound_mails::status.eq(InboundStatus::Waiting).and(inbound_mails::try_at.le(now)))
        .order((inbound_mails::try_at, inbound_mails::id))
        .limit(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .select(Waiting::as_select())
        .load(conn)?;
    let mut bytes = 0;
    let fits = rows
        .iter()
        .take_while(|row| {
            bytes += row.size;
            bytes <= BATCH_BYTES
        })
        .count();
    rows.truncate(fits.max(1));
    Ok(rows)
}

/// One bad mail never holds up another: whatever goes wrong with it, it is put aside.
async fn finish(desk: &Desk, id: InboundId, ready: Result<Prepared>) -> Result<()> {
    let at = desk.moment();
    let facts = ready.as_ref().map(|prepared| prepared.facts.clone()).unwrap_or_default();
    let processed = match ready {
        Ok(prepared) => desk.db.write(move |tx| process(tx, &prepared, &at)).await,
        Err(error) => Err(error),
    };
    match processed {
        Ok(()) => Ok(()),
        Err(error @ Error::Unavailable(_)) => Err(error),
        Err(error) => {
            tracing::error!(mail = id.0, %error, "a mail could not be processed; it waits in quarantine");
            metrics::counter!(crate::ops::metrics::MAILS_QUARANTINED).increment(1);
            let (why, now) = (error.to_string(), Ts(desk.clock.now()));
            desk.db.write(move |tx| record::quarantine(tx, id, &facts, &why, now)).await
        }
    }
}

fn process(tx: &mut Tx<'_>, mail: &Prepared, at: &Moment) -> Result<()> {
    // On several nodes mails are taken one by one, so that two copies, or a mail and its answer, see each other.
    backend::one_at_a_time(tx, "postmaster")?;
    if !backend::claim_inbound(tx, mail.row.id)? {
        return Ok(());
    }
    let begun = Instant::now();
    let (outcome, steps) = way(tx, mail, at)?;
    let took_us = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
    let took_us = took_us.saturating_add(mail.took_us).saturating_add(mail.origin_us);
    record::done(tx, mail.row.id, &mail.facts, &outcome, &steps, at.ts(), took_us)?;
    tx.wake(Wake::EVENTS);
    if outcome.disposition == Disposition::Quarantined {
        metrics::counter!(crate::ops::metrics::MAILS_QUARANTINED).increment(1);
    }
    metrics::counter!(crate::ops::metrics::MAILS_PROCESSED, "disposition" => outcome.disposition.as_str())
        .increment(1);
    Ok(())
}

/// The way of a mail, in its transaction: all that is decided and done, save closing its record.
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
    let outcome = decide(tx, mail, &mut steps, at)?;
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

fn decide(tx: &mut Tx<'_>, mail: &Prepared, steps: &mut Steps, at: &Moment) -> Result<Outcome> {
    if let Some((ticket, article)) = first_copy(tx, mail, at)? {
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
    if round_trip::came_back(tx, mail.row.id, &mail.mail)? {
        steps.add("test", "came back", "this is the test mail of a mailbox");
        return Ok(Outcome::ignored("a test mail draws none"));
    }
    if sent_by_us(tx, mail)? {
        steps.add("echo", "ignored", "this is a mail that we sent ourselves");
        return Ok(Outcome::ignored("our own mail came back"));
    }
    if let Some(outcome) = bounce::take(tx, mail, steps, at)? {
        return Ok(outcome);
    }
    let place = matching::find(tx, mail, at, steps)?;
    let rules = filtering::decide(tx, mail, &place, steps, at)?;
    if let Some((aside, why)) = &rules.aside {
        return filtering::put_aside(tx, mail, &place, *aside, why);
    }
    filtering::note(tx, mail, &place)?;
    match place {
        Place::Ticket { access, part } => {
            let outcome = joins(tx, mail, *access, part, &rules, steps, at)?;
            filtering::carry_out(tx, outcome.ticket, &rules, false, steps, at)?;
            Ok(outcome)
        }
        Place::New { link, queue } => {
            let queue = match (&rules.queue, queue) {
                (Some((queue, why)), _) => filtering::queue(tx, *queue, why, steps)?,
                (None, Some(queue)) => queue,
                (None, None) => matching::queue(tx, mail, steps)?,
            };
            let outcome = begins(tx, mail, queue, link, &rules, steps, at)?;
            filtering::carry_out(tx, outcome.ticket, &rules, true, steps, at)?;
            Ok(outcome)
        }
        Place::Rejected(mut ticket) => {
            let auto_response = match rules.quiet {
                Some(why) => filtering::quiet(&why),
                None => {
                    let echo = auto_response::echo(tx, mail, at)?;
                    let occasion = Occasion { kind: AnswerKind::Rejected, old: None, echo: echo.as_ref() };
                    auto_response::send(tx, occasion, &mut ticket, mail, steps, at)?
                }
            };
            Ok(Outcome {
                disposition: Disposition::Ignored,
                ticket: Some(ticket.id),
                article: None,
                auto_response,
                by_rule: false,
            })
        }
    }
}

type Copy = (Option<TicketId>, Option<ArticleId>);

/// The same Message-ID with the same content is the same mail; with other content it is another one.
fn first_copy(tx: &mut Tx<'_>, mail: &Prepared, at: &Moment) -> Result<Option<Copy>> {
    if mail.facts.content_hash.is_empty() {
        return Ok(None);
    }
    let since = Ts(at.now.checked_sub(REMEMBERED).unwrap_or(at.now));
    Ok(inbound_mails::table
        .filter(inbound_mails::message_id.eq(&mail.facts.message_id))
        .filter(inbound_mails::content_hash.eq(&mail.facts.content_hash))
        .filter(inbound_mails::status.eq(InboundStatus::Done).and(inbound_mails::id.ne(mail.row.id)))
        .filter(inbound_mails::received_at.gt(since))
        // A copy is not what there was first: a mail that is processed again must not be taken for its copy.
        .filter(inbound_mails::disposition.ne(Disposition::Duplicate))
        .order(inbound_mails::id)
        .select((inbound_mails::ticket_id, inbound_mails::article_id))
        .first(&mut **tx)
        .optional()?)
}

fn sent_by_us(tx: &mut Tx<'_>, mail: &Prepared) -> Result<bool> {
    if mail.facts.message_id.is_empty() {
        return Ok(false);
    }
    let ours: i64 = outbox_table::table
        .filter(outbox_table::message_id.eq(&mail.facts.message_id))
        .count()
        .get_result(&mut **tx)?;
    Ok(ours > 0)
}

fn begins(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    queue: crate::db::QueueId,
    link: Option<(Box<Ticket>, LinkKind)>,
    rules: &Decision,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Outcome> {
    let echo = auto_response::echo(tx, mail, at)?;
    let shape = brake::shape(mail, queue, echo.as_ref());
    if let Some(outcome) = brake::take(tx, mail, &shape, steps, at)? {
        return Ok(outcome);
    }
    let who = Who::machine(Cause::Mail);
    let customer = rules.customer.as_ref().unwrap_or(&mail.author);
    let customer_id = if customer.address.is_empty() {
        None
    } else {
        Some(people::customers::by_address(tx, customer, at.ts())?)
    };
    let door = access::queue_for_machine(queue, Right::Create);
    let new = open::Opening {
        title: &mail.mail.subject,
        customer,
        customer_id,
        priority: Priority::NORMAL,
        state: State::New,
    };
    let mut ticket = open::create(tx, &door, &new, at)?;
    let article = article(tx, mail, ticket.id, Sender::Customer, true, None, at)?;
    let mut first = store::add_article(tx, &mut ticket, article, &mail.files)?;
    let claimed = people::agents::by_email(tx, &mail.author.address)?.filter(|_| !mail.is_vouched_for());
    store::claim(tx, &mut first, claimed.map(|agent| agent.id))?;
    remember_conversation(tx, mail, ticket.id, first.id, at)?;
    ticket.unanswered_since = Some(at.ts());
    take_in(tx, &ticket, mail, true)?;
    store::record(tx, &ticket, &who, at.ts(), store::Change::of(EventKind::Opened).article(first.id))?;
    if let Some((other, kind)) = &link {
        store::link(tx, ticket.id, other.id, *kind, at.ts())?;
        let change = store::Change::of(EventKind::Linked).between(Some(kind.as_str()), Some(&other.number));
        store::record(tx, &ticket, &who, at.ts(), change)?;
    }
    let told = notify::new_ticket(tx, &ticket, &who, at.ts())?;
    let closed = link.as_ref().filter(|(_, kind)| *kind == LinkKind::Continues).map(|(old, _)| &**old);
    let kind = if closed.is_some() { AnswerKind::NewBecauseClosed } else { AnswerKind::Received };
    let occasion = Occasion { kind, old: closed, echo: echo.as_ref() };
    let auto_response = match (&rules.quiet, rules.customer.clone()) {
        (Some(why), _) => filtering::quiet(why),
        // Whoever the rules made the customer is the one to hear.
        (None, Some(author)) => {
            let theirs = Prepared { author, ..mail.clone() };
            auto_response::send(tx, occasion, &mut ticket, &theirs, steps, at)?
        }
        (None, None) => auto_response::send(tx, occasion, &mut ticket, mail, steps, at)?,
    };
    store::save(tx, &mut ticket, at.ts())?;
    brake::opened(tx, &shape, ticket.id, at)?;
    steps.add("ticket", format!("opened {}", ticket.number), "");
    reasons::told(steps, mail, Some(&told));
    Ok(Outcome {
        disposition: Disposition::New,
        ticket: Some(ticket.id),
        article: Some(first.id),
        auto_response,
        by_rule: false,
    })
}

fn joins(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    mut access: TicketAccess<Reply>,
    part: Part,
    rules: &Decision,
    steps: &mut Steps,
    at: &Moment,
) -> Result<Outcome> {
    let ticket = access.ticket().clone();
    let named = people::agents::by_email(tx, &mail.author.address)?;
    let from_outside = named.is_none() || store::takes_part(tx, &ticket, &mail.author.address)?;
    let agent = named.as_ref().filter(|_| !from_outside && mail.is_vouched_for());
    let claimed = named.as_ref().filter(|_| !mail.is_vouched_for()).map(|agent| agent.id);
    let (sender, visible, author) = match agent {
        // An agent's mail is internal, unless the customer got it as well.
        Some(agent) => (Sender::Agent, goes_to(mail, &ticket.customer_address), Some(agent.id)),
        None => (Sender::Customer, true, None),
    };
    let new = article(tx, mail, ticket.id, sender, visible && !part.internal, author, at)?;
    if sender == Sender::Customer && !part.internal {
        take_in(tx, &ticket, mail, part.takes_part)?;
    }
    let automatic = new.automatic;
    let (stored, told) = follow_up::follow_up(tx, &mut access, new, &mail.files, claimed, at)?;
    remember_conversation(tx, mail, ticket.id, stored.id, at)?;
    steps.add("article", format!("added to {}", ticket.number), if part.internal { "internal" } else { "" });
    if claimed.is_some() {
        steps.add("author", "from outside", "the address in From is an agent's, but nothing vouches for it");
    }
    reasons::state(steps, ticket.state, access.ticket().state, automatic, sender == Sender::Agent);
    reasons::told(steps, mail, told.as_ref());
    let reopened = ticket.state == State::Closed && access.ticket().state == State::Open;
    let why = match (&mail.class.no_answer, &rules.quiet) {
        (Some(why), _) => why.clone(),
        (None, Some(why)) => filtering::quiet(why),
        (None, None) if part.internal => "it answers what was forwarded internally".into(),
        (None, None) if reopened && part.takes_part => {
            let echo = auto_response::echo(tx, mail, at)?;
            let occasion = Occasion { kind: AnswerKind::Reopened, old: None, echo: echo.as_ref() };
            let mut ticket = access.ticket().clone();
            let why = auto_response::send(tx, occasion, &mut ticket, mail, steps, at)?;
            store::save(tx, &mut ticket, at.ts())?;
            why
        }
        (None, None) => "a follow-up draws none".into(),
    };
    Ok(Outcome {
        disposition: Disposition::FollowUp,
        ticket: Some(ticket.id),
        article: Some(stored.id),
        auto_response: why,
        by_rule: false,
    })
}

/// Outlook's name of the conversation leads here from now on, as the mail's own id does.
fn remember_conversation(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    ticket: TicketId,
    article: ArticleId,
    at: &Moment,
) -> Result<()> {
    match mail.mail.thread_index.as_deref().and_then(outbox::thread::key) {
        Some(key) => backend::put_message_id(tx, &key, ticket, Some(article), at.ts()),
        None => Ok(()),
    }
}

fn goes_to(mail: &Prepared, address: &str) -> bool {
    let named = |person: &mail_ingest::Mailbox| person_of(person).address == address;
    !address.is_empty() && (mail.mail.to.iter().any(named) || mail.mail.cc.iter().any(named))
}

/// The mail as an article; its HTML is stored with it.
pub(super) fn article(
    tx: &mut Tx<'_>,
    mail: &Prepared,
    ticket: TicketId,
    sender: Sender,
    visible: bool,
    agent_id: Option<crate::db::AgentId>,
    at: &Moment,
) -> Result<NewArticle> {
    if let Some(html) = &mail.html {
        html.store(tx)?;
    }
    let people = |list: &[mail_ingest::Mailbox]| list.iter().map(Person::from).collect::<Vec<_>>();
    let recipients = Recipients {
        to: people(&mail.mail.to),
        cc: people(&mail.mail.cc),
        reply_to: people(&mail.mail.reply_to),
        ..Recipients::default()
    };
    let from = mail.mail.from.clone().unwrap_or_default();
    Ok(NewArticle {
        ticket_id: ticket,
        sender,
        channel: Channel::Mail,
        visible,
        automatic: mail.class.automatic && !is_contact_form(mail),
        agent_id,
        from_name: store::without_nul(from.name),
        from_address: store::without_nul(from.address),
        recipients: store::without_nul(serde_json::to_string(&recipients)?),
        subject: store::without_nul(mail.mail.subject.clone()),
        message_id: mail.facts.message_id.clone(),
        body_text: mail.mail.text.clone(),
        html_digest: mail.html.as_ref().map(|blob| blob.digest.clone()),
        inbound_id: Some(mail.row.id),
        created_at: at.ts(),
    })
}

/// A contact form writes from one of our addresses, for somebody else: a person all the same.
pub(super) fn is_contact_form(mail: &Prepared) -> bool {
    mail.class.kind == Kind::OwnEcho
        && !mail.author.address.is_empty()
        && !mail.own.contains(&mail.author.address)
}

/// Takes everybody whom the mail names into the conversation, save ourselves and the customer.
fn take_in(tx: &mut Tx<'_>, ticket: &Ticket, mail: &Prepared, takes_part: bool) -> Result<()> {
    if mail.class.automatic {
        return Ok(());
    }
    let others = mail.mail.to.iter().chain(&mail.mail.cc).map(person_of);
    for person in std::iter::once(mail.author.clone()).chain(others).take(PARTICIPANTS) {
        let is_customer = person.address == ticket.customer_address;
        if person.address.is_empty() || is_customer || mail.own.contains(&person.address) {
            continue;
        }
        backend::put_participant(tx, ticket.id, &person.address, &person.name, takes_part)?;
    }
    Ok(())
}
