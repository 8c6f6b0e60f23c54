//! What a change of roles gives and takes: the rights of agents before it and after it, compared.

use std::collections::BTreeSet;

use crate::{
    access::{Actor, Scope},
    db::{AgentId, Cause, InstallationRight, QueueId, Right, Ts, Tx},
    error::{Error, Result},
    queues,
};

/// What one agent gains or loses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A right in a queue.
    InQueue(QueueId, Right),
    /// A right that belongs to no queue.
    Installation(InstallationRight),
}

/// A right that is gained or lost, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What.
    pub what: What,
    /// Whether it is gained.
    pub gained: bool,
    /// By whom.
    pub agents: Vec<AgentId>,
}

/// Compares the rights of these agents before and after `change`. Run it in a rehearsal to change nothing.
///
/// # Errors
/// Those of the change.
pub fn of(
    tx: &mut Tx<'_>,
    agents: &[AgentId],
    now: Ts,
    change: impl FnOnce(&mut Tx<'_>) -> Result<()>,
) -> Result<Vec<Effect>> {
    let before = agents.iter().map(|id| rights(tx, *id, now)).collect::<Result<Vec<_>>>()?;
    change(tx)?;
    let after = agents.iter().map(|id| rights(tx, *id, now)).collect::<Result<Vec<_>>>()?;
    let mut effects: Vec<Effect> = Vec::new();
    for ((id, before), after) in agents.iter().zip(&before).zip(&after) {
        let gained = after.difference(before).map(|what| (what, true));
        let lost = before.difference(after).map(|what| (what, false));
        for (what, gained) in gained.chain(lost) {
            match effects.iter_mut().find(|effect| effect.what == *what && effect.gained == gained) {
                Some(effect) => effect.agents.push(*id),
                None => effects.push(Effect { what: what.clone(), gained, agents: vec![*id] }),
            }
        }
    }
    Ok(effects)
}

fn rights(tx: &mut Tx<'_>, agent: AgentId, now: Ts) -> Result<BTreeSet<What>> {
    let scope = match Actor::load(tx, agent, Cause::System, now.0) {
        Ok(actor) => actor.scope,
        // Who may not sign in has no right to gain or lose.
        Err(Error::NotFound) => Scope::default(),
        Err(error) => return Err(error),
    };
    let queues = queues::all(tx)?;
    let in_queues = queues.iter().filter(|queue| queue.retired_at.is_none()).flat_map(|queue| {
        let rights = scope.in_queue(queue.id);
        Right::ALL
            .iter()
            .filter(move |right| rights.has(**right))
            .map(|right| What::InQueue(queue.id, *right))
    });
    let elsewhere = InstallationRight::ALL.iter().filter(|right| scope.may(**right));
    Ok(in_queues.chain(elsewhere.map(|right| What::Installation(*right))).collect())
}
