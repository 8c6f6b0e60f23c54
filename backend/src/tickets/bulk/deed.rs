//! What can be done to many tickets: whatever can be done to one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::{
    Moment, NewFile, Person, assign, bin, customer, links, lock, merge, move_to,
    note::{self, NoteInput},
    priority,
    reply::{self, ReplyInput},
    state, tags, watch,
};
use crate::{
    access::{self, Actor, Full, Move, Note, Owner, Priority as PriorityLevel, Read, Reply},
    db::{AgentId, ArticleId, BinReason, BulkId, Priority, QueueId, Right, State, Status, Tx},
    error::{Error, Result, say},
};

/// A deed. Each is one verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Deed {
    /// Take the lock of each free one.
    Lock,
    /// Free them.
    Unlock,
    /// Set the state.
    State {
        /// To what.
        to: Status,
        /// Until when they wait.
        until: Option<Timestamp>,
    },
    /// Move them.
    Move {
        /// Where.
        queue: QueueId,
    },
    /// Give them to somebody.
    Assign {
        /// To whom; `None`: to nobody.
        owner: Option<AgentId>,
    },
    /// Set how urgent they are.
    Priority {
        /// 1 to 5.
        level: i32,
    },
    /// Put a tag on.
    Tag {
        /// The word.
        tag: String,
    },
    /// Take a tag off.
    Untag {
        /// The word.
        tag: String,
    },
    /// Put another tag in the place of one, or none; a ticket is no newer for that than it was.
    Retag {
        /// The word that is there.
        from: String,
        /// The word that shall be; `None`: it goes.
        to: Option<String>,
    },
    /// Watch them.
    Watch,
    /// Watch them no longer.
    Unwatch,
    /// Link them to another ticket.
    Link {
        /// Its number.
        ticket: String,
    },
    /// Merge them into another ticket.
    Merge {
        /// Its number.
        into: String,
    },
    /// Write the same note into each.
    Note {
        /// Its text.
        text: String,
    },
    /// Answer each: a mail of its own to whoever takes part there.
    Reply {
        /// The text.
        text: String,
        /// The state afterwards; `None`: new becomes open, others stay.
        state: Option<Status>,
    },
    /// Say whose they are.
    Customer {
        /// His address.
        address: String,
        /// His name.
        name: String,
    },
    /// Put them into the bin.
    Remove {
        /// Why.
        reason: BinReason,
    },
    /// Take them out of the bin.
    Restore,
    /// Undo another bulk.
    Undo {
        /// Which.
        bulk: BulkId,
    },
}

impl Deed {
    /// The word of its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::State { to: Status { kind, named: None }, .. } => match kind {
                State::Closed => "close",
                State::PendingReminder => "wait",
                _ => "state",
            },
            Self::State { .. } => "state",
            Self::Move { .. } => "move",
            Self::Assign { .. } => "assign",
            Self::Priority { .. } => "priority",
            Self::Tag { .. } => "tag",
            Self::Untag { .. } => "untag",
            Self::Retag { to: Some(_), .. } => "retag",
            Self::Retag { .. } => "untag",
            Self::Watch => "watch",
            Self::Unwatch => "unwatch",
            Self::Link { .. } => "link",
            Self::Merge { .. } => "merge",
            Self::Note { .. } => "note",
            Self::Reply { .. } => "reply",
            Self::Customer { .. } => "customer",
            Self::Remove { reason: BinReason::Spam } => "spam",
            Self::Remove { .. } => "delete",
            Self::Restore => "restore",
            Self::Undo { .. } => "undo",
        }
    }

    /// Whether files can go with it.
    pub(super) fn writes(&self) -> bool {
        matches!(self, Self::Note { .. } | Self::Reply { .. })
    }

    /// Refuses what no ticket could take: a fault of the form is said once, not for each ticket.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the field.
    pub(super) fn check(&self, at: &Moment) -> Result<()> {
        match self {
            Self::Note { text } | Self::Reply { text, .. } if text.trim().is_empty() => {
                Err(Error::invalid("text", say!("composer-empty")))
            }
            Self::Note { text } | Self::Reply { text, .. } if text.len() > LONGEST => {
                Err(Error::invalid("text", say!("refused-long-draft")))
            }
            Self::State { to, until } if to.is_pending() => match until {
                None => Err(Error::invalid("until", say!("refused-no-date"))),
                Some(until) if *until <= at.now => Err(Error::invalid("until", say!("refused-past"))),
                Some(_) => Ok(()),
            },
            Self::State { to, .. } if matches!(to.kind, State::Merged | State::Removed) => {
                Err(Error::invalid("state", say!("refused-state", state = "merged")))
            }
            Self::Reply { state: Some(state), .. } if state.is_pending() => {
                Err(Error::invalid("until", say!("refused-no-date")))
            }
            Self::Tag { tag } | Self::Untag { tag } if tag.trim().is_empty() => {
                Err(Error::invalid("tag", say!("refused-tag", most = 50)))
            }
            Self::Link { ticket: number } | Self::Merge { into: number } if number.trim().is_empty() => {
                Err(Error::invalid("ticket", say!("bulk-no-ticket")))
            }
            Self::Priority { level } if !(1..=5).contains(level) => {
                Err(Error::invalid("priority", say!("bulk-no-priority")))
            }
            _ => Ok(()),
        }
    }
}

