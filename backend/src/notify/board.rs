//! What an agent is told in the browser: the last things, for a month. Whoever may no longer read a ticket is shown
//! nothing of it, whatever was kept.

use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Text},
};
use jiff::{SignedDuration, Timestamp};

use super::telling::News;
use crate::{
    access::{Actor, Check, is_left_out},
    db::{
        AgentId, ArticleId, BulkId, Conn, Direct, Keep, Notice, NoticeId, TicketId, Ts, Tx, Wake,
        schema::{agents, notices},
        types::Instant,
    },
    error::Result,
    tickets::{Ticket, list},
};

/// So many are shown, and counted.
pub const SHOWN: i64 = 100;
/// How long they are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// PostgreSQL numbers rows before it commits them: a smaller number may come into sight later, but not later than this.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(15);
/// So many are handed out at once.
const BATCH: i64 = 500;

/// Something that an agent is told.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = notices)]
pub struct Entry {
    /// Its key; grows.
    pub id: NoticeId,
    /// Whom it is for.
    pub agent_id: AgentId,
    /// When it happened.
    pub at: Ts,
    event: String,
    /// To which ticket; of a deed on many tickets one of them.
    pub ticket_id: TicketId,
    /// By which article.
    pub article_id: Option<ArticleId>,
    /// So many answers, or tickets of a bulk.
    pub n: i32,
    /// The name of whom he stands in for, or nothing.
    pub absent: String,
    /// The deed on many tickets.
    pub bulk_id: Option<BulkId>,
    /// When he saw it.
    pub read_at: Option<Ts>,
}

impl Entry {
    /// What happened; `None` for what this version does not know.
    pub fn notice(&self) -> Option<Notice> {
        self.event.parse().ok()
    }

    /// Whether it took an older one into itself, because the reader had not seen that yet.
    pub fn replaces(&self, older: &Self) -> bool {
        let of = |entry: &Self| (entry.agent_id, entry.ticket_id, entry.bulk_id);
        of(self) == of(older) && self.event == older.event && self.bulk_id.is_none()
    }

    /// Whether this agent is the one who is told.
    fn is_for(&self, actor: &Actor) -> bool {
        self.agent_id == actor.agent.id || is_left_out(Check::OwnNotices)
    }
}

/// Puts something on the boards of these agents, each with the name of whom he stands in for. What one of them has not
/// seen yet of the same ticket and kind goes into it: it is told once.
pub(super) fn put<'a>(
    tx: &mut Tx<'_>,
    news: &News<'_>,
    agents: impl Iterator<Item = (AgentId, &'a str)>,
) -> Result<()> {
    let (mut plain, mut others): (Vec<AgentId>, Vec<(AgentId, &str, i32)>) = Default::default();
    let agents: Vec<(AgentId, &str)> = agents.collect();
    if agents.is_empty() {
        return Ok(());
    }
    let before = match news.notice {
        // Of a new ticket nobody was told before.
        Notice::NewTicket => HashMap::new(),
        _ => unseen(tx, news, agents.iter().map(|(agent, _)| *agent).collect())?,
    };
    for (agent, absent) in agents {
        match before.get(&agent) {
            None if absent.is_empty() => plain.push(agent),
            known => others.push((agent, absent, known.copied().unwrap_or(0).saturating_add(1))),
        }
    }
    insert_all(tx, news, plain)?;
    for (agent, absent, n) in others {
        insert(tx, news.notice, agent, (news.ticket.id, news.article), n, absent, None, news.now)?;
    }
    tx.wake(Wake::EVENTS);
    Ok(())
}

/// Takes away what these agents have not seen of the same ticket and kind; how much that was.
fn unseen(tx: &mut Tx<'_>, news: &News<'_>, agents: Vec<AgentId>) -> Result<HashMap<AgentId, i32>> {
    let gone: Vec<(AgentId, i32)> = diesel::delete(
        notices::table
            .filter(notices::agent_id.eq_any(agents).and(notices::ticket_id.eq(news.ticket.id)))
            .filter(notices::event.eq(news.notice.as_str()).and(notices::read_at.is_null()))
            .filter(notices::bulk_id.is_null()),
    )
    .returning((notices::agent_id, notices::n))
    .kept()
    .rows(tx)?;
    let mut before = HashMap::new();
    for (agent, n) in gone {
        let sum: &mut i32 = before.entry(agent).or_default();
        *sum = sum.saturating_add(n);
    }
    Ok(before)
}

