//! Telling those who are to hear of something, each by the ways that he chose.

use diesel::prelude::*;

use super::{
    Told, board, gathering,
    together::{self, When},
};
use crate::{
    clock::public_id,
    db::{
        AgentId, ArticleId, Delivery, Direct, Keep, Notice, OutboxKind, Pace, Ts, Tx,
        schema::{agents, notification_ways},
    },
    error::Result,
    outbox,
    people::{stand_ins, ways::Way},
    queues,
    tickets::{Person, Ticket, reply::domain_of},
};

/// Key, address, name, until when he is away, and by which ways he hears of it where he chose.
type Row = (AgentId, String, String, Option<Ts>, Option<(Pace, bool)>);

fn way(row: &Row) -> Way {
    row.4.map_or_else(Way::default, |(mail, browser)| Way { mail, browser })
}

/// Somebody who is told.
struct Reader {
    id: AgentId,
    email: String,
    /// The name of whom he stands in for.
    absent: String,
    way: Way,
}

impl Reader {
    fn on_board(&self) -> (AgentId, &str) {
        (self.id, &self.absent)
    }
}

/// What is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct News<'a> {
    /// What happened.
    pub notice: Notice,
    /// To which ticket.
    pub ticket: &'a Ticket,
    /// By which article.
    pub article: Option<ArticleId>,
    /// When.
    pub now: Ts,
}

/// Who really hears of something: those who are away hear of it through whoever stands in for them.
fn present(
    tx: &mut Tx<'_>,
    news: &News<'_>,
    whom: &[AgentId],
    actor: Option<AgentId>,
) -> Result<Vec<Reader>> {
    let now = news.now;
    let load = |tx: &mut Tx<'_>, ids: Vec<AgentId>| -> Result<Vec<Row>> {
        let chosen =
            notification_ways::agent_id.eq(agents::id).and(notification_ways::event.eq(news.notice.as_str()));
        let rows: Vec<Row> = agents::table
            .left_join(notification_ways::table.on(chosen))
            .filter(agents::id.eq_any(ids).and(agents::disabled_at.is_null()))
            .order(agents::id)
            .select((
                agents::id,
                agents::email,
                agents::name,
                agents::away_until,
                (notification_ways::mail, notification_ways::browser).nullable(),
            ))
            .kept()
            .rows(tx)?;
        Ok(rows.into_iter().filter(|row| !way(row).is_silent()).collect())
    };
    let mut readers: Vec<Reader> = Vec::new();
    let mut passed_on = Vec::new();
    for row in load(tx, whom.to_vec())?.into_iter().filter(|row| Some(row.0) != actor) {
        let way = way(&row);
        let (id, email, name, away, _) = row;
        let away = away.is_some_and(|until| until.0 > now.0);
        let instead = if away { stand_ins::instead_of(tx, id, news.ticket.id, now.0)? } else { None };
        match instead {
            Some(instead) => passed_on.push((instead, name)),
            None => readers.push(Reader { id, email, absent: String::new(), way }),
        }
    }
    for (instead, absent) in passed_on {
        if readers.iter().any(|reader| reader.id == instead) || Some(instead) == actor {
            continue;
        }
        let found = load(tx, vec![instead])?.into_iter().next();
        readers.extend(found.map(|row| Reader { way: way(&row), id: row.0, email: row.1, absent }));
    }
    // In one order, so that no two who tell the same people wait for each other in a circle.
    readers.sort_by_key(|reader| reader.id);
    Ok(readers)
}

/// Tells these agents, save the actor. Part of a bulk it waits for the bulk's end.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    notice: Notice,
    ticket: &Ticket,
    article: Option<ArticleId>,
    whom: &[AgentId],
    actor: Option<AgentId>,
    now: Ts,
) -> Result<Told> {
    let news = News { notice, ticket, article, now };
    let mut readers = present(tx, &news, whom, actor)?;
    let told = Told { asked: whom.len(), told: readers.len() };
    if let Some(bulk) = tx.bulk() {
        for reader in &readers {
            gathering::keep(tx, &news, reader.id, &reader.absent, reader.way, Some(bulk))?;
        }
        return Ok(told);
    }
    once(tx, &news, &mut readers);
    if readers.is_empty() {
        return Ok(told);
    }
    board::put(tx, &news, readers.iter().filter(|reader| reader.way.browser).map(Reader::on_board))?;
    for reader in readers {
        match reader.way.mail {
            Pace::Off => {}
            Pace::Now => {
                let queue = queues::at_hand(tx, ticket.queue_id)?;
                write_to(tx, &news, reader, &queue.sender)?;
            }
            _ => {
                let way = Way { browser: false, ..reader.way };
                gathering::keep(tx, &news, reader.id, &reader.absent, way, None)?;
            }
        }
    }
    Ok(told)
}

/// Who was told a moment ago that the ticket is new need not be told by the same way that it is his.
fn once(tx: &mut Tx<'_>, news: &News<'_>, readers: &mut Vec<Reader>) {
    match news.notice {
        Notice::NewTicket => {
            for Reader { id, way, .. } in readers.iter() {
                tx.has_heard(news.ticket.id, *id, way.mail, way.browser);
            }
        }
        Notice::Assigned => {
            for Reader { id, way, .. } in readers.iter_mut() {
                let Some((mail, browser)) = tx.heard(news.ticket.id, *id) else { continue };
                way.browser &= !browser;
                if mail == Pace::Now || mail == way.mail {
                    way.mail = Pace::Off;
                }
            }
            readers.retain(|reader| !reader.way.is_silent());
        }
        _ => {}
    }
}

/// A mail about this alone, or with the next answers to the same ticket.
fn write_to(tx: &mut Tx<'_>, news: &News<'_>, reader: Reader, from: &Person) -> Result<()> {
    let Reader { id: agent, email, absent, .. } = reader;
    let when = match news.notice {
        Notice::FollowUp => together::when(tx, news.ticket.id, agent, news.now)?,
        _ => When::Now,
    };
    let (state, try_at) = match when {
        When::Now => (Delivery::Due, news.now),
        When::At(later) => (Delivery::Held, later),
        When::WithTheLast => return Ok(()),
    };
    outbox::enqueue(
        tx,
        &outbox::NewMail {
            kind: OutboxKind::Notification,
            state,
            ticket: Some(news.ticket.id),
            article: news.article,
            agent: Some(agent),
            event: news.notice.as_str().to_owned(),
            // The null sender: a notification that bounces must not open a ticket.
            envelope_from: String::new(),
            envelope_to: vec![email],
            message_id: message_id(from, news.now),
            subject: String::new(),
            // Written out when it leaves: until then only for whom the reader stands in.
            body_text: absent,
            try_at,
        },
        news.now,
    )
}

/// The id of a notification.
pub(super) fn message_id(from: &Person, now: Ts) -> String {
    format!("{}.notice@{}", public_id(now.0).simple(), domain_of(&from.address))
}
