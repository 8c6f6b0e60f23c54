//! The orders of a list. Each has an index; a page begins behind the last ticket of the page before.

use diesel::prelude::*;

use super::Boxed;
use crate::{
    db::{Priority, TicketId, Ts, schema::tickets},
    error::{Error, Result, say},
    tickets::Ticket,
};

/// In which order tickets stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The last changed first.
    #[default]
    Changed,
    /// The last opened first.
    Created,
    /// Those that wait for an answer, the longest first.
    Waiting,
    /// Those that fall due, the next first.
    Due,
    /// The most urgent first.
    Priority,
}

impl Sort {
    /// All of them, as they are offered.
    pub const ALL: [Self; 5] = [Self::Changed, Self::Created, Self::Waiting, Self::Due, Self::Priority];

    /// Its word in an address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Created => "created",
            Self::Waiting => "waiting",
            Self::Due => "due",
            Self::Priority => "priority",
        }
    }

    /// The order of this word.
    ///
    /// # Errors
    /// [`Error::Invalid`] names those that there are.
    pub fn named(word: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|sort| sort.word() == word);
        found.ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|sort| sort.word()).collect();
            Error::invalid("sort", say!("refused-sort", words = words.join(", ")))
        })
    }

    /// Only the tickets that this order can place: the others do not wait, or do not fall due.
    pub(super) fn only(self, query: Boxed) -> Boxed {
        match self {
            Self::Waiting => query.filter(tickets::unanswered_since.is_not_null()),
            Self::Due => query.filter(tickets::pending_until.is_not_null()),
            Self::Changed | Self::Created | Self::Priority => query,
        }
    }

    /// In this order, behind that place.
    pub(super) fn order(self, query: Boxed, after: Option<Cursor>) -> Boxed {
        let query = match after {
            Some(place) => self.behind(query, place),
            None => query,
        };
        match self {
            Self::Changed => query.order((tickets::updated_at.desc(), tickets::id.desc())),
            Self::Created => query.order((tickets::created_at.desc(), tickets::id.desc())),
            Self::Waiting => query.order((tickets::unanswered_since.asc(), tickets::id.asc())),
            Self::Due => query.order((tickets::pending_until.asc(), tickets::id.asc())),
            Self::Priority => {
                query.order((tickets::priority.desc(), tickets::updated_at.desc(), tickets::id.desc()))
            }
        }
    }

    fn behind(self, query: Boxed, Cursor { level, at, id }: Cursor) -> Boxed {
        let older = tickets::updated_at.lt(at).or(tickets::updated_at.eq(at).and(tickets::id.lt(id)));
        match self {
            Self::Changed => query.filter(older),
            Self::Created => query
                .filter(tickets::created_at.lt(at).or(tickets::created_at.eq(at).and(tickets::id.lt(id)))),
            Self::Waiting => query.filter(
                tickets::unanswered_since.gt(at).or(tickets::unanswered_since.eq(at).and(tickets::id.gt(id))),
            ),
            Self::Due => query.filter(
                tickets::pending_until.gt(at).or(tickets::pending_until.eq(at).and(tickets::id.gt(id))),
            ),
            Self::Priority => {
                query.filter(tickets::priority.lt(level).or(tickets::priority.eq(level).and(older)))
            }
        }
    }

    /// Puts parts that are in order each into one order.
    pub(super) fn merge(self, found: &mut [Ticket]) {
        use std::cmp::Reverse;
        match self {
            Self::Changed => found.sort_by_key(|ticket| Reverse((ticket.updated_at, ticket.id))),
            Self::Priority => {
                found.sort_by_key(|ticket| Reverse((ticket.priority, ticket.updated_at, ticket.id)))
            }
            // Read in one part.
            Self::Created | Self::Waiting | Self::Due => {}
        }
    }

    /// The place of a ticket in this order.
    pub fn place_of(self, ticket: &Ticket) -> Cursor {
        let at = match self {
            Self::Changed | Self::Priority => ticket.updated_at,
            Self::Created => ticket.created_at,
            Self::Waiting => ticket.unanswered_since.unwrap_or(ticket.updated_at),
            Self::Due => ticket.pending_until.unwrap_or(ticket.updated_at),
        };
        let level = if self == Self::Priority { ticket.priority } else { Priority::NORMAL };
        Cursor { level, at, id: ticket.id }
    }
}

/// A place in a list: what comes after this ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its priority, where the list is by priority.
    pub level: Priority,
    /// Its instant in the list's order.
    pub at: Ts,
    /// Its key.
    pub id: TicketId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:x}-{:x}-{}", self.at.0.as_microsecond(), self.id.0, self.level.level())
    }
}

impl std::str::FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("cursor", say!("refused-cursor"));
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or_else(wrong);
        let micros = i64::from_str_radix(next()?, 16).map_err(|_| wrong())?;
        let id = i64::from_str_radix(next()?, 16).map_err(|_| wrong())?;
        let level = next()?.parse().map_err(|_| wrong())?;
        let at = jiff::Timestamp::from_microsecond(micros).map_err(|_| wrong())?;
        Ok(Self { level, at: Ts(at), id: TicketId(id) })
    }
}