/// The same row for each of these agents, in one statement whose text depends on nothing but how many they are.
fn insert_all(tx: &mut Tx<'_>, news: &News<'_>, agents: Vec<AgentId>) -> Result<()> {
    if agents.is_empty() {
        return Ok(());
    }
    agents::table
        .filter(agents::id.eq_any(agents))
        .select((
            agents::id,
            news.now.into_sql::<Instant>(),
            news.notice.as_str().into_sql::<Text>(),
            news.ticket.id.into_sql::<BigInt>(),
            news.article.into_sql::<Nullable<BigInt>>(),
            1_i32.into_sql::<Integer>(),
            "".into_sql::<Text>(),
        ))
        .insert_into(notices::table)
        .into_columns((
            notices::agent_id,
            notices::at,
            notices::event,
            notices::ticket_id,
            notices::article_id,
            notices::n,
            notices::absent,
        ))
        .kept()
        .exec(tx)?;
    Ok(())
}

/// Puts a deed on many tickets on an agent's board.
pub(super) fn put_bulk(
    tx: &mut Tx<'_>,
    notice: Notice,
    agent: AgentId,
    (first, n): (TicketId, usize),
    absent: &str,
    bulk: BulkId,
    now: Ts,
) -> Result<()> {
    let n = i32::try_from(n).unwrap_or(i32::MAX);
    // One ticket is told like any other.
    let bulk = (n > 1).then_some(bulk);
    tx.wake(Wake::EVENTS);
    insert(tx, notice, agent, (first, None), n, absent, bulk, now)
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
fn insert(
    tx: &mut Tx<'_>,
    notice: Notice,
    agent: AgentId,
    (ticket, article): (TicketId, Option<ArticleId>),
    n: i32,
    absent: &str,
    bulk: Option<BulkId>,
    now: Ts,
) -> Result<()> {
    diesel::insert_into(notices::table)
        .values((
            notices::agent_id.eq(agent),
            notices::at.eq(now),
            notices::event.eq(notice.as_str()),
            notices::ticket_id.eq(ticket),
            notices::article_id.eq(article),
            notices::n.eq(n),
            notices::absent.eq(absent),
            notices::bulk_id.eq(bulk),
        ))
        .exec(tx)?;
    Ok(())
}

/// The last things that the actor was told, the newest first, each with its ticket as it is now.
///
/// # Errors
/// Those of the database.
pub fn recent(conn: &mut Conn, actor: &Actor) -> Result<Vec<(Entry, Ticket)>> {
    let mut told =
        notices::table.order(notices::id.desc()).limit(SHOWN).select(Entry::as_select()).into_boxed();
    if !is_left_out(Check::OwnNotices) {
        told = told.filter(notices::agent_id.eq(actor.agent.id));
    }
    let entries = told.load(conn)?;
    readable(conn, actor, entries)
}

/// Those of these that are the actor's and whose ticket he may read.
///
/// # Errors
/// Those of the database.
pub fn readable(conn: &mut Conn, actor: &Actor, entries: Vec<Entry>) -> Result<Vec<(Entry, Ticket)>> {
    let mine: Vec<Entry> = entries.into_iter().filter(|entry| entry.is_for(actor)).collect();
    let ids: Vec<TicketId> = mine.iter().map(|entry| entry.ticket_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tickets = list::by_ids(conn, actor, &ids)?;
    Ok(mine
        .into_iter()
        .filter_map(|entry| {
            let ticket = tickets.get(&entry.ticket_id)?.clone();
            Some((entry, ticket))
        })
        .collect())
}

/// How many of them he has not seen; counting stops at [`SHOWN`].
///
/// # Errors
/// Those of the database.
pub fn unread(conn: &mut Conn, actor: &Actor) -> Result<i64> {
    let ids: Vec<TicketId> = notices::table
        .filter(notices::agent_id.eq(actor.agent.id).and(notices::read_at.is_null()))
        .order(notices::id.desc())
        .limit(SHOWN)
        .select(notices::ticket_id)
        .rows(conn)?;
    let readable = list::readable_of(conn, actor, &ids)?;
    Ok(ids.iter().filter(|id| readable.contains(id)).count().try_into().unwrap_or(SHOWN))
}

/// Whether there is something about this ticket that he has not seen.
///
/// # Errors
/// Those of the database.
pub fn has_unread(conn: &mut Conn, actor: &Actor, ticket: TicketId) -> Result<bool> {
    let found: i64 = notices::table
        .filter(notices::agent_id.eq(actor.agent.id).and(notices::ticket_id.eq(ticket)))
        .filter(notices::read_at.is_null())
        .count()
        .row(conn)?;
    Ok(found > 0)
}

/// Notes that the actor has seen all up to this one.
///
/// # Errors
/// Those of the database.
pub fn read_up_to(tx: &mut Tx<'_>, actor: &Actor, last: NoticeId, now: Ts) -> Result<()> {
    let unseen = notices::table.filter(notices::read_at.is_null().and(notices::id.le(last)));
    if is_left_out(Check::NoticesRead) {
        diesel::update(unseen).set(notices::read_at.eq(now)).execute(&mut **tx)?;
        return Ok(());
    }
    let his = unseen.filter(notices::agent_id.eq(actor.agent.id));
    diesel::update(his).set(notices::read_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// Notes that an agent has seen what concerns this ticket: he has it before him.
pub(crate) fn read_ticket(tx: &mut Tx<'_>, agent: AgentId, ticket: TicketId, now: Ts) -> Result<()> {
    diesel::update(
        notices::table
            .filter(notices::agent_id.eq(agent).and(notices::ticket_id.eq(ticket)))
            .filter(notices::read_at.is_null().and(notices::bulk_id.is_null())),
    )
    .set(notices::read_at.eq(now))
    .execute(&mut **tx)?;
    Ok(())
}

/// The same for what is about no article: that one has to be seen itself.
pub(crate) fn read_without_article(tx: &mut Tx<'_>, agent: AgentId, ticket: TicketId, now: Ts) -> Result<()> {
    diesel::update(
        notices::table
            .filter(notices::agent_id.eq(agent).and(notices::ticket_id.eq(ticket)))
            .filter(notices::read_at.is_null().and(notices::bulk_id.is_null()))
            .filter(notices::article_id.is_null()),
    )
    .set(notices::read_at.eq(now))
    .execute(&mut **tx)?;
    Ok(())
}

/// How far a listener has heard: each notice reaches him once, also one that came into sight late.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    settled: i64,
    told: std::collections::BTreeSet<i64>,
}

/// Where a listener begins who has heard nothing yet.
///
/// # Errors
/// Those of the database.
pub fn newest(conn: &mut Conn) -> Result<Heard> {
    let last: Option<NoticeId> = notices::table.select(diesel::dsl::max(notices::id)).first(conn)?;
    Ok(Heard { settled: last.map_or(0, |id| id.0), told: Default::default() })
}

/// What came since, of everybody; whom each is for stands in it.
///
/// # Errors
/// Those of the database.
pub fn since(conn: &mut Conn, heard: &mut Heard, now: Timestamp) -> Result<Vec<Entry>> {
    let told = i64::try_from(heard.told.len()).unwrap_or(0);
    let found: Vec<Entry> = notices::table
        .filter(notices::id.gt(NoticeId(heard.settled)))
        .order(notices::id)
        .limit(BATCH + told)
        .select(Entry::as_select())
        .load(conn)?;
    let settled = found.iter().take_while(|entry| now.duration_since(entry.at.0) > SETTLED_AFTER).last();
    let settled = settled.map_or(heard.settled, |entry| entry.id.0);
    let new: Vec<Entry> = found.into_iter().filter(|entry| heard.told.insert(entry.id.0)).collect();
    heard.settled = settled;
    heard.told.retain(|id| *id > settled);
    Ok(new)
}

/// Throws away what is older than a month.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let old = Ts(now.checked_sub(KEPT).unwrap_or(now));
    diesel::delete(notices::table.filter(notices::at.lt(old))).execute(&mut **tx)?;
    Ok(())
}
