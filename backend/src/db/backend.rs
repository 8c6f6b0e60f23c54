//! Each difference between the two databases, as one named function.

use diesel::{prelude::*, sql_types::Text};

use super::{
    AgentId, ArticleId, Conn, CustomerId, Keep, Pace, TicketId, Tx, each,
    schema::{
        agents, customers, deadlines, digests, idempotency_keys, inbound_mails, message_ids, outbox,
        participants, reads, settings, tickets,
    },
    types::{DeadlineKind, InboundId, InboundStatus, Instant, OutboxId, Ts},
};
use crate::error::Result;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// What stands for the number of a ticket that a rehearsal opens.
pub const NUMBER_TO_COME: &str = "(next)";

/// The next ticket number; never the same twice. PostgreSQL's sequence leaves gaps, and blocks nobody. A rollback does
/// not give it back there, so a rehearsal takes none.
pub fn next_ticket_number(tx: &mut Tx<'_>) -> Result<String> {
    if tx.is_rehearsal() {
        return Ok(NUMBER_TO_COME.to_owned());
    }
    let sql = match &**tx {
        Conn::Pg(_) => "SELECT nextval('ticket_numbers') AS number",
        Conn::Sqlite(_) => "UPDATE ticket_numbers SET next = next + 1 RETURNING next - 1 AS number",
    };
    Ok(diesel::sql_query(sql).kept().get_result::<Number>(&mut **tx)?.number.to_string())
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Instant)]
    at: Ts,
}

/// What the clock of PostgreSQL's machine says. SQLite has none but ours.
pub fn server_time(conn: &mut Conn) -> Result<Option<Ts>> {
    let Conn::Pg(pg) = conn else { return Ok(None) };
    Ok(Some(diesel::sql_query("SELECT clock_timestamp() AS at").get_result::<Told>(pg)?.at))
}

/// Holds the ticket until the transaction ends, so that what was checked stays true while it is changed.
/// SQLite's only writer needs no lock.
pub fn hold_ticket(tx: &mut Tx<'_>, id: TicketId) -> Result<()> {
    if let Conn::Pg(pg) = &mut **tx {
        tickets::table.find(id).select(tickets::id).for_update().first::<TicketId>(pg)?;
    }
    Ok(())
}

/// Holds an agent's ways in until the transaction ends: of two who each take one away the later sees what the other left.
/// SQLite's only writer needs no lock.
pub fn hold_agent(tx: &mut Tx<'_>, id: AgentId) -> Result<()> {
    if let Conn::Pg(pg) = &mut **tx {
        agents::table.find(id).select(agents::id).for_no_key_update().first::<AgentId>(pg)?;
    }
    Ok(())
}

/// Holds a row of the outbox until the transaction ends: of an attempt and a report that end at once neither forgets what
/// the other says. SQLite's only writer needs no lock.
pub fn hold_mail(tx: &mut Tx<'_>, id: OutboxId) -> Result<()> {
    if let Conn::Pg(pg) = &mut **tx {
        outbox::table.find(id).select(outbox::id).for_no_key_update().first::<OutboxId>(pg).optional()?;
    }
    Ok(())
}

/// Holds a customer until the transaction ends: nobody changes him, and nobody gives him a ticket. Whoever changes
/// addresses takes [`one_at_a_time`] first.
pub fn hold_customer(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    if let Conn::Pg(pg) = &mut **tx {
        customers::table.find(id).select(customers::id).for_update().first::<CustomerId>(pg)?;
    }
    Ok(())
}

