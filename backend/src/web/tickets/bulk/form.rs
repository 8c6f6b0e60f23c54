//! What a form asks for, understood as a deed.

use crate::db::{AgentId, BinReason, Priority, QueueId, State, Status};
use crate::error::{Error, Result, say};
use crate::tickets::bulk::Deed;
use crate::web::fields::Fields;
use crate::web::gate::Asker;
use crate::web::tickets::{new, reminder, then};

/// What says a deed.
pub const FIELDS: [&str; 12] = [
    "act",
    "queue",
    "state",
    "when",
    "until",
    "owner",
    "priority",
    "tag",
    "ticket-number",
    "text",
    "then",
    "customer",
];

/// The deed of a form. The list's menu of queues says no more than the queue.
pub fn deed(fields: &Fields, asker: &Asker) -> Result<Deed> {
    let given = |name: &str| fields.one(name).trim().to_owned();
    let act = given("act");
    Ok(match act.as_str() {
        "lock" => Deed::Lock,
        "unlock" => Deed::Unlock,
        "close" => Deed::State { to: State::Closed.into(), until: None },
        "open" => Deed::State { to: State::Open.into(), until: None },
        "wait" => {
            let until = reminder::moment(&given("when"), &given("until"), asker)?;
            Deed::State { to: State::PendingReminder.into(), until }
        }
        "state" => {
            let to: Status = given("state").parse().map_err(|_: String| Error::NotFound)?;
            // The field stays filled when a state is chosen that does not wait.
            let until = if to.is_pending() { reminder::moment("", &given("until"), asker)? } else { None };
            Deed::State { to, until }
        }
        "" | "move" => {
            let queue = given("queue").parse::<QueueId>();
            Deed::Move { queue: queue.map_err(|_| Error::invalid("queue", say!("bulk-no-queue")))? }
        }
        "assign" => {
            let owner = given("owner");
            let parsed = owner.parse::<AgentId>().ok();
            if !owner.is_empty() && parsed.is_none() {
                return Err(Error::NotFound);
            }
            Deed::Assign { owner: parsed }
        }
        "priority" => {
            let level: Priority = given("priority")
                .parse()
                .map_err(|_: String| Error::invalid("priority", say!("bulk-no-priority")))?;
            Deed::Priority { level: level.level() }
        }
        "tag" => Deed::Tag { tag: given("tag") },
        "untag" => Deed::Untag { tag: given("tag") },
        "watch" => Deed::Watch,
        "unwatch" => Deed::Unwatch,
        "link" => Deed::Link { ticket: number(&given("ticket-number")) },
        "merge" => Deed::Merge { into: number(&given("ticket-number")) },
        "note" => Deed::Note { text: fields.one("text").replace("\r\n", "\n") },
        "reply" => {
            Deed::Reply { text: fields.one("text").replace("\r\n", "\n"), state: then::state(&given("then")) }
        }
        "customer" => {
            let person = new::customer(&given("customer"));
            Deed::Customer { address: person.address, name: person.name }
        }
        "delete" => Deed::Remove { reason: BinReason::Deleted },
        "spam" => Deed::Remove { reason: BinReason::Spam },
        "restore" => Deed::Restore,
        _ => return Err(Error::NotFound),
    })
}

fn number(typed: &str) -> String {
    typed.trim_start_matches('#').to_owned()
}
