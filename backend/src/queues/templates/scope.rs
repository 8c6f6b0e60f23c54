//! For whom a text is.

use super::{Effects, Template};
use crate::{
    access::{Actor, Check, is_left_out},
    db::{InstallationRight, QueueId, Right, RoleId},
    error::Result,
};

/// For whom a text is. What decides is what is stored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For whoever writes in a ticket.
    Everybody,
    /// For whoever writes in a ticket of some queues.
    Queues,
    /// For whoever has one of some roles.
    Roles,
    /// For its author alone.
    Personal,
}

impl Scope {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Queues => "queues",
            Self::Roles => "roles",
            Self::Personal => "personal",
        }
    }
}

impl Template {
    /// For whom it is.
    pub fn scope(&self) -> Scope {
        match self {
            Self { owner: Some(_), .. } => Scope::Personal,
            Self { roles, .. } if !roles.is_empty() => Scope::Roles,
            Self { queues, .. } if !queues.is_empty() => Scope::Queues,
            _ => Scope::Everybody,
        }
    }

    /// Whether somebody may read it outside of a ticket: his own, or one of the house that he keeps or could use
    /// somewhere.
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        if let Some(owner) = self.owner {
            return owner == actor.himself();
        }
        let readable = |queue: &QueueId| actor.scope.in_queue(*queue).has(Right::Read);
        actor.scope.may(InstallationRight::QueuesAndMail)
            || match self.scope() {
                Scope::Queues => self.queues.iter().any(readable),
                Scope::Roles => self.roles.iter().any(|role| actor.scope.roles().contains(role)),
                Scope::Everybody => true,
                Scope::Personal => false,
            }
    }

    /// Whether it is offered to somebody in the tickets of a queue.
    pub fn is_offered_to(&self, actor: &Actor, queue: QueueId) -> bool {
        let here = self.queues.is_empty() || self.queues.contains(&queue);
        let his = self.roles.is_empty() || self.roles.iter().any(|role| actor.scope.roles().contains(role));
        let mine = self.owner.is_none_or(|owner| owner == actor.himself());
        !self.retired && here && ((mine && his) || is_left_out(Check::Templates))
    }
}

impl Effects {
    /// The same as far as its reader may know: the house's text may name a queue that he does not see, and his own one into
    /// which he may not move tickets any more.
    pub fn known_to(mut self, actor: &Actor, personal: bool) -> Self {
        self.queue = self
            .queue
            .filter(|queue| may_move_into(*queue, actor) || (!personal && is_named_to(*queue, actor)));
        self
    }
}

/// Whether somebody may move tickets into a queue, and so knows its name.
pub fn may_move_into(queue: QueueId, actor: &Actor) -> bool {
    actor.scope.in_queue(queue).has(Right::MoveInto)
}

/// Whether somebody may know of a queue, as the reader of a text that names it.
pub fn is_named_to(queue: QueueId, actor: &Actor) -> bool {
    actor.scope.in_queue(queue).has(Right::Read) || actor.scope.may(InstallationRight::QueuesAndMail)
}

/// Who has which role is known to those who manage people; they say which of them a text is for.
pub(super) fn may_choose_roles(actor: &Actor, before: &[RoleId], after: &[RoleId]) -> Result<()> {
    if before == after { Ok(()) } else { actor.require(InstallationRight::People) }
}