/// Keeps a customer from being merged or erased until the transaction ends; who he is by now, `None` where he is gone.
/// SQLite's only writer needs no lock, and has seen him as he is.
pub fn keep_customer(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<CustomerId>> {
    let Conn::Pg(pg) = &mut **tx else { return Ok(Some(id)) };
    let mut now = id;
    loop {
        let merged: Option<Option<CustomerId>> =
            customers::table.find(now).select(customers::merged_into).for_share().first(pg).optional()?;
        match merged {
            None => return Ok(None),
            Some(None) => return Ok(Some(now)),
            // Whoever was merged is older than the merge, and a merged one takes no other: there is an end.
            Some(Some(next)) => now = next,
        }
    }
}

/// Lets transactions that name the same `what` wait for each other until the end. SQLite's only writer needs no lock.
pub fn one_at_a_time(tx: &mut Tx<'_>, what: &str) -> Result<()> {
    if let Conn::Pg(pg) = &mut **tx {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<Text, _>(what)
            .kept()
            .execute(pg)?;
    }
    Ok(())
}

/// Lets transactions that name the same `what` here go on beside each other, while whoever holds it by [`one_at_a_time`] waits
/// for them and they for him. What is read afterwards is what he left. SQLite's only writer needs no lock.
pub fn beside_others(tx: &mut Tx<'_>, what: &str) -> Result<()> {
    if let Conn::Pg(pg) = &mut **tx {
        diesel::sql_query("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))")
            .bind::<Text, _>(what)
            .kept()
            .execute(pg)?;
    }
    Ok(())
}

/// Sets an installation-wide value.
pub fn put_setting(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<()> {
    each!(&mut **tx, |c| diesel::insert_into(settings::table)
        .values((settings::key.eq(key), settings::value.eq(value)))
        .on_conflict(settings::key)
        .do_update()
        .set(settings::value.eq(value))
        .execute(c))?;
    Ok(())
}

/// Sets an installation-wide value unless there is one.
pub fn put_setting_once(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<()> {
    each!(&mut **tx, |c| diesel::insert_into(settings::table)
        .values((settings::key.eq(key), settings::value.eq(value)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Sets what falls due on a ticket, in place of an earlier moment of the same kind; working time counts `since` then.
pub fn put_deadline(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    kind: DeadlineKind,
    due: Ts,
    since: Option<Ts>,
) -> Result<()> {
    each!(&mut **tx, |c| diesel::insert_into(deadlines::table)
        .values((
            deadlines::ticket_id.eq(ticket),
            deadlines::kind.eq(kind),
            deadlines::due_at.eq(due),
            deadlines::since.eq(since),
        ))
        .on_conflict((deadlines::ticket_id, deadlines::kind))
        .do_update()
        .set((deadlines::due_at.eq(due), deadlines::since.eq(since)))
        .kept()
        .execute(c))?;
    Ok(())
}

/// Sets when what gathers for an agent is told, unless that is set; the row is held until the transaction ends, so that
/// whoever takes it away sees what gathered before it.
pub fn put_digest(tx: &mut Tx<'_>, agent: AgentId, mail: Pace, due: Ts) -> Result<()> {
    loop {
        each!(&mut **tx, |c| diesel::insert_into(digests::table)
            .values((digests::agent_id.eq(agent), digests::mail.eq(mail), digests::due_at.eq(due)))
            .on_conflict_do_nothing()
            .execute(c))?;
        // Many may hold it so at once; only whoever takes it away waits for them, and they for him.
        let Conn::Pg(pg) = &mut **tx else { return Ok(()) };
        let held: Option<AgentId> = digests::table
            .find((agent, mail))
            .select(digests::agent_id)
            .for_key_share()
            .first(pg)
            .optional()?;
        if held.is_some() {
            return Ok(());
        }
    }
}

/// Notes that a Message-ID belongs to a ticket, unless that is known.
pub fn put_message_id(
    tx: &mut Tx<'_>,
    id: &str,
    ticket: TicketId,
    article: Option<ArticleId>,
    now: Ts,
) -> Result<()> {
    each!(&mut **tx, |c| diesel::insert_into(message_ids::table)
        .values((
            message_ids::message_id.eq(id),
            message_ids::ticket_id.eq(ticket),
            message_ids::article_id.eq(article),
            message_ids::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Takes a person into a ticket's conversation. Acceptance is never withdrawn by this.
pub fn put_participant(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    address: &str,
    name: &str,
    accepted: bool,
) -> Result<()> {
    let row = (
        participants::ticket_id.eq(ticket),
        participants::address.eq(address),
        participants::name.eq(name),
        participants::accepted.eq(accepted),
    );
    each!(&mut **tx, |c| diesel::insert_into(participants::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if accepted {
        diesel::update(participants::table.find((ticket, address)))
            .set(participants::accepted.eq(true))
            .kept()
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Notes the newest article that an agent has seen. Never goes back.
pub fn put_read(tx: &mut Tx<'_>, agent: super::AgentId, ticket: TicketId, article: i64) -> Result<()> {
    let row = (reads::agent_id.eq(agent), reads::ticket_id.eq(ticket), reads::article_id.eq(article));
    each!(&mut **tx, |c| diesel::insert_into(reads::table).values(row).on_conflict_do_nothing().execute(c))?;
    diesel::update(reads::table.find((agent, ticket)).filter(reads::article_id.lt(article)))
        .set(reads::article_id.eq(article))
        .kept()
        .execute(&mut **tx)?;
    Ok(())
}

/// Keeps the answer to a request that may be repeated. `false`: another request with this key was first.
pub fn put_idempotency_key(
    tx: &mut Tx<'_>,
    agent: super::AgentId,
    key: &str,
    request_hash: &str,
    status: i32,
    body: &str,
    now: Ts,
) -> Result<bool> {
    let row = (
        idempotency_keys::agent_id.eq(agent),
        idempotency_keys::key.eq(key),
        idempotency_keys::request_hash.eq(request_hash),
        idempotency_keys::status.eq(status),
        idempotency_keys::body.eq(body),
        idempotency_keys::created_at.eq(now),
    );
    let made = each!(&mut **tx, |c| diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(made == 1)
}

/// Takes a waiting mail for this transaction; `false`: another node has it, or it is done.
pub fn claim_inbound(tx: &mut Tx<'_>, id: InboundId) -> Result<bool> {
    let waiting = inbound_mails::table
        .find(id)
        .filter(inbound_mails::status.ne(InboundStatus::Done))
        .select(inbound_mails::id);
    let found = match &mut **tx {
        Conn::Pg(pg) => waiting.for_update().skip_locked().first::<InboundId>(pg).optional()?,
        Conn::Sqlite(sqlite) => waiting.first::<InboundId>(sqlite).optional()?,
    };
    Ok(found.is_some())
}

/// Those of `ids` that no other node is taking at this moment; held until the transaction ends.
pub fn claim_outgoing(tx: &mut Tx<'_>, ids: &[OutboxId]) -> Result<Vec<OutboxId>> {
    let rows = outbox::table.filter(outbox::id.eq_any(ids.to_vec())).order(outbox::id).select(outbox::id);
    Ok(match &mut **tx {
        Conn::Pg(pg) => rows.for_update().skip_locked().load(pg)?,
        Conn::Sqlite(sqlite) => rows.load(sqlite)?,
    })
}

/// Sums PostgreSQL's counting differences up, so that reading the counters stays cheap.
pub fn fold_queue_counts(tx: &mut Tx<'_>) -> Result<()> {
    if let Conn::Pg(pg) = &mut **tx {
        diesel::sql_query(
            "WITH gone AS (DELETE FROM queue_counts RETURNING queue_id, state, owned, n)
             INSERT INTO queue_counts SELECT queue_id, state, owned, sum(n) FROM gone
             GROUP BY queue_id, state, owned HAVING sum(n) <> 0",
        )
        .execute(pg)?;
        diesel::sql_query(
            "WITH gone AS (DELETE FROM queue_waiting RETURNING queue_id, n)
             INSERT INTO queue_waiting SELECT queue_id, sum(n) FROM gone GROUP BY queue_id HAVING sum(n) <> 0",
        )
        .execute(pg)?;
    }
    Ok(())
}

/// The words of a text as both databases find them: letters and digits, in lower case.
fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Keeps the words by which a received mail is found, in place of earlier ones. [`Tx::mail_is_found_by`] asks for it.
pub(super) fn put_inbound_text(tx: &mut Tx<'_>, id: InboundId, text: &str) -> Result<()> {
    const MOST: usize = 400;
    let mut words = words_of(text);
    words.truncate(MOST);
    let words = words.join(" ");
    match &mut **tx {
        Conn::Sqlite(sqlite) => {
            diesel::sql_query("INSERT OR REPLACE INTO inbound_text (rowid, words) VALUES ($1, $2)")
                .bind::<diesel::sql_types::BigInt, _>(id.0)
                .bind::<Text, _>(words)
                .kept()
                .execute(sqlite)?
        }
        Conn::Pg(pg) => diesel::sql_query(
            "INSERT INTO inbound_text (id, words) VALUES ($1, to_tsvector('simple', $2))
             ON CONFLICT (id) DO UPDATE SET words = excluded.words",
        )
        .bind::<diesel::sql_types::BigInt, _>(id.0)
        .bind::<Text, _>(words)
        .kept()
        .execute(pg)?,
    };
    Ok(())
}

/// A condition on received mails: what it asks the database, up to the value that it compares with; two brackets are
/// open behind that.
pub type Condition = (&'static str, String);

/// That a received mail has all these words, each perhaps only begun; `None` where there is none to look for.
pub fn inbound_has(conn: &Conn, text: &str) -> Option<Condition> {
    let phrases: Vec<Vec<String>> =
        text.split_whitespace().map(words_of).filter(|words| !words.is_empty()).take(20).collect();
    if phrases.is_empty() {
        return None;
    }
    // Nothing a person types is an operator: only letters and digits are left of it.
    Some(match conn {
        Conn::Sqlite(_) => {
            let phrases: Vec<String> =
                phrases.iter().map(|words| format!("\"{}\"*", words.join(" "))).collect();
            ("(id IN (SELECT rowid FROM inbound_text WHERE words MATCH ", phrases.join(" "))
        }
        Conn::Pg(_) => {
            let phrases: Vec<String> =
                phrases.iter().map(|words| format!("({}:*)", words.join(" <-> "))).collect();
            ("id IN (SELECT id FROM inbound_text WHERE words @@ to_tsquery('simple', ", phrases.join(" & "))
        }
    })
}

/// An instant as it can stand in the text of a statement.
pub fn instant(conn: &Conn, at: Ts) -> String {
    match conn {
        Conn::Sqlite(_) => at.0.as_microsecond().to_string(),
        Conn::Pg(_) => format!("TIMESTAMPTZ '{}'", at.0),
    }
}

/// A column of which no index is to be taken. SQLite has no statistics and believes each of its indexes to leave few rows; a
/// plus hides the column from that. PostgreSQL knows better.
pub fn without_index(conn: &Conn, column: &str) -> String {
    match conn {
        Conn::Sqlite(_) => format!("+{column}"),
        Conn::Pg(_) => column.to_owned(),
    }
}

/// Says something on a channel that other nodes listen to.
pub(super) fn say(conn: &mut Conn, channel: &str, words: &str) -> Result<()> {
    if let Conn::Pg(pg) = conn {
        diesel::sql_query("SELECT pg_notify($1, $2)")
            .bind::<Text, _>(channel)
            .bind::<Text, _>(words)
            .kept()
            .execute(pg)?;
    }
    Ok(())
}

/// What a statement that walks through rows asks at each, by its key: whether there is still time. PostgreSQL keeps the
/// time by itself.
pub fn still_time(conn: &Conn, key: &str) -> Option<String> {
    match conn {
        Conn::Pg(_) => None,
        Conn::Sqlite(_) => Some(format!("{}({key})", super::hurry::ASKED)),
    }
}
