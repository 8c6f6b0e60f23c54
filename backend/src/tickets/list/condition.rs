//! What a search asks of a ticket, as the database is asked.
//!
//! Only keys, closed words and instants of ours stand in the text of a statement; what a person typed is bound.

use diesel::{
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{BigInt, Bool, Text},
};

use crate::{
    db::{
        AgentId, Conn, MultiBackend, Priority, QueueId, Status, TicketId, Ts, backend,
        schema::tickets,
        ticket_text::{self, Phrase},
    },
    error::Result,
};

/// Whom a ticket waits for: the other side had the last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// For us: new or open, and no agent spoke last.
    Us,
    /// For the customer: not done, and an agent spoke last.
    Customer,
}

/// What is asked of a ticket.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is in one of these queues.
    Queues(Vec<QueueId>),
    /// It is in one of these queues, or belongs to this agent.
    Readable(Vec<QueueId>, AgentId),
    /// It is in one of these states; one without a name is any of its kind.
    States(Vec<Status>),
    /// It belongs to one of these, `None` being nobody.
    Owners(Vec<Option<AgentId>>),
    /// It belongs to somebody.
    Owned,
    /// It has one of these priorities.
    Priorities(Vec<Priority>),
    /// Somebody is on it.
    Locked,
    /// It has attachments.
    Files,
    /// It has one of these numbers.
    Numbers(Vec<String>),
    /// It waits for that side.
    Waits(Side),
    /// It holds something that this agent has not seen; what is older than the article of that key is no news to him.
    Unread(AgentId, i64),
    /// It was last changed within these, the second not included.
    Changed(Option<Ts>, Option<Ts>),
    /// It was opened within these.
    Created(Option<Ts>, Option<Ts>),
    /// It has one of these tags.
    Tags(Vec<String>),
    /// This agent watches it.
    Watched(AgentId),
    /// Its text has all of these phrases.
    Text(Vec<Phrase>),
}

/// A test, or its opposite.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The test.
    pub test: Test,
    /// Whether it must fail.
    pub negated: bool,
}

impl From<Test> for Condition {
    fn from(test: Test) -> Self {
        Self { test, negated: false }
    }
}

impl Condition {
    /// As a condition on `tickets`, said so that SQLite takes no index of `tickets` for it: the caller knows a better way in.
    pub(super) fn asked(&self, conn: &Conn) -> Asked {
        let mut asked = self.test.asked(&Columns { conn });
        let not = if self.negated { "NOT " } else { "" };
        if let Some(first) = asked.pieces.first_mut() {
            first.insert_str(0, &format!("{not}("));
        }
        if let Some(last) = asked.pieces.last_mut() {
            last.push(')');
        }
        asked
    }

    /// The keys of the tickets that pass, at most `most`, where an index of its own holds them.
    pub(super) fn keys(&self, conn: &mut Conn, most: usize) -> Result<Option<Vec<TicketId>>> {
        let Some(set) = self.test.set(&Columns { conn }).filter(|_| !self.negated) else {
            return Ok(None);
        };
        let mut text = String::from("SELECT id FROM (");
        for (at, piece) in set.pieces.iter().enumerate() {
            if at > 0 {
                text.push_str(&format!("${at}"));
            }
            text.push_str(piece);
        }
        let asked =
            backend::still_time(conn, "id").map_or_else(String::new, |asked| format!(" WHERE {asked}"));
        text.push_str(&format!(") AS found{asked} LIMIT {most}"));
        let mut query = diesel::sql_query(text).into_boxed::<MultiBackend>();
        for value in set.values {
            query = query.bind::<Text, _>(value);
        }
        let found: Vec<Found> = query.load(conn)?;
        Ok(Some(found.into_iter().map(|found| TicketId(found.id)).collect()))
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

struct Columns<'a> {
    conn: &'a Conn,
}

impl Columns<'_> {
    fn of(&self, name: &str) -> String {
        backend::without_index(self.conn, &format!("tickets.{name}"))
    }

    fn one_of<T: ToString>(&self, name: &str, keys: &[T]) -> Asked {
        let keys: Vec<String> = keys.iter().map(T::to_string).collect();
        let column = self.of(name);
        Asked::plain(match keys.as_slice() {
            [] => "1 = 0".to_owned(),
            [one] => format!("{column} = {one}"),
            many => format!("{column} IN ({})", many.join(", ")),
        })
    }

    fn between(&self, column: &str, from: Option<Ts>, to: Option<Ts>) -> String {
        let from = from.map(|at| format!("{column} >= {}", backend::instant(self.conn, at)));
        let to = to.map(|at| format!("{column} < {}", backend::instant(self.conn, at)));
        let both: Vec<String> = from.into_iter().chain(to).collect();
        if both.is_empty() { "1 = 1".to_owned() } else { both.join(" AND ") }
    }
}

/// The keys of those that have a name.
fn ids_of(states: &[Status]) -> Vec<String> {
    states.iter().filter_map(|state| state.named).map(|id| id.to_string()).collect()
}