/// The longest text, in bytes.
const LONGEST: usize = 1024 * 1024;

/// Does it to one ticket, with these files where something is written; what was written into it.
pub(super) fn perform(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    deed: &Deed,
    files: &[NewFile],
    at: &Moment,
) -> Result<Option<ArticleId>> {
    match deed {
        Deed::Note { text } => {
            let mut access = access::for_change::<Note>(tx, actor, number)?;
            let input = NoteInput { body_text: text.clone(), files: files.to_vec(), ..NoteInput::default() };
            Ok(Some(note::note(tx, &mut access, actor, &input, at)?.id))
        }
        Deed::Reply { text, state } => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            let files = files.to_vec();
            let input = ReplyInput { body_text: text.clone(), state: *state, files, ..ReplyInput::default() };
            Ok(Some(reply::reply(tx, &mut access, actor, &input, at)?.id))
        }
        other => plain(tx, actor, number, other, at).map(|()| None),
    }
}

fn plain(tx: &mut Tx<'_>, actor: &Actor, number: &str, deed: &Deed, at: &Moment) -> Result<()> {
    match deed {
        Deed::Lock => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            lock::lock(tx, &mut access, actor, at)
        }
        Deed::Unlock => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            lock::unlock(tx, &mut access, at)
        }
        Deed::State { to, until } => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            state::set_state(tx, &mut access, *to, *until, at)
        }
        Deed::Move { queue } => {
            let mut access = access::for_change::<Move>(tx, actor, number)?;
            let target = access::for_queue(tx, actor, *queue, Right::MoveInto)?;
            move_to::move_to(tx, &mut access, &target, at)
        }
        Deed::Assign { owner } => {
            let mut access = access::for_change::<Owner>(tx, actor, number)?;
            assign::assign(tx, &mut access, *owner, at)
        }
        Deed::Priority { level } => {
            let to: Priority = level.to_string().parse().map_err(anyhow::Error::msg)?;
            let mut access = access::for_change::<PriorityLevel>(tx, actor, number)?;
            priority::set_priority(tx, &mut access, to, at)
        }
        Deed::Tag { tag } => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            tags::add(tx, &mut access, tag, at)
        }
        Deed::Untag { tag } => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            match tags::remove(tx, &mut access, tag.trim(), at) {
                // It is not there: that is what was asked for.
                Err(Error::NotFound) => Ok(()),
                other => other,
            }
        }
        Deed::Retag { from, to } => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            tags::replace(tx, &mut access, from, to.as_deref(), at)
        }
        Deed::Watch => {
            let access = access::for_change::<Read>(tx, actor, number)?;
            watch::watch(tx, &access, actor)
        }
        Deed::Unwatch => {
            let access = access::for_change::<Read>(tx, actor, number)?;
            watch::unwatch(tx, &access, actor)
        }
        other => rarer(tx, actor, number, other, at),
    }
}

fn rarer(tx: &mut Tx<'_>, actor: &Actor, number: &str, deed: &Deed, at: &Moment) -> Result<()> {
    match deed {
        Deed::Link { ticket } => {
            let mut access = access::for_change::<Reply>(tx, actor, number)?;
            let other = access::readable(tx, actor, ticket).map_err(|error| unknown(error, ticket))?;
            links::link(tx, &mut access, &other, links::Bond::Related, at)
        }
        Deed::Merge { into } => {
            access::readable(tx, actor, number)?;
            access::readable_survivor(tx, actor, into).map_err(|error| unknown(error, into))?;
            let (mut source, mut target) = access::for_pair(tx, actor, number, into)?;
            merge::merge(tx, &mut source, &mut target, at)
        }
        Deed::Customer { address, name } => {
            let mut access = access::for_change::<Full>(tx, actor, number)?;
            let person = Person { name: name.clone(), address: address.clone() };
            customer::set_customer(tx, &mut access, &person, at)
        }
        Deed::Remove { reason } => {
            let mut access = access::for_change::<Full>(tx, actor, number)?;
            bin::remove(tx, &mut access, *reason, at)
        }
        Deed::Restore => {
            let mut access = access::for_restore(tx, actor, number)?;
            bin::restore(tx, &mut access, at)
        }
        Deed::Undo { bulk } => super::undo::one(tx, actor, number, *bulk, at),
        // The others have their place above.
        _ => Ok(()),
    }
}

fn unknown(error: Error, number: &str) -> Error {
    match error {
        Error::NotFound => Error::invalid("ticket", say!("refused-take-unknown", number = number)),
        other => other,
    }
}
