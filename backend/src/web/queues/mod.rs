//! The administration's pages of queues: the list, one queue with all that can be set about it, a new one, retirement.

pub mod addresses;
mod form;
pub mod list;
pub mod page;
pub mod retirement;
mod shown;

use crate::access::Actor;
use crate::db::{InstallationRight, QueueId};
use crate::error::Result;

/// The address of a queue's page.
fn address(id: QueueId) -> String {
    format!("/admin/queues/{id}")
}

fn require(actor: &Actor) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)
}