impl Test {
    fn asked(&self, columns: &Columns<'_>) -> Asked {
        if let Some(set) = self.set(columns) {
            return set.within(&format!("{} IN (", columns.of("id")), ")");
        }
        match self {
            Self::Queues(queues) => columns.one_of("queue_id", queues),
            Self::Readable(queues, owner) => columns
                .one_of("queue_id", queues)
                .within("(", &format!(" OR COALESCE(tickets.owner_id, 0) = {owner})")),
            Self::States(states) => {
                let kinds = states.iter().filter(|state| state.named.is_none());
                let kinds: Vec<String> = kinds.map(|state| format!("'{}'", state.kind)).collect();
                let named: Vec<String> = ids_of(states);
                let of_kind = columns.one_of("state", &kinds);
                if named.is_empty() {
                    return of_kind;
                }
                let or = format!(" OR COALESCE(tickets.state_id, 0) IN ({}))", named.join(", "));
                of_kind.within("(", &or)
            }
            Self::Owners(owners) => {
                let keys: Vec<String> =
                    owners.iter().map(|owner| owner.map_or(0, |id| id.0).to_string()).collect();
                Asked::plain(format!("COALESCE(tickets.owner_id, 0) IN ({})", keys.join(", ")))
            }
            Self::Priorities(priorities) => {
                let levels: Vec<i32> = priorities.iter().map(|priority| priority.level()).collect();
                columns.one_of("priority", &levels)
            }
            Self::Owned => Asked::plain("tickets.owner_id IS NOT NULL".to_owned()),
            Self::Locked => Asked::plain("tickets.locked_at IS NOT NULL".to_owned()),
            Self::Files => Asked::plain("tickets.has_attachments IS TRUE".to_owned()),
            Self::Waits(side) => Asked::plain(match side {
                Side::Us => {
                    format!("{} IN ('new', 'open') AND tickets.last_sender <> 'agent'", columns.of("state"))
                }
                Side::Customer => "tickets.active IS TRUE AND tickets.last_sender = 'agent'".to_owned(),
            }),
            Self::Unread(agent, floor) => Asked::plain(format!(
                "tickets.last_article_id > {floor} AND NOT EXISTS (SELECT 1 FROM reads
                    WHERE reads.agent_id = {agent} AND reads.ticket_id = tickets.id
                    AND reads.article_id >= tickets.last_article_id)"
            )),
            Self::Changed(from, to) => Asked::plain(columns.between("tickets.updated_at", *from, *to)),
            // These are sets, asked above.
            Self::Numbers(_) | Self::Created(..) | Self::Tags(_) | Self::Watched(_) | Self::Text(_) => {
                Asked::plain("1 = 1".to_owned())
            }
        }
    }

    /// The statement that gives the keys as `id`, where an index of its own holds them.
    fn set(&self, columns: &Columns<'_>) -> Option<Asked> {
        match self {
            Self::Created(from, to) => {
                let between = columns.between("created_at", *from, *to);
                Some(Asked::plain(format!("SELECT id FROM tickets WHERE {between}")))
            }
            Self::Numbers(numbers) => {
                Some(Asked::list(numbers).within("SELECT id FROM tickets WHERE number IN (", ")"))
            }
            // Those with a name have an index of their own, in which no other ticket is.
            Self::States(states) if !states.is_empty() && states.iter().all(|one| one.named.is_some()) => {
                let ids = ids_of(states).join(", ");
                Some(Asked::plain(format!("SELECT id FROM tickets WHERE state_id IN ({ids})")))
            }
            Self::Tags(tags) => {
                let select = "SELECT ticket_id AS id FROM ticket_tags WHERE tag IN (";
                Some(Asked::list(tags).within(select, ")"))
            }
            Self::Watched(agent) => {
                Some(Asked::plain(format!("SELECT ticket_id AS id FROM watchers WHERE agent_id = {agent}")))
            }
            Self::Text(phrases) => {
                let (begin, end) = ticket_text::matching(columns.conn);
                let values = vec![ticket_text::expression(columns.conn, phrases)];
                Some(Asked { pieces: vec![begin.to_owned(), end.to_owned()], values })
            }
            _ => None,
        }
    }
}

/// A condition on `tickets`: text with a value between each two pieces.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pieces: Vec<String>,
    values: Vec<String>,
}

impl Asked {
    pub(super) fn plain(text: String) -> Self {
        Self { pieces: vec![text], values: Vec::new() }
    }

    /// The values, with commas between them.
    fn list(values: &[String]) -> Self {
        let commas = vec![", ".to_owned(); values.len().saturating_sub(1)];
        let pieces = [vec![String::new()], commas, vec![String::new()]].concat();
        Self { pieces, values: values.to_vec() }
    }

    fn within(mut self, before: &str, after: &str) -> Self {
        if let Some(first) = self.pieces.first_mut() {
            first.insert_str(0, before);
        }
        if let Some(last) = self.pieces.last_mut() {
            last.push_str(after);
        }
        self
    }
}

impl QueryFragment<MultiBackend> for Asked {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        // Its text is not one of few.
        pass.unsafe_to_cache_prepared();
        let mut values = self.values.iter();
        for (at, piece) in self.pieces.iter().enumerate() {
            if let Some(value) = (at > 0).then(|| values.next()).flatten() {
                pass.push_bind_param::<Text, String>(value)?;
            }
            pass.push_sql(piece);
        }
        Ok(())
    }
}

impl Expression for Asked {
    type SqlType = Bool;
}

impl QueryId for Asked {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<GroupBy> ValidGrouping<GroupBy> for Asked {
    type IsAggregate = is_aggregate::No;
}

impl AppearsOnTable<tickets::table> for Asked {}
impl SelectableExpression<tickets::table> for Asked {}
